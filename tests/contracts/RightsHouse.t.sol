// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {PledgeRegistry} from "../../contracts/PledgeRegistry.sol";
import {Registers} from "../../contracts/Registers.sol";
import {SettlementCash} from "../../contracts/SettlementCash.sol";
import {ICashDesk} from "../../contracts/interfaces/ICashDesk.sol";
import {IMembers} from "../../contracts/interfaces/IMembers.sol";
import {IPledgeRegistry} from "../../contracts/interfaces/IPledgeRegistry.sol";
import {Modes, Roles} from "../../contracts/types/Roles.sol";
import {PledgeHouse} from "./PledgeHouse.sol";
import {PledgeRules} from "./PledgeRules.sol";
import {IPledgeViews} from "../../contracts/interfaces/IPledgeRegistry.sol";
import {Distributions} from "../../contracts/Distributions.sol";
import {Triggers} from "../../contracts/Triggers.sol";
import {Base} from "./Base.t.sol";
import {LoanHouse} from "./LoanBase.t.sol";
import {ReceivableBase} from "./ReceivableBase.t.sol";

/// @notice A contract account that takes every token.
contract Custody {
    function onERC3525Received(address, uint256, uint256, uint256, bytes calldata) external pure returns (bytes4) {
        return 0x009ce20b;
    }
}

/// @notice A ledger with one account, the house, that is supplier, obligor, settlement bank and holder at once, with a key for each role and one for
/// none, so that of every call only the caller's right decides.
abstract contract RightsHouse is ReceivableBase, LoanHouse {
    uint16 internal constant ALL_ROLES = (1 << 14) - 1;
    uint256 internal constant COUNT_OF_ROLES = 14;
    uint8 internal constant OWN_CASH = 2;

    address internal house;
    address[COUNT_OF_ROLES] internal keys;
    address internal firstKey = makeAddr("first key");
    address internal noRoles = makeAddr("key without roles");
    address internal spare = makeAddr("key to be struck off");
    address internal revoked = makeAddr("key struck off");
    address internal rival = makeAddr("member with every role");
    address internal suspended = makeAddr("suspended member with every role");

    SettlementCash internal ownCash;
    Registers internal registers;
    IPledgeRegistry internal registry;
    PledgeRegistry.Parts internal parts;
    Triggers internal triggers;
    Distributions internal distributions;

    function setUp() public virtual override(Base, ReceivableBase) {
        super.setUp();
        registers = new Registers(address(council));
        parts = PledgeHouse.parts(address(acts), members, registers);
        registry = PledgeHouse.built(address(acts), members, registers, parts);
        (bool done,) = address(registers).call(_registerCall(1));
        assertTrue(done, "fixture");
        _createLoans(IPledgeViews(address(registry)), registers);
        triggers = new Triggers(address(council));
        distributions = new Distributions(token);
        _admitTheHouse();
    }

    /// @dev The call that sets the first version of a register with its rules as they ship.
    function _registerCall(uint16 number) internal view returns (bytes memory) {
        PledgeRules.Register memory shipped = PledgeRules.registers()[number - 1];
        return abi.encodeCall(
            registers.setRegister,
            (number, 1, supplier.account, shipped.rule, shipped.codes, shipped.words, address(0), "register")
        );
    }

    function _admitTheHouse() internal {
        house = address(new Custody());
        members.admit(house, firstKey, "house", ALL_ROLES, true, true, "house");
        members.admit(rival, rival, "rival", ALL_ROLES, false, true, "rival");
        members.admit(suspended, suspended, "suspended", ALL_ROLES, false, true, "suspended");
        vm.startPrank(firstKey);
        for (uint256 i = 0; i < COUNT_OF_ROLES; ++i) {
            keys[i] = makeAddr(string.concat("key in role ", vm.toString(i)));
            members.addKey(IMembers.AddKey(keys[i], uint16(1 << i)));
        }
        members.addKey(IMembers.AddKey(noRoles, 0));
        members.addKey(IMembers.AddKey(spare, 0));
        members.addKey(IMembers.AddKey(revoked, ALL_ROLES));
        members.revokeKey(IMembers.RevokeKey(revoked));
        vm.stopPrank();
        members.suspend(suspended, "inquiry");
        ownCash = new SettlementCash(members, ICashDesk(desk), house, CNY, "Cash of the house", "CNYh");
        desk.list(address(ownCash));
    }

    function _asHouse(address target, bytes memory call, uint16 role) internal {
        (bool done,) = _actAsHouse(target, call, role, Modes.SIGNED, uint256(keccak256(call)));
        assertTrue(done, "fixture");
    }

    /// @dev As Acts calls a target, with the suffix of {ActTarget}: the house acts by its key in `role`.
    function _actAsHouse(address target, bytes memory call, uint16 role, uint8 mode, uint256 id)
        internal
        returns (bool, bytes memory)
    {
        return _actWith(target, call, _signerWord(house, _keyIn(role), role, mode), house, id);
    }

    /// @dev The act of `account` with the signers as they stand in {ActTarget}'s suffix.
    function _actWith(address target, bytes memory call, bytes memory signers, address account, uint256 id)
        internal
        returns (bool, bytes memory)
    {
        bytes memory end = abi.encodePacked(keccak256("digest"), id, account, bytes11(0), uint8(signers.length / 64));
        vm.prank(address(acts));
        return target.call(abi.encodePacked(call, signers, end));
    }

    function _keyIn(uint16 role) internal view returns (address) {
        return role == 0 ? noRoles : keys[_indexOf(role)];
    }

    function _signerWord(address account, address key, uint16 role, uint8 mode) internal pure returns (bytes memory) {
        return abi.encodePacked(account, role, mode, bytes9(0), key, bytes12(0));
    }

    /// @dev An act of somebody who signs by its first key.
    function _asMember(address account, uint16 role, address target, bytes memory call, uint256 id) internal {
        (bool done, bytes memory reason) =
            _actWith(target, call, _signerWord(account, account, role, Modes.SIGNED), account, id);
        assertTrue(done, string.concat("fixture: ", vm.toString(reason)));
    }

    function _indexOf(uint16 role) internal pure returns (uint256 index) {
        while (role >> index != 1) ++index;
    }
}
