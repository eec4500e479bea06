"""The order of liens on a right as the register's rows give it: with sources, as at two times, and where a new one would stand."""

from collections.abc import Callable, Sequence

import pytest

from ledger.chain.blocks import last_position
from ledger.domain.liens import Lien, LienKind
from ledger.domain.pledge_words import Flag
from ledger.domain.priority import Cycle, Ranking, Standing
from ledger.mirror.database import Database
from ledger.mirror.queries import priority
from ledger.mirror.queries.priority import Claims, Order
from tests.ledger.mirror import told
from tests.ledger.mirror.chains import START, Chain, Told
from tests.ledger.mirror.conftest import MakeMirror

EARLY, MIDDLE, LATE, LATER = 400_000_000, 1_000_000_000, 1_400_000_000, 1_450_000_000
SINGLE_RANK = 1 << 48
RIGHT = told.asset("a")

Ordered = Callable[..., Order]


@pytest.fixture
def ordered(db: Database, mirror_of: MakeMirror) -> Ordered:
    """The order on a right after these transactions, each in a block of its own."""

    def play(
        *transactions: Sequence[Told], right: bytes = RIGHT, at: int | None = None, time: int | None = None, **claims: object
    ) -> Order:
        chain = Chain()
        chain.mine([told.register_set(2, "Office", 1 << 50), told.register_set(3, "China office", SINGLE_RANK)])
        for each in transactions:
            chain.mine(each)
        mirror_of(chain.source()).catch_up()
        with db.read() as conn:
            return priority.order(conn, right, at=at, time=time, claims=Claims(**claims))  # type: ignore[arg-type]

    return play


def places(order: Order) -> list[list[tuple[str, int]]]:
    """(lien, amount) of every place."""
    assert isinstance(order.ranking, Ranking)
    return [[(tranche.lien, tranche.amount) for tranche in place.tranches] for place in order.ranking.places]


def _end(block: int) -> int:
    return last_position(START + block)


def test_liens_stand_by_the_time_that_they_count_from_with_the_acts_that_say_so(ordered: Ordered) -> None:
    order = ordered(told.recorded(1, 1, "1-1", MIDDLE, ["a"]), told.recorded(2, 2, "2-2", EARLY, ["a", "b"], holder="Other bank"))
    assert places(order) == [[("2", 5_000)], [("1", 5_000)]]
    assert (order.regime.key, order.currency, order.register and order.register.register.register) == ("RECORDING", 840, 2)
    first = next(each for each in order.liens if each.pledge == 2)
    assert [(source.event, source.number, source.effective) for source in first.sources] == [
        ("PledgeRegistered", told.number("2-2"), EARLY)
    ]
    assert first.lien.holders == (("0x" + told.party_id("Other bank").hex(), 1),)
    assert order.doubts == ()


def test_a_joined_number_is_asked_for_by_either(ordered: Ordered) -> None:
    grants = [told.recorded(1, 1, "1-1", MIDDLE, ["a"]), told.recorded(2, 2, "2-2", EARLY, ["b"])]
    joined = told.joined("b", "a", 2 | 1 << 64, 1 | 2 << 64)
    for right in ("a", "b"):
        order = ordered(*grants, [joined], right=told.asset(right))
        assert places(order) == [[("2", 5_000)], [("1", 5_000)]]
        assert order.asset.resolved.key == RIGHT
    before = ordered(*grants, [joined], at=_end(2))
    assert places(before) == [[("1", 5_000)]]


def test_dates_without_hours_leave_the_order_within_the_day_open(ordered: Ordered) -> None:
    order = ordered(told.recorded(1, 1, "1-1", MIDDLE, ["a"]), told.recorded(2, 2, "2-2", MIDDLE, ["a"]))
    assert places(order) == [[("1", 5_000)], [("2", 5_000)]]
    assert order.doubts == ("order within the day not stated: 1 and 2",)
    hours = ordered(
        told.recorded(1, 1, "1-1", MIDDLE, ["a"], date_only=False), told.recorded(2, 2, "2-2", MIDDLE + 1, ["a"], date_only=False)
    )
    assert hours.doubts == ()


