// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @notice Guarantees and risk pools: who pays in the obligor's place once a covered receivable is overdue, by agreed shares.
/// @dev Liability is several: a guarantor pays its own share and no other's. What it pays is a claim on the obligor (CivC 700), behind the holders.
interface IGuarantees {
    /// Guarantors, each of whom signs, promise to pay by these shares; the first one manages the pool. A single guarantor is a pool of one.
    struct OpenPool {
        address[] guarantors;
        /// Basis points of what is called; they add up to 10,000.
        uint16[] shares;
        uint8 cash;
        /// The most that is ever paid out, over all receivables.
        uint64 cap;
        /// Seconds after the end of grace before the pool is called.
        uint40 wait;
        /// The last second in which it can be called.
        uint40 until;
        bytes32 agreement;
    }

    /// The manager says that the pool stands for a receivable, up to `most`.
    struct CoverReceivable {
        uint256 pool;
        uint192 receivable;
        uint64 most;
    }

    struct Pool {
        address[] guarantors;
        uint16[] shares;
        uint8 cash;
        uint64 cap;
        uint64 used;
        uint40 wait;
        uint40 until;
    }

    event PoolOpened(
        uint256 indexed pool,
        address indexed manager,
        address[] guarantors,
        uint16[] shares,
        uint8 cash,
        uint64 cap,
        uint40 wait,
        uint40 until,
        bytes32 agreement
    );
    event ReceivableCovered(uint256 indexed pool, uint192 indexed receivable, uint64 most);
    /// @notice A guarantor paid; `used` is what the pool has paid out in all.
    event GuaranteePaid(
        uint256 indexed pool, uint192 indexed receivable, address indexed guarantor, uint64 amount, uint64 used
    );

    error SharesWrong(uint256 guarantors, uint256 shares, uint256 sum);
    error GuarantorNotSigned(address guarantor);
    error GuarantorTwice(address guarantor);
    error AmountZero();
    error UntilPassed(uint40 until);
    error UnknownPool(uint256 pool);
    error NotManager(address account, address manager);
    error CashDiffers(uint192 receivable, uint8 cash, uint8 poolCash);
    error CoveredAlready(uint192 receivable, uint256 pool);
    error GuarantorIsObligor(address guarantor);
    error NotCovered(uint192 receivable);
    error NotOverdue(uint192 receivable, uint40 from);
    error Disputed(uint192 receivable);
    error NothingOwed(uint192 receivable);
    /// @dev No guarantor has cash that it owes now.
    error NothingToTake(uint192 receivable);
    error NotLive(uint192 receivable);

    function openPool(OpenPool calldata body) external returns (uint256 pool);
    function hashOpenPool(OpenPool calldata body) external view returns (bytes32);
    function cover(CoverReceivable calldata body) external;
    /// @notice Has every guarantor of a covered, overdue receivable pay its share, as far as its cash goes. Anyone may call, again for what was missing.
    function call(uint192 receivable) external;
    /// @notice Dry run of {call}: what each guarantor would pay, in the pool's order, or the revert data.
    function checkCall(uint192 receivable) external view returns (uint64[] memory amounts, bytes memory reason);

    function poolOf(uint256 pool) external view returns (Pool memory);
    /// @notice The pool that stands for a receivable (0 = none), up to what, and what each of its guarantors has paid.
    function coverOf(uint192 receivable) external view returns (uint256 pool, uint64 most, uint64[] memory paid);
}
