// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {ActTarget} from "../../contracts/ActTarget.sol";
import {IMembers} from "../../contracts/interfaces/IMembers.sol";
import {Modes, Roles} from "../../contracts/types/Roles.sol";
import {RightsTable} from "./RightsTable.t.sol";

/// @notice Every function that changes state x every kind of caller: allowed, or refused with the named error.
contract RightsMatrixTest is RightsTable {
    uint256 private wrong;

    function test_everyFunctionAdmitsExactlyWhoMayCallIt() public {
        for (uint256 i = 0; i < rows.length; ++i) {
            _tryOutsiders(rows[i]);
            _tryCustodian(rows[i], address(financing));
            _tryCustodian(rows[i], address(escrow));
            _tryKeys(rows[i]);
            _trySignedActs(rows[i]);
            _tryRivalsAct(rows[i]);
            _tryHeld(rows[i]);
            _tryAlone(rows[i]);
        }
        assertEq(wrong, 0, "cells that are wrong, each in the log");
    }

    function _tryOutsiders(Row memory row) private {
        address[22] memory outsiders = [
            stranger,
            relayer,
            address(this),
            address(council),
            address(desk),
            address(token),
            address(drafts),
            address(offers),
            address(holds),
            address(endings),
            address(exposure),
            address(repayment),
            address(mandates),
            address(guarantees),
            address(purchases),
            address(receipts),
            address(cash),
            address(loans),
            address(agreements),
            address(valuations),
            address(triggers),
            address(distributions)
        ];
        for (uint256 i = 0; i < outsiders.length; ++i) {
            bool may = row.door == Door.Anyone || _isNamed(row, outsiders[i]);
            _try(row, outsiders[i], may ? bytes4(0) : _refusal(row, IMembers.NotOperator.selector), "outsider");
        }
    }

    /// @dev Financing and the title escrow are companions and members too, whose one key, themselves, has the roles of a custodian.
    function _tryCustodian(Row memory row, address custodian) private {
        bool forKeys = row.door == Door.Both || row.door == Door.Direct;
        bool inRole = row.roles == ANY_KEY || row.roles & (Roles.CUSTODIAN | Roles.ADMINISTRATOR) != 0;
        bytes4 expected = inRole ? row.rival : IMembers.RoleMissing.selector;
        if (!forKeys) expected = row.door == Door.Anyone ? bytes4(0) : _refusal(row, 0);
        if (_isNamed(row, custodian)) expected = 0;
        // What it keeps for others is away meanwhile: it would spend it, had it a key that anybody holds.
        uint256 kept = cash.balanceOf(custodian);
        if (row.rival == IERC20Errors.ERC20InsufficientBalance.selector) deal(address(cash), custodian, 0);
        _try(row, custodian, expected, "custodian");
        deal(address(cash), custodian, kept);
    }

    function _isNamed(Row memory row, address caller) private pure returns (bool) {
        for (uint256 i = 0; i < row.named.length; ++i) {
            if (row.named[i] == caller) return true;
        }
        return false;
    }

    function _tryKeys(Row memory row) private {
        bool forKeys = row.door == Door.Both || row.door == Door.Direct;
        for (uint256 i = 0; i < COUNT_OF_ROLES; ++i) {
            bool may = row.door == Door.Anyone || (forKeys && (row.roles == ANY_KEY || row.roles >> i & 1 == 1));
            _try(row, keys[i], may ? bytes4(0) : _refusal(row, IMembers.RoleMissing.selector), "key in one role");
        }
        bool any = row.door == Door.Anyone || (forKeys && row.roles == ANY_KEY);
        _try(row, noRoles, any ? bytes4(0) : _refusal(row, IMembers.RoleMissing.selector), "key without roles");
        any = row.door == Door.Anyone || forKeys;
        _try(row, firstKey, any ? bytes4(0) : _refusal(row, 0), "key with every role");
        _try(row, rival, any ? row.rival : _refusal(row, 0), "another member");
        any = row.door == Door.Anyone;
        _try(row, revoked, any ? bytes4(0) : _refusal(row, IMembers.NotOperator.selector), "key struck off");
        _try(row, suspended, any ? bytes4(0) : _refusal(row, IMembers.MemberIsSuspended.selector), "suspended member");
    }

    function _trySignedActs(Row memory row) private {
        if (row.door == Door.Register) return;
        bool forActs = row.door == Door.Both || row.door == Door.Acts;
        for (uint256 i = 0; i <= COUNT_OF_ROLES; ++i) {
            uint16 role = i == COUNT_OF_ROLES ? 0 : uint16(1 << i);
            bool may = row.door == Door.Anyone || (forActs && (row.roles == ANY_KEY || row.roles & role != 0));
            bytes4 refusal = forActs ? _unsigned(row) : _refusal(row, IMembers.NotOperator.selector);
            _trySigned(row, role, Modes.SIGNED, may ? bytes4(0) : refusal);
            if (may && forActs && row.roles != ANY_KEY) _trySigned(row, role, Modes.ATTESTED, refusal);
        }
    }

    function _unsigned(Row memory row) private pure returns (bytes4) {
        return row.unsigned == 0 ? ActTarget.NotSigned.selector : row.unsigned;
    }

    /// @dev A member with every role signs what is for the house.
    function _tryRivalsAct(Row memory row) private {
        if (!row.triesHeld) return;
        uint16 role = _admitted(row);
        bytes memory signers = _signerWord(rival, rival, role, Modes.SIGNED);
        if (row.with != address(0)) signers = abi.encodePacked(signers, _cosigner(row));
        uint256 before = vm.snapshotState();
        (bool done, bytes memory reason) = _actWith(row.target, row.data, signers, rival, 5555);
        _restore(before);
        _assertCell(row, done, reason, row.rival, "another member's act");
    }

    /// @dev A court holds all that the house has.
    function _tryHeld(Row memory row) private {
        if (!row.triesHeld) return;
        uint256 before = vm.snapshotState();
        vm.prank(address(holds));
        members.setHeld(house, true);
        (bool done, bytes memory reason) = _signed(row, _admitted(row), Modes.SIGNED);
        _restore(before);
        _assertCell(row, done, reason, row.held, "the house, held");
    }

    function _tryAlone(Row memory row) private {
        if (row.with == address(0)) return;
        uint256 before = vm.snapshotState();
        (bool done, bytes memory reason) = _actAsHouse(row.target, row.data, _admitted(row), Modes.SIGNED, 5555);
        _restore(before);
        _assertCell(row, done, reason, row.alone, "the house alone");
    }

    /// @dev What somebody meets who may not: what the row says, else what its door says, else `ofKeys`.
    function _refusal(Row memory row, bytes4 ofKeys) private pure returns (bytes4) {
        if (row.refusal != 0) return row.refusal;
        return row.door == Door.Acts || row.door == Door.Register ? ActTarget.NotActs.selector : ofKeys;
    }

    function _try(Row memory row, address caller, bytes4 expected, string memory kind) private {
        uint256 before = vm.snapshotState();
        if (bytes4(row.data) == token.releaseLock.selector) _takeLock();
        vm.prank(caller);
        (bool done, bytes memory reason) = row.target.call(row.data);
        _restore(before);
        _assertCell(row, done, reason, expected, string.concat(kind, " ", vm.toString(caller)));
    }

    function _trySigned(Row memory row, uint16 role, uint8 mode, bytes4 expected) private {
        uint256 before = vm.snapshotState();
        (bool done, bytes memory reason) = _signed(row, role, mode);
        _restore(before);
        _assertCell(row, done, reason, expected, string.concat("signed in role ", vm.toString(role)));
    }

    /// @dev After the state is restored, so that the count stands.
    function _assertCell(Row memory row, bool done, bytes memory reason, bytes4 expected, string memory caller)
        private
    {
        bytes4 found = done ? bytes4(0) : bytes4(reason);
        if (expected == REFUSED ? !done : found == expected && done == (expected == 0)) return;
        ++wrong;
        emit log_named_bytes(string.concat(row.name, " by ", caller, " meets"), done ? bytes("nothing") : reason);
    }

    function _takeLock() private {
        vm.prank(address(repayment));
        token.takeLock();
    }

    /// @dev The lock lies outside the state that a snapshot keeps.
    function _restore(uint256 before) private {
        vm.revertToStateAndDelete(before);
        vm.prank(address(repayment));
        (bool released,) = address(token).call(abi.encodeCall(token.releaseLock, ()));
        released;
    }
}
