"""Random lives of the model: every invariant after every step; and the cases that break without a rule."""

import random

import pytest

from ledger.domain import ranges
from ledger.domain.ranges import DAY, RangeError
from tests.conftest import FULL
from tests.model.receivables import Receivable

LIVES = 20_000 if FULL else 400
STEPS = 30


def _face(dice: random.Random) -> int:
    return dice.choice([dice.randint(1, 12), dice.randint(1, 2_000), dice.randint(1, 2**63 - 1)])


def _born(dice: random.Random) -> Receivable:
    due = dice.randint(10, 60) * DAY
    rate, basis = dice.choice([(0, 1), (5, 10_000), (1, 365), (1, 1)])
    grace = dice.choice([0, 3 * DAY])
    return Receivable(_face(dice), due, now=0, grace=grace, rate=rate, basis=basis, contracts=frozenset("d"))


def _move(life: Receivable, dice: random.Random) -> None:
    token = life.tokens[dice.choice(list(life.tokens))]
    start = dice.randint(token.range.start, token.range.end - 1)
    life.move(token.range.start, start, dice.randint(start + 1, token.range.end), dice.choice("abcd"))


def _merge(life: Receivable, dice: random.Random) -> None:
    left = dice.choice(list(life.tokens))
    right = life.tokens[left].range.end
    if right in life.tokens and life.tokens[right].owner == life.tokens[left].owner:
        life.merge(left, right)


