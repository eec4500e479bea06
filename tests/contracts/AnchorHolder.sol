// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {AnchorTree, AnchoredRecord} from "../../contracts/pledge/AnchorTree.sol";

/// @notice Keeps one anchor in storage, root and count a word each, and checks records against it. What tests and scripts/bench measure.
contract AnchorHolder {
    bytes32 private root;
    uint256 private count;

    constructor(bytes32 root_, uint256 count_) {
        (root, count) = (root_, count_);
    }

    function holds(AnchoredRecord calldata record, uint256 index, bytes32[] calldata proof)
        external
        view
        returns (bool)
    {
        return AnchorTree.verify(root, count, index, AnchorTree.leafOf(record), proof);
    }
}
