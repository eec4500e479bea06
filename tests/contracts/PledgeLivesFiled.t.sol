// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Act} from "../../contracts/interfaces/IActs.sol";
import {Decisions, Effects, IntakeCodes} from "../../contracts/types/ActCode.sol";
import "../../contracts/types/PledgeBodies.sol";
import {PledgeStates} from "../../contracts/types/PledgeWord.sol";
import {Modes} from "../../contracts/types/Roles.sol";
import {Listed} from "./AssetListing.sol";
import {HoldTargets} from "../../contracts/types/ActCode.sol";
import {Hand} from "./PledgeBase.t.sol";
import {PledgeLives} from "./PledgeLives.t.sol";

/// @notice Random filings and what is done with them. Every act is tried whether or not it may be done, now and then with a consent or signature missing.
abstract contract PledgeLivesFiled is PledgeLives {
    /// @dev The filing as it was signed: pledgor, then pledgee.
    function _filed(uint40 pledge) internal returns (FilePledge memory filing) {
        Made storage kept = made[pledge];
        filing = _filing(kept.span.register, _listOf(kept.span), _usual(), Modes.SIGNED);
        filing.terms.expires = kept.expires;
        _inOrder(filing.consents);
    }

    function _filers() internal view returns (Hand[] memory) {
        return _hands(_handOf(CN, PLEDGOR), _handOf(CN, PLEDGEE));
    }

    function _mayFile(uint16 register) private view returns (bool) {
        return !_isHeld(register, PLEDGOR, Effects.REGISTER) && !_isHeld(register, PLEDGEE, Effects.REGISTER);
    }

    function _bothMaySign() private view returns (bool) {
        return _maySign(CN, PLEDGOR) && _maySign(CN, PLEDGEE);
    }

    function _clerk(uint16 register) internal view returns (Hand[] memory) {
        return _hands(_officeHand(register, Modes.SIGNED));
    }

    function file(uint256 seed) external ordinary {
        Dice memory dice = _dice(seed);
        (uint40 next,) = _newest();
        made[++next].span = _span(CN, dice);
        made[next].holder = PLEDGEE;
        made[next].expires = _roll(dice, 3) == 0 ? uint40(block.timestamp + 1 days + _roll(dice, 200 days)) : 0;
        FilePledge memory filing = _filed(next);
        Hand[] memory hands = _filers();
        bool whole = _leaveOut(filing.consents, hands, dice) && _bothMaySign() && _mayFile(CN);
        if (!_expect(_fileAct(filing, hands), whole)) return;
        model.file(true, next);
        if (_roll(dice, 2) == 0) _accept(next, dice);
    }

    function accept(uint256 seed) external ordinary {
        Dice memory dice = _dice(seed);
        uint40 pledge = _pickIn(1 << PledgeStates.FILED, dice);
        if (pledge != 0 && _registerOf(pledge) == CN) _accept(pledge, dice);
    }

    function _accept(uint40 pledge, Dice memory dice) private {
        Listed memory listed = _listOf(made[pledge].span);
        Hand[] memory hands = _clerk(CN);
        bool allowed = _leaveOut(hands, dice) && model.stateOf(pledge) == PledgeStates.FILED
            && !_anyBarred(listed.keys, Effects.REGISTER) && model.areFree(listed.keys, pledge, true);
        if (!_expect(_acceptAct(_acceptance(pledge, _filed(pledge), listed, 0), hands), allowed)) return;
        model.link(pledge, _segmentOf(pledge), listed.keys, false);
        spanOf[_segmentOf(pledge)] = made[pledge].span;
        model.setState(pledge, PledgeStates.ACCEPTED, block.timestamp + 60 days);
        _assertPledge(pledge);
    }

    function decide(uint256 seed) external ordinary {
        Dice memory dice = _dice(seed);
        uint40 pledge = _pickIn(1 << PledgeStates.ACCEPTED, dice);
        if (pledge == 0 || _registerOf(pledge) != CN) return;
        uint256 which = _roll(dice, 8);
        Hand[] memory hands = _clerk(CN);
        bool whole = _leaveOut(hands, dice);
        if (which == 0) _close(pledge, Decisions.REFUSE, PledgeStates.REFUSED, hands, whole);
        else if (which == 1) _close(pledge, Decisions.RETURN, PledgeStates.RETURNED, hands, whole);
        else if (which == 2) _approve(pledge, hands, whole);
        else _register(pledge, hands, whole);
        _assertPledge(pledge);
    }

    function _close(uint40 pledge, uint8 decision, uint8 state, Hand[] memory hands, bool whole) private {
        DecidePledge memory body;
        (body.pledge, body.decision, body.filing, body.grounds) = (pledge, decision, _filed(pledge), _failed(9));
        bool open = FILINGS >> model.stateOf(pledge) & 1 == 1;
        if (_expect(_decideAct(body, hands), whole && open)) model.setState(pledge, state);
    }

    function _approve(uint40 pledge, Hand[] memory hands, bool whole) private {
        bool open = model.stateOf(pledge) == PledgeStates.ACCEPTED && !model.isApproved(pledge);
        if (_expect(_decideAct(_approval(pledge, _filed(pledge)), hands), whole && open)) model.approve(pledge);
    }

    function _register(uint40 pledge, Hand[] memory hands, bool whole) private {
        (, uint8 state,, uint256 last) = model.lives(pledge);
        uint40 expires = made[pledge].expires;
        DecidePledge memory body = _decision(pledge, _filed(pledge), _listOf(made[pledge].span));
        if (model.isApproved(pledge)) body.grounds = new Ground[](0);
        bool ready = state == PledgeStates.ACCEPTED && block.timestamp <= last && !model.isDisplaced(pledge)
            && !model.waits(pledge) && (expires == 0 || expires > block.timestamp);
        bool barred = model.isBarred(HoldTargets.PLEDGE, bytes32(uint256(pledge)), address(0), Effects.REGISTER);
        if (!_expect(_decideAct(body, hands), whole && ready && !barred && _mayFile(CN))) return;
        model.register(pledge, expires);
    }

    function withdraw(uint256 seed) external ordinary {
        Dice memory dice = _dice(seed);
        uint40 pledge = _pickIn(FILINGS, dice);
        if (pledge == 0 || _registerOf(pledge) != CN || _roll(dice, 4) != 0) return;
        WithdrawFiling memory body =
            WithdrawFiling(pledge, _filed(pledge), _instrument(), _consents(_usual(), Modes.SIGNED));
        _inOrder(body.consents);
        Hand[] memory hands = _filers();
        bool allowed =
            _leaveOut(body.consents, hands, dice) && _bothMaySign() && FILINGS >> model.stateOf(pledge) & 1 == 1;
        if (_expect(_withdrawAct(body, hands), allowed)) model.setState(pledge, PledgeStates.WITHDRAWN);
    }

    /// @dev A notice, an answer, or the examination again of what was refused.
    function step(uint256 seed) external ordinary {
        Dice memory dice = _dice(seed);
        uint40 pledge = _pickIn(1 << PledgeStates.REFUSED, dice);
        if (pledge == 0) return;
        uint16 code = uint16(IntakeCodes.NOTIFY + _roll(dice, 3));
        Hand[] memory hands = _clerk(_registerOf(pledge));
        bool again = code == IntakeCodes.RECONSIDER;
        uint256 from = again ? 1 << PledgeStates.REFUSED : FILINGS;
        bool allowed = _leaveOut(hands, dice) && from >> model.stateOf(pledge) & 1 == 1;
        if (_expect(_stepAct(_step(pledge, code), hands), allowed) && again) model.reopen(pledge);
        _assertPledge(pledge);
    }

    /// @dev The holder of an earlier filing makes a later one wait that took a right which both list.
    function contest(uint256 seed) external ordinary {
        Dice memory dice = _dice(seed);
        uint40 later = _pickIn(1 << PledgeStates.ACCEPTED, dice);
        if (later == 0 || _registerOf(later) != CN) return;
        bytes32[] memory rights = _listOf(made[later].span).keys;
        bytes32 asset = rights[_roll(dice, rights.length)];
        uint40 earlier = _whoLists(asset, later, dice);
        if (earlier == 0) return;
        ContestAsset memory body = _contest(earlier, later, _filed(earlier), _listOf(made[earlier].span), asset);
        _inOrder(body.consents);
        Hand[] memory hands = _hands(_handOf(CN, PLEDGEE));
        bool whole = _leaveOut(body.consents, hands, dice) && _maySign(CN, PLEDGEE);
        (uint256 taker,) = model.lastTaker(model.resolved(asset));
        bool open = FILINGS >> model.stateOf(earlier) & 1 == 1 && model.stateOf(later) == PledgeStates.ACCEPTED;
        bool allowed = whole && open && earlier < later && taker == later && !model.isContestedBy(earlier, later);
        Act memory act = _contestAct(body, hands);
        if (_expect(act, allowed)) model.contest(earlier, later);
    }

    /// @dev Another filing that lists the right; mostly an earlier one.
    function _whoLists(bytes32 asset, uint40 than, Dice memory dice) private view returns (uint40) {
        uint256 count = model.count();
        uint256 from = _roll(dice, count);
        for (uint256 i = 0; i < count; ++i) {
            uint40 pledge = uint40(1 + (from + i) % count);
            if (pledge == than || _registerOf(pledge) != CN || FILINGS >> model.stateOf(pledge) & 1 == 0) continue;
            bytes32[] memory rights = _listOf(made[pledge].span).keys;
            for (uint256 j = 0; j < rights.length; ++j) {
                if (rights[j] == asset) return pledge;
            }
        }
        return 0;
    }

    /// @dev As an office records it that merely records: its officer saw the papers.
    function record(uint256 seed) external ordinary {
        Dice memory dice = _dice(seed);
        Span memory span = _span(US, dice);
        Listed memory listed = _listOf(span);
        FilePledge memory filing = _usFiling(listed);
        if (_roll(dice, 3) == 0) filing.terms.expires = uint40(block.timestamp + 1 + _roll(dice, 200 days));
        Hand[] memory hands = _hands(_officeHand(US, Modes.ATTESTED));
        bool allowed =
            _leaveOut(filing.consents, hands, dice) && _mayFile(US) && !_anyBarred(listed.keys, Effects.REGISTER);
        if (!_expect(_recordAct(_recording(filing, listed), hands), allowed)) return;
        (uint40 pledge, uint40 segment) = _newest();
        model.file(false, pledge);
        (made[pledge].span, made[pledge].holder) = (span, PLEDGEE);
        _kept(pledge, segment, span, false);
        model.register(pledge, filing.terms.expires);
        _assertPledge(pledge);
    }
}
