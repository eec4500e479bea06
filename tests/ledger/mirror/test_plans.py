"""How both databases look things up in a register of many rows: by an index, and never by reading a table whole."""

from collections.abc import Callable, Iterator
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection

from ledger.chain.blocks import last_position
from ledger.domain.assets import member_party
from ledger.domain.liens import Lien
from ledger.domain.name_search import select
from ledger.domain.pledge_words import Flag, HoldTarget
from ledger.domain.registers import Effect
from ledger.mirror.database import Database
from ledger.mirror.models import Side
from ledger.mirror.queries import assets, certificates, filings, holds, parties, pledges, priority, records, search, statistics, watches
from ledger.mirror.schema import number, word
from tests.ledger.mirror import told
from tests.ledger.mirror.chains import GENESIS_TIME, START, Chain, Told
from tests.ledger.mirror.plans import asked_of, explained, mirrored, plan_of

pytestmark = pytest.mark.every_kind

PLEDGES, ACTS, EARLY, MANY = 2_000, 60, 400_000_000, 90
FEW = frozenset({"block", "checkpoint", "register", "register_rule", "anchored_register", "anchor"})
"""Tables that stay small whatever the register holds, or are asked for their last row; a planner may read them whole."""


def _grants(first: int) -> Iterator[list[Told]]:
    for at in range(first, first + 50):
        rights, names = [f"right {at}", f"right {at + 1}"], (f"Maker {at} Ltd", f"Bank {at} of {at * 7}")
        flags = int(Flag.GENERAL_DESCRIPTION) if at % 100 == 2 else 0
        yield told.recorded(at, at, f"{at}-1", EARLY + at, rights, *names, flags=flags)


