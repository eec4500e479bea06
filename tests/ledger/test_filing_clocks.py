"""Statutory clocks of filings: stops, reconsiderations, answers, and days that nobody has published."""

from datetime import datetime

import pytest

from ledger.domain.catalogue import CATALOGUE
from ledger.domain.clocks import ClockRule, State, Unit
from ledger.domain.filing_clocks import ANSWER, EXAMINATION, FilingClock, Happened, Moment, filing_clocks
from ledger.domain.workdays import calendars

CHINA = calendars()["CN"].zone
CN_PATENTS, CN_MARKS = 3, 4


def at(day: str, hour: int = 9) -> int:
    """The UTC second of an hour of a day in China."""
    return int(datetime.fromisoformat(day).replace(hour=hour, tzinfo=CHINA).timestamp())


def rules(register: int) -> dict[str, ClockRule]:
    named = {name: CATALOGUE.clock(register, name) for name in (EXAMINATION, ANSWER)}
    return {name: rule for name, rule in named.items() if rule}


def read(register: int, now: str, *moments: tuple[Happened, str]) -> list[FilingClock]:
    return list(filing_clocks(rules(register), [Moment(what, at(day)) for what, day in moments], at(now)))


def test_five_working_days_from_the_filing_over_a_weekend() -> None:
    # Filed on Monday 8 January 2024: the fifth working day after it is Monday 15.
    (clock,) = read(CN_PATENTS, "2024-01-10", (Happened.FILED, "2024-01-08"))
    assert clock.reading is not None and clock.reading.state is State.RUNNING
    assert str(clock.reading.last_day) == "2024-01-15"
    assert (clock.days_left, clock.overdue, clock.run) == (3, False, 1)
    (late,) = read(CN_PATENTS, "2024-01-16", (Happened.FILED, "2024-01-08"))
    assert late.overdue and late.days_left is None
    (met,) = read(CN_PATENTS, "2024-03-01", (Happened.FILED, "2024-01-08"), (Happened.DECIDED, "2024-01-12"))
    assert met.reading is not None and met.reading.state is State.MET and not met.overdue


def test_marks_are_counted_from_the_acceptance() -> None:
    (waiting,) = read(CN_MARKS, "2024-01-10", (Happened.FILED, "2024-01-08"))
    assert waiting.reading is None and "acceptance" in waiting.doubt
    pages = ((Happened.ACCEPTED, "2024-01-09"), (Happened.ACCEPTED, "2024-01-11"))
    (clock,) = read(CN_MARKS, "2024-01-12", (Happened.FILED, "2024-01-08"), *pages)
    assert clock.reading is not None and str(clock.reading.last_day) == "2024-01-16"


def test_a_notice_stops_the_clock_until_the_answer_to_the_last_one() -> None:
    filed, noticed = (Happened.FILED, "2024-01-08"), (Happened.NOTICED, "2024-01-09")
    stopped, first = read(CN_PATENTS, "2024-01-20", filed, noticed)
    assert stopped.reading is not None and stopped.reading.state is State.STOPPED and not stopped.overdue
    assert first.name == ANSWER and first.reading is not None and str(first.reading.last_day) == "2024-02-08"
    again = ((Happened.NOTICED, "2024-01-11"), (Happened.ANSWERED, "2024-01-15"))
    running, *answers = read(CN_PATENTS, "2024-01-16", filed, noticed, *again)
    # One day had run before the stop; the other four follow the answer.
    assert running.reading is not None and str(running.reading.last_day) == "2024-01-19"
    assert [(one.run, one.reading and one.reading.state) for one in answers] == [(1, State.MET), (2, State.MET)]


def test_an_answer_that_nobody_asked_for_changes_nothing() -> None:
    (clock,) = read(CN_PATENTS, "2024-01-10", (Happened.FILED, "2024-01-08"), (Happened.ANSWERED, "2024-01-09"))
    assert clock.reading is not None and str(clock.reading.last_day) == "2024-01-15"


def test_a_reconsideration_runs_its_own_clock() -> None:
    first = ((Happened.FILED, "2024-01-08"), (Happened.DECIDED, "2024-01-30"))
    done, again = read(CN_PATENTS, "2024-03-05", *first, (Happened.RECONSIDERED, "2024-03-04"))
    assert done.overdue and done.run == 1
    assert again.run == 2 and again.reading is not None and str(again.reading.last_day) == "2024-03-11"


def test_the_notices_own_end_makes_the_answer_overdue() -> None:
    moments = [Moment(Happened.FILED, at("2024-01-08")), Moment(Happened.NOTICED, at("2024-01-09"), until=at("2024-01-12"))]
    before, after = (filing_clocks(rules(CN_PATENTS), moments, at(day))[1] for day in ("2024-01-11", "2024-01-13"))
    assert (before.overdue, after.overdue, after.set_until) == (False, True, at("2024-01-12"))
    late = filing_clocks(rules(CN_PATENTS), [*moments, Moment(Happened.ANSWERED, at("2024-01-20"))], at("2024-02-01"))[1]
    assert late.overdue
    decided = filing_clocks(rules(CN_PATENTS), [*moments, Moment(Happened.DECIDED, at("2024-01-11"))], at("2024-02-01"))[1]
    assert not decided.overdue


def test_days_that_nobody_has_published_leave_a_doubt_and_no_guess() -> None:
    year = calendars()["CN"].last_year
    (clock,) = read(CN_PATENTS, f"{year}-12-31", (Happened.FILED, f"{year}-12-30"))
    assert clock.reading is None and "working days are known" in clock.doubt and not clock.overdue


def test_what_happens_later_is_not_seen() -> None:
    (clock,) = read(CN_PATENTS, "2024-01-10", (Happened.FILED, "2024-01-08"), (Happened.DECIDED, "2024-01-12"))
    assert clock.reading is not None and clock.reading.state is State.RUNNING


@pytest.mark.parametrize("unit", Unit)
def test_days_left_are_the_rules_own_days(unit: Unit) -> None:
    rule = ClockRule("X", unit, 1, "CN", "the filing", "a test")
    (clock,) = filing_clocks({EXAMINATION: rule}, [Moment(Happened.FILED, at("2024-01-12"))], at("2024-01-12", 20))
    # From a Friday: a calendar day that ends on Saturday rolls to Monday; a month ends in the New Year holidays.
    expected = {Unit.WORKING_DAYS: (1, "2024-01-15"), Unit.CALENDAR_DAYS: (3, "2024-01-15"), Unit.MONTHS: (37, "2024-02-18")}
    assert clock.reading is not None
    assert (clock.days_left, str(clock.reading.last_day)) == expected[unit]
