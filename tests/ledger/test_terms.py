"""Terms of rights, and what keeps them alive: official examples and the borders of the transitional rules."""

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.calendar import add_months
from ledger.domain.duties import (
    REGISTRATION_TERMS,
    cn_annual_fees,
    cn_mark_renewal,
    cn_surcharge,
    patent_duties,
    registration_lapse,
    us_maintenance_fees,
    us_mark_declaration,
    us_mark_renewal,
    yearly_renewals,
)
from ledger.domain.rights import RightKind
from ledger.domain.terms import (
    Term,
    TermError,
    cn_copyright_term,
    cn_mark_term,
    cn_patent_term,
    counted_mark_term,
    us_copyright_term,
    us_design_term,
    us_mark_term,
    us_patent_term,
)
from ledger.domain.workdays import working_calendar

INVENTION, MODEL, DESIGN = RightKind.INVENTION, RightKind.UTILITY_MODEL, RightKind.DESIGN


@pytest.mark.parametrize(
    ("term", "last_day"),
    [
        (cn_patent_term(MODEL, date(1999, 9, 6)), date(2009, 9, 5)),
        (cn_patent_term(INVENTION, date(2015, 3, 20)), date(2035, 3, 19)),
        (cn_patent_term(INVENTION, date(2015, 3, 20), compensated_days=100), date(2035, 6, 27)),
        (cn_patent_term(INVENTION, date(2004, 2, 29)), date(2024, 2, 28)),
        (cn_patent_term(DESIGN, date(2021, 5, 31)), date(2031, 5, 30)),
        (cn_patent_term(DESIGN, date(2021, 6, 1)), date(2036, 5, 31)),
        (us_patent_term(date(2016, 5, 4), date(2018, 1, 2)), date(2036, 5, 4)),
        (us_patent_term(date(2016, 5, 4), date(2018, 1, 2), earliest_filed=date(2012, 5, 4)), date(2032, 5, 4)),
        (us_patent_term(date(2016, 5, 4), date(2018, 1, 2), adjusted_days=200), date(2036, 11, 20)),
        (us_patent_term(date(2016, 5, 4), date(2018, 1, 2), adjusted_days=200, disclaimed_from=date(2034, 1, 1)), date(2034, 1, 1)),
        (us_patent_term(date(2016, 5, 4), date(2018, 1, 2), disclaimed_from=date(2034, 1, 1), extended_days=31), date(2034, 2, 1)),
        (us_patent_term(date(1990, 1, 10), date(1993, 3, 2)), date(2010, 3, 2)),
        (us_patent_term(date(1990, 1, 10), date(1991, 3, 5)), date(2010, 1, 10)),
        (us_patent_term(date(1995, 6, 7), date(1999, 6, 1)), date(2016, 6, 1)),
        (us_patent_term(date(1995, 6, 8), date(1999, 6, 1)), date(2015, 6, 8)),
        (us_patent_term(date(1975, 1, 1), date(1977, 1, 4)), date(1994, 1, 4)),
        (us_design_term(date(2015, 5, 12), date(2016, 3, 1)), date(2030, 3, 1)),
        (us_design_term(date(2015, 5, 13), date(2016, 3, 1)), date(2031, 3, 1)),
        (cn_mark_term(date(2010, 3, 14)), date(2020, 3, 13)),
        (cn_mark_term(date(2010, 3, 14), renewals=1), date(2030, 3, 13)),
        (us_mark_term(date(2010, 3, 16)), date(2020, 3, 16)),
        (counted_mark_term("AU", date(2015, 8, 3)), date(2025, 8, 3)),
        (counted_mark_term("NZ", date(2015, 8, 3), renewals=1), date(2035, 8, 3)),
        (cn_copyright_term(died=date(1975, 4, 1)), date(2025, 12, 31)),
        (cn_copyright_term(published=date(2000, 6, 1), completed=date(1999, 1, 1)), date(2050, 12, 31)),
        (cn_copyright_term(completed=date(1990, 1, 1)), date(2040, 12, 31)),
        (cn_copyright_term(published=date(2045, 6, 1), completed=date(1990, 1, 1)), date(2040, 12, 31)),
        (us_copyright_term(died=date(2000, 5, 5)), date(2070, 12, 31)),
        (us_copyright_term(published=date(2000, 5, 5), created=date(1978, 1, 1)), date(2095, 12, 31)),
        (us_copyright_term(created=date(1980, 1, 1)), date(2100, 12, 31)),
    ],
)
def test_the_last_day_of_a_right(term: Term, last_day: date) -> None:
    assert term.last_day == last_day and term.source


