// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Act} from "../../contracts/interfaces/IActs.sol";
import {PartyRoles} from "../../contracts/types/ActCode.sol";
import "../../contracts/types/PledgeBodies.sol";
import {PledgeStates} from "../../contracts/types/PledgeWord.sol";
import {Modes, Roles} from "../../contracts/types/Roles.sol";
import {Actor} from "./Base.t.sol";
import {Hand} from "./PledgeBase.t.sol";
import {PledgeRules} from "./PledgeRules.sol";
import {PledgeTable} from "./PledgeTable.t.sol";

/// @notice Every state of a pledge x every act x everybody who might sign it, alone and together: an act is done exactly when each party that the
/// register's data asks has signed and as many officers of the right office as it wants. What the data says is read bit by bit, with none of the
/// contracts' code.
abstract contract PledgeCallers is PledgeTable {
    // Who may sign: a bit each.
    uint256 private constant PLEDGOR = 1 << 0;
    uint256 private constant CO_OWNER = 1 << 1;
    uint256 private constant PLEDGEE = 1 << 2;
    uint256 private constant NEWCOMERS = 1 << 3;
    uint256 private constant OFFICER = 1 << 4;
    uint256 private constant SECOND = 1 << 5;
    uint256 private constant ANCHORER = 1 << 6;
    uint256 private constant COURT = 1 << 7;
    uint256 private constant FOREIGN = 1 << 8;
    uint256 private constant OUTSIDER = 1 << 9;
    uint256 private constant ALL = (1 << 10) - 1;
    /// Whom acts ask; the rest make a difference to few.
    uint256 private constant ASKED = PLEDGOR | CO_OWNER | PLEDGEE | NEWCOMERS | OFFICER | SECOND;

    uint256 private tried;
    uint256 private allowed;

    function _signers(uint256 who, uint16 deed) private view returns (Hand[] memory hands) {
        uint8 mode = _asksOrder(deed) ? Modes.ORDERED : Modes.SIGNED;
        if (who & PLEDGOR != 0) hands = _and(hands, _hand(pledgor));
        if (who & CO_OWNER != 0) hands = _and(hands, _hand(coOwner));
        if (who & PLEDGEE != 0) hands = _and(hands, _hand(pledgee));
        if (who & NEWCOMERS != 0) hands = _and(_and(hands, _hand(newPledgor)), _hand(newcomer));
        if (who & OFFICER != 0) hands = _and(hands, _officer(_office(), mode));
        if (who & SECOND != 0) hands = _and(hands, _second(_office(), mode));
        if (who & ANCHORER != 0) hands = _and(hands, _anchorer(_office()));
        if (who & COURT != 0) hands = _and(hands, Hand(court.account, court.key, court.role, mode));
        if (who & FOREIGN != 0) hands = _and(hands, _officer(_officeOf(register == US ? CN : US), mode));
        if (who & OUTSIDER != 0) hands = _and(hands, _hand(outsider));
        if (who == 0) hands = _and(hands, _nobody());
    }

    /// @dev A key that no member listed.
    function _nobody() private pure returns (Hand memory) {
        uint256 key = uint256(keccak256("nobody"));
        return Hand(vm.addr(key), key, Roles.REGISTRAR, Modes.SIGNED);
    }

    // --- What the data says ---

    function _says(uint16 deed, uint8 state, uint256 who) private view returns (bool) {
        uint256 word = wordOf[_codeOf(deed)];
        if (word == 0 || !_starts(deed, state)) return false;
        uint256[7] memory whoIs = [uint256(0), PLEDGOR, PLEDGEE, CO_OWNER, NEWCOMERS, NEWCOMERS, 0];
        for (uint8 role = 1; role < PartyRoles.AUTHORITY; ++role) {
            uint256 modes = word >> (16 + 4 * role) & 0xf;
            if (modes != 0 && _concerns(deed, role) && (modes & 1 == 0 || who & whoIs[role] == 0)) return false;
        }
        bool ordered = _asksOrder(deed) && _concerns(deed, PartyRoles.AUTHORITY);
        bool vouched = ordered || _isGrave(deed, state);
        uint256 needed = vouched ? word >> 68 & 0xf : word >> 64 & 0xf;
        if (needed == 0 && (ordered || _codeOf(deed) >= PledgeRules.HOLD)) needed = 1;
        return _officersAmong(uint16(word >> 72), who) >= needed;
    }

    function _officersAmong(uint16 roles, uint256 who) private pure returns (uint256 count) {
        if (roles & Roles.REGISTRAR != 0) count += (who & OFFICER) / OFFICER + (who & SECOND) / SECOND;
        if (roles & Roles.ANCHORER != 0) count += (who & ANCHORER) / ANCHORER;
        if (roles & Roles.COURT_OFFICER != 0) count += (who & COURT) / COURT;
    }

    // --- The matrix ---

    /// @dev In a frame of its own that always reverts, so that every attempt finds the same state.
    function once(uint16 deed, uint8 state, uint256 who) external {
        Hand[] memory hands = _signers(who, deed);
        Consent[] memory consents = _givenBySignature(deed);
        _link(consents, hands);
        revert Outcome(_isDone(_attempt(deed, state, hands, consents)));
    }

    function _try(uint16 deed, uint8 state, uint256 who) private {
        bool says = _says(deed, state, who);
        ++tried;
        if (says) ++allowed;
        uint256 time = vm.getBlockTimestamp();
        try this.once(deed, state, who) {}
        catch (bytes memory outcome) {
            // What is jumped over is no state, and stays.
            vm.warp(time);
            if (keccak256(outcome) == keccak256(abi.encodeWithSelector(Outcome.selector, says))) return;
            emit log_named_bytes("outcome", outcome);
        }
        emit log_named_uint("register", register);
        emit log_named_uint("state", state);
        emit log_named_uint("act", deed);
        emit log_named_uint("signers", who);
        revert(says ? "refused, and the data says that it is done" : "done, and the data doesn't say so");
    }

    /// @dev Where the act can't start, or what it is about is no pledge: each alone, nobody, everybody. Else all that are asked in every company, and
    /// everybody else in every company without them (at full counts beside them too).
    function _cell(uint16 deed, uint8 state, bool full) private {
        bool aside = _codeOf(deed) >= PledgeRules.HOLD && state != PledgeStates.REGISTERED;
        if (!_starts(deed, state) || wordOf[_codeOf(deed)] == 0 || aside) {
            _alone(deed, state);
            return;
        }
        for (uint256 who = 0; who <= ALL; ++who) {
            uint256 rest = who & ~ASKED;
            if (full || rest == 0 || who & ASKED == 0) _try(deed, state, who);
        }
        _try(deed, state, ALL);
    }

    function _alone(uint16 deed, uint8 state) private {
        _try(deed, state, 0);
        _try(deed, state, ALL);
        for (uint256 who = 1; who <= ALL; who <<= 1) {
            _try(deed, state, who);
        }
    }

    function _states(uint8 first, uint8 last) private {
        vm.pauseGasMetering();
        bool full = keccak256(bytes(vm.envOr("FOUNDRY_PROFILE", string("")))) == keccak256("full");
        for (uint8 state = first; state <= last; ++state) {
            for (uint256 i = 0; i < deeds.length; ++i) {
                _cell(deeds[i], state, full);
            }
        }
        assertGe(tried, 12 * deeds.length * (last - first + 1), "everybody tried everything");
        assertNotEq(allowed, 0, "the data admits some");
        assertNotEq(allowed, tried, "and not all");
    }

    function test_beforeTheDecision() public {
        _states(PledgeStates.FILED, PledgeStates.ACCEPTED);
    }

    function test_registered() public {
        _states(PledgeStates.REGISTERED, PledgeStates.REGISTERED);
    }

    function test_enforcing() public {
        _states(PledgeStates.ENFORCING, PledgeStates.ENFORCING);
    }

    function test_ended() public {
        _states(PledgeStates.ENDED, PledgeStates.ENDED);
    }

    function test_closedWithoutRegistration() public {
        _states(PledgeStates.RETURNED, PledgeStates.REFUSED);
    }

    function test_restoringAndLapsed() public {
        _states(PledgeStates.RESTORING, LAPSED);
    }
}

contract PledgeCallersUnitedStatesTest is PledgeCallers {
    function _registerOfTheTable() internal pure override returns (uint16) {
        return US;
    }
}

contract PledgeCallersChinaTest is PledgeCallers {
    function _registerOfTheTable() internal pure override returns (uint16) {
        return CN;
    }
}

contract PledgeCallersReceivablesTest is PledgeCallers {
    function _registerOfTheTable() internal pure override returns (uint16) {
        return CN_RECEIVABLES;
    }
}
