"""Legal dates to block timestamps. Zone, holidays and roll rule are explicit; nothing here asks the clock."""

from collections.abc import Container
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

DAY = 86_400
_SATURDAY = 5


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
    return day.weekday() < _SATURDAY and day not in holidays


def roll(day: date, rule: Roll, holidays: Container[date]) -> date:
    """The business day that `rule` makes of `day`."""
    if rule is Roll.NONE:
        return day
    moved = _next_business_day(day, holidays, -1 if rule is Roll.PRECEDING else 1)
    if rule is Roll.MODIFIED_FOLLOWING and moved.month != day.month:
        return _next_business_day(day, holidays, -1)
    return moved


def _next_business_day(day: date, holidays: Container[date], step: int) -> date:
    while not is_business_day(day, holidays):
        day += timedelta(days=step)
    return day


def legal_date(second: int, zone: ZoneInfo) -> date:
    """The legal day in `zone` on which a UTC second falls."""
    return datetime.fromtimestamp(second, UTC).astimezone(zone).date()
