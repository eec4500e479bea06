"""Random lives of the model: every invariant after every step; and the cases that break without a rule."""

import copy
import itertools
import random
from collections.abc import Iterator

import pytest

from ledger.domain import ranges
from ledger.domain.ranges import DAY, Payment, Range, RangeError, Retirement, Step
from tests.conftest import FULL
from tests.model.receivables import MOST_PAYERS, Receivable

LIVES = 20_000 if FULL else 400
STEPS = 30


def _face(dice: random.Random) -> int:
    return dice.choice([dice.randint(1, 12), dice.randint(1, 2_000), dice.randint(1, 2**63 - 1)])


def _born(dice: random.Random) -> Receivable:
    due = dice.randint(10, 60) * DAY
    rate, basis = dice.choice([(0, 1), (5, 10_000), (1, 365), (1, 1)])
    grace = dice.choice([0, 3 * DAY])
    return Receivable(_face(dice), due, now=0, grace=grace, rate=rate, basis=basis, contracts=frozenset("dp"))


def _living(life: Receivable, dice: random.Random) -> int | None:
    starts = [start for start, token in life.tokens.items() if not token.retired]
    return dice.choice(starts) if starts else None


def _move(life: Receivable, dice: random.Random) -> None:
    found = _living(life, dice)
    if found is None:
        return
    token = life.tokens[found]
    start = dice.randint(token.range.start, token.range.end - 1)
    life.move(token.range.start, start, dice.randint(start + 1, token.range.end), dice.choice("abcd"))


def _merge(life: Receivable, dice: random.Random) -> None:
    left = _living(life, dice)
    right = life.face if left is None else life.tokens[left].range.end
    if left is None or (right in life.tokens and life.tokens[right].retired):
        return
    if right in life.tokens and life.tokens[right].owner == life.tokens[left].owner:
        life.merge(left, right)


