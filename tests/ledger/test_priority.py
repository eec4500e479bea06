"""The priority calculator: cases from the law, and random assets against a model that tries every order."""

from dataclasses import replace
from itertools import pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.liens import (
    CN_MOVABLES,
    CN_RECEIVABLES,
    CN_SINGLE_RANK,
    RECORDING,
    REGIMES,
    Continued,
    Lien,
    LienError,
    LienKind,
    Recorded,
    Regime,
    Relation,
    RelationKind,
)
from ledger.domain.priority import Cycle, Ranking, ahead_of_all, rank, standing_if_filed

DAY = 86_400
SUB, SUPER, TURN = RelationKind.SUBORDINATION, RelationKind.SUPER_PRIORITY, RelationKind.TURNOVER


def lien(key: str, effective: int | None, amount: int = 100, **more: object) -> Lien:
    """A lien registered at that second, its sequence the second too; unregistered for None."""
    recorded = None if effective is None else Recorded(effective, effective)
    return replace(Lien(key, amount, recorded), **more)  # type: ignore[arg-type]


def order(ranking: Ranking | Cycle) -> list[list[str]]:
    """The liens of each place."""
    assert isinstance(ranking, Ranking)
    return [[tranche.lien for tranche in place.tranches] for place in ranking.places]


def junior(below: str, above: str, up_to: int | None = None) -> Relation:
    return Relation(above, below, SUB, f"agreement {below}-{above}", up_to)


def test_registered_liens_rank_by_time_and_go_before_unregistered_ones_that_share() -> None:
    ranking = rank([lien("c", None, 300), lien("b", 20), lien("a", 10), lien("d", None, 100)], CN_MOVABLES)
    assert isinstance(ranking, Ranking) and order(ranking) == [["a"], ["b"], ["c", "d"]]
    assert [place.tranches[0].source for place in ranking.places] == ["CivC 414(1)(i)", "CivC 414(1)(i)", "CivC 414(1)(ii), (iii)"]
    assert "1970-01-01T00:00:10Z, number 10" in ranking.places[0].tranches[0].reason
    assert [tranche.weight for tranche in ranking.places[2].tranches] == [300, 100]


def test_receivables_rank_by_registration_then_first_notice_then_by_advances() -> None:
    factors = [
        lien("neither 1", None, 400, kind=LienKind.FACTORING, advance=100),
        lien("noticed late", None, kind=LienKind.FACTORING, noticed=9),
        lien("registered", 50, kind=LienKind.FACTORING),
        lien("noticed first", None, kind=LienKind.ASSIGNMENT, noticed=5),
        lien("neither 2", None, 400, kind=LienKind.FACTORING, advance=30),
        lien("unregistered pledge", None, kind=LienKind.PLEDGE, noticed=1),
    ]
    ranking = rank(factors, CN_RECEIVABLES)
    assert isinstance(ranking, Ranking)
    assert order(ranking) == [["registered"], ["noticed first"], ["noticed late"], ["neither 1", "neither 2"]]
    assert ranking.without_right == (("unregistered pledge", "no right arose: not registered (CivC 445)"),)
    assert [tranche.weight for tranche in ranking.places[3].tranches] == [100, 30] and "first notice" in ranking.places[1].tranches[
        0
    ].source


def test_a_single_rank_register_knows_no_unregistered_pledge_and_marks_two_live_ones() -> None:
    ranking = rank([lien("a", 10), lien("b", 20), lien("c", None)], CN_SINGLE_RANK)
    assert isinstance(ranking, Ranking) and [key for key, _ in ranking.without_right] == ["c"]
    assert ranking.conflicts == ("one rank only, and 2 live pledges: a, b",)
    alone = rank([lien("a", 10)], CN_SINGLE_RANK)
    assert isinstance(alone, Ranking) and not alone.conflicts