def test_a_refinancing_keeps_the_old_place_up_to_the_old_ceiling(ordered: Ordered) -> None:
    story = [
        told.recorded(1, 1, "1-1", EARLY, ["a"]),
        told.recorded(2, 2, "2-2", MIDDLE, ["a"], holder="Rival"),
        told.refinanced(3, 1, [1], "3-3", LATE, EARLY),
    ]
    assert places(ordered(*story)) == [[("3", 5_000)], [("2", 5_000)], [("3", 4_000)]]
    order = ordered(*story)
    explained = next(each for each in order.liens if each.pledge == 3)
    assert [source.event for source in explained.sources] == ["PledgeRegistered", "PledgeRefinanced"]
    assert isinstance(order.ranking, Ranking)
    assert "Interpretation on Security 16" in order.ranking.places[0].tranches[0].source
    # Before it counted, and before it was known, the old one stood there.
    assert places(ordered(*story, time=LATE - 1)) == [[("1", 5_000)], [("2", 5_000)]]
    assert places(ordered(*story, at=_end(2))) == [[("1", 5_000)], [("2", 5_000)]]


def test_a_renewed_renewal_keeps_no_more_than_was_registered_all_along(ordered: Ordered) -> None:
    story = [
        told.recorded(1, 1, "1-1", EARLY, ["a"]),
        told.recorded(2, 2, "2-2", EARLY + 1, ["a"], holder="Rival"),
        told.refinanced(3, 1, [1], "3-3", MIDDLE, EARLY, ceiling=3_000),
        told.recorded(4, 4, "4-4", MIDDLE + 1, ["a"], holder="Late rival"),
        told.refinanced(5, 3, [1], "5-5", LATE, EARLY, ceiling=8_000, old_ceiling=3_000, sequence=1),
    ]
    assert places(ordered(*story)) == [[("5", 3_000)], [("2", 5_000)], [("4", 5_000)], [("5", 5_000)]]


def test_a_supplement_made_after_a_refinancing_has_no_old_place(ordered: Ordered) -> None:
    story = [
        told.recorded(1, 1, "1-1", EARLY, ["b"]),
        told.recorded(2, 2, "2-2", MIDDLE, ["a"], holder="Rival"),
        told.refinanced(3, 1, [1], "3-3", LATE, EARLY),
        told.segment_added(3, 3, "4-4", LATER, ["a"], EARLY),
    ]
    assert places(ordered(*story)) == [[("2", 5_000)], [("3", 9_000)]]


def test_more_than_was_registered_ranks_from_the_act_that_registers_it(ordered: Ordered) -> None:
    story = [
        told.recorded(1, 1, "1-1", EARLY, ["a"]),
        told.recorded(2, 2, "2-2", MIDDLE, ["a"], holder="Rival"),
        told.terms_changed(1, "3-3", LATE, 7_000, EARLY),
    ]
    assert places(ordered(*story)) == [[("1", 5_000)], [("2", 5_000)], [("1", 2_000)]]
    order = ordered(*story)
    assert isinstance(order.ranking, Ranking)
    assert "CivC 409" in order.ranking.places[0].tranches[0].source
    assert places(ordered(*story, time=LATE - 1)) == [[("1", 5_000)], [("2", 5_000)]]
    less = [*story, told.terms_changed(1, "4-4", LATER, 4_000, EARLY)]
    assert places(ordered(*less)) == [[("1", 4_000)], [("2", 5_000)]]
    again = [*less, told.terms_changed(1, "5-5", LATER + 1, 6_000, EARLY)]
    assert places(ordered(*again)) == [[("1", 4_000)], [("2", 5_000)], [("1", 2_000)]]


def _three() -> list[Sequence[Told]]:
    return [told.recorded(each, each, f"{each}-1", EARLY + each, ["a"], holder=f"Bank {each}") for each in (1, 2, 3)]


def test_who_yields_goes_behind_and_a_cap_splits_the_senior(ordered: Ordered) -> None:
    yielding = told.related(1, 2, 1, 0, "9-1", LATE, EARLY)
    order = ordered(*_three(), [yielding])
    assert places(order) == [[("2", 5_000)], [("1", 5_000)], [("3", 5_000)]]
    assert isinstance(order.ranking, Ranking) and order.ranking.places[1].moved
    assert places(ordered(*_three(), [yielding], time=LATE - 1)) == [[("1", 5_000)], [("2", 5_000)], [("3", 5_000)]]
    capped = ordered(*_three(), [told.related(1, 3, 1, 2_000, "9-1", LATE, EARLY)])
    # Nobody but the two moves: the capped part of the third goes before the first, which waits for it.
    assert [lien for place in places(capped) for lien, _ in place].index("2") < [
        lien for place in places(capped) for lien, _ in place
    ].index("1")


