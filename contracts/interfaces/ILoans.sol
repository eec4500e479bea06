// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {LoanTerms} from "../types/LoanTerms.sol";

/// @notice Loans between members, secured by registered pledges and by receivable ranges in the title escrow.
/// @dev A loan's ordinary interest in all is floor(product * rate / (1,000,000 * denominator)), product = sum of principal x numerators of days, so
/// the number of calls changes nothing. All principal bears it until it is paid; what is overdue bears the rest of the overdue rate besides.
interface ILoans {
    enum Status {
        None,
        Live,
        Repaid,
        Discharged
    }

    /// Computed from time and figures. Due: something due is unpaid and its grace runs.
    enum Condition {
        None,
        Current,
        Due,
        Overdue,
        Default,
        Repaid,
        Discharged
    }

    enum PaymentKind {
        None,
        Payment,
        Prepayment,
        Debit,
        Collection,
        Proceeds,
        Acknowledged,
        Renewal
    }

    /// How a payment was applied: in this order (CivC 561).
    struct Taken {
        uint64 costs;
        uint64 overdue;
        uint64 interest;
        uint64 principal;
    }

    /// What stands of a loan after an act: principal outstanding, what was paid on the schedule and ahead of its end, costs owed, the sums that
    /// interest is reckoned from, interest paid so far, days counted, rows that fell due, whose grace is over, and that are paid.
    struct Figures {
        uint64 principal;
        uint64 scheduledPaid;
        uint64 prepaid;
        uint64 costs;
        uint128 product;
        uint128 overdueProduct;
        uint96 interestPaid;
        uint96 overduePaid;
        uint24 day;
        uint16 fallen;
        uint16 ripe;
        uint16 settled;
    }

    /// The borrower pays what is due and may pay the next instalment; `amount` is the most that it gives.
    struct PayLoan {
        uint40 loan;
        uint64 amount;
        bytes32 ref;
    }

    /// The borrower pays ahead, interest for the days that money was out (CivC 677); `amount` is the most that it gives.
    struct PrepayLoan {
        uint40 loan;
        uint64 amount;
        bytes32 ref;
    }

    /// The lender says what it was paid outside the ledger.
    struct AcknowledgePayment {
        uint40 loan;
        uint64 amount;
        bytes32 ref;
    }

    /// Costs of enforcement (CivC 561): the lender signs with the borrower, or with a court's officer.
    struct ChargeCosts {
        uint40 loan;
        uint64 amount;
        bytes32 evidence;
    }

    /// The lender calls the loan; `subject` is the lapsed pledge or the borrower's other loan, where the ground has one.
    struct AccelerateLoan {
        uint40 loan;
        uint8 ground;
        uint40 subject;
        bytes32 evidence;
    }

    /// The lender asks no more: waived, or paid otherwise.
    struct DischargeLoan {
        uint40 loan;
        bytes32 reason;
    }

    /// Pays out what is credited to the acting account.
    struct WithdrawLoanCredit {
        uint8 cash;
    }

    /// @notice Row `row` (from 0) fell due: principal and interest due by then in all.
    event InstalmentDue(uint40 indexed loan, uint16 row, uint64 principal, uint96 interest);
    event LoanPaid(
        uint40 indexed loan, address indexed payer, bytes32 indexed ref, PaymentKind kind, Taken taken, Figures figures
    );
    event CostsCharged(uint40 indexed loan, uint64 amount, bytes32 evidence, bytes32 digest, Figures figures);
    /// @notice The last row is `row` ({LoanRow}) now, the `rows`th, and grace is 0.
    event LoanAccelerated(
        uint40 indexed loan, uint8 ground, uint40 subject, uint256 row, uint16 rows, bytes32 evidence, Figures figures
    );
    event MarginCalled(uint40 indexed loan, uint256 value, uint64 principal, uint40 until);
    event MarginRestored(uint40 indexed loan, uint256 value, uint64 principal);
    event LoanRepaid(uint40 indexed loan);
    event LoanDischarged(uint40 indexed loan, bytes32 reason, Figures figures);
    /// @notice Nothing is owed: the lender has to have the pledge released by then. Nothing moves the right itself.
    event ReleaseDue(uint40 indexed loan, uint40 indexed pledge, address lender, uint40 by);
    /// @notice What the loan keeps of collections.
    event CollectionKept(uint40 indexed loan, uint64 amount, uint64 kept);
    /// @notice Kept money was used, or went back to the borrower.
    event KeptUsed(uint40 indexed loan, uint64 amount, uint64 kept);
    event LoanCredited(address indexed account, uint8 indexed cash, uint40 indexed loan, uint64 amount);
    event LoanCreditWithdrawn(address indexed account, uint8 indexed cash, uint64 amount);