def _pay(life: Receivable, dice: random.Random) -> None:
    life.pay(dice.choice([1, dice.randint(1, max(1, life.face // 100)), dice.randint(1, life.face), life.debt + life.interest_owed() + 1]))


def _draw(life: Receivable, dice: random.Random) -> None:
    life.draw(dice.choice(list(life.tokens)))


def _suspend(life: Receivable, dice: random.Random) -> None:
    life.suspended = set(dice.sample("abc", dice.randint(0, 2)))


def _withdraw(life: Receivable, dice: random.Random) -> None:
    for owner in sorted(life.credits.keys() - life.suspended):
        life.withdraw(owner)
    for owner, start in sorted(life.range_credits):
        life.withdraw_range(owner, start)


def _debit(life: Receivable, dice: random.Random) -> None:
    taken = life.debitable(dice.randint(0, 2 * life.face), dice.randint(1, 2 * life.face), dice.random() < 0.5)
    if taken:
        life.pay(taken)


def _wait(life: Receivable, dice: random.Random) -> None:
    life.now += dice.randint(1, 40 * DAY)
    if life.waiting and life.now >= ranges.wait_until(life.last_distribution, len(life.payments)):
        life.distribute()


@pytest.mark.parametrize("part", range(4))
def test_random_lives_keep_every_invariant(part: int) -> None:
    dice = random.Random(part)
    for _ in range(LIVES // 4):
        life = _born(dice)
        for _ in range(STEPS):
            dice.choice([_move, _move, _merge, _pay, _draw, _wait, _debit, _suspend, _withdraw])(life, dice)
            life.check()


def test_paying_everything_closes_and_pays_every_holder_out() -> None:
    life = Receivable(1_001, due=10 * DAY, now=0)
    for start in range(994, 0, -7):
        life.move(0, start, start + 7, f"holder {start}")
    for amount in (1, 300, 33, 667):
        life.pay(amount)
    for start in life.tokens:
        life.draw(start)
    life.check()
    assert life.closed
    assert life.paid_out == {"supplier": 7} | {f"holder {start}": 7 for start in range(7, 1_001, 7)}


def test_interest_accrued_often_is_interest_accrued_once() -> None:
    often, once = (Receivable(1_000, due=0, now=0, rate=5, basis=10_000) for _ in range(2))
    for day in range(1, 31):
        often.now = day * DAY
        often._accrue()
    once.now = 30 * DAY
    assert often.interest_owed() == once.interest_owed() == 15


def test_waiting_money_has_paid_the_debt_and_earns_no_interest() -> None:
    life = Receivable(100_000, due=0, now=0, rate=1, basis=1_000)
    life.pay(100)
    life.now = 10 * DAY
    assert (life.waiting_principal, life.debt, life.interest_owed()) == (100, 99_900, 999)


def test_interest_runs_from_the_due_date_on_what_is_unpaid_when_grace_ends() -> None:
    life = Receivable(1_000, due=0, now=2 * DAY, grace=5 * DAY, rate=1, basis=100)
    life.pay(400)
    life.now = 6 * DAY
    assert life.interest_owed() == 600 * 6 // 100


def test_interest_is_paid_before_principal_so_principal_ends_last() -> None:
    life = Receivable(1_000, due=0, now=10 * DAY, rate=1, basis=100)
    life.pay(1_050)
    assert (life.owed_live, life.interest_paid, life.closed) == (50, 100, False)
    life.pay(60)
    assert (life.closed, life.excess) == (True, 10)


def test_small_payments_wait_and_leave_in_one() -> None:
    life = Receivable(100_000, due=400 * DAY, now=40 * DAY)
    life.pay(300)
    assert (life.waiting, life.payments) == (300, [])
    life.pay(91)
    assert (life.waiting, len(life.payments)) == (0, 1)
    life.pay(1)
    with pytest.raises(RangeError, match="too early"):
        life.distribute()
    life.now += 30 * DAY
    life.distribute()
    life.check()


def test_a_closing_payment_always_has_a_number() -> None:
    life = Receivable(256_000, due=400 * DAY, now=0)
    for _ in range(300):
        life.pay(500)
    while len(life.payments) < ranges.MOST_PAYMENTS - 1:
        life.now += 365 * DAY
        life.pay(100)
        if life.waiting:
            life.distribute()
    life.pay(1)
    life.now += 365 * DAY
    with pytest.raises(RangeError, match="kept for"):
        life.distribute()
    life.pay(life.debt)
    assert (life.closed, len(life.payments)) == (True, ranges.MOST_PAYMENTS)
    life.check()


def test_what_a_suspended_owner_draws_is_kept_for_it() -> None:
    life = Receivable(100, due=10 * DAY, now=0, suspended={"supplier"})
    life.pay(40)
    life.draw(0)
    assert (life.credits, life.paid_out) == ({"supplier": 40}, {})
    assert life.withdraw("supplier") == 40
    life.check()


def test_what_a_contract_draws_is_kept_by_range() -> None:
    life = Receivable(100, due=10 * DAY, now=0, supplier="escrow", contracts=frozenset({"escrow"}))
    life.move(0, 60, 100, "escrow")
    life.pay(50)
    life.draw(0)
    life.draw(60)
    assert life.range_credits == {("escrow", 0): 30, ("escrow", 60): 20}
    assert life.withdraw_range("escrow", 60) == 20
    life.check()


@pytest.mark.parametrize(
    ("now", "free", "cap", "partial", "taken"),
    [
        (9 * DAY, 1_000, 1_000, True, 0),
        (10 * DAY, 1_000, 1_000, False, 1_000),
        (10 * DAY, 999, 1_000, False, 0),
        (10 * DAY, 1_000, 999, False, 0),
        (10 * DAY, 999, 1_000, True, 999),
        (10 * DAY, 3, 1_000, True, 0),
        (10 * DAY, 4, 1_000, True, 4),
        (12 * DAY, 5_000, 5_000, False, 1_020),
    ],
)
def test_a_debit_takes_all_or_a_part_that_can_be_distributed(now: int, free: int, cap: int, partial: bool, taken: int) -> None:
    life = Receivable(1_000, due=10 * DAY, now=now, rate=1, basis=100)
    assert life.debitable(free, cap, partial) == taken


@pytest.mark.parametrize("act", [lambda r: r.move(0, 5, 5, "a"), lambda r: r.pay(0), lambda r: r.distribute(), lambda r: r.merge(0, 0)])
def test_impossible_steps_are_refused_and_change_nothing(act) -> None:  # type: ignore[no-untyped-def]
    life = Receivable(10, due=0, now=0)
    with pytest.raises(RangeError):
        act(life)
    assert life == Receivable(10, due=0, now=0)
