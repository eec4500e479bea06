// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @notice Word of an asset (low bit first): segment 40 | leaf 24 | links so far 16 | flags 8 | chain 168.
/// @dev It says who took the asset last; `chain` is the hash of the previous word and this link, so that a list of links is complete or refused.
/// Ends never touch it.
library AssetWord {
    uint256 internal constant ALIAS = 1 << 80;
    uint256 internal constant LOOK_FOR_HOLDS = 1 << 81;
    uint256 internal constant CONFLICT = 1 << 82;
    uint256 internal constant SEEDED = 1 << 83;
    uint256 internal constant CLOSED = 1 << 84;
    /// What bars a new link; holds and aliases come with their own acts.
    uint256 internal constant BARRED = ALIAS | LOOK_FOR_HOLDS | CONFLICT | CLOSED;
    uint256 private constant FLAGS = 0xff << 80;
    uint256 private constant CHAIN_SHIFT = 88;
    uint256 internal constant MOST_LINKS = type(uint16).max;

    function segment(uint256 word) internal pure returns (uint40) {
        return uint40(word);
    }

    function leaf(uint256 word) internal pure returns (uint24) {
        return uint24(word >> 40);
    }

    function links(uint256 word) internal pure returns (uint16) {
        return uint16(word >> 64);
    }

    function flags(uint256 word) internal pure returns (uint8) {
        return uint8(word >> 80);
    }

    /// @dev The word after one more link: flags stay. The caller holds `links` below MOST_LINKS.
    function linked(uint256 word, uint256 segment_, uint256 leaf_) internal pure returns (uint256 next) {
        uint256 link = segment_ | leaf_ << 40;
        bytes32 chain;
        assembly ("memory-safe") {
            mstore(0, word)
            mstore(32, link)
            chain := keccak256(0, 64)
        }
        next = link | (word & (0xffff << 64)) + (1 << 64) | word & FLAGS | uint256(chain) >> CHAIN_SHIFT << CHAIN_SHIFT;
    }
}
