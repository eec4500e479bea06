// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {Act} from "../../contracts/interfaces/IActs.sol";
import {IFinancing} from "../../contracts/interfaces/IFinancing.sol";
import {IPurchaseOffers, OfferPurchase, Recourse} from "../../contracts/interfaces/IPurchaseOffers.sol";
import {IReceivableHolds} from "../../contracts/interfaces/IReceivableHolds.sol";
import {Roles} from "../../contracts/types/Roles.sol";
import {FinancingBase} from "./FinancingBase.t.sol";

/// @notice From bank to bank: refinancing by the seller, and assignment of deals without recourse.
contract FinancingRefinanceTest is FinancingBase {
    uint192 private dealId;
    uint192 private receivable;

    function setUp() public override {
        super.setUp();
        receivable = _receivable(FACE);
        OfferPurchase memory terms = _purchase(receivable, 60_000);
        (terms.fee, terms.discountRate, terms.discountBasis) = (500, 1, 1000);
        dealId = _deal(terms);
    }

    // --- Refinancing ---

    /// @dev Another bank's offer for the range in custody.
    function _takeOver(uint64 advance) private returns (uint192 offer, OfferPurchase memory terms) {
        terms = _purchase(receivable, advance);
        offer = _offer(second, terms);
    }

    function test_refinancing_pays_the_old_bank_exactly_and_the_seller_the_rest() public {
        vm.warp(block.timestamp + 10 days);
        uint256 owed = _outstanding(dealId);
        assertEq(owed, 61_100);
        (uint192 offer, OfferPurchase memory terms) = _takeOver(75_000);
        _done(_refinanceAct(dealId, 61_100, offer, terms));
        (uint256 first, uint256 other_, uint256 seller) = _balances();
        assertEq(first, RICH + 1100);
        assertEq(other_, RICH - 75_000);
        assertEq(seller, 60_000 + 13_900);
        _assertState(dealId, IFinancing.DealState.Ended);
        _assertState(offer, IFinancing.DealState.Active);
    }

    function test_custody_has_no_gap_and_nothing_of_the_token_changes() public {
        (uint192 offer, OfferPurchase memory terms) = _takeOver(75_000);
        uint256 before = uint256(keccak256(abi.encode(token.tokenWord(_id(receivable, 0)))));
        Act memory act = _refinanceAct(dealId, 60_500, offer, terms);
        (bytes memory reason, Vm.Log[] memory logs) = _ran(act);
        assertEq(reason, "");
        for (uint256 i = 0; i < logs.length; ++i) {
            assertNotEq(logs[i].emitter, address(token), "the token says nothing");
        }
        assertEq(uint256(keccak256(abi.encode(token.tokenWord(_id(receivable, 0))))), before);
        _assertCustody(receivable, 0, FACE);
    }

    function test_what_was_paid_before_is_the_old_banks_and_later_the_new_ones() public {
        _pay(receivable, 20_500);
        (uint192 offer, OfferPurchase memory terms) = _takeOver(50_000);
        _done(_refinanceAct(dealId, 40_000, offer, terms));
        (uint256 first,,) = _balances();
        assertEq(first, RICH - 60_000 + 20_500 + 40_000);
        _pay(receivable, 79_500);
        financing.collect(offer);
        (uint256 after_, uint256 other_, uint256 seller) = _balances();
        assertEq(after_, first);
        assertEq(other_, RICH);
        assertEq(seller, 60_000 + 10_000 + 29_500);
    }

    /// @dev Else who loses by an order would have another deal's number stand where the council has named this one's.
    function test_what_a_court_holds_is_not_refinanced_and_its_order_runs() public {
        (uint192 offer, OfferPurchase memory terms) = _takeOver(75_000);
        uint256[] memory tokens = new uint256[](1);
        tokens[0] = _id(receivable, 0);
        vm.startPrank(officer.account);
        uint256 hold = holds.holdReceivable(IReceivableHolds.HoldReceivable(receivable, "order"));
        holds.narrow(IReceivableHolds.NarrowHold(hold, 0, FACE, tokens, "order"));
        IReceivableHolds.OrderRange memory order =
            IReceivableHolds.OrderRange(hold, tokens[0], 0, FACE, other.account, "judgment");
        holds.orderRange(order);
        vm.stopPrank();
        bytes memory refusal = abi.encodeWithSelector(IFinancing.RangeDiffers.selector, dealId, 0, FACE);
        _refused(_refinanceAct(dealId, 75_000, offer, terms), refusal);
        vm.warp(block.timestamp + 3 days);
        holds.executeRange(order, dealId);
        assertEq(token.ownerOf(tokens[0]), other.account);
    }

    function test_the_advance_covers_what_is_outstanding() public {
        (uint192 offer, OfferPurchase memory terms) = _takeOver(60_499);
        _refused(
            _refinanceAct(dealId, 99_999, offer, terms),
            abi.encodeWithSelector(IFinancing.PayoffAbove.selector, 60_500, 60_499)
        );
    }

    function test_the_payoff_is_no_more_than_the_seller_agreed_to() public {
        (uint192 offer, OfferPurchase memory terms) = _takeOver(75_000);
        _refused(
            _refinanceAct(dealId, 60_499, offer, terms),
            abi.encodeWithSelector(IFinancing.PayoffAbove.selector, 60_500, 60_499)
        );
    }

    function test_the_new_bank_takes_over_what_it_saw() public {
        (uint192 offer, OfferPurchase memory terms) = _takeOver(75_000);
        _pay(receivable, 1000);
        _refused(
            _refinanceAct(dealId, 99_999, offer, terms),
            abi.encodeWithSelector(IPurchaseOffers.FactsDiffer.selector, address(financing), FACE, 1, FACE - 1000)
        );
    }

    function test_an_offer_for_another_range_takes_nothing_over() public {
        uint192 elsewhere = _receivable(FACE);
        uint192 otherDeal = _deal(_purchase(elsewhere, 10));
        OfferPurchase memory terms = _purchase(elsewhere, 75_000);
        uint192 offer = _offer(second, terms);
        _refused(
            _refinanceAct(dealId, 99_999, offer, terms),
            abi.encodeWithSelector(IFinancing.RangeDiffers.selector, dealId, 0, FACE)
        );
        _assertState(otherDeal, IFinancing.DealState.Active);
    }

    function test_an_offer_for_a_part_of_the_range_takes_nothing_over() public {
        OfferPurchase memory head = _purchase(receivable, 0, 70_000, 75_000);
        OfferPurchase memory tail = _purchase(receivable, 30_000, FACE, 75_000);
        bytes memory reason = abi.encodeWithSelector(IFinancing.RangeDiffers.selector, dealId, 0, FACE);
        _refused(_refinanceAct(dealId, 99_999, _offer(second, head), head), reason);
        _refused(_refinanceAct(dealId, 99_999, _offer(second, tail), tail), reason);
    }

    function test_only_the_seller_of_a_deal_with_recourse_refinances() public {
        (uint192 without,) = _dealWithout(10_000);
        (uint192 offer, OfferPurchase memory terms) = _takeOver(75_000);
        _refused(
            _refinanceAct(without, 99_999, offer, terms),
            abi.encodeWithSelector(IFinancing.RecourseDiffers.selector, without, Recourse.None)
        );
        Act memory act = _act(
            other,
            abi.encodePacked(REFINANCE_TEXT, TERMS_TEXT),
            abi.encode(IFinancing.RefinanceDeal(dealId, 99_999, offer, second.account, terms))
        );
        _refused(act, abi.encodeWithSelector(IFinancing.NotSeller.selector, other.account, supplier.account));
    }

    function test_a_suspended_old_banks_payoff_is_kept_for_it() public {
        (uint192 offer, OfferPurchase memory terms) = _takeOver(75_000);
        _suspend(financier.account);
        _done(_refinanceAct(dealId, 60_500, offer, terms));
        assertEq(financing.financingCredit(financier.account, CASH), 60_500);
        assertEq(cash.balanceOf(address(financing)), 60_500);
    }

    function test_advances_count_for_the_bank_that_has_them() public {
        (uint192 offer, OfferPurchase memory terms) = _takeOver(75_000);
        _done(_refinanceAct(dealId, 60_500, offer, terms));
        (uint128 old,,) = purchases.advancedBy(financier.account, obligor.account, CNY);
        (uint128 new_,,) = purchases.advancedBy(second.account, obligor.account, CNY);
        assertEq(old, 0);
        assertEq(new_, 75_000);
    }

    function test_a_bank_may_refinance_its_own_deal_within_its_ceiling() public {
        _done(_act(financier, CEILING_TEXT, abi.encode(IPurchaseOffers.SetBankCeiling(obligor.account, CNY, 65_000))));
        OfferPurchase memory terms = _purchase(receivable, 65_000);
        uint192 offer = _offer(financier, terms);
        Act memory act = _act(
            supplier,
            abi.encodePacked(REFINANCE_TEXT, TERMS_TEXT),
            abi.encode(IFinancing.RefinanceDeal(dealId, 60_500, offer, financier.account, terms))
        );
        _done(act);
        (uint256 first,, uint256 seller) = _balances();
        assertEq(first, RICH - 60_000 - 4500);
        assertEq(seller, 64_500);
    }

    function test_after_refinancing_the_range_returns_when_the_new_bank_is_satisfied() public {
        (uint192 offer, OfferPurchase memory terms) = _takeOver(75_000);
        _done(_refinanceAct(dealId, 60_500, offer, terms));
        _pay(receivable, 76_000);
        financing.collect(offer);
        _assertFree(receivable, 0, FACE, supplier.account);
    }

    // --- Assignment ---

    function _assignable() private returns (uint192 without, uint192 id) {
        (without, id) = _dealWithout(60_000);
    }

    function test_a_deal_without_recourse_changes_hands_at_a_price() public {
        (uint192 without, uint192 id) = _assignable();
        uint256 before = cash.balanceOf(financier.account);
        _pay(id, 10_000);
        _done(_assignAct(without, 75_000, 1, 90_000));
        assertEq(cash.balanceOf(financier.account), before + 10_000 + 75_000);
        assertEq(financing.dealOf(without).bank, second.account);
        _assertCustody(id, 0, FACE);
        _pay(id, 90_000);
        financing.collect(without);
        assertEq(cash.balanceOf(second.account), RICH - 75_000 + 90_000);
    }

    function test_the_assignee_gets_what_it_saw() public {
        (uint192 without, uint192 id) = _assignable();
        _pay(id, 10_000);
        bytes memory reason = abi.encodeWithSelector(IFinancing.AssignedDiffers.selector, without, 1, 90_000);
        _refused(_assignAct(without, 75_000, 0, 90_000), reason);
        _refused(_assignAct(without, 75_000, 1, 90_001), reason);
    }

    function test_a_deal_with_recourse_is_not_assigned() public {
        _refused(
            _assignAct(dealId, 75_000, 0, 0),
            abi.encodeWithSelector(IFinancing.RecourseDiffers.selector, dealId, Recourse.Full)
        );
    }

    function test_both_banks_sign_an_assignment() public {
        (uint192 without,) = _assignable();
        bytes memory body = abi.encode(IFinancing.AssignDeal(without, second.account, 1, 0, 0));
        _refused(
            _act(financier, ASSIGN_TEXT, body), abi.encodeWithSelector(IFinancing.PartyUnable.selector, second.account)
        );
        _refused(
            _act(second, ASSIGN_TEXT, body),
            abi.encodeWithSelector(IFinancing.NotBank.selector, second.account, financier.account)
        );
        bytes memory toSupplier = abi.encode(IFinancing.AssignDeal(without, supplier.account, 1, 0, 0));
        _refused(
            _both(financier, supplier, ASSIGN_TEXT, toSupplier),
            abi.encodeWithSelector(IFinancing.PartyUnable.selector, supplier.account)
        );
    }

    function test_an_assignment_may_be_free_and_moves_the_advance_to_the_others_ceiling() public {
        (uint192 without,) = _assignable();
        _done(_assignAct(without, 0, 0, FACE));
        (uint128 first,,) = purchases.advancedBy(financier.account, obligor.account, CNY);
        (uint128 other_,,) = purchases.advancedBy(second.account, obligor.account, CNY);
        assertEq(first, 60_000, "the deal with recourse is left");
        assertEq(other_, 60_000);
    }

    function test_an_assignment_above_the_others_ceiling_is_refused() public {
        (uint192 without,) = _assignable();
        _done(_act(second, CEILING_TEXT, abi.encode(IPurchaseOffers.SetBankCeiling(obligor.account, CNY, 59_999))));
        _refused(
            _assignAct(without, 0, 0, 0), abi.encodeWithSelector(IPurchaseOffers.AboveCeiling.selector, 60_000, 59_999)
        );
    }

    function test_the_assignee_is_a_bank_and_the_assignor_need_not_be_one_any_more() public {
        (uint192 without,) = _assignable();
        members.setRoles(financier.account, Roles.SUPPLIER);
        financier.role = Roles.SUPPLIER;
        _done(_assignAct(without, 70_000, 0, 0));
        assertEq(financing.dealOf(without).bank, second.account);
    }
}
