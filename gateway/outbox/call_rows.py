"""What the outbox's workers read and write of calls in `office`: what a key sends by itself, not as a member's act."""

from collections.abc import Sequence

import orjson
from sqlalchemy import (
    Connection,
    Select,
    and_,
    bindparam,
    select,
    update,
)

from gateway.office.models import CALL, LANE, TX
from gateway.office.repository import Call
from gateway.outbox.lanes import WHOLE, Share
from gateway.outbox.row_keys import HASHES, chunks
from gateway.outbox.states import State
from gateway.outbox.tx_rows import Tx


def waiting_calls(conn: Connection, purpose: str, limit: int, share: Share = WHOLE) -> list[Call]:
    """Calls for lanes of this purpose, of one's share, that no transaction was written for, in the order of acceptance."""
    given = {"purpose": purpose, "of": share.of, "at": share.at, "most": limit}
    return [Call(*row) for row in conn.execute(_WAITING_CALLS, given)]


_WAITING_CALLS = (
    select(CALL)
    .where(CALL.c.purpose == bindparam("purpose"), CALL.c.state == State.QUEUED, CALL.c.hash.is_(None))
    .where(CALL.c.share % bindparam("of") == bindparam("at"))
    .order_by(CALL.c.accepted)
    .limit(bindparam("most"))
)


def open_purposes(conn: Connection, prefix: str) -> list[str]:
    """The purposes that begin so of which a call is on its way."""
    going = CALL.c.state.in_((State.QUEUED, State.SENT))
    asked = select(CALL.c.purpose).distinct().where(CALL.c.purpose.startswith(prefix, autoescape=True), going)
    return [row.purpose for row in conn.execute(asked.order_by(CALL.c.purpose))]


def carry_call(conn: Connection, call: Call, hash_: bytes) -> None:
    """Names the transaction of a call."""
    conn.execute(update(CALL).where(CALL.c.member_id == call.member_id, CALL.c.call_id == call.call_id).values(hash=hash_))


def uncarry(conn: Connection, hash_: bytes) -> None:
    """Has the call of a transaction that others overtook sent by another one."""
    on_its_way = CALL.c.state.in_((State.QUEUED, State.SENT))
    conn.execute(update(CALL).where(CALL.c.hash.in_(_attempts_at(hash_)), on_its_way).values(hash=None, state=State.QUEUED))


def uncarried(conn: Connection, lane: str) -> list[Call]:
    """The calls that wait for a lane's purpose and that no transaction carries, in the order of acceptance."""
    purpose = select(LANE.c.purpose).where(LANE.c.lane == lane).scalar_subquery()
    waiting = and_(CALL.c.purpose == purpose, CALL.c.state == State.QUEUED, CALL.c.hash.is_(None))
    return [Call(*row) for row in conn.execute(select(CALL).where(waiting).order_by(CALL.c.accepted))]


def end_call(conn: Connection, call: Call, state: State, reason: object = None) -> None:
    """Ends a call that is not to be sent."""
    mine = and_(CALL.c.member_id == call.member_id, CALL.c.call_id == call.call_id)
    conn.execute(update(CALL).where(mine).values(state=state, reason=None if reason is None else orjson.dumps(reason)))


def mark_calls_sent(conn: Connection, hashes: Sequence[bytes]) -> None:
    """Notes that the node took the calls of these transactions, unless a block settled them meanwhile."""
    for part in chunks(hashes):
        conn.execute(_CALLS_SENT, {"hashes": b"".join(part)})


_CALLS_SENT = update(CALL).where(CALL.c.hash.in_(HASHES), CALL.c.state == State.QUEUED).values(state=State.SENT)


def mark_calls(conn: Connection, hashes: Sequence[bytes], state: State, reason: object = None) -> None:
    """Sets the state of the calls that these transactions make."""
    text = None if reason is None else orjson.dumps(reason)
    for part in chunks(hashes):
        conn.execute(update(CALL).where(CALL.c.hash.in_(part)).values(state=state, reason=text))


def carried_by(conn: Connection, tx: Tx) -> None:
    """Names this transaction as a call's, whichever attempt at its nonce was named before."""
    conn.execute(update(CALL).where(CALL.c.hash.in_(_attempts_at(tx.hash))).values(hash=tx.hash))


def call_of(conn: Connection, hash_: bytes) -> Call | None:
    """The call that a transaction makes, or another attempt at its nonce."""
    row = conn.execute(select(CALL).where(CALL.c.hash.in_(_attempts_at(hash_)))).one_or_none()
    return None if row is None else Call(*row)


def _attempts_at(hash_: bytes) -> Select[tuple[bytes]]:
    """The hashes of every attempt at the nonce of a transaction, its own among them."""
    beside = TX.alias()
    same = and_(beside.c.lane == TX.c.lane, beside.c.nonce == TX.c.nonce)
    return select(beside.c.hash).join(TX, same).where(TX.c.hash == hash_)


def sender_of(conn: Connection, hash_: bytes) -> bytes | None:
    """The key that a transaction is signed with."""
    found: bytes | None = conn.execute(select(LANE.c.key).join(TX, TX.c.lane == LANE.c.lane).where(TX.c.hash == hash_)).scalar()
    return found
