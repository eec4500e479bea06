// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Act} from "../../contracts/interfaces/IActs.sol";
import {ICashDesk} from "../../contracts/interfaces/ICashDesk.sol";
import {IFinancing} from "../../contracts/interfaces/IFinancing.sol";
import {IPurchaseOffers, OfferPurchase, Recourse} from "../../contracts/interfaces/IPurchaseOffers.sol";
import {Issue} from "../../contracts/interfaces/IReceivableDrafts.sol";
import {IReceivableEndings} from "../../contracts/interfaces/IReceivableEndings.sol";
import {IReceivableHolds} from "../../contracts/interfaces/IReceivableHolds.sol";
import {Roles} from "../../contracts/types/Roles.sol";
import {FinancingBase} from "./FinancingBase.t.sol";

/// @notice Offers: what they may say, that they lock nothing, and what their acceptance asks.
contract FinancingOffersTest is FinancingBase {
    uint192 private receivable;

    function setUp() public override {
        super.setUp();
        receivable = _receivable(FACE);
    }

    // --- What may be offered ---

    function test_recourse_has_no_default() public {
        OfferPurchase memory terms = _purchase(receivable, 80_000);
        terms.recourse = Recourse.Missing;
        _refused(_offerAct(financier, terms), abi.encodePacked(IPurchaseOffers.RecourseMissing.selector));
    }

    function test_terms_that_no_deal_can_have_are_refused() public {
        OfferPurchase[5] memory bad;
        for (uint256 i = 0; i < bad.length; ++i) {
            bad[i] = _purchase(receivable, 80_000);
        }
        bad[0].advance = 0;
        bad[1].end = bad[1].start;
        bad[2].discountBasis = 0;
        bad[3].discountRate = 2;
        bad[4].dayStart = 1 days;
        for (uint256 i = 0; i < bad.length; ++i) {
            _refused(_offerAct(financier, bad[i]), abi.encodePacked(IPurchaseOffers.TermsInvalid.selector));
        }
    }

    function test_only_a_bank_offers_and_not_to_itself() public {
        OfferPurchase memory terms = _purchase(receivable, 80_000);
        assertNotEq(_outcome(_offerAct(other, terms)), "", "a supplier's key is no bank's");
        terms.seller = financier.account;
        _refused(
            _offerAct(financier, terms),
            abi.encodeWithSelector(IPurchaseOffers.BankIsSeller.selector, financier.account)
        );
    }

    function test_an_offer_names_a_cash_that_there_is() public {
        OfferPurchase memory terms = _purchase(receivable, 80_000);
        terms.cash = 9;
        _refused(_offerAct(financier, terms), abi.encodeWithSelector(ICashDesk.UnknownCash.selector, 9));
    }

    function test_an_offer_that_has_lapsed_already_is_refused() public {
        OfferPurchase memory terms = _purchase(receivable, 80_000);
        terms.until = uint40(block.timestamp - 1);
        Act memory act = _offerAct(financier, terms);
        _refused(
            act, abi.encodeWithSelector(IPurchaseOffers.OfferLapsed.selector, _offerId(financier, act.id), terms.until)
        );
    }

    function test_an_offer_locks_no_money_and_no_range() public {
        _offer(financier, _purchase(receivable, 80_000));
        assertEq(cash.balanceOf(financier.account), RICH);
        _move(supplier, _id(receivable, 0), 0, 10, other.account);
        _assertToken(receivable, 0, 10, other.account);
    }

    // --- Acceptance: delivery against payment ---

    function test_acceptance_moves_range_and_advance_in_one_act() public {
        uint192 dealId = _deal(_purchase(receivable, 80_000));
        (uint256 first,, uint256 seller) = _balances();
        assertEq(first, RICH - 80_000);
        assertEq(seller, 80_000);
        _assertCustody(receivable, 0, FACE);
        _assertState(dealId, IFinancing.DealState.Active);
        assertEq(token.balanceOf(address(financing)), 1);
    }

    function test_a_part_is_cut_out_and_the_rest_stays_the_sellers() public {
        _deal(_purchase(receivable, 20_000, 70_000, 40_000));
        _assertCustody(receivable, 20_000, 70_000);
        _assertFree(receivable, 0, 20_000, supplier.account);
        _assertFree(receivable, 70_000, FACE, supplier.account);
    }

    function test_a_bank_without_the_money_leaves_the_range_where_it_is() public {
        OfferPurchase memory terms = _purchase(receivable, RICH + 1);
        uint192 offer = _offer(financier, terms);
        assertNotEq(_outcome(_acceptAct(supplier, offer, financier, terms)), "");
        _assertFree(receivable, 0, FACE, supplier.account);
        (IPurchaseOffers.OfferState state,,) = purchases.offerOf(offer);
        assertEq(uint8(state), uint8(IPurchaseOffers.OfferState.Open));
    }

    function test_custody_needs_no_trade_background() public {
        Issue memory issue = _terms(FACE, DUE);
        issue.policy = STRICT_POLICY;
        uint192 strict = _receivable(issue);
        uint192 dealId = _deal(_purchase(strict, 100));
        _assertCustody(strict, 0, FACE);
        _done(_buyBackAct(supplier, dealId, 100));
        _assertFree(strict, 0, FACE, supplier.account);
    }

    function test_only_the_seller_that_the_offer_names_accepts_it() public {
        OfferPurchase memory terms = _purchase(receivable, 80_000);
        uint192 offer = _offer(financier, terms);
        _refused(
            _acceptAct(other, offer, financier, terms),
            abi.encodeWithSelector(IPurchaseOffers.NotSeller.selector, other.account, supplier.account)
        );
    }

    function test_the_seller_accepts_the_very_terms_that_were_offered() public {
        OfferPurchase memory terms = _purchase(receivable, 80_000);
        uint192 offer = _offer(financier, terms);
        terms.advance += 1;
        _refused(
            _acceptAct(supplier, offer, financier, terms),
            abi.encodeWithSelector(IPurchaseOffers.OfferDiffers.selector, offer)
        );
        terms.advance -= 1;
        _refused(
            _acceptAct(supplier, offer, second, terms),
            abi.encodeWithSelector(IPurchaseOffers.OfferDiffers.selector, offer)
        );
    }

    // --- The facts that it names ---

    function test_an_offer_at_98_is_not_executed_after_50_was_paid() public {
        OfferPurchase memory terms = _purchase(receivable, 98_000);
        uint192 offer = _offer(financier, terms);
        _pay(receivable, 50_000);
        _refused(_acceptAct(supplier, offer, financier, terms), _differ(FACE, 1, 50_000));
    }

    function test_payments_alone_may_not_differ() public {
        OfferPurchase memory terms = _purchase(receivable, 40_000);
        terms.leastOwed = 0;
        uint192 offer = _offer(financier, terms);
        _pay(receivable, 50_000);
        _refused(_acceptAct(supplier, offer, financier, terms), _differ(FACE, 1, 50_000));
    }

    function test_the_tokens_length_may_not_differ() public {
        OfferPurchase memory terms = _purchase(receivable, 0, 50_000, 40_000);
        uint192 offer = _offer(financier, terms);
        _move(supplier, _id(receivable, 0), 99_999, FACE, other.account);
        _refused(_acceptAct(supplier, offer, financier, terms), _differ(FACE - 1, 0, 50_000));
    }

    function test_what_is_owed_may_not_be_less() public {
        OfferPurchase memory terms = _purchase(receivable, 40_000);
        terms.leastOwed = FACE + 1;
        uint192 offer = _offer(financier, terms);
        _refused(_acceptAct(supplier, offer, financier, terms), _differ(FACE, 0, FACE));
    }

    function _differ(uint64 length, uint16 payments, uint64 owed) private view returns (bytes memory) {
        return abi.encodeWithSelector(IPurchaseOffers.FactsDiffer.selector, supplier.account, length, payments, owed);
    }

    function test_competing_offers_stand_side_by_side_and_the_others_lapse_by_the_facts() public {
        (OfferPurchase memory low, OfferPurchase memory high) =
            (_purchase(receivable, 70_000), _purchase(receivable, 80_000));
        (uint192 one, uint192 two) = (_offer(financier, low), _offer(second, high));
        _done(_acceptAct(supplier, two, second, high));
        _refused(
            _acceptAct(supplier, one, financier, low),
            abi.encodeWithSelector(IPurchaseOffers.FactsDiffer.selector, address(financing), FACE, 0, FACE)
        );
        _refused(
            _acceptAct(supplier, two, second, high),
            abi.encodeWithSelector(IPurchaseOffers.OfferNotOpen.selector, two, IPurchaseOffers.OfferState.Accepted)
        );
    }

    function test_the_offers_cash_is_the_receivables() public {
        desk.list(address(new CashLike(bank.account, CNY)));
        OfferPurchase memory terms = _purchase(receivable, 80_000);
        terms.cash = CASH + 1;
        uint192 offer = _offer(financier, terms);
        _refused(
            _acceptAct(supplier, offer, financier, terms),
            abi.encodeWithSelector(IPurchaseOffers.CashDiffers.selector, CASH + 1, CASH)
        );
    }

    function test_a_receivable_that_became_disputed_is_not_bought() public {
        OfferPurchase memory terms = _purchase(receivable, 80_000);
        uint192 offer = _offer(financier, terms);
        vm.prank(obligor.account);
        endings.dispute(IReceivableEndings.DisputeReceivable(receivable, 1, "letter"));
        _refused(
            _acceptAct(supplier, offer, financier, terms),
            abi.encodeWithSelector(IPurchaseOffers.Disputed.selector, receivable)
        );
    }

    // --- The bank behind it ---

    function test_a_bank_recalls_its_offer() public {
        OfferPurchase memory terms = _purchase(receivable, 80_000);
        Act memory act = _offerAct(financier, terms);
        _done(act);
        uint192 offer = _offerId(financier, act.id);
        bytes memory recall = abi.encode(IPurchaseOffers.RecallPurchase(act.id));
        assertNotEq(_outcome(_act(second, RECALL_TEXT, recall)), "", "not another bank's");
        _done(_act(financier, RECALL_TEXT, recall));
        _refused(
            _acceptAct(supplier, offer, financier, terms),
            abi.encodeWithSelector(IPurchaseOffers.OfferNotOpen.selector, offer, IPurchaseOffers.OfferState.Recalled)
        );
    }

    function test_an_offer_is_good_until_its_last_second() public {
        OfferPurchase memory terms = _purchase(receivable, 80_000);
        terms.until = uint40(block.timestamp + 10);
        uint192 offer = _offer(financier, terms);
        vm.warp(terms.until + 1);
        _refused(
            _acceptAct(supplier, offer, financier, terms),
            abi.encodeWithSelector(IPurchaseOffers.OfferLapsed.selector, offer, terms.until)
        );
        vm.warp(terms.until);
        _done(_acceptAct(supplier, offer, financier, terms));
    }

    function test_a_suspended_banks_offer_is_worth_nothing_meanwhile() public {
        OfferPurchase memory terms = _purchase(receivable, 80_000);
        uint192 offer = _offer(financier, terms);
        _suspend(financier.account);
        _refused(
            _acceptAct(supplier, offer, financier, terms),
            abi.encodeWithSelector(IPurchaseOffers.BankUnable.selector, financier.account)
        );
        members.reinstate(financier.account, "test");
        _done(_acceptAct(supplier, offer, financier, terms));
    }

    function test_a_bank_that_a_court_holds_buys_nothing() public {
        OfferPurchase memory terms = _purchase(receivable, 80_000);
        uint192 offer = _offer(financier, terms);
        vm.prank(officer.account);
        holds.holdAccount(IReceivableHolds.HoldAccount(financier.account, "order"));
        _refused(
            _acceptAct(supplier, offer, financier, terms),
            abi.encodeWithSelector(IPurchaseOffers.BankUnable.selector, financier.account)
        );
    }

    function test_who_is_no_bank_any_more_buys_nothing() public {
        OfferPurchase memory terms = _purchase(receivable, 80_000);
        uint192 offer = _offer(financier, terms);
        members.setRoles(financier.account, Roles.SUPPLIER);
        _refused(
            _acceptAct(supplier, offer, financier, terms),
            abi.encodeWithSelector(IPurchaseOffers.BankUnable.selector, financier.account)
        );
    }

    function test_a_recovery_of_the_bank_ends_its_offers() public {
        OfferPurchase memory terms = _purchase(receivable, 80_000);
        uint192 offer = _offer(financier, terms);
        members.recover(financier.account, makeAddr("new key"), "stolen");
        _refused(
            _acceptAct(supplier, offer, financier, terms),
            abi.encodeWithSelector(IPurchaseOffers.OfferStale.selector, offer, 0, 1)
        );
    }

    function test_only_financing_uses_offers_up_and_counts_advances() public {
        OfferPurchase memory terms = _purchase(receivable, 80_000);
        bytes memory reason = abi.encodeWithSelector(IPurchaseOffers.NotFinancing.selector, address(this));
        vm.expectRevert(reason);
        purchases.take(1, financier.account, terms, supplier.account, supplier.account);
        vm.expectRevert(reason);
        purchases.charge(financier.account, receivable, 1);
        vm.expectRevert(reason);
        purchases.discharge(financier.account, receivable, 1);
    }

    // --- Dry run ---

    function test_the_dry_run_says_what_the_acceptance_would_meet() public {
        OfferPurchase memory terms = _purchase(receivable, 80_000);
        uint192 offer = _offer(financier, terms);
        purchases.checkOffer(offer, financier.account, terms);
        _setCeiling(79_999);
        vm.expectRevert(abi.encodeWithSelector(IPurchaseOffers.AboveCeiling.selector, 80_000, 79_999));
        purchases.checkOffer(offer, financier.account, terms);
        _pay(receivable, 50_000);
        vm.expectRevert(_differ(FACE, 1, 50_000));
        purchases.checkOffer(offer, financier.account, terms);
    }

    // --- Ceilings ---

    function _setCeiling(uint64 most) private {
        bytes memory body = abi.encode(IPurchaseOffers.SetBankCeiling(obligor.account, CNY, most));
        _done(_act(financier, CEILING_TEXT, body));
    }

    function _advanced() private view returns (uint128 advanced) {
        (advanced,,) = purchases.advancedBy(financier.account, obligor.account, CNY);
    }

    function test_a_bank_advances_no_more_on_an_obligor_than_its_own_ceiling() public {
        _setCeiling(70_000);
        _deal(_purchase(receivable, 0, 50_000, 40_000));
        assertEq(_advanced(), 40_000);
        OfferPurchase memory terms = _purchase(receivable, 50_000, FACE, 30_001);
        uint192 offer = _offer(financier, terms);
        _refused(
            _acceptAct(supplier, offer, financier, terms),
            abi.encodeWithSelector(IPurchaseOffers.AboveCeiling.selector, 70_001, 70_000)
        );
        _deal(_purchase(receivable, 50_000, FACE, 30_000));
        assertEq(_advanced(), 70_000);
    }

    function test_what_comes_back_makes_room_again() public {
        _setCeiling(80_000);
        uint192 dealId = _deal(_purchase(receivable, 80_000));
        _pay(receivable, 30_000);
        financing.collect(dealId);
        assertEq(_advanced(), 50_000);
        _pay(receivable, 70_000);
        financing.collect(dealId);
        assertEq(_advanced(), 0);
    }

    function test_a_ceiling_of_zero_stops_new_deals_and_none_is_no_ceiling() public {
        _deal(_purchase(receivable, 0, 50_000, 40_000));
        _setCeiling(0);
        OfferPurchase memory terms = _purchase(receivable, 50_000, FACE, 1);
        uint192 offer = _offer(financier, terms);
        _refused(
            _acceptAct(supplier, offer, financier, terms),
            abi.encodeWithSelector(IPurchaseOffers.AboveCeiling.selector, 40_001, 0)
        );
    }

    function test_a_ceiling_is_the_banks_own() public {
        assertNotEq(
            _outcome(_act(other, CEILING_TEXT, abi.encode(IPurchaseOffers.SetBankCeiling(obligor.account, CNY, 1)))), ""
        );
        _setCeiling(1);
        (, bool isSet,) = purchases.advancedBy(second.account, obligor.account, CNY);
        assertFalse(isSet);
    }
}

/// @notice Enough of a cash contract for the desk to list it.
contract CashLike {
    address public immutable bank;
    uint16 public immutable currency;

    constructor(address bank_, uint16 currency_) {
        (bank, currency) = (bank_, currency_);
    }
}
