"""Random rows against real contracts, by views and by proofs of storage: all agree, and a changed row is found by either."""

import random
from collections.abc import Iterator
from typing import Any

import pytest

from ledger.chain.blocks import Checks, InconsistentAnswer
from ledger.chain.headers import HeaderForm
from ledger.chain.manifest import Manifest
from ledger.chain.rpc import Rpc, RpcError
from ledger.mirror import spot_checks, sync, verify
from ledger.mirror.database import Database
from ledger.mirror.onchain import RULES, Past
from ledger.mirror.spot_checks import NotThisChain, SpotReport
from tests.conftest import FULL
from tests.ledger import ledgers
from tests.ledger.mirror import finance_lives, register
from tests.ledger.mirror.finance_lives import FinanceLives
from tests.ledger.mirror.lying import lying
from tests.ledger.mirror.register_lives import Lives as RegisterLives

pytestmark = [pytest.mark.of_no_ledger, pytest.mark.parametrize("kind", ["sqlite"], indirect=True)]

STEPS = 1_000 if FULL else 200
ALL_ROWS = 100_000
SEED = 766_769


@pytest.fixture(scope="module")
def lives(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FinanceLives]:
    """A ledger of receivables, purchases and loans with a random life behind it."""
    folder = tmp_path_factory.mktemp("finance")
    with ledgers.running(folder, finance_lives.people(), council_delay=0) as ledger:
        made = FinanceLives(ledger, random.Random(SEED), folder)
        made.scripted()
        made.live(STEPS)
        yield made


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[register.Office]:
    """A register of pledges with a random life behind it."""
    with register.running(tmp_path_factory.mktemp("register")) as running:
        made = RegisterLives(running, random.Random(SEED))
        made.rare()
        made.live(STEPS)
        yield running


def _mirrored(db: Database, rpc: Rpc, manifest: Manifest) -> int:
    mirror = sync.of(db, rpc, manifest, finality=0, development=True)
    mirror.catch_up()
    return mirror.status().block


def _checked(db: Database, rpc: Rpc, manifest: Manifest, rows: int = ALL_ROWS, seed: int = SEED) -> SpotReport:
    height = _mirrored(db, rpc, manifest)
    with db.read() as conn:
        return spot_checks.check(conn, rpc, manifest, height, rows, seed, headers=HeaderForm.ETHEREUM)


def test_every_row_of_finance_is_what_the_contracts_hold(db: Database, lives: FinanceLives) -> None:
    report = _checked(db, lives.ledger.rpc, lives.ledger.manifest)
    assert report.differences == []
    assert {"member", "cash_entry", "receivable_state", "token", "deal", "loan_terms", "loan_state", "custody_range"} <= set(report.asked)
    assert report.proven["token"] == report.asked["token"] > 10


def test_every_row_of_the_register_is_what_the_contracts_hold(db: Database, office: register.Office) -> None:
    report = _checked(db, office.rpc, office.manifest)
    assert report.differences == []
    assert {"pledge_state", "segment", "asset", "encumbrance", "register", "member"} <= set(report.asked)
    assert report.proven["asset"] == report.asked["asset"] > 10


def test_the_two_lives_tell_every_kind_of_row(db: Database, lives: FinanceLives, office: register.Office, database_urls: Any) -> None:
    from ledger.mirror import database

    other = database.open(database_urls())
    asked = _checked(db, lives.ledger.rpc, lives.ledger.manifest).asked + _checked(other, office.rpc, office.manifest).asked
    other.close()
    assert {projection.name for projection in RULES} - {"member_key"} <= set(asked)


CHANGES = {
    "cash_entry": "balance = balance + 1",
    "token": "owner = (SELECT owner FROM token AS other WHERE other.owner <> token.owner LIMIT 1)",
    "receivable_state": "owed_live = owed_live - 1",
    "member": "roles = roles + 1",
    "deal": "advance = advance + 1",
    "loan_terms": "flags = flags + 64",
    "pledge_state": "expires = expires + 1",
    "segment": "assets = assets + 1",
    "asset": "links = links + 1",
    "encumbrance": "reason = 1",
}


@pytest.mark.parametrize("changed", CHANGES if FULL else list(CHANGES)[::2])
def test_a_changed_row_is_found_by_rebuild_and_by_contract(
    db: Database, lives: FinanceLives, office: register.Office, changed: str
) -> None:
    in_register = changed in ("pledge_state", "segment", "asset", "encumbrance")
    rpc, manifest = (office.rpc, office.manifest) if in_register else (lives.ledger.rpc, lives.ledger.manifest)
    _mirrored(db, rpc, manifest)
    with db.write() as conn:
        live = f"SELECT rowid FROM {changed} WHERE to_pos IS NULL {'AND reason IS NULL' if changed == 'encumbrance' else ''} LIMIT 1"
        conn.exec_driver_sql(f"UPDATE {changed} SET {CHANGES[changed]} WHERE rowid = ({live})")
    report = verify.of(db, manifest, rpc=rpc, rows=ALL_ROWS, seed=SEED, checks=Checks(headers=HeaderForm.ETHEREUM))
    assert report.spots is not None and not report.equal
    assert [each.name for each in report.tables if not each.equal] == [changed]
    assert {each.table for each in report.spots.differences} >= {changed}
    if report.spots.proven[changed]:
        assert any(each.proven for each in report.spots.differences)


def test_the_same_seed_draws_the_same_rows(db: Database, lives: FinanceLives) -> None:
    ledger = lives.ledger
    height = _mirrored(db, ledger.rpc, ledger.manifest)
    with db.read() as conn:
        past = Past(conn, height + 1 << 20)
        drawn = [[(each.name, row) for each, row in spot_checks._drawn(past, 30, random.Random(seed))] for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert len(drawn[0]) == 30


def test_another_chain_and_a_state_that_is_gone_are_said(db: Database, lives: FinanceLives, office: register.Office) -> None:
    ledger = lives.ledger
    height = _mirrored(db, ledger.rpc, ledger.manifest)
    with db.read() as conn:
        with pytest.raises(NotThisChain, match="has another block"):
            spot_checks.check(conn, office.rpc, ledger.manifest, ledger.manifest.block + 1, 5, SEED, headers=HeaderForm.ETHEREUM)
        with pytest.raises(RpcError):
            spot_checks.check(conn, ledger.rpc, ledger.manifest, height - 30, 5, SEED, headers=HeaderForm.ETHEREUM)


@pytest.mark.parametrize("lie", ["value", "code", "root"])
def test_a_node_that_lies_in_a_proof_is_noticed(db: Database, lives: FinanceLives, lie: str) -> None:
    ledger = lives.ledger

    def told(method: str, _: Any, answer: Any) -> Any:
        if method == "eth_getProof" and lie == "value":
            return {**answer, "storageProof": [{**each, "proof": each["proof"][:-1]} for each in answer["storageProof"]]}
        if method == "eth_getProof" and lie == "code":
            return {**answer, "accountProof": [node[:-2] + "00" for node in answer["accountProof"]]}
        if method == "eth_getBlockByNumber" and lie == "root":
            return {**answer, "stateRoot": "0x" + "ab" * 32}
        return answer

    height = _mirrored(db, ledger.rpc, ledger.manifest)
    with lying(ledger.rpc.url, told) as liar, Rpc(liar) as rpc, db.read() as conn, pytest.raises(InconsistentAnswer):
        spot_checks.check(conn, rpc, ledger.manifest, height, 30, SEED, headers=HeaderForm.ETHEREUM)
