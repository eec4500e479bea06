// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ActCode} from "../types/ActCode.sol";
import {Consent, FilePledge} from "../types/PledgeBodies.sol";
import {PledgeFlags, PledgeStates, PledgeWord} from "../types/PledgeWord.sol";
import {Modes} from "../types/Roles.sol";
import {Consents} from "./Consents.sol";
import {PledgeHash} from "./PledgeHash.sol";
import {PledgeStore} from "./PledgeStore.sol";

/// @title What every step on a filing must meet
abstract contract PledgeStepping is PledgeStore {
    using ActCode for uint256;
    using PledgeWord for uint256;

    function _requireFiling(uint40 pledge, FilePledge calldata filing) internal view returns (bytes32 presented) {
        _known(pledge);
        presented = PledgeHash.ofFiling(filing);
        bytes32 filed = pledges[pledge].chain;
        require(presented == filed, FilingMismatch(pledge, presented, filed));
    }

    /// @dev The act word of the version that the filing was made under.
    function _pinnedScene(uint256 head, uint16 code, ActContext memory context)
        internal
        view
        returns (Consents.Scene memory scene)
    {
        scene = _scene(head.register(), head.rules(), code, context);
    }

    function _scene(uint16 register, uint16 version, uint16 code, ActContext memory context)
        internal
        view
        returns (Consents.Scene memory scene)
    {
        (, address office,) = REGISTERS.current(register);
        uint256 word = REGISTERS.actRule(register, version, code);
        require(word != 0, UnknownCode(register, version, code));
        scene = Consents.Scene(word, office, code, false, context.signers, false, 0, 0);
    }

    /// @dev Whatever the rules say, no step of the intake starts behind the decision.
    function _requireState(uint40 pledge, uint256 head, Consents.Scene memory scene) internal pure {
        uint8 state = head.state();
        require(state <= PledgeStates.ACCEPTED && scene.word.fromState(state), StateRefused(pledge, state, scene.code));
    }

    function _requireOpen(uint16 register) internal view {
        (,, bool closed) = REGISTERS.current(register);
        require(!closed, RegisterIsClosed(register));
    }

    function _requireReserved(uint40 pledge, uint256 head) internal view {
        require(block.timestamp <= head.expires(), ReservationEnded(pledge, head.expires()));
    }

    /// @dev Whether a filing may still take what it contests.
    function _isUndecided(uint40 pledge) internal view returns (bool) {
        uint256 head = pledges[pledge].head;
        bool reserved = head.state() == PledgeStates.ACCEPTED && block.timestamp <= head.expires();
        return head.state() == PledgeStates.FILED || reserved && !head.hasFlag(PledgeFlags.DISPLACED);
    }

    function _hasVouched(Consent[] calldata consents) internal pure returns (bool) {
        for (uint256 i = 0; i < consents.length; ++i) {
            if (consents[i].mode != Modes.SIGNED) return true;
        }
        return false;
    }
}
