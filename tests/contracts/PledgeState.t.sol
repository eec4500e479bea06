// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Act} from "../../contracts/interfaces/IActs.sol";
import {IPledgeErrors, IPledgeEvents} from "../../contracts/interfaces/IPledgeRegistry.sol";
import {EndReasons, NoteKinds, PartyRoles} from "../../contracts/types/ActCode.sol";
import "../../contracts/types/PledgeBodies.sol";
import {PledgeStates, PledgeWord} from "../../contracts/types/PledgeWord.sol";
import {Modes, Roles} from "../../contracts/types/Roles.sol";
import {Hand, PledgeBase} from "./PledgeBase.t.sol";
import {PledgeRules} from "./PledgeRules.sol";

/// @notice Enforcement and its end, ends by order, notes.
contract PledgeStateTest is PledgeBase {
    using PledgeWord for uint256;

    uint40 private pledge;

    function setUp() public override {
        super.setUp();
        pledge = _registered(_cnPatents(1, 2));
    }

    function _set(uint16 code, uint8 mode) private returns (PledgeActs memory body) {
        body = _document();
        body.consents = _consents(_holders(), mode);
        body.states = new SetPledgeState[](1);
        body.states[0].on = _on(pledge, code);
        body.states[0].parties = _now();
    }

    function _own(PledgeActs memory body) private returns (Act memory) {
        return _actsAct(body, _hands(_hand(pledgee)));
    }

    function _enforce() private {
        _done(_own(_set(PledgeRules.ENFORCE, Modes.SIGNED)));
    }

    function _orders() private pure returns (Consent[] memory consents) {
        consents = new Consent[](1);
        consents[0] = _consent(PartyRoles.AUTHORITY, Modes.ORDERED, 0, "People's Court of Haidian");
    }

    /// @dev The court's order, shown by two officers; no party is asked.
    function _ordered(uint40 of_, uint8 reason) private view returns (PledgeActs memory body) {
        body = _document();
        body.consents = _orders();
        body.releases = new ReleasePledge[](1);
        body.releases[0].on = _on(of_, PledgeRules.END_BY_ORDER);
        (body.releases[0].basis, body.releases[0].reason) = (1, reason);
    }

    // --- Enforcement ---

    function test_thePledgeeGivesNoticeOfEnforcement() public {
        PledgeActs memory body = _set(PledgeRules.ENFORCE, Modes.SIGNED);
        Act memory act = _own(body);
        uint256 head = _head(pledge).withState(PledgeStates.ENFORCING) + (1 << 56);
        bytes32 digest = acts.digestOf(act);
        bytes32 chain = keccak256(abi.encode(_chainOf(pledge), digest, PledgeRules.ENFORCE));
        vm.expectEmit(address(registry));
        emit IPledgeEvents.InstrumentRecorded(
            digest, body.instrument.number, body.instrument, body.consents, pledgee.account
        );
        vm.expectEmit(address(registry));
        emit IPledgeEvents.PledgeStateSet(
            pledge,
            body.instrument.number,
            head,
            0,
            IPledgeEvents.ActRecord(digest, chain, PledgeRules.ENFORCE, 1, int40(uint40(block.timestamp)), false, false)
        );
        _run(act);
        assertEq(_head(pledge), head);
        assertTrue(registry.live(1, 0), "under enforcement it lives");
        assertEq(_partiesOf(pledge), _partiesRoot(_pledgors(), _holders()), "the right goes to nobody");
    }

    function test_enforcementIsThePledgees() public {
        PledgeActs memory body = _set(PledgeRules.ENFORCE, Modes.SIGNED);
        bytes memory reason = abi.encodeWithSelector(
            IPledgeErrors.ConsentNotSigned.selector, PartyRoles.PLEDGEE, _memberWord(pledgee.account), 0
        );
        _refused(_actsAct(body, _hands(_hand(pledgor))), reason);
        _refused(_actsAct(body, _both(cnOffice, Modes.SIGNED)), reason);
    }

    /// The pledgor is not asked, so his consent is not told unless he gave it.
    function test_noConsentIsToldThatNobodyGave() public {
        PledgeActs memory body = _set(PledgeRules.ENFORCE, Modes.SIGNED);
        body.consents = _joined(body.consents, _consents(_pledgors(), Modes.SIGNED));
        _refused(
            _own(body),
            abi.encodeWithSelector(
                IPledgeErrors.ConsentNotSigned.selector, PartyRoles.PLEDGOR, _memberWord(pledgor.account), 0
            )
        );
        body.consents[1].signer = 1;
        _done(_actsAct(body, _hands(_hand(pledgee), _hand(pledgor))));
    }

    function test_enforcementBeginsAndStopsInTurn() public {
        _refused(
            _own(_set(PledgeRules.STOP_ENFORCING, Modes.SIGNED)),
            abi.encodeWithSelector(
                IPledgeErrors.StateRefused.selector, pledge, PledgeStates.REGISTERED, PledgeRules.STOP_ENFORCING
            )
        );
        _enforce();
        _refused(
            _own(_set(PledgeRules.ENFORCE, Modes.SIGNED)),
            abi.encodeWithSelector(
                IPledgeErrors.StateRefused.selector, pledge, PledgeStates.ENFORCING, PledgeRules.ENFORCE
            )
        );
        _done(_own(_set(PledgeRules.STOP_ENFORCING, Modes.SIGNED)));
        _assertState(pledge, PledgeStates.REGISTERED);
        assertEq(_head(pledge).version(), 2);
    }

    function test_anEnforcedPledgeIsReleased() public {
        _enforce();
        _done(_releaseAct(pledge));
        _assertState(pledge, PledgeStates.ENDED);
    }

    function test_anEnforcedPledgeLapsesAndHoldsItsAssetsUntilThen() public {
        FilePledge memory filing = _cnFiling(_cnPatents(50, 1));
        filing.terms.expires = uint40(block.timestamp) + 10;
        pledge = _registered(filing, _cnPatents(50, 1), _partiesHands());
        _enforce();
        vm.warp(block.timestamp + 11);
        _refused(
            _own(_set(PledgeRules.STOP_ENFORCING, Modes.SIGNED)),
            abi.encodeWithSelector(IPledgeErrors.PledgeLapsed.selector, pledge, filing.terms.expires)
        );
    }

    function test_aStateThatIsNoEndHasNoReason() public {
        PledgeActs memory body = _set(PledgeRules.ENFORCE, Modes.SIGNED);
        body.states[0].reason = EndReasons.ENFORCED;
        _refused(_own(body), abi.encodeWithSelector(IPledgeErrors.ReasonRefused.selector, PledgeRules.ENFORCE, 2));
    }

    function test_aCodeWithoutStatesSetsNone() public {
        PledgeActs memory body = _set(PledgeRules.RELEASE, Modes.SIGNED);
        _refused(
            _own(body), abi.encodeWithSelector(IPledgeErrors.CodeLacksEffect.selector, PledgeRules.RELEASE, 1 << 6)
        );
    }

    function test_aClosedRegisterLetsEnforcementGoOn() public {
        registers.closeRegister(CN);
        _enforce();
        _done(_releaseAct(pledge));
    }

    // --- End by order ---

    function test_aCourtsOrderEndsAPledgeWithItsPartiesSilent() public {
        _done(_actsAct(_ordered(pledge, EndReasons.ORDERED), _both(cnOffice, Modes.ORDERED)));
        _assertState(pledge, PledgeStates.ENDED);
        uint40 us = _recorded(_usPatents(1, 1));
        _done(_actsAct(_ordered(us, EndReasons.REVOKED), _both(usOffice, Modes.ORDERED)));
        _assertState(us, PledgeStates.ENDED);
    }

    function test_anOrderIsShownByTwoOfficersOfTheOffice() public {
        PledgeActs memory body = _ordered(pledge, EndReasons.ORDERED);
        bytes4 missing = IPledgeErrors.OfficersMissing.selector;
        _refused(
            _actsAct(body, _hands(_officer(cnOffice, Modes.ORDERED))),
            abi.encodeWithSelector(missing, PledgeRules.END_BY_ORDER, 1, 2)
        );
        _refused(
            _actsAct(body, _hands(_officer(cnOffice, Modes.ORDERED), _officer(usOffice, Modes.ORDERED))),
            abi.encodeWithSelector(missing, PledgeRules.END_BY_ORDER, 1, 2)
        );
    }

    function test_withoutAnOrderNothingEnds() public {
        PledgeActs memory body = _ordered(pledge, EndReasons.ORDERED);
        body.consents = new Consent[](0);
        bytes memory reason = abi.encodeWithSelector(IPledgeErrors.ConsentMissing.selector, PartyRoles.AUTHORITY, 0);
        _refused(_actsAct(body, _both(cnOffice, Modes.ORDERED)), reason);
        body.consents = _orders();
        body.consents[0].party = 0;
        _refused(_actsAct(body, _both(cnOffice, Modes.ORDERED)), reason);
        body.consents = _orders();
        body.consents[0].evidence = 0;
        _refused(
            _actsAct(body, _both(cnOffice, Modes.ORDERED)),
            abi.encodeWithSelector(IPledgeErrors.EvidenceMissing.selector, PartyRoles.AUTHORITY, body.consents[0].party)
        );
    }

    function test_anOrderIsOrderedAndNothingElse() public {
        for (uint8 mode = Modes.SIGNED; mode <= Modes.DEEMED; ++mode) {
            if (mode == Modes.ORDERED) continue;
            PledgeActs memory body = _ordered(pledge, EndReasons.ORDERED);
            body.consents[0].mode = mode;
            _refused(
                _actsAct(body, _both(cnOffice, mode)),
                abi.encodeWithSelector(
                    IPledgeErrors.ConsentModeRefused.selector, PartyRoles.AUTHORITY, body.consents[0].party, mode
                )
            );
        }
    }

    function test_anOrderHasItsOwnReasons() public {
        for (uint8 reason = 0; reason < 8; ++reason) {
            uint256 snapshot = vm.snapshotState();
            Act memory act = _actsAct(_ordered(pledge, reason), _both(cnOffice, Modes.ORDERED));
            if (reason >= EndReasons.ENFORCED && reason <= EndReasons.MISTAKEN) {
                _done(act);
            } else {
                _refused(
                    act, abi.encodeWithSelector(IPledgeErrors.ReasonRefused.selector, PledgeRules.END_BY_ORDER, reason)
                );
            }
            vm.revertToState(snapshot);
        }
    }

    function test_aPartyIsNoAuthority() public {
        PledgeActs memory body = _ordered(pledge, EndReasons.ORDERED);
        Hand memory hand = _hand(pledgor);
        hand.mode = Modes.ORDERED;
        body.consents[0].party = _memberWord(pledgor.account);
        _refused(
            _actsAct(body, _and(_hands(hand), _officer(cnOffice, Modes.ORDERED))),
            abi.encodeWithSelector(
                IPledgeErrors.ConsentNotSigned.selector, PartyRoles.AUTHORITY, body.consents[0].party, 0
            )
        );
    }

    // --- Notes ---

    function _noted(uint40 of_, uint8 kind) private view returns (PledgeActs memory body) {
        body = _document();
        body.notes = new NotePledge[](1);
        body.notes[0].on = _on(of_, PledgeRules.NOTE);
        body.notes[0].kind = kind;
        body.notes[0].text = "the schedule names one patent twice";
    }

    function _office(PledgeActs memory body) private returns (Act memory) {
        return _actsAct(body, _hands(_officer(cnOffice, Modes.SIGNED)));
    }

    function test_aNoteChangesNothingButTheChainOfActs() public {
        PledgeActs memory body = _noted(pledge, NoteKinds.REMARK);
        body.notes[0].assets = _cnPatents(1, 1).keys;
        body.notes[0].subject = "49107-392";
        (uint256 head, uint256 terms) = (_head(pledge), _termsOf(pledge));
        Act memory act = _office(body);
        bytes32 digest = acts.digestOf(act);
        bytes32 chain = keccak256(abi.encode(_chainOf(pledge), digest, PledgeRules.NOTE));
        vm.expectEmit(address(registry));
        emit IPledgeEvents.InstrumentRecorded(
            digest, body.instrument.number, body.instrument, body.consents, cnOffice.account
        );
        vm.expectEmit(address(registry));
        emit IPledgeEvents.PledgeNoted(
            pledge,
            body.instrument.number,
            0,
            NoteKinds.REMARK,
            body.notes[0].subject,
            body.notes[0].assets,
            body.notes[0].text,
            IPledgeEvents.ActRecord(digest, chain, PledgeRules.NOTE, 1, int40(uint40(block.timestamp)), false, false)
        );
        _run(act);
        assertEq(_head(pledge), head, "not even its version");
        assertEq(_termsOf(pledge), terms);
        assertEq(_chainOf(pledge), chain);
    }

    function test_notesAreOfKnownKinds() public {
        for (uint8 kind = 1; kind <= NoteKinds.DISCREPANCY; ++kind) {
            _done(_office(_noted(pledge, kind)));
        }
        _refused(_office(_noted(pledge, 0)), abi.encodeWithSelector(IPledgeErrors.NoteUnknown.selector, 0));
        uint8 unknown = NoteKinds.OBJECTION + 1;
        _refused(_office(_noted(pledge, unknown)), abi.encodeWithSelector(IPledgeErrors.NoteUnknown.selector, unknown));
    }

    function test_aNoticeIsNamedByItsHash() public {
        PledgeActs memory body = _noted(pledge, NoteKinds.NOTICE);
        body.notes[0].subject = 0;
        _refused(_office(body), abi.encodeWithSelector(IPledgeErrors.DocumentMissing.selector, PledgeRules.NOTE));
        body.notes[0].subject = "notice";
        _done(_office(body));
        uint256 since = block.timestamp;
        vm.warp(since + 1 days);
        _done(_office(body));
        assertEq(registry.noticed(pledge, "notice"), since, "served once, whatever is repeated");
    }

    function test_aNoteLinksToAPledgeThatThereIs() public {
        uint40 other = _registered(_cnPatents(9, 1));
        PledgeActs memory body = _noted(pledge, NoteKinds.SAME_AS);
        body.notes[0].other = other;
        _done(_office(body));
        body.notes[0].other = 99;
        _refused(_office(body), abi.encodeWithSelector(IPledgeErrors.UnknownPledge.selector, 99));
    }

    function test_aReleaseOfALinkedPledgeDoesNotEndTheOther() public {
        uint40 other = _registered(_cnPatents(9, 1));
        PledgeActs memory body = _noted(pledge, NoteKinds.SAME_AS);
        body.notes[0].other = other;
        _done(_office(body));
        _done(_releaseAct(other));
        _assertState(pledge, PledgeStates.REGISTERED);
    }

    function test_endedLapsedAndClosedPledgesAreNotedToo() public {
        FilePledge memory filing = _cnFiling(_cnPatents(50, 1));
        filing.terms.expires = uint40(block.timestamp) + 10;
        uint40 lapsing = _registered(filing, _cnPatents(50, 1), _partiesHands());
        vm.warp(block.timestamp + 11);
        _done(_office(_noted(lapsing, NoteKinds.REMARK)));
        _done(_releaseAct(pledge));
        registers.closeRegister(CN);
        _done(_office(_noted(pledge, NoteKinds.CORRECTION)));
    }

    function test_whatWasNeverRegisteredIsNotNoted() public {
        uint40 filed = _file(_cnFiling(_cnPatents(50, 1)), _partiesHands());
        _refused(
            _office(_noted(filed, NoteKinds.REMARK)),
            abi.encodeWithSelector(IPledgeErrors.StateRefused.selector, filed, PledgeStates.FILED, PledgeRules.NOTE)
        );
    }

    function test_aNoteIsTheOffices() public {
        PledgeActs memory body = _noted(pledge, NoteKinds.REMARK);
        bytes memory reason = abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, PledgeRules.NOTE, 0, 1);
        _refused(_actsAct(body, _partiesHands()), reason);
        _refused(_actsAct(body, _both(usOffice, Modes.SIGNED)), reason);
    }
}
