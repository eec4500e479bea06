// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Act} from "../../contracts/interfaces/IActs.sol";
import {IPledgeErrors} from "../../contracts/interfaces/IPledgeRegistry.sol";
import {Effects, HoldTargets, PartyRoles} from "../../contracts/types/ActCode.sol";
import "../../contracts/types/PledgeBodies.sol";
import {PledgeWord, TermsWord} from "../../contracts/types/PledgeWord.sol";
import {Modes} from "../../contracts/types/Roles.sol";
import {Actor} from "./Base.t.sol";
import {Listed} from "./AssetListing.sol";
import {Hand} from "./PledgeSetup.t.sol";
import {PledgeBase} from "./PledgeBase.t.sol";
import {PledgeRules} from "./PledgeRules.sol";

/// @notice One pledge has a list of holders in shares; what moves of the claim changes the list, never the number of pledges.
contract PledgeSharesTest is PledgeBase {
    using PledgeWord for uint256;
    using TermsWord for uint256;

    uint40 private pledge;

    /// 60 of 100 are the pledgee's, 40 the second one's.
    function setUp() public override {
        super.setUp();
        Party[] memory parties =
            _parties(_party(PartyRoles.PLEDGOR, pledgor), _share(pledgee, 60), _share(secondPledgee, 40));
        FilePledge memory filing = _filing(CN, _cnPatents(1, 2), parties, Modes.SIGNED);
        Hand[] memory hands = _hands(_hand(pledgor), _hand(pledgee), _hand(secondPledgee));
        _link(filing.consents, hands);
        pledge = _registered(filing, _cnPatents(1, 2), hands);
    }

    function _share(Actor memory holder, uint64 share) private returns (Party memory party) {
        party = _party(PartyRoles.PLEDGEE, holder);
        party.share = share;
    }

    function _present() private returns (Party[] memory) {
        return _parties(_share(pledgee, 60), _share(secondPledgee, 40));
    }

    /// @dev A transfer from `present` to `next`: who of `agreed` consents as holder, and who of `joining` as a new one.
    function _transfer(Party[] memory present, Party[] memory next, Party[] memory agreed, Party[] memory joining)
        private
        returns (PledgeActs memory body)
    {
        body = _document();
        body.parties = new ChangeParties[](1);
        body.parties[0].on = _on(pledge, PledgeRules.TRANSFER);
        body.parties[0].parties = PartiesNow(_sideRoot(_pledgors()), _sideRoot(present), new Party[](0), present);
        (body.parties[0].holders, body.parties[0].names) = (next, _names(next));
        body.consents =
            _joined(_consents(agreed, Modes.SIGNED), _consents(joining, Modes.SIGNED, PartyRoles.NEW_PLEDGEE));
    }

    function _act(PledgeActs memory body) private returns (Act memory) {
        Hand[] memory hands = _hands(_hand(pledgee), _hand(secondPledgee), _hand(newcomer));
        hands = _and(hands, _officer(cnOffice, Modes.SIGNED));
        _link(body.consents, hands);
        return _actsAct(body, hands);
    }

    function _missing(uint8 role, Actor memory party) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IPledgeErrors.ConsentMissing.selector, role, _memberWord(party.account));
    }

    function _none() private pure returns (Party[] memory) {
        return new Party[](0);
    }

    // --- A part of the claim moves ---

    function test_aPartOfTheClaimMovesWithoutTheOtherHolders() public {
        Party[] memory next = _parties(_share(pledgee, 20), _share(secondPledgee, 40), _share(newcomer, 40));
        (uint40 pledges, uint40 segments) = registry.counts();
        (uint256 head, uint256 segment) = (_head(pledge), _segmentWord(1));
        // The pledgee stays with less, so it agrees as a holder and to what it is left with.
        Party[] memory joining = _parties(_share(pledgee, 20), _share(newcomer, 40));
        _done(_act(_transfer(_present(), next, _parties(_share(pledgee, 60)), joining)));
        (uint40 pledgesNow, uint40 segmentsNow) = registry.counts();
        assertEq(pledgesNow, pledges, "no pledge more");
        assertEq(segmentsNow, segments);
        assertEq(_head(pledge), head.raised(), "its time, number and state are as they were");
        assertEq(_segmentWord(1), segment);
        assertEq(_partiesOf(pledge), _partiesRoot(_pledgors(), next));
        assertEq(_termsOf(pledge).holders(), 3);
        assertTrue(registry.live(1, 0));
    }

    function test_whoGivesAndWhoTakesAgree() public {
        Party[] memory next = _parties(_share(newcomer, 60), _share(secondPledgee, 40));
        Party[] memory from = _parties(_share(pledgee, 60));
        Party[] memory to = _parties(_share(newcomer, 60));
        _refused(_act(_transfer(_present(), next, _none(), to)), _missing(PartyRoles.PLEDGEE, pledgee));
        _refused(_act(_transfer(_present(), next, from, _none())), _missing(PartyRoles.NEW_PLEDGEE, newcomer));
        _done(_act(_transfer(_present(), next, from, to)));
    }

    /// More parts in all would thin out whoever keeps his.
    function test_anUnchangedHolderAgreesWhereTheTotalChanges() public {
        Party[] memory next = _parties(_share(newcomer, 61), _share(secondPledgee, 40));
        Party[] memory from = _parties(_share(pledgee, 60));
        Party[] memory to = _parties(_share(newcomer, 61));
        _refused(_act(_transfer(_present(), next, from, to)), _missing(PartyRoles.PLEDGEE, secondPledgee));
        _done(_act(_transfer(_present(), next, _present(), to)));
    }

    function test_aHolderWhoseShareNameOrPlaceChangesAgrees() public {
        Party[] memory next = _parties(_share(pledgee, 61), _share(secondPledgee, 39));
        _refused(
            _act(_transfer(_present(), next, _parties(_share(pledgee, 60)), next)),
            _missing(PartyRoles.PLEDGEE, secondPledgee)
        );
        next = _present();
        next[1].nameHash = keccak256(abi.encode("second pledgee", "as agent"));
        PledgeActs memory body = _transfer(_present(), next, _none(), next);
        _refused(_act(body), _missing(PartyRoles.PLEDGEE, secondPledgee));
    }

    /// Two equal holdings of one bank: one of them can't be given away behind the other's back.
    function test_ofTwoEqualHoldingsNoneVanishesUnseen() public {
        Party[] memory twice = _parties(_share(secondPledgee, 20), _share(secondPledgee, 20), _share(pledgee, 60));
        _done(
            _act(_transfer(_present(), twice, _parties(_share(secondPledgee, 40)), _parties(_share(secondPledgee, 20))))
        );
        Party[] memory taken = _parties(_share(secondPledgee, 20), _share(newcomer, 20), _share(pledgee, 60));
        Party[] memory to = _parties(_share(newcomer, 20));
        _refused(_act(_transfer(twice, taken, _none(), to)), _missing(PartyRoles.PLEDGEE, secondPledgee));
        _done(_act(_transfer(twice, taken, _parties(_share(secondPledgee, 20)), to)));
    }

    /// Nor is a second holding put on anybody without his word.
    function test_aSecondEqualHoldingIsAgreedTo() public {
        Party[] memory next = _parties(_share(secondPledgee, 40), _share(secondPledgee, 40), _share(pledgee, 20));
        Party[] memory from = _parties(_share(pledgee, 60));
        Party[] memory joining = _parties(_share(pledgee, 20));
        _refused(_act(_transfer(_present(), next, from, joining)), _missing(PartyRoles.NEW_PLEDGEE, secondPledgee));
    }

    function test_everyHolderHasAShareAndThereIsOne() public {
        Party[] memory next = _parties(_share(newcomer, 0), _share(secondPledgee, 100));
        _refused(
            _act(_transfer(_present(), next, _present(), next)),
            abi.encodeWithSelector(IPledgeErrors.PartyListInvalid.selector, 0)
        );
        _refused(
            _act(_transfer(_present(), _none(), _present(), _none())),
            abi.encodeWithSelector(IPledgeErrors.NothingToDo.selector)
        );
    }

    /// Invented lists of who holds now are held against the record.
    function test_thePresentHoldersAreThoseOnRecord() public {
        Party[] memory invented = _parties(_share(pledgee, 60), _share(newcomer, 40));
        Party[] memory next = _parties(_share(pledgee, 60), _share(newcomer, 40));
        _refused(
            _act(_transfer(invented, next, _none(), _none())),
            abi.encodeWithSelector(IPledgeErrors.PartiesMismatch.selector, pledge)
        );
    }

    /// Where a register asks newcomers and not the holders, nobody passes for a holder by a list that the record does not know.
    function test_nobodyPassesForAHolderWhereHoldersAreNotAsked() public {
        PledgeRules.Register memory rules = PledgeRules.registers()[CN - 1];
        for (uint256 i = 0; i < rules.codes.length; ++i) {
            if (rules.codes[i] == PledgeRules.TRANSFER) rules.words[i] &= ~(uint256(0xf) << (16 + 4 * 2));
        }
        _setRegister(rules, 2);
        Party[] memory next = _parties(_share(newcomer, 100));
        PledgeActs memory body = _transfer(_present(), next, _none(), _none());
        body.parties[0].parties.holders = next;
        _refused(_act(body), abi.encodeWithSelector(IPledgeErrors.PartiesMismatch.selector, pledge));
        body.parties[0].parties.holders = _none();
        _refused(_act(body), _missing(PartyRoles.NEW_PLEDGEE, newcomer));
    }

    function test_aHeldClaimDoesNotMove() public {
        Party[] memory next = _parties(_share(newcomer, 60), _share(secondPledgee, 40));
        PledgeActs memory body =
            _transfer(_present(), next, _parties(_share(pledgee, 60)), _parties(_share(newcomer, 60)));
        uint256 before = vm.snapshotState();
        bytes32 id = bytes32(uint256(pledge));
        _done(_holdAct(_hold(CN, HoldTargets.CLAIM, id, Effects.SET_PARTIES)));
        _refused(
            _act(body),
            abi.encodeWithSelector(IPledgeErrors.HeldBy.selector, HoldTargets.PLEDGE, id, 0, bytes32("order"))
        );
        vm.revertToState(before);
        id = _memberWord(newcomer.account);
        _done(_holdAct(_hold(CN, HoldTargets.PARTY, id, Effects.SET_PARTIES)));
        body.parties[0].parties.pledgors = _pledgors();
        _refused(
            _act(body),
            abi.encodeWithSelector(IPledgeErrors.HeldBy.selector, HoldTargets.PARTY, id, 0, bytes32("order"))
        );
        vm.revertToState(before);
        _done(_act(body));
    }

    /// Nobody is asked twice, whatever moves: who gives agrees, who takes agrees, and the shares add up.
    function testFuzz_anySplitOfAShareAddsUp(uint64 given) public {
        given = uint64(bound(given, 1, 59));
        Party[] memory next = _parties(_share(pledgee, 60 - given), _share(secondPledgee, 40), _share(newcomer, given));
        Party[] memory joining = _parties(_share(pledgee, 60 - given), _share(newcomer, given));
        _done(_act(_transfer(_present(), next, _parties(_share(pledgee, 60)), joining)));
        next[2].share = given + 1;
        _refused(
            _act(_transfer(next, next, _none(), _none())),
            abi.encodeWithSelector(IPledgeErrors.PartiesMismatch.selector, pledge)
        );
    }

    // --- A part of the debt is paid ---

    /// Half is paid: in one document the claim falls to half, and half of the rights are let go.
    function test_aPartReleaseGoesWithWhatWasPaid() public {
        PledgeActs memory body = _halved();
        Hand[] memory hands = _all();
        _link(body.consents, hands);
        _done(_actsAct(body, hands));
        assertEq(_termsOf(pledge).ceiling(), 250_000_000);
        assertFalse(registry.live(1, 0));
        assertTrue(registry.live(1, 1));
        assertEq(_partiesOf(pledge), _partiesRoot(_pledgors(), _present()), "everybody keeps his share of what is left");
    }

    function test_everyHolderLetsTheRightsGo() public {
        PledgeActs memory body = _halved();
        body.consents[2].role = PartyRoles.AUTHORITY;
        Hand[] memory hands = _all();
        _link(body.consents, hands);
        _refused(_actsAct(body, hands), _missing(PartyRoles.PLEDGEE, secondPledgee));
        assertEq(_termsOf(pledge).ceiling(), 500_000_000, "all of it or nothing");
        assertTrue(registry.live(1, 0));
    }

    function _all() private view returns (Hand[] memory) {
        return _and(_hands(_hand(pledgor), _hand(pledgee), _hand(secondPledgee)), _officer(cnOffice, Modes.SIGNED));
    }

    function _halved() private returns (PledgeActs memory body) {
        Listed memory listed = _cnPatents(1, 2);
        body = _document();
        body.consents = _joined(_consents(_pledgors(), Modes.SIGNED), _consents(_present(), Modes.SIGNED));
        body.terms = new ChangeTerms[](1);
        body.terms[0] = ChangeTerms(_on(pledge, PledgeRules.SET_TERMS), _now(_pledgors(), _present()), _claim(), 0, 0);
        body.terms[0].terms.ceiling = 250_000_000;
        body.partReleases = new ReleaseAssets[](1);
        body.partReleases[0].on = _on(pledge, PledgeRules.PART_RELEASE);
        body.partReleases[0].on.version += 1;
        body.partReleases[0].parties = _now(_pledgors(), _present());
        (body.partReleases[0].basis, body.partReleases[0].reason) = (1, 1);
        body.partReleases[0].leaves = new LeafPage[](1);
        body.partReleases[0].leaves[0] = _leaves(1, listed, 0, 1);
    }
}
