// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ActTarget} from "../../contracts/ActTarget.sol";
import {PledgeRegistry} from "../../contracts/PledgeRegistry.sol";
import {Registers} from "../../contracts/Registers.sol";
import {SettlementCash} from "../../contracts/SettlementCash.sol";
import {Act} from "../../contracts/interfaces/IActs.sol";
import {ICashDesk} from "../../contracts/interfaces/ICashDesk.sol";
import {IMembers} from "../../contracts/interfaces/IMembers.sol";
import {Issue} from "../../contracts/interfaces/IReceivableDrafts.sol";
import {IPledgeRegistry} from "../../contracts/interfaces/IPledgeRegistry.sol";
import {IReceivableToken} from "../../contracts/interfaces/IReceivableToken.sol";
import {IRegisters} from "../../contracts/interfaces/IRegisters.sol";
import {IRepayment} from "../../contracts/interfaces/IRepayment.sol";
import {Modes, Roles} from "../../contracts/types/Roles.sol";
import {PledgeHouse} from "./PledgeHouse.sol";
import {PledgeRules} from "./PledgeRules.sol";
import {ReceivableBase} from "./ReceivableBase.t.sol";

/// @notice A contract account that takes every token.
contract Custody {
    function onERC3525Received(address, uint256, uint256, uint256, bytes calldata) external pure returns (bytes4) {
        return 0x009ce20b;
    }
}

/// @notice A ledger with one account, the house, that is supplier, obligor, settlement bank and holder at once, with a key for each role and one for
/// none, so that of every call only the caller's right decides.
abstract contract RightsHouse is ReceivableBase {
    uint16 internal constant ALL_ROLES = (1 << 14) - 1;
    uint256 internal constant COUNT_OF_ROLES = 14;
    uint256 internal constant DRAFTED = 777;
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

    uint192 internal held;
    uint192 internal owed;
    uint192 internal waits;
    uint192 internal noticed;
    uint192 internal plain;
    uint192 internal drafted;

    function setUp() public virtual override {
        super.setUp();
        registers = new Registers(address(council));
        parts = PledgeHouse.parts(address(acts), members, registers);
        registry = PledgeHouse.built(address(acts), members, registers, parts);
        (bool done,) = address(registers).call(_registerCall(1));
        assertTrue(done, "fixture");
        _admitTheHouse();
        _giveTheHouseWhatItNeeds();
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

    function _giveTheHouseWhatItNeeds() internal {
        _fund(house, 100_000);
        _asHouse(
            address(desk),
            abi.encodeCall(desk.issueCash, (ICashDesk.IssueCash(OWN_CASH, house, 1000, ""))),
            Roles.SETTLEMENT_BANK
        );
        held = _receivable(1000);
        _move(supplier, _id(held, 0), 0, 1000, house);
        _asHouse(
            address(token),
            abi.encodeCall(token.move, (IReceivableToken.Move(_id(held, 0), 400, 1000, house, ""))),
            Roles.BANK
        );
        _pay(held, 500);
        vm.prank(firstKey);
        repayment.draw(_one(_id(held, 0)));
        owed = _owedByTheHouse(1000, CASH);
        waits = _owedByTheHouse(1_000_000, CASH);
        _payAsHouse(waits, 10);
        noticed = _owedByTheHouse(1000, OWN_CASH);
        _payAsHouse(_owedByTheHouse(10, CASH), 15);
        plain = _receivable(1000);
        _pay(plain, 100);
        bytes memory issue = abi.encodeCall(drafts.issue, (_termsOfTheHouse()));
        _actAsHouse(address(drafts), issue, Roles.SUPPLIER, Modes.SIGNED, DRAFTED);
        drafted = _issuedToTheHouse(1000, CASH);
        _asHouse(
            address(repayment),
            abi.encodeCall(repayment.setMandate, (IRepayment.SetMandate(CASH, 5000, DUE + 1 days, true))),
            Roles.OBLIGOR
        );
        vm.prank(other.account);
        cash.approve(house, 50);
        _fund(other.account, 100);
        vm.warp(DUE);
    }

    function _termsOfTheHouse() internal view returns (Issue memory terms) {
        terms = _terms(1000, DUE + 30 days);
        terms.supplier = house;
    }

    function _termsToTheHouse(uint64 face, uint8 index) internal view returns (Issue memory terms) {
        terms = _terms(face, DUE);
        (terms.obligor, terms.cash) = (house, index);
    }

    function _issuedToTheHouse(uint64 face, uint8 index) internal returns (uint192 id) {
        Act memory act;
        (act, id) = _issueAct(supplier, _termsToTheHouse(face, index));
        _done(act);
    }

    function _owedByTheHouse(uint64 face, uint8 index) internal returns (uint192 id) {
        id = _issuedToTheHouse(face, index);
        bytes memory call =
            abi.encodeCall(drafts.confirm, (_confirmation(id, supplier.account, _termsToTheHouse(face, index))));
        _asHouse(address(drafts), call, Roles.OBLIGOR);
    }

    function _payAsHouse(uint192 id, uint64 amount) internal {
        bytes memory call = abi.encodeCall(repayment.payReceivable, (IRepayment.PayReceivable(id, amount, "pay")));
        _asHouse(address(repayment), call, Roles.OBLIGOR);
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
        address key = role == 0 ? noRoles : keys[_indexOf(role)];
        bytes memory signer = abi.encodePacked(house, role, mode, bytes9(0), key, bytes12(0));
        bytes memory end = abi.encodePacked(keccak256("digest"), id, house, bytes11(0), uint8(1));
        vm.prank(address(acts));
        return target.call(abi.encodePacked(call, signer, end));
    }

    function _indexOf(uint16 role) internal pure returns (uint256 index) {
        while (role >> index != 1) ++index;
    }
}
