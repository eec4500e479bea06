// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {AssetTree} from "../../contracts/pledge/AssetTree.sol";
import {AssetWord} from "../../contracts/types/AssetWord.sol";
import {AssetListing, Listed} from "./AssetListing.sol";
import {PledgeRules} from "./PledgeRules.sol";

/// @notice The commitment to a list of assets: the contract's tree, the reference tree and Python's say the same.
contract AssetTreeTest is Test {
    function pageRoot(bytes32[] calldata keys) external pure returns (bytes32) {
        return AssetTree.pageRoot(keys);
    }

    function root(uint24 count, bytes32 blind, bytes32[] calldata pages) external pure returns (bytes32) {
        return AssetTree.root(count, blind, pages);
    }

    function _random(uint256 seed, uint256 count) private pure returns (bytes32[] memory keys) {
        keys = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            keys[i] = keccak256(abi.encode(seed, i));
        }
    }

    function test_everySizeOfAPageIsTheReferences() public view {
        for (uint256 count = 1; count <= AssetTree.PAGE; ++count) {
            bytes32[] memory keys = _random(count, count);
            assertEq(this.pageRoot(keys), AssetListing.pageRoot(keys));
        }
    }

    function test_rootsArePythons() public view {
        PledgeRules.Tree[] memory trees = PledgeRules.trees();
        bytes32 blind = 0x0707070707070707070707070707070707070707070707070707070707070707;
        for (uint256 i = 0; i < trees.length; ++i) {
            Listed memory listed = AssetListing.run("USPA", 1_000_000, trees[i].count, blind);
            assertEq(listed.root, trees[i].root);
            assertEq(this.root(trees[i].count, blind, listed.pages), trees[i].root);
            if (listed.pages.length == 1) {
                assertEq(AssetTree.rootOfOne(trees[i].count, blind, listed.pages[0]), trees[i].root);
            }
        }
    }

    function testFuzz_aChangedKeyChangesTheRoot(uint256 seed, uint8 count, uint8 place, bytes32 other) public view {
        bytes32[] memory keys = _random(seed, bound(count, 1, AssetTree.PAGE));
        uint256 at_ = bound(place, 0, keys.length - 1);
        vm.assume(keys[at_] != other);
        bytes32 before = this.pageRoot(keys);
        keys[at_] = other;
        assertNotEq(this.pageRoot(keys), before);
    }

    function testFuzz_aShorterPageIsAnotherPage(uint256 seed, uint8 count) public view {
        bytes32[] memory keys = _random(seed, bound(count, 2, AssetTree.PAGE));
        bytes32[] memory shorter = _random(seed, keys.length - 1);
        assertNotEq(this.pageRoot(keys), this.pageRoot(shorter));
    }

    function testFuzz_countBlindAndPagesAreCommittedTo(uint24 count, bytes32 blind, bytes32[] calldata pages)
        public
        view
    {
        vm.assume(count != type(uint24).max);
        bytes32 before = this.root(count, blind, pages);
        assertNotEq(this.root(count + 1, blind, pages), before);
        assertNotEq(this.root(count, ~blind, pages), before);
        bytes32[] memory more = new bytes32[](pages.length + 1);
        for (uint256 i = 0; i < pages.length; ++i) {
            more[i] = pages[i];
        }
        assertNotEq(this.root(count, blind, more), before);
    }

    /// @dev A leaf has 33 bytes, a node 65, a root at least 68: none is read as another.
    function test_aNodeIsNoLeafAndNoRoot() public view {
        bytes32[] memory two = _random(1, 2);
        bytes32[] memory one = new bytes32[](1);
        one[0] = AssetListing.node(
            keccak256(abi.encodePacked(bytes1(0), two[0])), keccak256(abi.encodePacked(bytes1(0), two[1]))
        );
        assertNotEq(this.pageRoot(one), this.pageRoot(two));
    }

    // --- The word of an asset ---

    function testFuzz_aLinkKeepsFlagsCountsAndChains(uint256 word, uint40 segment, uint24 leaf) public pure {
        word = word & ~(uint256(0xffff) << 64) | uint256(uint16(word) % 65_535) << 64;
        uint256 next = AssetWord.linked(word, segment, leaf);
        assertEq(AssetWord.segment(next), segment);
        assertEq(AssetWord.leaf(next), leaf);
        assertEq(AssetWord.links(next), AssetWord.links(word) + 1);
        assertEq(AssetWord.flags(next), AssetWord.flags(word));
        assertEq(next >> 88, uint256(keccak256(abi.encode(word, uint256(segment) | uint256(leaf) << 40))) >> 88);
    }
}
