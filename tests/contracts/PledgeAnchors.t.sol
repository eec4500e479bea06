// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {Act} from "../../contracts/interfaces/IActs.sol";
import {IAnchorEvents, IConflictEvents, IPledgeErrors} from "../../contracts/interfaces/IPledgeRegistry.sol";
import {RuleFlags} from "../../contracts/interfaces/IRegisters.sol";
import {AnchoredRecord} from "../../contracts/pledge/AnchorTree.sol";
import {
    ClaimKinds,
    Effects,
    HoldTargets,
    OfficeCodes,
    PartyRoles,
    RectifyKinds
} from "../../contracts/types/ActCode.sol";
import {AssetWord} from "../../contracts/types/AssetWord.sol";
import "../../contracts/types/OfficeBodies.sol";
import "../../contracts/types/PledgeBodies.sol";
import {PledgeFlags, PledgeStates, PledgeWord, TermsWord} from "../../contracts/types/PledgeWord.sol";
import {SegmentWord} from "../../contracts/types/SegmentWord.sol";
import {Modes, Roles} from "../../contracts/types/Roles.sol";
import {IMembers} from "../../contracts/interfaces/IMembers.sol";
import {AnchorForms} from "./AnchorForms.t.sol";
import {AssetListing, Listed} from "./AssetListing.sol";
import {PledgeRules} from "./PledgeRules.sol";
import {Hand} from "./PledgeSetup.t.sol";

