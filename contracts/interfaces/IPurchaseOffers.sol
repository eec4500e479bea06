// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// Whether the seller answers for the obligor. It has no default: `Missing` is refused.
enum Recourse {
    Missing,
    /// The bank is paid first, from the range or by the seller; the reserve is the seller's (CivC 766).
    Full,
    /// The bank has the range alone, for better or worse, and never a claim against the seller (CivC 767).
    None
}

/// A bank would buy [start, end) of `token` from `seller`. It names what it saw; the acceptance fails if any of it differs then.
struct OfferPurchase {
    uint256 token;
    uint64 start;
    uint64 end;
    address seller;
    /// What the bank saw: the token's length, payments so far, and the least that [start, end) is owed after them.
    uint64 length;
    uint16 payments;
    uint64 leastOwed;
    /// An amount, not a rate: what is paid is what was signed, with nothing to round. Whole, no interest is kept back (CivC 670).
    uint64 advance;
    /// Paid from what comes in, after the discount.
    uint64 fee;
    /// Discount a legal day as the fraction discountRate / discountBasis of the unpaid advance: 5 % a year by 360 days is 500 / 3,600,000.
    uint32 discountRate;
    uint32 discountBasis;
    /// Second of the UTC day at which a legal day begins (57,600 in China). The first day counts, the last does not (CivC 677).
    uint32 dayStart;
    Recourse recourse;
    /// The last second in which the offer can be accepted.
    uint40 until;
    /// Index of the cash at the desk; the receivable's own, since what is advanced and what comes in are set against each other.
    uint8 cash;
    bytes32 contentRoot;
}

/// @notice Offers of banks to buy ranges of receivables, and how much each bank will have advanced on an obligor.
/// @dev Amounts are minor units, times UTC seconds. An offer is one word, the digest of all that was offered, which the acceptance repeats whole. It
/// locks nothing; offers compete side by side, and those that were not accepted lapse by the facts. Its id is keccak256(abi.encode(bank, act id)) >> 64.
interface IPurchaseOffers {
    enum OfferState {
        None,
        Open,
        Recalled,
        Accepted
    }

    /// A bank takes back what it offered by the act id `offeredBy`.
    struct RecallPurchase {
        uint256 offeredBy;
    }

    /// The most that the acting bank will have advanced on an obligor and not got back. Set anew to change it; 0 stops new deals.
    struct SetBankCeiling {
        address obligor;
        uint16 currency;
        uint64 most;
    }

    event PurchaseOffered(
        uint192 indexed offer, address indexed bank, address indexed seller, OfferPurchase terms, uint40 offeredAt
    );
    event PurchaseRecalled(uint192 indexed offer, address indexed bank);
    event BankCeilingSet(address indexed bank, address indexed obligor, uint16 indexed currency, uint64 most);
    error RecourseMissing();
    /// @dev No advance, a rate above its basis, a basis of 0, a day that begins after the day, or an empty range.
    error TermsInvalid();
    error BankIsSeller(address account);
    error OfferLapsed(uint192 offer, uint40 until);
    error OfferExists(uint192 offer);
    error OfferNotOpen(uint192 offer, OfferState state);
    /// @dev The terms named are not those that the bank offered.
    error OfferDiffers(uint192 offer);
    /// @dev The bank's account was recovered after it offered.
    error OfferStale(uint192 offer, uint32 epoch, uint32 present);
    error NotSeller(address account, address seller);
    /// @dev Suspended, held by a court, or no bank any more.
    error BankUnable(address account);
    error NotFinancing(address caller);
    /// @dev What the offer names is not so now.
    error FactsDiffer(address owner, uint64 length, uint16 payments, uint64 owed);
    error CashDiffers(uint8 cash, uint8 pinned);
    error Disputed(uint192 receivable);
    error AboveCeiling(uint256 advanced, uint64 most);
    function offerPurchase(OfferPurchase calldata body) external returns (uint192 offer);
    function recallPurchase(RecallPurchase calldata body) external;
    function setBankCeiling(SetBankCeiling calldata body) external;

    /// @notice For {IFinancing}: uses up an open offer that `seller` accepts for a range that `owner` has. Reverts unless all is as the bank saw it.
    function take(uint192 offer, address bank, OfferPurchase calldata terms, address seller, address owner) external;
    /// @notice For {IFinancing}: the bank has so much more advanced on the receivable's obligor. Reverts AboveCeiling.
    function charge(address bank, uint192 receivable, uint64 amount) external;
    /// @notice For {IFinancing}: so much of it came back, or was given up.
    function discharge(address bank, uint192 receivable, uint64 amount) external;

    /// @notice Reverts as the acceptance by the seller, who has the range, would for what the offer is and names.
    function checkOffer(uint192 offer, address bank, OfferPurchase calldata terms) external view;
    function offerOf(uint192 offer) external view returns (OfferState state, uint32 epoch, uint200 digest);
    /// @notice What a bank has advanced on an obligor and not got back, and its ceiling if one is set.
    function advancedBy(address bank, address obligor, uint16 currency)
        external
        view
        returns (uint128 advanced, bool isSet, uint64 most);
}
