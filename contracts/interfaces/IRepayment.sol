// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ReceivableWord} from "../types/ReceivableWord.sol";
import {TokenWord} from "../types/TokenWord.sol";

/// @notice Payments on receivables: allocation, the ruler that pays each range exactly, waiting money, late interest, claims of those who paid in the
/// obligor's place.
/// @dev Amounts are minor units, times UTC seconds. A payment pays late interest first, then principal (CivC 561). What is left of the obligor's goes to
/// those who paid in its place, and what exceeds everything owed is credited to its payer.
interface IRepayment {
    /// How a payment came; stored with it. Collected: several that waited, distributed together. Retirement is no payment: a range left.
    enum Kind {
        None,
        Voluntary,
        Debit,
        BankNotice,
        Collected,
        ThirdParty,
        Guarantee,
        Retirement
    }

    /// Computed from time and debt; `Disputed` and other marks stand beside it. Due: at the due second; Grace: after it, until grace ends;
    /// Overdue: after that. PartPaid: before the due second, some principal paid. Subrogated: holders are owed nothing any more, but the obligor owes
    /// those who paid in its place.
    enum Condition {
        None,
        Current,
        PartPaid,
        Due,
        Grace,
        Overdue,
        Closed,
        Cancelled,
        Subrogated
    }

    /// The running figures of a receivable's payments; in two words, as they stand.
    struct Book {
        /// Money that reached the receivable and waits for its distribution: it has paid the debt and earns no interest.
        uint64 waitingPrincipal;
        uint64 waitingInterest;
        /// All late interest that was ever paid, or fell away with ranges that retired; more than one cash contract holds at a time, so wider than an
        /// amount.
        uint128 interestPaid;
        /// Sum of debt times the days that it was late: exact, so that the number of calls changes nothing. Interest owed in all is
        /// floor(moneyDays * lateRate / lateBasis).
        uint128 moneyDays;
        /// Days of lateness that are in moneyDays.
        uint40 accruedDay;
        uint40 lastDistribution;
        /// Ranges that retired.
        uint16 retirements;
        /// Those who paid in the obligor's place and are still owed.
        uint8 payers;
        /// Some principal was paid.
        bool partPaid;
        /// Its debt counts among those of its due second: it was confirmed before.
        bool pooled;
    }

    /// What the obligor owes to one who paid in its place.
    struct Claim {
        address payer;
        /// Days of lateness that are in moneyDays.
        uint40 accruedDay;
        /// From principal: it bears the receivable's late interest from the day it was paid; and from late interest, which bears none.
        uint64 bearing;
        uint64 plain;
        /// Money-days before the payment, of days whose grace was running: they come off once grace is missed.
        uint128 early;
        uint128 moneyDays;
        uint128 interestPaid;
    }

    /// The obligor pays from its own cash.
    struct PayReceivable {
        uint192 receivable;
        uint64 amount;
        bytes32 ref;
    }

    /// A settlement bank says that money reached it; it issues as much of its cash in the same transaction.
    struct BankNotice {
        uint8 cash;
        /// Consumed once: the payment's UETR hash, else the hash of (bank, account, servicer reference, booking date).
        bytes32 ref;
        uint40 bookedAt;
        uint64 total;
        bytes32 contentRoot;
        Allocation[] allocations;
    }

    struct Allocation {
        uint192 receivable;
        address payer;
        uint64 amount;
    }

    /// Somebody else than the obligor pays from its own cash.
    struct PayAsThirdParty {
        uint192 receivable;
        uint64 amount;
        bytes32 ref;
    }

    /// Gives up a claim from such a payment.
    struct WaiveClaim {
        uint192 receivable;
        bytes32 reason;
    }

    /// Pays out what is credited to the acting account.
    struct Withdraw {
        uint8 cash;
    }

    /// Pays out what is credited to a contract account for one range.
    struct WithdrawRange {
        uint192 receivable;
        uint64 start;
    }

