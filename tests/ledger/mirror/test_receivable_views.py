"""Random lives of real receivables, with every kind of act and trigger: the mirror answers as the contracts do, now and as at the past."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from ledger.chain import artifacts
from ledger.chain.blocks import last_position
from ledger.chain.decode import event_types
from ledger.mirror import sync, verify
from ledger.mirror.concepts import FOLDS
from ledger.mirror.database import Database
from ledger.mirror.models import RAW_EVENT, RECEIVABLE, TOKEN, TRANSFER, TransferKind
from ledger.mirror.queries import debts, exposure
from ledger.mirror.queries.exposure import Side
from ledger.mirror.queries.ownership import by_arithmetic, by_events
from ledger.mirror.queries.reading import rows_of, valid
from tests.conftest import FULL
from tests.ledger import ledgers
from tests.ledger.mirror import receivable_views
from tests.ledger.mirror.receivable_lives import Lives, people
from tests.ledger.mirror.restarted import assert_folds_the_same
from tests.ledger.mirror.spotted import assert_as_the_contracts_hold, assert_outlives_a_fork

pytestmark = pytest.mark.of_no_ledger

STEPS = 4_000 if FULL else 400
SEED = 20_262
FORK = 12
CONTRACTS = {"ReceivableDrafts", "ReceivableToken", "ReceivableOffers", "ReceivableHolds", "ReceivableEndings"}
CONTRACTS |= {"Repayment", "Mandates", "Guarantees", "Exposure"}
ELSEWHERE = {"DraftWithdrawn", "ReceivableRefused", "PolicyRetired"}
"""Events of drafts and policies that these lives don't tell; test_receivables.py does."""


@pytest.fixture(scope="module")
def lives(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lives]:
    """A ledger with a long random life behind it."""
    folder: Path = tmp_path_factory.mktemp("receivables")
    with ledgers.running(folder, people(), council_delay=0, old_states=4 * FORK) as ledger:
        made = Lives(ledger, random.Random(SEED), folder)
        made.scripted()
        made.live(STEPS)
        yield made


def test_every_word_of_receivables_is_in_the_mirror(db: Database, lives: Lives) -> None:
    mirror = sync.of(db, lives.ledger.rpc, lives.ledger.manifest, finality=0, development=True)
    for _ in range(4):
        mirror.catch_up()
        with db.read() as conn:
            assert receivable_views.assert_equal(conn, lives.ledger) > 10
        asked = assert_as_the_contracts_hold(db, mirror, lives.ledger.rpc, lives.ledger.manifest)
        assert {"token", "receivable_state", "cash_entry"} <= set(asked)
        lives.live(15)
    mirror.catch_up()
    assert verify.of(db, lives.ledger.manifest).equal
    assert verify.of(db, lives.ledger.manifest, rpc=lives.ledger.rpc).equal


def test_a_mirror_started_again_for_each_block_folds_the_same(db: Database, lives: Lives) -> None:
    assert_folds_the_same(db, lives.ledger.rpc, lives.ledger.manifest)


def test_the_lives_tell_every_event(db: Database, lives: Lives) -> None:
    sync.of(db, lives.ledger.rpc, lives.ledger.manifest, finality=0, development=True).catch_up()
    with db.read() as conn:
        topics = {bytes(row[0])[:32] for row in conn.execute(select(RAW_EVENT.c.topics).distinct())}
    types = (event for contract in CONTRACTS for event in event_types(contract, artifacts.load(contract).abi))
    told = {(event.contract, event.name) for event in types if event.topic in topics}
    wanted = {(contract, event) for contract, event in FOLDS.rules if contract in CONTRACTS and event not in ELSEWHERE}
    assert wanted - told == set()


def test_transfers_say_what_they_are(db: Database, lives: Lives) -> None:
    sync.of(db, lives.ledger.rpc, lives.ledger.manifest, finality=0, development=True).catch_up()
    escrow = lives.account("Escrow")
    with db.read() as conn:
        rows = rows_of(conn, TRANSFER, select(TRANSFER.table))
    assert {row.kind for row in rows} == set(TransferKind)
    for row in rows:
        if row.kind == TransferKind.ASSIGNMENT:
            assert escrow not in (row.sender, row.recipient) and row.sender != row.recipient
        assert (row.kind == TransferKind.SPLIT) <= (row.sender == row.recipient)


def test_events_and_arithmetic_say_alike_who_held_what_when(db: Database, lives: Lives) -> None:
    sync.of(db, lives.ledger.rpc, lives.ledger.manifest, finality=0, development=True).catch_up()
    with db.read() as conn:
        for issued in rows_of(conn, RECEIVABLE, select(RECEIVABLE.table)):
            for start, end in ((0, issued.face), (issued.face // 3, issued.face // 2 + 1)):
                assert by_events(conn, issued.number, start, end) == by_arithmetic(conn, issued.number, start, end)


def test_what_obligors_owe_adds_up_to_what_the_contract_counts(db: Database, lives: Lives) -> None:
    """Claims of those who paid in an obligor's place, and money that waits, among it."""
    sync.of(db, lives.ledger.rpc, lives.ledger.manifest, finality=0, development=True).catch_up()
    with db.read() as conn:
        every = debts.by_obligor(conn)
        assert every
        for currency in {each.currency for each in every}:
            mine = [each for each in every if each.currency == currency]
            assert sum(each.sum.amount for each in mine) == exposure.total(conn, currency)
            assert all(each.sum.amount == exposure.outstanding(conn, Side(each.account, True), currency) for each in mine)


def test_the_past_is_what_it_was(db: Database, lives: Lives) -> None:
    mirror = sync.of(db, lives.ledger.rpc, lives.ledger.manifest, finality=0, development=True)
    mirror.catch_up()
    then = last_position(int(lives.ledger.rpc.call("eth_blockNumber"), 16))
    with db.read() as conn:
        before = rows_of(conn, TOKEN, select(TOKEN.table).where(valid(TOKEN, None)).order_by(TOKEN.table.c.receivable, TOKEN.table.c.start))
    lives.live(40)
    mirror.catch_up()
    with db.read() as conn:
        asked = select(TOKEN.table).where(valid(TOKEN, then)).order_by(TOKEN.table.c.receivable, TOKEN.table.c.start)
        assert [row[:6] for row in rows_of(conn, TOKEN, asked)] == [row[:6] for row in before]


def test_a_fork_leaves_what_the_contracts_hold(db: Database, lives: Lives) -> None:
    """The last test of these lives: what they remember is not undone."""
    mirror = sync.of(db, lives.ledger.rpc, lives.ledger.manifest, finality=0, development=True)
    assert_outlives_a_fork(db, mirror, lives.ledger.rpc, lives.ledger.manifest, FORK)
