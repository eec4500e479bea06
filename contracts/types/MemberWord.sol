// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @notice Reads the word of an address in Members (layout: see {IMembers}).
library MemberWord {
    uint256 internal constant ACTIVE = 1 << 160;
    uint256 internal constant SUSPENDED = 1 << 161;
    uint256 internal constant CONTRACT = 1 << 162;
    uint256 internal constant ACCEPTS_DIRECT = 1 << 163;
    uint256 internal constant HELD = 1 << 164;
    uint256 internal constant OPERATOR = 1 << 165;
    /// The account's own address has been an operator, so it is never listed again.
    uint256 internal constant OWN_LISTED = 1 << 166;
    uint256 internal constant EPOCH_SHIFT = 176;
    uint256 internal constant ROLES_SHIFT = 208;

    function account(uint256 word) internal pure returns (address) {
        return address(uint160(word));
    }

    function has(uint256 word, uint256 flag) internal pure returns (bool) {
        return word & flag != 0;
    }

    function epoch(uint256 word) internal pure returns (uint32) {
        return uint32(word >> EPOCH_SHIFT);
    }

    function roles(uint256 word) internal pure returns (uint16) {
        return uint16(word >> ROLES_SHIFT);
    }

    /// @dev An admitted account that is not suspended.
    function isActive(uint256 word) internal pure returns (bool) {
        return word & (ACTIVE | SUSPENDED) == ACTIVE;
    }

    /// @dev The word of `subject` itself, an admitted account that is not suspended: false for a key, whose word names another.
    function isActiveAccount(uint256 word, address subject) internal pure returns (bool) {
        return word & (ACTIVE | SUSPENDED | type(uint160).max) == ACTIVE | uint160(subject);
    }

    /// @dev Whether a key whose own word is `word` may sign for the account whose word is `accountWord`: listed, not revoked, of this epoch.
    function operates(uint256 word, uint256 accountWord) internal pure returns (bool) {
        return has(word, OPERATOR) && epoch(word) == epoch(accountWord) && account(word) == account(accountWord);
    }

    function withRoles(uint256 word, uint16 mask) internal pure returns (uint256) {
        return word & ~(uint256(type(uint16).max) << ROLES_SHIFT) | uint256(mask) << ROLES_SHIFT;
    }

    /// @dev The account's word with the roles that the key has too.
    function withRolesOf(uint256 word, uint256 key) internal pure returns (uint256) {
        return word & (key | ~(uint256(type(uint16).max) << ROLES_SHIFT));
    }

    function withEpoch(uint256 word, uint32 value) internal pure returns (uint256) {
        return word & ~(uint256(type(uint32).max) << EPOCH_SHIFT) | uint256(value) << EPOCH_SHIFT;
    }
}
