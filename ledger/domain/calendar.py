"""Legal dates to block timestamps. Zone, holidays and roll rule are explicit; nothing here asks the clock.

Working days are kept by jurisdiction in workdays.py; this module has what needs no data: days, zones, rolls and months.
"""

from calendar import monthrange
from collections.abc import Callable, Container
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY = 86_400
_SATURDAY = 5
IsOpen = Callable[[date], bool]
"""Whether business is done on a day."""


class Roll(Enum):
    """What a due date that is no business day becomes."""

    NONE = "none"
    FOLLOWING = "following"
    MODIFIED_FOLLOWING = "modified-following"
    PRECEDING = "preceding"


def start_of_day(day: date, zone: ZoneInfo) -> int:
    """UTC second at which the legal day begins in `zone`."""
    return int(datetime.combine(day, time.min, zone).timestamp())


def end_of_day(day: date, zone: ZoneInfo) -> int:
    """UTC second at which the legal day is over in `zone`: the next local midnight. A debt due on `day` is late from then on."""
    return start_of_day(day + timedelta(days=1), zone)


def is_business_day(day: date, holidays: Container[date]) -> bool:
    """Whether `day` is neither a weekend day nor in `holidays`."""
    return not is_weekend(day) and day not in holidays


def is_weekend(day: date) -> bool:
    """Whether `day` is a Saturday or a Sunday."""
    return day.weekday() >= _SATURDAY


def roll(day: date, rule: Roll, holidays: Container[date]) -> date:
    """The business day that `rule` makes of `day`, where weekends and `holidays` are free."""
    return roll_by(day, rule, lambda candidate: is_business_day(candidate, holidays))


def roll_by(day: date, rule: Roll, is_open: IsOpen) -> date:
    """The business day that `rule` makes of `day`, where `is_open` says what a business day is (weekends that are worked included)."""
    if rule is Roll.NONE:
        return day
    moved = next_open(day, is_open, -1 if rule is Roll.PRECEDING else 1)
    if rule is Roll.MODIFIED_FOLLOWING and moved.month != day.month:
        return next_open(day, is_open, -1)
    return moved


def next_open(day: date, is_open: IsOpen, step: int = 1) -> date:
    """`day` itself if it is open, otherwise the next open day (the one before for step -1)."""
    while not is_open(day):
        day += timedelta(days=step)
    return day


def add_months(day: date, months: int) -> date:
    """The corresponding day `months` later, or the last day of that month where it has none (CivC 202, PatR 5)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = -62_135_596_800, 253_402_300_799


@lru_cache(4_096)
def rfc3339(second: int) -> str:
    """A UTC second as RFC 3339 text; what lies beyond the years 1 to 9999 (a chain's words reach further) reads as their ends."""
    return (_EPOCH + timedelta(seconds=min(max(second, _FIRST), _LAST))).isoformat().replace("+00:00", "Z")


def legal_date(second: int, zone: ZoneInfo) -> date:
    """The legal day in `zone` on which a UTC second falls."""
    return datetime.fromtimestamp(second, UTC).astimezone(zone).date()
