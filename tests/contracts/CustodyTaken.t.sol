// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ICustody} from "../../contracts/interfaces/ICustody.sol";
import {IFinancing} from "../../contracts/interfaces/IFinancing.sol";
import {IRangeReceipts} from "../../contracts/interfaces/IRangeReceipts.sol";
import {IReceivableHolds} from "../../contracts/interfaces/IReceivableHolds.sol";
import {IReceivableToken} from "../../contracts/interfaces/IReceivableToken.sol";
import {OfferPurchase} from "../../contracts/interfaces/IPurchaseOffers.sol";
import {FinancingBase} from "./FinancingBase.t.sol";

/// @notice What a court takes out of a deal, or what goes back before the rest can, is that deal's no more, whoever brings it into custody again.
contract CustodyTakenTest is FinancingBase {
    uint192 private dealId;
    uint192 private receivable;
    uint256 private hold;

    function setUp() public override {
        super.setUp();
        (dealId, receivable) = _deal(50_000);
        _holdMiddle();
    }

    /// @dev The court holds [30,000, 60,000).
    function _holdMiddle() private {
        vm.startPrank(officer.account);
        hold = holds.holdReceivable(IReceivableHolds.HoldReceivable(receivable, "order"));
        holds.narrow(IReceivableHolds.NarrowHold(hold, 30_000, 60_000, _one(_id(receivable, 0)), "order"));
        vm.stopPrank();
    }

    function _ordered(uint64 start, uint64 end) private returns (IReceivableHolds.OrderRange memory order) {
        order = IReceivableHolds.OrderRange(hold, _tokenAt(receivable, start), start, end, other.account, "judgment");
        vm.prank(officer.account);
        holds.orderRange(order);
        vm.warp(block.timestamp + 3 days);
    }

    function _taken(uint64 start, uint64 end) private {
        holds.executeRange(_ordered(start, end), dealId);
    }

    function _lift() private {
        vm.prank(officer.account);
        holds.lift(IReceivableHolds.LiftCourtHold(hold, new uint256[](0), "order"));
    }

    function _assertLeft(uint64 start, uint64 end) private view {
        IFinancing.Deal memory found = financing.dealOf(dealId);
        assertEq(found.start, start, "start of what is left");
        assertEq(found.end, end, "end of what is left");
    }

    /// @dev What the taker sells of it to the second bank; the outcome of the acceptance.
    function _resold(uint64 start, uint64 end) private returns (uint192 offer, bytes memory reason) {
        OfferPurchase memory terms = _purchase(receivable, start, end, 10_000);
        offer = _offer(second, terms);
        reason = _outcome(_acceptAct(terms.seller == supplier.account ? supplier : other, offer, second, terms));
    }

    // --- By a court's order ---

    /// @dev Else the first bank would collect what the second bank's range brings.
    function test_what_left_the_middle_comes_into_no_other_deal_while_the_first_lives() public {
        _taken(30_000, 60_000);
        (, bytes memory reason) = _resold(30_000, 60_000);
        assertEq(reason, abi.encodeWithSelector(IRangeReceipts.RangeInDeal.selector, dealId));
        (, reason) = _resold(59_999, 60_000);
        assertEq(reason, abi.encodeWithSelector(IRangeReceipts.RangeInDeal.selector, dealId));
        _pay(receivable, 50_000);
        financing.collect(dealId);
        assertEq(cash.balanceOf(financier.account), RICH - 50_000 + 35_000, "of the rest only");
    }

    function test_it_comes_into_another_deal_when_the_first_has_ended() public {
        _taken(30_000, 60_000);
        _fund(supplier.account, 50_000);
        _done(_buyBackAct(supplier, dealId, 50_000));
        _assertState(dealId, IFinancing.DealState.Ended);
        (uint192 next, bytes memory reason) = _resold(30_000, 60_000);
        assertEq(reason, "");
        _pay(receivable, 50_000);
        financing.collect(next);
        assertEq(cash.balanceOf(second.account), RICH, "10,000 lent, 10,000 of 15,000 back");
        assertEq(cash.balanceOf(other.account), 10_000 + 5000);
    }

    function test_what_left_the_edge_comes_into_another_deal_at_once() public {
        _taken(30_000, 40_000);
        _lift();
        holds.free(_one(_id(receivable, 40_000)));
        _holdAgain(0, 30_000);
        _taken(0, 30_000);
        _assertLeft(40_000, FACE);
        (uint192 next, bytes memory reason) = _resold(30_000, 40_000);
        assertEq(reason, "");
        _pay(receivable, 50_000);
        financing.collect(dealId);
        financing.collect(next);
        assertEq(cash.balanceOf(financier.account), RICH - 50_000 + 30_000);
        assertEq(cash.balanceOf(second.account), RICH - 10_000 + 5000);
    }

    function _holdAgain(uint64 start, uint64 end) private {
        vm.startPrank(officer.account);
        hold = holds.holdReceivable(IReceivableHolds.HoldReceivable(receivable, "order"));
        uint256[] memory tokens = new uint256[](1);
        tokens[0] = _tokenAt(receivable, start);
        holds.narrow(IReceivableHolds.NarrowHold(hold, start, end, tokens, "order"));
        vm.stopPrank();
    }

    function test_a_tail_that_is_taken_ends_the_range_before_it_and_before_a_hole() public {
        _taken(30_000, 40_000);
        _taken(50_000, 60_000);
        _assertLeft(0, FACE);
        _lift();
        _holdAgain(60_000, FACE);
        IReceivableHolds.OrderRange memory order = _ordered(60_000, FACE);
        vm.expectEmit(address(financing));
        emit IFinancing.RangeLeft(dealId, other.account, 60_000, FACE, 0, 50_000);
        holds.executeRange(order, dealId);
        _assertLeft(0, 50_000);
    }

    function test_whoever_executes_an_order_names_the_deal_that_it_hits() public {
        IReceivableHolds.OrderRange memory order = _ordered(30_000, 60_000);
        bytes4 other_ = ICustody.NotInCustodyFor.selector;
        vm.expectRevert(abi.encodeWithSelector(other_, 0, 30_000, 60_000));
        holds.executeRange(order, 0);
        (uint192 another,) = _deal(1000);
        vm.expectRevert(abi.encodeWithSelector(other_, another, 30_000, 60_000));
        holds.executeRange(order, another);
        holds.executeRange(order, dealId);
    }

    function test_a_deal_that_has_ended_is_not_named_for_a_living_one() public {
        _lift();
        holds.free(_one(_id(receivable, 30_000)));
        financing.join(dealId);
        _fund(supplier.account, 50_000);
        _done(_buyBackAct(supplier, dealId, 50_000));
        uint192 ended = dealId;
        dealId = _deal(_purchase(receivable, 50_000));
        _holdMiddle();
        IReceivableHolds.OrderRange memory order = _ordered(30_000, 60_000);
        vm.expectRevert(abi.encodeWithSelector(ICustody.NotInCustodyFor.selector, ended, 30_000, 60_000));
        holds.executeRange(order, ended);
    }

    /// @dev What a hold kept of a paid receivable, though the deal has ended.
    function test_an_order_takes_what_an_ended_deal_left_of_a_receivable_that_is_over() public {
        _lift();
        holds.free(_one(_id(receivable, 30_000)));
        (uint192 none, uint192 paid) = _dealWithout(50_000);
        _pay(paid, FACE);
        financing.collect(none);
        _assertState(none, IFinancing.DealState.Ended);
        (dealId, receivable) = (none, paid);
        _holdMiddle();
        _taken(30_000, 60_000);
        assertEq(token.tokenWord(_id(paid, 30_000)).owner(), other.account);
    }

    function test_nobody_but_the_holds_says_what_was_lost() public {
        vm.expectRevert(abi.encodeWithSelector(ICustody.NotHolds.selector, address(this)));
        financing.lose(dealId, other.account, receivable, 30_000, 60_000);
    }

    // --- Back before the rest ---

    /// @dev Else the seller would get the range back that the second bank has paid for, and the money on it.
    function test_what_went_back_before_the_rest_is_the_first_deals_no_more() public {
        _fund(supplier.account, 50_000);
        _done(_buyBackAct(supplier, dealId, 50_000));
        _assertState(dealId, IFinancing.DealState.Satisfied);
        _assertLeft(30_000, 60_000);
        (uint192 next, bytes memory reason) = _resold(60_000, FACE);
        assertEq(reason, "");
        _pay(receivable, 50_000);
        financing.collect(dealId);
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.TokenLocked.selector, _id(receivable, 30_000), 68));
        financing.release(dealId);
        _assertCustody(receivable, 60_000, FACE);
        financing.collect(next);
        assertEq(cash.balanceOf(second.account), RICH, "of [60,000, 100,000): 20,000, of which 10,000 to the bank");
    }
}
