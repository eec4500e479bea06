// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IMembers} from "../interfaces/IMembers.sol";
import {IRegisters} from "../interfaces/IRegisters.sol";
import {
    ActCode,
    Effects,
    HoldKinds,
    HoldTargets,
    OfficeCodes,
    PartyKinds,
    PartyRoles,
    RectifyKinds
} from "../types/ActCode.sol";
import {AssetWord} from "../types/AssetWord.sol";
import {MemberWord} from "../types/MemberWord.sol";
import {JoinAssets, LiftHold, PlaceHold, RecordParty, RectifyPledge} from "../types/OfficeBodies.sol";
import {LeafPage} from "../types/PledgeBodies.sol";
import {PledgeFlags, PledgeStates, PledgeWord, TermsWord} from "../types/PledgeWord.sol";
import {SegmentWord} from "../types/SegmentWord.sol";
import {AssetTree} from "./AssetTree.sol";
import {Consents} from "./Consents.sol";
import {PartyBook} from "./PartyBook.sol";
import {PledgeConflicts} from "./PledgeConflicts.sol";
import {PledgeStore} from "./PledgeStore.sol";

/// @title An office's own acts: holds, joined numbers, parties, rectification
/// @dev Code of {PledgeRegistry}, called by delegatecall like {PledgeIntake}. How many officers, and whether an order is shown, is data of the register; one
/// officer at least signs whatever it says. All of it goes on in a register that is closed: nothing new is granted.
contract PledgeOffice is PledgeConflicts {
    using ActCode for uint256;
    using AssetWord for uint256;
    using PledgeWord for uint256;
    using SegmentWord for uint256;
    using TermsWord for uint256;

    uint256 private constant MOST_HOLDS = 64;
    /// What takes assets, and so is barred by a hold on one; with it the end of single assets. All else looks at no asset.
    uint256 private constant TAKES = Effects.REGISTER | Effects.ADD_SEGMENT;
    uint256 private constant ASSET_BARS = TAKES | Effects.END_LEAVES;
    uint256 private constant CLAIM_BARS = Effects.SET_TERMS | Effects.SET_PARTIES | Effects.END_ALL
        | Effects.END_LEAVES;
    /// All but notes.
    uint256 private constant BARS = type(uint8).max - Effects.NOTE;
    /// A fee that is owed to the office keeps nobody in a pledge.
    uint256 private constant FEE_BARS = TAKES | Effects.SET_TERMS | Effects.SET_PARTIES;

    constructor(address acts, IMembers members, IRegisters registers) PledgeStore(acts, members, registers) {}

    // --- Holds ---

    function placeHold(PlaceHold calldata body) external onlyActs {
        ActContext memory context = _context();
        bool fee = body.code == OfficeCodes.FEE_HOLD;
        require(fee || body.code == OfficeCodes.HOLD, UnknownCode(body.register, 0, body.code));
        HoldChange memory change = _holdChange(body.register, body.code, body.authority, body.order, context);
        _requireHold(body, fee);
        require(body.until == 0 || body.until > block.timestamp, ExpiryPassed(body.until));
        (bytes32 place, bytes32 named) = _target(change.office, body.register, body.target, body.id);
        _mark(change.office, body.target, place, named);
        if (body.target == HoldTargets.ASSET && body.bars & TAKES != 0) _endReservation(assets[place]);
        uint256 word = uint256(body.bars) | uint256(body.kind) << 8 | uint256(body.until) << 16 | block.timestamp << 56;
        word = _queue(_holds(body.target, place), word | uint256(body.target) << 112, body.order, MOST_HOLDS);
        (change.number, change.word) = (_number(word), word);
        change.marked = _marked(change.office, body.target, place, named);
        emit HoldPlaced(body.target, named, change);
    }

    /// @dev A kind that goes with the code, and effects that a hold there bars.
    function _requireHold(PlaceHold calldata body, bool fee) private pure {
        bool known = body.kind != 0 && body.kind <= HoldKinds.OTHER && fee == (body.kind == HoldKinds.FEE_UNPAID);
        uint256 able = BARS;
        if (body.target == HoldTargets.ASSET) able = ASSET_BARS;
        if (body.target == HoldTargets.CLAIM) able = CLAIM_BARS;
        if (fee) able &= FEE_BARS;
        bool bars = body.bars != 0 && body.bars & ~able == 0;
        require(known && bars, HoldInvalid(body.target, body.kind, body.bars));
    }

    function liftHold(LiftHold calldata body) external onlyActs {
        ActContext memory context = _context();
        bool fee = body.code == OfficeCodes.FEE_LIFT;
        require(fee || body.code == OfficeCodes.LIFT, UnknownCode(body.register, 0, body.code));
        HoldChange memory change = _holdChange(body.register, body.code, body.authority, body.order, context);
        (bytes32 place, bytes32 named) = _target(change.office, body.register, body.target, body.id);
        Hold storage hold = _holdOf(body, place);
        uint256 word = hold.word;
        bool sort = fee == (uint8(word >> 8) == HoldKinds.FEE_UNPAID);
        require(sort, HoldInvalid(body.target, uint8(word >> 8), uint8(word)));
        // Over since the second before: nothing of it runs in this block.
        word = word & ~(uint256(type(uint40).max) << 16) | (block.timestamp - 1) << 16;
        hold.word = word;
        (change.number, change.word) = (body.number, word);
        change.marked = _marked(change.office, body.target, place, named);
        emit HoldLifted(body.target, named, change);
    }

    /// @dev By officers of the register; where its rules ask for an order they show it, with who gave it.
    function _holdChange(uint16 register, uint16 code, bytes32 authority, bytes32 order, ActContext memory context)
        private
        view
        returns (HoldChange memory change)
    {
        (Consents.Scene memory scene,) = _officeScene(register, code, context);
        require(order != 0, DocumentMissing(code));
        if (scene.word.modes(PartyRoles.AUTHORITY) != 0) {
            require(authority != 0, ConsentMissing(PartyRoles.AUTHORITY, 0));
            _requireOrder(scene);
        } else {
            _requireOffice(scene);
        }
        (change.office, change.authority, change.order) = (scene.office, authority, order);
        (change.account, change.act) = (context.account, context.digest);
    }

    /// @dev The running hold of that number on the target.
    function _holdOf(LiftHold calldata body, bytes32 place) private view returns (Hold storage hold) {
        Hold[] storage list = _holds(body.target, place);
        uint256 i = 0;
        while (i < list.length && (_number(list[i].word) != body.number || !_runs(list[i].word))) ++i;
        bool found = i < list.length && uint8(list[i].word >> 112) == body.target;
        require(found, HoldUnknown(body.target, body.id, body.number));
        hold = list[i];
    }

    /// @dev Gives the hold the next number of the queue and the place of the first one that is over; `most` may run.
    function _queue(Hold[] storage list, uint256 word, bytes32 order, uint256 most) private returns (uint256) {
        (uint256 length, uint256 next) = (list.length, 0);
        uint256 place = length;
        for (uint256 i = length; i != 0; --i) {
            uint256 held = list[i - 1].word;
            if (!_runs(held)) place = i - 1;
            if (_number(held) >= next) next = uint256(_number(held)) + 1;
        }
        require(place < most && next <= type(uint16).max, HoldsFull(length));
        word |= next << 96;
        if (place == length) list.push();
        list[place] = Hold(word, order);
        return word;
    }

    function _number(uint256 hold) private pure returns (uint16) {
        return uint16(hold >> 96);
    }

    /// @dev Holds on a pledge and on its claim have one queue, so that whoever acts on the pledge looks once.
    function _holds(uint8 target, bytes32 id) private view returns (Hold[] storage) {
        return holds_[target == HoldTargets.CLAIM ? HoldTargets.PLEDGE : target][id];
    }

    /// @dev Where the target's holds are kept, and how events name it.
    function _target(address office, uint16 register, uint8 target, bytes32 id)
        private
        view
        returns (bytes32 place, bytes32 named)
    {
        if (target == HoldTargets.ASSET) {
            (uint16 version,,) = REGISTERS.current(register);
            bytes32 key = _resolved(id);
            require(_isOfRegister(REGISTERS.rule(register, version), key), AssetNotOfRegister(key, register));
            return (key, key);
        }
        if (target == HoldTargets.PLEDGE || target == HoldTargets.CLAIM) {
            require(
                uint256(id) <= type(uint40).max && _known(uint40(uint256(id))).register() == register, NotOfRegister(id)
            );
            return (id, id);
        }
        require(target == HoldTargets.PARTY && id != 0, HoldInvalid(target, 0, 0));
        return (_partyTarget(office, id), id);
    }

    /// @dev Whoever acts on the target looks for holds from now on.
    function _mark(address office, uint8 target, bytes32 place, bytes32 named) private {
        if (target == HoldTargets.ASSET) {
            assets[place] |= AssetWord.LOOK_FOR_HOLDS;
        } else if (target == HoldTargets.PARTY) {
            PartyBook.markHeld(book, office, named);
        } else {
            Pledge storage pledge = pledges[uint40(uint256(place))];
            pledge.head = pledge.head.withFlags(PledgeFlags.LOOK_FOR_HOLDS);
        }
    }

    function _marked(address office, uint8 target, bytes32 place, bytes32 named) private view returns (uint256) {
        if (target == HoldTargets.ASSET) return assets[place];
        if (target == HoldTargets.PARTY) return PartyBook.wordOf(book, office, named);
        return pledges[uint40(uint256(place))].head;
    }

    // --- Numbers and parties ---

    /// @dev Two officers where something live may lie on either number. Two live ones in a register of one rank are a conflict, which bars new registrations
    /// and nothing else.
    function joinAssets(JoinAssets calldata body) external onlyActs {
        ActContext memory context = _context();
        (uint16 version,,) = REGISTERS.current(body.register);
        uint256 rule = REGISTERS.rule(body.register, version);
        require(_isOfRegister(rule, body.other), AssetNotOfRegister(body.other, body.register));
        require(_isOfRegister(rule, body.key), AssetNotOfRegister(body.key, body.register));
        (uint256 other, uint256 key) = (assets[body.other], assets[body.key]);
        require(body.other != body.key && (other | key) & AssetWord.ALIAS == 0, NotJoinable(body.other, body.key));
        require(uint256(other.links()) + key.links() <= AssetWord.MOST_LINKS, AssetLinksFull(body.key));
        (Consents.Scene memory scene,) = _officeScene(body.register, OfficeCodes.JOIN, context);
        scene.vouched = _mayBeLive(other, rule) || _mayBeLive(key, rule);
        _requireOffice(scene);
        require(body.evidence != 0, DocumentMissing(OfficeCodes.JOIN));
        _join(body, rule);
        emit AssetsJoined(
            body.register,
            body.other,
            body.key,
            assets[body.other],
            assets[body.key],
            body.evidence,
            context.account,
            context.digest
        );
    }

    /// @dev In a register of several ranks a word tells of the last taker only.
    function _mayBeLive(uint256 word, uint256 rule) private view returns (bool) {
        return _isSingleRank(rule) ? word & AssetWord.CONFLICT != 0 || _isTaken(word) : word.links() != 0;
    }

    function _join(JoinAssets calldata body, uint256 rule) private {
        (uint256 other, uint256 key) = (assets[body.other], assets[body.key]);
        bool single = _isSingleRank(rule);
        if (single && _isTaken(other) && _isTaken(key)) {
            _endReservation(other);
            _endReservation(key);
        }
        (bool otherLive, bool keyLive) = (_isTaken(other), _isTaken(key));
        bool moves = !keyLive && (otherLive || key.segment() == 0);
        uint256 record = _recordOn(body.other, other);
        uint256 kept = moves ? record : _recordOn(body.key, key);
        key = key.joined(other, moves) | other
            & (AssetWord.LOOK_FOR_HOLDS | AssetWord.CONFLICT | AssetWord.CLOSED | AssetWord.SEEDED);
        if (key.isUnadopted()) recordOn[body.key] = kept;
        _moveHolds(body.other, body.key);
        (assets[body.other], assets[body.key]) = (other | AssetWord.ALIAS, key);
        aliases[body.other] = body.key;
        if (other & AssetWord.CONFLICT != 0) _moveRivals(body.other, body.key);
        if (single && otherLive && keyLive) _addRival(body.key, other, record);
    }

    /// @dev Running holds on the other number lie on the key from now on.
    function _moveHolds(bytes32 other, bytes32 key) private {
        Hold[] storage from = holds_[HoldTargets.ASSET][other];
        for (uint256 i = 0; i < from.length; ++i) {
            uint256 word = from[i].word;
            if (!_runs(word)) continue;
            uint256 moved = word & ~(uint256(type(uint16).max) << 96);
            moved = _queue(holds_[HoldTargets.ASSET][key], moved, from[i].order, type(uint256).max);
            emit HoldMoved(other, key, _number(word), moved, from[i].order);
        }
    }

    function recordParty(RecordParty calldata body) external onlyActs {
        ActContext memory context = _context();
        (Consents.Scene memory scene,) = _officeScene(body.register, OfficeCodes.PARTY, context);
        _requireOffice(scene);
        require(body.evidence != 0, DocumentMissing(OfficeCodes.PARTY));
        require(body.effective <= int256(block.timestamp), TimeInFuture(body.effective));
        _requireParty(scene.office, body);
        uint256 word = PartyBook.wordOf(book, scene.office, body.party);
        if (body.kind != PartyKinds.RENAMED) {
            word = PartyBook.set(book, scene.office, body.party, body.kind, body.account, body.other);
        }
        emit PartyRecorded(
            scene.office,
            body.party,
            body.kind,
            body.other,
            body.account,
            word,
            body.effective,
            body.evidence,
            body.name,
            context.account,
            context.digest
        );
    }

    /// @dev Each kind with what belongs to it: a successor or receiver who does not lead back; a member's account; a new name; something to take back.
    function _requireParty(address office, RecordParty calldata body) private view {
        uint8 kind = body.kind;
        bool follows = kind == PartyKinds.SUCCEEDED || kind == PartyKinds.RECEIVED;
        bool binds = kind == PartyKinds.MEMBER;
        bool named = bytes(body.name).length != 0;
        bool formed = body.party != 0 && kind >= PartyKinds.MEMBER && kind <= PartyKinds.CLEARED
            && follows == (body.other != 0) && binds == (body.account != address(0))
            && (named ? kind == PartyKinds.RENAMED || kind == PartyKinds.SUCCEEDED : kind != PartyKinds.RENAMED);
        require(formed, PartyInvalid(body.party, kind));
        bool circles = follows && PartyBook.leadsTo(book, office, body.other, body.party);
        require(!circles, PartyInvalid(body.other, kind));
        bool member = !binds || MemberWord.isActiveAccount(MEMBERS.wordOf(body.account), body.account);
        bool told = kind != PartyKinds.CLEARED || PartyBook.isTold(book, office, body.party);
        require(member && told, PartyInvalid(body.party, kind));
    }

    // --- Rectification ---

    function rectifyPledge(RectifyPledge calldata body) external onlyActs {
        ActContext memory context = _context();
        uint40 pledge = body.on.pledge;
        uint256 head = _known(pledge);
        ActRecord memory done = _requireRectifier(body, head.register(), context);
        require(body.on.version == head.version(), PledgeVersionStale(pledge, body.on.version, head.version()));
        _requireShape(body);
        uint256 rule = REGISTERS.rule(head.register(), head.rules());
        if (body.kind == RectifyKinds.RESTORE) head = _restore(body, head, _isSingleRank(rule));
        else if (body.kind == RectifyKinds.RESTORE_LEAVES) head = _restoreLeaves(body, head, _isSingleRank(rule));
        else _settleConflicts(body, head, rule);
        Pledge storage stored = pledges[pledge];
        head = head.withoutFlags(PledgeFlags.CONFLICT);
        if (inConflict[stored.terms.firstSegment()] != 0) head = head.withFlags(PledgeFlags.CONFLICT);
        done.chain = keccak256(abi.encode(stored.chain, context.digest, body.on.code));
        (stored.head, stored.chain) = (head, done.chain);
        Rectification memory words = Rectification(body.kind, head, body.corrects, context.account, done);
        emit PledgeRectified(pledge, words, body.instrument, body.consents, body.segments);
    }

    /// @dev Officers with evidence; an authority's order is shown by its consent, where there is one.
    function _requireRectifier(RectifyPledge calldata body, uint16 register, ActContext memory context)
        private
        view
        returns (ActRecord memory done)
    {
        Consents.Scene memory scene;
        (scene, done.ruleVersion) = _officeScene(register, OfficeCodes.RECTIFY, context);
        require(body.on.code == OfficeCodes.RECTIFY, UnknownCode(register, done.ruleVersion, body.on.code));
        for (uint256 i = 0; i < body.consents.length; ++i) {
            require(body.consents[i].party != 0, ConsentMissing(body.consents[i].role, 0));
            _requireValid(scene, body.consents[i]);
        }
        _requireOffice(scene);
        require(body.corrects != 0 && body.instrument.document != 0, DocumentMissing(body.on.code));
        done.act = context.digest;
        done.code = body.on.code;
        done.effective = _requireTime(scene.word, body.on.code, body.on.when, int40(uint40(block.timestamp)));
        uint16 flags = _timeFlags(body.on.when);
        (done.dateOnly, done.stated) = (flags & PledgeFlags.DATE_ONLY != 0, flags & PledgeFlags.STATED_TIME != 0);
    }

    /// @dev A kind that is known, and no field that it has no use for.
    function _requireShape(RectifyPledge calldata body) private pure {
        bool restores = body.kind == RectifyKinds.RESTORE;
        bool settles = body.kind == RectifyKinds.SETTLE_CONFLICT;
        bool known = restores || settles || body.kind == RectifyKinds.RESTORE_LEAVES;
        bool formed = settles == (body.assets.length != 0) && (restores || body.segments.length + body.expires == 0)
            && (restores || settles != (body.pages.length != 0));
        require(known && formed, RectificationInvalid(body.on.pledge, body.kind));
    }

    /// @dev Page by page in a register of one rank, where others may have taken the assets; live again when all pages are done.
    function _restore(RectifyPledge calldata body, uint256 head, bool single) private returns (uint256) {
        uint40 pledge = body.on.pledge;
        if (head.state() != PledgeStates.RESTORING) {
            head = _reopened(body, head, single);
            // Under restoration it holds its assets: others meet it.
            pledges[pledge].head = head;
        } else {
            bool same = body.segments.length == 0 && body.expires == head.expires();
            require(same, RectificationInvalid(pledge, body.kind));
        }
        require(body.pages.length <= head.pagesLeft(), PageRefused(body.pages.length));
        for (uint256 i = 0; i < body.pages.length; ++i) {
            LeafPage calldata page = body.pages[i];
            require(page.ended == 0, NothingEnded(pledge));
            _markRestored(pledge, head.version(), page);
            _relink(pledge, page, type(uint128).max);
        }
        head = head.withPagesLeft(head.pagesLeft() - uint24(body.pages.length));
        return head.pagesLeft() != 0 ? head : head.raised().withState(PledgeStates.REGISTERED);
    }

    /// @dev The pledge has ended, or lapsed; the end of its entry stays, unless it has passed.
    function _reopened(RectifyPledge calldata body, uint256 head, bool single) private returns (uint256) {
        uint40 pledge = body.on.pledge;
        bool over = head.state() == PledgeStates.ENDED || head.isLapsed();
        require(over, StateRefused(pledge, head.state(), body.on.code));
        uint40 before = head.expires();
        bool passed = before != 0 && before < block.timestamp;
        require(passed || body.expires == before, RectificationInvalid(pledge, body.kind));
        require(!passed || body.expires == 0 || body.expires > block.timestamp, ExpiryPassed(body.expires));
        _takeBack(pledge, body.segments);
        reopened[pledge] = counts_.segments;
        head = head.withState(PledgeStates.RESTORING).withExpires(body.expires);
        return head.withPagesLeft(single ? head.pages() : 0);
    }

    /// @dev Each page once in a restoration, which has this version of the pledge to itself.
    function _markRestored(uint40 pledge, uint24 version, LeafPage calldata page) private {
        uint256 mine = (uint256(version) | uint256(pledge) << 24) << 64;
        uint256 word = restored[page.segment];
        uint64 done = word >> 64 == mine >> 64 ? uint64(word) : 0;
        require(page.page < AssetTree.MOST_PAGES && done >> page.page & 1 == 0, PageRefused(page.page));
        restored[page.segment] = mine | done | uint64(1) << page.page;
    }

    /// @dev Segments that a refinancing moved come back whole, by the list of that refinancing: of the pledge that was refinanced, or of the one that did
    /// it, from whichever of that line has them and is over.
    function _takeBack(uint40 pledge, uint40[] calldata list) private {
        bool own = segments[pledges[pledge].terms.firstSegment()].word.pledge() == pledge;
        bytes32 told = keccak256(abi.encodePacked(list));
        bool moved = told == inherited[heirs[pledge]] || told == inherited[pledge];
        require(own ? list.length == 0 : moved, SegmentsIncomplete(pledge, list.length));
        for (uint256 i = 0; i < list.length; ++i) {
            uint256 word = segments[list[i]].word;
            uint256 head = pledges[word.pledge()].head;
            bool over = head.state() == PledgeStates.ENDED || head.isLapsed();
            require(over, SegmentNotOfPledge(list[i], pledge));
            segments[list[i]].word = word.withPledge(pledge);
        }
    }

    function _restoreLeaves(RectifyPledge calldata body, uint256 head, bool single) private returns (uint256) {
        uint40 pledge = body.on.pledge;
        require(head.isLive(), StateRefused(pledge, head.state(), body.on.code));
        for (uint256 i = 0; i < body.pages.length; ++i) {
            LeafPage calldata page = body.pages[i];
            uint256 first = uint256(page.page) * AssetTree.PAGE;
            uint256 reviving = uint256(page.ended) << (first & 0xff);
            uint256 before = ended[page.segment][first >> 8];
            require(page.ended != 0 && reviving & ~before == 0, NothingEnded(pledge));
            ended[page.segment][first >> 8] = before & ~reviving;
            emit LeavesRestored(pledge, page.segment, first >> 8, before & ~reviving, uint24(first), page.ended);
            if (single) _relink(pledge, page, page.ended);
            else _checkPage(pledge, page);
        }
        return head.raised();
    }

    function _checkPage(uint40 pledge, LeafPage calldata page) private view {
        uint256 word = segments[page.segment].word;
        require(word.pledge() == pledge && word.isActive(), SegmentNotOfPledge(page.segment, pledge));
        // A long list that is adopted page by page is adopted whole first.
        require(word.isComplete(), AssetsIncomplete(pledge, word.claimed(), word.count()));
        _requirePage(page.segment, word, page.page, page.blind, page.pages, page.assets);
    }

    /// @dev Each asset of the page (of those in `which`) whose word names another taker: linked again if that one is gone, else in conflict.
    function _relink(uint40 pledge, LeafPage calldata page, uint128 which) private {
        _checkPage(pledge, page);
        uint256 first = uint256(page.page) * AssetTree.PAGE;
        uint256 count = page.assets.length;
        (bytes32[] memory keys, uint256[] memory words) = (new bytes32[](count), new uint256[](count));
        for (uint256 i = 0; i < count; ++i) {
            keys[i] = _resolved(page.assets[i]);
            bool concerned = which >> i & 1 == 1 && !_isEnded(page.segment, uint24(first + i));
            if (concerned) _relinkLeaf(keys[i], page.segment, first + i);
            words[i] = assets[keys[i]];
        }
        emit PageRelinked(pledge, page.segment, uint24(first), keys, words);
    }

    function _relinkLeaf(bytes32 key, uint40 segment, uint256 leaf) private {
        uint256 word = assets[key];
        uint256 place = segment | leaf << 40;
        if (uint64(word) == place) return;
        require(word.links() < AssetWord.MOST_LINKS, AssetLinksFull(key));
        _endReservation(word);
        if (_isTaken(word)) _addLeaf(key, uint64(place));
        else assets[key] = word.linked(segment, leaf);
    }

    function _settleConflicts(RectifyPledge calldata body, uint256 head, uint256 rule) private {
        uint8 state = head.state();
        bool registered = state >= PledgeStates.REGISTERED && state <= PledgeStates.ENDED;
        require(registered || state == PledgeStates.RESTORING, StateRefused(body.on.pledge, state, body.on.code));
        for (uint256 i = 0; i < body.assets.length; ++i) {
            bytes32 key = _resolved(body.assets[i]);
            require(_isOfRegister(rule, key), AssetNotOfRegister(key, head.register()));
            _settle(key);
        }
    }

    // --- Who may ---

    function _officeScene(uint16 register, uint16 code, ActContext memory context)
        private
        view
        returns (Consents.Scene memory scene, uint16 version)
    {
        address office;
        uint256 word;
        (version, office,, word) = REGISTERS.actNow(register, code);
        require(version != 0, UnknownRegister(register));
        require(word != 0, UnknownCode(register, version, code));
        scene = Consents.Scene(word, office, code, false, context.signers, false, 0);
    }
}
