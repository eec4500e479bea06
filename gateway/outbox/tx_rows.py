"""What the outbox's workers read and write of transactions in `office`, and up to which block they were settled."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    Connection,
    Select,
    and_,
    bindparam,
    exists,
    insert,
    or_,
    select,
    tuple_,
    update,
)

from gateway.office.database import clock_ms, now_ms
from gateway.office.inserting import insert_all
from gateway.office.models import ACT, LANE, SETTLED, TX, TX_ACT
from gateway.office.repository import ActKey
from gateway.outbox.encode import Signed
from gateway.outbox.lanes import IN_FLIGHT, Lane, TxState, Written
from gateway.outbox.row_keys import CHUNK, HASHES, THESE, chunks, joined


class Tx(NamedTuple):
    """A transaction as settling sees it."""

    lane: str
    nonce: int
    hash: bytes
    purpose: str
    state: str
    block: int | None


_TX = (TX.c.lane, TX.c.nonce, TX.c.hash, TX.c.purpose, TX.c.state, TX.c.block)


def write_tx(
    conn: Connection,
    lane: Lane,
    nonce: int,
    attempt: int,
    signed: Signed,
    purpose: str,
    acts: Iterable[ActKey] = (),
    *,
    retried: int = 0,
) -> None:
    """Keeps the bytes of a transaction and the acts in it. To be called under the fence, before the bytes leave.

    `retried`: when the last of the acts was had sent again, which is before this whatever clocks say.
    """
    row = {"lane": lane.name, "nonce": nonce, "attempt": attempt, "hash": signed.hash, "raw": signed.raw, "purpose": purpose}
    conn.execute(insert(TX).values(**row, state=TxState.WRITTEN, written=max(clock_ms(conn), retried)))
    insert_all(conn, TX_ACT, ("hash", "member_id", "act_id"), [(signed.hash, *act) for act in acts])


def in_flight(conn: Connection, lane: str) -> list[Written]:
    """The transactions of a lane that no block has settled, in nonce order, without their bytes."""
    rows = conn.execute(_WRITTEN, {"lane": lane})
    return [Written(*row[:4], TxState(row.state), *row[5:]) for row in rows]


_WRITTEN = (
    select(TX.c.nonce, TX.c.attempt, TX.c.hash, TX.c.purpose, TX.c.state, TX.c.sent, TX.c.fault, TX.c.written, TX.c.block)
    .where(TX.c.lane == bindparam("lane"), TX.c.state.in_(IN_FLIGHT))
    .order_by(TX.c.nonce, TX.c.attempt)
)


def first_undone(conn: Connection, lane: str, since: int) -> tuple[str, int] | None:
    """Of what a fork undid in other lanes and no block has again, the lowest block that had held it, and its lane.

    Lanes that nobody has held since a time (UTC milliseconds) don't count.
    """
    row = conn.execute(_FIRST_UNDONE, {"lane": lane, "since": since}).first()
    return None if row is None else (row.lane, row.block)


_FIRST_UNDONE = (
    select(TX.c.lane, TX.c.block)
    .join(LANE, LANE.c.lane == TX.c.lane)
    .where(TX.c.state.in_(IN_FLIGHT), TX.c.block.is_not(None), TX.c.lane != bindparam("lane"))
    .where(LANE.c.until >= bindparam("since"))
    .order_by(TX.c.block)
    .limit(1)
)


def raw_of(conn: Connection, hashes: Sequence[bytes]) -> dict[bytes, bytes]:
    """The bytes of transactions."""
    return {row.hash: row.raw for part in chunks(hashes) for row in conn.execute(_RAW, {"hashes": b"".join(part)})}


_RAW = select(TX.c.hash, TX.c.raw).where(TX.c.hash.in_(HASHES))


def unsettled(conn: Connection) -> list[Tx]:
    """The transactions of every lane that aren't final or lost."""
    return [Tx(*row) for row in conn.execute(_UNSETTLED)]


_UNSETTLED = select(*_TX).where(TX.c.state.in_([*IN_FLIGHT, TxState.MINED])).order_by(TX.c.lane, TX.c.nonce, TX.c.attempt)


def mined_down(conn: Connection) -> Iterator[list[Tx]]:
    """Settled transactions by block, newest first, in pages."""
    below: tuple[int, bytes] | None = None
    while True:
        asked = select(*_TX).where(TX.c.state.in_([TxState.MINED, TxState.FINAL]), TX.c.block.is_not(None))
        if below is not None:
            asked = asked.where(tuple_(TX.c.block, TX.c.hash) < below)
        page = [Tx(*row) for row in conn.execute(asked.order_by(TX.c.block.desc(), TX.c.hash.desc()).limit(CHUNK))]
        if not page:
            return
        yield page
        below = (page[-1].block or 0, page[-1].hash)


def attempts(conn: Connection, nonces: Sequence[tuple[str, int]]) -> list[Tx]:
    """Every transaction that was written for these (lane, nonce)."""
    return [
        Tx(*row)
        for part in chunks(nonces)
        for row in conn.execute(select(*_TX).where(tuple_(TX.c.lane, TX.c.nonce).in_(part)).order_by(TX.c.lane, TX.c.nonce, TX.c.attempt))
    ]


