// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {AnchorTree, AnchoredRecord, LiveAsset} from "../../contracts/pledge/AnchorTree.sol";
import {AnchorHolder} from "./AnchorHolder.sol";
import {AnchorReference} from "./AnchorReference.sol";
import {AnchorVectors} from "./AnchorVectors.sol";

/// @notice The library's functions, which read calldata, as calls.
contract AnchorDoor {
    function verify(bytes32 root, uint256 count, uint256 index, bytes32 leaf, bytes32[] calldata proof)
        external
        view
        returns (bool)
    {
        return AnchorTree.verify(root, count, index, leaf, proof);
    }

    function leafOfRecord(AnchoredRecord calldata record) external view returns (bytes32) {
        return AnchorTree.leafOf(record);
    }

    function leafOfAsset(LiveAsset calldata asset) external view returns (bytes32) {
        return AnchorTree.leafOf(asset);
    }
}

contract AnchorTreeTest is Test {
    using AnchorReference for bytes32[];

    uint256 private constant MILLION = 1_000_000;

    AnchorDoor private door = new AnchorDoor();

    // --- The tree of the Python side, of the RFC and of the contract is one ---

    function test_roots_are_those_of_the_python_side() public pure {
        bytes32[] memory roots = AnchorVectors.roots();
        assertEq(roots.length, 71);
        for (uint256 count = 0; count < roots.length; ++count) {
            assertEq(_small(count).root(0, count), roots[count]);
        }
    }

    function test_every_leaf_of_1_to_70_is_proven_and_nothing_else() public {
        vm.pauseGasMetering();
        bytes32[] memory roots = AnchorVectors.roots();
        for (uint256 count = 1; count <= 70; ++count) {
            this.checkTree(count, roots[count]);
        }
    }

    /// @dev A call of its own for each tree, since memory is only given back at its end.
    function checkTree(uint256 count, bytes32 root) external view {
        bytes32[] memory leaves = _small(count);
        for (uint256 index = 0; index < count; ++index) {
            bytes32[] memory proof = leaves.path(index, 0, count);
            assertTrue(door.verify(root, count, index, leaves[index], proof), "proven");
            for (uint256 other = 0; other <= count; ++other) {
                assertEq(door.verify(root, count, other, leaves[index], proof), other == index, "at its own place only");
            }
            _refuseOtherLengths(root, count, index, leaves[index], proof);
        }
    }

    function _refuseOtherLengths(bytes32 root, uint256 count, uint256 index, bytes32 leaf, bytes32[] memory proof)
        private
        view
    {
        for (uint256 length = 0; length < proof.length; ++length) {
            assertFalse(door.verify(root, count, index, leaf, proof.prefix(length)), "cut off");
            // An inner node as leaf, with the rest of the path: the classic second preimage.
            (uint256 depth, uint256 lefts) = AnchorReference.shape(index, count);
            bytes32 inner = AnchorReference.fold(leaf, proof.prefix(length + 1), lefts);
            bytes32[] memory rest = new bytes32[](depth - length - 1);
            for (uint256 i = 0; i < rest.length; ++i) {
                rest[i] = proof[length + 1 + i];
            }
            assertFalse(door.verify(root, count, index, inner, rest), "an inner node is no leaf");
            assertFalse(door.verify(root, count, index >> (length + 1), inner, rest), "nor at its place");
        }
        assertFalse(door.verify(root, count, index, leaf, proof.append(root)), "root after it");
        assertFalse(door.verify(root, count, index, leaf, proof.append(0)), "zero after it");
    }

    /// @dev Leaves and roots of eight that Certificate Transparency's implementations are tested with.
    function test_the_known_tree_of_eight() public view {
        bytes[] memory data = new bytes[](8);
        (data[0], data[1], data[2], data[3]) = ("", hex"00", hex"10", hex"2021");
        (data[4], data[5], data[6]) = (hex"3031", hex"40414243", hex"5051525354555657");
        data[7] = hex"606162636465666768696a6b6c6d6e6f";
        bytes32 root = 0x5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328;
        bytes32[] memory proof = new bytes32[](3);
        proof[0] = 0xbc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b;
        proof[1] = 0xca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0;
        proof[2] = 0xd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7;
        assertTrue(door.verify(root, 8, 5, AnchorReference.leaf(data[5]), proof));
        assertFalse(door.verify(root, 8, 4, AnchorReference.leaf(data[5]), proof));
        assertFalse(door.verify(root, 8, 5, AnchorReference.leaf(data[4]), proof));
    }

    function test_nothing_is_proven_of_no_leaves() public view {
        bytes32[] memory none = new bytes32[](0);
        assertFalse(door.verify(sha256(""), 0, 0, sha256(""), none));
        assertFalse(door.verify(0, 0, 0, 0, none));
        assertTrue(door.verify("leaf", 1, 0, "leaf", none));
        assertFalse(door.verify("leaf", 1, 1, "leaf", none));
    }

    // --- Any count that fits ---

    function testFuzz_a_proof_of_the_right_shape_is_accepted(uint256 count, uint256 index, bytes32 leaf, uint256 seed)
        public
        view
    {
        (bytes32 root, uint256 place, uint256 size, bytes32[] memory proof) = _tree(count, index, leaf, seed);
        assertTrue(door.verify(root, size, place, leaf, proof));
    }

    /// @dev A root does not commit to the count. Another index or count is refused unless the leaf hangs the same way in it, which two leaves of one
    /// tree never do.
    function testFuzz_another_place_is_refused(
        uint256 count,
        uint256 index,
        uint256 otherCount,
        uint256 otherIndex,
        bytes32 leaf,
        uint256 seed
    ) public view {
        (bytes32 root, uint256 place, uint256 size, bytes32[] memory proof) = _tree(count, index, leaf, seed);
        assertEq(door.verify(root, size, otherIndex, leaf, proof), otherIndex == place, "another index");
        otherCount = _near(size, otherCount);
        assertEq(
            door.verify(root, otherCount, place, leaf, proof),
            _hangsAlike(place, size, place, otherCount),
            "another count"
        );
        otherIndex = bound(otherIndex, 0, otherCount - 1);
        assertEq(
            door.verify(root, otherCount, otherIndex, leaf, proof),
            _hangsAlike(place, size, otherIndex, otherCount),
            "another of both"
        );
    }

    function test_another_height_is_refused() public view {
        for (uint256 seed = 0; seed < 40; ++seed) {
            uint256 place = uint256(keccak256(abi.encode(seed))) % MILLION;
            (bytes32 root, bytes32[] memory proof) = AnchorReference.around("leaf", place, MILLION, seed);
            assertTrue(door.verify(root, MILLION, place, "leaf", proof));
            assertFalse(door.verify(root, MILLION * 2, place, "leaf", proof));
            assertFalse(door.verify(root, MILLION / 2, place, "leaf", proof));
        }
    }

    function testFuzz_another_bit_is_refused(uint256 count, uint256 index, bytes32 leaf, uint256 seed, uint256 bit)
        public
        view
    {
        (bytes32 root, uint256 place, uint256 size, bytes32[] memory proof) = _tree(count, index, leaf, seed);
        bytes32 flip = bytes32(1 << (bit & 0xff));
        assertFalse(door.verify(root ^ flip, size, place, leaf, proof), "another root");
        assertFalse(door.verify(root, size, place, leaf ^ flip, proof), "another leaf");
        if (proof.length == 0) return;
        proof[(bit >> 8) % proof.length] ^= flip;
        assertFalse(door.verify(root, size, place, leaf, proof), "another sibling");
    }

    function testFuzz_another_length_is_refused(uint256 count, uint256 index, bytes32 leaf, uint256 seed, uint256 cut)
        public
        view
    {
        (bytes32 root, uint256 place, uint256 size, bytes32[] memory proof) = _tree(count, index, leaf, seed);
        assertFalse(door.verify(root, size, place, leaf, proof.append(bytes32(seed))), "longer");
        if (proof.length == 0) return;
        assertFalse(door.verify(root, size, place, leaf, proof.prefix(cut % proof.length)), "shorter");
    }

    /// @dev How a register is seeded by pages: the nodes of one level are the leaves of such a tree.
    function test_a_page_of_leaves_is_proven_as_one() public view {
        uint256 page = 8;
        for (uint256 count = 1; count <= 70; ++count) {
            bytes32[] memory leaves = _small(count);
            bytes32[] memory pages = new bytes32[]((count + page - 1) / page);
            for (uint256 i = 0; i < pages.length; ++i) {
                pages[i] = leaves.root(i * page, (i + 1) * page < count ? (i + 1) * page : count);
            }
            for (uint256 i = 0; i < pages.length; ++i) {
                bytes32[] memory proof = pages.path(i, 0, pages.length);
                assertTrue(door.verify(leaves.root(0, count), pages.length, i, pages[i], proof));
            }
        }
    }

    // --- Leaves ---

    function test_leaves_are_those_of_the_python_side() public view {
        AnchorVectors.Record[] memory records = AnchorVectors.records();
        AnchorVectors.Asset[] memory assets = AnchorVectors.assets();
        assertEq(records.length + assets.length, 40);
        for (uint256 i = 0; i < records.length; ++i) {
            assertEq(door.leafOfRecord(records[i].record), records[i].leaf);
        }
        for (uint256 i = 0; i < assets.length; ++i) {
            assertEq(door.leafOfAsset(assets[i].asset), assets[i].leaf);
        }
    }

    function testFuzz_a_leaf_is_the_hash_of_type_and_words(AnchoredRecord calldata record, LiveAsset calldata asset)
        public
        view
    {
        assertEq(door.leafOfRecord(record), AnchorReference.leaf(bytes.concat(AnchorTree.RECORD, abi.encode(record))));
        assertEq(door.leafOfAsset(asset), AnchorReference.leaf(bytes.concat(AnchorTree.LIVE_ASSET, abi.encode(asset))));
    }

    function testFuzz_every_bit_of_a_record_is_bound(uint256 place) public {
        AnchoredRecord memory record = AnchorVectors.records()[0].record;
        bytes32[] memory none = new bytes32[](0);
        AnchorHolder holder = new AnchorHolder(door.leafOfRecord(record), 1);
        assertTrue(holder.holds(record, 0, none));
        bytes memory call = abi.encodeCall(holder.holds, (record, 0, none));
        place = bound(place, 4 * 8, (4 + 16 * 32) * 8 - 1);
        call[place / 8] ^= bytes1(uint8(1 << (place % 8)));
        // Also in the high bits that a narrow field does not use.
        (bool done, bytes memory answer) = address(holder).staticcall(call);
        assertTrue(done);
        assertFalse(abi.decode(answer, (bool)));
    }

    function test_types_are_told_apart() public pure {
        assertTrue(AnchorTree.RECORD != AnchorTree.LIVE_ASSET);
        assertTrue(AnchorTree.RECORD != 0 && AnchorTree.LIVE_ASSET != 0);
    }

    /// @dev A chain without the precompile answers a call to its address with success and nothing.
    function test_without_sha256_there_is_no_answer() public {
        vm.mockCall(address(2), bytes(""), bytes(""));
        _refuseToAnswer();
        vm.mockCallRevert(address(2), bytes(""), abi.encode(bytes32(0)));
        _refuseToAnswer();
    }

    function _refuseToAnswer() private {
        AnchorVectors.Record memory first = AnchorVectors.records()[0];
        vm.expectRevert(AnchorTree.Sha256Failed.selector);
        door.leafOfRecord(first.record);
        vm.expectRevert(AnchorTree.Sha256Failed.selector);
        door.leafOfAsset(LiveAsset(1, "asset", "number"));
        vm.expectRevert(AnchorTree.Sha256Failed.selector);
        door.verify(0, 2, 0, 0, new bytes32[](1));
    }

    /// @dev However little gas a caller leaves, an answer is the right one or there is none.
    function test_short_of_gas_there_is_no_answer() public view {
        uint256 place = 699_050;
        (bytes32 root, bytes32[] memory proof) = AnchorReference.around("leaf", place, MILLION, 1);
        uint256 answers = 0;
        for (uint256 given = 500; given < 20_000; given += 37) {
            answers += _answerWith(given, abi.encodeCall(door.verify, (root, MILLION, place, "leaf", proof)), true);
            answers += _answerWith(given, abi.encodeCall(door.verify, (root, MILLION, place + 1, "leaf", proof)), false);
        }
        assertGt(answers, 100, "some calls were given enough");
        assertLt(answers, 900, "some were not");
    }

    function _answerWith(uint256 given, bytes memory call, bool right) private view returns (uint256) {
        (bool done, bytes memory answer) = address(door).staticcall{gas: given}(call);
        if (!done) return 0;
        assertEq(abi.decode(answer, (bool)), right);
        return 1;
    }

    // --- Trees ---

    /// @dev Leaf i has i bytes of value i.
    function _small(uint256 count) private pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            bytes memory data = new bytes(i);
            for (uint256 j = 0; j < i; ++j) {
                data[j] = bytes1(uint8(i));
            }
            leaves[i] = AnchorReference.leaf(data);
        }
    }

    /// @dev A root under which `leaf` is number `at` of `size`, with siblings drawn from `seed`. Counts of every length are alike likely.
    function _tree(uint256 count, uint256 index, bytes32 leaf, uint256 seed)
        private
        pure
        returns (bytes32 root, uint256 place, uint256 size, bytes32[] memory proof)
    {
        size = _drawn(count) >> _drawn(seed) % 256;
        if (size == 0) size = 1;
        // Now and then near the ragged end.
        place = index & 3 == 0 && index >> 2 < size ? size - 1 - (index >> 2) : _drawn(index) % size;
        (root, proof) = AnchorReference.around(leaf, place, size, seed);
    }

    /// @dev A fuzzer's numbers are mostly small.
    function _drawn(uint256 seed) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed)));
    }

    /// @dev Half of the time a count that differs by little, else any; never 0.
    function _near(uint256 size, uint256 other) private pure returns (uint256) {
        if (other & 1 == 0) return other == 0 ? 1 : other;
        uint256 step = other >> 1 & 0xf;
        if (other >> 5 & 1 == 0 || size <= step) return size > type(uint256).max - step ? size : size + step;
        return size - step;
    }

    function _hangsAlike(uint256 index, uint256 count, uint256 otherIndex, uint256 otherCount)
        private
        pure
        returns (bool)
    {
        if (otherIndex >= otherCount) return false;
        (uint256 depth, uint256 lefts) = AnchorReference.shape(index, count);
        (uint256 otherDepth, uint256 otherLefts) = AnchorReference.shape(otherIndex, otherCount);
        return depth == otherDepth && lefts == otherLefts;
    }
}

/// @notice What a verification costs: transaction gas with cold storage, as a receipt says it.
/// forge-config: default.isolate = true
contract AnchorTreeGasTest is Test {
    /// @dev The whole transaction: base, calldata, cold reads of root and count, leaf, path of twenty.
    function test_a_record_among_a_million() public {
        AnchorVectors.Record memory first = AnchorVectors.records()[0];
        (bytes32 root, bytes32[] memory proof) = AnchorReference.around(first.leaf, 699_050, 1_000_000, 1);
        assertEq(proof.length, 20);
        AnchorHolder holder = new AnchorHolder(root, 1_000_000);
        // A call, since the view's static call would not be a transaction of its own.
        (, bytes memory answer) = address(holder).call(abi.encodeCall(holder.holds, (first.record, 699_050, proof)));
        uint256 spent = vm.lastCallGas().gasTotalUsed;
        emit log_named_uint("verification of a record among a million", spent);
        assertTrue(abi.decode(answer, (bool)));
        assertLe(spent, 60_000);
    }
}
