// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IMembers} from "../interfaces/IMembers.sol";
import {IRegisters} from "../interfaces/IRegisters.sol";
import {ActCode, Effects, PartyRoles, Sides} from "../types/ActCode.sol";
import {AddSegment, ChangeParties, ChangeTerms, Consent, Party, PledgeActs} from "../types/PledgeBodies.sol";
import {PledgeFlags, PledgeWord, TermsWord} from "../types/PledgeWord.sol";
import {SegmentWord} from "../types/SegmentWord.sol";
import {Consents} from "./Consents.sol";
import {PartyRoots} from "./PartyRoots.sol";
import {PledgeActing} from "./PledgeActing.sol";
import {PledgeStore} from "./PledgeStore.sol";

/// @title What changes a registered pledge: its terms, its parties, its assets
/// @dev Code of {PledgeRegistry}, called by delegatecall like {PledgeIntake}; reached from {PledgeLife} only, as the first half of one document.
contract PledgeChanges is PledgeActing {
    using ActCode for uint256;
    using PledgeWord for uint256;
    using SegmentWord for uint256;
    using TermsWord for uint256;

    constructor(address acts, IMembers members, IRegisters registers) PledgeStore(acts, members, registers) {}

    /// @dev No kind of act of its own: `document` is the body of {PledgeLife-pledgeActs}.
    function changePledges(PledgeActs calldata document) external onlyActs {
        ActContext memory context = _context();
        for (uint256 i = 0; i < document.terms.length; ++i) {
            _changeTerms(document, document.terms[i], context);
        }
        for (uint256 i = 0; i < document.parties.length; ++i) {
            _changeParties(document, document.parties[i], context);
        }
        for (uint256 i = 0; i < document.segments.length; ++i) {
            _addSegment(document, document.segments[i], context);
        }
    }

    function _changeTerms(PledgeActs calldata body, ChangeTerms calldata change, ActContext memory context) private {
        Work memory work = _begin(change.on, change.parties, body.consents, body.instrument, Effects.SET_TERMS, context);
        _requireNewTerms(work, change.terms, change.parties.pledgors);
        Pledge storage stored = pledges[work.pledge];
        stored.terms =
            stored.terms.withTerms(change.terms.ceiling, change.terms.currency, change.terms.kind, change.terms.due);
        if (change.content != 0) stored.content = change.content;
        work.head = work.head.raised().withExpires(change.terms.expires);
        ActRecord memory done = _finish(work, change.on, body.consents);
        emit TermsChanged(
            work.pledge, body.instrument.number, work.head, stored.terms, stored.content, change.agreement, done
        );
    }

    function _changeParties(PledgeActs calldata body, ChangeParties calldata change, ActContext memory context)
        private
    {
        Work memory work =
            _begin(change.on, change.parties, body.consents, body.instrument, Effects.SET_PARTIES, context);
        _requireChange(work, body.consents, change);
        Pledge storage stored = pledges[work.pledge];
        if (change.pledgors.length != 0) work.pledgors = PartyRoots.ofSide(change.pledgors);
        if (change.holders.length != 0) {
            work.holders = PartyRoots.ofSide(change.holders);
            stored.terms = stored.terms.withHolders(uint8(change.holders.length));
        }
        stored.parties = PartyRoots.ofBoth(work.pledgors, work.holders);
        work.head = work.head.raised();
        ActRecord memory done = _finish(work, change.on, body.consents);
        _emitParties(body.instrument.number, change, work, done);
    }

    function _requireChange(Work memory work, Consent[] calldata consents, ChangeParties calldata change) private view {
        Consents.Scene memory scene = work.scene;
        uint256 sides = change.pledgors.length == 0 ? 0 : Sides.PLEDGORS;
        if (change.holders.length != 0) sides |= Sides.HOLDERS;
        require(sides != 0, NothingToDo());
        require(sides & ~scene.word.sides() == 0, SideRefused(scene.code, sides));
        _requireParties(change.pledgors, false);
        _requireParties(change.holders, true);
        _requireHolders(scene, consents, change);
        _requireNewcomers(scene, consents, change.pledgors, change.parties.pledgors, PartyRoles.NEW_PLEDGOR);
        _requireNewcomers(scene, consents, change.holders, change.parties.holders, PartyRoles.NEW_PLEDGEE);
        _requireFit(work, change.pledgors);
        _requireFit(work, change.holders);
        _requireOfficers(scene);
        uint256 looked = _requireNames(change.holders, change.names, _requireNames(change.pledgors, change.names, 0));
        require(looked == change.names.length, NameMismatch(looked));
    }

    /// @dev Every present holder consents, but one who keeps its share where the shares in all stay the same: a part of the claim may go to another
    /// without asking the rest (Interpretation on Security 39).
    function _requireHolders(Consents.Scene memory scene, Consent[] calldata consents, ChangeParties calldata change)
        private
        view
    {
        if (scene.word.modes(PartyRoles.PLEDGEE) == 0) return;
        Party[] calldata present = change.parties.holders;
        bool even = change.holders.length != 0 && _weight(present) == _weight(change.holders);
        bool[] memory stands = _standing(present, change.holders);
        uint256 next = 0;
        for (uint256 i = 0; i < present.length; ++i) {
            if (even && stands[i]) continue;
            next = _requireOne(scene, consents, present[i].role, present[i].id, next);
        }
    }

    /// @dev Who comes in, or stays with another share, consents.
    function _requireNewcomers(
        Consents.Scene memory scene,
        Consent[] calldata consents,
        Party[] calldata list,
        Party[] calldata present,
        uint8 role
    ) private view {
        if (scene.word.modes(role) == 0) return;
        bool[] memory stands = _standing(list, present);
        uint256 next = 0;
        for (uint256 i = 0; i < list.length; ++i) {
            if (!stands[i]) next = _requireOne(scene, consents, role, list[i].id, next);
        }
    }

    /// @dev A new list meets the holds on its parties, if no order makes it, and the rule contract.
    function _requireFit(Work memory work, Party[] calldata list) private view {
        if (list.length == 0) return;
        if (work.scene.word.modes(PartyRoles.AUTHORITY) == 0) {
            _requirePartiesFree(work.scene.office, list, Effects.SET_PARTIES);
        }
        (uint16 register, uint16 version) = (work.head.register(), work.ruleVersion);
        uint256 rule = REGISTERS.rule(register, version);
        _requireAdmitted(rule, register, version, work.scene.code, work.head, work.head.expires(), list, _noKeys());
    }

    function _weight(Party[] calldata list) private pure returns (uint256 weight) {
        for (uint256 i = 0; i < list.length; ++i) {
            weight += list[i].share;
        }
    }

    /// @dev Who of the list stands in the other just as it is; one entry there stands for one here, so that of two equal ones none vanishes unseen.
    function _standing(Party[] calldata list, Party[] calldata other) private pure returns (bool[] memory stands) {
        stands = new bool[](list.length);
        bool[] memory used = new bool[](other.length);
        for (uint256 i = 0; i < list.length; ++i) {
            for (uint256 j = 0; j < other.length && !stands[i]; ++j) {
                if (used[j] || !_isSame(list[i], other[j])) continue;
                (stands[i], used[j]) = (true, true);
            }
        }
    }

    function _isSame(Party calldata one, Party calldata other) private pure returns (bool) {
        return
            one.id == other.id && one.role == other.role && one.nameHash == other.nameHash && one.share == other.share;
    }

    function _emitParties(bytes32 number, ChangeParties calldata change, Work memory work, ActRecord memory done)
        private
    {
        Pledge storage stored = pledges[work.pledge];
        emit PartiesChanged(
            work.pledge,
            number,
            work.head,
            stored.terms,
            stored.parties,
            change.pledgors,
            change.holders,
            change.names,
            done
        );
    }

    function _addSegment(PledgeActs calldata body, AddSegment calldata added, ActContext memory context) private {
        Work memory work = _begin(added.on, added.parties, body.consents, body.instrument, Effects.ADD_SEGMENT, context);
        uint256 rule = REGISTERS.rule(work.head.register(), work.ruleVersion);
        uint40 segment = added.reserved == 0 ? _linkNow(work, rule, added) : _linkedBefore(work, rule, added);
        _requireTitles(work.pledge, segment, added.list, added.titles);
        Pledge storage stored = pledges[work.pledge];
        uint16 segmentsNow = stored.terms.segments();
        require(segmentsNow < type(uint16).max, PageRefused(segmentsNow));
        stored.terms = stored.terms.withSegments(segmentsNow + 1);
        if (added.list.count == 0) work.head = work.head.withFlags(PledgeFlags.ASSETS_NOT_STATED);
        work.head = work.head.raised().withMorePages(_pages(added.list.count));
        ActRecord memory done = _finish(work, added.on, body.consents);
        segments[segment].word = segments[segment].word.withEffective(done.effective, done.dateOnly);
        _emitSegment(body.instrument.number, segment, added, work, done);
    }

    function _linkNow(Work memory work, uint256 rule, AddSegment calldata added) private returns (uint40 segment) {
        uint16 register = work.head.register();
        _requireList(register, rule, added.list);
        _requireAdmitted(
            rule,
            register,
            work.ruleVersion,
            added.on.code,
            work.head,
            work.head.expires(),
            added.parties.pledgors,
            added.assets
        );
        segment = _newSegment(work.pledge, added.list.root, added.list.count, added.list.titles, 0);
        _linkWhole(Page(segment, work.pledge, register, rule, Effects.ADD_SEGMENT, false, 0), added.blind, added.assets);
    }

    /// @dev The segment was reserved for this list, is whole, and its reservation holds.
    function _linkedBefore(Work memory work, uint256 rule, AddSegment calldata added)
        private
        view
        returns (uint40 segment)
    {
        segment = added.reserved;
        uint256 word = segments[segment].word;
        bool own = _isReservedFor(work.pledge, segment) && segments[segment].root == added.list.root
            && word.count() == added.list.count && titlesOf[segment] == added.list.titles;
        require(own && added.list.count != 0, SegmentNotOfPledge(segment, work.pledge));
        require(added.assets.length == 0, AssetCountInvalid(added.assets.length));
        require(word.isComplete(), AssetsIncomplete(work.pledge, word.claimed(), word.count()));
        require(block.timestamp <= word.reservedUntil(), ReservationEnded(work.pledge, word.reservedUntil()));
        _requireSeeded(work.head.register(), rule);
    }

    function _emitSegment(
        bytes32 number,
        uint40 segment,
        AddSegment calldata added,
        Work memory work,
        ActRecord memory done
    ) private {
        emit SegmentAdded(
            work.pledge,
            number,
            segment,
            work.head,
            pledges[work.pledge].terms,
            segments[segment].word,
            added.list.root,
            added.content,
            done
        );
        if (added.titles.length != 0) emit TitlesPublished(work.pledge, segment, 0, added.titles);
    }
}
