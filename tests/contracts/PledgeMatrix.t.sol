// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Act} from "../../contracts/interfaces/IActs.sol";
import {Decisions, EndReasons, PartyRoles} from "../../contracts/types/ActCode.sol";
import "../../contracts/types/PledgeBodies.sol";
import {PledgeStates, PledgeWord} from "../../contracts/types/PledgeWord.sol";
import {Modes, Roles} from "../../contracts/types/Roles.sol";
import {Actor} from "./Base.t.sol";
import {Listed} from "./AssetListing.sol";
import {Hand, PledgeBase} from "./PledgeBase.t.sol";
import {PledgeRules} from "./PledgeRules.sol";

/// @notice Every state of a pledge x every act code x every way in which one role consents (or doesn't) x number of officers: an act is done exactly
/// when the register's data says so. What the data says is read here bit by bit, with none of the contracts' code.
contract PledgeMatrixTest is PledgeBase {
    using PledgeWord for uint256;

    /// Which role's consent differs from the usual, its mode (0: it is missing), and how many officers sign.
    struct Way {
        uint8 role;
        uint8 mode;
        uint8 officers;
    }

    uint8 private constant ROLES = 6;

    Actor private newPledgor;
    mapping(uint16 register => mapping(uint8 state => uint40)) private pledgeIn;
    mapping(uint16 register => mapping(uint16 code => uint256)) private wordOf;
    uint16[15] private codes = [
        PledgeRules.ACCEPT,
        PledgeRules.RETURN,
        PledgeRules.REFUSE,
        PledgeRules.WITHDRAW,
        PledgeRules.REGISTER,
        PledgeRules.SUPPLEMENT,
        PledgeRules.SET_TERMS,
        PledgeRules.TRANSFER,
        PledgeRules.CORRECT_PARTIES,
        PledgeRules.RELEASE,
        PledgeRules.PART_RELEASE,
        PledgeRules.END_BY_ORDER,
        PledgeRules.NOTE,
        PledgeRules.ENFORCE,
        PledgeRules.STOP_ENFORCING
    ];
    uint256 private tried;
    uint256 private allowed;

    function setUp() public override {
        super.setUp();
        newPledgor = _member("new pledgor", Roles.PLEDGOR);
        PledgeRules.Register[] memory all = PledgeRules.registers();
        for (uint16 register = US; register <= CN; register += CN - US) {
            for (uint256 i = 0; i < all[register - 1].codes.length; ++i) {
                wordOf[register][all[register - 1].codes[i]] = all[register - 1].words[i];
            }
            for (uint8 state = PledgeStates.FILED; state <= PledgeStates.REFUSED; ++state) {
                pledgeIn[register][state] = _bring(register, state);
            }
        }
    }

    // --- A pledge in each state ---

    function _assets(uint16 register, uint8 state) private pure returns (Listed memory) {
        string memory office = register == US ? "USPA" : "CNPA";
        return _listed(office, 100 * uint256(state), 1);
    }

    function _three() private returns (Party[] memory) {
        return _parties(_usual()[0], _party(PartyRoles.CO_OWNER, coOwner), _usual()[1]);
    }

    function _filingOf(uint16 register, uint8 state) private returns (FilePledge memory filing) {
        filing = _filing(register, _assets(register, state), _three(), Modes.SIGNED);
        _link(filing.consents, _hands(_hand(pledgor), _hand(coOwner), _hand(pledgee)));
    }

    function _bring(uint16 register, uint8 state) private returns (uint40 pledge) {
        FilePledge memory filing = _filingOf(register, state);
        Listed memory listed = _assets(register, state);
        Hand[] memory three = _hands(_hand(pledgor), _hand(coOwner), _hand(pledgee));
        pledge = _file(filing, three);
        if (state == PledgeStates.FILED) return pledge;
        _accept(pledge, filing, listed);
        if (state == PledgeStates.ACCEPTED) return pledge;
        Way memory usual = Way(0, 0, 2);
        if (state == PledgeStates.WITHDRAWN) _done(_attempt(register, PledgeRules.WITHDRAW, pledge, state, usual));
        if (state == PledgeStates.RETURNED) _done(_attempt(register, PledgeRules.RETURN, pledge, state, usual));
        if (state == PledgeStates.REFUSED) _done(_attempt(register, PledgeRules.REFUSE, pledge, state, usual));
        if (state > PledgeStates.ENDED) return pledge;
        _done(_attempt(register, PledgeRules.REGISTER, pledge, state, usual));
        if (state == PledgeStates.ENDED) _done(_attempt(register, PledgeRules.RELEASE, pledge, state, usual));
        if (state != PledgeStates.ENFORCING) return pledge;
        if (register == CN) {
            _done(_attempt(register, PledgeRules.ENFORCE, pledge, state, usual));
        } else {
            // No code of this register leads here; the state is set, so that its row is held as well.
            _store(pledge, _head(pledge).withState(state));
        }
    }

    // --- One attempt ---

    function _attempt(uint16 register, uint16 code, uint40 pledge, uint8 state, Way memory way)
        private
        returns (Act memory)
    {
        Hand[] memory hands = _signers(register, code, way);
        Consent[] memory consents = _given(way);
        _link(consents, hands);
        FilePledge memory filing = _filingOf(register, state);
        Listed memory listed = _assets(register, state);
        if (code == PledgeRules.ACCEPT) return _acceptAct(_acceptance(pledge, filing, listed, 0), hands);
        if (code == PledgeRules.WITHDRAW) {
            return _withdrawAct(WithdrawFiling(pledge, filing, _instrument(), consents), hands);
        }
        if (code == PledgeRules.REGISTER || code == PledgeRules.RETURN || code == PledgeRules.REFUSE) {
            return _decideAct(_decisionOf(code, pledge, filing, listed), hands);
        }
        PledgeActs memory body = _document();
        body.consents = consents;
        _fill(body, register, code, pledge, state);
        return _actsAct(body, hands);
    }

    function _decisionOf(uint16 code, uint40 pledge, FilePledge memory filing, Listed memory listed)
        private
        view
        returns (DecidePledge memory body)
    {
        body = _decision(pledge, filing, listed);
        if (code == PledgeRules.REGISTER) return body;
        body.decision = code == PledgeRules.RETURN ? Decisions.RETURN : Decisions.REFUSE;
        (body.names, body.titles, body.grounds) = (new PartyName[](0), new string[](0), _failed(1));
    }

    /// @dev All parties and a court sign, and as many officers as the way says: the first in the mode that differs, the second showing orders.
    function _signers(uint16 register, uint16 code, Way memory way) private view returns (Hand[] memory hands) {
        hands = _hands(_hand(pledgor), _hand(coOwner), _hand(pledgee));
        if (way.role == PartyRoles.AUTHORITY) hands = _and(hands, _hand(court));
        if (_concerns(code, PartyRoles.NEW_PLEDGEE)) hands = _and(_and(hands, _hand(newPledgor)), _hand(newcomer));
        Actor memory office = _officeOf(register);
        uint8 mode = way.mode > Modes.SIGNED ? way.mode : Modes.ORDERED;
        if (way.officers > 0) hands = _and(hands, _officer(office, mode));
        if (way.officers > 1) hands = _and(hands, _second(office, Modes.ORDERED));
    }

    function _given(Way memory way) private view returns (Consent[] memory all) {
        Actor[7] memory who = [pledgor, pledgor, pledgee, coOwner, newcomer, newPledgor, court];
        all = new Consent[](ROLES);
        for (uint8 role = 1; role <= ROLES; ++role) {
            uint8 mode = _modeOf(role, way);
            // What is missing is given by a stranger to the act instead.
            bytes32 party = mode == 0 ? _memberWord(stranger) : _memberWord(who[role].account);
            if (mode == 0 && role == PartyRoles.AUTHORITY) party = 0;
            all[role - 1] = _consent(role, mode == 0 ? Modes.SIGNED : mode, 0, party);
        }
    }

    function _modeOf(uint8 role, Way memory way) private pure returns (uint8) {
        if (role == way.role) return way.mode;
        return role == PartyRoles.AUTHORITY ? Modes.ORDERED : Modes.SIGNED;
    }

    function _fill(PledgeActs memory body, uint16 register, uint16 code, uint40 pledge, uint8 state) private {
        ActOn memory on = _on(pledge, code);
        PartiesNow memory parties = _now(_parties(_three()[0], _three()[1]), _holders());
        if (code == PledgeRules.SET_TERMS) {
            body.terms = new ChangeTerms[](1);
            body.terms[0] = ChangeTerms(on, parties, _claim(), 0, 0);
        } else if (code == PledgeRules.TRANSFER || code == PledgeRules.CORRECT_PARTIES) {
            body.parties = new ChangeParties[](1);
            body.parties[0] = _changeOf(code, on, parties);
        } else if (code == PledgeRules.SUPPLEMENT) {
            Listed memory more = _listed(register == US ? "USPA" : "CNPA", 5000, 1);
            body.segments = new AddSegment[](1);
            AssetList memory list = AssetList(more.root, 1, more.titlesHash);
            body.segments[0] = AddSegment(on, parties, list, 0, more.blind, more.keys, more.titles, 0);
        } else if (code == PledgeRules.RELEASE || code == PledgeRules.END_BY_ORDER) {
            uint8 reason = code == PledgeRules.RELEASE ? EndReasons.RELEASED : EndReasons.ORDERED;
            body.releases = new ReleasePledge[](1);
            body.releases[0] = ReleasePledge(on, parties, 1, reason, new bytes32[](0), new bytes32[](0));
        } else if (code == PledgeRules.PART_RELEASE) {
            body.partReleases = new ReleaseAssets[](1);
            body.partReleases[0] = _partOf(on, parties, register, state);
        } else if (code == PledgeRules.NOTE) {
            body.notes = new NotePledge[](1);
            body.notes[0] = NotePledge(on, parties, 1, 0, 0, new bytes32[](0), "note");
        } else {
            body.states = new SetPledgeState[](1);
            body.states[0] = SetPledgeState(on, parties, 0);
        }
    }

    function _changeOf(uint16 code, ActOn memory on, PartiesNow memory parties)
        private
        returns (ChangeParties memory change)
    {
        Party[] memory holders = _parties(_party(PartyRoles.PLEDGEE, newcomer));
        Party[] memory pledgors = new Party[](0);
        Party[] memory named = holders;
        if (code == PledgeRules.CORRECT_PARTIES) {
            pledgors = _parties(_party(PartyRoles.PLEDGOR, newPledgor));
            named = _parties(pledgors[0], holders[0]);
        }
        return ChangeParties(on, parties, pledgors, holders, _names(named));
    }

    function _partOf(ActOn memory on, PartiesNow memory parties, uint16 register, uint8 state)
        private
        view
        returns (ReleaseAssets memory part)
    {
        Listed memory listed = _assets(register, state);
        uint40 segment = uint40(registry.asset(listed.keys[0]));
        part.on = on;
        part.parties = parties;
        (part.basis, part.reason) = (1, 1);
        part.leaves = new LeafPage[](1);
        part.leaves[0] = LeafPage(segment, listed.blind, 0, listed.pages, listed.keys, 1);
    }

    // --- What the data says ---

    function _says(uint16 register, uint8 state, uint16 code, Way memory way) private view returns (bool) {
        uint256 word = wordOf[register][code];
        if (word == 0 || word >> (48 + state) & 1 == 0) return false;
        bool vouched = false;
        for (uint8 role = 1; role <= ROLES; ++role) {
            uint256 modes = word >> (16 + 4 * role) & 0xf;
            if (modes == 0 || !_concerns(code, role)) continue;
            uint8 mode = _modeOf(role, way);
            if (mode == 0 || modes >> (mode - 1) & 1 == 0) return false;
            if (mode == Modes.SIGNED) continue;
            vouched = true;
            bool shown = way.officers > 0 && (way.mode > Modes.SIGNED ? way.mode : Modes.ORDERED) == mode;
            if (!shown && !(way.officers > 1 && mode == Modes.ORDERED)) return false;
        }
        return way.officers >= (vouched ? word >> 68 & 0xf : word >> 64 & 0xf);
    }

    /// @dev The roles that an act of the code can ask at all: deciding asks nobody, only a change of parties asks who comes in.
    function _concerns(uint16 code, uint8 role) private pure returns (bool) {
        if (code <= PledgeRules.REFUSE || code == PledgeRules.REGISTER) return false;
        if (role == PartyRoles.NEW_PLEDGEE) return code == PledgeRules.TRANSFER || code == PledgeRules.CORRECT_PARTIES;
        if (role == PartyRoles.NEW_PLEDGOR) return code == PledgeRules.CORRECT_PARTIES;
        return role != PartyRoles.AUTHORITY || code != PledgeRules.WITHDRAW;
    }

    // --- The matrix ---

    error Outcome(bool done);

    /// @dev In a frame of its own that always reverts, so that every attempt finds the same state.
    function once(uint16 register, uint8 state, uint16 code, Way memory way) external {
        Act memory act = _attempt(register, code, pledgeIn[register][state], state, way);
        revert Outcome(_outcome(act).length == 0);
    }

    function _try(uint16 register, uint8 state, uint16 code, Way memory way) private {
        bool says = _says(register, state, code, way);
        ++tried;
        if (says) ++allowed;
        try this.once(register, state, code, way) {}
        catch (bytes memory outcome) {
            if (keccak256(outcome) == keccak256(abi.encodeWithSelector(Outcome.selector, says))) return;
            emit log_named_bytes("outcome", outcome);
        }
        emit log_named_uint("register", register);
        emit log_named_uint("state", state);
        emit log_named_uint("code", code);
        emit log_named_uint("role", way.role);
        emit log_named_uint("mode", way.mode);
        emit log_named_uint("officers", way.officers);
        revert(says ? "refused, and the data says that it is done" : "done, and the data doesn't say so");
    }

    /// @dev All ways of a state's row: a role that is asked in every mode and missing; any other, which must make no difference, missing and in
    /// the mode that is admitted nowhere; with one officer too where the code starts from there.
    function _row(uint16 register, uint8 state, uint16 code) private {
        uint256 word = wordOf[register][code];
        bool starts = word >> (48 + state) & 1 == 1;
        for (uint8 officers = 0; officers <= 2; ++officers) {
            _try(register, state, code, Way(0, 0, officers));
        }
        for (uint8 role = 1; role <= ROLES; ++role) {
            bool asked = word >> (16 + 4 * role) & 0xf != 0;
            for (uint8 mode = 0; mode <= Modes.DEEMED; mode += asked ? 1 : Modes.DEEMED) {
                if (starts && mode > Modes.SIGNED) _try(register, state, code, Way(role, mode, 1));
                _try(register, state, code, Way(role, mode, 2));
            }
        }
    }

    function _rows(uint16 register, uint8 first, uint8 last, uint256 done) private {
        vm.pauseGasMetering();
        for (uint8 state = first; state <= last; ++state) {
            for (uint256 i = 0; i < codes.length; ++i) {
                _row(register, state, codes[i]);
            }
        }
        assertGe(tried, codes.length * 15 * (last - first + 1), "every way was tried");
        assertEq(allowed, done, "the data admits so many ways");
    }

    function test_unitedStatesBeforeTheDecision() public {
        _rows(US, PledgeStates.FILED, PledgeStates.ACCEPTED, 177);
    }

    function test_unitedStatesRegistered() public {
        _rows(US, PledgeStates.REGISTERED, PledgeStates.REGISTERED, 146);
    }

    function test_unitedStatesEnforcing() public {
        _rows(US, PledgeStates.ENFORCING, PledgeStates.ENFORCING, 146);
    }

    function test_unitedStatesAfterTheEnd() public {
        _rows(US, PledgeStates.ENDED, PledgeStates.REFUSED, 20);
    }

    function test_chinaBeforeTheDecision() public {
        _rows(CN, PledgeStates.FILED, PledgeStates.ACCEPTED, 177);
    }

    function test_chinaRegistered() public {
        _rows(CN, PledgeStates.REGISTERED, PledgeStates.REGISTERED, 133);
    }

    function test_chinaEnforcing() public {
        _rows(CN, PledgeStates.ENFORCING, PledgeStates.ENFORCING, 133);
    }

    function test_chinaAfterTheEnd() public {
        _rows(CN, PledgeStates.ENDED, PledgeStates.REFUSED, 20);
    }

    /// @dev So that the rows of US patents are those of US marks.
    function test_marksAreRecordedByTheRulesOfPatents() public pure {
        PledgeRules.Register[] memory all = PledgeRules.registers();
        assertEq(abi.encode(all[US - 1].codes, all[US - 1].words), abi.encode(all[1].codes, all[1].words));
        uint256 classes = uint256(type(uint32).max) << 16;
        assertEq(all[US - 1].rule & ~classes, all[1].rule & ~classes);
    }
}
