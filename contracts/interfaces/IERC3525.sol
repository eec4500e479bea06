// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

/// @notice ERC-3525 semi-fungible token, interface id 0xd5358140: slot = receivable, value = length of the range in minor units.
interface IERC3525 is IERC721 {
    event TransferValue(uint256 indexed fromTokenId, uint256 indexed toTokenId, uint256 value);
    event ApprovalValue(uint256 indexed tokenId, address indexed operator, uint256 value);
    event SlotChanged(uint256 indexed tokenId, uint256 indexed oldSlot, uint256 indexed newSlot);

    function valueDecimals() external view returns (uint8);
    function balanceOf(uint256 tokenId) external view returns (uint256);
    function slotOf(uint256 tokenId) external view returns (uint256);
    function approve(uint256 tokenId, address operator, uint256 value) external payable;
    function allowance(uint256 tokenId, address operator) external view returns (uint256);
    /// @notice Merges: `value` must be the whole of `fromTokenId`, and `toTokenId` its left neighbour.
    function transferFrom(uint256 fromTokenId, uint256 toTokenId, uint256 value) external payable;
    /// @notice Cuts `value` off the tail of `fromTokenId`; the whole value transfers the token under its own id.
    function transferFrom(uint256 fromTokenId, address to, uint256 value) external payable returns (uint256 toTokenId);
}

/// @notice ERC-3525 metadata extension, interface id 0xe1600902.
interface IERC3525Metadata {
    function contractURI() external view returns (string memory);
    function slotURI(uint256 slot) external view returns (string memory);
}

/// @notice ERC-3525 receiver, answer 0x009ce20b.
interface IERC3525Receiver {
    function onERC3525Received(
        address operator,
        uint256 fromTokenId,
        uint256 toTokenId,
        uint256 value,
        bytes calldata data
    ) external returns (bytes4);
}
