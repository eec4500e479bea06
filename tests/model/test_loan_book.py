"""The product's reckoning of a loan against the model that counts day by day: random schedules, payments, calls and looks at any time."""

import random
from collections.abc import Callable

import pytest

from ledger.domain import loan_book
from ledger.domain.day_counts import DayCount
from ledger.domain.loan_book import Agreement, Book, Figures, Instalment
from ledger.domain.ranges import DAY
from tests.conftest import FULL
from tests.model.loans import Condition, Loan, LoanError, Prepayment, Row, Terms

LIVES = 2_000 if FULL else 200
START = 1_700_000_000


def _terms(dice: random.Random) -> Terms:
    principal, due, rows = dice.choice([dice.randint(1, 50), dice.randint(10_000, 10**12)]), START, list[Row]()
    kind, left = dice.choice(list(DayCount)), principal
    for number in range(count := dice.randint(1, 6)):
        days, is_last = dice.randint(5, 40), number == count - 1
        due += days * DAY
        owes = is_last or dice.random() < 0.8
        part = left if is_last else dice.randint(0, left) if owes else 0
        left -= part
        numerator = days * 365 + dice.randint(0, days) if kind is DayCount.ACT_ACT else days
        rows.append(Row(due, part, numerator, owes))
    rate = dice.randint(0, 300_000)
    overdue, grace = rate + dice.randint(0, 200_000), dice.choice([0, 3 * DAY])
    return Terms(
        principal, START, kind, rate, overdue, dice.random() < 0.5, grace, grace + 9 * DAY, dice.choice(list(Prepayment)), tuple(rows)
    )


def _book(loan: Loan, figures: Figures, marks: dict[int, int], time: int) -> Book:
    """The loan reckoned from figures that were kept before."""
    terms, rows, principal = loan.terms, list[Instalment](), 0
    for number, row in enumerate(terms.rows):
        principal += row.principal
        rows.append(Instalment(row.due, principal, row.numerator, row.interest_due, marks.get(number)))
    given = (terms.principal, terms.start, terms.kind, terms.rate, terms.overdue_rate, terms.on_interest)
    return loan_book.reckoned(Agreement(*given, terms.grace, terms.default_after, rows), figures, time)


def _kept(loan: Loan) -> tuple[Figures, dict[int, int]]:
    """What an event tells, and the interest of rows that fell due and owe it."""
    figures = Figures(**{name: getattr(loan, name) for name in Figures.__slots__})
    return figures, {at: due for at, due in enumerate(loan.interest_due) if loan.terms.rows[at].interest_due}


def _step(loan: Loan, dice: random.Random) -> None:
    amount = dice.choice([1, dice.randint(1, 100), dice.randint(1, loan.principal + 1)])
    steps: list[Callable[[], object]] = [lambda: loan.pay(amount), lambda: loan.prepay(amount, consent=True), lambda: loan.debit(amount)]
    steps += [lambda: loan.charge(amount), loan.accelerate]
    try:
        dice.choice(steps)()
    except LoanError:
        return


def _assert_equal(book: Book, loan: Loan) -> None:
    due, owed = loan.due(), book.owed
    assert (book.due.costs, book.due.overdue, book.due.interest, book.due.principal) == (
        due.costs,
        due.overdue,
        due.interest,
        due.principal,
    )
    assert (owed.overdue, owed.interest, owed.principal) == (
        loan.overdue_interest(),
        loan.accrued_interest() - loan.interest_paid,
        loan.principal,
    )
    assert book.figures == _kept(loan)[0]
    if not loan.repaid:
        assert book.condition.name == loan.condition().name


@pytest.mark.parametrize("life", range(LIVES))
def test_the_book_reckons_as_the_model_counts(life: int) -> None:
    dice = random.Random(life)
    loan = Loan(_terms(dice), START)
    kept, now = _kept(loan), START
    for _ in range(dice.randint(1, 12)):
        now += dice.choice([0, 1, dice.randint(1, DAY), dice.randint(DAY, 30 * DAY)])
        loan.touch(now)
        if loan.condition() is Condition.REPAID:
            return
        _assert_equal(_book(loan, *kept, now), loan)
        if dice.random() < 0.6:
            _step(loan, dice)
            kept = _kept(loan)


def test_what_is_coming_adds_up_to_principal_and_is_each_rows_own() -> None:
    rows = [Instalment(START + 30 * DAY, 400, 30, True), Instalment(START + 60 * DAY, 1_000, 30, True)]
    agreement = Agreement(1_000, START, DayCount.ACT_360, 120_000, 180_000, False, 0, DAY, rows)
    assert loan_book.coming(agreement, Figures(), START) == [(rows[0].due, 400, 10), (rows[1].due, 600, 6)]
    assert loan_book.coming(agreement, Figures(), START + 30 * DAY) == [(rows[1].due, 600, 6)]
    assert loan_book.coming(agreement, Figures(), START + 90 * DAY) == []
