"""Repayment schedules of loans: legal due dates, due seconds, principal and day counts of each row, exact to the minor unit. Pure.

A period runs from the row before it (the first from the day of disbursement) to its own due date as rolled, so interest is for the days
that money is out. Interest is linear: what accrues in all is one exact fraction, floored once; a row's interest is what that floor grew by.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

from ledger.domain.calendar import IsOpen, Roll, add_months, end_of_day, roll_by
from ledger.domain.day_counts import DayCount, day_count
from ledger.domain.money import MAX_MINOR

RATE_UNIT = 1_000_000
"""Rates are millionths a year: 43,500 is 4.35 %."""
MOST_RATE = RATE_UNIT
MOST_ROWS = 360
MOST_DAYS = 36_525
"""A schedule ends within 100 years, so that no figure of a contract outgrows its word."""
INSTALMENT_RULE = "equal parts of the principal are rounded down to the minor unit, and the last row takes the rest"
ANNUITY_RULE = (
    "the level payment is the exact one rounded half up to the minor unit; each row's principal is that less the row's interest, and the "
    "last row takes the rest"
)
INTEREST_RULE = "interest accrued in all is rounded down once; a row's interest is what it grew by since the row before"
_NOON = time(12)


class ScheduleError(ValueError):
    """Terms from which no schedule follows; the message begins with the field."""


@dataclass(frozen=True, slots=True)
class Row:
    """A due date as rolled, its second, the principal due then, the period's numerator, and whether interest is due.

    A row without principal and interest only ends a stretch of days ({refined}).
    """

    day: date
    due: int
    principal: int
    numerator: int
    interest_due: bool = True


@dataclass(frozen=True, slots=True)
class DueRule:
    """How a legal due date becomes a second: zone, roll, business days, and the hour at which banks close (None: the day's end).

    A cut-off lies after noon, so that a day of account still bears its own date.
    """

    zone: ZoneInfo
    roll: Roll = Roll.NONE
    is_open: IsOpen | None = None
    cut_off: time | None = None

    def __post_init__(self) -> None:
        if self.roll is not Roll.NONE and self.is_open is None:
            raise ScheduleError(f"is_open: rolling {self.roll.value} needs a calendar of business days")
        if self.cut_off is not None and self.cut_off <= _NOON:
            raise ScheduleError(f"cut_off: {self.cut_off}; an hour after noon expected")

    def day(self, stated: date) -> date:
        """The due date that a stated one becomes. Raises what the calendar raises."""
        return stated if self.is_open is None else roll_by(stated, self.roll, self.is_open)

    def second(self, day: date) -> int:
        """The UTC second from which a debt due on `day` is late."""
        if self.cut_off is None:
            return end_of_day(day, self.zone)
        return int(datetime.combine(day, self.cut_off, self.zone).timestamp())


@dataclass(frozen=True, slots=True)
class Plan:
    """What a schedule is made of. `start` is the legal day of disbursement; `days` are the stated due dates, unrolled and ascending."""

    principal: int
    start: date
    days: tuple[date, ...]
    kind: DayCount
    rule: DueRule

    def __post_init__(self) -> None:
        if not 0 < self.principal <= MAX_MINOR:
            raise ScheduleError(f"principal: {self.principal}; above 0 and at most 2^63 - 1 expected")
        if not 0 < len(self.days) <= MOST_ROWS:
            raise ScheduleError(f"days: {len(self.days)}; 1 to {MOST_ROWS} expected")
        if any(one >= other for one, other in pairwise((self.start, *self.days))):
            raise ScheduleError("days: ascending days after the start expected")
        if (self.days[-1] - self.start).days > MOST_DAYS:
            raise ScheduleError(f"days: {self.days[-1]} is more than {MOST_DAYS} days after the start")

    @property
    def begins(self) -> int:
        """The UTC second from which days of interest count: the end of the day of disbursement."""
        return end_of_day(self.start, self.rule.zone)


def due_days(start: date, count: int, months: int) -> tuple[date, ...]:
    """The corresponding day of every `months`-th month after `start`, `count` times; each from `start`, so 31s come back (CivC 202)."""
    if count <= 0 or months <= 0:
        raise ScheduleError(f"count, months: {count}, {months}; above 0 expected")
    return tuple(add_months(start, months * number) for number in range(1, count + 1))


def bullet(plan: Plan) -> tuple[Row, ...]:
    """Principal and all interest on the last day."""
    return _rows(replace(plan, days=plan.days[-1:]), (plan.principal,))


def interest_only(plan: Plan) -> tuple[Row, ...]:
    """Interest on every day, the principal on the last."""
    return _rows(plan, (*(0 for _ in plan.days[1:]), plan.principal))


def equal_principal(plan: Plan) -> tuple[Row, ...]:
    """Equal parts of the principal by {INSTALMENT_RULE}, and interest."""
    each = plan.principal // len(plan.days)
    return _rows(plan, (*(each for _ in plan.days[1:]), plan.principal - each * (len(plan.days) - 1)))


def annuity(plan: Plan, rate: int) -> tuple[Row, ...]:
    """Level payments of principal and interest by {ANNUITY_RULE}; `rate` in millionths a year. Raises ScheduleError."""
    rows = _rows(plan, tuple(0 for _ in plan.days))
    level, left, product = _level(plan, rows, rate), plan.principal, 0
    parts = list[int]()
    for row in rows:
        before, product = accrued(product, rate, plan.kind), product + left * row.numerator
        parts.append(min(left, max(0, level - (accrued(product, rate, plan.kind) - before))))
        left -= parts[-1]
    parts[-1] += left
    return tuple(replace(row, principal=part) for row, part in zip(rows, parts, strict=True))


def _level(plan: Plan, rows: Sequence[Row], rate: int) -> int:
    growth = (1 + Fraction(_checked_rate(rate) * row.numerator, RATE_UNIT * plan.kind.denominator) for row in rows)
    exact = plan.principal / sum(1 / grown for grown in accumulate(growth, lambda one, other: one * other))
    return int(exact + Fraction(1, 2))


def _rows(plan: Plan, principal: Sequence[int]) -> tuple[Row, ...]:
    days = tuple(plan.rule.day(stated) for stated in plan.days)
    if any(one >= other for one, other in pairwise((plan.start, *days))):
        raise ScheduleError("days: rolled due dates fall on one day or before the start")
    counts = (day_count(plan.kind, one, other) for one, other in pairwise((plan.start, *days)))
    return tuple(Row(day, plan.rule.second(day), part, count) for day, part, count in zip(days, principal, counts, strict=True))


def refined(plan: Plan, rows: Sequence[Row]) -> tuple[Row, ...]:
    """The same schedule with rows that only end stretches of days, so that a part of a period has exactly the count of its days.

    ACT/ACT is cut at each New Year, months of 30 days where they differ from the actual ones. (30/360 from a 30th or 31st stays off by one
    day on 31sts: it counts them by where it began.) Raises ScheduleError.
    """
    if plan.kind not in _ENDS_STRETCH:
        return tuple(rows)
    cut = list[Row]()
    for began, row in zip((plan.start, *(each.day for each in rows)), rows, strict=False):
        stops = [*_stops(plan.kind, began, row.day), row.day]
        counts = [day_count(plan.kind, one, other) for one, other in pairwise((began, *stops))]
        cut += [Row(day, plan.rule.second(day), 0, count, interest_due=False) for day, count in zip(stops[:-1], counts[:-1], strict=True)]
        cut.append(replace(row, numerator=counts[-1]))
    if len(cut) > MOST_ROWS:
        raise ScheduleError(f"days: {len(cut)} rows with those that end stretches; at most {MOST_ROWS} expected")
    return tuple(cut)


_ENDS_STRETCH: dict[DayCount, Callable[[date], bool]] = {
    DayCount.ACT_ACT: lambda day: (day.month, day.day) == (1, 1),
    DayCount.THIRTY_360: lambda day: day.day == 1,
    DayCount.THIRTY_E_360: lambda day: day.day == 31 or (day.month, day.day) == (3, 1),
}


def _stops(kind: DayCount, began: date, ends: date) -> list[date]:
    between = (began + timedelta(days=step) for step in range(1, (ends - began).days))
    return [day for day in between if _ENDS_STRETCH[kind](day)]


def accrued(product: int, rate: int, kind: DayCount) -> int:
    """Interest in minor units, rounded down, of a sum of principal x numerators at `rate` millionths a year."""
    return product * rate // (RATE_UNIT * kind.denominator)


def interest(rows: Sequence[Row], kind: DayCount, rate: int) -> tuple[int, ...]:
    """Each row's interest by {INTEREST_RULE} where all is paid when due; 0 where none is due. Raises ScheduleError."""
    _checked_rate(rate)
    left, product, charged = sum(row.principal for row in rows), 0, 0
    due = list[int]()
    for row in rows:
        product += left * row.numerator
        due.append(accrued(product, rate, kind) - charged if row.interest_due else 0)
        charged, left = charged + due[-1], left - row.principal
    return tuple(due)


def _checked_rate(rate: int) -> int:
    if not 0 <= rate <= MOST_RATE:
        raise ScheduleError(f"rate: {rate}; 0 to {MOST_RATE} millionths a year expected")
    return rate
