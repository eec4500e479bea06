// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @notice Ends and marks of receivables beside payment: retirement of ranges, cancellation by all holders, dispute, write-off.
interface IReceivableEndings {
    /// Why a range leaves.
    enum Reason {
        None,
        CreditNote,
        SetOff,
        Waiver,
        /// Money was paid to the holder outside the ledger.
        PaidOutside,
        Returned
    }

    /// Owner and obligor sign that [start, end) of `token` is owed nothing any more.
    struct RetireRange {
        uint256 token;
        uint64 start;
        uint64 end;
        Reason reason;
        /// What both saw: payments so far, and what the range is owed after them.
        uint16 payments;
        uint64 owed;
        /// Hash of the credit note, receipt or agreement.
        bytes32 document;
    }

    /// The owner of `token` agrees, or no longer agrees, that the receivable be cancelled; any move ends its consent.
    struct ConsentCancel {
        uint256 token;
        uint64 length;
        bool consents;
    }

    /// What the obligor disputes; it stops the automatic debit only.
    struct DisputeReceivable {
        uint192 receivable;
        /// Bits of {Scopes}.
        uint8 scope;
        bytes32 document;
    }

    struct EndDispute {
        uint192 receivable;
    }

    /// The holder's own mark; payments still come.
    struct WriteOff {
        uint256 token;
        bool writtenOff;
    }

    struct Dispute {
        address author;
        uint8 scope;
        uint40 since;
        /// It lapses by itself; so do all disputes of a receivable together after the term that its policy gave.
        uint40 until;
        uint32 used;
    }

    event DisputeBegun(uint192 indexed receivable, address indexed author, uint8 scope, uint40 until, bytes32 document);
    event DisputeEnded(uint192 indexed receivable, address indexed author, uint40 endedAt);
    event RangeRetirementSigned(
        uint192 indexed receivable,
        address indexed owner,
        uint64 start,
        uint64 end,
        Reason reason,
        uint64 owed,
        bytes32 document
    );
    event CancelConsented(uint192 indexed receivable, address indexed owner, uint64 start, uint64 end, bool consents);
    event WrittenOff(uint192 indexed receivable, address indexed owner, uint64 start, uint64 end, bool writtenOff);

    error ReasonMissing();
    error ObligorMustSign(address obligor);
    error RetirementDiffers(uint256 token, uint16 payments, uint64 owed);
    error NotOwner(uint256 token, address account, address owner);
    error NotObligor(address account, address obligor);
    error LengthDiffers(uint256 token, uint64 length);
    error NothingChanges();
    error NotLive(uint192 receivable);
    error DisputeStands(uint192 receivable, uint40 until);
    error NoDispute(uint192 receivable);
    error DisputesExhausted(uint192 receivable, uint32 term);
    error ScopeUnknown(uint8 scope);

    function retire(RetireRange calldata body) external;
    function consentCancel(ConsentCancel calldata body) external;
    /// @notice Cancels a receivable once the owners of everything that lives consent. Anyone may call.
    function cancel(uint192 receivable) external;
    function dispute(DisputeReceivable calldata body) external;
    function endDispute(EndDispute calldata body) external;
    /// @notice Clears the mark of a dispute whose term is over. Anyone may call; the debit needs it not.
    function lapseDispute(uint192 receivable) external;
    function writeOff(WriteOff calldata body) external;

    /// @notice Whether the obligor's dispute stops the debit now.
    function isDisputed(uint192 receivable) external view returns (bool);
    function disputeOf(uint192 receivable) external view returns (Dispute memory);
}
