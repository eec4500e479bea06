"""Pledges as at two times, their assets in rank order, their parties and what was done on them."""

import pytest

from ledger.chain.blocks import last_position
from ledger.mirror.database import Database
from ledger.mirror.models import Discrepancy, PledgeStatus, Side
from ledger.mirror.queries import pledges, totals
from ledger.mirror.schema import number, word
from tests.ledger.mirror import told
from tests.ledger.mirror.chains import START, Chain
from tests.ledger.mirror.conftest import MakeMirror

EARLY, MIDDLE, LATE = 400_000_000, 1_000_000_000, 1_400_000_000
BEFORE_1970 = -30_000_000


def _chain() -> Chain:
    """A first and a second lien recorded in the other order, a supplement, part and whole releases, a transfer."""
    chain = Chain()
    chain.mine(told.recorded(1, 1, "1-1", MIDDLE, ["a", "b", "c"]))
    chain.mine(told.recorded(2, 2, "2-2", EARLY, ["b"], pledgor="Other pledgor", holder="Other bank"))
    chain.mine(told.segment_added(1, 3, "3-3", MIDDLE + 50, ["d"], MIDDLE))
    chain.mine(told.part_released(1, 1, "4-4", MIDDLE + 100, {0: "a", 2: "c"}, MIDDLE, unpledged=["z"]))
    chain.mine(told.holders_changed(1, "5-5", MIDDLE + 150, ["New bank", "Second bank"], MIDDLE))
    chain.mine(told.released(2, "6-6", LATE, EARLY, unlisted=["b"], unpledged=["y"]))
    chain.mine(told.holders_changed(1, "7-7", LATE, ["Last bank"], MIDDLE))
    return chain


@pytest.fixture
def followed(db: Database, mirror_of: MakeMirror) -> Database:
    """A mirror of the chain above."""
    mirror_of(_chain().source()).catch_up()
    return db


def _end(block: int) -> int:
    return last_position(START + block)


def test_a_registered_pledge_is_known_by_number_and_record(followed: Database) -> None:
    with followed.read() as conn:
        found = pledges.get(conn, 1)
        assert found is not None
        assert (found.state.status, found.state.effective, found.state.version) == (PledgeStatus.REGISTERED, MIDDLE, 2)
        assert (number(found.state.ceiling), found.state.currency, found.state.segments) == (5_000, 840, 2)
        assert found.pledge.filer == told.account("Office")
        assert pledges.of_number(conn, told.number("1-1")) == [found]
        assert pledges.get(conn, 1, (START << 20) - 1) is None
        assert pledges.get(conn, 9) is None


def test_until_its_registration_nothing_is_published(db: Database, mirror_of: MakeMirror) -> None:
    chain = Chain()
    chain.mine([told.pledge_filed(1, b"a" * 32, 1)])
    mirror_of(chain.source()).catch_up()
    with db.read() as conn:
        found = pledges.get(conn, 1)
        assert found is not None
        assert (found.state.status, found.state.number, found.state.ceiling) == (PledgeStatus.FILED, None, word(0))
        assert pledges.parties(conn, 1) == []
        assert pledges.live(conn).rows == []


@pytest.mark.parametrize(
    ("block", "time", "expected"),
    [
        (0, MIDDLE, [(1, 3)]),
        (0, MIDDLE - 1, []),
        (1, EARLY, [(2, 1)]),
        (1, MIDDLE, [(1, 3), (2, 1)]),
        (2, MIDDLE, [(1, 3), (2, 1)]),
        (2, MIDDLE + 50, [(1, 4), (2, 1)]),
        (6, MIDDLE + 99, [(1, 4), (2, 1)]),
        (6, MIDDLE + 100, [(1, 2), (2, 1)]),
        (6, LATE - 1, [(1, 2), (2, 1)]),
        (6, LATE, [(1, 2)]),
        (4, LATE, [(1, 2), (2, 1)]),
        (6, EARLY - 1, []),
    ],
)
def test_what_was_known_then_about_what_time(followed: Database, block: int, time: int, expected: list[tuple[int, int]]) -> None:
    with followed.read() as conn:
        found = pledges.live(conn, at=_end(block), time=time).rows
        assert [(one.pledge.pledge.pledge, one.assets) for one in found] == expected


def test_live_assets_are_counted_once(followed: Database) -> None:
    with followed.read() as conn:
        counted = totals.pledges(conn)
        assert (counted.links, counted.ended_links, counted.live_links, counted.live_assets) == (5, 2, 2, 2)


def test_liens_rank_by_effective_time_and_not_by_recording(followed: Database) -> None:
    with followed.read() as conn:
        both = pledges.encumbrances(conn, told.asset("b"), at=_end(4))
        assert [(one.rank, one.pledge.pledge.pledge, one.title) for one in both] == [(1, 2, "Title of b"), (2, 1, "Title of b")]
        now = pledges.encumbrances(conn, told.asset("b"))
        assert [(one.rank, one.pledge.pledge.pledge) for one in now] == [(1, 1)]
        ever = pledges.encumbrances(conn, told.asset("b"), live_only=False)
        assert [(one.rank, one.live, one.pledge.pledge.pledge) for one in ever] == [(1, False, 2), (2, True, 1)]
        assert pledges.encumbrances(conn, told.asset("a")) == []
        assert [one.segment.segment for one in pledges.encumbrances(conn, told.asset("d"))] == [3]
        assert pledges.encumbrances(conn, told.asset("d"), time=MIDDLE + 49) == []


