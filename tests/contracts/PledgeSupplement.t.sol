// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {Act} from "../../contracts/interfaces/IActs.sol";
import {IPledgeErrors, IPledgeEvents} from "../../contracts/interfaces/IPledgeRegistry.sol";
import {PartyRoles} from "../../contracts/types/ActCode.sol";
import {AssetWord} from "../../contracts/types/AssetWord.sol";
import "../../contracts/types/PledgeBodies.sol";
import {PledgeFlags, PledgeStates, PledgeWord, TermsWord} from "../../contracts/types/PledgeWord.sol";
import {Modes} from "../../contracts/types/Roles.sol";
import {SegmentWord} from "../../contracts/types/SegmentWord.sol";
import {Listed} from "./AssetListing.sol";
import {Hand, PledgeBase} from "./PledgeBase.t.sol";
import {PledgeRules} from "./PledgeRules.sol";

/// @notice A supplement adds a segment of its own, which ranks by its own time.
contract PledgeSupplementTest is PledgeBase {
    using AssetWord for uint256;
    using PledgeWord for uint256;
    using SegmentWord for uint256;
    using TermsWord for uint256;

    uint40 private pledge;

    function setUp() public override {
        super.setUp();
        pledge = _recorded(_usPatents(1, 2));
    }

    function _supplement(uint40 to, Listed memory listed) private returns (PledgeActs memory body) {
        body = _document();
        body.consents = _consents(_usual(), Modes.ATTESTED);
        body.segments = new AddSegment[](1);
        body.segments[0] = AddSegment(
            _on(to, PledgeRules.SUPPLEMENT),
            _now(),
            AssetList(listed.root, uint24(listed.keys.length), listed.titlesHash),
            0,
            listed.blind,
            listed.keys,
            listed.titles,
            keccak256("schedule")
        );
    }

    function _act(PledgeActs memory body) private returns (Act memory) {
        return _actsAct(body, _hands(_officer(usOffice, Modes.ATTESTED)));
    }

    function _refusedBody(PledgeActs memory body, bytes memory reason) private {
        _refused(_act(body), reason);
        (, uint40 segments) = registry.counts();
        assertEq(segments, 1, "no segment is stored");
    }

    function test_aSupplementIsASegmentWithItsOwnTime() public {
        Listed memory listed = _usPatents(10, 3);
        PledgeActs memory body = _supplement(pledge, listed);
        body.segments[0].on.when = _stated(-500);
        uint256 before = _head(pledge);
        (bytes memory reason, Vm.Log[] memory logs) = _ran(_act(body));
        assertEq(reason, "");
        assertEq(_head(pledge), before + (1 << 56) + (1 << 208), "version and pages apart, the pledge is as it was");
        (uint256 word, bytes32 root) = registry.segment(2);
        assertEq(root, listed.root);
        assertEq(word.pledge(), pledge);
        assertEq(word.count(), 3);
        assertEq(word.claimed(), 3);
        assertEq(int40(uint40(word >> 88)), -500);
        assertTrue(word & SegmentWord.DATE_ONLY != 0);
        assertEq(_termsOf(pledge).segments(), 2);
        assertEq(_termsOf(pledge).firstSegment(), 1);
        assertTrue(registry.live(2, 2));
        assertEq(registry.asset(listed.keys[1]).segment(), 2);
        assertEq(registry.asset(listed.keys[1]).leaf(), 1);
        assertEq(logs[1].topics[0], IPledgeEvents.AssetsLinked.selector);
        assertEq(logs[2].topics[0], IPledgeEvents.SegmentAdded.selector);
        assertEq(logs[3].topics[0], IPledgeEvents.TitlesPublished.selector);
    }

    function test_bothSidesConsentToASupplement() public {
        for (uint256 left = 0; left < 2; ++left) {
            PledgeActs memory body = _supplement(pledge, _usPatents(10, 1));
            Consent memory missing = body.consents[left];
            body.consents[left] = body.consents[1 - left];
            _refusedBody(
                body, abi.encodeWithSelector(IPledgeErrors.ConsentMissing.selector, missing.role, missing.party)
            );
        }
    }

    function test_itsListIsWholeOneCommittedToAndOfTheRegister() public {
        PledgeActs memory body = _supplement(pledge, _usPatents(10, 2));
        body.segments[0].assets = _usPatents(10, 1).keys;
        _refusedBody(body, abi.encodeWithSelector(IPledgeErrors.AssetCountInvalid.selector, 1));
        _refusedBody(
            _supplement(pledge, _usPatents(10, 129)),
            abi.encodeWithSelector(IPledgeErrors.AssetCountInvalid.selector, 129)
        );
        Listed memory foreign = _cnPatents(10, 1);
        _refusedBody(
            _supplement(pledge, foreign),
            abi.encodeWithSelector(IPledgeErrors.AssetNotOfRegister.selector, foreign.keys[0], US)
        );
        body = _supplement(pledge, _usPatents(10, 2));
        body.segments[0].titles[0] = "another";
        _refusedBody(body, abi.encodeWithSelector(IPledgeErrors.TitlesMismatch.selector, pledge));
        body = _supplement(pledge, _usPatents(10, 2));
        body.segments[0].list.root = 0;
        _refusedBody(body, abi.encodeWithSelector(IPledgeErrors.RootMismatch.selector, 0));
        body = _supplement(pledge, _usPatents(10, 2));
        body.segments[0].blind = "another";
        (bytes memory reason,) = _ran(_act(body));
        assertEq(bytes4(reason), IPledgeErrors.RootMismatch.selector);
    }

    function test_aSupplementWithoutStatedAssetsIsFlagged() public {
        _done(_act(_supplement(pledge, _usPatents(10, 0))));
        assertEq(_head(pledge) >> 40 & 0xffff, PledgeFlags.ASSETS_NOT_STATED);
        assertEq(_termsOf(pledge).segments(), 2);
    }

    function test_severalSegmentsInOneDocument() public {
        PledgeActs memory body = _supplement(pledge, _usPatents(10, 1));
        AddSegment memory second = _supplement(pledge, _usPatents(20, 1)).segments[0];
        second.on.version = 1;
        AddSegment memory first = body.segments[0];
        body.segments = new AddSegment[](2);
        (body.segments[0], body.segments[1]) = (first, second);
        _done(_act(body));
        assertEq(_termsOf(pledge).segments(), 3);
        assertTrue(registry.live(2, 0));
        assertTrue(registry.live(3, 0));
    }

    function test_aSupplementEndsWithItsPledge() public {
        _done(_act(_supplement(pledge, _usPatents(10, 2))));
        _done(_releaseAct(pledge));
        assertFalse(registry.live(1, 0));
        assertFalse(registry.live(2, 1));
    }

    function test_anEndedPledgeTakesNoSupplement() public {
        _done(_releaseAct(pledge));
        _refusedBody(
            _supplement(pledge, _usPatents(10, 1)),
            abi.encodeWithSelector(
                IPledgeErrors.StateRefused.selector, pledge, PledgeStates.ENDED, PledgeRules.SUPPLEMENT
            )
        );
    }

    function test_aClosedRegisterTakesNoSupplement() public {
        registers.closeRegister(US);
        _refusedBody(
            _supplement(pledge, _usPatents(10, 1)), abi.encodeWithSelector(IPledgeErrors.RegisterIsClosed.selector, US)
        );
    }

    // --- In a register of one rank ---

    function _cnSupplement(uint40 to, uint256 first, uint256 count) private returns (Act memory) {
        return _actsAct(_supplement(to, _cnPatents(first, count)), _hands(_officer(cnOffice, Modes.ATTESTED)));
    }

    function test_aSupplementTakesOnlyWhatIsFree() public {
        uint40 first = _registered(_cnPatents(1, 2));
        uint40 second = _registered(_cnPatents(10, 2));
        FilePledge memory filing = _cnFiling(_cnPatents(20, 1));
        uint40 third = _file(filing, _partiesHands());
        _accept(third, filing, _cnPatents(20, 1));
        bytes4 taken = IPledgeErrors.AssetTaken.selector;
        _refused(_cnSupplement(first, 11, 3), abi.encodeWithSelector(taken, _key("CNPA", 11), second));
        _refused(_cnSupplement(first, 20, 1), abi.encodeWithSelector(taken, _key("CNPA", 20), third));
        _refused(_cnSupplement(first, 2, 1), abi.encodeWithSelector(taken, _key("CNPA", 2), first));
        _done(_cnSupplement(first, 3, 2));
        _refused(_cnSupplement(second, 3, 1), abi.encodeWithSelector(taken, _key("CNPA", 3), first));
        _done(_releaseAct(second));
        _done(_cnSupplement(first, 11, 1));
    }

    function test_aRegisterThatNeedsAssetsTakesNoEmptySupplement() public {
        uint40 first = _registered(_cnPatents(1, 2));
        _refused(_cnSupplement(first, 9, 0), abi.encodeWithSelector(IPledgeErrors.AssetsRequired.selector, CN));
    }

    function test_anAssetReleasedFromAPledgeComesBackByASupplement() public {
        uint40 first = _registered(_cnPatents(1, 2));
        (, uint40 segments) = registry.counts();
        Listed memory listed = _cnPatents(1, 2);
        PledgeActs memory body = _document();
        body.consents = _consents(_holders(), Modes.SIGNED);
        body.partReleases = new ReleaseAssets[](1);
        body.partReleases[0].on = _on(first, PledgeRules.PART_RELEASE);
        body.partReleases[0].parties = _now();
        (body.partReleases[0].basis, body.partReleases[0].reason) = (1, 1);
        body.partReleases[0].leaves = new LeafPage[](1);
        body.partReleases[0].leaves[0] = LeafPage(segments, listed.blind, 0, listed.pages, listed.keys, 2);
        _done(_actsAct(body, _hands(_hand(pledgee))));
        _done(_cnSupplement(first, 2, 1));
        assertFalse(registry.live(segments, 1), "the old leaf stays ended");
        assertTrue(registry.live(segments + 1, 0));
    }
}