def mark_lost(conn: Connection, hash_: bytes, why: str) -> None:
    """Notes that a transaction can't be mined any more."""
    conn.execute(update(TX).where(TX.c.hash == hash_).values(state=TxState.LOST, block=None, fault=why))


def send_again(conn: Connection, hash_: bytes) -> None:
    """Has the bytes of a transaction go out once more. The block that had held it is kept: it says what goes before what."""
    conn.execute(update(TX).where(TX.c.hash == hash_).values(state=TxState.WRITTEN, sent=None, fault=None))


def mark_answered(conn: Connection, hashes: Sequence[bytes], state: TxState, fault: str | None = None) -> None:
    """Notes a node's answer to transactions, unless a block has settled them since they were sent."""
    for part in chunks(hashes):
        conn.execute(_ANSWERED, {"hashes": b"".join(part), "to": state, "why": fault, "at": now_ms()})


_ANSWERED = (
    update(TX)
    .where(TX.c.hash.in_(HASHES), TX.c.state.in_(IN_FLIGHT))
    .values(state=bindparam("to"), fault=bindparam("why"), sent=bindparam("at"))
)


def mark_mined(conn: Connection, hash_: bytes, block: int, state: TxState) -> None:
    """Notes the block that holds a transaction."""
    conn.execute(update(TX).where(TX.c.hash == hash_).values(state=state, block=block, fault=None))


def refusals(conn: Connection, limit: int = 10) -> list[str]:
    """What nodes answered to transactions that they didn't take and that are still to be sent."""
    asked = select(TX.c.lane, TX.c.nonce, TX.c.fault).where(TX.c.state.in_(IN_FLIGHT), TX.c.fault.is_not(None))
    rows = conn.execute(asked.order_by(TX.c.lane, TX.c.nonce).limit(limit))
    return [f"lane {row.lane}: the node refuses transaction {row.nonce}: {row.fault}" for row in rows]


def acts_of(conn: Connection, hashes: Sequence[bytes]) -> dict[bytes, list[ActKey]]:
    """The acts that transactions carry."""
    found: dict[bytes, list[ActKey]] = defaultdict(list)
    for part in chunks(hashes):
        for row in conn.execute(_ACTS_OF, {"hashes": b"".join(part)}):
            found[row.hash].append((row.member_id, row.act_id))
    return found


_ACTS_OF = select(TX_ACT).where(TX_ACT.c.hash.in_(HASHES))


class Carrier(NamedTuple):
    """A transaction that carried an act, and whether it carried others too."""

    hash: bytes
    state: str
    shared: bool


def tried(conn: Connection, acts: Sequence[ActKey]) -> set[ActKey]:
    """Those that any transaction ever carried."""
    found: set[ActKey] = set()
    for part in chunks(acts):
        found |= {(row[0], row[1]) for row in conn.execute(_TRIED, {"these": joined(part)})}
    return found


_TRIED = select(TX_ACT.c.member_id, TX_ACT.c.act_id).where(tuple_(TX_ACT.c.member_id, TX_ACT.c.act_id).in_(THESE))


def carriers(conn: Connection, acts: Sequence[ActKey]) -> dict[ActKey, list[Carrier]]:
    """The transactions that carried each act, oldest first; of one that a person had sent again, those since."""
    found: dict[ActKey, list[Carrier]] = defaultdict(list)
    for part in chunks(acts):
        for row in conn.execute(_CARRIERS, {"these": joined(part)}):
            found[(row[0], row[1])].append(Carrier(row[2], row[3], bool(row[4])))
    return found


def _carriers() -> Select[Any]:
    beside = TX_ACT.alias()
    other = or_(beside.c.act_id != TX_ACT.c.act_id, beside.c.member_id != TX_ACT.c.member_id)
    shared = exists(select(beside.c.hash).where(beside.c.hash == TX_ACT.c.hash, other))
    asked = select(TX_ACT.c.member_id, TX_ACT.c.act_id, TX.c.hash, TX.c.state, shared).join(TX, TX.c.hash == TX_ACT.c.hash)
    asked = asked.join(ACT, and_(ACT.c.member_id == TX_ACT.c.member_id, ACT.c.act_id == TX_ACT.c.act_id))
    asked = asked.where(tuple_(TX_ACT.c.member_id, TX_ACT.c.act_id).in_(THESE), TX.c.written >= ACT.c.retried)
    return asked.order_by(TX.c.written, TX.c.nonce, TX.c.attempt)


_CARRIERS = _carriers()


def settled(conn: Connection) -> tuple[int, bytes | None] | None:
    """(block, hash) up to which acts were settled."""
    row = conn.execute(select(SETTLED.c.block, SETTLED.c.hash)).one_or_none()
    return None if row is None else (row.block, row.hash)


def set_settled(conn: Connection, block: int, hash_: bytes | None) -> None:
    """Notes up to which block acts were settled."""
    if not conn.execute(update(SETTLED).values(block=block, hash=hash_)).rowcount:
        conn.execute(insert(SETTLED).values(id=1, block=block, hash=hash_))
