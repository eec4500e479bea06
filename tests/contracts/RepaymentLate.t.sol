// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ActTarget} from "../../contracts/ActTarget.sol";
import {ICashDesk} from "../../contracts/interfaces/ICashDesk.sol";
import {Issue} from "../../contracts/interfaces/IReceivableDrafts.sol";
import {IReceivableToken} from "../../contracts/interfaces/IReceivableToken.sol";
import {IRepayment} from "../../contracts/interfaces/IRepayment.sol";
import {Roles} from "../../contracts/types/Roles.sol";
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

    function test_waiting_money_earns_no_interest() public {
        uint192 id = _late(100_000, 0, 1, 1000);
        _pay(id, 100);
        assertEq(repayment.bookOf(id).waitingPrincipal, 100);
        assertEq(_interest(id, DUE + 10 days), 999);
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

contract RepaymentDebitTest is ReceivableBase {
    uint192 private id;

    function setUp() public override {
        super.setUp();
        id = _receivable(1000);
        _fund(obligor.account, 5000);
    }

    function _mandate(uint64 cap, bool partial_) private {
        _done(_mandateAct(obligor, cap, DUE + 90 days, partial_));
    }

    function _cannot(bytes memory reason) private {
        (uint64 amount, bytes memory why) = repayment.checkDebit(id);
        assertEq(amount, 0);
        assertEq(why, reason, "the dry run says why");
        vm.expectRevert(reason);
        repayment.debit(id);
    }

    function test_anyone_fires_it_in_the_due_second_and_it_pays_the_debt() public {
        _mandate(1500, false);
        vm.warp(DUE);
        (uint64 amount, bytes memory why) = repayment.checkDebit(id);
        assertEq(amount, 1000);
        assertEq(why, "");
        vm.expectEmit(address(repayment));
        emit IRepayment.MandateUsed(obligor.account, CASH, 1000, 500);
        vm.prank(stranger);
        repayment.debit(id);
        assertEq(uint8(views.receivable(id).state), uint8(IReceivableToken.State.Closed));
        assertEq(cash.balanceOf(obligor.account), 4000);
        (uint64 cap,,) = repayment.mandate(obligor.account, CASH);
        assertEq(cap, 500);
    }

    function test_refuses_before_due_and_without_a_mandate() public {
        _mandate(1500, false);
        vm.warp(DUE - 1);
        _cannot(abi.encodeWithSelector(IRepayment.NotDue.selector, id, DUE));
        vm.warp(DUE);
        _done(_act(obligor, END_MANDATE_TEXT, abi.encode(CASH)));
        _cannot(abi.encodeWithSelector(IRepayment.NoMandate.selector, obligor.account, CASH));
    }

    function test_an_expired_mandate_is_none() public {
        _done(_mandateAct(obligor, 1500, DUE, false));
        vm.warp(DUE + 1);
        _cannot(abi.encodeWithSelector(IRepayment.NoMandate.selector, obligor.account, CASH));
    }

    function test_a_full_mandate_takes_all_or_nothing() public {
        _mandate(999, false);
        vm.warp(DUE);
        _cannot(abi.encodeWithSelector(IRepayment.MandateShort.selector, 1000, 999));
        _mandate(2000, false);
        vm.prank(obligor.account);
        desk.transferCash(ICashDesk.TransferCash(CASH, other.account, 4500, "spent"));
        _cannot(abi.encodeWithSelector(IRepayment.BalanceShort.selector, 1000, 500));
    }

    function test_a_partial_mandate_takes_what_cap_and_balance_allow() public {
        _mandate(300, true);
        vm.warp(DUE);
        repayment.debit(id);
        assertEq(repayment.owed(id, 0, 1000), 700);
        _cannot(abi.encodeWithSelector(IRepayment.NoMandate.selector, obligor.account, CASH));
        _mandate(10_000, true);
        vm.prank(obligor.account);
        desk.transferCash(ICashDesk.TransferCash(CASH, other.account, 4450, "spent"));
        repayment.debit(id);
        assertEq(repayment.owed(id, 0, 1000), 450);
        _cannot(abi.encodeWithSelector(IRepayment.BelowThreshold.selector, 0, 4));
    }

    /// @dev 1,000 / 256: a share below 4 is not taken.
    function test_takes_no_part_below_the_least_distribution() public {
        _mandate(3, true);
        vm.warp(DUE);
        _cannot(abi.encodeWithSelector(IRepayment.BelowThreshold.selector, 3, 4));
    }

    function test_takes_late_interest_with_the_debt() public {
        Issue memory terms = _terms(1000, DUE);
        (terms.lateRate, terms.lateBasis) = (1, 100);
        id = _receivable(terms);
        _mandate(2000, false);
        vm.warp(DUE + 10 days);
        repayment.debit(id);
        assertEq(cash.balanceOf(obligor.account), 5000 - 1100);
        assertEq(uint8(views.receivable(id).state), uint8(IReceivableToken.State.Closed));
    }

    function test_a_closed_receivable_is_not_debited() public {
        _mandate(5000, false);
        vm.warp(DUE);
        repayment.debit(id);
        _cannot(abi.encodeWithSelector(IRepayment.NotLive.selector, id));
    }

    function test_a_mandate_is_signed_in_the_obligors_role() public {
        _refused(
            _mandateAct(supplier, 5, DUE, true),
            abi.encodeWithSelector(ActTarget.NotSigned.selector, supplier.account, Roles.OBLIGOR)
        );
        vm.prank(obligor.account);
        vm.expectRevert(abi.encodeWithSelector(ActTarget.NotActs.selector, obligor.account));
        repayment.setMandate(IRepayment.SetMandate(CASH, 5, DUE, true));
    }

    function test_refuses_impossible_mandates_and_ending_none() public {
        _refused(_mandateAct(obligor, 0, DUE, true), abi.encodeWithSelector(IRepayment.AmountZero.selector));
        _refused(_mandateAct(obligor, 5, START, true), abi.encodeWithSelector(IRepayment.UntilPassed.selector, START));
        _refused(
            _act(obligor, END_MANDATE_TEXT, abi.encode(CASH)),
            abi.encodeWithSelector(IRepayment.NoMandate.selector, obligor.account, CASH)
        );
        _refused(
            _act(obligor, SET_MANDATE_TEXT, abi.encode(IRepayment.SetMandate(9, 5, DUE, true))),
            abi.encodeWithSelector(ICashDesk.UnknownCash.selector, 9)
        );
    }

    function test_a_new_mandate_replaces_the_old_one() public {
        _mandate(5, true);
        _done(_mandateAct(obligor, 7, DUE + 1, false));
        (uint64 cap, uint40 until, bool partial_) = repayment.mandate(obligor.account, CASH);
        assertEq(cap, 7);
        assertEq(until, DUE + 1);
        assertFalse(partial_);
    }
}
