// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Act} from "../../contracts/interfaces/IActs.sol";
import {Effects, EndReasons, MatchBases, NoteKinds, PartyRoles} from "../../contracts/types/ActCode.sol";
import "../../contracts/types/PledgeBodies.sol";
import {PledgeWord} from "../../contracts/types/PledgeWord.sol";
import {Modes} from "../../contracts/types/Roles.sol";
import {Listed} from "./AssetListing.sol";
import {PledgeBase} from "./PledgeBase.t.sol";
import {PledgeRules} from "./PledgeRules.sol";
import {Hand} from "./PledgeSetup.t.sol";

/// @notice One act for each effect on a registered Chinese pledge of the usual parties, signed by all whom it may concern.
abstract contract PledgeEffects is PledgeBase {
    using PledgeWord for uint256;

    uint256[7] internal effects = [
        Effects.END_ALL,
        Effects.END_LEAVES,
        Effects.ADD_SEGMENT,
        Effects.SET_TERMS,
        Effects.SET_PARTIES,
        Effects.SET_STATE,
        Effects.NOTE
    ];
    /// What a supplement adds.
    uint256 internal constant MORE = 7000;

    /// @dev `listed` is the list of the pledge's first segment, of which the first leaf is released.
    function _effectAct(uint40 pledge, Listed memory listed, uint256 effect) internal returns (Act memory) {
        PledgeActs memory body = _effectBody(pledge, listed, effect);
        return _effectAct(body);
    }

    function _effectAct(PledgeActs memory body) internal returns (Act memory) {
        Hand[] memory hands = _hands(_hand(pledgor), _hand(pledgee), _hand(newcomer));
        hands = _and(_and(hands, _officer(cnOffice, Modes.SIGNED)), _second(cnOffice, Modes.SIGNED));
        Consent[] memory new_ = _consents(_newHolders(), Modes.SIGNED, PartyRoles.NEW_PLEDGEE);
        body.consents = _joined(_consents(_usual(), Modes.SIGNED), new_);
        _link(body.consents, hands);
        return _actsAct(body, hands);
    }

    function _newHolders() internal returns (Party[] memory) {
        return _parties(_party(PartyRoles.PLEDGEE, newcomer));
    }

    function _effectBody(uint40 pledge, Listed memory listed, uint256 effect)
        internal
        returns (PledgeActs memory body)
    {
        body = _document();
        if (effect == Effects.END_ALL) _fillEnd(body, pledge);
        else if (effect == Effects.END_LEAVES) _fillPart(body, pledge, listed, 1);
        else if (effect == Effects.ADD_SEGMENT) _fillMore(body, pledge, _cnPatents(MORE, 1));
        else if (effect == Effects.SET_TERMS) _fillTerms(body, pledge);
        else if (effect == Effects.SET_PARTIES) _fillParties(body, pledge);
        else if (effect == Effects.SET_STATE) _fillState(body, pledge);
        else _fillNote(body, pledge);
    }

    function _fillEnd(PledgeActs memory body, uint40 pledge) internal {
        body.releases = new ReleasePledge[](1);
        body.releases[0].on = _on(pledge, PledgeRules.RELEASE);
        body.releases[0].parties = _now();
        (body.releases[0].basis, body.releases[0].reason) = (MatchBases.CITED, EndReasons.RELEASED);
    }

    function _fillPart(PledgeActs memory body, uint40 pledge, Listed memory listed, uint128 which) internal {
        body.partReleases = new ReleaseAssets[](1);
        ReleaseAssets memory part = body.partReleases[0];
        part.on = _on(pledge, PledgeRules.PART_RELEASE);
        part.parties = _now();
        (part.basis, part.reason) = (MatchBases.CITED, EndReasons.RELEASED);
        part.leaves = new LeafPage[](1);
        part.leaves[0] = _leaves(_segmentOf(pledge), listed, 0, which);
    }

    function _fillMore(PledgeActs memory body, uint40 pledge, Listed memory more) internal {
        body.segments = new AddSegment[](1);
        AssetList memory list = AssetList(more.root, uint24(more.keys.length), more.titlesHash);
        body.segments[0] =
            AddSegment(_on(pledge, PledgeRules.SUPPLEMENT), _now(), list, 0, more.blind, more.keys, more.titles, 0);
    }

    function _fillTerms(PledgeActs memory body, uint40 pledge) internal {
        body.terms = new ChangeTerms[](1);
        body.terms[0] = ChangeTerms(_on(pledge, PledgeRules.SET_TERMS), _now(), _claim(), 0, 0);
    }

    function _fillParties(PledgeActs memory body, uint40 pledge) internal {
        body.parties = new ChangeParties[](1);
        body.parties[0].on = _on(pledge, PledgeRules.TRANSFER);
        body.parties[0].parties = _now();
        body.parties[0].holders = _newHolders();
        body.parties[0].names = _names(_newHolders());
    }

    function _fillState(PledgeActs memory body, uint40 pledge) internal {
        body.states = new SetPledgeState[](1);
        body.states[0] = SetPledgeState(_on(pledge, PledgeRules.ENFORCE), _now(), 0);
    }

    function _fillNote(PledgeActs memory body, uint40 pledge) internal {
        body.notes = new NotePledge[](1);
        body.notes[0] =
            NotePledge(_on(pledge, PledgeRules.NOTE), _now(), NoteKinds.REMARK, 0, 0, new bytes32[](0), "remark");
    }

    /// @dev An authority ends the pledge, by both officers.
    function _endByOrderAct(uint40 pledge) internal returns (Act memory) {
        PledgeActs memory body = _document();
        _fillEnd(body, pledge);
        body.releases[0].on = _on(pledge, PledgeRules.END_BY_ORDER);
        body.releases[0].reason = EndReasons.ORDERED;
        body.consents = new Consent[](1);
        body.consents[0] = _consent(PartyRoles.AUTHORITY, Modes.ORDERED, 0, _memberWord(court.account));
        return _actsAct(body, _both(cnOffice, Modes.ORDERED));
    }
}
