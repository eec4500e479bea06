"""Records, holds, parties and filings: what was known at a block about what counted at a time."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

import pytest
from sqlalchemy import Connection

from ledger.chain.blocks import last_position
from ledger.domain.assets import member_party
from ledger.domain.filing_clocks import Happened
from ledger.domain.pledge_words import AssetFlag, Decision, Flag, HoldTarget, NoteKind, RectifyKind
from ledger.domain.registers import Code, EndReason
from ledger.mirror import rebuild
from ledger.mirror.concepts import FOLDS
from ledger.mirror.database import Database
from ledger.mirror.models import Side
from ledger.mirror.queries import (
    assets,
    certificates,
    certified,
    filings,
    holds,
    numbers,
    parties,
    pledges,
    priority,
    records,
    registers,
    search,
)
from ledger.mirror.queries.records import Life
from ledger.mirror.schema import number, word
from ledger.mirror.verify import verify
from tests.ledger.mirror import told
from tests.ledger.mirror.chains import GENESIS_TIME, START, Chain, Told, table
from tests.ledger.mirror.conftest import MakeMirror

EARLY, MIDDLE, LATE, LATER = 400_000_000, 1_000_000_000, 1_400_000_000, 1_450_000_000

Played = Callable[..., AbstractContextManager[Connection]]


@pytest.fixture
def played(db: Database, mirror_of: MakeMirror) -> Played:
    """A connection to a mirror of these transactions, each in a block of its own."""

    @contextmanager
    def play(*transactions: Sequence[Told]) -> Iterator[Connection]:
        chain = Chain()
        for each in transactions:
            chain.mine(each)
        mirror_of(chain.source()).catch_up()
        with db.read() as conn:
            yield conn
        report = verify(db, table(), FOLDS)
        assert report.equal, [check for check in report.tables if not check.equal]

    return play


def _end(block: int) -> int:
    return last_position(START + block)


def _lives(conn: Connection, times: Sequence[int], at: int | None = None, pledge: int = 1) -> list[Life]:
    found = [records.record(conn, pledge, at=at, time=time) for time in times]
    return [record.life for record in found if record]


def test_terms_parties_and_state_are_those_that_counted_then(played: Played) -> None:
    story = [
        told.recorded(1, 1, "1-1", EARLY, ["a"]),
        # Recorded later, but counting from before: the second act says what was so in between.
        told.terms_changed(1, "2-2", LATE, 9_000, EARLY),
        told.holders_changed(1, "3-3", MIDDLE, ["New bank"], EARLY, ceiling=9_000),
        told.state_set(1, "4-4", LATE, 4, EARLY),
    ]
    with played(*story) as conn:

        def seen(time: int | None, at: int | None = None) -> tuple[int, list[str], Life]:
            found = records.record(conn, 1, at=at, time=time)
            assert found is not None
            holders = [party.name for party in found.parties if party.side == Side.HOLDERS]
            return number(found.standing.state.ceiling), holders, found.life

        assert seen(None) == (9_000, ["New bank"], Life.ENFORCING)
        assert seen(MIDDLE) == (5_000, ["New bank"], Life.REGISTERED)
        assert seen(MIDDLE - 1) == (5_000, ["Bank"], Life.REGISTERED)
        assert seen(EARLY - 1)[1:] == ([], Life.NOT_YET)
        assert seen(LATE, _end(1)) == (9_000, ["Bank"], Life.REGISTERED)
        assert seen(LATE, _end(0)) == (5_000, ["Bank"], Life.REGISTERED)
        assert records.record(conn, 1, at=_end(-1)) is None


def test_an_agreement_that_an_act_does_not_name_stays(played: Played) -> None:
    with played(told.recorded(1, 1, "1-1", EARLY, ["a"]), told.terms_changed(1, "2-2", LATE, 9_000, EARLY)) as conn:
        standing = pledges.get(conn, 1)
        assert standing is not None
        assert (standing.state.agreement, standing.state.content) == (b"a" * 32, b"d" * 32)


def test_a_restored_pledge_was_live_all_along_as_far_as_is_known_since(played: Played) -> None:
    story = [
        told.recorded(1, 1, "1-1", EARLY, ["a"]),
        told.released(1, "2-2", MIDDLE, EARLY),
        [told.rectified(1, RectifyKind.RESTORE, "3-3", EARLY, status=9, effective=LATE, left=1)],
        [told.relinked(1, 1, {"a": 1 | 2 << 64}), told.rectified(1, RectifyKind.RESTORE, "4-4", EARLY, effective=LATE)],
    ]
    with played(*story) as conn:
        times = (MIDDLE - 1, MIDDLE, LATER)
        assert _lives(conn, times, _end(1)) == [Life.REGISTERED, Life.ENDED, Life.ENDED]
        assert _lives(conn, times, _end(2)) == [Life.REGISTERED, Life.RESTORING, Life.RESTORING]
        assert _lives(conn, times) == [Life.REGISTERED] * 3
        assert [len(pledges.encumbrances(conn, told.asset("a"), time=MIDDLE, at=_end(at))) for at in (1, 2, 3)] == [0, 0, 1]
        record = records.record(conn, 1)
        assert record is not None
        assert [(each.kind, each.corrects) for each in record.rectifications] == [(RectifyKind.RESTORE, b"z" * 32)] * 2
        assert (record.standing.state.reason, record.standing.state.ended_at) == (None, None)


def test_an_entry_that_lapsed_keeps_its_end_until_it_is_restored(played: Played) -> None:
    story = [
        told.recorded(1, 1, "1-1", EARLY, ["a"], expires=MIDDLE),
        [told.rectified(1, RectifyKind.RESTORE, "3-3", EARLY, status=9, left=1, expires=LATER)],
        [told.rectified(1, RectifyKind.RESTORE, "4-4", EARLY, expires=LATER)],
    ]
    with played(*story) as conn:
        times = (MIDDLE, MIDDLE + 1, LATER, LATER + 1)
        assert _lives(conn, times, _end(0)) == [Life.REGISTERED, Life.LAPSED, Life.LAPSED, Life.LAPSED]
        assert _lives(conn, times, _end(1)) == [Life.REGISTERED, Life.RESTORING, Life.RESTORING, Life.RESTORING]
        assert _lives(conn, times) == [Life.REGISTERED] * 3 + [Life.LAPSED]
        between = pledges.get(conn, 1, _end(1))
        assert between is not None
        assert (between.state.reason, between.state.ended_at) == (EndReason.LAPSED, MIDDLE + 1)


def test_restored_leaves_are_live_again(played: Played) -> None:
    story = [
        told.recorded(1, 1, "1-1", EARLY, ["a", "b"]),
        told.part_released(1, 1, "2-2", MIDDLE, {0: "a", 1: "b"}, EARLY),
        [told.leaves_restored(1, 1, [1]), told.rectified(1, RectifyKind.RESTORE_LEAVES, "3-3", EARLY, effective=LATE)],
    ]
    with played(*story) as conn:
        live = [[len(pledges.encumbrances(conn, told.asset(name), at=_end(at))) for name in ("a", "b")] for at in (0, 1, 2)]
        assert live == [[1, 1], [0, 0], [0, 1]]


def test_a_refinanced_pledge_hands_its_lists_over_and_takes_them_back(played: Played) -> None:
    story = [
        told.recorded(1, 1, "1-1", EARLY, ["a", "b"]),
        told.refinanced(2, 1, [1], "2-2", MIDDLE, EARLY, holder="New bank"),
        told.released(2, "3-3", LATE, EARLY),
        [told.rectified(1, RectifyKind.RESTORE, "4-4", EARLY, effective=LATER, segments=[1])],
    ]
    with played(*story) as conn:

        def on_right(at: int | None, time: int | None) -> list[int]:
            return [burden.pledge.pledge.pledge for burden in pledges.encumbrances(conn, told.asset("a"), at=at, time=time)]

        assert [on_right(_end(1), time) for time in (None, MIDDLE, MIDDLE - 1, EARLY - 1)] == [[2], [2], [1], []]
        assert [on_right(_end(2), time) for time in (LATE, LATE - 1, MIDDLE - 1)] == [[], [2], [1]]
        assert [on_right(None, time) for time in (LATER, LATE, MIDDLE - 1)] == [[1], [1], [1]]
        assert [row.pledge.pledge.pledge for row in pledges.live(conn, at=_end(1), time=MIDDLE - 1).rows] == [1]
        assert [(row.pledge.pledge.pledge, row.assets) for row in pledges.live(conn, at=_end(1)).rows] == [(2, 2)]
        assert [len(pledges.assets(conn, 1, _end(1), time=time).rows) for time in (MIDDLE - 1, MIDDLE)] == [2, 0]
        new, old = records.record(conn, 2, at=_end(1)), records.record(conn, 1, at=_end(1))
        assert new is not None and old is not None
        assert (new.refinances and new.refinances.old, [each.pledge for each in old.refinanced_by]) == (1, [2])
        assert [(party.side, party.name) for party in new.parties] == [(Side.PLEDGORS, "Pledgor"), (Side.HOLDERS, "New bank")]
        assert (old.standing.state.reason, new.standing.pledge.filing) == (EndReason.REFINANCED, None)
        assert [done.act.event for done in pledges.history(conn, 2, _end(1))] == ["PledgeRefinanced"]


def test_a_pledge_whose_last_right_was_released_in_part_has_nothing_left(played: Played) -> None:
    """It is registered for ever as its head says; who reads it is told that it holds nothing, until a supplement adds something."""
    general = int(Flag.GENERAL_DESCRIPTION)
    story = [
        [*told.recorded(1, 1, "1-1", EARLY, ["a", "b"]), *told.recorded(2, 2, "2-2", EARLY, ["c"], flags=general)],
        [
            *told.part_released(1, 1, "3-3", MIDDLE, {0: "a", 1: "b"}, EARLY),
            *told.part_released(2, 2, "4-4", MIDDLE, {0: "c"}, EARLY, flags=general),
        ],
        told.segment_added(1, 9, "5-5", LATE, ["d"], EARLY),
    ]
    with played(*story) as conn:
        assert _lives(conn, (MIDDLE - 1, MIDDLE, LATE), _end(1)) == [Life.REGISTERED, Life.EMPTY, Life.EMPTY]
        assert _lives(conn, (MIDDLE - 1, LATE - 1, LATE)) == [Life.REGISTERED, Life.EMPTY, Life.REGISTERED]
        assert _lives(conn, (LATE,), pledge=2) == [Life.REGISTERED], "it is on more than its list"
        live = [(row.pledge.pledge.pledge, row.assets, row.is_empty) for row in pledges.live(conn, at=_end(1)).rows]
        assert live == [(1, 0, True), (2, 0, False)]
        assert certificates.extract(conn, 1, at=_end(1)).content["status"] == "nothing left"
        found = search.by_party(conn, told.party_id("Bank"), at=_end(1))
        assert [(hit.party.pledge, hit.life) for hit in found] == [(1, Life.EMPTY), (2, Life.REGISTERED)]


def test_what_was_recorded_twice_is_said_by_searches_and_certificates(played: Played) -> None:
    story = [
        [*told.recorded(1, 1, "1-1", EARLY, ["a"]), *told.recorded(2, 2, "2-2", EARLY, ["a"])],
        told.noted(2, "3-3", NoteKind.SAME_AS, 1, EARLY),
    ]
    with played(*story) as conn:
        assert [hit.same_as for hit in search.by_party(conn, told.party_id("Bank"))] == [[2], [1]]
        assert [hit.same_as for hit in search.by_party(conn, told.party_id("Bank"), at=_end(0))] == [[], []]
        papers = (
            certificates.search_by_number(conn, told.asset("a")),
            certificates.search_by_party(conn, told.party_id("Bank")),
        )
        assert [[row["same as"] for row in paper.content["records"]] for paper in papers] == [[["2"], ["1"]]] * 2
        (note,) = certificates.extract(conn, 1).content["notes"]
        assert (note["kind"], note["on"], note["other"]) == ("same as", "2", "1")
        assert [burden.same_as for burden in pledges.encumbrances(conn, told.asset("a"))] == [(2,), (1,)]
        assert any("2 and 1 are noted as one recording" in doubt for doubt in priority.order(conn, told.asset("a")).doubts)


# --- Holds and joined numbers ---


def test_holds_run_from_their_placing_to_their_end(played: Played) -> None:
    right, marked = told.asset("a"), 2 << 80
    story = [
        [told.held(1, right, 0, marked=marked, placed=MIDDLE, until=LATE)],
        [told.held(1, right, 1, marked=marked, placed=MIDDLE + 5)],
        [told.held(1, right, 1, marked=marked, placed=MIDDLE + 5, until=LATE + 9, lifted=True)],
    ]
    with played(*story) as conn:

        def running(time: int, at: int | None = None) -> list[int]:
            return [hold.number for hold in holds.running(conn, HoldTarget.ASSET, right, time=time, at=at)]

        times = (MIDDLE - 1, MIDDLE, MIDDLE + 5, LATE, LATE + 1, LATE + 9, LATE + 10)
        assert list(map(running, times)) == [[], [0], [0, 1], [0, 1], [1], [1], []]
        assert running(LATE + 10, _end(1)) == [1]
        lifted = holds.every(conn, HoldTarget.ASSET, right)[1]
        assert lifted.lifted_by is not None and lifted.lift_order == b"o" * 32
        row = numbers.word_of(conn, right)
        assert row is not None and row.flags == AssetFlag.LOOK_FOR_HOLDS
        assert holds.barring(conn, 1, assets=[right], time=LATE) and not holds.barring(conn, 2, assets=[right], time=LATE)


def test_a_hold_goes_with_its_number_to_the_key(played: Played) -> None:
    other, key = told.asset("b"), told.asset("a")
    story = [
        [told.held(1, key, 0, marked=2 << 80, placed=EARLY)],
        [told.held(1, other, 0, marked=2 << 80, placed=MIDDLE)],
        [told.hold_moved("b", "a", 0, told.hold_word(1, 1, 0, MIDDLE, 1)), told.joined("b", "a", 2 << 80, 2 << 80)],
        [told.held(1, key, 1, marked=2 << 80, placed=MIDDLE, until=LATE, lifted=True)],
    ]
    with played(*story) as conn:
        for right in (other, key):
            assert [(hold.number, hold.until) for hold in holds.every(conn, HoldTarget.ASSET, right)] == [(0, 0), (1, LATE)]
        before = [len(holds.every(conn, HoldTarget.ASSET, right, at=_end(1))) for right in (other, key)]
        assert before == [1, 1]
        assert numbers.resolve(conn, other) == numbers.resolve(conn, key) == (key, (key, other))
        assert numbers.resolve(conn, other, _end(1)) == (other, (other,))


def test_a_number_resolves_through_every_join(played: Played) -> None:
    story = [
        told.recorded(1, 1, "1-1", EARLY, ["c"]),
        [told.joined("c", "b", 1 | 1 << 64, 1 | 1 << 64)],
        [told.joined("b", "a", 1 | 1 << 64, 1 | 1 << 64)],
    ]
    with played(*story) as conn:
        assert numbers.resolve(conn, told.asset("c")).key == told.asset("a")
        for name in ("a", "b", "c"):
            assert [burden.pledge.pledge.pledge for burden in pledges.encumbrances(conn, told.asset(name))] == [1]
            assert set(assets.asset(conn, told.asset(name)).resolved.numbers) == {told.asset(each) for each in ("a", "b", "c")}


def test_holds_on_pledge_claim_and_party_are_found_together(played: Played) -> None:
    stored = told.head(3, effective=EARLY, version=1, sequence=1) | 1 << 40
    bank = told.party_id("Bank")
    story = [
        [told.register_set(2, "Office", 1 << 50), *told.recorded(1, 1, "1-1", EARLY, ["a"])],
        [told.held(2, word(1), 0, marked=stored, bars=2, placed=MIDDLE), told.held(4, word(1), 1, marked=stored, bars=16, placed=MIDDLE)],
        [told.held(3, bank, 0, marked=0, bars=2, placed=MIDDLE), told.held(3, bank, 0, marked=0, placed=MIDDLE, office="Other office")],
        [told.party_recorded("Old bank", 2, other="Bank")],
    ]
    with played(*story) as conn:
        record = records.record(conn, 1)
        assert record is not None
        assert [(hold.target, hold.number) for hold in record.holds] == [
            (HoldTarget.PLEDGE, 0),
            (HoldTarget.CLAIM, 1),
            (HoldTarget.PARTY, 0),
        ]
        assert record.standing.state.flags & 1
        office = told.account("Office")
        barred = holds.barring(conn, 2, pledge=1, parties=[told.party_id("Old bank")], office=office)
        assert [hold.target for hold in barred] == [HoldTarget.PLEDGE, HoldTarget.PARTY]
        assert not holds.barring(conn, 2, parties=[told.party_id("Pledgor")], office=office)


def test_a_record_shows_holds_on_its_rights_and_on_who_took_a_party_s_place(played: Played) -> None:
    marked = 1 | 1 << 64 | 2 << 80
    on_a, on_b = (told.held(1, told.asset(name), 0, marked=marked, placed=MIDDLE) for name in ("a", "b"))
    heir = told.held(3, told.party_id("Receiver's heir"), 0, marked=0, kind=3, placed=MIDDLE)
    story = [
        [told.register_set(2, "Office", 1 << 50), *told.recorded(1, 1, "1-1", EARLY, ["a", "b"])],
        [on_a, on_b, heir],
        [told.party_recorded("Pledgor", 2, other="Receiver's heir")],
        told.part_released(1, 1, "2-2", LATE, {1: "b"}, EARLY),
        [told.held(1, told.asset("a"), 0, marked=marked, placed=MIDDLE, until=LATER, lifted=True)],
    ]
    with played(*story) as conn:

        def seen(at: int | None = None, time: int | None = None) -> list[tuple[int, bytes]]:
            record = records.record(conn, 1, at=at, time=time)
            assert record is not None
            return [(hold.target, hold.id) for hold in record.holds if holds.runs(hold, record.time)]

        a, b, party = ((1, told.asset("a")), (1, told.asset("b")), (3, told.party_id("Receiver's heir")))
        assert [seen(_end(at)) for at in (1, 2, 3)] == [[a, b], [a, b, party], [a, party]]
        assert [seen(time=time) for time in (LATER, LATE - 1, MIDDLE - 1)] == [[a, party], [a, b, party], []]
        extract = certificates.extract(conn, 1, time=LATER + 1).content
        said = {name: extract["holds"][1][name] for name in ("on", "kind", "bars", "until", "runs")}
        assert said == {"on": "party", "kind": "insolvency", "bars": ["register"], "until": None, "runs": True}
        lifted = extract["holds"][0]
        assert (lifted["id"], lifted["runs"], lifted["lifted by"] is None) == (certified.text_of(told.asset("a")), False, False)
        on_right = certificates.search_by_number(conn, told.asset("a"), time=LATER + 1).content["holds"]
        assert on_right == [lifted]


# --- Parties ---


def test_who_signs_for_a_party_follows_the_book(played: Played) -> None:
    office, own = told.account("Office"), member_party(told.account("Member"))
    story = [
        [told.party_recorded("A", 2, other="B"), told.party_recorded("B", 3, other="C"), told.party_recorded("C", 1, member="Member")],
        [told.party_recorded("D", 4), told.party_recorded("B", 5, new_name="B by another name")],
        [told.party_recorded("B", 6)],
    ]
    with played(*story) as conn:

        def signer(name: str, at: int | None = None) -> bytes | None:
            return parties.signer_of(conn, office, told.party_id(name), at)

        assert [signer(name, _end(1)) for name in "ABCD"] == [told.account("Member")] * 3 + [None]
        assert [signer(name) for name in "ABC"] == [None, None, told.account("Member")]
        assert parties.signer_of(conn, office, own) == told.account("Member")
        assert parties.signer_of(conn, told.account("Other office"), told.party_id("C")) is None
        words = {each.party for each in parties.words_of(conn, told.account("Member"), _end(1))}
        assert words == {told.party_id(name) for name in "ABC"}
        assert [row.kind for row in parties.became(conn, told.party_id("B"))] == [3, 5, 6]


# --- Filings ---


def test_a_filing_goes_its_way_with_notices_contests_and_a_reconsideration(played: Played) -> None:
    act = (bytes([at]) * 32 for at in range(1, 99))
    story = [
        [told.register_set(3, "China office", 1 << 48), told.pledge_filed(1, next(act), 1, 3), told.pledge_filed(2, next(act), 2, 3)],
        told.filing_accepted(2, 1, ["CN 1", "CN 2"], GENESIS_TIME + 900),
        [told.filing_stepped(2, Code.NOTIFY, next(act), until=GENESIS_TIME + 500, status=2)],
        [told.filing_stepped(2, Code.ANSWER, next(act), status=2), told.contested(2, 1, "CN 1", next(act))],
        [told.decided("PledgeRefused", 2, 8, next(act), result=2)],
        [told.filing_stepped(2, Code.RECONSIDER, next(act))],
        told.filing_accepted(2, 2, ["CN 1"], GENESIS_TIME + 950),
        [told.decided("PledgeApproved", 2, 2, next(act), flags=1 << 7)],
        [told.displaced(2, 1, GENESIS_TIME + 950)],
    ]
    with played(*story) as conn:
        assert [step.code for step in filings.steps(conn, 2)] == [Code.NOTIFY, Code.ANSWER, Code.RECONSIDER]
        assert [each.decision for each in filings.decisions(conn, 2)] == [Decision.REFUSE, Decision.APPROVE]
        assert [contest.earlier for contest in filings.contests(conn, 2)] == [1]
        signed = {done.act.event: done.officers for done in pledges.history(conn, 2)}
        officer = (told.account("Officer"),)
        assert (signed["PledgeRefused"], signed["FilingStepped"], signed["PledgeFiled"]) == (officer, officer, ())
        assert pledges.officers(conn, 2, _end(1)) == {}
        first = [Happened.FILED, Happened.ACCEPTED, Happened.NOTICED, Happened.ANSWERED, Happened.DECIDED]
        assert [moment.what for moment in filings.timeline(conn, 2)] == [*first, Happened.RECONSIDERED, Happened.ACCEPTED]
        assert [clock.name for clock in filings.clocks(conn, 2, GENESIS_TIME + 100)] == ["examination", "examination", "answer"]
        assert filings.clocks(conn, 2, GENESIS_TIME + 100)[2].set_until == GENESIS_TIME + 500
        assert [standing.pledge.pledge for standing in filings.pending(conn, register=3).rows] == [1, 2]
        assert filings.pending(conn, register=2).rows == []
        # What was claimed before the refusal is its own no more.
        assert [row.encumbrance.asset for row in pledges.assets(conn, 2).rows] == [told.asset("CN 1")]
        assert len(pledges.assets(conn, 2, _end(4)).rows) == 2
        waiting = assets.asset(conn, told.asset("CN 1"), at=_end(7), time=GENESIS_TIME + 10)
        assert [(each.pledge.pledge.pledge, each.until) for each in waiting.reservations] == [(2, GENESIS_TIME + 950)]
        assert assets.asset(conn, told.asset("CN 1"), at=_end(7), time=GENESIS_TIME + 951).reservations == []
        assert assets.asset(conn, told.asset("CN 1"), time=GENESIS_TIME + 10).reservations == []
        assert [len(pledges.grounds(conn, 2, at)) for at in (_end(3), None)] == [0, 2]
        rule = registers.taking(conn, told.asset("CN 1"))
        assert rule is not None and rule.register.register == 3


def test_a_supplement_to_come_reserves_until_it_is_made_or_displaced(played: Played) -> None:
    until = GENESIS_TIME + 900
    reserved = {"pledge": 1, "segment": 2, "segmentWord": told.segment_word(1, 1, until, active=False), "root": b"r" * 32}
    story = [
        told.recorded(1, 1, "1-1", EARLY, ["a"]),
        [
            told.linked(1, 2, ["b"])[0],
            ("PledgeRegistry", "SegmentReserved", {**reserved, "account": told.account("Office"), "act": b"s" * 32}),
        ],
        [told.segment_displaced(1, 2, 1)],
    ]
    with played(*story) as conn:
        seen = [assets.asset(conn, told.asset("b"), at=_end(at), time=GENESIS_TIME + 5).reservations for at in (1, 2)]
        assert [[(each.segment, each.until) for each in one] for one in seen] == [[(2, until)], []]
        assert pledges.encumbrances(conn, told.asset("b"), live_only=False) == []
        assert [segment.segment for segment in pledges.segments(conn, 1) if segment.effective is not None] == [1]
        assert len(pledges.assets(conn, 1).rows) == 1


# --- Sales, anchors, conflicts ---


def test_a_sale_is_kept_with_shares_and_assets(played: Played) -> None:
    with played(told.recorded(1, 1, "1-1", EARLY, ["a", "b"]), [told.sold(1, ["a", "b"], {1: 70, 9: 30}, "2-2", LATE)]) as conn:
        (sale,) = records.sales(conn, 1)
        assert (number(sale.sale.price), number(sale.sale.costs), number(sale.sale.surplus)) == (112, 5, 7)
        assert [(share.to_pledge, share.rank, number(share.amount)) for share in sale.shares] == [(1, 1, 70), (9, 2, 30)]
        assert sale.assets == [told.asset("a"), told.asset("b")]


def test_anchored_records_show_on_their_rights_until_adopted(played: Played) -> None:
    story = [
        [told.register_set(2, "Office", 0), told.anchored(1, 2, 2, 2), told.anchored(2, 1, 1, 3, replaces=1)],
        [told.seeded(2, 0, {"a": "A-1"}, [1 << 64 | 8 << 80], 0)],
        told.adopted(1, 1, "A-1", EARLY, ["a"]),
        told.adoption_continued(1, 1, ["b"], 1, EARLY),
    ]
    with played(*story) as conn:

        def on_right(at: int) -> list[tuple[bytes, int | None]]:
            return [(each.seed.number, each.pledge) for each in assets.asset(conn, told.asset("a"), at=_end(at)).anchored]

        assert [on_right(at) for at in (0, 1, 2)] == [[], [(told.number("A-1"), None)], [(told.number("A-1"), 1)]]
        assert [assets.unseeded(conn, 2, _end(at)) for at in (0, 1)] == [3, 0]
        record = records.record(conn, 1)
        assert record is not None
        assert record.adoption is not None and (record.adoption.anchor, record.adoption.number) == (0, told.number("A-1"))
        assert [segment.claimed for segment in record.segments] == [2]
        assert [burden.pledge.pledge.pledge for burden in pledges.encumbrances(conn, told.asset("b"))] == [1]


def test_rivals_in_conflict_go_with_a_join_and_leave_when_it_is_settled(played: Played) -> None:
    stored = told.head(3, effective=EARLY, version=1, sequence=1)
    story = [
        told.recorded(1, 1, "1-1", EARLY, ["b"]),
        [told.in_conflict(1, "b", 1, 2 | 2 << 64 | 4 << 80, stored | 1 << 41)],
        [told.joined("b", "a", 2 | 2 << 64 | 4 << 80, 2 | 2 << 64 | 4 << 80)],
        [told.in_conflict(1, "a", 1, 2 | 2 << 64, stored, settled=True)],
    ]
    with played(*story) as conn:
        flagged = [pledges.get(conn, 1, _end(at)) for at in range(4)]
        assert [each.state.flags >> 1 & 1 for each in flagged if each] == [0, 1, 1, 0]
        assert [assets.asset(conn, told.asset("b"), at=_end(at)).has(AssetFlag.CONFLICT) for at in range(4)] == [False, True, True, False]


def test_a_rebuild_in_the_middle_of_a_transaction_loses_nothing(
    db: Database, mirror_of: MakeMirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain = Chain()
    chain.mine(told.recorded(1, 1, "1-1", EARLY, ["a", "b"]))
    chain.mine(told.part_released(1, 1, "2-2", MIDDLE, {0: "a"}, EARLY))
    mirror_of(chain.source()).catch_up()
    # One event a batch: the release's page and its time come in two.
    monkeypatch.setattr(rebuild, "EVENTS_A_BATCH", 1)
    report = verify(db, table(), FOLDS)
    assert report.equal, [check for check in report.tables if not check.equal]