def _pay(life: Receivable, dice: random.Random) -> None:
    life.pay(dice.choice([1, dice.randint(1, max(1, life.face // 100)), dice.randint(1, life.face), life.debt + life.interest_owed() + 1]))


def _draw(life: Receivable, dice: random.Random) -> None:
    life.draw(dice.choice(list(life.tokens)))


def _suspend(life: Receivable, dice: random.Random) -> None:
    life.suspended = set(dice.sample("abcp", dice.randint(0, 2)))
    life.held = set(dice.sample("abq", dice.randint(0, 1)))


def _withdraw(life: Receivable, dice: random.Random) -> None:
    for owner in sorted(life.credits.keys() - life.suspended - life.held):
        life.withdraw(owner)
    for owner, start in sorted(life.range_credits):
        life.withdraw_range(owner, start)


def _order(life: Receivable, dice: random.Random) -> None:
    for owner in sorted(life.held):
        if life.credits.get(owner, 0):
            life.order_credit(owner, "c", dice.randint(1, life.credits[owner]))


def _pay_for(life: Receivable, dice: random.Random) -> None:
    payer = dice.choice("pqrs")
    life.pay_for(payer, dice.choice([1, dice.randint(1, max(1, life.face // 100)), dice.randint(1, life.face), life.debt + 1]))


def _waive(life: Receivable, dice: random.Random) -> None:
    if life.claims and dice.random() < 0.3:
        life.waive(dice.choice(life.claims).payer)


def _retire(life: Receivable, dice: random.Random) -> None:
    found = _living(life, dice)
    if found is None or life.ended or life.owed_live == 0:
        return
    token = life.tokens[found]
    start = dice.randint(token.range.start, token.range.end - 1)
    end = token.range.end if dice.random() < 0.3 else dice.randint(start + 1, token.range.end)
    debt, stood = life.debt, [one for name, one in life.tokens.items() if name != found]
    cleared = copy.deepcopy(life)
    cleared.clear_waiting()
    owed = ranges.owed(cleared.payments, Range(start, end))
    if owed == 0:
        with pytest.raises(RangeError, match="owed nothing"):
            life.retire(token.range.start, start, end)
        return
    assert life.retire(token.range.start, start, end) == owed
    assert life.debt == debt - owed, "the debt falls by what the range was owed, and by nothing else"
    steps = life.payments[:-1]
    for one in stood:
        assert ranges.owed(steps, one.range) == ranges.owed(life.payments, one.range), "nobody else is owed less"


def _cancel(life: Receivable, dice: random.Random) -> None:
    if not life.ended and not life.claims and dice.random() < 0.05:
        life.cancel()


def _debit(life: Receivable, dice: random.Random) -> None:
    taken = life.debitable(dice.randint(0, 2 * life.face), dice.randint(1, 2 * life.face), dice.random() < 0.5)
    if taken:
        life.pay(taken)


def _wait(life: Receivable, dice: random.Random) -> None:
    life.now += dice.randint(1, 40 * DAY)
    if life.waiting and not life.ended and life.now >= ranges.wait_until(life.last_distribution, len(life.payments)):
        life.distribute()


HOLDERS_DO = [_move, _move, _merge, _draw, _withdraw, _retire, _waive, _cancel]
OTHERS_DO = [_pay, _pay_for, _wait, _debit, _suspend, _order]


@pytest.mark.parametrize("part", range(4))
def test_random_lives_keep_every_invariant(part: int) -> None:
    dice = random.Random(part)
    for _ in range(LIVES // 4):
        life = _born(dice)
        for _ in range(STEPS):
            dice.choice(HOLDERS_DO + OTHERS_DO)(life, dice)
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
    while len(life.payments) < ranges.MOST_PAYMENTS - ranges.KEPT_PAYMENTS:
        life.now += 365 * DAY
        life.pay(100)
        if life.waiting:
            life.distribute()
    life.pay(1)
    life.now += 365 * DAY
    with pytest.raises(RangeError, match="kept for"):
        life.distribute()
    life.pay(life.debt)
    assert (life.closed, len(life.payments)) == (True, ranges.MOST_PAYMENTS - 1)
    life.check()


def _exhausted() -> Receivable:
    """A life that has used every number that a life may use, and money waits."""
    life = Receivable(256_000, due=400 * DAY, now=0)
    life.move(0, 100_000, 256_000, "a")
    while len(life.payments) < ranges.MOST_PAYMENTS - ranges.KEPT_PAYMENTS:
        life.now += 365 * DAY
        life.pay(100)
        if life.waiting:
            life.distribute()
    life.pay(1)
    return life


def test_1023_numbers_used_up_then_exit_by_payment() -> None:
    life = _exhausted()
    life.pay(life.debt)
    life.check()
    assert life.closed


def test_1023_numbers_used_up_then_exit_by_retirement_of_all_that_lives() -> None:
    life = _exhausted()
    life.draw(0)
    life.tokens[100_000].owner = "supplier"
    life.merge(0, 100_000)
    with pytest.raises(RangeError, match="no number"):
        life.retire(0, 0, 10)
    life.retire(0, 0, 256_000)
    life.check()
    assert (life.closed, len(life.payments)) == (True, ranges.MOST_PAYMENTS)


def test_1023_numbers_used_up_then_exit_by_cancellation() -> None:
    life = _exhausted()
    life.cancel()
    life.check()
    assert (life.ended, len(life.payments)) == (True, ranges.MOST_PAYMENTS - 1)


def test_1023_numbers_used_up_then_exit_by_a_third_party_and_its_claim() -> None:
    life = _exhausted()
    life.pay_for("p", life.debt)
    assert not life.closed
    life.pay(life.claims[0].owed)
    life.check()
    assert life.closed


# --- Retirement ---


def test_retire_30_of_100_and_pay_the_70_it_owes() -> None:
    """The naive ruler, on the face, gives live holders 49 of 70."""
    life = Receivable(100, due=DAY, now=0)
    assert life.retire(0, 0, 30) == 30
    naive = ranges.drawn([Payment(70, 0, 100)], Range(30, 100))
    assert naive.principal == 49
    life.pay(70)
    life.draw(30)
    life.check()
    assert (life.paid_out, life.closed) == ({"supplier": 70}, True)


def test_what_waits_is_distributed_before_a_range_retires() -> None:
    """In another order the range loses its last share: 3 of 10 wait, half of them are its."""
    life = Receivable(1_000, due=DAY, now=0)
    life.move(0, 500, 1_000, "a")
    life.pay(3)
    assert life.waiting == 3
    life.retire(500, 500, 1_000)
    assert life.paid_out["a"] == 2
    assert (life.debt, life.waiting) == (499, 0)


def test_late_interest_that_the_range_was_due_falls_away_with_it() -> None:
    life = Receivable(1_000, due=0, now=10 * DAY, rate=1, basis=100)
    assert life.interest_owed() == 100
    life.retire(0, 0, 250)
    assert life.interest_owed() == 75
    life.pay(75 + 750)
    life.draw(250)
    assert (life.closed, life.paid_out, life.excess) == (True, {"supplier": 825}, 0)


def test_retirement_of_all_that_lives_closes_whatever_interest_was_owed() -> None:
    life = Receivable(1_000, due=0, now=10 * DAY, rate=1, basis=100)
    life.pay(60)
    life.retire(0, 0, 1_000)
    life.check()
    assert (life.closed, life.interest_owed(), life.paid_out) == (True, 0, {"supplier": 60})


def test_at_most_256_ranges_of_a_receivable_retire_apart() -> None:
    life = Receivable(1_000, due=DAY, now=0)
    for start in range(ranges.MOST_RETIREMENTS):
        life.retire(start, start, start + 1)
    with pytest.raises(RangeError, match="no number"):
        life.retire(256, 256, 257)
    life.retire(256, 256, 1_000)
    assert life.closed


def _steps_of(face: int, steps: list[Step], live: frozenset[int]) -> Iterator[tuple[Step, frozenset[int]]]:
    """Every payment (with an interest or none) and every retirement of neighbouring live units that may come next."""
    owed = ranges.owed_until(steps, face)
    if owed == 0:
        return
    for principal in range(owed + 1):
        yield Payment(principal, 3 if principal % 2 else 0, owed), live
    for start, end in itertools.combinations(range(face + 1), 2):
        if live.issuperset(range(start, end)) and ranges.owed(steps, Range(start, end)):
            yield ranges.retirement(steps, Range(start, end), owed), live - set(range(start, end))


def _walk(face: int, steps: list[Step], live: frozenset[int], depth: int) -> int:
    """Checks every life of up to `depth` more steps, unit by unit; returns their number."""
    count = 1
    for step, left in _steps_of(face, steps, live) if depth else ():
        after = [*steps, step]
        _check_units(face, steps, after, live, left)
        count += _walk(face, after, left, depth - 1)
    return count


def _check_units(face: int, before: list[Step], after: list[Step], live: frozenset[int], left: frozenset[int]) -> None:
    step = after[-1]
    old, new = ([ranges.owed(steps, Range(x, x + 1)) for x in range(face)] for steps in (before, after))
    drawn = [ranges.drawn(after, Range(x, x + 1), len(before)) for x in range(face)]
    assert all(new[x] == 0 for x in range(face) if x not in left), "what retired is owed nothing, ever"
    assert all(0 <= new[x] <= old[x] for x in range(face)), "nobody is owed more, or less than nothing"
    if isinstance(step, Retirement):
        assert all(new[x] == old[x] for x in left), "a retirement changes nothing for those who stay"
        assert sum(old[x] for x in live - left) == step.owed
    else:
        assert all(new[x] + drawn[x].principal == old[x] for x in range(face)), "what is paid is owed no more"
        assert sum(one.principal for one in drawn) == step.principal
        assert sum(one.interest for one in drawn) == step.interest, "to live ranges only, all of it"
        assert all(drawn[x] == ranges.Drawn(0, 0) for x in range(face) if x not in live)
    assert sum(new) == ranges.owed_until(after, face)


@pytest.mark.parametrize(("face", "depth"), [(2, 4), (3, 3), (4, 3), (5, 3 if FULL else 2), (8, 2)])
def test_all_small_lives_of_payments_and_retirements_in_full(face: int, depth: int) -> None:
    assert _walk(face, [], frozenset(range(face)), depth) > 30


# --- Third parties ---


def test_a_third_partys_payment_pays_the_holders_and_gives_it_a_claim() -> None:
    life = Receivable(1_000, due=DAY, now=0)
    life.pay_for("p", 1_200)
    assert (life.owed_live, life.closed, life.excess) == (0, False, 200)
    assert life.exposure == 1_000, "the obligor still owes as much"
    life.pay(1_000)
    assert (life.closed, life.paid_out["p"], life.exposure) == (True, 1_000, 0)
    life.check()


def test_holders_come_before_those_who_paid_for_the_obligor() -> None:
    life = Receivable(1_000, due=DAY, now=0)
    life.pay_for("p", 300)
    life.pay(600)
    assert (life.debt, life.claims[0].owed) == (100, 300)
    life.pay(250)
    assert (life.debt, life.claims[0].owed, life.paid_out) == (0, 150, {"p": 150})


def test_claims_share_pro_rata_to_the_unit() -> None:
    life = Receivable(1_000, due=DAY, now=0)
    for payer, amount in (("p", 500), ("q", 300), ("r", 200)):
        life.pay_for(payer, amount)
    life.pay(101)
    # floor(101 * 500/1000) = 50, floor(101 * 800/1000) = 80, 101
    assert life.paid_out == {"p": 50, "q": 30, "r": 21}
    life.pay(899)
    assert (life.paid_out, life.closed) == ({"p": 500, "q": 300, "r": 200}, True)


def test_a_claims_principal_bears_interest_from_the_day_it_was_paid_and_its_interest_none() -> None:
    life = Receivable(1_000, due=0, now=10 * DAY, rate=1, basis=100)
    life.pay_for("p", 1_100)
    assert (life.claims[0].bearing, life.claims[0].plain) == (1_000, 100)
    life.now = 15 * DAY
    assert life.claim_interest(life.claims[0]) == 50
    life.pay(1_149)
    assert (life.closed, life.claims[0].owed, life.claims[0].bearing) == (False, 1, 1)
    life.pay(1)
    assert (life.closed, life.paid_out["p"]) == (True, 1_150)


def test_a_claim_from_within_grace_counts_from_its_day_once_grace_is_missed() -> None:
    life = Receivable(1_000, due=0, now=2 * DAY, grace=5 * DAY, rate=1, basis=100)
    life.pay_for("p", 600)
    life.now = 4 * DAY
    life.pay_for("p", 400)
    assert life.claim_interest(life.claims[0]) == 0
    life.now = 6 * DAY
    assert life.claim_interest(life.claims[0]) == (600 * 4 + 400 * 2) // 100


def test_a_claim_paid_back_within_grace_bears_nothing() -> None:
    life = Receivable(1_000, due=0, now=2 * DAY, grace=5 * DAY, rate=1, basis=100)
    life.pay_for("p", 1_000)
    life.pay(500)
    life.now = 7 * DAY
    assert life.claim_interest(life.claims[0]) == 500 * 5 // 100


def test_at_most_eight_pay_for_the_obligor_and_a_slot_frees_itself() -> None:
    life = Receivable(1_000, due=DAY, now=0)
    for number in range(MOST_PAYERS):
        life.pay_for(f"payer {number}", 10)
    with pytest.raises(RangeError, match="too many payers"):
        life.pay_for("ninth", 10)
    life.pay_for("payer 3", 10)
    life.waive("payer 3")
    life.pay_for("ninth", 10)
    life.check()


def test_small_payments_of_eight_take_no_place_from_a_guarantor() -> None:
    life = Receivable(1_000, due=DAY, now=0)
    for number in range(MOST_PAYERS):
        life.pay_for(f"payer {number}", 1)
    life.pay_for("guarantor", 500, called=True)
    life.check()


def test_a_waived_claim_closes_when_holders_are_paid() -> None:
    life = Receivable(1_000, due=DAY, now=0)
    life.pay_for("p", 1_000)
    life.waive("p")
    assert (life.closed, life.exposure) == (True, 0)


def test_no_cancellation_while_claims_stand() -> None:
    life = Receivable(1_000, due=DAY, now=0)
    life.pay_for("p", 10)
    with pytest.raises(RangeError, match="claims stand"):
        life.cancel()
    life.waive("p")
    life.cancel()
    life.pay(5)
    assert life.excess == 5


def test_a_held_accounts_money_is_kept_until_an_order_moves_it() -> None:
    life = Receivable(100, due=DAY, now=0, held={"supplier"})
    life.pay(40)
    life.draw(0)
    with pytest.raises(RangeError, match="court"):
        life.withdraw("supplier")
    life.order_credit("supplier", "a", 30)
    assert life.withdraw("a") == 30
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
