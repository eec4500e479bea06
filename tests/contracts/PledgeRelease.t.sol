// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {Act} from "../../contracts/interfaces/IActs.sol";
import {IPledgeErrors, IPledgeEvents} from "../../contracts/interfaces/IPledgeRegistry.sol";
import {EndReasons, MatchBases, NoteKinds, PartyRoles} from "../../contracts/types/ActCode.sol";
import "../../contracts/types/PledgeBodies.sol";
import {PledgeStates, PledgeWord} from "../../contracts/types/PledgeWord.sol";
import {Modes} from "../../contracts/types/Roles.sol";
import {AssetListing, Listed} from "./AssetListing.sol";
import {Hand, PledgeBase} from "./PledgeBase.t.sol";
import {PledgeRules} from "./PledgeRules.sol";

/// @notice Release by the pledgee: whole, with discrepancies kept.
contract PledgeReleaseTest is PledgeBase {
    using PledgeWord for uint256;

    uint40 private pledge;

    function setUp() public override {
        super.setUp();
        pledge = _registered(_cnPatents(1, 2));
    }

    function _refusedBody(PledgeActs memory body, Hand[] memory hands, bytes memory reason) private {
        _refused(_actsAct(body, hands), reason);
        _assertState(pledge, PledgeStates.REGISTERED);
    }

    function _own() private view returns (Hand[] memory) {
        return _hands(_hand(pledgee));
    }

    function test_thePledgeeAloneReleases() public {
        PledgeActs memory body = _release(pledge, Modes.SIGNED);
        Act memory act = _actsAct(body, _own());
        uint256 head = _head(pledge).withState(PledgeStates.ENDED) + (1 << 56);
        bytes32 digest = acts.digestOf(act);
        bytes32 chain = keccak256(abi.encode(_chainOf(pledge), digest, PledgeRules.RELEASE));
        uint256 word = registry.asset(_key("CNPA", 1));
        vm.expectEmit(address(registry));
        emit IPledgeEvents.InstrumentRecorded(
            digest, body.instrument.number, body.instrument, body.consents, pledgee.account
        );
        vm.expectEmit(address(registry));
        emit IPledgeEvents.PledgeReleased(
            pledge,
            body.instrument.number,
            head,
            MatchBases.CITED,
            EndReasons.RELEASED,
            new bytes32[](0),
            new bytes32[](0),
            IPledgeEvents.ActRecord(digest, chain, PledgeRules.RELEASE, 1, int40(uint40(block.timestamp)), false, false)
        );
        _run(act);
        assertEq(_head(pledge), head);
        assertEq(_chainOf(pledge), chain);
        (bool live, uint40 by) = registry.live(_key("CNPA", 1));
        assertFalse(live);
        assertEq(by, pledge, "it was the last taker");
        assertEq(registry.asset(_key("CNPA", 1)), word, "ends never touch asset words");
    }

    function test_aReleaseNeedsThePledgee() public {
        bytes32 party = _memberWord(pledgee.account);
        PledgeActs memory body = _release(pledge, Modes.SIGNED);
        bytes memory reason =
            abi.encodeWithSelector(IPledgeErrors.ConsentNotSigned.selector, PartyRoles.PLEDGEE, party, 0);
        _refusedBody(body, _hands(_hand(pledgor)), reason);
        _refusedBody(body, _both(cnOffice, Modes.SIGNED), reason);
        _refusedBody(body, _hands(_hand(court)), reason);
        body.consents = new Consent[](0);
        reason = abi.encodeWithSelector(IPledgeErrors.ConsentMissing.selector, PartyRoles.PLEDGEE, party);
        _refusedBody(body, _own(), reason);
    }

    function test_thePledgorsConsentIsNoneToItsOwnRelease() public {
        PledgeActs memory body = _release(pledge, Modes.SIGNED);
        body.consents = _consents(_pledgors(), Modes.SIGNED, PartyRoles.PLEDGEE);
        _refusedBody(
            body,
            _hands(_hand(pledgor)),
            abi.encodeWithSelector(
                IPledgeErrors.ConsentMissing.selector, PartyRoles.PLEDGEE, _memberWord(pledgee.account)
            )
        );
    }

    function test_anAttestedOrOrderedReleaseNeedsTwoOfficers() public {
        for (uint8 mode = Modes.ATTESTED; mode <= Modes.ORDERED; ++mode) {
            uint256 snapshot = vm.snapshotState();
            PledgeActs memory body = _release(pledge, mode);
            _refusedBody(
                body,
                _hands(_officer(cnOffice, mode)),
                abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, PledgeRules.RELEASE, 1, 2)
            );
            _refusedBody(
                body,
                _hands(_officer(cnOffice, mode), _officer(usOffice, mode)),
                abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, PledgeRules.RELEASE, 1, 2)
            );
            _done(_actsAct(body, _both(cnOffice, mode)));
            vm.revertToState(snapshot);
        }
    }

    /// @dev Whoever keeps silent to a notice that stands on the record for thirty days has released.
    function test_aReleaseIsDeemedOnceItsNoticeHasRun() public {
        _refusedAsRunning(0);
        _done(
            _actsAct(_notice(_consents(_holders(), Modes.DEEMED)[0].evidence), _hands(_officer(cnOffice, Modes.SIGNED)))
        );
        uint256 since = block.timestamp;
        _refusedAsRunning(since);
        vm.warp(since + 30 days - 1);
        _refusedAsRunning(since);
        vm.warp(since + 30 days);
        _done(_actsAct(_release(pledge, Modes.DEEMED), _both(cnOffice, Modes.DEEMED)));
        _assertState(pledge, PledgeStates.ENDED);
    }

    function _notice(bytes32 hash) private view returns (PledgeActs memory body) {
        body = _document();
        body.notes = new NotePledge[](1);
        body.notes[0].on = _on(pledge, PledgeRules.NOTE);
        (body.notes[0].kind, body.notes[0].subject) = (NoteKinds.NOTICE, hash);
    }

    function _refusedAsRunning(uint256 since) private {
        bytes32 party = _memberWord(pledgee.account);
        _refusedBody(
            _release(pledge, Modes.DEEMED),
            _both(cnOffice, Modes.DEEMED),
            abi.encodeWithSelector(IPledgeErrors.NoticeRunning.selector, PartyRoles.PLEDGEE, party, since)
        );
    }

    function test_aBasisIsCitedInferredOrTheOfficers() public {
        PledgeActs memory body = _release(pledge, Modes.SIGNED);
        uint8[3] memory none = [0, 4, 255];
        for (uint256 i = 0; i < 3; ++i) {
            body.releases[0].basis = none[i];
            _refusedBody(body, _own(), abi.encodeWithSelector(IPledgeErrors.BasisUnknown.selector, none[i]));
        }
    }

    function test_whatIsNotCitedAnOfficerMatches() public {
        for (uint8 basis = MatchBases.INFERRED; basis <= MatchBases.OFFICER; ++basis) {
            uint256 snapshot = vm.snapshotState();
            PledgeActs memory body = _release(pledge, Modes.SIGNED);
            body.releases[0].basis = basis;
            _refusedBody(
                body, _own(), abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, PledgeRules.RELEASE, 0, 1)
            );
            _done(_actsAct(body, _and(_own(), _officer(cnOffice, Modes.SIGNED))));
            vm.revertToState(snapshot);
        }
    }

    function test_theReasonIsOneThatTheCodeAdmits() public {
        PledgeActs memory body = _release(pledge, Modes.SIGNED);
        for (uint8 reason = 0; reason < 34; ++reason) {
            if (reason == EndReasons.RELEASED || reason == EndReasons.ENFORCED) continue;
            body.releases[0].reason = reason;
            _refusedBody(
                body, _own(), abi.encodeWithSelector(IPledgeErrors.ReasonRefused.selector, PledgeRules.RELEASE, reason)
            );
        }
    }

    function test_aListThatDiffersIsKeptAsADiscrepancy() public {
        PledgeActs memory body = _release(pledge, Modes.SIGNED);
        body.releases[0].unlisted = _cnPatents(2, 1).keys;
        body.releases[0].unpledged = _cnPatents(77, 2).keys;
        uint40 other = _registered(_cnPatents(77, 2));
        (bytes memory reason, Vm.Log[] memory logs) = _ran(_actsAct(body, _own()));
        assertEq(reason, "");
        (,,, bytes32[] memory unlisted, bytes32[] memory unpledged,) =
            abi.decode(logs[1].data, (uint256, uint8, uint8, bytes32[], bytes32[], IPledgeEvents.ActRecord));
        assertEq(unlisted, body.releases[0].unlisted);
        assertEq(unpledged, body.releases[0].unpledged);
        assertFalse(registry.live(1, 1), "the pledge has ended whole");
        (bool live, uint40 by) = registry.live(_key("CNPA", 77));
        assertTrue(live, "what is outside the pledge is never touched");
        assertEq(by, other);
    }

    function test_anEndedPledgeStaysEnded() public {
        _done(_releaseAct(pledge));
        _refused(
            _releaseAct(pledge),
            abi.encodeWithSelector(IPledgeErrors.StateRefused.selector, pledge, PledgeStates.ENDED, PledgeRules.RELEASE)
        );
    }

    function test_aReleaseOfOneLienLeavesTheOthers() public {
        uint40 first = _recorded(_usPatents(1, 1));
        uint40 second = _recorded(_usPatents(1, 1));
        _done(_releaseAct(second));
        assertTrue(registry.live(2, 0));
        assertFalse(registry.live(3, 0));
        (bool live, uint40 last) = registry.live(_key("USPA", 1));
        assertFalse(live, "the last taker's");
        assertEq(last, second);
        assertEq(first, 2);
    }

    function test_aClosedRegisterReleases() public {
        registers.closeRegister(CN);
        _done(_releaseAct(pledge));
    }

    function test_aRecordedReleaseStatesItsTime() public {
        uint40 us = _recorded(_usPatents(1, 1));
        PledgeActs memory body = _release(us, Modes.ATTESTED);
        body.releases[0].on.when = _stated(-7);
        (bytes memory reason, Vm.Log[] memory logs) = _ran(_actsAct(body, _both(usOffice, Modes.ATTESTED)));
        assertEq(reason, "");
        (,,,,, IPledgeEvents.ActRecord memory told) =
            abi.decode(logs[1].data, (uint256, uint8, uint8, bytes32[], bytes32[], IPledgeEvents.ActRecord));
        assertEq(told.effective, -7);
        assertTrue(told.stated);
        assertTrue(told.dateOnly);
    }
}

