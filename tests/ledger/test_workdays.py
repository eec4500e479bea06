"""Working days as the State Council, Congress, and the Australian and New Zealand acts make them; nothing beyond the known years."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.calendar import Roll, add_months, roll_by
from ledger.domain.workdays import BeyondCalendar, WorkingCalendar, YearDays, calendars, working_calendar


@pytest.mark.parametrize(
    ("key", "day", "is_open", "why"),
    [
        ("CN", date(2024, 2, 4), True, "Sunday worked for Spring Festival 2024"),
        ("CN", date(2024, 2, 12), False, "Spring Festival 2024"),
        ("CN", date(2025, 1, 26), True, "Sunday worked for Spring Festival 2025"),
        ("CN", date(2025, 10, 8), False, "National Day and Mid-Autumn 2025, eight days"),
        ("CN", date(2025, 10, 11), True, "Saturday worked for them"),
        ("CN", date(2005, 12, 31), True, "a Saturday that the notice for 2006 made a work day"),
        ("CN", date(2026, 2, 28), True, "Saturday worked for Spring Festival 2026"),
        ("CN", date(2024, 2, 3), False, "an ordinary Saturday"),
        ("US", date(2021, 6, 18), False, "Juneteenth kept on the Friday before"),
        ("US", date(2021, 12, 31), False, "New Year's Day of 2022 kept on the Friday before, in the year before"),
        ("US", date(2020, 10, 12), False, "Columbus Day: the fee due that day may be paid on the 13th"),
        ("US", date(2020, 10, 13), True, ""),
        ("US", date(2021, 1, 20), True, "Inauguration Day is no holiday of the whole government"),
        ("US-USPTO", date(2021, 1, 20), False, "but one within the District of Columbia"),
        ("US-USPTO", date(2013, 1, 21), False, "a Monday: Inauguration Day fell on a Sunday"),
        ("US-USPTO", date(2025, 1, 9), False, "closed by order: mourning for President Carter"),
        ("US-USPTO", date(2015, 12, 24), True, "closed for half the day only"),
        ("AU", date(2025, 1, 27), False, "Australia Day moved from Sunday"),
        ("AU", date(2026, 12, 25), False, "Christmas Day"),
        ("AU", date(2025, 11, 4), True, "Melbourne Cup is not kept everywhere"),
        ("AU-PPSR", date(2025, 11, 4), False, "but in the whole of Victoria"),
        ("AU-PPSR", date(2025, 8, 13), True, "the Royal Queensland Show is kept around Brisbane only"),
        ("AU-PPSR", date(2025, 12, 30), False, "between Christmas Day and New Year's Day"),
        ("AU-PPSR", date(2022, 9, 22), False, "National Day of Mourning"),
        ("NZ", date(2025, 6, 20), False, "Matariki"),
        ("NZ", date(2025, 12, 30), True, ""),
        ("NZ-PPSR", date(2025, 12, 30), False, "25 December to 2 January"),
        ("NZ-PPSR", date(2021, 1, 4), False, "the Monday after a New Year's Day on a Friday"),
        ("NZ-PPSR", date(2022, 1, 4), False, "the Tuesday after a New Year's Day on a Saturday"),
        ("NZ-PPSR", date(2023, 1, 3), False, "the Tuesday after a New Year's Day on a Sunday"),
        ("NZ-PPSR", date(2025, 1, 3), True, "a New Year's Day on a Wednesday takes no further day"),
    ],
)
def test_a_day_is_open_or_not_by_law(key: str, day: date, is_open: bool, why: str) -> None:
    assert working_calendar(key).is_open(day) is is_open, why


@pytest.mark.parametrize("key", calendars())
def test_a_day_beyond_the_known_years_is_said_never_guessed(key: str) -> None:
    calendar = working_calendar(key)
    assert calendar.is_open(date(calendar.last_year, 7, 1)) in (True, False)
    for year in (calendar.first_year - 1, calendar.last_year + 1):
        with pytest.raises(BeyondCalendar, match=f"calendar {key}: working days are known for {calendar.first_year} to"):
            calendar.is_open(date(year, 7, 1))
    with pytest.raises(BeyondCalendar):
        calendar.add(date(calendar.last_year, 12, 20), 20)


def test_an_unknown_calendar_names_those_that_ship() -> None:
    with pytest.raises(LookupError, match="CN, NZ"):
        working_calendar("XX")


def test_an_offices_own_closure_closes_a_worked_weekend_day_too() -> None:
    saturday = date(2025, 10, 11)
    calendar = working_calendar("CN")
    assert calendar.is_open(saturday) and not calendar.with_closures([saturday]).is_open(saturday)


def test_five_working_days_over_the_national_day_holiday_of_2025() -> None:
    """28 September (Sunday) is worked; 1 to 8 October are free; 11 October (Saturday) is worked."""
    assert working_calendar("CN").add(date(2025, 9, 26), 5) == date(2025, 10, 10)
    assert working_calendar("CN").count(date(2025, 9, 26), date(2025, 10, 11)) == 6


days = st.dates(date(2014, 1, 2), date(2025, 1, 1))
keys = st.sampled_from(sorted(calendars()))


@given(days, keys, st.integers(0, 60))
def test_adding_and_counting_are_each_others_opposite(day: date, key: str, count: int) -> None:
    calendar = working_calendar(key)
    later = calendar.add(day, count)
    assert calendar.count(day, later) == count and (count == 0 or calendar.is_open(later))
    assert calendar.count(later, day) == 0 if count else later == day


@given(days, keys)
def test_the_next_open_day_has_only_closed_days_before_it(day: date, key: str) -> None:
    calendar = working_calendar(key)
    found = calendar.next_open(day)
    assert calendar.is_open(found) and not any(calendar.is_open(day + timedelta(days=step)) for step in range((found - day).days))


def test_working_days_are_counted_forward_only() -> None:
    with pytest.raises(ValueError, match="counted forward"):
        working_calendar("US").add(date(2025, 1, 1), -1)


def test_a_due_date_rolls_on_the_adjusted_weekends() -> None:
    is_open = working_calendar("CN").is_open
    assert roll_by(date(2025, 10, 4), Roll.FOLLOWING, is_open) == date(2025, 10, 9)
    assert roll_by(date(2025, 10, 4), Roll.PRECEDING, is_open) == date(2025, 9, 30)
    assert roll_by(date(2025, 9, 28), Roll.FOLLOWING, is_open) == date(2025, 9, 28), "a Sunday that is worked"
    assert roll_by(date(2025, 5, 31), Roll.MODIFIED_FOLLOWING, is_open) == date(2025, 5, 30)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2025, 1, 31), 1, date(2025, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 240, date(2044, 2, 29)),
        (date(2025, 3, 31), -1, date(2025, 2, 28)),
        (date(2025, 12, 15), 1, date(2026, 1, 15)),
    ],
)
def test_months_end_on_the_corresponding_day_or_the_months_last(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


@given(st.dates(date(1980, 1, 1), date(2080, 1, 1)), st.integers(-600, 600))
def test_months_keep_the_day_unless_the_month_is_too_short(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


def test_a_calendar_of_ones_own_needs_its_years_only() -> None:
    monday = date(2030, 1, 7)
    own = WorkingCalendar("OWN", calendars()["CN"].zone, 2030, 2030, "test", lambda year: YearDays(frozenset({monday})))
    assert own.add(date(2030, 1, 4), 1) == date(2030, 1, 8)
