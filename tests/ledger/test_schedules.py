"""Schedules add up to the principal exactly, and their interest is one fraction, floored once."""

from datetime import date, time, timedelta
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.calendar import DAY, Roll, end_of_day
from ledger.domain.day_counts import DayCount, day_count, part
from ledger.domain.schedules import (
    RATE_UNIT,
    DueRule,
    Plan,
    Row,
    ScheduleError,
    accrued,
    annuity,
    bullet,
    due_days,
    equal_principal,
    interest,
    interest_only,
    refined,
)
from ledger.domain.workdays import BeyondCalendar, working_calendar

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
PLAIN = DueRule(SHANGHAI)
JANUARY_31 = date(2025, 1, 31)
KINDS = st.sampled_from(list(DayCount))
STARTS = st.dates(date(2000, 1, 1), date(2040, 12, 31))
RATES = st.integers(0, RATE_UNIT)


def _plan(principal: int = 1_000_000, kind: DayCount = DayCount.ACT_360, count: int = 12, start: date = JANUARY_31) -> Plan:
    return Plan(principal, start, due_days(start, count, 1), kind, PLAIN)


@st.composite
def _plans(draw: st.DrawFn) -> Plan:
    start = draw(STARTS)
    steps = draw(st.lists(st.integers(1, 120), min_size=1, max_size=24))
    days = [start + timedelta(days=sum(steps[: index + 1])) for index in range(len(steps))]
    return Plan(draw(st.integers(1, 2**63 - 1)), start, tuple(days), draw(KINDS), PLAIN)


def test_due_days_come_back_to_the_31st() -> None:
    assert due_days(JANUARY_31, 3, 1) == (date(2025, 2, 28), date(2025, 3, 31), date(2025, 4, 30))
    with pytest.raises(ScheduleError, match="count, months: 0, 1"):
        due_days(JANUARY_31, 0, 1)


def test_a_bullet_is_one_row_on_the_last_day() -> None:
    rows = bullet(_plan(kind=DayCount.ACT_365))
    assert rows == (Row(date(2026, 1, 31), end_of_day(date(2026, 1, 31), SHANGHAI), 1_000_000, 365),)
    assert interest(rows, DayCount.ACT_365, 43_500) == (43_500,)


def test_interest_only_leaves_the_principal_to_the_last_row() -> None:
    rows = interest_only(_plan(kind=DayCount.THIRTY_E_360, count=3))
    assert [row.principal for row in rows] == [0, 0, 1_000_000]
    # 31 January to 28 February counts 28 of its 30 days, and February's end to 31 March 32.
    assert [row.numerator for row in rows] == [28, 32, 30]
    assert interest(rows, DayCount.THIRTY_E_360, 60_000) == (4_666, 5_334, 5_000)


def test_equal_parts_are_rounded_down_and_the_last_row_takes_the_rest() -> None:
    assert [row.principal for row in equal_principal(_plan(principal=1_000, count=3))] == [333, 333, 334]
    assert [row.principal for row in equal_principal(_plan(principal=2, count=3))] == [0, 0, 2]


def test_an_annuity_pays_the_same_each_time_but_for_the_last() -> None:
    plan = Plan(10_000_000, date(2025, 1, 1), due_days(date(2025, 1, 1), 12, 1), DayCount.THIRTY_360, PLAIN)
    rows = annuity(plan, 120_000)
    paid = [row.principal + due for row, due in zip(rows, interest(rows, plan.kind, 120_000), strict=True)]
    # 100,000.00 at 1 % a month in twelve parts: 8,884.88 (100,000 x 0.01 / (1 - 1.01^-12)).
    assert set(paid[:-1]) == {888_488}
    assert abs(paid[-1] - 888_488) <= 12
    assert sum(row.principal for row in rows) == 10_000_000


def test_an_annuity_without_interest_is_equal_parts_rounded_half_up() -> None:
    assert [row.principal for row in annuity(_plan(principal=1_001, count=2), 0)] == [501, 500]


@given(_plans(), RATES)
def test_principal_adds_up_exactly_and_is_never_negative(plan: Plan, rate: int) -> None:
    for rows in (bullet(plan), interest_only(plan), equal_principal(plan), annuity(plan, rate)):
        assert sum(row.principal for row in rows) == plan.principal
        assert min(row.principal for row in rows) >= 0
        assert all(one.due < other.due for one, other in pairwise(rows))


@given(_plans(), RATES)
def test_rows_of_interest_add_up_to_one_fraction_floored_once(plan: Plan, rate: int) -> None:
    rows = equal_principal(plan)
    left, exact = plan.principal, Fraction(0)
    for row in rows:
        exact += Fraction(left * row.numerator * rate, RATE_UNIT * plan.kind.denominator)
        left -= row.principal
    assert sum(interest(rows, plan.kind, rate)) == int(exact)


