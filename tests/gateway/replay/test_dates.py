from datetime import date

import pytest

from gateway.replay.dates import day_first, month_first, us_office
from gateway.replay.faults import Malformed


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2019-01-08T04:00:00Z", date(2019, 1, 8)),  # winter, written with the summer offset of the day of capture
        ("2022-11-01T05:00:00Z", date(2022, 11, 1)),
        ("2018-10-24T05:00:00Z", date(2018, 10, 24)),
        ("2020-06-01T00:00:00Z", date(2020, 6, 1)),
        ("2020-06-01T02:30:00Z", date(2020, 5, 31)),  # no midnight: half past ten in New York the evening before
        ("2020-06-01T00:00:00-04:00", date(2020, 6, 1)),
        ("2020-06-01", date(2020, 6, 1)),
        ("02/27/1984", date(1984, 2, 27)),
        ("3/3/2013", date(2013, 3, 3)),
        ("02-27-1984", date(1984, 2, 27)),
        ("19840227", date(1984, 2, 27)),
        ("1984/02/27", date(1984, 2, 27)),
        ("02/27/84", date(1984, 2, 27)),
        ("02/27/19", date(2019, 2, 27)),
        ("27-Feb-1984", date(1984, 2, 27)),
        ("27 February 1984", date(1984, 2, 27)),
        ("Feb. 27, 1984", date(1984, 2, 27)),
        ("FEBRUARY 27, 1984", date(1984, 2, 27)),
        ("02/27/1984 00:00:00", date(1984, 2, 27)),
        ("1984-02-27 00:00", date(1984, 2, 27)),
        ("2/27/1984 12:00:00 AM", date(1984, 2, 27)),
    ],
)
def test_the_office_writes_a_date_in_many_ways(text: str, day: date) -> None:
    assert us_office(text, "recorded") == day


@pytest.mark.parametrize("text", ["01/01/0001", "0001-01-01T05:00:00Z", "0001-01-01"])
def test_a_placeholder_is_no_date_and_no_fault(text: str) -> None:
    assert us_office(text, "recorded") is None


def test_month_and_day_are_read_in_their_sources_order() -> None:
    assert month_first("2/3/2013", "DueDate") == date(2013, 2, 3)
    assert day_first("02/03/2013", "paid date") == date(2013, 3, 2)
    assert day_first("2/3/13", "paid date") == date(2013, 3, 2)
    assert day_first("2013-03-02T00:00:00Z", "paid date") == date(2013, 3, 2)
    assert month_first("2/3/69", "DueDate") == date(1969, 2, 3)
    assert month_first("2/3/68", "DueDate") == date(2068, 2, 3)


@pytest.mark.parametrize(
    "text", ["13/45/2020", "02/30/2020", "2020", "soon", "31 Foo 2020", "1/2/345", "2020-13-01T04:00:00Z", "43101", "2020-02-30"]
)
def test_what_is_no_date_is_said_to_be_none(text: str) -> None:
    with pytest.raises(Malformed) as wrong:
        us_office(text, "recorded")
    assert wrong.value.field == "recorded"
    assert text in wrong.value.rule


def test_a_day_first_date_with_a_thirteenth_month_is_refused() -> None:
    with pytest.raises(Malformed, match="paid date"):
        day_first("10/13/2017", "paid date")
