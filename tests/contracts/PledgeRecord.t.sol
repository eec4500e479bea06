// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {IPledgeErrors, IPledgeEvents} from "../../contracts/interfaces/IPledgeRegistry.sol";
import {AssetWord} from "../../contracts/types/AssetWord.sol";
import "../../contracts/types/PledgeBodies.sol";
import {PledgeFlags, PledgeStates, PledgeWord, TermsWord} from "../../contracts/types/PledgeWord.sol";
import {SegmentWord} from "../../contracts/types/SegmentWord.sol";
import {Modes} from "../../contracts/types/Roles.sol";
import {Listed} from "./AssetListing.sol";
import {Hand, PledgeBase} from "./PledgeBase.t.sol";
import {PledgeRules} from "./PledgeRules.sol";

/// @notice File, accept and register in one act, as an office does that merely records.
contract PledgeRecordTest is PledgeBase {
    using AssetWord for uint256;
    using PledgeWord for uint256;
    using TermsWord for uint256;

    function _body(uint256 first, uint256 count) private returns (RecordPledge memory) {
        Listed memory listed = _usPatents(first, count);
        return _recording(_usFiling(listed), listed);
    }

    function _refusedRecord(RecordPledge memory body, bytes memory reason) private {
        _refused(_recordAct(body), reason);
        (uint40 pledges, uint40 segments) = registry.counts();
        assertEq(pledges + segments, 0, "nothing is stored");
    }

    // --- All in one ---

    function test_aRecordingFilesAcceptsAndRegisters() public {
        RecordPledge memory body = _body(1, 2);
        (bytes memory reason, Vm.Log[] memory logs) = _ran(_recordAct(body));
        assertEq(reason, "");
        bytes32[5] memory told = [
            IPledgeEvents.PledgeFiled.selector,
            IPledgeEvents.AssetsLinked.selector,
            IPledgeEvents.PledgeAccepted.selector,
            IPledgeEvents.PledgeRegistered.selector,
            IPledgeEvents.TitlesPublished.selector
        ];
        assertEq(logs.length, 6, "these and Acts' own");
        for (uint256 i = 0; i < 5; ++i) {
            assertEq(logs[i].topics[0], told[i]);
        }
        _assertState(1, PledgeStates.REGISTERED);
        assertTrue(registry.live(1, 0));
        assertTrue(registry.live(1, 1));
        assertEq(_head(1).expires(), 0, "the reservation is gone");
    }

    function test_anExaminingRegisterIsNotRecordedIn() public {
        Listed memory listed = _cnPatents(1, 1);
        RecordPledge memory body = _recording(_filing(CN, listed, _usual(), Modes.ATTESTED), listed);
        _refused(
            _recordAct(body, _hands(_officer(cnOffice, Modes.ATTESTED))),
            abi.encodeWithSelector(IPledgeErrors.RegisterExamines.selector, CN)
        );
    }

    function test_aWrongRegisterOrVersionIsSaidFirst() public {
        RecordPledge memory body = _body(1, 1);
        body.filing.version = 2;
        _refusedRecord(body, abi.encodeWithSelector(IPledgeErrors.VersionNotInForce.selector, US, 2, 1));
        body.filing.register = 9;
        _refusedRecord(body, abi.encodeWithSelector(IPledgeErrors.UnknownRegister.selector, 9));
    }

    function test_partiesAloneRecordNothing() public {
        RecordPledge memory body = _body(1, 1);
        body.filing.consents = _consents(_usual(), Modes.SIGNED);
        _link(body.filing.consents, _partiesHands());
        _refused(
            _recordAct(body, _partiesHands()),
            abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, PledgeRules.ACCEPT, 0, 1)
        );
        _done(_recordAct(body, _and(_partiesHands(), _officer(usOffice, Modes.SIGNED))));
    }

    function test_aListIsWholeAndOfOnePage() public {
        RecordPledge memory body = _body(1, 2);
        body.assets = _usPatents(1, 1).keys;
        _refusedRecord(body, abi.encodeWithSelector(IPledgeErrors.AssetCountInvalid.selector, 1));
        _refusedRecord(_body(1, 129), abi.encodeWithSelector(IPledgeErrors.AssetCountInvalid.selector, 129));
        _done(_recordAct(_body(1, 128)));
    }

    function test_theListIsTheOneCommittedTo() public {
        RecordPledge memory body = _body(1, 2);
        body.blind = "another";
        (bytes memory reason,) = _ran(_recordAct(body));
        assertEq(bytes4(reason), IPledgeErrors.RootMismatch.selector);
        body = _body(1, 2);
        body.assets = _usPatents(1, 3).keys;
        _refusedRecord(body, abi.encodeWithSelector(IPledgeErrors.AssetCountInvalid.selector, 3));
    }

    function test_whatTheThreeStepsRefuseIsRefused() public {
        RecordPledge memory body = _body(1, 1);
        body.names[0].name = "another";
        _refusedRecord(body, abi.encodeWithSelector(IPledgeErrors.NameMismatch.selector, 0));
        body = _body(1, 1);
        body.titles[0] = "another";
        _refusedRecord(body, abi.encodeWithSelector(IPledgeErrors.TitlesMismatch.selector, 1));
        body = _body(1, 1);
        body.grounds = _failed(3);
        _refusedRecord(body, abi.encodeWithSelector(IPledgeErrors.GroundFailed.selector, 3));
        body = _body(1, 1);
        body.filing.instrument.document = 0;
        _refusedRecord(body, abi.encodeWithSelector(IPledgeErrors.DocumentMissing.selector, PledgeRules.REGISTER));
        Listed memory marks = _listed("USTS", 1, 1);
        _refusedRecord(
            _recording(_usFiling(marks), marks),
            abi.encodeWithSelector(IPledgeErrors.AssetNotOfRegister.selector, marks.keys[0], US)
        );
    }

    // --- Time ---

    function _statedAt(int40 effective, bool dateOnly) private returns (uint40 pledge) {
        Listed memory listed = _usPatents(1, 1);
        FilePledge memory filing = _usFiling(listed);
        filing.when = When(2, dateOnly, effective);
        return _recorded(filing, listed);
    }

    function _assertStated(uint40 pledge, int40 effective, bool dateOnly) private view {
        uint256 head = _head(pledge);
        assertEq(head.effective(), effective);
        assertEq(head >> 40 & 0xffff, PledgeFlags.STATED_TIME | (dateOnly ? PledgeFlags.DATE_ONLY : 0));
        uint256 word = _segmentWord(_termsOf(pledge).firstSegment());
        assertEq(int40(uint40(word >> 88)), effective, "the segment's too");
        assertEq(word & SegmentWord.DATE_ONLY != 0, dateOnly);
        assertEq(word >> 64 & 0xffffff, 1, "the count beside it stays");
        assertEq(word >> 128 & type(uint64).max, 0, "and no page of titles");
        assertTrue(word & SegmentWord.ACTIVE != 0, "it counts");
    }

    function test_recordedDatesAreKeptAlsoBefore1970() public {
        _assertStated(_statedAt(1_000_000, true), 1_000_000, true);
        _assertStated(_statedAt(-2_208_988_800, true), -2_208_988_800, true);
        _assertStated(_statedAt(-1, false), -1, false);
        _assertStated(_statedAt(int40(uint40(START)), false), int40(uint40(START)), false);
        _assertStated(_statedAt(type(int40).min, true), type(int40).min, true);
    }

    function test_aBlocksTimeIsNoDate() public {
        Listed memory listed = _usPatents(1, 1);
        FilePledge memory filing = _usFiling(listed);
        filing.when = When(0, true, -5);
        uint40 pledge = _recorded(filing, listed);
        assertEq(_head(pledge).effective(), int256(block.timestamp));
        assertEq(_head(pledge) >> 40 & 0xffff, 0);
        assertEq(_segmentWord(1) & SegmentWord.DATE_ONLY, 0);
    }

    function test_theOrderOfTimesIsNotTheOrderOfNumbers() public {
        uint40 late = _statedAt(2000, true);
        uint40 early = _statedAt(1000, true);
        assertGt(_head(late).effective(), _head(early).effective());
        assertLt(_head(late).sequence(), _head(early).sequence());
    }

    // --- Assets ---

    function test_assetsThatAreNotStatedAreFlagged() public {
        Listed memory none = _usPatents(1, 0);
        uint40 pledge = _recorded(none);
        assertEq(_head(pledge) >> 40 & 0xffff, PledgeFlags.ASSETS_NOT_STATED);
        assertEq(_termsOf(pledge).segments(), 1, "one segment, empty");
        assertFalse(registry.live(1, 0));
    }

    function test_theLinksOfAnAssetAreOneChain() public {
        bytes32 key = _key("USPA", 1);
        uint256 before = 0;
        for (uint40 i = 1; i <= 3; ++i) {
            assertEq(_recorded(_usPatents(1, 1)), i);
            uint256 word = registry.asset(key);
            assertEq(word.segment(), i);
            assertEq(word.links(), i);
            assertEq(word >> 88, uint256(keccak256(abi.encode(before, uint256(i)))) >> 88);
            before = word;
        }
    }

    function test_officesOfOneNameShareRegistersButNotClasses() public {
        Listed memory marks = _listed("USTS", 75_000_000, 1);
        FilePledge memory filing = _filing(US_MARKS, marks, _usual(), Modes.ATTESTED);
        uint40 pledge = _recorded(filing, marks);
        assertEq(_head(pledge).register(), US_MARKS);
    }
}
