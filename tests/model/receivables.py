"""Executable model of one receivable: ranges, payments, waiting money, late interest, debits, draws and credits, one plain step at a time.

It is the reference that the contracts and the mirror are held against. Amounts are minor units, times UTC seconds.
"""

from dataclasses import dataclass, field

from ledger.domain import ranges
from ledger.domain.ranges import Payment, Range, RangeError


@dataclass
class Token:
    """A range, its owner, and the last payment that it has drawn."""

    range: Range
    owner: str
    cursor: int = 0


@dataclass
class Receivable:
    """A confirmed receivable with all money that reached it."""

    face: int
    due: int
    now: int
    supplier: str = "supplier"
    grace: int = 0
    rate: int = 0
    basis: int = 1
    tokens: dict[int, Token] = field(default_factory=dict)
    payments: list[Payment] = field(default_factory=list)
    waiting_principal: int = 0
    waiting_interest: int = 0
    interest_paid: int = 0
    last_distribution: int = 0
    money_days: int = 0
    accrued_days: int = 0
    received: int = 0
    excess: int = 0
    suspended: set[str] = field(default_factory=set)
    contracts: frozenset[str] = frozenset()
    paid_out: dict[str, int] = field(default_factory=dict)
    credits: dict[str, int] = field(default_factory=dict)
    """What suspended owners have drawn and not been paid."""
    range_credits: dict[tuple[str, int], int] = field(default_factory=dict)
    """What contracts have drawn, by (owner, start of the range)."""

    def __post_init__(self) -> None:
        if not 0 < self.face <= ranges.MOST_FACE:
            raise RangeError(f"face {self.face}: 0 < face < 2^63")
        self.tokens[0] = Token(Range(0, self.face), self.supplier)

    # What holders do; none of it changes what the obligor owes.

    def move(self, start: int, piece_start: int, piece_end: int, to: str) -> None:
        """Cut [piece_start, piece_end) out of the token at `start` and give it to `to`."""
        source = self.tokens[start]
        pieces = ranges.cut(source.range, piece_start, piece_end)
        self.draw(start)
        del self.tokens[start]
        for piece in pieces:
            owner = to if piece.start == piece_start else source.owner
            self.tokens[piece.start] = Token(piece, owner, source.cursor)

    def merge(self, left: int, right: int) -> None:
        """Join two neighbours of one owner; both are settled first, so their cursors are equal."""
        one, other = self.tokens[left], self.tokens[right]
        whole = ranges.joined(one.range, other.range)
        if one.owner != other.owner:
            raise RangeError("neighbours of two owners do not merge")
        self.draw(left)
        self.draw(right)
        del self.tokens[right]
        self.tokens[left] = Token(whole, one.owner, one.cursor)

    def draw(self, start: int) -> int:
        """Pay the token's owner what the range has not drawn, or keep it for him; returns the amount."""
        token = self.tokens[start]
        drawn = ranges.drawn(self.payments, token.range, token.cursor)
        token.cursor = len(self.payments)
        amount = drawn.principal + drawn.interest
        if token.owner in self.contracts:
            self.range_credits[token.owner, start] = self.range_credits.get((token.owner, start), 0) + amount
        elif token.owner in self.suspended:
            self.credits[token.owner] = self.credits.get(token.owner, 0) + amount
        else:
            self._pay_out(token.owner, amount)
        return amount

    def withdraw(self, owner: str) -> int:
        """Pay out what was kept for an owner; returns the amount."""
        return self._pay_out(owner, self.credits.pop(owner, 0))

    def withdraw_range(self, owner: str, start: int) -> int:
        """Pay out what was kept for a contract's range; returns the amount."""
        return self._pay_out(owner, self.range_credits.pop((owner, start), 0))

    def _pay_out(self, owner: str, amount: int) -> int:
        self.paid_out[owner] = self.paid_out.get(owner, 0) + amount
        return amount

    # What the obligor does.

    @property
    def owed_live(self) -> int:
        """What live ranges are owed by the ruler: the face less what was distributed."""
        return self.face - sum(payment.principal for payment in self.payments)

    @property
    def debt(self) -> int:
        """Principal still to be paid: waiting money has paid it."""
        return self.owed_live - self.waiting_principal

    @property
    def closed(self) -> bool:
        return self.owed_live == 0

    def pay(self, amount: int) -> None:
        """Late interest first, then principal; the rest is the payer's (CivC 561), and so is all that comes after the end."""
        if amount <= 0:
            raise RangeError("a payment is above 0")
        self.received += amount
        if self.closed:
            self.excess += amount
            return
        self._accrue()
        interest = min(amount, self.interest_owed())
        principal = min(amount - interest, self.debt)
        self.interest_paid += interest
        self.waiting_interest += interest
        self.waiting_principal += principal
        self.excess += amount - interest - principal
        if self._goes_out():
            self._distribute()

    def debitable(self, free: int, cap: int, partial: bool) -> int:
        """What a debit takes now of `free` cash under a mandate of `cap`; 0 when it takes nothing."""
        if self.now < self.due or self.closed:
            return 0
        needed = self.debt + self.interest_owed()
        amount = min(needed, free, cap)
        least = needed if not partial else min(needed, -(-self.face // ranges.THRESHOLD))
        return amount if amount >= least else 0

    def distribute(self) -> None:
        """What anyone may call when money has waited long enough."""
        if self.waiting == 0:
            raise RangeError("nothing waits")
        if self.now < ranges.wait_until(self.last_distribution, len(self.payments)):
            raise RangeError("too early")
        if len(self.payments) >= ranges.MOST_PAYMENTS - 1:
            raise RangeError("the last payment number is kept for the payment that closes")
        self._distribute()

    @property
    def waiting(self) -> int:
        return self.waiting_principal + self.waiting_interest

    def interest_owed(self) -> int:
        """Late interest owed now and not paid."""
        money_days, _ = self._money_days()
        return ranges.late_interest(money_days, self.rate, self.basis) - self.interest_paid

    def _goes_out(self) -> bool:
        if self.waiting_principal == self.owed_live:
            return True
        return ranges.is_distributed_at_once(self.waiting, self.face, len(self.payments))

    def _distribute(self) -> None:
        self.payments.append(Payment(self.waiting_principal, self.waiting_interest, self.owed_live))
        self.waiting_principal = self.waiting_interest = 0
        self.last_distribution = self.now

    def _money_days(self) -> tuple[int, int]:
        late = max(ranges.late_days(self.due, self.grace, self.now), self.accrued_days)
        return self.money_days + self.debt * (late - self.accrued_days), late

    def _accrue(self) -> None:
        self.money_days, self.accrued_days = self._money_days()

    # What must always hold.

    def check(self) -> None:
        """Assert every invariant of a life."""
        held = [token.range for token in self.tokens.values()]
        assert ranges.tile(held, self.face), "ranges tile the face"
        assert sum(ranges.owed(self.payments, one) for one in held) == self.owed_live, "owed to live + distributed = face"
        for number, payment in enumerate(self.payments, 1):
            shares = [ranges.drawn(self.payments[:number], one, number - 1) for one in held]
            assert sum(share.principal for share in shares) == payment.principal, "shares add up to the payment"
            assert sum(share.interest for share in shares) == payment.interest, "shares add up to its interest"
        for one in held:
            total = ranges.drawn(self.payments, one)
            assert 0 <= total.principal <= one.length, "nobody gets more than his range"
            assert not self.closed or total.principal == one.length, "full payment leaves nobody short"
        undrawn = [ranges.drawn(self.payments, token.range, token.cursor) for token in self.tokens.values()]
        outstanding = sum(share.principal + share.interest for share in undrawn)
        kept = sum(self.credits.values()) + sum(self.range_credits.values()) + self.excess
        assert self.received == sum(self.paid_out.values()) + outstanding + self.waiting + kept, "cash in = cash out + held"
