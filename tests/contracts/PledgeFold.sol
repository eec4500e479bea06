// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Vm} from "forge-std/Vm.sol";
import {IPledgeEvents, IPledgeRegistry} from "../../contracts/interfaces/IPledgeRegistry.sol";
import "../../contracts/types/PledgeBodies.sol";

/// @notice The register rebuilt from its events alone, as a mirror does it; it must be what the contract stores, word for word.
contract PledgeFold is Test {
    struct Folded {
        uint256 head;
        uint256 terms;
        bytes32 parties;
        bytes32 content;
        bytes32 chain;
    }

    IPledgeRegistry private immutable REGISTRY;

    mapping(uint40 pledge => Folded) private pledges;
    mapping(uint40 segment => uint256) private segmentWords;
    mapping(uint40 segment => bytes32) private segmentRoots;
    mapping(bytes32 asset => uint256) private assets;
    mapping(uint40 segment => mapping(uint256 index => uint256)) private ended;
    mapping(bytes32 act => uint256) public instruments;
    bytes32[] private keys;
    uint40 private pledgeCount;
    uint40 private segmentCount;

    constructor(IPledgeRegistry registry) {
        REGISTRY = registry;
    }

    /// @notice Takes the events of one transaction, in their order.
    function take(Vm.Log[] calldata logs) external {
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter == address(REGISTRY)) _take(logs[i]);
        }
    }

    function _take(Vm.Log calldata log) private {
        bytes32 name = log.topics[0];
        if (name == IPledgeEvents.InstrumentRecorded.selector) ++instruments[log.topics[1]];
        else if (name == IPledgeEvents.AssetsLinked.selector) _linked(log);
        else if (name == IPledgeEvents.LeavesEnded.selector) _leavesEnded(log);
        else if (name == IPledgeEvents.PledgeFiled.selector) _filed(log);
        else if (name == IPledgeEvents.PledgeAccepted.selector) _accepted(log);
        else if (name == IPledgeEvents.PledgeRegistered.selector) _registered(log);
        else if (name != IPledgeEvents.TitlesPublished.selector) _changed(name, log);
    }

    function _pledge(Vm.Log calldata log) private view returns (Folded storage) {
        return pledges[uint40(uint256(log.topics[1]))];
    }

    function _filed(Vm.Log calldata log) private {
        Folded storage pledge = _pledge(log);
        (pledge.chain, pledge.head,,) = abi.decode(log.data, (bytes32, uint256, address, bytes32));
        assertEq(uint256(log.topics[1]), ++pledgeCount, "pledges are numbered one by one");
    }

    function _accepted(Vm.Log calldata log) private {
        Folded storage pledge = _pledge(log);
        uint40 segment = uint40(uint256(log.topics[2]));
        (pledge.head, pledge.terms, segmentWords[segment], segmentRoots[segment],,) =
            abi.decode(log.data, (uint256, uint256, uint256, bytes32, address, bytes32));
        if (segment > segmentCount) segmentCount = segment;
    }

    function _linked(Vm.Log calldata log) private {
        (,, bytes32[] memory linked, uint256[] memory words) =
            abi.decode(log.data, (uint24, bytes32, bytes32[], uint256[]));
        for (uint256 i = 0; i < linked.length; ++i) {
            if (assets[linked[i]] == 0) keys.push(linked[i]);
            assets[linked[i]] = words[i];
        }
    }

    function _leavesEnded(Vm.Log calldata log) private {
        (IPledgeEvents.EndedLeaves memory told,,,) =
            abi.decode(log.data, (IPledgeEvents.EndedLeaves, uint8, uint8, bytes32));
        mapping(uint256 => uint256) storage bits = ended[uint40(uint256(log.topics[2]))];
        assertEq(bits[told.index] & ~told.bits, 0, "an ended leaf stays ended");
        bits[told.index] = told.bits;
    }

    function _registered(Vm.Log calldata log) private {
        Folded storage pledge = _pledge(log);
        (IPledgeEvents.Registration memory words, FilePledge memory filing,,) =
            abi.decode(log.data, (IPledgeEvents.Registration, FilePledge, PartyName[], Ground[]));
        (pledge.head, pledge.terms, pledge.parties, pledge.content) =
        (words.head, words.terms, words.partiesRoot, filing.content);
        segmentWords[uint40(uint256(log.topics[3]))] = words.segmentWord;
        _act(pledge, words.done);
    }

    function _changed(bytes32 name, Vm.Log calldata log) private {
        Folded storage pledge = _pledge(log);
        IPledgeEvents.ActRecord memory done;
        if (name == IPledgeEvents.TermsChanged.selector) {
            (pledge.head, pledge.terms, pledge.content,, done) =
                abi.decode(log.data, (uint256, uint256, bytes32, bytes32, IPledgeEvents.ActRecord));
        } else if (name == IPledgeEvents.PartiesChanged.selector) {
            (pledge.head, pledge.terms, pledge.parties,,,, done) = abi.decode(
                log.data, (uint256, uint256, bytes32, Party[], Party[], PartyName[], IPledgeEvents.ActRecord)
            );
        } else if (name == IPledgeEvents.SegmentAdded.selector) {
            segmentCount = uint40(uint256(log.topics[3]));
            (pledge.head, pledge.terms, segmentWords[segmentCount], segmentRoots[segmentCount],, done) =
                abi.decode(log.data, (uint256, uint256, uint256, bytes32, bytes32, IPledgeEvents.ActRecord));
        } else if (name == IPledgeEvents.PledgeReleased.selector) {
            (pledge.head,,,,, done) =
                abi.decode(log.data, (uint256, uint8, uint8, bytes32[], bytes32[], IPledgeEvents.ActRecord));
        } else if (name == IPledgeEvents.AssetsReleased.selector) {
            (pledge.head,,,, done) = abi.decode(log.data, (uint256, uint8, uint8, bytes32[], IPledgeEvents.ActRecord));
        } else if (name == IPledgeEvents.PledgeStateSet.selector) {
            (pledge.head,, done) = abi.decode(log.data, (uint256, uint8, IPledgeEvents.ActRecord));
        } else if (name == IPledgeEvents.PledgeNoted.selector) {
            (,,,, done) = abi.decode(log.data, (uint8, bytes32, bytes32[], string, IPledgeEvents.ActRecord));
        } else {
            // Returned, refused or withdrawn: the head is all that changes, and the first word in each of the three.
            (pledge.head) = abi.decode(log.data, (uint256));
            return;
        }
        _act(pledge, done);
    }

    /// @dev The chain of acts goes on from where it stood.
    function _act(Folded storage pledge, IPledgeEvents.ActRecord memory done) private {
        assertEq(done.chain, keccak256(abi.encode(pledge.chain, done.act, done.code)), "history only grows");
        pledge.chain = done.chain;
    }

    /// @notice Asserts that what was folded is what is stored.
    function assertSame() external view {
        (uint40 storedPledges, uint40 storedSegments) = REGISTRY.counts();
        assertEq(pledgeCount, storedPledges, "pledges");
        assertEq(segmentCount, storedSegments, "segments");
        for (uint40 i = 1; i <= pledgeCount; ++i) {
            (uint256 head, uint256 terms, bytes32 parties, bytes32 content, bytes32 chain) = REGISTRY.pledge(i);
            assertEq(abi.encode(pledges[i]), abi.encode(Folded(head, terms, parties, content, chain)), "pledge");
        }
        for (uint40 i = 1; i <= segmentCount; ++i) {
            (uint256 word, bytes32 root) = REGISTRY.segment(i);
            assertEq(segmentWords[i], word, "segment");
            assertEq(segmentRoots[i], root, "root");
            for (uint256 index = 0; index <= (word >> 40 & 0xffffff) / 256; ++index) {
                assertEq(ended[i][index], REGISTRY.endedBits(i, index), "ended leaves");
            }
        }
        for (uint256 i = 0; i < keys.length; ++i) {
            assertEq(assets[keys[i]], REGISTRY.asset(keys[i]), "asset");
        }
    }
}
