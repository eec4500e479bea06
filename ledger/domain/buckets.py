"""Buckets of days by which debts are added up: when they fall due, and for how long they have been due.

A debt's legal day is the one that its due second ends: a debt due at the midnight after 31 March is due on 31 March. Days are counted in a
stated zone, from the day that the time asked about ends; grace stops no count.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ledger.domain.calendar import legal_date, start_of_day


class Bucket(NamedTuple):
    """Debts due at `after` or later and before `before` (UTC seconds); None: without end on that side."""

    name: str
    after: int | None
    before: int | None


AGES = (30, 60, 90)
"""Last days of the buckets of overdue debts."""
TERMS = (30, 60, 90, 180, 365)
"""Last days of the buckets of debts to come."""


def due_day(due: int, zone: ZoneInfo) -> date:
    """The legal day in `zone` that a second ends."""
    return legal_date(due - 1, zone)


def ageing(time: int, zone: ZoneInfo) -> list[Bucket]:
    """Not due, and by days after the due day: 1-30, 31-60, 61-90 and more. What fell due earlier on the same day counts as the first."""
    edges = [time, *(_edge(time, zone, -last) for last in AGES)]
    names = _names(1, AGES)
    overdue = [Bucket(name, low, high) for name, high, low in zip(names, edges, [*edges[1:], None], strict=True)]
    return [Bucket("not due", time, None), *overdue]


def ladder(time: int, zone: ZoneInfo) -> list[Bucket]:
    """Overdue, and by days until the due day: 0-30, 31-60, 61-90, 91-180, 181-365 and more."""
    edges = [time, *(_edge(time, zone, last + 1) for last in TERMS)]
    names = _names(0, TERMS)
    coming = [Bucket(name, low, high) for name, low, high in zip(names, edges, [*edges[1:], None], strict=True)]
    return [Bucket("overdue", None, time), *coming]


def _edge(time: int, zone: ZoneInfo, days: int) -> int:
    """The first due second whose legal day lies so many days after the one that `time` ends."""
    return start_of_day(due_day(time, zone) + timedelta(days=days), zone) + 1


def _names(first: int, lasts: Sequence[int]) -> list[str]:
    starts = [first, *(last + 1 for last in lasts)]
    return [*(f"{start}-{last}" for start, last in zip(starts, lasts, strict=False)), f"over {lasts[-1]}"]
