// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// A receivable as its supplier or its obligor draws it up. The acting account is the issuer, `supplier` or `obligor`.
/// @dev Amounts are minor units, times UTC seconds.
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
    /// Hash of why the tenor is longer than the policy's usual one; 0 where it isn't.
    bytes32 tenorReason;
    bytes32 contentRoot;
}

/// @notice Receivables before they live: drawn up by one party, confirmed or refused by the obligor.
/// @dev A draft has no token; it is one word, the digest of all that was issued, which the confirmation repeats whole.
interface IReceivableDrafts {
    enum Draft {
        None,
        Open,
        Confirmed,
        Refused,
        Withdrawn
    }

    /// The issuer withdraws what it issued by the act id `issuedBy`.
    struct WithdrawDraft {
        uint256 issuedBy;
    }

    /// The obligor confirms the very terms that were issued, so that no other record can be hit.
    struct ConfirmReceivable {
        uint192 receivable;
        address issuer;
        Issue terms;
        /// Invoice fingerprint, keyed with a secret that the members share; consumed by the confirmation.
        bytes32 fingerprint;
        /// What is confirmed: bits of {ConfirmationTerms}; existence, amount and due date at least.
        uint8 confirmed;
        /// The same invoice's fingerprints under earlier versions of the secret that are not yet retired; consumed too.
        bytes32[] earlier;
    }

    /// The obligor refuses a draft, named by id and by the digest of all that was issued ({draftOf}).
    struct RefuseReceivable {
        uint192 receivable;
        address issuer;
        Issue terms;
        bytes32 reason;
    }

    /// What a version of the policy demands of the receivables that name it; seconds.
    struct Policy {
        /// The longest tenor without a reason, and with one.
        uint40 usualTenor;
        uint40 mostTenor;
        /// For how long all disputes of a receivable together may stop its automatic debit.
        uint32 disputeTerm;
        /// Every move names its trade background.
        bool demandsBackground;
    }

    event PolicySet(uint16 indexed policy, Policy terms);
    event PolicyRetired(uint16 indexed policy);
    event ReceivableIssued(
        uint192 indexed receivable, address indexed issuer, bytes32 indexed issued, Issue terms, uint40 issuedAt
    );
    event DraftWithdrawn(uint192 indexed receivable);
    event ReceivableConfirmed(
        uint192 indexed receivable,
        address indexed supplier,
        address indexed obligor,
        Issue terms,
        bytes32 confirmation,
        bytes32 fingerprint,
        bytes32[] earlier,
        uint16 marks,
        uint40 confirmedAt
    );
    event ReceivableRefused(uint192 indexed receivable, bytes32 reason);

    error DraftExists(uint192 receivable);
    error DraftNotOpen(uint192 receivable, Draft state);
    error NotIssuer(address account);
    error NotObligor(address account, address obligor);
    error PartyInactive(address account);
    error SupplierDeclines(address supplier);
    error FaceOutOfRange(uint64 face);
    error DueOutOfRange(uint40 due, uint40 earliest, uint40 latest);
    error CurrencyMismatch(uint16 currency, uint16 cashCurrency);
    error DecimalsUnsupported(uint8 cash, uint8 decimals);
    /// @dev lateRate above lateBasis, lateBasis 0, a least piece above the largest face, or one account as both parties.
    error TermsInvalid();
    error ConfirmationIncomplete(uint8 confirmed, uint8 least);
    error TenorReasonMissing(uint40 due, uint40 usual);
    error TooManyFingerprints(uint256 count);
    error UnknownPolicy(uint16 policy);
    error PolicyExists(uint16 policy);
    error PolicyIsRetired(uint16 policy);
    error UnknownModule(uint8 module);
    error DigestMismatch(bytes32 named, bytes32 stored);
    error FingerprintUsed(bytes32 fingerprint, uint192 receivable);
    error FingerprintMissing();

    /// @notice Draws up a receivable; its id is keccak256(abi.encode(issuer, act id)) >> 64.
    function issue(Issue calldata body) external returns (uint192 receivable);
    function withdrawDraft(WithdrawDraft calldata body) external;
    function confirm(ConfirmReceivable calldata body) external;
    function hashConfirmReceivable(ConfirmReceivable calldata body) external view returns (bytes32);
    function refuse(RefuseReceivable calldata body) external;
    function hashRefuseReceivable(RefuseReceivable calldata body) external view returns (bytes32);

    /// @notice Sets a policy version (council, under delay); a version once set never changes.
    function setPolicy(uint16 policy, Policy calldata terms) external;
    /// @notice Ends a policy version for new drafts (council, under delay); what was drawn up under it goes on.
    function retirePolicy(uint16 policy) external;

    /// @notice State of a draft, when it was issued, and 200 bits of the digest of issuer and terms.
    function draftOf(uint192 receivable) external view returns (Draft state, uint40 issuedAt, uint200 digest);
    /// @notice Whether a fingerprint backs a receivable: one that was cancelled before any payment lets it go.
    function fingerprintUsed(bytes32 fingerprint) external view returns (bool);
    /// @notice What a policy version demands, whether it was set, and whether it is retired.
    function policyOf(uint16 policy) external view returns (Policy memory terms, bool set, bool retired);
}
