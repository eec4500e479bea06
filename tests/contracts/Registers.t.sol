// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IRegisters, RuleFlags} from "../../contracts/interfaces/IRegisters.sol";
import {PledgeBase} from "./PledgeBase.t.sol";
import {PledgeRules} from "./PledgeRules.sol";

/// @notice Registers and the versions of their rules.
contract RegistersTest is PledgeBase {
    uint16 private constant OWN = 9;
    uint256 private constant PATENTS = 1 << (16 + 15);
    uint256 private constant DESIGNS = 1 << (16 + 3);
    uint256 private constant OWN_RULE = 0x5854 | PATENTS;
    uint256 private constant SINGLE = RuleFlags.SINGLE_RANK << 48;

    uint16[] private codes;
    uint256[] private words;

    function setUp() public override {
        super.setUp();
        (codes, words) = (new uint16[](2), new uint256[](2));
        (codes[0], codes[1]) = (1, 10);
        (words[0], words[1]) = (11, 22);
    }

    function _set(uint16 register, uint16 version, uint256 rule) private {
        registers.setRegister(register, version, usOffice.account, rule, codes, words, address(0), "register");
    }

    function test_aRegisterOpensWithItsFirstVersion() public {
        vm.expectEmit(address(registers));
        emit IRegisters.RegisterSet(OWN, 1, usOffice.account, OWN_RULE, codes, words, address(0), "register");
        _set(OWN, 1, OWN_RULE);
        (uint16 version, address office, bool closed) = registers.current(OWN);
        assertEq(version, 1);
        assertEq(office, usOffice.account);
        assertFalse(closed);
        assertEq(registers.rule(OWN, 1), OWN_RULE);
        assertEq(registers.actRule(OWN, 1, 10), 22);
        assertEq(registers.actRule(OWN, 1, 11), 0);
        uint256 word;
        (version, office, closed, word) = registers.actNow(OWN, 1);
        assertEq(version, 1);
        assertEq(office, usOffice.account);
        assertEq(word, 11);
    }

    function test_anUnknownRegisterHasNoVersion() public view {
        (uint16 version, address office, bool closed) = registers.current(OWN);
        assertEq(version, 0);
        assertEq(office, address(0));
        assertFalse(closed);
    }

    function test_aNewVersionLeavesTheOldAsItWas() public {
        _set(OWN, 1, OWN_RULE);
        (codes[1], words[1]) = (12, 33);
        registers.setRegister(OWN, 2, cnOffice.account, OWN_RULE | DESIGNS, codes, words, address(0), "register");
        (uint16 version, address office,) = registers.current(OWN);
        assertEq(version, 2);
        assertEq(office, cnOffice.account);
        assertEq(registers.rule(OWN, 1), OWN_RULE);
        assertEq(registers.rule(OWN, 2), OWN_RULE | DESIGNS);
        assertEq(registers.actRule(OWN, 1, 10), 22);
        assertEq(registers.actRule(OWN, 2, 10), 0, "no code of the old version is one of the new");
        assertEq(registers.actRule(OWN, 2, 12), 33);
    }

    function test_versionsFollowOneAnother() public {
        uint16[3] memory wrong = [uint16(0), 2, 65_535];
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IRegisters.RegisterExists.selector, OWN, 0));
            _set(OWN, wrong[i], OWN_RULE);
        }
        _set(OWN, 1, OWN_RULE);
        vm.expectRevert(abi.encodeWithSelector(IRegisters.RegisterExists.selector, OWN, 1));
        _set(OWN, 1, OWN_RULE);
    }

    function test_rulesAreWhole() public {
        bytes memory reason = abi.encodeWithSelector(IRegisters.RulesMalformed.selector, 0, 0);
        vm.expectRevert(reason);
        _set(OWN, 1, 0);
        vm.expectRevert(reason);
        registers.setRegister(OWN, 1, address(0), OWN_RULE, codes, words, address(0), "register");
        words.pop();
        vm.expectRevert(abi.encodeWithSelector(IRegisters.RulesMalformed.selector, 2, 1));
        _set(OWN, 1, OWN_RULE);
        (codes, words) = (new uint16[](0), new uint256[](0));
        vm.expectRevert(reason);
        _set(OWN, 1, OWN_RULE);
    }

    function test_aCodeStandsOnceAndWithAWord() public {
        codes[1] = 1;
        vm.expectRevert(abi.encodeWithSelector(IRegisters.CodeMalformed.selector, 1));
        _set(OWN, 1, OWN_RULE);
        (codes[1], words[1]) = (10, 0);
        vm.expectRevert(abi.encodeWithSelector(IRegisters.CodeMalformed.selector, 10));
        _set(OWN, 1, OWN_RULE);
    }

    function test_anOfficesClassHasOneRegister() public {
        uint256 rule = 0x5553 | DESIGNS;
        vm.expectRevert(abi.encodeWithSelector(IRegisters.ClassKept.selector, 3, US));
        _set(OWN, 1, rule);
        _set(OWN, 1, 0x5553 | 1 << 16);
        vm.expectRevert(abi.encodeWithSelector(IRegisters.ClassKept.selector, 3, US));
        _set(OWN, 2, 0x5553 | 1 << 16 | DESIGNS);
    }

    function test_aClassThatAVersionDropsGoesToNoOtherRegister() public {
        _set(OWN, 1, OWN_RULE | DESIGNS);
        _set(OWN, 2, OWN_RULE);
        vm.expectRevert(abi.encodeWithSelector(IRegisters.ClassKept.selector, 3, OWN));
        _set(OWN + 1, 1, 0x5854 | DESIGNS);
        _set(OWN, 3, OWN_RULE | DESIGNS);
    }

    function test_whetherSeveralPledgesMayLiveNeverChanges() public {
        _set(OWN, 1, OWN_RULE | SINGLE);
        vm.expectRevert(abi.encodeWithSelector(IRegisters.RankModeFixed.selector, OWN));
        _set(OWN, 2, OWN_RULE);
        _set(OWN, 2, OWN_RULE | SINGLE | DESIGNS);
        _set(OWN + 1, 1, 0x5855 | PATENTS);
        vm.expectRevert(abi.encodeWithSelector(IRegisters.RankModeFixed.selector, OWN + 1));
        _set(OWN + 1, 2, 0x5855 | PATENTS | SINGLE);
    }

    function test_aClosedRegisterStaysClosed() public {
        _set(OWN, 1, OWN_RULE);
        vm.expectEmit(address(registers));
        emit IRegisters.RegisterClosed(OWN);
        registers.closeRegister(OWN);
        (, address office, bool closed) = registers.current(OWN);
        assertTrue(closed);
        assertEq(office, usOffice.account);
        (,, closed,) = registers.actNow(OWN, 1);
        assertTrue(closed);
        vm.expectRevert(abi.encodeWithSelector(IRegisters.RegisterExists.selector, OWN, 1));
        _set(OWN, 2, OWN_RULE);
    }

    function test_anUnknownRegisterIsNotClosed() public {
        vm.expectRevert(abi.encodeWithSelector(IRegisters.RegisterUnknown.selector, OWN));
        registers.closeRegister(OWN);
    }

    function test_onlyTheCouncilSetsAndCloses() public {
        bytes memory reason =
            abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, usOffice.account);
        vm.startPrank(usOffice.account);
        vm.expectRevert(reason);
        registers.setRegister(OWN, 1, usOffice.account, OWN_RULE, codes, words, address(0), "register");
        vm.expectRevert(reason);
        registers.closeRegister(US);
        vm.stopPrank();
    }

    function test_whatShipsIsInForce() public view {
        PledgeRules.Register[] memory all = PledgeRules.registers();
        for (uint256 i = 0; i < all.length; ++i) {
            (uint16 version,,) = registers.current(all[i].number);
            assertEq(version, 1);
            assertEq(registers.rule(all[i].number, 1), all[i].rule);
            for (uint256 j = 0; j < all[i].codes.length; ++j) {
                assertEq(registers.actRule(all[i].number, 1, all[i].codes[j]), all[i].words[j]);
            }
        }
    }
}
