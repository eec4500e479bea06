// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Signer} from "./interfaces/IActs.sol";
import {IMembers} from "./interfaces/IMembers.sol";
import {MemberWord} from "./types/MemberWord.sol";
import {Modes} from "./types/Roles.sol";

/// @title What a contract inherits to be reached by signed acts as well as directly
/// @dev Acts appends, in the manner of ERC-2771, behind the ABI-encoded body:
///
///   signer[0] .. signer[n-1]   64 bytes each: account 20 | role 2 | mode 1 | zero 9, key 20 | zero 12
///   digest 32 | id 32 | account 20 | zero 11 | n 1
///
/// The suffix is believed from Acts only.
abstract contract ActTarget {
    using MemberWord for uint256;

    struct ActContext {
        address account;
        uint256 id;
        /// The EIP-712 digest of the envelope; 0 for a direct call.
        bytes32 digest;
        Signer[] signers;
    }

    address internal immutable ACTS;
    IMembers internal immutable MEMBERS;

    error NotActs(address caller);
    /// @dev The acting account has not signed itself by a key in one of `roles`.
    error NotSigned(address account, uint16 roles);

    constructor(address acts, IMembers members) {
        ACTS = acts;
        MEMBERS = members;
    }

    /// @dev For functions that only a signed act may reach.
    modifier onlyActs() {
        require(msg.sender == ACTS, NotActs(msg.sender));
        _;
    }

    /// @dev The acting account, by whatever key: the envelope's for an act, else the account that msg.sender operates (reverts for a stranger).
    function _actor() internal view returns (address account) {
        if (msg.sender == ACTS) return address(bytes20(msg.data[msg.data.length - 32:]));
        (account,) = MEMBERS.operatorOf(msg.sender);
    }

    /// @dev The acting account, by its own consent under a key in one of `roles`.
    function _actorIn(uint16 roles) internal view returns (address account) {
        if (msg.sender == ACTS) return _signedIn(roles);
        uint256 word;
        (account, word) = MEMBERS.operatorOf(msg.sender);
        _requireRole(account, word, roles);
    }

    /// @dev The acting account of a signed act, by its own consent under a key in one of `roles`.
    function _signedIn(uint16 roles) internal view onlyActs returns (address account) {
        uint256 first = _signersOffset();
        account = address(bytes20(msg.data[first:first + 20]));
        uint16 role = uint16(bytes2(msg.data[first + 20:first + 22]));
        require(role & roles != 0 && uint8(msg.data[first + 22]) == Modes.SIGNED, NotSigned(account, roles));
    }

    /// @dev The key that acts: the first signer's for an act, else msg.sender.
    function _actingKey() internal view returns (address) {
        if (msg.sender != ACTS) return msg.sender;
        uint256 first = _signersOffset();
        return address(bytes20(msg.data[first + 32:first + 52]));
    }

    /// @dev The effective roles in a word of {IMembers-operatorOf} have one of `roles`.
    function _requireRole(address account, uint256 word, uint16 roles) internal pure {
        if (word.roles() & roles == 0) revert IMembers.RoleMissing(account, roles, word.roles());
    }

    /// @dev The whole context of a signed act; `epoch` and `nonce` of the signers are not carried and read 0.
    function _context() internal view onlyActs returns (ActContext memory context) {
        uint256 end = msg.data.length;
        context.account = address(bytes20(msg.data[end - 32:]));
        context.id = uint256(bytes32(msg.data[end - 64:end - 32]));
        context.digest = bytes32(msg.data[end - 96:end - 64]);
        uint256 offset = _signersOffset();
        context.signers = new Signer[]((end - 96 - offset) / 64);
        for (uint256 i = 0; i < context.signers.length; ++i) {
            (uint256 first, uint256 second) = _twoWords(offset);
            Signer memory signer = context.signers[i];
            (signer.account, signer.role) = (address(uint160(first >> 96)), uint16(first >> 80));
            (signer.mode, signer.key) = (uint8(first >> 72), address(uint160(second >> 96)));
            offset += 64;
        }
    }

    /// @dev Of the call's data; slices would check their bounds for each part of a word.
    function _twoWords(uint256 offset) private pure returns (uint256 first, uint256 second) {
        assembly ("memory-safe") {
            first := calldataload(offset)
            second := calldataload(add(offset, 32))
        }
    }

    function _signersOffset() private pure returns (uint256) {
        uint256 end = msg.data.length;
        return end - 96 - 64 * uint256(uint8(msg.data[end - 1]));
    }

    /// @dev Whether `account` is among the signers of the act, with its own consent in one of `roles`.
    function _hasSigned(ActContext memory context, address account, uint16 roles) internal pure returns (bool) {
        for (uint256 i = 0; i < context.signers.length; ++i) {
            Signer memory signer = context.signers[i];
            if (signer.account == account && signer.mode == Modes.SIGNED && signer.role & roles != 0) return true;
        }
        return false;
    }
}
