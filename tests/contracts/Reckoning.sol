// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @notice The reference that random lives are held against: receivables and their money, unit by unit and day by day, with none of the contracts' code.
/// @dev Every rule is written out: what [0, x) is owed stands in an array for each x, and each payment changes all of it; each day that is late adds its
/// debt. Nothing is packed, shared or computed in closed form.
contract Reckoning {
    /// What a range [start, end) is as a token.
    struct Piece {
        uint64 end;
        address owner;
        /// How many payments it has drawn.
        uint256 drawn;
    }

    struct Terms {
        uint64 face;
        uint256 due;
        uint256 grace;
        uint256 rate;
        uint256 basis;
    }

    struct Money {
        uint256 waitingPrincipal;
        uint256 waitingInterest;
        uint256 interestPaid;
        uint256 lastDistribution;
        uint256 moneyDays;
        uint256 daysCounted;
        uint256 distributed;
        uint256 payments;
    }

    Terms[] public terms;
    Money[] public money;
    mapping(uint256 which => mapping(uint64 start => Piece)) public pieces;
    /// What [0, x) has got of the first k payments.
    mapping(uint256 which => mapping(uint256 k => mapping(uint256 x => uint256))) public principalUntil;
    mapping(uint256 which => mapping(uint256 k => mapping(uint256 x => uint256))) public interestUntil;

    mapping(address account => bool) public suspended;
    mapping(address account => bool) public isContract;
    mapping(address account => uint256) public balance;
    mapping(address account => uint256) public credit;
    mapping(address account => mapping(uint256 which => mapping(uint64 start => uint256))) public rangeCredit;

    // --- What there is ---

    function open(Terms memory of_, address supplier) external {
        terms.push(of_);
        money.push();
        pieces[terms.length - 1][0] = Piece(of_.face, supplier, 0);
    }

    function setSuspended(address account, bool is_) external {
        suspended[account] = is_;
    }

    function setContract(address account) external {
        isContract[account] = true;
    }

    /// @notice What is left of [start, end) after every payment.
    function owed(uint256 which, uint64 start, uint64 end) public view returns (uint256) {
        uint256 k = money[which].payments;
        return (end - principalUntil[which][k][end]) - (start - principalUntil[which][k][start]);
    }

    function owedToAll(uint256 which) public view returns (uint256) {
        return terms[which].face - money[which].distributed;
    }

    /// @notice Principal that is still to be paid: what waits has paid it.
    function debt(uint256 which) public view returns (uint256) {
        return owedToAll(which) - money[which].waitingPrincipal;
    }

    function undrawn(uint256 which, uint64 start) public view returns (uint256 principal, uint256 interest) {
        Piece memory piece = pieces[which][start];
        uint256 last = money[which].payments;
        principal = _between(principalUntil[which][last], start, piece.end)
            - _between(principalUntil[which][piece.drawn], start, piece.end);
        interest = _between(interestUntil[which][last], start, piece.end)
            - _between(interestUntil[which][piece.drawn], start, piece.end);
    }

    function _between(mapping(uint256 => uint256) storage until, uint64 start, uint64 end)
        private
        view
        returns (uint256)
    {
        return until[end] - until[start];
    }

    function give(address account, uint256 amount) external {
        balance[account] += amount;
    }

    function take(address account, uint256 amount) external {
        balance[account] -= amount;
    }

    // --- Holders ---

    /// @notice Cuts [start, end) out of the piece that begins at `from` and gives it to `to`; the owner has drawn everything before.
    function cut(uint256 which, uint64 from, uint64 start, uint64 end, address to) public {
        draw(which, from);
        Piece memory source = pieces[which][from];
        if (start > from) pieces[which][from] = Piece(start, source.owner, source.drawn);
        pieces[which][start] = Piece(end, to, source.drawn);
        if (end < source.end) pieces[which][end] = Piece(source.end, source.owner, source.drawn);
    }

    function merge(uint256 which, uint64 left, uint64 right) external {
        draw(which, left);
        draw(which, right);
        pieces[which][left].end = pieces[which][right].end;
        delete pieces[which][right];
    }

    function draw(uint256 which, uint64 start) public {
        (uint256 principal, uint256 interest) = undrawn(which, start);
        Piece storage piece = pieces[which][start];
        piece.drawn = money[which].payments;
        uint256 amount = principal + interest;
        if (isContract[piece.owner]) rangeCredit[piece.owner][which][start] += amount;
        else if (suspended[piece.owner]) credit[piece.owner] += amount;
        else balance[piece.owner] += amount;
    }

    function withdraw(address account) external {
        balance[account] += credit[account];
        credit[account] = 0;
    }

    function withdrawRange(address account, uint256 which, uint64 start) external {
        balance[account] += rangeCredit[account][which][start];
        rangeCredit[account][which][start] = 0;
    }

    // --- The obligor ---

    /// @notice Late interest first, then principal; the rest is the payer's, and so is all that comes after the end.
    function pay(uint256 which, uint256 amount, address payer, uint256 now_) public {
        Money storage m = money[which];
        if (owedToAll(which) == 0) {
            credit[payer] += amount;
            return;
        }
        _countDays(which, now_);
        uint256 interest = _least(amount, interestOwed(which, now_));
        uint256 principal = _least(amount - interest, debt(which));
        m.interestPaid += interest;
        m.waitingInterest += interest;
        m.waitingPrincipal += principal;
        credit[payer] += amount - interest - principal;
        if (_goesOut(which)) distribute(which, now_);
    }

    /// @notice At once from a 256th of the face, or when nothing is left to pay.
    function _goesOut(uint256 which) private view returns (bool) {
        Money memory m = money[which];
        if (debt(which) == 0) return true;
        return m.payments < 1000 && (m.waitingPrincipal + m.waitingInterest) * 256 >= terms[which].face;
    }

    /// @notice Each [0, x) gets its share of what waits, rounded down; so a range gets the difference of its ends.
    function distribute(uint256 which, uint256 now_) public {
        Money storage m = money[which];
        uint256 all = owedToAll(which);
        uint256 k = ++m.payments;
        for (uint256 x = 0; x <= terms[which].face; ++x) {
            uint256 left = x - principalUntil[which][k - 1][x];
            principalUntil[which][k][x] = principalUntil[which][k - 1][x] + left * m.waitingPrincipal / all;
            interestUntil[which][k][x] = interestUntil[which][k - 1][x] + left * m.waitingInterest / all;
        }
        m.distributed += m.waitingPrincipal;
        (m.waitingPrincipal, m.waitingInterest) = (0, 0);
        m.lastDistribution = now_;
    }

    function interestOwed(uint256 which, uint256 now_) public view returns (uint256) {
        uint256 more = _lateDays(which, now_);
        more = more > money[which].daysCounted ? more - money[which].daysCounted : 0;
        uint256 moneyDays = money[which].moneyDays + more * debt(which);
        return moneyDays * terms[which].rate / terms[which].basis - money[which].interestPaid;
    }

    /// @dev Day by day, each with the debt that stands.
    function _countDays(uint256 which, uint256 now_) private {
        Money storage m = money[which];
        uint256 until = _lateDays(which, now_);
        while (m.daysCounted < until) {
            m.moneyDays += debt(which);
            ++m.daysCounted;
        }
    }

    /// @dev No day is late until grace is over; then every day from the due second on, the one that has begun included.
    function _lateDays(uint256 which, uint256 now_) private view returns (uint256 count) {
        Terms memory t = terms[which];
        if (now_ <= t.due + t.grace) return 0;
        while (t.due + count * 1 days < now_) ++count;
    }

    /// @notice What a debit takes at `now_`: 0 when it takes nothing.
    function debitable(uint256 which, uint256 free, uint256 cap, bool part, uint256 now_)
        external
        view
        returns (uint256)
    {
        if (now_ < terms[which].due || debt(which) == 0) return 0;
        uint256 needed = debt(which) + interestOwed(which, now_);
        uint256 amount = _least(needed, _least(free, cap));
        if (!part && amount < needed) return 0;
        // A part below a 256th of the face, rounded up, is not taken.
        return amount < needed && amount * 256 < terms[which].face ? 0 : amount;
    }

    function _least(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}
