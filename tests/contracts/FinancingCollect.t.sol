// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IFinancing} from "../../contracts/interfaces/IFinancing.sol";
import {IRepayment} from "../../contracts/interfaces/IRepayment.sol";
import {OfferPurchase, Recourse} from "../../contracts/interfaces/IPurchaseOffers.sol";
import {FinancingBase} from "./FinancingBase.t.sol";

/// @notice What a financed range brings, and who gets it in which order.
contract FinancingCollectTest is FinancingBase {
    /// @dev 0.1 % a day and a fee of 300.
    function _priced(uint64 advance) private returns (uint192 dealId, uint192 receivable) {
        receivable = _receivable(FACE);
        OfferPurchase memory terms = _purchase(receivable, advance);
        (terms.fee, terms.discountRate, terms.discountBasis) = (300, 1, 1000);
        dealId = _deal(terms);
    }

    function _payAndCollect(uint192 dealId, uint192 receivable, uint64 amount) private {
        _pay(receivable, amount);
        financing.collect(dealId);
    }

    // --- Order ---

    function test_money_pays_discount_then_fee_then_advance_then_the_reserve() public {
        (uint192 dealId, uint192 receivable) = _priced(80_000);
        vm.warp(block.timestamp + 10 days);
        _payAndCollect(dealId, receivable, 500);
        _assertUnpaid(dealId, 300, 300, 80_000);
        _payAndCollect(dealId, receivable, 400);
        _assertUnpaid(dealId, 0, 200, 80_000);
        _payAndCollect(dealId, receivable, 50_000);
        _assertUnpaid(dealId, 0, 0, 30_200);
        _assertPaid(50_900, 0, 80_000);
        _payAndCollect(dealId, receivable, 49_100);
        _assertPaid(81_100, 18_900, 80_000);
    }

    function _assertUnpaid(uint192 dealId, uint256 discount, uint64 fee, uint64 advance) private view {
        (uint256 d, uint64 f, uint64 a) = financing.outstandingAt(dealId, uint40(block.timestamp));
        assertEq(d, discount, "discount");
        assertEq(f, fee, "fee");
        assertEq(a, advance, "advance");
    }

    /// @dev By ranges, 80 % advance and 50 paid would give the bank 40 and the seller 10.
    function test_the_bank_is_paid_before_the_seller_gets_anything() public {
        (uint192 dealId, uint192 receivable) = _deal(80_000);
        _payAndCollect(dealId, receivable, 50_000);
        _assertPaid(50_000, 0, 80_000);
    }

    function test_without_recourse_the_reserve_is_the_banks() public {
        (uint192 dealId, uint192 receivable) = _dealWithout(70_000);
        _payAndCollect(dealId, receivable, FACE);
        _assertPaid(FACE, 0, 70_000);
        _assertState(dealId, IFinancing.DealState.Ended);
    }

    function test_late_interest_is_part_of_the_money_in_the_same_order() public {
        uint192 receivable = _receivableWith(0, 1, 1000);
        uint192 dealId = _deal(_purchase(receivable, 80_000));
        vm.warp(DUE + 10 days);
        _payAndCollect(dealId, receivable, FACE + 1000);
        _assertPaid(80_000, 21_000, 80_000);
    }

    function test_the_event_tells_every_amount() public {
        (uint192 dealId, uint192 receivable) = _priced(80_000);
        vm.warp(block.timestamp + 10 days);
        _pay(receivable, 900);
        uint32 day = uint32((block.timestamp + 1 days) / 1 days);
        vm.expectEmit(address(financing));
        emit IFinancing.DealPaid(
            dealId, IFinancing.Source.Collection, IFinancing.Split(800, 100, 0, 0), 80_000, 200, 800_000, 800, day
        );
        financing.collect(dealId);
    }

    // --- The range goes back ---

    function test_the_range_returns_as_soon_as_the_bank_is_satisfied() public {
        (uint192 dealId, uint192 receivable) = _deal(30_000);
        _payAndCollect(dealId, receivable, 40_000);
        _assertPaid(30_000, 10_000, 30_000);
        _assertFree(receivable, 0, FACE, supplier.account);
        _assertState(dealId, IFinancing.DealState.Ended);
        _pay(receivable, 60_000);
        _draw(_id(receivable, 0));
        _assertPaid(30_000, 70_000, 30_000);
    }

    function test_a_closed_receivables_range_stays_and_the_deal_is_over() public {
        (uint192 dealId, uint192 receivable) = _deal(80_000);
        _payAndCollect(dealId, receivable, FACE);
        _assertPaid(80_000, 20_000, 80_000);
        _assertState(dealId, IFinancing.DealState.Ended);
        vm.expectRevert(abi.encodeWithSelector(IFinancing.WrongDealState.selector, dealId, IFinancing.DealState.Ended));
        financing.collect(dealId);
    }

    function test_a_suspended_sellers_range_waits_and_the_money_goes_on() public {
        (uint192 dealId, uint192 receivable) = _deal(30_000);
        _suspend(supplier.account);
        _payAndCollect(dealId, receivable, 40_000);
        _assertState(dealId, IFinancing.DealState.Satisfied);
        _assertPaid(30_000, 0, 30_000);
        assertEq(financing.financingCredit(supplier.account, CASH), 10_000);
        _payAndCollect(dealId, receivable, 5000);
        assertEq(financing.financingCredit(supplier.account, CASH), 15_000);
        vm.expectRevert();
        financing.release(dealId);
        members.reinstate(supplier.account, "test");
        financing.release(dealId);
        _assertFree(receivable, 0, FACE, supplier.account);
        _withdraw(supplier.account);
        _assertPaid(30_000, 15_000, 30_000);
    }

    function _withdraw(address account) private {
        vm.prank(account);
        financing.withdrawFinancing(IFinancing.WithdrawFinancing(CASH));
    }

    function test_a_suspended_bank_stops_nobody_and_loses_nothing() public {
        (uint192 dealId, uint192 receivable) = _deal(60_000);
        _suspend(financier.account);
        _payAndCollect(dealId, receivable, 70_000);
        assertEq(financing.financingCredit(financier.account, CASH), 60_000);
        _assertPaid(0, 10_000, 60_000);
        _assertFree(receivable, 0, FACE, supplier.account);
        members.reinstate(financier.account, "test");
        _withdraw(financier.account);
        _assertPaid(60_000, 10_000, 60_000);
        vm.expectRevert(abi.encodeWithSelector(IFinancing.NothingCredited.selector, financier.account));
        _withdraw(financier.account);
    }

    function test_release_is_for_satisfied_deals() public {
        (uint192 dealId,) = _deal(60_000);
        vm.expectRevert(abi.encodeWithSelector(IFinancing.WrongDealState.selector, dealId, IFinancing.DealState.Active));
        financing.release(dealId);
    }

    // --- Whoever collects, and whenever ---

    function test_a_payment_counts_from_its_distribution_however_late_it_is_collected() public {
        (uint192 dealId, uint192 receivable) = _priced(80_000);
        vm.warp(block.timestamp + 10 days);
        _pay(receivable, 81_100);
        vm.warp(block.timestamp + 300 days);
        assertEq(_outstanding(dealId), 0, "in the view too");
        assertEq(financing.collectable(dealId), 81_100);
        financing.collect(dealId);
        _assertPaid(81_100, 0, 80_000);
    }

    /// @dev Two deals alike, one collected after each payment, one at the end.
    /// forge-config: default.fuzz.runs = 64
    function testFuzz_totals_are_the_same_however_often_anybody_collects(uint256 seed) public {
        (uint192 often, uint192 one) = _priced(70_000);
        (uint192 once, uint192 two) = _priced(70_000);
        for (uint256 i = 0; i < 5; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            vm.warp(block.timestamp + seed % 20 days);
            uint64 amount = uint64(500 + (seed >> 64) % 19_000);
            _pay(one, amount);
            _pay(two, amount);
            if (_isOpen(often)) financing.collect(often);
        }
        vm.warp(block.timestamp + seed % 9 days);
        if (_isOpen(once)) financing.collect(once);
        IFinancing.Deal memory a = financing.dealOf(often);
        IFinancing.Deal memory b = financing.dealOf(once);
        assertEq(a.advance, b.advance, "advance");
        assertEq(a.fee, b.fee, "fee");
        assertEq(a.discountPaid, b.discountPaid, "discount");
        assertEq(uint8(a.state), uint8(b.state), "state");
        if (_isOpen(often)) {
            (uint256 x,,) = financing.outstandingAt(often, uint40(block.timestamp));
            (uint256 y,,) = financing.outstandingAt(once, uint40(block.timestamp));
            assertEq(x, y, "accrued");
        }
    }

    function _isOpen(uint192 dealId) private view returns (bool) {
        return financing.dealOf(dealId).state == IFinancing.DealState.Active;
    }

    function test_collecting_twice_pays_once() public {
        (uint192 dealId, uint192 receivable) = _deal(80_000);
        _payAndCollect(dealId, receivable, 50_000);
        financing.collect(dealId);
        _assertPaid(50_000, 0, 80_000);
    }

    function test_nobody_else_draws_what_is_in_custody() public {
        (, uint192 receivable) = _deal(80_000);
        _pay(receivable, 50_000);
        vm.expectRevert(abi.encodeWithSelector(IRepayment.ContractDrawsItself.selector, address(financing)));
        vm.prank(financier.account);
        repayment.draw(_one(_id(receivable, 0)));
    }

    function test_what_was_paid_before_the_acceptance_is_the_sellers() public {
        uint192 receivable = _receivable(FACE);
        _pay(receivable, 50_000);
        uint192 dealId = _deal(_purchase(receivable, 40_000));
        assertEq(cash.balanceOf(supplier.account), 90_000);
        _payAndCollect(dealId, receivable, 30_000);
        assertEq(cash.balanceOf(financier.account), RICH - 40_000 + 30_000);
    }

    function test_deals_on_one_receivable_do_not_mix() public {
        uint192 receivable = _receivable(FACE);
        uint192 low = _deal(_purchase(receivable, 0, 30_000, 20_000));
        OfferPurchase memory terms = _purchase(receivable, 30_000, FACE, 60_000);
        uint192 high = _offer(second, terms);
        _done(_acceptAct(supplier, high, second, terms));
        _pay(receivable, 50_000);
        financing.collect(high);
        financing.collect(low);
        (uint256 first, uint256 other_,) = _balances();
        assertEq(first, RICH - 20_000 + 15_000);
        assertEq(other_, RICH - 60_000 + 35_000);
    }

    // --- Discount ---

    function test_discount_runs_by_legal_days_the_first_counts_the_last_does_not() public {
        uint192 receivable = _receivable(FACE);
        OfferPurchase memory terms = _purchase(receivable, 80_000);
        (terms.discountRate, terms.discountBasis, terms.dayStart) = (1, 1000, 57_600);
        uint256 midnight = (block.timestamp / 1 days) * 1 days + 57_600;
        if (midnight <= block.timestamp) midnight += 1 days;
        vm.warp(midnight - 1);
        terms.until = uint40(midnight);
        uint192 dealId = _deal(terms);
        _assertDiscount(dealId, 0);
        vm.warp(midnight);
        _assertDiscount(dealId, 80);
        vm.warp(midnight + 1 days - 1);
        _assertDiscount(dealId, 80);
        vm.warp(midnight + 1 days);
        _assertDiscount(dealId, 160);
    }

    function _assertDiscount(uint192 dealId, uint256 expected) private view {
        (uint256 discount,,) = financing.outstandingAt(dealId, uint40(block.timestamp));
        assertEq(discount, expected);
    }

    function test_discount_accrued_often_is_discount_accrued_once() public {
        uint192 receivable = _receivable(FACE);
        OfferPurchase memory terms = _purchase(receivable, 1000);
        (terms.discountRate, terms.discountBasis) = (5, 10_000);
        uint192 dealId = _deal(terms);
        for (uint256 day = 0; day < 30; ++day) {
            vm.warp(block.timestamp + 1 days);
            financing.collect(dealId);
        }
        _assertDiscount(dealId, 15);
    }

    function test_discount_runs_on_what_is_unpaid_only() public {
        (uint192 dealId, uint192 receivable) = _priced(80_000);
        _payAndCollect(dealId, receivable, 40_300);
        vm.warp(block.timestamp + 10 days);
        _assertDiscount(dealId, 400);
    }

    // --- Many payments ---

    /// @dev Nobody need collect in time: many payments at once fit into a transaction.
    function test_two_hundred_payments_are_collected_at_once() public {
        (uint192 dealId, uint192 receivable) = _priced(90_000);
        _fund(obligor.account, FACE);
        for (uint256 i = 0; i < 200; ++i) {
            _done(_payAct(obligor, receivable, 400));
        }
        uint256 before = gasleft();
        financing.collect(dealId);
        assertLt(before - gasleft(), 4_000_000);
        _assertPaid(80_000, 0, 90_000);
    }

    function test_gas_of_a_collection() public {
        (uint192 dealId, uint192 receivable) = _priced(90_000);
        _pay(receivable, 400);
        assertLt(_gasOfCollect(dealId), 190_000, "the first");
        _pay(receivable, 400);
        assertLt(_gasOfCollect(dealId), 190_000, "a later one");
        assertLt(_gasOfCollect(dealId), 60_000, "nothing new");
    }

    function _gasOfCollect(uint192 dealId) private returns (uint256 used) {
        vm.cool(address(financing));
        vm.cool(address(repayment));
        vm.cool(address(token));
        used = gasleft();
        financing.collect(dealId);
        used -= gasleft();
    }

    // --- Largest amounts ---

    function test_the_largest_advance_and_discount_wrap_nothing() public {
        uint64 most = uint64(type(int64).max) - 2 * RICH;
        uint192 receivable = _receivable(most);
        _fund(financier.account, most - RICH);
        OfferPurchase memory terms = _purchase(receivable, most);
        (terms.fee, terms.discountRate, terms.discountBasis) = (type(uint64).max, 1, 1);
        terms.recourse = Recourse.None;
        uint192 dealId = _deal(terms);
        vm.warp(block.timestamp + 36_500 days);
        _assertDiscount(dealId, uint256(most) * 36_500);
        vm.prank(supplier.account);
        cash.transfer(obligor.account, most);
        _run(_payAct(obligor, receivable, most));
        financing.collect(dealId);
        assertEq(cash.balanceOf(financier.account), most);
        assertEq(financing.dealOf(dealId).discountPaid, most);
    }
}
