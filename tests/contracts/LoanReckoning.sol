// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @notice A row as signed.
struct PlainRow {
    uint256 due;
    uint256 principal;
    uint256 numerator;
    bool interestDue;
}

/// @notice Loans reckoned day by day, as tests/model/loans.py does: whole numbers, loops, nothing in closed form and nothing shared with the contract.
contract LoanReckoning {
    struct Plain {
        uint256 principal;
        uint256 start;
        uint256 rate;
        uint256 overdueRate;
        bool onInterest;
        uint256 grace;
        uint256 defaultAfter;
        bool fromEnd;
        uint256 costs;
        uint256 scheduledPaid;
        uint256 prepaid;
        uint256 interestPaid;
        uint256 overduePaid;
        uint256 product;
        uint256 overdueProduct;
        uint256 day;
        uint256 ripe;
        uint256 settled;
        bool called;
        bool over;
        uint256[] interestDue;
        PlainRow[] rows;
    }

    uint256 private constant YEAR = 360;
    uint256 private constant UNIT = 1_000_000;

    Plain[] private loans;

    /// @dev On ACT/360.
    function open(
        uint256 start,
        uint256[3] calldata rates,
        uint256[2] calldata spans,
        bool onInterest,
        bool fromEnd,
        PlainRow[] calldata rows
    ) external {
        Plain storage loan = loans.push();
        (loan.start, loan.rate, loan.overdueRate, loan.principal) = (start, rates[0], rates[1], rates[2]);
        (loan.grace, loan.defaultAfter, loan.onInterest, loan.fromEnd) = (spans[0], spans[1], onInterest, fromEnd);
        for (uint256 i = 0; i < rows.length; ++i) {
            loan.rows.push(rows[i]);
        }
    }

    // --- Days ---

    function _ends(Plain storage loan, uint256 count) private view returns (uint256) {
        return count == 0 ? 0 : (loan.rows[count - 1].due - loan.start + 12 hours) / 1 days;
    }

    function _begun(Plain storage loan, uint256 time) private view returns (uint256 day) {
        uint256 fallen = loan.interestDue.length;
        uint256 anchor = fallen == 0 ? loan.start : loan.rows[fallen - 1].due;
        day = _ends(loan, fallen);
        while (anchor < time) (day, anchor) = (day + 1, anchor + 1 days);
        if (fallen < loan.rows.length && day > _ends(loan, fallen + 1)) day = _ends(loan, fallen + 1);
    }

    function _walk(Plain storage loan, uint256 day) private {
        for (; loan.day < day; ++loan.day) {
            loan.product += outstanding(loan);
            loan.overdueProduct += _weight(loan, loan.ripe);
        }
    }

    /// @dev Brings a loan to a time; anything may happen in between.
    function touch(uint256 which, uint256 time) public {
        Plain storage loan = loans[which];
        if (loan.over) return;
        while (loan.interestDue.length < loan.rows.length) {
            PlainRow storage row = loan.rows[loan.interestDue.length];
            if (row.due > time) break;
            _walk(loan, _ends(loan, loan.interestDue.length + 1));
            _ripen(loan, row.due);
            loan.interestDue.push(accrued(loan));
        }
        _walk(loan, _begun(loan, time));
        _ripen(loan, time);
        _settle(loan);
    }

    function _ripen(Plain storage loan, uint256 time) private {
        while (loan.ripe < loan.interestDue.length && time > loan.rows[loan.ripe].due + loan.grace) {
            uint256 extra = _weight(loan, loan.ripe + 1) - _weight(loan, loan.ripe);
            loan.overdueProduct += extra * (loan.day - _ends(loan, loan.ripe + 1));
            ++loan.ripe;
        }
    }

    function _weight(Plain storage loan, uint256 count) private view returns (uint256) {
        uint256 principal = _over(_scheduled(loan, count), loan.scheduledPaid);
        uint256 interest = loan.onInterest && count != 0 ? _over(loan.interestDue[count - 1], loan.interestPaid) : 0;
        return principal * (loan.overdueRate - loan.rate) + interest * loan.overdueRate;
    }

    function _settle(Plain storage loan) private {
        while (
            loan.settled < loan.interestDue.length && _scheduled(loan, loan.settled + 1) <= loan.scheduledPaid
                && loan.interestDue[loan.settled] <= loan.interestPaid
        ) ++loan.settled;
    }

    // --- What is owed ---

    function _over(uint256 a, uint256 b) private pure returns (uint256) {
        return a > b ? a - b : 0;
    }

    function outstanding(Plain storage loan) private view returns (uint256) {
        return loan.principal - loan.scheduledPaid - loan.prepaid;
    }

    function _scheduled(Plain storage loan, uint256 count) private view returns (uint256 sum) {
        for (uint256 i = 0; i < count; ++i) {
            sum += loan.rows[i].principal;
        }
        if (sum > loan.principal - loan.prepaid) sum = loan.principal - loan.prepaid;
    }

    function accrued(Plain storage loan) private view returns (uint256) {
        return loan.product * loan.rate / (UNIT * YEAR);
    }

    function due(uint256 which) public view returns (uint256[4] memory parts) {
        Plain storage loan = loans[which];
        uint256 fallen = loan.interestDue.length;
        uint256 scheduled = _scheduled(loan, fallen);
        bool all = scheduled == loan.principal - loan.prepaid;
        uint256 interest = all ? accrued(loan) : (fallen == 0 ? 0 : loan.interestDue[fallen - 1]);
        parts[0] = loan.costs;
        parts[1] = loan.overdueProduct / (UNIT * YEAR) - loan.overduePaid;
        parts[2] = _over(interest, loan.interestPaid);
        parts[3] = _over(scheduled, loan.scheduledPaid);
    }

    function owed(uint256 which) public view returns (uint256[4] memory parts) {
        Plain storage loan = loans[which];
        parts = due(which);
        parts[2] = accrued(loan) - loan.interestPaid;
        parts[3] = outstanding(loan);
    }

    /// @dev Principal of the next instalment beyond what is due.
    function next(uint256 which) public view returns (uint256) {
        Plain storage loan = loans[which];
        uint256 fallen = loan.interestDue.length;
        if (fallen == loan.rows.length) return 0;
        uint256 base = _scheduled(loan, fallen);
        if (loan.scheduledPaid > base) base = loan.scheduledPaid;
        return _over(_scheduled(loan, fallen + 1), base);
    }

    // --- Acts ---

    /// @dev Applies at most `amount`, `ahead` of principal that is not due.
    function pay(uint256 which, uint256 amount, uint256 ahead, bool prepays) external returns (uint256 total) {
        Plain storage loan = loans[which];
        uint256[4] memory parts = due(which);
        uint256 rest = amount;
        for (uint256 i = 0; i < 4; ++i) {
            if (parts[i] > rest) parts[i] = rest;
            rest -= parts[i];
        }
        uint256 early = accrued(loan) - loan.interestPaid - parts[2];
        if (early > rest) early = rest;
        if (ahead > rest - early) ahead = rest - early;
        loan.costs -= parts[0];
        loan.overduePaid += parts[1];
        loan.interestPaid += parts[2] + early;
        if (prepays && loan.fromEnd) {
            (loan.prepaid, loan.scheduledPaid) = (loan.prepaid + ahead, loan.scheduledPaid + parts[3]);
        } else {
            loan.scheduledPaid += parts[3] + ahead;
        }
        _settle(loan);
        total = amount - rest + early + ahead;
        uint256[4] memory left = owed(which);
        loan.over = left[0] + left[1] + left[2] + left[3] == 0;
    }

    function charge(uint256 which, uint256 amount) external {
        loans[which].costs += amount;
    }

    function call(uint256 which, uint256 time) external {
        Plain storage loan = loans[which];
        uint256 fallen = loan.interestDue.length;
        uint256 anchor = fallen == 0 ? loan.start : loan.rows[fallen - 1].due;
        uint256 days_ = loan.day - _ends(loan, fallen);
        uint256 ends = anchor + (days_ == 0 ? 1 : days_) * 1 days;
        PlainRow storage row = loan.rows[fallen];
        if (ends < row.due) row.due = ends;
        for (uint256 i = fallen + 1; i < loan.rows.length; ++i) {
            row.principal += loan.rows[i].principal;
        }
        while (loan.rows.length > fallen + 1) loan.rows.pop();
        (loan.grace, loan.called) = (0, true);
        touch(which, time);
    }

    // --- Figures ---

    function figures(uint256 which) external view returns (uint256[10] memory) {
        Plain storage loan = loans[which];
        return [
            outstanding(loan),
            loan.scheduledPaid,
            loan.prepaid,
            loan.costs,
            loan.product,
            loan.overdueProduct,
            loan.day,
            loan.interestDue.length,
            loan.ripe,
            loan.settled
        ];
    }

    function isOver(uint256 which) external view returns (bool) {
        return loans[which].over;
    }

    /// @dev Current 1, due 2, overdue 3, default 4, repaid 5.
    function condition(uint256 which, uint256 time) external view returns (uint8) {
        Plain storage loan = loans[which];
        if (loan.over) return 5;
        if (loan.settled == loan.interestDue.length) return 1;
        uint256 late = time - loan.rows[loan.settled].due;
        return late > loan.defaultAfter ? 4 : (late > loan.grace ? 3 : 2);
    }

    function canBeCalled(uint256 which) external view returns (bool) {
        Plain storage loan = loans[which];
        return !loan.called && loan.interestDue.length < loan.rows.length;
    }
}
