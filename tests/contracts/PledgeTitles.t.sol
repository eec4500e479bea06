// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Act} from "../../contracts/interfaces/IActs.sol";
import {IPledgeErrors, IPledgeEvents} from "../../contracts/interfaces/IPledgeRegistry.sol";
import {Decisions, IntakeCodes} from "../../contracts/types/ActCode.sol";
import "../../contracts/types/PledgeBodies.sol";
import {PledgeStates, PledgeWord} from "../../contracts/types/PledgeWord.sol";
import {Modes} from "../../contracts/types/Roles.sol";
import {SegmentWord} from "../../contracts/types/SegmentWord.sol";
import {Listed} from "./AssetListing.sol";
import {Hand} from "./PledgeSetup.t.sol";
import {PledgeBase} from "./PledgeBase.t.sol";

/// @notice Titles of a long list are published by pages after the decision and before the registration, which binds them.
contract PledgeTitlesTest is PledgeBase {
    using PledgeWord for uint256;
    using SegmentWord for uint256;

    uint256 private constant MOST_GAS = 8_000_000;
    uint40 private pledge;

    function setUp() public override {
        super.setUp();
        pledge = _file(_cnFiling(_long()), _partiesHands());
        _accept(pledge, _cnFiling(_long()), _long());
    }

    /// Two pages, the second of two leaves.
    function _long() private pure returns (Listed memory) {
        return _cnPatents(1, 130);
    }

    function _office() private view returns (Hand[] memory) {
        return _hands(_officer(cnOffice, Modes.SIGNED));
    }

    function _page(uint16 page) private view returns (PublishTitles memory) {
        return _titles(_segmentOf(pledge), _long(), page);
    }

    function _approve() private {
        _done(_decideAct(_approval(pledge, _cnFiling(_long()))));
    }

    function _register() private returns (Act memory) {
        return _decideAct(_decisionOnApproved(pledge, _cnFiling(_long()), _long()));
    }

    function _premature() private view returns (bytes memory) {
        return abi.encodeWithSelector(IPledgeErrors.PublicationPremature.selector, pledge);
    }

    function _mismatch() private view returns (bytes memory) {
        return abi.encodeWithSelector(IPledgeErrors.TitlesMismatch.selector, pledge);
    }

    function test_aPageOfTitlesIsPublishedOnceApproved() public {
        _refused(_publishAct(_page(0), _office()), _premature());
        _approve();
        PublishTitles memory body = _page(1);
        vm.expectEmit(address(registry));
        emit IPledgeEvents.TitlesPublished(pledge, _segmentOf(pledge), 128, body.titles);
        _run(_publishAct(body, _office()));
        assertTrue(_segmentWord(_segmentOf(pledge)).hasTitles(1));
        assertFalse(_segmentWord(_segmentOf(pledge)).hasTitles(0));
    }

    function test_theRegistrationWaitsForEveryPage() public {
        _approve();
        bytes memory incomplete =
            abi.encodeWithSelector(IPledgeErrors.TitlesIncomplete.selector, pledge, _segmentOf(pledge));
        _refused(_register(), incomplete);
        _done(_publishAct(_page(1), _office()));
        _refused(_register(), incomplete);
        _done(_publishAct(_page(0), _office()));
        _done(_register());
        _assertState(pledge, PledgeStates.REGISTERED);
    }

    function test_aLongListIsNotRegisteredWithoutApproval() public {
        DecidePledge memory body = _decision(pledge, _cnFiling(_long()), _long());
        _refused(
            _decideAct(body),
            abi.encodeWithSelector(IPledgeErrors.TitlesIncomplete.selector, pledge, _segmentOf(pledge))
        );
        body.titles = _long().titles;
        _refused(_decideAct(body), _mismatch());
    }

    function test_aPageIsPublishedOnce() public {
        _approve();
        _done(_publishAct(_page(0), _office()));
        _refused(_publishAct(_page(0), _office()), abi.encodeWithSelector(IPledgeErrors.PageRefused.selector, 0));
    }

    function test_titlesAreThoseCommittedToInTheirPlace() public {
        _approve();
        PublishTitles memory body = _page(0);
        (body.titles[0], body.titles[1]) = (body.titles[1], body.titles[0]);
        _refused(_publishAct(body, _office()), _mismatch());
        body = _page(0);
        body.titles[127] = "another";
        _refused(_publishAct(body, _office()), _mismatch());
        body = _page(0);
        body.page = 1;
        _refused(_publishAct(body, _office()), _mismatch());
        body = _page(1);
        body.page = 2;
        _refused(_publishAct(body, _office()), _mismatch());
        body = _page(0);
        (body.pages[0], body.pages[1]) = (body.pages[1], body.pages[0]);
        _refused(_publishAct(body, _office()), _mismatch());
        body = _page(1);
        body.titles = new string[](0);
        _refused(_publishAct(body, _office()), _mismatch());
    }

    /// The commitment is the filer's: one over a page that is shorter than its leaves would leave titles out, and one over other pages misplace them.
    function test_aCommitmentToAnotherNumberOfTitlesIsNeverMet() public {
        Listed memory listed = _cnPatents(2000, 130);
        Listed memory fewer = _cnPatents(2000, 129);
        FilePledge memory filing = _cnFiling(listed);
        filing.assets.titles = fewer.titlesHash;
        uint40 short = _file(filing, _partiesHands());
        _accept(short, filing, listed);
        _done(_decideAct(_approval(short, filing)));
        PublishTitles memory body = _titles(_segmentOf(short), fewer, 0);
        _done(_publishAct(body, _office()));
        body = _titles(_segmentOf(short), fewer, 1);
        _refused(_publishAct(body, _office()), abi.encodeWithSelector(IPledgeErrors.TitlesMismatch.selector, short));
    }

    function test_anotherSegmentsTitlesAreNone() public {
        _approve();
        PublishTitles memory body = _page(0);
        body.segment = 99;
        _refused(_publishAct(body, _office()), abi.encodeWithSelector(IPledgeErrors.UnknownPledge.selector, 0));
    }

    function test_onlyAnOfficerPublishes() public {
        _approve();
        _refused(
            _publishAct(_page(0), _partiesHands()),
            abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, IntakeCodes.ACCEPT, 0, 1)
        );
    }

    /// What is refused, returned or withdrawn was never published, and is not published afterwards.
    function test_titlesOfWhatIsNotRegisteredStayUnpublished() public {
        _approve();
        uint256 before = vm.snapshotState();
        uint8[2] memory decisions = [Decisions.REFUSE, Decisions.RETURN];
        for (uint256 i = 0; i < decisions.length; ++i) {
            DecidePledge memory body;
            (body.pledge, body.decision, body.filing) = (pledge, decisions[i], _cnFiling(_long()));
            (body.grounds, body.evidence) = (_failed(1), "reasons");
            _done(_decideAct(body));
            _refused(_publishAct(_page(0), _office()), _premature());
            if (decisions[i] == Decisions.REFUSE) {
                _done(_stepAct(_step(pledge, IntakeCodes.RECONSIDER), _office()));
                _refused(_publishAct(_page(0), _office()), _premature());
            }
            vm.revertToState(before);
        }
        _done(_withdrawAct(_withdrawal(pledge, _cnFiling(_long())), _partiesHands()));
        _refused(_publishAct(_page(0), _office()), _premature());
    }

    function test_aListWithoutTitlesIsRegisteredWithoutThem() public {
        Listed memory listed = _cnPatents(2000, 130);
        listed.titlesHash = 0;
        FilePledge memory filing = _cnFiling(listed);
        uint40 bare = _file(filing, _partiesHands());
        _accept(bare, filing, listed);
        _done(_decideAct(_decision(bare, filing, listed)));
        _assertState(bare, PledgeStates.REGISTERED);
    }
}

