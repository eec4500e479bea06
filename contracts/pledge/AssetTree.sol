// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @notice Commitment to a list of asset keys (the same in ledger/domain/assets.py):
///
///   leaf  = keccak256(0x00 | key)
///   page  = root over 128 leaves (missing ones are 0) by node = keccak256(0x01 | left | right), a node of two zeros being 0
///   root  = keccak256(0x02 | count 3 | blind 32 | page roots)
///
/// The random blind keeps a filing's root from being guessed; keys ascend over the whole list.
library AssetTree {
    uint256 internal constant PAGE = 128;
    uint256 internal constant MOST_PAGES = 64;

    function root(uint24 count, bytes32 blind, bytes32[] calldata pages) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(hex"02", count, blind, pages));
    }

    function rootOfOne(uint24 count, bytes32 blind, bytes32 page) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(hex"02", count, blind, page));
    }

    /// @dev Of 1 to PAGE keys.
    function pageRoot(bytes32[] calldata keys) internal pure returns (bytes32) {
        bytes32[] memory level = new bytes32[](keys.length);
        for (uint256 i = 0; i < keys.length; ++i) {
            level[i] = _leaf(keys[i]);
        }
        uint256 width = keys.length;
        for (uint256 size = PAGE; size > 1; size >>= 1) {
            uint256 half = (width + 1) >> 1;
            for (uint256 i = 0; i < half; ++i) {
                level[i] = _node(level[2 * i], 2 * i + 1 < width ? level[2 * i + 1] : bytes32(0));
            }
            width = half;
        }
        return level[0];
    }

    function _leaf(bytes32 key) private pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            mstore8(0, 0)
            mstore(1, key)
            hash := keccak256(0, 33)
        }
    }

    /// @dev Never of two zeros: a level's nodes have a left child.
    function _node(bytes32 left, bytes32 right) private pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore8(free, 1)
            mstore(add(free, 1), left)
            mstore(add(free, 33), right)
            hash := keccak256(free, 65)
        }
    }
}
