// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IReceivableToken} from "../../contracts/interfaces/IReceivableToken.sol";
import {IRepayment} from "../../contracts/interfaces/IRepayment.sol";
import {PaymentWord, PaymentWords, RETIREMENT, Ruler} from "../../contracts/receivable/Ruler.sol";
import {TokenWords} from "../../contracts/types/TokenWord.sol";
import {RepaymentBase} from "./RepaymentBase.t.sol";

contract RepaymentRetireTest is RepaymentBase {
    using Ruler for PaymentWord[];

    uint192 private id;

    function setUp() public override {
        super.setUp();
        id = _receivable(100);
    }

    /// @dev The naive ruler, on the face, gives live holders 49 of 70.
    function test_retire_30_of_100_and_pay_the_70_it_owes() public {
        PaymentWord[] memory naive = new PaymentWord[](1);
        naive[0] = PaymentWords.make(70, 0, 100, 0, 1);
        (uint64 low,) = naive.drawnUntil(30, 0);
        (uint64 high,) = naive.drawnUntil(100, 0);
        assertEq(high - low, 49);
        _retire(supplier, id, 0, 0, 30);
        _pay(id, 70);
        _draw(_id(id, 30));
        assertEq(cash.balanceOf(supplier.account), 70);
        assertEq(cash.balanceOf(address(repayment)), 0);
        _assertState(id, IReceivableToken.State.Closed);
    }

    function test_takes_a_number_and_says_all_of_the_step() public {
        _pay(id, 50);
        vm.expectEmit(address(repayment));
        emit IRepayment.RetirementRecorded(id, 2, 10, 30, 50, 0, 0, 0);
        vm.expectEmit(address(token));
        emit IReceivableToken.RangeRetired(id, supplier.account, 20, 60, 20, 2);
        _retire(supplier, id, 0, 20, 60);
        (uint64 low, uint64 high, uint64 before, uint40 time, IRepayment.Kind kind) = repayment.payment(id, 2);
        assertEq(low, 10);
        assertEq(high, 30);
        assertEq(before, 50);
        assertEq(time, START);
        assertEq(uint8(kind), RETIREMENT);
        assertEq(repayment.bookOf(id).retirements, 1);
        assertEq(token.wordOf(id).owedLive(), 30);
    }

    /// @dev The same with the largest amounts that one receivable can have.
    function test_a_retirement_is_exact_to_the_largest_amounts() public {
        uint64 face = uint64(type(int64).max);
        uint192 large = _receivable(face);
        _pay(large, face / 2);
        (,, uint64 before,,) = repayment.payment(large, 1);
        assertEq(before, face);
        uint64 half = repayment.owed(large, face / 4, face / 4 * 3);
        uint64 head = repayment.owed(large, 0, face / 4);
        uint64 tail = repayment.owed(large, face / 4 * 3, face);
        _retire(supplier, large, 0, face / 4, face / 4 * 3);
        assertEq(repayment.owed(large, face / 4, face / 4 * 3), 0);
        assertEq(repayment.owed(large, 0, face / 4), head);
        assertEq(repayment.owed(large, face / 4 * 3, face), tail);
        assertEq(head + half + tail, face - face / 2);
        _pay(large, head + tail);
        _draw(_id(large, 0));
        _draw(_id(large, face / 4 * 3));
        assertEq(cash.balanceOf(supplier.account), face - half);
        _assertState(large, IReceivableToken.State.Closed);
    }

    /// @dev Head, retired middle and tail: the middle draws nothing ever, the others what they would have.
    function test_what_stays_of_the_token_is_owed_what_it_was() public {
        _pay(id, 50);
        _retire(supplier, id, 0, 20, 60);
        assertEq(repayment.owed(id, 0, 20), 10);
        assertEq(repayment.owed(id, 20, 60), 0);
        assertEq(repayment.owed(id, 60, 100), 20);
        (address owner, uint64 end, uint16 cursor, uint8 flags) = views.range(_id(id, 20));
        assertEq(owner, obligor.account);
        assertEq(end, 60);
        assertEq(cursor, 2);
        assertEq(flags, TokenWords.RETIRED);
        _pay(id, 15);
        uint256[] memory all = new uint256[](3);
        (all[0], all[1], all[2]) = (_id(id, 0), _id(id, 20), _id(id, 60));
        repayment.draw(all);
        assertEq(cash.balanceOf(supplier.account), 50 + 15);
        assertEq(cash.balanceOf(obligor.account), 0);
        _pay(id, 15);
        repayment.draw(all);
        assertEq(cash.balanceOf(supplier.account), 80);
        assertEq(cash.balanceOf(obligor.account), 0);
        assertEq(cash.balanceOf(address(repayment)), 0);
    }

    /// @dev In another order the range loses its last share: 3 wait, 1 or 2 of them are its.
    function test_what_waits_is_distributed_before_and_belongs_to_the_range_too() public {
        uint192 one = _receivable(1000);
        _move(supplier, _id(one, 0), 500, 1000, other.account);
        _pay(one, 3);
        assertEq(repayment.bookOf(one).waitingPrincipal, 3);
        _retire(other, one, 500, 500, 1000);
        assertEq(cash.balanceOf(other.account), 2);
        assertEq(_principal(one), 499);
        assertEq(repayment.bookOf(one).waitingPrincipal, 0);
    }

    function test_is_refused_while_money_waits() public {
        uint192 one = _receivable(1000);
        _pay(one, 3);
        vm.prank(address(endings));
        vm.expectRevert(abi.encodeWithSelector(IRepayment.WaitingNotCleared.selector, one));
        token.retire(_id(one, 0), 0, 10, "");
    }

    function test_late_interest_that_the_range_was_due_falls_away_with_it() public {
        uint192 one = _late(1000, 0, 1, 100);
        vm.warp(DUE + 10 days);
        assertEq(_interest(one), 100);
        vm.expectEmit(address(repayment));
        emit IRepayment.RetirementRecorded(one, 1, 0, 250, 1000, 25, 10_000, 10);
        _retire(supplier, one, 0, 0, 250);
        assertEq(_interest(one), 75);
        vm.warp(DUE + 11 days);
        assertEq(_interest(one), 75 + 7, "and goes on on what is left");
        _pay(one, 750 + 82);
        _assertState(one, IReceivableToken.State.Closed);
        assertEq(repayment.credit(obligor.account, CASH), 0);
    }

    function test_retirement_of_all_that_lives_closes_whatever_interest_was_owed() public {
        uint192 one = _late(1000, 0, 1, 100);
        vm.warp(DUE + 10 days);
        _pay(one, 60);
        _retire(supplier, one, 0, 0, 1000);
        _assertState(one, IReceivableToken.State.Closed);
        assertEq(cash.balanceOf(supplier.account), 60);
        assertEq(_interest(one), 0);
        assertEq(_principal(one), 0);
    }

    function test_a_range_that_is_owed_nothing_does_not_retire() public {
        _pay(id, 99);
        uint64 start = repayment.owed(id, 0, 1) == 0 ? 0 : 1;
        _refused(
            _retireAct(supplier, id, 0, start, start + 1),
            abi.encodeWithSelector(IRepayment.NothingOwed.selector, id, start, start + 1)
        );
    }

    function test_the_debt_the_exposure_and_the_total_of_the_second_fall() public {
        assertEq(_outstanding(), 100);
        assertEq(_total(), 100);
        _retire(supplier, id, 0, 0, 30);
        assertEq(_principal(id), 70);
        assertEq(_outstanding(), 70);
        assertEq(_total(), 70);
        _assertCondition(id, IRepayment.Condition.Current);
        _pay(id, 1);
        _assertCondition(id, IRepayment.Condition.PartPaid);
    }

    function test_only_the_token_records_one_and_only_endings_clear_and_cancel() public {
        vm.expectRevert(abi.encodeWithSelector(IRepayment.NotToken.selector, address(this)));
        repayment.recordRetirement(id, 0, 10);
        vm.expectRevert(abi.encodeWithSelector(IRepayment.NotToken.selector, address(this)));
        repayment.recordOpening(id);
        vm.expectRevert(abi.encodeWithSelector(IRepayment.NotEndings.selector, address(this)));
        repayment.clearWaiting(id);
        vm.expectRevert(abi.encodeWithSelector(IRepayment.NotEndings.selector, address(this)));
        repayment.recordCancellation(id);
        vm.prank(address(endings));
        vm.expectRevert(abi.encodeWithSelector(IRepayment.NotCancelled.selector, id));
        repayment.recordCancellation(id);
    }

    /// @dev Seventeen are more than the sixteen that a list in each payment would hold.
    function test_seventeen_ranges_retire_at_every_point_of_a_life_and_every_payment_stays_exact() public {
        uint192 one = _receivable(1000);
        uint256 paid;
        for (uint64 i = 0; i < 17; ++i) {
            _pay(one, 11);
            paid += 11;
            _retire(supplier, one, i == 0 ? 0 : i * 50 - 20, i * 50, i * 50 + 30);
        }
        uint64 left = _principal(one);
        _pay(one, left);
        for (uint64 start = 0; start < 1000;) {
            _draw(_id(one, start));
            (, start,,) = views.range(_id(one, start));
        }
        assertEq(cash.balanceOf(supplier.account), paid + left);
        assertEq(cash.balanceOf(address(repayment)), 0);
    }
}

