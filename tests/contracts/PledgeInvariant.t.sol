// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {Act} from "../../contracts/interfaces/IActs.sol";
import {Decisions, EndReasons, PartyRoles} from "../../contracts/types/ActCode.sol";
import "../../contracts/types/PledgeBodies.sol";
import {PledgeStates, PledgeWord, TermsWord} from "../../contracts/types/PledgeWord.sol";
import {Modes} from "../../contracts/types/Roles.sol";
import {Actor} from "./Base.t.sol";
import {Listed} from "./AssetListing.sol";
import {PledgeFold} from "./PledgeFold.sol";
import {PledgeModel} from "./PledgeModel.sol";
import {Hand, PledgeBase} from "./PledgeBase.t.sol";
import {PledgeRules} from "./PledgeRules.sol";

/// @notice Random lives of pledges in a register of one rank and one of several, over a handful of rights, so that they meet. Every act is tried
/// whether or not it may be done, now and then with a consent or signature missing; the model says what must come of it.
/// @dev Signing is slow, so quick runs are few.
/// forge-config: default.invariant.runs = 12
/// forge-config: full.invariant.runs = 96
contract PledgeInvariantTest is PledgeBase {
    using PledgeWord for uint256;
    using TermsWord for uint256;

    /// A run of rights: numbers from `first` on.
    struct Span {
        uint16 register;
        uint256 first;
        uint256 count;
    }

    struct Made {
        Span span;
        uint40 expires;
        bool byNewcomer;
        uint40[] segments;
    }

    uint256 private constant RIGHTS = 6;
    uint256 private constant LIVING = 1 << PledgeStates.REGISTERED | 1 << PledgeStates.ENFORCING;

    PledgeFold private fold;
    PledgeModel private model;
    mapping(uint256 pledge => Made) private made;
    mapping(uint40 segment => Span) private spanOf;
    mapping(uint256 pledge => bool) private hasEnded;

    function setUp() public override {
        super.setUp();
        fold = new PledgeFold(registry);
        model = new PledgeModel();
        bytes4[] memory selectors = new bytes4[](12);
        selectors[0] = this.file.selector;
        selectors[1] = this.accept.selector;
        selectors[2] = this.decide.selector;
        selectors[3] = this.withdraw.selector;
        selectors[4] = this.record.selector;
        selectors[5] = this.end.selector;
        selectors[6] = this.releasePart.selector;
        selectors[7] = this.transfer.selector;
        selectors[8] = this.supplement.selector;
        selectors[9] = this.enforce.selector;
        selectors[10] = this.changeTerms.selector;
        selectors[11] = this.jump.selector;
        targetContract(address(this));
        targetSelector(FuzzSelector(address(this), selectors));
    }

    // --- What must hold ---

    function invariant_aRightOfASingleRankRegisterHasOneLivePledge() public view {
        bytes32[] memory keys = model.allKeys();
        for (uint256 i = 0; i < keys.length; ++i) {
            if (bytes2(keys[i]) == "CN") assertLe(model.livesOn(keys[i]), 1);
        }
    }

    function afterInvariant() public view {
        fold.assertSame();
        for (uint256 pledge = 1; pledge <= model.count(); ++pledge) {
            _assertPledge(pledge);
        }
    }

    function _assertPledge(uint256 pledge) private view {
        (, uint8 state, uint24 version, uint256 last) = model.lives(pledge);
        uint256 head = _head(uint40(pledge));
        assertEq(head.state(), state, "state");
        assertEq(head.version(), version, "version");
        assertEq(head.expires(), last, "reserved or registered until");
        PledgeModel.Leaf[] memory leaves = model.leavesOf(pledge);
        for (uint256 i = 0; i < leaves.length; ++i) {
            bool live = model.isLive(pledge) && !leaves[i].ended;
            assertEq(registry.live(leaves[i].segment, leaves[i].number), live, "live(segment, leaf)");
        }
    }

    /// @dev After every act: each right's last taker, and that what ended stays ended.
    modifier thenRightsHold() {
        _;
        _assertRights();
    }

    function _assertRights() private {
        bytes32[] memory keys = model.allKeys();
        for (uint256 i = 0; i < keys.length; ++i) {
            (bool live, uint40 taker) = registry.live(keys[i]);
            assertEq(taker, model.lastTaker(keys[i]), "last taker");
            assertEq(live, model.isLiveLast(keys[i]), "live(asset)");
        }
        for (uint256 pledge = 1; pledge <= model.count(); ++pledge) {
            bool ended = _head(uint40(pledge)).state() == PledgeStates.ENDED;
            assertTrue(ended || !hasEnded[pledge], "an ended pledge stays ended");
            hasEnded[pledge] = ended;
        }
    }

    /// @dev Runs the act; it must be done exactly when nothing was left out and the model allows it.
    function _expect(Act memory act, bool allowed) private returns (bool ran) {
        (bytes memory reason, Vm.Log[] memory logs) = _ran(act);
        ran = reason.length == 0;
        assertEq(ran, allowed, "done exactly when the model says so");
        fold.take(logs);
    }

    // --- What may be missing ---

    /// @dev Once in four times a consent is somebody else's, or a stranger signs in a signer's place. Every one of them is asked for.
    function _leaveOut(Consent[] memory consents, Hand[] memory hands, uint256 dice) private view returns (bool whole) {
        _link(consents, hands);
        if (dice % 4 != 0) return true;
        uint256 which = dice / 4 % (consents.length + hands.length);
        if (which < consents.length) consents[which].party = _memberWord(stranger);
        else hands[which - consents.length] = _hand(outsider);
        return false;
    }

    // --- Which pledge, which rights ---

    /// @dev 0 while there is none.
    function _pick(uint256 pick) private view returns (uint40) {
        uint256 count = model.count();
        return count == 0 ? 0 : uint40(1 + pick % count);
    }

    /// @dev The next pledge in one of the states (a bit each), so that lives get on; any pledge where there is none, and once in four times.
    function _pickIn(uint256 states, uint256 pick) private view returns (uint40 pledge) {
        pledge = _pick(pick / 4);
        uint256 count = model.count();
        for (uint256 i = 0; i < count && pick % 4 != 0; ++i) {
            uint256 next = 1 + (pledge - 1 + i) % count;
            (, uint8 state,,) = model.lives(next);
            if (states >> state & 1 == 1) return uint40(next);
        }
    }

    function _span(uint16 register, uint256 dice) private pure returns (Span memory span) {
        span = Span(register, 1 + dice % RIGHTS, 1);
        span.count += dice / RIGHTS % 3;
    }

    function _listOf(Span memory span) private pure returns (Listed memory) {
        return span.register == CN ? _cnPatents(span.first, span.count) : _usPatents(span.first, span.count);
    }

    function _filingOf(uint40 pledge, uint8 mode) private returns (FilePledge memory filing) {
        Made storage kept = made[pledge];
        filing = _filing(kept.span.register, _listOf(kept.span), _usual(), mode);
        filing.terms.expires = kept.expires;
    }

    function _officeHand(uint40 pledge) private view returns (Hand memory) {
        return _officer(_officeOf(made[pledge].span.register), Modes.SIGNED);
    }

    function _holder(uint40 pledge) private view returns (Actor memory) {
        return made[pledge].byNewcomer ? newcomer : pledgee;
    }

    function _holdersOf(uint40 pledge) private returns (Party[] memory) {
        return _parties(_party(PartyRoles.PLEDGEE, _holder(pledge)));
    }

    function _partiesOn(uint40 pledge) private returns (PartiesNow memory) {
        return _now(_pledgors(), _holdersOf(pledge));
    }

    function _bothOn(uint40 pledge) private returns (Consent[] memory) {
        return _joined(_consents(_pledgors(), Modes.SIGNED), _consents(_holdersOf(pledge), Modes.SIGNED));
    }

    function _made(Span memory span, uint256 dice) private returns (uint40 pledge) {
        pledge = uint40(model.file(span.register == CN));
        made[pledge].span = span;
        made[pledge].expires = dice % 3 == 0 ? uint40(block.timestamp + 1 days + dice % 200 days) : 0;
    }

    function _kept(uint40 pledge, uint40 segment, Span memory span) private {
        made[pledge].segments.push(segment);
        spanOf[segment] = span;
        model.link(pledge, segment, _listOf(span).keys);
    }

    // --- Acts ---

    function file(uint256 rights, uint256 dice) external thenRightsHold {
        Span memory span = _span(CN, rights);
        (uint40 next,) = registry.counts();
        made[++next].span = span;
        made[next].expires = 0;
        FilePledge memory filing = _filingOf(next, Modes.SIGNED);
        Hand[] memory hands = _partiesHands();
        bool whole = _leaveOut(filing.consents, hands, dice);
        if (!_expect(_fileAct(filing, hands), whole)) return;
        assertEq(_made(span, 1), next);
        if (rights / 18 % 2 == 0) _accept(next, 1);
    }

    function accept(uint256 pick, uint256 dice) external thenRightsHold {
        uint40 pledge = _pickIn(1 << PledgeStates.FILED, pick);
        if (pledge == 0) return;
        _accept(pledge, dice);
    }

    function _accept(uint40 pledge, uint256 dice) private {
        (, uint8 state,,) = model.lives(pledge);
        // A decided pledge has no filing to present any more; what was recorded never had one of its own.
        if (state > PledgeStates.ACCEPTED) return;
        FilePledge memory filing = _filed(pledge);
        Listed memory listed = _listOf(made[pledge].span);
        Hand[] memory hands = _hands(_officeHand(pledge));
        bool whole = _leaveOut(new Consent[](0), hands, dice);
        bool allowed = whole && state == PledgeStates.FILED && model.areFree(listed.keys);
        if (!_expect(_acceptAct(_acceptance(pledge, filing, listed, 0), hands), allowed)) return;
        model.setState(pledge, PledgeStates.ACCEPTED, block.timestamp + 60 days);
        _kept(pledge, _termsOf(pledge).firstSegment(), made[pledge].span);
    }

    /// @dev The filing as it was signed.
    function _filed(uint40 pledge) private returns (FilePledge memory filing) {
        filing = _filingOf(pledge, Modes.SIGNED);
        _link(filing.consents, _partiesHands());
    }

    function decide(uint256 pick, uint256 which, uint256 dice) external thenRightsHold {
        uint40 pledge = _pickIn(1 << PledgeStates.ACCEPTED, pick);
        if (pledge == 0) return;
        (, uint8 state,, uint256 last) = model.lives(pledge);
        if (state > PledgeStates.ACCEPTED) return;
        DecidePledge memory body = _decision(pledge, _filed(pledge), _listOf(made[pledge].span));
        body.decision = which % 4 == 0 ? Decisions.REFUSE : which % 4 == 1 ? Decisions.RETURN : Decisions.REGISTER;
        bool allowed = state == PledgeStates.ACCEPTED && block.timestamp <= last;
        if (body.decision != Decisions.REGISTER) {
            (body.names, body.titles, body.grounds) = (new PartyName[](0), new string[](0), _failed(9));
            allowed = true;
        }
        Hand[] memory hands = _hands(_officeHand(pledge));
        bool whole = _leaveOut(new Consent[](0), hands, dice);
        if (!_expect(_decideAct(body, hands), whole && allowed)) return;
        if (body.decision == Decisions.REGISTER) model.setState(pledge, PledgeStates.REGISTERED, made[pledge].expires);
        else if (body.decision == Decisions.RETURN) model.setState(pledge, PledgeStates.RETURNED, last);
        else model.setState(pledge, PledgeStates.REFUSED, last);
    }

    function withdraw(uint256 pick, uint256 dice) external thenRightsHold {
        uint40 pledge = _pick(pick);
        if (pledge == 0) return;
        (, uint8 state,, uint256 last) = model.lives(pledge);
        if (state > PledgeStates.ACCEPTED) return;
        WithdrawFiling memory body = _withdrawal(pledge, _filed(pledge));
        Hand[] memory hands = _partiesHands();
        bool whole = _leaveOut(body.consents, hands, dice);
        if (_expect(_withdrawAct(body, hands), whole)) model.setState(pledge, PledgeStates.WITHDRAWN, last);
    }

    function record(uint256 rights, uint256 expiry, uint256 dice) external thenRightsHold {
        Span memory span = _span(US, rights);
        Listed memory listed = _listOf(span);
        FilePledge memory filing = _usFiling(listed);
        if (expiry % 3 == 0) filing.terms.expires = uint40(block.timestamp + 1 + expiry % 200 days);
        Hand[] memory hands = _hands(_officer(usOffice, Modes.ATTESTED));
        bool whole = _leaveOut(filing.consents, hands, dice);
        if (!_expect(_recordAct(_recording(filing, listed), hands), whole)) return;
        uint40 pledge = _made(span, 1);
        made[pledge].expires = filing.terms.expires;
        model.setState(pledge, PledgeStates.REGISTERED, filing.terms.expires);
        _kept(pledge, _termsOf(pledge).firstSegment(), span);
    }

    function _holderHands(uint40 pledge) private view returns (Hand[] memory hands) {
        hands = _hands(_hand(_holder(pledge)));
        if (made[pledge].span.register != CN) hands = _and(hands, _officeHand(pledge));
    }

    function end(uint256 pick, bool ordered, uint256 dice) external thenRightsHold {
        uint40 pledge = _pickIn(LIVING, pick);
        if (pledge == 0) return;
        if (ordered) _order(pledge, dice);
        else _release(pledge, dice);
    }

    function _release(uint40 pledge, uint256 dice) private {
        PledgeActs memory body = _document();
        body.consents = _consents(_holdersOf(pledge), Modes.SIGNED);
        body.releases = new ReleasePledge[](1);
        body.releases[0].on = _on(pledge, PledgeRules.RELEASE);
        body.releases[0].parties = _partiesOn(pledge);
        (body.releases[0].basis, body.releases[0].reason) = (1, 1);
        Hand[] memory hands = _holderHands(pledge);
        bool whole = _leaveOut(body.consents, hands, dice);
        _life(pledge, _actsAct(body, hands), whole && model.isLive(pledge), PledgeStates.ENDED);
    }

    /// @dev Runs an act on a registered pledge, which raises its version and leaves it in `state` (0: as it is).
    function _life(uint40 pledge, Act memory act, bool allowed, uint8 state) private returns (bool ran) {
        ran = _expect(act, allowed);
        if (!ran) return false;
        model.raise(pledge);
        (, uint8 before,, uint256 last) = model.lives(pledge);
        model.setState(pledge, state == 0 ? before : state, last);
    }

    function releasePart(uint256 pick, uint256 which, uint256 bits, uint256 dice) external thenRightsHold {
        uint40 pledge = _pickIn(LIVING, pick);
        if (pledge == 0) return;
        if (made[pledge].segments.length == 0) return;
        uint40 segment = made[pledge].segments[which % made[pledge].segments.length];
        Listed memory listed = _listOf(spanOf[segment]);
        bits = 1 + bits % ((1 << listed.keys.length) - 1);
        PledgeActs memory body = _document();
        body.consents = _consents(_holdersOf(pledge), Modes.SIGNED);
        body.partReleases = new ReleaseAssets[](1);
        body.partReleases[0].on = _on(pledge, PledgeRules.PART_RELEASE);
        body.partReleases[0].parties = _partiesOn(pledge);
        (body.partReleases[0].basis, body.partReleases[0].reason) = (1, 1);
        body.partReleases[0].leaves = new LeafPage[](1);
        body.partReleases[0].leaves[0] = LeafPage(segment, listed.blind, 0, listed.pages, listed.keys, uint128(bits));
        Hand[] memory hands = _holderHands(pledge);
        bool whole = _leaveOut(body.consents, hands, dice);
        bool allowed = whole && model.isLive(pledge) && !model.anyEnded(pledge, segment, bits);
        if (_life(pledge, _actsAct(body, hands), allowed, 0)) model.end(pledge, segment, bits);
    }

    function transfer(uint256 pick, uint256 dice) external thenRightsHold {
        uint40 pledge = _pickIn(LIVING, pick);
        if (pledge == 0) return;
        Actor memory to = made[pledge].byNewcomer ? pledgee : newcomer;
        PledgeActs memory body = _document();
        body.parties = new ChangeParties[](1);
        body.parties[0].on = _on(pledge, PledgeRules.TRANSFER);
        body.parties[0].parties = _partiesOn(pledge);
        body.parties[0].holders = _parties(_party(PartyRoles.PLEDGEE, to));
        body.parties[0].names = _names(body.parties[0].holders);
        body.consents = _joined(
            _consents(_holdersOf(pledge), Modes.SIGNED),
            _consents(body.parties[0].holders, Modes.SIGNED, PartyRoles.NEW_PLEDGEE)
        );
        Hand[] memory hands = _hands(_hand(_holder(pledge)), _hand(to), _officeHand(pledge));
        bool whole = _leaveOut(body.consents, hands, dice);
        if (_life(pledge, _actsAct(body, hands), whole && model.isLive(pledge), 0)) {
            made[pledge].byNewcomer = !made[pledge].byNewcomer;
        }
    }

    function supplement(uint256 pick, uint256 rights, uint256 dice) external thenRightsHold {
        uint40 pledge = _pickIn(LIVING, pick);
        if (pledge == 0) return;
        Span memory span = _span(made[pledge].span.register, rights);
        Listed memory listed = _listOf(span);
        PledgeActs memory body = _document();
        body.consents = _bothOn(pledge);
        body.segments = new AddSegment[](1);
        AssetList memory list = AssetList(listed.root, uint24(listed.keys.length), listed.titlesHash);
        body.segments[0] = AddSegment(
            _on(pledge, PledgeRules.SUPPLEMENT),
            _partiesOn(pledge),
            list,
            0,
            listed.blind,
            listed.keys,
            listed.titles,
            0
        );
        Hand[] memory hands = _hands(_hand(pledgor), _hand(_holder(pledge)), _officeHand(pledge));
        bool whole = _leaveOut(body.consents, hands, dice);
        bool allowed = whole && model.isLive(pledge);
        if (span.register == CN) allowed = allowed && model.areFree(listed.keys);
        if (!_life(pledge, _actsAct(body, hands), allowed, 0)) return;
        (, uint40 segment) = registry.counts();
        _kept(pledge, segment, span);
    }

    function enforce(uint256 pick, uint256 dice) external thenRightsHold {
        uint40 pledge = _pickIn(LIVING, pick);
        if (pledge == 0) return;
        if (made[pledge].span.register != CN) return;
        (, uint8 state,,) = model.lives(pledge);
        bool stops = state == PledgeStates.ENFORCING;
        PledgeActs memory body = _document();
        body.consents = _consents(_holdersOf(pledge), Modes.SIGNED);
        body.states = new SetPledgeState[](1);
        body.states[0].on = _on(pledge, stops ? PledgeRules.STOP_ENFORCING : PledgeRules.ENFORCE);
        body.states[0].parties = _partiesOn(pledge);
        Hand[] memory hands = _hands(_hand(_holder(pledge)));
        bool whole = _leaveOut(body.consents, hands, dice);
        uint8 next = stops ? PledgeStates.REGISTERED : PledgeStates.ENFORCING;
        _life(pledge, _actsAct(body, hands), whole && model.isLive(pledge), next);
    }

    function _order(uint40 pledge, uint256 dice) private {
        PledgeActs memory body = _document();
        body.consents = new Consent[](1);
        body.consents[0] = _consent(PartyRoles.AUTHORITY, Modes.ORDERED, 0, "court");
        body.releases = new ReleasePledge[](1);
        body.releases[0].on = _on(pledge, PledgeRules.END_BY_ORDER);
        (body.releases[0].basis, body.releases[0].reason) = (1, EndReasons.ORDERED);
        Hand[] memory hands = _both(_officeOf(made[pledge].span.register), Modes.ORDERED);
        if (dice % 4 == 0) hands[dice / 4 % 2] = _hand(outsider);
        _life(pledge, _actsAct(body, hands), dice % 4 != 0 && model.isLive(pledge), PledgeStates.ENDED);
    }

    function changeTerms(uint256 pick, uint256 expiry, uint256 dice) external thenRightsHold {
        uint40 pledge = _pickIn(LIVING, pick);
        if (pledge == 0) return;
        uint40 expires = expiry % 2 == 0 ? 0 : uint40(block.timestamp + 1 + expiry % 200 days);
        PledgeActs memory body = _document();
        body.consents = _bothOn(pledge);
        body.terms = new ChangeTerms[](1);
        body.terms[0].on = _on(pledge, PledgeRules.SET_TERMS);
        body.terms[0].parties = _partiesOn(pledge);
        body.terms[0].terms = _claim();
        body.terms[0].terms.expires = expires;
        Hand[] memory hands = _hands(_hand(pledgor), _hand(_holder(pledge)), _officeHand(pledge));
        bool whole = _leaveOut(body.consents, hands, dice);
        if (!_life(pledge, _actsAct(body, hands), whole && model.isLive(pledge), 0)) return;
        (, uint8 state,,) = model.lives(pledge);
        model.setState(pledge, state, expires);
    }

    function jump(uint256 time) external thenRightsHold {
        vm.warp(block.timestamp + 1 + time % 40 days);
    }
}
