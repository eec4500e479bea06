// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IFinancing} from "../../contracts/interfaces/IFinancing.sol";
import {OfferPurchase, Recourse} from "../../contracts/interfaces/IPurchaseOffers.sol";
import {FinancingBase} from "./FinancingBase.t.sol";

/// @notice The seller's money: recourse by trigger, buy-back at will, and neither without recourse.
contract FinancingRecourseTest is FinancingBase {
    uint192 private dealId;
    uint192 private receivable;

    function setUp() public override {
        super.setUp();
        receivable = _receivableWith(5 days, 0, 1);
        OfferPurchase memory terms = _purchase(receivable, 60_000);
        (terms.fee, terms.discountRate, terms.discountBasis) = (500, 1, 10_000);
        dealId = _deal(terms);
    }

    /// @dev The supplier keeps so much of its advance.
    function _keep(uint64 amount) private {
        uint256 balance = cash.balanceOf(supplier.account);
        vm.prank(supplier.account);
        cash.transfer(other.account, balance - amount);
    }

    function _overdue() private {
        vm.warp(DUE + 5 days + 1);
    }

    function _assertCheck(uint64 amount, bytes memory reason) private view {
        (uint64 found, bytes memory why) = financing.checkRecourse(dealId);
        assertEq(found, amount, "the dry run's amount");
        assertEq(why, reason, "the dry run's reason");
    }

    function _assertStopped(bytes memory reason) private {
        _assertCheck(0, reason);
        vm.expectRevert(reason);
        financing.fireRecourse(dealId);
    }

    // --- Trigger ---

    function test_recourse_waits_until_grace_is_over() public {
        vm.warp(DUE + 5 days);
        _assertStopped(abi.encodeWithSelector(IFinancing.NotOverdue.selector, receivable));
    }

    function test_recourse_takes_all_that_is_outstanding_and_the_range_returns() public {
        _overdue();
        uint256 owed = _outstanding(dealId);
        assertEq(owed, 60_500 + 60_000 * 35 / 10_000);
        _fund(supplier.account, 10_000);
        _assertCheck(uint64(owed), "");
        vm.prank(stranger);
        financing.fireRecourse(dealId);
        (uint256 first,, uint256 seller) = _balances();
        assertEq(first, RICH - 60_000 + owed);
        assertEq(seller, 70_000 - owed);
        _assertFree(receivable, 0, FACE, supplier.account);
        _assertState(dealId, IFinancing.DealState.Ended);
    }

    function test_recourse_takes_what_is_free_and_the_rest_stays_owed() public {
        _overdue();
        _keep(20_000);
        uint256 owed = _outstanding(dealId);
        _assertCheck(20_000, "");
        financing.fireRecourse(dealId);
        assertEq(_outstanding(dealId), owed - 20_000);
        _assertCustody(receivable, 0, FACE);
        _assertStopped(abi.encodeWithSelector(IFinancing.NothingFree.selector, supplier.account));
        _fund(supplier.account, RICH);
        financing.fireRecourse(dealId);
        assertEq(cash.balanceOf(supplier.account), RICH - (owed - 20_000));
        _assertFree(receivable, 0, FACE, supplier.account);
    }

    function test_what_the_range_brought_meanwhile_is_not_taken_again() public {
        _pay(receivable, 30_000);
        _overdue();
        uint256 owed = _outstanding(dealId);
        assertLt(owed, 31_000);
        _assertCheck(uint64(owed), "");
        financing.fireRecourse(dealId);
        assertEq(cash.balanceOf(supplier.account), 60_000 - owed);
    }

    function test_nothing_is_taken_when_the_range_brought_everything() public {
        _pay(receivable, 70_000);
        _overdue();
        _assertStopped(abi.encodeWithSelector(IFinancing.NothingOutstanding.selector, dealId));
    }

    function test_what_a_closed_receivable_did_not_bring_the_seller_owes() public {
        uint192 small = _receivable(10_000);
        OfferPurchase memory terms = _purchase(small, 10_000);
        terms.fee = 50;
        uint192 short = _deal(terms);
        _pay(small, 10_000);
        financing.collect(short);
        _assertState(short, IFinancing.DealState.Active);
        financing.fireRecourse(short);
        _assertState(short, IFinancing.DealState.Ended);
        assertEq(cash.balanceOf(supplier.account), 60_000 + 10_000 - 50);
    }

    function test_a_suspended_seller_is_not_debited() public {
        _overdue();
        _suspend(supplier.account);
        _assertStopped(abi.encodeWithSelector(IFinancing.PartyUnable.selector, supplier.account));
    }

    function test_a_suspended_banks_money_is_kept_for_it() public {
        _overdue();
        _fund(supplier.account, RICH);
        _suspend(financier.account);
        uint256 owed = _outstanding(dealId);
        financing.fireRecourse(dealId);
        assertEq(financing.financingCredit(financier.account, CASH), owed);
        assertEq(cash.balanceOf(address(financing)), owed);
    }

    function test_money_that_comes_after_recourse_is_the_sellers() public {
        _overdue();
        _fund(supplier.account, RICH);
        financing.fireRecourse(dealId);
        uint256 before = cash.balanceOf(supplier.account);
        _pay(receivable, FACE);
        _draw(_id(receivable, 0));
        assertEq(cash.balanceOf(supplier.account), before + FACE);
    }

    // --- Buy-back ---

    function test_the_seller_buys_back_at_any_time_for_all_that_is_outstanding() public {
        vm.warp(block.timestamp + 10 days);
        _fund(supplier.account, 1000);
        _done(_buyBackAct(supplier, dealId, 60_560));
        (uint256 first,, uint256 seller) = _balances();
        assertEq(first, RICH + 560);
        assertEq(seller, 440);
        _assertFree(receivable, 0, FACE, supplier.account);
        _assertState(dealId, IFinancing.DealState.Ended);
    }

    function test_a_buy_back_pays_no_more_than_the_seller_agreed_to() public {
        vm.warp(block.timestamp + 10 days);
        _fund(supplier.account, 1000);
        _refused(
            _buyBackAct(supplier, dealId, 60_559),
            abi.encodeWithSelector(IFinancing.PayoffAbove.selector, 60_560, 60_559)
        );
    }

    function test_only_the_seller_buys_back() public {
        _refused(
            _buyBackAct(other, dealId, 99_999),
            abi.encodeWithSelector(IFinancing.NotSeller.selector, other.account, supplier.account)
        );
    }

    function test_a_buy_back_after_the_range_paid_the_bank_costs_nothing() public {
        _pay(receivable, 61_000);
        uint256 before = cash.balanceOf(supplier.account);
        _done(_buyBackAct(supplier, dealId, 0));
        assertEq(cash.balanceOf(supplier.account), before + 500);
        _assertFree(receivable, 0, FACE, supplier.account);
    }

    // --- None ---

    function test_without_recourse_there_is_never_a_claim_against_the_seller() public {
        (dealId, receivable) = _dealWithout(60_000);
        vm.warp(DUE + 400 days);
        bytes memory reason = abi.encodeWithSelector(IFinancing.RecourseDiffers.selector, dealId, Recourse.None);
        _assertStopped(reason);
        _refused(_buyBackAct(supplier, dealId, 99_999), reason);
    }
}
