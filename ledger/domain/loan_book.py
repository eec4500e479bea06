"""What a loan owes at a time: days, interest, what is due, and how it stands (docs/loans.md; contracts/loan/LoanBook.sol reckons the same).

Amounts are minor units, times UTC seconds, rates millionths a year. Interest in all is floor(product * rate / (1,000,000 * denominator)),
product = sum of principal x numerators, so it doesn't matter how often or when a loan is reckoned. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum, IntFlag

from ledger.domain.calendar import DAY
from ledger.domain.day_counts import DayCount, part
from ledger.domain.schedules import RATE_UNIT, accrued

_ACTUAL_YEAR, _MONEY_YEAR = 365, 360


class LoanFlag(IntFlag):
    """What was agreed beside the figures (contracts/types/LoanTerms.sol), and the mark of a called loan."""

    OVERDUE_ON_INTEREST = 1 << 0
    CROSS_DEFAULT = 1 << 1
    KEEP_COLLECTIONS = 1 << 2
    ACCELERATED = 1 << 7


class Prepayment(IntEnum):
    """Who may prepay, and which instalments prepaid principal pays."""

    CONSENT = 1
    """With the lender's consent; the coming ones."""
    NEXT = 2
    LAST = 3


class LoanCondition(IntEnum):
    """How a live loan stands. DUE: something due is unpaid and its grace runs."""

    CURRENT = 1
    DUE = 2
    OVERDUE = 3
    DEFAULT = 4


@dataclass(frozen=True, slots=True)
class Instalment:
    """A row: principal due by then in all, the numerator of the period that ends with it, and interest due by then in all where it was
    reckoned before. A row without `interest_due` only ends a stretch of days.
    """

    due: int
    principal: int
    numerator: int
    interest_due: bool
    interest: int | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """What reckoning needs of the terms."""

    principal: int
    start: int
    kind: DayCount
    rate: int
    overdue_rate: int
    on_interest: bool
    grace: int
    default_after: int
    rows: Sequence[Instalment]

    @property
    def year_days(self) -> int:
        """Days of a year for overdue interest, which counts actual days."""
        return _ACTUAL_YEAR if self.kind in (DayCount.ACT_365, DayCount.ACT_ACT) else _MONEY_YEAR


@dataclass(frozen=True, slots=True)
class Figures:
    """What stands of a loan: what was paid on the schedule and ahead of its end, costs owed, the sums that interest is reckoned from,
    interest paid, days counted, and rows that fell due, whose grace is over, and that are paid.
    """

    scheduled_paid: int = 0
    prepaid: int = 0
    costs: int = 0
    product: int = 0
    overdue_product: int = 0
    interest_paid: int = 0
    overdue_paid: int = 0
    day: int = 0
    fallen: int = 0
    ripe: int = 0
    settled: int = 0


@dataclass(frozen=True, slots=True)
class Parts:
    """An amount by what it pays, in this order (CivC 561)."""

    costs: int
    overdue: int
    interest: int
    principal: int

    @property
    def total(self) -> int:
        return self.costs + self.overdue + self.interest + self.principal


