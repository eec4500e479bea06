// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @notice What lender and borrower agree on beside the schedule. Rates are millionths a year, spans seconds, amounts minor units.
struct LoanTerms {
    /// Index of the cash in the desk.
    uint8 cash;
    uint64 principal;
    /// Days of interest count from here: the end of the legal day of disbursement.
    uint40 start;
    uint32 rate;
    /// The whole rate of principal that is overdue, from its due date.
    uint32 overdueRate;
    /// {DayCounts}.
    uint8 dayCount;
    /// {LoanFlags}.
    uint8 flags;
    /// {Prepayments}; never defaulted.
    uint8 prepayment;
    /// After a due second; what is paid within it was not late.
    uint32 grace;
    /// After a due second; longer than grace.
    uint32 defaultAfter;
    /// Loan to value at most, in ten-thousandths; 0 = not agreed. Whose valuations count, and the time to restore it once the margin is called.
    uint16 mostLoanToValue;
    uint32 cure;
    address appraiser;
    /// How soon after full repayment the lender has to have the pledges released.
    uint32 releaseWithin;
    bytes32 contentRoot;
}

/// @notice A row of the schedule. One without interest due has no principal and only ends a stretch of days.
struct ScheduleRow {
    uint40 due;
    uint64 principal;
    /// Of the period that ends with it, over the day count's denominator.
    uint24 numerator;
    bool interestDue;
}

/// @notice A range to be pledged, as its owner saw it.
struct PledgedRange {
    uint256 token;
    uint64 start;
    uint64 end;
    /// Payments on the receivable so far, and the least that the range is owed.
    uint16 payments;
    uint64 leastOwed;
}

library LoanFlags {
    /// Interest that is overdue bears the overdue rate too.
    uint8 internal constant OVERDUE_ON_INTEREST = 1 << 0;
    /// Default on another loan of the borrower lets the lender call this one.
    uint8 internal constant CROSS_DEFAULT = 1 << 1;
    /// What is collected on pledged receivables is kept until something is due; else it prepays (CivC 445).
    uint8 internal constant KEEP_COLLECTIONS = 1 << 2;
    uint8 internal constant AGREED = OVERDUE_ON_INTEREST | CROSS_DEFAULT | KEEP_COLLECTIONS;
    /// Called before its time; never agreed.
    uint8 internal constant ACCELERATED = 1 << 7;
}

/// @notice Who may prepay, and which instalments prepaid principal pays.
library Prepayments {
    /// With the lender's consent; the coming ones.
    uint8 internal constant CONSENT = 1;
    uint8 internal constant NEXT = 2;
    uint8 internal constant LAST = 3;
}

/// @notice Why a lender calls a loan before its time.
library Grounds {
    uint8 internal constant DEFAULT = 1;
    uint8 internal constant LOAN_TO_VALUE = 2;
    /// A pledged right lapsed, or its pledge ended.
    uint8 internal constant RIGHT_LAPSED = 3;
    uint8 internal constant CROSS_DEFAULT = 4;
}
