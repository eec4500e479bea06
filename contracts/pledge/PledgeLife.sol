// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IMembers} from "../interfaces/IMembers.sol";
import {IRegisters} from "../interfaces/IRegisters.sol";
import {ActCode, Demands, Effects, MatchBases, NoteKinds, PartyRoles, Sides} from "../types/ActCode.sol";
import {
    ActOn,
    AddSegment,
    ChangeParties,
    ChangeTerms,
    Consent,
    LeafPage,
    NotePledge,
    PartiesNow,
    Party,
    PledgeActs,
    ReleaseAssets,
    ReleasePledge,
    SetPledgeState
} from "../types/PledgeBodies.sol";
import {PledgeFlags, PledgeStates, PledgeWord, TermsWord} from "../types/PledgeWord.sol";
import {SegmentWord} from "../types/SegmentWord.sol";
import {AssetTree} from "./AssetTree.sol";
import {Consents} from "./Consents.sol";
import {PledgeActing} from "./PledgeActing.sol";
import {PledgeStore} from "./PledgeStore.sol";

/// @title What happens to a registered pledge
/// @dev Code of {PledgeRegistry}, called by delegatecall like {PledgeIntake}. Whatever a register's rules say: only a registered or enforcing
/// pledge that has not lapsed is changed, one that ended stays ended, and no act gives the pledged right to anybody.
contract PledgeLife is PledgeActing {
    using ActCode for uint256;
    using PledgeWord for uint256;
    using SegmentWord for uint256;
    using TermsWord for uint256;

    constructor(address acts, IMembers members, IRegisters registers) PledgeStore(acts, members, registers) {}

    function pledgeActs(PledgeActs calldata body) external onlyActs {
        ActContext memory context = _context();
        uint256 done = 0;
        emit InstrumentRecorded(context.digest, body.instrument.number, body.instrument, body.consents, context.account);
        for (uint256 i = 0; i < body.terms.length; ++i) {
            _changeTerms(body, body.terms[i], context);
            ++done;
        }
        for (uint256 i = 0; i < body.parties.length; ++i) {
            _changeParties(body, body.parties[i], context);
            ++done;
        }
        for (uint256 i = 0; i < body.segments.length; ++i) {
            _addSegment(body, body.segments[i], context);
            ++done;
        }
        for (uint256 i = 0; i < body.partReleases.length; ++i) {
            _releaseAssets(body, body.partReleases[i], context);
            ++done;
        }
        for (uint256 i = 0; i < body.releases.length; ++i) {
            _releasePledge(body, body.releases[i], context);
            ++done;
        }
        for (uint256 i = 0; i < body.states.length; ++i) {
            _setState(body, body.states[i], context);
            ++done;
        }
        for (uint256 i = 0; i < body.notes.length; ++i) {
            _note(body, body.notes[i], context);
            ++done;
        }
        require(done != 0, NothingToDo());
    }

    function _changeTerms(PledgeActs calldata body, ChangeTerms calldata change, ActContext memory context) private {
        Work memory work = _begin(change.on, change.parties, body.consents, body.instrument, Effects.SET_TERMS, context);
        _requireNewTerms(work, change);
        Pledge storage stored = pledges[work.pledge];
        stored.terms =
            stored.terms.withTerms(change.terms.ceiling, change.terms.currency, change.terms.kind, change.terms.due);
        if (change.content != 0) stored.content = change.content;
        work.head = work.head.raised().withExpires(change.terms.expires);
        ActRecord memory done = _finish(work, change.on);
        emit TermsChanged(
            work.pledge, body.instrument.number, work.head, stored.terms, stored.content, change.agreement, done
        );
    }

    /// @dev A later end within the rule's days for renewal, else as at registration.
    function _requireNewTerms(Work memory work, ChangeTerms calldata change) private view {
        uint256 rule = REGISTERS.rule(work.head.register(), work.ruleVersion);
        (uint40 before, uint40 after_) = (work.head.expires(), change.terms.expires);
        if (after_ != before) {
            _requireTerms(change.terms, rule);
            uint256 window = uint16(rule >> 224) * 1 days;
            bool renewal = before != 0 && (after_ == 0 || after_ > before);
            bool open = !renewal || window == 0 || block.timestamp + window >= before;
            require(open, RenewalEarly(work.pledge, before, window));
        } else {
            // An entry that keeps its end is not measured by its days again.
            _requireTerms(change.terms, 0);
        }
        _requireAdmitted(
            rule,
            work.head.register(),
            work.ruleVersion,
            change.on.code,
            work.head,
            after_,
            change.parties.pledgors,
            _noKeys()
        );
    }

    function _changeParties(PledgeActs calldata body, ChangeParties calldata change, ActContext memory context)
        private
    {
        Work memory work =
            _begin(change.on, change.parties, body.consents, body.instrument, Effects.SET_PARTIES, context);
        _requireChange(work.scene, body.consents, change);
        Pledge storage stored = pledges[work.pledge];
        if (change.pledgors.length != 0) work.pledgors = _sideRoot(change.pledgors);
        if (change.holders.length != 0) {
            work.holders = _sideRoot(change.holders);
            stored.terms = stored.terms.withHolders(uint8(change.holders.length));
        }
        stored.parties = _partiesRoot(work.pledgors, work.holders);
        work.head = work.head.raised();
        ActRecord memory done = _finish(work, change.on);
        _emitParties(body.instrument.number, change, work, done);
    }

    function _requireChange(Consents.Scene memory scene, Consent[] calldata consents, ChangeParties calldata change)
        private
        view
    {
        uint256 sides = change.pledgors.length == 0 ? 0 : Sides.PLEDGORS;
        if (change.holders.length != 0) sides |= Sides.HOLDERS;
        require(sides != 0, NothingToDo());
        require(sides & ~scene.word.sides() == 0, SideRefused(scene.code, sides));
        _requireParties(change.pledgors, false);
        _requireParties(change.holders, true);
        _requireHolders(scene, consents, change);
        _requireNewcomers(scene, consents, change.pledgors, change.parties.pledgors, PartyRoles.NEW_PLEDGOR);
        _requireNewcomers(scene, consents, change.holders, change.parties.holders, PartyRoles.NEW_PLEDGEE);
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
        uint256 next = 0;
        for (uint256 i = 0; i < present.length; ++i) {
            if (even && _stands(present[i], change.holders)) continue;
            next = _requireOne(scene, consents, present[i].role, present[i].id, next);
        }
    }

    function _requireNewcomers(
        Consents.Scene memory scene,
        Consent[] calldata consents,
        Party[] calldata list,
        Party[] calldata present,
        uint8 role
    ) private view {
        if (scene.word.modes(role) == 0) return;
        uint256 next = 0;
        for (uint256 i = 0; i < list.length; ++i) {
            if (_stands(list[i], present)) continue;
            next = _requireOne(scene, consents, role, list[i].id, next);
        }
        _requirePartiesFree(scene.office, list, Effects.SET_PARTIES);
    }

    function _weight(Party[] calldata list) private pure returns (uint256 weight) {
        for (uint256 i = 0; i < list.length; ++i) {
            weight += list[i].share;
        }
    }

    /// @dev Whether a party stands in a list just as it is.
    function _stands(Party calldata party, Party[] calldata list) private pure returns (bool) {
        bytes32 word = keccak256(abi.encode(party));
        for (uint256 i = 0; i < list.length; ++i) {
            if (list[i].id == party.id && keccak256(abi.encode(list[i])) == word) return true;
        }
        return false;
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
        uint40 segment = added.reserved == 0 ? _linkNow(work, rule, added) : _linkedBefore(work, added);
        _requireTitles(work.pledge, segment, added.list, added.titles);
        Pledge storage stored = pledges[work.pledge];
        uint16 segmentsNow = stored.terms.segments();
        require(segmentsNow < type(uint16).max, PageRefused(segmentsNow));
        stored.terms = stored.terms.withSegments(segmentsNow + 1);
        if (added.list.count == 0) work.head = work.head.withFlags(PledgeFlags.ASSETS_NOT_STATED);
        work.head = work.head.raised().withMorePages(_pages(added.list.count));
        ActRecord memory done = _finish(work, added.on);
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
    function _linkedBefore(Work memory work, AddSegment calldata added) private view returns (uint40 segment) {
        segment = added.reserved;
        uint256 word = segments[segment].word;
        bool own = word.pledge() == work.pledge && !word.isActive() && segments[segment].root == added.list.root
            && word.count() == added.list.count && titlesOf[segment] == added.list.titles;
        require(own && added.list.count != 0, SegmentNotOfPledge(segment, work.pledge));
        require(added.assets.length == 0, AssetCountInvalid(added.assets.length));
        require(word.isComplete(), AssetsIncomplete(work.pledge, word.claimed(), word.count()));
        require(block.timestamp <= word.reservedUntil(), ReservationEnded(work.pledge, word.reservedUntil()));
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

    function _releaseAssets(PledgeActs calldata body, ReleaseAssets calldata release, ActContext memory context)
        private
    {
        Work memory work =
            _begin(release.on, release.parties, body.consents, body.instrument, Effects.END_LEAVES, context);
        _requireEnd(work.scene, release.basis, release.reason);
        require(release.leaves.length + release.unpledged.length != 0, NothingEnded(work.pledge));
        for (uint256 i = 0; i < release.leaves.length; ++i) {
            _endLeaves(work, release, release.leaves[i]);
        }
        work.head = work.head.raised();
        ActRecord memory done = _finish(work, release.on);
        emit AssetsReleased(
            work.pledge, body.instrument.number, work.head, release.basis, release.reason, release.unpledged, done
        );
    }

    function _endLeaves(Work memory work, ReleaseAssets calldata release, LeafPage calldata page) private {
        uint256 word = segments[page.segment].word;
        require(word.pledge() == work.pledge, SegmentNotOfPledge(page.segment, work.pledge));
        _requirePage(page.segment, word, page.page, page.blind, page.pages, page.assets);
        uint256 first = uint256(page.page) * AssetTree.PAGE;
        EndedLeaves memory leaves = _endedKeys(work.pledge, page, first);
        leaves.index = first >> 8;
        uint256 ending = uint256(page.ended) << (first & 0xff);
        uint256 before = ended[page.segment][leaves.index];
        if (ending & before != 0) revert LeafAlreadyEnded(page.segment, _lowest(ending & before, leaves.index));
        leaves.bits = before | ending;
        ended[page.segment][leaves.index] = leaves.bits;
        emit LeavesEnded(work.pledge, page.segment, leaves, release.basis, release.reason, work.act);
    }

    /// @dev The leaf of the lowest bit of a word of ended leaves; there is one.
    function _lowest(uint256 bits, uint256 index) private pure returns (uint24 leaf) {
        leaf = uint24(index << 8);
        while (bits & 1 == 0) {
            (bits, leaf) = (bits >> 1, leaf + 1);
        }
    }

    function _endedKeys(uint40 pledge, LeafPage calldata page, uint256 first)
        private
        pure
        returns (EndedLeaves memory found)
    {
        uint256 count = 0;
        for (uint256 bits = page.ended; bits != 0; bits &= bits - 1) {
            ++count;
        }
        require(count != 0 && page.ended >> page.assets.length == 0, NothingEnded(pledge));
        (found.leaves, found.assets) = (new uint24[](count), new bytes32[](count));
        uint256 next = 0;
        for (uint256 i = 0; i < page.assets.length; ++i) {
            if (page.ended >> i & 1 == 0) continue;
            (found.leaves[next], found.assets[next]) = (uint24(first + i), page.assets[i]);
            ++next;
        }
    }

    function _releasePledge(PledgeActs calldata body, ReleasePledge calldata release, ActContext memory context)
        private
    {
        Work memory work = _begin(release.on, release.parties, body.consents, body.instrument, Effects.END_ALL, context);
        _requireEnd(work.scene, release.basis, release.reason);
        work.head = work.head.raised().withState(PledgeStates.ENDED);
        ActRecord memory done = _finish(work, release.on);
        emit PledgeReleased(
            work.pledge,
            body.instrument.number,
            work.head,
            release.basis,
            release.reason,
            release.unlisted,
            release.unpledged,
            done
        );
    }

    function _setState(PledgeActs calldata body, SetPledgeState calldata set, ActContext memory context) private {
        Work memory work = _begin(set.on, set.parties, body.consents, body.instrument, Effects.SET_STATE, context);
        uint8 next = work.scene.word.nextState();
        bool ending = next == PledgeStates.ENDED;
        require(
            (ending || next == PledgeStates.ENFORCING || next == PledgeStates.REGISTERED) && next != work.head.state(),
            StateRefused(work.pledge, next, work.scene.code)
        );
        require(
            ending ? work.scene.word.endReason(set.reason) : set.reason == 0, ReasonRefused(work.scene.code, set.reason)
        );
        work.head = work.head.raised().withState(next);
        ActRecord memory done = _finish(work, set.on);
        emit PledgeStateSet(work.pledge, body.instrument.number, work.head, set.reason, done);
    }

    function _note(PledgeActs calldata body, NotePledge calldata note, ActContext memory context) private {
        Work memory work = _begin(note.on, note.parties, body.consents, body.instrument, Effects.NOTE, context);
        require(note.kind != 0 && note.kind <= NoteKinds.DISCREPANCY, NoteUnknown(note.kind));
        if (note.other != 0) _known(note.other);
        ActRecord memory done = _finish(work, note.on);
        emit PledgeNoted(
            work.pledge, body.instrument.number, note.other, note.kind, note.subject, note.assets, note.text, done
        );
    }

    function _requireEnd(Consents.Scene memory scene, uint8 basis, uint8 reason) private pure {
        require(basis >= MatchBases.CITED && basis <= MatchBases.OFFICER, BasisUnknown(basis));
        require(scene.word.endReason(reason), ReasonRefused(scene.code, reason));
        // Only a citation matches by itself; what was inferred an officer must have seen.
        require(basis == MatchBases.CITED || _officers(scene) != 0, OfficersMissing(scene.code, 0, 1));
    }
}