    event PaymentReceived(
        uint192 indexed receivable,
        address indexed payer,
        bytes32 indexed ref,
        Kind kind,
        uint64 interest,
        uint64 principal,
        uint64 recovered,
        uint64 excess,
        uint64 waitingPrincipal,
        uint64 waitingInterest,
        uint128 moneyDays,
        uint40 accruedDay
    );
    /// @notice The claim of one who paid in the obligor's place, whole, after it paid or recovered.
    event ClaimChanged(uint192 indexed receivable, Claim claim);
    /// @notice Obligor's money reached one who paid in its place: late interest of its claim, and the claim; paid out at once, or credited.
    event ClaimRecovered(
        uint192 indexed receivable, address indexed payer, uint64 interest, uint64 principal, bool paid
    );
    event ClaimWaived(uint192 indexed receivable, address indexed payer, uint64 claim, uint64 interest, bytes32 reason);
    /// @notice Step `payment` is a retirement: what [0, start) and [0, end) were owed, of `owedBefore` in all, and the late interest that fell away with it.
    event RetirementRecorded(
        uint192 indexed receivable,
        uint16 payment,
        uint64 low,
        uint64 high,
        uint64 owedBefore,
        uint128 interest,
        uint128 moneyDays,
        uint40 accruedDay
    );
    event CreditOrdered(address indexed from, address indexed to, uint8 indexed cash, uint64 amount);
    event BankNoticeTaken(
        bytes32 indexed ref, address indexed bank, uint8 cash, uint40 bookedAt, uint64 total, bytes32 contentRoot
    );
    event PaymentDistributed(
        uint192 indexed receivable,
        uint16 payment,
        uint64 principal,
        uint64 interest,
        uint64 owedBefore,
        uint64 owedAfter,
        Kind kind
    );
    /// @notice What range [start, end) drew of payments (from, to]; credited to the owner, and paid out at once when `paid`.
    event Drawn(
        uint192 indexed receivable,
        address indexed owner,
        uint64 start,
        uint64 end,
        uint16 from,
        uint16 to,
        uint64 principal,
        uint64 interest,
        bool paid
    );
    /// @notice Money credited otherwise: the excess of a payment.
    event Credited(address indexed account, uint8 indexed cash, uint192 indexed receivable, uint64 amount);
    event Withdrawn(
        address indexed account, uint8 indexed cash, uint192 indexed receivable, uint64 start, uint64 amount
    );

    error NotLive(uint192 receivable);
    error NotCancelled(uint192 receivable);
    error NotMember(address account);
    error KindRefused(Kind kind);
    error NothingOwed(uint192 receivable, uint64 start, uint64 end);
    error CreditShort(address account, uint64 credited);
    error PayerNotObligor(uint192 receivable, address payer);
    error ReferenceMissing();
    error BookedLater(uint40 bookedAt);
    error NotPinned(uint192 receivable, uint8 module);
    error AmountZero();
    error AllocationsDiffer(uint64 total, uint256 sum);
    error ReferenceUsed(bytes32 ref);
    error NotBank(address account, address bank);
    error CashDiffers(uint192 receivable, uint8 cash, uint8 pinned);
    error NothingWaiting(uint192 receivable);
    error TooEarly(uint192 receivable, uint40 from);
    error PaymentsExhausted(uint192 receivable, uint16 payments);
    error NotToken(address caller);
    error NotEndings(address caller);
    error NotHolds(address caller);
    /// @dev The caller is no pinned collector (mandates, guarantees).
    error NotCollector(address caller);
    error PayerIsObligor(uint192 receivable, address payer);
    error TooManyPayers(uint192 receivable);
    error NoClaim(uint192 receivable, address payer);
    error ClaimsStand(uint192 receivable, uint64 claims);
    error RetirementsExhausted(uint192 receivable);
    error WaitingNotCleared(uint192 receivable);
    error AccountHeld(address account);
    error ContractDrawsItself(address owner);
    error NothingCredited(address account);
    error UnknownToken(uint256 token);

