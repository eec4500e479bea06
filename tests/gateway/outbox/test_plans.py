"""What the outbox asks by lists of keys is looked up by an index, on both databases, however many acts were sent before."""

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, insert

from gateway.office.models import ACT, CALL, SIGNATURE, TX, TX_ACT
from gateway.outbox import act_rows, call_rows, tx_rows
from gateway.outbox.lanes import TxState
from gateway.outbox.states import State
from ledger.mirror.database import Database
from ledger.mirror.schema import word
from tests.gateway.rows import ALICE, act, call
from tests.ledger.mirror.plans import explained

pytestmark = pytest.mark.every_kind

MANY = 3_000
KEYS = [(ALICE, word(number)) for number in range(7, MANY, 100)]
HASHES = [word(number) for number in range(7, MANY, 100)]


@pytest.fixture
def busy(office: Database) -> Database:
    """An office that has sent many acts and calls, each in a transaction of its own."""
    tx = {"lane": "relay 0x4e", "attempt": 0, "raw": b"raw", "purpose": "acts", "state": TxState.FINAL, "written": 1}
    signature = {"member_id": ALICE, "position": 0, "signer": ALICE, "key": ALICE, "role": 1, "mode": 0}
    numbers = range(MANY)
    with office.write() as conn:
        conn.execute(insert(ACT), [act(ALICE, number, State.FINAL)._asdict() for number in numbers])
        conn.execute(insert(SIGNATURE), [{**signature, "act_id": word(number)} for number in numbers])
        conn.execute(insert(TX), [{**tx, "nonce": number, "hash": word(number), "block": number} for number in numbers])
        conn.execute(insert(TX_ACT), [{"hash": word(number), "member_id": ALICE, "act_id": word(number)} for number in numbers])
        conn.execute(insert(CALL), [{**call(ALICE, str(number))._asdict(), "hash": word(number)} for number in numbers])
    with office.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.exec_driver_sql("ANALYZE")
    return office


ASKED: dict[str, Callable[[Connection], object]] = {
    "named": lambda conn: act_rows.named(conn, KEYS),
    "locked": lambda conn: act_rows.named(conn, KEYS, lock=True),
    "kept": lambda conn: act_rows.kept(conn, KEYS),
    "signatures": lambda conn: act_rows.signatures(conn, KEYS),
    "dependencies": lambda conn: act_rows.dependencies(conn, KEYS),
    "tried": lambda conn: tx_rows.tried(conn, KEYS),
    "carriers": lambda conn: tx_rows.carriers(conn, KEYS),
    "in flight": lambda conn: tx_rows.in_flight(conn, "relay 0x4e"),
    "first undone": lambda conn: tx_rows.first_undone(conn, "council 0x4f", 0),
    "raw": lambda conn: tx_rows.raw_of(conn, HASHES),
    "acts of": lambda conn: tx_rows.acts_of(conn, HASHES),
    "answered": lambda conn: tx_rows.mark_answered(conn, HASHES, TxState.SENT),
    "acts sent": lambda conn: act_rows.mark_acts_sent(conn, HASHES),
    "calls sent": lambda conn: call_rows.mark_calls_sent(conn, HASHES),
}


@pytest.mark.parametrize("what", ASKED)
def test_no_table_is_read_whole(busy: Database, what: str) -> None:
    with explained(busy, writing=True) as (conn, scanned):
        ASKED[what](conn)
    assert scanned == []


def test_lists_of_keys_find_just_those(busy: Database) -> None:
    with busy.read() as conn:
        assert set(act_rows.named(conn, KEYS)) == set(act_rows.kept(conn, [*KEYS, (b"\0" * 20, word(7))])) == set(KEYS)
        assert set(tx_rows.raw_of(conn, [*HASHES, word(MANY)])) == set(HASHES)
        assert act_rows.named(conn, []) == {} and tx_rows.raw_of(conn, []) == {} and act_rows.kept(conn, [(ALICE, word(MANY))]) == []