def test_an_ended_asset_says_how_and_from_when(followed: Database) -> None:
    with followed.read() as conn:
        listed = pledges.assets(conn, 1)
        ends = {pledged.encumbrance.asset: pledged.encumbrance for pledged in listed.rows}
        assert [pledged.title for pledged in listed.rows] == ["Title of a", "Title of b", "Title of c", "Title of d"]
        ended = ends[told.asset("a")]
        assert (ended.reason, ended.basis, ended.ended_at) == (1, 1, MIDDLE + 100)
        assert ends[told.asset("b")].ended_at is None
        [release] = [done for done in pledges.history(conn, 1) if done.act.act == ended.ended_by]
        assert release.instrument is not None
        assert release.instrument.number == told.number("4-4")


def test_lists_that_differ_are_kept_with_the_asset(followed: Database) -> None:
    with followed.read() as conn:
        of_pledge = pledges.differences(conn, pledge=2)
        assert [(one.kind, one.asset) for one in of_pledge] == [
            (Discrepancy.UNLISTED, told.asset("b")),
            (Discrepancy.UNPLEDGED, told.asset("y")),
        ]
        assert [one.pledge for one in pledges.differences(conn, asset=told.asset("z"))] == [1]
        assert pledges.differences(conn, pledge=2, at=_end(4)) == []


def test_holders_change_and_pledgors_stay(followed: Database) -> None:
    def names(at: int | None) -> list[tuple[int, str]]:
        with followed.read() as conn:
            return [(party.side, party.name) for party in pledges.parties(conn, 1, at)]

    pledgor = (Side.PLEDGORS, "Pledgor")
    assert names(_end(0)) == [pledgor, (Side.HOLDERS, "Bank")]
    assert names(_end(4)) == [pledgor, (Side.HOLDERS, "New bank"), (Side.HOLDERS, "Second bank")]
    assert names(None) == [pledgor, (Side.HOLDERS, "Last bank")]


def test_pledges_are_found_by_party_and_status(followed: Database) -> None:
    with followed.read() as conn:

        def numbers(**wanted: int | bytes) -> list[int]:
            return [one.pledge.pledge for one in pledges.find(conn, **wanted).rows]  # type: ignore[arg-type]

        assert numbers() == [1, 2]
        assert numbers(party=told.party_id("Last bank")) == [1]
        assert numbers(party=told.party_id("Bank")) == []
        assert numbers(status=PledgeStatus.ENDED) == [2]
        assert numbers(register=3) == []
        assert [(one.status, one.pledges) for one in pledges.counts(conn)] == [(PledgeStatus.REGISTERED, 1), (PledgeStatus.ENDED, 1)]


def test_the_history_names_each_act_with_its_document_and_consents(followed: Database) -> None:
    with followed.read() as conn:
        done = pledges.history(conn, 1)
        assert [one.act.event for one in done] == [
            "PledgeFiled",
            "PledgeRegistered",
            "SegmentAdded",
            "AssetsReleased",
            "PartiesChanged",
            "PartiesChanged",
        ]
        assert [one.instrument and one.instrument.number for one in done][1:3] == [told.number("1-1"), told.number("3-3")]
        given = pledges.consents(conn, done[1].act.act)
        assert [(consent.party, consent.mode) for consent in given] == [(told.party_id("Pledgor"), 2)]
        assert [(ground.ground, ground.result) for ground in pledges.grounds(conn, 1)] == [(1, 1)]
        assert len(pledges.history(conn, 1, _end(2))) == 3
        assert len(pledges.instruments(conn, told.number("7-7"))) == 1


def test_times_before_1970_are_kept(db: Database, mirror_of: MakeMirror) -> None:
    chain = Chain()
    chain.mine(told.recorded(1, 1, "1-1", BEFORE_1970, ["a"]))
    mirror_of(chain.source()).catch_up()
    with db.read() as conn:
        found = pledges.get(conn, 1)
        assert found is not None
        assert found.state.effective == BEFORE_1970
        assert [one.effective for one in pledges.segments(conn, 1)] == [BEFORE_1970]
        assert len(pledges.live(conn, time=BEFORE_1970).rows) == 1
        assert pledges.live(conn, time=BEFORE_1970 - 1).rows == []


def test_a_note_shows_on_both_pledges(db: Database, mirror_of: MakeMirror) -> None:
    chain = Chain()
    chain.mine(told.recorded(1, 1, "1-1", EARLY, ["a"]), told.recorded(2, 2, "2-2", EARLY, ["a"]))
    chain.mine(told.noted(2, "3-3", 3, 1, EARLY, assets=["a", "a"]))
    mirror_of(chain.source()).catch_up()
    with db.read() as conn:
        assert [note.text for note in pledges.notes(conn, 1)] == [note.text for note in pledges.notes(conn, 2)] == ["same as"]
        assert [one.kind for one in pledges.differences(conn, asset=told.asset("a"))] == [Discrepancy.NOTED] * 2


def test_one_document_that_acts_twice_is_one_instrument(db: Database, mirror_of: MakeMirror) -> None:
    chain = Chain()
    chain.mine(told.recorded(1, 1, "1-1", EARLY, ["a"]), told.recorded(2, 2, "2-2", EARLY, ["b"]))
    chain.mine([*told.holders_changed(1, "3-3", MIDDLE, ["X"], EARLY), *told.holders_changed(2, "3-3", MIDDLE, ["X"], EARLY)[1:]])
    mirror_of(chain.source()).catch_up()
    with db.read() as conn:
        [instrument] = pledges.instruments(conn, told.number("3-3"))
        assert [pledges.history(conn, pledge)[-1].act.act for pledge in (1, 2)] == [instrument.act] * 2
