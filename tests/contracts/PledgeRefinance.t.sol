// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {Act} from "../../contracts/interfaces/IActs.sol";
import {IPledgeErrors, IPledgeEvents, ISequelEvents} from "../../contracts/interfaces/IPledgeRegistry.sol";
import {
    ClaimKinds,
    Effects,
    EndReasons,
    HoldTargets,
    OfficeCodes,
    PartyRoles,
    RectifyKinds
} from "../../contracts/types/ActCode.sol";
import {PlaceHold, RectifyPledge} from "../../contracts/types/OfficeBodies.sol";
import "../../contracts/types/PledgeBodies.sol";
import {PledgeFlags, PledgeStates, PledgeWord, TermsWord} from "../../contracts/types/PledgeWord.sol";
import {Modes} from "../../contracts/types/Roles.sol";
import {SegmentWord} from "../../contracts/types/SegmentWord.sol";
import {Listed} from "./AssetListing.sol";
import {Hand} from "./PledgeSetup.t.sol";
import {PledgeBase} from "./PledgeBase.t.sol";
import {PledgeRules} from "./PledgeRules.sol";

/// @notice Old for new: one act puts a new pledge in the place of an old one, without a gap and without a second live pledge.
contract PledgeRefinanceTest is PledgeBase {
    using PledgeWord for uint256;
    using SegmentWord for uint256;
    using TermsWord for uint256;

    uint40 private old;

    function setUp() public override {
        super.setUp();
        old = _registered(_assets());
        skip(100 days);
    }

    function _assets() private pure returns (Listed memory) {
        return _cnPatents(1, 2);
    }

    function _new() private returns (Party[] memory) {
        return _parties(_party(PartyRoles.PLEDGEE, newcomer));
    }

    function _segments(uint40 one) private pure returns (uint40[] memory list) {
        list = new uint40[](1);
        list[0] = one;
    }

    function _body() private returns (RefinancePledge memory) {
        return _refinancing(old, _new(), _segments(1));
    }

    function _all() private view returns (Hand[] memory) {
        return _and(_hands(_hand(pledgor), _hand(pledgee), _hand(newcomer)), _officer(cnOffice, Modes.SIGNED));
    }

    function _act(RefinancePledge memory body) private returns (Act memory) {
        return _refinanceAct(body, _all());
    }

    function _refusedBody(RefinancePledge memory body, bytes memory reason) private {
        uint256 before = _head(old);
        _refused(_act(body), reason);
        assertEq(_head(old), before);
        (uint40 pledges,) = registry.counts();
        assertEq(pledges, old);
    }

    // --- What it does ---

    function test_theNewPledgeStandsInTheOldOnesPlace() public {
        (uint256 before, uint256 terms) = (_head(old), _termsOf(old));
        RefinancePledge memory body = _body();
        body.terms.ceiling = 700_000_000;
        _done(_act(body));
        uint40 made = old + 1;
        uint256 head = _head(made);
        assertEq(head.state(), PledgeStates.REGISTERED);
        assertEq(head.effective(), before.effective(), "the old effective time");
        assertEq(head.sequence(), before.sequence(), "the old sequence");
        assertEq(head.pages(), before.pages());
        assertEq(head.version(), 0);
        assertTrue(head.hasFlag(PledgeFlags.REFINANCES));
        assertEq(_termsOf(made), terms.withTerms(700_000_000, USD, ClaimKinds.FIXED, body.terms.due));
        assertEq(_partiesOf(made), _partiesRoot(_pledgors(), _new()));
        _assertState(old, PledgeStates.ENDED);
        assertEq(_head(old).version(), before.version() + 1);
    }

    function test_theOldSegmentsAreTheNewPledgesAndNoneIsMade() public {
        uint256 word = _segmentWord(1);
        _done(_act(_body()));
        (, uint40 segments) = registry.counts();
        assertEq(segments, 1);
        assertEq(_segmentWord(1), word.withPledge(old + 1), "its time and list as they were");
    }

    /// In the one block that ends the old pledge the new one lives: no second can take the asset, before or after.
    function test_thereIsNoGapAndNoSecondLivePledge() public {
        (bool live, uint40 holder) = registry.live(_assets().keys[0]);
        assertTrue(live && holder == old);
        _done(_act(_body()));
        (live, holder) = registry.live(_assets().keys[0]);
        assertTrue(live && holder == old + 1);
        FilePledge memory filing = _cnFiling(_assets());
        uint40 second = _file(filing, _partiesHands());
        _refused(
            _acceptAct(_acceptance(second, filing, _assets(), 0), _hands(_officer(cnOffice, Modes.SIGNED))),
            abi.encodeWithSelector(IPledgeErrors.AssetTaken.selector, _assets().keys[0], old + 1)
        );
    }

    /// What goes beyond the old ceiling has the time of the act and the number of the new pledge: both are in the event, with the old terms.
    function test_theEventSaysUpToWhereTheOldRankGoesAndFromWhenTheRest() public {
        uint256 oldTerms = _termsOf(old);
        RefinancePledge memory body = _body();
        body.terms.ceiling = 700_000_000;
        Act memory act = _act(body);
        (bytes memory reason, Vm.Log[] memory logs) = _ran(act);
        assertEq(reason, "");
        assertEq(logs[0].topics[0], IPledgeEvents.PledgeReleased.selector);
        assertEq(logs[0].topics[1], bytes32(uint256(old)));
        (, uint8 basis, uint8 endReason,,, IPledgeEvents.ActRecord memory ended) =
            abi.decode(logs[0].data, (uint256, uint8, uint8, bytes32[], bytes32[], IPledgeEvents.ActRecord));
        assertEq(basis, 0);
        assertEq(endReason, EndReasons.REFINANCED);
        assertEq(logs[1].topics[0], ISequelEvents.PledgeRefinanced.selector);
        assertEq(logs[1].topics[1], bytes32(uint256(old + 1)));
        assertEq(logs[1].topics[2], bytes32(uint256(old)));
        (ISequelEvents.Refinancing memory words, RefinancePledge memory shown, address account) =
            abi.decode(logs[1].data, (ISequelEvents.Refinancing, RefinancePledge, address));
        assertEq(words.oldTerms, oldTerms);
        assertEq(words.oldTerms.ceiling(), 500_000_000);
        assertEq(words.done.effective, int40(uint40(block.timestamp)));
        assertEq(abi.encode(words.done), abi.encode(ended));
        assertEq(account, pledgor.account);
        assertEq(abi.encode(shown), abi.encode(body), "the whole body, with its consents");
        _assertWords(words);
    }

    function _assertWords(ISequelEvents.Refinancing memory words) private view {
        (uint256 head, uint256 terms, bytes32 parties, bytes32 content, bytes32 chain) = registry.pledge(old + 1);
        assertEq(words.head, head);
        assertEq(words.terms, terms);
        assertEq(words.partiesRoot, parties);
        assertEq(words.content, content);
        assertEq(words.chain, chain);
        assertEq(words.done.chain, _chainOf(old));
    }

    function test_onlyAddedAssetsMakeANewSegmentWithItsOwnTime() public {
        _done(_act(_body()));
        Listed memory more = _cnPatents(10, 1);
        PledgeActs memory body = _document();
        body.segments = new AddSegment[](1);
        body.segments[0].on = _on(old + 1, PledgeRules.SUPPLEMENT);
        body.segments[0].parties = _now(_pledgors(), _new());
        body.segments[0].list = AssetList(more.root, 1, more.titlesHash);
        (body.segments[0].blind, body.segments[0].assets, body.segments[0].titles) =
        (more.blind, more.keys, more.titles);
        body.consents = _joined(_consents(_pledgors(), Modes.SIGNED), _consents(_new(), Modes.SIGNED));
        Hand[] memory hands = _hands(_hand(pledgor), _hand(newcomer), _officer(cnOffice, Modes.SIGNED));
        _link(body.consents, hands);
        skip(1 days);
        _done(_actsAct(body, hands));
        assertEq(_segmentWord(2).pledge(), old + 1);
        assertEq(uint40(_segmentWord(2) >> 88), block.timestamp);
        assertEq(uint40(_segmentWord(1) >> 88), block.timestamp - 101 days);
    }

    function test_whatWasReleasedStaysReleased() public {
        PledgeActs memory body = _document();
        body.consents = _consents(_holders(), Modes.SIGNED);
        body.partReleases = new ReleaseAssets[](1);
        body.partReleases[0].on = _on(old, PledgeRules.PART_RELEASE);
        body.partReleases[0].parties = _now();
        (body.partReleases[0].basis, body.partReleases[0].reason) = (1, 1);
        body.partReleases[0].leaves = new LeafPage[](1);
        body.partReleases[0].leaves[0] = _leaves(1, _assets(), 0, 1);
        _done(_actsAct(body, _hands(_hand(pledgee))));
        _done(_act(_body()));
        assertFalse(registry.live(1, 0));
        assertTrue(registry.live(1, 1));
    }

    function test_anEnforcementEndsWithTheOldPledge() public {
        PledgeActs memory body = _document();
        body.consents = _consents(_holders(), Modes.SIGNED);
        body.states = new SetPledgeState[](1);
        body.states[0] = SetPledgeState(_on(old, PledgeRules.ENFORCE), _now(), 0);
        _done(_actsAct(body, _hands(_hand(pledgee))));
        _done(_act(_body()));
        _assertState(old + 1, PledgeStates.REGISTERED);
    }

    function test_aRefinancedPledgeIsRefinancedAgainInTheSamePlace() public {
        uint256 first = _head(old);
        _done(_act(_body()));
        skip(10 days);
        RefinancePledge memory body = _refinancing(old + 1, _holders(), _segments(1));
        body.parties = _now(_pledgors(), _new());
        body.consents = _joined(
            _joined(_consents(_pledgors(), Modes.SIGNED), _consents(_new(), Modes.SIGNED)),
            _consents(_holders(), Modes.SIGNED, PartyRoles.NEW_PLEDGEE)
        );
        _done(_act(body));
        assertEq(_head(old + 2).effective(), first.effective());
        assertEq(_head(old + 2).sequence(), first.sequence());
        assertEq(_segmentWord(1).pledge(), old + 2);
    }

    // --- Who agrees ---

    function test_pledgorsOldAndNewHoldersAgree() public {
        RefinancePledge memory body = _body();
        for (uint256 i = 0; i < body.consents.length; ++i) {
            body = _body();
            Consent memory missing = body.consents[i];
            body.consents[i] = body.consents[(i + 1) % body.consents.length];
            _refusedBody(
                body, abi.encodeWithSelector(IPledgeErrors.ConsentMissing.selector, missing.role, missing.party)
            );
        }
    }

    /// The old holder may lend again: it agrees twice, once to the end and once to the new.
    function test_theSameHolderAgreesInBothRoles() public {
        RefinancePledge memory body = _refinancing(old, _holders(), _segments(1));
        Consent[] memory consents = body.consents;
        body.consents = new Consent[](2);
        (body.consents[0], body.consents[1]) = (consents[0], consents[1]);
        _refusedBody(
            body,
            abi.encodeWithSelector(
                IPledgeErrors.ConsentMissing.selector, PartyRoles.NEW_PLEDGEE, _memberWord(pledgee.account)
            )
        );
        _done(_act(_refinancing(old, _holders(), _segments(1))));
    }

    function test_anOfficerTakesPartAndTwoWhereOneVouches() public {
        RefinancePledge memory body = _body();
        _refused(
            _refinanceAct(body, _hands(_hand(pledgor), _hand(pledgee), _hand(newcomer))),
            abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, PledgeRules.REFINANCE, 0, 1)
        );
        body.consents[2].mode = Modes.ATTESTED;
        body.consents[2].evidence = "paper";
        Hand[] memory hands = _hands(_hand(pledgor), _hand(pledgee), _officer(cnOffice, Modes.ATTESTED));
        _refused(
            _refinanceAct(body, hands),
            abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, PledgeRules.REFINANCE, 1, 2)
        );
        _done(_refinanceAct(body, _and(hands, _second(cnOffice, Modes.SIGNED))));
    }

    function test_noCodeButARefinancingReplacesAndNoneOfThemEnds() public {
        RefinancePledge memory body = _body();
        body.on.code = PledgeRules.RELEASE;
        _refusedBody(
            body,
            abi.encodeWithSelector(IPledgeErrors.ReasonRefused.selector, PledgeRules.RELEASE, EndReasons.REFINANCED)
        );
        PledgeActs memory release = _release(old, Modes.SIGNED);
        release.consents = _body().consents;
        release.releases[0].on.code = PledgeRules.REFINANCE;
        release.releases[0].reason = EndReasons.REFINANCED;
        _link(release.consents, _all());
        _refused(
            _actsAct(release, _all()),
            abi.encodeWithSelector(IPledgeErrors.ReasonRefused.selector, PledgeRules.REFINANCE, EndReasons.REFINANCED)
        );
    }

    /// Rules that forget to ask are no licence.
    function test_whateverTheRulesSayOldAndNewHoldersAreAsked() public {
        uint8[2] memory roles = [PartyRoles.PLEDGEE, PartyRoles.NEW_PLEDGEE];
        for (uint16 i = 0; i < 2; ++i) {
            PledgeRules.Register memory rules = PledgeRules.registers()[CN - 1];
            for (uint256 j = 0; j < rules.codes.length; ++j) {
                if (rules.codes[j] == PledgeRules.REFINANCE) rules.words[j] &= ~(uint256(0xf) << (16 + 4 * roles[i]));
            }
            _setRegister(rules, 2 + i);
            _refusedBody(_body(), abi.encodeWithSelector(IPledgeErrors.ConsentMissing.selector, roles[i], 0));
        }
    }

    function test_thePartiesAreThoseOnRecord() public {
        RefinancePledge memory body = _body();
        body.parties.pledgors[0].nameHash = "another";
        _refusedBody(body, abi.encodeWithSelector(IPledgeErrors.PartiesMismatch.selector, old));
    }

    /// A register that asks no pledgor takes them by their root, which is on record or refused.
    function test_aSideThatIsNotAskedIsGivenByItsRootOrRefused() public {
        (RefinancePledge memory body, Hand[] memory hands) = _notice(true);
        bytes32 root = body.parties.pledgorsRoot;
        body.parties.pledgorsRoot = "another";
        _refused(
            _refinanceAct(body, hands), abi.encodeWithSelector(IPledgeErrors.PartiesMismatch.selector, body.on.pledge)
        );
        body.parties.pledgorsRoot = root;
        _done(_refinanceAct(body, hands));
        assertEq(_partiesOf(body.on.pledge + 1), _partiesRoot(_pledgors(), _new()));
    }

    /// In the register of New Zealand, where the secured party files alone.
    function _notice(bool lean) private returns (RefinancePledge memory body, Hand[] memory hands) {
        FilePledge memory filing = _filing(NZ_PPSR, _listed("NZPA", 1, 1), _usual(), Modes.ATTESTED);
        RecordPledge memory recording = _recording(filing, _listed("NZPA", 1, 1));
        _done(_recordAct(recording, _hands(_officer(_officeOf(NZ_PPSR), Modes.ATTESTED))));
        (uint40 pledge, uint40 segment) = registry.counts();
        body = _refinancing(pledge, _new(), _segments(segment));
        body.terms.expires = _head(pledge).expires();
        body.consents =
            _joined(_consents(_holders(), Modes.SIGNED), _consents(_new(), Modes.SIGNED, PartyRoles.NEW_PLEDGEE));
        if (lean) body.parties.pledgors = new Party[](0);
        hands = _hands(_hand(pledgee), _hand(newcomer), _officer(_officeOf(NZ_PPSR), Modes.SIGNED));
    }

    // --- What it is held to ---

    function test_allSegmentsMoveAndEachOnce() public {
        RefinancePledge memory body = _body();
        body.segments = new uint40[](0);
        _refusedBody(body, abi.encodeWithSelector(IPledgeErrors.SegmentsIncomplete.selector, old, 0));
        body = _body();
        body.segments = new uint40[](2);
        (body.segments[0], body.segments[1]) = (1, 1);
        _refusedBody(body, abi.encodeWithSelector(IPledgeErrors.SegmentsIncomplete.selector, old, 2));
        uint40 stranger_ = _registered(_cnPatents(50, 1));
        body = _body();
        body.segments[0] = 2;
        _refused(_act(body), abi.encodeWithSelector(IPledgeErrors.SegmentNotOfPledge.selector, 2, old));
        assertEq(_segmentWord(2).pledge(), stranger_);
    }

    function test_ceilingsCompareInOneCurrency() public {
        RefinancePledge memory body = _body();
        body.terms.currency = 156;
        _refusedBody(
            body,
            abi.encodeWithSelector(IPledgeErrors.TermsInconsistent.selector, ClaimKinds.FIXED, 156, body.terms.ceiling)
        );
        body.terms = Terms(0, 0, ClaimKinds.NOT_STATED, 0, 0);
        _done(_act(body));
    }

    function test_aNewEndIsMeasuredAsAChangeWouldBe() public {
        PledgeRules.Register memory rules = PledgeRules.registers()[CN - 1];
        rules.rule |= uint256(30) << 192 | uint256(400) << 208 | uint256(90) << 224;
        _setRegister(rules, 2);
        RefinancePledge memory body = _body();
        body.terms.expires = uint40(block.timestamp + 401 days);
        _refusedBody(
            body, abi.encodeWithSelector(IPledgeErrors.TermOutside.selector, body.terms.expires, 30 days, 400 days)
        );
        body.terms.expires = uint40(block.timestamp + 400 days);
        _done(_act(body));
        uint40 end = body.terms.expires;
        RefinancePledge memory again = _refinancing(old + 1, _holders(), _segments(1));
        again.parties = _now(_pledgors(), _new());
        again.consents = _joined(
            _joined(_consents(_pledgors(), Modes.SIGNED), _consents(_new(), Modes.SIGNED)),
            _consents(_holders(), Modes.SIGNED, PartyRoles.NEW_PLEDGEE)
        );
        skip(100 days);
        again.terms.expires = end + 1;
        _refused(_act(again), abi.encodeWithSelector(IPledgeErrors.RenewalEarly.selector, old + 1, end, 90 days));
        again.terms.expires = end;
        _done(_act(again));
    }

    function test_aLapsedOrEndedPledgeIsNotRefinanced() public {
        _done(_releaseAct(old));
        RefinancePledge memory body = _body();
        _refusedBody(
            body,
            abi.encodeWithSelector(IPledgeErrors.StateRefused.selector, old, PledgeStates.ENDED, PledgeRules.REFINANCE)
        );
    }

    function test_aClosedRegisterRefinancesNothing() public {
        registers.closeRegister(CN);
        _refusedBody(_body(), abi.encodeWithSelector(IPledgeErrors.RegisterIsClosed.selector, CN));
    }

    function test_theConsentsBindTheVersion() public {
        RefinancePledge memory body = _body();
        body.on.version = 1;
        _refusedBody(body, abi.encodeWithSelector(IPledgeErrors.PledgeVersionStale.selector, old, 1, 0));
        body.on.version = ANY_VERSION;
        _refusedBody(body, abi.encodeWithSelector(IPledgeErrors.PledgeVersionStale.selector, old, ANY_VERSION, 0));
    }

    /// A new number is no way out of a hold: none may run on the old one, whatever it bars; on a party none that bars any of what a refinancing does.
    function test_noHoldIsEvadedByANewNumber() public {
        uint256[7] memory bars = [
            Effects.REGISTER,
            Effects.END_ALL,
            Effects.SET_TERMS,
            Effects.SET_PARTIES,
            Effects.END_LEAVES,
            Effects.ADD_SEGMENT,
            Effects.SET_STATE
        ];
        uint256 before = vm.snapshotState();
        bytes32[3] memory parties =
            [_memberWord(pledgor.account), _memberWord(pledgee.account), _memberWord(newcomer.account)];
        for (uint256 i = 0; i < bars.length; ++i) {
            _done(_holdAct(_hold(CN, HoldTargets.PLEDGE, bytes32(uint256(old)), bars[i])));
            _refusedBody(_body(), _held(HoldTargets.PLEDGE, bytes32(uint256(old))));
            vm.revertToState(before);
            for (uint256 j = 0; j < parties.length; ++j) {
                _done(_holdAct(_hold(CN, HoldTargets.PARTY, parties[j], bars[i])));
                if (i < 4) _refusedBody(_body(), _held(HoldTargets.PARTY, parties[j]));
                else _done(_act(_body()));
                vm.revertToState(before);
            }
        }
    }

    function test_aHoldThatIsOverIsNone() public {
        PlaceHold memory hold = _hold(CN, HoldTargets.CLAIM, bytes32(uint256(old)), Effects.END_LEAVES);
        _done(_holdAct(hold));
        _refusedBody(_body(), _held(HoldTargets.PLEDGE, bytes32(uint256(old))));
        _done(_liftAct(_lift(hold, 0)));
        _done(_act(_body()));
    }

    function _held(uint8 target, bytes32 id) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IPledgeErrors.HeldBy.selector, target, id, 0, bytes32("order"));
    }

    /// Who is held can't be left out by giving his side as a root.
    function test_aHeldPledgorIsNotHiddenBehindARoot() public {
        (RefinancePledge memory body, Hand[] memory hands) = _notice(true);
        bytes32 party = _memberWord(pledgor.account);
        _done(_holdAct(_hold(NZ_PPSR, HoldTargets.PARTY, party, Effects.REGISTER)));
        _refused(
            _refinanceAct(body, hands), abi.encodeWithSelector(IPledgeErrors.PartiesMismatch.selector, body.on.pledge)
        );
        body.parties.pledgors = _pledgors();
        _refused(_refinanceAct(body, hands), _held(HoldTargets.PARTY, party));
    }

    // --- Undone ---

    function test_aMistakenRefinancingIsUndoneWithTheOldPlaceKept() public {
        uint256 first = _head(old);
        _done(_act(_body()));
        PledgeActs memory end = _document();
        end.consents = new Consent[](1);
        end.consents[0] = _consent(PartyRoles.AUTHORITY, Modes.ORDERED, 0, _memberWord(court.account));
        end.releases = new ReleasePledge[](1);
        end.releases[0].on = _on(old + 1, PledgeRules.END_BY_ORDER);
        (end.releases[0].basis, end.releases[0].reason) = (1, EndReasons.MISTAKEN);
        _done(_actsAct(end, _both(cnOffice, Modes.ORDERED)));
        RectifyPledge memory body = _rectification(old, RectifyKinds.RESTORE);
        body.segments = _segments(1);
        body.pages = new LeafPage[](1);
        body.pages[0] = _leaves(1, _assets(), 0, 0);
        _done(_rectifyAct(body));
        assertEq(_head(old).effective(), first.effective());
        assertEq(_segmentWord(1).pledge(), old);
        (bool live, uint40 holder) = registry.live(_assets().keys[1]);
        assertTrue(live && holder == old);
        assertEq(body.on.code, OfficeCodes.RECTIFY);
    }
}
