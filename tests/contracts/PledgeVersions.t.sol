// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IPledgeErrors} from "../../contracts/interfaces/IPledgeRegistry.sol";
import {RuleFlags} from "../../contracts/interfaces/IRegisters.sol";
import {Decisions, Effects, EndReasons, PartyRoles, TimeSources} from "../../contracts/types/ActCode.sol";
import "../../contracts/types/PledgeBodies.sol";
import {PledgeStates, PledgeWord} from "../../contracts/types/PledgeWord.sol";
import {Modes, Roles} from "../../contracts/types/Roles.sol";
import {Actor} from "./Base.t.sol";
import {Listed} from "./AssetListing.sol";
import {Hand, PledgeBase} from "./PledgeBase.t.sol";
import {PledgeRules} from "./PledgeRules.sol";

/// @notice A register of the tests' own whose rules are set bit by bit: what data may say beside what ships, and what no data can loosen.
abstract contract OwnRules is PledgeBase {
    using PledgeWord for uint256;

    uint16 internal constant OWN = 9;
    uint256 internal constant ANY_STATE = uint256(0xffff) << 48;
    uint256 internal constant ANY_TIME = uint256(7) << 88;
    uint256 internal constant ANY_REASON = uint256(type(uint32).max) << 176;
    uint256 internal constant OFFICER = 1 << 64 | 1 << 68 | uint256(Roles.REGISTRAR) << 72;

    mapping(uint16 code => uint256) internal rules;
    uint16[] private codes;
    uint16 private version;

    function setUp() public virtual override {
        super.setUp();
        _officeKeeps(OWN, usOffice);
        _rule(PledgeRules.ACCEPT, OFFICER | uint256(30 days) << 144);
        _rule(PledgeRules.RETURN, OFFICER);
        _rule(PledgeRules.REFUSE, OFFICER);
        _rule(PledgeRules.WITHDRAW, 0);
        _rule(
            PledgeRules.REGISTER, Effects.REGISTER | _asked(PartyRoles.PLEDGOR) | _asked(PartyRoles.PLEDGEE) | OFFICER
        );
        _rule(PledgeRules.RELEASE, Effects.END_ALL | _asked(PartyRoles.PLEDGEE));
        _inForce();
    }

    /// @dev A role that signs, or whose consent is vouched for in any mode.
    function _asked(uint8 role) internal pure returns (uint256) {
        return uint256(0xf) << (16 + 4 * role);
    }

    /// @dev From any state, at any time, for any reason: whatever else the word says.
    function _rule(uint16 code, uint256 word) internal {
        if (rules[code] == 0) codes.push(code);
        rules[code] = word | ANY_STATE | ANY_TIME | ANY_REASON;
    }

    /// @dev Puts the rules as they stand in force, as the next version.
    function _inForce() internal {
        uint256[] memory words = new uint256[](codes.length);
        for (uint256 i = 0; i < codes.length; ++i) {
            words[i] = rules[codes[i]];
        }
        uint256 rule = 0x5854 | 1 << (16 + 15) | RuleFlags.RECORDS << 48;
        registers.setRegister(OWN, ++version, usOffice.account, rule, codes, words, address(0), "own patents");
    }

    function _ownPatents(uint256 first) internal pure returns (Listed memory) {
        return _listed("XTPA", first, 1);
    }

    function _ownFiling() internal returns (FilePledge memory filing) {
        filing = _filing(OWN, _ownPatents(1), _usual(), Modes.SIGNED);
        _link(filing.consents, _partiesHands());
    }

    function _ownRegistered() internal returns (uint40 pledge) {
        return _registered(_ownFiling(), _ownPatents(1), _partiesHands());
    }

    function _usOfficer() internal view returns (Hand[] memory) {
        return _hands(_officer(usOffice, Modes.SIGNED));
    }
}

