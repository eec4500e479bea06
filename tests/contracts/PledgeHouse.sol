// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {PledgeRegistry} from "../../contracts/PledgeRegistry.sol";
import {IMembers} from "../../contracts/interfaces/IMembers.sol";
import {IPledgeRegistry} from "../../contracts/interfaces/IPledgeRegistry.sol";
import {IRegisters} from "../../contracts/interfaces/IRegisters.sol";
import {PledgeAnchors} from "../../contracts/pledge/PledgeAnchors.sol";
import {PledgeChanges} from "../../contracts/pledge/PledgeChanges.sol";
import {PledgeDecision} from "../../contracts/pledge/PledgeDecision.sol";
import {PledgeHasher} from "../../contracts/pledge/PledgeHasher.sol";
import {PledgeIntake} from "../../contracts/pledge/PledgeIntake.sol";
import {PledgeLife} from "../../contracts/pledge/PledgeLife.sol";
import {PledgeOffice} from "../../contracts/pledge/PledgeOffice.sol";
import {PledgeRecording} from "../../contracts/pledge/PledgeRecording.sol";
import {PledgeRectification} from "../../contracts/pledge/PledgeRectification.sol";
import {PledgeSequels} from "../../contracts/pledge/PledgeSequels.sol";

/// @notice The register of pledges with all its parts, as a deployment makes them.
library PledgeHouse {
    function parts(address acts, IMembers members, IRegisters registers)
        internal
        returns (PledgeRegistry.Parts memory made)
    {
        made.intake = address(new PledgeIntake(acts, members, registers));
        made.recording = address(new PledgeRecording(acts, members, registers));
        made.decision = address(new PledgeDecision(acts, members, registers));
        made.life = address(new PledgeLife(acts, members, registers));
        made.changes = address(new PledgeChanges(acts, members, registers));
        made.sequels = address(new PledgeSequels(acts, members, registers));
        made.office = address(new PledgeOffice(acts, members, registers));
        made.rectification = address(new PledgeRectification(acts, members, registers));
        made.anchors = address(new PledgeAnchors(acts, members, registers));
        made.hasher = address(new PledgeHasher());
    }

    function built(address acts, IMembers members, IRegisters registers, PledgeRegistry.Parts memory made)
        internal
        returns (IPledgeRegistry)
    {
        return IPledgeRegistry(address(new PledgeRegistry(acts, members, registers, made)));
    }
}
