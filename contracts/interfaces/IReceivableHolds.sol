// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @notice Court holds on receivables, ranges and accounts; their lifting, and orders that move a held range with the money kept for it.
/// @dev A hold is laid on a whole receivable or account in one call (a hold on a token's id is evaded by cutting first), then cut to ranges, then lifted
/// elsewhere. A held range is neither moved nor drawn. `order` is the hash of the court's order.
interface IReceivableHolds {
    struct HoldReceivable {
        uint192 receivable;
        bytes32 order;
    }

    /// Turns the hold on a whole receivable into a hold on [start, end), which `tokens`, in ascending order, cover.
    struct NarrowHold {
        uint256 hold;
        uint64 start;
        uint64 end;
        uint256[] tokens;
        bytes32 order;
    }

    struct HoldAccount {
        address account;
        bytes32 order;
    }

    /// Ends a hold; `tokens` are those of its range that no other hold keeps, freed at once.
    struct LiftCourtHold {
        uint256 hold;
        uint256[] tokens;
        bytes32 order;
    }

    /// The court orders that a held range goes to another account, with the money kept for it.
    struct OrderRange {
        uint256 hold;
        uint256 token;
        uint64 start;
        uint64 end;
        address to;
        bytes32 order;
    }

    /// The court orders that money credited to a held account goes to another.
    struct OrderCredit {
        uint256 hold;
        /// Repayment module that has the credit.
        uint8 module;
        uint8 cash;
        uint64 amount;
        address to;
        bytes32 order;
    }

    enum Target {
        None,
        Receivable,
        Range,
        Account
    }

    struct Hold {
        Target target;
        /// The officer's account: it alone narrows, lifts and orders.
        address authority;
        uint40 since;
        uint192 receivable;
        uint64 start;
        uint64 end;
        address account;
        bytes32 order;
    }

    event HoldLaid(
        uint256 indexed hold,
        uint192 indexed receivable,
        address indexed account,
        address authority,
        uint64 start,
        uint64 end,
        bytes32 order
    );
    event HoldNarrowed(uint256 indexed hold, uint192 indexed receivable, uint64 start, uint64 end, bytes32 order);
    event HoldLifted(uint256 indexed hold, uint192 indexed receivable, address indexed account, bytes32 order);
    event OrderGiven(bytes32 indexed order, uint256 indexed hold, bytes32 content, uint40 executableFrom);
    /// @notice [start, end) of the receivable went from `from` to `to` with the money kept for it; `content` is the hash of the order as it was given.
    event RangeOrdered(
        bytes32 indexed order,
        uint256 indexed hold,
        address indexed to,
        address from,
        uint192 receivable,
        uint64 start,
        uint64 end,
        bytes32 content
    );
    /// @notice Money credited to the held account `from` in the module went to `to`.
    event CreditOrdered(
        bytes32 indexed order,
        uint256 indexed hold,
        address indexed to,
        address from,
        uint8 module,
        uint8 cash,
        uint64 amount,
        bytes32 content
    );

    error UnknownHold(uint256 hold);
    error NotAuthority(address account, address authority);
    error HoldTarget(uint256 hold, Target target);
    error OrderMissing();
    error OrderKnown(bytes32 order);
    error OrderUnknown(bytes32 content);
    error TooEarly(uint40 executableFrom);
    /// @dev The tokens don't cover the range in ascending order, or one lies outside.
    error TokensDiffer(uint256 token);
    error TooManyHolds(uint192 receivable);
    error StillHeld(uint256 token);
    /// @dev A range is not ordered into a custody contract's account: it would be there for nobody.
    error RecipientInCustody(address recipient);

    function holdReceivable(HoldReceivable calldata body) external returns (uint256 hold);
    function narrow(NarrowHold calldata body) external;
    function hashNarrowHold(NarrowHold calldata body) external view returns (bytes32);
    function holdAccount(HoldAccount calldata body) external returns (uint256 hold);
    function lift(LiftCourtHold calldata body) external;
    function hashLiftCourtHold(LiftCourtHold calldata body) external view returns (bytes32);
    /// @notice Frees tokens that carry the mark of a hold which no hold covers any more. Anyone may call.
    function free(uint256[] calldata tokens) external;

    /// @notice The court's part of an order; it runs after a delay, with the council's word.
    function orderRange(OrderRange calldata body) external;
    function orderCredit(OrderCredit calldata body) external;
    /// @notice Runs an order that was given (council). `subject` is what the range is in custody for, if it is: a deal of {IFinancing}, a pledged range
    /// of {ITitleEscrow} by its token; else 0. A held piece of a pledged range gets its own entry first ({ITitleEscrow-enterPiece}) and is named by
    /// its own token: an entry that reaches further can be divided by anybody while the call waits for its delay.
    function executeRange(OrderRange calldata order, uint256 subject) external;
    function executeCredit(OrderCredit calldata order) external;

    function holdOf(uint256 hold) external view returns (Hold memory);
    function isHeld(uint256 token) external view returns (bool);
}
