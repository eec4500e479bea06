// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @notice A row of a loan's schedule in one storage word (low bit first):
///
///   due second 40 | principal due by then 64 | numerator of its period 24 | INTEREST_DUE 1 | zero 31 | interest due by then 96
///
/// The interest is written when the row falls due. A row without INTEREST_DUE only ends a stretch of days.
type LoanRow is uint256;

using LoanRows for LoanRow global;

library LoanRows {
    uint256 private constant PRINCIPAL_SHIFT = 40;
    uint256 private constant NUMERATOR_SHIFT = 104;
    uint256 private constant INTEREST_DUE = 1 << 128;
    uint256 private constant INTEREST_SHIFT = 160;

    function make(uint40 due_, uint64 principal_, uint24 numerator_, bool interestDue_)
        internal
        pure
        returns (LoanRow)
    {
        uint256 word = uint256(due_) | uint256(principal_) << PRINCIPAL_SHIFT | uint256(numerator_) << NUMERATOR_SHIFT;
        return LoanRow.wrap(interestDue_ ? word | INTEREST_DUE : word);
    }

    function due(LoanRow row) internal pure returns (uint40) {
        return uint40(LoanRow.unwrap(row));
    }

    function principal(LoanRow row) internal pure returns (uint64) {
        return uint64(LoanRow.unwrap(row) >> PRINCIPAL_SHIFT);
    }

    function numerator(LoanRow row) internal pure returns (uint24) {
        return uint24(LoanRow.unwrap(row) >> NUMERATOR_SHIFT);
    }

    function interestDue(LoanRow row) internal pure returns (bool) {
        return LoanRow.unwrap(row) & INTEREST_DUE != 0;
    }

    function interest(LoanRow row) internal pure returns (uint96) {
        return uint96(LoanRow.unwrap(row) >> INTEREST_SHIFT);
    }

    function withInterest(LoanRow row, uint96 value) internal pure returns (LoanRow) {
        uint256 cleared = LoanRow.unwrap(row) & ~(uint256(type(uint96).max) << INTEREST_SHIFT);
        return LoanRow.wrap(cleared | uint256(value) << INTEREST_SHIFT);
    }
}

/// @notice Day counts (2006 ISDA Definitions, section 4.16) as numerators over a fixed denominator; ledger/domain/day_counts.py makes the numerators.
library DayCounts {
    /// Actual days over 360: 4.16(e).
    uint8 internal constant ACT_360 = 1;
    /// Actual days over 365, leap years too: 4.16(d).
    uint8 internal constant ACT_365 = 2;
    /// Months of 30 days, bond basis: 4.16(f).
    uint8 internal constant THIRTY_360 = 3;
    /// Months of 30 days, Eurobond basis: 4.16(g).
    uint8 internal constant THIRTY_E_360 = 4;
    /// Days of leap years over 366 and of others over 365: 4.16(b).
    uint8 internal constant ACT_ACT = 5;

    uint256 private constant ACTUAL_ACTUAL_YEAR = 365 * 366;

    /// @dev What numerators are parts of: so many make a year.
    function denominator(uint8 kind) internal pure returns (uint256) {
        if (kind == ACT_365) return 365;
        return kind == ACT_ACT ? ACTUAL_ACTUAL_YEAR : 360;
    }

    /// @dev Days of a year for overdue interest, which counts actual days.
    function yearDays(uint8 kind) internal pure returns (uint256) {
        return kind == ACT_365 || kind == ACT_ACT ? 365 : 360;
    }

    /// @dev The numerator of one actual day where no row says more.
    function wholeDay(uint8 kind) internal pure returns (uint256) {
        return kind == ACT_ACT ? 366 : 1;
    }

    function isThirty(uint8 kind) internal pure returns (bool) {
        return kind == THIRTY_360 || kind == THIRTY_E_360;
    }

    /// @dev The numerator of the first `elapsed` of a period's `length` actual days: equal parts rounded down; of months of 30 days, `elapsed` days count
    /// until the period has no more.
    function part(uint8 kind, uint256 whole, uint256 length, uint256 elapsed) internal pure returns (uint256) {
        if (elapsed == length) return whole;
        if (isThirty(kind)) return elapsed < whole ? elapsed : whole;
        return whole * elapsed / length;
    }

    /// @dev Whether a period of `length` actual days can have that numerator.
    function admits(uint8 kind, uint256 whole, uint256 length) internal pure returns (bool) {
        if (kind == ACT_ACT) return whole >= length * 365 && whole <= length * 366;
        if (isThirty(kind)) return whole <= length + 2 && whole + length / 30 + 1 >= length;
        return (kind == ACT_360 || kind == ACT_365) && whole == length;
    }
}
