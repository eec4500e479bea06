// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ReceivableWord} from "../types/ReceivableWord.sol";
import {TokenWord} from "../types/TokenWord.sol";
import {Issue} from "./IReceivableDrafts.sol";

/// @notice Confirmed receivables as intervals [0, face) of minor units; a token is a sub-interval and its id says which.
/// @dev tokenId = receivable << 64 | start. `receivable` is a 192-bit id: keccak256(abi.encode(issuer, act id)) >> 64. Amounts are minor units, times UTC seconds.
interface IReceivableToken {
    /// Stored states; due, grace, overdue and default are computed by {IRepayment-stateAt}.
    enum State {
        None,
        Live,
        Closed,
        Cancelled
    }

    /// Cuts [start, end) out of `token` and gives it to `to`; the whole range is a transfer with the same id.
    struct Move {
        uint256 token;
        uint64 start;
        uint64 end;
        address to;
        bytes32 ref;
    }

    /// Neighbouring pieces from the start of `token`, each to its payee: piece i is [previous end, end).
    struct MoveBatch {
        uint256 token;
        Piece[] pieces;
    }

    struct Piece {
        uint64 end;
        address to;
        bytes32 ref;
    }

    /// Whole tokens to one payee.
    struct MoveMany {
        uint256[] tokens;
        address to;
        bytes32 ref;
    }

    /// Joins `right` into its left neighbour `left`.
    struct Merge {
        uint256 left;
        uint256 right;
    }

    /// Ends every approval that the acting account has given: operators, approved accounts and allowances.
    struct RevokeApprovals {
        bytes32 reason;
    }

    event ModuleAppended(uint8 indexed index, address module);
    /// @notice [start, end) left the token that began at `tokenStart` and was [tokenStart, tokenEnd), and belongs to `to` as a token of its own.
    /// @dev What is left of the token on either side stays `from`'s; `cursor` is the last payment drawn by all of them.
    event RangeMoved(
        uint192 indexed receivable,
        address indexed from,
        address indexed to,
        uint64 tokenStart,
        uint64 tokenEnd,
        uint64 start,
        uint64 end,
        uint16 cursor,
        bytes32 ref
    );
    event RangesMerged(
        uint192 indexed receivable, address indexed owner, uint64 start, uint64 middle, uint64 end, uint16 cursor
    );
    /// @notice The pinned module recorded payment `payments`; `owedLive` is what live ranges are owed after it.
    event PaymentRecorded(uint192 indexed receivable, uint16 payments, uint64 owedLive, bool closed);

    /// @notice The account ended all its approvals, for the `count`th time.
    event ApprovalsRevoked(address indexed account, uint32 count, bytes32 reason);

    error EtherRefused(uint256 value);
    error WrongState(uint192 receivable, State state);
    error RangeOutside(uint64 start, uint64 end, uint64 tokenStart, uint64 tokenEnd);
    error RangeEmpty(uint64 start, uint64 end);
    error PieceTooSmall(uint64 length, uint64 least);
    error RecipientInactive(address recipient);
    error RecipientDeclinesDirect(address recipient);
    error BackgroundMissing(uint192 receivable);
    error TokenLocked(uint256 token, uint256 flags);
    /// @dev Paused by the council, or held by a court.
    error ReceivableStopped(uint192 receivable);
    error NotNeighbours(uint256 left, uint256 right);
    error OwnersDiffer(address left, address right);
    error OwnerInactive(address owner);
    error ValueNotRange(uint256 value, uint64 length);
    error NothingNamed();
    error NotModule(address caller);
    /// @dev A module's payment would raise the debt, or number 1,024.
    error PaymentRefused(uint192 receivable);
    error ModuleExists(address module);
    error NotDrafts(address caller);
    error ReceivableExists(uint192 receivable);
    /// @dev The token's lock is taken: ranges or payments are being written further up in this call.
    error Locked();

    function move(Move calldata body) external returns (uint256 piece);
    function moveBatch(MoveBatch calldata body) external;
    function hashMoveBatch(MoveBatch calldata body) external view returns (bytes32);
    function moveMany(MoveMany calldata body) external;
    function hashMoveMany(MoveMany calldata body) external view returns (bytes32);
    function merge(Merge calldata body) external;
    /// @notice Ends every approval of the acting account, by a key that may dispose of its tokens or administers it.
    function revokeApprovals(RevokeApprovals calldata body) external;

    /// @notice For the drafts contract: opens a confirmed receivable and mints its whole range to the supplier.
    function open(uint192 id, Issue calldata terms, uint16 marks, bytes32 confirmation, uint40 issuedAt) external;
    /// @notice Appends a repayment module (council, under delay); indices count from 1.
    function appendModule(address module) external returns (uint8 index);

    /// @notice For the pinned module: records a payment and what live ranges are owed after it; 0 closes the receivable.
    function recordPayment(uint192 receivable, uint64 owedLive) external returns (uint16 payments);
    /// @notice For the pinned module: sets the token's cursor to the last payment.
    /// @return held the token's word before
    /// @return word the receivable's word
    function advance(uint256 token) external returns (TokenWord held, ReceivableWord word);
    /// @notice For modules: while a module holds the lock, nobody else changes ranges or payments.
    function takeLock() external;
    function releaseLock() external;

    /// @notice The word of a receivable ({ReceivableWord}) and of a token ({TokenWord}); 0 if there is none.
    function wordOf(uint192 id) external view returns (ReceivableWord);
    function tokenWord(uint256 token) external view returns (TokenWord);
    /// @notice The range of a token: owner, end (exclusive), cursor and flags; owner 0 if there is no such token.
    function range(uint256 token) external view returns (address owner, uint64 end, uint16 cursor, uint8 flags);
    function receivable(uint192 id) external view returns (Receivable memory);
    function moduleAt(uint8 index) external view returns (address);
    /// @notice What repayment needs of a receivable in one call.
    function repaymentTerms(uint192 id) external view returns (RepaymentTerms memory);
    /// @notice Dry run of a move by `account`: empty when it would go through, else the revert data that it would meet.
    function canMove(address account, Move calldata body) external view returns (bytes memory reason);

    struct Receivable {
        State state;
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
        bytes32 contentRoot;
        bytes32 digest;
    }

    struct RepaymentTerms {
        State state;
        uint64 face;
        uint64 owedLive;
        uint40 due;
        uint16 payments;
        uint8 module;
        uint8 cash;
        address obligor;
        uint32 grace;
        uint32 lateRate;
        uint32 lateBasis;
        bool disputed;
    }
}