def test_what_no_official_text_was_seen_of_says_so() -> None:
    assert not cn_patent_term(DESIGN, date(2020, 1, 1)).verified and cn_patent_term(DESIGN, date(2022, 1, 1)).verified
    assert not counted_mark_term("AU", date(2015, 8, 3)).verified


def test_what_has_no_term_is_refused() -> None:
    with pytest.raises(TermError, match="invention, utility model or design"):
        cn_patent_term(RightKind.MARK, date(2015, 1, 1))
    with pytest.raises(TermError, match="follow each other"):
        us_patent_term(date(2016, 5, 4), date(2015, 1, 1))
    with pytest.raises(TermError, match="before 16 November 1989"):
        us_mark_term(date(1980, 1, 1))
    with pytest.raises(TermError, match="AU or NZ"):
        counted_mark_term("DE", date(2015, 1, 1))
    for term in (cn_copyright_term, us_copyright_term):
        with pytest.raises(TermError, match="needed"):
            term()


def test_the_guidelines_example_of_an_annual_fee() -> None:
    """Filed 3 June 1997, granted 1 August 2001 with the fifth year's fee paid: the sixth year's fee by 3 June 2002, a Monday."""
    last_day = cn_patent_term(INVENTION, date(1997, 6, 3)).last_day
    fees = list(cn_annual_fees(date(1997, 6, 3), date(2001, 8, 1), last_day))
    first = fees[0]
    assert (first.what, first.due, first.grace, first.lost_from) == (
        "annual fee of year 6",
        date(2002, 6, 3),
        date(2002, 12, 3),
        date(2002, 6, 3),
    )
    assert [fee.what for fee in fees] == [f"annual fee of year {year}" for year in range(6, 21)] and fees[-1].lost_from == date(2016, 6, 3)


def test_a_due_day_of_rest_moves_but_the_patent_ends_on_the_anniversary() -> None:
    fee = next(cn_annual_fees(date(2018, 10, 1), date(2025, 3, 1), date(2038, 9, 30)))
    assert (fee.due, fee.grace, fee.lost_from) == (date(2025, 10, 9), date(2026, 4, 1), date(2025, 10, 1)) and fee.on_calendar


def test_a_fee_beyond_the_published_calendar_says_that_it_is_not_moved() -> None:
    year = working_calendar("CN").last_year + 2
    fees = {fee.lost_from.year: fee for fee in cn_annual_fees(date(2018, 10, 1), date(2025, 3, 1), date(2038, 9, 30))}
    assert not fees[year].on_calendar and fees[year].due == date(year, 10, 1)


@pytest.mark.parametrize(
    ("paid", "hundredths"),
    [
        (date(2021, 5, 5), 0),
        (date(2021, 5, 6), 500),
        (date(2021, 6, 5), 500),
        (date(2021, 6, 7), 1000),
        (date(2021, 8, 5), 1500),
        (date(2021, 9, 5), 2000),
        (date(2021, 9, 6), 2500),
        (date(2021, 10, 8), 2500),
    ],
)
def test_the_surcharge_grows_by_five_percent_a_month_after_the_first(paid: date, hundredths: int) -> None:
    """Due 5 April: 5 % from 6 May to 5 June; the last day, 5 October 2021, was in the National Day holiday."""
    assert cn_surcharge(date(2021, 4, 5), paid) == hundredths


def test_no_surcharge_saves_a_patent_after_six_months() -> None:
    with pytest.raises(TermError, match="has ended"):
        cn_surcharge(date(2021, 4, 5), date(2021, 10, 9))


