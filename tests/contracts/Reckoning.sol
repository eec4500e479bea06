// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @notice The reference that random lives are held against: receivables and their money, unit by unit and day by day, with none of the contracts' code.
/// @dev Every rule is written out: what [0, x) is owed stands in an array for each x, and each payment changes all of it; each day that is late adds its
/// debt. A range that retires is struck out unit by unit. Nothing is packed, shared or computed in closed form.
contract Reckoning {
    /// What a range [start, end) is as a token.
    struct Piece {
        uint64 end;
        address owner;
        /// How many payments and retirements lie behind it.
        uint256 drawn;
        bool retired;
    }

    /// What the obligor owes to one who paid in its place.
    struct Claim {
        address payer;
        uint256 bearing;
        uint256 plain;
        uint256 early;
        uint256 moneyDays;
        uint256 daysCounted;
        uint256 interestPaid;
    }

    /// What was put aside for the debts of the one due second that all receivables here have.
    struct Pot {
        uint256 total;
        uint256 pot;
        uint256 left;
        uint256 openedAt;
        uint256 mandate;
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
        uint256 steps;
        uint256 retirements;
        /// What the obligor still owes of the face, to holders and to those who paid for it.
        uint256 outstanding;
    }

    Terms[] public terms;
    Money[] public money;
    mapping(uint256 which => mapping(uint64 start => Piece)) public pieces;
    /// What [0, x) is owed after the first k payments and retirements, and has got of them.
    mapping(uint256 which => mapping(uint256 k => mapping(uint256 x => uint256))) public leftUntil;
    mapping(uint256 which => mapping(uint256 k => mapping(uint256 x => uint256))) public principalUntil;
    mapping(uint256 which => mapping(uint256 k => mapping(uint256 x => uint256))) public interestUntil;

    mapping(address account => bool) public suspended;
    mapping(address account => bool) public held;
    mapping(address account => bool) public isContract;
    mapping(address account => uint256) public balance;
    mapping(address account => uint256) public credit;
    mapping(address account => mapping(uint256 which => mapping(uint64 start => uint256))) public rangeCredit;
    /// Of all ranges of all contracts together.
    uint256 public rangeCredits;
    /// Whose owners agree that the receivable be cancelled.
    mapping(uint256 which => mapping(uint64 start => bool)) public consents;
    mapping(uint256 which => bool) public cancelled;

    mapping(uint256 which => Claim[]) private claims;
    Pot public pot;
    mapping(uint256 which => bool) public taken;
    uint256 public cap;
    bool public part;
    uint256 public mandate;

    // --- What there is ---

    function open(Terms memory of_, address supplier) external {
        terms.push(of_);
        money.push();
        uint256 which = terms.length - 1;
        money[which].outstanding = of_.face;
        pieces[which][0] = Piece(of_.face, supplier, 0, false);
        for (uint256 x = 0; x <= of_.face; ++x) {
            leftUntil[which][0][x] = x;
        }
    }

    function setHeld(address account, bool is_) external {
        held[account] = is_;
    }

    function setSuspended(address account, bool is_) external {
        suspended[account] = is_;
    }

    function setContract(address account) external {
        isContract[account] = true;
    }

    /// @notice What is left of [start, end) after every payment and retirement.
    function owed(uint256 which, uint64 start, uint64 end) public view returns (uint256) {
        uint256 k = money[which].steps;
        return leftUntil[which][k][end] - leftUntil[which][k][start];
    }

    function owedToAll(uint256 which) public view returns (uint256) {
        return leftUntil[which][money[which].steps][terms[which].face];
    }

    function closed(uint256 which) public view returns (bool) {
        return owedToAll(which) == 0 && claims[which].length == 0;
    }

    /// @notice Nothing more comes of it: closed, or cancelled by all who hold it.
    function ended(uint256 which) public view returns (bool) {
        return cancelled[which] || closed(which);
    }

    function payers(uint256 which) external view returns (uint256) {
        return claims[which].length;
    }

    /// @notice Principal that is still to be paid: what waits has paid it, and a cancellation leaves none.
    function debt(uint256 which) public view returns (uint256) {
        return cancelled[which] ? 0 : owedToAll(which) - money[which].waitingPrincipal;
    }

    function undrawn(uint256 which, uint64 start) public view returns (uint256 principal, uint256 interest) {
        Piece memory piece = pieces[which][start];
        uint256 last = money[which].steps;
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
        carry(which, from, start, end, to);
    }

    /// @notice The same by a court's order: the money that the piece has not drawn goes with its parts. Either way its owner agrees to nothing any more.
    function carry(uint256 which, uint64 from, uint64 start, uint64 end, address to) public {
        consents[which][from] = false;
        Piece memory source = pieces[which][from];
        if (start > from) pieces[which][from] = Piece(start, source.owner, source.drawn, false);
        pieces[which][start] = Piece(end, to, source.drawn, false);
        if (end < source.end) pieces[which][end] = Piece(source.end, source.owner, source.drawn, false);
    }

    function merge(uint256 which, uint64 left, uint64 right) external {
        draw(which, left);
        draw(which, right);
        pieces[which][left].end = pieces[which][right].end;
        delete pieces[which][right];
        (consents[which][left], consents[which][right]) = (false, false);
    }

    function draw(uint256 which, uint64 start) public {
        (uint256 principal, uint256 interest) = undrawn(which, start);
        Piece storage piece = pieces[which][start];
        piece.drawn = money[which].steps;
        uint256 amount = principal + interest;
        if (!isContract[piece.owner]) return _give(piece.owner, amount);
        rangeCredit[piece.owner][which][start] += amount;
        rangeCredits += amount;
    }

    function _give(address account, uint256 amount) private {
        if (isContract[account] || suspended[account] || held[account]) credit[account] += amount;
        else balance[account] += amount;
    }

    function order(address from, address to, uint256 amount) external {
        credit[from] -= amount;
        credit[to] += amount;
    }

    /// @notice [start, end) of the piece at `from` leaves: what waits goes out, it is drawn, then its units are owed nothing, and the interest they
    /// were due is gone.
    function retire(uint256 which, uint64 from, uint64 start, uint64 end, address to, uint256 now_) external {
        if (_waits(which)) distribute(which, now_);
        cut(which, from, start, end, to);
        Money storage m = money[which];
        _countDays(which, now_);
        uint256 gone = owed(which, start, end);
        m.interestPaid += interestOwed(which, now_) * gone / owedToAll(which);
        m.outstanding -= gone;
        ++m.retirements;
        _strike(which, start, end);
        (pieces[which][start].drawn, pieces[which][start].retired) = (m.steps, true);
    }

    /// @dev Unit by unit: those of the range count no more.
    function _strike(uint256 which, uint64 start, uint64 end) private {
        uint256 k = ++money[which].steps;
        for (uint256 x = 0; x <= terms[which].face; ++x) {
            principalUntil[which][k][x] = principalUntil[which][k - 1][x];
            interestUntil[which][k][x] = interestUntil[which][k - 1][x];
            if (x == 0) continue;
            uint256 unit = x > start && x <= end ? 0 : leftUntil[which][k - 1][x] - leftUntil[which][k - 1][x - 1];
            leftUntil[which][k][x] = leftUntil[which][k][x - 1] + unit;
        }
    }

    function consent(uint256 which, uint64 start, bool is_) external {
        consents[which][start] = is_;
    }

    /// @notice Whether everything that lives agrees, and nobody who paid for the obligor has a claim.
    function cancellable(uint256 which) external view returns (bool) {
        if (ended(which) || claims[which].length != 0) return false;
        for (uint64 at = 0; at < terms[which].face; at = pieces[which][at].end) {
            if (!pieces[which][at].retired && !consents[which][at]) return false;
        }
        return true;
    }

    /// @notice What waits goes out first; then the obligor owes nothing any more, and what was distributed stays drawable.
    function cancel(uint256 which, uint256 now_) external {
        if (_waits(which)) distribute(which, now_);
        money[which].outstanding -= debt(which);
        cancelled[which] = true;
    }

    function _waits(uint256 which) private view returns (bool) {
        return money[which].waitingPrincipal + money[which].waitingInterest != 0;
    }

    function withdraw(address account) external {
        balance[account] += credit[account];
        credit[account] = 0;
    }

    function withdrawRange(address account, uint256 which, uint64 start) external {
        balance[account] += rangeCredit[account][which][start];
        rangeCredits -= rangeCredit[account][which][start];
        rangeCredit[account][which][start] = 0;
    }

    // --- The obligor ---

    /// @notice Late interest first, then principal, then those who paid for the obligor; the rest is its, and so is all that comes after the end.
    function pay(uint256 which, uint256 amount, address payer, uint256 now_) public {
        (uint256 interest, uint256 principal) = _apply(which, amount, now_);
        uint256 left = amount - interest - principal;
        money[which].outstanding -= principal;
        if (left != 0) left -= _recover(which, left, now_);
        credit[payer] += left;
        _send(which, now_);
    }

    /// @notice Somebody else pays: holders are owed less, and it has a claim for as much.
    function payFor(uint256 which, uint256 amount, address payer, uint256 now_) external {
        (uint256 interest, uint256 principal) = _apply(which, amount, now_);
        credit[payer] += amount - interest - principal;
        if (interest + principal != 0) _claim(which, payer, interest, principal, now_);
        _send(which, now_);
    }

    function _apply(uint256 which, uint256 amount, uint256 now_) private returns (uint256 interest, uint256 principal) {
        if (ended(which)) return (0, 0);
        Money storage m = money[which];
        _countDays(which, now_);
        interest = _least(amount, interestOwed(which, now_));
        principal = _least(amount - interest, debt(which));
        m.interestPaid += interest;
        m.waitingInterest += interest;
        m.waitingPrincipal += principal;
    }

    function _send(uint256 which, uint256 now_) private {
        if (_waits(which) && _goesOut(which)) distribute(which, now_);
    }

    /// @notice At once from a 256th of the face, or when nothing is left to pay.
    function _goesOut(uint256 which) private view returns (bool) {
        Money memory m = money[which];
        if (debt(which) == 0) return true;
        return m.steps < 1000 && (m.waitingPrincipal + m.waitingInterest) * 256 >= terms[which].face;
    }

    /// @notice Each [0, x) gets its share of what waits, rounded down; so a range gets the difference of its ends.
    function distribute(uint256 which, uint256 now_) public {
        Money storage m = money[which];
        uint256 all = owedToAll(which);
        uint256 k = ++m.steps;
        for (uint256 x = 0; x <= terms[which].face; ++x) {
            uint256 left = leftUntil[which][k - 1][x];
            uint256 paid = left * m.waitingPrincipal / all;
            leftUntil[which][k][x] = left - paid;
            principalUntil[which][k][x] = principalUntil[which][k - 1][x] + paid;
            interestUntil[which][k][x] = interestUntil[which][k - 1][x] + left * m.waitingInterest / all;
        }
        (m.waitingPrincipal, m.waitingInterest) = (0, 0);
        m.lastDistribution = now_;
    }

    // --- Those who paid for the obligor ---

    function _claim(uint256 which, address payer, uint256 interest, uint256 principal, uint256 now_) private {
        Claim storage claim = claims[which].push();
        for (uint256 i = 0; i + 1 < claims[which].length; ++i) {
            if (claims[which][i].payer != payer) continue;
            claims[which].pop();
            claim = claims[which][i];
            break;
        }
        if (claim.payer == address(0)) (claim.payer, claim.daysCounted) = (payer, _lateDays(which, now_));
        _countClaim(which, claim, now_);
        // While grace runs, the days that are over come off if it is missed.
        if (_lateDays(which, now_) == 0) claim.early += principal * _daysAfter(which, now_);
        claim.bearing += principal;
        claim.plain += interest;
    }

    /// @dev Day by day; the first day that is late brings those since the due second, less what was not paid yet then.
    function _countClaim(uint256 which, Claim storage claim, uint256 now_) private {
        uint256 until = _lateDays(which, now_);
        if (until > claim.daysCounted && claim.daysCounted == 0) {
            claim.moneyDays = until * claim.bearing - claim.early;
            (claim.daysCounted, claim.early) = (until, 0);
        }
        while (claim.daysCounted < until) {
            claim.moneyDays += claim.bearing;
            ++claim.daysCounted;
        }
    }

    function _claimInterest(uint256 which, Claim memory claim) private view returns (uint256) {
        return claim.moneyDays * terms[which].rate / terms[which].basis - claim.interestPaid;
    }

    /// @notice What a payer is owed, and late interest on it as far as days are counted.
    function claimOf(uint256 which, address payer, uint256 now_) external returns (uint256, uint256) {
        for (uint256 i = 0; i < claims[which].length; ++i) {
            Claim storage claim = claims[which][i];
            if (claim.payer != payer) continue;
            _countClaim(which, claim, now_);
            return (claim.bearing + claim.plain, _claimInterest(which, claim));
        }
        return (0, 0);
    }

    /// @dev Interest of all, then the claims: each gets what all up to it get, rounded down, less what those before it got.
    function _recover(uint256 which, uint256 amount, uint256 now_) private returns (uint256 given) {
        uint256 count = claims[which].length;
        uint256[] memory interests = new uint256[](count);
        uint256[] memory owing = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) {
            _countClaim(which, claims[which][i], now_);
            interests[i] = _claimInterest(which, claims[which][i]);
            owing[i] = claims[which][i].bearing + claims[which][i].plain;
        }
        given = _shared(interests, amount);
        given += _shared(owing, amount - given);
        for (uint256 i = 0; i < count; ++i) {
            _recovered(which, claims[which][i], interests[i], owing[i]);
        }
        _forget(which);
    }

    /// @dev Turns what each is due into what it gets of `amount`.
    function _shared(uint256[] memory dues, uint256 amount) private pure returns (uint256 given) {
        uint256 all;
        for (uint256 i = 0; i < dues.length; ++i) {
            all += dues[i];
        }
        amount = _least(amount, all);
        uint256 until;
        for (uint256 i = 0; i < dues.length; ++i) {
            until += dues[i];
            dues[i] = all == 0 ? 0 : amount * until / all - given;
            given += dues[i];
        }
    }

    function _recovered(uint256 which, Claim storage claim, uint256 interest, uint256 amount) private {
        claim.interestPaid += interest;
        _give(claim.payer, interest + amount);
        uint256 plain = _least(amount, claim.plain);
        claim.plain -= plain;
        amount -= plain;
        if (amount == 0) return;
        claim.early -= claim.early * amount / claim.bearing;
        claim.bearing -= amount;
        money[which].outstanding -= amount;
    }

    function _forget(uint256 which) private {
        Claim[] storage list = claims[which];
        for (uint256 i = list.length; i > 0; --i) {
            if (list[i - 1].bearing + list[i - 1].plain == 0) _remove(list, i - 1);
        }
    }

    function _remove(Claim[] storage list, uint256 index) private {
        for (uint256 i = index; i + 1 < list.length; ++i) {
            list[i] = list[i + 1];
        }
        list.pop();
    }

    function waive(uint256 which, address payer) external {
        Claim[] storage list = claims[which];
        for (uint256 i = 0; i < list.length; ++i) {
            if (list[i].payer != payer) continue;
            money[which].outstanding -= list[i].bearing;
            return _remove(list, i);
        }
    }

    // --- Interest ---

    function interestOwed(uint256 which, uint256 now_) public view returns (uint256) {
        if (cancelled[which]) return 0;
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
    function _lateDays(uint256 which, uint256 now_) private view returns (uint256) {
        return now_ <= terms[which].due + terms[which].grace ? 0 : _daysAfter(which, now_);
    }

    function _daysAfter(uint256 which, uint256 now_) private view returns (uint256 count) {
        while (terms[which].due + count * 1 days < now_) ++count;
    }

    // --- Debits ---

    function setMandate(uint256 cap_, bool part_) external {
        (cap, part) = (cap_, part_);
        ++mandate;
    }

    /// @notice Principal of all receivables: they fall due in one second.
    function total() public view returns (uint256 sum) {
        for (uint256 which = 0; which < terms.length; ++which) {
            sum += debt(which);
        }
    }

    function outstanding() external view returns (uint256 sum) {
        for (uint256 which = 0; which < terms.length; ++which) {
            sum += money[which].outstanding;
        }
    }

    /// @notice What a debit takes at `now_` of the pot, which it may fill, and of what is free; nothing of both when it takes nothing.
    function debitable(uint256 which, address obligor, uint256 now_) public view returns (uint256 share, uint256 free) {
        if (now_ < terms[which].due || debt(which) == 0) return (0, 0);
        bool opens = pot.openedAt == 0;
        if (!taken[which]) {
            uint256 whole = opens ? total() : pot.total;
            uint256 filled = opens ? _under(whole, obligor) : pot.pot;
            share = debt(which) * filled / whole;
            if (!opens) share = _least(share, pot.left);
            if (_isWorth(which, share, debt(which))) return (share, 0);
            if (opens) return (0, 0);
        }
        uint256 needed = debt(which) + interestOwed(which, now_);
        free = _under(needed, obligor);
        return (0, _isWorth(which, free, needed) ? free : 0);
    }

    /// @dev As much as cap and cash allow; all or nothing unless the mandate is partial.
    function _under(uint256 needed, address obligor) private view returns (uint256) {
        uint256 amount = _least(needed, _least(balance[obligor], cap));
        return part || amount == needed ? amount : 0;
    }

    /// @dev A part below a 256th of the face, rounded up, is not taken.
    function _isWorth(uint256 which, uint256 amount, uint256 needed) private view returns (bool) {
        return amount != 0 && (amount == needed || amount * 256 >= terms[which].face);
    }

    function debit(uint256 which, address obligor, uint256 now_) external {
        (uint256 share, uint256 free) = debitable(which, obligor, now_);
        if (share != 0 && pot.openedAt == 0) {
            uint256 amount = _under(total(), obligor);
            pot = Pot(total(), amount, amount, now_, mandate);
            balance[obligor] -= amount;
            cap -= amount;
        }
        if (share != 0) (taken[which], pot.left) = (true, pot.left - share);
        balance[obligor] -= free;
        cap -= free;
        pay(which, share + free, obligor, now_);
    }

    function closePot(address obligor) external {
        balance[obligor] += pot.left;
        if (pot.mandate == mandate) cap += pot.left;
        pot.left = 0;
    }

    function _least(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}
