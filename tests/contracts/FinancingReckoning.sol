// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @notice What deals come to, reckoned anew from their receipts day by day; nothing is carried forward, so nothing can depend on who collects when.
contract FinancingReckoning {
    struct Receipt {
        uint256 time;
        uint256 amount;
    }

    struct Deal {
        address bank;
        bool full;
        uint64 advance;
        uint64 fee;
        uint32 rate;
        uint32 basis;
        uint32 dayStart;
        uint256 since;
        Receipt[] receipts;
        /// Of the receipts, how many are paid out, and what bank and seller have of them.
        uint256 settled;
        uint256 toBank;
        uint256 toSeller;
    }

    struct Figures {
        uint256 moneyDays;
        uint256 discountPaid;
        uint256 discount;
        uint256 fee;
        uint256 advance;
        uint256 reserve;
    }

    mapping(uint192 id => Deal) private deals;
    /// What each account has, in cash and credits.
    mapping(address account => int256) public wealth;

    function give(address account, uint256 amount) public {
        wealth[account] += int256(amount);
    }

    function take(address account, uint256 amount) public {
        wealth[account] -= int256(amount);
    }

    function open(uint192 id, address bank, bool full, uint64[2] calldata amounts, uint32[3] calldata discount)
        external
    {
        Deal storage d = deals[id];
        (d.bank, d.full, d.since) = (bank, full, block.timestamp);
        (d.advance, d.fee) = (amounts[0], amounts[1]);
        (d.rate, d.basis, d.dayStart) = (discount[0], discount[1], discount[2]);
    }

    function receive_(uint192 id, uint256 amount) external {
        if (amount != 0) deals[id].receipts.push(Receipt(block.timestamp, amount));
    }

    /// @notice Everything received is paid out: to the bank what is its, the reserve to the seller or, without recourse, to the bank.
    function settle(uint192 id, address seller) external {
        Deal storage d = deals[id];
        Figures memory f = figures(id, block.timestamp);
        uint256 first = f.discountPaid + d.fee - f.fee + d.advance - f.advance;
        (uint256 toBank, uint256 toSeller) = d.full ? (first, f.reserve) : (first + f.reserve, 0);
        give(d.bank, toBank - d.toBank);
        give(seller, toSeller - d.toSeller);
        (d.toBank, d.toSeller, d.settled) = (toBank, toSeller, d.receipts.length);
    }

    function assign(uint192 id, address bank) external {
        deals[id].bank = bank;
    }

    function bankOf(uint192 id) external view returns (address) {
        return deals[id].bank;
    }

    function isFull(uint192 id) external view returns (bool) {
        return deals[id].full;
    }

    function paidOut(uint192 id) external view returns (uint256 toBank, uint256 toSeller, uint256 received) {
        Deal storage d = deals[id];
        for (uint256 i = 0; i < d.settled; ++i) {
            received += d.receipts[i].amount;
        }
        return (d.toBank, d.toSeller, received);
    }

    function figures(uint192 id, uint256 time) public view returns (Figures memory f) {
        Deal storage d = deals[id];
        (f.fee, f.advance) = (d.fee, d.advance);
        uint256 day = _day(d, d.since);
        for (uint256 i = 0; i < d.receipts.length; ++i) {
            day = _days(d, f, day, d.receipts[i].time);
            _pay(d, f, d.receipts[i].amount);
        }
        _days(d, f, day, time);
        f.discount = f.moneyDays * d.rate / d.basis - f.discountPaid;
    }

    function outstanding(uint192 id) external view returns (uint256) {
        Figures memory f = figures(id, block.timestamp);
        return f.discount + f.fee + f.advance;
    }

    function _days(Deal storage d, Figures memory f, uint256 day, uint256 time) private view returns (uint256) {
        for (; day < _day(d, time); ++day) {
            f.moneyDays += f.advance;
        }
        return day;
    }

    /// @dev Unit by unit would be the plainest; by the least of what is there and what is asked is as plain.
    function _pay(Deal storage d, Figures memory f, uint256 amount) private view {
        uint256 discount = _least(amount, f.moneyDays * d.rate / d.basis - f.discountPaid);
        uint256 fee = _least(amount - discount, f.fee);
        uint256 advance = _least(amount - discount - fee, f.advance);
        f.discountPaid += discount;
        f.fee -= fee;
        f.advance -= advance;
        f.reserve += amount - discount - fee - advance;
    }

    function _least(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }

    function _day(Deal storage d, uint256 time) private view returns (uint256) {
        return (time + 1 days - d.dayStart) / 1 days;
    }
}
