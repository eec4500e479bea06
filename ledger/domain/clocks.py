"""Statutory clocks of a register: events in, deadline out.

The day of the starting event is not counted (CivC 201, PatR 5). A stop (a correction notice) holds the clock until the resume (the
answer): the day of the stop still counts, the day of the answer does not, as with the start. So a clock that stood still for n of its own
days ends exactly n of them later; one stopped on its last day ends on the day of the answer, or the next of its days. A clock of months
ends on the corresponding day (CivC 202) moved by the calendar days that it stood still. Where the rule rolls, a last day that is no
working day gives way to the next working day (CivC 203). A day is over at local midnight, or when the office's business closes where the
rule says so; the deadline is the UTC second from which an act is late.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import Enum
from itertools import pairwise

from ledger.domain.calendar import add_months, end_of_day, legal_date
from ledger.domain.workdays import WorkingCalendar, working_calendar


class ClockError(ValueError):
    """Events that no clock can have; the message names the event and the rule."""


class Unit(Enum):
    """What a period is counted in."""

    WORKING_DAYS = "working days"
    CALENDAR_DAYS = "calendar days"
    MONTHS = "months"


class Kind(Enum):
    """What happens to a clock."""

    START = "start"
    STOP = "stop"
    RESUME = "resume"
    DONE = "done"


class State(Enum):
    """What a clock shows."""

    RUNNING = "running"
    STOPPED = "stopped"
    MET = "met"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class ClockRule:
    """A statutory period: length in units, counted on the calendar of that key, from which event, where the law says so.

    `verified` is False where the official text has not been seen and the length is a configurable default. `closes` is the local hour at
    which business ends where the period ends with it (CivC 203); None for midnight.
    """

    key: str
    unit: Unit
    length: int
    calendar: str
    counts_from: str
    source: str
    verified: bool = True
    rolls: bool = True
    closes: time | None = None

    def __post_init__(self) -> None:
        if self.length < 1:
            raise ClockError(f"clock {self.key}: length {self.length}, at least 1 of {self.unit.value}")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a clock, at a UTC second."""

    kind: Kind
    at: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What a clock shows at a time.

    `last_day` and `deadline` (the UTC second from which an act is late) are None while the clock is stopped; `remaining` is the seconds to
    the deadline, negative once it is past, None when stopped or done. `stood_still` counts the units that stops have taken out so far.
    """

    state: State
    last_day: date | None
    deadline: int | None
    remaining: int | None
    stood_still: int
    done_at: int | None = None


@dataclass(frozen=True, slots=True)
class _Count:
    """Where a count stands: units left after the end of `day`; none left means that what was left of a day is still due."""

    rule: ClockRule
    days: WorkingCalendar
    day: date
    left: int
    stood_still: int = 0

    @property
    def last_day(self) -> date:
        day = self.day if self.left else self._next(self.day)
        for _ in range(self.left):
            day = self._next(day + timedelta(days=1))
        return self.days.next_open(day) if self.rule.rolls else day

    @property
    def deadline(self) -> int:
        if self.rule.closes is None:
            return end_of_day(self.last_day, self.days.zone)
        return int(datetime.combine(self.last_day, self.rule.closes, self.days.zone).timestamp())

    def halted(self, stop: date, resume: date) -> "_Count":
        """The count after a halt: the day of the stop has counted, the day of the resume has not."""
        left = max(0, self.left - self._between(self.day, stop))
        return replace(self, day=resume, left=left, stood_still=self.stood_still + self._between(stop, resume))

    def _next(self, day: date) -> date:
        return self.days.next_open(day) if self.rule.unit is Unit.WORKING_DAYS else day

    def _between(self, after: date, until: date) -> int:
        return self.days.count(after, until) if self.rule.unit is Unit.WORKING_DAYS else (until - after).days


def read(rule: ClockRule, events: Sequence[Event], now: int, calendar: WorkingCalendar | None = None) -> Reading:
    """What the clock shows at `now` (UTC seconds); events after `now` are not seen, a stop after the deadline stops nothing.

    `calendar` replaces the shipped one of the rule's key, for one with the office's own closures. Raises ClockError, BeyondCalendar.
    """
    days = calendar or working_calendar(rule.calendar)
    seen = [event for event in _checked(rule, events) if event.at <= now]
    if not seen:
        raise ClockError(f"clock {rule.key}: it starts at {events[0].at}, after {now}")
    count = _started(rule, days, legal_date(seen[0].at, days.zone))
    for stop, resume in _halts(seen, now):
        if stop.at >= count.deadline:
            return _reading(seen[-1], now, count, halted=False)
        count = count.halted(legal_date(stop.at, days.zone), legal_date(resume.at, days.zone))
    return _reading(seen[-1], now, count, halted=seen[-1].kind is Kind.STOP)


def _reading(last: Event, now: int, count: _Count, *, halted: bool) -> Reading:
    if halted:
        return Reading(State.STOPPED, None, None, None, count.stood_still)
    deadline = count.deadline
    if last.kind is Kind.DONE:
        return Reading(State.MET if last.at < deadline else State.MISSED, count.last_day, deadline, None, count.stood_still, last.at)
    return Reading(State.RUNNING if now < deadline else State.MISSED, count.last_day, deadline, deadline - now, count.stood_still)


def _started(rule: ClockRule, days: WorkingCalendar, start: date) -> _Count:
    length = (add_months(start, rule.length) - start).days if rule.unit is Unit.MONTHS else rule.length
    return _Count(rule, days, start, length)


def _halts(seen: Sequence[Event], now: int) -> Iterator[tuple[Event, Event]]:
    """Each stop with what ended it; one that nothing has ended lasts until now."""
    for event, following in pairwise((*seen, Event(Kind.RESUME, now))):
        if event.kind is Kind.STOP:
            yield event, following


_MAY_FOLLOW = {
    None: {Kind.START},
    Kind.START: {Kind.STOP, Kind.DONE},
    Kind.STOP: {Kind.RESUME, Kind.DONE},
    Kind.RESUME: {Kind.STOP, Kind.DONE},
    Kind.DONE: set[Kind](),
}


def _checked(rule: ClockRule, events: Sequence[Event]) -> Sequence[Event]:
    before: Event | None = None
    for event in events:
        if event.kind not in _MAY_FOLLOW[before.kind if before else None]:
            raise ClockError(f"clock {rule.key}: {event.kind.value} cannot follow {before.kind.value if before else 'nothing'}")
        if before and event.at < before.at:
            raise ClockError(f"clock {rule.key}: {event.kind.value} at {event.at} is before {before.kind.value} at {before.at}")
        before = event
    if before is None:
        raise ClockError(f"clock {rule.key}: no start")
    return events


CLOCKS = {
    rule.key: rule
    for rule in (
        ClockRule(
            "CN-PATENT-EXAMINATION", Unit.WORKING_DAYS, 5, "CN", "receipt of a complete filing", "CNIPA Announcement 461", verified=False
        ),
        ClockRule(
            "CN-PATENT-EXAMINATION-ONLINE",
            Unit.WORKING_DAYS,
            2,
            "CN",
            "receipt of a complete filing",
            "CNIPA Announcement 461",
            verified=False,
        ),
        ClockRule(
            "CN-MARK-EXAMINATION", Unit.WORKING_DAYS, 5, "CN", "acceptance", "an older text of the trademark pledge rules", verified=False
        ),
        ClockRule("CN-COPYRIGHT-EXAMINATION", Unit.CALENDAR_DAYS, 10, "CN", "acceptance", "Copyright Pledge Registration Measures 3-5"),
        ClockRule(
            "CN-CORRECTION-ANSWER", Unit.CALENDAR_DAYS, 30, "CN", "receipt of the correction notice", "set by the notice", verified=False
        ),
        ClockRule(
            "CN-RECEIVABLES-CANCELLATION",
            Unit.WORKING_DAYS,
            10,
            "CN",
            "the end of the secured claim",
            "Unified Registration Measures for Movables and Rights",
            verified=False,
        ),
        ClockRule(
            "CN-RECEIVABLES-OBJECTION-SUIT",
            Unit.CALENDAR_DAYS,
            30,
            "CN",
            "the objection's registration",
            "Unified Registration Measures for Movables and Rights",
            verified=False,
        ),
        ClockRule("CN-CLAIM-CONFIRMATION", Unit.CALENDAR_DAYS, 30, "CN", "the supplier's request", "SME Payment Regulations 16"),
        ClockRule("AU-AMENDMENT-DEMAND", Unit.WORKING_DAYS, 5, "AU-PPSR", "giving the demand", "PPSA 2009 (Cth) 178-181"),
        ClockRule(
            "AU-AMENDMENT-NOTICE", Unit.WORKING_DAYS, 5, "AU-PPSR", "the registrar's notice", "PPSA 2009 (Cth) 180-181", verified=False
        ),
    )
}
"""Statutory periods that ship, by key. What domain texts leave open is a default to be replaced by the office that knows."""
