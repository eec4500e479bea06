// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {AnchoredRecord} from "../../contracts/pledge/AnchorTree.sol";
import {AnchorReference} from "./AnchorReference.sol";

/// @notice Leaves of an anchored register as their types say, written for reading.
library AnchorLeaves {
    bytes32 private constant RECORD = keccak256(
        "AnchoredRecord(uint16 register,bytes32 officeNumber,uint8 state,uint16 flags,int40 effective,uint40 expires,uint8 kind,uint16 currency,uint128 ceiling,int40 due,uint8 holders,bytes32 pledgorsRoot,bytes32 holdersRoot,uint24 assetCount,bytes32 assetsRoot,bytes32 content)"
    );
    bytes32 private constant LIVE_ASSET = keccak256("LiveAsset(uint16 register,bytes32 asset,bytes32 officeNumber)");

    function ofRecord(AnchoredRecord memory record) internal pure returns (bytes32) {
        return AnchorReference.leaf(abi.encode(RECORD, record));
    }

    function ofAsset(uint16 register, bytes32 asset, bytes32 officeNumber) internal pure returns (bytes32) {
        return AnchorReference.leaf(abi.encode(LIVE_ASSET, register, asset, officeNumber));
    }
}
