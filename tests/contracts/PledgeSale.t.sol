// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Act} from "../../contracts/interfaces/IActs.sol";
import {IPledgeErrors, IPledgeEvents, ISequelEvents} from "../../contracts/interfaces/IPledgeRegistry.sol";
import {ClaimKinds, EndReasons, PartyRoles} from "../../contracts/types/ActCode.sol";
import "../../contracts/types/PledgeBodies.sol";
import {PledgeStates, PledgeWord} from "../../contracts/types/PledgeWord.sol";
import {Modes} from "../../contracts/types/Roles.sol";
import {Listed} from "./AssetListing.sol";
import {Hand} from "./PledgeSetup.t.sol";
import {PledgeBase} from "./PledgeBase.t.sol";
import {PledgeRules} from "./PledgeRules.sol";

/// @notice Enforcement is notice, sale and distribution. No act of it gives the right to anybody.
contract PledgeSaleTest is PledgeBase {
    using PledgeWord for uint256;

    uint40 private pledge;

    function setUp() public override {
        super.setUp();
        pledge = _registered(_assets());
    }

    function _assets() private pure returns (Listed memory) {
        return _cnPatents(1, 2);
    }

    function _agreed() private view returns (Hand[] memory) {
        return _hands(_hand(pledgee), _officer(cnOffice, Modes.SIGNED));
    }

    function _act(RecordSale memory body) private returns (Act memory) {
        return _saleAct(body, _agreed());
    }

    function _body() private returns (RecordSale memory) {
        return _sale(pledge, 1000, 100, _assets().keys);
    }

    function _enforce() private {
        PledgeActs memory body = _document();
        body.consents = _consents(_holders(), Modes.SIGNED);
        body.states = new SetPledgeState[](1);
        body.states[0] = SetPledgeState(_on(pledge, PledgeRules.ENFORCE), _now(), 0);
        _done(_actsAct(body, _hands(_hand(pledgee))));
    }

    /// @dev A second pledge in the register, on other rights, of `terms`.
    function _another(Terms memory terms, uint256 first) private returns (uint40) {
        FilePledge memory filing = _cnFiling(_cnPatents(first, 1));
        filing.terms = terms;
        return _registered(filing, _cnPatents(first, 1), _partiesHands());
    }

    function _share(RecordSale memory body, uint40 to, uint16 rank, uint128 claim, uint128 amount) private pure {
        SaleShare[] memory shares = new SaleShare[](body.shares.length + 1);
        for (uint256 i = 0; i < body.shares.length; ++i) {
            shares[i] = body.shares[i];
        }
        shares[body.shares.length] = SaleShare(to, rank, claim, amount);
        body.shares = shares;
    }

    /// @dev A sale for 1,000 with costs of 100, no share yet.
    function _bare() private returns (RecordSale memory body) {
        body = _body();
        body.shares = new SaleShare[](0);
    }

    function _shareRefused(uint256 index, uint40 to, uint128 amount) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IPledgeErrors.ShareRefused.selector, index, to, amount);
    }

    // --- Notice ---

    function test_aNoticeOfEnforcementMovesNothing() public {
        (, uint256 terms, bytes32 parties, bytes32 content,) = registry.pledge(pledge);
        uint256[3] memory words =
            [registry.asset(_assets().keys[0]), registry.asset(_assets().keys[1]), _segmentWord(1)];
        _enforce();
        _assertState(pledge, PledgeStates.ENFORCING);
        (, uint256 termsNow, bytes32 partiesNow, bytes32 contentNow,) = registry.pledge(pledge);
        assertEq(abi.encode(termsNow, partiesNow, contentNow), abi.encode(terms, parties, content));
        assertEq(registry.asset(_assets().keys[0]), words[0]);
        assertEq(registry.asset(_assets().keys[1]), words[1]);
        assertEq(_segmentWord(1), words[2]);
    }

    function test_noPledgorIsReplacedByAnEnforcement() public {
        _enforce();
        PledgeActs memory body = _document();
        body.consents =
            _joined(_consents(_holders(), Modes.SIGNED), _consents(_holders(), Modes.SIGNED, PartyRoles.NEW_PLEDGOR));
        body.parties = new ChangeParties[](1);
        body.parties[0].on = _on(pledge, PledgeRules.CORRECT_PARTIES);
        body.parties[0].parties = _now();
        body.parties[0].pledgors = _parties(_party(PartyRoles.PLEDGOR, pledgee));
        body.parties[0].names = _names(body.parties[0].pledgors);
        _link(body.consents, _agreed());
        _refused(
            _actsAct(body, _agreed()),
            abi.encodeWithSelector(
                IPledgeErrors.ConsentMissing.selector, PartyRoles.PLEDGOR, _memberWord(pledgor.account)
            )
        );
    }

    // --- The record of a sale ---

    function test_aSaleIsRecordedWholeAndMovesNothing() public {
        _enforce();
        uint256 head = _head(pledge);
        RecordSale memory body = _body();
        Act memory act = _act(body);
        bytes32 chain = keccak256(abi.encode(_chainOf(pledge), acts.digestOf(act), PledgeRules.SALE));
        vm.expectEmit(address(registry));
        emit ISequelEvents.SaleRecorded(
            pledge,
            body,
            pledgee.account,
            IPledgeEvents.ActRecord(
                acts.digestOf(act), chain, PledgeRules.SALE, 1, int40(uint40(block.timestamp)), false, false
            )
        );
        _run(act);
        assertEq(_head(pledge), head);
        assertTrue(registry.live(1, 0), "the assets leave by an act of their own");
    }

    function test_onlyWhatIsEnforcedIsSold() public {
        _refused(
            _act(_body()),
            abi.encodeWithSelector(
                IPledgeErrors.StateRefused.selector, pledge, PledgeStates.REGISTERED, PledgeRules.SALE
            )
        );
    }

    function test_theHoldersAndAnOfficerRecordIt() public {
        _enforce();
        _refused(
            _saleAct(_body(), _hands(_hand(pledgee))),
            abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, PledgeRules.SALE, 0, 1)
        );
        RecordSale memory body = _body();
        body.on.code = PledgeRules.NOTE;
        body.consents = new Consent[](0);
        _refused(
            _saleAct(body, _hands(_officer(cnOffice, Modes.SIGNED))),
            abi.encodeWithSelector(IPledgeErrors.ConsentMissing.selector, PartyRoles.PLEDGEE, 0)
        );
    }

    function test_costsSharesAndSurplusMakeUpThePrice() public {
        _enforce();
        RecordSale memory body = _body();
        body.price = 1001;
        _refused(_act(body), abi.encodeWithSelector(IPledgeErrors.SaleUneven.selector, 1001, 1000));
        body.price = 999;
        _refused(_act(body), abi.encodeWithSelector(IPledgeErrors.SaleUneven.selector, 999, 1000));
        body.price = 0;
        (body.costs, body.shares) = (0, new SaleShare[](0));
        _refused(_act(body), abi.encodeWithSelector(IPledgeErrors.SaleUneven.selector, 0, 0));
        body = _body();
        (body.price, body.surplus, body.costs) = (899, type(uint128).max, 0);
        _refused(
            _act(body), abi.encodeWithSelector(IPledgeErrors.SaleUneven.selector, 899, uint256(type(uint128).max) + 900)
        );
        body = _body();
        body.currency = 0;
        _refused(_act(body), abi.encodeWithSelector(IPledgeErrors.TermsInconsistent.selector, 0, 0, 1000));
    }

    function testFuzz_anExactDistributionIsTakenAndOneOffByAUnitIsNot(uint64[4] memory amounts, bool more) public {
        _enforce();
        RecordSale memory body = _bare();
        uint128 price = uint128(amounts[0]) + 1;
        body.costs = price;
        for (uint16 i = 1; i < 4; ++i) {
            uint128 amount = uint128(amounts[i]) + 1;
            _share(body, pledge, i, amount, amount);
            price += amount;
        }
        body.price = more ? price + 1 : price - 1;
        _refused(_act(body), abi.encodeWithSelector(IPledgeErrors.SaleUneven.selector, body.price, price));
        body.price = price;
        _done(_act(body));
    }

    function test_nobodyIsPaidAboveHisClaim() public {
        _enforce();
        RecordSale memory body = _bare();
        _share(body, pledge, 1, 899, 900);
        _refused(_act(body), _shareRefused(0, pledge, 900));
        body.shares[0].claim = 0;
        body.shares[0].amount = 0;
        _refused(_act(body), _shareRefused(0, pledge, 0));
    }

    /// The registered maximum governs over what is due (Interpretation on Security 15), over all ranks of the pledge together.
    function test_noMaximumAmountPledgeIsPaidAboveItsCeiling() public {
        _enforce();
        uint40 ceiled = _another(Terms(500, USD, ClaimKinds.MAXIMUM, 0, 0), 50);
        RecordSale memory body = _bare();
        _share(body, ceiled, 1, 501, 501);
        _share(body, pledge, 2, 399, 399);
        _refused(_act(body), _shareRefused(0, ceiled, 501));
        body = _bare();
        _share(body, ceiled, 1, 300, 300);
        _share(body, pledge, 2, 399, 399);
        _share(body, ceiled, 3, 201, 201);
        _refused(_act(body), _shareRefused(2, ceiled, 201));
        body.shares[2] = SaleShare(ceiled, 3, 200, 200);
        body.surplus = 1;
        _done(_act(body));
    }

    /// A ceiling in another currency compares with nothing; interest may bring a fixed claim above what was registered (CivC 389).
    function test_otherClaimsAreAsTheirHoldersState() public {
        _enforce();
        uint40 foreign = _another(Terms(1, 156, ClaimKinds.MAXIMUM, 0, 0), 50);
        uint40 fixed_ = _another(Terms(1, USD, ClaimKinds.FIXED, 0, 0), 60);
        RecordSale memory body = _bare();
        _share(body, foreign, 1, 500, 500);
        _share(body, fixed_, 2, 400, 400);
        _done(_act(body));
    }

    function test_theLaterRankGetsNothingBeforeTheEarlierIsPaid() public {
        _enforce();
        uint40 junior = _another(_claim(), 50);
        RecordSale memory body = _bare();
        _share(body, pledge, 1, 900, 899);
        _share(body, junior, 2, 500, 1);
        _refused(_act(body), _shareRefused(1, junior, 1));
        body.shares[0].amount = 900;
        body.shares[1].amount = 0;
        _done(_act(body));
    }

    function test_oneRankIsShared() public {
        _enforce();
        uint40 equal = _another(_claim(), 50);
        RecordSale memory body = _bare();
        _share(body, pledge, 1, 900, 600);
        _share(body, equal, 1, 450, 300);
        _done(_act(body));
    }

    function test_sharesStandInTheOrderOfTheirRanks() public {
        _enforce();
        uint40 junior = _another(_claim(), 50);
        RecordSale memory body = _bare();
        _share(body, pledge, 2, 500, 500);
        _share(body, junior, 1, 400, 400);
        _refused(_act(body), _shareRefused(1, junior, 400));
        body.shares[0].rank = 0;
        _refused(_act(body), _shareRefused(0, pledge, 500));
    }

    function test_thePledgorsGetTheSurplusWhenAllArePaid() public {
        _enforce();
        RecordSale memory body = _bare();
        _share(body, pledge, 1, 500, 500);
        body.surplus = 400;
        _done(_act(body));
        body = _bare();
        _share(body, pledge, 1, 501, 500);
        body.surplus = 400;
        _refused(_act(body), abi.encodeWithSelector(IPledgeErrors.SaleUneven.selector, 1000, 1000));
    }

    function test_onlyLivePledgesOfTheRegisterArePaid() public {
        _enforce();
        uint40 foreign = _recorded(_usPatents(1, 1));
        uint40 gone = _another(_claim(), 50);
        _done(_releaseAct(gone));
        uint40 open = _file(_cnFiling(_cnPatents(60, 1)), _partiesHands());
        uint40[3] memory none = [foreign, gone, open];
        for (uint256 i = 0; i < none.length; ++i) {
            RecordSale memory body = _bare();
            _share(body, none[i], 1, 900, 900);
            _refused(_act(body), abi.encodeWithSelector(IPledgeErrors.NotRelatable.selector, none[i]));
        }
    }

    function test_itNamesWhatWasSoldOnce() public {
        _enforce();
        RecordSale memory body = _body();
        body.assets = new bytes32[](0);
        _refused(_act(body), abi.encodeWithSelector(IPledgeErrors.AssetCountInvalid.selector, 0));
        body = _body();
        body.assets[1] = body.assets[0];
        _refused(_act(body), abi.encodeWithSelector(IPledgeErrors.AssetsNotAscending.selector, body.assets[0]));
    }

    /// What was sold leaves the pledge with the reason ENFORCED; the rest of it goes on.
    function test_whatIsSoldEndsByItsOwnAct() public {
        _enforce();
        _done(_act(_body()));
        PledgeActs memory body = _document();
        body.consents = _consents(_holders(), Modes.SIGNED);
        body.partReleases = new ReleaseAssets[](1);
        body.partReleases[0].on = _on(pledge, PledgeRules.PART_RELEASE);
        body.partReleases[0].parties = _now();
        (body.partReleases[0].basis, body.partReleases[0].reason) = (1, EndReasons.ENFORCED);
        body.partReleases[0].leaves = new LeafPage[](1);
        body.partReleases[0].leaves[0] = _leaves(1, _assets(), 0, 1);
        _done(_actsAct(body, _hands(_hand(pledgee))));
        assertFalse(registry.live(1, 0));
        assertTrue(registry.live(1, 1));
        _assertState(pledge, PledgeStates.ENFORCING);
        PledgeActs memory rest = _release(pledge, Modes.SIGNED);
        rest.releases[0].reason = EndReasons.ENFORCED;
        _done(_actsAct(rest, _hands(_hand(pledgee))));
        _assertState(pledge, PledgeStates.ENDED);
    }
}