def test_a_relation_that_is_over_orders_nothing(ordered: Ordered) -> None:
    yielding, over = told.related(1, 2, 1, 0, "9-1", LATE, EARLY), told.related(2, 1, 5, 0, "9-2", LATER, EARLY)
    assert places(ordered(*_three(), [yielding], [over])) == [[("1", 5_000)], [("2", 5_000)], [("3", 5_000)]]
    assert places(ordered(*_three(), [yielding], [over], time=LATER - 1)) == [[("2", 5_000)], [("1", 5_000)], [("3", 5_000)]]


def test_a_relation_goes_on_through_a_refinancing_and_says_so(ordered: Ordered) -> None:
    yielding, renewed = told.related(1, 2, 1, 0, "9-1", MIDDLE, EARLY), told.refinanced(4, 1, [1], "9-2", LATE, EARLY + 1)
    order = ordered(*_three(), [yielding], renewed)
    assert places(order)[0] == [("2", 5_000)]
    assert any("agreed before a refinancing" in doubt for doubt in order.doubts)
    over = told.related(2, 4, 5, 0, "9-3", LATER, EARLY)
    assert places(ordered(*_three(), [yielding], renewed, [over]))[0] == [("4", 5_000)]


def test_relations_that_contradict_each_other_give_their_circle(ordered: Ordered) -> None:
    circle = [[told.related(one, other, 1, 0, f"9-{one}", LATE, EARLY)] for one, other in ((1, 2), (2, 3), (3, 1))]
    order = ordered(*_three(), *circle)
    assert isinstance(order.ranking, Cycle)
    assert set(order.ranking.liens) == {"1", "2", "3"}
    assert isinstance(priority.proceeds(order, 100), Cycle)


def test_what_was_released_or_lapsed_ranks_no_more(ordered: Ordered) -> None:
    released = told.released(1, "8-1", LATE, EARLY)
    assert places(ordered(*_three(), released)) == [[("2", 5_000)], [("3", 5_000)]]
    assert places(ordered(*_three(), released, time=LATE - 1))[0] == [("1", 5_000)]
    lapsing = told.recorded(1, 1, "1-1", EARLY, ["a"], expires=MIDDLE)
    assert places(ordered(lapsing)) == []
    assert places(ordered(lapsing, time=MIDDLE)) == [[("1", 5_000)]]


def test_claims_not_stated_are_a_doubt_and_what_is_owed_can_be_given(ordered: Ordered) -> None:
    story = [told.recorded(1, 1, "1-1", EARLY, ["a"], kind=0), told.recorded(2, 2, "2-2", MIDDLE, ["a"], kind=2, ceiling=800)]
    order = ordered(*story)
    assert places(order) == [[("1", 0)], [("2", 800)]]
    assert order.doubts == ("no amount is stated by 1: what goes before the others is not known",)
    owed = ordered(*story, amounts={1: 300, 2: 1_000})
    # What is owed beyond the registered maximum is not secured.
    assert places(owed) == [[("1", 300)], [("2", 800)]]
    paid = priority.proceeds(owed, 700, costs=100)
    assert not isinstance(paid, Cycle)
    assert [(payment.lien, payment.amount) for payment in paid.payments] == [("1", 300), ("2", 300)]


def test_factoring_and_liens_that_nobody_registered_stand_beside(ordered: Ordered) -> None:
    order = ordered(
        told.recorded(1, 1, "1-1", EARLY, ["a"], flags=int(Flag.FACTORING)), others=(Lien("invoice buyer", 500, None, LienKind.FACTORING),)
    )
    assert order.liens[0].lien.kind is LienKind.FACTORING
    assert places(order) == [[("1", 5_000)], [("invoice buyer", 500)]]


def test_where_a_new_lien_would_stand(db: Database, mirror_of: MakeMirror) -> None:
    chain = Chain()
    chain.mine([told.register_set(2, "Office", 1 << 50), told.register_set(3, "China office", SINGLE_RANK)])
    chain.mine(*_three(), told.recorded(4, 4, "4-1", EARLY, ["CN 1"], register=3))
    chain.mine([told.held(1, told.asset("CN 1"), 0, marked=4 | 1 << 64 | 2 << 80, bars=1)])
    mirror_of(chain.source()).catch_up()
    candidate = Lien("mine", 1_000, None)
    with db.read() as conn:
        behind = priority.if_filed(conn, RIGHT, candidate, 16_500)
        assert isinstance(behind.standing, Standing)
        assert (behind.standing.place.rank, behind.standing.ahead, behind.standing.left) == (4, 15_000, 1_500)
        assert behind.refusals == ()
        refused = priority.if_filed(conn, told.asset("CN 1"), candidate, 10_000)
        assert [reason.split(",")[0].split(" by ")[0] for reason in refused.refusals] == ["a hold bars registrations", "already pledged"]
        assert isinstance(refused.standing, Standing) and "already pledged: 4" in refused.standing.refused
        free = priority.if_filed(conn, told.asset("CN 2"), candidate, 10_000)
        assert isinstance(free.standing, Standing) and free.standing.place.rank == 1 and free.refusals == ()
        nowhere = priority.if_filed(conn, b"WOPA" + b"1".ljust(28, b"\0"), candidate, 1)
        assert nowhere.refusals == ("no register takes this asset",)