/// @notice Numbers end at 1,023, and every receivable has an exit even then.
contract RepaymentNumbersTest is RepaymentBase {
    uint192 private id;

    function setUp() public override {
        super.setUp();
        id = _receivable(2000);
    }

    function _exhaust() private {
        _useNumbers(id, 1021);
        _pay(id, 50);
        vm.warp(START + 5000 days);
        vm.expectRevert(abi.encodeWithSelector(IRepayment.PaymentsExhausted.selector, id, 1021));
        repayment.distribute(id);
        assertEq(repayment.bookOf(id).waitingPrincipal, 50, "it waits");
    }

    function test_1023_numbers_used_up_then_exit_by_payment() public {
        _exhaust();
        _pay(id, 1950);
        assertEq(token.wordOf(id).payments(), 1022);
        _assertState(id, IReceivableToken.State.Closed);
        _draw(_id(id, 0));
        assertEq(cash.balanceOf(supplier.account), 2000);
    }

    function test_1023_numbers_used_up_then_exit_by_retirement_of_all_that_lives() public {
        _exhaust();
        _refused(
            _retireAct(supplier, id, 0, 0, 10), abi.encodeWithSelector(IRepayment.RetirementsExhausted.selector, id)
        );
        _retire(supplier, id, 0, 0, 2000);
        assertEq(token.wordOf(id).payments(), 1023);
        _assertState(id, IReceivableToken.State.Closed);
        assertEq(cash.balanceOf(supplier.account), 50);
    }

    function test_the_last_number_is_told_and_none_before_the_first_or_behind_it() public {
        _exhaust();
        _retire(supplier, id, 0, 0, 2000);
        (uint64 low, uint64 high, uint64 before,, IRepayment.Kind kind) = repayment.payment(id, 1023);
        assertEq(uint8(kind), uint8(IRepayment.Kind.Retirement));
        assertEq(high - low, before);
        for (uint16 number = 0; number <= 1024; number += 1024) {
            (,, before,, kind) = repayment.payment(id, number);
            assertEq(uint8(kind), uint8(IRepayment.Kind.None));
            assertEq(before, 0);
        }
    }

    function test_1023_numbers_used_up_then_exit_by_cancellation() public {
        _exhaust();
        _consent(supplier, id, 0, 2000);
        endings.cancel(id);
        _assertState(id, IReceivableToken.State.Cancelled);
        assertEq(token.wordOf(id).payments(), 1022);
        _draw(_id(id, 0));
        assertEq(cash.balanceOf(supplier.account), 50);
        assertEq(_principal(id), 0);
        assertEq(_outstanding(), 0);
    }

    function test_1023_numbers_used_up_then_exit_by_a_third_party_and_its_claim() public {
        _exhaust();
        _payFor(financier, id, 1950);
        _assertState(id, IReceivableToken.State.Live);
        _assertCondition(id, IRepayment.Condition.Subrogated);
        _pay(id, 1950);
        _assertState(id, IReceivableToken.State.Closed);
        assertEq(cash.balanceOf(financier.account), 1950);
    }

    function test_at_most_256_ranges_retire_apart_and_all_that_lives_still_may() public {
        vm.startPrank(address(endings));
        for (uint64 i = 0; i < 256; ++i) {
            token.retire(_id(id, i), i, i + 1, "");
        }
        vm.expectRevert(abi.encodeWithSelector(IRepayment.RetirementsExhausted.selector, id));
        token.retire(_id(id, 256), 256, 257, "");
        token.retire(_id(id, 256), 256, 2000, "");
        _assertState(id, IReceivableToken.State.Closed);
    }

    /// @dev After the thousandth number one range takes none, so that one distribution a year stays possible for all.
    function test_no_part_retires_after_the_thousandth_number() public {
        _useNumbers(id, 999);
        _retire(supplier, id, 0, 0, 10);
        assertEq(token.wordOf(id).payments(), 1000);
        _refused(
            _retireAct(supplier, id, 10, 10, 20), abi.encodeWithSelector(IRepayment.RetirementsExhausted.selector, id)
        );
    }

    /// @dev With 8 bits and a limit on what is outstanding, 254 least payments leave 37 % that may never be recorded.
    function test_254_least_payments_leave_2_of_256_and_the_rest_closes() public {
        uint192 one = _receivable(256_000);
        for (uint256 i = 0; i < 254; ++i) {
            _pay(one, 1000);
        }
        assertEq(token.wordOf(one).payments(), 254, "each is distributed");
        assertEq(_principal(one), 2000);
        _pay(one, 2000);
        _assertState(one, IReceivableToken.State.Closed);
    }

    /// @dev Linear day counts only, so 400 years late are 146,097 days of the same.
    function test_400_years_of_interest_are_linear() public {
        uint192 one = _late(1000, 0, 5, 10_000);
        vm.warp(uint256(DUE) + 146_097 days);
        assertEq(_interest(one), 73_048);
    }

    /// @dev Once, and every day: 1,000 units at 0.05 % a day are 15 after 30 days.
    function test_accrued_daily_or_once_30_days_are_15() public {
        uint192 daily = _late(1000, 0, 5, 10_000);
        uint192 once = _late(1000, 0, 5, 10_000);
        for (uint40 day = 1; day <= 30; ++day) {
            vm.warp(DUE + day * 1 days);
            assertEq(_interest(daily), day / 2);
        }
        assertEq(_interest(once), 15);
    }
}

