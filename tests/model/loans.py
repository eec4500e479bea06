"""The reference model of a loan: days counted one by one, figures as whole numbers, nothing fast.

`contracts/Loans.sol` must reckon as this does; what it jumps over in closed form is stepped through here day by day.
"""

from bisect import bisect_right
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import pairwise

from ledger.domain.calendar import DAY
from ledger.domain.day_counts import DayCount, part
from ledger.domain.schedules import RATE_UNIT

YEAR_DAYS = {DayCount.ACT_360: 360, DayCount.THIRTY_360: 360, DayCount.THIRTY_E_360: 360, DayCount.ACT_365: 365, DayCount.ACT_ACT: 365}
"""Days of a year for overdue interest, which counts actual days."""


class LoanError(ValueError):
    """A step that a loan refuses."""


class Prepayment(Enum):
    """How principal that is paid early shortens the schedule."""

    CONSENT = 1
    """Only with the lender's consent; then as NEXT."""
    NEXT = 2
    """The coming instalments are paid."""
    LAST = 3
    """The last instalments are paid."""


class Condition(Enum):
    """What a loan is, computed from time and figures."""

    CURRENT = 1
    DUE = 2
    """Something due is unpaid, and grace runs."""
    OVERDUE = 3
    DEFAULT = 4
    REPAID = 5


@dataclass(frozen=True, slots=True)
class Row:
    """A row as signed; one without `interest_due` ends a stretch of days only."""

    due: int
    principal: int
    numerator: int
    interest_due: bool = True


@dataclass(frozen=True, slots=True)
class Terms:
    """What both parties sign. Seconds and millionths a year; `overdue_rate` is the whole rate of overdue principal."""

    principal: int
    start: int
    kind: DayCount
    rate: int
    overdue_rate: int
    on_interest: bool
    grace: int
    default_after: int
    prepayment: Prepayment
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """How one payment was applied, in the order of CivC 561: costs, overdue interest, interest, principal."""

    costs: int = 0
    overdue: int = 0
    interest: int = 0
    principal: int = 0

    @property
    def total(self) -> int:
        return self.costs + self.overdue + self.interest + self.principal


