// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Acts} from "../../contracts/Acts.sol";
import {ICashDesk} from "../../contracts/interfaces/ICashDesk.sol";
import {Act, IActs, Signer} from "../../contracts/interfaces/IActs.sol";
import {IMembers} from "../../contracts/interfaces/IMembers.sol";
import {Roles} from "../../contracts/types/Roles.sol";
import {Base} from "./Base.t.sol";

/// @notice A target that misbehaves as a mode tells it to.
contract Misbehaving {
    uint256 public mode;
    uint256 public runs;
    uint256 public leastGas = type(uint256).max;
    bytes private again;

    function setMode(uint256 mode_) external {
        mode = mode_;
    }

    function runAgain(bytes calldata call) external {
        again = call;
    }

    function poke() external {
        if (gasleft() < leastGas) leastGas = gasleft();
        ++runs;
        if (again.length != 0) {
            (bool done,) = msg.sender.call(again);
            require(done, "run by the target");
        }
        if (mode == 1) {
            assembly {
                revert(0x80, 100000)
            }
        }
        if (mode == 2) {
            while (true) ++runs;
        }
    }
}

/// @notice A contract key: signs what its owner key signed, or burns all gas that it gets.
contract ContractKey is IERC1271 {
    address private immutable OWNER;
    bool private immutable BURNS;

    constructor(address owner, bool burns) {
        OWNER = owner;
        BURNS = burns;
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        if (BURNS) while (gasleft() > 0) {}
        return ECDSA.recover(digest, signature) == OWNER ? IERC1271.isValidSignature.selector : bytes4(0);
    }
}

/// @notice A contract key whose check takes nearly all the gas that it may.
contract SlowKey is IERC1271 {
    address private immutable OWNER;

    constructor(address owner) {
        OWNER = owner;
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        uint256 until = gasleft() > 190_000 ? gasleft() - 190_000 : 0;
        while (gasleft() > until) {}
        return ECDSA.recover(digest, signature) == OWNER ? IERC1271.isValidSignature.selector : bytes4(0);
    }
}

