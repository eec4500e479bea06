// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {
    IPledgeAnchors,
    IPledgeDecision,
    IPledgeIntake,
    IPledgeLife,
    IPledgeOffice,
    IPledgeRectification,
    IPledgeSequels
} from "../../contracts/interfaces/IPledgeRegistry.sol";
import {RightsRows} from "./RightsRows.t.sol";

/// @notice The pledge side of the table of rights.
abstract contract RightsPledges is RightsRows {
    function _rowsOfPledges() internal {
        _rowsOfRegisters();
        _rowsOfIntake();
        _rowsOfRecording();
        _rowsOfDecision();
        _rowsOfLife();
        _rowsOfChanges();
        _rowsOfSequels();
        _rowsOfOffice();
        _rowsOfRectification();
        _rowsOfAnchors();
    }

    function _rowsOfRegisters() private {
        _of(address(registers));
        _council("Registers.setRegister", _registerCall(2));
        _council("Registers.closeRegister", abi.encodeCall(registers.closeRegister, (1)));
    }

    /// @dev Acts of pledges are reached at the register and, uselessly, at the part that has their code: there on an empty storage of its own.
    function _rowsOfIntake() private {
        _of(address(registry));
        _register("PledgeRegistry.filePledge", IPledgeIntake.filePledge.selector);
        _register("PledgeRegistry.acceptPledge", IPledgeIntake.acceptPledge.selector);
        _register("PledgeRegistry.contestAsset", IPledgeIntake.contestAsset.selector);
        _register("PledgeRegistry.reserveSegment", IPledgeIntake.reserveSegment.selector);
        _of(parts.intake);
        _register("PledgeIntake.filePledge", IPledgeIntake.filePledge.selector);
        _register("PledgeIntake.acceptPledge", IPledgeIntake.acceptPledge.selector);
        _register("PledgeIntake.contestAsset", IPledgeIntake.contestAsset.selector);
        _register("PledgeIntake.reserveSegment", IPledgeIntake.reserveSegment.selector);
    }

    function _rowsOfRecording() private {
        _of(address(registry));
        _register("PledgeRegistry.recordPledge", IPledgeIntake.recordPledge.selector);
        _of(parts.recording);
        _register("PledgeRecording.recordPledge", IPledgeIntake.recordPledge.selector);
    }

    function _rowsOfDecision() private {
        _of(address(registry));
        _register("PledgeRegistry.decidePledge", IPledgeDecision.decidePledge.selector);
        _register("PledgeRegistry.withdrawFiling", IPledgeDecision.withdrawFiling.selector);
        _register("PledgeRegistry.stepFiling", IPledgeDecision.stepFiling.selector);
        _register("PledgeRegistry.publishTitles", IPledgeDecision.publishTitles.selector);
        _of(parts.decision);
        _register("PledgeDecision.decidePledge", IPledgeDecision.decidePledge.selector);
        _register("PledgeDecision.withdrawFiling", IPledgeDecision.withdrawFiling.selector);
        _register("PledgeDecision.stepFiling", IPledgeDecision.stepFiling.selector);
        _register("PledgeDecision.publishTitles", IPledgeDecision.publishTitles.selector);
    }

    function _rowsOfLife() private {
        _of(address(registry));
        _register("PledgeRegistry.pledgeActs", IPledgeLife.pledgeActs.selector);
        _of(parts.life);
        _register("PledgeLife.pledgeActs", IPledgeLife.pledgeActs.selector);
    }

    function _rowsOfChanges() private {
        _of(address(registry));
        _register("PledgeRegistry.changePledges", IPledgeLife.changePledges.selector);
        _of(parts.changes);
        _register("PledgeChanges.changePledges", IPledgeLife.changePledges.selector);
    }

    function _rowsOfSequels() private {
        _of(address(registry));
        _register("PledgeRegistry.refinancePledge", IPledgeSequels.refinancePledge.selector);
        _register("PledgeRegistry.relatePledges", IPledgeSequels.relatePledges.selector);
        _register("PledgeRegistry.recordSale", IPledgeSequels.recordSale.selector);
        _of(parts.sequels);
        _register("PledgeSequels.refinancePledge", IPledgeSequels.refinancePledge.selector);
        _register("PledgeSequels.relatePledges", IPledgeSequels.relatePledges.selector);
        _register("PledgeSequels.recordSale", IPledgeSequels.recordSale.selector);
    }

    function _rowsOfOffice() private {
        _of(address(registry));
        _register("PledgeRegistry.placeHold", IPledgeOffice.placeHold.selector);
        _register("PledgeRegistry.liftHold", IPledgeOffice.liftHold.selector);
        _register("PledgeRegistry.recordParty", IPledgeOffice.recordParty.selector);
        _of(parts.office);
        _register("PledgeOffice.placeHold", IPledgeOffice.placeHold.selector);
        _register("PledgeOffice.liftHold", IPledgeOffice.liftHold.selector);
        _register("PledgeOffice.recordParty", IPledgeOffice.recordParty.selector);
    }

    function _rowsOfRectification() private {
        _of(address(registry));
        _register("PledgeRegistry.joinAssets", IPledgeRectification.joinAssets.selector);
        _register("PledgeRegistry.rectifyPledge", IPledgeRectification.rectifyPledge.selector);
        _of(parts.rectification);
        _register("PledgeRectification.joinAssets", IPledgeRectification.joinAssets.selector);
        _register("PledgeRectification.rectifyPledge", IPledgeRectification.rectifyPledge.selector);
    }

    function _rowsOfAnchors() private {
        _of(address(registry));
        _register("PledgeRegistry.anchorRegister", IPledgeAnchors.anchorRegister.selector);
        _register("PledgeRegistry.seedAssets", IPledgeAnchors.seedAssets.selector);
        _register("PledgeRegistry.adoptRecord", IPledgeAnchors.adoptRecord.selector);
        _of(parts.anchors);
        _register("PledgeAnchors.anchorRegister", IPledgeAnchors.anchorRegister.selector);
        _register("PledgeAnchors.seedAssets", IPledgeAnchors.seedAssets.selector);
        _register("PledgeAnchors.adoptRecord", IPledgeAnchors.adoptRecord.selector);
    }
}
