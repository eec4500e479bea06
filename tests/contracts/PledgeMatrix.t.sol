// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Act} from "../../contracts/interfaces/IActs.sol";
import {PartyRoles} from "../../contracts/types/ActCode.sol";
import "../../contracts/types/PledgeBodies.sol";
import {PledgeStates} from "../../contracts/types/PledgeWord.sol";
import {Modes} from "../../contracts/types/Roles.sol";
import {Actor} from "./Base.t.sol";
import {Hand} from "./PledgeBase.t.sol";
import {PledgeRules} from "./PledgeRules.sol";
import {PledgeTable} from "./PledgeTable.t.sol";

/// @notice Every state of a pledge x every act x every way in which one role consents (or doesn't) x number of officers: an act is done exactly when
/// the register's data says so. What the data says is read here bit by bit, with none of the contracts' code.
abstract contract PledgeMatrix is PledgeTable {
    /// Which role's consent differs from the usual, its mode (0: it is missing), and how many officers sign.
    struct Way {
        uint8 role;
        uint8 mode;
        uint8 officers;
    }

    uint256 private tried;
    uint256 private allowed;

    /// @dev All parties and a court sign, and as many officers as the way says: the first in the mode that differs, the second showing orders.
    function _signers(uint16 deed, Way memory way) private view returns (Hand[] memory hands) {
        hands = _and(_hands(_hand(pledgor), _hand(coOwner), _hand(pledgee)), _hand(newPledgor));
        hands = _and(hands, _hand(newcomer));
        if (way.role == PartyRoles.AUTHORITY) hands = _and(hands, _hand(court));
        if (way.officers > 0) hands = _and(hands, _officer(_office(), _firstMode(way)));
        if (way.officers > 1) hands = _and(hands, _second(_office(), Modes.ORDERED));
        if (_isAnchorers(deed)) hands = _and(hands, _anchorer(_office()));
    }

    function _isAnchorers(uint16 deed) private pure returns (bool) {
        return deed == PledgeRules.ANCHOR || deed == PledgeRules.SEED;
    }

    function _firstMode(Way memory way) private pure returns (uint8) {
        return way.mode > Modes.SIGNED ? way.mode : Modes.ORDERED;
    }

    /// @dev Of the roles that are asked, and of the one that differs.
    function _given(uint16 deed, Way memory way) private view returns (Consent[] memory all) {
        Actor[7] memory who = _whoConsents();
        all = new Consent[](PARTY_ROLES);
        uint256 count = 0;
        for (uint8 role = 1; role <= PARTY_ROLES; ++role) {
            if (role != way.role && !_isAsked(deed, role)) continue;
            uint8 mode = _modeOf(role, way);
            // What is missing is given by a stranger to the act instead.
            bytes32 party = mode == 0 ? _memberWord(stranger) : _memberWord(who[role].account);
            if (mode == 0 && role == PartyRoles.AUTHORITY) party = 0;
            all[count++] = _consent(role, mode == 0 ? Modes.SIGNED : mode, 0, party);
        }
        assembly ("memory-safe") {
            mstore(all, count)
        }
    }

    /// @dev Whether the body tells of a consent that nobody asked for and nobody gave.
    function _isFalse(uint16 deed, Way memory way) private view returns (bool) {
        uint16 code = _codeOf(deed);
        bool told = deed == PledgeRules.CONTEST || deed == PledgeRules.WITHDRAW || code > PledgeRules.REGISTER
            && code < PledgeRules.HOLD;
        return told && way.role != 0 && !_isAsked(deed, way.role) && (way.mode == 0 || way.officers == 0);
    }

    function _modeOf(uint8 role, Way memory way) private pure returns (uint8) {
        if (role == way.role) return way.mode;
        return role == PartyRoles.AUTHORITY ? Modes.ORDERED : Modes.SIGNED;
    }

    // --- What the data says ---

    function _says(uint16 deed, uint8 state, Way memory way) private view returns (bool) {
        uint256 word = wordOf[_codeOf(deed)];
        if (word == 0 || !_starts(deed, state) || _isFalse(deed, way)) return false;
        if (_isAnchorers(deed)) return true;
        bool vouched = _isGrave(deed, state);
        for (uint8 role = 1; role <= PARTY_ROLES; ++role) {
            uint256 modes = word >> (16 + 4 * role) & 0xf;
            if (modes == 0 || !_concerns(deed, role)) continue;
            uint8 mode = _modeOf(role, way);
            if (mode == 0 || modes >> (mode - 1) & 1 == 0) return false;
            if (mode == Modes.SIGNED) continue;
            vouched = true;
            bool shown = way.officers > 0 && _firstMode(way) == mode;
            if (!shown && !(way.officers > 1 && mode == Modes.ORDERED)) return false;
        }
        uint256 needed = vouched ? word >> 68 & 0xf : word >> 64 & 0xf;
        if (_showsOrder(deed)) return _ordering(way) >= needed;
        return way.officers >= needed;
    }

    /// @dev Officers of a hold: those that show an order.
    function _ordering(Way memory way) private pure returns (uint256) {
        if (way.officers == 0) return 0;
        return way.officers - (_firstMode(way) == Modes.ORDERED ? 0 : 1);
    }

    // --- The matrix ---

    /// @dev In a frame of its own that always reverts, so that every attempt finds the same state.
    function once(uint16 deed, uint8 state, Way memory way) external {
        Hand[] memory hands = _signers(deed, way);
        Consent[] memory consents = _given(deed, way);
        _link(consents, hands);
        Act memory act = _attempt(deed, state, hands, consents);
        revert Outcome(_outcome(act).length == 0);
    }

    function _try(uint16 deed, uint8 state, Way memory way) private {
        bool says = _says(deed, state, way);
        ++tried;
        if (says) ++allowed;
        uint256 time = vm.getBlockTimestamp();
        try this.once(deed, state, way) {}
        catch (bytes memory outcome) {
            // What is jumped over is no state, and stays.
            vm.warp(time);
            if (keccak256(outcome) == keccak256(abi.encodeWithSelector(Outcome.selector, says))) return;
            emit log_named_bytes("outcome", outcome);
        }
        emit log_named_uint("register", register);
        emit log_named_uint("state", state);
        emit log_named_uint("act", deed);
        emit log_named_uint("role", way.role);
        emit log_named_uint("mode", way.mode);
        emit log_named_uint("officers", way.officers);
        revert(says ? "refused, and the data says that it is done" : "done, and the data doesn't say so");
    }

    /// @dev All ways of a state's row: a role that is asked in every mode and missing; any other told of though nobody gave its consent, and in the mode that
    /// is admitted nowhere; with one officer too where the act starts from there.
    function _row(uint16 deed, uint8 state) private {
        uint256 word = wordOf[_codeOf(deed)];
        bool starts = _starts(deed, state);
        for (uint8 officers = 0; officers <= 2; ++officers) {
            _try(deed, state, Way(0, 0, officers));
        }
        for (uint8 role = 1; role <= PARTY_ROLES; ++role) {
            bool asked = word >> (16 + 4 * role) & 0xf != 0;
            for (uint8 mode = 0; mode <= Modes.DEEMED; mode += asked ? 1 : Modes.DEEMED) {
                if (starts && mode > Modes.SIGNED) _try(deed, state, Way(role, mode, 1));
                _try(deed, state, Way(role, mode, 2));
            }
        }
    }

    function _rows(uint8 first, uint8 last) private {
        vm.pauseGasMetering();
        for (uint8 state = first; state <= last; ++state) {
            for (uint256 i = 0; i < deeds.length; ++i) {
                _row(deeds[i], state);
            }
        }
        assertGe(tried, deeds.length * 15 * (last - first + 1), "every way was tried");
        assertNotEq(allowed, 0, "the data admits some");
        assertNotEq(allowed, tried, "and not all");
    }

    function test_beforeTheDecision() public {
        _rows(PledgeStates.FILED, PledgeStates.ACCEPTED);
    }

    function test_registered() public {
        _rows(PledgeStates.REGISTERED, PledgeStates.REGISTERED);
    }

    function test_enforcing() public {
        _rows(PledgeStates.ENFORCING, PledgeStates.ENFORCING);
    }

    function test_ended() public {
        _rows(PledgeStates.ENDED, PledgeStates.ENDED);
    }

    function test_closedWithoutRegistration() public {
        _rows(PledgeStates.RETURNED, PledgeStates.REFUSED);
    }

    function test_restoringAndLapsed() public {
        _rows(PledgeStates.RESTORING, LAPSED);
    }
}

