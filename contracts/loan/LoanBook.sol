// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ILoans} from "../interfaces/ILoans.sol";
import {DayCounts, LoanRow, LoanRows} from "../types/LoanRow.sol";
import {LoanFlags} from "../types/LoanTerms.sol";

/// @title What loans owe: days, interest, and the order in which payments are applied
/// @dev The reference is tests/model/loans.py, which counts day by day what is reckoned in closed form here. A loan is worked on in memory
/// ({Work}), so that views and acts share one reckoning; {_save} writes it.
///
/// Storage:
///   loans[id]       {Loan}, six words
///   rows[id][k]     {LoanRow}
abstract contract LoanBook is ILoans {
    struct Loan {
        address lender;
        uint40 start;
        uint32 rate;
        uint8 cash;
        uint8 dayCount;
        uint8 prepayment;
        // ---
        address borrower;
        uint32 overdueRate;
        uint32 grace;
        uint32 defaultAfter;
        // ---
        uint64 principal;
        uint64 scheduledPaid;
        uint64 prepaid;
        uint64 costs;
        // ---
        uint128 product;
        uint128 overdueProduct;
        // ---
        uint96 interestPaid;
        uint96 overduePaid;
        uint24 day;
        uint16 rows;
        uint16 fallen;
        uint8 flags;
        // ---
        uint16 ripe;
        uint16 settled;
        Status status;
        uint16 mostLoanToValue;
        uint32 cure;
        uint32 releaseWithin;
        uint40 marginCalled;
        uint64 kept;
    }

    /// A loan as of a time; `marks[k - from]` is all interest that was due by row k, for rows that fell due since it was written.
    struct Work {
        uint40 id;
        Loan loan;
        uint16 from;
        uint256[] marks;
    }

    uint256 internal constant RATE_UNIT = 1_000_000;
    uint40 private constant DAY = 1 days;

    mapping(uint40 id => Loan) internal loans;
    mapping(uint40 id => mapping(uint256 row => LoanRow)) internal rows;

    /// @dev The live loan, reckoned up to now.
    function _work(uint40 id) internal view returns (Work memory work) {
        work.id = id;
        work.loan = loans[id];
        require(work.loan.status == Status.Live, LoanNotLive(id, work.loan.status));
        work.from = work.loan.fallen;
        work.marks = new uint256[](work.loan.rows - work.from);
        _accrue(work, uint40(block.timestamp));
    }

    function _save(Work memory work) internal {
        loans[work.id] = work.loan;
        for (uint256 row = work.from; row < work.loan.fallen; ++row) {
            uint96 due = uint96(work.marks[row - work.from]);
            LoanRow word = rows[work.id][row].withInterest(due);
            rows[work.id][row] = word;
            if (word.interestDue()) emit InstalmentDue(work.id, uint16(row), word.principal(), due);
        }
        work.from = work.loan.fallen;
        work.marks = new uint256[](work.loan.rows - work.from);
    }

    // --- Days ---

    /// @dev The day, counted from the start, with which the first `count` rows end: the nearest one, since days of clock changes are longer or shorter.
    function _index(Work memory work, uint256 count) private view returns (uint256) {
        if (count == 0) return 0;
        return (uint256(rows[work.id][count - 1].due()) - work.loan.start + DAY / 2) / DAY;
    }

    function _anchor(Work memory work) internal view returns (uint40) {
        return work.loan.fallen == 0 ? work.loan.start : rows[work.id][work.loan.fallen - 1].due();
    }

    /// @dev How many days have begun; a day ends with its row, whatever the clocks did.
    function _dayAt(Work memory work, uint40 time) private view returns (uint256 day) {
        uint40 anchor = _anchor(work);
        day = _index(work, work.loan.fallen);
        if (time > anchor) day += (uint256(time) - anchor + DAY - 1) / DAY;
        if (work.loan.fallen < work.loan.rows) day = Math.min(day, _index(work, uint256(work.loan.fallen) + 1));
    }

    /// @dev The numerator from the last fallen row to `day`.
    function _numerator(Work memory work, uint256 day) private view returns (uint256) {
        Loan memory loan = work.loan;
        uint256 began = _index(work, loan.fallen);
        if (loan.fallen == loan.rows) return DayCounts.wholeDay(loan.dayCount) * (day - began);
        uint256 length = _index(work, uint256(loan.fallen) + 1) - began;
        return DayCounts.part(loan.dayCount, rows[work.id][loan.fallen].numerator(), length, day - began);
    }

    // --- Interest ---

    function _accrue(Work memory work, uint40 time) private view {
        Loan memory loan = work.loan;
        while (loan.fallen < loan.rows) {
            LoanRow row = rows[work.id][loan.fallen];
            if (row.due() > time) break;
            _fall(work, row);
        }
        _stepTo(work, _dayAt(work, time));
        _ripen(work, time);
        _settle(work);
    }

    function _fall(Work memory work, LoanRow row) private view {
        Loan memory loan = work.loan;
        _stepTo(work, _index(work, uint256(loan.fallen) + 1));
        work.marks[loan.fallen - work.from] =
            row.interestDue() ? _accruedInterest(loan) : _interestDueBy(work, loan.fallen);
        ++loan.fallen;
    }

    /// @dev Schedules end within 100 years, rates are 100 % at most and block times have 40 bits: principal below 2^63, interest due by rows below 2^70, a
    /// year's numerators below 2^18 and all days below 2^24, so that both products stay below 2^114.
    function _stepTo(Work memory work, uint256 day) private view {
        Loan memory loan = work.loan;
        if (day <= loan.day) return;
        uint256 numerators = _numerator(work, day) - _numerator(work, loan.day);
        loan.product += uint128(_outstanding(loan) * numerators);
        loan.overdueProduct += uint128(_weight(work, loan.ripe) * (day - loan.day));
        loan.day = uint24(day);
    }

    /// @dev Once grace is over, what is unpaid of a row is late from its due date; whenever that is written, it comes to the same.
    function _ripen(Work memory work, uint40 time) private view {
        Loan memory loan = work.loan;
        while (loan.ripe < loan.fallen && time > uint256(rows[work.id][loan.ripe].due()) + loan.grace) {
            uint256 extra = _weight(work, uint256(loan.ripe) + 1) - _weight(work, loan.ripe);
            loan.overdueProduct += uint128(extra * (loan.day - _index(work, uint256(loan.ripe) + 1)));
            ++loan.ripe;
        }
    }

    /// @dev What a day costs for what is unpaid of the first `count` rows: beyond the rate, which all principal bears.
    function _weight(Work memory work, uint256 count) private view returns (uint256 weight) {
        Loan memory loan = work.loan;
        uint256 principal = Math.saturatingSub(_scheduled(work, count), loan.scheduledPaid);
        weight = principal * (loan.overdueRate - loan.rate);
        if (loan.flags & LoanFlags.OVERDUE_ON_INTEREST == 0) return weight;
        return weight + Math.saturatingSub(_interestDueBy(work, count), loan.interestPaid) * loan.overdueRate;
    }

    function _settle(Work memory work) internal view {
        Loan memory loan = work.loan;
        while (
            loan.settled < loan.fallen && _scheduled(work, uint256(loan.settled) + 1) <= loan.scheduledPaid
                && _interestDueBy(work, uint256(loan.settled) + 1) <= loan.interestPaid
        ) ++loan.settled;
    }

    // --- What is due ---

    function _outstanding(Loan memory loan) internal pure returns (uint256) {
        return uint256(loan.principal) - loan.scheduledPaid - loan.prepaid;
    }

    /// @dev Principal that the first `count` rows make due; what was prepaid from the end is due no more.
    function _scheduled(Work memory work, uint256 count) internal view returns (uint256) {
        if (count == 0) return 0;
        return Math.min(rows[work.id][count - 1].principal(), work.loan.principal - work.loan.prepaid);
    }

    /// @dev All interest that was due when the first `count` rows had fallen.
    function _interestDueBy(Work memory work, uint256 count) private view returns (uint256) {
        if (count == 0) return 0;
        return count > work.from ? work.marks[count - 1 - work.from] : rows[work.id][count - 1].interest();
    }

    /// @dev All interest so far, paid or not: floored once.
    function _accruedInterest(Loan memory loan) internal pure returns (uint256) {
        return uint256(loan.product) * loan.rate / (RATE_UNIT * DayCounts.denominator(loan.dayCount));
    }

    function _overdueInterest(Loan memory loan) private pure returns (uint256) {
        return uint256(loan.overdueProduct) / (RATE_UNIT * DayCounts.yearDays(loan.dayCount)) - loan.overduePaid;
    }

    /// @dev What can be asked for now: once no principal is still to fall due, all interest that accrued.
    function _due(Work memory work) internal view returns (uint256[4] memory due) {
        Loan memory loan = work.loan;
        uint256 scheduled = _scheduled(work, loan.fallen);
        bool all = scheduled == loan.principal - loan.prepaid;
        uint256 interest = all ? _accruedInterest(loan) : _interestDueBy(work, loan.fallen);
        due[0] = loan.costs;
        due[1] = _overdueInterest(loan);
        due[2] = Math.saturatingSub(interest, loan.interestPaid);
        due[3] = Math.saturatingSub(scheduled, loan.scheduledPaid);
    }

    function _owed(Loan memory loan) internal pure returns (uint256[4] memory owed) {
        owed[0] = loan.costs;
        owed[1] = _overdueInterest(loan);
        owed[2] = _accruedInterest(loan) - loan.interestPaid;
        owed[3] = _outstanding(loan);
    }

    function _sum(uint256[4] memory parts) internal pure returns (uint256) {
        return parts[0] + parts[1] + parts[2] + parts[3];
    }

    function _isRepaid(Loan memory loan) internal pure returns (bool) {
        return _sum(_owed(loan)) == 0;
    }

    // --- Payments ---

    /// @dev Applies at most `amount`: costs, overdue interest, interest and principal that are due; then the interest that has accrued and up to
    /// `ahead` of principal that is not due, from the end of the schedule or as it comes.
    function _apply(Work memory work, uint256 amount, uint256 ahead, bool fromEnd)
        internal
        view
        returns (Taken memory taken)
    {
        Loan memory loan = work.loan;
        uint256[4] memory due = _due(work);
        uint256 rest = amount;
        for (uint256 i = 0; i < 4; ++i) {
            due[i] = Math.min(due[i], rest);
            rest -= due[i];
        }
        uint256 early = Math.min(rest, _accruedInterest(loan) - loan.interestPaid - due[2]);
        ahead = Math.min(rest - early, ahead);
        taken = Taken(uint64(due[0]), uint64(due[1]), uint64(due[2] + early), uint64(due[3] + ahead));
        loan.costs -= taken.costs;
        loan.overduePaid += taken.overdue;
        loan.interestPaid += taken.interest;
        loan.prepaid += fromEnd ? uint64(ahead) : 0;
        loan.scheduledPaid += fromEnd ? uint64(due[3]) : taken.principal;
        _settle(work);
    }

    function _total(Taken memory taken) internal pure returns (uint64) {
        return taken.costs + taken.overdue + taken.interest + taken.principal;
    }

    /// @dev Principal that is not due but belongs to the next instalment.
    function _nextInstalment(Work memory work) internal view returns (uint256) {
        uint256 count = work.loan.fallen;
        uint256 from = Math.max(_scheduled(work, count), work.loan.scheduledPaid);
        while (count < work.loan.rows && !rows[work.id][count].interestDue()) ++count;
        return count == work.loan.rows ? 0 : Math.saturatingSub(_scheduled(work, count + 1), from);
    }

    function _condition(Work memory work) internal view returns (Condition) {
        Loan memory loan = work.loan;
        if (loan.settled == loan.fallen) return Condition.Current;
        uint256 late = block.timestamp - rows[work.id][loan.settled].due();
        if (late > loan.defaultAfter) return Condition.Default;
        return late > loan.grace ? Condition.Overdue : Condition.Due;
    }

    // --- Acceleration ---

    /// @dev The running period ends with the day and takes all principal; grace is over. Needs a row that has not fallen due.
    function _callIn(Work memory work) internal returns (LoanRow last) {
        Loan memory loan = work.loan;
        LoanRow row = rows[work.id][loan.fallen];
        uint256 began = _index(work, loan.fallen);
        uint256 length = _index(work, uint256(loan.fallen) + 1) - began;
        uint256 elapsed = Math.max(1, loan.day - began);
        uint256 due = Math.min(_anchor(work) + elapsed * DAY, row.due());
        uint256 numerator = DayCounts.part(loan.dayCount, row.numerator(), length, elapsed);
        last = LoanRows.make(uint40(due), loan.principal, uint24(numerator), true);
        rows[work.id][loan.fallen] = last;
        (loan.rows, loan.grace, loan.flags) = (loan.fallen + 1, 0, loan.flags | LoanFlags.ACCELERATED);
        _accrue(work, uint40(block.timestamp));
    }

    function _figures(Loan memory loan) internal pure returns (Figures memory) {
        return Figures({
            principal: uint64(_outstanding(loan)),
            scheduledPaid: loan.scheduledPaid,
            prepaid: loan.prepaid,
            costs: loan.costs,
            product: loan.product,
            overdueProduct: loan.overdueProduct,
            interestPaid: loan.interestPaid,
            overduePaid: loan.overduePaid,
            day: loan.day,
            fallen: loan.fallen,
            ripe: loan.ripe,
            settled: loan.settled
        });
    }
}
