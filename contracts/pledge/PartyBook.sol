// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {PartyKinds} from "../types/ActCode.sol";

/// @notice What became of parties, as an office recorded it: who signs for them now. A party is a word (scheme 8 | identifier 248); scheme 1 names a
/// member's account, which signs for itself until the book says otherwise.
library PartyBook {
    /// Record: account 160 | kind 8 | held 8 | zero; `other` is the successor or receiver.
    struct Entry {
        uint256 word;
        bytes32 other;
    }

    /// `told` counts those that say who signs, `holds` those that are or were held: while 0, nobody need look.
    struct Book {
        mapping(address office => mapping(bytes32 party => Entry)) entries;
        uint40 told;
        uint40 holds;
    }

    /// Party words of this scheme name a member's account in their low 160 bits.
    uint256 internal constant MEMBER_SCHEME = 1;
    /// A chain of successors and receivers is followed so far.
    uint256 internal constant MOST_STEPS = 8;
    uint256 private constant KIND_SHIFT = 160;
    uint256 private constant HELD = 1 << 168;

    /// @notice The account that signs for a party now; 0 = nobody (no member, dissolved, or a chain too long).
    function signerOf(Book storage book, address office, bytes32 party) internal view returns (address account) {
        if (book.told == 0) return _own(party);
        for (uint256 i = 0; i < MOST_STEPS; ++i) {
            Entry storage entry = book.entries[office][party];
            uint8 kind = uint8(entry.word >> KIND_SHIFT);
            if (kind == PartyKinds.DISSOLVED) return address(0);
            if (kind != PartyKinds.SUCCEEDED && kind != PartyKinds.RECEIVED) {
                return kind == PartyKinds.MEMBER ? address(uint160(entry.word)) : _own(party);
            }
            party = entry.other;
        }
    }

    /// @notice Whether `other` leads back to `party`.
    function leadsTo(Book storage book, address office, bytes32 other, bytes32 party) internal view returns (bool) {
        for (uint256 i = 0; i <= MOST_STEPS; ++i) {
            if (other == party) return true;
            Entry storage entry = book.entries[office][other];
            uint8 kind = uint8(entry.word >> KIND_SHIFT);
            if (kind != PartyKinds.SUCCEEDED && kind != PartyKinds.RECEIVED) return false;
            other = entry.other;
        }
        return true;
    }

    /// @notice Keeps what became of a party. RENAMED changes nothing of who signs.
    function set(Book storage book, address office, bytes32 party, uint8 kind, address account, bytes32 other)
        internal
        returns (uint256 word)
    {
        Entry storage entry = book.entries[office][party];
        uint256 held = entry.word & HELD;
        bool cleared = kind == PartyKinds.CLEARED;
        word = held | (cleared ? 0 : uint256(kind) << KIND_SHIFT | uint160(account));
        (entry.word, entry.other) = (word, cleared ? bytes32(0) : other);
        ++book.told;
    }

    function markHeld(Book storage book, address office, bytes32 party) internal {
        book.entries[office][party].word |= HELD;
        ++book.holds;
    }

    function isHeld(Book storage book, address office, bytes32 party) internal view returns (bool) {
        return book.entries[office][party].word & HELD != 0;
    }

    function memberWord(address account) internal pure returns (bytes32) {
        return bytes32(MEMBER_SCHEME << 248 | uint160(account));
    }

    function _own(bytes32 party) private pure returns (address) {
        return uint256(party) >> 248 == MEMBER_SCHEME ? address(uint160(uint256(party))) : address(0);
    }
}
