"""Day counts as exact fractions of a year between two legal dates: the first day counts, the last does not. Pure, no floats.

Libraries that have these give floats (QuantLib's yearFraction, and those modelled on it), so an interest of many years can be off by a
minor unit; what is needed here is a numerator over a fixed denominator, which contracts can add up. Rules: 2006 ISDA Definitions,
section 4.16.
"""

from calendar import isleap
from datetime import date
from enum import Enum
from math import lcm

_COMMON, _LEAP = 365, 366
_ACTUAL_ACTUAL = lcm(_COMMON, _LEAP)


class DayCountError(ValueError):
    """Dates between which no days are counted; the message begins with the field."""


class DayCount(Enum):
    """A day count; the value is its name in contracts between people, `number` the one in signed acts, `denominator` its year."""

    ACT_360 = "ACT/360"
    """Actual days over 360: 4.16(e)."""
    ACT_365 = "ACT/365"
    """Actual days over 365, leap years too, "Actual/365 (Fixed)": 4.16(d)."""
    THIRTY_360 = "30/360"
    """Months of 30 days, "Bond Basis": 4.16(f). The end of February is an ordinary day."""
    THIRTY_E_360 = "30E/360"
    """Months of 30 days, "Eurobond Basis": 4.16(g)."""
    ACT_ACT = "ACT/ACT"
    """Days in leap years over 366 and the others over 365, "Actual/Actual (ISDA)": 4.16(b)."""

    @property
    def number(self) -> int:
        """The day count's number in contracts/types/LoanRow.sol."""
        return list(DayCount).index(self) + 1

    @property
    def denominator(self) -> int:
        """What the numerators of {day_count} are parts of: so many make a year."""
        return _DENOMINATORS[self]

    @property
    def whole_day(self) -> int:
        """The numerator of one actual day where no schedule says more: a 365th or a 360th of a year."""
        return _LEAP if self is DayCount.ACT_ACT else 1


_DENOMINATORS = {
    DayCount.ACT_360: 360,
    DayCount.ACT_365: _COMMON,
    DayCount.THIRTY_360: 360,
    DayCount.THIRTY_E_360: 360,
    DayCount.ACT_ACT: _ACTUAL_ACTUAL,
}


def day_count(kind: DayCount, start: date, end: date) -> int:
    """The numerator over `kind.denominator` of the time from `start` to `end`. Raises DayCountError when `end` is the earlier."""
    if end < start:
        raise DayCountError(f"end: {end} is before the start, {start}")
    if kind is DayCount.ACT_ACT:
        return _actual_actual(start, end)
    if kind in (DayCount.THIRTY_360, DayCount.THIRTY_E_360):
        return _thirty(start, end, every_end=kind is DayCount.THIRTY_E_360)
    return (end - start).days


def fraction(kind: DayCount, start: date, end: date) -> tuple[int, int]:
    """Numerator and denominator of the time from `start` to `end` in years, not reduced. Raises DayCountError."""
    return day_count(kind, start, end), kind.denominator


def _thirty(start: date, end: date, *, every_end: bool) -> int:
    first = min(start.day, 30)
    last = min(end.day, 30) if every_end or first == 30 else end.day
    return 360 * (end.year - start.year) + 30 * (end.month - start.month) + last - first


def _actual_actual(start: date, end: date) -> int:
    days = 0
    for year in range(start.year, end.year + 1):
        begins, ends = max(start, date(year, 1, 1)), end if year == end.year else date(year + 1, 1, 1)
        days += (ends - begins).days * (_COMMON if isleap(year) else _LEAP)
    return days


def part(kind: DayCount, numerator: int, days: int, elapsed: int) -> int:
    """The numerator of the first `elapsed` of a period's `days` actual days, where the whole period has `numerator`.

    Actual days are equal parts of it, rounded down: exact but for ACT/ACT across a New Year. Of months of 30 days, `elapsed` days
    count until the period has no more. A schedule whose rows end with months and years (`schedules.refined`) makes both exact.
    """
    if not 0 <= elapsed <= days:
        raise DayCountError(f"elapsed: {elapsed}; 0 to the period's {days} days expected")
    if kind in (DayCount.THIRTY_360, DayCount.THIRTY_E_360):
        return numerator if elapsed == days else min(elapsed, numerator)
    return numerator * elapsed // days if days else 0
