// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IMembers} from "../interfaces/IMembers.sol";
import {IRegisters, RuleFlags} from "../interfaces/IRegisters.sol";
import {FilePledge, RecordPledge} from "../types/PledgeBodies.sol";
import {PledgeClaiming} from "./PledgeClaiming.sol";
import {PledgeRegistering} from "./PledgeRegistering.sol";
import {PledgeStore} from "./PledgeStore.sol";

/// @title A pledge filed, accepted and registered in one act, where the office merely records
/// @dev Code of {PledgeRegistry}, called by delegatecall like {PledgeIntake}.
contract PledgeRecording is PledgeClaiming, PledgeRegistering {
    constructor(address acts, IMembers members, IRegisters registers) PledgeStore(acts, members, registers) {}

    function recordPledge(RecordPledge calldata body) external onlyActs {
        FilePledge calldata filing = body.filing;
        ActContext memory context = _context();
        Decided memory decided;
        (decided.pledge, decided.filing) = _file(filing, context);
        uint256 rule = REGISTERS.rule(filing.register, filing.version);
        require(rule >> 48 & RuleFlags.RECORDS != 0, RegisterExamines(filing.register));
        _accept(decided.pledge, filing, context);
        Page memory page = _page(decided.pledge);
        _requireClaim(page, filing, body.assets);
        _linkWhole(page, body.blind, body.assets);
        _emitAccepted(decided.pledge, context);
        decided.head = pledges[decided.pledge].head;
        _register(decided, filing, body.names, body.titles, body.grounds, context);
    }
}
