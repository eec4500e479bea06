// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Issue} from "../../contracts/interfaces/IReceivableDrafts.sol";
import {IReceivableToken} from "../../contracts/interfaces/IReceivableToken.sol";
import {IRepayment} from "../../contracts/interfaces/IRepayment.sol";
import {ReceivableBase} from "./ReceivableBase.t.sol";

contract RepaymentInterestTest is ReceivableBase {
    function _late(uint64 face, uint32 grace, uint32 rate, uint32 basis) private returns (uint192) {
        Issue memory terms = _terms(face, DUE);
        (terms.grace, terms.lateRate, terms.lateBasis) = (grace, rate, basis);
        return _receivable(terms);
    }

    function _interest(uint192 id, uint40 time) private view returns (uint64 interest) {
        (, interest,,) = repayment.debtAt(id, time);
    }

    /// @dev 1,000 units at 0.05 % a day: accrued daily with floors 0, of the money-days 15.
    function test_thirty_days_at_half_a_per_mille_are_15_however_often_it_is_asked() public {
        uint192 often = _late(1000, 0, 5, 10_000);
        uint192 once = _late(1000, 0, 5, 10_000);
        for (uint40 day = 1; day <= 30; ++day) {
            vm.warp(DUE + day * 1 days);
            _pay(often, 1);
        }
        vm.warp(DUE + 30 days);
        assertEq(_interest(once, DUE + 30 days), 15);
        IRepayment.Book memory book = repayment.bookOf(often);
        assertEq(book.interestPaid + _interest(often, DUE + 30 days), 14, "a little less, as principal was paid");
        assertEq(book.moneyDays, _moneyDaysOfDailyUnits(), "exact");
    }

    /// @dev Paid as it becomes due, at any times and in any parts, or never: what was paid and what is owed come to the same, to the unit.
    function testFuzz_interest_accrued_n_times_is_interest_accrued_once(
        uint64 face,
        uint32 rate,
        uint32 basis,
        uint32[12] memory seconds_,
        uint32 parts
    ) public {
        face = uint64(bound(face, 1, type(uint48).max));
        basis = uint32(bound(basis, 1, 1_000_000));
        rate = uint32(bound(rate, 0, basis));
        uint192 often = _late(face, 2 days, rate, basis);
        uint192 once = _late(face, 2 days, rate, basis);
        uint40 time = DUE;
        for (uint256 i = 0; i < seconds_.length; ++i) {
            time += seconds_[i] % 40 days;
            vm.warp(time);
            uint64 owed = _interest(often, time);
            // Some of what is owed, never more: principal stays, so that both have the same debt.
            uint64 part = (parts >> i) % 2 == 1 ? owed : owed / 3;
            if (part != 0) _pay(often, part);
        }
        IRepayment.Book memory book = repayment.bookOf(often);
        assertEq(book.interestPaid + _interest(often, time), _interest(once, time));
        assertEq(repayment.owed(often, 0, face), face);
    }

    /// @dev Day by day: interest first, of which one unit becomes due each time the floor rises, then principal.
    function _moneyDaysOfDailyUnits() private pure returns (uint128 sum) {
        uint64 principal = 1000;
        uint64 paid;
        for (uint256 day = 1; day <= 30; ++day) {
            sum += principal;
            if (sum * 5 / 10_000 > paid) ++paid;
            else --principal;
        }
    }

    function test_a_day_counts_once_its_first_second_has_begun() public {
        uint192 id = _late(1000, 0, 1, 100);
        assertEq(_interest(id, DUE), 0);
        assertEq(_interest(id, DUE + 1), 10);
        assertEq(_interest(id, DUE + 1 days), 10);
        assertEq(_interest(id, DUE + 1 days + 1), 20);
    }

    function test_once_grace_is_missed_interest_runs_from_the_due_date_on_what_is_unpaid_then() public {
        uint192 id = _late(1000, 5 days, 1, 100);
        vm.warp(DUE + 2 days);
        _pay(id, 400);
        assertEq(_interest(id, DUE + 5 days), 0);
        assertEq(_interest(id, DUE + 5 days + 1), 600 * 6 / 100);
    }

    function test_interest_is_paid_first_and_principal_closes_last() public {
        uint192 id = _late(1000, 0, 1, 100);
        vm.warp(DUE + 10 days);
        _pay(id, 1050);
        (uint64 principal, uint64 interest, uint64 before,,) = repayment.payment(id, 1);
        assertEq(interest, 100);
        assertEq(principal, 950);
        assertEq(before, 1000);
        assertEq(uint8(views.receivable(id).state), uint8(IReceivableToken.State.Live));
        _pay(id, 50);
        assertEq(uint8(views.receivable(id).state), uint8(IReceivableToken.State.Closed));
        assertEq(_interest(id, DUE + 400 days), 0, "nothing accrues on a closed receivable");
    }

    function test_interest_reaches_the_holders_with_the_step_that_carries_it() public {
        uint192 id = _late(1000, 0, 1, 100);
        _move(supplier, _id(id, 0), 400, 1000, other.account);
        vm.warp(DUE + 10 days);
        _pay(id, 600);
        _draw(_id(id, 0));
        _draw(_id(id, 400));
        assertEq(cash.balanceOf(supplier.account), 200 + 40);
        assertEq(cash.balanceOf(other.account), 300 + 60);
    }

    function test_interest_is_kept_for_an_owner_who_can_not_be_paid() public {
        uint192 id = _late(1000, 0, 5, 10_000);
        vm.warp(DUE + 30 days);
        _suspend(supplier.account);
        _pay(id, 515);
        _draw(_id(id, 0));
        assertEq(repayment.credit(supplier.account, CASH), 515, "500 of principal and 15 of interest");
    }

    function test_waiting_money_earns_no_interest() public {
        uint192 id = _late(100_000, 0, 1, 1000);
        _pay(id, 100);
        assertEq(repayment.bookOf(id).waitingPrincipal, 100);
        assertEq(_interest(id, DUE + 10 days), 999);
    }

    function test_what_pays_interest_alone_is_no_part_payment() public {
        uint192 id = _late(100_000, 0, 1, 1000);
        vm.warp(DUE + 10 days);
        _pay(id, 500);
        assertEq(repayment.bookOf(id).interestPaid, 500);
        assertFalse(repayment.bookOf(id).partPaid);
        assertEq(uint8(repayment.stateAt(id, DUE - 1)), uint8(IRepayment.Condition.Current));
    }

    function test_at_rate_zero_nothing_is_owed_however_late() public {
        uint192 id = _late(1000, 0, 0, 1);
        assertEq(_interest(id, DUE + 3000 days), 0);
    }
}

