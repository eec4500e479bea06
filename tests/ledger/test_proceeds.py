"""Sale proceeds by rank: cases, and random assets against exact fractions; every unit is accounted for."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.liens import CN_MOVABLES, CN_RECEIVABLES, RECORDING, Lien, LienError, LienKind, Recorded, Relation, RelationKind
from ledger.domain.priority import Ranking, rank
from ledger.domain.proceeds import Distribution, distribute, share, share_capped


def lien(key: str, amount: int, effective: int | None, holders: tuple[tuple[str, int], ...] = ()) -> Lien:
    return Lien(key, amount, None if effective is None else Recorded(effective, effective), holders=holders)


def paid(liens: list[Lien], proceeds: int, costs: int = 0, relations: tuple[Relation, ...] = ()) -> Distribution:
    ranking = rank(liens, CN_MOVABLES, relations)
    assert isinstance(ranking, Ranking)
    return distribute(ranking, liens, proceeds, costs, relations)


def turnover(junior: str, senior: str, up_to: int | None = None) -> Relation:
    return Relation(senior, junior, RelationKind.TURNOVER, f"{junior} to {senior}", up_to)


def test_costs_first_then_by_rank_then_the_pledgor() -> None:
    liens = [lien("a", 300, 10), lien("b", 500, 20)]
    assert [(row.lien, row.amount) for row in paid(liens, 1_000, costs=50).payments] == [("a", 300), ("b", 500)]
    assert paid(liens, 1_000, costs=50).surplus == 150
    short = paid(liens, 400, costs=50)
    assert [(row.lien, row.rank, row.amount) for row in short.payments] == [("a", 1, 300), ("b", 2, 50)] and short.unpaid("b") == 450
    nothing = paid(liens, 40, costs=50)
    assert (nothing.costs, nothing.payments, nothing.surplus, nothing.unpaid("a")) == (40, (), 0, 300)


def test_unregistered_liens_share_pro_rata_to_the_unit() -> None:
    liens = [lien("a", 100, None), lien("b", 100, None), lien("c", 100, None)]
    assert [row.amount for row in paid(liens, 100).payments] == [34, 33, 33]


def test_factors_share_by_advances_and_none_above_his_claim() -> None:
    liens = [Lien(key, claim, None, LienKind.FACTORING, advance=advance) for key, claim, advance in (("a", 100, 900), ("b", 500, 100))]
    ranking = rank(liens, CN_RECEIVABLES)
    assert isinstance(ranking, Ranking)
    assert [row.amount for row in distribute(ranking, liens, 50).payments] == [45, 5]
    assert [row.amount for row in distribute(ranking, liens, 400).payments] == [100, 300]


def test_the_holders_of_a_claim_share_what_it_gets() -> None:
    liens = [lien("a", 100, 10, (("bank 1", 2), ("bank 2", 1)))]
    assert [(row.holder, row.amount) for row in paid(liens, 50).payments] == [("bank 1", 33), ("bank 2", 17)]


def test_above_the_ceiling_the_claim_is_paid_nothing_and_stays_unpaid() -> None:
    liens = [Lien("a", 500, Recorded(1, 1), ceiling=300)]
    result = paid(liens, 1_000)
    assert (result.received("a"), result.surplus, result.unpaid("a")) == (300, 700, 200)


def test_a_lien_without_right_gets_nothing() -> None:
    liens = [lien("a", 500, None)]
    ranking = rank(liens, CN_RECEIVABLES)
    assert isinstance(ranking, Ranking) and distribute(ranking, liens, 900).surplus == 900


def test_a_turnover_leaves_third_parties_as_they_were() -> None:
    """a (100), b (100), c (100): a has promised c to hand over; b's place and payment stay."""
    liens = [lien("a", 100, 10), lien("b", 100, 20), lien("c", 100, 30)]
    result = paid(liens, 150, relations=(turnover("a", "c"),))
    assert [result.received(key) for key in "abc"] == [0, 50, 100]
    assert [(row.junior, row.senior, row.amount) for row in result.turned] == [("a", "c", 100)]
    assert paid(liens, 150, relations=(turnover("a", "c", up_to=30),)).received("a") == 70
    assert paid(liens, 250, relations=(turnover("a", "c"),)).received("a") == 50, "c got 50 by rank and lacks 50 only"


def test_a_subordination_between_equals_takes_from_the_junior_only() -> None:
    liens = [lien("x", 100, None), lien("y", 100, None), lien("z", 100, None)]
    result = paid(liens, 150, relations=(Relation("z", "x", RelationKind.SUBORDINATION, "deed"),))
    assert [result.received(key) for key in "xyz"] == [0, 50, 100]


def test_turnovers_in_a_chain_reach_the_last_senior() -> None:
    liens = [lien("a", 100, 10), lien("b", 100, 20), lien("c", 100, 30)]
    result = paid(liens, 100, relations=(turnover("b", "c"), turnover("a", "b")))
    assert [result.received(key) for key in "abc"] == [0, 0, 100]


@pytest.mark.parametrize(
    ("relations", "said"),
    [((turnover("a", "b"), turnover("b", "a")), "in a circle"), ((turnover("a", "x"),), "no lien on this asset")],
)
def test_turnovers_that_cannot_be_are_refused(relations: tuple[Relation, ...], said: str) -> None:
    liens = [lien("a", 100, 10), lien("b", 100, 20)]
    ranking = rank(liens, RECORDING)
    assert isinstance(ranking, Ranking)
    with pytest.raises(LienError, match=said):
        distribute(ranking, liens, 100, relations=relations)


