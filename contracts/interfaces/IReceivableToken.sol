// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @notice Confirmed receivables as intervals [0, face) of minor units; a token is a sub-interval and its id says which.
/// @dev tokenId = receivable << 64 | start. `receivable` is a 192-bit id: keccak256(abi.encode(issuer, act id)) >> 64. Amounts are minor units, times UTC seconds.
interface IReceivableToken {
    /// Stored states; due, grace, overdue and default are computed by {IRepayment-stateAt}.
    enum State {
        None,
        Draft,
        Live,
        Closed,
        Cancelled,
        Refused
    }

    /// A receivable as its supplier or its obligor draws it up. The acting account is the issuer, `supplier` or `obligor`.
    struct Issue {
        address supplier;
        address obligor;
        uint64 face;
        /// The second from which the debt is late: the end of the legal due day.
        uint40 due;
        /// Seconds after `due` in which lateness costs nothing if it is paid by their end.
        uint32 grace;
        /// Late interest a day as the fraction lateRate / lateBasis of what is owed; lateBasis > 0.
        uint32 lateRate;
        uint32 lateBasis;
        /// ISO 4217 number; a currency of 2 decimals that `cash` is in.
        uint16 currency;
        /// Index of the cash contract at the desk.
        uint8 cash;
        /// Index of the repayment module that the receivable pins.
        uint8 module;
        /// Base-2 logarithm of the least piece that may be cut out.
        uint8 leastPiece;
        uint16 policy;
        bytes32 contentRoot;
    }

    struct WithdrawDraft {
        uint192 receivable;
    }

    /// The obligor confirms what was issued: id and digest, so that no other record can be hit.
    struct ConfirmReceivable {
        uint192 receivable;
        /// Digest of everything that Issue stored ({IReceivableToken-digestOf}).
        bytes32 issued;
        /// Invoice fingerprint, keyed with a secret that the members share; consumed for ever.
        bytes32 fingerprint;
        /// What is confirmed: bits of {ConfirmationTerms}.
        uint8 terms;
    }

    struct RefuseReceivable {
        uint192 receivable;
        bytes32 issued;
        bytes32 reason;
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

    /// Ends every approval that the acting account has given.
    struct RevokeApprovals {
        bool all;
    }

    event PolicySet(uint16 indexed policy, uint40 mostTenor, bool demandsBackground);
    event ModuleAppended(uint8 indexed index, address module);
    event ReceivableIssued(
        uint192 indexed receivable, address indexed issuer, bytes32 indexed issued, Issue terms, uint40 issuedAt
    );
    event DraftWithdrawn(uint192 indexed receivable);
    event ReceivableConfirmed(
        uint192 indexed receivable,
        address indexed supplier,
        address indexed obligor,
        bytes32 confirmation,
        bytes32 fingerprint,
        uint8 terms,
        uint40 confirmedAt
    );
    event ReceivableRefused(uint192 indexed receivable, bytes32 reason);
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
    event RangesMerged(uint192 indexed receivable, address indexed owner, uint64 start, uint64 middle, uint64 end);
    /// @notice The pinned module recorded payment `payments`; `owedLive` is what live ranges are owed after it.
    event PaymentRecorded(uint192 indexed receivable, uint16 payments, uint64 owedLive, bool closed);
    event CursorAdvanced(uint192 indexed receivable, uint64 start, uint16 cursor);

    error UnknownReceivable(uint192 receivable);
    error ReceivableExists(uint192 receivable);
    error WrongState(uint192 receivable, State state);
    error NotIssuer(address account);
    error NotObligor(address account, address obligor);
    error PartyInactive(address account);
    error FaceOutOfRange(uint64 face);
    error DueOutOfRange(uint40 due, uint40 earliest, uint40 latest);
    error CurrencyMismatch(uint16 currency, uint16 cashCurrency);
    error TermsInvalid();
    error UnknownPolicy(uint16 policy);
    error PolicyExists(uint16 policy);
    error UnknownModule(uint8 module);
    error DigestMismatch(bytes32 named, bytes32 stored);
    error FingerprintUsed(bytes32 fingerprint);
    error RangeOutside(uint64 start, uint64 end, uint64 tokenStart, uint64 tokenEnd);
    error RangeEmpty(uint64 start, uint64 end);
    error PieceTooSmall(uint64 length, uint64 least);
    error RecipientInactive(address recipient);
    error RecipientDeclinesDirect(address recipient);
    error BackgroundMissing(uint192 receivable);
    error TokenLocked(uint256 token, uint256 flags);
    error ReceivablePaused(uint192 receivable);
    error NotNeighbours(uint256 left, uint256 right);
    error OwnersDiffer(address left, address right);
    error NotModule(address caller);
    error Locked();

    function issue(Issue calldata body) external returns (uint192 receivable);
    function withdrawDraft(WithdrawDraft calldata body) external;
    function confirm(ConfirmReceivable calldata body) external;
    function refuse(RefuseReceivable calldata body) external;
    function move(Move calldata body) external returns (uint256 piece);
    function moveBatch(MoveBatch calldata body) external;
    function hashMoveBatch(MoveBatch calldata body) external view returns (bytes32);
    function moveMany(MoveMany calldata body) external;
    function hashMoveMany(MoveMany calldata body) external view returns (bytes32);
    function merge(Merge calldata body) external;
    function revokeApprovals(RevokeApprovals calldata body) external;

    /// @notice Sets a policy version (council, under delay); a version once set never changes.
    function setPolicy(uint16 policy, uint40 mostTenor, bool demandsBackground) external;
    /// @notice Appends a repayment module (council, under delay); indices count from 1.
    function appendModule(address module) external returns (uint8 index);

    /// @notice For the pinned module: records a payment and what live ranges are owed after it.
    function recordPayment(uint192 receivable, uint64 owedLive) external returns (uint16 payments);
    /// @notice For the pinned module: sets the token's cursor to the last payment and says what it was.
    function advance(uint256 token) external returns (address owner, uint64 end, uint16 cursor, uint16 payments);

    /// @notice The range of a token: owner, end (exclusive), cursor and flags; owner 0 if there is no such token.
    function range(uint256 token) external view returns (address owner, uint64 end, uint16 cursor, uint8 flags);
    function receivable(uint192 id) external view returns (Receivable memory);
    function digestOf(uint192 id) external view returns (bytes32);
    function fingerprintUsed(bytes32 fingerprint) external view returns (bool);
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
        uint8 terms;
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
