// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @notice Word of an asset (low bit first): segment 40 | leaf 24 | links so far 16 | flags 8 | chain 168.
/// @dev It says who took the asset last; `chain` is the hash of the previous word and this link, so that a list of links is complete or refused.
/// Ends never touch it. Segment 0 with links: seeded from an anchor, or joined to a right that nobody took.
library AssetWord {
    /// Another number of a right: what is filed under it is filed under its key.
    uint256 internal constant ALIAS = 1 << 80;
    /// Holds may lie on it: look for them.
    uint256 internal constant LOOK_FOR_HOLDS = 1 << 81;
    /// Two live pledges lie on it by restoration, joining or inheritance from an anchored register: no new one until it is settled.
    uint256 internal constant CONFLICT = 1 << 82;
    /// A live record of an anchored register lies or lay on it.
    uint256 internal constant SEEDED = 1 << 83;
    uint256 internal constant CLOSED = 1 << 84;
    /// What bars a new link by itself.
    uint256 internal constant BARRED = CONFLICT | CLOSED;
    /// What is looked at before a link.
    uint256 internal constant MARKED = BARRED | LOOK_FOR_HOLDS;
    uint256 private constant FLAGS = 0xff << 80;
    uint256 private constant CHAIN_SHIFT = 88;
    uint256 private constant LINKS = 0xffff << 64;
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

    /// @dev A seeded asset whose anchored record nobody adopted yet.
    function isUnadopted(uint256 word) internal pure returns (bool) {
        return word & SEEDED != 0 && segment(word) == 0;
    }

    /// @dev The word after one more link: flags stay. The caller holds `links` below MOST_LINKS.
    function linked(uint256 word, uint256 segment_, uint256 leaf_) internal pure returns (uint256) {
        return _after(word, segment_ | leaf_ << 40, segment_ | leaf_ << 40, 1);
    }

    /// @dev The word after a live record of an anchored register was seeded into it.
    function seeded(uint256 word, bytes32 number) internal pure returns (uint256) {
        return _after(word, 0, uint256(number), 1) | SEEDED;
    }

    /// @dev What a record leaves in a word that had no link before, without flags: a mark of the record.
    function recordOf(bytes32 number) internal pure returns (uint256) {
        return seeded(0, number) & ~FLAGS;
    }

    /// @dev The word without its flags: of an asset seeded as its first link the mark of the record.
    function unflagged(uint256 word) internal pure returns (uint256) {
        return word & ~FLAGS;
    }

    /// @dev The word of a right after another number of it was joined: its links count too, and its last one stands if `taken`. Where only one of the two
    /// was ever linked, its chain goes on.
    function joined(uint256 word, uint256 other, bool taken) internal pure returns (uint256) {
        if (links(other) == 0) return word;
        if (links(word) == 0) return other & ~FLAGS | word & FLAGS;
        return _after(word, uint64(taken ? other : word), other, links(other));
    }

    function _after(uint256 word, uint256 last, uint256 what, uint256 more) private pure returns (uint256) {
        bytes32 chain;
        assembly ("memory-safe") {
            mstore(0, word)
            mstore(32, what)
            chain := keccak256(0, 64)
        }
        return last | (word & LINKS) + (more << 64) | word & FLAGS | uint256(chain) >> CHAIN_SHIFT << CHAIN_SHIFT;
    }
}
