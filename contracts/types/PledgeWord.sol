// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IPledgeErrors} from "../interfaces/IPledgeRegistry.sol";

library PledgeStates {
    uint8 internal constant NONE = 0;
    uint8 internal constant FILED = 1;
    uint8 internal constant ACCEPTED = 2;
    uint8 internal constant REGISTERED = 3;
    uint8 internal constant ENFORCING = 4;
    uint8 internal constant ENDED = 5;
    uint8 internal constant RETURNED = 6;
    uint8 internal constant WITHDRAWN = 7;
    uint8 internal constant REFUSED = 8;
    /// A restoration by order is on its way page by page; not live yet.
    uint8 internal constant RESTORING = 9;
}

library PledgeFlags {
    /// Holds may lie on it: look for them.
    uint16 internal constant LOOK_FOR_HOLDS = 1 << 0;
    /// Restored on a right that another pledge had taken meanwhile.
    uint16 internal constant CONFLICT = 1 << 1;
    uint16 internal constant ASSETS_NOT_STATED = 1 << 2;
    /// The effective time is a date: order within the day is not stated.
    uint16 internal constant DATE_ONLY = 1 << 3;
    /// The effective time was stated by the office, not taken from a block.
    uint16 internal constant STATED_TIME = 1 << 4;
    /// The agreement describes the collateral in general beside the listed assets.
    uint16 internal constant GENERAL_DESCRIPTION = 1 << 5;
    /// A supplement or amendment that grants, whose parent is not in this ledger.
    uint16 internal constant PARENT_UNKNOWN = 1 << 6;
    /// Its decision to register is taken; titles are published by pages before the registration.
    uint16 internal constant APPROVED = 1 << 7;
    /// Its claim of assets is void: an earlier filing took one, or a hold, a conflict or an anchored record came upon one. It can't be registered.
    uint16 internal constant DISPLACED = 1 << 8;
    /// It stands in the place of a pledge that it refinanced.
    uint16 internal constant REFINANCES = 1 << 9;
    /// It was adopted from an anchored register.
    uint16 internal constant ADOPTED = 1 << 10;
    /// The holder bought the receivable (factoring), or took it by assignment, rather than in pledge.
    uint16 internal constant FACTORING = 1 << 11;
    uint16 internal constant ASSIGNMENT = 1 << 12;
    /// Its assets are described by serial numbers, where the law of the register gives such entries a term of their own.
    uint16 internal constant SERIAL_NUMBERED = 1 << 13;
    /// What a register's rules may let a filing state.
    uint16 internal constant FILER_MAY_STATE =
        GENERAL_DESCRIPTION | PARENT_UNKNOWN | FACTORING | ASSIGNMENT | SERIAL_NUMBERED;
    /// What an anchored record may say of itself.
    uint16 internal constant ANCHORED = FILER_MAY_STATE | ASSETS_NOT_STATED | DATE_ONLY;
}

