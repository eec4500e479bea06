// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {Act} from "../../contracts/interfaces/IActs.sol";
import {AnchoredRecord} from "../../contracts/pledge/AnchorTree.sol";
import {RectifyKinds} from "../../contracts/types/ActCode.sol";
import {AssetWord} from "../../contracts/types/AssetWord.sol";
import "../../contracts/types/OfficeBodies.sol";
import "../../contracts/types/PledgeBodies.sol";
import {PledgeFlags, PledgeStates, PledgeWord} from "../../contracts/types/PledgeWord.sol";
import {Modes} from "../../contracts/types/Roles.sol";
import {AnchorForms} from "./AnchorForms.t.sol";
import {AssetListing, Listed} from "./AssetListing.sol";
import {OfficeModel} from "./OfficeModel.sol";
import {PledgeFold} from "./PledgeFold.sol";
import {Hand} from "./PledgeSetup.t.sol";

/// @notice Random lives of a register of one rank under its office's acts: restorations, joined numbers, anchored records, refinancings and conflicts in any
/// order, held against a model on paper, and against what the events tell.
contract PledgeOfficeLivesTest is AnchorForms {
    using AssetWord for uint256;
    using PledgeWord for uint256;

    uint8 private constant NUMBERS = 5;
    uint256 private constant STEPS = 40;

    OfficeModel private model;
    PledgeFold private fold;
    /// Of refinanced pledges: who did it, and the list that moved.
    mapping(uint40 pledge => uint40) private heirOf;
    mapping(uint40 pledge => uint40[]) private movedTo;
    /// Anchors of one record each, which are of no other.
    Old[] private anchors;
    uint256 private chance;

    function setUp() public override {
        super.setUp();
        model = new OfficeModel(NUMBERS);
        fold = new PledgeFold(registry);
    }

    // --- Chance ---

    function _dice(uint256 most) private returns (uint256) {
        chance = uint256(keccak256(abi.encode(chance)));
        return chance % most;
    }

    function _numbers() private returns (uint8[] memory numbers) {
        uint8 first = uint8(_dice(NUMBERS));
        uint8 second = uint8(_dice(NUMBERS));
        numbers = new uint8[](first == second ? 1 : 2);
        numbers[0] = first < second ? first : second;
        if (first != second) numbers[1] = first < second ? second : first;
    }

    function _keyOf(uint8 number) private pure returns (bytes32) {
        return _key("CNPA", 1 + uint256(number));
    }

    function _listOf(uint8[] memory numbers) private pure returns (Listed memory) {
        bytes32[] memory keys = new bytes32[](numbers.length);
        for (uint256 i = 0; i < numbers.length; ++i) {
            keys[i] = _keyOf(numbers[i]);
        }
        return AssetListing.list(keys, new string[](0), "blind");
    }

    function _somePledge(bool live) private returns (uint40) {
        uint256 count = model.count();
        if (count == 0) return 0;
        uint256 from = _dice(count);
        for (uint256 i = 0; i < count; ++i) {
            uint40 found = model.pledgeAt((from + i) % count);
            (bool lives,) = model.lives(found);
            if (lives == live) return found;
        }
        return 0;
    }

    // --- One step ---

    function _told(Act memory act) private {
        (bytes memory reason, Vm.Log[] memory logs) = _ran(act);
        assertEq(reason, "", "the act is done");
        fold.take(logs);
    }

    function _refusedNow(Act memory act) private {
        (bytes memory reason,) = _ran(act);
        assertTrue(reason.length != 0, "the act is refused");
    }

    function _pledge() private {
        uint8[] memory numbers = _numbers();
        Listed memory listed = _listOf(numbers);
        FilePledge memory filing = _cnFiling(listed);
        _told(_fileAct(filing, _partiesHands()));
        (uint40 pledge,) = registry.counts();
        Act memory act = _acceptAct(_acceptance(pledge, filing, listed, 0), _hands(_officer(cnOffice, Modes.SIGNED)));
        if (!model.isFree(numbers)) {
            _refusedNow(act);
            return;
        }
        _told(act);
        model.claim(pledge, numbers);
        if (_dice(4) != 0) _decideOne(model.claimCount() - 1);
    }

    /// @dev What was claimed has yielded, if an act of the office came upon it in between.
    function _decideOne(uint256 index) private {
        OfficeModel.Claim memory claim = model.claimAt(index);
        Listed memory listed = _listOf(claim.numbers);
        Act memory act = _decideAct(_decision(claim.pledge, _cnFiling(listed), listed));
        if (!claim.open) {
            _refusedNow(act);
            return;
        }
        _told(act);
        model.decide(index);
        model.pledge(claim.pledge, _segmentOf(claim.pledge), claim.numbers);
    }

    function _supplement() private {
        uint40 pledge = _somePledge(true);
        if (pledge == 0 || model.leavesOf(pledge).length > 5) return;
        uint8[] memory numbers = _numbers();
        PledgeActs memory body = _document();
        _fillMore(body, pledge, _listOf(numbers));
        if (!model.isFree(numbers)) {
            _refusedNow(_effectAct(body));
            return;
        }
        _told(_effectAct(body));
        (, uint40 segment) = registry.counts();
        model.pledge(pledge, segment, numbers);
    }

    function _end() private {
        uint40 pledge = _somePledge(true);
        if (pledge == 0) return;
        PledgeActs memory body = _document();
        _fillEnd(body, pledge);
        _told(_effectAct(body));
        model.end(pledge);
    }

    /// @dev The page of a leaf's segment.
    function _pageOf(OfficeModel.Leaf[] memory all, uint40 segment, uint128 which)
        private
        pure
        returns (LeafPage memory)
    {
        uint256 count = 0;
        for (uint256 i = 0; i < all.length; ++i) {
            if (all[i].segment == segment) ++count;
        }
        uint8[] memory numbers = new uint8[](count);
        for (uint256 i = 0; i < all.length; ++i) {
            if (all[i].segment == segment) numbers[all[i].place] = all[i].number;
        }
        return _leaves(segment, _listOf(numbers), 0, which);
    }

    function _endLeaf() private {
        uint40 pledge = _somePledge(true);
        if (pledge == 0) return;
        OfficeModel.Leaf[] memory all = model.leavesOf(pledge);
        uint256 index = _dice(all.length);
        if (all[index].ended) return;
        PledgeActs memory body = _document();
        _fillPart(body, pledge, _listOf(new uint8[](1)), 1);
        body.partReleases[0].leaves[0] = _pageOf(all, all[index].segment, uint128(1) << all[index].place);
        _told(_effectAct(body));
        model.endLeaf(pledge, index);
    }

    function _restore() private {
        uint40 pledge = _somePledge(false);
        if (pledge == 0) return;
        RectifyPledge memory body = _rectification(pledge, RectifyKinds.RESTORE);
        (, uint40 holder) = model.lives(pledge);
        if (holder != pledge && !_takesBack(body, pledge)) return;
        OfficeModel.Leaf[] memory all = model.leavesOf(pledge);
        body.pages = new LeafPage[](_segmentsOf(all).length);
        for (uint256 i = 0; i < body.pages.length; ++i) {
            body.pages[i] = _pageOf(all, _segmentsOf(all)[i], 0);
        }
        _told(_rectifyAct(body));
        model.restore(pledge);
    }

    /// @dev A refinanced pledge is restored when the last of its line, which has its segments, is over.
    function _takesBack(RectifyPledge memory body, uint40 pledge) private returns (bool) {
        (, uint40 holder) = model.lives(pledge);
        (bool live, uint40 next) = model.lives(holder);
        while (next != holder) {
            holder = next;
            (live, next) = model.lives(holder);
        }
        body.segments = movedTo[heirOf[pledge]];
        // What the heirs added of their own stays theirs; the model moves whole pledges only.
        if (_segmentsOf(model.leavesOf(holder)).length != body.segments.length) return false;
        if (live) {
            _refusedNow(_rectifyAct(body));
            return false;
        }
        model.giveBack(holder, pledge);
        return true;
    }

    function _segmentsOf(OfficeModel.Leaf[] memory all) private pure returns (uint40[] memory segments) {
        segments = new uint40[](all.length);
        uint256 count = 0;
        for (uint256 i = 0; i < all.length; ++i) {
            bool known = false;
            for (uint256 j = 0; j < count; ++j) {
                known = known || segments[j] == all[i].segment;
            }
            if (!known) segments[count++] = all[i].segment;
        }
        assembly ("memory-safe") {
            mstore(segments, count)
        }
    }

    function _restoreLeaf() private {
        uint40 pledge = _somePledge(true);
        if (pledge == 0) return;
        OfficeModel.Leaf[] memory all = model.leavesOf(pledge);
        uint256 index = _dice(all.length);
        RectifyPledge memory body = _rectification(pledge, RectifyKinds.RESTORE_LEAVES);
        body.pages = new LeafPage[](1);
        body.pages[0] = _pageOf(all, all[index].segment, uint128(1) << all[index].place);
        if (!all[index].ended) {
            _refusedNow(_rectifyAct(body));
            return;
        }
        _told(_rectifyAct(body));
        model.restoreLeaf(pledge, index);
    }

    function _refinance() private {
        uint40 pledge = _somePledge(true);
        if (pledge == 0) return;
        uint40[] memory segments = _segmentsOf(model.leavesOf(pledge));
        Hand[] memory hands = _and(_hands(_hand(pledgor), _hand(pledgee)), _officer(cnOffice, Modes.SIGNED));
        _told(_refinanceAct(_refinancing(pledge, _holders(), segments), hands));
        (uint40 made,) = registry.counts();
        (heirOf[pledge], movedTo[made]) = (made, segments);
        model.refinance(pledge, made);
    }

    function _joinTwo() private {
        (uint8 one, uint8 two) = (uint8(_dice(NUMBERS)), uint8(_dice(NUMBERS)));
        Act memory act = _joinAct(CN, _keyOf(one), _keyOf(two));
        if (one == two || !model.isKey(one) || !model.isKey(two)) {
            _refusedNow(act);
            return;
        }
        _told(act);
        model.join(one, two);
    }

    function _settleOne() private {
        uint8 number = uint8(_dice(NUMBERS));
        if (model.count() == 0) return;
        RectifyPledge memory body = _rectification(model.pledgeAt(0), RectifyKinds.SETTLE_CONFLICT);
        body.assets = new bytes32[](1);
        body.assets[0] = _keyOf(number);
        if (!model.inConflict(model.keyOf(number)) || !model.isOver(number)) {
            _refusedNow(_rectifyAct(body));
            return;
        }
        _told(_rectifyAct(body));
        model.settle(number);
    }

    /// @dev An anchor of one record, seeded at once, perhaps together with those before.
    function _anchorOne() private {
        uint8[] memory numbers = _numbers();
        Listed memory listed = _listOf(numbers);
        bytes32 number = bytes32(anchors.length + 1 << 240);
        Old memory old = _old(CN, _record(CN, number, listed));
        _lives(old, number, listed.keys);
        if (anchors.length != 0 && _dice(2) == 0) _again(old, anchors[_dice(anchors.length)]);
        _told(_anchorAct(_anchoring(old)));
        _told(_seedAct(_seeding(old, uint16(++anchored), 0)));
        anchors.push();
        anchors[anchors.length - 1].register = CN;
        anchors[anchors.length - 1].records.push(old.records[0]);
        anchorOf.push(uint16(anchored));
        model.anchor(numbers);
    }

    uint256 private anchored;
    uint16[] private anchorOf;

    /// @dev A later anchor has an earlier record's assets too, as far as its list says.
    function _again(Old memory old, Old storage earlier) private {
        for (uint256 i = 0; i < anchors.length; ++i) {
            if (anchors[i].records[0].officeNumber != earlier.records[0].officeNumber) continue;
            (uint8[] memory numbers, bool adopted) = model.oldAt(i);
            if (!adopted) _lives(old, earlier.records[0].officeNumber, _listOf(numbers).keys);
        }
    }

    function _adoptOne() private {
        if (anchors.length == 0) return;
        uint256 which = _dice(anchors.length);
        (uint8[] memory numbers, bool adopted) = model.oldAt(which);
        AdoptRecord memory body = _adoption(anchors[which], anchorOf[which], 0, _listOf(numbers), 0);
        if (adopted) {
            _refusedNow(_adoptAct(body));
            return;
        }
        _told(_adoptAct(body));
        uint40 pledge = registry.adopted(CN, body.record.officeNumber);
        model.adopt(which, pledge, _segmentOf(pledge));
    }

    function _step() private {
        uint256 what = _dice(24);
        if (what < 6) _pledge();
        else if (what < 8) _supplement();
        else if (what < 11) _end();
        else if (what < 13) _endLeaf();
        else if (what < 16) _restore();
        else if (what < 17) _restoreLeaf();
        else if (what < 18) _refinance();
        else if (what < 19) _joinTwo();
        else if (what < 21) _settleOne();
        else if (what < 22) _anchorOne();
        else if (what < 23 && model.claimCount() != 0) _decideOne(_dice(model.claimCount()));
        else _adoptOne();
    }

    // --- What must hold after every step ---

    function _assertSame() private view {
        for (uint8 i = 0; i < NUMBERS; ++i) {
            bytes32 key = _keyOf(model.keyOf(i));
            assertEq(registry.resolved(_keyOf(i)), key, "key");
            (uint256 live, uint256 records) = model.onRight(i);
            bool conflict = model.inConflict(model.keyOf(i));
            assertEq(registry.asset(key).flags() & 4 != 0, conflict, "conflict");
            (bool taken,) = registry.live(key);
            assertTrue(!taken || live != 0, "nobody is live on a free right");
            if (!conflict) {
                assertLe(live + records, 1, "two rights are a conflict");
                assertEq(taken, live == 1, "the word names the live one");
                assertEq(registry.asset(key).isUnadopted(), records == 1, "the word names the anchored record");
            }
        }
        for (uint256 i = 0; i < model.count(); ++i) {
            uint40 pledge = model.pledgeAt(i);
            (bool lives,) = model.lives(pledge);
            assertEq(_head(pledge).isLive(), lives, "life");
            _assertLeaves(pledge, lives);
        }
    }

    function _assertLeaves(uint40 pledge, bool lives) private view {
        OfficeModel.Leaf[] memory all = model.leavesOf(pledge);
        bool conflict;
        for (uint256 i = 0; i < all.length; ++i) {
            assertEq(registry.live(all[i].segment, all[i].place), lives && !all[i].ended, "leaf");
            assertEq(uint40(_segmentWord(all[i].segment)), pledge, "segment");
            (uint64[] memory beside,) = registry.conflict(_keyOf(all[i].number));
            for (uint256 j = 0; j < beside.length; ++j) {
                conflict = conflict || beside[j] == uint64(all[i].segment | uint256(all[i].place) << 40);
            }
        }
        // One that is over is flagged anew when it is restored.
        if (lives) assertEq(_head(pledge).hasFlag(PledgeFlags.CONFLICT), conflict, "flag of the pledge");
    }

    /// forge-config: default.fuzz.runs = 48
    /// forge-config: full.fuzz.runs = 2000
    function testFuzz_livesOfARegisterUnderItsOffice(uint256 seed) public {
        chance = seed;
        for (uint256 i = 0; i < STEPS; ++i) {
            _step();
            _assertSame();
        }
        fold.assertSame();
    }
}