contract ActsTest is Base {
    bytes private constant POKE_TEXT = "Poke()";

    Misbehaving private target;

    function setUp() public override {
        super.setUp();
        target = new Misbehaving();
        _kind(POKE_TEXT, POKE_TEXT, "Poke", address(target), target.poke.selector, 0);
    }

    function _poke() private returns (Act memory) {
        return _act(supplier, POKE_TEXT, "");
    }

    function _expectSkip(Act memory act, IActs.Skip why, uint256 index) private {
        vm.expectEmit(address(acts));
        emit IActs.ActSkipped(act.account, act.id, why, index);
        _run(act);
        assertFalse(acts.spent(act.account, act.id), "a skipped act spends nothing");
        assertEq(target.runs(), 0, "a skipped act has no effect");
    }

    function test_aSignedActRunsOnceWhoeverSendsItAgain() public {
        Act memory act = _poke();
        vm.expectEmit(address(acts));
        emit IActs.ActDone(act.account, act.id, act.kind, acts.digestOf(act));
        _run(act);
        assertEq(target.runs(), 1);
        vm.expectEmit(address(acts));
        emit IActs.ActSkipped(act.account, act.id, IActs.Skip.Spent, 0);
        _run(act);
        assertEq(target.runs(), 1);
    }

    function test_aRefusedActIsSpentAndNeverRunsLater() public {
        target.setMode(1);
        Act memory act = _poke();
        _run(act);
        assertTrue(acts.spent(act.account, act.id));
        target.setMode(0);
        _run(act);
        assertEq(target.runs(), 0);
    }

    function test_theReasonOfARefusalIsCutAt1024Bytes() public {
        target.setMode(1);
        Act memory act = _poke();
        vm.expectEmit(address(acts));
        emit IActs.ActRefused(act.account, act.id, act.kind, acts.digestOf(act), new bytes(1024));
        _run(act);
    }

    function test_aRefusalCarriesTheTargetsOwnError() public {
        Act memory act = _act(supplier, REVOKE_KEY_TEXT, abi.encode(IMembers.RevokeKey(stranger)));
        bytes memory reason = abi.encodeWithSelector(IMembers.KeyUnknown.selector, stranger);
        vm.expectEmit(address(acts));
        emit IActs.ActRefused(act.account, act.id, act.kind, acts.digestOf(act), reason);
        _run(act);
    }

    function test_anActThatBurnsItsGasLeavesTheRestOfTheBatchItsOwn() public {
        target.setMode(2);
        Act[] memory batch = new Act[](2);
        batch[0] = _poke();
        batch[1] = _act(bank, ISSUE_CASH_TEXT, abi.encode(ICashDesk.IssueCash(CASH, supplier.account, 5, "")));
        vm.prank(relayer);
        acts.run(batch);
        assertEq(cash.balanceOf(supplier.account), 5);
        assertTrue(acts.spent(batch[0].account, batch[0].id));
    }

    function test_aRelayerWithTooLittleGasSpendsNothing() public {
        Act[] memory batch = new Act[](1);
        batch[0] = _poke();
        vm.prank(relayer);
        (bool done,) = address(acts).call{gas: ACT_GAS + 50_000}(abi.encodeCall(IActs.run, (batch)));
        assertFalse(done);
        assertFalse(acts.spent(batch[0].account, batch[0].id));
    }

    function testFuzz_anActEitherRunsWithItsWholeGasOrIsUntouched(uint256 gasGiven) public {
        gasGiven = bound(gasGiven, 30_000, ACT_GAS * 2);
        target.setMode(0);
        Act[] memory batch = new Act[](1);
        batch[0] = _poke();
        vm.prank(relayer);
        (bool done,) = address(acts).call{gas: gasGiven}(abi.encodeCall(IActs.run, (batch)));
        assertEq(acts.spent(batch[0].account, batch[0].id), done);
        assertEq(target.runs(), done ? 1 : 0);
    }

    /// @dev A relayer that fills memory with a worthless act before a good one makes what follows dearer, but never the good one's frame smaller.
    function testFuzz_theFrameHasItsWholeGasWhateverRunsBefore(uint256 gasGiven, uint16 padding) public {
        Act[] memory batch = new Act[](2);
        batch[0] = _poke();
        batch[0].body = new bytes(padding);
        batch[1] = _poke();
        gasGiven = bound(gasGiven, ACT_GAS, 2 * ACT_GAS);
        vm.prank(relayer);
        (bool done,) = address(acts).call{gas: gasGiven}(abi.encodeCall(IActs.run, (batch)));
        assertEq(acts.spent(batch[1].account, batch[1].id), done);
        if (done) assertGt(target.leastGas(), ACT_GAS - 3000, "but for the target's own first steps");
    }

    /// @dev Memory is given back after each act; else its price, which grows with the square, would make the last of a long batch dear.
    function test_aBatchIsNotDearerAnActTheLongerItIs() public {
        uint256 short = _spentOn(_pokes(10));
        uint256 long = _spentOn(_pokes(100));
        assertLt(long, 10 * short);
    }

    function _pokes(uint256 count) private returns (Act[] memory batch) {
        batch = new Act[](count);
        for (uint256 i = 0; i < count; ++i) {
            batch[i] = _act(supplier, POKE_TEXT, new bytes(3200));
        }
    }

    function _spentOn(Act[] memory batch) private returns (uint256 spent) {
        bytes memory call = abi.encodeCall(IActs.run, (batch));
        vm.prank(relayer);
        (bool done,) = address(acts).call(call);
        spent = vm.lastCallGas().gasTotalUsed;
        assertTrue(done && acts.spent(supplier.account, batch[batch.length - 1].id), "every act ran");
    }

    /// @dev Nothing comes of starving a check: no act is called badly signed or formed because its check had too little gas. The frame would need two
    /// million more, so whatever goes through here is a verdict.
    function test_aStarvedCheckOfAContractKeyRevertsEverything() public {
        SlowKey key = new SlowKey(supplier.account);
        vm.prank(supplier.account);
        members.addKey(IMembers.AddKey(address(key), Roles.SUPPLIER));
        Act[] memory batch = new Act[](1);
        batch[0] = _poke();
        batch[0].signers[0].key = address(key);
        _sign(batch[0], 0, supplier.key);
        _assertNoVerdict(batch, 150_000, 300_000, 500);
    }

    function test_aStarvedHashRevertsEverything() public {
        _kind(SET_SLOT_TEXT, "", "SetSlot", address(members), members.setSlot.selector, members.hashSetSlot.selector);
        bytes memory body = abi.encode(IMembers.SetSlot("transport", new bytes32[](15_000)));
        Act[] memory batch = new Act[](1);
        batch[0] = _unsigned(supplier, keccak256(SET_SLOT_TEXT), body);
        _sign(batch[0], 0, supplier.key);
        _assertNoVerdict(batch, 700_000, 2_000_000, 20_000);
    }

    function _assertNoVerdict(Act[] memory batch, uint256 from, uint256 to, uint256 step) private {
        bytes memory call = abi.encodeCall(IActs.run, (batch));
        for (uint256 given = from; given < to; given += step) {
            vm.prank(relayer);
            (bool done,) = address(acts).call{gas: given}(call);
            assertFalse(done, string.concat("a verdict with gas of ", vm.toString(given)));
        }
    }

    function test_aTargetThatRunsTheActAgainFindsItSpent() public {
        acts.setRelayer(address(target), true);
        Act[] memory batch = new Act[](1);
        batch[0] = _poke();
        target.runAgain(abi.encodeCall(IActs.run, (batch)));
        vm.prank(relayer);
        acts.run(batch);
        assertEq(target.runs(), 1);
    }

    function test_anActThatStrikesAKeyOffStopsTheNextOfTheBatch() public {
        Act[] memory batch = new Act[](2);
        batch[0] = _unsigned(supplier, keccak256(REVOKE_KEY_TEXT), abi.encode(IMembers.RevokeKey(supplier.account)));
        _sign(batch[0], 0, supplier.key);
        batch[1] = _poke();
        vm.expectEmit(address(acts));
        emit IActs.ActSkipped(supplier.account, batch[1].id, IActs.Skip.KeyInactive, 0);
        vm.prank(relayer);
        acts.run(batch);
        assertEq(target.runs(), 0);
    }

    function test_onlyAnEnrolledRelayerMayRun() public {
        Act[] memory batch = new Act[](1);
        batch[0] = _poke();
        vm.expectRevert(abi.encodeWithSelector(IActs.NotRelayer.selector, stranger));
        vm.prank(stranger);
        acts.run(batch);
        acts.setRelayer(relayer, false);
        vm.expectRevert(abi.encodeWithSelector(IActs.NotRelayer.selector, relayer));
        vm.prank(relayer);
        acts.run(batch);
    }

    function test_anExpiredActIsSkipped() public {
        Act memory act = _poke();
        vm.warp(act.deadline + 1);
        _expectSkip(act, IActs.Skip.Expired, 0);
    }

    function test_theDeadlineSecondItselfStillCounts() public {
        Act memory act = _poke();
        vm.warp(act.deadline);
        _run(act);
        assertEq(target.runs(), 1);
    }

    function test_anUnknownKindIsSkipped() public {
        Act memory act = _poke();
        act.kind = keccak256("Nothing()");
        _expectSkip(act, IActs.Skip.UnknownKind, 0);
    }

    function testFuzz_anIdBetweenNumbersAndHashesIsSkipped(uint256 id) public {
        Act memory act = _poke();
        act.id = bound(id, 1 << 64, (1 << 255) - 1);
        act.signers[0].nonce = act.id;
        _sign(act, 0, supplier.key);
        _expectSkip(act, IActs.Skip.MalformedId, 0);
    }

    function testFuzz_aHashedIdRuns(uint256 id) public {
        Act memory act = _poke();
        act.id = bound(id, 1 << 255, type(uint256).max);
        act.signers[0].nonce = act.id;
        _sign(act, 0, supplier.key);
        _run(act);
        assertEq(target.runs(), 1);
    }

    function test_aBodyThatItsTargetCannotHashIsSkipped() public {
        _kind(SET_SLOT_TEXT, "", "SetSlot", address(members), members.setSlot.selector, members.hashSetSlot.selector);
        Act memory act = _unsigned(supplier, keccak256(SET_SLOT_TEXT), hex"01");
        act.signatures[0] = new bytes(65);
        _expectSkip(act, IActs.Skip.MalformedBody, 0);
    }

    function test_aMissingOrForeignSignatureIsSkipped() public {
        Act memory act = _poke();
        act.signatures[0] = "";
        _expectSkip(act, IActs.Skip.SignatureInvalid, 0);
        _sign(act, 0, other.key);
        _expectSkip(act, IActs.Skip.SignatureInvalid, 0);
    }

    function test_aMalleatedSignatureIsSkipped() public {
        Act memory act = _poke();
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(supplier.key, acts.digestOf(act));
        uint256 order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        act.signatures[0] = abi.encodePacked(r, bytes32(order - uint256(s)), v == 27 ? uint8(28) : uint8(27));
        _expectSkip(act, IActs.Skip.SignatureInvalid, 0);
    }

    function test_everyFieldIsSigned() public {
        Act memory act = _poke();
        act.deadline += 1;
        _expectSkip(act, IActs.Skip.SignatureInvalid, 0);
        act.deadline -= 1;
        act.gas += 1;
        _expectSkip(act, IActs.Skip.SignatureInvalid, 0);
        act.gas -= 1;
        act.body = hex"00";
        _expectSkip(act, IActs.Skip.SignatureInvalid, 0);
        act.body = "";
        act.signers[0].role = 0;
        _expectSkip(act, IActs.Skip.SignatureInvalid, 0);
    }

    function test_aSignatureForAnotherLedgerContractOrChainIsNone() public {
        Act memory act = _poke();
        Acts foreign = new Acts(keccak256("another ledger"), members, address(council));
        foreign.addKind(act.kind, keccak256("Envelope"), address(target), target.poke.selector, 0);
        assertNotEq(foreign.digestOf(act), acts.digestOf(act));
        vm.chainId(block.chainid + 1);
        _expectSkip(act, IActs.Skip.SignatureInvalid, 0);
    }

    function test_aSecondConsentIsNeededWhereTwoSign() public {
        _fund(supplier.account, 100);
        bytes memory body = abi.encode(ICashDesk.RedeemCash(CASH, supplier.account, 40, ""));
        Act memory act = _unsigned(bank, keccak256(REDEEM_CASH_TEXT), body);
        act.signers = new Signer[](2);
        act.signers[0] = _signer(bank, act.id);
        act.signers[1] = _signer(supplier, 77);
        act.signatures = new bytes[](2);
        _sign(act, 0, bank.key);
        _sign(act, 1, bank.key);
        _expectSkip(act, IActs.Skip.SignatureInvalid, 1);
        _sign(act, 1, supplier.key);
        _run(act);
        assertEq(cash.balanceOf(supplier.account), 60);
        assertTrue(acts.spent(supplier.account, 77), "the co-signer's nonce is spent with the act");
    }

    function test_aCoSignersSpentNonceSkipsTheAct() public {
        vm.prank(supplier.account);
        acts.void(77);
        bytes memory body = abi.encode(ICashDesk.RedeemCash(CASH, supplier.account, 40, ""));
        Act memory act = _unsigned(bank, keccak256(REDEEM_CASH_TEXT), body);
        act.signers = new Signer[](2);
        act.signers[0] = _signer(bank, act.id);
        act.signers[1] = _signer(supplier, 77);
        act.signatures = new bytes[](2);
        _sign(act, 0, bank.key);
        _sign(act, 1, supplier.key);
        _expectSkip(act, IActs.Skip.Spent, 1);
    }

    function test_theSameKeyTwiceIsNotTwoSigners() public {
        Act memory act = _poke();
        act.signers = new Signer[](2);
        act.signers[0] = _signer(supplier, act.id);
        act.signers[1] = _signer(supplier, 88);
        act.signatures = new bytes[](2);
        _expectSkip(act, IActs.Skip.MalformedSigners, 1);
    }

    function test_theActorSignsFirstWithTheActId() public {
        Act memory act = _poke();
        act.signers[0].nonce = act.id + 1;
        _expectSkip(act, IActs.Skip.MalformedSigners, 0);
        act.signers[0] = _signer(other, act.id);
        _expectSkip(act, IActs.Skip.MalformedSigners, 0);
        act.signers = new Signer[](0);
        _expectSkip(act, IActs.Skip.MalformedSigners, 0);
    }

    function test_aRevokedFirstKeySignsNothing() public {
        Act memory act = _poke();
        vm.prank(supplier.account);
        members.revokeKey(IMembers.RevokeKey(supplier.account));
        _expectSkip(act, IActs.Skip.KeyInactive, 0);
    }

    function test_aKeyOfAnotherMemberSignsNothing() public {
        Act memory act = _poke();
        act.signers[0].key = other.account;
        _sign(act, 0, other.key);
        _expectSkip(act, IActs.Skip.KeyInactive, 0);
    }

    function test_aSuspendedMembersActIsSkippedAndRunsWhenReinstated() public {
        Act memory act = _poke();
        members.suspend(supplier.account, "inquiry");
        _expectSkip(act, IActs.Skip.KeyInactive, 0);
        members.reinstate(supplier.account, "closed");
        _run(act);
        assertEq(target.runs(), 1);
    }

    function test_aRecoveryVoidsOlderSignatures() public {
        (address fresh, uint256 key) = makeAddrAndKey("fresh");
        Act memory act = _poke();
        members.recover(supplier.account, fresh, "liquidation");
        _expectSkip(act, IActs.Skip.KeyInactive, 0);
        act.signers[0].key = fresh;
        _sign(act, 0, key);
        _expectSkip(act, IActs.Skip.EpochStale, 0);
        act.signers[0].epoch = 1;
        _sign(act, 0, key);
        _run(act);
        assertEq(target.runs(), 1);
    }

    function test_aRoleThatTheKeyLacksIsSkipped() public {
        Act memory act = _poke();
        act.signers[0].role = Roles.REGISTRAR;
        _sign(act, 0, supplier.key);
        _expectSkip(act, IActs.Skip.RoleMissing, 0);
        act.signers[0].role = Roles.SUPPLIER | Roles.REGISTRAR;
        _sign(act, 0, supplier.key);
        _expectSkip(act, IActs.Skip.MalformedSigners, 0);
    }

    function test_aContractKeySignsByErc1271() public {
        ContractKey key = new ContractKey(supplier.account, false);
        vm.prank(supplier.account);
        members.addKey(IMembers.AddKey(address(key), Roles.SUPPLIER));
        Act memory act = _poke();
        act.signers[0].key = address(key);
        _sign(act, 0, supplier.key);
        _run(act);
        assertEq(target.runs(), 1);
    }

    function test_aContractKeyThatBurnsGasIsSkippedWithinItsCap() public {
        ContractKey key = new ContractKey(supplier.account, true);
        vm.prank(supplier.account);
        members.addKey(IMembers.AddKey(address(key), Roles.SUPPLIER));
        Act memory act = _poke();
        act.signers[0].key = address(key);
        _sign(act, 0, supplier.key);
        uint256 before = gasleft();
        _expectSkip(act, IActs.Skip.SignatureInvalid, 0);
        assertLt(before - gasleft(), 400_000);
    }

    function test_voidSpendsAnIdWithoutEffect() public {
        Act memory act = _poke();
        vm.expectEmit(address(acts));
        emit IActs.ActVoided(supplier.account, act.id);
        vm.prank(supplier.account);
        acts.void(act.id);
        _run(act);
        assertEq(target.runs(), 0);
        vm.expectRevert(abi.encodeWithSelector(IActs.AlreadySpent.selector, supplier.account, act.id));
        vm.prank(supplier.account);
        acts.void(act.id);
    }

    function test_voidingTakesAKeyWithARole() public {
        address key = makeAddr("key without roles");
        vm.prank(supplier.account);
        members.addKey(IMembers.AddKey(key, 0));
        vm.expectRevert(abi.encodeWithSelector(IMembers.RoleMissing.selector, supplier.account, type(uint16).max, 0));
        vm.prank(key);
        acts.void(1);
    }

    /// @dev Whichever comes first in the chain's order wins; the other finds the id spent.
    function test_voidAndAQueuedActExcludeEachOther() public {
        Act memory act = _poke();
        _run(act);
        vm.expectRevert(abi.encodeWithSelector(IActs.AlreadySpent.selector, supplier.account, act.id));
        vm.prank(supplier.account);
        acts.void(act.id);
        assertEq(target.runs(), 1);
    }

    function testFuzz_eachIdHasItsOwnBit(uint64 id, uint64 another) public {
        vm.assume(id != another);
        vm.prank(supplier.account);
        acts.void(id);
        assertTrue(acts.spent(supplier.account, id));
        assertFalse(acts.spent(supplier.account, another));
        assertFalse(acts.spent(other.account, id));
    }

    function test_aKindIsAppendedOnceAndByTheCouncilOnly() public {
        vm.expectRevert(abi.encodeWithSelector(IActs.KindExists.selector, keccak256(POKE_TEXT)));
        acts.addKind(keccak256(POKE_TEXT), 0, address(this), 0, 0);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger));
        vm.prank(stranger);
        acts.addKind("new", 0, address(this), 0, 0);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger));
        vm.prank(stranger);
        acts.setRelayer(stranger, true);
    }
}
