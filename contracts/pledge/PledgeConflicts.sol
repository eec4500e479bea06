// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IConflictEvents} from "../interfaces/IPledgeRegistry.sol";
import {AssetWord} from "../types/AssetWord.sol";
import {PledgeFlags, PledgeWord, TermsWord} from "../types/PledgeWord.sol";
import {SegmentWord} from "../types/SegmentWord.sol";
import {Consents} from "./Consents.sol";
import {PledgeStore} from "./PledgeStore.sol";

/// @title Two live rights on one asset of a register of one rank: how that is kept, and how it ends
/// @dev No ordinary act brings it about; a restoration, a join of two numbers or an anchored record may. The asset's word goes on naming one taker and has
/// the flag CONFLICT, which bars new registrations and nothing else; whatever else lies on it is kept beside. A reservation is no right yet: it yields.
abstract contract PledgeConflicts is IConflictEvents, PledgeStore {
    using AssetWord for uint256;
    using PledgeWord for uint256;
    using SegmentWord for uint256;
    using TermsWord for uint256;

    /// @dev Whether a live pledge, a reservation or an anchored record that nobody adopted lies on the asset.
    function _isTaken(uint256 word) internal view returns (bool) {
        return word.isUnadopted() || _occupant(word) != 0;
    }

    /// @dev Mark of the anchored record that an asset's word stands for.
    function _recordOn(bytes32 key, uint256 word) internal view returns (uint256 record) {
        record = recordOn[key];
        if (record == 0) record = word.unflagged();
    }

    /// @dev What another word says lies on the asset too, beside what its own word names: a live leaf, or the record of that mark.
    function _addRival(bytes32 key, uint256 word, uint256 record) internal {
        if (word.isUnadopted()) _addRecord(key, record);
        else _addLeaf(key, uint64(word));
    }

    function _addRecord(bytes32 key, uint256 record) internal {
        if (!_keepRecord(key, record)) return;
        assets[key] |= AssetWord.CONFLICT | AssetWord.SEEDED;
        emit ConflictFound(0, key, 0, assets[key], 0);
    }

    /// @dev Whether the record was not among the rivals before.
    function _keepRecord(bytes32 key, uint256 record) private returns (bool) {
        if (_hasRecord(key, record)) return false;
        rivals_[key].records.push(record);
        return true;
    }

    /// @dev Whether the asset's word stands for the record: one that has two numbers of a right is one.
    function _isRecord(bytes32 key, uint256 word, uint256 record) internal view returns (bool) {
        return word.isUnadopted() && _recordOn(key, word) == record;
    }

    function _addLeaf(bytes32 key, uint64 leaf) internal {
        assets[key] |= AssetWord.CONFLICT;
        if (!_keepLeaf(key, leaf)) return;
        uint40 pledge = segments[uint40(leaf)].word.pledge();
        ++inConflict[pledges[pledge].terms.firstSegment()];
        uint256 head = pledges[pledge].head.withFlags(PledgeFlags.CONFLICT);
        pledges[pledge].head = head;
        emit ConflictFound(pledge, key, leaf, assets[key], head);
    }

    /// @dev Whether the leaf was not among the rivals before.
    function _keepLeaf(bytes32 key, uint64 leaf) private returns (bool) {
        uint256 i = 0;
        for (uint64 kept = _rivalLeaf(key, 0); kept != 0; kept = _rivalLeaf(key, ++i)) {
            if (kept == leaf) return false;
        }
        rivals_[key].leaves[i >> 2] |= uint256(leaf) << 64 * (i & 3);
        return true;
    }

    function _dropLeaves(bytes32 key, uint256 count) private {
        for (uint256 i = 0; i < count; i += 4) {
            rivals_[key].leaves[i >> 2] = 0;
        }
    }

    function _hasRecord(bytes32 key, uint256 record) internal view returns (bool) {
        uint256[] storage records = rivals_[key].records;
        for (uint256 i = 0; i < records.length; ++i) {
            if (records[i] == record) return true;
        }
        return false;
    }

    /// @dev The record is beside no more.
    function _dropRecord(bytes32 key, uint256 record) internal {
        uint256[] storage records = rivals_[key].records;
        uint256 i = 0;
        while (records[i] != record) ++i;
        records[i] = records[records.length - 1];
        records.pop();
    }

    /// @dev What lay in conflict on another number of a right does so on its key.
    function _moveRivals(bytes32 other, bytes32 key) internal {
        uint64[] memory leaves = _rivalLeaves(other);
        for (uint256 i = 0; i < leaves.length; ++i) {
            _keepLeaf(key, leaves[i]);
        }
        _dropLeaves(other, leaves.length);
        uint256[] storage records = rivals_[other].records;
        for (uint256 i = 0; i < records.length; ++i) {
            if (!_isRecord(key, assets[key], records[i])) _keepRecord(key, records[i]);
        }
        delete rivals_[other].records;
    }

    /// @dev Over when one right at most lives on the asset; the word names it then. Who is right the acts say that ended the others.
    function _settle(bytes32 key) internal {
        uint256 word = assets[key];
        require(word & AssetWord.CONFLICT != 0, NotInConflict(key));
        require(rivals_[key].records.length == 0 && !word.isUnadopted(), StillInConflict(key));
        uint64[] memory leaves = _rivalLeaves(key);
        uint256 left = _left(key, word, leaves);
        word &= ~AssetWord.CONFLICT;
        if (left != 0 && left != uint64(word)) {
            require(word.links() < AssetWord.MOST_LINKS, AssetLinksFull(key));
            word = word.linked(left.segment(), left.leaf());
        }
        assets[key] = word;
        _dropLeaves(key, leaves.length);
        if (leaves.length == 0) emit ConflictSettled(0, key, 0, word, 0);
        for (uint256 i = 0; i < leaves.length; ++i) {
            _release(key, leaves[i], word);
        }
    }

    /// @dev The one leaf that lives on the asset; 0 = none.
    function _left(bytes32 key, uint256 word, uint64[] memory leaves) private view returns (uint256 left) {
        left = _occupant(word) == 0 ? 0 : uint64(word);
        for (uint256 i = 0; i < leaves.length; ++i) {
            if (leaves[i] == left || _occupant(leaves[i]) == 0) continue;
            require(left == 0, StillInConflict(key));
            left = leaves[i];
        }
    }

    function _release(bytes32 key, uint64 leaf, uint256 word) private {
        uint40 pledge = segments[uint40(leaf)].word.pledge();
        uint32 more = --inConflict[pledges[pledge].terms.firstSegment()];
        uint256 head = pledges[pledge].head;
        if (more == 0) {
            head = head.withoutFlags(PledgeFlags.CONFLICT);
            pledges[pledge].head = head;
        }
        emit ConflictSettled(pledge, key, leaf, word, head);
    }
}
