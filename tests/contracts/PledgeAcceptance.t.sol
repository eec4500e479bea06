// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Act} from "../../contracts/interfaces/IActs.sol";
import {IPledgeErrors, IPledgeEvents} from "../../contracts/interfaces/IPledgeRegistry.sol";
import {Decisions} from "../../contracts/types/ActCode.sol";
import {AssetWord} from "../../contracts/types/AssetWord.sol";
import "../../contracts/types/PledgeBodies.sol";
import {PledgeFlags, PledgeStates, PledgeWord, TermsWord} from "../../contracts/types/PledgeWord.sol";
import {Modes} from "../../contracts/types/Roles.sol";
import {SegmentWord} from "../../contracts/types/SegmentWord.sol";
import {AssetListing, Listed} from "./AssetListing.sol";
import {Hand, PledgeBase} from "./PledgeBase.t.sol";
import {PledgeRules} from "./PledgeRules.sol";

/// @notice How an office claims the assets of a filing.
contract PledgeAcceptanceTest is PledgeBase {
    using AssetWord for uint256;
    using PledgeWord for uint256;
    using SegmentWord for uint256;
    using TermsWord for uint256;

    uint40 private constant RESERVED = 60 days;

    function _filed(Listed memory listed) private returns (uint40 pledge, FilePledge memory filing) {
        filing = _cnFiling(listed);
        pledge = _file(filing, _partiesHands());
    }

    function _accepted(Listed memory listed) private returns (uint40 pledge, FilePledge memory filing) {
        (pledge, filing) = _filed(listed);
        _accept(pledge, filing, listed);
    }

    function _officerHand() private view returns (Hand[] memory) {
        return _hands(_officer(cnOffice, Modes.SIGNED));
    }

    /// @dev Files the list and has its acceptance refused.
    function _refusedList(Listed memory listed, bytes memory reason) private {
        (uint40 pledge, FilePledge memory filing) = _filed(listed);
        _refused(_acceptAct(_acceptance(pledge, filing, listed, 0), _officerHand()), reason);
        _assertState(pledge, PledgeStates.FILED);
    }

    function _taken(Listed memory listed, uint40 by) private {
        _refusedList(listed, abi.encodeWithSelector(IPledgeErrors.AssetTaken.selector, listed.keys[0], by));
    }

    // --- What it does ---

    function test_anOfficerClaimsAndReservesTheAssets() public {
        Listed memory listed = _cnPatents(1, 2);
        (uint40 pledge, FilePledge memory filing) = _filed(listed);
        Act memory act = _acceptAct(_acceptance(pledge, filing, listed, 0), _officerHand());
        uint256[] memory words = new uint256[](2);
        for (uint256 i = 0; i < 2; ++i) {
            uint256 link = 1 | i << 40;
            words[i] = link | 1 << 64 | uint256(keccak256(abi.encode(0, link))) >> 88 << 88;
        }
        uint256 until = block.timestamp + RESERVED;
        uint256 head = _head(pledge).withState(PledgeStates.ACCEPTED).withExpires(uint40(until)).withMorePages(1);
        uint256 segmentWord = pledge | 2 << 40 | 2 << 64 | until << 88;
        vm.expectEmit(address(registry));
        emit IPledgeEvents.AssetsLinked(pledge, 1, 0, listed.blind, listed.keys, words);
        vm.expectEmit(address(registry));
        emit IPledgeEvents.PledgeAccepted(
            pledge, 1, head, 1 << 152 | 1 << 216, segmentWord, listed.root, cnOffice.account, acts.digestOf(act)
        );
        _run(act);
        assertEq(_head(pledge), head);
        assertEq(_termsOf(pledge).firstSegment(), 1);
        assertEq(_termsOf(pledge).segments(), 1);
        (uint256 word, bytes32 root) = registry.segment(1);
        assertEq(word, segmentWord);
        assertEq(root, listed.root);
        assertEq(registry.asset(listed.keys[0]), words[0]);
        assertEq(registry.asset(listed.keys[1]), words[1]);
        (bool live, uint40 by) = registry.live(listed.keys[1]);
        assertFalse(live, "reserved is not live");
        assertEq(by, pledge);
    }

    function test_eachSegmentTakesTheNextNumber() public {
        _accepted(_cnPatents(1, 1));
        _accepted(_cnPatents(5, 1));
        assertEq(registry.asset(_key("CNPA", 5)).segment(), 2);
        assertEq(_segmentWord(2).pledge(), 2);
    }

    // --- By whom ---

    function test_onlyAnOfficerOfTheRegistersOfficeAccepts() public {
        Listed memory listed = _cnPatents(1, 1);
        (uint40 pledge, FilePledge memory filing) = _filed(listed);
        AcceptPledge memory body = _acceptance(pledge, filing, listed, 0);
        bytes memory reason = abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, PledgeRules.ACCEPT, 0, 1);
        _refused(_acceptAct(body, _hands(_hand(pledgor))), reason);
        _refused(_acceptAct(body, _hands(_hand(pledgee), _hand(outsider))), reason);
        _refused(_acceptAct(body, _hands(_hand(court))), reason);
        _refused(_acceptAct(body, _both(usOffice, Modes.SIGNED)), reason);
        _done(_acceptAct(body, _hands(_second(cnOffice, Modes.SIGNED))));
    }

    function test_anOfficersKeyInAnotherRoleIsNoOfficer() public {
        Listed memory listed = _cnPatents(1, 1);
        (uint40 pledge, FilePledge memory filing) = _filed(listed);
        Hand memory hand = _officer(cnOffice, Modes.SIGNED);
        hand.role = 0;
        _refused(
            _acceptAct(_acceptance(pledge, filing, listed, 0), _hands(hand)),
            abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, PledgeRules.ACCEPT, 0, 1)
        );
    }

    // --- What is presented ---

    function test_theFilingIsPresentedAsItWasFiled() public {
        Listed memory listed = _cnPatents(1, 1);
        (uint40 pledge, FilePledge memory filing) = _filed(listed);
        FilePledge memory other = _cnFiling(listed);
        other.terms.ceiling += 1;
        _refused(
            _acceptAct(_acceptance(pledge, other, listed, 0), _officerHand()),
            abi.encodeWithSelector(
                IPledgeErrors.FilingMismatch.selector,
                pledge,
                registry.hashFilePledge(other),
                registry.hashFilePledge(filing)
            )
        );
        _refused(
            _acceptAct(_acceptance(pledge + 1, filing, listed, 0), _officerHand()),
            abi.encodeWithSelector(IPledgeErrors.UnknownPledge.selector, pledge + 1)
        );
    }

    function test_theListMustBeTheOneCommittedTo() public {
        Listed memory listed = _cnPatents(1, 3);
        (uint40 pledge, FilePledge memory filing) = _filed(listed);
        AcceptPledge memory body = _acceptance(pledge, filing, listed, 0);
        body.blind = "another";
        bytes32 root = AssetListing.root(3, "another", listed.pages);
        _refused(_acceptAct(body, _officerHand()), abi.encodeWithSelector(IPledgeErrors.RootMismatch.selector, root));
        body = _acceptance(pledge, filing, listed, 0);
        body.assets[2] = _key("CNPA", 4);
        _refused(
            _acceptAct(body, _officerHand()), abi.encodeWithSelector(IPledgeErrors.RootMismatch.selector, listed.root)
        );
        body.pages[0] = AssetListing.pageRoot(body.assets);
        root = AssetListing.root(3, listed.blind, body.pages);
        _refused(_acceptAct(body, _officerHand()), abi.encodeWithSelector(IPledgeErrors.RootMismatch.selector, root));
    }

    function test_theListMustBeWhole() public {
        Listed memory listed = _cnPatents(1, 3);
        (uint40 pledge, FilePledge memory filing) = _filed(listed);
        AcceptPledge memory body = _acceptance(pledge, filing, listed, 0);
        body.assets = _cnPatents(1, 2).keys;
        _refused(_acceptAct(body, _officerHand()), abi.encodeWithSelector(IPledgeErrors.AssetCountInvalid.selector, 2));
        body.assets = _cnPatents(1, 4).keys;
        _refused(_acceptAct(body, _officerHand()), abi.encodeWithSelector(IPledgeErrors.AssetCountInvalid.selector, 4));
        body.assets = new bytes32[](0);
        _refused(_acceptAct(body, _officerHand()), abi.encodeWithSelector(IPledgeErrors.AssetCountInvalid.selector, 0));
        body = _acceptance(pledge, filing, listed, 0);
        body.pages = new bytes32[](2);
        _refused(_acceptAct(body, _officerHand()), abi.encodeWithSelector(IPledgeErrors.PageRefused.selector, 0));
        body.pages = new bytes32[](0);
        _refused(_acceptAct(body, _officerHand()), abi.encodeWithSelector(IPledgeErrors.PageRefused.selector, 0));
        body.pages = listed.pages;
        body.page = 1;
        _refused(_acceptAct(body, _officerHand()), abi.encodeWithSelector(IPledgeErrors.PageRefused.selector, 1));
    }

    function test_keysAscendSoThatNoneStandsTwice() public {
        bytes32[] memory keys = _cnPatents(1, 3).keys;
        (keys[1], keys[2]) = (keys[2], keys[1]);
        Listed memory listed = AssetListing.list(keys, new string[](0), "blind");
        _refusedList(listed, abi.encodeWithSelector(IPledgeErrors.AssetsNotAscending.selector, keys[2]));
        keys = _cnPatents(1, 3).keys;
        keys[2] = keys[1];
        listed = AssetListing.list(keys, new string[](0), "blind");
        _refusedList(listed, abi.encodeWithSelector(IPledgeErrors.AssetsNotAscending.selector, keys[2]));
    }

    function test_onlyAssetsOfTheRegistersOfficeAndClass() public {
        // Bits beside those of the classes say other things: 'r' would be read from the first ground's.
        string[8] memory foreign = ["USPA", "CNTR", "CNDA", "CNpA", "CNrA", "CN1A", "XNPA", "CXPA"];
        for (uint256 i = 0; i < foreign.length; ++i) {
            Listed memory listed = _listed(foreign[i], 1, 1);
            _refusedList(listed, abi.encodeWithSelector(IPledgeErrors.AssetNotOfRegister.selector, listed.keys[0], CN));
        }
        bytes32[] memory none = new bytes32[](1);
        Listed memory zero = AssetListing.list(none, new string[](0), "blind");
        _refusedList(zero, abi.encodeWithSelector(IPledgeErrors.AssetNotOfRegister.selector, 0, CN));
    }

    function test_aRegisterMayTakeSeveralClasses() public {
        bytes32[] memory keys = new bytes32[](2);
        (keys[0], keys[1]) = (_key("USDA", 29_000_001), _key("USPA", 1));
        Listed memory listed = AssetListing.list(keys, new string[](0), "blind");
        _recorded(_usFiling(listed), listed);
    }

    function test_anAssetThatAFlagBarsIsRefused() public {
        bytes32 key = _key("CNPA", 1);
        uint256[2] memory flags = [AssetWord.CONFLICT, AssetWord.CLOSED];
        for (uint256 i = 0; i < 2; ++i) {
            _storeAsset(key, flags[i]);
            bytes memory reason = abi.encodeWithSelector(IPledgeErrors.AssetBarred.selector, key, uint8(flags[i] >> 80));
            _refusedList(_cnPatents(1, 1), reason);
        }
    }

    function test_aLiveAnchoredRecordKeepsItsAsset() public {
        bytes32 key = _key("CNPA", 1);
        _storeAsset(key, AssetWord.SEEDED);
        _refusedList(_cnPatents(1, 1), abi.encodeWithSelector(IPledgeErrors.AssetAnchored.selector, key));
    }

    /// @dev Adopted once, looked for holds that are none: whoever takes the asset leaves its flags.
    function test_flagsOfAnAssetStay() public {
        bytes32 key = _key("CNPA", 1);
        uint256 adopted = 99;
        _storeAsset(key, AssetWord.SEEDED | AssetWord.LOOK_FOR_HOLDS | adopted);
        _accepted(_cnPatents(1, 1));
        assertEq(registry.asset(key).flags(), (AssetWord.SEEDED | AssetWord.LOOK_FOR_HOLDS) >> 80);
    }

    function test_anAssetTakesNoMoreLinksThanItsWordCounts() public {
        bytes32 key = _key("CNPA", 1);
        _storeAsset(key, uint256(65_534) << 64);
        (uint40 pledge,) = _accepted(_cnPatents(1, 1));
        assertEq(registry.asset(key).links(), 65_535);
        assertEq(registry.asset(key).segment(), _termsOf(pledge).firstSegment());
        vm.warp(block.timestamp + RESERVED + 1);
        _refusedList(_cnPatents(1, 1), abi.encodeWithSelector(IPledgeErrors.AssetLinksFull.selector, key));
    }

    // --- One pledge at a time ---

    function test_aFiledPledgeHoldsNoAsset() public {
        _filed(_cnPatents(1, 1));
        _accepted(_cnPatents(1, 1));
    }

    function test_anAcceptedPledgeHoldsItsAssetsUntilItsReservationEnds() public {
        (uint40 first,) = _accepted(_cnPatents(1, 3));
        _taken(_cnPatents(2, 1), first);
        vm.warp(block.timestamp + RESERVED);
        _taken(_cnPatents(3, 1), first);
        vm.warp(block.timestamp + 1);
        _accepted(_cnPatents(1, 3));
        assertEq(registry.asset(_key("CNPA", 2)).links(), 2);
    }

    function test_aLivePledgeHoldsItsAssets() public {
        uint40 first = _registered(_cnPatents(1, 3));
        _taken(_cnPatents(2, 1), first);
        vm.warp(block.timestamp + 3650 days);
        _taken(_cnPatents(2, 1), first);
    }

    function test_whatIsWithdrawnReturnedOrRefusedHoldsNothing() public {
        Listed memory listed = _cnPatents(1, 1);
        (uint40 pledge, FilePledge memory filing) = _accepted(listed);
        _done(_withdrawAct(_withdrawal(pledge, filing), _partiesHands()));
        (pledge, filing) = _accepted(listed);
        DecidePledge memory body = DecidePledge(
            pledge, Decisions.RETURN, filing, new PartyName[](0), new string[](0), new Ground[](0), "reasons"
        );
        _done(_decideAct(body));
        (body.pledge, filing) = _accepted(listed);
        (body.decision, body.filing, body.grounds) = (Decisions.REFUSE, filing, _failed(3));
        _done(_decideAct(body));
        _accepted(listed);
        assertEq(registry.asset(listed.keys[0]).links(), 4);
    }

    function test_anEndedPledgeHoldsNothing() public {
        uint40 pledge = _registered(_cnPatents(1, 1));
        _done(_releaseAct(pledge));
        _accepted(_cnPatents(1, 1));
    }

    function test_aLapsedPledgeHoldsNothingFromTheSecondAfterItsExpiry() public {
        Listed memory listed = _cnPatents(1, 1);
        FilePledge memory filing = _cnFiling(listed);
        filing.terms.expires = uint40(block.timestamp) + 100;
        uint40 pledge = _registered(filing, listed, _partiesHands());
        vm.warp(block.timestamp + 100);
        _taken(listed, pledge);
        vm.warp(block.timestamp + 1);
        _accepted(listed);
    }

    function test_severalLiensStandOnAnAssetOfARecordation() public {
        Listed memory listed = _usPatents(1, 1);
        uint40 first = _recorded(listed);
        uint40 second = _recorded(listed);
        assertTrue(registry.live(1, 0));
        assertTrue(registry.live(2, 0));
        (bool live, uint40 last) = registry.live(listed.keys[0]);
        assertTrue(live);
        assertEq(last, second);
        assertEq(first, 1);
    }

    // --- Once, in its time ---

    function test_anAcceptanceIsNotRepeated() public {
        Listed memory listed = _cnPatents(1, 1);
        (uint40 pledge, FilePledge memory filing) = _accepted(listed);
        _refused(
            _acceptAct(_acceptance(pledge, filing, listed, 0), _officerHand()),
            abi.encodeWithSelector(IPledgeErrors.PageRefused.selector, 0)
        );
    }

    function test_anAcceptanceWithoutAssetsIsNotRepeated() public {
        Listed memory none = _usPatents(1, 0);
        FilePledge memory filing = _filing(US, none, _usual(), Modes.SIGNED);
        _link(filing.consents, _partiesHands());
        uint40 pledge = _file(filing, _partiesHands());
        AcceptPledge memory body = _acceptance(pledge, filing, none, 0);
        body.assets = _usPatents(1, 1).keys;
        Hand[] memory hands = _hands(_officer(usOffice, Modes.SIGNED));
        _refused(_acceptAct(body, hands), abi.encodeWithSelector(IPledgeErrors.AssetCountInvalid.selector, 1));
        _accept(pledge, filing, none);
        assertEq(_head(pledge) >> 40 & 0xffff, PledgeFlags.ASSETS_NOT_STATED);
        _refused(
            _acceptAct(_acceptance(pledge, filing, none, 0), hands),
            abi.encodeWithSelector(
                IPledgeErrors.StateRefused.selector, pledge, PledgeStates.ACCEPTED, PledgeRules.ACCEPT
            )
        );
    }

    function test_whatIsDecidedIsNotAcceptedAgain() public {
        Listed memory listed = _cnPatents(1, 1);
        (uint40 pledge, FilePledge memory filing) = _filed(listed);
        _done(_withdrawAct(_withdrawal(pledge, filing), _partiesHands()));
        _refused(
            _acceptAct(_acceptance(pledge, filing, listed, 0), _officerHand()),
            abi.encodeWithSelector(
                IPledgeErrors.StateRefused.selector, pledge, PledgeStates.WITHDRAWN, PledgeRules.ACCEPT
            )
        );
        pledge = _registered(listed);
        bytes memory reason = abi.encodeWithSelector(
            IPledgeErrors.FilingMismatch.selector, pledge, registry.hashFilePledge(filing), _chainOf(pledge)
        );
        _refused(_acceptAct(_acceptance(pledge, filing, listed, 0), _officerHand()), reason);
    }

    function test_aClosedRegisterAcceptsNothing() public {
        Listed memory listed = _cnPatents(1, 1);
        (uint40 pledge, FilePledge memory filing) = _filed(listed);
        registers.closeRegister(CN);
        _refused(
            _acceptAct(_acceptance(pledge, filing, listed, 0), _officerHand()),
            abi.encodeWithSelector(IPledgeErrors.RegisterIsClosed.selector, CN)
        );
    }

    // --- Pages ---

    function test_alongListIsAcceptedPageByPage() public {
        Listed memory listed = _cnPatents(1, 300);
        (uint40 pledge,) = _accepted(listed);
        uint256 word = _segmentWord(1);
        assertEq(word.claimed(), 300);
        assertEq(_head(pledge).pages(), 3);
        assertEq(registry.asset(listed.keys[299]).leaf(), 299);
        assertEq(registry.asset(listed.keys[128]).leaf(), 128);
        assertEq(_head(pledge).state(), PledgeStates.ACCEPTED);
    }

    function test_pagesComeOnceAndInTheirOrder() public {
        Listed memory listed = _cnPatents(1, 300);
        (uint40 pledge, FilePledge memory filing) = _filed(listed);
        _refused(
            _acceptAct(_acceptance(pledge, filing, listed, 1), _officerHand()),
            abi.encodeWithSelector(IPledgeErrors.PageRefused.selector, 1)
        );
        _done(_acceptAct(_acceptance(pledge, filing, listed, 0), _officerHand()));
        uint16[2] memory wrong = [uint16(0), 2];
        for (uint256 i = 0; i < 2; ++i) {
            _refused(
                _acceptAct(_acceptance(pledge, filing, listed, wrong[i]), _officerHand()),
                abi.encodeWithSelector(IPledgeErrors.PageRefused.selector, wrong[i])
            );
        }
        _done(_acceptAct(_acceptance(pledge, filing, listed, 1), _officerHand()));
    }

    function test_laterPagesNeedAnOfficerAndTheReservation() public {
        Listed memory listed = _cnPatents(1, 129);
        (uint40 pledge, FilePledge memory filing) = _filed(listed);
        _done(_acceptAct(_acceptance(pledge, filing, listed, 0), _officerHand()));
        uint40 end = _head(pledge).expires();
        AcceptPledge memory body = _acceptance(pledge, filing, listed, 1);
        _refused(
            _acceptAct(body, _hands(_hand(pledgee))),
            abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, PledgeRules.ACCEPT, 0, 1)
        );
        vm.warp(end + 1);
        _refused(
            _acceptAct(body, _officerHand()),
            abi.encodeWithSelector(IPledgeErrors.ReservationEnded.selector, pledge, end)
        );
        vm.warp(end);
        _done(_acceptAct(body, _officerHand()));
        assertEq(_head(pledge).expires(), end, "a later page doesn't prolong");
    }

    /// @dev Between two pages another lien may link the asset; the word's last taker is then no help against a key that stands twice.
    function test_keysAscendOverThePages() public {
        bytes32[] memory keys = _usPatents(1, 129).keys;
        keys[128] = keys[0];
        Listed memory listed = AssetListing.list(keys, new string[](0), "blind");
        FilePledge memory filing = _filing(US, listed, _usual(), Modes.SIGNED);
        _link(filing.consents, _partiesHands());
        uint40 pledge = _file(filing, _partiesHands());
        Hand[] memory hands = _hands(_officer(usOffice, Modes.SIGNED));
        _done(_acceptAct(_acceptance(pledge, filing, listed, 0), hands));
        _recorded(_usPatents(1, 1));
        _refused(
            _acceptAct(_acceptance(pledge, filing, listed, 1), hands),
            abi.encodeWithSelector(IPledgeErrors.AssetsNotAscending.selector, keys[0])
        );
    }
}
