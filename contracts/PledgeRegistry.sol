// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IMembers} from "./interfaces/IMembers.sol";
import {
    IConflictEvents,
    IPledgeAnchors,
    IPledgeDecision,
    IPledgeIntake,
    IPledgeLife,
    IPledgeOffice,
    IPledgeRectification,
    IPledgeSequels,
    IPledgeViews
} from "./interfaces/IPledgeRegistry.sol";
import {IRegisters} from "./interfaces/IRegisters.sol";
import {AnchoredRecord, AnchorTree} from "./pledge/AnchorTree.sol";
import {AssetTree} from "./pledge/AssetTree.sol";
import {Consents} from "./pledge/Consents.sol";
import {PartyBook} from "./pledge/PartyBook.sol";
import {PledgeStore} from "./pledge/PledgeStore.sol";
import {FilePledge} from "./types/PledgeBodies.sol";
import {Effects, HoldTargets} from "./types/ActCode.sol";
import {AssetWord} from "./types/AssetWord.sol";
import {PledgeWord} from "./types/PledgeWord.sol";
import {SegmentWord} from "./types/SegmentWord.sol";

/// @title The register of pledges: its words, reads and dry run
/// @notice The acts stand in {PledgeIntake}, {PledgeRecording}, {PledgeDecision}, {PledgeLife}, {PledgeChanges}, {PledgeSequels}, {PledgeOffice},
/// {PledgeRectification} and {PledgeAnchors}: code that doesn't fit in here and runs on this storage; their addresses never change.
/// @dev Reached by signed acts only. Who must consent, who may decide and from when an act counts is data of {Registers}; what no data can loosen is
/// said at {PledgeActing} and {PledgeStore}. Storage is drawn at {PledgeStore}.
contract PledgeRegistry is IPledgeViews, IConflictEvents, PledgeStore {
    using AssetWord for uint256;
    using PledgeWord for uint256;
    using SegmentWord for uint256;

    address private immutable INTAKE;
    address private immutable RECORDING;
    address private immutable DECISION;
    address private immutable LIFE;
    address private immutable CHANGES;
    address private immutable SEQUELS;
    address private immutable OFFICE;
    address private immutable RECTIFICATION;
    address private immutable ANCHORS;
    address private immutable HASHER;

    /// The code that runs on this storage; all made with the same acts, members and registers.
    struct Parts {
        address intake;
        address recording;
        address decision;
        address life;
        address changes;
        address sequels;
        address office;
        address rectification;
        address anchors;
        address hasher;
    }

    constructor(address acts, IMembers members, IRegisters registers, Parts memory parts)
        PledgeStore(acts, members, registers)
    {
        INTAKE = parts.intake;
        RECORDING = parts.recording;
        DECISION = parts.decision;
        LIFE = parts.life;
        CHANGES = parts.changes;
        SEQUELS = parts.sequels;
        OFFICE = parts.office;
        RECTIFICATION = parts.rectification;
        ANCHORS = parts.anchors;
        HASHER = parts.hasher;
    }

    /// @dev Every act and hash: the whole call goes on, with the suffix of Acts, to the part that has the function; what it answers or reverts with
    /// goes to the caller.
    fallback() external {
        address part = _partOf(msg.sig);
        assembly ("memory-safe") {
            calldatacopy(0, 0, calldatasize())
            let done := delegatecall(gas(), part, 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            if done { return(0, returndatasize()) }
            revert(0, returndatasize())
        }
    }

    function _partOf(bytes4 sig) private view returns (address) {
        if (
            sig == IPledgeIntake.filePledge.selector || sig == IPledgeIntake.acceptPledge.selector
                || sig == IPledgeIntake.contestAsset.selector || sig == IPledgeIntake.reserveSegment.selector
        ) return INTAKE;
        if (sig == IPledgeIntake.recordPledge.selector) return RECORDING;
        if (sig == IPledgeLife.pledgeActs.selector) return LIFE;
        if (sig == IPledgeLife.changePledges.selector) return CHANGES;
        if (
            sig == IPledgeDecision.decidePledge.selector || sig == IPledgeDecision.withdrawFiling.selector
                || sig == IPledgeDecision.stepFiling.selector || sig == IPledgeDecision.publishTitles.selector
        ) return DECISION;
        if (
            sig == IPledgeSequels.refinancePledge.selector || sig == IPledgeSequels.relatePledges.selector
                || sig == IPledgeSequels.recordSale.selector
        ) return SEQUELS;
        if (
            sig == IPledgeOffice.placeHold.selector || sig == IPledgeOffice.liftHold.selector
                || sig == IPledgeOffice.recordParty.selector
        ) return OFFICE;
        if (sig == IPledgeRectification.joinAssets.selector || sig == IPledgeRectification.rectifyPledge.selector) {
            return RECTIFICATION;
        }
        if (
            sig == IPledgeAnchors.anchorRegister.selector || sig == IPledgeAnchors.seedAssets.selector
                || sig == IPledgeAnchors.adoptRecord.selector
        ) return ANCHORS;
        // The hasher reverts for what it does not know.
        return HASHER;
    }

    /// @inheritdoc IPledgeViews
    function pledge(uint40 pledge_) external view returns (uint256, uint256, bytes32, bytes32, bytes32) {
        Pledge storage stored = pledges[pledge_];
        return (stored.head, stored.terms, stored.parties, stored.content, stored.chain);
    }

    /// @inheritdoc IPledgeViews
    function segment(uint40 segment_) external view returns (uint256, bytes32) {
        return (segments[segment_].word, segments[segment_].root);
    }

    /// @inheritdoc IPledgeViews
    function asset(bytes32 asset_) external view returns (uint256) {
        return assets[asset_];
    }

    /// @inheritdoc IPledgeViews
    function endedBits(uint40 segment_, uint256 index) external view returns (uint256) {
        return ended[segment_][index];
    }

    /// @inheritdoc IPledgeViews
    function live(bytes32 asset_) external view returns (bool, uint40) {
        uint256 word = assets[_resolved(asset_)];
        return (live(word.segment(), word.leaf()), segments[word.segment()].word.pledge());
    }

    /// @inheritdoc IPledgeViews
    function live(uint40 segment_, uint24 leaf) public view returns (bool) {
        uint256 word = segments[segment_].word;
        return
            leaf < word.count() && word.isActive() && pledges[word.pledge()].head.isLive() && !_isEnded(segment_, leaf);
    }

    /// @inheritdoc IPledgeViews
    function counts() external view returns (uint40, uint40) {
        return (counts_.pledges, counts_.segments);
    }

    /// @inheritdoc IPledgeViews
    function check(FilePledge calldata filing, bytes32[] calldata assets_)
        external
        view
        returns (bytes[] memory reasons)
    {
        reasons = new bytes[](3 + assets_.length + assets_.length / AssetTree.PAGE);
        uint256 count = 0;
        try this.checkFiling(filing) {}
        catch (bytes memory reason) {
            reasons[count++] = reason;
        }
        try this.checkList(filing, assets_) {}
        catch (bytes memory reason) {
            reasons[count++] = reason;
        }
        // A rule contract is asked page by page, as when the assets are claimed.
        for (uint256 first = 0; first == 0 || first < assets_.length; first += AssetTree.PAGE) {
            uint256 end = first + AssetTree.PAGE < assets_.length ? first + AssetTree.PAGE : assets_.length;
            try this.checkRule(filing, assets_[first:end]) {}
            catch (bytes memory reason) {
                reasons[count++] = reason;
            }
        }
        for (uint256 i = 0; i < assets_.length; ++i) {
            try this.checkAsset(filing.register, assets_[i]) {}
            catch (bytes memory reason) {
                reasons[count++] = reason;
            }
        }
        // Shrinks the list to the reasons found; its memory stays allocated.
        assembly ("memory-safe") {
            mstore(reasons, count)
        }
    }

    /// @inheritdoc IPledgeViews
    function checkFiling(FilePledge calldata filing) external view {
        ActContext memory context;
        _requireAll(_requireFileable(filing, context, true), filing.consents, filing.parties, 0);
    }

    /// @inheritdoc IPledgeViews
    function checkList(FilePledge calldata filing, bytes32[] calldata assets_) external view {
        require(assets_.length == filing.assets.count, AssetCountInvalid(assets_.length));
        _requireAscending(assets_);
        uint256 rule = REGISTERS.rule(filing.register, filing.version);
        if (!_isSingleRank(rule) || _records(rule)) return;
        for (uint256 i = 0; i < assets_.length; ++i) {
            if (assets[assets_[i]] & AssetWord.ALIAS != 0) _requireOnce(assets_, i);
        }
    }

    /// @dev No other number of the list stands for the right of the i-th one.
    function _requireOnce(bytes32[] calldata listed, uint256 i) private view {
        bytes32 key = _resolved(listed[i]);
        for (uint256 k = 0; k < listed.length; ++k) {
            require(k == i || _resolved(listed[k]) != key, AssetTwice(key));
        }
    }

    /// @inheritdoc IPledgeViews
    function checkRule(FilePledge calldata filing, bytes32[] calldata assets_) external view {
        uint256 head = uint256(filing.flags) << 40;
        uint256 rule = REGISTERS.rule(filing.register, filing.version);
        uint40 expires = filing.terms.expires;
        _requireAdmitted(rule, filing.register, filing.version, filing.code, head, expires, filing.parties, assets_);
    }

    /// @inheritdoc IPledgeViews
    function checkAsset(uint16 register, bytes32 asset_) external view {
        (uint16 version,,) = REGISTERS.current(register);
        uint256 rule = REGISTERS.rule(register, version);
        _requireFree(Page(0, 0, register, rule, Effects.REGISTER, false, 0), _resolved(asset_));
    }

    /// @inheritdoc IPledgeViews
    function resolved(bytes32 asset_) external view returns (bytes32) {
        return _resolved(asset_);
    }

    /// @inheritdoc IPledgeViews
    function holds(uint8 target, bytes32 id, address office)
        external
        view
        returns (uint256[] memory words, bytes32[] memory orders)
    {
        bytes32 place = target == HoldTargets.PARTY
            ? _partyTarget(office, id)
            : target == HoldTargets.ASSET ? _resolved(id) : id;
        Hold[] storage list = holds_[target == HoldTargets.CLAIM ? HoldTargets.PLEDGE : target][place];
        (words, orders) = (new uint256[](list.length), new bytes32[](list.length));
        for (uint256 i = 0; i < list.length; ++i) {
            (words[i], orders[i]) = (list[i].word, list[i].order);
        }
    }

    /// @inheritdoc IPledgeViews
    function signerOf(address office, bytes32 party) external view returns (address) {
        return PartyBook.signerOf(book, office, party);
    }

    /// @inheritdoc IPledgeViews
    function contestsOf(uint40 pledge_) external view returns (uint40[] memory) {
        return contests[pledge_];
    }

    /// @inheritdoc IPledgeViews
    function noticed(uint40 pledge_, bytes32 notice) external view returns (uint40) {
        return notices[pledge_][_noticeOf(pledge_, notice)];
    }

    /// @inheritdoc IPledgeViews
    function anchor(uint16 register, uint16 anchor_)
        external
        view
        returns (bytes32, uint48, bytes32, uint48, int40, uint48, bool)
    {
        require(anchor_ != 0 && anchor_ <= anchors_[register].length, NotAnchored(register, anchor_, 0));
        Anchor memory found = anchors_[register][anchor_ - 1];
        return
            (found.recordsRoot, found.records, found.assetsRoot, found.assets, found.asAt, found.seeded, found.replaced);
    }

    /// @inheritdoc IPledgeViews
    function conflict(bytes32 asset_) external view returns (uint64[] memory, uint256) {
        bytes32 key = _resolved(asset_);
        return (_rivalLeaves(key), rivals_[key].records.length);
    }

    /// @inheritdoc IPledgeViews
    function unseeded(uint16 register) external view returns (uint48) {
        return unseeded_[register];
    }

    /// @inheritdoc IPledgeViews
    function adopted(uint16 register, bytes32 officeNumber) external view returns (uint40) {
        return adopted_[register][officeNumber];
    }

    /// @inheritdoc IPledgeViews
    function verifyAnchored(uint16 anchor_, uint48 index, AnchoredRecord calldata record, bytes32[] calldata proof)
        external
        view
        returns (bool)
    {
        if (anchor_ == 0 || anchor_ > anchors_[record.register].length) return false;
        Anchor storage found = anchors_[record.register][anchor_ - 1];
        return AnchorTree.verify(found.recordsRoot, found.records, index, AnchorTree.leafOf(record), proof);
    }
}
