// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Registers} from "../../contracts/Registers.sol";
import {Act, Signer} from "../../contracts/interfaces/IActs.sol";
import {IMembers} from "../../contracts/interfaces/IMembers.sol";
import {IPledgeRegistry} from "../../contracts/interfaces/IPledgeRegistry.sol";
import {RuleFlags} from "../../contracts/interfaces/IRegisters.sol";
import {SerialTermRule} from "../../contracts/rules/SerialTermRule.sol";
import {Modes, Roles} from "../../contracts/types/Roles.sol";
import {Actor, Base} from "./Base.t.sol";
import {PledgeHouse} from "./PledgeHouse.sol";
import {PledgeRules} from "./PledgeRules.sol";

/// @notice One signer of an envelope: whose account, which key, in which role and mode.
struct Hand {
    address account;
    uint256 key;
    uint16 role;
    uint8 mode;
}

/// @notice The register of pledges with the rules that ship, its offices and parties; who signs, and how.
abstract contract PledgeSetup is Base {
    uint16 internal constant US = 1;
    uint16 internal constant US_MARKS = 2;
    uint16 internal constant CN = 3;
    uint16 internal constant CN_MARKS = 4;
    uint16 internal constant CN_COPYRIGHTS = 5;
    uint16 internal constant CN_RECEIVABLES = 6;
    uint16 internal constant AU_PPSR = 7;
    uint16 internal constant NZ_PPSR = 8;
    /// Ships with the registers: an entry that describes serial goods stands for so long at most.
    uint256 internal constant MOST_SERIAL = (7 * 365 + 2) * 1 days;
    uint24 internal constant ANY_VERSION = type(uint24).max;
    uint16 internal constant USD = 840;

    Registers internal registers;
    IPledgeRegistry internal registry;
    SerialTermRule internal serialRule;

    /// Offices have two officers: the office's own key, and a second one; a third key anchors and seeds.
    Actor internal usOffice;
    Actor internal cnOffice;
    Actor internal pledgor;
    Actor internal coOwner;
    Actor internal pledgee;
    Actor internal secondPledgee;
    Actor internal newcomer;
    Actor internal court;
    Actor internal outsider;
    mapping(address office => uint256 key) internal secondKey;
    mapping(address office => uint256 key) internal anchorKey;
    mapping(uint16 register => Actor) private officeOf;
    mapping(bytes32 name => Actor) private officeNamed;

    uint32 internal frameGas = 8_000_000;
    uint256 private nextNonce = 1 << 32;

    function setUp() public virtual override {
        super.setUp();
        registers = new Registers(address(council));
        serialRule = new SerialTermRule(MOST_SERIAL);
        registry =
            PledgeHouse.built(address(acts), members, registers, PledgeHouse.parts(address(acts), members, registers));
        _admitParties();
        _addKinds();
        _setRegisters();
        vm.label(address(registry), "PledgeRegistry");
    }

    function _admitParties() private {
        pledgor = _member("pledgor", Roles.PLEDGOR);
        coOwner = _member("co-owner", Roles.SUPPLIER);
        pledgee = _member("pledgee", Roles.BANK);
        secondPledgee = _member("second pledgee", Roles.SETTLEMENT_BANK);
        newcomer = _member("newcomer", Roles.BANK);
        court = _member("court", Roles.COURT_OFFICER);
        outsider = _member("outsider", Roles.BANK);
    }

    function _office(string memory name) private returns (Actor memory office) {
        office = officeNamed[keccak256(bytes(name))];
        if (office.account != address(0)) return office;
        office = _member(name, Roles.REGISTRAR | Roles.ANCHORER);
        office.role = Roles.REGISTRAR;
        officeNamed[keccak256(bytes(name))] = office;
        secondKey[office.account] = _addKey(office, ", second officer", Roles.REGISTRAR);
        anchorKey[office.account] = _addKey(office, ", anchorer", Roles.ANCHORER);
    }

    function _addKey(Actor memory office, string memory suffix, uint16 role) private returns (uint256 key) {
        address added;
        (added, key) = makeAddrAndKey(string.concat(office.name, suffix));
        vm.prank(office.account);
        members.addKey(IMembers.AddKey(added, role));
    }

    function _addKinds() private {
        PledgeRules.Kind[] memory kinds = PledgeRules.kinds();
        for (uint256 i = 0; i < kinds.length; ++i) {
            acts.addKind(
                keccak256(bytes(kinds[i].body)),
                kinds[i].envelope,
                address(registry),
                kinds[i].selector,
                kinds[i].hasher
            );
        }
    }

    function _setRegisters() private {
        PledgeRules.Register[] memory all = PledgeRules.registers();
        for (uint256 i = 0; i < all.length; ++i) {
            officeOf[all[i].number] = _office(all[i].office);
            _setRegister(all[i], 1);
        }
        (usOffice, cnOffice) = (officeOf[US], officeOf[CN]);
    }

    /// @dev Of a register that a test sets itself.
    function _officeKeeps(uint16 register, Actor memory office) internal {
        officeOf[register] = office;
    }

    /// @dev A version of a register's rules, kept by the office that keeps the register as it ships.
    function _setRegister(PledgeRules.Register memory rules, uint16 version) internal {
        bool asks = rules.rule >> 48 & RuleFlags.ASKS != 0;
        registers.setRegister(
            rules.number,
            version,
            officeOf[rules.number].account,
            rules.rule,
            rules.codes,
            rules.words,
            asks ? address(serialRule) : address(0),
            rules.name
        );
    }

    // --- Signing ---

    function _hand(Actor memory actor) internal pure returns (Hand memory) {
        return Hand(actor.account, actor.key, actor.role, Modes.SIGNED);
    }

    function _officer(Actor memory office, uint8 mode) internal pure returns (Hand memory) {
        return Hand(office.account, office.key, office.role, mode);
    }

    function _second(Actor memory office, uint8 mode) internal view returns (Hand memory) {
        return Hand(office.account, secondKey[office.account], office.role, mode);
    }

    function _anchorer(Actor memory office) internal view returns (Hand memory) {
        return Hand(office.account, anchorKey[office.account], Roles.ANCHORER, Modes.SIGNED);
    }

    function _hands(Hand memory one) internal pure returns (Hand[] memory all) {
        all = new Hand[](1);
        all[0] = one;
    }

    function _hands(Hand memory one, Hand memory two) internal pure returns (Hand[] memory all) {
        all = new Hand[](2);
        (all[0], all[1]) = (one, two);
    }

    function _hands(Hand memory one, Hand memory two, Hand memory three) internal pure returns (Hand[] memory all) {
        all = new Hand[](3);
        (all[0], all[1], all[2]) = (one, two, three);
    }

    function _and(Hand[] memory some, Hand memory more) internal pure returns (Hand[] memory all) {
        all = new Hand[](some.length + 1);
        for (uint256 i = 0; i < some.length; ++i) {
            all[i] = some[i];
        }
        all[some.length] = more;
    }

    /// @dev Both officers of a register's office, the first one vouching.
    function _both(Actor memory office, uint8 mode) internal view returns (Hand[] memory) {
        return _hands(_officer(office, mode), _second(office, Modes.SIGNED));
    }

    function _envelope(PledgeRules.Kind memory kind, bytes memory body, Hand[] memory hands)
        internal
        virtual
        returns (Act memory act)
    {
        Actor memory first = Actor(hands[0].account, hands[0].key, hands[0].role, "");
        act = _unsigned(first, keccak256(bytes(kind.body)), body);
        act.gas = frameGas;
        act.signers = new Signer[](hands.length);
        for (uint256 i = 0; i < hands.length; ++i) {
            act.signers[i] = Signer(
                hands[i].account, vm.addr(hands[i].key), hands[i].role, hands[i].mode, 0, i == 0 ? act.id : nextNonce++
            );
        }
        act.signatures = new bytes[](hands.length);
        bytes32 digest = acts.digestOf(act);
        for (uint256 i = 0; i < hands.length; ++i) {
            (uint8 v, bytes32 r, bytes32 s) = vm.sign(hands[i].key, digest);
            act.signatures[i] = abi.encodePacked(r, s, v);
        }
    }

    function _officeOf(uint16 register) internal view returns (Actor memory) {
        return officeOf[register];
    }
}
