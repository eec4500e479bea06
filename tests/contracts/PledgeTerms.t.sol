// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Act} from "../../contracts/interfaces/IActs.sol";
import {IPledgeErrors, IPledgeEvents} from "../../contracts/interfaces/IPledgeRegistry.sol";
import {ClaimKinds, Effects, PartyRoles, TimeSources} from "../../contracts/types/ActCode.sol";
import "../../contracts/types/PledgeBodies.sol";
import {PledgeStates, PledgeWord, TermsWord} from "../../contracts/types/PledgeWord.sol";
import {Modes} from "../../contracts/types/Roles.sol";
import {Hand, PledgeBase} from "./PledgeBase.t.sol";
import {PledgeRules} from "./PledgeRules.sol";

/// @notice Changes of terms, and what every act on a registered pledge must meet.
contract PledgeTermsTest is PledgeBase {
    using PledgeWord for uint256;
    using TermsWord for uint256;

    uint40 private pledge;

    function setUp() public override {
        super.setUp();
        pledge = _registered(_cnPatents(1, 2));
    }

    function _change(uint40 of_, uint8 mode) private returns (PledgeActs memory body) {
        body = _document();
        body.consents = _consents(_usual(), mode);
        _link(body.consents, _signing());
        body.terms = new ChangeTerms[](1);
        body.terms[0].on = _on(of_, PledgeRules.SET_TERMS);
        body.terms[0].parties = _now();
        body.terms[0].terms = Terms(900_000_000, CNY, ClaimKinds.MAXIMUM, 7, uint40(START) + 900 days);
        body.terms[0].content = keccak256("new content");
        body.terms[0].agreement = keccak256("amendment");
    }

    function _change() private returns (PledgeActs memory) {
        return _change(pledge, Modes.SIGNED);
    }

    function _signing() private view returns (Hand[] memory) {
        return _and(_partiesHands(), _officer(cnOffice, Modes.SIGNED));
    }

    function _refusedBody(PledgeActs memory body, bytes memory reason) private {
        (uint256 before, bytes32 chain) = (_head(pledge), _chainOf(pledge));
        _refused(_actsAct(body, _signing()), reason);
        assertEq(_head(pledge), before);
        assertEq(_chainOf(pledge), chain, "nothing is stored");
    }

    // --- Terms ---

    function test_newTermsReplaceTheOld() public {
        PledgeActs memory body = _change();
        Act memory act = _actsAct(body, _signing());
        uint256 head = (_head(pledge) + (1 << 56)).withExpires(uint40(START) + 900 days);
        uint256 terms = 900_000_000 | uint256(CNY) << 128 | uint256(ClaimKinds.MAXIMUM) << 144 | 1 << 152 | 1 << 168 | 7
            << 176 | 1 << 216;
        bytes32 digest = acts.digestOf(act);
        bytes32 chain = keccak256(abi.encode(_chainOf(pledge), digest, PledgeRules.SET_TERMS));
        vm.expectEmit(address(registry));
        emit IPledgeEvents.InstrumentRecorded(
            digest, body.instrument.number, body.instrument, body.consents, pledgor.account
        );
        vm.expectEmit(address(registry));
        emit IPledgeEvents.TermsChanged(
            pledge,
            body.instrument.number,
            head,
            terms,
            keccak256("new content"),
            keccak256("amendment"),
            IPledgeEvents.ActRecord(
                digest, chain, PledgeRules.SET_TERMS, 1, int40(uint40(block.timestamp)), false, false
            )
        );
        _run(act);
        (uint256 stored, uint256 termsNow,, bytes32 content, bytes32 chainNow) = registry.pledge(pledge);
        assertEq(stored, head);
        assertEq(termsNow, terms);
        assertEq(content, keccak256("new content"));
        assertEq(chainNow, chain);
        assertEq(_head(pledge).version(), 1, "a substantive act raises the version");
    }

    function test_withoutNewContentTheOldStays() public {
        PledgeActs memory body = _change();
        body.terms[0].content = 0;
        _done(_actsAct(body, _signing()));
        (,,, bytes32 content,) = registry.pledge(pledge);
        assertEq(content, keccak256("content"));
    }

    function test_newTermsAreWholeAndNotOver() public {
        PledgeActs memory body = _change();
        body.terms[0].terms.currency = 0;
        _refusedBody(body, abi.encodeWithSelector(IPledgeErrors.TermsInconsistent.selector, 2, 0, 900_000_000));
        body = _change();
        body.terms[0].terms.expires = uint40(block.timestamp);
        _refusedBody(body, abi.encodeWithSelector(IPledgeErrors.ExpiryPassed.selector, block.timestamp));
    }

    // --- Consents to a later act ---

    function test_bothSidesConsentToNewTerms() public {
        PledgeActs memory body = _change();
        Consent[] memory both = body.consents;
        for (uint256 i = 0; i < 2; ++i) {
            body.consents = new Consent[](1);
            body.consents[0] = both[1 - i];
            _refusedBody(
                body, abi.encodeWithSelector(IPledgeErrors.ConsentMissing.selector, both[i].role, both[i].party)
            );
        }
    }

    function test_theOfficeRegistersAChange() public {
        PledgeActs memory body = _change();
        _refused(
            _actsAct(body, _partiesHands()),
            abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, PledgeRules.SET_TERMS, 0, 1)
        );
        _refused(
            _actsAct(body, _and(_partiesHands(), _officer(usOffice, Modes.SIGNED))),
            abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, PledgeRules.SET_TERMS, 0, 1)
        );
    }

    function test_attestedConsentsToAChangeNeedTwoOfficers() public {
        PledgeActs memory body = _change(pledge, Modes.ATTESTED);
        _refused(
            _actsAct(body, _hands(_officer(cnOffice, Modes.ATTESTED))),
            abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, PledgeRules.SET_TERMS, 1, 2)
        );
        _done(_actsAct(body, _both(cnOffice, Modes.ATTESTED)));
    }

    function test_oneVouchedConsentIsEnoughToNeedTwo() public {
        PledgeActs memory body = _change();
        body.consents[0] = _consent(PartyRoles.PLEDGOR, Modes.ATTESTED, 1, _memberWord(pledgor.account));
        body.consents[1].signer = 0;
        Hand[] memory hands = _hands(_hand(pledgee), _officer(cnOffice, Modes.ATTESTED));
        _refused(
            _actsAct(body, hands),
            abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, PledgeRules.SET_TERMS, 1, 2)
        );
        _done(_actsAct(body, _and(hands, _second(cnOffice, Modes.SIGNED))));
    }

    // --- The pledge's version ---

    function test_aConsentIsToOneVersionOfThePledge() public {
        PledgeActs memory stale = _change();
        _done(_actsAct(_change(), _signing()));
        _refusedBody(stale, abi.encodeWithSelector(IPledgeErrors.PledgeVersionStale.selector, pledge, 0, 1));
        stale.terms[0].on.version = 2;
        _refusedBody(stale, abi.encodeWithSelector(IPledgeErrors.PledgeVersionStale.selector, pledge, 2, 1));
    }

    function test_whereTheRegisterDemandsAVersionNoneIsNotEnough() public {
        PledgeActs memory body = _change();
        body.terms[0].on.version = ANY_VERSION;
        _refusedBody(body, abi.encodeWithSelector(IPledgeErrors.PledgeVersionStale.selector, pledge, ANY_VERSION, 0));
    }

    function test_aPayoffLetterIsOfAnyVersion() public {
        PledgeActs memory letter = _release(pledge, Modes.SIGNED);
        letter.releases[0].on.version = ANY_VERSION;
        Act memory act = _actsAct(letter, _hands(_hand(pledgee)));
        _done(_actsAct(_change(), _signing()));
        _done(act);
        _assertState(pledge, PledgeStates.ENDED);
    }

    function test_theLastVersionIsNeverAnyVersion() public {
        uint256 head = _head(pledge) & ~(uint256(type(uint24).max) << 56);
        _store(pledge, head | uint256(ANY_VERSION - 2) << 56);
        PledgeActs memory body = _change();
        _done(_actsAct(body, _signing()));
        assertEq(_head(pledge).version(), ANY_VERSION - 1);
        body.terms[0].on.version = ANY_VERSION - 1;
        _refusedBody(body, abi.encodeWithSelector(IPledgeErrors.PledgeVersionsExhausted.selector, _head(pledge)));
    }

    // --- Code, state, document, parties, time ---

    function test_aDocumentDoesSomething() public {
        PledgeActs memory body = _document();
        _refusedBody(body, abi.encodeWithSelector(IPledgeErrors.NothingToDo.selector));
    }

    function test_theCodeMustHaveTheEffect() public {
        PledgeActs memory body = _change();
        body.terms[0].on.code = 99;
        _refusedBody(body, abi.encodeWithSelector(IPledgeErrors.UnknownCode.selector, CN, 1, 99));
        body.terms[0].on.code = PledgeRules.RELEASE;
        _refusedBody(
            body, abi.encodeWithSelector(IPledgeErrors.CodeLacksEffect.selector, PledgeRules.RELEASE, Effects.SET_TERMS)
        );
    }

    function test_anUnknownPledgeIsRefused() public {
        PledgeActs memory body = _change();
        body.terms[0].on.pledge = 77;
        _refusedBody(body, abi.encodeWithSelector(IPledgeErrors.UnknownPledge.selector, 77));
    }

    function test_onlyARegisteredPledgeIsChanged() public {
        uint40 filed = _file(_cnFiling(_cnPatents(50, 1)), _partiesHands());
        _refusedBody(
            _change(filed, Modes.SIGNED),
            abi.encodeWithSelector(
                IPledgeErrors.StateRefused.selector, filed, PledgeStates.FILED, PledgeRules.SET_TERMS
            )
        );
        _done(_releaseAct(pledge));
        _refusedBody(
            _change(),
            abi.encodeWithSelector(
                IPledgeErrors.StateRefused.selector, pledge, PledgeStates.ENDED, PledgeRules.SET_TERMS
            )
        );
    }

    function test_aLapsedPledgeIsNotRevived() public {
        PledgeActs memory body = _change();
        body.terms[0].terms.expires = uint40(block.timestamp) + 10;
        _done(_actsAct(body, _signing()));
        vm.warp(block.timestamp + 10);
        assertTrue(registry.live(1, 0), "its last second");
        body = _change();
        uint256 snapshot = vm.snapshotState();
        _done(_actsAct(body, _signing()));
        vm.revertToState(snapshot);
        vm.warp(block.timestamp + 1);
        assertFalse(registry.live(1, 0), "lapsed without an act");
        bytes memory reason = abi.encodeWithSelector(IPledgeErrors.PledgeLapsed.selector, pledge, block.timestamp - 1);
        _refusedBody(body, reason);
        _refused(_releaseAct(pledge), reason);
    }

    function test_theDocumentsHashIsDemanded() public {
        PledgeActs memory body = _change();
        body.instrument.document = 0;
        _refusedBody(body, abi.encodeWithSelector(IPledgeErrors.DocumentMissing.selector, PledgeRules.SET_TERMS));
    }

    function test_consentsAreHeldAgainstThePartiesOnRecord() public {
        bytes memory reason = abi.encodeWithSelector(IPledgeErrors.PartiesMismatch.selector, pledge);
        PledgeActs memory body = _change();
        body.terms[0].parties.holders = _parties(_party(PartyRoles.PLEDGEE, outsider));
        _refusedBody(body, reason);
        body = _change();
        body.terms[0].parties.holders = new Party[](0);
        _refusedBody(body, reason);
        body = _change();
        body.terms[0].parties.pledgors[0].role = PartyRoles.CO_OWNER;
        _refusedBody(body, reason);
        body = _change();
        body.terms[0].parties.holders[0].share = 2;
        _refusedBody(body, reason);
        body = _change();
        (body.terms[0].parties.pledgors, body.terms[0].parties.holders) =
        (body.terms[0].parties.holders, body.terms[0].parties.pledgors);
        _refusedBody(body, reason);
        body = _change();
        body.terms[0].parties.pledgorsRoot = body.terms[0].parties.holdersRoot = 0;
        _done(_actsAct(body, _signing()));
    }

    function test_aTimeIsStatedWhereTheRegisterAdmitsIt() public {
        PledgeActs memory body = _change();
        body.terms[0].on.when = _stated(1000);
        bytes memory reason =
            abi.encodeWithSelector(IPledgeErrors.TimeSourceRefused.selector, PledgeRules.SET_TERMS, TimeSources.STATED);
        _refusedBody(body, reason);
        uint40 us = _recorded(_usPatents(1, 1));
        body = _change(us, Modes.ATTESTED);
        body.terms[0].on.when = _stated(int40(uint40(block.timestamp)) + 1);
        _refused(
            _actsAct(body, _both(usOffice, Modes.ATTESTED)),
            abi.encodeWithSelector(IPledgeErrors.TimeInFuture.selector, block.timestamp + 1)
        );
        body.terms[0].on.when = _stated(-1000);
        uint256 effective = uint40(_head(us).effective());
        _done(_actsAct(body, _both(usOffice, Modes.ATTESTED)));
        assertEq(uint40(_head(us).effective()), effective, "the pledge counts from its own time");
    }

    function test_anotherRegistersOfficeChangesNothing() public {
        uint40 us = _recorded(_usPatents(1, 1));
        PledgeActs memory body = _change(us, Modes.SIGNED);
        _refused(
            _actsAct(body, _signing()),
            abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, PledgeRules.SET_TERMS, 0, 1)
        );
    }

    function test_aClosedRegisterChangesNoTerms() public {
        registers.closeRegister(CN);
        _refusedBody(_change(), abi.encodeWithSelector(IPledgeErrors.RegisterIsClosed.selector, CN));
    }

    // --- Several acts of one document ---

    function test_oneDocumentActsOnSeveralPledges() public {
        uint40 second = _registered(_cnPatents(10, 2));
        PledgeActs memory body = _change();
        body.releases = _release(second, Modes.SIGNED).releases;
        _done(_actsAct(body, _signing()));
        assertEq(_head(pledge).version(), 1);
        _assertState(second, PledgeStates.ENDED);
    }

    function test_oneDocumentIsDoneWhollyOrNotAtAll() public {
        uint40 second = _registered(_cnPatents(10, 2));
        PledgeActs memory body = _change();
        body.releases = _release(second, Modes.SIGNED).releases;
        body.releases[0].reason = 9;
        _refusedBody(body, abi.encodeWithSelector(IPledgeErrors.ReasonRefused.selector, PledgeRules.RELEASE, 9));
        _assertState(second, PledgeStates.REGISTERED);
    }

    function test_anActNamesTheVersionAfterTheEarlierOnesOfItsBody() public {
        PledgeActs memory body = _change();
        body.releases = _release(pledge, Modes.SIGNED).releases;
        _refusedBody(body, abi.encodeWithSelector(IPledgeErrors.PledgeVersionStale.selector, pledge, 0, 1));
        body.releases[0].on.version = 1;
        bytes32 before = _chainOf(pledge);
        Act memory act = _actsAct(body, _signing());
        bytes32 digest = acts.digestOf(act);
        _done(act);
        assertEq(_head(pledge).version(), 2);
        bytes32 chain = keccak256(abi.encode(before, digest, PledgeRules.SET_TERMS));
        assertEq(_chainOf(pledge), keccak256(abi.encode(chain, digest, PledgeRules.RELEASE)));
    }
}
