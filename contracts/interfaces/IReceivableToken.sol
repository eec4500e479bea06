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

    event CompanionNamed(address indexed companion, uint16 powers);
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
    /// @notice Nobody is owed anything any more, after the last of those who paid in the obligor's place.
    event ReceivableClosed(uint192 indexed receivable);
    event ReceivableCancelled(uint192 indexed receivable);
    /// @notice [start, end) is the obligor's for ever and is owed nothing: `owed` fell away. It counts as number `payments` in the order of payments.
    event RangeRetired(
        uint192 indexed receivable, address indexed owner, uint64 start, uint64 end, uint64 owed, uint16 payments
    );
    /// @notice The flags of the token that begins at `start`, whole.
    event FlagsSet(uint192 indexed receivable, uint64 start, uint8 flags);
    /// @notice Marks and terms of the receivable, whole.
    event MarksSet(uint192 indexed receivable, uint16 marks);
    event PausedSet(uint192 indexed receivable, bool paused);

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
    /// @dev A court holds all that the account has.
    error AccountHeld(address account);
    /// @dev The caller is no companion with these powers.
    error NotCompanion(address caller, uint16 powers);
    error StillOwed(uint64 owedLive);
    error NotConsented(uint192 receivable, uint64 consented, uint64 live);
    error ValueNotRange(uint256 value, uint64 length);
    error NothingNamed();
    error NotModule(address caller);
    /// @dev A module's payment would raise the debt, or number 1,024.
    error PaymentRefused(uint192 receivable);
    error ModuleExists(address module);
    error ReceivableExists(uint192 receivable);
    /// @dev The token's lock is taken: ranges or payments are being written further up in this call.
    error Locked();

    function move(Move calldata body) external returns (uint256 piece);
    function moveBatch(MoveBatch calldata body) external;
    function moveMany(MoveMany calldata body) external;
    function merge(Merge calldata body) external;
    /// @notice Ends every approval of the acting account, by a key that may dispose of its tokens or administers it.
    function revokeApprovals(RevokeApprovals calldata body) external;

    /// @notice For a companion with {Powers-OPEN}: opens a confirmed receivable and mints its whole range to the supplier.
    function open(uint192 id, Issue calldata terms, uint16 marks, bytes32 confirmation, uint40 issuedAt) external;
    /// @notice Appends a repayment module (council, under delay); indices count from 1.
    function appendModule(address module) external returns (uint8 index);

    /// @notice For a companion with {Powers-CARRY}: a move on the strength of what was signed at the companion; `flags` are set on the piece. Held
    /// ranges go with the money kept for them, uncredited, where the companion has HELD.
    function carry(Move calldata body, uint8 flags) external returns (uint256 piece);
    /// @notice For companions: sets and clears flags of a token.
    function flag(uint256 token, uint8 set, uint8 clear) external;
    /// @notice For companions: sets and clears HELD or DISPUTED of a receivable.
    function mark(uint192 receivable, uint16 set, uint16 clear) external;
    /// @notice For a companion with {Powers-END}: [start, end) leaves for ever. What waits must have been distributed before.
    function retire(uint256 token, uint64 start, uint64 end, bytes32 ref) external;
    /// @notice For a companion with {Powers-END}: ends a receivable whose live ranges all consent.
    function cancel(uint192 receivable) external;
    /// @notice Stops moves of one receivable, or lets them go on (council, under delay); never payments or draws.
    function setPaused(uint192 receivable, bool paused) external;

    /// @notice For the pinned module: records a payment and what live ranges are owed after it; `closes` when nobody is owed anything then.
    function recordPayment(uint192 receivable, uint64 owedLive, bool closes) external returns (uint16 payments);
    /// @notice For the pinned module: nobody is owed anything any more.
    function close(uint192 receivable) external;
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
    function moduleAt(uint8 index) external view returns (address);
    /// @notice Whether a module was ever appended, and what a companion may do.
    function isModule(address module) external view returns (bool);
    function powersOf(address companion) external view returns (uint16);
    /// @notice What repayment needs of a receivable in one call.
    function termsOf(uint192 id)
        external
        view
        returns (
            ReceivableWord word,
            address obligor,
            uint32 grace,
            uint32 lateRate,
            uint32 lateBasis,
            address supplier
        );
    /// @notice What it does not: times, lengths of retired ranges and of those that consent to a cancellation, content root and confirmation's digest.
    function detailsOf(uint192 id)
        external
        view
        returns (
            uint40 issuedAt,
            uint40 confirmedAt,
            uint64 retired,
            uint64 consented,
            bytes32 contentRoot,
            bytes32 digest
        );
    /// @notice Reverts as {move} by `account` would; the checks are the same code.
    function checkMove(address account, Move calldata body) external view;
}