@dataclass
class Book:
    """A live loan reckoned up to `time`; make one by {reckoned}."""

    agreement: Agreement
    figures: Figures
    time: int
    marks: dict[int, int] = field(default_factory=dict)
    """Interest due by each row that fell due since the figures were written."""

    @property
    def outstanding(self) -> int:
        """Principal that is not paid back."""
        return self.agreement.principal - self.figures.scheduled_paid - self.figures.prepaid

    @property
    def due(self) -> Parts:
        """What can be asked for: once no principal is still to fall due, all interest that accrued."""
        scheduled = self.scheduled(self.figures.fallen)
        is_last = scheduled == self.agreement.principal - self.figures.prepaid
        interest = self.interest if is_last else self.interest_by(self.figures.fallen)
        unpaid = max(0, interest - self.figures.interest_paid)
        return Parts(self.figures.costs, self._overdue, unpaid, max(0, scheduled - self.figures.scheduled_paid))

    @property
    def owed(self) -> Parts:
        """What full repayment takes."""
        return Parts(self.figures.costs, self._overdue, self.interest - self.figures.interest_paid, self.outstanding)

    @property
    def interest(self) -> int:
        """All interest so far, paid or not: floored once."""
        return accrued(self.figures.product, self.agreement.rate, self.agreement.kind)

    @property
    def condition(self) -> LoanCondition:
        """How the loan stands at its time."""
        if self.figures.settled == self.figures.fallen:
            return LoanCondition.CURRENT
        late = self.time - self.agreement.rows[self.figures.settled].due
        if late > self.agreement.default_after:
            return LoanCondition.DEFAULT
        return LoanCondition.OVERDUE if late > self.agreement.grace else LoanCondition.DUE

    # --- Reckoning, step by step ---

    def reckon(self) -> "Book":
        """Brings the figures up to the time."""
        rows = self.agreement.rows
        while self.figures.fallen < len(rows) and rows[self.figures.fallen].due <= self.time:
            self._fall(rows[self.figures.fallen])
        self._step_to(self._day_at(self.time))
        self._ripen(self.time)
        self._settle()
        return self

    def _set(self, **changes: int) -> None:
        self.figures = replace(self.figures, **changes)

    def _fall(self, row: Instalment) -> None:
        fallen = self.figures.fallen
        self._step_to(self._index(fallen + 1))
        self._ripen(row.due)
        self.marks[fallen] = self.interest if row.interest_due else self.interest_by(fallen)
        self._set(fallen=fallen + 1)

    def _step_to(self, day: int) -> None:
        days = day - self.figures.day
        if days <= 0:
            return
        product = self.outstanding * (self._numerator(day) - self._numerator(self.figures.day))
        overdue = self._weight(self.figures.ripe) * days
        self._set(day=day, product=self.figures.product + product, overdue_product=self.figures.overdue_product + overdue)

    def _ripen(self, time: int) -> None:
        """Once grace is over, what is unpaid of a row is late from its due date."""
        while self.figures.ripe < self.figures.fallen and time > self.agreement.rows[self.figures.ripe].due + self.agreement.grace:
            ripe = self.figures.ripe
            extra = self._weight(ripe + 1) - self._weight(ripe)
            late = extra * (self.figures.day - self._index(ripe + 1))
            self._set(ripe=ripe + 1, overdue_product=self.figures.overdue_product + late)

    def _settle(self) -> None:
        while self.figures.settled < self.figures.fallen and self._is_paid(self.figures.settled + 1):
            self._set(settled=self.figures.settled + 1)

    def _is_paid(self, rows: int) -> bool:
        return self.scheduled(rows) <= self.figures.scheduled_paid and self.interest_by(rows) <= self.figures.interest_paid

    # --- Days ---

    def _index(self, rows: int) -> int:
        """The day, counted from the start, with which the first `rows` rows end: the nearest, for days of clock changes differ."""
        return 0 if rows == 0 else (self.agreement.rows[rows - 1].due - self.agreement.start + DAY // 2) // DAY

    def _day_at(self, time: int) -> int:
        """How many days have begun; a day ends with its row, whatever the clocks did."""
        fallen = self.figures.fallen
        anchor = self.agreement.rows[fallen - 1].due if fallen else self.agreement.start
        day = self._index(fallen) + max(0, -((anchor - time) // DAY))
        return day if fallen == len(self.agreement.rows) else min(day, self._index(fallen + 1))

    def _numerator(self, day: int) -> int:
        """The numerator from the last fallen row to `day`."""
        fallen, kind = self.figures.fallen, self.agreement.kind
        began = self._index(fallen)
        if fallen == len(self.agreement.rows):
            return kind.whole_day * (day - began)
        return part(kind, self.agreement.rows[fallen].numerator, self._index(fallen + 1) - began, day - began)

    # --- Amounts ---

    def scheduled(self, rows: int) -> int:
        """Principal that the first `rows` rows make due; what was prepaid from the end is due no more."""
        return min(self.agreement.rows[rows - 1].principal, self.agreement.principal - self.figures.prepaid) if rows else 0

    def interest_by(self, rows: int) -> int:
        """All interest that was due when the first `rows` rows had fallen."""
        while rows:
            rows -= 1
            told = self.marks.get(rows, self.agreement.rows[rows].interest)
            if told is not None:
                return told
        return 0

    def _weight(self, rows: int) -> int:
        """What a day costs for what is unpaid of the first `rows` rows, beyond the rate that all principal bears."""
        principal = max(0, self.scheduled(rows) - self.figures.scheduled_paid)
        interest = max(0, self.interest_by(rows) - self.figures.interest_paid) if self.agreement.on_interest else 0
        return principal * (self.agreement.overdue_rate - self.agreement.rate) + interest * self.agreement.overdue_rate

    @property
    def _overdue(self) -> int:
        return self.figures.overdue_product // (RATE_UNIT * self.agreement.year_days) - self.figures.overdue_paid


def reckoned(agreement: Agreement, figures: Figures, time: int) -> Book:
    """A live loan at a time (UTC seconds) not before its figures were written."""
    return Book(agreement, figures, time).reckon()


def coming(agreement: Agreement, figures: Figures, time: int) -> list[tuple[int, int, int]]:
    """(due second, principal, interest) of each row still to fall due after `time`, if what falls due is paid when it does.

    Raises nothing; a row that only ends a stretch of days is left out.
    """
    book = reckoned(agreement, figures, time)
    found = []
    for at in range(book.figures.fallen, len(agreement.rows)):
        row = agreement.rows[at]
        book = reckoned(agreement, _paid(book), row.due)
        if row.interest_due:
            found.append((row.due, book.due.principal, book.due.interest))
    return found


@dataclass(frozen=True, slots=True)
class Scheduled:
    """An instalment: what it makes due (of one to come, if all is paid when it is due), and what was paid of it."""

    due: int
    principal: int
    interest: int
    paid_principal: int
    paid_interest: int
    has_fallen: bool

    @property
    def state(self) -> str:
        """paid, unpaid or coming."""
        if (self.paid_principal, self.paid_interest) == (self.principal, self.interest):
            return "paid"
        return "unpaid" if self.has_fallen else "coming"


def scheduled(agreement: Agreement, figures: Figures, time: int) -> list[Scheduled]:
    """Every row that makes something due, with what was paid of it: money pays the rows in their order."""
    book, rest = reckoned(agreement, figures, time), {due: interest for due, _, interest in coming(agreement, figures, time)}
    found, before, interest_before = list[Scheduled](), 0, 0
    for at, row in enumerate(agreement.rows):
        if not row.interest_due:
            continue
        fallen, principal = at < book.figures.fallen, book.scheduled(at + 1)
        paid = min(max(book.figures.scheduled_paid - before, 0), principal - before)
        interest = book.interest_by(at + 1) - interest_before if fallen else rest.get(row.due, 0)
        paid_interest = min(max(book.figures.interest_paid - interest_before, 0), interest) if fallen else 0
        if fallen or interest or principal > before:
            found.append(Scheduled(row.due, principal - before, interest, paid, paid_interest, fallen))
        before, interest_before = principal, interest_before + (interest if fallen else 0)
    return found


def _paid(book: Book) -> Figures:
    """The figures after all that is due was paid."""
    due, figures = book.due, book.figures
    return replace(
        figures,
        costs=0,
        overdue_paid=figures.overdue_paid + due.overdue,
        interest_paid=figures.interest_paid + due.interest,
        scheduled_paid=figures.scheduled_paid + due.principal,
    )
