// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IMembers} from "../interfaces/IMembers.sol";
import {IRegisters} from "../interfaces/IRegisters.sol";
import {ActCode, Effects, HoldTargets, OfficeCodes, RectifyKinds} from "../types/ActCode.sol";
import {AssetWord} from "../types/AssetWord.sol";
import {JoinAssets, RectifyPledge} from "../types/OfficeBodies.sol";
import {LeafPage} from "../types/PledgeBodies.sol";
import {PledgeFlags, PledgeStates, PledgeWord, TermsWord} from "../types/PledgeWord.sol";
import {SegmentWord} from "../types/SegmentWord.sol";
import {AssetTree} from "./AssetTree.sol";
import {Consents} from "./Consents.sol";
import {PledgeConflicts} from "./PledgeConflicts.sol";
import {PledgeStore} from "./PledgeStore.sol";

/// @title An office corrects its register: joined numbers, ends undone, conflicts settled
/// @dev Code of {PledgeRegistry}, called by delegatecall like {PledgeIntake}. How many officers sign is data of the register; one at least signs whatever it
/// says. All of it goes on in a register that is closed: nothing new is granted.
contract PledgeRectification is PledgeConflicts {
    using ActCode for uint256;
    using AssetWord for uint256;
    using PledgeWord for uint256;
    using SegmentWord for uint256;
    using TermsWord for uint256;

    constructor(address acts, IMembers members, IRegisters registers) PledgeStore(acts, members, registers) {}

    // --- Numbers ---

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
        _voidClaims(body, rule);
        (uint256 other, uint256 key) = (assets[body.other], assets[body.key]);
        (bool otherLive, bool keyLive) = (_isTaken(other), _isTaken(key));
        bool moves = !keyLive && (otherLive || key.segment() == 0);
        _moveBehind(body.other, body.key);
        if (!moves) _keepBehind(body.key, other);
        uint256 record = _recordOn(body.other, other);
        uint256 kept = moves ? record : _recordOn(body.key, key);
        key = key.joined(other, moves) | other
            & (AssetWord.LOOK_FOR_HOLDS | AssetWord.CONFLICT | AssetWord.CLOSED | AssetWord.SEEDED);
        if (key.isUnadopted()) recordOn[body.key] = kept;
        _moveHolds(body.other, body.key);
        (assets[body.other], assets[body.key]) = (other | AssetWord.ALIAS, key);
        aliases[body.other] = body.key;
        if (other & AssetWord.CONFLICT != 0) _moveRivals(body.other, body.key);
        bool same = other.isUnadopted() && _isRecord(body.key, key, record);
        if (_isSingleRank(rule) && otherLive && keyLive && !same) _addRival(body.key, other, record);
    }

    /// @dev Whoever claimed one number comes under what lies on the other: a right that lives, where one rank stands, or a hold that bars claims.
    function _voidClaims(JoinAssets calldata body, uint256 rule) private {
        bool both = _isSingleRank(rule) && _mayBeLive(assets[body.other], rule) && _mayBeLive(assets[body.key], rule);
        (bool otherHeld, bool keyHeld) = (_barsTaking(body.other), _barsTaking(body.key));
        if (both || keyHeld) _endReservations(body.other);
        if (both || otherHeld) _endReservations(body.key);
    }

    /// @dev Whether a running hold bars taking the number.
    function _barsTaking(bytes32 number) private view returns (bool) {
        Hold[] storage list = holds_[HoldTargets.ASSET][number];
        for (uint256 i = 0; i < list.length; ++i) {
            if (list[i].word & (Effects.REGISTER | Effects.ADD_SEGMENT) != 0 && _runs(list[i].word)) return true;
        }
        return false;
    }

    /// @dev Where several ranks stand, reservations on either number are behind the word that the key has then.
    function _moveBehind(bytes32 other, bytes32 key) private {
        uint256[] storage from = behind[other];
        for (uint256 i = 0; i < from.length; ++i) {
            behind[key].push(from[i]);
        }
        delete behind[other];
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

    // --- Rectification ---

    function rectifyPledge(RectifyPledge calldata body) external onlyActs {
        ActContext memory context = _context();
        uint40 pledge = body.on.pledge;
        uint256 head = _known(pledge);
        ActRecord memory done = _requireRectifier(body, head.register(), context);
        require(body.on.version == head.version(), PledgeVersionStale(pledge, body.on.version, head.version()));
        _requireShape(body);
        uint256 rule = REGISTERS.rule(head.register(), head.rules());
        if (body.kind == RectifyKinds.RESTORE) head = _restore(body, head, rule);
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
    function _restore(RectifyPledge calldata body, uint256 head, uint256 rule) private returns (uint256) {
        uint40 pledge = body.on.pledge;
        if (head.state() != PledgeStates.RESTORING) {
            head = _reopened(body, head, rule);
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

    /// @dev The pledge has ended, or lapsed; the end of its entry stays, unless it has passed: a new one is measured by the rule's days from now on.
    function _reopened(RectifyPledge calldata body, uint256 head, uint256 rule) private returns (uint256) {
        uint40 pledge = body.on.pledge;
        bool over = head.state() == PledgeStates.ENDED || head.isLapsed();
        require(over, StateRefused(pledge, head.state(), body.on.code));
        uint40 before = head.expires();
        bool passed = before != 0 && before < block.timestamp;
        require(passed || body.expires == before, RectificationInvalid(pledge, body.kind));
        require(!passed || body.expires == 0 || body.expires > block.timestamp, ExpiryPassed(body.expires));
        if (passed) _requireTerm(body.expires, rule);
        _takeBack(pledge, body.segments);
        reopened[pledge] = counts_.segments;
        head = head.withState(PledgeStates.RESTORING).withExpires(body.expires);
        return head.withPagesLeft(_isSingleRank(rule) ? head.pages() : 0);
    }

    /// @dev Each page once in a restoration, which has this version of the pledge to itself.
    function _markRestored(uint40 pledge, uint24 version, LeafPage calldata page) private {
        uint256 mine = (uint256(version) | uint256(pledge) << 24) << 64;
        uint256 word = restored[page.segment];
        uint64 done = word >> 64 == mine >> 64 ? uint64(word) : 0;
        require(page.page < AssetTree.MOST_PAGES && done >> page.page & 1 == 0, PageRefused(page.page));
        restored[page.segment] = mine | done | uint64(1) << page.page;
    }

    /// @dev Segments that a refinancing moved come back whole, by the list of that refinancing: the last one of the pledge, which names all that it had; of
    /// one that was never refinanced, the one that made it. From whichever of that line has them and is over.
    function _takeBack(uint40 pledge, uint40[] calldata list) private {
        bool own = segments[pledges[pledge].terms.firstSegment()].word.pledge() == pledge;
        uint40 heir = heirs[pledge];
        bool moved = keccak256(abi.encodePacked(list)) == inherited[heir == 0 ? pledge : heir];
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
        _endReservation(word);
        // A word that takes no more links takes no new pledge either; the restoration is refused for nothing.
        if (_isTaken(word) || word.links() == AssetWord.MOST_LINKS) _addLeaf(key, uint64(place));
        else assets[key] = word.linked(segment, leaf);
    }

    function _settleConflicts(RectifyPledge calldata body, uint256 head, uint256 rule) private {
        uint8 state = head.state();
        bool registered = state >= PledgeStates.REGISTERED && state <= PledgeStates.ENDED;
        require(registered || state == PledgeStates.RESTORING, StateRefused(body.on.pledge, state, body.on.code));
        for (uint256 i = 0; i < body.assets.length; ++i) {
            bytes32 key = _resolved(body.assets[i]);
            require(_isOfRegister(rule, key), AssetNotOfRegister(key, head.register()));
            bool struck = _strikeSeed(key, body, head.register());
            if (!struck || assets[key] & AssetWord.CONFLICT != 0) _settle(key);
        }
    }

    /// @dev A record that became this pledge, whole, is no more on an asset that the pledge never took: its seed was wrong. The instrument bears its number.
    function _strikeSeed(bytes32 key, RectifyPledge calldata body, uint16 register) private returns (bool) {
        bytes32 number = body.instrument.number;
        uint40 pledge = body.on.pledge;
        bool whole = segments[pledges[pledge].terms.firstSegment()].word.isComplete();
        if (adopted_[register][number] != pledge || !whole) return false;
        (uint256 word, uint256 record) = (assets[key], AssetWord.recordOf(number));
        if (_isRecord(key, word, record)) {
            assets[key] = word & ~AssetWord.SEEDED;
            emit ConflictSettled(0, key, 0, assets[key], 0);
            return true;
        }
        bool beside = word & AssetWord.CONFLICT != 0 && _hasRecord(key, record);
        if (beside) _dropRecord(key, record);
        return beside;
    }
}
