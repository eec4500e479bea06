// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {Act} from "../../contracts/interfaces/IActs.sol";
import {IPledgeErrors, IPledgeEvents} from "../../contracts/interfaces/IPledgeRegistry.sol";
import {Decisions, GroundResults, PartyRoles} from "../../contracts/types/ActCode.sol";
import "../../contracts/types/PledgeBodies.sol";
import {PledgeStates, PledgeWord, TermsWord} from "../../contracts/types/PledgeWord.sol";
import {Modes} from "../../contracts/types/Roles.sol";
import {Listed} from "./AssetListing.sol";
import {Hand, PledgeBase} from "./PledgeBase.t.sol";
import {PledgeRules} from "./PledgeRules.sol";

/// @notice What an office decides on an accepted filing: registration, return, refusal.
contract PledgeDecisionTest is PledgeBase {
    using PledgeWord for uint256;
    using TermsWord for uint256;

    Listed private assets;
    uint40 private constant RESERVED = 60 days;

    function setUp() public override {
        super.setUp();
        assets = _cnPatents(1, 2);
    }

    function _accepted(FilePledge memory filing) private returns (uint40 pledge) {
        pledge = _file(filing, _partiesHands());
        _accept(pledge, filing, assets);
    }

    function _accepted() private returns (DecidePledge memory body) {
        FilePledge memory filing = _cnFiling(assets);
        return _decision(_accepted(filing), filing, assets);
    }

    function _refusedDecision(DecidePledge memory body, bytes memory reason) private {
        uint256 before = _head(body.pledge);
        _refused(_decideAct(body), reason);
        assertEq(_head(body.pledge), before, "nothing is stored");
    }

    function _closing(uint8 decision, DecidePledge memory body) private pure returns (DecidePledge memory) {
        (body.decision, body.names, body.titles) = (decision, new PartyName[](0), new string[](0));
        body.grounds = decision == Decisions.REFUSE ? _failed(9) : new Ground[](0);
        return body;
    }

    // --- Registration ---

    function test_aRegistrationMakesThePledgeLive() public {
        FilePledge memory filing = _cnFiling(assets);
        filing.terms.expires = uint40(block.timestamp) + 1000 days;
        uint40 pledge = _accepted(filing);
        vm.warp(block.timestamp + 5 days);
        DecidePledge memory body = _decision(pledge, filing, assets);
        Act memory act = _decideAct(body);
        bytes32 digest = acts.digestOf(act);
        bytes32 filed = _chainOf(pledge);
        _done(act);
        uint256 head = _head(pledge);
        assertEq(head.state(), PledgeStates.REGISTERED);
        assertEq(head.effective(), int256(block.timestamp), "counts from the block that registers");
        assertEq(head.expires(), filing.terms.expires);
        assertEq(head.version(), 0);
        assertEq(head >> 40 & 0xffff, 0, "no flags");
        (, uint256 terms, bytes32 parties, bytes32 content, bytes32 chain) = registry.pledge(pledge);
        assertEq(terms, _claimWord(filing.terms) | 1 << 152 | 1 << 168 | 1 << 216);
        assertEq(parties, _partiesRoot(_pledgors(), _holders()));
        assertEq(content, filing.content);
        assertEq(chain, keccak256(abi.encode(filed, digest, filing.code)));
        assertEq(int40(uint40(_segmentWord(1) >> 88)), int256(block.timestamp), "the segment ranks from then on");
        assertTrue(registry.live(1, 0));
        assertTrue(registry.live(1, 1));
        assertFalse(registry.live(1, 2), "no third leaf");
        (bool live, uint40 by) = registry.live(assets.keys[0]);
        assertTrue(live);
        assertEq(by, pledge);
    }

    function _claimWord(Terms memory terms) private pure returns (uint256) {
        return
            terms.ceiling | uint256(terms.currency) << 128 | uint256(terms.kind) << 144 | uint256(uint40(terms.due))
                << 176;
    }

    function test_theWholeRecordIsPublished() public {
        DecidePledge memory body = _accepted();
        Act memory act = _decideAct(body);
        (, Vm.Log[] memory logs) = _ran(act);
        assertEq(logs[0].topics[0], IPledgeEvents.PledgeRegistered.selector);
        assertEq(logs[1].topics[0], IPledgeEvents.TitlesPublished.selector);
        (
            IPledgeEvents.Registration memory words,
            FilePledge memory filing,
            PartyName[] memory names,
            Ground[] memory grounds
        ) = abi.decode(logs[0].data, (IPledgeEvents.Registration, FilePledge, PartyName[], Ground[]));
        assertEq(abi.encode(filing), abi.encode(body.filing));
        assertEq(abi.encode(names), abi.encode(body.names));
        assertEq(abi.encode(grounds), abi.encode(body.grounds));
        assertEq(words.head, _head(body.pledge));
        assertEq(words.evidence, body.evidence);
        assertEq(words.account, cnOffice.account);
        assertEq(words.done.act, acts.digestOf(act));
        assertEq(words.done.chain, _chainOf(body.pledge));
        assertFalse(words.done.stated);
        (uint24 first, string[] memory titles) = abi.decode(logs[1].data, (uint24, string[]));
        assertEq(first, 0);
        assertEq(abi.encode(titles), abi.encode(assets.titles));
    }

    function test_onlyAnOfficerOfTheRegistersOfficeDecides() public {
        DecidePledge memory body = _accepted();
        bytes memory reason = abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, PledgeRules.REGISTER, 0, 1);
        _refused(_decideAct(body, _partiesHands()), reason);
        _refused(_decideAct(body, _both(usOffice, Modes.SIGNED)), reason);
        _refused(_decideAct(body, _hands(_hand(court))), reason);
        _done(_decideAct(body, _hands(_second(cnOffice, Modes.SIGNED))));
    }

    function test_anOtherDecisionIsNone() public {
        DecidePledge memory body = _accepted();
        (body.names, body.titles) = (new PartyName[](0), new string[](0));
        uint8[3] memory none = [0, 5, 255];
        for (uint256 i = 0; i < 3; ++i) {
            body.decision = none[i];
            _refusedDecision(body, abi.encodeWithSelector(IPledgeErrors.DecisionUnknown.selector, none[i]));
        }
    }

    function test_theDecisionIsOnTheFilingAsFiled() public {
        DecidePledge memory body = _accepted();
        bytes32 filed = _chainOf(body.pledge);
        body.filing.parties[1].id = _memberWord(outsider.account);
        bytes memory reason = abi.encodeWithSelector(
            IPledgeErrors.FilingMismatch.selector, body.pledge, registry.hashFilePledge(body.filing), filed
        );
        _refusedDecision(body, reason);
        _refusedDecision(_closing(Decisions.REFUSE, body), reason);
    }

    function test_whatIsNotAcceptedIsNotRegistered() public {
        FilePledge memory filing = _cnFiling(assets);
        uint40 pledge = _file(filing, _partiesHands());
        _refusedDecision(
            _decision(pledge, filing, assets),
            abi.encodeWithSelector(
                IPledgeErrors.StateRefused.selector, pledge, PledgeStates.FILED, PledgeRules.REGISTER
            )
        );
    }

    function test_aPledgeIsDecidedOnce() public {
        DecidePledge memory body = _accepted();
        bytes32 filed = _chainOf(body.pledge);
        _done(_decideAct(body));
        bytes memory reason =
            abi.encodeWithSelector(IPledgeErrors.FilingMismatch.selector, body.pledge, filed, _chainOf(body.pledge));
        _refusedDecision(body, reason);
        _refusedDecision(_closing(Decisions.REFUSE, body), reason);
    }

    function test_allPagesAreTakenFirst() public {
        Listed memory listed = _cnPatents(1, 130);
        FilePledge memory filing = _cnFiling(listed);
        uint40 pledge = _file(filing, _partiesHands());
        Hand[] memory officer = _hands(_officer(cnOffice, Modes.SIGNED));
        _done(_acceptAct(_acceptance(pledge, filing, listed, 0), officer));
        _refusedDecision(
            _decision(pledge, filing, listed),
            abi.encodeWithSelector(IPledgeErrors.AssetsIncomplete.selector, pledge, 128, 130)
        );
        _done(_acceptAct(_acceptance(pledge, filing, listed, 1), officer));
        _decide(pledge, filing, listed);
        assertTrue(registry.live(1, 129));
    }

    function test_pagesOnlyReserveAndOneActMakesAllEffective() public {
        Listed memory listed = _cnPatents(1, 130);
        FilePledge memory filing = _cnFiling(listed);
        uint40 pledge = _file(filing, _partiesHands());
        _accept(pledge, filing, listed);
        for (uint24 leaf = 0; leaf < 130; ++leaf) {
            assertFalse(registry.live(1, leaf));
        }
        _decide(pledge, filing, listed);
        for (uint24 leaf = 0; leaf < 130; ++leaf) {
            assertTrue(registry.live(1, leaf));
        }
    }

    function test_aReservationThatEndedRegistersNothing() public {
        DecidePledge memory body = _accepted();
        uint40 end = _head(body.pledge).expires();
        vm.warp(end + 1);
        _refusedDecision(body, abi.encodeWithSelector(IPledgeErrors.ReservationEnded.selector, body.pledge, end));
        vm.warp(end);
        _done(_decideAct(body));
    }

    function test_anExpiryThatCameMeanwhileRegistersNothing() public {
        FilePledge memory filing = _cnFiling(assets);
        filing.terms.expires = uint40(block.timestamp) + 10;
        uint40 pledge = _accepted(filing);
        vm.warp(block.timestamp + 10);
        _refusedDecision(
            _decision(pledge, filing, assets),
            abi.encodeWithSelector(IPledgeErrors.ExpiryPassed.selector, filing.terms.expires)
        );
    }

    function test_aClosedRegisterRegistersNothingAndMayStillRefuse() public {
        DecidePledge memory body = _accepted();
        registers.closeRegister(CN);
        _refusedDecision(body, abi.encodeWithSelector(IPledgeErrors.RegisterIsClosed.selector, CN));
        _done(_decideAct(_closing(Decisions.REFUSE, body)));
    }

    // --- Grounds ---

    function test_everyGroundIsAnswered() public {
        DecidePledge memory body = _accepted();
        for (uint8 left = 1; left <= 12; ++left) {
            Ground[] memory all = _passed();
            body.grounds = new Ground[](11);
            for (uint8 i = 0; i < 11; ++i) {
                body.grounds[i] = all[i + 1 < left ? i : i + 1];
            }
            _refusedDecision(body, abi.encodeWithSelector(IPledgeErrors.GroundMissing.selector, left));
        }
        body.grounds = new Ground[](0);
        _refusedDecision(body, abi.encodeWithSelector(IPledgeErrors.GroundMissing.selector, 1));
    }

    function test_aFailedGroundRegistersNothing() public {
        DecidePledge memory body = _accepted();
        for (uint8 i = 0; i < 12; ++i) {
            body.grounds = _passed();
            body.grounds[i].result = GroundResults.FAIL;
            _refusedDecision(body, abi.encodeWithSelector(IPledgeErrors.GroundFailed.selector, i + 1));
        }
    }

    function test_onlyTwoGroundsAreOverriddenAndWithEvidence() public {
        DecidePledge memory body = _accepted();
        for (uint8 i = 0; i < 12; ++i) {
            body.grounds = _passed();
            body.grounds[i].result = GroundResults.OVERRIDDEN;
            bytes memory reason = abi.encodeWithSelector(IPledgeErrors.GroundNotOverridable.selector, i + 1);
            _refusedDecision(body, reason);
            body.grounds[i].evidence = "declaration";
            if (i + 1 != 10 && i + 1 != 11) _refusedDecision(body, reason);
        }
        body.grounds = _passed();
        body.grounds[9] = Ground(10, GroundResults.OVERRIDDEN, "declaration");
        body.grounds[10] = Ground(11, GroundResults.OVERRIDDEN, "declaration");
        _done(_decideAct(body));
    }

    function test_aGroundIsAnsweredOnceAndInAnyOrder() public {
        DecidePledge memory body = _accepted();
        (body.grounds[0], body.grounds[11]) = (body.grounds[11], body.grounds[0]);
        Ground[] memory more = new Ground[](13);
        for (uint256 i = 0; i < 13; ++i) {
            more[i] = body.grounds[i % 12];
        }
        Ground[] memory all = body.grounds;
        body.grounds = more;
        _refusedDecision(body, abi.encodeWithSelector(IPledgeErrors.GroundRepeated.selector, 12));
        body.grounds = all;
        _done(_decideAct(body));
    }

    function test_aGroundOrResultThatIsNoneIsRefused() public {
        uint8[2] memory grounds = [64, 255];
        for (uint256 i = 0; i < 2; ++i) {
            DecidePledge memory body = _accepted();
            body.grounds[3].ground = grounds[i];
            bytes memory reason = abi.encodeWithSelector(IPledgeErrors.GroundUnknown.selector, grounds[i], 1);
            _refusedDecision(body, reason);
            _done(_withdrawAct(_withdrawal(body.pledge, body.filing), _partiesHands()));
        }
        uint8[3] memory results = [0, 4, 255];
        DecidePledge memory last = _accepted();
        for (uint256 i = 0; i < 3; ++i) {
            last.grounds[3].result = results[i];
            _refusedDecision(last, abi.encodeWithSelector(IPledgeErrors.GroundUnknown.selector, 4, results[i]));
        }
    }

    // --- Names and titles ---

    function test_namesAreThoseThatTheFilingCommitsTo() public {
        DecidePledge memory body = _accepted();
        body.names[1].name = "another";
        _refusedDecision(body, abi.encodeWithSelector(IPledgeErrors.NameMismatch.selector, 1));
        body.names = _names(body.filing.parties);
        body.names[0].capacity = "as agent";
        _refusedDecision(body, abi.encodeWithSelector(IPledgeErrors.NameMismatch.selector, 0));
    }

    function test_thereAreAsManyNamesAsParties() public {
        DecidePledge memory body = _accepted();
        PartyName[] memory names = body.names;
        body.names = new PartyName[](1);
        body.names[0] = names[0];
        _refusedDecision(body, abi.encodeWithSelector(IPledgeErrors.NameMismatch.selector, 1));
        body.names = new PartyName[](3);
        (body.names[0], body.names[1]) = (names[0], names[1]);
        _refusedDecision(body, abi.encodeWithSelector(IPledgeErrors.NameMismatch.selector, 3));
    }

    function test_aNaturalPersonsNameIsWithheld() public {
        DecidePledge memory body = _accepted();
        body.names[0] = PartyName("", "");
        _done(_decideAct(body));
    }

    function test_titlesAreThoseThatTheFilingCommitsTo() public {
        DecidePledge memory body = _accepted();
        bytes memory reason = abi.encodeWithSelector(IPledgeErrors.TitlesMismatch.selector, body.pledge);
        body.titles[1] = "another";
        _refusedDecision(body, reason);
        body.titles = new string[](1);
        body.titles[0] = assets.titles[0];
        _refusedDecision(body, reason);
        body.titles = new string[](0);
        _refusedDecision(body, reason);
        body.titles = new string[](3);
        _refusedDecision(body, reason);
    }

    function test_whereNoTitlesAreFiledNoneArePublished() public {
        assets.titles = new string[](0);
        assets.titlesHash = 0;
        DecidePledge memory body = _accepted();
        body.titles = new string[](2);
        _refusedDecision(body, abi.encodeWithSelector(IPledgeErrors.TitlesMismatch.selector, body.pledge));
        body.titles = new string[](0);
        (bytes memory reason, Vm.Log[] memory logs) = _ran(_decideAct(body));
        assertEq(reason, "");
        assertEq(logs.length, 2, "no event of titles");
    }

    // --- Refusal and return ---

    function test_aRefusalNamesItsFailedGround() public {
        DecidePledge memory body = _closing(Decisions.REFUSE, _accepted());
        body.grounds = _passed();
        _refusedDecision(body, abi.encodeWithSelector(IPledgeErrors.NoGroundFailed.selector));
        body.grounds = new Ground[](0);
        _refusedDecision(body, abi.encodeWithSelector(IPledgeErrors.NoGroundFailed.selector));
        body.grounds = _failed(13);
        _refusedDecision(body, abi.encodeWithSelector(IPledgeErrors.NoGroundFailed.selector));
        body.grounds = _failed(64);
        _refusedDecision(body, abi.encodeWithSelector(IPledgeErrors.GroundUnknown.selector, 64, 2));
        body.grounds = new Ground[](2);
        body.grounds[0] = body.grounds[1] = _failed(9)[0];
        _refusedDecision(body, abi.encodeWithSelector(IPledgeErrors.GroundRepeated.selector, 9));
        body.grounds = _failed(9);
        Act memory act = _decideAct(body);
        uint256 head = _head(body.pledge).withState(PledgeStates.REFUSED);
        vm.expectEmit(address(registry));
        emit IPledgeEvents.PledgeRefused(
            body.pledge, head, body.grounds, body.evidence, cnOffice.account, _keys(cnOffice), acts.digestOf(act)
        );
        _run(act);
        assertEq(_head(body.pledge), head);
    }

    /// Whoever brings the decision, it is told which officers took it.
    function test_theOfficersOfADecisionAreNamedByTheirKeys() public {
        DecidePledge memory body = _closing(Decisions.REFUSE, _accepted());
        body.grounds = _failed(9);
        Hand[] memory hands = _hands(_hand(pledgee), _second(cnOffice, Modes.SIGNED), _officer(cnOffice, Modes.SIGNED));
        Act memory act = _decideAct(body, hands);
        address[] memory officers = new address[](2);
        (officers[0], officers[1]) = (vm.addr(hands[1].key), vm.addr(hands[2].key));
        uint256 head = _head(body.pledge).withState(PledgeStates.REFUSED);
        vm.expectEmit(address(registry));
        emit IPledgeEvents.PledgeRefused(
            body.pledge, head, body.grounds, body.evidence, pledgee.account, officers, acts.digestOf(act)
        );
        _run(act);
    }

    function test_aRecordationWithoutGroundsRefusesForAnyThatFailed() public {
        Listed memory listed = _usPatents(1, 1);
        FilePledge memory filing = _filing(US, listed, _usual(), Modes.SIGNED);
        _link(filing.consents, _partiesHands());
        uint40 pledge = _file(filing, _partiesHands());
        DecidePledge memory body = _closing(Decisions.REFUSE, _decision(pledge, filing, listed));
        body.grounds = _failed(13);
        _done(_decideAct(body));
        _assertState(pledge, PledgeStates.REFUSED);
    }

    function test_aReturnNeedsNoGround() public {
        DecidePledge memory body = _closing(Decisions.RETURN, _accepted());
        Act memory act = _decideAct(body);
        uint256 head = _head(body.pledge).withState(PledgeStates.RETURNED);
        vm.expectEmit(address(registry));
        emit IPledgeEvents.PledgeReturned(
            body.pledge, head, body.grounds, body.evidence, cnOffice.account, _keys(cnOffice), acts.digestOf(act)
        );
        _run(act);
        assertEq(_head(body.pledge), head);
    }

    function test_aFilingIsReturnedOrRefusedBeforeItsAcceptanceToo() public {
        for (uint8 decision = Decisions.RETURN; decision <= Decisions.REFUSE; ++decision) {
            FilePledge memory filing = _cnFiling(assets);
            uint40 pledge = _file(filing, _partiesHands());
            _done(_decideAct(_closing(decision, _decision(pledge, filing, assets))));
        }
    }

    function test_returnAndRefusalAreTheOffices() public {
        DecidePledge memory body = _accepted();
        for (uint8 decision = Decisions.RETURN; decision <= Decisions.REFUSE; ++decision) {
            uint16 code = decision == Decisions.RETURN ? PledgeRules.RETURN : PledgeRules.REFUSE;
            _refused(
                _decideAct(_closing(decision, body), _partiesHands()),
                abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, code, 0, 1)
            );
        }
    }

    function test_whatIsNotRegisteredIsNotPublished() public {
        for (uint8 decision = Decisions.RETURN; decision <= Decisions.REFUSE; ++decision) {
            DecidePledge memory body = _accepted();
            bytes memory reason = abi.encodeWithSelector(IPledgeErrors.PublicationPremature.selector, body.pledge);
            PartyName[] memory names = body.names;
            body = _closing(decision, body);
            body.names = names;
            _refusedDecision(body, reason);
            body.names = new PartyName[](0);
            body.titles = new string[](1);
            _refusedDecision(body, reason);
            body.titles = new string[](0);
            _done(_decideAct(body));
        }
    }

    function test_aReservationThatEndedIsStillReturned() public {
        DecidePledge memory body = _accepted();
        vm.warp(block.timestamp + RESERVED + 1);
        _done(_decideAct(_closing(Decisions.RETURN, body)));
    }

    function test_whatIsReturnedOrRefusedStaysSo() public {
        for (uint8 decision = Decisions.RETURN; decision <= Decisions.REFUSE; ++decision) {
            DecidePledge memory body = _accepted();
            _done(_decideAct(_closing(decision, body)));
            uint8 state = _head(body.pledge).state();
            _refusedDecision(
                _closing(Decisions.REFUSE, body),
                abi.encodeWithSelector(IPledgeErrors.StateRefused.selector, body.pledge, state, PledgeRules.REFUSE)
            );
            _refusedDecision(
                _decision(body.pledge, body.filing, assets),
                abi.encodeWithSelector(IPledgeErrors.StateRefused.selector, body.pledge, state, PledgeRules.REGISTER)
            );
            _refused(
                _withdrawAct(_withdrawal(body.pledge, body.filing), _partiesHands()),
                abi.encodeWithSelector(IPledgeErrors.StateRefused.selector, body.pledge, state, PledgeRules.WITHDRAW)
            );
        }
    }
}
