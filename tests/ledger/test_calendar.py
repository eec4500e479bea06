"""Legal days end at local midnight, whatever the clocks do that day."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.calendar import DAY, Roll, end_of_day, is_business_day, legal_date, roll, start_of_day

SHANGHAI, NEW_YORK, LONDON = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York"), ZoneInfo("Europe/London")


def test_a_day_in_shanghai_ends_at_sixteen_hours_utc() -> None:
    assert end_of_day(date(2025, 6, 15), SHANGHAI) == 1750003200


@pytest.mark.parametrize(("day", "hours"), [(date(2025, 3, 9), 23), (date(2025, 11, 2), 25), (date(2025, 7, 1), 24)])
def test_a_day_of_clock_change_has_its_own_length(day: date, hours: int) -> None:
    assert end_of_day(day, NEW_YORK) - start_of_day(day, NEW_YORK) == hours * 3600


@given(st.dates(date(1970, 1, 2), date(2100, 1, 1)), st.sampled_from([SHANGHAI, NEW_YORK, LONDON]))
def test_the_last_second_of_a_day_is_that_day_and_the_next_is_not(day: date, zone: ZoneInfo) -> None:
    assert legal_date(start_of_day(day, zone), zone) == day
    assert legal_date(end_of_day(day, zone) - 1, zone) == day
    assert legal_date(end_of_day(day, zone), zone) > day
    assert 22 * 3600 <= end_of_day(day, zone) - start_of_day(day, zone) <= DAY + 2 * 3600


SATURDAY, HOLIDAY_MONDAY = date(2025, 5, 31), date(2025, 6, 2)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (Roll.NONE, SATURDAY),
        (Roll.FOLLOWING, date(2025, 6, 3)),
        (Roll.PRECEDING, date(2025, 5, 30)),
        (Roll.MODIFIED_FOLLOWING, date(2025, 5, 30)),
    ],
)
def test_a_due_date_rolls_by_its_rule(rule: Roll, expected: date) -> None:
    assert roll(SATURDAY, rule, {HOLIDAY_MONDAY}) == expected


@given(st.dates(date(1970, 1, 10), date(2100, 1, 1)), st.sampled_from(list(Roll)), st.sets(st.dates(), max_size=5))
def test_a_business_day_never_rolls_and_a_rolled_day_is_one(day: date, rule: Roll, holidays: set[date]) -> None:
    rolled = roll(day, rule, holidays)
    assert rolled == day if is_business_day(day, holidays) or rule is Roll.NONE else is_business_day(rolled, holidays)
