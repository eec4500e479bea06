// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Act} from "../../contracts/interfaces/IActs.sol";
import {IPledgeErrors, IPledgeEvents} from "../../contracts/interfaces/IPledgeRegistry.sol";
import {Decisions, IntakeCodes, PartyRoles} from "../../contracts/types/ActCode.sol";
import "../../contracts/types/PledgeBodies.sol";
import {PledgeFlags, PledgeStates, PledgeWord} from "../../contracts/types/PledgeWord.sol";
import {Modes} from "../../contracts/types/Roles.sol";
import {Actor} from "./Base.t.sol";
import {Listed} from "./AssetListing.sol";
import {Hand} from "./PledgeSetup.t.sol";
import {PledgeBase} from "./PledgeBase.t.sol";

/// @notice The holder of an earlier filing makes a later one wait that has claimed the same right.
contract PledgeContestTest is PledgeBase {
    using PledgeWord for uint256;

    bytes32 private right;
    uint40 private earlier;
    uint40 private later;

    function setUp() public override {
        super.setUp();
        right = _key("CNPA", 2);
        earlier = _fileOf(secondPledgee, _early());
        later = _fileOf(pledgee, _late());
        _accept(later, _form(pledgee, _late()), _late());
    }

    /// Rights 1 and 2; rights 2 and 3.
    function _early() private pure returns (Listed memory) {
        return _cnPatents(1, 2);
    }

    function _late() private pure returns (Listed memory) {
        return _cnPatents(2, 2);
    }

    function _form(Actor memory holder, Listed memory listed) private returns (FilePledge memory filing) {
        Party[] memory parties = _parties(_party(PartyRoles.PLEDGOR, pledgor), _party(PartyRoles.PLEDGEE, holder));
        filing = _filing(CN, listed, parties, Modes.SIGNED);
        _link(filing.consents, _hands(_hand(pledgor), _hand(holder)));
    }

    function _fileOf(Actor memory holder, Listed memory listed) private returns (uint40) {
        return _file(_form(holder, listed), _hands(_hand(pledgor), _hand(holder)));
    }

    function _body() private returns (ContestAsset memory) {
        return _contest(earlier, later, _form(secondPledgee, _early()), _early(), right);
    }

    function _act(ContestAsset memory body) private returns (Act memory) {
        return _contestAct(body, _hands(_hand(secondPledgee)));
    }

    function _registerLater() private returns (Act memory) {
        return _decideAct(_decision(later, _form(pledgee, _late()), _late()));
    }

    function _close(uint40 pledge, Actor memory holder, Listed memory listed, uint8 decision) private {
        DecidePledge memory body;
        (body.pledge, body.decision, body.filing) = (pledge, decision, _form(holder, listed));
        (body.grounds, body.evidence) = (_failed(1), "reasons");
        _done(_decideAct(body));
    }

    function _waits(uint40 on) private view returns (bytes memory) {
        return abi.encodeWithSelector(IPledgeErrors.PledgeContested.selector, later, on);
    }

    function _acceptEarlier() private {
        _accept(earlier, _form(secondPledgee, _early()), _early());
    }

    function test_theLaterFilingWaitsUntilTheEarlierIsDecided() public {
        ContestAsset memory body = _body();
        Act memory act = _act(body);
        vm.expectEmit(address(registry));
        emit IPledgeEvents.PledgeContestedBy(
            later, earlier, right, body.consents, secondPledgee.account, acts.digestOf(act)
        );
        _run(act);
        assertEq(registry.contestsOf(later)[0], earlier);
        _refused(_registerLater(), _waits(earlier));
        uint256 before = vm.snapshotState();
        _close(earlier, secondPledgee, _early(), Decisions.REFUSE);
        _done(_registerLater());
        vm.revertToState(before);
        _close(earlier, secondPledgee, _early(), Decisions.RETURN);
        _done(_registerLater());
    }

    function test_theEarlierFilingTakesWhatItContests() public {
        _done(_act(_body()));
        uint256 head = _head(later).withFlags(PledgeFlags.DISPLACED);
        _acceptEarlier();
        assertEq(_head(later), head);
        bytes memory displaced = abi.encodeWithSelector(IPledgeErrors.ClaimDisplaced.selector, later);
        _refused(_registerLater(), displaced);
        _decide(earlier, _form(secondPledgee, _early()), _early());
        _refused(_registerLater(), displaced);
        (bool live, uint40 holder) = registry.live(right);
        assertTrue(live);
        assertEq(holder, earlier);
    }

    function test_withoutAContestTheEarlierFilingTakesNothing() public {
        _refused(
            _acceptAct(
                _acceptance(earlier, _form(secondPledgee, _early()), _early(), 0),
                _hands(_officer(cnOffice, Modes.SIGNED))
            ),
            abi.encodeWithSelector(IPledgeErrors.AssetTaken.selector, right, later)
        );
    }

    function test_theReservationOfAnEarlierFilingThatRanOutHoldsNobodyUp() public {
        _done(_act(_body()));
        _acceptEarlier();
        skip(60 days + 1);
        uint40 third = _registered(_cnPatents(2, 2));
        _assertState(third, PledgeStates.REGISTERED);
    }

    function test_aLaterFilingContestsNoEarlierOne() public {
        uint40 third = _fileOf(newcomer, _cnPatents(2, 1));
        ContestAsset memory body = _contest(third, later, _form(newcomer, _cnPatents(2, 1)), _cnPatents(2, 1), right);
        _refused(
            _contestAct(body, _hands(_hand(newcomer))),
            abi.encodeWithSelector(IPledgeErrors.NotEarlier.selector, third, later)
        );
    }

    /// Anybody may file anything in a register that he can reach: it must hold up nobody in another one.
    function test_aFilingInAnotherRegisterContestsNothing() public {
        Listed memory listed = _cnPatents(12, 1);
        FilePledge memory foreign = _filing(NZ_PPSR, listed, _usual(), Modes.SIGNED);
        _link(foreign.consents, _partiesHands());
        uint40 sham = _file(foreign, _partiesHands());
        later = _fileOf(pledgee, listed);
        _accept(later, _form(pledgee, listed), listed);
        _refused(
            _contestAct(_contest(sham, later, foreign, listed, listed.keys[0]), _hands(_hand(pledgee))),
            abi.encodeWithSelector(IPledgeErrors.NotEarlier.selector, sham, later)
        );
    }

    function test_theContestedRightIsInTheEarlierListAndClaimedByTheLater() public {
        ContestAsset memory body = _body();
        body.asset = _key("CNPA", 3);
        _refused(_act(body), abi.encodeWithSelector(IPledgeErrors.AssetNotClaimed.selector, body.asset, earlier));
        body.asset = _key("CNPA", 1);
        _refused(_act(body), abi.encodeWithSelector(IPledgeErrors.AssetNotClaimed.selector, body.asset, later));
        body = _body();
        body.assets[1] = _key("CNPA", 3);
        body.asset = body.assets[1];
        _refused(_act(body), abi.encodeWithSelector(IPledgeErrors.RootMismatch.selector, _early().root));
        body = _body();
        body.page = 1;
        _refused(_act(body), abi.encodeWithSelector(IPledgeErrors.RootMismatch.selector, _early().root));
        body = _body();
        body.assets = new bytes32[](0);
        _refused(_act(body), abi.encodeWithSelector(IPledgeErrors.RootMismatch.selector, _early().root));
    }

    function test_onlyTheEarlierFilingsHolderContests() public {
        ContestAsset memory body = _body();
        body.consents[0].party = _memberWord(outsider.account);
        _refused(
            _contestAct(body, _hands(_hand(outsider))),
            abi.encodeWithSelector(
                IPledgeErrors.ConsentMissing.selector, PartyRoles.PLEDGEE, _memberWord(secondPledgee.account)
            )
        );
        _refused(
            _contestAct(_body(), _hands(_hand(outsider))),
            abi.encodeWithSelector(
                IPledgeErrors.ConsentNotSigned.selector, PartyRoles.PLEDGEE, _memberWord(secondPledgee.account), 0
            )
        );
    }

    function test_theFilingsAreThoseOfTheirNumbers() public {
        ContestAsset memory body = _body();
        body.filing = _form(pledgee, _early());
        _refused(
            _act(body),
            abi.encodeWithSelector(
                IPledgeErrors.FilingMismatch.selector, earlier, registry.hashFilePledge(body.filing), _chainOf(earlier)
            )
        );
        body = _body();
        body.later = 77;
        _refused(_act(body), abi.encodeWithSelector(IPledgeErrors.UnknownPledge.selector, 77));
    }

    function test_onlyAnOpenFilingContestsAndOnlyAnAcceptedOneIsContested() public {
        uint256 before = vm.snapshotState();
        _close(earlier, secondPledgee, _early(), Decisions.RETURN);
        _refused(
            _act(_body()),
            abi.encodeWithSelector(
                IPledgeErrors.StateRefused.selector, earlier, PledgeStates.RETURNED, IntakeCodes.CONTEST
            )
        );
        vm.revertToState(before);
        _done(_registerLater());
        _refused(
            _act(_body()),
            abi.encodeWithSelector(
                IPledgeErrors.StateRefused.selector, later, PledgeStates.REGISTERED, IntakeCodes.CONTEST
            )
        );
    }

    function test_aFilingContestsOnce() public {
        _done(_act(_body()));
        _refused(_act(_body()), _waits(earlier));
    }

    /// A sham filing that contests first and is then withdrawn leaves no gap for the later one.
    function test_aShamContestKeepsNoTrueOneOut() public {
        _close(later, pledgee, _late(), Decisions.RETURN);
        uint40 second = _fileOf(newcomer, _cnPatents(2, 1));
        later = _fileOf(pledgee, _late());
        _accept(later, _form(pledgee, _late()), _late());
        ContestAsset memory sham = _contest(second, later, _form(newcomer, _cnPatents(2, 1)), _cnPatents(2, 1), right);
        _done(_contestAct(sham, _hands(_hand(newcomer))));
        _done(_act(_body()));
        assertEq(registry.contestsOf(later).length, 2);
        _refused(_registerLater(), _waits(second));
        _close(second, newcomer, _cnPatents(2, 1), Decisions.RETURN);
        _refused(_registerLater(), _waits(earlier));
        _close(earlier, secondPledgee, _early(), Decisions.REFUSE);
        _done(_registerLater());
    }

    function test_aContestIsNoWayToTakeFromAPledgeThatIsRegistered() public {
        _done(_act(_body()));
        _close(earlier, secondPledgee, _early(), Decisions.REFUSE);
        _done(_registerLater());
        _done(_stepAct(_step(earlier, IntakeCodes.RECONSIDER), _hands(_officer(cnOffice, Modes.SIGNED))));
        _refused(
            _acceptAct(
                _acceptance(earlier, _form(secondPledgee, _early()), _early(), 0),
                _hands(_officer(cnOffice, Modes.SIGNED))
            ),
            abi.encodeWithSelector(IPledgeErrors.AssetTaken.selector, right, later)
        );
    }

    function test_aDisplacedFilingIsReconsideredWhenTheEarlierOneFails() public {
        _done(_act(_body()));
        _acceptEarlier();
        _close(earlier, secondPledgee, _early(), Decisions.REFUSE);
        _refused(_registerLater(), abi.encodeWithSelector(IPledgeErrors.ClaimDisplaced.selector, later));
        _close(later, pledgee, _late(), Decisions.REFUSE);
        _done(_stepAct(_step(later, IntakeCodes.RECONSIDER), _hands(_officer(cnOffice, Modes.SIGNED))));
        _accept(later, _form(pledgee, _late()), _late());
        _done(_registerLater());
        (bool live, uint40 holder) = registry.live(right);
        assertTrue(live);
        assertEq(holder, later);
    }

    function test_aPledgeIsContestedByAtMostSixtyFour() public {
        _close(later, pledgee, _late(), Decisions.RETURN);
        uint40[] memory many = new uint40[](65);
        Listed memory one = _cnPatents(2, 1);
        for (uint256 i = 0; i < many.length; ++i) {
            many[i] = _fileOf(newcomer, one);
        }
        later = _fileOf(pledgee, _late());
        _accept(later, _form(pledgee, _late()), _late());
        FilePledge memory form = _form(newcomer, one);
        for (uint256 i = 0; i < 64; ++i) {
            _done(_contestAct(_contest(many[i], later, form, one, right), _hands(_hand(newcomer))));
        }
        _refused(
            _contestAct(_contest(many[64], later, form, one, right), _hands(_hand(newcomer))),
            abi.encodeWithSelector(IPledgeErrors.ContestsFull.selector, later, 64)
        );
        _refused(_registerLater(), _waits(many[0]));
        // Who fills the list with filings of his own keeps nobody out: as soon as one is decided its place is free.
        _close(many[17], newcomer, one, Decisions.RETURN);
        _done(_contestAct(_contest(many[64], later, form, one, right), _hands(_hand(newcomer))));
        assertEq(registry.contestsOf(later).length, 64);
        assertEq(registry.contestsOf(later)[17], many[64]);
        _refused(_act(_body()), abi.encodeWithSelector(IPledgeErrors.ContestsFull.selector, later, 64));
        for (uint256 i = 0; i < 64; ++i) {
            if (i != 17) _close(many[i], newcomer, one, Decisions.RETURN);
        }
        _refused(_registerLater(), _waits(many[64]));
        _done(_act(_body()));
        _acceptEarlier();
        assertTrue(_head(later).hasFlag(PledgeFlags.DISPLACED));
    }

    /// Several may live on the right there: the later one waits for its number's turn, and loses nothing.
    function test_whereSeveralRanksStandNobodyIsDisplaced() public {
        Listed memory listed = _usPatents(1, 1);
        FilePledge memory filing = _filing(US, listed, _usual(), Modes.SIGNED);
        Hand[] memory hands = _partiesHands();
        _link(filing.consents, hands);
        (uint40 first, uint40 second) = (_file(filing, hands), _file(filing, hands));
        _accept(second, filing, listed);
        _done(_contestAct(_contest(first, second, filing, listed, listed.keys[0]), _hands(_hand(pledgee))));
        DecidePledge memory body = _decision(second, filing, listed);
        _refused(_decideAct(body), abi.encodeWithSelector(IPledgeErrors.PledgeContested.selector, second, first));
        _accept(first, filing, listed);
        assertFalse(_head(second).hasFlag(PledgeFlags.DISPLACED));
        _decide(first, filing, listed);
        _done(_decideAct(body));
        assertTrue(registry.live(_segmentOf(first), 0));
        assertTrue(registry.live(_segmentOf(second), 0));
    }
}
