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

    /// `told` counts the records that say who signs, `holds` the holds that were placed: while 0, nobody need look.
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

    /// @notice Whether `other` leads back to `party`, or so far that nobody could be found to sign for it.
    function leadsTo(Book storage book, address office, bytes32 other, bytes32 party) internal view returns (bool) {
        for (uint256 i = 1; i < MOST_STEPS; ++i) {
            if (other == party) return true;
            Entry storage entry = book.entries[office][other];
            uint8 kind = uint8(entry.word >> KIND_SHIFT);
            if (kind != PartyKinds.SUCCEEDED && kind != PartyKinds.RECEIVED) return false;
            other = entry.other;
        }
        return true;
    }

    /// @notice Who took the party's place in law (no receiver does); 0 = nobody. No chain of them comes round.
    function successor(Book storage book, address office, bytes32 party) internal view returns (bytes32) {
        Entry storage entry = book.entries[office][party];
        return uint8(entry.word >> KIND_SHIFT) == PartyKinds.SUCCEEDED ? entry.other : bytes32(0);
    }

    /// @notice Keeps what became of a party; CLEARED takes back what is kept. Returns its word.
    function set(Book storage book, address office, bytes32 party, uint8 kind, address account, bytes32 other)
        internal
        returns (uint256 word)
    {
        Entry storage entry = book.entries[office][party];
        word = entry.word & HELD;
        if (kind != PartyKinds.CLEARED) word |= uint256(kind) << KIND_SHIFT | uint160(account);
        (entry.word, entry.other) = (word, other);
        ++book.told;
    }

    function wordOf(Book storage book, address office, bytes32 party) internal view returns (uint256) {
        return book.entries[office][party].word;
    }

    /// @notice Whether it is kept who signs for the party.
    function isTold(Book storage book, address office, bytes32 party) internal view returns (bool) {
        return uint8(book.entries[office][party].word >> KIND_SHIFT) != 0;
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
