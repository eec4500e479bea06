// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Signer} from "./interfaces/IActs.sol";
import {IMembers} from "./interfaces/IMembers.sol";
import {Modes} from "./types/Roles.sol";

/// @title What a contract inherits to be reached by signed acts as well as directly
/// @dev Acts appends, in the manner of ERC-2771, behind the ABI-encoded body:
///
///   signer[0] .. signer[n-1]   64 bytes each: account 20 | role 2 | mode 1 | zero 9, key 20 | zero 12
///   digest 32 | id 32 | account 20 | zero 11 | n 1
///
/// The suffix is believed from Acts only.
abstract contract ActTarget {
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

    constructor(address acts, IMembers members) {
        ACTS = acts;
        MEMBERS = members;
    }

    /// @dev For functions that only a signed act may reach.
    modifier onlyActs() {
        require(msg.sender == ACTS, NotActs(msg.sender));
        _;
    }

    /// @dev The acting account: the envelope's for an act, else the account that msg.sender operates (reverts for a stranger).
    function _actor() internal view returns (address account) {
        if (msg.sender == ACTS) return address(bytes20(msg.data[msg.data.length - 32:]));
        (account,) = MEMBERS.operatorOf(msg.sender);
    }

    /// @dev The whole context of a signed act; `epoch` and `nonce` of the signers are not carried and read 0.
    function _context() internal view returns (ActContext memory context) {
        require(msg.sender == ACTS, NotActs(msg.sender));
        uint256 end = msg.data.length;
        uint256 count = uint8(msg.data[end - 1]);
        context.account = address(bytes20(msg.data[end - 32:]));
        context.id = uint256(bytes32(msg.data[end - 64:end - 32]));
        context.digest = bytes32(msg.data[end - 96:end - 64]);
        context.signers = new Signer[](count);
        uint256 offset = end - 96 - 64 * count;
        for (uint256 i = 0; i < count; ++i) {
            context.signers[i].account = address(bytes20(msg.data[offset:offset + 20]));
            context.signers[i].role = uint16(bytes2(msg.data[offset + 20:offset + 22]));
            context.signers[i].mode = uint8(msg.data[offset + 22]);
            context.signers[i].key = address(bytes20(msg.data[offset + 32:offset + 52]));
            offset += 64;
        }
    }

    /// @dev Whether `account` is among the signers of the act, with its own consent.
    function _hasSigned(ActContext memory context, address account) internal pure returns (bool) {
        for (uint256 i = 0; i < context.signers.length; ++i) {
            if (context.signers[i].account == account && context.signers[i].mode == Modes.SIGNED) return true;
        }
        return false;
    }
}
