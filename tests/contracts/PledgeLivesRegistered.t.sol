// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Act} from "../../contracts/interfaces/IActs.sol";
import {Effects, EndReasons, HoldTargets, PartyRoles, RelationKinds} from "../../contracts/types/ActCode.sol";
import "../../contracts/types/PledgeBodies.sol";
import {PledgeStates} from "../../contracts/types/PledgeWord.sol";
import {Modes} from "../../contracts/types/Roles.sol";
import {Listed} from "./AssetListing.sol";
import {Hand} from "./PledgeBase.t.sol";
import {PledgeLives} from "./PledgeLives.t.sol";
import {PledgeRules} from "./PledgeRules.sol";

/// @notice Random acts on registered pledges.
abstract contract PledgeLivesRegistered is PledgeLives {
    uint256 private constant REPLACES = Effects.REGISTER | Effects.END_ALL | Effects.SET_TERMS | Effects.SET_PARTIES;

    // --- Consents and hands ---

    function _ofHolder(uint40 pledge) private returns (Consent[] memory consents) {
        consents = _consents(_parties(_partyOf(made[pledge].holder)), Modes.SIGNED);
    }

    function _ofBoth(uint40 pledge) private returns (Consent[] memory consents) {
        consents = _consents(_parties(_partyOf(PLEDGOR), _partyOf(made[pledge].holder)), Modes.SIGNED);
        _inOrder(consents);
    }

    function _holderHand(uint40 pledge) internal view returns (Hand memory) {
        return _handOf(_registerOf(pledge), made[pledge].holder);
    }

    /// @dev In the register of several ranks an officer signs each release too.
    function _releasing(uint40 pledge) private view returns (Hand[] memory hands) {
        hands = _hands(_holderHand(pledge));
        if (_registerOf(pledge) != CN) hands = _and(hands, _officeHand(_registerOf(pledge), Modes.SIGNED));
    }

    function _bothAndOfficer(uint40 pledge) private view returns (Hand[] memory) {
        uint16 register = _registerOf(pledge);
        return _hands(_handOf(register, PLEDGOR), _holderHand(pledge), _officeHand(register, Modes.SIGNED));
    }

    function _holderMaySign(uint40 pledge) internal view returns (bool) {
        return _maySign(_registerOf(pledge), made[pledge].holder);
    }

    function _bothMaySignOn(uint40 pledge) private view returns (bool) {
        return _holderMaySign(pledge) && _maySign(_registerOf(pledge), PLEDGOR);
    }

    function _mayAct(uint40 pledge, uint256 effect) private view returns (bool) {
        return model.isLive(pledge) && !_isBarred(pledge, effect);
    }

    /// @dev Runs an act on a registered pledge, which raises its version and leaves it in `state` (0: as it is).
    function _life(uint40 pledge, Act memory act, bool allowed, uint8 state) internal returns (bool done) {
        done = _expect(act, allowed);
        if (done) model.raise(pledge);
        if (done && state != 0) model.setState(pledge, state);
        if (done) _assertPledge(pledge);
    }

    // --- Ends ---

    function release(uint256 seed) external ordinary {
        Dice memory dice = _dice(seed);
        uint40 pledge = _pickIn(LIVING, dice);
        if (pledge == 0) return;
        PledgeActs memory body = _document();
        body.consents = _ofHolder(pledge);
        body.releases = new ReleasePledge[](1);
        body.releases[0].on = _on(pledge, PledgeRules.RELEASE);
        body.releases[0].parties = _partiesOn(pledge);
        (body.releases[0].basis, body.releases[0].reason) = (1, EndReasons.RELEASED);
        Hand[] memory hands = _releasing(pledge);
        bool allowed =
            _leaveOut(body.consents, hands, dice) && _holderMaySign(pledge) && _mayAct(pledge, Effects.END_ALL);
        _life(pledge, _actsAct(body, hands), allowed, PledgeStates.ENDED);
    }

    function order(uint256 seed) external ordinary {
        Dice memory dice = _dice(seed);
        uint40 pledge = _pickIn(LIVING, dice);
        if (pledge == 0) return;
        Hand[] memory hands = _both(_officeOf(_registerOf(pledge)), Modes.ORDERED);
        bool whole = _leaveOut(hands, dice);
        _life(pledge, _endByOrder(pledge, hands), whole && model.isLive(pledge), PledgeStates.ENDED);
    }

    /// @dev No party is asked, and no hold stands in its way.
    function _endByOrder(uint40 pledge, Hand[] memory hands) internal returns (Act memory) {
        PledgeActs memory body = _document();
        body.consents = new Consent[](1);
        body.consents[0] = _consent(PartyRoles.AUTHORITY, Modes.ORDERED, 0, "court");
        body.releases = new ReleasePledge[](1);
        body.releases[0].on = _on(pledge, PledgeRules.END_BY_ORDER);
        body.releases[0].parties = _partiesOn(pledge);
        (body.releases[0].basis, body.releases[0].reason) = (1, EndReasons.ORDERED);
        return _actsAct(body, hands);
    }

    function releasePart(uint256 seed) external ordinary {
        Dice memory dice = _dice(seed);
        uint40 pledge = _pickIn(LIVING, dice);
        if (pledge == 0) return;
        uint40[] memory segments = model.segmentsOf(pledge);
        if (segments.length == 0) return;
        uint40 segment = segments[_roll(dice, segments.length)];
        Listed memory listed = _listOf(spanOf[segment]);
        uint256 bits = 1 + _roll(dice, (1 << listed.keys.length) - 1);
        PledgeActs memory body = _document();
        body.consents = _ofHolder(pledge);
        body.partReleases = new ReleaseAssets[](1);
        body.partReleases[0].on = _on(pledge, PledgeRules.PART_RELEASE);
        body.partReleases[0].parties = _partiesOn(pledge);
        (body.partReleases[0].basis, body.partReleases[0].reason) = (1, EndReasons.RELEASED);
        body.partReleases[0].leaves = new LeafPage[](1);
        body.partReleases[0].leaves[0] = _leaves(segment, listed, 0, uint128(bits));
        Hand[] memory hands = _releasing(pledge);
        bool allowed = _leaveOut(body.consents, hands, dice) && _holderMaySign(pledge)
            && _mayAct(pledge, Effects.END_LEAVES) && model.ownerOf(segment) == pledge && !model.anyEnded(segment, bits)
            && !_anyBarred(_chosen(listed.keys, bits), Effects.END_LEAVES);
        if (!_expect(_actsAct(body, hands), allowed)) return;
        model.raise(pledge);
        model.end(segment, bits);
        _assertPledge(pledge);
    }

    function _chosen(bytes32[] memory keys, uint256 bits) internal pure returns (bytes32[] memory chosen) {
        chosen = new bytes32[](keys.length);
        for (uint256 i = 0; i < keys.length; ++i) {
            if (bits >> i & 1 == 1) chosen[i] = keys[i];
        }
    }

    // --- Changes ---

    function transfer(uint256 seed) external ordinary {
        Dice memory dice = _dice(seed);
        uint40 pledge = _pickIn(LIVING, dice);
        if (pledge == 0) return;
        uint16 register = _registerOf(pledge);
        uint8 to = made[pledge].holder == PLEDGEE ? NEWCOMER : PLEDGEE;
        PledgeActs memory body = _document();
        body.parties = new ChangeParties[](1);
        body.parties[0].on = _on(pledge, PledgeRules.TRANSFER);
        body.parties[0].parties = _partiesOn(pledge);
        body.parties[0].holders = _parties(_partyOf(to));
        body.parties[0].names = _names(body.parties[0].holders);
        body.consents =
            _joined(_ofHolder(pledge), _consents(body.parties[0].holders, Modes.SIGNED, PartyRoles.NEW_PLEDGEE));
        _inOrder(body.consents);
        Hand[] memory hands = _hands(_holderHand(pledge), _handOf(register, to), _officeHand(register, Modes.SIGNED));
        bool allowed = _leaveOut(body.consents, hands, dice) && _holderMaySign(pledge) && _maySign(register, to)
            && _mayAct(pledge, Effects.SET_PARTIES) && !_isHeld(register, to, Effects.SET_PARTIES);
        if (_life(pledge, _actsAct(body, hands), allowed, 0)) made[pledge].holder = to;
    }

    function changeTerms(uint256 seed) external ordinary {
        Dice memory dice = _dice(seed);
        uint40 pledge = _pickIn(LIVING, dice);
        if (pledge == 0) return;
        uint40 expires = _end(dice);
        PledgeActs memory body = _document();
        body.consents = _ofBoth(pledge);
        body.terms = new ChangeTerms[](1);
        body.terms[0].on = _on(pledge, PledgeRules.SET_TERMS);
        body.terms[0].parties = _partiesOn(pledge);
        body.terms[0].terms = _claim();
        body.terms[0].terms.expires = expires;
        Hand[] memory hands = _bothAndOfficer(pledge);
        bool allowed =
            _leaveOut(body.consents, hands, dice) && _bothMaySignOn(pledge) && _mayAct(pledge, Effects.SET_TERMS);
        uint8 state = model.stateOf(pledge);
        if (!_expect(_actsAct(body, hands), allowed)) return;
        model.raise(pledge);
        model.setState(pledge, state, expires);
        _assertPledge(pledge);
    }

    function _end(Dice memory dice) internal view returns (uint40) {
        return _roll(dice, 2) == 0 ? 0 : uint40(block.timestamp + 1 + _roll(dice, 200 days));
    }

    function supplement(uint256 seed) external ordinary {
        Dice memory dice = _dice(seed);
        uint40 pledge = _pickIn(LIVING, dice);
        if (pledge == 0) return;
        Span memory span = _span(_registerOf(pledge), dice);
        Listed memory listed = _listOf(span);
        PledgeActs memory body = _document();
        body.consents = _ofBoth(pledge);
        body.segments = new AddSegment[](1);
        body.segments[0].on = _on(pledge, PledgeRules.SUPPLEMENT);
        body.segments[0].parties = _partiesOn(pledge);
        body.segments[0].list = AssetList(listed.root, uint24(listed.keys.length), listed.titlesHash);
        (body.segments[0].blind, body.segments[0].assets) = (listed.blind, listed.keys);
        body.segments[0].titles = listed.titles;
        Hand[] memory hands = _bothAndOfficer(pledge);
        bool allowed = _leaveOut(body.consents, hands, dice) && _bothMaySignOn(pledge)
            && _mayAct(pledge, Effects.ADD_SEGMENT) && !_anyBarred(listed.keys, Effects.ADD_SEGMENT);
        if (_isSingle(span.register)) allowed = allowed && model.areFree(listed.keys, pledge, false);
        if (!_life(pledge, _actsAct(body, hands), allowed, 0)) return;
        (, uint40 segment) = _newest();
        _kept(pledge, segment, span, true);
    }

    function enforce(uint256 seed) external ordinary {
        Dice memory dice = _dice(seed);
        uint40 pledge = _pickIn(LIVING, dice);
        if (pledge == 0 || _registerOf(pledge) != CN) return;
        bool stops = model.stateOf(pledge) == PledgeStates.ENFORCING;
        PledgeActs memory body = _document();
        body.consents = _ofHolder(pledge);
        body.states = new SetPledgeState[](1);
        body.states[0].on = _on(pledge, stops ? PledgeRules.STOP_ENFORCING : PledgeRules.ENFORCE);
        body.states[0].parties = _partiesOn(pledge);
        Hand[] memory hands = _hands(_holderHand(pledge));
        bool allowed =
            _leaveOut(body.consents, hands, dice) && _holderMaySign(pledge) && _mayAct(pledge, Effects.SET_STATE);
        uint8 next = stops ? PledgeStates.REGISTERED : PledgeStates.ENFORCING;
        _life(pledge, _actsAct(body, hands), allowed, next);
    }

    // --- Sequels ---

    /// @dev A new pledge of another holder with the old one's segments, in its place.
    function refinance(uint256 seed) external ordinary {
        Dice memory dice = _dice(seed);
        uint40 pledge = _pickIn(LIVING, dice);
        if (pledge == 0 || _registerOf(pledge) != CN) return;
        uint8 to = made[pledge].holder == PLEDGEE ? NEWCOMER : PLEDGEE;
        uint40[] memory segments = model.segmentsOf(pledge);
        RefinancePledge memory body = _refinancing(pledge, _parties(_partyOf(to)), segments);
        (body.parties, body.terms.expires) = (_partiesOn(pledge), _end(dice));
        body.consents = _joined(_ofBoth(pledge), _consents(body.holders, Modes.SIGNED, PartyRoles.NEW_PLEDGEE));
        _inOrder(body.consents);
        Hand[] memory hands = _hands(_handOf(CN, PLEDGOR), _holderHand(pledge), _handOf(CN, to));
        hands = _and(hands, _officeHand(CN, Modes.SIGNED));
        bool allowed = _leaveOut(body.consents, hands, dice) && _bothMaySignOn(pledge) && _maySign(CN, to)
            && _mayAct(pledge, REPLACES) && !_isHeld(CN, to, REPLACES) && !_isHeldItself(pledge)
            && _owns(pledge, segments);
        if (!_expect(_envelope(PledgeRules.refinancePledge(), abi.encode(body), hands), allowed)) return;
        (uint40 number,) = _newest();
        model.refinance(pledge, number, body.terms.expires);
        (made[number].span, made[number].holder) = (made[pledge].span, to);
        (made[pledge].moved, made[number].got) = (segments, segments);
        _assertPledge(pledge);
        _assertPledge(number);
    }

    /// @dev Its holds and its claim's lie on its number, which a refinancing would leave.
    function _isHeldItself(uint40 pledge) private view returns (bool) {
        return model.isBarred(HoldTargets.PLEDGE, bytes32(uint256(pledge)), address(0), type(uint8).max);
    }

    function _owns(uint40 pledge, uint40[] memory segments) private view returns (bool) {
        for (uint256 i = 0; i < segments.length; ++i) {
            if (model.ownerOf(segments[i]) != pledge) return false;
        }
        return true;
    }

    function relate(uint256 seed) external ordinary {
        Dice memory dice = _dice(seed);
        uint40 pledge = _pickIn(LIVING, dice);
        uint40 senior = _pickIn(LIVING, dice);
        if (pledge == 0 || senior == 0) return;
        RelatePledges memory body = _relation(pledge, senior);
        body.parties = _partiesOn(pledge);
        body.kind = uint8(1 + _roll(dice, RelationKinds.ENDED));
        body.consents = _ofHolder(pledge);
        Hand[] memory hands = _hands(_holderHand(pledge), _officeHand(_registerOf(pledge), Modes.SIGNED));
        bool related = pledge != senior && _registerOf(pledge) == _registerOf(senior)
            && (model.isLive(senior) || body.kind == RelationKinds.ENDED);
        bool allowed = _leaveOut(body.consents, hands, dice) && _holderMaySign(pledge) && related
            && _mayAct(pledge, Effects.NOTE | Effects.SET_TERMS);
        _life(pledge, _envelope(PledgeRules.relatePledges(), abi.encode(body), hands), allowed, 0);
    }

    function sell(uint256 seed) external ordinary {
        Dice memory dice = _dice(seed);
        uint40 pledge = _pickIn(1 << PledgeStates.ENFORCING, dice);
        if (pledge == 0) return;
        RecordSale memory body = _sale(pledge, 1000, 10, _listOf(made[pledge].span).keys);
        (body.parties, body.consents) = (_partiesOn(pledge), _ofHolder(pledge));
        Hand[] memory hands = _hands(_holderHand(pledge), _officeHand(_registerOf(pledge), Modes.SIGNED));
        bool allowed = _leaveOut(body.consents, hands, dice) && _holderMaySign(pledge)
            && model.stateOf(pledge) == PledgeStates.ENFORCING;
        _expect(_envelope(PledgeRules.recordSale(), abi.encode(body), hands), allowed);
        _assertPledge(pledge);
    }
}
