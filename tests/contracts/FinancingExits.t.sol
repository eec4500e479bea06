// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Act} from "../../contracts/interfaces/IActs.sol";
import {IFinancing} from "../../contracts/interfaces/IFinancing.sol";
import {IMembers} from "../../contracts/interfaces/IMembers.sol";
import {OfferPurchase, Recourse} from "../../contracts/interfaces/IPurchaseOffers.sol";
import {IReceivableEndings} from "../../contracts/interfaces/IReceivableEndings.sol";
import {IReceivableHolds} from "../../contracts/interfaces/IReceivableHolds.sol";
import {IReceivableToken} from "../../contracts/interfaces/IReceivableToken.sol";
import {IRepayment} from "../../contracts/interfaces/IRepayment.sol";
import {ISettlementCash} from "../../contracts/interfaces/ISettlementCash.sol";
import {TokenWords} from "../../contracts/types/TokenWord.sol";
import {FinancingBase} from "./FinancingBase.t.sol";

/// @notice Every state of a deal has an exit that somebody named can take; nothing is stuck.
contract FinancingExitsTest is FinancingBase {
    // --- Without recourse: the bank takes the range ---

    function test_the_bank_takes_the_range_of_a_deal_without_recourse() public {
        (uint192 dealId, uint192 receivable) = _dealWithout(60_000);
        _pay(receivable, 10_000);
        _done(_takeOutAct(financier, dealId));
        _assertFree(receivable, 0, FACE, financier.account);
        _assertState(dealId, IFinancing.DealState.Ended);
        assertEq(cash.balanceOf(financier.account), RICH - 60_000 + 10_000);
        (uint128 advanced,,) = purchases.advancedBy(financier.account, obligor.account, CNY);
        assertEq(advanced, 0);
        _pay(receivable, 90_000);
        _draw(_id(receivable, 0));
        assertEq(cash.balanceOf(financier.account), RICH + 40_000);
    }

    function test_with_recourse_the_bank_does_not_take_the_range() public {
        (uint192 dealId,) = _deal(60_000);
        _refused(
            _takeOutAct(financier, dealId),
            abi.encodeWithSelector(IFinancing.RecourseDiffers.selector, dealId, Recourse.Full)
        );
    }

    function test_only_the_deals_bank_takes_out_and_waives() public {
        (uint192 without,) = _dealWithout(60_000);
        _refused(
            _takeOutAct(second, without),
            abi.encodeWithSelector(IFinancing.NotBank.selector, second.account, financier.account)
        );
        (uint192 dealId,) = _deal(60_000);
        _refused(
            _waiveAct(supplier, dealId),
            abi.encodeWithSelector(IFinancing.NotBank.selector, supplier.account, financier.account)
        );
    }

    // --- With recourse: the bank waives, or both agree ---

    /// @dev Paid outside the ledger, or given up: the range is the seller's again, who may retire it with the obligor.
    function test_the_bank_waives_what_is_outstanding_and_the_range_returns() public {
        (uint192 dealId, uint192 receivable) = _deal(60_000);
        _pay(receivable, 10_000);
        vm.expectEmit(address(financing));
        emit IFinancing.DealEnded(
            dealId, IFinancing.Ending.Waived, supplier.account, 0, 0, 50_000, "paid in another way"
        );
        _run(_waiveAct(financier, dealId));
        _assertFree(receivable, 0, FACE, supplier.account);
        (uint128 advanced,,) = purchases.advancedBy(financier.account, obligor.account, CNY);
        assertEq(advanced, 0);
    }

    function test_without_recourse_there_is_nothing_to_waive() public {
        (uint192 dealId,) = _dealWithout(60_000);
        _refused(
            _waiveAct(financier, dealId),
            abi.encodeWithSelector(IFinancing.RecourseDiffers.selector, dealId, Recourse.None)
        );
    }

    function test_bank_and_seller_settle_and_the_range_goes_to_either() public {
        (uint192 one, uint192 first) = _deal(60_000);
        _done(_settleAct(one, financier.account));
        _assertFree(first, 0, FACE, financier.account);
        (uint192 two, uint192 other_) = _deal(60_000);
        _done(_settleAct(two, supplier.account));
        _assertFree(other_, 0, FACE, supplier.account);
        (uint192 three,) = _deal(60_000);
        _refused(
            _settleAct(three, second.account), abi.encodeWithSelector(IFinancing.NeitherParty.selector, second.account)
        );
    }

    function test_settling_takes_both() public {
        (uint192 dealId,) = _deal(60_000);
        bytes memory body = abi.encode(IFinancing.SettleDeal(dealId, financier.account, "agreement"));
        bytes memory reason =
            abi.encodeWithSelector(IFinancing.BothMustSign.selector, financier.account, supplier.account);
        _refused(_act(financier, SETTLE_TEXT, body), reason);
        _refused(_act(supplier, SETTLE_TEXT, body), reason);
        _refused(_both(financier, other, SETTLE_TEXT, body), reason);
    }

    // --- A part leaves ---

    function test_a_tail_that_both_let_go_is_no_longer_the_deals() public {
        (uint192 dealId, uint192 receivable) = _deal(50_000);
        _done(_tailAct(dealId, 70_000, supplier.account));
        _assertCustody(receivable, 0, 70_000);
        _assertFree(receivable, 70_000, FACE, supplier.account);
        _pay(receivable, 50_000);
        financing.collect(dealId);
        _draw(_id(receivable, 70_000));
        _assertPaid(35_000, 15_000, 50_000);
        _assertState(dealId, IFinancing.DealState.Active);
    }

    function test_a_released_tail_is_financed_anew_and_the_deals_do_not_mix() public {
        (uint192 dealId, uint192 receivable) = _deal(50_000);
        _done(_tailAct(dealId, 70_000, supplier.account));
        assertEq(financing.dealOf(dealId).end, 70_000);
        OfferPurchase memory terms = _purchase(receivable, 70_000, FACE, 20_000);
        uint192 anew = _offer(second, terms);
        _done(_acceptAct(supplier, anew, second, terms));
        _pay(receivable, 50_000);
        financing.collect(dealId);
        financing.collect(anew);
        (uint256 first, uint256 other_,) = _balances();
        assertEq(first, RICH - 50_000 + 35_000);
        assertEq(other_, RICH - 20_000 + 15_000);
    }

    /// @dev A credit note on 30 of 100: the released tail is retired by seller and obligor, and the bank gets of the 70 all that it is owed.
    function test_a_credit_note_on_a_part_of_a_financed_receivable() public {
        (uint192 dealId, uint192 receivable) = _deal(60_000);
        _pay(receivable, 10_000);
        _done(_tailAct(dealId, 70_000, supplier.account));
        _retire(_id(receivable, 70_000), 70_000, FACE, 27_000);
        _pay(receivable, 63_000);
        financing.collect(dealId);
        _assertPaid(60_000, 13_000, 60_000);
        _assertState(dealId, IFinancing.DealState.Ended);
    }

    function _retire(uint256 id, uint64 start, uint64 end, uint64 owed) private {
        bytes memory text =
            "RetireRange(uint256 token,uint64 start,uint64 end,uint8 reason,uint16 payments,uint64 owed,bytes32 document)";
        _kind(text, text, "RetireRange", address(endings), endings.retire.selector, 0);
        uint16 payments = token.wordOf(uint192(id >> 64)).payments();
        IReceivableEndings.RetireRange memory body = IReceivableEndings.RetireRange(
            id, start, end, IReceivableEndings.Reason.CreditNote, payments, owed, "credit note"
        );
        _done(_both(supplier, obligor, text, abi.encode(body)));
    }

    function test_a_retirement_beside_a_financed_range_changes_nothing_for_it() public {
        uint192 receivable = _receivable(FACE);
        uint192 dealId = _deal(_purchase(receivable, 40_000, FACE, 50_000));
        _retire(_id(receivable, 0), 10_000, 40_000, 30_000);
        _pay(receivable, 35_000);
        financing.collect(dealId);
        _assertPaid(30_000, 0, 50_000);
        _pay(receivable, 35_000);
        financing.collect(dealId);
        _assertPaid(50_000, 10_000, 50_000);
    }

    function test_a_tail_begins_inside_the_range() public {
        (uint192 dealId,) = _deal(50_000);
        _refused(
            _tailAct(dealId, 0, supplier.account),
            abi.encodeWithSelector(IFinancing.RangeDiffers.selector, dealId, 0, FACE)
        );
        _refused(
            _tailAct(dealId, FACE, supplier.account),
            abi.encodeWithSelector(IReceivableToken.RangeEmpty.selector, FACE, FACE)
        );
    }

    // --- The receivable ends in another way ---

    function test_a_cancelled_receivable_leaves_the_deal_its_exits() public {
        (uint192 dealId, uint192 receivable) = _deal(60_000);
        vm.prank(address(endings));
        token.flag(_id(receivable, 0), TokenWords.CANCEL_CONSENT, 0);
        endings.cancel(receivable);
        financing.collect(dealId);
        _assertState(dealId, IFinancing.DealState.Active);
        financing.fireRecourse(dealId);
        _assertState(dealId, IFinancing.DealState.Ended);
        (uint256 first,, uint256 seller) = _balances();
        assertEq(first, RICH);
        assertEq(seller, 0);
    }

    function test_a_cancelled_receivable_ends_a_deal_without_recourse() public {
        (uint192 dealId, uint192 receivable) = _dealWithout(60_000);
        _pay(receivable, 10_000);
        vm.prank(address(endings));
        token.flag(_id(receivable, 0), TokenWords.CANCEL_CONSENT, 0);
        endings.cancel(receivable);
        financing.collect(dealId);
        _assertState(dealId, IFinancing.DealState.Ended);
        assertEq(cash.balanceOf(financier.account), RICH - 60_000 + 10_000);
    }

    function test_the_waiver_of_a_closed_receivables_rest_moves_nothing() public {
        uint192 small = _receivable(10_000);
        OfferPurchase memory terms = _purchase(small, 10_000);
        terms.fee = 50;
        uint192 dealId = _deal(terms);
        _pay(small, 10_000);
        _done(_waiveAct(financier, dealId));
        _assertState(dealId, IFinancing.DealState.Ended);
        assertEq(financing.dealOf(dealId).advance, 50);
    }

    function test_holders_are_paid_by_a_third_party_too() public {
        (uint192 dealId, uint192 receivable) = _deal(60_000);
        _payInItsPlace(receivable);
        financing.collect(dealId);
        _assertPaid(60_000, 40_000, 60_000);
        _assertState(dealId, IFinancing.DealState.Ended);
    }

    function _payInItsPlace(uint192 receivable) private {
        bytes memory text = "PayAsThirdParty(uint192 receivable,uint64 amount,bytes32 ref)";
        _kind(text, text, "PayAsThirdParty", address(repayment), repayment.payAsThirdParty.selector, 0);
        _fund(other.account, FACE);
        _done(_act(other, text, abi.encode(IRepayment.PayAsThirdParty(receivable, FACE, "guarantee"))));
    }

    /// @dev Holders are owed nothing more, though the receivable lives until the third party has its money: what is missing is the seller's.
    function test_what_a_third_party_did_not_bring_the_seller_owes() public {
        uint192 receivable = _receivable(FACE);
        OfferPurchase memory terms = _purchase(receivable, FACE);
        terms.fee = 50;
        uint192 dealId = _deal(terms);
        _payInItsPlace(receivable);
        financing.collect(dealId);
        _assertState(dealId, IFinancing.DealState.Active);
        financing.fireRecourse(dealId);
        _assertState(dealId, IFinancing.DealState.Ended);
        assertEq(cash.balanceOf(financier.account), RICH + 50);
    }

    // --- Held by a court ---

    function _holdWhole(uint192 receivable) private returns (uint256 hold) {
        vm.prank(officer.account);
        return holds.holdReceivable(IReceivableHolds.HoldReceivable(receivable, "order"));
    }

    function _lift(uint256 hold, uint256[] memory tokens) private {
        vm.prank(officer.account);
        holds.lift(IReceivableHolds.LiftCourtHold(hold, tokens, "order"));
    }

    function test_a_held_receivables_money_is_kept_and_comes_when_it_is_lifted() public {
        (uint192 dealId, uint192 receivable) = _deal(60_000);
        uint256 hold = _holdWhole(receivable);
        _pay(receivable, FACE);
        financing.collect(dealId);
        _assertPaid(0, 0, 60_000);
        _assertState(dealId, IFinancing.DealState.Active);
        _lift(hold, new uint256[](0));
        financing.collect(dealId);
        _assertPaid(60_000, 40_000, 60_000);
    }

    function test_without_recourse_too_a_held_receivables_deal_does_not_end_before_its_money_came() public {
        (uint192 dealId, uint192 receivable) = _dealWithout(60_000);
        uint256 hold = _holdWhole(receivable);
        _pay(receivable, FACE);
        financing.collect(dealId);
        _assertState(dealId, IFinancing.DealState.Active);
        vm.prank(financier.account);
        vm.expectRevert(abi.encodeWithSelector(IFinancing.MoneyHeld.selector, _id(receivable, 0)));
        financing.takeOutDeal(IFinancing.TakeOutDeal(dealId));
        _lift(hold, new uint256[](0));
        financing.collect(dealId);
        _assertState(dealId, IFinancing.DealState.Ended);
        _assertPaid(FACE, 0, 60_000);
    }

    /// @dev The seller has paid, so what a hold kept is the seller's when it comes; the deal does not end before.
    function test_kept_money_is_the_sellers_after_recourse() public {
        (uint192 dealId, uint192 receivable) = _deal(60_000);
        uint256 hold = _holdWhole(receivable);
        _pay(receivable, FACE);
        financing.fireRecourse(dealId);
        _assertState(dealId, IFinancing.DealState.Satisfied);
        vm.expectRevert(abi.encodeWithSelector(IFinancing.MoneyHeld.selector, _id(receivable, 0)));
        financing.release(dealId);
        _lift(hold, new uint256[](0));
        financing.release(dealId);
        _assertState(dealId, IFinancing.DealState.Ended);
        (uint256 first,, uint256 seller) = _balances();
        assertEq(first, RICH);
        assertEq(seller, FACE);
    }

    function test_a_held_range_is_bought_back_and_released_when_it_is_lifted() public {
        (uint192 dealId, uint192 receivable) = _deal(60_000);
        uint256 hold = _holdWhole(receivable);
        _done(_buyBackAct(supplier, dealId, 60_000));
        _assertState(dealId, IFinancing.DealState.Satisfied);
        _assertCustody(receivable, 0, FACE);
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.ReceivableStopped.selector, receivable));
        financing.release(dealId);
        _lift(hold, new uint256[](0));
        financing.release(dealId);
        _assertFree(receivable, 0, FACE, supplier.account);
    }

    function test_a_paused_receivable_still_pays() public {
        (uint192 dealId, uint192 receivable) = _deal(60_000);
        token.setPaused(receivable, true);
        _pay(receivable, 70_000);
        financing.collect(dealId);
        _assertPaid(60_000, 10_000, 60_000);
        _assertState(dealId, IFinancing.DealState.Satisfied);
        token.setPaused(receivable, false);
        financing.release(dealId);
        _assertFree(receivable, 0, FACE, supplier.account);
    }

    /// @dev The court holds [30, 60) of the range in custody.
    function _holdMiddle(uint192 receivable) private returns (uint256 hold) {
        hold = _holdWhole(receivable);
        vm.prank(officer.account);
        holds.narrow(IReceivableHolds.NarrowHold(hold, 30_000, 60_000, _one(_id(receivable, 0)), "order"));
    }

    function test_what_a_court_does_not_hold_of_the_range_goes_on_paying() public {
        (uint192 dealId, uint192 receivable) = _deal(60_000);
        _holdMiddle(receivable);
        _pay(receivable, 50_000);
        financing.collect(dealId);
        _assertPaid(35_000, 0, 60_000);
    }

    function test_after_the_hold_the_range_is_joined_and_refinanced() public {
        (uint192 dealId, uint192 receivable) = _deal(60_000);
        uint256 hold = _holdMiddle(receivable);
        _pay(receivable, 10_000);
        _lift(hold, _one(_id(receivable, 30_000)));
        financing.join(dealId);
        _assertCustody(receivable, 0, FACE);
        _assertPaid(10_000, 0, 60_000);
        OfferPurchase memory terms = _purchase(receivable, 70_000);
        uint192 offer = _offer(second, terms);
        _done(_refinanceAct(dealId, 50_000, offer, terms));
        _assertPaid(60_000, 20_000, 60_000);
    }

    function test_all_pieces_return_after_a_hold_that_cut_them() public {
        (uint192 dealId, uint192 receivable) = _deal(60_000);
        uint256 hold = _holdMiddle(receivable);
        _done(_buyBackAct(supplier, dealId, 60_000));
        _assertState(dealId, IFinancing.DealState.Satisfied);
        _assertFree(receivable, 60_000, FACE, supplier.account);
        _lift(hold, _one(_id(receivable, 30_000)));
        financing.release(dealId);
        _assertFree(receivable, 30_000, 60_000, supplier.account);
    }

    /// @dev A court's order gives [start, end) of the held middle to the other supplier.
    function _orderAway(uint192 dealId, uint192 receivable, uint256 hold, uint64 start, uint64 end) private {
        IReceivableHolds.OrderRange memory order =
            IReceivableHolds.OrderRange(hold, _tokenAt(receivable, start), start, end, other.account, "judgment");
        vm.prank(officer.account);
        holds.orderRange(order);
        vm.warp(block.timestamp + 3 days);
        holds.executeRange(order, dealId);
    }

    function test_what_an_order_takes_out_of_the_middle_is_gone_and_the_rest_goes_on() public {
        (uint192 dealId, uint192 receivable) = _deal(50_000);
        uint256 hold = _holdMiddle(receivable);
        _orderAway(dealId, receivable, hold, 30_000, 60_000);
        _assertToken(receivable, 30_000, 60_000, other.account);
        _pay(receivable, 50_000);
        financing.collect(dealId);
        _assertPaid(35_000, 0, 50_000);
        _pay(receivable, 50_000);
        financing.collect(dealId);
        _assertPaid(50_000, 20_000, 50_000);
        _assertState(dealId, IFinancing.DealState.Ended);
    }

    function test_a_deal_whose_head_was_taken_goes_on_behind_it() public {
        uint192 receivable = _receivable(FACE);
        uint192 dealId = _deal(_purchase(receivable, 30_000, FACE, 50_000));
        _move(supplier, _id(receivable, 0), 0, 30_000, other.account);
        uint256 hold = _holdMiddle(receivable, 30_000);
        _orderAway(dealId, receivable, hold, 30_000, 60_000);
        _joinOthers(receivable);
        _assertLeft(dealId, 60_000, FACE);
        _pay(receivable, 50_000);
        financing.collect(dealId);
        _assertPaid(20_000, 0, 50_000);
    }

    function _holdMiddle(uint192 receivable, uint64 start) private returns (uint256 hold) {
        hold = _holdWhole(receivable);
        vm.prank(officer.account);
        holds.narrow(IReceivableHolds.NarrowHold(hold, 30_000, 60_000, _one(_id(receivable, start)), "order"));
    }

    function _joinOthers(uint192 receivable) private {
        vm.prank(other.account);
        token.merge(IReceivableToken.Merge(_id(receivable, 0), _id(receivable, 30_000)));
        _assertToken(receivable, 0, 60_000, other.account);
    }

    function test_a_deal_whose_whole_range_was_taken_keeps_its_claim() public {
        uint192 receivable = _receivable(FACE);
        uint192 dealId = _deal(_purchase(receivable, 30_000, 60_000, 20_000));
        _move(supplier, _id(receivable, 0), 0, 30_000, other.account);
        _move(supplier, _id(receivable, 60_000), 60_000, FACE, other.account);
        uint256 hold = _holdMiddle(receivable, 30_000);
        _orderAway(dealId, receivable, hold, 30_000, 60_000);
        _joinOthers(receivable);
        vm.prank(other.account);
        token.merge(IReceivableToken.Merge(_id(receivable, 0), _id(receivable, 60_000)));
        _assertLeft(dealId, 60_000, 60_000);
        _pay(receivable, 50_000);
        financing.collect(dealId);
        assertEq(_outstanding(dealId), 20_000);
        vm.warp(DUE + 1);
        financing.fireRecourse(dealId);
        _assertState(dealId, IFinancing.DealState.Ended);
        assertEq(cash.balanceOf(financier.account), RICH);
    }

    function _assertLeft(uint192 dealId, uint64 start, uint64 end) private view {
        IFinancing.Deal memory found = financing.dealOf(dealId);
        assertEq(found.start, start, "start of what is left");
        assertEq(found.end, end, "end of what is left");
    }

    function test_a_held_account_disposes_of_no_deal() public {
        (uint192 dealId,) = _deal(50_000);
        (uint192 without,) = _dealWithout(50_000);
        vm.startPrank(officer.account);
        holds.holdAccount(IReceivableHolds.HoldAccount(financier.account, "order"));
        holds.holdAccount(IReceivableHolds.HoldAccount(supplier.account, "order"));
        vm.stopPrank();
        bytes memory bankUnable = abi.encodeWithSelector(IFinancing.PartyUnable.selector, financier.account);
        _refused(_waiveAct(financier, dealId), bankUnable);
        _refused(_takeOutAct(financier, without), bankUnable);
        _refused(_assignAct(without, 1, 0, 0), bankUnable);
        _refused(_settleAct(dealId, supplier.account), bankUnable);
        _refused(
            _buyBackAct(supplier, dealId, 50_000),
            abi.encodeWithSelector(IFinancing.PartyUnable.selector, supplier.account)
        );
        vm.warp(DUE + 1);
        vm.expectRevert(abi.encodeWithSelector(IFinancing.PartyUnable.selector, supplier.account));
        financing.fireRecourse(dealId);
    }

    function test_a_held_bank_takes_no_deal_over() public {
        (uint192 without,) = _dealWithout(50_000);
        vm.prank(officer.account);
        holds.holdAccount(IReceivableHolds.HoldAccount(second.account, "order"));
        _refused(_assignAct(without, 1, 0, 0), abi.encodeWithSelector(IFinancing.PartyUnable.selector, second.account));
    }

    // --- Members that change ---

    function test_a_liquidated_sellers_new_operator_takes_its_exits() public {
        (uint192 dealId, uint192 receivable) = _deal(50_000);
        address liquidator = makeAddr("liquidator");
        members.recover(supplier.account, liquidator, "liquidation");
        vm.prank(liquidator);
        financing.buyBack(IFinancing.BuyBack(dealId, 50_000));
        _assertFree(receivable, 0, FACE, supplier.account);
    }

    /// @dev The council, that suspended it, reinstates it. Meanwhile nothing is lost, and the discount is the same as if nothing had happened, since
    /// payments count from their distribution.
    function test_a_suspended_financing_keeps_everything_until_the_council_reinstates_it() public {
        uint192 receivable = _receivable(FACE);
        OfferPurchase memory terms = _purchase(receivable, 60_000);
        (terms.discountRate, terms.discountBasis) = (1, 1000);
        uint192 dealId = _deal(terms);
        vm.warp(block.timestamp + 10 days);
        _pay(receivable, 60_600);
        _suspend(address(financing));
        vm.warp(block.timestamp + 10 days);
        bytes memory reason = abi.encodeWithSelector(IMembers.MemberIsSuspended.selector, address(financing));
        vm.expectRevert(reason);
        financing.collect(dealId);
        _refused(_buyBackAct(supplier, dealId, 60_000), reason);
        _refused(_waiveAct(financier, dealId), reason);
        members.reinstate(address(financing), "inquiry closed");
        financing.collect(dealId);
        _assertPaid(60_600, 0, 60_000);
        _assertFree(receivable, 0, FACE, supplier.account);
    }

    function test_nothing_is_given_to_the_financing_account_directly() public {
        uint192 receivable = _receivable(FACE);
        vm.prank(supplier.account);
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.RecipientDeclinesDirect.selector, address(financing)));
        token.transferFrom(supplier.account, address(financing), _id(receivable, 0));
    }

    function test_no_money_is_given_to_the_financing_account_directly() public {
        _fund(other.account, 5);
        vm.prank(other.account);
        vm.expectRevert(abi.encodeWithSelector(ISettlementCash.RecipientDeclinesDirect.selector, address(financing)));
        cash.transfer(address(financing), 5);
    }

    function test_an_unknown_deal_is_none() public {
        bytes memory reason = abi.encodeWithSelector(IFinancing.WrongDealState.selector, 7, IFinancing.DealState.None);
        vm.expectRevert(reason);
        financing.collect(7);
        vm.expectRevert(reason);
        financing.join(7);
        vm.expectRevert(reason);
        financing.fireRecourse(7);
        Act memory act = _buyBackAct(supplier, 7, 1);
        _refused(act, reason);
    }
}