    function payReceivable(PayReceivable calldata body) external;
    /// @notice Pays in the obligor's place (CivC 524, 700): holders are owed less, and the payer has a claim on the obligor for as much, behind them.
    function payAsThirdParty(PayAsThirdParty calldata body) external;
    function waiveClaim(WaiveClaim calldata body) external;
    function takeBankNotice(BankNotice calldata body) external;
    function hashBankNotice(BankNotice calldata body) external view returns (bytes32);
    function withdraw(Withdraw calldata body) external;
    function withdrawRange(WithdrawRange calldata body) external;

    /// @notice Distributes waiting money 30 days after the last distribution (a year after the thousandth). Anyone may call.
    function distribute(uint192 receivable) external;
    /// @notice Draws what tokens are owed to their owners. Anyone for a plain account; for a contract account only itself.
    function draw(uint256[] calldata tokens) external;
    /// @notice For the token contract, before a move or merge: credits what the range has not drawn to its present owner.
    /// @param held the token's word, {TokenWord}, as it is before the move
    /// @param word the receivable's word, {ReceivableWord}
    function settle(uint256 token, TokenWord held, ReceivableWord word) external;

    /// @notice For the token, when a receivable opens: its debt counts among those of its due second.
    function recordOpening(uint192 receivable) external;
    /// @notice For the token: [start, end), settled, is owed nothing from now on. It takes a number in the order of payments, the word's count plus one.
    /// @return owed what the range was owed
    /// @return closes whether nobody is owed anything then
    function recordRetirement(uint192 receivable, uint64 start, uint64 end) external returns (uint64 owed, bool closes);
    /// @notice For {IReceivableEndings}: distributes what waits, whatever it is.
    function clearWaiting(uint192 receivable) external;
    /// @notice For {IReceivableEndings}, after {IReceivableToken-cancel}: the debt is no more. Reverts while third parties have claims.
    function recordCancellation(uint192 receivable) external;
    /// @notice For a pinned collector: takes `amount` from `from` as a payment by `payer`, the obligor or a third party.
    function collect(uint192 receivable, address from, address payer, uint64 amount, bytes32 ref, Kind kind) external;
    /// @notice For {IReceivableHolds}: an order moves credited money of a held account.
    function orderCredit(address from, address to, uint8 cash, uint64 amount) external;

    /// @notice What range [start, end) is owed of the principal after every payment so far.
    function owed(uint192 receivable, uint64 start, uint64 end) external view returns (uint64);
    /// @notice What a token could draw now.
    function undrawn(uint256 token) external view returns (uint64 principal, uint64 interest);
    /// @notice Debt at a time not before the last receipt: principal and late interest still to be paid, and money that waits (already counted as paid).
    function debtAt(uint192 receivable, uint40 time)
        external
        view
        returns (uint64 principal, uint64 interest, uint64 waitingPrincipal, uint64 waitingInterest);
    /// @notice A payment, or a retirement: then the first two are what [0, start) and [0, end) of the range were owed.
    function payment(uint192 receivable, uint16 number)
        external
        view
        returns (uint64 principal, uint64 interest, uint64 owedBefore, uint40 time, Kind kind);
    function stateAt(uint192 receivable, uint40 time) external view returns (Condition);
    /// @notice The running figures of a receivable's payments.
    function bookOf(uint192 receivable) external view returns (Book memory);
    function referenceUsed(bytes32 ref) external view returns (bool);
    function credit(address account, uint8 cash) external view returns (uint64);
    function rangeCredit(address account, uint192 receivable, uint64 start) external view returns (uint64);
    /// @notice Debts of the obligor in this cash that fall due at this second: what pots are shared by.
    function dueTotal(address obligor, uint8 cash, uint40 due) external view returns (uint128);
    /// @notice What is still owed to a payer that paid in the obligor's place: its claim, and late interest on it at `time`.
    function claimOf(uint192 receivable, address payer, uint40 time)
        external
        view
        returns (uint64 claim, uint64 interest);
    /// @notice All such claims on a receivable.
    function subrogatedAt(uint192 receivable, uint40 time) external view returns (uint64 claims, uint64 interest);
}
