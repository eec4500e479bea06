// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IMembers} from "./interfaces/IMembers.sol";
import {IPledgeIntake, IPledgeLife, IPledgeRegistry, IPledgeViews} from "./interfaces/IPledgeRegistry.sol";
import {IRegisters} from "./interfaces/IRegisters.sol";
import {PledgeHash} from "./pledge/PledgeHash.sol";
import {PledgeStore} from "./pledge/PledgeStore.sol";
import {Consents} from "./pledge/Consents.sol";
import {
    AcceptPledge,
    AssetList,
    DecidePledge,
    FilePledge,
    PledgeActs,
    RecordPledge,
    WithdrawFiling
} from "./types/PledgeBodies.sol";
import {AssetWord} from "./types/AssetWord.sol";
import {PledgeWord} from "./types/PledgeWord.sol";
import {SegmentWord} from "./types/SegmentWord.sol";

/// @title The register of pledges: its words, reads and dry run
/// @notice The acts stand in {PledgeIntake} and {PledgeLife}, code that doesn't fit in here and runs on this storage; their addresses never change.
/// @dev Reached by signed acts only. Who must consent, who may decide and from when an act counts is data of {Registers}; what no data can loosen is
/// said at {PledgeLife} and {PledgeStore}. Storage is drawn at {PledgeStore}.
contract PledgeRegistry is IPledgeRegistry, PledgeStore {
    using AssetWord for uint256;
    using Consents for Consents.Scene;
    using PledgeWord for uint256;
    using SegmentWord for uint256;

    address private immutable INTAKE;
    address private immutable LIFE;

    /// @param intake A {PledgeIntake}, and `life` a {PledgeLife}, made with the same acts, members and registers.
    constructor(address acts, IMembers members, IRegisters registers, address intake, address life)
        PledgeStore(acts, members, registers)
    {
        INTAKE = intake;
        LIFE = life;
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
        uint256 word = assets[asset_];
        return (live(word.segment(), word.leaf()), segments[word.segment()].word.pledge());
    }

    /// @inheritdoc IPledgeViews
    function live(uint40 segment_, uint24 leaf) public view returns (bool) {
        uint256 word = segments[segment_].word;
        return leaf < word.count() && pledges[word.pledge()].head.isLive() && !_isEnded(segment_, leaf);
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
        reasons = new bytes[](2 + assets_.length);
        uint256 count = 0;
        try this.checkFiling(filing) {}
        catch (bytes memory reason) {
            reasons[count++] = reason;
        }
        try this.checkList(filing.assets, assets_) {}
        catch (bytes memory reason) {
            reasons[count++] = reason;
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
        _requireFileable(filing, context, true).requireAll(filing.consents, filing.parties, 0);
    }

    /// @inheritdoc IPledgeViews
    function checkList(AssetList calldata list, bytes32[] calldata assets_) external pure {
        require(assets_.length == list.count, AssetCountInvalid(assets_.length));
        _requireAscending(assets_);
    }

    /// @inheritdoc IPledgeViews
    function checkAsset(uint16 register, bytes32 asset_) external view {
        (uint16 version,,) = REGISTERS.current(register);
        _requireFree(register, REGISTERS.rule(register, version), asset_);
    }

    /// @inheritdoc IPledgeIntake
    function filePledge(FilePledge calldata body) external {
        // Named for the ABI; the whole call is forwarded as it stands.
        assembly ("memory-safe") {
            pop(body)
        }
        _delegate(INTAKE);
    }

    /// @inheritdoc IPledgeIntake
    function acceptPledge(AcceptPledge calldata body) external {
        // Named for the ABI; the whole call is forwarded as it stands.
        assembly ("memory-safe") {
            pop(body)
        }
        _delegate(INTAKE);
    }

    /// @inheritdoc IPledgeIntake
    function decidePledge(DecidePledge calldata body) external {
        // Named for the ABI; the whole call is forwarded as it stands.
        assembly ("memory-safe") {
            pop(body)
        }
        _delegate(INTAKE);
    }

    /// @inheritdoc IPledgeIntake
    function recordPledge(RecordPledge calldata body) external {
        // Named for the ABI; the whole call is forwarded as it stands.
        assembly ("memory-safe") {
            pop(body)
        }
        _delegate(INTAKE);
    }

    /// @inheritdoc IPledgeIntake
    function withdrawFiling(WithdrawFiling calldata body) external {
        // Named for the ABI; the whole call is forwarded as it stands.
        assembly ("memory-safe") {
            pop(body)
        }
        _delegate(INTAKE);
    }

    /// @inheritdoc IPledgeIntake
    function hashFilePledge(FilePledge calldata body) external pure returns (bytes32) {
        return PledgeHash.ofFiling(body);
    }

    /// @inheritdoc IPledgeIntake
    function hashAcceptPledge(AcceptPledge calldata body) external pure returns (bytes32) {
        return PledgeHash.ofAcceptance(body);
    }

    /// @inheritdoc IPledgeIntake
    function hashDecidePledge(DecidePledge calldata body) external pure returns (bytes32) {
        return PledgeHash.ofDecision(body);
    }

    /// @inheritdoc IPledgeIntake
    function hashRecordPledge(RecordPledge calldata body) external pure returns (bytes32) {
        return PledgeHash.ofRecord(body);
    }

    /// @inheritdoc IPledgeIntake
    function hashWithdrawFiling(WithdrawFiling calldata body) external pure returns (bytes32) {
        return PledgeHash.ofWithdrawal(body);
    }

    /// @inheritdoc IPledgeLife
    function pledgeActs(PledgeActs calldata body) external {
        // Named for the ABI; the whole call is forwarded as it stands.
        assembly ("memory-safe") {
            pop(body)
        }
        _delegate(LIFE);
    }

    /// @inheritdoc IPledgeLife
    function hashPledgeActs(PledgeActs calldata body) external pure returns (bytes32) {
        return PledgeHash.ofActs(body);
    }

    // --- To the code of intake and life ---

    /// @dev Forwards the whole call, with the suffix of Acts; what the code returns or reverts with goes to the caller.
    function _delegate(address code) private {
        (bool done, bytes memory answer) = code.delegatecall(msg.data);
        if (done) return;
        assembly ("memory-safe") {
            revert(add(answer, 32), mload(answer))
        }
    }
}
