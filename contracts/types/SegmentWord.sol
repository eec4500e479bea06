// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @notice Word of a segment (low bit first): pledge 40 | count 24 | claimed 24 | effective 40 (signed) | pages done 64 | flags 64.
library SegmentWord {
    /// Its effective time is a date.
    uint256 internal constant DATE_ONLY = 1 << 192;

    function pack(uint40 pledge_, uint24 count_) internal pure returns (uint256) {
        return uint256(pledge_) | uint256(count_) << 40;
    }

    function pledge(uint256 word) internal pure returns (uint40) {
        return uint40(word);
    }

    function count(uint256 word) internal pure returns (uint24) {
        return uint24(word >> 40);
    }

    function claimed(uint256 word) internal pure returns (uint24) {
        return uint24(word >> 64);
    }

    function isComplete(uint256 word) internal pure returns (bool) {
        return claimed(word) == count(word);
    }

    /// @dev `page` is below 64, `more` within the count: the caller checks.
    function withPage(uint256 word, uint256 page, uint256 more) internal pure returns (uint256) {
        return (word | 1 << (128 + page)) + (more << 64);
    }

    function withEffective(uint256 word, int40 value, bool dateOnly) internal pure returns (uint256) {
        return word & ~(uint256(type(uint40).max) << 88) | uint256(uint40(value)) << 88 | (dateOnly ? DATE_ONLY : 0);
    }
}
