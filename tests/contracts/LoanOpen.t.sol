// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {ActTarget} from "../../contracts/ActTarget.sol";
import {Act} from "../../contracts/interfaces/IActs.sol";
import {ILoanAgreements} from "../../contracts/interfaces/ILoanAgreements.sol";
import {ILoans} from "../../contracts/interfaces/ILoans.sol";
import {DayCounts} from "../../contracts/types/LoanRow.sol";
import {LoanFlags, LoanTerms, ScheduleRow} from "../../contracts/types/LoanTerms.sol";
import {Roles} from "../../contracts/types/Roles.sol";
import {LoanBase} from "./LoanBase.t.sol";

/// @notice What may be signed as a loan, and what opening does.
contract LoanOpenTest is LoanBase {
    function test_the_principal_moves_with_the_signatures() public {
        uint40 loan = _opened();
        assertEq(loan, 1);
        assertEq(cash.balanceOf(borrower.account), PRINCIPAL);
        assertEq(cash.balanceOf(lender.account), 0);
        (ILoans.Status status, address from, address to, uint8 index,) = loans.partiesOf(loan);
        assertEq(uint8(status), uint8(ILoans.Status.Live));
        assertEq(from, lender.account);
        assertEq(to, borrower.account);
        assertEq(index, CASH);
        assertEq(loans.figuresOf(loan).principal, PRINCIPAL);
        assertEq(_condition(loan), uint8(ILoans.Condition.Current));
    }

    function test_rows_are_kept_a_word_each() public {
        uint40 loan = _opened();
        (uint256 word, uint16 rows) = loans.rowOf(loan, 1);
        assertEq(rows, 12);
        assertEq(uint40(word), FROM + 60 days);
        assertEq(uint64(word >> 40), 200_000, "principal due by then in all");
        assertEq(uint24(word >> 104), 30);
        assertEq(word >> 128, 1);
    }

    function test_a_lender_without_cash_opens_nothing() public {
        bytes memory reason =
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, lender.account, 0, PRINCIPAL);
        _refused(_openAct(_usualBody()), reason);
        assertEq(loans.loanCount(), 0);
        assertEq(_condition(1), uint8(ILoans.Condition.None));
    }

    function test_both_sign_or_there_is_no_loan() public {
        _fund(lender.account, PRINCIPAL);
        bytes memory body = abi.encode(_usualBody());
        _refused(_act(lender, _openText(), body), _partyMissing(borrower.account, Roles.HOLDERS));
        _refused(_act(borrower, _openText(), body), _partyMissing(lender.account, Roles.BANK));
    }

    function test_a_lender_is_a_bank() public {
        ILoanAgreements.OpenLoan memory body = _usualBody();
        body.lender = supplier.account;
        Act memory act = _both(supplier, borrower, _openText(), abi.encode(body));
        _refused(act, _partyMissing(supplier.account, Roles.BANK));
    }

    function test_nobody_lends_to_itself() public {
        ILoanAgreements.OpenLoan memory body = _usualBody();
        body.borrower = lender.account;
        Act memory act = _act(lender, _openText(), abi.encode(body));
        _refused(act, abi.encodeWithSelector(ILoanAgreements.PartiesSame.selector, lender.account));
    }

    function test_opening_is_no_direct_call() public {
        vm.prank(lender.account);
        vm.expectRevert(abi.encodeWithSelector(ActTarget.NotActs.selector, lender.account));
        agreements.openLoan(_usualBody());
    }

    function test_only_the_agreements_open_and_renew() public {
        vm.startPrank(lender.account);
        vm.expectRevert(abi.encodeWithSelector(ILoans.NotAgreements.selector, lender.account));
        loans.open(lender.account, borrower.account, _usualTerms(), new uint256[](1));
        vm.expectRevert(abi.encodeWithSelector(ILoans.NotAgreements.selector, lender.account));
        loans.renew(1, _usualTerms(), new uint256[](1));
        vm.expectRevert(abi.encodeWithSelector(ILoans.NotEscrow.selector, lender.account));
        loans.takeFromSecurity(1, lender.account, 1, true, "");
        vm.stopPrank();
    }

    // --- Terms ---

    function test_terms_that_say_too_little_or_too_much_are_refused_by_field() public {
        for (uint8 field = 2; field <= 13; ++field) {
            LoanTerms memory terms = _usualTerms();
            if (!_spoil(terms, field)) continue;
            bytes memory reason = abi.encodeWithSelector(ILoanAgreements.TermInvalid.selector, field);
            _refused(_openAct(_body(terms, _schedule(PRINCIPAL, FROM, 12))), reason);
        }
    }

    function _spoil(LoanTerms memory terms, uint8 field) private pure returns (bool) {
        if (field == 2) terms.principal = 0;
        else if (field == 4) terms.rate = 1_000_001;
        else if (field == 5) terms.overdueRate = terms.rate - 1;
        else if (field == 6) terms.dayCount = DayCounts.ACT_ACT + 1;
        else if (field == 7) terms.flags = 1 << 7;
        else if (field == 8) terms.prepayment = 0;
        else if (field == 10) terms.defaultAfter = terms.grace;
        else if (field == 13) terms.mostLoanToValue = 5000;
        else return false;
        return true;
    }

    function test_days_count_from_the_end_of_the_day_of_disbursement() public {
        for (uint256 i = 0; i < 2; ++i) {
            LoanTerms memory terms = _usualTerms();
            terms.start = i == 0 ? START - 1 : START + 25 hours + 1;
            bytes memory reason =
                abi.encodeWithSelector(ILoanAgreements.StartOutside.selector, terms.start, START, START + 25 hours);
            _refused(_openAct(_body(terms, _schedule(PRINCIPAL, terms.start, 12))), reason);
        }
    }

    // --- Rows ---

    function test_principal_adds_up_to_the_loan() public {
        ScheduleRow[] memory rows = _schedule(PRINCIPAL, FROM, 12);
        rows[3].principal -= 1;
        _refusedRows(rows, abi.encodeWithSelector(ILoanAgreements.PrincipalDiffers.selector, PRINCIPAL, PRINCIPAL - 1));
    }

    function test_due_dates_ascend_by_a_day_at_least() public {
        ScheduleRow[] memory rows = _schedule(PRINCIPAL, FROM, 12);
        rows[1].due = rows[0].due + 11 hours;
        _refusedRows(rows, _rowInvalid(1));
        rows[0].due = FROM;
        _refusedRows(rows, _rowInvalid(0));
    }

    function test_a_schedule_ends_within_a_hundred_years() public {
        ScheduleRow[] memory rows = _schedule(PRINCIPAL, FROM, 1);
        (rows[0].due, rows[0].numerator) = (FROM + 36_526 days, 36_526);
        _refusedRows(rows, _rowInvalid(0));
        (rows[0].due, rows[0].numerator) = (FROM + 36_525 days, 36_525);
        _opened(_body(_usualTerms(), rows));
    }

    /// @dev The largest loan at the highest rates, unpaid for as long as block times reach.
    function test_no_figure_outgrows_its_word() public {
        LoanTerms memory terms = _usualTerms();
        (terms.principal, terms.rate, terms.overdueRate) = (uint64(type(int64).max), 0, 1_000_000);
        (terms.dayCount, terms.flags) = (DayCounts.ACT_ACT, LoanFlags.OVERDUE_ON_INTEREST);
        terms.rate = 500_000;
        ScheduleRow[] memory rows = _schedule(terms.principal, FROM, 1);
        (rows[0].due, rows[0].numerator) = (FROM + 36_525 days, 36_525 * 366 - 25 * 366);
        uint40 loan = _opened(_body(terms, rows));
        vm.warp(type(uint40).max - 30 days);
        ILoans.Figures memory figures = loans.figuresOf(loan);
        assertEq(
            uint256(figures.product),
            uint256(terms.principal) * (rows[0].numerator + 366 * uint256(figures.day - 36_525))
        );
        assertEq(loans.owedOf(loan).interest, type(uint64).max, "more than any cash");
        (uint64 amount,) = loans.checkInstalment(loan);
        assertEq(amount, terms.principal, "what the borrower has");
        loans.fireInstalment(loan);
        assertEq(cash.balanceOf(lender.account), terms.principal);
    }

    function test_a_numerator_is_that_of_its_days() public {
        ScheduleRow[] memory rows = _schedule(PRINCIPAL, FROM, 12);
        rows[2].numerator = 31;
        _refusedRows(rows, _rowInvalid(2));
    }

    function test_a_row_that_only_ends_days_has_no_principal_and_is_not_the_last() public {
        ScheduleRow[] memory rows = _schedule(PRINCIPAL, FROM, 12);
        rows[5].interestDue = false;
        _refusedRows(rows, _rowInvalid(5));
        rows = _schedule(PRINCIPAL, FROM, 12);
        rows[10].principal += rows[11].principal;
        (rows[11].principal, rows[11].interestDue) = (0, false);
        _refusedRows(rows, _rowInvalid(11));
    }

    function test_the_grace_of_one_instalment_ends_before_the_next() public {
        LoanTerms memory terms = _usualTerms();
        terms.grace = 30 days;
        _refused(_openAct(_body(terms, _schedule(PRINCIPAL, FROM, 12))), _rowInvalid(1));
        terms.grace = 30 days - 1;
        _opened(_body(terms, _schedule(PRINCIPAL, FROM, 12)));
    }

    function test_rows_are_1_to_360() public {
        _refusedRows(new ScheduleRow[](0), abi.encodeWithSelector(ILoanAgreements.RowsOutside.selector, 0));
        _refusedRows(_schedule(PRINCIPAL, FROM, 361), abi.encodeWithSelector(ILoanAgreements.RowsOutside.selector, 361));
    }

    /// @dev What a word a row costs: one more instalment costs about 33,000 gas at opening.
    function test_gas_of_schedules() public {
        assertLt(_openingGas(60), 2_100_000);
        assertLt(_openingGas(360), 12_000_000);
    }

    /// @dev However long nobody came, what fell due can be taken within a block.
    function test_gas_of_a_debit_after_all_rows_were_missed() public {
        _openingGas(360);
        uint40 loan = loans.loanCount();
        vm.warp(FROM + 30 days * 361);
        uint256 before = gasleft();
        loans.fireInstalment(loan);
        before -= gasleft();
        assertLt(before, 12_000_000);
        assertEq(loans.figuresOf(loan).fallen, 360);
    }

    function test_gas_of_an_instalment() public {
        _openingGas(60);
        uint40 loan = loans.loanCount();
        vm.warp(FROM + 30 days);
        uint256 before = gasleft();
        loans.fireInstalment(loan);
        before -= gasleft();
        assertLt(before, 150_000);
    }

    function _openingGas(uint256 count) private returns (uint256) {
        _fund(lender.account, PRINCIPAL);
        Act memory act = _openAct(_body(_usualTerms(), _schedule(PRINCIPAL, FROM, count)));
        uint256 before = gasleft();
        _run(act);
        before -= gasleft();
        (, uint16 rows) = loans.rowOf(loans.loanCount(), 0);
        assertEq(rows, count);
        return before;
    }

    function _refusedRows(ScheduleRow[] memory rows, bytes memory reason) private {
        _refused(_openAct(_body(_usualTerms(), rows)), reason);
    }

    function _rowInvalid(uint256 row) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ILoanAgreements.RowInvalid.selector, row);
    }

    function _partyMissing(address account, uint16 roles) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ILoanAgreements.PartyMissing.selector, account, roles);
    }
}

