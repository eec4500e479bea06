// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @notice Transfers that wait for their recipient's sign-off, and notices of assignment to the obligor.
/// @dev An offered piece stays the sender's, locked; acceptance is the transfer; an offer that was not accepted in time has lapsed by itself.
interface IReceivableOffers {
    /// Cuts [start, end) out of `token` and locks it for `to` until `deadline`.
    struct OfferRange {
        uint256 token;
        uint64 start;
        uint64 end;
        address to;
        /// Hash of the trade background; may be 0 where the receivable's policy asks for none.
        bytes32 ref;
        /// The last second in which the offer can be accepted.
        uint40 deadline;
    }

    /// The recipient accepts what it saw: the offered range, and what payments had left of it.
    struct AcceptRange {
        uint256 token;
        uint64 length;
        uint16 payments;
        uint64 leastOwed;
        bytes32 ref;
    }

    struct DeclineRange {
        uint256 token;
        bytes32 reason;
    }

    /// The sender takes an offer back before it is accepted.
    struct RecallRange {
        uint256 token;
    }

    /// Assignor or assignee tells the obligor who holds [start, end) (CivC 546, 764); a receipt with its time, nothing moves.
    struct NotifyAssignment {
        uint192 receivable;
        uint64 start;
        uint64 end;
        address assignor;
        address assignee;
        /// Root of the notice's content: contract, identity and evidence (CivC 764).
        bytes32 contentRoot;
    }

    /// The obligor says that a notice reached it.
    struct AcknowledgeNotice {
        bytes32 notice;
    }

    struct Offer {
        address from;
        address to;
        uint40 deadline;
        uint64 length;
        bytes32 ref;
    }

    event RangeOffered(
        uint192 indexed receivable,
        address indexed from,
        address indexed to,
        uint64 start,
        uint64 end,
        uint40 deadline,
        bytes32 ref
    );
    event RangeAccepted(uint192 indexed receivable, address indexed from, address indexed to, uint64 start, uint64 end);
    event RangeDeclined(
        uint192 indexed receivable, address indexed from, address indexed to, uint64 start, bytes32 reason
    );
    event RangeRecalled(uint192 indexed receivable, address indexed from, address indexed to, uint64 start);
    /// @notice Somebody cleared the lock of an offer that had lapsed.
    event OfferLapsed(uint192 indexed receivable, address indexed from, address indexed to, uint64 start);
    event AssignmentNotified(
        bytes32 indexed notice,
        uint192 indexed receivable,
        address indexed obligor,
        address assignor,
        address assignee,
        uint64 start,
        uint64 end,
        bytes32 contentRoot,
        uint40 notifiedAt
    );
    event NoticeAcknowledged(
        bytes32 indexed notice, uint192 indexed receivable, address indexed obligor, uint40 acknowledgedAt
    );

    error DeadlinePassed(uint40 deadline);
    error DeadlineAhead(uint40 deadline);
    error NoOffer(uint256 token);
    error OfferOver(uint256 token, uint40 deadline);
    error NotRecipient(address account, address recipient);
    error NotSender(address account, address sender);
    error OfferedToSelf(address account);
    /// @dev What the acceptance names differs from what stands now.
    error OfferDiffers(uint256 token, uint64 length, uint16 payments, uint64 owed);
    error RefDiffers(bytes32 named, bytes32 offered);
    error NotParty(address account);
    error NoticeKnown(bytes32 notice);
    error UnknownNotice(bytes32 notice);
    error NotObligor(address account, address obligor);
    error RangeNotHeld(uint64 start, uint64 end, address assignee);

    /// @notice Offers a range; its id is the token's from now on, locked.
    function offer(OfferRange calldata body) external returns (uint256 piece);
    function accept(AcceptRange calldata body) external;
    function decline(DeclineRange calldata body) external;
    function recall(RecallRange calldata body) external;
    /// @notice Clears the lock of an offer that has lapsed. Anyone may call; moves need it not.
    function lapse(uint256 token) external;
    function notify(NotifyAssignment calldata body) external returns (bytes32 notice);
    function acknowledge(AcknowledgeNotice calldata body) external;

    /// @notice Whether an offer of the token can be accepted now; false for one that has lapsed.
    function isOpen(uint256 token) external view returns (bool);
    function offerOf(uint256 token) external view returns (Offer memory);
    /// @notice When a notice was given and when the obligor acknowledged it; 0 = not.
    function noticeOf(bytes32 notice) external view returns (uint40 notified, uint40 acknowledged);
}
