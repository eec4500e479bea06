// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {AnchoredRecord} from "../../contracts/pledge/AnchorTree.sol";
import {Effects, HoldTargets, PartyKinds, RectifyKinds} from "../../contracts/types/ActCode.sol";
import "../../contracts/types/OfficeBodies.sol";
import "../../contracts/types/PledgeBodies.sol";
import {PledgeStates} from "../../contracts/types/PledgeWord.sol";
import {Modes} from "../../contracts/types/Roles.sol";
import {AnchorLeaves} from "./AnchorLeaves.sol";
import {Listed} from "./AssetListing.sol";
import {Hand} from "./PledgeBase.t.sol";
import {PledgeLives} from "./PledgeLives.t.sol";
import {PledgeModel} from "./PledgeModel.sol";

/// @notice An office's own acts at random: holds and their ends, joined numbers, what became of parties, corrections, anchored records.
abstract contract PledgeLivesOffice is PledgeLives {
    uint256 private constant TAKES = Effects.REGISTER | Effects.ADD_SEGMENT;
    uint256 private constant BARS = type(uint8).max - Effects.NOTE;
    uint256 private constant CLAIM_BARS = Effects.SET_TERMS | Effects.SET_PARTIES | Effects.END_ALL
        | Effects.END_LEAVES;
    uint256 private constant FEE_BARS = TAKES | Effects.SET_TERMS | Effects.SET_PARTIES;

    struct Recorded {
        uint16 register;
        uint16 anchor;
        bytes32 number;
        Span span;
        bool adopted;
    }

    Recorded[] private records;
    mapping(uint16 register => uint16) private anchors;

    function _office(Dice memory dice) private pure returns (uint16) {
        return _roll(dice, 3) == 0 ? US : CN;
    }

    // --- Holds ---

    function hold(uint256 seed) external official {
        Dice memory dice = _dice(seed);
        uint16 register = _office(dice);
        uint8 target = uint8(1 + _roll(dice, HoldTargets.CLAIM));
        bytes32 id = _targetOf(register, target, dice);
        if (id == 0) return;
        bool fee = _roll(dice, 4) == 0;
        uint256 bars = _barsOf(target, fee, dice);
        if (bars == 0) return;
        PlaceHold memory body = fee ? _feeHold(register, target, id, bars) : _hold(register, target, id, bars);
        body.until = _roll(dice, 3) == 0 ? 0 : uint40(block.timestamp + 1 + _roll(dice, 60 days));
        Hand[] memory hands = _hands(_officeHand(register, fee ? Modes.SIGNED : Modes.ORDERED));
        bool whole = _leaveOut(hands, dice);
        if (!_expect(_holdAct(body, hands), whole)) return;
        model.hold(target, id, _officeOf(register).account, bars, body.until, 0, fee);
        if (target == HoldTargets.ASSET && bars & TAKES != 0) model.voidClaimsOn(id);
    }

    function _targetOf(uint16 register, uint8 target, Dice memory dice) private view returns (bytes32) {
        if (target == HoldTargets.ASSET) return _rightOf(register, dice);
        if (target != HoldTargets.PARTY) {
            uint40 pledge = _pickIn(LIVING, dice);
            return pledge == 0 || _registerOf(pledge) != register ? bytes32(0) : bytes32(uint256(pledge));
        }
        uint8 member = uint8(_roll(dice, 3));
        return _roll(dice, 3) == 0 ? _heirWord(member) : _wordOf(member);
    }

    function _barsOf(uint8 target, bool fee, Dice memory dice) private pure returns (uint256 bars) {
        bars = BARS;
        if (target == HoldTargets.ASSET) bars = TAKES | Effects.END_LEAVES;
        if (target == HoldTargets.CLAIM) bars = CLAIM_BARS;
        if (fee) bars &= FEE_BARS;
        return bars & _roll(dice, 256);
    }

    function lift(uint256 seed) external official {
        Dice memory dice = _dice(seed);
        uint256 count = model.holdCount();
        if (count == 0) return;
        uint256 which = _roll(dice, count);
        PledgeModel.Hold memory held = model.holdAt(which);
        uint16 register = held.office == usOffice.account ? US : CN;
        PlaceHold memory placed = held.fee
            ? _feeHold(register, held.target, held.id, held.bars)
            : _hold(register, held.target, held.id, held.bars);
        LiftHold memory body = _lift(placed, _numberOf(held));
        uint8 mode = held.fee ? Modes.SIGNED : Modes.ORDERED;
        Hand[] memory hands = _hands(_officeHand(register, mode));
        // A fee's hold one officer lifts.
        if (!held.fee) hands = _and(hands, _second(_officeOf(register), mode));
        bool whole = _leaveOut(hands, dice);
        if (_expect(_liftAct(body, hands), whole && model.runs(which))) model.lift(which);
    }

    /// @dev Where it stands now: a running one with the same words, else a number that none has.
    function _numberOf(PledgeModel.Hold memory held) private view returns (uint16) {
        (uint256[] memory words,) = registry.holds(held.target, held.id, held.office);
        for (uint256 i = 0; i < words.length; ++i) {
            bool same = uint8(words[i]) == held.bars && uint40(words[i] >> 16) == held.until
                && uint8(words[i] >> 112) == held.target;
            if (same && (held.until == 0 || block.timestamp <= held.until)) return uint16(words[i] >> 96);
        }
        return type(uint16).max;
    }

    // --- Numbers and parties ---

    function join(uint256 seed) external official {
        Dice memory dice = _dice(seed);
        if (_roll(dice, 4) != 0) return;
        uint16 register = _office(dice);
        (bytes32 other_, bytes32 key) = (_rightOf(register, dice), _rightOf(register, dice));
        bool single = _isSingle(register);
        bool grave = model.isGrave(other_, single) || model.isGrave(key, single);
        Hand[] memory hands = _hands(_officeHand(register, Modes.SIGNED));
        bool two = _roll(dice, 3) != 0;
        bool whole = _leaveOut(hands, dice);
        if (two) hands = _and(hands, _second(_officeOf(register), Modes.SIGNED));
        bool apart = other_ != key && !model.isAlias(other_) && !model.isAlias(key);
        bool enough = grave ? two && whole : two || whole;
        if (!_expect(_joinAct(JoinAssets(register, other_, key, "paper"), hands), apart && enough)) return;
        model.join(other_, key, single);
    }

    /// @dev A party is succeeded, dissolved, renamed, or what was told of it is taken back.
    function tell(uint256 seed) external official {
        Dice memory dice = _dice(seed);
        uint16 register = _office(dice);
        uint8 member = uint8(_roll(dice, 3));
        uint8 kind =
            [PartyKinds.SUCCEEDED, PartyKinds.DISSOLVED, PartyKinds.CLEARED, PartyKinds.CLEARED][_roll(dice, 4)];
        bytes32 heir = kind == PartyKinds.SUCCEEDED ? _heirWord(member) : bytes32(0);
        RecordParty memory body = RecordParty(register, _wordOf(member), kind, heir, address(0), 0, "paper", "");
        Hand[] memory hands = _both(_officeOf(register), Modes.SIGNED);
        bool told = kind != PartyKinds.CLEARED || toldOf[register][member] != 0;
        bool whole = _leaveOut(hands, dice);
        if (!_expect(_partyAct(body, hands), whole && told)) return;
        toldOf[register][member] = kind == PartyKinds.CLEARED ? 0 : kind;
    }

    // --- Corrections ---

    /// @dev A pledge that is over lives again; in the register of one rank page by page.
    function restore(uint256 seed) external official {
        Dice memory dice = _dice(seed);
        uint40 pledge = _pickIn(1 << PledgeStates.ENDED | 1 << PledgeStates.RESTORING, dice);
        if (pledge == 0) return;
        bool begins = model.stateOf(pledge) != PledgeStates.RESTORING;
        (,,, uint256 last) = model.lives(pledge);
        RectifyPledge memory body = _rectification(pledge, RectifyKinds.RESTORE);
        bool passed = last != 0 && last < block.timestamp;
        body.expires = begins && passed ? _later(dice) : uint40(last);
        if (begins) body.segments = _movedFrom(pledge);
        bool allowed = !begins || model.isOver(pledge) && _areOver(body.segments);
        uint40[] memory segments = model.segmentsOf(pledge);
        uint256 pages = _roll(dice, 3) == 0 ? _roll(dice, segments.length + 1) : segments.length;
        if (!_isSingle(_registerOf(pledge))) pages = 0;
        body.pages = new LeafPage[](pages);
        uint256 first = segments.length == 0 ? 0 : _roll(dice, segments.length);
        for (uint256 i = 0; i < pages; ++i) {
            uint40 segment = segments[(first + i) % segments.length];
            body.pages[i] = _leaves(segment, _listOf(spanOf[segment]), 0, 0);
            allowed = allowed && (begins || model.mayRestore(pledge, segment));
        }
        Hand[] memory hands = _both(_officeOf(_registerOf(pledge)), Modes.SIGNED);
        allowed = _leaveOut(hands, dice) && allowed;
        if (!_expect(_rectifyAct(body, hands), allowed)) return;
        _restored(pledge, body, begins);
    }

    function _restored(uint40 pledge, RectifyPledge memory body, bool begins) private {
        if (begins) model.restore(pledge, body.expires);
        for (uint256 i = 0; i < body.pages.length; ++i) {
            model.restorePage(pledge, body.pages[i].segment);
        }
        model.completeRestoration(pledge);
        _assertPledge(pledge);
    }

    function _later(Dice memory dice) private view returns (uint40) {
        return _roll(dice, 2) == 0 ? 0 : uint40(block.timestamp + 1 + _roll(dice, 200 days));
    }

    /// @dev The list by which a refinancing moved the pledge's segments, from it or to it, while another has them.
    function _movedFrom(uint40 pledge) private view returns (uint40[] memory none) {
        uint40[] memory segments = model.segmentsOf(pledge);
        bool own = segments.length == 0 || model.ownerOf(segments[0]) == pledge;
        if (own) return none;
        return made[pledge].moved.length != 0 ? made[pledge].moved : made[pledge].got;
    }

    function _areOver(uint40[] memory segments) private view returns (bool) {
        for (uint256 i = 0; i < segments.length; ++i) {
            if (!model.isOver(model.ownerOf(segments[i]))) return false;
        }
        return true;
    }

    /// @dev Ended leaves live again.
    function restoreLeaves(uint256 seed) external official {
        Dice memory dice = _dice(seed);
        uint40 pledge = _pickIn(LIVING, dice);
        if (pledge == 0) return;
        uint40[] memory segments = model.segmentsOf(pledge);
        if (segments.length == 0) return;
        uint40 segment = segments[_roll(dice, segments.length)];
        Listed memory listed = _listOf(spanOf[segment]);
        uint256 bits = 1 + _roll(dice, (1 << listed.keys.length) - 1);
        RectifyPledge memory body = _rectification(pledge, RectifyKinds.RESTORE_LEAVES);
        body.pages = new LeafPage[](1);
        body.pages[0] = _leaves(segment, listed, 0, uint128(bits));
        Hand[] memory hands = _both(_officeOf(_registerOf(pledge)), Modes.SIGNED);
        bool allowed = _leaveOut(hands, dice) && model.isLive(pledge) && model.ownerOf(segment) == pledge
            && model.allEnded(segment, bits);
        if (!_expect(_rectifyAct(body, hands), allowed)) return;
        model.revive(segment, bits);
        model.raise(pledge);
        _assertPledge(pledge);
    }

    /// @dev A conflict is over when one right at most is left.
    function settle(uint256 seed) external official {
        Dice memory dice = _dice(seed);
        uint40 pledge = _pickIn(LIVING, dice);
        uint8 state = pledge == 0 ? 0 : model.stateOf(pledge);
        if (state < PledgeStates.REGISTERED || state > PledgeStates.ENDED || _registerOf(pledge) != CN) return;
        RectifyPledge memory body = _rectification(pledge, RectifyKinds.SETTLE_CONFLICT);
        body.assets = new bytes32[](1);
        body.assets[0] = _inDispute(dice);
        bytes32 key = model.resolved(body.assets[0]);
        if (model.isOpen(key)) return;
        Hand[] memory hands = _both(cnOffice, Modes.SIGNED);
        bool whole = _leaveOut(hands, dice);
        if (_expect(_rectifyAct(body, hands), whole && model.maySettle(key))) model.settle(key);
    }

    /// @dev A right in conflict, if there is one.
    function _inDispute(Dice memory dice) private view returns (bytes32 listed) {
        uint256 from = _roll(dice, RIGHTS);
        for (uint256 i = 0; i < RIGHTS; ++i) {
            listed = _key("CNPA", 1 + (from + i) % RIGHTS);
            if (model.inConflict(model.resolved(listed))) return listed;
        }
    }

    // --- Anchored records ---

    /// @dev One live record on one right, anchored and seeded at once, so that the register is never closed for long.
    function anchor(uint256 seed) external official {
        Dice memory dice = _dice(seed);
        if (_roll(dice, 4) != 0) return;
        Span memory span = Span(_office(dice), 1 + _roll(dice, RIGHTS), 1);
        uint16 register = span.register;
        bytes32 number = bytes32(abi.encodePacked("OLD-", uint64(records.length)));
        SeedAssets memory seeds;
        (seeds.register, seeds.anchor, seeds.assets) = (register, ++anchors[register], _listOf(span).keys);
        seeds.numbers = new bytes32[](1);
        seeds.numbers[0] = number;
        records.push(Recorded(register, anchors[register], number, span, false));
        AnchorRegister memory body;
        (body.register, body.records, body.assets, body.evidence) = (register, 1, 1, "paper");
        body.recordsRoot = AnchorLeaves.ofRecord(_record(records[records.length - 1]));
        body.assetsRoot = AnchorLeaves.ofAsset(register, seeds.assets[0], number);
        require(_expect(_anchorAct(body), true), "anchored");
        require(_expect(_seedAct(seeds), true), "seeded");
        model.seed(seeds.assets[0], number, _isSingle(register));
    }

    function _record(Recorded storage kept) private returns (AnchoredRecord memory record) {
        Listed memory listed = _listOf(kept.span);
        (record.register, record.officeNumber, record.state) = (kept.register, kept.number, PledgeStates.REGISTERED);
        record.effective = int40(uint40(START)) - 1000;
        record.holders = 1;
        (record.pledgorsRoot, record.holdersRoot) = (_sideRoot(_pledgors()), _sideRoot(_holders()));
        (record.assetCount, record.assetsRoot) = (uint24(listed.keys.length), listed.root);
    }

    function adopt(uint256 seed) external official {
        Dice memory dice = _dice(seed);
        if (records.length == 0) return;
        Recorded storage kept = records[_roll(dice, records.length)];
        Listed memory listed = _listOf(kept.span);
        AdoptRecord memory body;
        (body.anchor, body.record, body.parties) = (kept.anchor, _record(kept), _usual());
        body.names = _names(body.parties);
        (body.blind, body.pages, body.assets) = (listed.blind, listed.pages, listed.keys);
        body.instrument = _instrument();
        body.instrument.number = kept.number;
        Hand[] memory hands = _hands(_officeHand(kept.register, Modes.SIGNED));
        bool whole = _leaveOut(hands, dice);
        if (!_expect(_adoptAct(body, hands), whole && !kept.adopted)) return;
        kept.adopted = true;
        (uint40 pledge, uint40 segment) = _newest();
        (made[pledge].span, made[pledge].holder, spanOf[segment]) = (kept.span, PLEDGEE, kept.span);
        model.adopt(pledge, _isSingle(kept.register), kept.number, segment, listed.keys[0], body.record.effective);
        _assertPledge(pledge);
    }
}