contract RepaymentConditionTest is ReceivableBase {
    function _at(uint192 id, uint40 time, IRepayment.Condition expected) private view {
        assertEq(uint8(repayment.stateAt(id, time)), uint8(expected));
    }

    function test_is_computed_from_time_and_debt() public {
        Issue memory terms = _terms(1000, DUE);
        terms.grace = 3 days;
        uint192 id = _receivable(terms);
        _at(id + 1, START, IRepayment.Condition.None);
        _at(id, START, IRepayment.Condition.Current);
        _at(id, DUE - 1, IRepayment.Condition.Current);
        _pay(id, 100);
        _at(id, DUE - 1, IRepayment.Condition.PartPaid);
        _at(id, DUE, IRepayment.Condition.Due);
        _at(id, DUE + 1, IRepayment.Condition.Grace);
        _at(id, DUE + 3 days, IRepayment.Condition.Grace);
        _at(id, DUE + 3 days + 1, IRepayment.Condition.Overdue);
        _pay(id, 900);
        _at(id, DUE + 3 days + 1, IRepayment.Condition.Closed);
    }

    function test_no_state_depends_on_somebody_calling_in_time() public {
        uint192 id = _receivable(1000);
        vm.warp(DUE + 1000 days);
        _at(id, uint40(block.timestamp), IRepayment.Condition.Overdue);
        assertEq(uint8(views.receivable(id).state), uint8(IReceivableToken.State.Live));
        _move(supplier, _id(id, 0), 0, 10, other.account);
        _assertToken(id, 0, 10, other.account);
    }
}
