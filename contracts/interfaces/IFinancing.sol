// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ICustody} from "./ICustody.sol";
import {OfferPurchase, Recourse} from "./IPurchaseOffers.sol";

/// @notice Purchase of receivables: the seller accepts a bank's offer ({IPurchaseOffers}), the range goes into custody against the advance, and what it
/// brings is paid in order (CivC 766, 767).
/// @dev Amounts are minor units, times UTC seconds. A deal has the id of the offer that it was.
/// What a deal comes to follows from facts alone: a payment counts from the second in which Repayment distributed it, whoever collects it and when.
///
///   outstanding = discount accrued + fee + advance, each as far as unpaid; money pays them in this order; what is left is the reserve
///   discount accrued = floor(money-days * discountRate / discountBasis), money-days = sum of the unpaid advance times legal days
interface IFinancing is ICustody {
    enum DealState {
        None,
        Active,
        /// The bank has everything; the range waits until it can go back to the seller.
        Satisfied,
        Ended
    }

    enum Ending {
        None,
        /// The bank got everything.
        Repaid,
        /// Without recourse: the receivable is closed or cancelled and brings nothing more.
        Exhausted,
        Refinanced,
        TakenOut,
        Waived,
        Settled
    }

    /// Where money of a deal came from.
    enum Source {
        Collection,
        Recourse,
        BuyBack
    }

    /// The seller accepts the very terms that were offered. This names both legs, and with recourse lets the seller's cash be debited up to what
    /// is outstanding once the receivable is overdue.
    struct AcceptPurchase {
        uint192 offer;
        address bank;
        OfferPurchase terms;
    }

    /// The seller accepts another bank's offer for a range in custody: the old bank is paid out of the new advance, the rest is the seller's.
    struct RefinanceDeal {
        uint192 deal;
        /// The most that the old bank may still be owed.
        uint64 mostPayoff;
        uint192 offer;
        address bank;
        OfferPurchase terms;
    }

    /// The seller pays everything outstanding, at most `most`.
    struct BuyBack {
        uint192 deal;
        uint64 most;
    }

    /// A deal without recourse goes from its bank to another one, at a price; both sign.
    struct AssignDeal {
        uint192 deal;
        address to;
        uint64 price;
        /// What both saw.
        uint16 payments;
        uint64 leastOwed;
    }

    /// The bank of a deal without recourse takes the range itself.
    struct TakeOutDeal {
        uint192 deal;
    }

    /// The bank gives up what is outstanding; the range goes back to the seller. So ends what was paid outside the ledger too.
    struct WaiveDeal {
        uint192 deal;
        bytes32 reason;
    }

    /// Bank and seller end a deal with recourse; the range goes to one of them, and nobody owes anybody anything by the deal.
    struct SettleDeal {
        uint192 deal;
        address to;
        bytes32 document;
    }

    /// Bank and seller let [tailStart, end) leave custody, to one of them; what is outstanding stays. For a credit note on a part, say.
    struct ReleaseTail {
        uint192 deal;
        uint64 tailStart;
        address to;
        bytes32 document;
    }

    /// Pays out what was credited while the account could not be paid.
    struct WithdrawFinancing {
        uint8 cash;
    }

    /// @dev In five words, as they stand.
    struct Deal {
        address bank;
        DealState state;
        Recourse recourse;
        uint8 cash;
        uint32 dayStart;
        uint40 since;
        address seller;
        /// Unpaid, as last reckoned.
        uint64 advance;
        /// The legal day that money-days run to.
        uint32 day;
        uint192 receivable;
        uint64 start;
        uint64 end;
        /// Unpaid, as last reckoned.
        uint64 fee;
        uint128 moneyDays;
        uint32 discountRate;
        uint32 discountBasis;
        uint128 discountPaid;
    }

    /// What an amount paid.
    struct Split {
        uint64 discount;
        uint64 fee;
        uint64 advance;
        uint64 reserve;
    }