@dataclass
class Loan:
    """One loan and all that was paid on it."""

    terms: Terms
    now: int
    costs: int = 0
    scheduled_paid: int = 0
    prepaid: int = 0
    interest_paid: int = 0
    overdue_paid: int = 0
    product: int = 0
    """Sum of principal x numerators."""
    overdue_product: int = 0
    """Sum of overdue amounts x their rates x days."""
    day: int = 0
    fallen: int = 0
    ripe: int = 0
    settled: int = 0
    interest_due: list[int] = field(default_factory=list)
    """Of each row that fell due: all interest that was due by then."""
    payments: list[Taken] = field(default_factory=list)
    history: list[tuple[int, int]] = field(default_factory=list)
    """(day, principal from then on)."""
    renewed: int = 0
    called: bool = False

    def __post_init__(self) -> None:
        self.history.append((0, self.terms.principal))

    # Days.

    def _index(self, number: int) -> int:
        """The day, counted from the start, with which row `number` ends (-1: the start)."""
        return 0 if number < 0 else (self.terms.rows[number].due - self.terms.start + DAY // 2) // DAY

    def _day_at(self, time: int) -> int:
        """How many days have begun; a day of account ends with its row, whatever the clocks did."""
        anchor = self.terms.start if self.fallen == 0 else self.terms.rows[self.fallen - 1].due
        begun = self._index(self.fallen - 1) + max(0, -((anchor - time) // DAY))
        return begun if self.fallen == len(self.terms.rows) else min(begun, self._index(self.fallen))

    def _numerator(self, day: int) -> int:
        """The numerator from the last fallen row to `day`."""
        began = self._index(self.fallen - 1)
        if self.fallen == len(self.terms.rows):
            return self.terms.kind.whole_day * (day - began)
        return part(self.terms.kind, self.terms.rows[self.fallen].numerator, self._index(self.fallen) - began, day - began)

    def _step_to(self, day: int) -> None:
        while self.day < day:
            self.product += self.principal * (self._numerator(self.day + 1) - self._numerator(self.day))
            self.overdue_product += self._weight(self.ripe)
            self.day += 1

    # What is due.

    @property
    def principal(self) -> int:
        """Principal outstanding."""
        return self.terms.principal - self.scheduled_paid - self.prepaid

    def _cumulative(self, rows: int) -> int:
        """Principal that the first `rows` rows make due; what was prepaid from the end is due no more."""
        scheduled = sum(row.principal for row in self.terms.rows[:rows])
        return min(scheduled, self.terms.principal - self.prepaid)

    def _weight(self, rows: int) -> int:
        """What a day costs for what is unpaid of the first `rows` rows."""
        principal = max(0, self._cumulative(rows) - self.scheduled_paid)
        interest = max(0, self.interest_due[rows - 1] - self.interest_paid) if rows and self.terms.on_interest else 0
        return principal * (self.terms.overdue_rate - self.terms.rate) + interest * self.terms.overdue_rate

    def accrued_interest(self) -> int:
        """All interest so far, paid or not: floored once."""
        return self.product * self.terms.rate // (RATE_UNIT * self.terms.kind.denominator)

    def overdue_interest(self) -> int:
        """Overdue interest owed."""
        return self.overdue_product // (RATE_UNIT * YEAR_DAYS[self.terms.kind]) - self.overdue_paid

    def due_interest(self) -> int:
        """Interest that is due and unpaid; all that accrued, once no principal is still to fall due."""
        if self._cumulative(self.fallen) == self.terms.principal - self.prepaid:
            return self.accrued_interest() - self.interest_paid
        return max(0, (self.interest_due[-1] if self.fallen else 0) - self.interest_paid)

    def due_principal(self) -> int:
        return max(0, self._cumulative(self.fallen) - self.scheduled_paid)

    def due(self) -> Taken:
        """What can be asked for now."""
        return Taken(self.costs, self.overdue_interest(), self.due_interest(), self.due_principal())

    # Time.

    def touch(self, now: int) -> None:
        """Bring the figures to `now`. However often, they come to the same."""
        assert now >= self.now, "time doesn't run back"
        self.now = now
        if self.repaid:
            return
        while self.fallen < len(self.terms.rows) and self.terms.rows[self.fallen].due <= now:
            self._fall()
        self._step_to(self._day_at(now))
        self._ripen(now)
        self._settle()

    def _fall(self) -> None:
        row = self.terms.rows[self.fallen]
        self._step_to(self._index(self.fallen))
        self._ripen(row.due)
        before = self.interest_due[-1] if self.fallen else 0
        self.interest_due.append(self.accrued_interest() if row.interest_due else before)
        self.fallen += 1

    def _ripen(self, time: int) -> None:
        """Once grace is over, what is unpaid of a row is late from its due date."""
        while self.ripe < self.fallen and time > self.terms.rows[self.ripe].due + self.terms.grace:
            extra = self._weight(self.ripe + 1) - self._weight(self.ripe)
            self.overdue_product += extra * (self.day - self._index(self.ripe))
            self.ripe += 1

    def _settle(self) -> None:
        while (
            self.settled < self.fallen
            and self._cumulative(self.settled + 1) <= self.scheduled_paid
            and self.interest_due[self.settled] <= self.interest_paid
        ):
            self.settled += 1

    @property
    def repaid(self) -> bool:
        """Nothing of anything is owed."""
        return self.principal == 0 and self.costs == 0 and self.overdue_interest() == 0 and self.accrued_interest() == self.interest_paid

    def condition(self) -> Condition:
        if self.repaid:
            return Condition.REPAID
        if self.settled == self.fallen:
            return Condition.CURRENT
        late = self.now - self.terms.rows[self.settled].due
        if late > self.terms.default_after:
            return Condition.DEFAULT
        return Condition.OVERDUE if late > self.terms.grace else Condition.DUE

    # Money.

    def pay(self, amount: int) -> Taken:
        """What is due, then the next instalment with the interest that has accrued; takes at most that."""
        following = next((number for number in range(self.fallen, len(self.terms.rows)) if self.terms.rows[number].interest_due), None)
        rows = self.fallen if following is None else following + 1
        return self._apply(amount, max(0, self._cumulative(rows) - self.scheduled_paid), from_end=False)

    def prepay(self, amount: int, *, consent: bool = False) -> Taken:
        """What is due, then accrued interest (CivC 677: for actual days), then principal."""
        if self.terms.prepayment is Prepayment.CONSENT and not consent:
            raise LoanError("the lender's consent is missing")
        return self._apply(amount, self.principal, from_end=self.terms.prepayment is Prepayment.LAST)

    def debit(self, free: int) -> Taken:
        """What anyone may have taken of the borrower's free cash: what is due."""
        if self.due().total == 0:
            raise LoanError("nothing is due")
        return self._apply(min(free, self.due().total), 0, from_end=False)

    def _apply(self, amount: int, limit: int, *, from_end: bool) -> Taken:
        due = self.due()
        costs = min(amount, due.costs)
        overdue = min(amount - costs, due.overdue)
        interest = min(amount - costs - overdue, due.interest)
        principal = min(amount - costs - overdue - interest, due.principal)
        rest = amount - costs - overdue - interest - principal
        early = min(rest, self.accrued_interest() - self.interest_paid - interest)
        ahead = min(rest - early, max(0, limit - principal))
        taken = Taken(costs, overdue, interest + early, principal + ahead)
        if taken.total == 0:
            raise LoanError("nothing to take")
        self._book(taken, ahead if from_end else 0)
        return taken

    def _book(self, taken: Taken, from_end: int) -> None:
        self.costs -= taken.costs
        self.overdue_paid += taken.overdue
        self.interest_paid += taken.interest
        self.scheduled_paid += taken.principal - from_end
        self.prepaid += from_end
        self.payments.append(taken)
        self.history.append((self.day, self.principal))
        self._settle()

    def charge(self, amount: int) -> None:
        """Costs of enforcement that both agreed or a court found."""
        self.costs += amount

    # Changes.

    def accelerate(self) -> None:
        """All is due at the end of the day; grace is over."""
        if self.called or self.fallen == len(self.terms.rows):
            raise LoanError("nothing is still to fall due")
        began = self._index(self.fallen - 1)
        elapsed = max(1, self.day - began)
        anchor = self.terms.start if self.fallen == 0 else self.terms.rows[self.fallen - 1].due
        due = anchor + elapsed * DAY
        ended = self.terms.rows[self.fallen]
        numerator = part(self.terms.kind, ended.numerator, self._index(self.fallen) - began, elapsed)
        left = self.terms.principal - sum(row.principal for row in self.terms.rows[: self.fallen])
        last = Row(min(due, ended.due), left, numerator)
        self.terms = replace(self.terms, rows=(*self.terms.rows[: self.fallen], last), grace=0)
        self.called = True
        self.touch(self.now)

    def renew(self, terms: Terms) -> "Loan":
        """Interest and costs are paid, the principal stays and takes a new schedule; the loan goes on with that."""
        if terms.principal != self.principal:
            raise LoanError("the principal of a renewal is what is outstanding")
        paid = Taken(self.costs, self.overdue_interest(), self.accrued_interest() - self.interest_paid)
        return Loan(terms, self.now, payments=[*self.payments, paid], renewed=self.renewed + 1)

    # What must always hold.

    def check(self) -> None:
        """Assert every invariant of a life."""
        assert self.principal >= 0 and self.scheduled_paid >= 0 and self.prepaid >= 0
        assert self.interest_paid <= self.accrued_interest(), "no interest is paid before it accrues"
        assert self.overdue_interest() >= 0
        assert self.settled <= self.fallen
        assert self.ripe <= self.fallen <= len(self.terms.rows)
        assert not self.repaid or self.due().total == 0
        assert self.due().total > 0 or self.settled == self.fallen, "where nothing is due no row is unsettled"
        assert self.accrued_interest() == self._interest_by_history(), "interest is the floor of one exact fraction"

    def _interest_by_history(self) -> int:
        weights = self._weights()
        days = [day for day, _ in self.history]
        product = sum(self.history[bisect_right(days, day) - 1][1] * weight for day, weight in enumerate(weights[: self.day]))
        return product * self.terms.rate // (RATE_UNIT * self.terms.kind.denominator)

    def _weights(self) -> list[int]:
        """The numerator of each day from the start to today."""
        weights = list[int]()
        for number, row in enumerate(self.terms.rows):
            days = self._index(number) - self._index(number - 1)
            grown = [part(self.terms.kind, row.numerator, days, elapsed) for elapsed in range(days + 1)]
            weights += [after - before for before, after in pairwise(grown)]
        return weights + [self.terms.kind.whole_day] * max(0, self.day - len(weights))
