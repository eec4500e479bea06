// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IPledgeErrors, IPledgeHashes} from "../interfaces/IPledgeRegistry.sol";
import {AdoptRecord, RecordParty, RectifyPledge, SeedAssets} from "../types/OfficeBodies.sol";
import {
    AcceptPledge,
    ContestAsset,
    DecidePledge,
    FilePledge,
    PledgeActs,
    PublishTitles,
    RecordPledge,
    RecordSale,
    RefinancePledge,
    RelatePledges,
    ReserveSegment,
    WithdrawFiling
} from "../types/PledgeBodies.sol";
import {PledgeHash} from "./PledgeHash.sol";

/// @title Struct hashes of the pledge bodies, for Acts
/// @dev Code of {PledgeRegistry}, called by delegatecall like {PledgeIntake}; reads nothing.
contract PledgeHasher is IPledgeHashes {
    /// @dev What no part of the register knows ends here.
    fallback() external {
        revert IPledgeErrors.UnknownFunction(msg.sig);
    }

    /// @inheritdoc IPledgeHashes
    function hashFilePledge(FilePledge calldata body) external pure returns (bytes32) {
        return PledgeHash.ofFiling(body);
    }

    /// @inheritdoc IPledgeHashes
    function hashAcceptPledge(AcceptPledge calldata body) external pure returns (bytes32) {
        return PledgeHash.ofAcceptance(body);
    }

    /// @inheritdoc IPledgeHashes
    function hashRecordPledge(RecordPledge calldata body) external pure returns (bytes32) {
        return PledgeHash.ofRecord(body);
    }

    /// @inheritdoc IPledgeHashes
    function hashContestAsset(ContestAsset calldata body) external pure returns (bytes32) {
        return PledgeHash.ofContest(body);
    }

    /// @inheritdoc IPledgeHashes
    function hashReserveSegment(ReserveSegment calldata body) external pure returns (bytes32) {
        return PledgeHash.ofReservation(body);
    }

    /// @inheritdoc IPledgeHashes
    function hashDecidePledge(DecidePledge calldata body) external pure returns (bytes32) {
        return PledgeHash.ofDecision(body);
    }

    /// @inheritdoc IPledgeHashes
    function hashWithdrawFiling(WithdrawFiling calldata body) external pure returns (bytes32) {
        return PledgeHash.ofWithdrawal(body);
    }

    /// @inheritdoc IPledgeHashes
    function hashPublishTitles(PublishTitles calldata body) external pure returns (bytes32) {
        return PledgeHash.ofTitles(body);
    }

    /// @inheritdoc IPledgeHashes
    function hashPledgeActs(PledgeActs calldata body) external pure returns (bytes32) {
        return PledgeHash.ofActs(body);
    }

    /// @inheritdoc IPledgeHashes
    function hashRefinancePledge(RefinancePledge calldata body) external pure returns (bytes32) {
        return PledgeHash.ofRefinancing(body);
    }

    /// @inheritdoc IPledgeHashes
    function hashRelatePledges(RelatePledges calldata body) external pure returns (bytes32) {
        return PledgeHash.ofRelation(body);
    }

    /// @inheritdoc IPledgeHashes
    function hashRecordSale(RecordSale calldata body) external pure returns (bytes32) {
        return PledgeHash.ofSale(body);
    }

    /// @inheritdoc IPledgeHashes
    function hashRecordParty(RecordParty calldata body) external pure returns (bytes32) {
        return PledgeHash.ofParty(body);
    }

    /// @inheritdoc IPledgeHashes
    function hashRectifyPledge(RectifyPledge calldata body) external pure returns (bytes32) {
        return PledgeHash.ofRectification(body);
    }

    /// @inheritdoc IPledgeHashes
    function hashSeedAssets(SeedAssets calldata body) external pure returns (bytes32) {
        return PledgeHash.ofSeeds(body);
    }

    /// @inheritdoc IPledgeHashes
    function hashAdoptRecord(AdoptRecord calldata body) external pure returns (bytes32) {
        return PledgeHash.ofAdoption(body);
    }
}
