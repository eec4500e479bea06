// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {Modes, Roles} from "../../contracts/types/Roles.sol";
import {RightsState} from "./RightsState.t.sol";

/// @notice The kinds of rows that the table of rights is made of.
abstract contract RightsRows is RightsState {
    enum Door {
        /// Keys directly, and signed acts.
        Both,
        /// Signed acts only.
        Acts,
        /// As Acts; who must sign is data and tested with the pledges.
        Register,
        /// Keys directly only.
        Direct,
        /// Contracts, relayers or the council, named in the row.
        Named,
        Anyone
    }

    struct Row {
        string name;
        address target;
        bytes data;
        Door door;
        /// Roles of which a key must have one; ANY_KEY: none is needed.
        uint32 roles;
        /// Who is named.
        address[6] named;
        /// What everybody else meets, where the door does not say it.
        bytes4 refusal;
        /// What a member with every role meets, for whom the call is not; 0 where it acts for itself.
        bytes4 rival;
        /// Of an act that two sign: who signs beside the house and in which role, and what the house meets without it.
        address with;
        uint16 withRole;
        bytes4 alone;
        /// What a signature in a wrong role or mode meets, if not {ActTarget-NotSigned}.
        bytes4 unsigned;
        /// Whether the house is tried while a court holds its account, and what it meets then; 0: it may.
        bool triesHeld;
        bytes4 held;
    }

    /// No role is needed, any key of the account will do.
    uint32 internal constant ANY_KEY = 1 << 16;
    /// Refused in a way that is not ours.
    bytes4 internal constant REFUSED = 0xffffffff;

    Row[] internal rows;
    address private target;
    mapping(bytes32 targetAndSelector => bool) private listed;

    // --- Kinds of rows ---

    /// @dev The rows that follow are of this contract.
    function _of(address at) internal {
        target = at;
    }

    function _add(string memory name, bytes memory data, Door door) private returns (Row storage row) {
        bytes32 key = keccak256(abi.encode(target, bytes4(data)));
        assertFalse(listed[key], string.concat(name, " is listed twice"));
        listed[key] = true;
        row = rows.push();
        (row.name, row.target, row.data) = (name, target, data);
        row.door = door;
    }

    function _both(string memory name, bytes memory data, uint32 roles, bytes4 rivalError) internal {
        Row storage row = _add(name, data, Door.Both);
        (row.roles, row.rival) = (roles, rivalError);
    }

    function _direct(string memory name, bytes memory data, uint32 roles, bytes4 rivalError) internal {
        Row storage row = _add(name, data, Door.Direct);
        (row.roles, row.rival) = (roles, rivalError);
    }

    function _acts(string memory name, bytes memory data, uint32 roles) internal {
        _add(name, data, Door.Acts).roles = roles;
    }

    /// @dev An act, with what a member with every role and the house under a court's hold meet.
    function _party(string memory name, bytes memory data, uint32 roles, bytes4 rivalError, bytes4 heldError) internal {
        Row storage row = _add(name, data, Door.Acts);
        (row.roles, row.rival, row.triesHeld, row.held) = (roles, rivalError, true, heldError);
    }

    /// @dev As {_party}, by keys directly too.
    function _partyBoth(string memory name, bytes memory data, uint32 roles, bytes4 rivalError, bytes4 heldError)
        internal
    {
        Row storage row = _add(name, data, Door.Both);
        (row.roles, row.rival, row.triesHeld, row.held) = (roles, rivalError, true, heldError);
    }

    /// @dev The last row's act needs another's signature too.
    function _withSigner(address account, uint16 role, bytes4 alone, bytes4 unsigned) internal {
        Row storage row = rows[rows.length - 1];
        (row.with, row.withRole, row.alone, row.unsigned) = (account, role, alone, unsigned);
    }

    function _anyone(string memory name, bytes memory data) internal {
        _add(name, data, Door.Anyone);
    }

    function _named(string memory name, bytes memory data, address[6] memory who, bytes4 refusal) internal {
        Row storage row = _add(name, data, Door.Named);
        (row.named, row.refusal) = (who, refusal);
    }

    function _council(string memory name, bytes memory data) internal {
        _named(name, data, _one(address(this)), IAccessManaged.AccessManagedUnauthorized.selector);
    }

    /// @dev The head of any body, all zero: enough for the door, which comes before every other check.
    function _register(string memory name, bytes4 selector) internal {
        _add(name, abi.encodePacked(selector, uint256(32), new bytes(4096)), Door.Register);
    }

    function _one(address who) internal pure returns (address[6] memory) {
        return [who, address(0), address(0), address(0), address(0), address(0)];
    }

    function _two(address a, address b) internal pure returns (address[6] memory) {
        return [a, b, address(0), address(0), address(0), address(0)];
    }

    // --- Who may

    /// @dev The first role that the row admits.
    function _admitted(Row memory row) internal pure returns (uint16 role) {
        if (row.roles == ANY_KEY) return Roles.BANK;
        role = 1;
        while (row.roles & role == 0) role <<= 1;
    }

    function _signed(Row memory row, uint16 role, uint8 mode) internal returns (bool, bytes memory) {
        bytes memory signers = _signerWord(house, _keyIn(role), role, mode);
        if (row.with != address(0)) signers = abi.encodePacked(signers, _cosigner(row));
        return _actWith(row.target, row.data, signers, house, 5555);
    }

    function _cosigner(Row memory row) internal pure returns (bytes memory) {
        return _signerWord(row.with, row.with, row.withRole, Modes.SIGNED);
    }
}
