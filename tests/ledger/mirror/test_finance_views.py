"""Random lives of purchases and loans on a real chain: the mirror answers as the contracts do, and every event is told."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from ledger.chain import artifacts
from ledger.chain.decode import event_types
from ledger.mirror import sync, verify
from ledger.mirror.concepts import FOLDS
from ledger.mirror.database import Database
from ledger.mirror.models import RAW_EVENT
from tests.conftest import FULL
from tests.ledger import ledgers
from tests.ledger.mirror import finance_views, receivable_views
from tests.ledger.mirror.finance_lives import FinanceLives, people
from tests.ledger.mirror.restarted import assert_folds_the_same
from tests.ledger.mirror.spotted import assert_as_the_contracts_hold, assert_outlives_a_fork

pytestmark = pytest.mark.of_no_ledger

STEPS = 4_000 if FULL else 520
SEED = 766_769
FORK = 12
CONTRACTS = {"PurchaseOffers", "Financing", "LoanAgreements", "Loans", "TitleEscrow", "Valuations", "Triggers"}
ELSEWHERE = {"HoldersShown", "ReleaseDue"}
"""Told where a loan is secured by a registered pledge."""


@pytest.fixture(scope="module")
def lives(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FinanceLives]:
    """A ledger with a long random life behind it."""
    folder: Path = tmp_path_factory.mktemp("financing")
    with ledgers.running(folder, people(), council_delay=0, old_states=4 * FORK) as ledger:
        made = FinanceLives(ledger, random.Random(SEED), folder)
        made.scripted()
        made.live(STEPS)
        yield made


def test_every_word_of_purchases_and_loans_is_in_the_mirror(db: Database, lives: FinanceLives) -> None:
    mirror = sync.of(db, lives.ledger.rpc, lives.ledger.manifest, finality=0, development=True)
    for _ in range(4):
        mirror.catch_up()
        with db.read() as conn:
            deals, loans = finance_views.assert_equal(conn, lives.ledger)
            assert min(deals, loans) > 8
            assert receivable_views.assert_equal(conn, lives.ledger) > 10
        asked = assert_as_the_contracts_hold(db, mirror, lives.ledger.rpc, lives.ledger.manifest)
        assert {"deal", "loan_terms", "loan_state", "custody_range"} <= set(asked)
        lives.live(15)
    mirror.catch_up()
    assert verify.of(db, lives.ledger.manifest).equal
    assert verify.of(db, lives.ledger.manifest, rpc=lives.ledger.rpc).equal


def test_a_mirror_started_again_for_each_block_folds_the_same(db: Database, lives: FinanceLives) -> None:
    assert_folds_the_same(db, lives.ledger.rpc, lives.ledger.manifest)


def test_the_lives_tell_every_event(db: Database, lives: FinanceLives) -> None:
    sync.of(db, lives.ledger.rpc, lives.ledger.manifest, finality=0, development=True).catch_up()
    with db.read() as conn:
        topics = {bytes(row[0])[:32] for row in conn.execute(select(RAW_EVENT.c.topics).distinct())}
    types = (event for contract in CONTRACTS for event in event_types(contract, artifacts.load(contract).abi))
    told = {(event.contract, event.name) for event in types if event.topic in topics}
    wanted = {(contract, event) for contract, event in FOLDS.rules if contract in CONTRACTS and event not in ELSEWHERE}
    assert wanted - told == set()


def test_a_fork_leaves_what_the_contracts_hold(db: Database, lives: FinanceLives) -> None:
    """The last test of these lives: what they remember is not undone."""
    mirror = sync.of(db, lives.ledger.rpc, lives.ledger.manifest, finality=0, development=True)
    assert_outlives_a_fork(db, mirror, lives.ledger.rpc, lives.ledger.manifest, FORK)