/// @notice Rules that no shipped register uses yet.
contract PledgeOwnRulesTest is OwnRules {
    using PledgeWord for uint256;

    function _ending(uint40 pledge, uint16 code) private view returns (PledgeActs memory body) {
        body = _document();
        body.releases = new ReleasePledge[](1);
        body.releases[0].on = _on(pledge, code);
        (body.releases[0].basis, body.releases[0].reason) = (1, 1);
    }

    // --- Wait ---

    function test_thereIsAWaitBetweenAcceptanceAndRegistration() public {
        _rule(PledgeRules.REGISTER, rules[PledgeRules.REGISTER] | uint256(7 days) << 112);
        _inForce();
        FilePledge memory filing = _ownFiling();
        uint40 pledge = _file(filing, _partiesHands());
        vm.warp(block.timestamp + 3 days);
        _accept(pledge, filing, _ownPatents(1));
        uint256 over = block.timestamp + 7 days;
        vm.warp(over - 1);
        DecidePledge memory body = _decision(pledge, filing, _ownPatents(1));
        _refused(_decideAct(body), abi.encodeWithSelector(IPledgeErrors.WaitNotOver.selector, pledge, over));
        vm.warp(over);
        _done(_decideAct(body));
    }

    function test_whereThereIsAWaitNothingIsRecordedAtOnce() public {
        _rule(PledgeRules.REGISTER, rules[PledgeRules.REGISTER] | uint256(7 days) << 112);
        _inForce();
        FilePledge memory filing = _ownFiling();
        _refused(
            _recordAct(_recording(filing, _ownPatents(1)), _and(_partiesHands(), _officer(usOffice, Modes.SIGNED))),
            abi.encodeWithSelector(IPledgeErrors.WaitNotOver.selector, 1, block.timestamp + 7 days)
        );
    }

    // --- Time ---

    function test_aRegisterMayCountFromTheFiling() public {
        FilePledge memory filing = _ownFiling();
        filing.when.source = TimeSources.FILING;
        uint40 pledge = _file(filing, _partiesHands());
        uint256 filed = block.timestamp;
        vm.warp(filed + 3 days);
        _accept(pledge, filing, _ownPatents(1));
        vm.warp(filed + 9 days);
        _done(_decideAct(_decision(pledge, filing, _ownPatents(1))));
        assertEq(_head(pledge).effective(), int256(filed));
        assertEq(_head(pledge) >> 40 & 0xffff, 0, "not stated");
    }

    // --- Consents ---

    function test_aRoleThatIsNotAskedNeedNotConsent() public {
        _rule(PledgeRules.REGISTER, Effects.REGISTER | OFFICER | _asked(PartyRoles.PLEDGEE));
        _inForce();
        FilePledge memory filing = _ownFiling();
        Consent memory own = filing.consents[1];
        filing.consents = new Consent[](1);
        filing.consents[0] = own;
        filing.consents[0].signer = 0;
        _file(filing, _hands(_hand(pledgee)));
    }

    function test_aStatutoryPeriodsEndIsShownByAnOfficer() public {
        uint40 pledge = _ownRegistered();
        PledgeActs memory body = _release(pledge, Modes.DEEMED);
        _refused(
            _actsAct(body, _usOfficer()),
            abi.encodeWithSelector(
                IPledgeErrors.ConsentNotSigned.selector, PartyRoles.PLEDGEE, _memberWord(pledgee.account), 0
            )
        );
        // The release's own word names no officers, so there is nobody who could vouch.
        _refused(
            _actsAct(body, _hands(_officer(usOffice, Modes.DEEMED))),
            abi.encodeWithSelector(
                IPledgeErrors.ConsentNotSigned.selector, PartyRoles.PLEDGEE, _memberWord(pledgee.account), 0
            )
        );
        _rule(PledgeRules.RELEASE, rules[PledgeRules.RELEASE] | OFFICER);
        _inForce();
        body.consents[0].evidence = 0;
        _refused(
            _actsAct(body, _hands(_officer(usOffice, Modes.DEEMED))),
            abi.encodeWithSelector(
                IPledgeErrors.EvidenceMissing.selector, PartyRoles.PLEDGEE, _memberWord(pledgee.account)
            )
        );
        body.consents[0].evidence = "notice";
        _done(_actsAct(body, _hands(_officer(usOffice, Modes.DEEMED))));
    }

    function test_anAuthorityThatSignsIsACourtOrARegulator() public {
        uint40 pledge = _ownRegistered();
        _rule(50, Effects.END_ALL | _asked(PartyRoles.AUTHORITY));
        _inForce();
        PledgeActs memory body = _ending(pledge, 50);
        body.consents = new Consent[](1);
        Actor[3] memory parties = [pledgor, pledgee, outsider];
        for (uint256 i = 0; i < 3; ++i) {
            bytes32 party = _memberWord(parties[i].account);
            body.consents[0] = _consent(PartyRoles.AUTHORITY, Modes.SIGNED, 0, party);
            _refused(
                _actsAct(body, _hands(_hand(parties[i]))),
                abi.encodeWithSelector(IPledgeErrors.ConsentNotSigned.selector, PartyRoles.AUTHORITY, party, 0)
            );
        }
        body.consents[0].party = _memberWord(court.account);
        _refused(
            _actsAct(body, _hands(_hand(pledgor))),
            abi.encodeWithSelector(
                IPledgeErrors.ConsentNotSigned.selector, PartyRoles.AUTHORITY, body.consents[0].party, 0
            )
        );
        _done(_actsAct(body, _hands(_hand(court))));
    }

    function test_aCourtShowsItsOwnOrderWhereItsOfficersAreAdmitted() public {
        uint40 pledge = _ownRegistered();
        _rule(50, Effects.END_ALL | _asked(PartyRoles.AUTHORITY) | 1 << 64 | uint256(Roles.COURT_OFFICER) << 72);
        _inForce();
        PledgeActs memory body = _ending(pledge, 50);
        body.consents = new Consent[](1);
        bytes32 party = _memberWord(court.account);
        Hand memory hand = _hand(court);
        for (hand.mode = Modes.ATTESTED; hand.mode <= Modes.DEEMED; hand.mode += 2) {
            body.consents[0] = _consent(PartyRoles.AUTHORITY, hand.mode, 0, party);
            _refused(
                _actsAct(body, _hands(hand)),
                abi.encodeWithSelector(IPledgeErrors.ConsentNotSigned.selector, PartyRoles.AUTHORITY, party, 0)
            );
        }
        hand.mode = Modes.ORDERED;
        body.consents[0] = _consent(PartyRoles.AUTHORITY, Modes.ORDERED, 0, party);
        _done(_actsAct(body, _hands(hand)));
    }

    function test_vouchingNeverLowersTheNumberOfOfficers() public {
        uint40 pledge = _ownRegistered();
        uint256 two = rules[PledgeRules.RELEASE] | 2 << 64 | uint256(Roles.REGISTRAR) << 72;
        _rule(PledgeRules.RELEASE, two | 1 << 68);
        _inForce();
        PledgeActs memory body = _release(pledge, Modes.ATTESTED);
        _refused(
            _actsAct(body, _hands(_officer(usOffice, Modes.ATTESTED))),
            abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, PledgeRules.RELEASE, 1, 2)
        );
        _done(_actsAct(body, _both(usOffice, Modes.ATTESTED)));
    }

    function test_aRegisterMayAskMoreOfficersWhereAFilingWasVouchedFor() public {
        _rule(PledgeRules.REGISTER, rules[PledgeRules.REGISTER] | 2 << 68);
        _inForce();
        assertEq(rules[PledgeRules.REGISTER] >> 64 & 0xff, 0x31, "fixture: one officer, three where vouched");
        Listed memory listed = _ownPatents(1);
        uint40 signed = _file(_ownFiling(), _partiesHands());
        FilePledge memory filing = _filing(OWN, listed, _usual(), Modes.ATTESTED);
        uint40 vouched = _file(filing, _hands(_officer(usOffice, Modes.ATTESTED)));
        _accept(signed, _ownFiling(), listed);
        _accept(vouched, filing, listed);
        _done(_decideAct(_decision(signed, _ownFiling(), listed)));
        DecidePledge memory body = _decision(vouched, filing, listed);
        _refused(
            _decideAct(body, _both(usOffice, Modes.SIGNED)),
            abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, PledgeRules.REGISTER, 2, 3)
        );
    }

    function test_aRegisterMayAskOfficersForAWithdrawal() public {
        _rule(PledgeRules.WITHDRAW, _asked(PartyRoles.PLEDGOR) | OFFICER);
        _inForce();
        FilePledge memory filing = _ownFiling();
        WithdrawFiling memory body = _withdrawal(_file(filing, _partiesHands()), filing);
        _refused(
            _withdrawAct(body, _partiesHands()),
            abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, PledgeRules.WITHDRAW, 0, 1)
        );
        _done(_withdrawAct(body, _and(_partiesHands(), _officer(usOffice, Modes.SIGNED))));
    }

    // --- States ---

    function _stateSet(uint40 pledge, uint8 next, uint8 reason) private returns (PledgeActs memory body) {
        _rule(60, 0);
        rules[60] = Effects.SET_STATE | uint256(next) << 8 | ANY_STATE | ANY_TIME | uint256(1 << 3) << 176;
        _inForce();
        body = _document();
        body.states = new SetPledgeState[](1);
        body.states[0] = SetPledgeState(_on(pledge, 60), _now(), reason);
    }

    function test_aStateIsSetToALivingOneOrTheEnd() public {
        uint40 pledge = _ownRegistered();
        for (uint8 next = 0; next < 12; ++next) {
            uint256 snapshot = vm.snapshotState();
            bool living = next == PledgeStates.ENFORCING;
            bool ending = next == PledgeStates.ENDED;
            PledgeActs memory body = _stateSet(pledge, next, ending ? EndReasons.LAPSED : 0);
            if (living || ending) {
                _done(_actsAct(body, _hands(_hand(outsider))));
                _assertState(pledge, next);
            } else {
                _refused(
                    _actsAct(body, _hands(_hand(outsider))),
                    abi.encodeWithSelector(IPledgeErrors.StateRefused.selector, pledge, next, 60)
                );
            }
            vm.revertToState(snapshot);
        }
    }

    function test_anEndByStateHasItsReason() public {
        uint40 pledge = _ownRegistered();
        PledgeActs memory body = _stateSet(pledge, PledgeStates.ENDED, 0);
        _refused(
            _actsAct(body, _hands(_hand(outsider))), abi.encodeWithSelector(IPledgeErrors.ReasonRefused.selector, 60, 0)
        );
    }

    // --- What no data can loosen: every code here may start from any state ---

    function test_noStepOfTheIntakeStartsBehindTheDecision() public {
        Listed memory listed = _ownPatents(1);
        FilePledge memory filing = _ownFiling();
        uint8[3] memory states = [PledgeStates.RETURNED, PledgeStates.REFUSED, PledgeStates.WITHDRAWN];
        for (uint256 i = 0; i < 3; ++i) {
            uint40 pledge = _file(filing, _partiesHands());
            DecidePledge memory body = _decision(pledge, filing, listed);
            (body.names, body.titles) = (new PartyName[](0), new string[](0));
            body.decision = i == 0 ? Decisions.RETURN : Decisions.REFUSE;
            body.grounds = _failed(1);
            if (i == 2) _done(_withdrawAct(_withdrawal(pledge, filing), _partiesHands()));
            else _done(_decideAct(body));
            _assertState(pledge, states[i]);
            bytes4 refused = IPledgeErrors.StateRefused.selector;
            _refused(
                _acceptAct(_acceptance(pledge, filing, listed, 0), _usOfficer()),
                abi.encodeWithSelector(refused, pledge, states[i], PledgeRules.ACCEPT)
            );
            _refused(
                _decideAct(_decision(pledge, filing, listed)),
                abi.encodeWithSelector(refused, pledge, states[i], PledgeRules.REGISTER)
            );
            body.decision = Decisions.REFUSE;
            _refused(_decideAct(body), abi.encodeWithSelector(refused, pledge, states[i], PledgeRules.REFUSE));
            _refused(
                _withdrawAct(_withdrawal(pledge, filing), _partiesHands()),
                abi.encodeWithSelector(refused, pledge, states[i], PledgeRules.WITHDRAW)
            );
        }
    }

    function test_whatIsFiledIsNotRegisteredBeforeItsAcceptance() public {
        FilePledge memory filing = _ownFiling();
        uint40 pledge = _file(filing, _partiesHands());
        _refused(
            _decideAct(_decision(pledge, filing, _ownPatents(1))),
            abi.encodeWithSelector(
                IPledgeErrors.StateRefused.selector, pledge, PledgeStates.FILED, PledgeRules.REGISTER
            )
        );
    }

    function test_noActOfLifeStartsBeforeTheRegistrationOrAfterTheEnd() public {
        _rule(PledgeRules.NOTE, Effects.NOTE);
        _inForce();
        FilePledge memory filing = _ownFiling();
        uint40 pledge = _file(filing, _partiesHands());
        for (uint8 state = PledgeStates.FILED; state <= PledgeStates.ACCEPTED; ++state) {
            if (state == PledgeStates.ACCEPTED) _accept(pledge, filing, _ownPatents(1));
            bytes memory reason =
                abi.encodeWithSelector(IPledgeErrors.StateRefused.selector, pledge, state, PledgeRules.RELEASE);
            _refused(_actsAct(_release(pledge, Modes.SIGNED), _hands(_hand(pledgee))), reason);
            PledgeActs memory note = _document();
            note.notes = new NotePledge[](1);
            (note.notes[0].on, note.notes[0].kind) = (_on(pledge, PledgeRules.NOTE), 1);
            _refused(
                _actsAct(note, _usOfficer()),
                abi.encodeWithSelector(IPledgeErrors.StateRefused.selector, pledge, state, PledgeRules.NOTE)
            );
        }
        _done(_decideAct(_decision(pledge, filing, _ownPatents(1))));
        _done(_actsAct(_release(pledge, Modes.SIGNED), _hands(_hand(pledgee))));
        _refused(
            _actsAct(_release(pledge, Modes.SIGNED), _hands(_hand(pledgee))),
            abi.encodeWithSelector(IPledgeErrors.StateRefused.selector, pledge, PledgeStates.ENDED, PledgeRules.RELEASE)
        );
    }

    function test_aCodeMayHaveSeveralEffects() public {
        uint40 pledge = _ownRegistered();
        _rule(70, Effects.END_ALL | Effects.NOTE | _asked(PartyRoles.PLEDGEE) | OFFICER);
        _inForce();
        PledgeActs memory body = _release(pledge, Modes.SIGNED);
        body.releases[0].on.code = 70;
        body.notes = new NotePledge[](1);
        body.notes[0].on = _on(pledge, 70);
        body.notes[0].on.version = 1;
        body.notes[0].parties = _now();
        body.notes[0].kind = 1;
        _done(_actsAct(body, _hands(_hand(pledgee), _officer(usOffice, Modes.SIGNED))));
    }
}