/// @notice Opening and cancellation as repayment keeps them.
contract RepaymentEndsTest is RepaymentBase {
    function test_a_receivable_counts_among_the_debts_of_its_due_second() public {
        _receivable(1000);
        uint192 second = _receivable(500);
        assertEq(_total(), 1500);
        _pay(second, 200);
        assertEq(_total(), 1300);
        assertTrue(repayment.bookOf(second).pooled);
    }

    function test_cancellation_ends_the_debt_with_what_waits_distributed() public {
        uint192 id = _late(1000, 0, 1, 100);
        _pay(id, 3);
        vm.warp(DUE + 10 days);
        _consent(supplier, id, 0, 1000);
        endings.cancel(id);
        assertEq(_principal(id), 0);
        assertEq(_interest(id), 0);
        assertEq(_total(), 0);
        assertEq(_outstanding(), 0);
        _assertCondition(id, IRepayment.Condition.Cancelled);
        _draw(_id(id, 0));
        assertEq(cash.balanceOf(supplier.account), 3);
    }

    function test_money_for_a_cancelled_receivable_is_the_payers() public {
        uint192 id = _receivable(1000);
        _consent(supplier, id, 0, 1000);
        endings.cancel(id);
        _done(_noticeAct(bank, _notice("uetr", id, 400)));
        assertEq(repayment.credit(obligor.account, CASH), 400);
        _fund(obligor.account, 5);
        _refused(_payAct(obligor, id, 5), abi.encodeWithSelector(IRepayment.NotLive.selector, id));
    }

    function test_no_cancellation_while_claims_stand() public {
        uint192 id = _receivable(1000);
        _payFor(financier, id, 40);
        _consent(supplier, id, 0, 1000);
        vm.expectRevert(abi.encodeWithSelector(IRepayment.ClaimsStand.selector, id, 40));
        endings.cancel(id);
        _done(_waiveAct(financier, id));
        endings.cancel(id);
        _assertState(id, IReceivableToken.State.Cancelled);
        assertEq(_outstanding(), 0);
    }
}
