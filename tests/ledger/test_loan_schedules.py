"""A loan's schedule with what was paid of it: rows in order, interest as it fell due, nothing counted twice."""

from dataclasses import replace

import pytest

from ledger.domain.calendar import DAY
from ledger.domain.day_counts import DayCount
from ledger.domain.loan_book import Agreement, Figures, Instalment, reckoned, scheduled

START = 1_767_225_600
ROWS = [Instalment(START + 30 * DAY * at, 1_000_00 * at, 30, True) for at in (1, 2, 3)]
FALLEN = [replace(ROWS[0], interest=900), *ROWS[1:]]
"""As the ledger keeps them once the first fell due."""
AGREED = Agreement(300_000, START, DayCount.ACT_360, 36_000, 54_000, False, 2 * DAY, 10 * DAY, ROWS)


def shown(figures: Figures, days: int, agreed: Agreement = AGREED) -> list[tuple[int, int, int, int, str]]:
    agreed = replace(agreed, rows=FALLEN) if figures.fallen else agreed
    found = scheduled(agreed, figures, START + days * DAY)
    return [(each.principal, each.interest, each.paid_principal, each.paid_interest, each.state) for each in found]


def test_before_anything_falls_due_all_is_to_come() -> None:
    assert shown(Figures(), 1) == [(100_000, interest, 0, 0, "coming") for interest in (900, 600, 300)]


def test_what_fell_due_and_was_paid_in_part_is_unpaid() -> None:
    at_due = reckoned(AGREED, Figures(), START + 30 * DAY)
    paid = replace(at_due.figures, interest_paid=900, scheduled_paid=40_000)
    (first, second, _) = shown(paid, 30)
    assert first == (100_000, 900, 40_000, 900, "unpaid") and second[2:] == (0, 0, "coming")


@pytest.mark.parametrize(("paid", "states"), [(100_000, ["paid", "coming", "coming"]), (200_000, ["paid", "coming", "coming"])])
def test_money_pays_the_rows_in_their_order(paid: int, states: list[str]) -> None:
    at_due = reckoned(AGREED, Figures(), START + 30 * DAY)
    found = shown(replace(at_due.figures, interest_paid=900, scheduled_paid=paid), 30)
    assert [each[4] for each in found] == states and sum(each[2] for each in found) == paid


def test_a_loan_that_is_repaid_has_no_row_unpaid_and_none_that_makes_nothing_due() -> None:
    ended = replace(reckoned(AGREED, Figures(), START + 30 * DAY).figures, interest_paid=900, scheduled_paid=300_000)
    assert {each[4] for each in shown(ended, 30)} == {"paid"}
    shortened = replace(reckoned(AGREED, Figures(), START + 30 * DAY).figures, interest_paid=900, scheduled_paid=100_000, prepaid=200_000)
    assert shown(shortened, 30) == [(100_000, 900, 100_000, 900, "paid")], "what was prepaid from the end is due no more"


def test_a_row_that_only_ends_a_stretch_of_days_is_left_out() -> None:
    rows = [replace(ROWS[0], principal=0, interest_due=False), *ROWS[1:]]
    assert [each[0] for each in shown(Figures(), 1, replace(AGREED, rows=rows))] == [200_000, 100_000]
