"""Statutory clocks: table cases from the law, and the rule that a halt of n working days moves the end by exactly n."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ledger.domain.calendar import end_of_day, start_of_day
from ledger.domain.clocks import CLOCKS, ClockError, ClockRule, Event, Kind, State, Unit, read
from ledger.domain.workdays import BeyondCalendar, working_calendar

CN = working_calendar("CN")
FIVE = ClockRule("FIVE", Unit.WORKING_DAYS, 5, "CN", "acceptance", "test")
TEN = ClockRule("TEN", Unit.CALENDAR_DAYS, 10, "CN", "acceptance", "test")
TWO_MONTHS = ClockRule("TWO-MONTHS", Unit.MONTHS, 2, "CN", "receipt", "test")


def at(day: date, hour: int = 10) -> int:
    """A second of that day in Shanghai."""
    return start_of_day(day, CN.zone) + hour * 3600


def start(day: date, hour: int = 10) -> Event:
    return Event(Kind.START, at(day, hour))


@pytest.mark.parametrize(
    ("rule", "began", "last"),
    [
        (FIVE, date(2025, 9, 26), date(2025, 10, 10)),
        (FIVE, date(2025, 7, 4), date(2025, 7, 11)),
        (FIVE, date(2025, 7, 5), date(2025, 7, 11)),
        (TEN, date(2025, 7, 1), date(2025, 7, 11)),
        (TEN, date(2025, 9, 21), date(2025, 10, 9)),
        (replace(TEN, rolls=False), date(2025, 9, 21), date(2025, 10, 1)),
        (TWO_MONTHS, date(2024, 12, 31), date(2025, 2, 28)),
        (TWO_MONTHS, date(2025, 8, 3), date(2025, 10, 9)),
    ],
)
def test_the_last_day_of_a_period(rule: ClockRule, began: date, last: date) -> None:
    reading = read(rule, [start(began)], at(began))
    assert reading.last_day == last and reading.deadline == end_of_day(last, CN.zone)
    assert reading.state is State.RUNNING and reading.remaining == end_of_day(last, CN.zone) - at(began) and reading.stood_still == 0


def test_a_day_in_australia_ends_with_its_last_second_in_summer_time() -> None:
    given_at = int(datetime(2025, 3, 27, 1, 0, tzinfo=UTC).timestamp())
    reading = read(CLOCKS["AU-AMENDMENT-DEMAND"], [Event(Kind.START, given_at)], given_at)
    assert reading.deadline == int(datetime(2025, 4, 3, 13, 0, tzinfo=UTC).timestamp()), "23:59:59 is in time, midnight is late"


def test_a_period_that_ends_with_the_offices_business() -> None:
    reading = read(replace(FIVE, closes=time(16, 30)), [start(date(2025, 7, 4))], at(date(2025, 7, 4)))
    assert reading.deadline == start_of_day(date(2025, 7, 11), CN.zone) + 16 * 3600 + 1800


def test_a_correction_notice_stops_the_clock_until_it_is_answered() -> None:
    stopped = [start(date(2025, 7, 7)), Event(Kind.STOP, at(date(2025, 7, 9)))]
    reading = read(FIVE, stopped, at(date(2025, 7, 16)))
    assert reading.state is State.STOPPED and reading.stood_still == 5
    assert (reading.deadline, reading.remaining, reading.last_day) == (None, None, None)
    answered = [*stopped, Event(Kind.RESUME, at(date(2025, 7, 16)))]
    assert read(FIVE, answered, at(date(2025, 7, 17))).last_day == date(2025, 7, 21), "two days had run, three are left"


def test_stopped_on_its_last_day_it_ends_on_the_day_of_the_answer_or_the_next_working_day() -> None:
    events = [start(date(2025, 7, 4)), Event(Kind.STOP, at(date(2025, 7, 11)))]
    for answer, last in ((date(2025, 7, 15), date(2025, 7, 15)), (date(2025, 7, 13), date(2025, 7, 14))):
        assert read(FIVE, [*events, Event(Kind.RESUME, at(answer))], at(answer)).last_day == last


def test_done_in_time_is_met_and_done_late_is_missed() -> None:
    deadline = end_of_day(date(2025, 7, 11), CN.zone)
    for second, state in ((deadline - 1, State.MET), (deadline, State.MISSED)):
        reading = read(FIVE, [start(date(2025, 7, 4)), Event(Kind.DONE, second)], deadline + 99)
        assert reading.state is state and reading.done_at == second and reading.remaining is None


def test_an_open_clock_is_missed_from_its_deadline_on() -> None:
    events, deadline = [start(date(2025, 7, 4))], end_of_day(date(2025, 7, 11), CN.zone)
    assert read(FIVE, events, deadline - 1).state is State.RUNNING
    assert read(FIVE, events, deadline).state is State.MISSED and read(FIVE, events, deadline + 5).remaining == -5


def test_a_stop_after_the_deadline_revives_nothing() -> None:
    events = [start(date(2025, 7, 4)), Event(Kind.STOP, at(date(2025, 7, 14)))]
    assert read(FIVE, events, at(date(2025, 7, 20))).state is State.MISSED
    events += [Event(Kind.RESUME, at(date(2025, 7, 15))), Event(Kind.DONE, at(date(2025, 7, 15)))]
    assert read(FIVE, events, at(date(2025, 7, 20))).state is State.MISSED


def test_what_has_not_happened_yet_is_not_seen() -> None:
    events = [start(date(2025, 7, 7)), Event(Kind.STOP, at(date(2025, 7, 9)))]
    assert read(FIVE, events, at(date(2025, 7, 8))).state is State.RUNNING
    with pytest.raises(ClockError, match="it starts at"):
        read(FIVE, events, at(date(2025, 7, 1)))


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        ([], "no start"),
        ([Kind.STOP], "stop cannot follow nothing"),
        ([Kind.START, Kind.START], "start cannot follow start"),
        ([Kind.START, Kind.RESUME], "resume cannot follow start"),
        ([Kind.START, Kind.STOP, Kind.STOP], "stop cannot follow stop"),
        ([Kind.START, Kind.DONE, Kind.STOP], "stop cannot follow done"),
    ],
)
def test_events_that_no_clock_can_have_are_refused(kinds: list[Kind], said: str) -> None:
    events = [Event(kind, at(date(2025, 7, 7)) + place) for place, kind in enumerate(kinds)]
    with pytest.raises(ClockError, match=said):
        read(FIVE, events, at(date(2025, 7, 30)))


def test_events_out_of_order_are_refused() -> None:
    with pytest.raises(ClockError, match="before start"):
        read(FIVE, [start(date(2025, 7, 7)), Event(Kind.STOP, at(date(2025, 7, 6)))], at(date(2025, 7, 30)))


def test_a_period_beyond_the_published_calendar_says_so() -> None:
    last = date(CN.last_year, 12, 30)
    with pytest.raises(BeyondCalendar, match="calendar CN"):
        read(FIVE, [start(last)], at(last))


def test_the_offices_own_closures_are_no_working_days() -> None:
    closed = CN.with_closures([date(2025, 7, 8)])
    assert read(FIVE, [start(date(2025, 7, 4))], at(date(2025, 7, 4)), closed).last_day == date(2025, 7, 14)


@pytest.mark.parametrize("rule", CLOCKS.values(), ids=CLOCKS)
def test_every_shipped_clock_runs_and_says_where_it_stands_in_the_law(rule: ClockRule) -> None:
    calendar = working_calendar(rule.calendar)
    now = start_of_day(date(2025, 7, 1), calendar.zone) + 3600
    reading = read(rule, [Event(Kind.START, now)], now)
    assert reading.state is State.RUNNING and reading.last_day is not None and calendar.is_open(reading.last_day)
    assert rule.source and rule.counts_from


def test_a_length_of_nothing_is_refused() -> None:
    with pytest.raises(ClockError, match="at least 1"):
        replace(FIVE, length=0)


dates = st.dates(date(2015, 1, 2), date(2025, 6, 1))


@given(dates, st.integers(1, 40), st.integers(0, 60), st.integers(0, 60))
def test_a_halt_of_n_working_days_moves_the_end_by_exactly_n(began: date, length: int, run: int, halt: int) -> None:
    rule = replace(FIVE, length=length)
    stop, resume = began + timedelta(days=run), began + timedelta(days=run + halt)
    plain = read(rule, [start(began, 9)], at(began, 9))
    assert plain.last_day is not None
    assume(stop < plain.last_day)
    events = [start(began, 9), Event(Kind.STOP, at(stop, 10)), Event(Kind.RESUME, at(resume, 11))]
    moved = read(rule, events, at(resume, 12))
    assert moved.last_day == CN.add(plain.last_day, CN.count(stop, resume)) and moved.stood_still == CN.count(stop, resume)


@given(dates, st.integers(1, 40), st.integers(0, 60), st.integers(0, 60))
def test_a_halt_of_n_calendar_days_moves_the_end_by_exactly_n(began: date, length: int, run: int, halt: int) -> None:
    rule = replace(TEN, length=length, rolls=False)
    events = [
        start(began, 9),
        Event(Kind.STOP, at(began + timedelta(days=run), 10)),
        Event(Kind.RESUME, at(began + timedelta(days=run + halt), 11)),
    ]
    assume(run <= length)
    assert read(rule, events, at(began + timedelta(days=run + halt), 12)).last_day == began + timedelta(days=length + halt)


@given(dates, st.integers(1, 15), st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=4), st.booleans())
def test_the_end_is_the_nth_day_that_a_day_by_day_count_finds(
    began: date, length: int, halts: list[tuple[int, int]], working: bool
) -> None:
    """The reference counts day by day: a day counts if it is one of the clock's and no halt covers it."""
    rule = replace(FIVE if working else replace(TEN, rolls=False), length=length)
    events, day, spells = [start(began, 9)], began, []
    for run, halt in halts:
        stop, day = day + timedelta(days=run), day + timedelta(days=run + halt)
        spells.append((stop, day))
        events += [Event(Kind.STOP, at(stop, 10)), Event(Kind.RESUME, at(day, 10))]
    last = began
    for _ in range(length):
        last += timedelta(days=1)
        while (working and not CN.is_open(last)) or any(stop < last <= resume for stop, resume in spells):
            last += timedelta(days=1)
    assume(all(stop < last for stop, _ in spells) and all(stop != last for stop, _ in spells))
    assert read(rule, events, at(day, 11)).last_day == last
