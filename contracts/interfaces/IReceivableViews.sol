// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IERC721Metadata} from "@openzeppelin/contracts/token/ERC721/extensions/IERC721Metadata.sol";
import {IERC3525Metadata} from "./IERC3525.sol";
import {IReceivableToken} from "./IReceivableToken.sol";

/// @notice What people and wallets read of receivables and their tokens, in whole structs and texts. Reached at the token's own address too.
interface IReceivableViews is IERC3525Metadata {
    struct Receivable {
        IReceivableToken.State state;
        uint64 face;
        uint64 owedLive;
        uint40 due;
        uint16 payments;
        /// Marks and terms of confirmation, as in {ReceivableWord}.
        uint16 terms;
        uint8 leastPiece;
        uint8 module;
        uint8 cash;
        uint16 policy;
        uint16 currency;
        bool paused;
        address obligor;
        uint32 grace;
        uint32 lateRate;
        uint32 lateBasis;
        address supplier;
        uint40 issuedAt;
        uint40 confirmedAt;
        uint64 retired;
        uint64 consented;
        bytes32 contentRoot;
        bytes32 digest;
    }

    error UnknownReceivable(uint192 receivable);

    function name() external view returns (string memory);
    function symbol() external view returns (string memory);
    /// @notice ERC-721 metadata of a token, as a data URI of its JSON.
    function tokenURI(uint256 token) external view returns (string memory);

    function receivable(uint192 id) external view returns (Receivable memory);
    /// @notice The range of a token: owner, end (exclusive), cursor and flags; owner 0 if there is no such token.
    function range(uint256 token) external view returns (address owner, uint64 end, uint16 cursor, uint8 flags);
    /// @notice Dry run of a move by `account`: empty when it would go through, else the revert data that it would meet.
    function canMove(address account, IReceivableToken.Move calldata body) external view returns (bytes memory reason);

    /// @notice Struct hashes of bodies with lists (EIP-712), asked by {Acts} at the token.
    function hashMoveBatch(IReceivableToken.MoveBatch calldata body) external view returns (bytes32);
    function hashMoveMany(IReceivableToken.MoveMany calldata body) external view returns (bytes32);
}
