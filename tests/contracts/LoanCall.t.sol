// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ILoanAgreements} from "../../contracts/interfaces/ILoanAgreements.sol";
import {ILoans} from "../../contracts/interfaces/ILoans.sol";
import {Grounds, LoanFlags, LoanTerms, ScheduleRow} from "../../contracts/types/LoanTerms.sol";
import {LoanBase} from "./LoanBase.t.sol";

/// @notice How a loan is called before its time, renewed and discharged.
contract LoanCallTest is LoanBase {
    uint40 private constant FIRST = FROM + 30 days;

    function _notNow(uint40 loan, uint8 ground, uint40 subject, bytes memory reason) private {
        assertEq(loans.checkAccelerate(loan, ground, subject), reason, "dry run");
        _refused(_accelerateAct(loan, ground, subject), reason);
    }

    // --- Default ---

    function test_default_lets_the_lender_call_and_payment_ends_default() public {
        uint40 loan = _opened();
        vm.warp(FIRST + 90 days);
        _notNow(
            loan,
            Grounds.DEFAULT,
            0,
            abi.encodeWithSelector(ILoans.NotInDefault.selector, loan, ILoans.Condition.Overdue)
        );
        vm.warp(FIRST + 90 days + 1);
        assertEq(_condition(loan), uint8(ILoans.Condition.Default));
        loans.fireInstalment(loan);
        _notNow(
            loan,
            Grounds.DEFAULT,
            0,
            abi.encodeWithSelector(ILoans.NotInDefault.selector, loan, ILoans.Condition.Current)
        );
    }

    function test_a_called_loan_is_due_whole_at_the_end_of_the_day() public {
        uint40 loan = _opened();
        vm.warp(FIRST + 90 days + 1);
        assertEq(loans.checkAccelerate(loan, Grounds.DEFAULT, 0), "");
        _done(_accelerateAct(loan, Grounds.DEFAULT, 0));
        assertEq(loans.dueOf(loan).principal, 400_000, "until the day ends, what had fallen due");
        vm.warp(FIRST + 91 days);
        assertEq(loans.dueOf(loan).principal, PRINCIPAL);
        (, uint16 rows) = loans.rowOf(loan, 0);
        assertEq(rows, 5);
        _notNow(loan, Grounds.DEFAULT, 0, abi.encodeWithSelector(ILoans.AlreadyAccelerated.selector, loan));
    }

    function test_a_called_loan_bears_the_overdue_rate_on_all_of_it() public {
        uint40 loan = _opened();
        vm.warp(FIRST + 90 days + 1);
        _done(_accelerateAct(loan, Grounds.DEFAULT, 0));
        vm.warp(FIRST + 91 days);
        uint64 before = loans.dueOf(loan).overdue;
        vm.warp(FIRST + 101 days);
        assertEq(loans.dueOf(loan).overdue - before, 1000, "1,200,000 x 3 % x 10 / 360");
    }

    function test_only_the_lender_calls() public {
        uint40 loan = _opened();
        vm.warp(FIRST + 91 days);
        bytes memory body = abi.encode(ILoans.AccelerateLoan(loan, Grounds.DEFAULT, 0, ""));
        _refused(
            _act(financier, ACCELERATE_TEXT, body),
            abi.encodeWithSelector(ILoans.NotLender.selector, loan, financier.account)
        );
    }

    function test_grounds_that_nobody_agreed_are_none() public {
        uint40 loan = _opened();
        bytes4 agreed = ILoans.GroundNotAgreed.selector;
        _notNow(loan, Grounds.LOAN_TO_VALUE, 0, abi.encodeWithSelector(agreed, loan, Grounds.LOAN_TO_VALUE));
        _notNow(loan, Grounds.CROSS_DEFAULT, 1, abi.encodeWithSelector(agreed, loan, Grounds.CROSS_DEFAULT));
        _notNow(loan, 9, 0, abi.encodeWithSelector(ILoans.GroundUnknownOf.selector, 9));
        _notNow(loan, Grounds.RIGHT_LAPSED, 7, abi.encodeWithSelector(ILoanAgreements.PledgeUnknown.selector, loan, 7));
    }

    function test_default_on_another_loan_is_a_ground_where_agreed() public {
        uint40 first = _opened();
        LoanTerms memory terms = _usualTerms();
        terms.flags = LoanFlags.CROSS_DEFAULT;
        uint40 second = _opened(_body(terms, _schedule(PRINCIPAL, FROM, 1)));
        _notNow(
            second, Grounds.CROSS_DEFAULT, second, abi.encodeWithSelector(ILoans.NotOfBorrower.selector, second, second)
        );
        _notNow(
            second,
            Grounds.CROSS_DEFAULT,
            first,
            abi.encodeWithSelector(ILoans.NotInDefault.selector, first, ILoans.Condition.Current)
        );
        uint40 fresh = _afterDefaultOf(first, terms);
        _done(_accelerateAct(fresh, Grounds.CROSS_DEFAULT, first));
        vm.warp(block.timestamp + 1 days);
        assertEq(loans.dueOf(fresh).principal, PRINCIPAL);
    }

    function _afterDefaultOf(uint40 first, LoanTerms memory terms) private returns (uint40 fresh) {
        vm.warp(FIRST + 90 days + 1);
        assertEq(_condition(first), uint8(ILoans.Condition.Default));
        terms.start = uint40(block.timestamp);
        return _opened(_body(terms, _schedule(PRINCIPAL, terms.start, 1)));
    }

    // --- Renewal ---

    function _renewal(uint64 principal, uint40 start) private view returns (LoanTerms memory terms) {
        terms = _usualTerms();
        (terms.principal, terms.start) = (principal, start);
    }

    function test_a_renewal_leaves_the_principal_out_and_takes_the_interest() public {
        uint40 loan = _opened(_body(_usualTerms(), _schedule(PRINCIPAL, FROM, 1)));
        vm.warp(FIRST - 1 hours);
        _done(_renewAct(loan, _renewal(PRINCIPAL, FIRST), _schedule(PRINCIPAL, FIRST, 6)));
        assertEq(cash.balanceOf(lender.account), 6000, "interest of the first term");
        assertEq(cash.balanceOf(borrower.account), PRINCIPAL - 6000, "the principal stays out");
        vm.warp(FIRST + 30 days);
        _assertTaken(loans.dueOf(loan), 0, 0, 6000, 200_000);
    }

    function test_a_late_loan_can_be_renewed_and_is_late_no_more() public {
        uint40 loan = _opened(_body(_usualTerms(), _schedule(PRINCIPAL, FROM, 1)));
        vm.warp(FIRST + 100 days);
        _done(_chargeAct(loan, 5));
        uint40 start = uint40(block.timestamp);
        _done(_renewAct(loan, _renewal(PRINCIPAL, start), _schedule(PRINCIPAL, start, 1)));
        assertEq(_condition(loan), uint8(ILoans.Condition.Current));
        assertEq(cash.balanceOf(lender.account), 26_000 + 10_000 + 5, "130 days at 6 %, 100 days at 3 % more, costs");
    }

    function test_a_renewal_is_of_what_is_out_in_the_same_cash() public {
        uint40 loan = _opened();
        bytes memory reason = abi.encodeWithSelector(ILoans.RenewalDiffers.selector, loan);
        _refused(_renewAct(loan, _renewal(PRINCIPAL + 1, FROM), _schedule(PRINCIPAL + 1, FROM, 1)), reason);
    }

    // --- Discharge ---

    function test_the_lender_may_ask_no_more() public {
        uint40 loan = _opened();
        _done(_act(lender, DISCHARGE_TEXT, abi.encode(ILoans.DischargeLoan(loan, "waived"))));
        assertEq(_condition(loan), uint8(ILoans.Condition.Discharged));
        _refused(
            _payLoanAct(loan, 1), abi.encodeWithSelector(ILoans.LoanNotLive.selector, loan, ILoans.Status.Discharged)
        );
        assertEq(loans.figuresOf(loan).principal, PRINCIPAL, "what was owed stays on record");
    }

    /// @dev What a court holds of a lender's is its claims too.
    function test_a_held_lender_gives_nothing_up() public {
        uint40 loan = _opened();
        vm.prank(address(holds));
        members.setHeld(lender.account, true);
        bytes memory held = abi.encodeWithSelector(ILoans.LoanAccountHeld.selector, lender.account);
        _refused(_act(lender, DISCHARGE_TEXT, abi.encode(ILoans.DischargeLoan(loan, "waived"))), held);
        _refused(_act(lender, ACKNOWLEDGE_TEXT, abi.encode(ILoans.AcknowledgePayment(loan, 5, "outside"))), held);
        _refused(_renewAct(loan, _usualTerms(), _schedule(PRINCIPAL, FROM, 12)), held);
    }
}
