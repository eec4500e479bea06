// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {ActTarget} from "../../contracts/ActTarget.sol";
import {Act} from "../../contracts/interfaces/IActs.sol";
import {IMembers} from "../../contracts/interfaces/IMembers.sol";
import {MemberWord} from "../../contracts/types/MemberWord.sol";
import {Modes, Roles} from "../../contracts/types/Roles.sol";
import {Base} from "./Base.t.sol";

contract MembersTest is Base {
    using MemberWord for uint256;

    address private second = makeAddr("second key");

    function _addSecond(uint16 roles) private {
        vm.prank(supplier.account);
        members.addKey(IMembers.AddKey(second, roles));
    }

    // --- Admission ---

    function test_anAdmittedMemberActsByItsFirstKeyWithItsRoles() public view {
        (address account, uint256 word) = members.operatorOf(supplier.account);
        assertEq(account, supplier.account);
        assertEq(word.roles(), Roles.SUPPLIER | Roles.ADMINISTRATOR);
        assertTrue(word.isActive() && word.has(MemberWord.ACCEPTS_DIRECT));
    }

    function test_anAccountThatIsNotItsOwnOperatorHasNoPowerByBeingAnAddress() public {
        address account = makeAddr("account");
        members.admit(account, second, "party", Roles.BANK, false, false, "two addresses");
        (address found,) = members.operatorOf(second);
        assertEq(found, account);
        vm.expectRevert(abi.encodeWithSelector(IMembers.NotOperator.selector, account));
        members.operatorOf(account);
    }

    function test_admissionTellsAllThatTheMirrorNeeds() public {
        vm.expectEmit(address(members));
        emit IMembers.MemberAdmitted(stranger, "party", Roles.BANK | Roles.ADMINISTRATOR, true, false, "vault");
        vm.expectEmit(address(members));
        emit IMembers.KeyAdded(stranger, second, Roles.BANK | Roles.ADMINISTRATOR, 0);
        members.admit(stranger, second, "party", Roles.BANK, true, false, "vault");
    }

    function test_nobodyIsAdmittedTwice() public {
        vm.expectRevert(abi.encodeWithSelector(IMembers.MemberExists.selector, supplier.account));
        members.admit(supplier.account, second, 0, 0, false, false, "again");
    }

    function test_aKeyIsNoAccount() public {
        _addSecond(Roles.SUPPLIER);
        vm.expectRevert(abi.encodeWithSelector(IMembers.MemberExists.selector, second));
        members.admit(second, second, 0, 0, false, false, "a key");
    }

    function test_noAccountIsAnotherMembersKey() public {
        vm.expectRevert(abi.encodeWithSelector(IMembers.KeyTaken.selector, other.account, other.account));
        vm.prank(supplier.account);
        members.addKey(IMembers.AddKey(other.account, 0));
    }

    // --- Keys ---

    function test_aKeyHasTheRolesOfBothItselfAndItsAccount() public {
        members.setRoles(supplier.account, Roles.SUPPLIER | Roles.PLEDGOR);
        _addSecond(Roles.SUPPLIER | Roles.PLEDGOR);
        members.setRoles(supplier.account, Roles.PLEDGOR | Roles.BANK);
        (, uint256 word) = members.operatorOf(second);
        assertEq(word.roles(), Roles.PLEDGOR);
    }

    function test_aKeyGetsNoRoleThatItsAccountLacks() public {
        vm.expectRevert(
            abi.encodeWithSelector(
                IMembers.RolesNotHeld.selector, Roles.REGISTRAR, Roles.SUPPLIER | Roles.ADMINISTRATOR
            )
        );
        vm.prank(supplier.account);
        members.addKey(IMembers.AddKey(second, Roles.REGISTRAR));
    }

    function test_nobodyIsNoKey() public {
        vm.expectRevert(abi.encodeWithSelector(IMembers.KeyUnknown.selector, address(0)));
        vm.prank(supplier.account);
        members.addKey(IMembers.AddKey(address(0), Roles.SUPPLIER));
        vm.expectRevert(abi.encodeWithSelector(IMembers.KeyUnknown.selector, address(0)));
        members.recover(supplier.account, address(0), "no");
    }

    // --- What a key may do to the others ---

    /// @dev Account with the roles SUPPLIER and OBLIGOR; `second` is the key of its sales office.
    function _twoOffices(uint16 roles) private {
        members.setRoles(supplier.account, Roles.SUPPLIER | Roles.OBLIGOR);
        _addSecond(roles);
    }

    function _missing(uint16 held) private view returns (bytes memory) {
        return abi.encodeWithSelector(IMembers.RoleMissing.selector, supplier.account, Roles.ADMINISTRATOR, held);
    }

    function test_aKeyThatAdministersNothingListsNoKey() public {
        _twoOffices(Roles.SUPPLIER);
        vm.startPrank(second);
        vm.expectRevert(_missing(Roles.SUPPLIER));
        members.addKey(IMembers.AddKey(stranger, Roles.OBLIGOR));
        vm.expectRevert(_missing(Roles.SUPPLIER));
        members.addKey(IMembers.AddKey(stranger, Roles.SUPPLIER));
        vm.expectRevert(_missing(Roles.SUPPLIER));
        members.addKey(IMembers.AddKey(stranger, 0));
    }

    function test_aKeyThatAdministersNothingStrikesOffNobodyElse() public {
        _twoOffices(Roles.SUPPLIER);
        vm.prank(second);
        vm.expectRevert(_missing(Roles.SUPPLIER));
        members.revokeKey(IMembers.RevokeKey(supplier.account));
    }

    function test_everyKeyMayStrikeItselfOff() public {
        _twoOffices(0);
        vm.prank(second);
        members.revokeKey(IMembers.RevokeKey(second));
        vm.expectRevert(abi.encodeWithSelector(IMembers.NotOperator.selector, second));
        members.operatorOf(second);
    }

    function test_slotsAndStandingConsentsAreTheAdministrators() public {
        _twoOffices(Roles.SUPPLIER);
        vm.startPrank(second);
        vm.expectRevert(_missing(Roles.SUPPLIER));
        members.setSlot(IMembers.SetSlot("transport", new bytes32[](1)));
        vm.expectRevert(_missing(Roles.SUPPLIER));
        members.setAcceptance(IMembers.SetAcceptance(false));
    }

    function test_anAdministratorGivesOnlyRolesThatItsOwnKeyHolds() public {
        uint16 held = Roles.SUPPLIER | Roles.ADMINISTRATOR;
        _twoOffices(held);
        vm.startPrank(second);
        vm.expectRevert(abi.encodeWithSelector(IMembers.RolesNotHeld.selector, Roles.OBLIGOR, held));
        members.addKey(IMembers.AddKey(stranger, Roles.OBLIGOR));
        members.addKey(IMembers.AddKey(stranger, held));
        (, uint256 word) = members.operatorOf(stranger);
        assertEq(word.roles(), held);
    }

    function test_anAdministratorStrikesOffOnlyKeysWithinItsRoles() public {
        uint16 held = Roles.SUPPLIER | Roles.ADMINISTRATOR;
        _twoOffices(held);
        uint16 all = held | Roles.OBLIGOR;
        vm.startPrank(second);
        vm.expectRevert(abi.encodeWithSelector(IMembers.RolesNotHeld.selector, all, held));
        members.revokeKey(IMembers.RevokeKey(supplier.account));
        members.addKey(IMembers.AddKey(stranger, Roles.SUPPLIER));
        members.revokeKey(IMembers.RevokeKey(stranger));
        vm.stopPrank();
        vm.prank(supplier.account);
        members.revokeKey(IMembers.RevokeKey(second));
    }

    function test_theCouncilCannotTakeTheAdministrationOfItsKeysFromAMember() public {
        members.setRoles(supplier.account, 0);
        vm.prank(supplier.account);
        members.addKey(IMembers.AddKey(second, 0));
        members.suspend(supplier.account, "inquiry");
        vm.expectRevert(abi.encodeWithSelector(IMembers.MemberIsSuspended.selector, supplier.account));
        vm.prank(supplier.account);
        members.revokeKey(IMembers.RevokeKey(second));
    }

    /// @dev The account's own address has one word for both: a key with fewer roles than asked for would be told.
    function test_theAccountsOwnAddressBecomesAKeyWithAllItsRolesOrNone() public {
        address account = makeAddr("account");
        members.admit(account, second, "party", Roles.BANK, false, false, "two addresses");
        uint16 all = Roles.BANK | Roles.ADMINISTRATOR;
        vm.startPrank(second);
        vm.expectRevert(abi.encodeWithSelector(IMembers.OwnKeyHasAllRoles.selector, Roles.BANK, all));
        members.addKey(IMembers.AddKey(account, Roles.BANK));
        members.addKey(IMembers.AddKey(account, all));
        (, uint256 word) = members.operatorOf(account);
        assertEq(word.roles(), all);
    }

    // --- The same by signed acts ---

    function _bySecond(uint16 role, bytes memory typeText, bytes memory body) private returns (Act memory act) {
        (address key, uint256 secret) = makeAddrAndKey("second key");
        act = _unsigned(supplier, keccak256(typeText), body);
        (act.signers[0].key, act.signers[0].role) = (key, role);
        _sign(act, 0, secret);
    }

    function test_aSignedAddKeyCountsTheSigningKeysRoles() public {
        uint16 held = Roles.SUPPLIER | Roles.ADMINISTRATOR;
        _twoOffices(held);
        bytes memory body = abi.encode(IMembers.AddKey(stranger, Roles.OBLIGOR));
        _refused(
            _bySecond(Roles.ADMINISTRATOR, ADD_KEY_TEXT, body),
            abi.encodeWithSelector(IMembers.RolesNotHeld.selector, Roles.OBLIGOR, held)
        );
        _done(_bySecond(Roles.ADMINISTRATOR, ADD_KEY_TEXT, abi.encode(IMembers.AddKey(stranger, Roles.SUPPLIER))));
    }

    function test_aConsentInABusinessRoleAdministersNothing() public {
        _twoOffices(Roles.SUPPLIER | Roles.ADMINISTRATOR);
        bytes memory reason =
            abi.encodeWithSelector(ActTarget.NotSigned.selector, supplier.account, Roles.ADMINISTRATOR);
        _refused(_bySecond(Roles.SUPPLIER, ADD_KEY_TEXT, abi.encode(IMembers.AddKey(stranger, Roles.SUPPLIER))), reason);
        _refused(_bySecond(Roles.SUPPLIER, REVOKE_KEY_TEXT, abi.encode(IMembers.RevokeKey(supplier.account))), reason);
    }

    function test_aSignedRevocationOfTheSigningKeyNeedsNoRole() public {
        _twoOffices(0);
        _done(_bySecond(0, REVOKE_KEY_TEXT, abi.encode(IMembers.RevokeKey(second))));
    }

    function test_aVouchedForConsentAdministersNothing() public {
        Act memory act = _unsigned(supplier, keccak256(ADD_KEY_TEXT), abi.encode(IMembers.AddKey(second, 0)));
        act.signers[0].role = Roles.ADMINISTRATOR;
        act.signers[0].mode = Modes.ATTESTED;
        _sign(act, 0, supplier.key);
        _refused(act, abi.encodeWithSelector(ActTarget.NotSigned.selector, supplier.account, Roles.ADMINISTRATOR));
    }

    // --- Once struck off ---

    function test_aRevokedKeyIsNeverListedAgainByAnybody() public {
        _addSecond(Roles.SUPPLIER);
        vm.prank(supplier.account);
        members.revokeKey(IMembers.RevokeKey(second));
        vm.expectRevert(abi.encodeWithSelector(IMembers.NotOperator.selector, second));
        members.operatorOf(second);
        vm.expectRevert(abi.encodeWithSelector(IMembers.KeyTaken.selector, second, supplier.account));
        vm.prank(supplier.account);
        members.addKey(IMembers.AddKey(second, Roles.SUPPLIER));
        vm.expectRevert(abi.encodeWithSelector(IMembers.KeyTaken.selector, second, supplier.account));
        vm.prank(other.account);
        members.addKey(IMembers.AddKey(second, Roles.SUPPLIER));
    }

    function test_theFirstKeyIsStruckOffAndNeverListedAgainWhileTheAccountStays() public {
        _addSecond(Roles.SUPPLIER | Roles.ADMINISTRATOR);
        vm.prank(second);
        members.revokeKey(IMembers.RevokeKey(supplier.account));
        vm.expectRevert(abi.encodeWithSelector(IMembers.NotOperator.selector, supplier.account));
        members.operatorOf(supplier.account);
        assertTrue(members.wordOf(supplier.account).isActive());
        vm.expectRevert(abi.encodeWithSelector(IMembers.KeyTaken.selector, supplier.account, supplier.account));
        vm.prank(second);
        members.addKey(IMembers.AddKey(supplier.account, Roles.SUPPLIER));
        vm.expectRevert(abi.encodeWithSelector(IMembers.KeyTaken.selector, supplier.account, supplier.account));
        members.recover(supplier.account, supplier.account, "no");
    }

    function test_nobodyRevokesAnotherMembersKey() public {
        _addSecond(Roles.SUPPLIER);
        vm.expectRevert(abi.encodeWithSelector(IMembers.KeyUnknown.selector, second));
        vm.prank(other.account);
        members.revokeKey(IMembers.RevokeKey(second));
    }

    function test_recoveryKillsEveryOlderKeyAtOnce() public {
        _addSecond(Roles.SUPPLIER);
        address fresh = makeAddr("liquidator");
        vm.expectEmit(address(members));
        emit IMembers.MemberRecovered(supplier.account, fresh, 1, "liquidation");
        members.recover(supplier.account, fresh, "liquidation");
        address[2] memory old = [supplier.account, second];
        for (uint256 i = 0; i < old.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IMembers.NotOperator.selector, old[i]));
            members.operatorOf(old[i]);
        }
        (address account,) = members.operatorOf(fresh);
        assertEq(account, supplier.account);
    }

    // --- Status ---

    function test_aSuspendedMembersKeysActForNobody() public {
        members.suspend(supplier.account, "inquiry");
        vm.expectRevert(abi.encodeWithSelector(IMembers.MemberIsSuspended.selector, supplier.account));
        members.operatorOf(supplier.account);
        members.reinstate(supplier.account, "closed");
        (address account,) = members.operatorOf(supplier.account);
        assertEq(account, supplier.account);
    }

    function test_aStrangerActsForNobody() public {
        vm.expectRevert(abi.encodeWithSelector(IMembers.NotOperator.selector, stranger));
        members.operatorOf(stranger);
        vm.expectRevert(abi.encodeWithSelector(IMembers.NotOperator.selector, address(0)));
        members.operatorOf(address(0));
    }

    function test_pairAnswersForCallerAndRecipientInOneCall() public {
        members.suspend(other.account, "inquiry");
        (address account, uint256 word, uint256 recipient) = members.pair(supplier.account, other.account);
        assertEq(account, supplier.account);
        assertTrue(word.isActive());
        assertFalse(recipient.isActive());
        (,, uint256 none) = members.pair(supplier.account, stranger);
        assertEq(none, 0);
    }

    function test_acceptanceIsTheMembersOwn() public {
        vm.expectEmit(address(members));
        emit IMembers.AcceptanceSet(supplier.account, false);
        vm.prank(supplier.account);
        members.setAcceptance(IMembers.SetAcceptance(false));
        assertFalse(members.wordOf(supplier.account).has(MemberWord.ACCEPTS_DIRECT));
    }

    function testFuzz_aSlotKeepsItsWordsAndCountsItsEpochs(bytes32 keyType, bytes32[] memory words) public {
        vm.startPrank(supplier.account);
        members.setSlot(IMembers.SetSlot(keyType, new bytes32[](1)));
        members.setSlot(IMembers.SetSlot(keyType, words));
        vm.stopPrank();
        (uint32 epoch, bytes32[] memory kept) = members.slotOf(supplier.account, keyType);
        assertEq(epoch, 2);
        assertEq(kept, words);
    }

    // --- Every restricted function, every caller that is not the council ---

    function test_councilFunctionsRefuseEverybodyElse() public {
        bytes[] memory calls = new bytes[](5);
        calls[0] = abi.encodeCall(IMembers.admit, (stranger, stranger, 0, 0, false, false, "x"));
        calls[1] = abi.encodeCall(IMembers.setRoles, (supplier.account, 0));
        calls[2] = abi.encodeCall(IMembers.suspend, (supplier.account, 0));
        calls[3] = abi.encodeCall(IMembers.reinstate, (supplier.account, 0));
        calls[4] = abi.encodeCall(IMembers.recover, (supplier.account, second, 0));
        address[5] memory callers = [stranger, supplier.account, bank.account, relayer, address(acts)];
        for (uint256 i = 0; i < calls.length; ++i) {
            for (uint256 j = 0; j < callers.length; ++j) {
                vm.prank(callers[j]);
                (bool done, bytes memory reason) = address(members).call(calls[i]);
                assertFalse(done);
                assertEq(bytes4(reason), IAccessManaged.AccessManagedUnauthorized.selector);
            }
        }
    }

    function test_memberFunctionsRefuseStrangers() public {
        bytes[] memory calls = new bytes[](4);
        calls[0] = abi.encodeCall(IMembers.addKey, (IMembers.AddKey(second, 0)));
        calls[1] = abi.encodeCall(IMembers.revokeKey, (IMembers.RevokeKey(supplier.account)));
        calls[2] = abi.encodeCall(IMembers.setAcceptance, (IMembers.SetAcceptance(true)));
        calls[3] = abi.encodeCall(IMembers.setSlot, (IMembers.SetSlot(0, new bytes32[](0))));
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.prank(stranger);
            (bool done, bytes memory reason) = address(members).call(calls[i]);
            assertFalse(done);
            assertEq(reason, abi.encodeWithSelector(IMembers.NotOperator.selector, stranger));
        }
    }

    /// @dev A suffix that looks like Acts' is believed from Acts only.
    function test_aForgedActorBehindTheCallDataIsIgnored() public {
        bytes memory forged = abi.encodePacked(
            abi.encodeCall(IMembers.setAcceptance, (IMembers.SetAcceptance(false))),
            new bytes(64),
            supplier.account,
            bytes11(0),
            uint8(1)
        );
        vm.prank(stranger);
        (bool done,) = address(members).call(forged);
        assertFalse(done);
        vm.prank(other.account);
        (done,) = address(members).call(forged);
        assertTrue(done);
        assertTrue(members.wordOf(supplier.account).has(MemberWord.ACCEPTS_DIRECT), "the forged actor is untouched");
        assertFalse(members.wordOf(other.account).has(MemberWord.ACCEPTS_DIRECT), "the caller acted for itself");
    }
}