/// @notice A filing of 1,100 rights with their titles, as receipts say what it costs.
/// forge-config: default.isolate = true
contract PledgeLongFilingTest is PledgeBase {
    uint256 private constant MOST_GAS = 8_000_000;

    function test_elevenHundredRightsFlowInTransactionsWithinTheLimit() public {
        Listed memory listed = _cnPatents(10_000, 1100);
        FilePledge memory filing = _cnFiling(listed);
        uint40 large = _file(filing, _partiesHands());
        Hand[] memory hands = _hands(_officer(cnOffice, Modes.SIGNED));
        for (uint16 page = 0; page < listed.pages.length; ++page) {
            _within(_acceptAct(_acceptance(large, filing, listed, page), hands), "page of assets");
        }
        _within(_decideAct(_approval(large, filing)), "approval");
        for (uint16 page = 0; page < listed.pages.length; ++page) {
            _within(_publishAct(_titles(_segmentOf(large), listed, page), hands), "page of titles");
        }
        _within(_decideAct(_decisionOnApproved(large, filing, listed)), "registration");
        assertTrue(registry.live(_segmentOf(large), 1099));
    }

    function _within(Act memory act, string memory what) private {
        Act[] memory batch = new Act[](1);
        batch[0] = act;
        vm.prank(relayer);
        acts.run(batch);
        uint256 gas = vm.lastCallGas().gasTotalUsed;
        assertTrue(acts.spent(act.account, act.id), what);
        assertLe(gas, MOST_GAS, what);
    }
}
