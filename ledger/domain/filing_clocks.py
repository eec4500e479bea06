"""Statutory clocks of a filing: what happened to it in, what each clock of its register shows out.

The examination runs from the filing, or from the acceptance where the rule counts from that, until the decision; a notice stops it, the
answer to the last notice lets it go on. A reconsideration begins a run of its own. Each notice starts the clock of its answer.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from ledger.domain.calendar import legal_date
from ledger.domain.clocks import ClockRule, Event, Kind, Reading, State, Unit, read
from ledger.domain.workdays import BeyondCalendar, WorkingCalendar, working_calendar

EXAMINATION, ANSWER = "examination", "answer"


class Happened(Enum):
    """What happened to a filing."""

    FILED = "filed"
    ACCEPTED = "accepted"
    NOTICED = "noticed"
    ANSWERED = "answered"
    DECIDED = "decided"
    RECONSIDERED = "reconsidered"


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened at a UTC second; `until`: the last second that a notice sets for its answer (0: none)."""

    what: Happened
    at: int
    until: int = 0


@dataclass(frozen=True, slots=True)
class FilingClock:
    """One clock of a filing or an entry: name, rule, which run of it or which notice it belongs to (from 1), and what it shows.

    `reading` is None while its starting event has not happened, or where its days are not known (`doubt` says so). `days_left` counts the
    rule's days after today up to the last one. `set_until`: the end that the notice itself sets, from which the answer is overdue.
    """

    name: str
    rule: ClockRule
    run: int
    reading: Reading | None
    days_left: int | None = None
    overdue: bool = False
    set_until: int | None = None
    doubt: str = ""


def filing_clocks(rules: Mapping[str, ClockRule], moments: Sequence[Moment], now: int) -> tuple[FilingClock, ...]:
    """Every clock of a filing by its register's rules at `now`; what happened later is not seen."""
    seen = [moment for moment in moments if moment.at <= now]
    found: list[FilingClock] = []
    if EXAMINATION in rules:
        found += [_examined(rules[EXAMINATION], run, events, now) for run, events in _examinations(rules[EXAMINATION], seen)]
    if ANSWER in rules:
        found += [_answered(rules[ANSWER], run, notice, answer, now) for run, (notice, answer) in enumerate(_notices(seen), 1)]
    return tuple(found)


def _examinations(rule: ClockRule, moments: Sequence[Moment]) -> Iterator[tuple[int, list[Event]]]:
    run, current = 1, list[Moment]()
    for moment in moments:
        if moment.what is Happened.RECONSIDERED:
            yield run, _events(rule, current)
            run, current = run + 1, []
        current.append(moment)
    yield run, _events(rule, current)


_STARTS_AT_ACCEPTANCE = "acceptance"


def _events(rule: ClockRule, moments: Sequence[Moment]) -> list[Event]:
    """What happened to one run of the examination, as its clock takes it."""
    begins = {Happened.ACCEPTED} if rule.counts_from == _STARTS_AT_ACCEPTANCE else {Happened.FILED, Happened.RECONSIDERED}
    events: list[Event] = []
    for moment in moments:
        last = events[-1].kind if events else None
        kind = _kind(moment.what, last, begins)
        if kind is not None:
            events.append(Event(kind, moment.at))
    return events


def _kind(what: Happened, last: Kind | None, begins: set[Happened]) -> Kind | None:
    if last is None:
        return Kind.START if what in begins else None
    if last is Kind.DONE:
        return None
    if what is Happened.NOTICED:
        return None if last is Kind.STOP else Kind.STOP
    if what is Happened.ANSWERED:
        return Kind.RESUME if last is Kind.STOP else None
    return Kind.DONE if what is Happened.DECIDED else None


def _notices(moments: Sequence[Moment]) -> Iterator[tuple[Moment, int | None]]:
    """Each notice with when it was answered, or the decision made an answer idle."""
    for at, moment in enumerate(moments):
        if moment.what is Happened.NOTICED:
            over = (later.at for later in moments[at + 1 :] if later.what in (Happened.ANSWERED, Happened.DECIDED))
            yield moment, next(over, None)


def _examined(rule: ClockRule, run: int, events: Sequence[Event], now: int) -> FilingClock:
    if not events:
        return FilingClock(EXAMINATION, rule, run, None, doubt=f"not begun: it counts from {rule.counts_from}")
    return shown_at(FilingClock(EXAMINATION, rule, run, None), events, now)


def _answered(rule: ClockRule, run: int, notice: Moment, answer: int | None, now: int) -> FilingClock:
    events = [Event(Kind.START, notice.at), *([] if answer is None else [Event(Kind.DONE, answer)])]
    clock = shown_at(FilingClock(ANSWER, rule, run, None, set_until=notice.until or None), events, now)
    if not notice.until:
        return clock
    return replace(clock, overdue=(now if answer is None else answer) > notice.until)


def shown_at(clock: FilingClock, events: Sequence[Event], now: int, doubt: str = "") -> FilingClock:
    """A clock with what it shows at `now` after these events; `doubt` is what they leave open."""
    days = working_calendar(clock.rule.calendar)
    try:
        reading = read(clock.rule, events, now, days)
        left = _days_left(clock.rule, days, reading, legal_date(now, days.zone))
    except BeyondCalendar as unknown:
        return replace(clock, doubt=str(unknown))
    return replace(clock, reading=reading, days_left=left, overdue=reading.state is State.MISSED, doubt=doubt)


def _days_left(rule: ClockRule, days: WorkingCalendar, reading: Reading, today: date) -> int | None:
    if reading.state is not State.RUNNING or reading.last_day is None:
        return None
    return days.count(today, reading.last_day) if rule.unit is Unit.WORKING_DAYS else max(0, (reading.last_day - today).days)