def test_the_maintenance_fees_of_a_patent_of_11_october_2016() -> None:
    """The USPTO's decision on patent 9,463,572: 11 October 2020 was a Sunday, the 12th Columbus Day, so the 13th was in time."""
    first, second, third = us_maintenance_fees(date(2012, 9, 11), date(2016, 10, 11))
    assert (first.opens, first.due, first.grace) == (date(2019, 10, 11), date(2020, 4, 13), date(2020, 10, 13))
    assert (first.lost_from, second.lost_from, third.lost_from) == (date(2020, 10, 12), date(2024, 10, 12), date(2028, 10, 12))
    assert list(us_maintenance_fees(date(1980, 12, 11), date(1982, 1, 5))) == []
    assert patent_duties("US", DESIGN, date(2012, 9, 11), date(2016, 10, 11), date(2031, 10, 11)) == ()


def test_australian_and_new_zealand_fees_start_with_the_fourth_anniversary() -> None:
    fees = list(yearly_renewals("AU", date(2010, 2, 1), date(2030, 2, 1)))
    assert (fees[0].due, fees[0].grace, fees[-1].due) == (date(2014, 2, 1), date(2014, 8, 1), date(2029, 2, 1))
    assert not any(fee.verified for fee in fees) and patent_duties("NZ", INVENTION, date(2010, 2, 1), date(2013, 1, 1), date(2030, 2, 1))
    with pytest.raises(TermError):
        list(yearly_renewals("EP", date(2010, 2, 1), date(2030, 2, 1)))


def test_marks_renew_in_their_last_year_with_six_months_grace() -> None:
    renewal = cn_mark_renewal(date(2020, 3, 13))
    assert (renewal.opens, renewal.due, renewal.grace, renewal.lost_from) == (
        date(2019, 3, 13), date(2020, 3, 13), date(2020, 9, 13), date(2020, 3, 14),
    )  # fmt: skip
    use = us_mark_declaration(date(2015, 3, 17))
    assert (use.opens, use.due, use.grace) == (date(2020, 3, 17), date(2021, 3, 17), date(2021, 9, 17))
    assert us_mark_renewal(date(2025, 3, 17)).due == date(2025, 3, 17) and us_mark_renewal(date(2025, 3, 17)).opens == date(2024, 3, 17)


@pytest.mark.parametrize(
    ("key", "ends", "due", "opens"),
    [
        ("US-UCC", None, date(2025, 2, 1), date(2024, 8, 1)),
        ("AU-PPSR", None, None, None),
        ("AU-PPSR", date(2045, 1, 1), date(2045, 1, 1), None),
        ("AU-PPSR-SERIAL", date(2027, 2, 1), date(2027, 2, 1), None),
        ("NZ-PPSR", date(2025, 2, 1), date(2025, 2, 1), None),
        ("CN-RECEIVABLES", date(2030, 2, 1), date(2030, 2, 1), date(2029, 11, 1)),
    ],
)
def test_a_registration_lapses_after_its_end(key: str, ends: date | None, due: date | None, opens: date | None) -> None:
    lapse = registration_lapse(key, date(2020, 2, 1), ends)
    assert (lapse and lapse.due, lapse and lapse.opens) == (due, opens)
    assert lapse is None or lapse.lost_from == lapse.due + timedelta(days=1)


@pytest.mark.parametrize(("key", "ends"), [("AU-PPSR-SERIAL", date(2027, 2, 2)), ("NZ-PPSR", None), ("CN-RECEIVABLES", date(2050, 2, 2))])
def test_a_registration_longer_than_its_register_allows_is_refused(key: str, ends: date | None) -> None:
    with pytest.raises(TermError, match=f"at most {REGISTRATION_TERMS[key].longest} months"):
        registration_lapse(key, date(2020, 2, 1), ends)


@given(st.dates(date(2001, 1, 1), date(2020, 1, 1)), st.integers(1, 3000))
def test_every_fee_of_a_chinese_patent_lies_in_its_life_a_year_apart(filed: date, wait: int) -> None:
    granted, last_day = filed + timedelta(days=wait), cn_patent_term(INVENTION, filed).last_day
    fees = list(cn_annual_fees(filed, granted, last_day))
    assert all(granted < fee.lost_from <= last_day and fee.lost_from <= fee.due < fee.grace for fee in fees if fee.grace)
    assert all((later.lost_from.year - fee.lost_from.year) == 1 for fee, later in itertools.pairwise(fees))
    assert len(fees) == sum(granted < add_months(filed, 12 * year) for year in range(1, 20))
