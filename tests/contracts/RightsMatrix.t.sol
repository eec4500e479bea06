// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ActTarget} from "../../contracts/ActTarget.sol";
import {IMembers} from "../../contracts/interfaces/IMembers.sol";
import {Modes} from "../../contracts/types/Roles.sol";
import {RightsTable} from "./RightsTable.t.sol";

/// @notice Every function that changes state x every kind of caller: allowed, or refused with the named error.
contract RightsMatrixTest is RightsTable {
    function test_everyFunctionAdmitsExactlyWhoMayCallIt() public {
        for (uint256 i = 0; i < rows.length; ++i) {
            _tryOutsiders(rows[i]);
            _tryKeys(rows[i]);
            _trySignedActs(rows[i]);
        }
    }

    function _tryOutsiders(Row memory row) private {
        address[15] memory outsiders = [
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
            address(cash)
        ];
        for (uint256 i = 0; i < outsiders.length; ++i) {
            bool may = row.door == Door.Anyone || _isNamed(row, outsiders[i]);
            _try(row, outsiders[i], may ? bytes4(0) : _refusal(row, IMembers.NotOperator.selector), "outsider");
        }
    }

    function _isNamed(Row memory row, address caller) private pure returns (bool) {
        return caller == row.named[0] || caller == row.named[1] || caller == row.named[2];
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
            bytes4 refusal = forActs ? ActTarget.NotSigned.selector : _refusal(row, IMembers.NotOperator.selector);
            _trySigned(row, role, Modes.SIGNED, may ? bytes4(0) : refusal);
            if (may && forActs && row.roles != ANY_KEY) _trySigned(row, role, Modes.ATTESTED, refusal);
        }
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
        _assertCell(row, done, reason, expected, string.concat(kind, " ", vm.toString(caller)));
        _restore(before);
    }

    function _trySigned(Row memory row, uint16 role, uint8 mode, bytes4 expected) private {
        uint256 before = vm.snapshotState();
        (bool done, bytes memory reason) = _actAsHouse(row.target, row.data, role, mode, 5555);
        _assertCell(row, done, reason, expected, string.concat("signed in role ", vm.toString(role)));
        _restore(before);
    }

    function _assertCell(Row memory row, bool done, bytes memory reason, bytes4 expected, string memory caller)
        private
        pure
    {
        string memory cell = string.concat(row.name, " by ", caller);
        if (expected == REFUSED) assertFalse(done, cell);
        else if (expected == 0) assertTrue(done, string.concat(cell, ": ", vm.toString(reason)));
        else assertEq(done ? bytes4(0) : bytes4(reason), expected, cell);
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