/// @notice Head word of a pledge (low bit first):
///
///   state 8 | register 16 | rule version 16 | flags 16 | version 24 | sequence 48 | effective 40 (signed) | expires 40
///   | pages 24 | pages left 24
///
/// While Filed, `effective` is the filing's block time; while Accepted, `expires` is the end of the reservation; the registration sets both.
/// `pages` counts those of all its segments, `pages left` what a restoration has still to do.
library PledgeWord {
    uint256 private constant EFFECTIVE_SHIFT = 128;
    uint256 private constant EXPIRES_SHIFT = 168;
    uint256 private constant PAGES_SHIFT = 208;
    uint256 private constant LEFT_SHIFT = 232;

    function filed(uint16 register_, uint16 rules_, uint16 flags_, uint256 sequence_) internal view returns (uint256) {
        return uint256(PledgeStates.FILED) | uint256(register_) << 8 | uint256(rules_) << 24 | uint256(flags_) << 40
            | sequence_ << 80 | block.timestamp << EFFECTIVE_SHIFT;
    }

    function state(uint256 word) internal pure returns (uint8) {
        return uint8(word);
    }

    function withState(uint256 word, uint8 value) internal pure returns (uint256) {
        return word & ~uint256(0xff) | value;
    }

    /// @dev A refused filing as it was before its assets were claimed: same sequence, same filing time.
    function reopened(uint256 word) internal pure returns (uint256) {
        uint256 claim = uint256(type(uint40).max) << EXPIRES_SHIFT | uint256(type(uint24).max) << PAGES_SHIFT;
        uint16 flags = PledgeFlags.APPROVED | PledgeFlags.DISPLACED | PledgeFlags.ASSETS_NOT_STATED;
        return withState(withoutFlags(word & ~claim, flags), PledgeStates.FILED);
    }

    function register(uint256 word) internal pure returns (uint16) {
        return uint16(word >> 8);
    }

    function rules(uint256 word) internal pure returns (uint16) {
        return uint16(word >> 24);
    }

    function withFlags(uint256 word, uint16 added) internal pure returns (uint256) {
        return word | uint256(added) << 40;
    }

    function hasFlag(uint256 word, uint16 flag) internal pure returns (bool) {
        return uint16(word >> 40) & flag != 0;
    }

    function withoutFlags(uint256 word, uint16 cleared) internal pure returns (uint256) {
        return word & ~(uint256(cleared) << 40);
    }

    function version(uint256 word) internal pure returns (uint24) {
        return uint24(word >> 56);
    }

    /// @dev Only substantive acts raise it.
    function raised(uint256 word) internal pure returns (uint256) {
        require(version(word) < type(uint24).max - 1, IPledgeErrors.PledgeVersionsExhausted(word));
        return word + (1 << 56);
    }

    function sequence(uint256 word) internal pure returns (uint48) {
        return uint48(word >> 80);
    }

    function withSequence(uint256 word, uint48 value) internal pure returns (uint256) {
        return word & ~(uint256(type(uint48).max) << 80) | uint256(value) << 80;
    }

    function pages(uint256 word) internal pure returns (uint24) {
        return uint24(word >> PAGES_SHIFT);
    }

    /// @dev Checked: a pledge has at most 2^16 segments of 64 pages.
    function withMorePages(uint256 word, uint256 more) internal pure returns (uint256) {
        return word + (more << PAGES_SHIFT);
    }

    function pagesLeft(uint256 word) internal pure returns (uint24) {
        return uint24(word >> LEFT_SHIFT);
    }

    function withPagesLeft(uint256 word, uint24 value) internal pure returns (uint256) {
        return word & ~(uint256(type(uint24).max) << LEFT_SHIFT) | uint256(value) << LEFT_SHIFT;
    }

    function effective(uint256 word) internal pure returns (int40) {
        return int40(uint40(word >> EFFECTIVE_SHIFT));
    }

    function withEffective(uint256 word, int40 value) internal pure returns (uint256) {
        return word & ~(uint256(type(uint40).max) << EFFECTIVE_SHIFT) | uint256(uint40(value)) << EFFECTIVE_SHIFT;
    }

    function expires(uint256 word) internal pure returns (uint40) {
        return uint40(word >> EXPIRES_SHIFT);
    }

    function withExpires(uint256 word, uint40 value) internal pure returns (uint256) {
        return word & ~(uint256(type(uint40).max) << EXPIRES_SHIFT) | uint256(value) << EXPIRES_SHIFT;
    }

    /// @dev Live: registered or enforcing, and not lapsed. A lapse needs no act.
    function isLive(uint256 word) internal view returns (bool) {
        uint8 now_ = state(word);
        return (now_ == PledgeStates.REGISTERED || now_ == PledgeStates.ENFORCING) && !_isOver(word);
    }

    /// @dev Registered, and its entry is over without any act.
    function isLapsed(uint256 word) internal view returns (bool) {
        uint8 now_ = state(word);
        return (now_ == PledgeStates.REGISTERED || now_ == PledgeStates.ENFORCING) && _isOver(word);
    }

    /// @dev Whether a reservation of it can hold assets: accepted and not displaced, or live (a supplement's).
    function mayHold(uint256 word) internal view returns (bool) {
        return state(word) == PledgeStates.ACCEPTED ? !hasFlag(word, PledgeFlags.DISPLACED) : isLive(word);
    }

    function _isOver(uint256 word) private view returns (bool) {
        uint40 end = expires(word);
        return end != 0 && block.timestamp > end;
    }
}

/// @notice Terms word: ceiling 128 | currency 16 | kind 8 | segments 16 | holders 8 | due 40 (signed) | first segment 40.
/// While Accepted only `segments` and the first segment are set.
library TermsWord {
    uint256 private constant HOLDERS_SHIFT = 168;
    uint256 private constant FIRST_SHIFT = 216;

    /// @dev The word of an accepted pledge with one segment.
    function reserved(uint40 segment) internal pure returns (uint256) {
        return uint256(segment) << FIRST_SHIFT | 1 << 152;
    }

    function withTerms(uint256 word, uint128 ceiling_, uint16 currency_, uint8 kind_, int40 due)
        internal
        pure
        returns (uint256)
    {
        uint256 kept = word & (uint256(type(uint24).max) << 152 | uint256(type(uint40).max) << FIRST_SHIFT);
        return kept | ceiling_ | uint256(currency_) << 128 | uint256(kind_) << 144 | uint256(uint40(due)) << 176;
    }

    function firstSegment(uint256 word) internal pure returns (uint40) {
        return uint40(word >> FIRST_SHIFT);
    }

    function ceiling(uint256 word) internal pure returns (uint128) {
        return uint128(word);
    }

    function currency(uint256 word) internal pure returns (uint16) {
        return uint16(word >> 128);
    }

    function kind(uint256 word) internal pure returns (uint8) {
        return uint8(word >> 144);
    }

    function segments(uint256 word) internal pure returns (uint16) {
        return uint16(word >> 152);
    }

    function withSegments(uint256 word, uint16 value) internal pure returns (uint256) {
        return word & ~(uint256(type(uint16).max) << 152) | uint256(value) << 152;
    }

    function holders(uint256 word) internal pure returns (uint8) {
        return uint8(word >> HOLDERS_SHIFT);
    }

    function withHolders(uint256 word, uint8 value) internal pure returns (uint256) {
        return word & ~(uint256(type(uint8).max) << HOLDERS_SHIFT) | uint256(value) << HOLDERS_SHIFT;
    }
}
