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
library Ruler {
    /// @notice What [start, end) is owed after the first `count` payments.
    function owed(mapping(uint16 => PaymentWord) storage payments, uint64 start, uint64 end, uint16 count)
        internal
        view
        returns (uint64)
    {
        (uint256 low, uint256 high) = (start, end);
        unchecked {
            // low and high stay below 2^63 and never grow; p <= D, so no step exceeds what it is taken from.
            for (uint16 k = 1; k <= count; ++k) {
                PaymentWord word = payments[k];
                (uint256 p, uint256 d) = (word.principal(), word.owedBefore());
                low -= low * p / d;
                high -= high * p / d;
            }
        }
        return uint64(high - low);
    }

    /// @notice What [start, end) draws of payments (from, to]: principal and interest.
    function drawn(mapping(uint16 => PaymentWord) storage payments, uint64 start, uint64 end, uint16 from, uint16 to)
        internal
        view
        returns (uint64 principal, uint64 interest)
    {
        (uint256 low, uint256 high) = (start, end);
        unchecked {
            // As in {owed}; the interest of a step is at most the interest paid, which is below 2^63.
            for (uint16 k = 1; k <= to; ++k) {
                PaymentWord word = payments[k];
                (uint256 p, uint256 d) = (word.principal(), word.owedBefore());
                (uint256 lowStep, uint256 highStep) = (low * p / d, high * p / d);
                if (k > from) {
                    principal += uint64(highStep - lowStep);
                    uint256 i = word.interest();
                    interest += uint64(high * i / d - low * i / d);
                }
                low -= lowStep;
                high -= highStep;
            }
        }
    }
}
