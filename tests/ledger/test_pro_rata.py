"""What may be released for a debt paid in part: exact to the minor unit, and never to the pledgee's loss."""

import random
from fractions import Fraction

import pytest

from ledger.domain.pro_rata import ProRataError, outstanding_share, propose


def test_a_ceiling_is_lowered_in_proportion_and_rounded_up() -> None:
    assert propose(1_000_000, 400_000, 1_000_000).ceiling == 600_000
    assert propose(3, 1, 100).ceiling == 67, "66.66... goes up"
    assert propose(3, 2, 100).ceiling == 34
    assert propose(7, 7, 100) == propose(7, 7, 100).__class__(0, 0, 0, (), True)
    assert propose(10**18 + 1, 1, 2**62).ceiling == -(-(2**62) * 10**18 // (10**18 + 1)), "no float is near"


def test_rights_go_from_the_most_valuable_down_as_long_as_what_stays_covers_its_share() -> None:
    values = {b"a": 500, b"b": 300, b"c": 200}
    found = propose(1_000, 400, None, values)
    assert (found.released, found.kept, found.value, found.ceiling) == ((b"b",), 700, 1_000, None)
    assert propose(1_000, 500, None, values).released == (b"a",)
    assert propose(1_000, 499, None, values).released == (b"b",), "499 of 1,000 is no half"
    assert propose(1_000, 100, None, values).released == ()
    assert propose(1_000, 1_000, None, values).released == (b"a", b"b", b"c")
    assert propose(1_000, 300, None, {b"y": 300, b"x": 300, b"z": 400}).released == (b"x",), "equal ones in the order of their keys"
    assert propose(10, 5, None, {b"n": 0, b"m": 1}).released == (), "what is worth nothing pays for nothing"


@pytest.mark.parametrize(
    ("debt", "paid", "values", "said"),
    [
        (0, 0, {}, "debt: 0"),
        (-5, 1, {}, "debt: -5"),
        (10, 0, {}, "paid: 0"),
        (10, 11, {}, "paid: 11; above 0 and at most the debt, 10"),
        (10, 5, {b"a": -1}, "values: a right is worth 0 or more"),
    ],
)
def test_what_is_no_debt_paid_in_part_is_named(debt: int, paid: int, values: dict[bytes, int], said: str) -> None:
    with pytest.raises(ProRataError) as refused:
        propose(debt, paid, 100, values)
    assert said in str(refused.value)


def test_random_debts_never_leave_the_pledgee_with_less_than_its_share() -> None:
    chance = random.Random(5)  # a test's
    for _ in range(2_000):
        debt = chance.randint(1, 10 ** chance.randint(1, 18))
        paid = chance.randint(1, debt)
        ceiling = chance.randint(0, 2**63 - 1)
        values = {bytes([at]): chance.choice((0, chance.randint(0, 100), chance.randint(0, 10**15))) for at in range(chance.randint(0, 8))}
        found = propose(debt, paid, ceiling, values)
        left = Fraction(debt - paid, debt)
        assert found.ceiling is not None
        assert ceiling * left <= found.ceiling < ceiling * left + 1, "the least whole number of minor units that covers it"
        assert found.kept == sum(value for key, value in values.items() if key not in found.released)
        assert found.kept >= sum(values.values()) * left
        stays = [value for key, value in values.items() if key not in found.released and value]
        assert paid == debt or not stays or found.kept - min(stays) < outstanding_share(found.value, debt, paid), "nothing more could go"