/// @notice Release in part: the bits of the leaves that end.
contract PledgePartReleaseTest is PledgeBase {
    using PledgeWord for uint256;

    uint40 private pledge;
    Listed private assets;

    function setUp() public override {
        super.setUp();
        assets = _cnPatents(1, 300);
        pledge = _registered(assets);
    }

    function _page(uint16 number, uint128 bits) private view returns (LeafPage memory) {
        return LeafPage(1, assets.blind, number, assets.pages, AssetListing.pageOf(assets.keys, number), bits);
    }

    function _part(LeafPage memory one) private returns (PledgeActs memory body) {
        body = _document();
        body.consents = _consents(_holders(), Modes.SIGNED);
        body.partReleases = new ReleaseAssets[](1);
        body.partReleases[0].on = _on(pledge, PledgeRules.PART_RELEASE);
        body.partReleases[0].parties = _now();
        (body.partReleases[0].basis, body.partReleases[0].reason) = (1, 1);
        body.partReleases[0].leaves = new LeafPage[](1);
        body.partReleases[0].leaves[0] = one;
    }

    function _act(PledgeActs memory body) private returns (Act memory) {
        return _actsAct(body, _hands(_hand(pledgee)));
    }

    function _refusedPart(PledgeActs memory body, bytes memory reason) private {
        uint256 before = _head(pledge);
        _refused(_act(body), reason);
        assertEq(_head(pledge), before);
        assertTrue(registry.live(1, 0), "nothing ends");
    }

    function test_onlyTheListedLeavesEnd() public {
        uint256 word = registry.asset(assets.keys[130]);
        _done(_act(_part(_page(1, 1 << 2 | 1 << 127))));
        for (uint24 leaf = 0; leaf < 300; ++leaf) {
            assertEq(registry.live(1, leaf), leaf != 130 && leaf != 255);
        }
        assertEq(registry.endedBits(1, 0), uint256(1) << 130 | uint256(1) << 255);
        assertEq(registry.asset(assets.keys[130]), word, "ends never touch asset words");
        (bool live, uint40 by) = registry.live(assets.keys[130]);
        assertFalse(live);
        assertEq(by, pledge);
        _assertState(pledge, PledgeStates.REGISTERED);
        assertEq(_head(pledge).version(), 1);
    }

    function test_theEndedLeavesAreTold() public {
        PledgeActs memory body = _part(_page(2, 1 << 1 | 1 << 43));
        body.partReleases[0].unpledged = _cnPatents(999, 1).keys;
        Act memory act = _act(body);
        bytes32 digest = acts.digestOf(act);
        (bytes memory reason, Vm.Log[] memory logs) = _ran(act);
        assertEq(reason, "");
        assertEq(logs[1].topics[0], IPledgeEvents.LeavesEnded.selector);
        (IPledgeEvents.EndedLeaves memory ended, uint8 basis, uint8 why, bytes32 told) =
            abi.decode(logs[1].data, (IPledgeEvents.EndedLeaves, uint8, uint8, bytes32));
        assertEq(ended.leaves.length, 2);
        assertEq(ended.leaves[0], 257);
        assertEq(ended.leaves[1], 299);
        assertEq(ended.assets[1], assets.keys[299]);
        assertEq(ended.index, 1);
        assertEq(ended.bits, 1 << 1 | 1 << 43);
        assertEq(basis, 1);
        assertEq(why, 1);
        assertEq(told, digest);
        assertEq(logs[2].topics[0], IPledgeEvents.AssetsReleased.selector);
        (,,, bytes32[] memory unpledged,) =
            abi.decode(logs[2].data, (uint256, uint8, uint8, bytes32[], IPledgeEvents.ActRecord));
        assertEq(unpledged, body.partReleases[0].unpledged);
    }

    function test_leavesEndOnce() public {
        _done(_act(_part(_page(0, 1 << 5 | 1 << 9))));
        PledgeActs memory body = _part(_page(0, 1 << 3 | 1 << 9 | 1 << 20));
        _refusedPart(body, abi.encodeWithSelector(IPledgeErrors.LeafAlreadyEnded.selector, 1, 9));
        body.partReleases[0].leaves[0].ended = 1 << 3 | 1 << 20;
        _done(_act(body));
        assertEq(registry.endedBits(1, 0), 1 << 3 | 1 << 5 | 1 << 9 | 1 << 20);
    }

    function test_theSamePageTwiceInOneActIsNotTwoEnds() public {
        PledgeActs memory body = _part(_page(1, 1));
        body.partReleases[0].leaves = new LeafPage[](2);
        (body.partReleases[0].leaves[0], body.partReleases[0].leaves[1]) = (_page(1, 1), _page(1, 1));
        _refusedPart(body, abi.encodeWithSelector(IPledgeErrors.LeafAlreadyEnded.selector, 1, 128));
    }

    function test_allLeavesOfAllPagesInOneAct() public {
        PledgeActs memory body = _part(_page(0, type(uint128).max));
        body.partReleases[0].leaves = new LeafPage[](3);
        body.partReleases[0].leaves[0] = _page(0, type(uint128).max);
        body.partReleases[0].leaves[1] = _page(1, type(uint128).max);
        body.partReleases[0].leaves[2] = _page(2, (1 << 44) - 1);
        _done(_act(body));
        for (uint24 leaf = 0; leaf < 300; ++leaf) {
            assertFalse(registry.live(1, leaf));
        }
        _assertState(pledge, PledgeStates.REGISTERED);
    }

    function test_aReleaseOfNothingIsRefused() public {
        bytes memory reason = abi.encodeWithSelector(IPledgeErrors.NothingEnded.selector, pledge);
        _refusedPart(_part(_page(0, 0)), reason);
        _refusedPart(_part(_page(2, 1 << 44)), reason);
        _refusedPart(_part(_page(2, 1 << 44 | 1)), reason);
        PledgeActs memory body = _part(_page(0, 1));
        body.partReleases[0].leaves = new LeafPage[](0);
        _refusedPart(body, reason);
    }

    function test_assetsOutsideThePledgeAreNotedAndNotTouched() public {
        uint40 other = _registered(_cnPatents(500, 1));
        PledgeActs memory body = _part(_page(0, 1));
        body.partReleases[0].leaves = new LeafPage[](0);
        body.partReleases[0].unpledged = _cnPatents(500, 1).keys;
        _done(_act(body));
        (bool live, uint40 by) = registry.live(_key("CNPA", 500));
        assertTrue(live);
        assertEq(by, other);
    }

    function test_thePageIsTheOneCommittedTo() public {
        PledgeActs memory body = _part(_page(0, 1));
        body.partReleases[0].leaves[0].blind = "another";
        bytes32 root = AssetListing.root(300, "another", assets.pages);
        _refusedPart(body, abi.encodeWithSelector(IPledgeErrors.RootMismatch.selector, root));
        body = _part(_page(0, 1));
        body.partReleases[0].leaves[0].assets[127] = _key("CNPA", 999);
        _refusedPart(body, abi.encodeWithSelector(IPledgeErrors.RootMismatch.selector, assets.root));
        body = _part(_page(0, 1));
        body.partReleases[0].leaves[0].page = 1;
        _refusedPart(body, abi.encodeWithSelector(IPledgeErrors.RootMismatch.selector, assets.root));
        body.partReleases[0].leaves[0].page = 3;
        _refusedPart(body, abi.encodeWithSelector(IPledgeErrors.PageRefused.selector, 3));
        body.partReleases[0].leaves[0].page = 2;
        _refusedPart(body, abi.encodeWithSelector(IPledgeErrors.AssetCountInvalid.selector, 128));
    }

    function test_aPledgeReleasesFromItsOwnSegmentsOnly() public {
        _registered(_cnPatents(500, 1));
        PledgeActs memory body = _part(_page(0, 1));
        uint40[3] memory foreign = [uint40(2), 0, 99];
        for (uint256 i = 0; i < 3; ++i) {
            body.partReleases[0].leaves[0].segment = foreign[i];
            _refusedPart(body, abi.encodeWithSelector(IPledgeErrors.SegmentNotOfPledge.selector, foreign[i], pledge));
        }
    }

    function test_aPledgeWithoutStatedAssetsReleasesNoLeaf() public {
        uint40 us = _recorded(_usPatents(1, 0));
        pledge = us;
        PledgeActs memory body = _part(_page(0, 1));
        body.consents = _consents(_holders(), Modes.ATTESTED);
        body.partReleases[0].leaves[0] = LeafPage(2, 0, 0, new bytes32[](0), _usPatents(1, 1).keys, 1);
        _refused(
            _actsAct(body, _both(usOffice, Modes.ATTESTED)),
            abi.encodeWithSelector(IPledgeErrors.PageRefused.selector, 0)
        );
        body.partReleases[0].leaves = new LeafPage[](0);
        body.partReleases[0].unpledged = _usPatents(1, 1).keys;
        _done(_actsAct(body, _both(usOffice, Modes.ATTESTED)));
    }

    function test_basisReasonConsentAndOfficersAreThoseOfAnyEnd() public {
        PledgeActs memory body = _part(_page(0, 1));
        body.partReleases[0].basis = 0;
        _refusedPart(body, abi.encodeWithSelector(IPledgeErrors.BasisUnknown.selector, 0));
        body.partReleases[0].basis = MatchBases.INFERRED;
        _refusedPart(
            body, abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, PledgeRules.PART_RELEASE, 0, 1)
        );
        body.partReleases[0].basis = MatchBases.CITED;
        body.partReleases[0].reason = EndReasons.ORDERED;
        _refusedPart(body, abi.encodeWithSelector(IPledgeErrors.ReasonRefused.selector, PledgeRules.PART_RELEASE, 5));
        body = _part(_page(0, 1));
        body.consents = _consents(_holders(), Modes.ATTESTED);
        _refused(
            _actsAct(body, _hands(_officer(cnOffice, Modes.ATTESTED))),
            abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, PledgeRules.PART_RELEASE, 1, 2)
        );
    }

    function test_whatIsReleasedAnotherPledgeTakes() public {
        _done(_act(_part(_page(1, 1))));
        uint40 second = _registered(_cnPatents(129, 1));
        (bool live, uint40 by) = registry.live(_key("CNPA", 129));
        assertTrue(live);
        assertEq(by, second);
        assertFalse(registry.live(1, 128), "under the first it stays ended");
        assertTrue(registry.live(2, 0));
    }
}
