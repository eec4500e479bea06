"""Statutory clocks of an entry that stands: a demand to amend it, an objection to it, the end of the claim that it secures.

Each demand or objection on record starts a run of its clock; a notice of the office after it starts that of the answer. The demand and the
notice are answered by a change of the entry or its end, an objection by a court's hold too, and the end of the claim by the entry's alone.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from ledger.domain.clocks import ClockRule, Event, Kind
from ledger.domain.filing_clocks import FilingClock, shown_at

DEMAND, NOTICE, OBJECTION, CANCELLATION = "demand", "notice", "objection", "cancellation"


class Befell(Enum):
    """What befell an entry."""

    OBJECTED = "objected"
    NOTICED = "noticed"
    HELD = "held"
    CHANGED = "changed"
    CLAIM_DUE = "claim due"
    SOLD = "sold"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that befell an entry at a UTC second."""

    what: Befell
    at: int


@dataclass(frozen=True, slots=True)
class _Course:
    """What starts a clock and what ends it; `after` must have gone before the start, `doubt` says what a start of that kind leaves open."""

    starts: frozenset[Befell]
    ends: frozenset[Befell]
    after: Befell | None = None
    doubts: Mapping[Befell, str] | None = None


_ANSWERS = frozenset({Befell.CHANGED, Befell.ENDED})
_COURSES = {
    DEMAND: _Course(frozenset({Befell.OBJECTED}), _ANSWERS),
    NOTICE: _Course(frozenset({Befell.NOTICED}), _ANSWERS, Befell.OBJECTED),
    OBJECTION: _Course(frozenset({Befell.OBJECTED}), _ANSWERS | {Befell.HELD}),
    CANCELLATION: _Course(
        frozenset({Befell.CLAIM_DUE, Befell.SOLD}),
        frozenset({Befell.ENDED}),
        doubts={Befell.CLAIM_DUE: "counted from when the claim fell due: whether it was paid then is not on record"},
    ),
}
NAMES = tuple(_COURSES)

TO_DO = {
    DEMAND: ("amend or end the entry as demanded, or answer why not", "the demand may go to the registrar or a court: answer it"),
    NOTICE: ("answer the registrar's notice", "the registrar may amend the entry: see what it says now"),
    OBJECTION: ("see whether the objector goes to court in time", "no court's order is on record: ask for the objection to be cancelled"),
    CANCELLATION: ("end the entry if the claim is satisfied", "end the entry if the claim is satisfied: whoever keeps it is liable"),
}
"""What a pledgee does while a clock runs, and once it is missed."""


def entry_clocks(rules: Mapping[str, ClockRule], moments: Sequence[Moment], now: int) -> tuple[FilingClock, ...]:
    """Every clock of an entry that has started at `now`, by its register's rules; what befell it later is not seen."""
    seen = sorted((moment for moment in moments if moment.at <= now), key=lambda moment: moment.at)
    return tuple(clock for name in NAMES if name in rules for clock in _of(name, rules[name], seen, now))


def _of(name: str, rule: ClockRule, seen: Sequence[Moment], now: int) -> list[FilingClock]:
    course = _COURSES[name]
    starts = [at for at, moment in enumerate(seen) if moment.what in course.starts and _may_start(course, seen[:at])]
    # The claim is over once, however often that is told.
    starts = starts[:1] if name == CANCELLATION else starts
    return [_run(FilingClock(name, rule, run, None), course, seen[at:], now) for run, at in enumerate(starts, 1)]


def _may_start(course: _Course, before: Collection[Moment]) -> bool:
    """Whether what must go before has, and the entry has not ended."""
    went = {moment.what for moment in before}
    return Befell.ENDED not in went and (course.after is None or course.after in went)


def _run(clock: FilingClock, course: _Course, moments: Sequence[Moment], now: int) -> FilingClock:
    start, *later = moments
    over = [Event(Kind.DONE, moment.at) for moment in later if moment.what in course.ends][:1]
    doubt = (course.doubts or {}).get(start.what, "")
    return shown_at(clock, [Event(Kind.START, start.at), *over], now, doubt)