@given(_plans(), RATES)
def test_level_payments_are_level(plan: Plan, rate: int) -> None:
    rows = annuity(plan, rate)
    paid = [row.principal + due for row, due in zip(rows, interest(rows, plan.kind, rate), strict=True)]
    whole = [amount for row, amount in zip(rows, paid, strict=True) if row.principal]
    assert len(set(whole[:-1])) <= 2  # the last before the principal ran out may be a rest


@given(_plans())
def test_refined_rows_count_the_same_and_each_day_exactly(plan: Plan) -> None:
    rows = equal_principal(plan)
    finer = refined(plan, rows) if len(rows) < 12 else rows
    if plan.kind is not DayCount.THIRTY_360:
        assert sum(row.numerator for row in finer) == sum(row.numerator for row in rows)
    assert [row for row in finer if row.interest_due and row.principal] == [row for row in finer if row.principal], (
        "stretches carry no principal"
    )
    assert sum(row.principal for row in finer) == plan.principal


@pytest.mark.parametrize("kind", list(DayCount))
@pytest.mark.parametrize("start", [date(2023, 12, 15), date(2024, 1, 29), date(2024, 2, 28), date(2023, 10, 1)])
def test_a_part_of_a_refined_period_is_the_count_of_its_days(kind: DayCount, start: date) -> None:
    plan = Plan(100, start, (start + timedelta(days=400),), kind, PLAIN)
    counted, began = 0, start
    for row in refined(plan, bullet(plan)):
        days = (row.day - began).days
        for elapsed in range(days + 1):
            expected = day_count(kind, start, began + timedelta(days=elapsed))
            assert counted + part(kind, row.numerator, days, elapsed) == expected, f"{began} + {elapsed}"
        counted, began = counted + row.numerator, row.day


def test_due_dates_roll_by_the_calendar_and_interest_runs_to_the_rolled_day() -> None:
    china = working_calendar("CN")
    rule = DueRule(SHANGHAI, Roll.FOLLOWING, china.is_open)
    # 1 to 8 October 2025 were days of rest.
    rows = bullet(Plan(100, date(2025, 9, 1), (date(2025, 10, 1),), DayCount.ACT_360, rule))
    assert (rows[0].day, rows[0].numerator) == (date(2025, 10, 9), 38)
    assert rows[0].due == end_of_day(date(2025, 10, 9), SHANGHAI)


def test_a_calendar_that_nobody_has_published_is_not_guessed() -> None:
    rule = DueRule(SHANGHAI, Roll.FOLLOWING, working_calendar("CN").is_open)
    with pytest.raises(BeyondCalendar):
        bullet(Plan(100, date(2099, 1, 1), (date(2099, 6, 1),), DayCount.ACT_360, rule))


def test_due_dates_that_roll_onto_one_day_are_refused() -> None:
    rule = DueRule(SHANGHAI, Roll.FOLLOWING, working_calendar("CN").is_open)
    with pytest.raises(ScheduleError, match="days: rolled"):
        equal_principal(Plan(100, date(2025, 9, 1), (date(2025, 10, 2), date(2025, 10, 3)), DayCount.ACT_360, rule))


def test_a_cut_off_ends_the_day_at_its_hour_in_the_zone_whatever_the_clocks_do() -> None:
    rule = DueRule(NEW_YORK, cut_off=time(17))
    plan = Plan(100, date(2025, 2, 28), (date(2025, 3, 9), date(2025, 3, 10)), DayCount.ACT_365, rule)
    rows = equal_principal(plan)
    assert rows[0].due - end_of_day(date(2025, 3, 8), NEW_YORK) == 16 * 3600, "the night has one hour less"
    assert [round((row.due - plan.begins) / DAY) for row in rows] == [9, 10], "a day of account bears its own date"


@pytest.mark.parametrize(
    ("rule", "message"),
    [({"roll": Roll.FOLLOWING}, "is_open: "), ({"cut_off": time(12)}, "cut_off: ")],
)
def test_a_due_rule_that_says_too_little_is_refused(rule: dict[str, object], message: str) -> None:
    with pytest.raises(ScheduleError, match=message):
        DueRule(SHANGHAI, **rule)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("principal", "days", "message"),
    [
        (0, (date(2025, 3, 1),), "principal: 0"),
        (2**63, (date(2025, 3, 1),), "principal: "),
        (1, (), "days: 0"),
        (1, (JANUARY_31,), "days: ascending"),
        (1, (date(2025, 3, 2), date(2025, 3, 1)), "days: ascending"),
        (1, (date(2125, 2, 2),), "days: 2125-02-02 is more than"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(principal: int, days: tuple[date, ...], message: str) -> None:
    with pytest.raises(ScheduleError, match=message):
        Plan(principal, JANUARY_31, days, DayCount.ACT_360, PLAIN)


def test_a_rate_beyond_a_hundred_percent_is_refused() -> None:
    with pytest.raises(ScheduleError, match="rate: "):
        annuity(_plan(), RATE_UNIT + 1)
    assert accrued(360 * RATE_UNIT, 1, DayCount.ACT_360) == 1
