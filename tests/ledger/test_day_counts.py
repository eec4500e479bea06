"""Day counts are those of the ISDA definitions, as exact fractions."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.day_counts import DayCount, DayCountError, day_count, fraction, part

DATES = st.dates(date(1990, 1, 1), date(2090, 12, 31))
KINDS = st.sampled_from(list(DayCount))


@pytest.mark.parametrize(
    ("start", "end", "common", "leap", "published"),
    [
        (date(2003, 11, 1), date(2004, 5, 1), 61, 121, "0.497724380567"),
        (date(1999, 2, 1), date(1999, 7, 1), 150, 0, "0.410958904110"),
        (date(1999, 7, 1), date(2000, 7, 1), 184, 182, "1.001377348600"),
        (date(2002, 8, 15), date(2003, 7, 15), 334, 0, "0.915068493151"),
        (date(2003, 7, 15), date(2004, 1, 15), 170, 14, "0.504004790778"),
        (date(1999, 7, 30), date(2000, 1, 30), 155, 29, "0.503892506924"),
        (date(2000, 1, 30), date(2000, 6, 30), 0, 152, "0.415300546448"),
    ],
)
def test_actual_actual_gives_the_figures_of_isdas_paper(start: date, end: date, common: int, leap: int, published: str) -> None:
    """ISDA, "EMU and market conventions: recent developments" (November 1998), the ISDA column; the fifth is as the rule has it."""
    numerator, denominator = fraction(DayCount.ACT_ACT, start, end)
    exact = Fraction(common, 365) + Fraction(leap, 366)
    assert Fraction(numerator, denominator) == exact
    assert abs(exact - Fraction(published)) < Fraction(1, 10**11)


@pytest.mark.parametrize(
    ("start", "end", "bond", "eurobond"),
    [
        (date(2006, 8, 20), date(2007, 2, 20), 180, 180),
        (date(2008, 2, 20), date(2008, 8, 20), 180, 180),
        (date(2006, 2, 28), date(2006, 8, 31), 183, 182),
        (date(2006, 8, 31), date(2007, 2, 28), 178, 178),
        (date(2007, 8, 31), date(2008, 2, 29), 179, 179),
        (date(2008, 2, 29), date(2008, 8, 31), 182, 181),
        (date(2006, 1, 31), date(2006, 2, 28), 28, 28),
        (date(2006, 2, 28), date(2006, 3, 3), 5, 5),
        (date(2006, 9, 30), date(2006, 10, 31), 30, 30),
        (date(2006, 10, 31), date(2006, 11, 28), 28, 28),
        (date(2008, 2, 28), date(2008, 8, 30), 182, 182),
        (date(2007, 2, 26), date(2008, 2, 29), 363, 363),
        (date(2008, 2, 29), date(2009, 2, 28), 359, 359),
        (date(2008, 2, 28), date(2008, 3, 31), 33, 32),
    ],
)
def test_months_of_thirty_days_give_the_figures_of_isdas_sheet(start: date, end: date, bond: int, eurobond: int) -> None:
    """ISDA, "30/360 day count conventions" (isda.org, 22 December 2008): its examples, columns Bond Basis and Eurobond Basis."""
    assert day_count(DayCount.THIRTY_360, start, end) == bond
    assert day_count(DayCount.THIRTY_E_360, start, end) == eurobond


def test_actual_days_count_the_first_day_and_not_the_last() -> None:
    assert fraction(DayCount.ACT_360, date(2024, 2, 28), date(2024, 3, 1)) == (2, 360)
    assert fraction(DayCount.ACT_365, date(2023, 12, 31), date(2025, 1, 1)) == (367, 365)


@given(KINDS, DATES)
def test_no_time_is_no_interest_and_time_does_not_run_back(kind: DayCount, day: date) -> None:
    assert day_count(kind, day, day) == 0
    with pytest.raises(DayCountError, match="end: "):
        day_count(kind, day + timedelta(days=1), day)


@given(st.sampled_from([DayCount.ACT_360, DayCount.ACT_365, DayCount.ACT_ACT]), DATES, DATES, DATES)
def test_counts_of_actual_days_add_up(kind: DayCount, one: date, two: date, three: date) -> None:
    first, middle, last = sorted((one, two, three))
    assert day_count(kind, first, middle) + day_count(kind, middle, last) == day_count(kind, first, last)


@given(st.sampled_from([DayCount.THIRTY_360, DayCount.THIRTY_E_360]), DATES, st.integers(0, 36_000))
def test_months_of_thirty_days_stay_near_the_actual_days(kind: DayCount, start: date, days: int) -> None:
    """The bounds within which a contract takes a stated numerator."""
    counted = day_count(kind, start, start + timedelta(days=days))
    assert days - days // 30 - 1 <= counted <= days + 2


@given(DATES, st.integers(0, 36_000))
def test_a_day_of_actual_actual_is_between_a_366th_and_a_365th(start: date, days: int) -> None:
    assert days * 365 <= day_count(DayCount.ACT_ACT, start, start + timedelta(days=days)) <= days * 366


@given(KINDS, DATES, st.integers(1, 400), st.data())
def test_parts_of_a_period_grow_to_the_whole(kind: DayCount, start: date, days: int, data: st.DataObject) -> None:
    numerator = day_count(kind, start, start + timedelta(days=days))
    elapsed = data.draw(st.integers(0, days - 1))
    assert part(kind, numerator, days, 0) == 0
    assert part(kind, numerator, days, elapsed) <= part(kind, numerator, days, elapsed + 1) <= numerator
    assert part(kind, numerator, days, days) == numerator


@given(st.sampled_from([DayCount.ACT_360, DayCount.ACT_365]), DATES, st.integers(1, 400), st.data())
def test_parts_of_actual_days_are_the_days(kind: DayCount, start: date, days: int, data: st.DataObject) -> None:
    elapsed = data.draw(st.integers(0, days))
    assert part(kind, days, days, elapsed) == day_count(kind, start, start + timedelta(days=elapsed))


def test_a_part_beyond_its_period_is_refused() -> None:
    with pytest.raises(DayCountError, match="elapsed: 32"):
        part(DayCount.ACT_360, 31, 31, 32)


def test_numbers_and_years_are_those_of_the_contract() -> None:
    assert [kind.number for kind in DayCount] == [1, 2, 3, 4, 5]
    assert [kind.denominator for kind in DayCount] == [360, 365, 360, 360, 133_590]
    assert [Fraction(kind.whole_day, kind.denominator) for kind in DayCount] == [Fraction(1, year) for year in (360, 365, 360, 360, 365)]
