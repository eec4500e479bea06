"""Debits of one due second in random orders: what each debt gets of the pot depends on no order, and no money is lost."""

import copy
import random

import pytest

from ledger.domain.ranges import DAY, RangeError
from tests.conftest import FULL
from tests.model.mandates import House
from tests.model.receivables import Receivable

HOUSES = 3_000 if FULL else 200


def _house(dice: random.Random, *, partial: bool = True) -> House:
    due = 10 * DAY
    debts = {name: Receivable(dice.choice([dice.randint(1, 30), dice.randint(1, 2**60)]), due, now=0) for name in "abcdefg"}
    for one in debts.values():
        if dice.random() < 0.4:
            one.pay(dice.randint(1, one.face))
    whole = sum(one.debt for one in debts.values())
    return House(debts, dice.randint(0, 2 * whole + 1), dice.randint(1, 2 * whole + 1), partial, due + dice.choice([0, 0, 3 * DAY]))


def _fire(house: House, order: list[str]) -> dict[str, int]:
    """What each debit took, 0 where it took nothing."""
    taken = {}
    for name in order:
        try:
            taken[name] = house.debit(name)
        except RangeError:
            taken[name] = 0
    return taken


def _shares(house: House, order: list[str]) -> dict[str, int]:
    """What each got of the pot alone: what is free beside it is set to nothing."""
    before = house.free
    taken: dict[str, int] = {}
    for name in order:
        if house.pot is not None:
            house.free = 0
        taken |= _fire(house, [name])
        assert before >= house.free
    return taken


@pytest.mark.parametrize("part", range(2))
def test_what_each_gets_of_the_pot_depends_on_no_order(part: int) -> None:
    dice = random.Random(part)
    for _ in range(HOUSES // 2):
        house = _house(dice, partial=dice.random() < 0.7)
        orders = [dice.sample("abcdefg", 7) for _ in range(4)]
        found = [_shares(copy.deepcopy(house), order) for order in orders]
        assert all(one == found[0] for one in found), "each share is its own"


@pytest.mark.parametrize("part", range(2))
def test_no_money_is_lost_and_no_cap_is_passed(part: int) -> None:
    dice = random.Random(part)
    for _ in range(HOUSES // 2):
        house = _house(dice)
        free, cap = house.free, house.cap
        received = sum(one.received for one in house.debts.values())
        for _ in range(20):
            _fire(house, [dice.choice("abcdefg")])
            if dice.random() < 0.2:
                house.now += dice.randint(1, DAY)
            if house.pot is not None and not house.is_closed and house.now >= house.pot.opened_at + DAY:
                house.close_pot()
            left = house.pot.left if house.pot is not None else 0
            paid = sum(one.received for one in house.debts.values()) - received
            assert free == house.free + left + paid, "free cash is free, in the pot or paid"
            assert cap == house.cap + left + paid, "so is the cap"
            assert house.cap >= 0 and house.free >= 0
            for one in house.debts.values():
                one.check()
                assert one.excess == 0 or one.closed, "a debit takes no more than the debt"


def test_half_the_cash_pays_half_of_each_whoever_fires_first() -> None:
    debts = {name: Receivable(1_000, due=DAY, now=0) for name in "ab"}
    house = House(debts, free=1_000, cap=5_000, partial=True, now=DAY)
    assert house.debit("b") == 500
    house.free += 700
    assert house.debit("a") == 500
    assert house.debit("a") == 500
    assert house.debit("b") == 200


def test_nobody_fixes_an_empty_pot() -> None:
    house = House({"a": Receivable(1_000, due=DAY, now=0)}, free=0, cap=5_000, partial=True, now=DAY)
    with pytest.raises(RangeError):
        house.debit("a")
    house.free = 600
    assert (house.debit("a"), house.pot is not None) == (600, True)


def test_a_mandate_of_all_or_nothing_needs_the_total_of_the_second() -> None:
    debts = {name: Receivable(1_000, due=DAY, now=0) for name in "ab"}
    house = House(debts, free=1_999, cap=5_000, partial=False, now=DAY)
    with pytest.raises(RangeError, match="all or nothing"):
        house.debit("a")
    house.free = 2_000
    assert house.debit("a") == house.debit("b") == 1_000


def test_what_is_left_of_a_pot_goes_back_after_a_day_with_the_cap() -> None:
    debts = {name: Receivable(1_000, due=DAY, now=0) for name in "ab"}
    house = House(debts, free=2_000, cap=2_000, partial=True, now=DAY)
    house.debit("a")
    house.debts["b"].pay(400)
    house.debit("b")
    with pytest.raises(RangeError):
        house.close_pot()
    house.now += DAY
    assert (house.close_pot(), house.free, house.cap) == (400, 400, 400)


def test_late_interest_at_a_debit_is_paid_first_and_the_rest_comes_of_free_cash() -> None:
    """10 days late at 1 % a day: the share of 1,000 pays 100 of interest and 900; the next debit takes the 100 that are left."""
    house = House({"a": Receivable(1_000, due=0, now=0, rate=1, basis=100)}, free=5_000, cap=5_000, partial=False, now=10 * DAY)
    assert house.debit("a") == 1_000
    assert house.debts["a"].debt == 100
    assert house.debit("a") == 100
    assert house.debts["a"].closed
