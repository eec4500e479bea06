// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice The tree as RFC 9162 section 2.1 defines it, by recursion over halves, written for reading.
library AnchorReference {
    function leaf(bytes memory data) internal pure returns (bytes32) {
        return sha256(bytes.concat(hex"00", data));
    }

    function node(bytes32 left, bytes32 right) internal pure returns (bytes32) {
        return sha256(bytes.concat(hex"01", left, right));
    }

    /// @dev Root of leaves [low, high).
    function root(bytes32[] memory leaves, uint256 low, uint256 high) internal pure returns (bytes32) {
        if (low == high) return sha256("");
        if (high - low == 1) return leaves[low];
        uint256 middle = low + split(high - low);
        return node(root(leaves, low, middle), root(leaves, middle, high));
    }

    /// @dev Siblings of leaf `index` within [low, high), from below.
    function path(bytes32[] memory leaves, uint256 index, uint256 low, uint256 high)
        internal
        pure
        returns (bytes32[] memory)
    {
        if (high - low == 1) return new bytes32[](0);
        uint256 middle = low + split(high - low);
        return index < middle
            ? append(path(leaves, index, low, middle), root(leaves, middle, high))
            : append(path(leaves, index, middle, high), root(leaves, low, middle));
    }

    /// @dev How a leaf hangs in a tree: how deep, and at which of its steps up (bit 0 the lowest) its sibling is on the left.
    function shape(uint256 index, uint256 count) internal pure returns (uint256 depth, uint256 lefts) {
        for (; count > 1; ++depth) {
            uint256 half = split(count);
            bool isRight = index >= half;
            lefts = lefts << 1 | (isRight ? 1 : 0);
            (index, count) = isRight ? (index - half, count - half) : (index, half);
        }
    }

    /// @dev The root that siblings lead to in a tree where the leaf hangs like this.
    function fold(bytes32 leaf_, bytes32[] memory siblings, uint256 lefts) internal pure returns (bytes32 reached) {
        reached = leaf_;
        for (uint256 i = 0; i < siblings.length; ++i) {
            reached = lefts >> i & 1 == 1 ? node(siblings[i], reached) : node(reached, siblings[i]);
        }
    }

    /// @dev A root under which `leaf_` is number `index` of `count`, with siblings drawn from `seed`.
    function around(bytes32 leaf_, uint256 index, uint256 count, uint256 seed)
        internal
        pure
        returns (bytes32 root_, bytes32[] memory proof)
    {
        (uint256 depth, uint256 lefts) = shape(index, count);
        proof = new bytes32[](depth);
        for (uint256 i = 0; i < depth; ++i) {
            proof[i] = keccak256(abi.encode(seed, i));
        }
        root_ = fold(leaf_, proof, lefts);
    }

    /// @dev The largest power of two below `count`, which is at least 2.
    function split(uint256 count) internal pure returns (uint256) {
        return 1 << Math.log2(count - 1);
    }

    function append(bytes32[] memory list, bytes32 last) internal pure returns (bytes32[] memory longer) {
        longer = new bytes32[](list.length + 1);
        for (uint256 i = 0; i < list.length; ++i) {
            longer[i] = list[i];
        }
        longer[list.length] = last;
    }

    function prefix(bytes32[] memory list, uint256 length) internal pure returns (bytes32[] memory shorter) {
        shorter = new bytes32[](length);
        for (uint256 i = 0; i < length; ++i) {
            shorter[i] = list[i];
        }
    }
}
