// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ActTarget} from "../../contracts/ActTarget.sol";
import {ILoanAgreements} from "../../contracts/interfaces/ILoanAgreements.sol";
import {ILoans} from "../../contracts/interfaces/ILoans.sol";
import {LoanFlags, LoanTerms, Prepayments, ScheduleRow} from "../../contracts/types/LoanTerms.sol";
import {Roles} from "../../contracts/types/Roles.sol";
import {Actor} from "./Base.t.sol";
import {LoanBase} from "./LoanBase.t.sol";

/// @notice Payments on loans: what is due, in which order it is paid, what anyone may have taken.
contract LoanPayTest is LoanBase {
    /// 12 instalments of 100,000; the first month's interest on 1,200,000 at 6 % is 6,000, each later one 500 less.
    uint40 private constant FIRST = FROM + 30 days;

    function _openedWith(LoanTerms memory terms) private returns (uint40) {
        return _opened(_body(terms, _schedule(PRINCIPAL, FROM, 12)));
    }

    // --- Paying ---

    function test_on_its_due_day_an_instalment_is_paid_with_its_interest() public {
        uint40 loan = _opened();
        vm.warp(FIRST - 1);
        _done(_payLoanAct(loan, 1_000_000));
        assertEq(cash.balanceOf(lender.account), 106_000, "no more than the instalment is taken");
        vm.warp(FIRST);
        assertEq(_condition(loan), uint8(ILoans.Condition.Current));
        assertEq(loans.figuresOf(loan).settled, 1);
    }

    function test_paid_on_time_twelve_instalments_cost_what_the_schedule_says() public {
        uint40 loan = _opened();
        _fund(borrower.account, 39_000);
        for (uint256 i = 1; i <= 12; ++i) {
            vm.warp(FROM + 30 days * i - 1);
            _done(_payLoanAct(loan, 1_000_000));
        }
        assertEq(cash.balanceOf(lender.account), PRINCIPAL + 39_000, "6,000 + 5,500 + ... + 500");
        assertEq(cash.balanceOf(borrower.account), 0);
        assertEq(_condition(loan), uint8(ILoans.Condition.Repaid));
    }

    function test_payment_goes_to_costs_overdue_interest_interest_principal() public {
        uint40 loan = _opened();
        vm.warp(FIRST + 10 days);
        _done(_chargeAct(loan, 70));
        // 100,000 x 3 % x 10 days / 360; the other 6 % are in the interest of the running month.
        _assertTaken(loans.dueOf(loan), 70, 83, 6000, 100_000);
        uint64[4] memory parts = [uint64(70), 83, 6000, 1];
        for (uint256 i = 0; i < 4; ++i) {
            _done(_payLoanAct(loan, parts[i]));
        }
        _assertTaken(loans.dueOf(loan), 0, 0, 0, 99_999);
    }

    function test_what_is_paid_ahead_of_the_next_instalment_takes_a_prepayment() public {
        uint40 loan = _opened();
        _done(_payLoanAct(loan, 500_000));
        assertEq(cash.balanceOf(lender.account), 100_000, "the next instalment, no interest yet");
        _refused(_payLoanAct(loan, 1), abi.encodeWithSelector(ILoans.NothingTaken.selector, loan));
    }

    function test_only_the_borrower_pays_and_something() public {
        uint40 loan = _opened();
        bytes memory body = abi.encode(ILoans.PayLoan(loan, 1, "pay"));
        _refused(
            _act(other, PAY_LOAN_TEXT, body), abi.encodeWithSelector(ILoans.NotBorrower.selector, loan, other.account)
        );
        _refused(_payLoanAct(loan, 0), abi.encodeWithSelector(ILoans.LoanAmountZero.selector));
        vm.expectRevert(abi.encodeWithSelector(ActTarget.NotActs.selector, borrower.account));
        vm.prank(borrower.account);
        loans.payLoan(ILoans.PayLoan(loan, 1, "pay"));
    }

    // --- Prepaying ---

    function test_early_repayment_costs_interest_for_the_days_that_money_was_out() public {
        uint40 loan = _opened();
        _fund(borrower.account, 2000);
        vm.warp(FROM + 10 days);
        _done(_prepayAct(loan, type(uint64).max));
        assertEq(cash.balanceOf(lender.account), PRINCIPAL + 2000, "10 days at 6 %");
        assertEq(_condition(loan), uint8(ILoans.Condition.Repaid));
        _refused(_prepayAct(loan, 1), abi.encodeWithSelector(ILoans.LoanNotLive.selector, loan, ILoans.Status.Repaid));
    }

    function test_prepaid_principal_pays_the_coming_instalments_or_the_last_as_agreed() public {
        LoanTerms memory terms = _usualTerms();
        uint40 next = _openedWith(terms);
        terms.prepayment = Prepayments.LAST;
        uint40 last = _openedWith(terms);
        _done(_prepayAct(next, 300_000));
        _done(_prepayAct(last, 300_000));
        vm.warp(FROM + 90 days);
        assertEq(loans.dueOf(next).principal, 0, "three instalments are paid");
        assertEq(loans.dueOf(last).principal, 300_000, "three fall due as before");
        vm.warp(FROM + 360 days);
        assertEq(loans.dueOf(last).principal, 900_000);
        assertEq(loans.dueOf(next).principal, 900_000);
    }

    function test_where_prepayment_needs_it_the_lender_signs_too() public {
        LoanTerms memory terms = _usualTerms();
        terms.prepayment = Prepayments.CONSENT;
        uint40 loan = _openedWith(terms);
        _refused(
            _prepayAct(loan, 300_000), abi.encodeWithSelector(ILoans.PartyMissing.selector, lender.account, Roles.BANK)
        );
        _done(_agreedPrepayAct(loan, 300_000));
        assertEq(loans.figuresOf(loan).principal, 900_000);
    }

    // --- Lateness ---

    function test_within_grace_lateness_costs_nothing_beyond_the_rate() public {
        LoanTerms memory terms = _usualTerms();
        terms.grace = 5 days;
        uint40 loan = _openedWith(terms);
        vm.warp(FIRST + 5 days);
        assertEq(_condition(loan), uint8(ILoans.Condition.Due));
        assertEq(loans.dueOf(loan).overdue, 0);
        vm.warp(FIRST + 5 days + 1);
        assertEq(_condition(loan), uint8(ILoans.Condition.Overdue));
        assertEq(loans.dueOf(loan).overdue, 50, "6 days begun from the due date at 3 % on 100,000");
    }

    function test_overdue_interest_bears_interest_only_where_agreed() public {
        LoanTerms memory terms = _usualTerms();
        uint40 plain = _openedWith(terms);
        terms.flags = LoanFlags.OVERDUE_ON_INTEREST;
        uint40 compound = _openedWith(terms);
        vm.warp(FIRST + 20 days);
        assertEq(loans.dueOf(plain).overdue, 166, "100,000 x 3 % x 20 / 360");
        assertEq(loans.dueOf(compound).overdue, 196, "and 6,000 x 9 % x 20 / 360");
    }

    function test_interest_is_the_same_however_often_it_is_written() public {
        uint40 often = _opened();
        uint40 once = _opened();
        _fund(borrower.account, 100);
        for (uint256 i = 1; i < 40; ++i) {
            vm.warp(FROM + i * 10 hours);
            _done(_chargeAct(often, 1));
        }
        vm.warp(FROM + 29 days);
        assertEq(loans.owedOf(often).interest, loans.owedOf(once).interest);
        assertEq(loans.figuresOf(often).product, loans.figuresOf(once).product);
    }

    function test_after_the_last_due_date_the_rate_runs_on_whole_days() public {
        LoanTerms memory terms = _usualTerms();
        uint40 loan = _opened(_body(terms, _schedule(PRINCIPAL, FROM, 1)));
        vm.warp(FIRST + 36 days);
        _assertTaken(loans.dueOf(loan), 0, 3600, 13_200, PRINCIPAL);
        _assertTaken(loans.owedOf(loan), 0, 3600, 13_200, PRINCIPAL);
    }

    function test_once_no_principal_is_still_to_fall_due_all_interest_is_due() public {
        LoanTerms memory terms = _usualTerms();
        terms.prepayment = Prepayments.LAST;
        uint40 loan = _openedWith(terms);
        _done(_prepayAct(loan, 1_100_000));
        vm.warp(FIRST + 10 days);
        // 40 days at 6 % on the 100,000 that are left, though the second row is still to come.
        _assertTaken(loans.dueOf(loan), 0, 83, 666, 100_000);
    }

    // --- Debit ---

    function test_anyone_fires_an_instalment_once_it_is_due() public {
        uint40 loan = _opened();
        _nothingFires(loan, abi.encodeWithSelector(ILoans.NothingDue.selector, loan));
        vm.warp(FIRST);
        (uint64 amount, bytes memory why) = loans.checkInstalment(loan);
        assertEq(amount, 106_000);
        assertEq(why, "");
        vm.prank(stranger);
        loans.fireInstalment(loan);
        assertEq(cash.balanceOf(lender.account), 106_000);
        _nothingFires(loan, abi.encodeWithSelector(ILoans.NothingDue.selector, loan));
    }

    function _nothingFires(uint40 loan, bytes memory reason) private {
        (uint64 amount, bytes memory why) = loans.checkInstalment(loan);
        assertEq(amount, 0);
        assertEq(why, reason);
        vm.expectRevert(reason);
        loans.fireInstalment(loan);
    }

    function _leaves(uint64 amount) private {
        uint256 free = cash.balanceOf(borrower.account) - amount;
        vm.prank(borrower.account);
        cash.transfer(other.account, free);
    }

    function test_a_debit_takes_what_is_there_and_no_more_than_is_due() public {
        uint40 loan = _opened();
        _leaves(6001);
        vm.warp(FIRST);
        loans.fireInstalment(loan);
        _assertTaken(loans.dueOf(loan), 0, 0, 0, 99_999);
        _nothingFires(loan, abi.encodeWithSelector(ILoans.NoCash.selector, borrower.account));
    }

    function test_a_debit_reaches_a_suspended_borrower_and_stops_at_a_held_one() public {
        uint40 loan = _opened();
        vm.warp(FIRST);
        members.suspend(borrower.account, "inquiry");
        loans.fireInstalment(loan);
        assertEq(cash.balanceOf(lender.account), 106_000);
        vm.warp(FIRST + 30 days);
        _holds(borrower.account, true);
        _nothingFires(loan, abi.encodeWithSelector(ILoans.LoanAccountHeld.selector, borrower.account));
        _holds(borrower.account, false);
        loans.fireInstalment(loan);
    }

    /// @dev As the contract of holds does for a court.
    function _holds(address account, bool held) private {
        vm.prank(address(holds));
        members.setHeld(account, held);
    }

    function test_a_held_lender_lends_nothing_and_is_credited() public {
        uint40 loan = _opened();
        _holds(lender.account, true);
        _fund(lender.account, PRINCIPAL);
        bytes memory reason = abi.encodeWithSelector(ILoans.LoanAccountHeld.selector, lender.account);
        _refused(_openAct(_usualBody()), reason);
        vm.warp(FIRST);
        loans.fireInstalment(loan);
        assertEq(loans.loanCredit(lender.account, CASH), 106_000);
        _refused(_act(lender, CREDIT_TEXT, abi.encode(CASH)), reason);
        _holds(lender.account, false);
        _done(_act(lender, CREDIT_TEXT, abi.encode(CASH)));
        assertEq(cash.balanceOf(lender.account), PRINCIPAL + 106_000);
    }

    function test_a_suspended_lender_is_credited_and_stops_nobody() public {
        uint40 loan = _opened();
        members.suspend(lender.account, "inquiry");
        vm.warp(FIRST);
        loans.fireInstalment(loan);
        assertEq(loans.loanCredit(lender.account, CASH), 106_000);
        assertEq(cash.balanceOf(address(loans)), 106_000);
        members.reinstate(lender.account, "over");
        _done(_act(lender, CREDIT_TEXT, abi.encode(CASH)));
        assertEq(cash.balanceOf(lender.account), 106_000);
        assertEq(loans.loanCredit(lender.account, CASH), 0);
        _refused(
            _act(lender, CREDIT_TEXT, abi.encode(CASH)),
            abi.encodeWithSelector(ILoans.NothingCreditedTo.selector, lender.account)
        );
    }

    // --- Outside the ledger ---

    function _acknowledges(Actor memory actor, uint40 loan, uint64 amount, bytes32 ref) private returns (bytes memory) {
        return _outcome(_act(actor, ACKNOWLEDGE_TEXT, abi.encode(ILoans.AcknowledgePayment(loan, amount, ref))));
    }

    function test_the_lender_acknowledges_what_it_was_paid_outside_once() public {
        uint40 loan = _opened();
        vm.warp(FIRST);
        assertEq(_acknowledges(lender, loan, 106_000, "bank 1"), "");
        assertEq(cash.balanceOf(lender.account), 0);
        assertEq(loans.dueOf(loan).principal, 0);
        assertEq(
            _acknowledges(lender, loan, 1, "bank 1"),
            abi.encodeWithSelector(ILoans.LoanReferenceUsed.selector, bytes32("bank 1"))
        );
        assertEq(
            _acknowledges(lender, loan, 1_100_001, "bank 2"),
            abi.encodeWithSelector(ILoans.AcknowledgedMore.selector, loan, 1_100_001, 1_100_000)
        );
        assertEq(
            _acknowledges(other, loan, 1, "bank 3"),
            abi.encodeWithSelector(ActTarget.NotSigned.selector, other.account, Roles.BANK)
        );
        assertEq(
            _acknowledges(financier, loan, 1, "bank 3"),
            abi.encodeWithSelector(ILoans.NotLender.selector, loan, financier.account)
        );
    }

    function test_costs_need_the_borrower_or_a_court() public {
        uint40 loan = _opened();
        bytes memory body = abi.encode(ILoans.ChargeCosts(loan, 500, "bailiff"));
        _refused(
            _act(lender, CHARGE_TEXT, body),
            abi.encodeWithSelector(ILoans.PartyMissing.selector, borrower.account, Roles.HOLDERS)
        );
        _done(_both(lender, officer, CHARGE_TEXT, body));
        _done(_chargeAct(loan, 20));
        assertEq(loans.dueOf(loan).costs, 520);
    }
}
