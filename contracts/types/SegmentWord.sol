// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @notice Word of a segment (low bit first):
///
///   pledge 40 | count 24 | claimed 24 | effective 40 (signed) | pages of titles published 64 | flags 64
///
/// Until it counts (ACTIVE), `effective` is the end of its reservation.
library SegmentWord {
    /// Its effective time is a date.
    uint256 internal constant DATE_ONLY = 1 << 192;
    /// It counts: its pledge was registered, or the supplement was made.
    uint256 internal constant ACTIVE = 1 << 193;

    uint256 private constant EFFECTIVE_SHIFT = 88;
    uint256 private constant TITLES_SHIFT = 128;

    function pack(uint40 pledge_, uint24 count_, uint40 until) internal pure returns (uint256) {
        return uint256(pledge_) | uint256(count_) << 40 | uint256(until) << EFFECTIVE_SHIFT;
    }

    function pledge(uint256 word) internal pure returns (uint40) {
        return uint40(word);
    }

    function withPledge(uint256 word, uint40 value) internal pure returns (uint256) {
        return word & ~uint256(type(uint40).max) | value;
    }

    function count(uint256 word) internal pure returns (uint24) {
        return uint24(word >> 40);
    }

    function claimed(uint256 word) internal pure returns (uint24) {
        return uint24(word >> 64);
    }

    /// @dev `more` within the count: the caller checks.
    function withClaimed(uint256 word, uint256 more) internal pure returns (uint256) {
        return word + (more << 64);
    }

    function isComplete(uint256 word) internal pure returns (bool) {
        return claimed(word) == count(word);
    }

    function isActive(uint256 word) internal pure returns (bool) {
        return word & ACTIVE != 0;
    }

    /// @dev End of the reservation of a segment that does not count yet.
    function reservedUntil(uint256 word) internal pure returns (uint40) {
        return uint40(word >> EFFECTIVE_SHIFT);
    }

    /// @dev Its reservation is over; for a segment that does not count yet.
    function unreserved(uint256 word) internal pure returns (uint256) {
        return word & ~(uint256(type(uint40).max) << EFFECTIVE_SHIFT);
    }

    function hasTitles(uint256 word, uint256 page) internal pure returns (bool) {
        return word >> (TITLES_SHIFT + page) & 1 == 1;
    }

    /// @dev `page` is below 64: the caller checks.
    function withTitles(uint256 word, uint256 page) internal pure returns (uint256) {
        return word | 1 << (TITLES_SHIFT + page);
    }

    /// @dev Whether the first `pages` pages of titles are all published.
    function hasAllTitles(uint256 word, uint256 pages) internal pure returns (bool) {
        return uint64(word >> TITLES_SHIFT) == (1 << pages) - 1;
    }

    /// @dev From here on it counts from `value`.
    function withEffective(uint256 word, int40 value, bool dateOnly) internal pure returns (uint256) {
        return word & ~(uint256(type(uint40).max) << EFFECTIVE_SHIFT) | uint256(uint40(value)) << EFFECTIVE_SHIFT
            | (dateOnly ? DATE_ONLY : 0) | ACTIVE;
    }
}
