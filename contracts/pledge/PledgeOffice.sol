// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IMembers} from "../interfaces/IMembers.sol";
import {IRegisters} from "../interfaces/IRegisters.sol";
import {
    ActCode,
    Demands,
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
import {PledgeStore} from "./PledgeStore.sol";

/// @title An office's own acts: holds, joined numbers, parties, rectification
/// @dev Code of {PledgeRegistry}, called by delegatecall like {PledgeIntake}. How many officers, and whether an order is shown, is data of the register.
contract PledgeOffice is PledgeStore {
    using ActCode for uint256;
    using AssetWord for uint256;
    using PledgeWord for uint256;
    using SegmentWord for uint256;
    using TermsWord for uint256;

    uint256 private constant MOST_HOLDS = 64;

    constructor(address acts, IMembers members, IRegisters registers) PledgeStore(acts, members, registers) {}

    // --- Holds ---

    function placeHold(PlaceHold calldata body) external onlyActs {
        ActContext memory context = _context();
        bool fee = body.code == OfficeCodes.FEE_HOLD;
        require(fee || body.code == OfficeCodes.HOLD, UnknownCode(body.register, 0, body.code));
        require(fee == (body.kind == HoldKinds.FEE_UNPAID), HoldInvalid(body.kind, body.bars));
        address office = _officer(body.register, body.code, body.authority, body.order, context);
        require(body.kind != 0 && body.kind <= HoldKinds.OTHER && body.bars != 0, HoldInvalid(body.kind, body.bars));
        require(body.until == 0 || body.until > block.timestamp, ExpiryPassed(body.until));
        bytes32 id = _target(office, body.register, body.target, body.id);
        _mark(office, body, id);
        Hold[] storage list = holds_[body.target][id];
        uint256 word = uint256(body.bars) | uint256(body.kind) << 8 | uint256(body.until) << 16 | block.timestamp << 56;
        uint256 index = _room(list);
        if (index == list.length) list.push(Hold(word, body.order));
        else list[index] = Hold(word, body.order);
        emit HoldPlaced(body.target, body.id, _changed(index, office, word, body.authority, body.order, context));
    }

    function _changed(
        uint256 index,
        address office,
        uint256 word,
        bytes32 authority,
        bytes32 order,
        ActContext memory context
    ) private pure returns (HoldChange memory) {
        return HoldChange(uint16(index), office, word, authority, order, context.account, context.digest);
    }

    function liftHold(LiftHold calldata body) external onlyActs {
        ActContext memory context = _context();
        bool fee = body.code == OfficeCodes.FEE_LIFT;
        require(fee || body.code == OfficeCodes.LIFT, UnknownCode(body.register, 0, body.code));
        address office = _officer(body.register, body.code, body.authority, body.order, context);
        bytes32 id = _target(office, body.register, body.target, body.id);
        Hold[] storage list = holds_[body.target][id];
        require(body.index < list.length && _runs(list[body.index].word), HoldUnknown(body.target, body.id, body.index));
        uint256 word = list[body.index].word;
        require(fee == (uint8(word >> 8) == HoldKinds.FEE_UNPAID), HoldInvalid(uint8(word >> 8), uint8(word)));
        // Over since the second before: nothing of it runs in this block.
        word = word & ~(uint256(type(uint40).max) << 16) | (block.timestamp - 1) << 16;
        list[body.index].word = word;
        emit HoldLifted(body.target, body.id, _changed(body.index, office, word, body.authority, body.order, context));
    }

    /// @dev The first hold that is over gives its place; a queue of more than 64 running ones is refused.
    function _room(Hold[] storage list) private view returns (uint256 index) {
        while (index < list.length && _runs(list[index].word)) ++index;
        require(index < MOST_HOLDS, HoldsFull(index));
    }

    function _target(address office, uint16 register, uint8 target, bytes32 id) private view returns (bytes32) {
        if (target == HoldTargets.ASSET) {
            (uint16 version,,) = REGISTERS.current(register);
            bytes32 key = _resolved(id);
            require(_isOfRegister(REGISTERS.rule(register, version), key), AssetNotOfRegister(key, register));
            return key;
        }
        if (target == HoldTargets.PLEDGE) {
            require(
                uint256(id) <= type(uint40).max && _known(uint40(uint256(id))).register() == register, NotOfRegister(id)
            );
            return id;
        }
        require(target == HoldTargets.PARTY && id != 0, HoldInvalid(target, 0));
        return _partyTarget(office, id);
    }

    /// @dev A hold that bars new links also ends a reservation of the asset, which a registration would not look at again.
    function _mark(address office, PlaceHold calldata body, bytes32 id) private {
        if (body.target == HoldTargets.ASSET) {
            if (body.bars & (Effects.REGISTER | Effects.ADD_SEGMENT) != 0) _endReservation(assets[id]);
            assets[id] |= AssetWord.LOOK_FOR_HOLDS;
        } else if (body.target == HoldTargets.PLEDGE) {
            uint40 pledge = uint40(uint256(id));
            pledges[pledge].head = pledges[pledge].head.withFlags(PledgeFlags.LOOK_FOR_HOLDS);
        } else {
            PartyBook.markHeld(book, office, body.id);
        }
    }

    // --- Numbers and parties ---

    /// @dev Two officers where a live pledge lies on either number. Two live ones in a register of one rank are a conflict, which bars new registrations and
    /// nothing else.
    function joinAssets(JoinAssets calldata body) external onlyActs {
        ActContext memory context = _context();
        (uint16 version,,) = REGISTERS.current(body.register);
        uint256 rule = REGISTERS.rule(body.register, version);
        require(_isOfRegister(rule, body.other), AssetNotOfRegister(body.other, body.register));
        require(_isOfRegister(rule, body.key), AssetNotOfRegister(body.key, body.register));
        (uint256 other, uint256 key) = (assets[body.other], assets[body.key]);
        require(body.other != body.key && (other | key) & AssetWord.ALIAS == 0, NotJoinable(body.other, body.key));
        require(uint256(other.links()) + key.links() <= AssetWord.MOST_LINKS, AssetLinksFull(body.key));
        (bool otherLive, bool keyLive) = (_isTaken(other), _isTaken(key));
        Consents.Scene memory scene = _officeScene(body.register, OfficeCodes.JOIN, context);
        require(body.evidence != 0, DocumentMissing(OfficeCodes.JOIN));
        scene.vouched = otherLive || keyLive;
        _requireOfficers(scene);
        if (otherLive && keyLive && _isSingleRank(rule)) {
            // Of two that claim one right a reservation gives way; two live ones are a conflict.
            _endReservation(other);
            _endReservation(key);
            (otherLive, keyLive) = (_isTaken(other), _isTaken(key));
        }
        if (other.links() != 0) key = key.joined(other, !keyLive && (otherLive || key.segment() == 0));
        if (otherLive && keyLive && _isSingleRank(rule)) key |= AssetWord.CONFLICT;
        key |= other & (AssetWord.LOOK_FOR_HOLDS | AssetWord.CONFLICT | AssetWord.CLOSED | AssetWord.SEEDED);
        _moveHolds(body.other, body.key);
        (assets[body.other], assets[body.key]) = (other | AssetWord.ALIAS, key);
        aliases[body.other] = body.key;
        emit AssetsJoined(
            body.register, body.other, body.key, assets[body.other], key, body.evidence, context.account, context.digest
        );
    }

    /// @dev Holds on the other number lie on the key from now on.
    function _moveHolds(bytes32 other, bytes32 key) private {
        Hold[] storage from = holds_[HoldTargets.ASSET][other];
        Hold[] storage to = holds_[HoldTargets.ASSET][key];
        require(from.length + to.length <= MOST_HOLDS, HoldsFull(from.length + to.length));
        for (uint256 i = 0; i < from.length; ++i) {
            to.push(from[i]);
        }
    }

    function _isTaken(uint256 word) private view returns (bool) {
        return word.isUnadopted() || _occupant(word) != 0;
    }

    function recordParty(RecordParty calldata body) external onlyActs {
        ActContext memory context = _context();
        Consents.Scene memory scene = _officeScene(body.register, OfficeCodes.PARTY, context);
        _requireOfficers(scene);
        require(body.evidence != 0, DocumentMissing(OfficeCodes.PARTY));
        require(
            body.party != 0 && body.kind >= PartyKinds.MEMBER && body.kind <= PartyKinds.CLEARED,
            PartyInvalid(body.party, body.kind)
        );
        bool followed = body.kind == PartyKinds.SUCCEEDED || body.kind == PartyKinds.RECEIVED;
        require(followed == (body.other != 0), PartyInvalid(body.other, body.kind));
        bool circles = followed && PartyBook.leadsTo(book, scene.office, body.other, body.party);
        require(!circles, PartyInvalid(body.other, body.kind));
        bool member = body.kind == PartyKinds.MEMBER;
        require(member == (body.account != address(0)), PartyInvalid(body.party, body.kind));
        require(!member || MemberWord.isActive(MEMBERS.wordOf(body.account)), PartyInvalid(body.party, body.kind));
        if (body.kind != PartyKinds.RENAMED) {
            PartyBook.set(book, scene.office, body.party, body.kind, body.account, body.other);
        }
        emit PartyRecorded(
            scene.office,
            body.party,
            body.kind,
            body.other,
            body.account,
            body.effective,
            body.evidence,
            body.name,
            context.account,
            context.digest
        );
    }

    // --- Rectification ---

    function rectifyPledge(RectifyPledge calldata body) external onlyActs {
        ActContext memory context = _context();
        uint256 head = _known(body.on.pledge);
        Consents.Scene memory scene = _officeScene(head.register(), OfficeCodes.RECTIFY, context);
        require(body.on.code == OfficeCodes.RECTIFY, UnknownCode(head.register(), 0, body.on.code));
        _requireOfficers(scene);
        require(body.corrects != 0 && body.instrument.document != 0, DocumentMissing(body.on.code));
        require(body.on.version == head.version(), PledgeVersionStale(body.on.pledge, body.on.version, head.version()));
        uint256 rule = REGISTERS.rule(head.register(), head.rules());
        if (body.kind == RectifyKinds.RESTORE) head = _restore(body, head, rule);
        else if (body.kind == RectifyKinds.RESTORE_LEAVES) head = _restoreLeaves(body, head, rule);
        else if (body.kind == RectifyKinds.SETTLE_CONFLICT) head = _settleConflicts(body, head);
        else revert NoteUnknown(body.kind);
        Pledge storage stored = pledges[body.on.pledge];
        stored.head = head;
        stored.chain = keccak256(abi.encode(stored.chain, context.digest, body.on.code));
        Rectification memory words =
            Rectification(body.kind, head, stored.chain, body.corrects, context.account, context.digest);
        emit PledgeRectified(body.on.pledge, words, body.instrument, body.consents, body.segments);
    }

    /// @dev Page by page in a register of one rank, where others may have taken the assets; live again when all pages are done.
    function _restore(RectifyPledge calldata body, uint256 head, uint256 rule) private returns (uint256) {
        uint40 pledge = body.on.pledge;
        if (head.state() != PledgeStates.RESTORING) {
            bool over = head.state() == PledgeStates.ENDED || head.isLapsed();
            require(over, StateRefused(pledge, head.state(), body.on.code));
            require(body.expires == 0 || body.expires > block.timestamp, ExpiryPassed(body.expires));
            uint24 left = _isSingleRank(rule) ? head.pages() : 0;
            head = head.withState(PledgeStates.RESTORING).withPagesLeft(left).withExpires(body.expires);
            _takeBack(pledge, body.segments);
        }
        for (uint256 i = 0; i < body.pages.length; ++i) {
            LeafPage calldata page = body.pages[i];
            require(page.ended == 0, NothingEnded(pledge));
            _markRestored(head.version(), page);
            head = _relink(pledge, head, page, type(uint128).max);
            head = head.withPagesLeft(head.pagesLeft() - 1);
        }
        if (head.pagesLeft() != 0) return head;
        return head.raised().withState(PledgeStates.REGISTERED);
    }

    /// @dev Each page once in a restoration, which has the pledge's version to itself.
    function _markRestored(uint24 version, LeafPage calldata page) private {
        uint256 word = restored[page.segment];
        uint64 done = uint24(word >> 64) == version ? uint64(word) : 0;
        require(done >> page.page & 1 == 0, PageRefused(page.page));
        restored[page.segment] = uint256(version) << 64 | done | uint64(1) << page.page;
    }

    /// @dev Segments of a refinanced pledge belong to the one in its place; they come back when that one has ended.
    function _takeBack(uint40 pledge, uint40[] calldata list) private {
        for (uint256 i = 0; i < list.length; ++i) {
            uint256 word = segments[list[i]].word;
            uint256 heir = pledges[word.pledge()].head;
            bool free = heir.state() == PledgeStates.ENDED && heir.hasFlag(PledgeFlags.REFINANCES);
            require(free && word.isActive(), SegmentNotOfPledge(list[i], pledge));
            segments[list[i]].word = word.withPledge(pledge);
        }
        bool whole = segments[pledges[pledge].terms.firstSegment()].word.pledge() == pledge;
        require(whole, SegmentsIncomplete(pledge, list.length));
    }

    function _restoreLeaves(RectifyPledge calldata body, uint256 head, uint256 rule) private returns (uint256) {
        uint40 pledge = body.on.pledge;
        require(head.isLive() && body.pages.length != 0, StateRefused(pledge, head.state(), body.on.code));
        for (uint256 i = 0; i < body.pages.length; ++i) {
            LeafPage calldata page = body.pages[i];
            uint256 first = uint256(page.page) * AssetTree.PAGE;
            uint256 reviving = uint256(page.ended) << (first & 0xff);
            uint256 before = ended[page.segment][first >> 8];
            require(page.ended != 0 && reviving & ~before == 0, NothingEnded(pledge));
            ended[page.segment][first >> 8] = before & ~reviving;
            if (_isSingleRank(rule)) head = _relink(pledge, head, page, page.ended);
            else _checkPage(pledge, page);
            emit LeavesRestored(pledge, page.segment, first >> 8, before & ~reviving, uint24(first), page.ended);
        }
        return head.raised();
    }

    function _checkPage(uint40 pledge, LeafPage calldata page) private view {
        uint256 word = segments[page.segment].word;
        require(word.pledge() == pledge && word.isActive(), SegmentNotOfPledge(page.segment, pledge));
        _requirePage(page.segment, word, page.page, page.blind, page.pages, page.assets);
    }

    /// @dev Each asset of the page (of those in `which`) whose word names another taker: linked again if that one is gone, else in conflict.
    function _relink(uint40 pledge, uint256 head, LeafPage calldata page, uint128 which) private returns (uint256) {
        _checkPage(pledge, page);
        uint256 first = uint256(page.page) * AssetTree.PAGE;
        uint256[] memory words = new uint256[](page.assets.length);
        for (uint256 i = 0; i < page.assets.length; ++i) {
            bytes32 key = _resolved(page.assets[i]);
            uint256 word = assets[key];
            bool concerned = which >> i & 1 == 1 && !_isEnded(page.segment, uint24(first + i));
            if (concerned && (word.segment() != page.segment || word.leaf() != first + i)) {
                require(word.links() < AssetWord.MOST_LINKS, AssetLinksFull(key));
                _endReservation(word);
                bool taken = _occupant(word) != 0;
                word = taken ? word | AssetWord.CONFLICT : word.linked(page.segment, first + i);
                if (taken) head = head.withFlags(PledgeFlags.CONFLICT);
                assets[key] = word;
            }
            words[i] = word;
        }
        emit PageRelinked(pledge, page.segment, uint24(first), words);
        return head;
    }

    /// @dev Bars nothing any more: one of the two has ended, or an order says which stands.
    function _settleConflicts(RectifyPledge calldata body, uint256 head) private returns (uint256) {
        require(body.assets.length != 0, NothingToDo());
        for (uint256 i = 0; i < body.assets.length; ++i) {
            bytes32 key = _resolved(body.assets[i]);
            uint256 word = assets[key];
            require(word & AssetWord.CONFLICT != 0, NotInConflict(key));
            assets[key] = word & ~AssetWord.CONFLICT;
            emit ConflictSettled(body.on.pledge, key, assets[key]);
        }
        return head.withoutFlags(PledgeFlags.CONFLICT);
    }

    // --- Who may ---

    function _officeScene(uint16 register, uint16 code, ActContext memory context)
        private
        view
        returns (Consents.Scene memory scene)
    {
        (uint16 version, address office,, uint256 word) = REGISTERS.actNow(register, code);
        require(version != 0, UnknownRegister(register));
        require(word != 0, UnknownCode(register, version, code));
        scene = Consents.Scene(word, office, code, false, context.signers, false, 0);
    }

    /// @dev Officers of the register; where its rules ask for an order they show it, with who gave it.
    function _officer(uint16 register, uint16 code, bytes32 authority, bytes32 order, ActContext memory context)
        private
        view
        returns (address)
    {
        Consents.Scene memory scene = _officeScene(register, code, context);
        require(order != 0, DocumentMissing(code));
        if (scene.word.modes(PartyRoles.AUTHORITY) != 0) {
            require(authority != 0, ConsentMissing(PartyRoles.AUTHORITY, 0));
            _requireOrder(scene);
        } else {
            _requireOfficers(scene);
        }
        return scene.office;
    }
}
