// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Act} from "../../contracts/interfaces/IActs.sol";
import {IPledgeErrors, IPledgeEvents} from "../../contracts/interfaces/IPledgeRegistry.sol";
import {
    Decisions,
    Effects,
    GroundResults,
    HoldTargets,
    IntakeCodes,
    NoteKinds,
    PartyRoles
} from "../../contracts/types/ActCode.sol";
import {PlaceHold} from "../../contracts/types/OfficeBodies.sol";
import "../../contracts/types/PledgeBodies.sol";
import {PledgeFlags, PledgeStates, PledgeWord, TermsWord} from "../../contracts/types/PledgeWord.sol";
import {Modes} from "../../contracts/types/Roles.sol";
import {Listed} from "./AssetListing.sol";
import {Hand} from "./PledgeSetup.t.sol";
import {PledgeBase} from "./PledgeBase.t.sol";
import {PledgeRules} from "./PledgeRules.sol";

/// @notice What the office and the filer do between filing and registration.
contract PledgeStepsTest is PledgeBase {
    using PledgeWord for uint256;
    using TermsWord for uint256;

    Listed private assets;
    uint40 private pledge;

    function setUp() public override {
        super.setUp();
        assets = _cnPatents(1, 2);
        pledge = _file(_form(), _partiesHands());
    }

    /// @dev The same each time: its hash is what later steps are held to.
    function _form() private returns (FilePledge memory) {
        return _cnFiling(assets);
    }

    function _office() private view returns (Hand[] memory) {
        return _hands(_officer(cnOffice, Modes.SIGNED));
    }

    function _close(uint8 decision) private returns (DecidePledge memory body) {
        body.pledge = pledge;
        body.decision = decision;
        body.filing = _form();
        body.grounds = _failed(1);
        body.evidence = "reasons";
    }

    function _refuse() private {
        _done(_decideAct(_close(Decisions.REFUSE)));
    }

    function _stateRefused(uint8 state, uint16 code) private view returns (bytes memory) {
        return abi.encodeWithSelector(IPledgeErrors.StateRefused.selector, pledge, state, code);
    }

    // --- Approval ---

    function test_anApprovalAnswersTheGroundsAndPublishesNothing() public {
        _accept(pledge, _form(), assets);
        DecidePledge memory body = _approval(pledge, _form());
        Act memory act = _decideAct(body);
        uint256 head = _head(pledge).withFlags(PledgeFlags.APPROVED);
        vm.expectEmit(address(registry));
        emit IPledgeEvents.PledgeApproved(
            pledge, head, body.grounds, body.evidence, cnOffice.account, _keys(cnOffice), acts.digestOf(act)
        );
        _run(act);
        assertEq(_head(pledge), head, "the flag apart, the filing is as it was");
        (bool live,) = registry.live(assets.keys[0]);
        assertFalse(live);
        body = _approval(pledge, _form());
        body.names = _names(_form().parties);
        _refused(_decideAct(body), abi.encodeWithSelector(IPledgeErrors.PublicationPremature.selector, pledge));
        body = _approval(pledge, _form());
        body.titles = assets.titles;
        _refused(_decideAct(body), abi.encodeWithSelector(IPledgeErrors.PublicationPremature.selector, pledge));
    }

    function test_onlyAnAcceptedFilingIsApprovedAndOnlyOnce() public {
        _refused(_decideAct(_approval(pledge, _form())), _stateRefused(PledgeStates.FILED, PledgeRules.REGISTER));
        _accept(pledge, _form(), assets);
        _done(_decideAct(_approval(pledge, _form())));
        _refused(_decideAct(_approval(pledge, _form())), _stateRefused(PledgeStates.ACCEPTED, PledgeRules.REGISTER));
    }

    function test_anApprovalNeedsEveryGroundPassedAndAnOfficer() public {
        _accept(pledge, _form(), assets);
        DecidePledge memory body = _approval(pledge, _form());
        body.grounds[3].result = GroundResults.FAIL;
        _refused(_decideAct(body), abi.encodeWithSelector(IPledgeErrors.GroundFailed.selector, 4));
        body.grounds = _failed(1);
        body.grounds[0].result = GroundResults.PASS;
        _refused(_decideAct(body), abi.encodeWithSelector(IPledgeErrors.GroundMissing.selector, 2));
        _refused(
            _decideAct(_approval(pledge, _form()), _hands(_hand(pledgee))),
            abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, PledgeRules.REGISTER, 0, 1)
        );
    }

    function test_whatIsApprovedIsRegisteredWithoutGroundsAgain() public {
        _accept(pledge, _form(), assets);
        _done(_decideAct(_approval(pledge, _form())));
        _refused(
            _decideAct(_decision(pledge, _form(), assets)),
            abi.encodeWithSelector(IPledgeErrors.GroundRepeated.selector, 1)
        );
        _done(_decideAct(_decisionOnApproved(pledge, _form(), assets)));
        _assertState(pledge, PledgeStates.REGISTERED);
    }

    function test_whatIsApprovedMayStillBeRefusedOrWithdrawn() public {
        _accept(pledge, _form(), assets);
        _done(_decideAct(_approval(pledge, _form())));
        uint256 before = vm.snapshotState();
        _refuse();
        _assertState(pledge, PledgeStates.REFUSED);
        vm.revertToState(before);
        _done(_withdrawAct(_withdrawal(pledge, _form()), _partiesHands()));
        _assertState(pledge, PledgeStates.WITHDRAWN);
    }

    function test_aClosedRegisterApprovesNothing() public {
        _accept(pledge, _form(), assets);
        registers.closeRegister(CN);
        _refused(
            _decideAct(_approval(pledge, _form())), abi.encodeWithSelector(IPledgeErrors.RegisterIsClosed.selector, CN)
        );
    }

    // --- Notices and answers ---

    function test_aNoticeAndItsAnswerChangeNoWord() public {
        uint256 before = _head(pledge);
        uint16[2] memory codes = [IntakeCodes.NOTIFY, IntakeCodes.ANSWER];
        for (uint256 i = 0; i < codes.length; ++i) {
            StepFiling memory body = _step(pledge, codes[i]);
            Act memory act = _stepAct(body, _office());
            vm.expectEmit(address(registry));
            emit IPledgeEvents.FilingStepped(
                pledge,
                codes[i],
                before,
                body.evidence,
                body.content,
                body.until,
                cnOffice.account,
                _keys(cnOffice),
                acts.digestOf(act)
            );
            _run(act);
            assertEq(_head(pledge), before);
        }
    }

    function test_aNoticeIsAnOfficersWithItsPaperAndATimeToCome() public {
        StepFiling memory body = _step(pledge, IntakeCodes.NOTIFY);
        _refused(
            _stepAct(body, _partiesHands()),
            abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, IntakeCodes.NOTIFY, 0, 1)
        );
        body.evidence = 0;
        _refused(
            _stepAct(body, _office()),
            abi.encodeWithSelector(IPledgeErrors.DocumentMissing.selector, IntakeCodes.NOTIFY)
        );
        body = _step(pledge, IntakeCodes.NOTIFY);
        body.until = uint40(block.timestamp);
        _refused(_stepAct(body, _office()), abi.encodeWithSelector(IPledgeErrors.ExpiryPassed.selector, body.until));
        body = _step(pledge + 1, IntakeCodes.NOTIFY);
        _refused(_stepAct(body, _office()), abi.encodeWithSelector(IPledgeErrors.UnknownPledge.selector, pledge + 1));
    }

    function test_noOtherCodeIsAStep() public {
        uint16[4] memory codes = [IntakeCodes.ACCEPT, IntakeCodes.WITHDRAW, PledgeRules.NOTE, 999];
        for (uint256 i = 0; i < codes.length; ++i) {
            _refused(
                _stepAct(_step(pledge, codes[i]), _office()),
                abi.encodeWithSelector(IPledgeErrors.UnknownCode.selector, CN, 1, codes[i])
            );
        }
    }

    function test_noNoticeComesBehindTheDecision() public {
        _refuse();
        uint16[2] memory codes = [IntakeCodes.NOTIFY, IntakeCodes.ANSWER];
        for (uint256 i = 0; i < codes.length; ++i) {
            _refused(_stepAct(_step(pledge, codes[i]), _office()), _stateRefused(PledgeStates.REFUSED, codes[i]));
        }
    }

    // --- Reconsideration ---

    function test_aRefusedFilingIsExaminedAgainInItsOldPlace() public {
        uint256 filed = _head(pledge);
        _accept(pledge, _form(), assets);
        _done(_decideAct(_approval(pledge, _form())));
        skip(3 days);
        _refuse();
        _done(_stepAct(_step(pledge, IntakeCodes.RECONSIDER), _office()));
        assertEq(_head(pledge), filed, "sequence and filing time are the first ones, claim and approval are gone");
    }

    function test_onlyARefusalIsReconsidered() public {
        _refused(
            _stepAct(_step(pledge, IntakeCodes.RECONSIDER), _office()),
            _stateRefused(PledgeStates.FILED, IntakeCodes.RECONSIDER)
        );
        _done(_decideAct(_close(Decisions.RETURN)));
        _refused(
            _stepAct(_step(pledge, IntakeCodes.RECONSIDER), _office()),
            _stateRefused(PledgeStates.RETURNED, IntakeCodes.RECONSIDER)
        );
    }

    function test_aClosedRegisterReconsidersNothing() public {
        _refuse();
        registers.closeRegister(CN);
        _refused(
            _stepAct(_step(pledge, IntakeCodes.RECONSIDER), _office()),
            abi.encodeWithSelector(IPledgeErrors.RegisterIsClosed.selector, CN)
        );
    }

    /// The first claim's reservation still runs when the second one is made.
    function test_aReconsideredFilingClaimsAnewAndIsRegistered() public {
        _accept(pledge, _form(), assets);
        _refuse();
        _done(_stepAct(_step(pledge, IntakeCodes.RECONSIDER), _office()));
        _accept(pledge, _form(), assets);
        assertEq(_segmentOf(pledge), 2, "a new segment");
        assertEq(_head(pledge).pages(), 1, "pages count once, or no restoration would ever be whole");
        _decide(pledge, _form(), assets);
        (bool live, uint40 holder) = registry.live(assets.keys[0]);
        assertTrue(live);
        assertEq(holder, pledge);
    }

    function test_betweenRefusalAndTheSecondClaimOthersMayTakeTheAssets() public {
        _accept(pledge, _form(), assets);
        _refuse();
        uint40 other_ = _registered(assets);
        _done(_stepAct(_step(pledge, IntakeCodes.RECONSIDER), _office()));
        _refused(
            _acceptAct(_acceptance(pledge, _form(), assets, 0), _office()),
            abi.encodeWithSelector(IPledgeErrors.AssetTaken.selector, assets.keys[0], other_)
        );
    }

    // --- Withdrawal in each state ---

    function test_aFilingIsWithdrawnUntilItIsDecided() public {
        uint8[5] memory ends = [
            PledgeStates.RETURNED,
            PledgeStates.REFUSED,
            PledgeStates.WITHDRAWN,
            PledgeStates.REGISTERED,
            PledgeStates.ENDED
        ];
        uint256 before = vm.snapshotState();
        for (uint256 i = 0; i < ends.length; ++i) {
            _bringTo(ends[i]);
            _refused(
                _withdrawAct(_withdrawal(pledge, _form()), _partiesHands()),
                ends[i] >= PledgeStates.REGISTERED && ends[i] <= PledgeStates.ENDED
                    ? abi.encodeWithSelector(
                        IPledgeErrors.FilingMismatch.selector,
                        pledge,
                        registry.hashFilePledge(_form()),
                        _chainOf(pledge)
                    )
                    : _stateRefused(ends[i], IntakeCodes.WITHDRAW)
            );
            vm.revertToState(before);
        }
        _done(_withdrawAct(_withdrawal(pledge, _form()), _partiesHands()));
        vm.revertToState(before);
        _accept(pledge, _form(), assets);
        _done(_withdrawAct(_withdrawal(pledge, _form()), _partiesHands()));
    }

    function _bringTo(uint8 state) private {
        if (state == PledgeStates.RETURNED) return _done(_decideAct(_close(Decisions.RETURN)));
        if (state == PledgeStates.REFUSED) return _refuse();
        if (state == PledgeStates.WITHDRAWN) {
            return _done(_withdrawAct(_withdrawal(pledge, _form()), _partiesHands()));
        }
        _accept(pledge, _form(), assets);
        _decide(pledge, _form(), assets);
        if (state == PledgeStates.ENDED) _done(_releaseAct(pledge));
    }

    // --- Holds that come after the filing ---

    function test_aFeeThatIsNotPaidBarsTheRegistrationAndNothingElse() public {
        _accept(pledge, _form(), assets);
        PlaceHold memory hold = _feeHold(CN, HoldTargets.PLEDGE, bytes32(uint256(pledge)), Effects.REGISTER);
        _done(_holdAct(hold));
        _refused(
            _decideAct(_decision(pledge, _form(), assets)),
            abi.encodeWithSelector(
                IPledgeErrors.HeldBy.selector, HoldTargets.PLEDGE, bytes32(uint256(pledge)), 0, bytes32("demand")
            )
        );
        _done(_stepAct(_step(pledge, IntakeCodes.NOTIFY), _office()));
        _done(_decideAct(_approval(pledge, _form())));
        _done(_liftAct(_lift(hold, 0)));
        _done(_decideAct(_decisionOnApproved(pledge, _form(), assets)));
    }

    function test_aPartyThatIsHeldAfterTheFilingPledgesNothing() public {
        _accept(pledge, _form(), assets);
        bytes32 party = _memberWord(pledgor.account);
        _done(_holdAct(_hold(CN, HoldTargets.PARTY, party, Effects.REGISTER)));
        _refused(
            _decideAct(_decision(pledge, _form(), assets)),
            abi.encodeWithSelector(IPledgeErrors.HeldBy.selector, HoldTargets.PARTY, party, 0, bytes32("order"))
        );
    }

    /// A registration looks at no asset again, so an order that comes between voids the claim: the filing is refused, and after the lift claims anew.
    function test_anAssetThatIsHeldAfterItsClaimVoidsTheClaim() public {
        _accept(pledge, _form(), assets);
        PlaceHold memory hold = _hold(CN, HoldTargets.ASSET, assets.keys[1], Effects.REGISTER);
        uint256 head = _head(pledge).withFlags(PledgeFlags.DISPLACED);
        Act memory act = _holdAct(hold);
        vm.expectEmit(address(registry));
        emit IPledgeEvents.PledgeDisplaced(pledge, 0, head);
        _run(act);
        assertEq(_head(pledge), head);
        bytes memory displaced = abi.encodeWithSelector(IPledgeErrors.ClaimDisplaced.selector, pledge);
        _refused(_decideAct(_decision(pledge, _form(), assets)), displaced);
        _refused(_acceptAct(_acceptance(pledge, _form(), assets, 0), _office()), displaced);
        _refuse();
        _done(_stepAct(_step(pledge, IntakeCodes.RECONSIDER), _office()));
        _refused(
            _acceptAct(_acceptance(pledge, _form(), assets, 0), _office()),
            abi.encodeWithSelector(
                IPledgeErrors.HeldBy.selector, HoldTargets.ASSET, assets.keys[1], 0, bytes32("order")
            )
        );
        _done(_liftAct(_lift(hold, 0)));
        _accept(pledge, _form(), assets);
        _decide(pledge, _form(), assets);
        _assertState(pledge, PledgeStates.REGISTERED);
    }

    function test_aHoldThatBarsNoRegistrationVoidsNoClaim() public {
        _accept(pledge, _form(), assets);
        _done(_holdAct(_hold(CN, HoldTargets.ASSET, assets.keys[1], Effects.END_LEAVES)));
        _decide(pledge, _form(), assets);
        _assertState(pledge, PledgeStates.REGISTERED);
    }

    /// Two numbers of one right, one pledged and one claimed: the claim gives way, so that the right is not pledged twice.
    function test_aNumberThatIsJoinedAfterTheClaimVoidsTheClaim() public {
        uint40 first = _registered(_cnPatents(50, 1));
        _accept(pledge, _form(), assets);
        _done(_joinAct(CN, _key("CNPA", 50), assets.keys[0]));
        _refused(
            _decideAct(_decision(pledge, _form(), assets)),
            abi.encodeWithSelector(IPledgeErrors.ClaimDisplaced.selector, pledge)
        );
        (bool live, uint40 holder) = registry.live(assets.keys[0]);
        assertTrue(live);
        assertEq(holder, first, "the pledge lies on the key now");
    }
}

