// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @notice A step of the ruler in one word (low bit first): principal 64 | interest 64 | time 40 | kind 4 | zero 20 | owed before 63 | RETIREMENT 1.
/// @dev In a retirement the first two are what [0, start) and [0, end) of the range were owed: low 64 | high 64. High is never 0. What a draw reads for
/// every step lies where it costs least: owed before at the top, and the mark of a retirement in the sign.
type PaymentWord is uint256;

using PaymentWords for PaymentWord global;

/// @dev The kind of a step that pays nothing: a range left ({IRepayment-Kind}).
uint8 constant RETIREMENT = 7;

library PaymentWords {
    function make(uint64 first, uint64 second, uint64 before, uint40 time_, uint8 kind_)
        internal
        pure
        returns (PaymentWord)
    {
        uint256 retired = kind_ == RETIREMENT ? 1 << 255 : 0;
        return PaymentWord.wrap(
            uint256(first) | uint256(second) << 64 | uint256(time_) << 128 | uint256(kind_) << 168 | uint256(before)
                << 192 | retired
        );
    }

    function principal(PaymentWord w) internal pure returns (uint64) {
        return uint64(PaymentWord.unwrap(w));
    }

    function interest(PaymentWord w) internal pure returns (uint64) {
        return uint64(PaymentWord.unwrap(w) >> 64);
    }

    function owedBefore(PaymentWord w) internal pure returns (uint64) {
        return uint64(PaymentWord.unwrap(w) >> 192) & type(uint64).max >> 1;
    }

    function time(PaymentWord w) internal pure returns (uint40) {
        return uint40(PaymentWord.unwrap(w) >> 128);
    }

    function kind(PaymentWord w) internal pure returns (uint8) {
        return uint8(PaymentWord.unwrap(w) >> 168 & 15);
    }
}

/// @title The ruler: how much of [0, x) is still owed after each payment
/// @notice O_0(x) = x; payment k shrinks it: O_k(x) = O_{k-1}(x) - floor(O_{k-1}(x) * p_k / D_k), where D_k = O_{k-1}(face) is what live ranges were
/// owed before it. Range [s, e) is owed O_k(e) - O_k(s). Over any partition each payment adds up exactly, no step is negative, and a full payment leaves
/// nobody a unit short. Interest i_k rides on the same step without shrinking it.
/// A retirement of [s, e) cuts (O(s), O(e)] out of what is owed: what lies behind it moves up, so live ranges are owed what they were, it is owed nothing,
/// and O_k(face) stays what live ranges are owed (docs/decisions/retirement.md).
/// @dev The loop is assembly because every token that draws runs it over every payment before it; whether a step is a retirement is asked only where
/// there is interest or one. Nothing wraps: what [0, x) is owed stays below 2^63
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

    /// @notice What [0, x) is owed after all `payments`.
    function owedUntil(PaymentWord[] memory payments, uint64 x) internal pure returns (uint64) {
        (uint256 left,) = _step(payments, x, 0, payments.length);
        return uint64(left);
    }

    /// @notice What [0, x) draws of `payments` after the first `from`: principal and interest. A range that lives, or retired as step `from`, draws the
    /// difference of its ends: what retirements took off lies before both or behind both.
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
                if and(word, INTEREST) {
                    if slt(word, 0) {
                        let low := and(word, AMOUNT)
                        let high := and(shr(64, word), AMOUNT)
                        switch gt(left, high)
                        case 0 { if gt(left, low) { left := low } }
                        default { left := sub(left, sub(high, low)) }
                        continue
                    }
                    interest := add(interest, div(mul(left, and(shr(64, word), AMOUNT)), shr(192, word)))
                }
                left := sub(left, div(mul(left, and(word, AMOUNT)), shr(192, word)))
            }
        }
    }
}
