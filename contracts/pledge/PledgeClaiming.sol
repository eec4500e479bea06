// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ActCode, Effects, IntakeCodes} from "../types/ActCode.sol";
import {FilePledge} from "../types/PledgeBodies.sol";
import {PledgeFlags, PledgeStates, PledgeWord, TermsWord} from "../types/PledgeWord.sol";
import {Consents} from "./Consents.sol";
import {PledgeHash} from "./PledgeHash.sol";
import {PledgeStepping} from "./PledgeStepping.sol";

/// @title Filing and acceptance, by themselves or in one act with the registration
abstract contract PledgeClaiming is PledgeStepping {
    using ActCode for uint256;
    using PledgeWord for uint256;
    using TermsWord for uint256;

    // --- File ---

    function _file(FilePledge calldata filing, ActContext memory context)
        internal
        returns (uint40 pledge, bytes32 digest)
    {
        Consents.Scene memory scene = _requireFileable(filing, context, false);
        _requireAll(scene, filing.consents, filing.parties, 0);
        _requireShown(scene, filing.consents);
        pledge = ++counts_.pledges;
        digest = PledgeHash.ofFiling(filing);
        uint256 head = PledgeWord.filed(filing.register, filing.version, filing.flags, pledge);
        (pledges[pledge].head, pledges[pledge].chain) = (head, digest);
        emit PledgeFiled(pledge, filing.register, digest, head, context.account, context.digest);
    }

    // --- Accept ---

    /// @dev On the first page: the officer's step, the segment, the reservation. Later pages only need an officer and a reservation still running.
    function _accept(uint40 pledge, FilePledge calldata filing, ActContext memory context) internal {
        uint256 head = pledges[pledge].head;
        Consents.Scene memory scene = _pinnedScene(head, IntakeCodes.ACCEPT, context);
        _requireOpen(filing.register);
        _requireOfficers(scene);
        if (head.state() == PledgeStates.ACCEPTED && filing.assets.count != 0) {
            _requireReserved(pledge, head);
            require(!head.hasFlag(PledgeFlags.DISPLACED), ClaimDisplaced(pledge));
            return;
        }
        _requireState(pledge, head, scene);
        uint40 until = uint40(block.timestamp + scene.word.period());
        head = head.withState(PledgeStates.ACCEPTED).withExpires(until).withMorePages(_pages(filing.assets.count));
        if (filing.assets.count == 0) head = head.withFlags(PledgeFlags.ASSETS_NOT_STATED);
        pledges[pledge].head = head;
        uint40 segment = _newSegment(pledge, filing.assets.root, filing.assets.count, filing.assets.titles, until);
        pledges[pledge].terms = TermsWord.reserved(segment);
    }

    function _page(uint40 pledge) internal view returns (Page memory page) {
        uint256 head = pledges[pledge].head;
        page.pledge = pledge;
        page.segment = pledges[pledge].terms.firstSegment();
        page.register = head.register();
        page.rule = REGISTERS.rule(head.register(), head.rules());
        page.effect = Effects.REGISTER;
        page.displaces = true;
    }

    function _requireClaim(Page memory page, FilePledge calldata filing, bytes32[] calldata keys) internal view {
        uint256 head = pledges[page.pledge].head;
        _requireAdmitted(
            page.rule, filing.register, filing.version, filing.code, head, filing.terms.expires, filing.parties, keys
        );
    }

    function _emitAccepted(uint40 pledge, ActContext memory context) internal {
        Pledge storage stored = pledges[pledge];
        uint40 segment = stored.terms.firstSegment();
        emit PledgeAccepted(
            pledge,
            segment,
            stored.head,
            stored.terms,
            segments[segment].word,
            segments[segment].root,
            context.account,
            context.digest
        );
    }
}
