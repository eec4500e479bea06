// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Act} from "../../contracts/interfaces/IActs.sol";
import {PartyRoles} from "../../contracts/types/ActCode.sol";
import "../../contracts/types/PledgeBodies.sol";
import {Modes} from "../../contracts/types/Roles.sol";
import {AssetListing, Listed} from "./AssetListing.sol";
import {Hand, PledgeBase} from "./PledgeBase.t.sol";
import {PledgeRules} from "./PledgeRules.sol";

/// @notice What pledge acts cost through Acts, signatures checked: transaction gas with cold storage, as a receipt says it.
/// @dev Links, transactions, and releases and transfers within a document have the limits of the design. Each other limit is the figure measured when it was
/// set, rounded up to the next hundred; a rise above it needs a reason. (Since acts look for holds and notices and a change of parties is code of its own,
/// what is done by its own signatures costs some 5,000 to 20,000 more than at first. Each consent of a body is looked at, decisions name their officers, and
/// where several ranks stand a later link looks whether it goes over a claim: some 600 to 4,000 an act, 500 such a link.)
/// forge-config: default.isolate = true
contract PledgeGasTest is PledgeBase {
    uint256 private constant MOST = 8_000_000;

    function setUp() public override {
        super.setUp();
        // Numbered ids share a word, so an account's first act is dearer than all that follow.
        _done(_releaseAct(_registered(_cnPatents(9000, 1))));
    }

    function _spent(Act[] memory batch) private returns (uint256 gas) {
        vm.prank(relayer);
        acts.run(batch);
        gas = vm.lastCallGas().gasTotalUsed;
        assertLe(gas, MOST, "no transaction above 8,000,000");
    }

    function _spent(Act memory act) private returns (uint256) {
        Act[] memory batch = new Act[](1);
        batch[0] = act;
        return _spent(batch);
    }

    function _atMost(string memory name, uint256 gas, uint256 limit) private {
        emit log_named_uint(name, gas);
        assertLe(gas, limit, name);
    }

    function _untitled(uint256 first, uint256 count) private pure returns (Listed memory) {
        return AssetListing.list(_usPatents(first, count).keys, new string[](0), "blind");
    }

    function _record(Listed memory listed) private returns (uint256) {
        return _spent(_recordAct(_recording(_usFiling(listed), listed)));
    }

    // --- Links ---

    function test_linksOfAssets() public {
        uint256 first = (_record(_untitled(100, 128)) - _record(_untitled(1, 1))) / 127;
        _atMost("first link of an asset, each", first, 26_000);
        uint256 later = (_record(_untitled(100, 128)) - _record(_untitled(100, 1))) / 127;
        _atMost("later link of an asset, each", later, 9000);
    }

    function test_recordings() public {
        _atMost("recording of 1 right", _record(_usPatents(1, 1)), 455_900);
        _atMost("recording of 44 rights", _record(_usPatents(100, 44)), 1_634_600);
        _atMost("recording of 128 rights", _record(_usPatents(200, 128)), 3_974_400);
        _atMost("recording of 128 rights seen before", _record(_usPatents(200, 128)), 1_869_200);
    }

    /// @dev 1,100 rights: nine pages, then the decision, which publishes names and no titles.
    function test_aLongFilingByPages() public {
        Listed memory listed = _cnPatents(1, 1100);
        (listed.titles, listed.titlesHash) = (new string[](0), 0);
        FilePledge memory filing = _cnFiling(listed);
        uint40 pledge = _file(filing, _partiesHands());
        Hand[] memory hands = _hands(_officer(cnOffice, Modes.SIGNED));
        uint256 all = 0;
        uint256 largest = 0;
        for (uint16 page = 0; page < listed.pages.length; ++page) {
            uint256 gas = _spent(_acceptAct(_acceptance(pledge, filing, listed, page), hands));
            all += gas;
            if (gas > largest) largest = gas;
        }
        all += _spent(_decideAct(_decision(pledge, filing, listed)));
        _atMost("largest page of 128 rights", largest, 3_447_200);
        _atMost("1,100 rights accepted and registered", all, 29_348_000);
    }

    function test_filingAndDecisionOfOneRight() public {
        Listed memory listed = _cnPatents(1, 1);
        FilePledge memory filing = _cnFiling(listed);
        _done(_fileAct(filing, _partiesHands()));
        _atMost("filing, two signatures", _spent(_fileAct(filing, _partiesHands())), 218_000);
        Hand[] memory hands = _hands(_officer(cnOffice, Modes.SIGNED));
        _atMost("acceptance of 1 right", _spent(_acceptAct(_acceptance(2, filing, listed, 0), hands)), 248_500);
        _atMost("registration of 1 right, 12 grounds", _spent(_decideAct(_decision(2, filing, listed))), 306_300);
    }

    /// @dev Titles come by pages between the approval and the registration.
    function test_titlesOfALongFiling() public {
        Listed memory listed = _cnPatents(1, 200);
        FilePledge memory filing = _cnFiling(listed);
        uint40 pledge = _file(filing, _partiesHands());
        _accept(pledge, filing, listed);
        Hand[] memory hands = _hands(_officer(cnOffice, Modes.SIGNED));
        _spent(_decideAct(_approval(pledge, filing)));
        uint40 segment = _segmentOf(pledge);
        _atMost("page of 128 titles", _spent(_publishAct(_titles(segment, listed, 0), hands)), 474_200);
        _spent(_publishAct(_titles(segment, listed, 1), hands));
        _spent(_decideAct(_decisionOnApproved(pledge, filing, listed)));
        assertTrue(registry.live(segment, 199));
    }

    // --- Ends and transfers ---

    function _many(uint256 count) private returns (uint40[] memory pledges) {
        pledges = new uint40[](count);
        for (uint256 i = 0; i < count; ++i) {
            pledges[i] = _registered(_cnPatents(1 + 50 * i, 44));
        }
    }

    /// @dev As a gateway writes it: a side that consents by its list, the other by its root.
    function _lean(PartiesNow memory parties) private pure {
        parties.pledgors = new Party[](0);
        parties.holdersRoot = 0;
    }

    function _releaseOf(uint40 pledge, uint8 mode) private returns (Act memory) {
        PledgeActs memory body = _release(pledge, mode);
        _lean(body.releases[0].parties);
        Hand[] memory hands = mode == Modes.SIGNED ? _hands(_hand(pledgee)) : _both(cnOffice, mode);
        return _actsAct(body, hands);
    }

    function _transferOf(uint40 pledge, uint8 mode) private returns (Act memory) {
        PledgeActs memory body = _document();
        body.parties = new ChangeParties[](1);
        body.parties[0].on = _on(pledge, PledgeRules.TRANSFER);
        body.parties[0].parties = _now();
        _lean(body.parties[0].parties);
        body.parties[0].holders = _parties(_party(PartyRoles.PLEDGEE, newcomer));
        body.parties[0].names = _names(body.parties[0].holders);
        body.consents =
            _joined(_consents(_holders(), mode), _consents(body.parties[0].holders, mode, PartyRoles.NEW_PLEDGEE));
        Hand[] memory hands = mode == Modes.SIGNED
            ? _hands(_hand(pledgee), _hand(newcomer), _officer(cnOffice, Modes.SIGNED))
            : _both(cnOffice, mode);
        _link(body.consents, hands);
        return _actsAct(body, hands);
    }

    /// @dev Gas of ten acts in one transaction, and of one alone; what they cost does not depend on the 44 rights.
    function _tenAndOne(function(uint40, uint8) returns (Act memory) actOf, uint8 mode)
        private
        returns (uint256 each, uint256 alone)
    {
        uint40[] memory pledges = _many(12);
        _done(actOf(pledges[11], mode));
        alone = _spent(actOf(pledges[10], mode));
        Act[] memory batch = new Act[](10);
        for (uint256 i = 0; i < 10; ++i) {
            batch[i] = actOf(pledges[i], mode);
        }
        each = _spent(batch) / 10;
    }

    /// @dev One document may act on several pledges: its signatures count once.
    function _tenInADocument() private returns (uint40[] memory pledges) {
        pledges = _many(10);
        // The first act of each who signs is dearer.
        uint40 first = _registered(_cnPatents(5000, 1));
        _done(_transferOf(first, Modes.SIGNED));
    }

    function test_wholeReleasesByOneDocument() public {
        uint40[] memory pledges = _tenInADocument();
        PledgeActs memory body = _release(pledges[0], Modes.SIGNED);
        body.releases = new ReleasePledge[](10);
        for (uint256 i = 0; i < 10; ++i) {
            body.releases[i] = _release(pledges[i], Modes.SIGNED).releases[0];
            _lean(body.releases[i].parties);
        }
        uint256 gas = _spent(_actsAct(body, _hands(_hand(pledgee))));
        _atMost("whole release, one of ten in a document", gas / 10, 110_000);
    }

    function test_transfersByOneDocument() public {
        uint40[] memory pledges = _tenInADocument();
        Party[] memory to = _parties(_party(PartyRoles.PLEDGEE, newcomer));
        PledgeActs memory body = _document();
        body.parties = new ChangeParties[](10);
        for (uint256 i = 0; i < 10; ++i) {
            PartiesNow memory now_ = _now();
            _lean(now_);
            body.parties[i] = ChangeParties(_on(pledges[i], PledgeRules.TRANSFER), now_, new Party[](0), to, _names(to));
        }
        body.consents =
            _joined(_consents(_holders(), Modes.SIGNED), _consents(to, Modes.SIGNED, PartyRoles.NEW_PLEDGEE));
        Hand[] memory hands = _hands(_hand(pledgee), _hand(newcomer), _officer(cnOffice, Modes.SIGNED));
        _link(body.consents, hands);
        _atMost("transfer, one of ten in a document", _spent(_actsAct(body, hands)) / 10, 110_000);
    }

    function test_wholeReleaseByThePledgee() public {
        (uint256 each, uint256 alone) = _tenAndOne(_releaseOf, Modes.SIGNED);
        _atMost("whole release, in a batch of 10, each", each, 110_000);
        _atMost("whole release, alone", alone, 158_000);
    }

    function test_wholeReleaseAttestedByTwoOfficers() public {
        (uint256 each, uint256 alone) = _tenAndOne(_releaseOf, Modes.ATTESTED);
        _atMost("attested release, in a batch of 10, each", each, 127_000);
        _atMost("attested release, alone", alone, 181_600);
    }

    function test_transferSignedByThree() public {
        (uint256 each, uint256 alone) = _tenAndOne(_transferOf, Modes.SIGNED);
        _atMost("transfer with three signatures, in a batch of 10, each", each, 188_500);
        _atMost("transfer with three signatures, alone", alone, 253_300);
    }

    function test_transferAttestedByTwoOfficers() public {
        (uint256 each, uint256 alone) = _tenAndOne(_transferOf, Modes.ATTESTED);
        _atMost("attested transfer, in a batch of 10, each", each, 171_900);
        _atMost("attested transfer, alone", alone, 230_700);
    }

    function test_partReleaseOfALeaf() public {
        Listed memory listed = _cnPatents(1, 44);
        uint40 pledge = _registered(listed);
        PledgeActs memory body = _document();
        body.consents = _consents(_holders(), Modes.SIGNED);
        body.partReleases = new ReleaseAssets[](1);
        body.partReleases[0].on = _on(pledge, PledgeRules.PART_RELEASE);
        body.partReleases[0].parties = _now();
        _lean(body.partReleases[0].parties);
        (body.partReleases[0].basis, body.partReleases[0].reason) = (1, 1);
        body.partReleases[0].leaves = new LeafPage[](1);
        (, uint40 segment) = registry.counts();
        body.partReleases[0].leaves[0] = LeafPage(segment, listed.blind, 0, listed.pages, listed.keys, 1);
        _atMost("part release of 1 of 44 rights", _spent(_actsAct(body, _hands(_hand(pledgee)))), 252_300);
    }
}