contract PledgeMatrixUnitedStatesTest is PledgeMatrix {
    function _registerOfTheTable() internal pure override returns (uint16) {
        return US;
    }
}

contract PledgeMatrixChinaTest is PledgeMatrix {
    function _registerOfTheTable() internal pure override returns (uint16) {
        return CN;
    }

    /// @dev So that the rows of three registers are those of all eight.
    function test_registersOfOneKindHaveTheSameRules() public pure {
        _assertSame(US, US_MARKS);
        _assertSame(CN, CN_MARKS);
        _assertSame(CN, CN_COPYRIGHTS);
        _assertSame(CN_RECEIVABLES, AU_PPSR);
        _assertSame(CN_RECEIVABLES, NZ_PPSR);
    }

    /// @dev Flags that change who may do what are the same too; office, classes, grounds, terms and rule contracts are a register's own.
    function _assertSame(uint16 one, uint16 other_) private pure {
        PledgeRules.Register[] memory all = PledgeRules.registers();
        (PledgeRules.Register memory a, PledgeRules.Register memory b) = (all[one - 1], all[other_ - 1]);
        assertEq(abi.encode(a.codes, a.words), abi.encode(b.codes, b.words));
        assertEq(a.rule >> 48 & 7, b.rule >> 48 & 7);
    }
}

contract PledgeMatrixReceivablesTest is PledgeMatrix {
    function _registerOfTheTable() internal pure override returns (uint16) {
        return CN_RECEIVABLES;
    }
}