def _others(chain: Chain) -> None:
    """As much of everything else: notes, relations, refinancings, sales, filings, anchors, holds, joined numbers, parties."""
    for at in range(1, PLEDGES, 4):
        number = PLEDGES + at
        chain.mine(
            [
                told.document(f"{at}-n"),
                told.noted(at, f"{at}-n", 3, 9, EARLY, [f"right {at}"])[1],
                told.related(at, at + 1, 1, 0, f"{at}-r", EARLY + 9_999, EARLY),
                told.sold(at + 1, [f"right {at}"], {at + 1: 5}, f"{at}-s", EARLY + 9_999),
                told.held(1, told.asset(f"right {at}"), 0, marked=at | 1 << 64 | 2 << 80, placed=5),
                told.held(3, told.party_id(f"Maker {at + 1} Ltd"), 0, marked=0, kind=3),
                told.party_recorded(f"Bank {at} of {at * 7}", 2, other=f"Heir {at}"),
                told.party_recorded(f"Maker {at} Ltd", 1, member=f"Member {at}"),
                told.rectified(at + 2, 3, f"{at}-z", EARLY, corrects=at.to_bytes(32)),
                told.joined(f"other {at}", f"right {at}", 1, at | 1 << 64),
                told.in_conflict(at, f"right {at}", at | 1 << 40, at | 1 << 64, told.head(3, effective=EARLY, version=1, sequence=at)),
            ],
            told.refinanced(number + 1, at + 3, [at + 3], f"{at}-f", EARLY + 9_999, EARLY),
            [
                told.pledge_filed(number, at.to_bytes(32), number),
                told.filing_stepped(number, 5, at.to_bytes(31) + b"!"),
                told.decided("PledgeRefused", number, 8, at.to_bytes(31) + b"?"),
                told.contested(number, at, f"right {at}", at.to_bytes(31) + b"c"),
                told.seeded(1, at, {f"anchored {at}": f"A-{at}"}, [1 << 64 | 8 << 80], 0),
            ],
            told.adopted(number + 2, number, f"A-{at}", EARLY, [f"anchored {at}"]),
        )


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def many(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A register of many pledges, one of which has a long history."""
    chain = Chain()
    chain.mine([told.register_set(2, "Office", 1 << 50)])
    for first in range(1, PLEDGES, 50):
        chain.mine(*_grants(first))
    for at in range(ACTS):
        chain.mine(told.holders_changed(1, f"{at}-9", EARLY + 10 + at, [f"Holder {at} SA"], EARLY))
    _others(chain)
    with mirrored(request, tmp_path_factory, "plans", chain) as db:
        yield db


def _past() -> int:
    return last_position(START + 20)


RIGHT = told.asset("right 77")

ASKED: dict[str, Callable[[Connection, int | None], object]] = {
    "asset": lambda conn, at: assets.asset(conn, RIGHT, at=at, time=EARLY + 500),
    "encumbrances": lambda conn, at: pledges.encumbrances(conn, RIGHT, at=at),
    "order": lambda conn, at: priority.order(conn, RIGHT, at=at),
    "if filed": lambda conn, at: priority.if_filed(conn, RIGHT, Lien("new", 5, None), 100, at=at),
    "holds": lambda conn, at: holds.running(conn, HoldTarget.ASSET, RIGHT, at=at),
    "record": lambda conn, at: records.record(conn, 1, at=at, time=EARLY + 50),
    "record of little": lambda conn, at: records.record(conn, 77, at=at),
    "extract": lambda conn, at: certificates.extract(conn, 1, at=at),
    "verification": lambda conn, at: certificates.verification(conn, 1, at=at),
    "filing": lambda conn, at: filings.clocks(conn, 77, GENESIS_TIME + 99, at=at),
    "party": lambda conn, at: search.by_party(conn, told.party_id("Heir 77"), at=at),
    "party about a time": lambda conn, at: search.by_party(conn, told.party_id("Heir 77"), at=at, time=EARLY + 500),
    "record number": lambda conn, at: search.by_registration(conn, told.number("77-1"), at=at),
    "signer": lambda conn, at: parties.signer_of(conn, told.account("Office"), told.party_id("Bank 7 of 49"), at),
    "month": lambda conn, at: statistics.month(conn, 2, date(2017, 7, 1), ZoneInfo("UTC"), at),
    "watched": lambda conn, at: watches.held(conn, told.account("nobody"), at),
    "parties": lambda conn, at: pledges.parties(conn, 1, at, EARLY + 100),
    "assets": lambda conn, at: pledges.assets(conn, 77, at, time=EARLY + 500),
}


@pytest.mark.parametrize("at", [None, _past()], ids=["now", "past"])
@pytest.mark.parametrize("what", ASKED)
def test_nothing_is_read_whole(many: Database, what: str, at: int | None) -> None:
    with explained(many) as (conn, scanned):
        ASKED[what](conn, at)
    assert set(scanned) <= FEW, scanned


@pytest.mark.parametrize("at", [None, _past()], ids=["now", "past"])
@pytest.mark.parametrize("time", [None, EARLY + 500], ids=["of then", "about a time"])
@pytest.mark.parametrize("name", ["Bank 77 of 539", "maker 1200 limited", "Bank"])
def test_names_are_looked_up_by_their_keys(many: Database, name: str, at: int | None, time: int | None) -> None:
    with explained(many) as (conn, scanned):
        found = search.by_name(conn, name, at=at, time=time)
        search.hits(conn, select(found, []).ids, at=at, time=time)
        search.unseen(conn, at=at, time=time)
    assert set(scanned) <= FEW, scanned


def test_letters_and_marks_are_read_from_their_indexes_alone(many: Database) -> None:
    """What a search reads much of is narrow: no row is fetched for it."""
    with asked_of(many) as (conn, asked):
        search.by_name(conn, "Bank 77 of 539")
        assert any("in general" in said for said in search.unseen(conn))
        if many.is_postgresql:
            # Rows that no vacuum has seen yet are looked up after all.
            conn.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
        plans = {
            index: [line for statement, given in list(asked) if sign in statement for line in plan_of(conn, statement, given)]
            for sign, index in (("bit_count", "party_name_form_by_length_letters_name_part"), (" != 0", "pledge_state_unlisted"))
        }
    for index, plan in plans.items():
        read = [line for line in plan if index in line]
        assert read and all("Index Only Scan" in line or "COVERING INDEX" in line for line in read), plan


def test_the_order_of_two_liens_takes_as_few_statements_as_that_of_one(many: Database) -> None:
    spent: dict[int, list[int]] = {1: [], 2: []}
    for at in (1, 2, 6, 10, 14):
        with asked_of(many) as (conn, asked):
            order = priority.order(conn, told.asset(f"right {at}"), time=EARLY + 500)
            spent[len(order.liens)].append(len(asked))
    assert spent[1] and len(spent[2]) > 2 and max(*spent[1], *spent[2]) <= 20


@pytest.mark.parametrize("time", [None, EARLY + 500, EARLY + 10_050])
def test_liens_that_are_read_at_once_are_what_the_record_of_each_says(many: Database, time: int | None) -> None:
    """One after another: terms, holders, the acts that decide and the holds on pledgors."""
    liens, held = 0, 0
    with many.read() as conn:
        for at in range(1, MANY):
            order = priority.order(conn, told.asset(f"right {at}"), time=time)
            when, office = order.asset.time, told.account("Office")
            for pledge, lien in ((each.pledge or 0, each) for each in order.liens):
                standing = records.standing(conn, pledge, None, when)
                assert standing and lien.lien.amount == number(standing.state.ceiling) and lien.currency == standing.state.currency
                parties = pledges.parties(conn, pledge, None, when)
                assert lien.lien.holders == tuple((f"0x{each.id.hex()}", each.share) for each in parties if each.side == Side.HOLDERS)
                decided = [each.act.pos for each in pledges.history(conn, pledge) if priority.decides(each.act, when)]
                assert decided and [source.pos for source in lien.sources][-len(decided) :] == decided
                for party in (each for each in parties if each.side == Side.PLEDGORS):
                    barring = holds.barring(conn, Effect.REGISTER, parties=[party.id], office=office, time=when)
                    said = [doubt for doubt in order.doubts if doubt.startswith(f"{party.name}, pledgor of {pledge}: ")]
                    assert len(said) == len(barring)
                    held += len(barring)
                liens += 1
    assert liens > MANY and held


def test_a_register_of_many_gives_what_it_must(many: Database) -> None:
    """The look-ups above find something: a plan of nothing is always short."""
    with many.read() as conn:
        assert len(pledges.encumbrances(conn, RIGHT)) == 2
        assert len(search.by_name(conn, "Bank 77 of 539").exact) == 1
        assert [hit.party.pledge for hit in search.by_party(conn, told.party_id("Heir 77"))] == [77]
        assert len(certificates.issued_for(conn, 1)) > ACTS
        assert records.record(conn, 1) is not None
        assert holds.running(conn, HoldTarget.ASSET, RIGHT)
        assert watches.held(conn, told.account("nobody")) == [] and member_party(told.account("nobody")) != word(0)
