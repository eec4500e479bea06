// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {IMembers} from "../interfaces/IMembers.sol";
import {IRegisters} from "../interfaces/IRegisters.sol";
import {IPledgeLife} from "../interfaces/IPledgeRegistry.sol";
import {ActCode, Effects, EndReasons, HoldTargets, MatchBases, NoteKinds, PartyRoles} from "../types/ActCode.sol";
import {AssetWord} from "../types/AssetWord.sol";
import {
    LeafPage,
    NotePledge,
    PledgeActs,
    ReleaseAssets,
    ReleasePledge,
    SetPledgeState
} from "../types/PledgeBodies.sol";
import {PledgeStates, PledgeWord} from "../types/PledgeWord.sol";
import {SegmentWord} from "../types/SegmentWord.sol";
import {AssetTree} from "./AssetTree.sol";
import {Consents} from "./Consents.sol";
import {PledgeActing} from "./PledgeActing.sol";
import {PledgeStore} from "./PledgeStore.sol";

/// @title What happens to a registered pledge: one document's changes, ends and notes
/// @dev Code of {PledgeRegistry}, called by delegatecall like {PledgeIntake}. The changes stand in {PledgeChanges}.
contract PledgeLife is PledgeActing {
    using ActCode for uint256;
    using PledgeWord for uint256;
    using SegmentWord for uint256;

    constructor(address acts, IMembers members, IRegisters registers) PledgeStore(acts, members, registers) {}

    function pledgeActs(PledgeActs calldata body) external onlyActs {
        ActContext memory context = _context();
        uint256 changes = body.terms.length + body.parties.length + body.segments.length;
        uint256 others = body.partReleases.length + body.releases.length + body.states.length + body.notes.length;
        require(changes + others != 0, NothingToDo());
        emit InstrumentRecorded(context.digest, body.instrument.number, body.instrument, body.consents, context.account);
        if (changes != 0) _change();
        for (uint256 i = 0; i < body.partReleases.length; ++i) {
            _releaseAssets(body, body.partReleases[i], context);
        }
        for (uint256 i = 0; i < body.releases.length; ++i) {
            _releasePledge(body, body.releases[i], context);
        }
        for (uint256 i = 0; i < body.states.length; ++i) {
            _setState(body, body.states[i], context);
        }
        for (uint256 i = 0; i < body.notes.length; ++i) {
            _note(body, body.notes[i], context);
        }
    }

    /// @dev The changes stand in {PledgeChanges}: this whole call goes there through the register, with the suffix of Acts.
    function _change() private {
        Address.functionDelegateCall(address(this), abi.encodePacked(IPledgeLife.changePledges.selector, msg.data[4:]));
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
        ActRecord memory done = _finish(work, release.on, body.consents);
        emit AssetsReleased(
            work.pledge, body.instrument.number, work.head, release.basis, release.reason, release.unpledged, done
        );
    }

    function _endLeaves(Work memory work, ReleaseAssets calldata release, LeafPage calldata page) private {
        uint256 word = segments[page.segment].word;
        require(word.pledge() == work.pledge && word.isActive(), SegmentNotOfPledge(page.segment, work.pledge));
        _requirePage(page.segment, word, page.page, page.blind, page.pages, page.assets);
        uint256 first = uint256(page.page) * AssetTree.PAGE;
        EndedLeaves memory leaves = _endedKeys(work.pledge, page, first);
        if (work.scene.word.modes(PartyRoles.AUTHORITY) == 0) _requireAssetsUnheld(leaves.assets);
        leaves.index = first >> 8;
        uint256 ending = uint256(page.ended) << (first & 0xff);
        uint256 before = ended[page.segment][leaves.index];
        if (ending & before != 0) revert LeafAlreadyEnded(page.segment, _lowest(ending & before, leaves.index));
        leaves.bits = before | ending;
        ended[page.segment][leaves.index] = leaves.bits;
        emit LeavesEnded(work.pledge, page.segment, leaves, release.basis, release.reason, work.act);
    }

    function _requireAssetsUnheld(bytes32[] memory listed) private view {
        for (uint256 i = 0; i < listed.length; ++i) {
            bytes32 key = _resolved(listed[i]);
            if (assets[key] & AssetWord.LOOK_FOR_HOLDS == 0) continue;
            _requireNoHold(HoldTargets.ASSET, key, Effects.END_LEAVES);
        }
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
        ActRecord memory done = _finish(work, release.on, body.consents);
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
        if (ending) {
            _requireReason(work.scene, set.reason);
            _requireUnheld(work, set.parties, Effects.END_ALL);
        } else {
            require(set.reason == 0, ReasonRefused(work.scene.code, set.reason));
        }
        work.head = work.head.raised().withState(next);
        ActRecord memory done = _finish(work, set.on, body.consents);
        emit PledgeStateSet(work.pledge, body.instrument.number, work.head, set.reason, done);
    }

    function _note(PledgeActs calldata body, NotePledge calldata note, ActContext memory context) private {
        Work memory work = _begin(note.on, note.parties, body.consents, body.instrument, Effects.NOTE, context);
        require(note.kind != 0 && note.kind <= NoteKinds.OBJECTION, NoteUnknown(note.kind));
        if (note.other != 0) _known(note.other);
        require(note.other != work.pledge, NotRelatable(note.other));
        if (note.kind == NoteKinds.NOTICE) _keepNotice(work, note.subject);
        // What the office says of its own entries no party writes by a code that asks for its consent alone.
        if (note.kind > NoteKinds.NOTICE) _requireWord(work, note);
        else _requireOffice(work.scene);
        ActRecord memory done = _finish(work, note.on, body.consents);
        emit PledgeNoted(
            work.pledge, body.instrument.number, note.other, note.kind, note.subject, note.assets, note.text, done
        );
    }

    /// @dev Who holds a living pledge agrees to what is done with the right, and the pledgor objects, by their own consents: no officer does in their place.
    function _requireWord(Work memory work, NotePledge calldata note) private view {
        require(work.head.isLive(), PledgeLapsed(work.pledge, work.head.expires()));
        require(note.subject != 0, DocumentMissing(work.scene.code));
        uint8 role = note.kind == NoteKinds.OBJECTION ? PartyRoles.PLEDGOR : PartyRoles.PLEDGEE;
        require(work.scene.word.modes(role) != 0, ConsentMissing(role, 0));
    }

    /// @dev A notice runs from its first record on; who records it again gains nothing.
    function _keepNotice(Work memory work, bytes32 subject) private {
        require(subject != 0, DocumentMissing(work.scene.code));
        bytes32 notice = _noticeOf(work.pledge, subject);
        if (notices[work.pledge][notice] == 0) notices[work.pledge][notice] = uint40(block.timestamp);
    }

    /// @dev One of the code's; a refinancing ends by putting a new pledge in the place of the old one only.
    function _requireReason(Consents.Scene memory scene, uint8 reason) private pure {
        bool admitted = scene.word.endReason(reason) && reason != EndReasons.REFINANCED;
        require(admitted, ReasonRefused(scene.code, reason));
    }

    function _requireEnd(Consents.Scene memory scene, uint8 basis, uint8 reason) private pure {
        require(basis >= MatchBases.CITED && basis <= MatchBases.OFFICER, BasisUnknown(basis));
        _requireReason(scene, reason);
        // Only a citation matches by itself; what was inferred an officer must have seen.
        require(basis == MatchBases.CITED || _officers(scene) != 0, OfficersMissing(scene.code, 0, 1));
    }
}