/// @notice Day counts in the contract are those of ledger/domain/day_counts.py.
contract DayCountsTest is LoanBase {
    function test_years_and_days() public pure {
        assertEq(DayCounts.denominator(DayCounts.ACT_360), 360);
        assertEq(DayCounts.denominator(DayCounts.ACT_365), 365);
        assertEq(DayCounts.denominator(DayCounts.THIRTY_360), 360);
        assertEq(DayCounts.denominator(DayCounts.THIRTY_E_360), 360);
        assertEq(DayCounts.denominator(DayCounts.ACT_ACT), 133_590);
        assertEq(DayCounts.wholeDay(DayCounts.ACT_ACT) * 365, DayCounts.denominator(DayCounts.ACT_ACT));
    }

    function test_parts_grow_to_the_whole(uint8 kind, uint24 whole, uint16 length, uint16 elapsed) public pure {
        kind = uint8(bound(kind, 1, 5));
        length = uint16(bound(length, 1, type(uint16).max));
        elapsed = uint16(bound(elapsed, 0, length - 1));
        uint256 part = DayCounts.part(kind, whole, length, elapsed);
        assertLe(part, DayCounts.part(kind, whole, length, uint256(elapsed) + 1));
        assertEq(DayCounts.part(kind, whole, length, length), whole);
        if (kind <= 2) assertEq(DayCounts.part(kind, length, length, elapsed), elapsed);
    }

    function test_a_year_of_any_kind_is_admitted() public pure {
        assertTrue(DayCounts.admits(DayCounts.ACT_360, 365, 365));
        assertTrue(DayCounts.admits(DayCounts.THIRTY_360, 360, 366));
        assertTrue(DayCounts.admits(DayCounts.THIRTY_E_360, 3, 1), "the end of February to 1 March");
        assertTrue(DayCounts.admits(DayCounts.ACT_ACT, 365 * 366, 365));
        assertFalse(DayCounts.admits(DayCounts.ACT_360, 360, 365));
        assertFalse(DayCounts.admits(DayCounts.THIRTY_360, 30, 27));
        assertFalse(DayCounts.admits(DayCounts.ACT_ACT, 30, 30));
    }
}