def test_records_of_one_day_rank_by_number_and_say_that_the_hour_is_not_stated() -> None:
    liens = [
        replace(lien("second", 0), recorded=Recorded(0, 12, until=DAY)),
        replace(lien("first", 0), recorded=Recorded(0, 11, until=DAY)),
        lien("at noon", DAY // 2),
        lien("next day", DAY),
    ]
    ranking = rank(liens, RECORDING)
    assert isinstance(ranking, Ranking) and order(ranking) == [["first"], ["second"], ["at noon"], ["next day"]]
    assert ranking.doubts == (
        "order within the day not stated: at noon and first",
        "order within the day not stated: at noon and second",
        "order within the day not stated: first and second",
    )
    assert "the day that begins 1970-01-01T00:00:00Z" in ranking.places[0].tranches[0].reason


def test_what_an_american_register_does_not_decide_is_said() -> None:
    ranking = rank([lien("a", 10), lien("b", None)], RECORDING)
    assert isinstance(ranking, Ranking) and ranking.doubts == ("unrecorded, the register does not decide: b",)


def test_a_second_lien_recorded_before_the_first_falls_behind_it_by_its_agreement() -> None:
    ranking = rank([lien("second lien", 10), lien("first lien", 20), lien("other", 30)], RECORDING, [junior("second lien", "first lien")])
    assert isinstance(ranking, Ranking) and order(ranking) == [["first lien"], ["second lien"], ["other"]]
    assert "agreement" in ranking.places[1].moved[0] and not ranking.places[0].moved and not ranking.places[2].moved


def test_a_subordination_puts_back_nobody_who_is_no_party_to_it() -> None:
    assert order(rank([lien("a", 10), lien("b", 20), lien("c", 30)], RECORDING, [junior("a", "c")])) == [["b"], ["c"], ["a"]]


def test_a_relation_that_the_order_keeps_anyway_moves_nothing() -> None:
    ranking = rank([lien("a", 10), lien("b", 20)], RECORDING, [junior("b", "a")])
    assert isinstance(ranking, Ranking) and order(ranking) == [["a"], ["b"]] and not any(place.moved for place in ranking.places)


def test_a_super_priority_goes_before_all() -> None:
    liens = [lien("a", 10), lien("b", 20), lien("dip", 90)]
    assert order(rank(liens, RECORDING, ahead_of_all("dip", liens, "11 USC 364(d)"))) == [["dip"], ["a"], ["b"]]


def test_a_capped_priority_splits_the_senior() -> None:
    ranking = rank([lien("a", 10), lien("b", 20, 100)], RECORDING, [junior("a", "b", up_to=60)])
    assert isinstance(ranking, Ranking)
    assert [[(tranche.lien, tranche.amount) for tranche in place.tranches] for place in ranking.places] == [
        [("b", 60)],
        [("a", 100)],
        [("b", 40)],
    ]
    assert order(rank([lien("a", 10), lien("b", 20)], RECORDING, [junior("a", "b", up_to=0)])) == [["a"], ["b"]]


def test_two_caps_on_one_senior_cut_it_twice() -> None:
    liens = [lien("j", 10), lien("k", 20), lien("s", 30, 100)]
    ranking = rank(liens, RECORDING, [junior("j", "s", up_to=60), junior("k", "s", up_to=30)])
    assert isinstance(ranking, Ranking)
    assert [[(tranche.lien, tranche.amount) for tranche in place.tranches] for place in ranking.places] == [
        [("s", 30)], [("k", 100)], [("s", 30)], [("j", 100)], [("s", 40)],
    ]  # fmt: skip


def test_a_relation_between_equals_is_handed_over_so_that_a_third_keeps_its_share() -> None:
    liens, relation = [lien("x", None), lien("y", None), lien("z", None)], junior("x", "z")
    ranking = rank(liens, CN_MOVABLES, [relation])
    assert isinstance(ranking, Ranking) and order(ranking) == [["x", "y", "z"]] and ranking.handed_over == (relation,)


def test_a_capped_priority_of_one_who_shares_a_rank_is_handed_over() -> None:
    liens, relation = [lien("first", 10), lien("x", None), lien("y", None)], junior("first", "x", up_to=20)
    ranking = rank(liens, CN_MOVABLES, [relation])
    assert isinstance(ranking, Ranking) and order(ranking) == [["first"], ["x", "y"]] and ranking.handed_over == (relation,)
    whole = rank(liens, CN_MOVABLES, [junior("first", "x")])
    assert isinstance(whole, Ranking) and order(whole) == [["x", "y"], ["first"]] and not whole.handed_over


def test_relations_in_a_circle_give_the_circle() -> None:
    circle = rank([lien("a", 10), lien("b", 20), lien("c", 30)], RECORDING, [junior("b", "a"), junior("c", "b"), junior("a", "c")])
    assert circle == Cycle(("a", "b", "c"), ("agreement b-a", "agreement c-b", "agreement a-c"))


def test_a_refinancing_keeps_the_old_rank_up_to_the_old_ceiling() -> None:
    new = lien("new", 50, 300, continues=(Continued(Recorded(10, 10), 200),))
    ranking = rank([new, lien("rival", 30)], RECORDING)
    assert isinstance(ranking, Ranking)
    assert [(place.tranches[0].lien, place.tranches[0].amount) for place in ranking.places] == [("new", 200), ("rival", 100), ("new", 100)]
    assert "Interpretation on Security 16" in ranking.places[0].tranches[0].source and ranking.ahead_of("rival") == 200
    within = rank([replace(new, amount=150), lien("rival", 30)], RECORDING)
    assert order(within) == [["new"], ["rival"]]
    assert order(rank([replace(new, continues=(Continued(Recorded(10, 10), 0),)), lien("rival", 30)], RECORDING)) == [["rival"], ["new"]]


def test_a_loan_renewed_twice_keeps_each_rank_up_to_its_own_ceiling() -> None:
    twice = (Continued(Recorded(10, 10), 100), Continued(Recorded(40, 40), 250))
    liens = [lien("newest", 60, 300, continues=twice), lien("early", 30), lien("late", 50)]
    ranking = rank(liens, RECORDING)
    assert isinstance(ranking, Ranking)
    placed = [(place.tranches[0].lien, place.tranches[0].amount) for place in ranking.places]
    assert placed == [("newest", 100), ("early", 100), ("newest", 150), ("late", 100), ("newest", 50)]
    assert [place.tranches[0].part for place in ranking.places if place.tranches[0].lien == "newest"] == [0, 1, 2]
    shrunk = rank([replace(liens[0], continues=(Continued(Recorded(10, 10), 100), Continued(Recorded(40, 40), 80))), *liens[1:]], RECORDING)
    assert order(shrunk) == [["newest"], ["early"], ["late"], ["newest"]]


@pytest.mark.parametrize("up_to", [200, None])
def test_a_claim_of_no_stated_amount_keeps_the_place_that_it_carries_on(up_to: int | None) -> None:
    new = lien("new", 50, 0, continues=(Continued(Recorded(10, 10), up_to),))
    assert order(rank([new, lien("rival", 30)], RECORDING)) == [["new"], ["rival"]]


def test_an_old_claim_of_no_stated_amount_gives_its_place_to_all_of_the_new_one() -> None:
    new = lien("new", 50, 10**9, continues=(Continued(Recorded(10, 10), None),))
    assert order(rank([new, lien("rival", 30)], RECORDING)) == [["new"], ["rival"]]


def test_the_registered_ceiling_limits_what_ranks() -> None:
    ranking = rank([lien("a", 10, 500, ceiling=300)], RECORDING)
    assert isinstance(ranking, Ranking) and ranking.places[0].amount == 300


@pytest.mark.parametrize(
    ("liens", "relations", "said"),
    [
        ([lien("a", 10), lien("a", 20)], [], "stated twice"),
        ([lien("a", 10), lien("b", 10)], [], "one effective time and one sequence number"),
        ([lien("a", 10)], [junior("a", "x")], "name x, no lien"),
        ([lien("a", None, continues=(Continued(Recorded(1, 1), 5),))], [], "is registered itself"),
    ],
)
def test_what_no_asset_carries_is_refused(liens: list[Lien], relations: list[Relation], said: str) -> None:
    with pytest.raises(LienError, match=said):
        rank(liens, RECORDING, relations)


def test_amounts_and_shares_below_their_bounds_are_refused() -> None:
    for wrong in (
        {"amount": -1},
        {"ceiling": -1},
        {"advance": -1},
        {"holders": (("x", 0),)},
        {"continues": (Continued(Recorded(1, 1), -1),)},
    ):
        with pytest.raises(LienError, match="lien a"):
            lien("a", 10, **wrong)
    with pytest.raises(LienError, match="no relation to itself"):
        junior("a", "a")
    with pytest.raises(LienError, match="negative"):
        junior("a", "b", up_to=-1)


def test_where_would_i_stand_if_i_filed_now() -> None:
    liens = [lien("a", 10, 400), lien("b", 20, 250)]
    standing = standing_if_filed(liens, RECORDING, lien("me", None, 500), now=99, value=1_000)
    assert not isinstance(standing, Cycle)
    assert (standing.place.rank, standing.ahead, standing.beside, standing.left, standing.refused) == (3, 650, 0, 350, "")
    above = standing_if_filed(liens, RECORDING, lien("me", None, 500), 99, 1_000, [junior("b", "me")])
    assert not isinstance(above, Cycle) and (above.place.rank, above.ahead) == (2, 400)
    taken = standing_if_filed(liens[:1], CN_SINGLE_RANK, lien("me", None), 99, 1_000)
    assert not isinstance(taken, Cycle) and taken.refused.startswith("already pledged: a")
    circle = standing_if_filed(liens, RECORDING, lien("me", None), 99, 0, [junior("me", "a"), junior("a", "me")])
    assert isinstance(circle, Cycle)
    poor = standing_if_filed(liens, RECORDING, lien("me", None), 99, 100)
    assert not isinstance(poor, Cycle) and poor.left == 0


def test_every_regime_names_its_sources() -> None:
    for regime in REGIMES.values():
        assert regime.registered and (regime.shared or regime.one_rank) and (not regime.by_notice or regime.noticed)


keys = ["a", "b", "c", "d", "e"]


@st.composite
def assets(draw: st.DrawFn) -> tuple[list[Lien], list[Relation], Regime]:
    """Up to five liens, registered or not, and relations among them."""
    regime = draw(st.sampled_from([CN_MOVABLES, RECORDING, CN_RECEIVABLES]))
    times = draw(st.permutations(range(10, 60, 10)))
    found = []
    for key, time in zip(keys[: draw(st.integers(1, 5))], times, strict=False):
        registered = draw(st.booleans())
        noticed = draw(st.one_of(st.none(), st.integers(1, 5)))
        found.append(lien(key, time if registered else None, draw(st.integers(1, 50)), kind=LienKind.FACTORING, noticed=noticed))
    named = [each.key for each in found]
    pairs = st.tuples(st.sampled_from(named), st.sampled_from(named)).filter(lambda pair: pair[0] != pair[1])
    relations = draw(st.lists(pairs, max_size=4)) if len(named) > 1 else []
    return draw(st.permutations(found)), [junior(*pair) for pair in relations], regime


def tiers(liens: list[Lien], regime: Regime) -> dict[str, int]:
    """The base order by itself: which place each lien has without relations."""
    ranking = rank(liens, regime)
    assert isinstance(ranking, Ranking)
    return {tranche.lien: place.rank for place in ranking.places for tranche in place.tranches}


@given(assets())
def test_the_order_is_the_first_of_all_orders_that_keep_the_relations(asset: tuple[list[Lien], list[Relation], Regime]) -> None:
    """Tried over every order of liens of which each has a rank of its own."""
    liens, relations, regime = asset
    liens = [replace(each, recorded=each.recorded or Recorded(100, place)) for place, each in enumerate(liens)]
    base = tiers(liens, regime)
    keeping = [each for each in permutations(base) if all(each.index(one.senior) < each.index(one.junior) for one in relations)]
    ranking = rank(liens, regime, relations)
    if not keeping:
        assert isinstance(ranking, Cycle)
        return
    best = min(keeping, key=lambda order: [base[key] for key in order])
    assert [key for place in order(ranking) for key in place] == list(best)


@given(assets())
def test_relations_are_kept_or_handed_over_and_equals_without_relation_stay_together(
    asset: tuple[list[Lien], list[Relation], Regime],
) -> None:
    liens, relations, regime = asset
    base, ranking = tiers(liens, regime), rank(liens, regime, relations)
    if isinstance(ranking, Cycle):
        return
    at = {tranche.lien: place.rank for place in ranking.places for tranche in place.tranches}
    for relation in relations:
        assert at[relation.senior] < at[relation.junior] or relation in ranking.handed_over
        assert (relation in ranking.handed_over) is (base[relation.senior] == base[relation.junior])
    free = set(base) - {relation.junior for relation in relations}
    assert all(at[one] == at[other] for one in free for other in free if base[one] == base[other])


@given(assets())
def test_a_circle_is_made_of_relations_that_were_given(asset: tuple[list[Lien], list[Relation], Regime]) -> None:
    liens, relations, regime = asset
    ranking = rank(liens, regime, relations)
    if isinstance(ranking, Cycle):
        given_pairs = {(relation.senior, relation.junior) for relation in relations}
        around = [*ranking.liens, ranking.liens[0]]
        assert all(pair in given_pairs for pair in pairwise(around))


@given(assets())
def test_who_is_junior_to_nobody_never_falls_back(asset: tuple[list[Lien], list[Relation], Regime]) -> None:
    liens, relations, regime = asset
    plain, ranking = rank(liens, regime), rank(liens, regime, relations)
    if isinstance(ranking, Ranking) and isinstance(plain, Ranking):
        for free in {each.key for each in liens} - {relation.junior for relation in relations}:
            assert ranking.ahead_of(free) <= plain.ahead_of(free)


@given(assets(), st.randoms(use_true_random=False))
def test_the_answer_does_not_depend_on_the_order_of_the_question(asset: tuple[list[Lien], list[Relation], Regime], shuffle: object) -> None:
    liens, relations, regime = asset
    mixed, turned = list(liens), list(relations)
    shuffle.shuffle(mixed)  # type: ignore[attr-defined]
    shuffle.shuffle(turned)  # type: ignore[attr-defined]
    one, other = rank(liens, regime, relations), rank(mixed, regime, turned)
    assert isinstance(one, Cycle) or (isinstance(other, Ranking) and one.places == other.places)


@given(assets())
def test_nothing_of_a_claim_is_lost_or_made_by_ranking(asset: tuple[list[Lien], list[Relation], Regime]) -> None:
    liens, relations, regime = asset
    capped = [replace(relation, up_to=20) for relation in relations]
    ranking = rank(liens, regime, capped)
    if isinstance(ranking, Ranking):
        total = dict.fromkeys((each.key for each in liens), 0)
        for place in ranking.places:
            for tranche in place.tranches:
                total[tranche.lien] += tranche.amount
        assert total == {each.key: each.secured for each in liens}


@given(assets(), st.integers(1, 50))
def test_what_if_is_what_filing_then_gives(asset: tuple[list[Lien], list[Relation], Regime], amount: int) -> None:
    liens, relations, regime = asset
    me = lien("me", None, amount, kind=LienKind.FACTORING)
    standing = standing_if_filed(liens, regime, me, 1_000, 500, relations)
    after = rank([*liens, lien("me", 1_000, amount, kind=LienKind.FACTORING)], regime, relations)
    if isinstance(after, Ranking):
        assert not isinstance(standing, Cycle)
        assert (standing.place.rank, standing.ahead) == (after.first_place("me").rank, after.ahead_of("me"))


# --- A period for recording (35 USC 261) ---


def _dated(key: str, executed: int, recorded: int) -> Lien:
    return lien(key, recorded * DAY, executed=executed * DAY)


@pytest.mark.parametrize(
    ("recorded", "said"),
    [
        (30, []),
        (74, ["a was executed on 1970-01-02, before b, and recorded on 1970-03-16, within 3 months of its date: it goes before b"]),
        (91, ["a was executed on 1970-01-02, before b, and recorded on 1970-04-02, within 3 months of its date: it goes before b"]),
        (92, ["a was executed on 1970-01-02, before b, and recorded on 1970-04-03, not within 3 months of its date: void against b"]),
    ],
    ids=["before the later one was made", "after it, in time", "on the last day", "a day late"],
)
def test_an_earlier_document_that_is_recorded_later_raises_a_doubt(recorded: int, said: list[str]) -> None:
    """Executed on 2 January; the other executed on 2 February and recorded on the 11th."""
    liens = [_dated("a", 1, recorded), _dated("b", 32, 41)]
    ranking = rank(liens, RECORDING)
    assert isinstance(ranking, Ranking)
    assert [[doubt.startswith(each) and "35 USC 261" in doubt for each in said] for doubt in ranking.doubts] == [[True]] * len(said)
    assert rank(liens, replace(RECORDING, grace=0)).doubts == ()  # type: ignore[union-attr]


def test_recorded_first_but_late_and_after_the_other_was_made_is_no_safe_place() -> None:
    ranking = rank([_dated("a", 1, 120), _dated("b", 110, 130)], RECORDING)
    assert order(ranking) == [["a"], ["b"]]
    assert isinstance(ranking, Ranking) and [doubt.split(": ")[1].split(" (")[0] for doubt in ranking.doubts] == [
        "void against b if that gave value without notice"
    ]