    /// @notice [start, end) is in custody and the advance paid: `payoff` of it to the bank of `refinanced`, if that is not 0, the rest to the seller.
    event DealOpened(
        uint192 indexed deal,
        address indexed bank,
        address indexed seller,
        uint192 receivable,
        uint64 start,
        uint64 end,
        uint64 advance,
        uint64 payoff,
        uint192 refinanced,
        uint40 since,
        bytes32 acceptance
    );
    /// @notice Money of a deal and what it paid; the reserve went to the seller (recourse) or the bank (none). Then what is unpaid.
    event DealPaid(
        uint192 indexed deal,
        Source source,
        Split paid,
        uint64 advance,
        uint64 fee,
        uint128 moneyDays,
        uint128 discountPaid,
        uint32 day
    );
    event DealSatisfied(uint192 indexed deal);
    /// @notice The deal is over; the range went to `to` (0: it stayed where it was). What was left unpaid.
    event DealEnded(
        uint192 indexed deal, Ending ending, address to, uint256 discount, uint64 fee, uint64 advance, bytes32 document
    );
    event DealAssigned(uint192 indexed deal, address indexed from, address indexed to, uint64 price);
    event TailReleased(uint192 indexed deal, address indexed to, uint64 start, uint64 end, bytes32 document);
    /// @notice [start, end) went to `to` while the deal goes on: a court's order took it, or it went back before the rest could. What is left lies
    /// in [from, until).
    event RangeLeft(uint192 indexed deal, address indexed to, uint64 start, uint64 end, uint64 from, uint64 until);
    event FinancingCredited(address indexed account, uint8 indexed cash, uint192 indexed deal, uint64 amount);
    event FinancingWithdrawn(address indexed account, uint8 indexed cash, uint64 amount);

    error NotSeller(address account, address seller);
    error NotBank(address account, address bank);
    /// @dev Suspended, held by a court, or without the role that the act takes.
    error PartyUnable(address account);
    /// @dev What the assignment names is not so now.
    error AssignedDiffers(uint192 deal, uint16 payments, uint64 owed);
    error BothMustSign(address bank, address seller);
    error NeitherParty(address account);
    error RangeDiffers(uint192 deal, uint64 start, uint64 end);
    error WrongDealState(uint192 deal, DealState state);
    /// @dev The act is for deals of the other recourse: without it there is no claim against the seller, with it the reserve is the seller's.
    error RecourseDiffers(uint192 deal, Recourse recourse);
    error PayoffAbove(uint256 outstanding, uint64 most);
    error NotOverdue(uint192 receivable);
    error NothingFree(address seller);
    error NothingOutstanding(uint192 deal);
    /// @dev Money of the range is kept under a court's hold.
    error MoneyHeld(uint256 token);
    error NothingCredited(address account);

    function acceptPurchase(AcceptPurchase calldata body) external returns (uint192 deal);
    function hashAcceptPurchase(AcceptPurchase calldata body) external view returns (bytes32);
    function refinanceDeal(RefinanceDeal calldata body) external returns (uint192 deal);
    function hashRefinanceDeal(RefinanceDeal calldata body) external view returns (bytes32);
    function buyBack(BuyBack calldata body) external;
    function assignDeal(AssignDeal calldata body) external;
    function takeOutDeal(TakeOutDeal calldata body) external;
    function waiveDeal(WaiveDeal calldata body) external;
    function settleDeal(SettleDeal calldata body) external;
    function releaseTail(ReleaseTail calldata body) external;
    function withdrawFinancing(WithdrawFinancing calldata body) external;

    /// @notice Draws what the range is owed and pays bank and seller. Anyone may call; the range goes back as soon as the bank is satisfied.
    function collect(uint192 deal) external;
    /// @notice Gives the range of a satisfied deal back to the seller. Anyone may call; reverts with what still stands in the way.
    function release(uint192 deal) external;
    /// @notice Takes what is outstanding from the seller's free cash, as much as there is, once the receivable is overdue or brings nothing more.
    /// Anyone may call; only the condition decides.
    function fireRecourse(uint192 deal) external;
    /// @notice Dry run of {fireRecourse}: the amount that it would take, or the revert data that it would meet.
    function checkRecourse(uint192 deal) external view returns (uint64 amount, bytes memory reason);
    /// @notice Makes neighbouring tokens of the deal one again, after a court's hold had cut them. Anyone may call.
    function join(uint192 deal) external;

    /// @notice A deal as last reckoned.
    function dealOf(uint192 deal) external view returns (Deal memory);
    function isOver(uint192 deal) external view returns (bool);
    /// @notice What the bank still gets first at a time not before the last payment, everything counted that was distributed.
    function outstandingAt(uint192 deal, uint40 time)
        external
        view
        returns (uint256 discount, uint64 fee, uint64 advance);
    /// @notice What {collect} would draw now.
    function collectable(uint192 deal) external view returns (uint64);
    function financingCredit(address account, uint8 cash) external view returns (uint64);
}
