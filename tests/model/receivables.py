"""Executable model of one receivable: ranges, payments, retirements, third parties' claims, waiting money, late interest, debits, draws and
credits, one plain step at a time.

It is the reference that the contracts and the mirror are held against. Amounts are minor units, times UTC seconds.
"""

from dataclasses import dataclass, field

from ledger.domain import ranges
from ledger.domain.ranges import Payment, Range, RangeError, Step

MOST_PAYERS = 8
MOST_CLAIMS = 16
"""Guarantors that are called have places of their own, which nobody takes from them with small payments."""


@dataclass
class Token:
    """A range, its owner, and the last payment that it has drawn."""

    range: Range
    owner: str
    cursor: int = 0
    retired: bool = False


@dataclass
class Claim:
    """What the obligor owes to somebody who paid in its place (CivC 524, 700)."""

    payer: str
    bearing: int = 0
    """From principal: bears the receivable's late interest from the day it was paid."""
    plain: int = 0
    """From late interest, which bears none."""
    early: int = 0
    """Money-days that the bearing part was not yet paid, of days before grace ended: they count only once grace is missed."""
    money_days: int = 0
    counted: int = 0
    """Days of lateness that are in `money_days`."""
    interest_paid: int = 0

    @property
    def owed(self) -> int:
        return self.bearing + self.plain


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
    payments: list[Step] = field(default_factory=list)
    """Payments and retirements, in the order of their numbers."""
    retirements: int = 0
    cancelled: bool = False
    claims: list[Claim] = field(default_factory=list)
    exposure: int = 0
    """What the obligor has outstanding by this receivable: debt to holders and to those who paid for it."""
    waiting_principal: int = 0
    waiting_interest: int = 0
    interest_paid: int = 0
    """Paid, or fallen away with the ranges that retired."""
    last_distribution: int = 0
    money_days: int = 0
    accrued_days: int = 0
    received: int = 0
    excess: int = 0
    suspended: set[str] = field(default_factory=set)
    contracts: frozenset[str] = frozenset()
    paid_out: dict[str, int] = field(default_factory=dict)
    credits: dict[str, int] = field(default_factory=dict)
    """What suspended or held owners and payers have drawn or recovered and not been paid."""
    held: set[str] = field(default_factory=set)
    """Accounts that a court holds: money is kept for them."""
    range_credits: dict[tuple[str, int], int] = field(default_factory=dict)
    """What contracts have drawn, by (owner, start of the range)."""

    def __post_init__(self) -> None:
        if not 0 < self.face <= ranges.MOST_FACE:
            raise RangeError(f"face {self.face}: 0 < face < 2^63")
        self.tokens[0] = Token(Range(0, self.face), self.supplier)
        self.exposure = self.face

    # What holders do; none of it changes what the obligor owes.

    def move(self, start: int, piece_start: int, piece_end: int, to: str) -> None:
        """Cut [piece_start, piece_end) out of the token at `start` and give it to `to`."""
        source = self._live(start)
        pieces = ranges.cut(source.range, piece_start, piece_end)
        self.draw(start)
        del self.tokens[start]
        for piece in pieces:
            owner = to if piece.start == piece_start else source.owner
            self.tokens[piece.start] = Token(piece, owner, source.cursor)

    def merge(self, left: int, right: int) -> None:
        """Join two neighbours of one owner; both are settled first, so their cursors are equal."""
        one, other = self._live(left), self._live(right)
        whole = ranges.joined(one.range, other.range)
        if one.owner != other.owner:
            raise RangeError("neighbours of two owners do not merge")
        self.draw(left)
        self.draw(right)
        del self.tokens[right]
        self.tokens[left] = Token(whole, one.owner, one.cursor)

    def _live(self, start: int) -> Token:
        if self.tokens[start].retired:
            raise RangeError("a retired range never moves")
        return self.tokens[start]

    def draw(self, start: int) -> int:
        """Pay the token's owner what the range has not drawn, or keep it for him; returns the amount."""
        token = self.tokens[start]
        drawn = ranges.drawn(self.payments, token.range, token.cursor)
        token.cursor = len(self.payments)
        amount = drawn.principal + drawn.interest
        if token.owner in self.contracts:
            self.range_credits[token.owner, start] = self.range_credits.get((token.owner, start), 0) + amount
        else:
            self._give(token.owner, amount)
        return amount

    def withdraw(self, owner: str) -> int:
        """Pay out what was kept for an owner; returns the amount."""
        self._refuse_held(owner)
        return self._pay_out(owner, self.credits.pop(owner, 0))

    def withdraw_range(self, owner: str, start: int) -> int:
        """Pay out what was kept for a contract's range; returns the amount."""
        self._refuse_held(owner)
        return self._pay_out(owner, self.range_credits.pop((owner, start), 0))

    def order_credit(self, owner: str, to: str, amount: int) -> None:
        """A court's order moves money that is kept for an owner."""
        if amount > self.credits.get(owner, 0):
            raise RangeError("more than is kept")
        self.credits[owner] -= amount
        self.credits[to] = self.credits.get(to, 0) + amount

    def _refuse_held(self, owner: str) -> None:
        if owner in self.held:
            raise RangeError("a court holds the account")

    def _give(self, owner: str, amount: int) -> None:
        """At once to who may receive, else kept."""
        if owner in self.suspended | self.held | self.contracts:
            self.credits[owner] = self.credits.get(owner, 0) + amount
        else:
            self._pay_out(owner, amount)

    def _pay_out(self, owner: str, amount: int) -> int:
        self.paid_out[owner] = self.paid_out.get(owner, 0) + amount
        return amount

    # What the obligor does.

    @property
    def owed_live(self) -> int:
        """What live ranges are owed by the ruler: the face less what was distributed and what retired."""
        return self.face - sum(step.principal if isinstance(step, Payment) else step.owed for step in self.payments)

    @property
    def debt(self) -> int:
        """Principal still to be paid: waiting money has paid it."""
        return self.owed_live - self.waiting_principal

    @property
    def closed(self) -> bool:
        return self.owed_live == 0 and not self.claims

    @property
    def ended(self) -> bool:
        return self.closed or self.cancelled

    def pay(self, amount: int) -> None:
        """Late interest first, then principal (CivC 561), then those who paid in the obligor's place; the rest is the payer's, and so
        is all that comes after the end."""
        applied = self._receive(amount)
        if applied is None:
            return
        left = amount - sum(applied)
        self.exposure -= applied[1]
        recovered = self._recover(left)
        self.excess += left - recovered

    def pay_for(self, payer: str, amount: int, *, called: bool = False) -> None:
        """Somebody else pays, by itself or called as guarantor: holders are owed less, and the payer has a claim for as much."""
        if self.ended:
            self._receive(amount)
            return
        most = MOST_CLAIMS if called else MOST_PAYERS
        if self.debt and len(self.claims) >= most and all(claim.payer != payer for claim in self.claims):
            raise RangeError("too many payers")
        applied = self._receive(amount)
        assert applied is not None
        interest, principal = applied
        self.excess += amount - interest - principal
        if interest + principal:
            self._add_claim(payer, interest, principal)

    def _receive(self, amount: int) -> tuple[int, int] | None:
        """What of a payment is the holders' interest and principal; None when all of it comes after the end."""
        if amount <= 0:
            raise RangeError("a payment is above 0")
        self.received += amount
        if self.ended:
            self.excess += amount
            return None
        self._accrue()
        interest = min(amount, self.interest_owed())
        principal = min(amount - interest, self.debt)
        self.interest_paid += interest
        self.waiting_interest += interest
        self.waiting_principal += principal
        if self._goes_out():
            self._distribute()
        return interest, principal

    # Those who paid in the obligor's place.

    def _add_claim(self, payer: str, interest: int, principal: int) -> None:
        claim = next((one for one in self.claims if one.payer == payer), None)
        if claim is None:
            claim = Claim(payer, counted=self._late())
            self.claims.append(claim)
        self._accrue_claim(claim)
        if self._late() == 0:
            claim.early += principal * ranges.days_after(self.due, self.now)
        claim.bearing += principal
        claim.plain += interest

    def _late(self) -> int:
        return ranges.late_days(self.due, self.grace, self.now)

    def _accrue_claim(self, claim: Claim) -> None:
        if self._late() > claim.counted:
            claim.money_days += claim.bearing * (self._late() - claim.counted) - claim.early
            claim.counted, claim.early = self._late(), 0

    def claim_interest(self, claim: Claim) -> int:
        """Late interest on a claim, by its own money-days."""
        self._accrue_claim(claim)
        return ranges.late_interest(claim.money_days, self.rate, self.basis) - claim.interest_paid

    def _recover(self, amount: int) -> int:
        """The obligor's money once holders are paid: late interest of all claims, then the claims, each pro rata of what is owed."""
        interests = [self.claim_interest(claim) for claim in self.claims]
        for_interest = ranges.shares(min(amount, sum(interests)), interests)
        left = amount - sum(for_interest)
        owed = [claim.owed for claim in self.claims]
        for_claims = ranges.shares(min(left, sum(owed)), owed)
        for claim, interest, part in zip(self.claims, for_interest, for_claims, strict=True):
            self._recover_claim(claim, interest, part)
        self.claims = [claim for claim in self.claims if claim.owed]
        return sum(for_interest) + sum(for_claims)

    def _recover_claim(self, claim: Claim, interest: int, part: int) -> None:
        """Of a claim, what was paid as interest comes before what was paid as principal (CivC 561)."""
        claim.interest_paid += interest
        plain = min(part, claim.plain)
        bearing = part - plain
        claim.plain -= plain
        if bearing:
            claim.early -= claim.early * bearing // claim.bearing
        claim.bearing -= bearing
        self.exposure -= bearing
        self._give(claim.payer, interest + part)

    def waive(self, payer: str) -> None:
        """A payer gives its claim up."""
        claim = next((one for one in self.claims if one.payer == payer), None)
        if claim is None:
            raise RangeError("no claim")
        self.exposure -= claim.bearing
        self.claims.remove(claim)

    # Other ends.

    def clear_waiting(self) -> None:
        """What waits is distributed before a range retires and before a cancellation."""
        if self.waiting:
            self._distribute()

    def retire(self, start: int, piece_start: int, piece_end: int) -> int:
        """[piece_start, piece_end) of the token at `start` leaves: what waits is distributed, it is settled, then it is owed nothing."""
        if self.ended or self.owed_live == 0:
            raise RangeError("nothing is owed")
        source = self._live(start)
        pieces = ranges.cut(source.range, piece_start, piece_end)
        piece = Range(piece_start, piece_end)
        self._may_retire(piece)
        self.clear_waiting()
        self.draw(start)
        self._accrue()
        step = ranges.retirement(self.payments, piece, self.owed_live)
        self.interest_paid += self.interest_owed() * step.owed // self.owed_live
        self.exposure -= step.owed
        self.payments.append(step)
        self.retirements += 1
        del self.tokens[start]
        for one in pieces:
            gone = one.start == piece_start
            number = len(self.payments)
            self.tokens[one.start] = Token(one, "obligor", number, True) if gone else Token(one, source.owner, source.cursor)
        return step.owed

    def _may_retire(self, piece: Range) -> None:
        """Refused when the range is owed nothing, and when numbers run out, but not when nothing is owed to anybody after it."""
        steps = list(self.payments)
        if self.waiting:
            steps.append(Payment(self.waiting_principal, self.waiting_interest, self.owed_live))
        owed = ranges.owed(steps, piece)
        if owed == 0:
            raise RangeError("the range is owed nothing")
        if owed == self.debt:
            return
        if self.retirements >= ranges.MOST_RETIREMENTS or len(steps) >= ranges.FREE_PAYMENTS:
            raise RangeError("no number is left for it")

    def cancel(self) -> None:
        """All holders agree that nothing is owed any more; what was distributed stays drawable."""
        if self.ended or self.claims:
            raise RangeError("ended already, or claims stand")
        self.clear_waiting()
        self.exposure -= self.debt
        self.cancelled = True

    def debitable(self, free: int, cap: int, partial: bool) -> int:
        """What a debit takes now of `free` cash under a mandate of `cap`; 0 when it takes nothing."""
        needed = 0 if self.ended else self.debt + self.interest_owed()
        if self.now < self.due or needed == 0:
            return 0
        amount = min(needed, free, cap)
        least = needed if not partial else min(needed, -(-self.face // ranges.THRESHOLD))
        return amount if amount >= least else 0

    def distribute(self) -> None:
        """What anyone may call when money has waited long enough."""
        if self.waiting == 0:
            raise RangeError("nothing waits")
        if self.now < ranges.wait_until(self.last_distribution, len(self.payments)):
            raise RangeError("too early")
        if len(self.payments) >= ranges.MOST_PAYMENTS - ranges.KEPT_PAYMENTS:
            raise RangeError("the last numbers are kept for the end")
        self._distribute()

    @property
    def waiting(self) -> int:
        return self.waiting_principal + self.waiting_interest

    def interest_owed(self) -> int:
        """Late interest owed now and not paid."""
        money_days, _ = self._money_days()
        return ranges.late_interest(money_days, self.rate, self.basis) - self.interest_paid

    def _goes_out(self) -> bool:
        if self.debt == 0:
            return self.waiting > 0
        return ranges.is_distributed_at_once(self.waiting, self.face, len(self.payments))

    def _distribute(self) -> None:
        assert len(self.payments) < ranges.MOST_PAYMENTS
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
        owed = {start: ranges.owed(self.payments, token.range) for start, token in self.tokens.items()}
        assert sum(owed.values()) == self.owed_live, "owed to live + distributed + owed at retirement = face"
        assert all(owed[start] == 0 for start, token in self.tokens.items() if token.retired), "a retired range is owed nothing"
        for number, step in enumerate(self.payments, 1):
            self._check_step(number, step, held)
        for start, token in self.tokens.items():
            total = ranges.drawn(self.payments, token.range)
            assert 0 <= total.principal <= token.range.length, "nobody gets more than his range"
            assert token.retired or total.principal + owed[start] == token.range.length, "paid and owed are the range"
        self._check_money()
        assert self.exposure == (0 if self.cancelled else self.debt) + sum(claim.bearing for claim in self.claims), "exposure is the debt"

    def _check_step(self, number: int, step: Step, held: list[Range]) -> None:
        shares = [ranges.drawn(self.payments[:number], one, number - 1) for one in held]
        principal = sum(share.principal for share in shares)
        interest = sum(share.interest for share in shares)
        expected = (step.principal, step.interest) if isinstance(step, Payment) else (0, 0)
        assert (principal, interest) == expected, "shares add up to the payment and to its interest, to nothing at a retirement"
        assert step.owed_before == ranges.owed_until(self.payments[: number - 1], self.face), "a step knows what was owed before it"

    def _check_money(self) -> None:
        undrawn = [ranges.drawn(self.payments, token.range, token.cursor) for token in self.tokens.values()]
        outstanding = sum(share.principal + share.interest for share in undrawn)
        kept = sum(self.credits.values()) + sum(self.range_credits.values()) + self.excess
        assert self.received == sum(self.paid_out.values()) + outstanding + self.waiting + kept, "cash in = cash out + held"