/// @notice A register that was there before the ledger: anchored, seeded, adopted record by record.
contract PledgeAnchorsTest is AnchorForms {
    using AssetWord for uint256;
    using PledgeWord for uint256;
    using SegmentWord for uint256;
    using TermsWord for uint256;

    bytes32 private constant FIRST = "2019-000017";
    bytes32 private constant SECOND = "2021-004711";

    bytes32 private right;

    function setUp() public override {
        super.setUp();
        right = _key("CNPA", 1);
    }

    function _list() private pure returns (Listed memory) {
        return _cnPatents(1, 2);
    }

    function _one(uint256 number) private pure returns (Listed memory) {
        return _cnPatents(number, 1);
    }

    /// @dev One record on two assets, and its anchor.
    function _single() private returns (Old memory old) {
        old = _old(CN, _record(CN, FIRST, _list()));
        _lives(old, FIRST, _list().keys);
    }

    /// @dev Two live records on one asset: the office's own conflict.
    function _double() private returns (Old memory old) {
        old = _old(CN, _record(CN, FIRST, _one(1)), _record(CN, SECOND, _list()));
        _lives(old, FIRST, _one(1).keys);
        _lives(old, SECOND, _list().keys);
    }

    function _takeRefused(Listed memory listed, bytes memory reason) private {
        FilePledge memory filing = _cnFiling(listed);
        uint40 filed = _file(filing, _partiesHands());
        _refused(_acceptAct(_acceptance(filed, filing, listed, 0), _hands(_officer(cnOffice, Modes.SIGNED))), reason);
    }

    function _anchored(bytes32 asset) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IPledgeErrors.AssetAnchored.selector, asset);
    }

    function _barred(bytes32 asset) private view returns (bytes memory) {
        return abi.encodeWithSelector(IPledgeErrors.AssetBarred.selector, asset, registry.asset(asset).flags());
    }

    function _waits(uint48 unseeded) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IPledgeErrors.RegisterNotSeeded.selector, CN, unseeded);
    }

    function _assertTaker(bytes32 asset, uint40 pledge) private view {
        (bool live, uint40 by) = registry.live(asset);
        assertTrue(live);
        assertEq(by, pledge);
    }

    function _settleAct(uint40 pledge, bytes32 asset) private returns (Act memory) {
        RectifyPledge memory body = _rectification(pledge, RectifyKinds.SETTLE_CONFLICT);
        body.assets = new bytes32[](1);
        body.assets[0] = asset;
        return _rectifyAct(body);
    }

    // --- Anchors ---

    function test_anAnchorHasTwoRootsAndTheirCounts() public {
        Old memory old = _double();
        AnchorRegister memory body = _anchoring(old);
        Act memory act = _anchorAct(body);
        vm.expectEmit(address(registry));
        emit IAnchorEvents.RegisterAnchored(CN, 1, body, 3, cnOffice.account, acts.digestOf(act));
        _run(act);
        (bytes32 records, uint48 count, bytes32 assets, uint48 live, int40 asAt, uint48 seeded, bool replaced) =
            registry.anchor(CN, 1);
        assertEq(records, body.recordsRoot);
        assertEq(assets, body.assetsRoot);
        assertEq(abi.encode(count, live, asAt, seeded, replaced), abi.encode(2, 3, body.asAt, 0, false));
        assertEq(registry.unseeded(CN), 3);
        assertEq(_anchor(old), 2, "anchors stand beside each other");
        assertEq(registry.unseeded(CN), 6);
    }

    function test_aRecordIsProvenOnChain() public {
        Old memory old = _double();
        uint16 anchor = _anchor(old);
        for (uint48 i = 0; i < 2; ++i) {
            AdoptRecord memory body = _adoption(old, anchor, i, _list(), 0);
            assertTrue(registry.verifyAnchored(anchor, i, body.record, body.proof));
            assertFalse(registry.verifyAnchored(anchor, 1 - i, body.record, body.proof));
            assertFalse(registry.verifyAnchored(anchor + 1, i, body.record, body.proof));
            assertFalse(registry.verifyAnchored(0, i, body.record, body.proof));
            body.record.ceiling += 1;
            assertFalse(registry.verifyAnchored(anchor, i, body.record, body.proof));
        }
    }

    /// Of a million records: 20 siblings.
    function test_aRecordOfAMillionIsProvenWithin60000Gas() public {
        AnchoredRecord memory record = _record(CN, FIRST, _list());
        Old memory old = _old(CN, record);
        AnchorRegister memory body = _anchoring(old);
        bytes32[] memory proof = new bytes32[](20);
        bytes32 root = body.recordsRoot;
        for (uint256 i = 0; i < 20; ++i) {
            proof[i] = keccak256(abi.encode(i));
            root = sha256(bytes.concat(hex"01", root, proof[i]));
        }
        (body.recordsRoot, body.records) = (root, 1 << 20);
        _done(_anchorAct(body));
        vm.cool(address(registry));
        uint256 before = gasleft();
        bool proven = registry.verifyAnchored(1, 0, record, proof);
        assertLt(before - gasleft(), 60_000);
        assertTrue(proven);
    }

    function test_rootsStandWhereSomethingIsUnderThem() public {
        AnchorRegister memory good = _anchoring(_single());
        for (uint256 i = 0; i < 5; ++i) {
            AnchorRegister memory body = abi.decode(abi.encode(good), (AnchorRegister));
            if (i == 0) body.recordsRoot = 0;
            if (i == 1) body.records = 0;
            if (i == 2) body.assetsRoot = 0;
            if (i == 3) body.assets = 0;
            if (i == 4) (body.records, body.assets, body.recordsRoot, body.assetsRoot) = (0, 0, 0, 0);
            _refused(
                _anchorAct(body),
                abi.encodeWithSelector(IPledgeErrors.AnchorInvalid.selector, CN, body.records, body.assets)
            );
        }
        good.asAt = int40(uint40(block.timestamp + 1));
        _refused(_anchorAct(good), abi.encodeWithSelector(IPledgeErrors.TimeInFuture.selector, good.asAt));
        (good.asAt, good.evidence) = (0, 0);
        _refused(_anchorAct(good), abi.encodeWithSelector(IPledgeErrors.DocumentMissing.selector, OfficeCodes.ANCHOR));
    }

    function test_aRegisterOfClaimsWithoutAssetsIsAnchoredToo() public {
        Listed memory none = AssetListing.list(new bytes32[](0), new string[](0), "");
        Old memory old = _old(CN, _record(CN, FIRST, none));
        uint16 anchor = _anchor(old);
        assertEq(registry.unseeded(CN), 0);
        uint40 pledge = _adopted(old, anchor, 0, none);
        assertTrue(_head(pledge).hasFlag(PledgeFlags.ASSETS_NOT_STATED));
        _registered(_one(1));
    }

    function test_nothingNewIsAnchoredInAClosedRegister() public {
        Old memory old = _single();
        uint16 anchor = _anchor(old);
        registers.closeRegister(CN);
        _refused(_anchorAct(_anchoring(old)), abi.encodeWithSelector(IPledgeErrors.RegisterIsClosed.selector, CN));
        _seed(old, anchor);
        uint40 pledge = _adopted(old, anchor, 0, _list());
        _done(_effectAct(pledge, _list(), Effects.END_ALL));
    }

    // --- A wrong anchor ---

    function _secondAnchorer() private returns (Hand memory) {
        (address key, uint256 secret) = makeAddrAndKey("second anchorer");
        vm.prank(cnOffice.account);
        members.addKey(IMembers.AddKey(key, Roles.ANCHORER));
        return Hand(cnOffice.account, secret, Roles.ANCHORER, Modes.SIGNED);
    }

    /// A wrong root, or a count that is never reached, would keep the register closed for ever.
    function test_aWrongAnchorIsReplacedByTwo() public {
        Old memory old = _single();
        AnchorRegister memory wrong = _anchoring(old);
        wrong.assets = 1000;
        _done(_anchorAct(wrong));
        (bytes memory reason,) = _ran(_seedAct(_seeding(old, 1, 0)));
        assertEq(bytes4(reason), IPledgeErrors.AssetCountInvalid.selector);
        AnchorRegister memory right_ = _anchoring(old);
        right_.replaces = 1;
        _refused(
            _anchorAct(right_), abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, OfficeCodes.ANCHOR, 1, 2)
        );
        Hand[] memory two = _hands(_anchorer(cnOffice), _secondAnchorer());
        _done(_envelope(PledgeRules.anchorRegister(), abi.encode(right_), two));
        assertEq(registry.unseeded(CN), 2);
        (,,,,,, bool replaced) = registry.anchor(CN, 1);
        assertTrue(replaced);
        _seed(old, 2);
        _registered(_one(50));
        bytes memory gone = abi.encodeWithSelector(IPledgeErrors.AnchorReplaced.selector, CN, uint16(1));
        _refused(_seedAct(_seeding(old, 1, 0)), gone);
        _refused(_adoptAct(_adoption(old, 1, 0, _list(), 0)), gone);
        _refused(_envelope(PledgeRules.anchorRegister(), abi.encode(right_), two), gone);
    }

    function test_anAnchorIsReplacedByNothingAndWhatWasSeededStays() public {
        Old memory old = _old(CN, _record(CN, FIRST, _cnPatents(1, 300)));
        _lives(old, FIRST, _cnPatents(1, 300).keys);
        _anchor(old);
        _done(_seedAct(_seeding(old, 1, 0)));
        assertEq(registry.unseeded(CN), 44);
        AnchorRegister memory nothing = AnchorRegister(CN, 0, 0, 0, 0, 0, 1, "evidence");
        Hand[] memory two = _hands(_anchorer(cnOffice), _secondAnchorer());
        _done(_envelope(PledgeRules.anchorRegister(), abi.encode(nothing), two));
        assertEq(registry.unseeded(CN), 0);
        _takeRefused(_one(1), _anchored(right));
        _registered(_one(300));
    }

    function test_onlyAnAnchorThatIsThereIsReplaced() public {
        AnchorRegister memory body = _anchoring(_single());
        body.replaces = 1;
        Hand[] memory two = _hands(_anchorer(cnOffice), _secondAnchorer());
        _refused(
            _envelope(PledgeRules.anchorRegister(), abi.encode(body), two),
            abi.encodeWithSelector(IPledgeErrors.NotAnchored.selector, CN, uint16(1), uint48(0))
        );
    }

    // --- Seeding ---

    function test_aRegisterOfOneRankOpensWhenEveryLiveAssetIsSeeded() public {
        Old memory old = _old(CN, _record(CN, FIRST, _cnPatents(1, 600)));
        _lives(old, FIRST, _cnPatents(1, 600).keys);
        uint16 anchor = _anchor(old);
        _refused(_fileAct(_cnFiling(_one(5000)), _partiesHands()), _waits(600));
        assertEq(registry.check(_cnFiling(_one(5000)), _one(5000).keys)[0], _waits(600));
        uint16[3] memory pages = [uint16(2), 0, 1];
        uint48[3] memory left = [uint48(512), 256, 0];
        for (uint256 i = 0; i < 3; ++i) {
            Act memory act = _seedAct(_seeding(old, anchor, pages[i]));
            _done(act);
            assertEq(registry.unseeded(CN), left[i]);
            if (left[i] != 0) _refused(_fileAct(_cnFiling(_one(5000)), _partiesHands()), _waits(left[i]));
        }
        (,,,,, uint48 seeded,) = registry.anchor(CN, anchor);
        assertEq(seeded, 600);
        _registered(_one(5000));
    }

    /// What was filed before the register was anchored waits in every step, else it would register on a right that is not seeded yet.
    function test_whatWasFiledBeforeWaitsForTheSeedsInEveryStep() public {
        uint40 grower = _registered(_one(7777));
        uint40 filed = _file(_cnFiling(_one(1)), _partiesHands());
        uint40 accepted = _file(_cnFiling(_one(60)), _partiesHands());
        _accept(accepted, _cnFiling(_one(60)), _one(60));
        Listed memory more = _cnPatents(8000, 129);
        uint40 segment = _reserved(grower, CN, more);
        _publish(segment, CN, more);
        Old memory old = _single();
        uint16 anchor = _anchor(old);
        Hand[] memory officer = _hands(_officer(cnOffice, Modes.SIGNED));
        _refused(_acceptAct(_acceptance(filed, _cnFiling(_one(1)), _one(1), 0), officer), _waits(2));
        _refused(_decideAct(_decision(accepted, _cnFiling(_one(60)), _one(60))), _waits(2));
        _refused(_reserveAct(_reservation(grower, 0, _cnPatents(9000, 129), 0), officer), _waits(2));
        PledgeActs memory body = _document();
        _fillMore(body, grower, more);
        (body.segments[0].reserved, body.segments[0].assets, body.segments[0].titles) =
        (segment, new bytes32[](0), new string[](0));
        _refused(_effectAct(body), _waits(2));
        _refused(_effectAct(grower, _one(7777), Effects.ADD_SEGMENT), _waits(2));
        uint256 before = vm.snapshotState();
        _done(_effectAct(grower, _one(7777), Effects.END_ALL));
        vm.revertToState(before);
        _seed(old, anchor);
        _refused(_acceptAct(_acceptance(filed, _cnFiling(_one(1)), _one(1), 0), officer), _anchored(right));
        _done(_decideAct(_decision(accepted, _cnFiling(_one(60)), _one(60))));
        _done(_effectAct(body));
    }

    function test_aSeededAssetBarsASecondPledge() public {
        Old memory old = _single();
        _opened(old);
        _takeRefused(_one(1), _anchored(right));
        assertEq(registry.check(_cnFiling(_one(1)), _one(1).keys)[0], _anchored(right));
        _registered(_one(3));
        assertEq(registry.asset(right), uint256(0).seeded(FIRST));
        assertTrue(registry.asset(right).isUnadopted());
    }

    function test_pagesAreWholeInOrderUnderTheRootAndOnce() public {
        Old memory old = _old(CN, _record(CN, FIRST, _cnPatents(1, 300)));
        _lives(old, FIRST, _cnPatents(1, 300).keys);
        uint16 anchor = _anchor(old);
        uint48[3] memory firsts = [uint48(1), 512, 300];
        for (uint256 i = 0; i < 3; ++i) {
            SeedAssets memory off = _seeding(old, anchor, 0);
            off.first = firsts[i];
            _refused(_seedAct(off), abi.encodeWithSelector(IPledgeErrors.PageRefused.selector, firsts[i]));
        }
        SeedAssets memory body = _seeding(old, anchor, 1);
        body.assets[3] = _key("CNPA", 9000);
        bytes memory wrong = abi.encodeWithSelector(IPledgeErrors.NotAnchored.selector, CN, anchor, uint48(256));
        _refused(_seedAct(body), wrong);
        body = _seeding(old, anchor, 1);
        body.numbers[3] = SECOND;
        _refused(_seedAct(body), wrong);
        body = _seeding(old, anchor, 1);
        body.numbers = new bytes32[](43);
        _refused(_seedAct(body), abi.encodeWithSelector(IPledgeErrors.AssetCountInvalid.selector, 44));
        body = _seeding(old, anchor, 0);
        (body.assets, body.numbers) = (AssetListing.pageOf(body.assets, 0), AssetListing.pageOf(body.numbers, 0));
        _refused(_seedAct(body), abi.encodeWithSelector(IPledgeErrors.AssetCountInvalid.selector, 128));
        _seed(old, anchor);
        _refused(_seedAct(_seeding(old, anchor, 0)), abi.encodeWithSelector(IPledgeErrors.PageRefused.selector, 0));
    }

    /// An office's seeds reach its own assets alone: else one could bar another's register.
    function test_noOfficeSeedsAnothersAssets() public {
        bytes32[] memory foreign = new bytes32[](1);
        foreign[0] = _key("USPA", 1);
        Old memory old = _old(CN, _record(CN, FIRST, _list()));
        _lives(old, FIRST, foreign);
        uint16 anchor = _anchor(old);
        _refused(
            _seedAct(_seeding(old, anchor, 0)),
            abi.encodeWithSelector(IPledgeErrors.AssetNotOfRegister.selector, foreign[0], CN)
        );
        assertEq(registry.asset(foreign[0]), 0);
    }

    function test_seedsUnderAnotherNumberLieOnTheKey() public {
        bytes32 key = _key("CNPA", 800);
        _done(_joinAct(CN, right, key));
        Old memory old = _single();
        uint16 anchor = _opened(old);
        _takeRefused(_one(800), _anchored(key));
        uint40 pledge = _adopted(old, anchor, 0, _list());
        _assertTaker(key, pledge);
    }

    /// A record that a later anchor has too is one record: it is in conflict with nobody, and adopted once.
    function test_aRecordSeededByTwoAnchorsIsOne() public {
        Old memory old = _single();
        uint16 first = _opened(old);
        uint256 word = registry.asset(right);
        uint16 second = _opened(old);
        assertEq(registry.asset(right), word);
        uint40 pledge = _adopted(old, first, 0, _list());
        _refused(
            _adoptAct(_adoption(old, second, 0, _list(), 0)),
            abi.encodeWithSelector(IPledgeErrors.AdoptedBefore.selector, FIRST, pledge)
        );
        uint16 third = _opened(old);
        _assertTaker(right, pledge);
        assertEq(registry.asset(right).flags() & 4, 0);
        _done(_effectAct(pledge, _list(), Effects.END_ALL));
        _opened(old);
        assertEq(third, 3);
        uint40 next = _registered(_one(1));
        _assertTaker(right, next);
    }

    function test_anAdoptedRecordOnAnAssetItsPledgeNeverTookIsAConflict() public {
        Old memory old = _single();
        uint40 pledge = _adopted(old, _opened(old), 0, _list());
        _lives(old, FIRST, _one(3).keys);
        _opened(old);
        _takeRefused(_one(3), _barred(_key("CNPA", 3)));
        _done(_settleAct(pledge, _key("CNPA", 3)));
        _registered(_one(3));
    }

    function test_aLivePledgeOfTheLedgerKeepsTheWordBesideAnAnchoredRecord() public {
        uint40 own = _registered(_one(1));
        uint256 word = registry.asset(right);
        Old memory old = _single();
        uint16 anchor = _anchor(old);
        Act memory act = _seedAct(_seeding(old, anchor, 0));
        uint256 after_ = word | AssetWord.CONFLICT | AssetWord.SEEDED;
        vm.expectEmit(address(registry));
        emit IConflictEvents.ConflictFound(0, right, 0, after_, 0);
        _run(act);
        assertEq(registry.asset(right), after_);
        _assertTaker(right, own);
        _takeRefused(_one(1), _barred(right));
        bytes memory still = abi.encodeWithSelector(IPledgeErrors.StillInConflict.selector, right);
        _refused(_settleAct(own, right), still);
        _done(_effectAct(own, _one(1), Effects.END_ALL));
        _refused(_settleAct(own, right), still);
        uint40 adopted = _adopted(old, anchor, 0, _list());
        _done(_settleAct(own, right));
        _assertTaker(right, adopted);
    }

    function test_aClaimYieldsToASeed() public {
        uint40 claim = _file(_cnFiling(_one(1)), _partiesHands());
        _accept(claim, _cnFiling(_one(1)), _one(1));
        Old memory old = _single();
        _opened(old);
        assertTrue(registry.asset(right).isUnadopted());
        assertEq(registry.asset(right).flags() & 4, 0);
        _refused(
            _decideAct(_decision(claim, _cnFiling(_one(1)), _one(1))),
            abi.encodeWithSelector(IPledgeErrors.ClaimDisplaced.selector, claim)
        );
    }

    function test_inARegisterOfSeveralRanksNothingWaitsAndNothingIsBarred() public {
        uint40 own = _recorded(_usPatents(1, 1));
        Old memory old = _old(US, _record(US, FIRST, _usPatents(1, 2)));
        _lives(old, FIRST, _usPatents(1, 2).keys);
        uint16 anchor = _anchor(old);
        _recorded(_usPatents(2, 1));
        _seed(old, anchor);
        assertEq(registry.asset(_key("USPA", 1)).flags() & 4, 0);
        uint40 later = _recorded(_usPatents(1, 1));
        uint40 adopted = _adopted(old, anchor, 0, _usPatents(1, 2));
        assertTrue(_head(own).isLive() && _head(later).isLive() && _head(adopted).isLive());
    }

    // --- The legal register elsewhere ---

    /// Where the office's own register stays the legal one, what it records is recorded, and a second right on an asset is flagged.
    function test_aRegisterThatOnlyRecordsFlagsInsteadOfRefusing() public {
        PledgeRules.Register memory rules = PledgeRules.registers()[CN - 1];
        rules.rule |= RuleFlags.RECORDS << 48;
        _setRegister(rules, 2);
        Old memory old = _single();
        uint16 anchor = _anchor(old);
        uint40 first = _registered(_one(2));
        _seed(old, anchor);
        assertTrue(registry.asset(_key("CNPA", 2)).flags() & 4 != 0);
        uint40 second = _registered(_one(1));
        assertTrue(registry.asset(right).flags() & 4 != 0);
        uint40 third = _registered(_one(1));
        _assertTaker(right, third);
        uint40 adopted = _adopted(old, anchor, 0, _list());
        _assertTaker(right, adopted);
        assertTrue(_head(first).isLive() && _head(second).isLive() && _head(third).isLive());
    }

    // --- Adoption ---

    function test_anAdoptedRecordIsAPledgeWithItsOwnTime() public {
        Old memory old = _single();
        uint16 anchor = _opened(old);
        AdoptRecord memory body = _adoption(old, anchor, 0, _list(), 0);
        Act memory act = _adoptAct(body);
        (bytes memory reason, Vm.Log[] memory logs) = _ran(act);
        assertEq(reason, "");
        uint40 pledge = registry.adopted(CN, FIRST);
        uint256 head = _head(pledge);
        assertEq(head.effective(), LONG_AGO);
        assertEq(head.state(), PledgeStates.REGISTERED);
        assertTrue(head.hasFlag(PledgeFlags.ADOPTED) && head.hasFlag(PledgeFlags.STATED_TIME));
        assertTrue(head.hasFlag(PledgeFlags.DATE_ONLY));
        assertEq(_termsOf(pledge).ceiling(), 1_000_000);
        assertEq(_partiesOf(pledge), _partiesRoot(_pledgors(), _holders()));
        _assertTaker(right, pledge);
        assertEq(registry.asset(right), uint256(0).seeded(FIRST).linked(_segmentOf(pledge), 0));
        _assertTold(logs, pledge, body, acts.digestOf(act));
    }

    function _assertTold(Vm.Log[] memory logs, uint40 pledge, AdoptRecord memory body, bytes32 digest) private view {
        (uint256 head, uint256 terms, bytes32 parties, bytes32 content, bytes32 chain) = registry.pledge(pledge);
        (uint256 word, bytes32 root) = registry.segment(_segmentOf(pledge));
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != IAnchorEvents.RecordAdopted.selector) continue;
            IAnchorEvents.Adoption memory told = IAnchorEvents.Adoption(
                body.anchor,
                body.index,
                head,
                terms,
                word,
                root,
                parties,
                content,
                chain,
                body.agreement,
                1,
                cnOffice.account,
                digest
            );
            assertEq(logs[i].data, abi.encode(told, body.parties, body.names, body.instrument));
            return;
        }
        revert("no event");
    }

    function test_everyActIsDoneOnAnAdoptedPledge() public {
        Old memory old = _single();
        uint40 pledge = _adopted(old, _opened(old), 0, _list());
        for (uint256 i = 0; i < effects.length; ++i) {
            uint256 before = vm.snapshotState();
            _done(_effectAct(pledge, _list(), effects[i]));
            vm.revertToState(before);
        }
        _done(_effectAct(pledge, _list(), Effects.END_ALL));
        uint40 next = _registered(_list());
        _assertTaker(right, next);
    }

    function test_anEndedAdoptionIsRestoredWithItsOwnTime() public {
        Old memory old = _single();
        uint40 pledge = _adopted(old, _opened(old), 0, _list());
        _done(_effectAct(pledge, _list(), Effects.END_ALL));
        RectifyPledge memory body = _rectification(pledge, RectifyKinds.RESTORE);
        body.pages = new LeafPage[](1);
        body.pages[0] = _leaves(_segmentOf(pledge), _list(), 0, 0);
        _done(_rectifyAct(body));
        assertEq(_head(pledge).effective(), LONG_AGO);
        _assertTaker(right, pledge);
    }

    function test_aLongListIsAdoptedPageByPage() public {
        Listed memory long = _cnPatents(1, 300);
        Old memory old = _old(CN, _record(CN, FIRST, long));
        _lives(old, FIRST, long.keys);
        uint16 anchor = _opened(old);
        _done(_adoptAct(_adoption(old, anchor, 0, long, 0)));
        uint40 pledge = registry.adopted(CN, FIRST);
        uint40 segment = _segmentOf(pledge);
        _refused(
            _adoptAct(_adoption(old, anchor, 0, long, 2)), abi.encodeWithSelector(IPledgeErrors.PageRefused.selector, 2)
        );
        _takeRefused(_one(300), _anchored(_key("CNPA", 300)));
        (, Vm.Log[] memory logs) = _ran(_adoptAct(_adoption(old, anchor, 0, long, 1)));
        bool told;
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != IAnchorEvents.AdoptionContinued.selector) continue;
            (uint256 word,,) = abi.decode(logs[i].data, (uint256, address, bytes32));
            assertEq(word, _segmentWord(segment));
            told = true;
        }
        assertTrue(told);
        assertEq(_segmentWord(segment).claimed(), 256);
        _done(_adoptAct(_adoption(old, anchor, 0, long, 2)));
        _assertTaker(_key("CNPA", 300), pledge);
        _refused(
            _adoptAct(_adoption(old, anchor, 0, long, 2)),
            abi.encodeWithSelector(IPledgeErrors.AdoptedBefore.selector, FIRST, pledge)
        );
    }

    /// Ended before its last page was adopted, it still leaves no asset behind that nobody could ever take.
    function test_aPledgeThatEndedHalfAdoptedIsAdoptedToTheEnd() public {
        Listed memory long = _cnPatents(1, 129);
        Old memory old = _old(CN, _record(CN, FIRST, long));
        _lives(old, FIRST, long.keys);
        uint16 anchor = _opened(old);
        _done(_adoptAct(_adoption(old, anchor, 0, long, 0)));
        uint40 pledge = registry.adopted(CN, FIRST);
        _done(_effectAct(pledge, long, Effects.END_ALL));
        RectifyPledge memory body = _rectification(pledge, RectifyKinds.RESTORE);
        body.pages = new LeafPage[](1);
        body.pages[0] = _leaves(_segmentOf(pledge), long, 1, 0);
        _refused(
            _rectifyAct(body),
            abi.encodeWithSelector(IPledgeErrors.AssetsIncomplete.selector, pledge, uint24(128), uint24(129))
        );
        _takeRefused(_one(129), _anchored(_key("CNPA", 129)));
        _done(_adoptAct(_adoption(old, anchor, 0, long, 1)));
        _registered(_one(129));
    }

    function test_oneAdoptionForOneNumberAcrossAllAnchors() public {
        Old memory old = _single();
        uint16 first = _opened(old);
        uint40 pledge = _adopted(old, first, 0, _list());
        Old memory other_ = _old(CN, _record(CN, FIRST, _one(40)), _record(CN, SECOND, _one(41)));
        uint16 second = _anchor(other_);
        _refused(
            _adoptAct(_adoption(other_, second, 0, _one(40), 0)),
            abi.encodeWithSelector(IPledgeErrors.AdoptedBefore.selector, FIRST, pledge)
        );
    }

    function test_anAdoptionIsOfARecordUnderTheRoot() public {
        Old memory old = _single();
        uint16 anchor = _opened(old);
        bytes memory wrong = abi.encodeWithSelector(IPledgeErrors.NotAnchored.selector, CN, anchor, uint48(0));
        AdoptRecord memory body = _adoption(old, anchor, 0, _list(), 0);
        body.record.ceiling += 1;
        _refused(_adoptAct(body), wrong);
        body = _adoption(old, anchor, 0, _list(), 0);
        body.proof = new bytes32[](1);
        _refused(_adoptAct(body), wrong);
        body = _adoption(old, anchor, 0, _list(), 0);
        body.anchor = 2;
        _refused(_adoptAct(body), abi.encodeWithSelector(IPledgeErrors.NotAnchored.selector, CN, uint16(2), uint48(0)));
        body = _adoption(old, anchor, 0, _list(), 0);
        body.instrument.number = SECOND;
        _refused(_adoptAct(body), abi.encodeWithSelector(IPledgeErrors.NumberMismatch.selector, SECOND));
        body = _adoption(old, anchor, 0, _list(), 0);
        body.parties[1].share = 2;
        _refused(_adoptAct(body), abi.encodeWithSelector(IPledgeErrors.PartiesMismatch.selector, 0));
        body = _adoption(old, anchor, 0, _list(), 0);
        body.names[0].name = "another";
        _refused(_adoptAct(body), abi.encodeWithSelector(IPledgeErrors.NameMismatch.selector, 0));
        body = _adoption(old, anchor, 0, _list(), 0);
        body.assets[0] = _key("CNPA", 0);
        (bytes memory reason,) = _ran(_adoptAct(body));
        assertEq(bytes4(reason), IPledgeErrors.RootMismatch.selector);
    }

    function test_onlyRecordsThatCouldStandHereAreAdopted() public {
        for (uint256 i = 0; i < 9; ++i) {
            uint256 before = vm.snapshotState();
            AnchoredRecord memory record = _record(CN, FIRST, _list());
            bytes4 reason = _spoil(record, i);
            Old memory old = _old(CN, record);
            _lives(old, record.officeNumber, _list().keys);
            (bytes memory got,) = _ran(_adoptAct(_adoption(old, _opened(old), 0, _list(), 0)));
            assertEq(bytes4(got), reason);
            vm.revertToState(before);
        }
    }

    function _spoil(AnchoredRecord memory record, uint256 how) private view returns (bytes4) {
        if (how == 0) record.state = PledgeStates.ENDED;
        if (how == 1) record.state = PledgeStates.ACCEPTED;
        if (how <= 1) return IPledgeErrors.StateRefused.selector;
        if (how == 2) record.officeNumber = 0;
        if (how == 2) return IPledgeErrors.NumberMismatch.selector;
        if (how == 3) record.effective = int40(uint40(block.timestamp + 1));
        if (how == 3) return IPledgeErrors.TimeInFuture.selector;
        if (how == 4) record.kind = ClaimKinds.MAXIMUM + 1;
        if (how == 5) record.currency = 0;
        if (how <= 5) return IPledgeErrors.TermsInconsistent.selector;
        if (how == 6) record.flags |= PledgeFlags.ASSETS_NOT_STATED;
        if (how == 7) record.assetCount = uint24(AssetListing.PAGE * 64 + 1);
        if (how <= 7) return IPledgeErrors.AssetCountInvalid.selector;
        record.holders = 2;
        return IPledgeErrors.PartyListInvalid.selector;
    }

    /// In a register of one rank a record takes the assets that were seeded for it and no other's.
    function test_aRecordTakesOnlyWhatWasSeededForIt() public {
        Old memory old = _old(CN, _record(CN, FIRST, _list()), _record(CN, SECOND, _one(3)));
        _lives(old, FIRST, _one(1).keys);
        _lives(old, SECOND, _cnPatents(2, 2).keys);
        uint16 anchor = _opened(old);
        _refused(_adoptAct(_adoption(old, anchor, 0, _list(), 0)), _anchored(_key("CNPA", 2)));
        _adopted(old, anchor, 1, _one(3));
    }

    function test_anAdoptedPledgeIsNotHeldByHoldsOnItsAssets() public {
        Old memory old = _single();
        uint16 anchor = _opened(old);
        _done(_holdAct(_hold(CN, HoldTargets.ASSET, right, Effects.REGISTER)));
        uint40 pledge = _adopted(old, anchor, 0, _list());
        _assertTaker(right, pledge);
    }

    /// A hold before the seeding is in the word that the chain begins with.
    function test_aRecordOnAnAssetThatWasHeldBeforeIsAdopted() public {
        _done(_holdAct(_hold(CN, HoldTargets.ASSET, right, Effects.REGISTER)));
        Old memory old = _single();
        uint16 anchor = _opened(old);
        _opened(old);
        assertEq(registry.asset(right).flags() & 4, 0, "one record, seeded twice");
        _assertTaker(right, _adopted(old, anchor, 0, _list()));
    }

    /// The office's old register had one right in one record under two numbers.
    function test_aRecordWithTwoNumbersOfOneRightIsOneRecord() public {
        Old memory old = _old(CN, _record(CN, FIRST, _list()));
        _lives(old, FIRST, _list().keys);
        for (uint256 i = 0; i < 2; ++i) {
            uint256 before = vm.snapshotState();
            if (i == 0) _done(_joinAct(CN, _key("CNPA", 2), right));
            uint16 anchor = _opened(old);
            if (i == 1) _done(_joinAct(CN, _key("CNPA", 2), right));
            assertEq(registry.asset(right).flags() & 4, 0);
            uint40 pledge = _adopted(old, anchor, 0, _list());
            _takeRefused(_one(1), _barred(right));
            _done(_effectAct(pledge, _list(), Effects.END_LEAVES));
            _done(_settleAct(pledge, right));
            _assertTaker(right, pledge);
            _done(_effectAct(pledge, _list(), Effects.END_ALL));
            _registered(_one(1));
            vm.revertToState(before);
        }
    }

    /// @dev The office's list of live assets has one that its record doesn't have.
    function _oneTooMany() private returns (Old memory old) {
        old = _old(CN, _record(CN, FIRST, _list()));
        _lives(old, FIRST, _cnPatents(1, 3).keys);
    }

    function _striking(uint40 pledge, bytes32 number) private view returns (RectifyPledge memory body) {
        body = _rectification(pledge, RectifyKinds.SETTLE_CONFLICT);
        body.instrument.number = number;
        body.assets = new bytes32[](1);
        body.assets[0] = _key("CNPA", 3);
    }

    /// No record will ever take the asset, which would stay barred: two officers strike the seed once the record is a pledge that never had it.
    function test_aSeedOfARecordThatNeverHadTheAssetIsStruck() public {
        Old memory old = _oneTooMany();
        uint16 anchor = _opened(old);
        bytes32 wrong = _key("CNPA", 3);
        uint40 another = _registered(_one(50));
        bytes memory none = abi.encodeWithSelector(IPledgeErrors.NotInConflict.selector, wrong);
        _refused(_rectifyAct(_striking(another, FIRST)), none);
        uint40 pledge = _adopted(old, anchor, 0, _list());
        _takeRefused(_one(3), _anchored(wrong));
        _refused(_rectifyAct(_striking(another, FIRST)), none);
        _refused(_rectifyAct(_striking(pledge, SECOND)), none);
        vm.expectEmit(address(registry));
        emit IConflictEvents.ConflictSettled(0, wrong, 0, registry.asset(wrong) & ~AssetWord.SEEDED, 0);
        _run(_rectifyAct(_striking(pledge, FIRST)));
        _refused(_rectifyAct(_striking(pledge, FIRST)), none);
        _assertTaker(wrong, _registered(_one(3)));
        _assertTaker(right, pledge);
    }

    function test_aWrongSeedBesideALivePledgeIsStruckToo() public {
        uint40 own = _registered(_one(3));
        Old memory old = _oneTooMany();
        uint16 anchor = _opened(old);
        bytes32 wrong = _key("CNPA", 3);
        uint40 pledge = _adopted(old, anchor, 0, _list());
        _refused(_settleAct(pledge, wrong), abi.encodeWithSelector(IPledgeErrors.StillInConflict.selector, wrong));
        _done(_rectifyAct(_striking(pledge, FIRST)));
        _assertTaker(wrong, own);
        assertEq(registry.asset(wrong).flags() & 4, 0);
    }

    /// What an adoption has still to take is no mistake.
    function test_noSeedIsStruckWhilePagesAreToCome() public {
        Listed memory long = _cnPatents(1, 130);
        Old memory old = _old(CN, _record(CN, FIRST, long));
        _lives(old, FIRST, long.keys);
        uint16 anchor = _opened(old);
        uint40 pledge = _adopted(old, anchor, 0, long);
        RectifyPledge memory body = _striking(pledge, FIRST);
        body.assets[0] = long.keys[129];
        _refused(_rectifyAct(body), abi.encodeWithSelector(IPledgeErrors.NotInConflict.selector, body.assets[0]));
    }

    // --- Conflicts of the old register ---

    function test_twoRecordsOnOneAssetAreSeededInConflict() public {
        Old memory old = _double();
        _opened(old);
        (uint64[] memory leaves, uint256 anchored) = registry.conflict(right);
        assertEq(leaves.length, 0);
        assertEq(anchored, 1);
        _takeRefused(_one(1), _barred(right));
    }

    /// Either may be adopted first, and the right is free of neither until both are known and one is left.
    function test_anInheritedConflictIsSettledInEitherOrder() public {
        Old memory old = _double();
        uint16 anchor = _opened(old);
        Listed[2] memory lists = [_one(1), _list()];
        for (uint256 order = 0; order < 2; ++order) {
            uint256 before = vm.snapshotState();
            uint40 one = _adopted(old, anchor, order, lists[order]);
            bytes memory still = abi.encodeWithSelector(IPledgeErrors.StillInConflict.selector, right);
            _refused(_settleAct(one, right), still);
            _done(_effectAct(one, lists[order], Effects.END_ALL));
            _refused(_settleAct(one, right), still);
            _takeRefused(_one(1), _barred(right));
            uint40 other_ = _adopted(old, anchor, 1 - order, lists[1 - order]);
            _done(_settleAct(one, right));
            _assertTaker(right, other_);
            vm.revertToState(before);
        }
    }

    function test_bothAdoptedAreInConflictUntilOneEnds() public {
        Old memory old = _double();
        uint16 anchor = _opened(old);
        uint40 one = _adopted(old, anchor, 1, _list());
        uint40 other_ = _adopted(old, anchor, 0, _one(1));
        _assertTaker(right, other_);
        assertTrue(_head(one).hasFlag(PledgeFlags.CONFLICT) && _head(one).isLive());
        _refused(_settleAct(one, right), abi.encodeWithSelector(IPledgeErrors.StillInConflict.selector, right));
        _done(_effectAct(other_, _one(1), Effects.END_ALL));
        _done(_settleAct(one, right));
        _assertTaker(right, one);
        assertFalse(_head(one).hasFlag(PledgeFlags.CONFLICT));
    }

    function test_aConflictSeededAgainIsTheSameConflict() public {
        Old memory old = _double();
        uint16 anchor = _opened(old);
        _opened(old);
        (, uint256 anchored) = registry.conflict(right);
        assertEq(anchored, 1);
        uint40 one = _adopted(old, anchor, 0, _one(1));
        _opened(old);
        (, anchored) = registry.conflict(right);
        assertEq(anchored, 1);
        uint40 other_ = _adopted(old, anchor, 1, _list());
        _done(_effectAct(one, _one(1), Effects.END_ALL));
        _done(_settleAct(one, right));
        _assertTaker(right, other_);
    }

    function test_joinedNumbersCarryTheirAnchoredRecords() public {
        Old memory old = _old(CN, _record(CN, FIRST, _one(1)), _record(CN, SECOND, _one(900)));
        _lives(old, FIRST, _one(1).keys);
        _lives(old, SECOND, _one(900).keys);
        uint16 anchor = _opened(old);
        _done(_joinAct(CN, _key("CNPA", 900), right));
        _takeRefused(_one(900), _barred(right));
        uint40 one = _adopted(old, anchor, 1, _one(900));
        uint40 other_ = _adopted(old, anchor, 0, _one(1));
        _done(_effectAct(one, _one(900), Effects.END_ALL));
        _done(_settleAct(one, right));
        _assertTaker(right, other_);
    }

    function test_aSeededNumberIsAdoptedAfterItWasJoined() public {
        for (uint256 i = 0; i < 3; ++i) {
            uint256 before = vm.snapshotState();
            bytes32 key = _key("CNPA", 900);
            if (i == 1) _done(_effectAct(_registered(_one(900)), _one(900), Effects.END_ALL));
            if (i == 2) _done(_effectAct(_registered(_one(1)), _one(1), Effects.END_ALL));
            Old memory old = _single();
            uint16 anchor = _opened(old);
            _done(_joinAct(CN, right, key));
            _takeRefused(_one(900), _anchored(key));
            uint40 pledge = _adopted(old, anchor, 0, _list());
            _assertTaker(key, pledge);
            vm.revertToState(before);
        }
    }

    /// A pledge restored on a right that was seeded meanwhile does not hide the record.
    function test_aRestorationMeetsAnAnchoredRecord() public {
        uint40 own = _registered(_one(1));
        _done(_effectAct(own, _one(1), Effects.END_ALL));
        Old memory old = _single();
        uint16 anchor = _opened(old);
        RectifyPledge memory body = _rectification(own, RectifyKinds.RESTORE);
        body.pages = new LeafPage[](1);
        body.pages[0] = _leaves(_segmentOf(own), _one(1), 0, 0);
        _done(_rectifyAct(body));
        assertTrue(_head(own).isLive() && _head(own).hasFlag(PledgeFlags.CONFLICT));
        _takeRefused(_one(1), _barred(right));
        _done(_effectAct(own, _one(1), Effects.END_ALL));
        _refused(_settleAct(own, right), abi.encodeWithSelector(IPledgeErrors.StillInConflict.selector, right));
        uint40 adopted = _adopted(old, anchor, 0, _list());
        _done(_settleAct(own, right));
        _assertTaker(right, adopted);
    }

    // --- Who ---

    function test_anchoringAndSeedingHaveARoleOfTheirOwn() public {
        Old memory old = _single();
        AnchorRegister memory body = _anchoring(old);
        Hand[4] memory who = [_officer(cnOffice, Modes.SIGNED), _hand(court), _hand(pledgee), _anchorer(usOffice)];
        for (uint256 i = 0; i < who.length; ++i) {
            _refused(
                _envelope(PledgeRules.anchorRegister(), abi.encode(body), _hands(who[i])),
                abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, OfficeCodes.ANCHOR, 0, 1)
            );
        }
        uint16 anchor = _anchor(old);
        for (uint256 i = 0; i < who.length; ++i) {
            _refused(
                _envelope(PledgeRules.seedAssets(), abi.encode(_seeding(old, anchor, 0)), _hands(who[i])),
                abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, OfficeCodes.SEED, 0, 1)
            );
        }
    }

    function test_registrarsAndAnchorersAdoptAndNobodyElse() public {
        Old memory old = _single();
        uint16 anchor = _opened(old);
        AdoptRecord memory body = _adoption(old, anchor, 0, _list(), 0);
        Hand[4] memory who = [_hand(court), _hand(pledgee), _hand(pledgor), _officer(usOffice, Modes.SIGNED)];
        for (uint256 i = 0; i < who.length; ++i) {
            _refused(
                _adoptAct(body, _hands(who[i])),
                abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, OfficeCodes.ADOPT, 0, 1)
            );
        }
        uint256 before = vm.snapshotState();
        _done(_adoptAct(body, _hands(_anchorer(cnOffice))));
        vm.revertToState(before);
        _done(_adoptAct(body));
    }
}

/// @notice What seeding costs, as a receipt says it.
/// forge-config: default.isolate = true
contract PledgeSeedingGasTest is AnchorForms {
    /// A million assets are 3,907 such pages, 27.9 billion gas in all, once.
    function test_aPageOfSeedsKeepsWithinItsGas() public {
        Old memory old = _old(CN, _record(CN, "2019-000017", _cnPatents(1, 2)));
        _lives(old, "2019-000017", _cnPatents(1, 512).keys);
        uint16 anchor = _anchor(old);
        for (uint256 page = 0; page < 2; ++page) {
            Act[] memory batch = new Act[](1);
            batch[0] = _seedAct(_seeding(old, anchor, page));
            vm.prank(relayer);
            acts.run(batch);
            uint256 gas = vm.lastCallGas().gasTotalUsed;
            emit log_named_uint("page of 256 seeds", gas);
            assertLe(gas, 7_200_000);
        }
        assertEq(registry.unseeded(CN), 0);
    }
}
