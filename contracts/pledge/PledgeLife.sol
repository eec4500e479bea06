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
import {PledgeStore} from "./PledgeStore.sol";

/// @title What happens to a registered pledge
/// @dev Code of {PledgeRegistry}, called by delegatecall like {PledgeIntake}. Whatever a register's rules say: only a registered or enforcing
/// pledge that has not lapsed is changed, one that ended stays ended, and no act gives the pledged right to anybody.
contract PledgeLife is PledgeStore {
    using ActCode for uint256;
    using Consents for Consents.Scene;
    using PledgeWord for uint256;
    using SegmentWord for uint256;
    using TermsWord for uint256;

    uint24 internal constant ANY_VERSION = type(uint24).max;
    uint256 private constant CHANGES = Effects.SET_TERMS | Effects.SET_PARTIES | Effects.ADD_SEGMENT;

    /// One act on its way: its pledge, head as it will be stored, rules, root of the parties as they stand.
    struct Work {
        uint40 pledge;
        uint256 head;
        uint16 ruleVersion;
        bool closed;
        bytes32 act;
        bytes32 pledgors;
        bytes32 holders;
        Consents.Scene scene;
    }

    constructor(address acts, IMembers members, IRegisters registers) PledgeStore(acts, members, registers) {}

    function pledgeActs(PledgeActs calldata given) external onlyActs {
        ActContext memory context = _context();
        uint256 done = 0;
        emit InstrumentRecorded(
            context.digest, given.instrument.number, given.instrument, given.consents, context.account
        );
        for (uint256 i = 0; i < given.terms.length; ++i) {
            _changeTerms(given, given.terms[i], context);
            ++done;
        }
        for (uint256 i = 0; i < given.parties.length; ++i) {
            _changeParties(given, given.parties[i], context);
            ++done;
        }
        for (uint256 i = 0; i < given.segments.length; ++i) {
            _addSegment(given, given.segments[i], context);
            ++done;
        }
        for (uint256 i = 0; i < given.partReleases.length; ++i) {
            _releaseAssets(given, given.partReleases[i], context);
            ++done;
        }
        for (uint256 i = 0; i < given.releases.length; ++i) {
            _releasePledge(given, given.releases[i], context);
            ++done;
        }
        for (uint256 i = 0; i < given.states.length; ++i) {
            _setState(given, given.states[i], context);
            ++done;
        }
        for (uint256 i = 0; i < given.notes.length; ++i) {
            _note(given, given.notes[i], context);
            ++done;
        }
        require(done != 0, NothingToDo());
    }

    function _changeTerms(PledgeActs calldata body, ChangeTerms calldata change, ActContext memory context) private {
        Work memory work = _begin(body, change.on, change.parties, Effects.SET_TERMS, context);
        _requireTerms(change.terms);
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

    function _changeParties(PledgeActs calldata body, ChangeParties calldata change, ActContext memory context)
        private
    {
        Work memory work = _begin(body, change.on, change.parties, Effects.SET_PARTIES, context);
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
        scene.requireAll(consents, change.pledgors, PartyRoles.NEW_PLEDGOR);
        scene.requireAll(consents, change.holders, PartyRoles.NEW_PLEDGEE);
        scene.requireOfficers();
        uint256 looked = _requireNames(change.holders, change.names, _requireNames(change.pledgors, change.names, 0));
        require(looked == change.names.length, NameMismatch(looked));
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
        Work memory work = _begin(body, added.on, added.parties, Effects.ADD_SEGMENT, context);
        uint256 rule = REGISTERS.rule(work.head.register(), work.ruleVersion);
        _requireList(work.head.register(), rule, added.list);
        _requireTitles(work.pledge, added.list, added.titles);
        (uint40 segment,) = _newSegment(work.pledge, added.list);
        _linkWhole(Page(segment, work.pledge, work.head.register(), rule), added.blind, added.assets);
        Pledge storage stored = pledges[work.pledge];
        uint16 segmentsNow = stored.terms.segments();
        require(segmentsNow < type(uint16).max, PageRefused(segmentsNow));
        stored.terms = stored.terms.withSegments(segmentsNow + 1);
        if (added.list.count == 0) work.head = work.head.withFlags(PledgeFlags.ASSETS_NOT_STATED);
        work.head = work.head.raised();
        ActRecord memory done = _finish(work, added.on);
        segments[segment].word = segments[segment].word.withEffective(done.effective, done.dateOnly);
        _emitSegment(body.instrument.number, segment, added, work, done);
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
        Work memory work = _begin(body, release.on, release.parties, Effects.END_LEAVES, context);
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
        Work memory work = _begin(body, release.on, release.parties, Effects.END_ALL, context);
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
        Work memory work = _begin(body, set.on, set.parties, Effects.SET_STATE, context);
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
        Work memory work = _begin(body, note.on, note.parties, Effects.NOTE, context);
        require(note.kind != 0 && note.kind <= NoteKinds.DISCREPANCY, NoteUnknown(note.kind));
        if (note.other != 0) _known(note.other);
        ActRecord memory done = _finish(work, note.on);
        emit PledgeNoted(
            work.pledge, body.instrument.number, note.other, note.kind, note.subject, note.assets, note.text, done
        );
    }

    // --- Shared ---

    /// @dev Everything that every act must meet: rules now in force, state, version, document, parties as they stand, their consents, officers.
    function _begin(
        PledgeActs calldata body,
        ActOn calldata on,
        PartiesNow calldata parties,
        uint256 effect,
        ActContext memory context
    ) private view returns (Work memory work) {
        work.pledge = on.pledge;
        work.head = _known(on.pledge);
        work.act = context.digest;
        _loadRules(work, on.code, context);
        uint256 word = work.scene.word;
        require(word != 0, UnknownCode(work.head.register(), work.ruleVersion, on.code));
        require(word.has(effect), CodeLacksEffect(on.code, effect));
        _requireActable(work, effect);
        _requireVersion(work, on.version);
        _requireDocument(word, on.code, body.instrument);
        _loadParties(work, parties, effect);
        work.scene.requireAll(body.consents, parties.pledgors, 0);
        work.scene.requireAll(body.consents, parties.holders, 0);
        work.scene.requireAuthority(body.consents);
        work.scene.requireOfficers();
    }

    function _loadRules(Work memory work, uint16 code, ActContext memory context) private view {
        (uint16 version, address office, bool closed, uint256 word) = REGISTERS.actNow(work.head.register(), code);
        work.ruleVersion = version;
        work.closed = closed;
        work.scene = Consents.Scene(word, office, code, false, context.signers, false);
    }

    /// @dev A note may be made on any pledge that was ever registered; everything else needs one that lives. What is in a closed register may
    /// still end, and go the way to its end, and change no more.
    function _requireActable(Work memory work, uint256 effect) private view {
        require(!work.closed || effect & CHANGES == 0, RegisterIsClosed(work.head.register()));
        uint8 state = work.head.state();
        bool living = state == PledgeStates.REGISTERED || state == PledgeStates.ENFORCING;
        require(
            (living || effect == Effects.NOTE && state == PledgeStates.ENDED) && work.scene.word.fromState(state),
            StateRefused(work.pledge, state, work.scene.code)
        );
        require(effect == Effects.NOTE || work.head.isLive(), PledgeLapsed(work.pledge, work.head.expires()));
    }

    function _requireVersion(Work memory work, uint24 given) private pure {
        uint24 current = work.head.version();
        require(
            given == current || given == ANY_VERSION && !work.scene.word.demands(Demands.VERSION),
            PledgeVersionStale(work.pledge, given, current)
        );
    }

    /// @dev The lists are those on record. A side that must consent, or is changed, needs its list or root; others need nothing.
    function _loadParties(Work memory work, PartiesNow calldata parties, uint256 effect) private view {
        uint256 word = work.scene.word;
        bool asksPledgors = word.modes(PartyRoles.PLEDGOR) | word.modes(PartyRoles.CO_OWNER) != 0;
        bool asksHolders = word.modes(PartyRoles.PLEDGEE) != 0;
        if (!asksPledgors && !asksHolders && effect != Effects.SET_PARTIES) return;
        work.pledgors = asksPledgors ? _sideRoot(parties.pledgors) : parties.pledgorsRoot;
        work.holders = asksHolders ? _sideRoot(parties.holders) : parties.holdersRoot;
        require(_partiesRoot(work.pledgors, work.holders) == pledges[work.pledge].parties, PartiesMismatch(work.pledge));
    }

    function _requireEnd(Consents.Scene memory scene, uint8 basis, uint8 reason) private pure {
        require(basis >= MatchBases.CITED && basis <= MatchBases.OFFICER, BasisUnknown(basis));
        require(scene.word.endReason(reason), ReasonRefused(scene.code, reason));
        // Only a citation matches by itself; what was inferred an officer must have seen.
        require(basis == MatchBases.CITED || scene.officers() != 0, OfficersMissing(scene.code, 0, 1));
    }

    /// @dev Stores head and chain; the effective time is checked against the act code's sources.
    function _finish(Work memory work, ActOn calldata on) private returns (ActRecord memory done) {
        int40 effective = _requireTime(work.scene.word, on.code, on.when, int40(uint40(block.timestamp)));
        uint16 flags = _timeFlags(on.when);
        Pledge storage stored = pledges[work.pledge];
        bytes32 chain = keccak256(abi.encode(stored.chain, work.act, on.code));
        stored.chain = chain;
        if (stored.head != work.head) stored.head = work.head;
        done = ActRecord(
            work.act,
            chain,
            on.code,
            work.ruleVersion,
            effective,
            flags & PledgeFlags.DATE_ONLY != 0,
            flags & PledgeFlags.STATED_TIME != 0
        );
    }
}
