// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @notice A distributed payment in one word (low bit first): principal 64 | interest 64 | owed before 64 | time 40 | kind 4 | zero 20.
type PaymentWord is uint256;

using PaymentWords for PaymentWord global;

library PaymentWords {
    function make(uint64 principal_, uint64 interest_, uint64 before, uint40 time_, uint8 kind_)
        internal
        pure
        returns (PaymentWord)
    {
        return PaymentWord.wrap(
            uint256(principal_) | uint256(interest_) << 64 | uint256(before) << 128 | uint256(time_) << 192
                | uint256(kind_) << 232
        );
    }

    function principal(PaymentWord w) internal pure returns (uint64) {
        return uint64(PaymentWord.unwrap(w));
    }

    function interest(PaymentWord w) internal pure returns (uint64) {
        return uint64(PaymentWord.unwrap(w) >> 64);
    }

    function owedBefore(PaymentWord w) internal pure returns (uint64) {
        return uint64(PaymentWord.unwrap(w) >> 128);
    }

    function time(PaymentWord w) internal pure returns (uint40) {
        return uint40(PaymentWord.unwrap(w) >> 192);
    }

    function kind(PaymentWord w) internal pure returns (uint8) {
        return uint8(PaymentWord.unwrap(w) >> 232 & 15);
    }
}

/// @title The ruler: how much of [0, x) is still owed after each payment
/// @notice O_0(x) = x; payment k shrinks it: O_k(x) = O_{k-1}(x) - floor(O_{k-1}(x) * p_k / D_k), where D_k = O_{k-1}(face) is what live ranges were
/// owed before it. Range [s, e) is owed O_k(e) - O_k(s). Over any partition each payment adds up exactly, no step is negative, and a full payment leaves
/// nobody a unit short. Interest i_k rides on the same step without shrinking it.
/// @dev The loop is assembly because every token that draws runs it over every payment before it. Nothing wraps: what [0, x) is owed stays below 2^63
/// and never grows, since p <= D; D is never 0; and the interest of a step is at most what was paid, which all lies in one cash contract, below 2^63.
library Ruler {
    uint256 private constant AMOUNT = 0xffffffffffffffff;
    uint256 private constant INTEREST = 0xffffffffffffffff0000000000000000;

    /// @notice What [start, end) is owed after all `payments`.
    function owed(PaymentWord[] memory payments, uint64 start, uint64 end) internal pure returns (uint64) {
        (uint256 low,) = _step(payments, start, 0, payments.length);
        (uint256 high,) = _step(payments, end, 0, payments.length);
        return uint64(high - low);
    }

    /// @notice What [0, x) draws of `payments` after the first `from`: principal and interest. A range draws the difference of its ends.
    function drawnUntil(PaymentWord[] memory payments, uint64 x, uint256 from)
        internal
        pure
        returns (uint64 principal, uint64 interest)
    {
        (uint256 before,) = _step(payments, x, 0, from);
        (uint256 left, uint256 interests) = _step(payments, before, from, payments.length);
        return (uint64(before - left), uint64(interests));
    }

    /// @dev What is left of `x` after payments (from, to], where it was owed after the first `from`, and its interest of them.
    function _step(PaymentWord[] memory payments, uint256 x, uint256 from, uint256 to)
        private
        pure
        returns (uint256 left, uint256 interest)
    {
        left = x;
        assembly ("memory-safe") {
            let last := add(payments, shl(5, to))
            for { let at := add(payments, shl(5, from)) } lt(at, last) {} {
                at := add(at, 32)
                let word := mload(at)
                let d := and(shr(128, word), AMOUNT)
                if and(word, INTEREST) {
                    interest := add(interest, div(mul(left, and(shr(64, word), AMOUNT)), d))
                }
                left := sub(left, div(mul(left, and(word, AMOUNT)), d))
            }
        }
    }
}
