// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Act} from "../../contracts/interfaces/IActs.sol";
import {AnchoredRecord, LiveAsset} from "../../contracts/pledge/AnchorTree.sol";
import {ClaimKinds} from "../../contracts/types/ActCode.sol";
import "../../contracts/types/OfficeBodies.sol";
import "../../contracts/types/PledgeBodies.sol";
import {PledgeFlags, PledgeStates} from "../../contracts/types/PledgeWord.sol";
import {Modes} from "../../contracts/types/Roles.sol";
import {AnchorLeaves} from "./AnchorLeaves.sol";
import {AnchorReference} from "./AnchorReference.sol";
import {AssetListing, Listed} from "./AssetListing.sol";
import {PledgeEffects} from "./PledgeEffects.t.sol";

/// @notice An office's register as it was before the ledger: its records, the assets on which they live, the two trees over them.
abstract contract AnchorForms is PledgeEffects {
    uint256 internal constant SEEDS = 256;
    int40 internal constant LONG_AGO = -3600;

    /// One anchor as its office keeps it; assets ascend, then their records.
    struct Old {
        uint16 register;
        AnchoredRecord[] records;
        LiveAsset[] assets;
    }

    // --- Records ---

    /// @dev Of the usual parties, on a list of assets.
    function _record(uint16 register, bytes32 number, Listed memory listed) internal returns (AnchoredRecord memory) {
        return AnchoredRecord({
            register: register,
            officeNumber: number,
            state: PledgeStates.REGISTERED,
            flags: listed.keys.length == 0 ? PledgeFlags.ASSETS_NOT_STATED : PledgeFlags.DATE_ONLY,
            effective: LONG_AGO,
            expires: 0,
            kind: ClaimKinds.FIXED,
            currency: USD,
            ceiling: 1_000_000,
            due: int40(uint40(START + 365 days)),
            holders: 1,
            pledgorsRoot: _sideRoot(_pledgors()),
            holdersRoot: _sideRoot(_holders()),
            assetCount: uint24(listed.keys.length),
            assetsRoot: listed.root,
            content: keccak256("content")
        });
    }

    function _old(uint16 register, AnchoredRecord memory one) internal pure returns (Old memory old) {
        (old.register, old.records) = (register, new AnchoredRecord[](1));
        old.records[0] = one;
    }

    function _old(uint16 register, AnchoredRecord memory one, AnchoredRecord memory two)
        internal
        pure
        returns (Old memory old)
    {
        (old.register, old.records) = (register, new AnchoredRecord[](2));
        (old.records[0], old.records[1]) = (one, two);
    }

    /// @dev The record is live on each asset of the list.
    function _lives(Old memory old, bytes32 number, bytes32[] memory keys) internal pure {
        LiveAsset[] memory all = new LiveAsset[](old.assets.length + keys.length);
        uint256 next = 0;
        for (uint256 i = 0; i < old.assets.length; ++i) {
            all[next++] = old.assets[i];
        }
        for (uint256 i = 0; i < keys.length; ++i) {
            LiveAsset memory added = LiveAsset(old.register, keys[i], number);
            uint256 at_ = next++;
            for (; at_ != 0 && _isBefore(added, all[at_ - 1]); --at_) {
                all[at_] = all[at_ - 1];
            }
            all[at_] = added;
        }
        old.assets = all;
    }

    function _isBefore(LiveAsset memory one, LiveAsset memory other) private pure returns (bool) {
        return one.asset < other.asset || one.asset == other.asset && one.officeNumber < other.officeNumber;
    }

    // --- Trees ---

    function _recordLeaves(Old memory old) private pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](old.records.length);
        for (uint256 i = 0; i < leaves.length; ++i) {
            leaves[i] = AnchorLeaves.ofRecord(old.records[i]);
        }
    }

    function _assetLeaves(Old memory old) private pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](old.assets.length);
        for (uint256 i = 0; i < leaves.length; ++i) {
            LiveAsset memory live = old.assets[i];
            leaves[i] = AnchorLeaves.ofAsset(live.register, live.asset, live.officeNumber);
        }
    }

    function _anchoring(Old memory old) internal view returns (AnchorRegister memory body) {
        bytes32[] memory records = _recordLeaves(old);
        bytes32[] memory assets = _assetLeaves(old);
        body.register = old.register;
        (body.records, body.assets) = (uint48(records.length), uint48(assets.length));
        if (records.length != 0) body.recordsRoot = AnchorReference.root(records, 0, records.length);
        if (assets.length != 0) body.assetsRoot = AnchorReference.root(assets, 0, assets.length);
        (body.asAt, body.evidence) = (int40(uint40(block.timestamp)), "evidence");
    }

    /// @dev Returns the anchor's number.
    function _anchor(Old memory old) internal returns (uint16 number) {
        _done(_anchorAct(_anchoring(old)));
        for (number = 1; _isAnchored(old.register, number + 1);) {
            ++number;
        }
    }

    function _isAnchored(uint16 register, uint16 number) private view returns (bool there) {
        try registry.anchor(register, number) {
            there = true;
        } catch {}
    }

    function _seeding(Old memory old, uint16 anchor, uint256 page) internal pure returns (SeedAssets memory body) {
        uint256 first = page * SEEDS;
        uint256 count = old.assets.length - first < SEEDS ? old.assets.length - first : SEEDS;
        (body.register, body.anchor, body.first) = (old.register, anchor, uint48(first));
        (body.assets, body.numbers) = (new bytes32[](count), new bytes32[](count));
        for (uint256 i = 0; i < count; ++i) {
            (body.assets[i], body.numbers[i]) = (old.assets[first + i].asset, old.assets[first + i].officeNumber);
        }
        body.proof = _pageProof(_assetLeaves(old), page);
    }

    /// @dev A page is a leaf of the tree over the pages' roots.
    function _pageProof(bytes32[] memory leaves, uint256 page) private pure returns (bytes32[] memory) {
        bytes32[] memory pages = new bytes32[]((leaves.length + SEEDS - 1) / SEEDS);
        for (uint256 i = 0; i < pages.length; ++i) {
            uint256 end = (i + 1) * SEEDS < leaves.length ? (i + 1) * SEEDS : leaves.length;
            pages[i] = AnchorReference.root(leaves, i * SEEDS, end);
        }
        return AnchorReference.path(pages, page, 0, pages.length);
    }

    function _seed(Old memory old, uint16 anchor) internal {
        for (uint256 page = 0; page * SEEDS < old.assets.length; ++page) {
            _done(_seedAct(_seeding(old, anchor, page)));
        }
    }

    /// @dev Anchored and seeded whole.
    function _opened(Old memory old) internal returns (uint16 anchor) {
        anchor = _anchor(old);
        _seed(old, anchor);
    }

    // --- Adoption ---

    function _adoption(Old memory old, uint16 anchor, uint256 index, Listed memory listed, uint16 page)
        internal
        returns (AdoptRecord memory body)
    {
        // A copy: tests spoil it.
        AnchoredRecord memory record = abi.decode(abi.encode(old.records[index]), (AnchoredRecord));
        (body.anchor, body.index, body.record) = (anchor, uint48(index), record);
        bytes32[] memory leaves = _recordLeaves(old);
        body.proof = AnchorReference.path(leaves, index, 0, leaves.length);
        (body.parties, body.names) = (_usual(), _names(_usual()));
        (body.blind, body.page, body.pages) = (listed.blind, page, listed.pages);
        body.assets = AssetListing.pageOf(listed.keys, page);
        body.agreement = keccak256("old agreement");
        body.instrument = Instrument(record.officeNumber, keccak256("old document"), LONG_AGO, "PLEDGE");
    }

    function _adoptAct(AdoptRecord memory body) internal returns (Act memory) {
        return _adoptAct(body, _hands(_officer(_officeOf(body.record.register), Modes.SIGNED)));
    }

    /// @dev Adopted with every page of its list. Returns the pledge.
    function _adopted(Old memory old, uint16 anchor, uint256 index, Listed memory listed) internal returns (uint40) {
        uint256 pages = listed.pages.length == 0 ? 1 : listed.pages.length;
        for (uint16 page = 0; page < pages; ++page) {
            _done(_adoptAct(_adoption(old, anchor, index, listed, page)));
        }
        return registry.adopted(old.register, old.records[index].officeNumber);
    }
}
