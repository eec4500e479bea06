"""Lives of loans: interest is exact however often it is reckoned, and every unit that is paid is applied once."""

import copy
import random
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from ledger.domain import schedules
from ledger.domain.calendar import DAY, end_of_day
from ledger.domain.day_counts import DayCount, day_count
from ledger.domain.schedules import DueRule, Plan
from tests.conftest import FULL
from tests.model.loans import Condition, Loan, LoanError, Prepayment, Row, Taken, Terms

ZONES = [ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")]
LIVES = 2_000 if FULL else 200
STEPS = 25
START_DAY = date(2025, 1, 31)
PERCENT = 10_000


def terms_of(plan: Plan, rows: tuple[schedules.Row, ...], rate: int, **others: object) -> Terms:
    """Terms with the rows of a schedule; by default without grace, overdue at one and a half of the rate."""
    signed = tuple(Row(row.due, row.principal, row.numerator, row.interest_due) for row in rows)
    usual = Terms(plan.principal, plan.begins, plan.kind, rate, rate * 3 // 2, False, 0, 90 * DAY, Prepayment.NEXT, signed)
    return replace(usual, **others)  # type: ignore[arg-type]


def _monthly(kind: DayCount = DayCount.ACT_360, count: int = 12, principal: int = 1_200_000) -> Plan:
    return Plan(principal, START_DAY, schedules.due_days(START_DAY, count, 1), kind, DueRule(ZONES[0]))


def _loan(count: int = 12, rate: int = 6 * PERCENT, **others: object) -> Loan:
    plan = _monthly(count=count)
    return Loan(terms_of(plan, schedules.equal_principal(plan), rate, **others), plan.begins)


def random_terms(dice: random.Random) -> Terms:
    """Terms as anybody may sign them: every kind, with and without grace, refined or not."""
    kind, zone = dice.choice(list(DayCount)), dice.choice(ZONES)
    start = date(2024, 1, 1) + timedelta(days=dice.randrange(800))
    steps = [dice.randint(20, 100) for _ in range(dice.randint(1, 6))]
    days = tuple(start + timedelta(days=sum(steps[: number + 1])) for number in range(len(steps)))
    plan = Plan(dice.choice([dice.randint(1, 50), dice.randint(10_000, 10**9), 2**62]), start, days, kind, DueRule(zone))
    rate = dice.choice([0, dice.randint(1, 20 * PERCENT), schedules.MOST_RATE])
    shapes = (schedules.bullet(plan), schedules.interest_only(plan), schedules.equal_principal(plan), schedules.annuity(plan, rate))
    rows = dice.choice(shapes)
    if dice.random() < 0.5:
        rows = schedules.refined(plan, rows)
    return terms_of(
        plan,
        rows,
        rate,
        overdue_rate=min(schedules.MOST_RATE, rate + dice.choice([0, dice.randint(0, 10 * PERCENT)])),
        on_interest=dice.random() < 0.5,
        grace=dice.choice([0, dice.randint(1, 19) * DAY, 3_600]),
        default_after=dice.randint(19, 60) * DAY,
        prepayment=dice.choice(list(Prepayment)),
    )


def random_step(loan: Loan, dice: random.Random) -> None:
    """One thing that somebody does; what a loan refuses changes nothing."""
    due = loan.due().total
    amount = dice.choice([1, dice.randint(1, loan.terms.principal), max(1, due), max(1, due - 1), 2**63])
    choice = dice.randrange(8)
    if choice < 3:
        loan.pay(amount)
    elif choice == 3:
        loan.prepay(amount, consent=dice.random() < 0.5)
    elif choice < 6:
        loan.debit(amount)
    elif choice == 6 and not loan.repaid:
        loan.charge(dice.randint(1, 100))
    elif dice.random() < 0.2:
        loan.accelerate()


def random_wait(loan: Loan, dice: random.Random) -> int:
    """A time later than now: seconds, days, or exactly when something happens."""
    edges = [row.due + late for row in loan.terms.rows for late in (-1, 0, 1, loan.terms.grace, loan.terms.grace + 1)]
    later = [edge for edge in edges if edge > loan.now] or [loan.now + DAY]
    return dice.choice([loan.now + dice.randint(0, 50), loan.now + dice.randint(1, 80) * DAY, min(later), dice.choice(later)])


@pytest.mark.parametrize("seed", range(LIVES))
def test_random_lives_keep_every_invariant(seed: int) -> None:
    dice = random.Random(seed)
    terms = random_terms(dice)
    loan = Loan(terms, terms.start - dice.randint(0, DAY))
    for _ in range(STEPS):
        later = random_wait(loan, dice)
        often = copy.deepcopy(loan)
        for time in sorted(dice.randint(loan.now, later) for _ in range(4)):
            often.touch(time)
        often.touch(later)
        loan.touch(later)
        assert (often.product, often.overdue_product) == (loan.product, loan.overdue_product), "accrued n times = once"
        assert (often.due(), often.condition()) == (loan.due(), loan.condition())
        try:
            random_step(loan, dice)
        except LoanError:
            assert loan.due() == often.due(), "what is refused changes nothing"
        loan.check()
    paid = Taken(*(sum(getattr(each, part) for each in loan.payments) for part in ("costs", "overdue", "interest", "principal")))
    assert paid.principal + loan.principal == terms.principal, "principal is paid once"
    assert paid.interest == loan.interest_paid and paid.overdue == loan.overdue_paid
    loan.prepay(2**80, consent=True) if not loan.repaid else None
    assert loan.repaid and loan.condition() is Condition.REPAID, "every loan can be repaid, whatever came before"


def test_paid_when_due_a_loan_costs_what_its_schedule_says() -> None:
    plan = _monthly()
    rows = schedules.equal_principal(plan)
    loan = Loan(terms_of(plan, rows, 6 * PERCENT), plan.begins)
    for row, interest in zip(rows, schedules.interest(rows, plan.kind, 6 * PERCENT), strict=True):
        loan.touch(row.due - 1)
        assert loan.pay(2**63) == Taken(0, 0, interest, row.principal)
        loan.touch(row.due)
        assert loan.condition() in (Condition.CURRENT, Condition.REPAID)
    assert loan.repaid


def test_payment_is_applied_in_the_order_of_the_code() -> None:
    """CivC 561: costs, interest (that of the delay first), principal."""
    loan = _loan(on_interest=True)
    loan.touch(loan.terms.rows[0].due + 30 * DAY)
    loan.charge(70)
    due = loan.due()
    assert due == Taken(70, due.overdue, 5_600, 100_000) and due.overdue > 0
    assert loan.pay(70) == Taken(costs=70)
    assert loan.pay(due.overdue) == Taken(overdue=due.overdue)
    assert loan.pay(5_600) == Taken(interest=5_600)
    assert loan.pay(1) == Taken(principal=1)


def test_early_repayment_costs_interest_for_the_days_that_money_was_out() -> None:
    """CivC 677."""
    loan = _loan()
    loan.touch(loan.terms.start + 10 * DAY - 1)
    assert loan.prepay(2**63) == Taken(interest=1_200_000 * 10 * 6 // 100 // 360, principal=1_200_000)
    assert loan.repaid


@pytest.mark.parametrize(("mode", "left"), [(Prepayment.NEXT, [0, 0, 0]), (Prepayment.LAST, [100_000] * 3)])
def test_prepaid_principal_shortens_the_schedule_where_the_parties_said(mode: Prepayment, left: list[int]) -> None:
    loan = _loan(prepayment=mode)
    loan.prepay(300_000)
    asked = list[int]()
    for row in loan.terms.rows[:3]:
        loan.touch(row.due)
        asked.append(loan.due().principal)
        loan.debit(2**63)
    assert asked == left


def test_without_the_lenders_consent_a_loan_may_forbid_prepayment_but_not_the_next_instalment() -> None:
    loan = _loan(prepayment=Prepayment.CONSENT)
    with pytest.raises(LoanError):
        loan.prepay(200_000)
    assert loan.pay(200_000) == Taken(principal=100_000)
    assert loan.prepay(200_000, consent=True) == Taken(principal=200_000)


def test_within_grace_lateness_costs_nothing_beyond_the_rate() -> None:
    loan, prompt = _loan(grace=5 * DAY), _loan(grace=5 * DAY)
    due = loan.terms.rows[0].due
    loan.touch(due + 5 * DAY)
    assert loan.condition() is Condition.DUE and loan.due().overdue == 0
    loan.debit(2**63)
    prompt.touch(due + 5 * DAY)
    assert loan.condition() is Condition.CURRENT
    assert loan.accrued_interest() == prompt.accrued_interest(), "the rate runs until the money comes"


def test_after_grace_lateness_counts_from_the_due_date_on_what_is_unpaid_then() -> None:
    loan = _loan(grace=5 * DAY)
    due = loan.terms.rows[0].due
    loan.touch(due + 2 * DAY)
    loan.debit(5_600 + 40_000)
    loan.touch(due + 5 * DAY + 1)
    assert loan.condition() is Condition.OVERDUE
    assert loan.overdue_product == 60_000 * 3 * PERCENT * 6


def test_default_comes_by_time_and_goes_by_payment() -> None:
    loan = _loan()
    loan.touch(loan.terms.rows[0].due + 90 * DAY)
    assert loan.condition() is Condition.OVERDUE
    loan.touch(loan.terms.rows[0].due + 90 * DAY + 1)
    assert loan.condition() is Condition.DEFAULT
    loan.debit(2**63)
    assert loan.condition() is Condition.CURRENT


def test_after_acceleration_all_is_due_at_the_days_end() -> None:
    loan = _loan(grace=5 * DAY)
    loan.touch(loan.terms.rows[0].due + 100)
    loan.accelerate()
    assert loan.due().principal == 100_000
    loan.touch(loan.terms.rows[-1].due)
    assert loan.due().principal == 1_200_000 and len(loan.terms.rows) == 2
    loan.touch(loan.now + 1)
    assert loan.condition() is Condition.OVERDUE, "grace is over"
    with pytest.raises(LoanError):
        loan.accelerate()


def test_a_renewal_leaves_principal_out_and_neither_loses_nor_doubles_a_day() -> None:
    loan, plain = _loan(count=1), _loan(count=1)
    end = loan.terms.rows[0].due
    loan.touch(end - 100)
    rows = tuple(Row(row.due - loan.terms.start + end, row.principal, row.numerator) for row in loan.terms.rows)
    renewed = loan.renew(replace(loan.terms, start=end, rows=rows))
    assert renewed.payments == [Taken(interest=5_600)] and renewed.renewed == 1
    renewed.touch(end + 20 * DAY)
    plain.touch(end + 20 * DAY)
    assert renewed.accrued_interest() + 5_600 == plain.accrued_interest()
    with pytest.raises(LoanError):
        renewed.renew(replace(renewed.terms, principal=1))


def test_a_night_of_clock_change_is_one_day() -> None:
    zone = ZONES[1]
    plan = Plan(360_000_000, date(2025, 3, 7), (date(2025, 3, 12),), DayCount.ACT_360, DueRule(zone))
    loan = Loan(terms_of(plan, schedules.bullet(plan), 10 * PERCENT), plan.begins)
    for day in (date(2025, 3, 8), date(2025, 3, 9), date(2025, 3, 11), date(2025, 3, 12)):
        loan.touch(end_of_day(day, zone) - 3_601)
        assert loan.day == (day - plan.start).days


@pytest.mark.parametrize("kind", list(DayCount))
def test_a_refined_schedule_accrues_each_days_count(kind: DayCount) -> None:
    start = date(2023, 12, 15)
    plan = Plan(10**12, start, (start + timedelta(days=200),), kind, DueRule(ZONES[0]))
    loan = Loan(terms_of(plan, schedules.refined(plan, schedules.bullet(plan)), 5 * PERCENT), plan.begins)
    for day in range(1, 201):
        loan.touch(plan.begins + day * DAY)
        counted = day_count(kind, start, start + timedelta(days=day))
        assert loan.accrued_interest() == 10**12 * counted * 5 * PERCENT // (10**6 * kind.denominator)


def test_products_grow_only() -> None:
    loan = _loan()
    seen = list[int]()
    for number in range(500):
        loan.touch(loan.terms.start + number * DAY)
        seen.append(loan.product + loan.overdue_product)
    assert all(before <= after for before, after in pairwise(seen))
