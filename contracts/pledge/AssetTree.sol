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

    /// @dev Of 1 to PAGE keys. In assembly, since a long filing pays for it once an asset: in free memory each level of the tree takes the place of the one
    /// below, with a zero behind an odd one; behind them a node is put together.
    function pageRoot(bytes32[] calldata keys) internal pure returns (bytes32 top) {
        assembly ("memory-safe") {
            let width := keys.length
            let level := mload(0x40)
            let node := add(level, shl(5, add(width, 1)))
            mstore8(0, 0)
            for { let i := 0 } lt(i, width) { i := add(i, 1) } {
                mstore(1, calldataload(add(keys.offset, shl(5, i))))
                mstore(add(level, shl(5, i)), keccak256(0, 33))
            }
            mstore8(node, 1)
            for { let size := PAGE } gt(size, 1) { size := shr(1, size) } {
                mstore(add(level, shl(5, width)), 0)
                width := shr(1, add(width, 1))
                for { let i := 0 } lt(i, width) { i := add(i, 1) } {
                    mcopy(add(node, 1), add(level, shl(6, i)), 64)
                    mstore(add(level, shl(5, i)), keccak256(node, 65))
                }
            }
            top := mload(level)
        }
    }
}
