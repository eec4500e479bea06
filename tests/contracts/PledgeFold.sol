// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Vm} from "forge-std/Vm.sol";
import {
    IAnchorEvents,
    IConflictEvents,
    IOfficeEvents,
    IPledgeEvents,
    IPledgeRegistry,
    ISequelEvents
} from "../../contracts/interfaces/IPledgeRegistry.sol";
import {HoldTargets} from "../../contracts/types/ActCode.sol";
import {AnchorRegister} from "../../contracts/types/OfficeBodies.sol";
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

    struct Queue {
        uint8 target;
        bytes32 id;
        address office;
        uint256 count;
    }

    uint256 private constant PAGE = 128;

    IPledgeRegistry private immutable REGISTRY;

    mapping(uint40 pledge => Folded) private pledges;
    mapping(uint40 segment => uint256) private segmentWords;
    mapping(uint40 segment => bytes32) private segmentRoots;
    mapping(bytes32 asset => uint256) private assets;
    mapping(bytes32 other => bytes32) private joinedTo;
    mapping(uint40 segment => mapping(uint256 index => uint256)) private ended;
    mapping(bytes32 queue => mapping(uint16 number => uint256)) private holdWords;
    mapping(bytes32 queue => uint256) private queueAt;
    mapping(uint40 pledge => uint256) private contests;
    mapping(uint16 register => uint48) private unseeded;
    mapping(bytes32 act => uint256) public instruments;
    Queue[] private queues;
    bytes32[] private keys;
    mapping(bytes32 key => bool) private isKept;
    uint40 private pledgeCount;
    uint40 private segmentCount;

    constructor(IPledgeRegistry registry) {
        REGISTRY = registry;
        queues.push();
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
        else if (_ofIntake(name, log)) return;
        else if (_ofLife(name, log)) return;
        else if (_ofSequels(name, log)) return;
        else if (_ofOffice(name, log)) return;
        else if (_ofConflicts(name, log)) return;
        else if (!_ofAnchors(name, log)) revert("an event that nobody folds");
    }

    function _pledge(Vm.Log calldata log) private view returns (Folded storage) {
        return pledges[uint40(uint256(log.topics[1]))];
    }

    function _segment(Vm.Log calldata log) private pure returns (uint40) {
        return uint40(uint256(log.topics[2]));
    }

    function _opened(uint40 pledge) private {
        assertEq(pledge, ++pledgeCount, "pledges are numbered one by one");
    }

    function _keep(uint40 segment, uint256 word, bytes32 root) private {
        (segmentWords[segment], segmentRoots[segment]) = (word, root);
        if (segment > segmentCount) segmentCount = segment;
    }

    function _keepAsset(bytes32 key, uint256 word) private {
        if (!isKept[key]) keys.push(key);
        isKept[key] = true;
        assertGe(uint16(word >> 64), uint16(assets[key] >> 64), "links only grow");
        assets[key] = word;
    }

    function _resolved(bytes32 listed) private view returns (bytes32 key) {
        key = listed;
        while (joinedTo[key] != 0) key = joinedTo[key];
    }

    /// @dev The chain of acts goes on from where it stood.
    function _act(Folded storage pledge, IPledgeEvents.ActRecord memory done) private {
        assertEq(done.chain, keccak256(abi.encode(pledge.chain, done.act, done.code)), "history only grows");
        pledge.chain = done.chain;
    }

    // --- Intake ---

    function _ofIntake(bytes32 name, Vm.Log calldata log) private returns (bool) {
        if (name == IPledgeEvents.AssetsLinked.selector) {
            _linked(log);
        } else if (name == IPledgeEvents.PledgeFiled.selector) {
            _filed(log);
        } else if (name == IPledgeEvents.PledgeAccepted.selector) {
            _accepted(log);
        } else if (name == IPledgeEvents.PledgeRegistered.selector) {
            _registered(log);
        } else if (name == IPledgeEvents.TitlesPublished.selector) {
            _titled(log);
        } else if (name == IPledgeEvents.PledgeContestedBy.selector) {
            ++contests[uint40(uint256(log.topics[1]))];
        } else if (name == IPledgeEvents.FilingStepped.selector) {
            (, _pledge(log).head) = abi.decode(log.data, (uint16, uint256));
        } else if (_isStep(name)) {
            _pledge(log).head = abi.decode(log.data, (uint256));
        } else {
            return _ofReservations(name, log);
        }
        return true;
    }

    /// @dev The head is all that changes, and the first word of each.
    function _isStep(bytes32 name) private pure returns (bool) {
        return name == IPledgeEvents.PledgeReturned.selector || name == IPledgeEvents.PledgeRefused.selector
            || name == IPledgeEvents.FilingWithdrawn.selector || name == IPledgeEvents.PledgeApproved.selector
            || name == IPledgeEvents.PledgeDisplaced.selector;
    }

    function _filed(Vm.Log calldata log) private {
        Folded storage pledge = _pledge(log);
        (pledge.chain, pledge.head,,) = abi.decode(log.data, (bytes32, uint256, address, bytes32));
        _opened(uint40(uint256(log.topics[1])));
    }

    function _accepted(Vm.Log calldata log) private {
        Folded storage pledge = _pledge(log);
        uint256 word;
        bytes32 root;
        (pledge.head, pledge.terms, word, root,,) =
            abi.decode(log.data, (uint256, uint256, uint256, bytes32, address, bytes32));
        _keep(_segment(log), word, root);
    }

    function _linked(Vm.Log calldata log) private {
        (,, bytes32[] memory listed, uint256[] memory words) =
            abi.decode(log.data, (uint24, bytes32, bytes32[], uint256[]));
        for (uint256 i = 0; i < listed.length; ++i) {
            _keepAsset(_resolved(listed[i]), words[i]);
        }
    }

    /// @dev A long list has a bit for each page of its titles.
    function _titled(Vm.Log calldata log) private {
        uint40 segment = _segment(log);
        if (uint24(segmentWords[segment] >> 40) <= PAGE) return;
        (uint24 first,) = abi.decode(log.data, (uint24, string[]));
        segmentWords[segment] |= uint256(1) << (128 + first / PAGE);
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

    function _ofReservations(bytes32 name, Vm.Log calldata log) private returns (bool) {
        if (name == IPledgeEvents.SegmentReserved.selector) {
            (uint256 word, bytes32 root,,) = abi.decode(log.data, (uint256, bytes32, address, bytes32));
            _keep(_segment(log), word, root);
        } else if (name == IPledgeEvents.SegmentDisplaced.selector) {
            segmentWords[_segment(log)] = abi.decode(log.data, (uint256));
        } else {
            return false;
        }
        return true;
    }

    // --- Life ---

    function _ofLife(bytes32 name, Vm.Log calldata log) private returns (bool) {
        if (name == IPledgeEvents.LeavesEnded.selector) {
            _leavesEnded(log);
            return true;
        }
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
            done = _added(pledge, log);
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
            return false;
        }
        _act(pledge, done);
        return true;
    }

    function _added(Folded storage pledge, Vm.Log calldata log) private returns (IPledgeEvents.ActRecord memory done) {
        uint256 word;
        bytes32 root;
        (pledge.head, pledge.terms, word, root,, done) =
            abi.decode(log.data, (uint256, uint256, uint256, bytes32, bytes32, IPledgeEvents.ActRecord));
        _keep(uint40(uint256(log.topics[3])), word, root);
    }

    function _leavesEnded(Vm.Log calldata log) private {
        (IPledgeEvents.EndedLeaves memory told,,,) =
            abi.decode(log.data, (IPledgeEvents.EndedLeaves, uint8, uint8, bytes32));
        mapping(uint256 => uint256) storage bits = ended[_segment(log)];
        assertEq(bits[told.index] & ~told.bits, 0, "an ended leaf stays ended");
        bits[told.index] = told.bits;
    }

    // --- Sequels ---

    function _ofSequels(bytes32 name, Vm.Log calldata log) private returns (bool) {
        Folded storage pledge = _pledge(log);
        IPledgeEvents.ActRecord memory done;
        if (name == ISequelEvents.PledgeRefinanced.selector) {
            _refinanced(log);
            return true;
        } else if (name == ISequelEvents.PledgesRelated.selector) {
            (pledge.head,,, done) = abi.decode(log.data, (uint256, RelatePledges, address, IPledgeEvents.ActRecord));
        } else if (name == ISequelEvents.SaleRecorded.selector) {
            (,, done) = abi.decode(log.data, (RecordSale, address, IPledgeEvents.ActRecord));
        } else {
            return false;
        }
        _act(pledge, done);
        return true;
    }

    /// @dev The act on the old pledge was told before; the new one begins its chain with it.
    function _refinanced(Vm.Log calldata log) private {
        (ISequelEvents.Refinancing memory words, RefinancePledge memory body,) =
            abi.decode(log.data, (ISequelEvents.Refinancing, RefinancePledge, address));
        uint40 made = uint40(uint256(log.topics[1]));
        _opened(made);
        pledges[made] = Folded(words.head, words.terms, words.partiesRoot, words.content, words.chain);
        _moved(body.segments, made);
    }

    function _moved(uint40[] memory list, uint40 pledge) private {
        for (uint256 i = 0; i < list.length; ++i) {
            segmentWords[list[i]] = segmentWords[list[i]] >> 40 << 40 | pledge;
        }
    }

    // --- Office ---

    function _ofOffice(bytes32 name, Vm.Log calldata log) private returns (bool) {
        if (name == IOfficeEvents.HoldPlaced.selector || name == IOfficeEvents.HoldLifted.selector) _held(log);
        else if (name == IOfficeEvents.HoldMoved.selector) _holdMoved(log);
        else if (name == IOfficeEvents.AssetsJoined.selector) _joined(log);
        else if (name == IOfficeEvents.PledgeRectified.selector) _rectified(log);
        else if (name == IOfficeEvents.LeavesRestored.selector) _restored(log);
        else if (name == IOfficeEvents.PageRelinked.selector) _relinked(log);
        else return name == IOfficeEvents.PartyRecorded.selector;
        return true;
    }

    function _held(Vm.Log calldata log) private {
        (uint8 target, bytes32 id) = (uint8(uint256(log.topics[1])), log.topics[2]);
        IOfficeEvents.HoldChange memory hold = abi.decode(log.data, (IOfficeEvents.HoldChange));
        if (target == HoldTargets.ASSET) _keepAsset(id, hold.marked);
        else if (target != HoldTargets.PARTY) pledges[uint40(uint256(id))].head = hold.marked;
        _queued(target, id, target == HoldTargets.PARTY ? hold.office : address(0), hold.number, hold.word);
    }

    function _holdMoved(Vm.Log calldata log) private {
        (, uint256 word,) = abi.decode(log.data, (uint16, uint256, bytes32));
        _queued(HoldTargets.ASSET, log.topics[2], address(0), uint16(word >> 96), word);
    }

    /// @dev Holds on a pledge and on its claim have one queue.
    function _queued(uint8 target, bytes32 id, address office, uint16 number, uint256 word) private {
        if (target == HoldTargets.CLAIM) target = HoldTargets.PLEDGE;
        bytes32 queue = keccak256(abi.encode(target, id, office));
        if (queueAt[queue] == 0) {
            queueAt[queue] = queues.length;
            queues.push(Queue(target, id, office, 0));
        }
        if (number >= queues[queueAt[queue]].count) queues[queueAt[queue]].count = uint256(number) + 1;
        holdWords[queue][number] = word;
    }

    function _joined(Vm.Log calldata log) private {
        (uint256 otherWord, uint256 keyWord,,,) = abi.decode(log.data, (uint256, uint256, bytes32, address, bytes32));
        _keepAsset(log.topics[2], otherWord);
        _keepAsset(log.topics[3], keyWord);
        joinedTo[log.topics[2]] = log.topics[3];
    }

    function _rectified(Vm.Log calldata log) private {
        (IOfficeEvents.Rectification memory words,,, uint40[] memory segments) =
            abi.decode(log.data, (IOfficeEvents.Rectification, Instrument, Consent[], uint40[]));
        _pledge(log).head = words.head;
        _moved(segments, uint40(uint256(log.topics[1])));
        _act(_pledge(log), words.done);
    }

    function _restored(Vm.Log calldata log) private {
        (uint256 index, uint256 bits,,) = abi.decode(log.data, (uint256, uint256, uint24, uint128));
        mapping(uint256 => uint256) storage before = ended[_segment(log)];
        assertEq(bits & ~before[index], 0, "a restoration ends nothing");
        before[index] = bits;
    }

    function _relinked(Vm.Log calldata log) private {
        (, bytes32[] memory linked, uint256[] memory words) = abi.decode(log.data, (uint24, bytes32[], uint256[]));
        for (uint256 i = 0; i < linked.length; ++i) {
            _keepAsset(linked[i], words[i]);
        }
    }

    // --- Conflicts and anchors ---

    function _ofConflicts(bytes32 name, Vm.Log calldata log) private returns (bool) {
        bool known = name == IConflictEvents.ConflictFound.selector || name == IConflictEvents.ConflictSettled.selector;
        if (!known) return false;
        (, uint256 word, uint256 head) = abi.decode(log.data, (uint64, uint256, uint256));
        _keepAsset(log.topics[2], word);
        if (log.topics[1] != 0) _pledge(log).head = head;
        return true;
    }

    function _ofAnchors(bytes32 name, Vm.Log calldata log) private returns (bool) {
        if (name == IAnchorEvents.RegisterAnchored.selector) {
            (, unseeded[uint16(uint256(log.topics[1]))],,) =
                abi.decode(log.data, (AnchorRegister, uint48, address, bytes32));
        } else if (name == IAnchorEvents.AssetsSeeded.selector) {
            _seeded(log);
        } else if (name == IAnchorEvents.RecordAdopted.selector) {
            _adopted(log);
        } else if (name == IAnchorEvents.AdoptionContinued.selector) {
            (segmentWords[_segment(log)],,) = abi.decode(log.data, (uint256, address, bytes32));
        } else {
            return false;
        }
        return true;
    }

    function _seeded(Vm.Log calldata log) private {
        bytes32[] memory seeds;
        uint256[] memory words;
        (, seeds,, words, unseeded[uint16(uint256(log.topics[1]))],,) =
            abi.decode(log.data, (uint48, bytes32[], bytes32[], uint256[], uint48, address, bytes32));
        for (uint256 i = 0; i < seeds.length; ++i) {
            _keepAsset(_resolved(seeds[i]), words[i]);
        }
    }

    function _adopted(Vm.Log calldata log) private {
        (IAnchorEvents.Adoption memory words,,,) =
            abi.decode(log.data, (IAnchorEvents.Adoption, Party[], PartyName[], Instrument));
        uint40 pledge = uint40(uint256(log.topics[1]));
        _opened(pledge);
        pledges[pledge] = Folded(words.head, words.terms, words.partiesRoot, words.content, words.chain);
        _keep(uint40(uint256(log.topics[3])), words.segmentWord, words.root);
    }

    // --- What is stored ---

    /// @notice Asserts that what was folded is what is stored.
    function assertSame() external view {
        (uint40 storedPledges, uint40 storedSegments) = REGISTRY.counts();
        assertEq(pledgeCount, storedPledges, "pledges");
        assertEq(segmentCount, storedSegments, "segments");
        for (uint40 i = 1; i <= pledgeCount; ++i) {
            (uint256 head, uint256 terms, bytes32 parties, bytes32 content, bytes32 chain) = REGISTRY.pledge(i);
            assertEq(abi.encode(pledges[i]), abi.encode(Folded(head, terms, parties, content, chain)), "pledge");
            assertEq(REGISTRY.contestsOf(i).length, contests[i], "contests");
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
            assertEq(_resolved(keys[i]), REGISTRY.resolved(keys[i]), "key of a number");
        }
        _assertHolds();
        for (uint16 register = 1; register <= 8; ++register) {
            assertEq(unseeded[register], REGISTRY.unseeded(register), "unseeded");
        }
    }

    /// @dev A hold that is over gives its place to a later one; whatever stands in the queue is as it was told.
    function _assertHolds() private view {
        for (uint256 i = 1; i < queues.length; ++i) {
            Queue storage queue = queues[i];
            // What ran on a number that was joined to another lies there.
            if (queue.target == HoldTargets.ASSET && joinedTo[queue.id] != 0) continue;
            bytes32 at = keccak256(abi.encode(queue.target, queue.id, queue.office));
            (uint256[] memory words,) = REGISTRY.holds(queue.target, queue.id, queue.office);
            assertLe(words.length, queue.count, "holds");
            for (uint256 j = 0; j < words.length; ++j) {
                assertEq(words[j], holdWords[at][uint16(words[j] >> 96)], "hold");
            }
        }
    }
}
