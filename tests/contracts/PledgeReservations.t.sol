// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Act} from "../../contracts/interfaces/IActs.sol";
import {IPledgeErrors, IPledgeEvents} from "../../contracts/interfaces/IPledgeRegistry.sol";
import {Decisions, Effects, HoldTargets, IntakeCodes, RectifyKinds} from "../../contracts/types/ActCode.sol";
import {RectifyPledge} from "../../contracts/types/OfficeBodies.sol";
import "../../contracts/types/PledgeBodies.sol";
import {PledgeStates, PledgeWord, TermsWord} from "../../contracts/types/PledgeWord.sol";
import {Modes} from "../../contracts/types/Roles.sol";
import {SegmentWord} from "../../contracts/types/SegmentWord.sol";
import {Listed} from "./AssetListing.sol";
import {Hand} from "./PledgeSetup.t.sol";
import {PledgeBase} from "./PledgeBase.t.sol";
import {PledgeRules} from "./PledgeRules.sol";

/// @notice A supplement of more than a page is reserved first; a reservation holds, ends by itself and counts for nothing.
contract PledgeReservationsTest is PledgeBase {
    using PledgeWord for uint256;
    using SegmentWord for uint256;
    using TermsWord for uint256;

    uint256 private constant PERIOD = 60 days;
    uint40 private pledge;

    function setUp() public override {
        super.setUp();
        pledge = _registered(_cnPatents(1, 1));
    }

    function _long() private pure returns (Listed memory) {
        return _cnPatents(1000, 130);
    }

    function _office() private view returns (Hand[] memory) {
        return _hands(_officer(cnOffice, Modes.SIGNED));
    }

    function _supplement(uint40 reserved, Listed memory listed) private returns (PledgeActs memory body) {
        body = _document();
        body.consents = _consents(_usual(), Modes.SIGNED);
        body.segments = new AddSegment[](1);
        body.segments[0].on = _on(pledge, PledgeRules.SUPPLEMENT);
        body.segments[0].parties = _now();
        body.segments[0].list = AssetList(listed.root, uint24(listed.keys.length), listed.titlesHash);
        body.segments[0].reserved = reserved;
    }

    function _act(PledgeActs memory body) private returns (Act memory) {
        Hand[] memory hands = _and(_partiesHands(), _officer(cnOffice, Modes.SIGNED));
        _link(body.consents, hands);
        return _actsAct(body, hands);
    }

    function test_aReservedListBecomesASegmentWithItsOwnTime() public {
        Listed memory listed = _long();
        uint40 segment = _reserved(pledge, CN, listed);
        assertEq(_segmentWord(segment).reservedUntil(), block.timestamp + PERIOD);
        assertFalse(registry.live(segment, 0), "a reservation counts for nothing");
        _publish(segment, CN, listed);
        skip(5 days);
        _done(_act(_supplement(segment, listed)));
        uint256 word = _segmentWord(segment);
        assertTrue(word.isActive());
        assertEq(uint40(word >> 88), block.timestamp, "its own time");
        assertTrue(registry.live(segment, 129));
        assertEq(_termsOf(pledge).segments(), 2);
        assertEq(_head(pledge).pages(), 3);
    }

    function test_everyPageIsReservedAndEveryTitlePublished() public {
        Listed memory listed = _long();
        _done(_reserveAct(_reservation(pledge, 0, listed, 0), _office()));
        (, uint40 segment) = registry.counts();
        _refused(
            _act(_supplement(segment, listed)),
            abi.encodeWithSelector(IPledgeErrors.AssetsIncomplete.selector, pledge, 128, 130)
        );
        _done(_reserveAct(_reservation(pledge, segment, listed, 1), _office()));
        _refused(
            _act(_supplement(segment, listed)),
            abi.encodeWithSelector(IPledgeErrors.TitlesIncomplete.selector, pledge, segment)
        );
    }

    function test_whatIsReservedIsTakenUntilItsEndAndNotASecondLonger() public {
        Listed memory listed = _long();
        _reserved(pledge, CN, listed);
        Listed memory one = _cnPatents(1000, 1);
        FilePledge memory filing = _cnFiling(one);
        uint40 other_ = _file(filing, _partiesHands());
        skip(PERIOD);
        _refused(
            _acceptAct(_acceptance(other_, filing, one, 0), _office()),
            abi.encodeWithSelector(IPledgeErrors.AssetTaken.selector, one.keys[0], pledge)
        );
        skip(1);
        _accept(other_, filing, one);
        _decide(other_, filing, one);
        assertTrue(registry.live(_segmentOf(other_), 0));
    }

    function test_aReservationThatIsOverMakesNoSupplement() public {
        Listed memory listed = _long();
        uint40 segment = _reserved(pledge, CN, listed);
        _publish(segment, CN, listed);
        uint256 until = block.timestamp + PERIOD;
        vm.warp(until + 1);
        _refused(
            _act(_supplement(segment, listed)),
            abi.encodeWithSelector(IPledgeErrors.ReservationEnded.selector, pledge, until)
        );
        _refused(
            _reserveAct(_reservation(pledge, segment, listed, 1), _office()),
            abi.encodeWithSelector(IPledgeErrors.ReservationEnded.selector, pledge, until)
        );
    }

    function test_aSegmentIsReservedForOneListOfOnePledgeAndMadeOnce() public {
        Listed memory listed = _long();
        uint40 segment = _reserved(pledge, CN, listed);
        _publish(segment, CN, listed);
        bytes memory refusal = abi.encodeWithSelector(IPledgeErrors.SegmentNotOfPledge.selector, segment, pledge);
        PledgeActs memory body = _supplement(segment, listed);
        body.segments[0].list.root = _cnPatents(2000, 130).root;
        _refused(_act(body), refusal);
        body = _supplement(segment, listed);
        body.segments[0].list.count = 129;
        _refused(_act(body), refusal);
        body = _supplement(segment, listed);
        body.segments[0].list.titles = 0;
        _refused(_act(body), refusal);
        body = _supplement(segment, listed);
        body.segments[0].assets = _cnPatents(1, 1).keys;
        _refused(_act(body), abi.encodeWithSelector(IPledgeErrors.AssetCountInvalid.selector, 1));
        _done(_act(_supplement(segment, listed)));
        _refused(_act(_supplement(segment, listed)), refusal);
        _refused(
            _reserveAct(_reservation(pledge, segment, listed, 1), _office()),
            abi.encodeWithSelector(IPledgeErrors.SegmentNotOfPledge.selector, segment, pledge)
        );
        uint40 other_ = _registered(_cnPatents(10, 1));
        _refused(
            _reserveAct(_reservation(other_, segment, listed, 1), _office()),
            abi.encodeWithSelector(IPledgeErrors.SegmentNotOfPledge.selector, segment, other_)
        );
    }

    function test_onlyALongListIsReservedByAnOfficerForALivePledge() public {
        _refused(
            _reserveAct(_reservation(pledge, 0, _cnPatents(1000, 128), 0), _office()),
            abi.encodeWithSelector(IPledgeErrors.AssetCountInvalid.selector, 128)
        );
        _refused(
            _reserveAct(_reservation(pledge, 0, _long(), 0), _partiesHands()),
            abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, IntakeCodes.ACCEPT, 0, 1)
        );
        _done(_releaseAct(pledge));
        _refused(
            _reserveAct(_reservation(pledge, 0, _long(), 0), _office()),
            abi.encodeWithSelector(IPledgeErrors.StateRefused.selector, pledge, PledgeStates.ENDED, IntakeCodes.ACCEPT)
        );
    }

    function test_aClosedRegisterReservesNothing() public {
        registers.closeRegister(CN);
        _refused(
            _reserveAct(_reservation(pledge, 0, _long(), 0), _office()),
            abi.encodeWithSelector(IPledgeErrors.RegisterIsClosed.selector, CN)
        );
    }

    function test_aReservedLeafIsNotReleased() public {
        Listed memory listed = _long();
        uint40 segment = _reserved(pledge, CN, listed);
        PledgeActs memory body = _document();
        body.consents = _consents(_holders(), Modes.SIGNED);
        body.partReleases = new ReleaseAssets[](1);
        body.partReleases[0].on = _on(pledge, PledgeRules.PART_RELEASE);
        body.partReleases[0].parties = _now();
        (body.partReleases[0].basis, body.partReleases[0].reason) = (1, 1);
        body.partReleases[0].leaves = new LeafPage[](1);
        body.partReleases[0].leaves[0] = _leaves(segment, listed, 0, 1);
        _refused(
            _actsAct(body, _hands(_hand(pledgee))),
            abi.encodeWithSelector(IPledgeErrors.SegmentNotOfPledge.selector, segment, pledge)
        );
    }

    function test_aHoldOnAReservedAssetEndsTheReservation() public {
        Listed memory listed = _long();
        uint40 segment = _reserved(pledge, CN, listed);
        _publish(segment, CN, listed);
        Act memory act = _holdAct(_hold(CN, HoldTargets.ASSET, listed.keys[129], Effects.ADD_SEGMENT));
        vm.expectEmit(address(registry));
        emit IPledgeEvents.SegmentDisplaced(pledge, segment, _segmentWord(segment).unreserved());
        _run(act);
        _refused(
            _act(_supplement(segment, listed)),
            abi.encodeWithSelector(IPledgeErrors.ReservationEnded.selector, pledge, 0)
        );
        Listed memory one = _cnPatents(1000, 1);
        assertEq(_head(_registered(one)).state(), PledgeStates.REGISTERED, "what is not held is free again");
    }

    /// The pledge ends, another takes what it had reserved, and an order brings it back while its reservation still ran.
    function test_aReservationIsVoidOnceItsPledgeEndedThoughThatIsUndone() public {
        Listed memory listed = _long();
        uint40 segment = _reserved(pledge, CN, listed);
        _publish(segment, CN, listed);
        _done(_releaseAct(pledge));
        Listed memory one = _cnPatents(1000, 1);
        uint40 other = _registered(one);
        RectifyPledge memory body = _rectification(pledge, RectifyKinds.RESTORE);
        body.pages = new LeafPage[](1);
        body.pages[0] = _leaves(_segmentOf(pledge), _cnPatents(1, 1), 0, 0);
        _done(_rectifyAct(body));
        _assertState(pledge, PledgeStates.REGISTERED);
        bytes memory reason = abi.encodeWithSelector(IPledgeErrors.SegmentNotOfPledge.selector, segment, pledge);
        _refused(_act(_supplement(segment, listed)), reason);
        _refused(_reserveAct(_reservation(pledge, segment, listed, 1), _office()), reason);
        assertTrue(registry.live(_segmentOf(other), 0) && !registry.live(segment, 0));
        // It may be reserved anew where it is free.
        _reserved(pledge, CN, _cnPatents(1001, 129));
    }

    /// A filing that was refused claims anew when it is examined again; its first claim is no second list of the pledge.
    function test_anOldClaimOfAFilingIsNoReservation() public {
        Listed memory listed = _cnPatents(5000, 1);
        FilePledge memory filing = _cnFiling(listed);
        pledge = _file(filing, _partiesHands());
        _accept(pledge, filing, listed);
        uint40 old = _segmentOf(pledge);
        DecidePledge memory refusal = _approval(pledge, filing);
        (refusal.decision, refusal.grounds) = (Decisions.REFUSE, _failed(1));
        _done(_decideAct(refusal));
        _done(_stepAct(_step(pledge, IntakeCodes.RECONSIDER), _office()));
        _accept(pledge, filing, listed);
        _decide(pledge, filing, listed);
        _refused(
            _act(_supplement(old, listed)),
            abi.encodeWithSelector(IPledgeErrors.SegmentNotOfPledge.selector, old, pledge)
        );
    }

    function test_aPledgeThatEndedHoldsNoReservation() public {
        _reserved(pledge, CN, _long());
        _done(_releaseAct(pledge));
        assertEq(_head(_registered(_cnPatents(1000, 1))).state(), PledgeStates.REGISTERED);
    }
}