def test_amounts_below_zero_are_refused() -> None:
    with pytest.raises(LienError, match="below 0"):
        paid([lien("a", 1, 1)], -1)
    with pytest.raises(LienError, match="nobody"):
        share(1, [])


amounts = st.integers(0, 10**13)


@given(amounts, st.lists(amounts, min_size=1, max_size=8))
def test_a_share_is_within_a_unit_of_its_exact_part_and_all_add_up(amount: int, weights: list[int]) -> None:
    parts = share(amount, weights)
    exact = weights if any(weights) else [1] * len(weights)
    assert sum(parts) == amount
    assert all(abs(part - Fraction(amount * weight, sum(exact))) < 1 for part, weight in zip(parts, exact, strict=True))


def filled(amount: int, weights: list[int], caps: list[int]) -> list[Fraction]:
    """The reference: pours by weight until one is full, then on among the rest, in exact fractions."""
    found, left = [Fraction(0)] * len(caps), Fraction(amount)
    while left:
        open_ = [place for place, cap in enumerate(caps) if found[place] < cap]
        rates = {place: weights[place] for place in open_}
        rates = rates if any(rates.values()) else dict.fromkeys(open_, 1)
        until_full = min((caps[place] - found[place]) / Fraction(rate) for place, rate in rates.items() if rate)
        time = min(until_full, left / sum(rates.values()))
        for place, rate in rates.items():
            found[place] += time * rate
            left -= time * rate
    return found


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 1000)), min_size=1, max_size=6), st.integers(0, 6000))
def test_capped_shares_are_within_a_unit_of_the_reference(rows: list[tuple[int, int]], amount: int) -> None:
    weights, caps = [weight for weight, _ in rows], [cap for _, cap in rows]
    amount = min(amount, sum(caps))
    parts = share_capped(amount, weights, caps)
    assert sum(parts) == amount and all(0 <= part <= cap for part, cap in zip(parts, caps, strict=True))
    assert all(abs(part - exact) < 1 for part, exact in zip(parts, filled(amount, weights, caps), strict=True))


@st.composite
def sales(draw: st.DrawFn) -> tuple[list[Lien], list[Relation], int, int]:
    """Liens, turnovers from earlier to later names (so never in a circle), proceeds and costs."""
    liens = []
    for place, key in enumerate("abcde"[: draw(st.integers(1, 5))]):
        holders = tuple((f"{key}{number}", draw(st.integers(1, 9))) for number in range(draw(st.integers(0, 3))))
        ceiling = draw(st.one_of(st.none(), st.integers(0, 500)))
        recorded = draw(st.sampled_from([None, Recorded(place, place)]))
        liens.append(Lien(key, draw(st.integers(0, 500)), recorded, ceiling=ceiling, holders=holders))
    names = [each.key for each in liens]
    pairs = draw(st.lists(st.tuples(st.sampled_from(names), st.sampled_from(names)), max_size=4))
    caps = st.one_of(st.none(), st.integers(0, 300))
    return (
        liens,
        [turnover(one, other, draw(caps)) for one, other in pairs if one < other],
        draw(st.integers(0, 2000)),
        draw(st.integers(0, 300)),
    )


@given(sales())
def test_every_unit_of_the_proceeds_is_accounted_for(sale: tuple[list[Lien], list[Relation], int, int]) -> None:
    liens, relations, proceeds, costs = sale
    result = paid(liens, proceeds, costs, tuple(relations))
    assert result.costs + sum(row.amount for row in result.payments) + result.surplus == proceeds
    assert sum(result.received(each.key) for each in liens) == sum(row.amount for row in result.payments)
    assert all(result.unpaid(each.key) >= 0 and result.received(each.key) >= 0 for each in liens)
    assert not result.surplus or all(sum(row.amount for row in result.payments if row.lien == each.key) == each.secured for each in liens)


@given(sales())
def test_no_place_is_paid_before_the_ones_above_it_are_full(sale: tuple[list[Lien], list[Relation], int, int]) -> None:
    liens, _, proceeds, costs = sale
    ranking = rank(liens, CN_MOVABLES)
    assert isinstance(ranking, Ranking)
    result = distribute(ranking, liens, proceeds, costs)
    left = proceeds - result.costs
    for place in ranking.places:
        got = sum(row.amount for row in result.payments if row.rank == place.rank)
        assert got == min(left, place.amount)
        left -= got
    assert result.surplus == left


@given(sales())
def test_turnovers_stop_only_when_no_junior_has_what_its_senior_lacks(sale: tuple[list[Lien], list[Relation], int, int]) -> None:
    liens, relations, proceeds, costs = sale
    result = paid(liens, proceeds, costs, tuple(relations))
    given_by = dict.fromkeys(relations, 0)
    for relation in relations:
        given_by[relation] = sum(row.amount for row in result.turned if (row.junior, row.senior) == (relation.junior, relation.senior))
    for relation in relations:
        alike = [other for other in relations if (other.junior, other.senior) == (relation.junior, relation.senior)]
        spent = None not in [other.up_to for other in alike] and given_by[relation] == sum(other.up_to or 0 for other in alike)
        assert spent or not result.received(relation.junior) or not result.unpaid(relation.senior)