@pytest.mark.parametrize(
    ("class_", "regime", "stands"), [("G", "CN-MOVABLES", [[("1", 500)]]), ("A", "CN-RECEIVABLES", [])], ids=["goods", "receivables"]
)
def test_goods_and_receivables_of_one_register_rank_by_laws_of_their_own(
    ordered: Ordered, class_: str, regime: str, stands: list[list[tuple[str, int]]]
) -> None:
    """A mortgage of goods that nobody registered ranks behind (CivC 403, 414); a pledge of a receivable never arose (CivC 445)."""
    classes = sum(1 << 16 + ord(each) - ord("A") for each in "GA")
    right = f"US{class_}X".encode().ljust(32, b"1")
    order = ordered([told.register_set(6, "Office", classes | 1 << 50)], right=right, others=(Lien("1", 500, None),))
    assert (order.regime.key, places(order)) == (regime, stands)
    assert isinstance(order.ranking, Ranking) and [key for key, _ in order.ranking.without_right] == ([] if stands else ["1"])


def test_when_documents_were_executed_is_held_against_when_they_were_recorded(ordered: Ordered) -> None:
    """Executed on 1 January and recorded on 15 March; the other executed on 1 February and recorded on the 10th (35 USC 261)."""
    order = ordered(
        told.recorded(1, 1, "1-1", 1_707_523_200, ["a"], executed=1_706_745_600),
        told.recorded(2, 2, "2-2", 1_710_460_800, ["a"], executed=1_704_067_200),
        time=1_720_000_000,
    )
    assert places(order) == [[("1", 5_000)], [("2", 5_000)]]
    (doubt,) = order.doubts
    assert doubt.startswith("2 was executed on 2024-01-01, before 1, and recorded on 2024-03-15, within 3 months") and "35 USC 261" in doubt


def test_a_hold_on_a_party_stands_against_a_new_lien(db: Database, mirror_of: MakeMirror) -> None:
    chain = Chain()
    chain.mine([told.register_set(2, "Office", 1 << 50), told.register_set(3, "China office", SINGLE_RANK)])
    chain.mine(told.recorded(1, 1, "1-1", EARLY, ["a"]))
    chain.mine([told.held(3, told.party_id("Pledgor"), 0, marked=0, kind=3), told.held(3, told.party_id("Bank"), 0, marked=0, bars=2)])
    mirror_of(chain.source()).catch_up()
    with db.read() as conn:
        mine, parties = Lien("mine", 1_000, None), [told.party_id(each) for each in ("Pledgor", "Bank")]
        found = priority.if_filed(conn, RIGHT, mine, 9_000, parties=parties)
        held = f"a hold on the party bars registrations, by order 0x{'6f' * 32}"
        assert found.refusals == (f"0x{told.party_id('Pledgor').hex()}: {held}",)
        assert f"Pledgor, pledgor of 1: {held}" in found.order.doubts
        assert priority.if_filed(conn, RIGHT, mine, 9_000).refusals == ()


def test_an_anchored_record_and_a_claim_that_waits_are_named(ordered: Ordered) -> None:
    seeded = told.seeded(1, 0, {"CN 1": "A-7"}, [1 << 64 | 8 << 80], 0)
    filed = [told.pledge_filed(1, b"f" * 32, 1, 3), *told.filing_accepted(1, 1, ["CN 1"], 2_000_000_000)]
    order = ordered([told.anchored(1, 1, 1, 1), seeded], filed, right=told.asset("CN 1"))
    assert [doubt.split(":")[0] for doubt in order.doubts] == [
        "anchored records that nobody has adopted rank by their own register",
        "filings that have claimed the right and are not registered",
    ]
    assert [each.until for each in order.asset.reservations] == [2_000_000_000]