/// @notice Versions of a register's rules: what was filed is decided by its own, later acts by the one in force.
contract PledgeVersionsTest is OwnRules {
    using PledgeWord for uint256;

    uint40 private constant LONG = 90 days;

    /// @dev Version 2: other officers' number, other period, RELEASE asks the pledgor too, WITHDRAW is the office's.
    function _second() private {
        _rule(PledgeRules.ACCEPT, 2 << 64 | uint256(Roles.REGISTRAR) << 72 | uint256(LONG) << 144);
        _rule(PledgeRules.RELEASE, Effects.END_ALL | _asked(PartyRoles.PLEDGEE) | _asked(PartyRoles.PLEDGOR));
        _rule(PledgeRules.WITHDRAW, OFFICER);
        _inForce();
    }

    function test_aFilingIsDecidedByTheVersionThatItWasMadeUnder() public {
        FilePledge memory filing = _ownFiling();
        uint40 pledge = _file(filing, _partiesHands());
        uint40 withdrawn = _file(filing, _partiesHands());
        _second();
        _accept(pledge, filing, _ownPatents(1));
        assertEq(_head(pledge).expires(), block.timestamp + 30 days, "its own period");
        _done(_decideAct(_decision(pledge, filing, _ownPatents(1))));
        assertEq(_head(pledge).rules(), 1);
        _done(_withdrawAct(_withdrawal(withdrawn, filing), _partiesHands()));
    }

    function test_aFilingIsMadeUnderTheVersionInForce() public {
        FilePledge memory old = _ownFiling();
        _second();
        _refused(
            _fileAct(old, _partiesHands()), abi.encodeWithSelector(IPledgeErrors.VersionNotInForce.selector, OWN, 1, 2)
        );
        FilePledge memory filing = _ownFiling();
        uint40 pledge = _file(filing, _partiesHands());
        assertEq(_head(pledge).rules(), 2);
        AcceptPledge memory body = _acceptance(pledge, filing, _ownPatents(1), 0);
        _refused(
            _acceptAct(body, _usOfficer()),
            abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, PledgeRules.ACCEPT, 1, 2)
        );
        _done(_acceptAct(body, _both(usOffice, Modes.SIGNED)));
        assertEq(_head(pledge).expires(), block.timestamp + LONG);
    }

    function test_laterActsFollowTheVersionInForce() public {
        uint40 pledge = _ownRegistered();
        _second();
        PledgeActs memory body = _release(pledge, Modes.SIGNED);
        _refused(
            _actsAct(body, _hands(_hand(pledgee))),
            abi.encodeWithSelector(
                IPledgeErrors.ConsentMissing.selector, PartyRoles.PLEDGOR, _memberWord(pledgor.account)
            )
        );
        body.consents = _consents(_usual(), Modes.SIGNED);
        _link(body.consents, _partiesHands());
        _done(_actsAct(body, _partiesHands()));
    }

    function test_aCodeThatTheVersionInForceLacksIsNone() public {
        uint40 pledge = _ownRegistered();
        uint16[] memory codes = new uint16[](1);
        uint256[] memory words = new uint256[](1);
        (codes[0], words[0]) = (PledgeRules.ACCEPT, rules[PledgeRules.ACCEPT]);
        registers.setRegister(OWN, 2, usOffice.account, registers.rule(OWN, 1), codes, words, address(0), "own patents");
        _refused(
            _actsAct(_release(pledge, Modes.SIGNED), _hands(_hand(pledgee))),
            abi.encodeWithSelector(IPledgeErrors.UnknownCode.selector, OWN, 2, PledgeRules.RELEASE)
        );
    }

    function test_aNewOfficeTakesOverWhatTheOldOneBegan() public {
        FilePledge memory filing = _ownFiling();
        uint40 pledge = _file(filing, _partiesHands());
        uint16[] memory codes = new uint16[](1);
        uint256[] memory words = new uint256[](1);
        (codes[0], words[0]) = (PledgeRules.ACCEPT, rules[PledgeRules.ACCEPT]);
        registers.setRegister(OWN, 2, cnOffice.account, registers.rule(OWN, 1), codes, words, address(0), "own patents");
        AcceptPledge memory body = _acceptance(pledge, filing, _ownPatents(1), 0);
        _refused(
            _acceptAct(body, _usOfficer()),
            abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, PledgeRules.ACCEPT, 0, 1)
        );
        _done(_acceptAct(body, _hands(_officer(cnOffice, Modes.SIGNED))));
        _done(_decideAct(_decision(pledge, filing, _ownPatents(1)), _hands(_officer(cnOffice, Modes.SIGNED))));
    }

    function test_groundsAreThoseOfTheFilingsVersion() public {
        Listed memory listed = _cnPatents(1, 1);
        FilePledge memory filing = _cnFiling(listed);
        uint40 pledge = _file(filing, _partiesHands());
        _accept(pledge, filing, listed);
        PledgeRules.Register memory cn = PledgeRules.registers()[CN - 1];
        registers.setRegister(
            CN, 2, cnOffice.account, cn.rule | uint256(1) << (64 + 13), cn.codes, cn.words, address(0), cn.name
        );
        DecidePledge memory body = _decision(pledge, filing, listed);
        body.grounds = _passed();
        _done(_decideAct(body));
        listed = _cnPatents(2, 1);
        filing = _cnFiling(listed);
        pledge = _file(filing, _partiesHands());
        _accept(pledge, filing, listed);
        body = _decision(pledge, filing, listed);
        body.grounds = _passed();
        _refused(_decideAct(body), abi.encodeWithSelector(IPledgeErrors.GroundMissing.selector, 13));
    }
}