    error LoanNotLive(uint40 loan, Status status);
    error NotBorrower(uint40 loan, address account);
    error NotLender(uint40 loan, address account);
    error RenewalDiffers(uint40 loan);
    error PartyMissing(address account, uint16 roles);
    error NothingDue(uint40 loan);
    error NothingTaken(uint40 loan);
    error NoCash(address account);
    error LoanAmountZero();
    error LoanReferenceUsed(bytes32 ref);
    error GroundUnknownOf(uint8 ground);
    error GroundNotAgreed(uint40 loan, uint8 ground);
    error NotInDefault(uint40 loan, Condition condition);
    /// @dev It was called before, or nothing is still to fall due.
    error AlreadyAccelerated(uint40 loan);
    error AcknowledgedMore(uint40 loan, uint64 amount, uint64 owed);
    error ValueSuffices(uint40 loan, uint256 value, uint64 principal);
    error MarginNotCalled(uint40 loan);
    error MarginStands(uint40 loan, uint40 since);
    error CureRuns(uint40 loan, uint256 until);
    error NotOfBorrower(uint40 loan, uint40 other);
    /// @dev A court holds all that the account has.
    error LoanAccountHeld(address account);
    error NotEscrow(address caller);
    error NotAgreements(address caller);
    error NothingCreditedTo(address account);

    function payLoan(PayLoan calldata body) external;
    function prepayLoan(PrepayLoan calldata body) external;
    function acknowledgePayment(AcknowledgePayment calldata body) external;
    function chargeCosts(ChargeCosts calldata body) external;
    function accelerateLoan(AccelerateLoan calldata body) external;
    function dischargeLoan(DischargeLoan calldata body) external;
    function withdrawLoanCredit(WithdrawLoanCredit calldata body) external;

    /// @notice Takes what is due from money kept for the loan, then from the borrower's cash. Anyone may call; only the condition decides.
    function fireInstalment(uint40 loan) external;
    /// @notice Dry run of {fireInstalment}: the amount that it would take, or the revert data that it would meet.
    function checkInstalment(uint40 loan) external view returns (uint64 amount, bytes memory reason);
    /// @notice Calls the margin when the agreed loan to value is passed, and ends the call once it is kept again. Anyone may call.
    function fireMargin(uint40 loan) external;
    /// @notice Dry run of {fireMargin}: 1, or the revert data that it would meet.
    function checkMargin(uint40 loan) external view returns (uint64 one, bytes memory reason);
    /// @notice Dry run of {accelerateLoan} by the lender: empty when it would go through, else the revert data that it would meet.
    function checkAccelerate(uint40 loan, uint8 ground, uint40 subject) external view returns (bytes memory reason);

    /// @notice For the agreements: numbers a loan that both parties signed, and moves the principal to the borrower. `words` are {LoanRow}s.
    function open(address lender, address borrower, LoanTerms calldata terms, uint256[] calldata words)
        external
        returns (uint40 loan);
    /// @notice For the agreements: takes what is owed beside the principal from the borrower's cash, and sets new terms and rows.
    function renew(uint40 loan, LoanTerms calldata terms, uint256[] calldata words) external;

    /// @notice For the title escrow: money of `payer` that came in on pledged ranges. Proceeds of a sale pay the debt, collections what the terms say;
    /// the rest is the borrower's.
    function takeFromSecurity(uint40 loan, address payer, uint64 amount, bool proceeds, bytes32 ref) external;

    /// @notice Status, parties, cash and flags of a loan.
    function partiesOf(uint40 loan)
        external
        view
        returns (Status status, address lender, address borrower, uint8 cash, uint8 flags);
    function conditionOf(uint40 loan) external view returns (Condition);
    /// @notice What can be asked for now.
    function dueOf(uint40 loan) external view returns (Taken memory);
    /// @notice What full repayment would take now.
    function owedOf(uint40 loan) external view returns (Taken memory);
    /// @notice The figures as they would be written now.
    function figuresOf(uint40 loan) external view returns (Figures memory);
    /// @notice The stored word of a row, and how many there are.
    function rowOf(uint40 loan, uint16 row) external view returns (uint256 word, uint16 rows);
    function keptOf(uint40 loan) external view returns (uint64);
    function marginCalledAt(uint40 loan) external view returns (uint40);
    function loanCredit(address account, uint8 cash) external view returns (uint64);
    function loanCount() external view returns (uint40);
}
