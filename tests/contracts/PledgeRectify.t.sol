// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {Act} from "../../contracts/interfaces/IActs.sol";
import {
    IConflictEvents,
    IOfficeEvents,
    IPledgeErrors,
    IPledgeEvents
} from "../../contracts/interfaces/IPledgeRegistry.sol";
import {
    Effects,
    EndReasons,
    NoteKinds,
    OfficeCodes,
    PartyRoles,
    RectifyKinds,
    TimeSources
} from "../../contracts/types/ActCode.sol";
import {AssetWord} from "../../contracts/types/AssetWord.sol";
import "../../contracts/types/OfficeBodies.sol";
import "../../contracts/types/PledgeBodies.sol";
import {PledgeFlags, PledgeStates, PledgeWord} from "../../contracts/types/PledgeWord.sol";
import {Modes} from "../../contracts/types/Roles.sol";
import {Listed} from "./AssetListing.sol";
import {PledgeEffects} from "./PledgeEffects.t.sol";
import {PledgeRules} from "./PledgeRules.sol";
import {Hand} from "./PledgeSetup.t.sol";

/// @notice Every end can be undone, with the original time, and nobody else's right is lost by it.
contract PledgeRectifyTest is PledgeEffects {
    using AssetWord for uint256;
    using PledgeWord for uint256;

    uint40 private pledge;
    bytes32 private right;

    function setUp() public override {
        super.setUp();
        pledge = _registered(_own());
        right = _key("CNPA", 1);
    }

    function _own() private pure returns (Listed memory) {
        return _cnPatents(1, 2);
    }

    function _one(uint256 number) private pure returns (Listed memory) {
        return _cnPatents(number, 1);
    }

    function _end(uint40 of_) private {
        _done(_effectAct(of_, _own(), Effects.END_ALL));
    }

    /// @dev Restores with every page of these lists, each of one segment.
    function _restoring(uint40 of_, Listed memory listed) private view returns (RectifyPledge memory body) {
        body = _rectification(of_, RectifyKinds.RESTORE);
        body.expires = _head(of_).expires();
        uint40 segment = _segmentOf(of_);
        body.pages = new LeafPage[](listed.pages.length);
        for (uint16 i = 0; i < listed.pages.length; ++i) {
            body.pages[i] = _leaves(segment, listed, i, 0);
        }
    }

    function _restore(uint40 of_, Listed memory listed) private {
        _done(_rectifyAct(_restoring(of_, listed)));
    }

    function _restoringPage(uint40 of_, Listed memory listed, uint16 page)
        private
        view
        returns (RectifyPledge memory body)
    {
        body = _rectification(of_, RectifyKinds.RESTORE);
        body.expires = _head(of_).expires();
        body.pages = new LeafPage[](1);
        body.pages[0] = _leaves(_segmentOf(of_), listed, page, 0);
    }

    function _restoringLeaves(uint40 of_, Listed memory listed, uint128 which)
        private
        view
        returns (RectifyPledge memory body)
    {
        body = _rectification(of_, RectifyKinds.RESTORE_LEAVES);
        body.pages = new LeafPage[](1);
        body.pages[0] = _leaves(_segmentOf(of_), listed, 0, which);
    }

    function _settling(uint40 of_, bytes32 asset) private view returns (RectifyPledge memory body) {
        body = _rectification(of_, RectifyKinds.SETTLE_CONFLICT);
        body.assets = new bytes32[](1);
        body.assets[0] = asset;
    }

    function _takeRefused(Listed memory listed, bytes memory reason) private {
        FilePledge memory filing = _cnFiling(listed);
        uint40 filed = _file(filing, _partiesHands());
        _refused(_acceptAct(_acceptance(filed, filing, listed, 0), _hands(_officer(cnOffice, Modes.SIGNED))), reason);
    }

    function _taken(bytes32 asset, uint40 by) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IPledgeErrors.AssetTaken.selector, asset, by);
    }

    function _barred(bytes32 asset) private view returns (bytes memory) {
        return abi.encodeWithSelector(IPledgeErrors.AssetBarred.selector, asset, registry.asset(asset).flags());
    }

    function _assertTaker(bytes32 asset, uint40 of_) private view {
        (bool live, uint40 by) = registry.live(asset);
        assertTrue(live, "live");
        assertEq(by, of_, "taker");
    }

    // --- Every end ---

    function test_aRestoredPledgeHasItsOriginalTimeAndPlace() public {
        uint256 before = _head(pledge);
        skip(5 days);
        _end(pledge);
        skip(5 days);
        bytes32 chain = _chainOf(pledge);
        RectifyPledge memory body = _restoring(pledge, _own());
        Act memory act = _rectifyAct(body);
        bytes32 digest = acts.digestOf(act);
        uint256 head = before + (2 << 56);
        chain = keccak256(abi.encode(chain, digest, OfficeCodes.RECTIFY));
        IPledgeEvents.ActRecord memory done = IPledgeEvents.ActRecord(
            digest, chain, OfficeCodes.RECTIFY, 1, int40(uint40(block.timestamp)), false, false
        );
        vm.expectEmit(address(registry));
        emit IOfficeEvents.PledgeRectified(
            pledge,
            IOfficeEvents.Rectification(RectifyKinds.RESTORE, head, "digest", cnOffice.account, done),
            body.instrument,
            body.consents,
            body.segments
        );
        _run(act);
        assertEq(_head(pledge), head, "but for its version, the head is what it was");
        assertEq(_chainOf(pledge), chain, "history only grows");
        _assertTaker(right, pledge);
        _takeRefused(_one(1), _taken(right, pledge));
        _end(pledge);
    }

    function test_everyEndIsReversible() public {
        for (uint256 end = 0; end < 5; ++end) {
            uint256 before = vm.snapshotState();
            _endSomehow(end);
            assertFalse(_head(pledge).isLive());
            RectifyPledge memory body = _restoring(pledge, _own());
            if (end == 4) body.expires = uint40(block.timestamp + 365 days);
            _done(_rectifyAct(body));
            assertTrue(_head(pledge).isLive());
            _assertTaker(right, pledge);
            _end(pledge);
            vm.revertToState(before);
        }
    }

    function _endSomehow(uint256 how) private {
        if (how == 0) {
            _end(pledge);
        } else if (how == 1) {
            _done(_endByOrderAct(pledge));
        } else if (how == 2) {
            _done(_effectAct(pledge, _own(), Effects.SET_STATE));
            _end(pledge);
        } else if (how == 3) {
            PledgeActs memory body = _effectBody(pledge, _own(), Effects.END_ALL);
            body.releases[0].reason = EndReasons.ENFORCED;
            _done(_effectAct(pledge, _own(), Effects.SET_STATE));
            body.releases[0].on = _on(pledge, PledgeRules.RELEASE);
            _done(_effectAct(body));
        } else {
            PledgeActs memory body = _effectBody(pledge, _own(), Effects.SET_TERMS);
            body.terms[0].terms.expires = uint40(block.timestamp + 10);
            _done(_effectAct(body));
            skip(11);
        }
    }

    function test_aLiveOrUndecidedPledgeIsNotRestored() public {
        _refused(
            _rectifyAct(_restoring(pledge, _own())),
            abi.encodeWithSelector(
                IPledgeErrors.StateRefused.selector, pledge, PledgeStates.REGISTERED, OfficeCodes.RECTIFY
            )
        );
        uint40 filed = _file(_cnFiling(_one(50)), _partiesHands());
        RectifyPledge memory body = _rectification(filed, RectifyKinds.RESTORE);
        _refused(
            _rectifyAct(body),
            abi.encodeWithSelector(IPledgeErrors.StateRefused.selector, filed, PledgeStates.FILED, OfficeCodes.RECTIFY)
        );
    }

    /// What ended in part before ended for itself: the end of the rest is undone, and that alone.
    function test_leavesThatHadEndedBeforeStayEnded() public {
        _done(_effectAct(pledge, _own(), Effects.END_LEAVES));
        uint40 second = _registered(_one(1));
        _end(pledge);
        _restore(pledge, _own());
        _assertTaker(right, second);
        assertEq(registry.asset(right).flags(), 0, "no conflict");
        _assertTaker(_key("CNPA", 2), pledge);
    }

    function test_theEndOfTheEntryStaysUnlessItHasPassed() public {
        PledgeActs memory terms = _effectBody(pledge, _own(), Effects.SET_TERMS);
        uint40 expires = uint40(block.timestamp + 100);
        terms.terms[0].terms.expires = expires;
        _done(_effectAct(terms));
        _end(pledge);
        RectifyPledge memory body = _restoring(pledge, _own());
        bytes memory invalid =
            abi.encodeWithSelector(IPledgeErrors.RectificationInvalid.selector, pledge, RectifyKinds.RESTORE);
        for (uint40 other = 0; other < 200; other += 101) {
            body.expires = uint40(block.timestamp) + other;
            _refused(_rectifyAct(body), invalid);
        }
        body.expires = 0;
        _refused(_rectifyAct(body), invalid);
        vm.warp(expires + 1);
        body.expires = expires;
        _refused(_rectifyAct(body), abi.encodeWithSelector(IPledgeErrors.ExpiryPassed.selector, expires));
        body.expires = uint40(block.timestamp + 1);
        _done(_rectifyAct(body));
        skip(1);
        assertTrue(_head(pledge).isLive());
        skip(1);
        assertFalse(_head(pledge).isLive());
    }

    /// A restoration is no way round the longest term that a register admits.
    function test_aNewEndIsWithinTheRegistersDays() public {
        Listed memory listed = _listed("NZPA", 1, 1);
        FilePledge memory filing = _filing(NZ_PPSR, listed, _usual(), Modes.ATTESTED);
        _done(_recordAct(_recording(filing, listed), _hands(_officer(_officeOf(NZ_PPSR), Modes.ATTESTED))));
        (uint40 entry,) = registry.counts();
        vm.warp(filing.terms.expires + 1);
        RectifyPledge memory body = _rectification(entry, RectifyKinds.RESTORE);
        uint256 most = uint256(uint16(registers.rule(NZ_PPSR, 1) >> 208)) * 1 days;
        uint40[2] memory outside = [0, uint40(block.timestamp + most + 1)];
        for (uint256 i = 0; i < 2; ++i) {
            body.expires = outside[i];
            _refused(_rectifyAct(body), abi.encodeWithSelector(IPledgeErrors.TermOutside.selector, outside[i], 0, most));
        }
        body.expires = uint40(block.timestamp + most);
        _done(_rectifyAct(body));
        assertTrue(_head(entry).isLive());
    }

    // --- Page by page ---

    function _long() private pure returns (Listed memory) {
        return _cnPatents(1000, 257);
    }

    function test_aLongListIsRestoredPageByPageAndLivesWhenAllAreDone() public {
        uint40 long = _registered(_long());
        _end(long);
        uint16[3] memory order = [uint16(2), 0, 1];
        for (uint256 i = 0; i < 3; ++i) {
            assertFalse(_head(long).isLive());
            RectifyPledge memory body = _restoringPage(long, _long(), order[i]);
            _done(_rectifyAct(body));
            if (i == 2) break;
            _assertState(long, PledgeStates.RESTORING);
            assertEq(_head(long).pagesLeft(), 2 - i);
            body = _restoringPage(long, _long(), order[i]);
            _refused(_rectifyAct(body), abi.encodeWithSelector(IPledgeErrors.PageRefused.selector, order[i]));
        }
        _assertState(long, PledgeStates.REGISTERED);
        assertEq(_head(long).pagesLeft(), 0);
        _end(long);
    }

    /// Others meet it from the first page on: else one could take what the last page gives back.
    function test_underRestorationItHoldsEveryAssetAndActsOnNothing() public {
        uint40 long = _registered(_long());
        _end(long);
        _done(_rectifyAct(_restoringPage(long, _long(), 0)));
        _takeRefused(_one(1000), _taken(_key("CNPA", 1000), long));
        _takeRefused(_one(1256), _taken(_key("CNPA", 1256), long));
        for (uint256 i = 0; i < effects.length - 1; ++i) {
            _refused(
                _effectAct(long, _long(), effects[i]),
                abi.encodeWithSelector(
                    IPledgeErrors.StateRefused.selector, long, PledgeStates.RESTORING, _codeOf(effects[i])
                )
            );
        }
    }

    function _codeOf(uint256 effect) private pure returns (uint16) {
        if (effect == Effects.END_ALL) return PledgeRules.RELEASE;
        if (effect == Effects.END_LEAVES) return PledgeRules.PART_RELEASE;
        if (effect == Effects.ADD_SEGMENT) return PledgeRules.SUPPLEMENT;
        if (effect == Effects.SET_TERMS) return PledgeRules.SET_TERMS;
        return effect == Effects.SET_PARTIES ? PledgeRules.TRANSFER : PledgeRules.ENFORCE;
    }

    function test_aRestorationGoesOnAsItBegan() public {
        uint40 long = _registered(_long());
        _end(long);
        _done(_rectifyAct(_rectification(long, RectifyKinds.RESTORE)));
        assertEq(_head(long).pagesLeft(), 3, "it may begin with no page");
        RectifyPledge memory body = _restoringPage(long, _long(), 0);
        body.expires = uint40(block.timestamp + 1);
        bytes memory invalid =
            abi.encodeWithSelector(IPledgeErrors.RectificationInvalid.selector, long, RectifyKinds.RESTORE);
        _refused(_rectifyAct(body), invalid);
        body.expires = 0;
        body.segments = new uint40[](1);
        body.segments[0] = _segmentOf(pledge);
        _refused(_rectifyAct(body), invalid);
    }

    function test_aSecondRestorationDoesEveryPageAgain() public {
        uint40 long = _registered(_long());
        for (uint256 i = 0; i < 2; ++i) {
            _end(long);
            _restore(long, _long());
            assertTrue(_head(long).isLive());
        }
    }

    function test_pagesAreThoseOfThePledge() public {
        uint40 foreign = _registered(_cnPatents(3000, 2));
        _end(pledge);
        RectifyPledge memory body = _restoring(pledge, _own());
        body.pages[0].segment = _segmentOf(foreign);
        _refused(
            _rectifyAct(body),
            abi.encodeWithSelector(IPledgeErrors.SegmentNotOfPledge.selector, _segmentOf(foreign), pledge)
        );
        body = _restoring(pledge, _own());
        body.pages[0].assets[1] = _key("CNPA", 3);
        (bytes memory reason,) = _ran(_rectifyAct(body));
        assertEq(bytes4(reason), IPledgeErrors.RootMismatch.selector);
        body = _restoring(pledge, _own());
        body.pages[0].ended = 1;
        _refused(_rectifyAct(body), abi.encodeWithSelector(IPledgeErrors.NothingEnded.selector, pledge));
    }

    function test_everySegmentIsRestored() public {
        _done(_effectAct(pledge, _own(), Effects.ADD_SEGMENT));
        (, uint40 second) = registry.counts();
        _end(pledge);
        _done(_rectifyAct(_restoring(pledge, _own())));
        _assertState(pledge, PledgeStates.RESTORING);
        RectifyPledge memory body = _rectification(pledge, RectifyKinds.RESTORE);
        body.pages = new LeafPage[](1);
        body.pages[0] = _leaves(second, _cnPatents(MORE, 1), 0, 0);
        _done(_rectifyAct(body));
        _assertState(pledge, PledgeStates.REGISTERED);
    }

    function test_inARegisterOfSeveralRanksOneActRestores() public {
        uint40 recorded = _recorded(_usPatents(1, 2));
        _done(_releaseAct(recorded));
        uint40 second = _recorded(_usPatents(1, 2));
        RectifyPledge memory body = _restoring(recorded, _usPatents(1, 2));
        _refused(_rectifyAct(body), abi.encodeWithSelector(IPledgeErrors.PageRefused.selector, 1));
        _done(_rectifyAct(_rectification(recorded, RectifyKinds.RESTORE)));
        assertTrue(_head(recorded).isLive() && _head(second).isLive());
        assertTrue(registry.live(_segmentOf(recorded), 0));
    }

    // --- Others meanwhile ---

    /// Without linking again the word would read free under a live pledge.
    function test_aEndedBTookAndEndedARestored() public {
        _end(pledge);
        uint40 second = _registered(_one(1));
        _end(second);
        uint256 word = registry.asset(right).linked(_segmentOf(pledge), 0);
        _restore(pledge, _own());
        assertEq(registry.asset(right), word);
        _assertTaker(right, pledge);
        _takeRefused(_one(1), _taken(right, pledge));
    }

    function test_aEndedBTookARestoredIsAConflict() public {
        _end(pledge);
        uint40 second = _registered(_one(1));
        uint256 word = registry.asset(right) | AssetWord.CONFLICT;
        Act memory act = _rectifyAct(_restoring(pledge, _own()));
        uint256 found = _head(pledge).withState(PledgeStates.RESTORING).withPagesLeft(1);
        uint64 leaf = uint64(_segmentOf(pledge));
        vm.expectEmit(address(registry));
        emit IConflictEvents.ConflictFound(pledge, right, leaf, word, found.withFlags(PledgeFlags.CONFLICT));
        _run(act);
        assertEq(registry.asset(right), word, "it goes on naming the second");
        _assertTaker(right, second);
        assertTrue(registry.live(_segmentOf(pledge), 0), "both live");
        assertTrue(_head(pledge).hasFlag(PledgeFlags.CONFLICT));
        assertFalse(_head(second).hasFlag(PledgeFlags.CONFLICT));
        _takeRefused(_one(1), _barred(right));
        _assertTaker(_key("CNPA", 2), pledge);
    }

    function _conflict() private returns (uint40 second) {
        _end(pledge);
        second = _registered(_one(1));
        _restore(pledge, _own());
    }

    function test_aConflictEndsWhenOneIsLeft() public {
        uint40 second = _conflict();
        bytes memory still = abi.encodeWithSelector(IPledgeErrors.StillInConflict.selector, right);
        _refused(_rectifyAct(_settling(pledge, right)), still);
        uint256 before = vm.snapshotState();
        _end(second);
        _takeRefused(_one(1), _barred(right));
        _done(_rectifyAct(_settling(second, right)));
        _assertTaker(right, pledge);
        assertFalse(_head(pledge).hasFlag(PledgeFlags.CONFLICT));
        _takeRefused(_one(1), _taken(right, pledge));
        vm.revertToState(before);
        _end(pledge);
        _done(_rectifyAct(_settling(pledge, right)));
        _assertTaker(right, second);
        assertFalse(_head(pledge).hasFlag(PledgeFlags.CONFLICT));
        _end(second);
        _registered(_one(1));
    }

    function test_theFlagOfThePledgeStaysUntilItsLastConflictEnds() public {
        _end(pledge);
        uint40 second = _registered(_own());
        _restore(pledge, _own());
        _done(_effectAct(second, _own(), Effects.END_LEAVES));
        _done(_rectifyAct(_settling(pledge, right)));
        assertTrue(_head(pledge).hasFlag(PledgeFlags.CONFLICT), "the other asset is in conflict still");
        _end(second);
        _done(_rectifyAct(_settling(pledge, _key("CNPA", 2))));
        assertFalse(_head(pledge).hasFlag(PledgeFlags.CONFLICT));
    }

    /// Three who took one right in turn, all restored: it is settled when two of them are gone, whichever.
    function test_restorationsOnEachOtherAreAllKept() public {
        _end(pledge);
        uint40 second = _registered(_one(1));
        _end(second);
        uint40 third = _registered(_one(1));
        _restore(pledge, _own());
        _restore(second, _one(1));
        (uint64[] memory leaves,) = registry.conflict(right);
        assertEq(leaves.length, 2);
        bytes memory still = abi.encodeWithSelector(IPledgeErrors.StillInConflict.selector, right);
        _end(third);
        _refused(_rectifyAct(_settling(pledge, right)), still);
        _end(pledge);
        _done(_rectifyAct(_settling(pledge, right)));
        _assertTaker(right, second);
        assertFalse(_head(second).hasFlag(PledgeFlags.CONFLICT));
    }

    function test_aPledgeRestoredTwiceIsInConflictOnce() public {
        uint40 second = _conflict();
        _end(pledge);
        _restore(pledge, _own());
        (uint64[] memory leaves,) = registry.conflict(right);
        assertEq(leaves.length, 1);
        _end(second);
        _done(_rectifyAct(_settling(second, right)));
        assertFalse(_head(pledge).hasFlag(PledgeFlags.CONFLICT));
    }

    /// The second ended and the first was linked again where it lay in conflict before: it is one leaf, not two.
    function test_aLeafThatTookTheWordStandsBesideNobody() public {
        uint40 second = _conflict();
        _end(pledge);
        _end(second);
        _restore(pledge, _own());
        _assertTaker(right, pledge);
        _done(_rectifyAct(_settling(pledge, right)));
        _assertTaker(right, pledge);
        assertFalse(_head(pledge).hasFlag(PledgeFlags.CONFLICT));
    }

    /// A reservation is no right yet, and a registration looks at no asset again.
    function test_aClaimYieldsToARestoration() public {
        _end(pledge);
        FilePledge memory filing = _cnFiling(_one(1));
        uint40 claim = _file(filing, _partiesHands());
        _accept(claim, filing, _one(1));
        _restore(pledge, _own());
        _assertTaker(right, pledge);
        assertEq(registry.asset(right).flags(), 0);
        _refused(
            _decideAct(_decision(claim, filing, _one(1))),
            abi.encodeWithSelector(IPledgeErrors.ClaimDisplaced.selector, claim)
        );
    }

    function test_aSupplementsClaimYieldsToARestoration() public {
        uint40 grower = _registered(_one(5000));
        _end(pledge);
        Listed memory more = _cnPatents(1, 129);
        uint40 segment = _reserved(grower, CN, more);
        _publish(segment, CN, more);
        _restore(pledge, _own());
        _assertTaker(right, pledge);
        PledgeActs memory body = _document();
        _fillMore(body, grower, more);
        (body.segments[0].reserved, body.segments[0].assets) = (segment, new bytes32[](0));
        body.segments[0].titles = new string[](0);
        _refused(_effectAct(body), abi.encodeWithSelector(IPledgeErrors.ReservationEnded.selector, grower, uint40(0)));
    }

    function test_aRestorationMeetsWhatWasTakenUnderAnotherNumber() public {
        _end(pledge);
        uint40 second = _registered(_one(900));
        _done(_joinAct(CN, _key("CNPA", 900), right));
        _assertTaker(right, second);
        _restore(pledge, _own());
        assertEq(registry.asset(right).flags() & 4, 4);
        _end(second);
        _done(_rectifyAct(_settling(second, _key("CNPA", 900))));
        _assertTaker(right, pledge);
    }

    /// No new pledge takes an asset whose word is full, so nothing is lost by what can't be linked again.
    function test_noRestorationFailsOnAFullWord() public {
        _end(pledge);
        _storeAsset(right, uint256(type(uint16).max) << 64);
        _restore(pledge, _own());
        assertTrue(_head(pledge).isLive());
        (uint64[] memory leaves,) = registry.conflict(right);
        assertEq(leaves[0], _segmentOf(pledge));
        _end(pledge);
        _done(_rectifyAct(_settling(pledge, right)));
    }

    function test_aPageInConflictThroughoutKeepsWithinItsGas() public {
        Listed memory page = _cnPatents(4000, 128);
        uint40 first = _registered(page);
        _end(first);
        _registered(page);
        Act memory act = _rectifyAct(_restoring(first, page));
        uint256 before = gasleft();
        _done(act);
        assertLt(before - gasleft(), 8_000_000);
    }

    // --- Parts ---

    function test_leavesLiveAgainWithTheirPledge() public {
        _done(_effectAct(pledge, _own(), Effects.END_LEAVES));
        assertFalse(registry.live(_segmentOf(pledge), 0));
        uint256 head = _head(pledge);
        vm.expectEmit(address(registry));
        emit IOfficeEvents.LeavesRestored(pledge, _segmentOf(pledge), 0, 0, 0, 1);
        _run(_rectifyAct(_restoringLeaves(pledge, _own(), 1)));
        assertEq(_head(pledge), head + (1 << 56));
        _assertTaker(right, pledge);
        _takeRefused(_one(1), _taken(right, pledge));
    }

    function test_restoredLeavesMeetOthersToo() public {
        _done(_effectAct(pledge, _own(), Effects.END_LEAVES));
        uint256 before = vm.snapshotState();
        uint40 second = _registered(_one(1));
        _done(_rectifyAct(_restoringLeaves(pledge, _own(), 1)));
        assertTrue(_head(pledge).hasFlag(PledgeFlags.CONFLICT));
        _takeRefused(_one(1), _barred(right));
        _end(second);
        _done(_rectifyAct(_settling(pledge, right)));
        _assertTaker(right, pledge);
        vm.revertToState(before);
        _end(_registered(_one(1)));
        _done(_rectifyAct(_restoringLeaves(pledge, _own(), 1)));
        _assertTaker(right, pledge);
    }

    function test_onlyEndedLeavesOfALivePledgeLiveAgain() public {
        bytes memory none = abi.encodeWithSelector(IPledgeErrors.NothingEnded.selector, pledge);
        _refused(_rectifyAct(_restoringLeaves(pledge, _own(), 1)), none);
        _done(_effectAct(pledge, _own(), Effects.END_LEAVES));
        _refused(_rectifyAct(_restoringLeaves(pledge, _own(), 3)), none);
        _refused(_rectifyAct(_restoringLeaves(pledge, _own(), 0)), none);
        _end(pledge);
        _refused(
            _rectifyAct(_restoringLeaves(pledge, _own(), 1)),
            abi.encodeWithSelector(IPledgeErrors.StateRefused.selector, pledge, PledgeStates.ENDED, OfficeCodes.RECTIFY)
        );
    }

    function test_leavesOfSeveralRanksLiveAgainUnderTheirRoot() public {
        uint40 recorded = _recorded(_usPatents(1, 2));
        PledgeActs memory body = _document();
        body.consents = _consents(_holders(), Modes.ATTESTED);
        _fillPart(body, recorded, _usPatents(1, 2), 2);
        _done(_actsAct(body, _both(usOffice, Modes.ATTESTED)));
        RectifyPledge memory restoring = _restoringLeaves(recorded, _usPatents(1, 2), 2);
        restoring.pages[0].assets[1] = _key("USPA", 9);
        (bytes memory reason,) = _ran(_rectifyAct(restoring));
        assertEq(bytes4(reason), IPledgeErrors.RootMismatch.selector);
        _done(_rectifyAct(_restoringLeaves(recorded, _usPatents(1, 2), 2)));
        assertTrue(registry.live(_segmentOf(recorded), 1));
    }

    // --- Refinanced pledges ---

    function _refinanced(uint40 of_, uint40[] memory segments) private returns (uint40 made) {
        Hand[] memory hands = _and(_hands(_hand(pledgor), _hand(pledgee)), _officer(cnOffice, Modes.SIGNED));
        _done(_refinanceAct(_refinancing(of_, _holders(), segments), hands));
        (made,) = registry.counts();
    }

    function _segments(uint40 one) private pure returns (uint40[] memory list) {
        list = new uint40[](1);
        list[0] = one;
    }

    function _restoringWith(uint40 of_, uint40[] memory list) private view returns (RectifyPledge memory body) {
        body = _restoring(of_, _own());
        body.segments = list;
    }

    function test_aRefinancingIsUndoneWhenTheNewPledgeHasEnded() public {
        uint40 segment = _segmentOf(pledge);
        uint256 before = _head(pledge);
        uint40 made = _refinanced(pledge, _segments(segment));
        RectifyPledge memory body = _restoringWith(pledge, _segments(segment));
        _refused(_rectifyAct(body), abi.encodeWithSelector(IPledgeErrors.SegmentNotOfPledge.selector, segment, pledge));
        _end(made);
        _done(_rectifyAct(body));
        assertEq(_head(pledge), before + (2 << 56));
        _assertTaker(right, pledge);
        _end(pledge);
        assertEq(_segmentWord(segment) & type(uint40).max, pledge);
    }

    function test_theNewPledgeIsRestoredAfterTheOldOneEndedAgain() public {
        uint40 segment = _segmentOf(pledge);
        uint40 made = _refinanced(pledge, _segments(segment));
        _end(made);
        _done(_rectifyAct(_restoringWith(pledge, _segments(segment))));
        _refused(
            _rectifyAct(_restoringWith(made, _segments(segment))),
            abi.encodeWithSelector(IPledgeErrors.SegmentNotOfPledge.selector, segment, made)
        );
        _end(pledge);
        _done(_rectifyAct(_restoringWith(made, _segments(segment))));
        _assertTaker(right, made);
        _end(made);
        _done(_rectifyAct(_restoringWith(pledge, _segments(segment))));
        _assertTaker(right, pledge);
    }

    /// A was refinanced by B, B by C with a supplement of its own: what was A's comes back to A, the supplement stays.
    function test_aLineOfRefinancingsIsUndoneAtAnyOfThem() public {
        uint40 first = _segmentOf(pledge);
        uint40 made = _refinanced(pledge, _segments(first));
        _done(_effectAct(made, _own(), Effects.ADD_SEGMENT));
        (, uint40 second) = registry.counts();
        uint40[] memory both = new uint40[](2);
        (both[0], both[1]) = (second, first);
        uint40 last = _refinanced(made, both);
        _end(last);
        // Half of what it had would never be whole again: its restoration waits for a page that another has.
        _refused(
            _rectifyAct(_restoringWith(made, _segments(first))),
            abi.encodeWithSelector(IPledgeErrors.SegmentsIncomplete.selector, made, 1)
        );
        uint256 before = vm.snapshotState();
        _done(_rectifyAct(_restoringWith(pledge, _segments(first))));
        _assertState(pledge, PledgeStates.REGISTERED);
        assertEq(_segmentWord(second) & type(uint40).max, last);
        vm.revertToState(before);
        RectifyPledge memory body = _restoringWith(made, both);
        _done(_rectifyAct(body));
        _assertState(made, PledgeStates.RESTORING);
        body = _rectification(made, RectifyKinds.RESTORE);
        body.pages = new LeafPage[](1);
        body.pages[0] = _leaves(second, _cnPatents(MORE, 1), 0, 0);
        _done(_rectifyAct(body));
        _assertTaker(right, made);
        _assertTaker(_key("CNPA", MORE), made);
    }

    /// Two officers who err, or agree, give no pledge what was another's.
    function test_noPledgeIsGivenAnothersSegments() public {
        uint40 foreign = _registered(_cnPatents(50, 2));
        uint40 theirs = _segmentOf(foreign);
        uint40 made = _refinanced(foreign, _segments(theirs));
        _end(made);
        _end(pledge);
        bytes memory reason = abi.encodeWithSelector(IPledgeErrors.SegmentsIncomplete.selector, pledge, 1);
        _refused(_rectifyAct(_restoringWith(pledge, _segments(theirs))), reason);
        _refused(_rectifyAct(_restoringWith(pledge, _segments(_segmentOf(pledge)))), reason);
        uint40 mine = _refinancedAfterRestore();
        _end(mine);
        _refused(_rectifyAct(_restoringWith(pledge, _segments(theirs))), reason);
        reason = abi.encodeWithSelector(IPledgeErrors.SegmentsIncomplete.selector, pledge, 0);
        _refused(_rectifyAct(_restoringWith(pledge, new uint40[](0))), reason);
    }

    function _refinancedAfterRestore() private returns (uint40) {
        _restore(pledge, _own());
        return _refinanced(pledge, _segments(_segmentOf(pledge)));
    }

    function test_theConflictOfARefinancedPledgeGoesWithItsSegments() public {
        uint40 second = _conflict();
        uint40 made = _refinanced(pledge, _segments(_segmentOf(pledge)));
        assertTrue(_head(made).hasFlag(PledgeFlags.CONFLICT));
        _end(second);
        _done(_rectifyAct(_settling(made, right)));
        assertFalse(_head(made).hasFlag(PledgeFlags.CONFLICT));
        _assertTaker(right, made);
        _end(made);
        _done(_rectifyAct(_restoringWith(pledge, _segments(_segmentOf(pledge)))));
        assertFalse(_head(pledge).hasFlag(PledgeFlags.CONFLICT));
    }

    // --- Corrections of corrections ---

    function test_oneRecordIsCorrectedTwice() public {
        bytes32 chain;
        for (uint256 i = 0; i < 2; ++i) {
            _end(pledge);
            chain = _chainOf(pledge);
            RectifyPledge memory body = _restoring(pledge, _own());
            body.corrects = bytes32(i + 1);
            Act memory act = _rectifyAct(body);
            bytes32 digest = acts.digestOf(act);
            _done(act);
            assertEq(_chainOf(pledge), keccak256(abi.encode(chain, digest, OfficeCodes.RECTIFY)));
        }
        assertEq(_head(pledge).version(), 4);
    }

    /// A correction is a note of its own, on an act or on another correction, and there may be any number.
    function test_correctionsFormAListAndTargetActs() public {
        bytes32 digest = "act";
        for (uint256 i = 0; i < 3; ++i) {
            PledgeActs memory body = _document();
            _fillNote(body, pledge);
            (body.notes[0].kind, body.notes[0].subject) = (NoteKinds.CORRECTION, digest);
            Act memory act = _effectAct(body);
            digest = acts.digestOf(act);
            (, Vm.Log[] memory logs) = _ran(act);
            for (uint256 j = 0; j < logs.length; ++j) {
                if (logs[j].topics[0] != IPledgeEvents.PledgeNoted.selector) continue;
                (uint8 kind, bytes32 subject,,,) =
                    abi.decode(logs[j].data, (uint8, bytes32, bytes32[], string, IPledgeEvents.ActRecord));
                assertEq(kind, NoteKinds.CORRECTION);
                assertEq(subject, body.notes[0].subject);
            }
        }
    }

    // --- Who, and with what ---

    function test_twoOfficersRectifyWithEvidence() public {
        _end(pledge);
        RectifyPledge memory body = _restoring(pledge, _own());
        bytes memory alone = abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, OfficeCodes.RECTIFY, 1, 2);
        _refused(_rectifyAct(body, _hands(_officer(cnOffice, Modes.SIGNED))), alone);
        Hand[5] memory who =
            [_hand(pledgor), _hand(pledgee), _hand(court), _officer(usOffice, Modes.SIGNED), _anchorer(cnOffice)];
        for (uint256 i = 0; i < who.length; ++i) {
            _refused(_rectifyAct(body, _hands(_officer(cnOffice, Modes.SIGNED), who[i])), alone);
        }
        bytes memory none = abi.encodeWithSelector(IPledgeErrors.DocumentMissing.selector, OfficeCodes.RECTIFY);
        body.instrument.document = 0;
        _refused(_rectifyAct(body), none);
        (body.instrument.document, body.corrects) = ("document", 0);
        _refused(_rectifyAct(body), none);
        _assertState(pledge, PledgeStates.ENDED);
    }

    function test_aRectificationNamesThePledgesVersionAndItsOwnCode() public {
        _end(pledge);
        RectifyPledge memory body = _restoring(pledge, _own());
        for (uint256 i = 0; i < 2; ++i) {
            body.on.version = i == 0 ? 0 : ANY_VERSION;
            _refused(
                _rectifyAct(body),
                abi.encodeWithSelector(IPledgeErrors.PledgeVersionStale.selector, pledge, body.on.version, 1)
            );
        }
        body = _restoring(pledge, _own());
        body.on.code = PledgeRules.RELEASE;
        _refused(
            _rectifyAct(body), abi.encodeWithSelector(IPledgeErrors.UnknownCode.selector, CN, 1, PledgeRules.RELEASE)
        );
        body = _restoring(pledge, _own());
        body.on.when = _stated(-1);
        _refused(
            _rectifyAct(body),
            abi.encodeWithSelector(IPledgeErrors.TimeSourceRefused.selector, OfficeCodes.RECTIFY, TimeSources.STATED)
        );
    }

    /// What a record shows for ever as somebody's consent, he gave or an officer vouches for.
    function test_anOrderIsShownAndNothingElseIsShownAsOne() public {
        _end(pledge);
        RectifyPledge memory body = _restoring(pledge, _own());
        body.consents = new Consent[](1);
        body.consents[0] = _consent(PartyRoles.AUTHORITY, Modes.ORDERED, 0, _memberWord(court.account));
        uint256 before = vm.snapshotState();
        _done(_rectifyAct(body, _both(cnOffice, Modes.ORDERED)));
        vm.revertToState(before);
        _refused(
            _rectifyAct(body, _both(cnOffice, Modes.SIGNED)),
            abi.encodeWithSelector(
                IPledgeErrors.ConsentNotSigned.selector, PartyRoles.AUTHORITY, _memberWord(court.account), 0
            )
        );
        uint8[2] memory roles = [PartyRoles.PLEDGOR, PartyRoles.PLEDGEE];
        for (uint256 i = 0; i < 2; ++i) {
            bytes32 party = _memberWord((i == 0 ? pledgor : pledgee).account);
            body.consents[0] = _consent(roles[i], Modes.SIGNED, 0, party);
            _refused(
                _rectifyAct(body),
                abi.encodeWithSelector(IPledgeErrors.ConsentModeRefused.selector, roles[i], party, Modes.SIGNED)
            );
        }
        body.consents[0] = _consent(PartyRoles.AUTHORITY, Modes.ORDERED, 0, 0);
        _refused(
            _rectifyAct(body, _both(cnOffice, Modes.ORDERED)),
            abi.encodeWithSelector(IPledgeErrors.ConsentMissing.selector, PartyRoles.AUTHORITY, bytes32(0))
        );
    }

    function test_noFieldIsSignedThatSaysNothing() public {
        _end(pledge);
        uint8[4] memory kinds =
            [RectifyKinds.RESTORE, RectifyKinds.RESTORE_LEAVES, RectifyKinds.SETTLE_CONFLICT, uint8(4)];
        for (uint256 i = 0; i < 4; ++i) {
            for (uint256 field = 0; field < 4; ++field) {
                RectifyPledge memory body = _rectification(pledge, kinds[i]);
                if (i == 1) body.pages = _restoring(pledge, _own()).pages;
                if (i == 2) body.assets = _settling(pledge, right).assets;
                if (field == 0) body.assets = i == 2 ? new bytes32[](0) : _settling(pledge, right).assets;
                if (field == 1) body.pages = i == 1 ? new LeafPage[](0) : _restoring(pledge, _own()).pages;
                if (field == 2) body.segments = _segments(1);
                if (field == 3) body.expires = 1;
                if (i == 0 && field != 0) continue;
                _refused(
                    _rectifyAct(body),
                    abi.encodeWithSelector(IPledgeErrors.RectificationInvalid.selector, pledge, kinds[i])
                );
            }
        }
    }

    /// The office of one register settles nothing of another's; and a filing's chain is its hash until it is decided.
    function test_aConflictIsSettledByItsOwnOfficeOnAPledgeThatWasRegistered() public {
        _conflict();
        uint40 recorded = _recorded(_usPatents(1, 1));
        _refused(
            _rectifyAct(_settling(recorded, right)),
            abi.encodeWithSelector(IPledgeErrors.AssetNotOfRegister.selector, right, US)
        );
        FilePledge memory filing = _cnFiling(_one(60));
        uint40 filed = _file(filing, _partiesHands());
        _refused(
            _rectifyAct(_settling(filed, right)),
            abi.encodeWithSelector(IPledgeErrors.StateRefused.selector, filed, PledgeStates.FILED, OfficeCodes.RECTIFY)
        );
        _accept(filed, filing, _one(60));
        _decide(filed, filing, _one(60));
    }

    function test_aClosedRegisterIsCorrectedStill() public {
        _end(pledge);
        registers.closeRegister(CN);
        _restore(pledge, _own());
        _assertState(pledge, PledgeStates.REGISTERED);
        _end(pledge);
    }

    function test_thePageEventHasTheKeysAndWordsAsStored() public {
        _done(_joinAct(CN, _key("CNPA", 900), _key("CNPA", 950)));
        uint40 made = _registered(_one(900));
        _end(made);
        (, Vm.Log[] memory logs) = _ran(_rectifyAct(_restoring(made, _one(900))));
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != IOfficeEvents.PageRelinked.selector) continue;
            (uint24 first, bytes32[] memory keys, uint256[] memory words) =
                abi.decode(logs[i].data, (uint24, bytes32[], uint256[]));
            assertEq(first, 0);
            assertEq(keys[0], _key("CNPA", 950));
            assertEq(words[0], registry.asset(keys[0]));
            return;
        }
        fail();
    }
}
