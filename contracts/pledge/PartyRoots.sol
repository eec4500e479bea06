// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Party} from "../types/PledgeBodies.sol";

/// @title How a pledge commits to its parties
/// @dev One root for each side, and one over both, which the register stores.
library PartyRoots {
    uint256 private constant PARTY_BYTES = 4 * 32;

    /// @notice Root over a side's words, as they stand in calldata.
    function ofSide(Party[] calldata list) internal pure returns (bytes32 root) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            let size := mul(list.length, PARTY_BYTES)
            calldatacopy(free, list.offset, size)
            root := keccak256(free, size)
        }
    }

    function ofBoth(bytes32 pledgors, bytes32 holders) internal pure returns (bytes32) {
        return keccak256(abi.encode(pledgors, holders));
    }
}
