"""Working days by jurisdiction: which days offices rest, which weekend days they work, and for which years that is known.

Days come from the `holidays` package, which cites each State Council notice, proclamation and executive order. A day outside the years
that a calendar's data vouch for raises BeyondCalendar: a calendar that nobody has published is never guessed. Days that an office itself
closes (PPSA (Cth) 147(5), a closure that the USPTO announces) are added with `with_closures`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ledger.domain.calendar import is_weekend, next_open

if TYPE_CHECKING:
    from holidays import HolidayBase


class BeyondCalendar(LookupError):
    """A day outside the years for which a calendar's working days are known; the message names calendar, day and years."""


@dataclass(frozen=True, slots=True)
class YearDays:
    """One year's exceptions: days of rest (weekend days may be among them) and weekend days that are worked."""

    rests: frozenset[date]
    worked: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """The working days of one jurisdiction or register: `of_year` gives a year's exceptions, known from `first_year` to `last_year`."""

    key: str
    zone: ZoneInfo
    first_year: int
    last_year: int
    source: str
    of_year: Callable[[int], YearDays]
    closures: frozenset[date] = frozenset()

    def is_open(self, day: date) -> bool:
        """Whether `day` is a working day. Raises BeyondCalendar."""
        if not self.first_year <= day.year <= self.last_year:
            raise BeyondCalendar(f"calendar {self.key}: working days are known for {self.first_year} to {self.last_year}, not for {day}")
        days = self.of_year(day.year)
        return day not in self.closures and (day in days.worked or not (is_weekend(day) or day in days.rests))

    def next_open(self, day: date) -> date:
        """`day` if it is a working day, otherwise the next one. Raises BeyondCalendar."""
        return next_open(day, self.is_open)

    def add(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`, itself not counted (CivC 201); `day` for 0. Raises BeyondCalendar, ValueError."""
        if count < 0:
            raise ValueError(f"count {count}: working days are counted forward, 0 or more")
        for _ in range(count):
            day = self.next_open(day + timedelta(days=1))
        return day

    def count(self, after: date, until: date) -> int:
        """How many working days lie after `after` and not after `until`; 0 where `until` is not later. Raises BeyondCalendar."""
        return sum(self.is_open(after + timedelta(days=step)) for step in range(1, (until - after).days + 1))

    def with_closures(self, days: Iterable[date]) -> "WorkingCalendar":
        """This calendar with further days on which the office itself was closed."""
        return replace(self, closures=self.closures | frozenset(days))


def _holidays(country: str, year: int, **more: Any) -> "HolidayBase":
    # Imported with the first day that is asked for: the package brings the rules of all countries, a fifth of a second of a start.
    from holidays import country_holidays

    return country_holidays(country, years=year, **more)


def _noticed_years() -> list[int]:
    """The years of which the State Council's notices are known."""
    from holidays.countries.china import ChinaStaticHolidays

    return sorted(ChinaStaticHolidays.special_public_holidays)


@cache
def _china(year: int) -> YearDays:
    days = _holidays("CN", year)
    return YearDays(frozenset(days), frozenset(day for day in days.weekend_workdays if day.year == year))


@cache
def _united_states(year: int) -> YearDays:
    return YearDays(frozenset(_holidays("US", year)))


@cache
def _patent_office_us(year: int) -> YearDays:
    closings = _holidays("US", year, categories=("government",))
    closed = {day for day in closings if "half-day" not in closings[day]}
    return YearDays(_united_states(year).rests | closed | _inauguration(year))


def _inauguration(year: int) -> frozenset[date]:
    day = date(year, 1, 20)
    if year < 1969 or year % 4 != 1:
        return frozenset()
    return frozenset({day + timedelta(days=1) if day.isoweekday() == 7 else day})


_STATES = ("ACT", "NSW", "NT", "QLD", "SA", "TAS", "VIC", "WA")
_OF_A_CITY_ONLY = "Royal Queensland Show"
"""A holiday around Brisbane: the Act asks for one that the whole of a state keeps."""


@cache
def _states(year: int) -> tuple[frozenset[date], ...]:
    kept = (_holidays("AU", year, subdiv=state) for state in _STATES)
    return tuple(frozenset(day for day in days if _OF_A_CITY_ONLY not in days[day]) for days in kept)


@cache
def _australia(year: int) -> YearDays:
    return YearDays(frozenset.intersection(*_states(year)))


@cache
def _securities_register_au(year: int) -> YearDays:
    between = {date(year, 12, day) for day in range(25, 32)} | {date(year, 1, 1)}
    return YearDays(frozenset(between).union(*_states(year)))


@cache
def _new_zealand(year: int) -> YearDays:
    return YearDays(frozenset(_holidays("NZ", year)))


@cache
def _securities_register_nz(year: int) -> YearDays:
    christmas = {date(year, 12, day) for day in range(25, 32)} | {date(year, 1, 1), date(year, 1, 2)}
    return YearDays(_new_zealand(year).rests.union(christmas, _after_new_year(year)))


def _after_new_year(year: int) -> frozenset[date]:
    """The Monday, or Monday and Tuesday, that follow a New Year's Day on a Friday, or on a weekend day (PPSA 1999 (NZ) 16)."""
    extra = {5: (4,), 6: (3, 4), 7: (2, 3)}.get(date(year, 1, 1).isoweekday(), ())
    return frozenset(date(year, 1, day) for day in extra)


_SHANGHAI, _WASHINGTON = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
_CANBERRA, _WELLINGTON = ZoneInfo("Australia/Sydney"), ZoneInfo("Pacific/Auckland")
_RULED_UNTIL = 2100
"""Where statutes make the days by rule; a new statute or a proclaimed day changes them."""
_MATARIKI_UNTIL = 2052
"""Last date in schedule 1 of Te Kahui o Matariki Public Holiday Act 2022."""
_STATES_PROCLAIMED_UNTIL = 2026
"""The states proclaim days year by year (the Friday before the Grand Final); raise it with the `holidays` package that has them."""


@cache
def calendars() -> dict[str, WorkingCalendar]:
    """The calendars that ship, by key: a jurisdiction, or a register whose statute has a definition of its own."""
    noticed = _noticed_years()
    shipped = (
        WorkingCalendar("CN", _SHANGHAI, noticed[0], noticed[-1], "the State Council's yearly notices of rest and work days", _china),
        WorkingCalendar("US", _WASHINGTON, 1986, _RULED_UNTIL, "5 USC 6103(a)", _united_states),
        WorkingCalendar(
            "US-USPTO", _WASHINGTON, 1986, _RULED_UNTIL, "35 USC 21(b), 5 USC 6103(a), (c), orders of closing", _patent_office_us
        ),
        WorkingCalendar("AU", _CANBERRA, 1990, _RULED_UNTIL, "days that every state and territory keeps", _australia),
        WorkingCalendar("AU-PPSR", _CANBERRA, 2012, _STATES_PROCLAIMED_UNTIL, "PPSA 2009 (Cth) 10, business day", _securities_register_au),
        WorkingCalendar("NZ", _WELLINGTON, 2014, _MATARIKI_UNTIL, "Holidays Act 2003 (NZ) 44", _new_zealand),
        WorkingCalendar("NZ-PPSR", _WELLINGTON, 2014, _MATARIKI_UNTIL, "PPSA 1999 (NZ) 16, working day", _securities_register_nz),
    )
    return {each.key: each for each in shipped}


def working_calendar(key: str) -> WorkingCalendar:
    """The calendar of that key. Raises LookupError naming those that ship."""
    known = calendars()
    if key not in known:
        raise LookupError(f"calendar {key!r} is not known; there are {', '.join(sorted(known))}")
    return known[key]