/// @notice A silent holder's consent is deemed only when a notice on the record has run.
contract PledgeSilenceTest is PledgeBase {
    using PledgeWord for uint256;

    uint256 private constant PERIOD = 30 days;
    uint40 private pledge;
    bytes32 private holder;

    function setUp() public override {
        super.setUp();
        pledge = _registered(_cnPatents(1, 1));
        holder = _memberWord(pledgee.account);
    }

    function _deemed() private returns (Act memory) {
        return _actsAct(_release(pledge, Modes.DEEMED), _both(cnOffice, Modes.DEEMED));
    }

    function _running(int256 since) private view returns (bytes memory) {
        return abi.encodeWithSelector(IPledgeErrors.NoticeRunning.selector, 2, holder, since);
    }

    function _note(uint40 on, bytes32 notice) private {
        PledgeActs memory body = _document();
        body.notes = new NotePledge[](1);
        body.notes[0].on = _on(on, PledgeRules.NOTE);
        body.notes[0].kind = NoteKinds.NOTICE;
        body.notes[0].subject = notice;
        _done(_actsAct(body, _hands(_officer(cnOffice, Modes.SIGNED))));
    }

    function test_noConsentIsDeemedWithoutANoticeOnTheRecord() public {
        _refused(_deemed(), _running(0));
        PledgeActs memory body = _release(pledge, Modes.DEEMED);
        body.consents[0].given = 1;
        _refused(_actsAct(body, _both(cnOffice, Modes.DEEMED)), _running(0));
    }

    function test_aConsentIsDeemedWhenTheNoticeHasRun() public {
        _note(pledge, "paper");
        uint256 since = block.timestamp;
        assertEq(registry.noticed(pledge, "paper"), since);
        vm.warp(since + PERIOD - 1);
        _refused(_deemed(), _running(int256(since)));
        vm.warp(since + PERIOD);
        _done(_deemed());
        _assertState(pledge, PledgeStates.ENDED);
    }

    function test_aNoticeRunsFromItsFirstRecord() public {
        _note(pledge, "paper");
        uint256 since = block.timestamp;
        skip(10 days);
        _note(pledge, "paper");
        assertEq(registry.noticed(pledge, "paper"), since);
    }

    function test_anotherPledgesNoticeIsNone() public {
        uint40 other_ = _registered(_cnPatents(10, 1));
        _note(other_, "paper");
        _note(pledge, "other paper");
        skip(PERIOD);
        _refused(_deemed(), _running(0));
    }

    /// What a predecessor was told says nothing to a holder who comes in later.
    function test_aNoticeCountsForWhoWasAPartyThen() public {
        _note(pledge, "paper");
        skip(PERIOD);
        Party[] memory later = _parties(_party(PartyRoles.PLEDGEE, newcomer));
        _transfer(later);
        assertEq(registry.noticed(pledge, "paper"), 0);
        PledgeActs memory body = _release(pledge, Modes.DEEMED);
        body.releases[0].parties = _now(_pledgors(), later);
        body.consents = _consents(later, Modes.DEEMED);
        holder = _memberWord(newcomer.account);
        _refused(_actsAct(body, _both(cnOffice, Modes.DEEMED)), _running(0));
        _note(pledge, "paper");
        skip(PERIOD);
        _done(_actsAct(body, _both(cnOffice, Modes.DEEMED)));
    }

    function _transfer(Party[] memory to) private {
        PledgeActs memory body = _document();
        body.parties = new ChangeParties[](1);
        body.parties[0].on = _on(pledge, PledgeRules.TRANSFER);
        body.parties[0].parties = _now();
        (body.parties[0].holders, body.parties[0].names) = (to, _names(to));
        body.consents =
            _joined(_consents(_holders(), Modes.SIGNED), _consents(to, Modes.SIGNED, PartyRoles.NEW_PLEDGEE));
        Hand[] memory hands = _hands(_hand(pledgee), _hand(newcomer), _officer(cnOffice, Modes.SIGNED));
        _link(body.consents, hands);
        _done(_actsAct(body, hands));
    }

    function test_aNoticeHasItsHash() public {
        PledgeActs memory body = _document();
        body.notes = new NotePledge[](1);
        body.notes[0].on = _on(pledge, PledgeRules.NOTE);
        body.notes[0].kind = NoteKinds.NOTICE;
        _refused(
            _actsAct(body, _hands(_officer(cnOffice, Modes.SIGNED))),
            abi.encodeWithSelector(IPledgeErrors.DocumentMissing.selector, PledgeRules.NOTE)
        );
    }

    function test_oneOfficerAloneDeemsNothing() public {
        _note(pledge, "paper");
        skip(PERIOD);
        _refused(
            _actsAct(_release(pledge, Modes.DEEMED), _hands(_officer(cnOffice, Modes.DEEMED))),
            abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, PledgeRules.RELEASE, 1, 2)
        );
    }

    /// Where no pledge stands yet, the officer's date of the notice counts.
    function test_aDeemedFilingHasItsNoticeBehindIt() public {
        PledgeRules.Register memory rules = PledgeRules.registers()[CN - 1];
        for (uint256 i = 0; i < rules.codes.length; ++i) {
            // The pledgor's consent (role 1) by silence of ten days.
            if (rules.codes[i] == PledgeRules.REGISTER) rules.words[i] |= 8 << 20 | uint256(10 days) << 144;
        }
        _setRegister(rules, 2);
        FilePledge memory filing = _cnFiling(_cnPatents(20, 1));
        filing.consents[0] = _consent(1, Modes.DEEMED, 0, _memberWord(pledgor.account));
        filing.consents[1].signer = 1;
        Hand[] memory hands = _hands(_officer(cnOffice, Modes.DEEMED), _hand(pledgee));
        bytes32 party = _memberWord(pledgor.account);
        int40[3] memory given = [int40(0), int40(uint40(block.timestamp)), int40(uint40(block.timestamp - 10 days + 1))];
        for (uint256 i = 0; i < given.length; ++i) {
            filing.consents[0].given = given[i];
            _refused(
                _fileAct(filing, hands),
                abi.encodeWithSelector(IPledgeErrors.NoticeRunning.selector, 1, party, given[i])
            );
        }
        filing.consents[0].given = int40(uint40(block.timestamp - 10 days));
        _done(_fileAct(filing, hands));
    }
}
