// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @notice One pledge as its office's register has it (ledger/proofs/anchor_leaves.py). Times are UTC seconds; signed ones reach back before 1970.
struct AnchoredRecord {
    uint16 register;
    /// The office's own number as readable text, left-aligned ("49107-392").
    bytes32 officeNumber;
    /// {PledgeStates}.
    uint8 state;
    /// {PledgeFlags}.
    uint16 flags;
    int40 effective;
    /// When the registration lapses by itself; 0 = never.
    uint40 expires;
    /// {ClaimKinds}; where no amount is stated, currency and ceiling are 0.
    uint8 kind;
    /// ISO 4217 numeric code.
    uint16 currency;
    /// Minor units of `currency`.
    uint128 ceiling;
    /// When the debt falls due; 0 = not stated.
    int40 due;
    /// How many holders there are.
    uint8 holders;
    /// Roots of the two sides as later acts present them ({PartiesNow}).
    bytes32 pledgorsRoot;
    bytes32 holdersRoot;
    /// Commitment to the assets ({AssetList}); count 0, root 0: not stated.
    uint24 assetCount;
    bytes32 assetsRoot;
    /// Root of the private content; 0 = none.
    bytes32 content;
}

/// @notice One asset on which a record of the register is live.
struct LiveAsset {
    uint16 register;
    /// Key of the asset (ledger/domain/assets.py).
    bytes32 asset;
    /// {AnchoredRecord.officeNumber} of the record.
    bytes32 officeNumber;
}

/// @title Merkle tree over an anchored register: RFC 6962 and RFC 9162 section 2.1 with SHA-256 (the same in ledger/proofs/merkle.py)
///
///   leaf = sha256(0x00 | keccak256(type of the struct) | its fields, a word each)
///   node = sha256(0x01 | left | right), paired from the left, a lone last node going up as it is
///
/// @dev A root does not commit to its count: the caller keeps both together and passes the count that it keeps. A leaf's hash comes from `leafOf`,
/// never from outside. Since the nodes of one level are themselves the leaves of such a tree, a page of 2^h leaves is proven by `verify` too: count
/// and index divided by 2^h (the count rounded up), the page's root as leaf. A call to an address without code succeeds and returns nothing, so the
/// length of the precompile's answer is checked as well.
library AnchorTree {
    /// The precompiled SHA-256 failed or is missing.
    error Sha256Failed();

    bytes32 internal constant RECORD = keccak256(
        "AnchoredRecord(uint16 register,bytes32 officeNumber,uint8 state,uint16 flags,int40 effective,uint40 expires,uint8 kind,uint16 currency,uint128 ceiling,int40 due,uint8 holders,bytes32 pledgorsRoot,bytes32 holdersRoot,uint24 assetCount,bytes32 assetsRoot,bytes32 content)"
    );
    bytes32 internal constant LIVE_ASSET = keccak256("LiveAsset(uint16 register,bytes32 asset,bytes32 officeNumber)");

    uint256 private constant RECORD_BYTES = 16 * 32;
    uint256 private constant LIVE_ASSET_BYTES = 3 * 32;

    /// @notice Whether `leaf` (a leaf's hash) is number `index` of the `count` leaves under `root`. `proof` has the siblings from below: just those
    /// that this index and count demand, or the answer is no.
    function verify(bytes32 root, uint256 count, uint256 index, bytes32 leaf, bytes32[] calldata proof)
        internal
        view
        returns (bool)
    {
        if (index >= count) return false;
        bool done = true;
        uint256 used = 0;
        for (uint256 last = count - 1; last != 0; last >>= 1) {
            if (index & 1 == 1 || index != last) {
                if (used == proof.length) return false;
                assembly ("memory-safe") {
                    let node := mload(0x40)
                    // 32 where the leaf's side is the right one.
                    let side := shl(5, and(index, 1))
                    mstore8(node, 1)
                    mstore(add(add(node, 1), side), leaf)
                    mstore(sub(add(node, 33), side), calldataload(add(proof.offset, shl(5, used))))
                    done := and(done, staticcall(gas(), 2, node, 65, 0, 32))
                    done := and(done, eq(returndatasize(), 32))
                    leaf := mload(0)
                }
                ++used;
            }
            index >>= 1;
        }
        require(done, Sha256Failed());
        return used == proof.length && leaf == root;
    }

    /// @notice Hash of a record's leaf, from its words as they stand in calldata: unclean high bits give the hash of no leaf.
    function leafOf(AnchoredRecord calldata record) internal view returns (bytes32) {
        uint256 offset;
        assembly ("memory-safe") {
            offset := record
        }
        return _leaf(RECORD, offset, RECORD_BYTES);
    }

    /// @notice Hash of a live asset's leaf, likewise.
    function leafOf(LiveAsset calldata asset) internal view returns (bytes32) {
        uint256 offset;
        assembly ("memory-safe") {
            offset := asset
        }
        return _leaf(LIVE_ASSET, offset, LIVE_ASSET_BYTES);
    }

    /// @notice Hash of a live asset's leaf from its values.
    function leafOf(uint16 register, bytes32 asset, bytes32 officeNumber) internal view returns (bytes32 leaf) {
        bytes32 type_ = LIVE_ASSET;
        bool done;
        assembly ("memory-safe") {
            let data := mload(0x40)
            mstore8(data, 0)
            mstore(add(data, 33), register)
            mstore(add(data, 65), asset)
            mstore(add(data, 97), officeNumber)
            mstore(add(data, 1), type_)
            done := staticcall(gas(), 2, data, 129, 0, 32)
            done := and(done, eq(returndatasize(), 32))
            leaf := mload(0)
        }
        require(done, Sha256Failed());
    }

    /// @notice Root over leaves' hashes, of which there is one at least; the list is used up.
    function rootOf(bytes32[] memory leaves) internal view returns (bytes32 root) {
        bool done = true;
        for (uint256 width = leaves.length; width > 1; width = (width + 1) >> 1) {
            for (uint256 i = 0; i + 1 < width; i += 2) {
                assembly ("memory-safe") {
                    let node := mload(0x40)
                    let at := add(add(leaves, 32), shl(5, i))
                    mstore8(node, 1)
                    mstore(add(node, 1), mload(at))
                    mstore(add(node, 33), mload(add(at, 32)))
                    done := and(done, staticcall(gas(), 2, node, 65, add(add(leaves, 32), shl(4, i)), 32))
                    done := and(done, eq(returndatasize(), 32))
                }
            }
            if (width & 1 == 1) leaves[width >> 1] = leaves[width - 1];
        }
        require(done, Sha256Failed());
        return leaves[0];
    }

    /// @dev Of `size` bytes of calldata at `offset`.
    function _leaf(bytes32 type_, uint256 offset, uint256 size) private view returns (bytes32 leaf) {
        bool done;
        assembly ("memory-safe") {
            let data := mload(0x40)
            mstore8(data, 0)
            mstore(add(data, 1), type_)
            calldatacopy(add(data, 33), offset, size)
            done := staticcall(gas(), 2, data, add(size, 33), 0, 32)
            done := and(done, eq(returndatasize(), 32))
            leaf := mload(0)
        }
        require(done, Sha256Failed());
    }
}
