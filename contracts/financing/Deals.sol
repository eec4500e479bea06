// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IFinancing} from "../interfaces/IFinancing.sol";

/// @title How a deal is reckoned
/// @notice Money pays discount, then fee, then advance; the rest is the reserve. So the advance ends last, and nothing accrues after it.
library Deals {
    uint256 internal constant DAY = 1 days;

    /// @notice Allocates what came in at `time`, not before what was allocated so far.
    function allocate(IFinancing.Deal memory deal, IFinancing.Split memory split, uint64 amount, uint256 time)
        internal
        pure
    {
        accrue(deal, time);
        uint64 paid = uint64(Math.min(amount, discount(deal)));
        (deal.discountPaid, split.discount, amount) = (deal.discountPaid + paid, split.discount + paid, amount - paid);
        paid = amount < deal.fee ? amount : deal.fee;
        (deal.fee, split.fee, amount) = (deal.fee - paid, split.fee + paid, amount - paid);
        paid = amount < deal.advance ? amount : deal.advance;
        (deal.advance, split.advance) = (deal.advance - paid, split.advance + paid);
        split.reserve += amount - paid;
    }

    /// @notice Allocates receipts in their order: what is drawn is what the payments bring. Were it ever otherwise, all of it would still be allocated,
    /// at the latest now.
    function allocate(IFinancing.Deal memory deal, uint64 amount, uint64[] memory amounts, uint40[] memory times)
        internal
        view
        returns (IFinancing.Split memory split)
    {
        for (uint256 k = 0; k < amounts.length; ++k) {
            uint64 share = amounts[k] < amount ? amounts[k] : amount;
            amount -= share;
            if (share != 0) allocate(deal, split, share, times[k]);
        }
        if (amount != 0) allocate(deal, split, amount, block.timestamp);
    }

    /// @notice Counts the money-days until `time`.
    function accrue(IFinancing.Deal memory deal, uint256 time) internal pure {
        uint32 day = dayOf(time, deal.dayStart);
        if (day <= deal.day) return;
        deal.moneyDays += uint128(deal.advance) * (day - deal.day);
        deal.day = day;
    }

    /// @notice Discount accrued and unpaid, rounded down once over the whole life.
    function discount(IFinancing.Deal memory deal) internal pure returns (uint256) {
        return uint256(deal.moneyDays) * deal.discountRate / deal.discountBasis - deal.discountPaid;
    }

    /// @notice All that the bank still gets first, now.
    function outstanding(IFinancing.Deal memory deal) internal view returns (uint256) {
        accrue(deal, block.timestamp);
        return discount(deal) + deal.fee + deal.advance;
    }

    /// @notice The number of the legal day; the first day counts, the last does not.
    function dayOf(uint256 time, uint32 dayStart) internal pure returns (uint32) {
        return uint32((time + DAY - dayStart) / DAY);
    }
}
