// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @notice What a companion of the receivable token may do, a bit each; fixed when the token is made, so that nobody is ever given more.
/// @dev The low seven bits are the flags of {TokenWords} that it may set and clear.
library Powers {
    /// Gives ranges away on the strength of acts that were signed at the companion; beside the flag HELD also held ranges, with their kept money.
    uint16 internal constant CARRY = 1 << 7;
    /// Opens a confirmed receivable.
    uint16 internal constant OPEN = 1 << 8;
    /// Sets and clears the mark of a court's hold.
    uint16 internal constant MARK_HELD = 1 << 9;
    uint16 internal constant MARK_DISPUTED = 1 << 10;
    /// Retires ranges and cancels receivables.
    uint16 internal constant END = 1 << 11;
    uint16 internal constant FLAGS = (1 << 7) - 1;
}
