"""What the outbox's workers read and write in `office`. They serve every member, and change only states, lanes and transactions."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TypeVar

import orjson
from sqlalchemy import Connection, and_, exists, func, insert, select, tuple_, update

from gateway.office.database import now_ms
from gateway.office.models import ACT, ACT_HISTORY, CALL, LANE, SETTLED, SIGNATURE, TX, TX_ACT
from gateway.office.repository import Act, Call, Signature
from gateway.outbox.encode import Signed
from gateway.outbox.lanes import IN_FLIGHT, LEASE_MS, Lane, LeaseLost, TxState, Written
from gateway.outbox.states import OPEN, State, step
from ledger.mirror.schema import word

Item = TypeVar("Item")
ActKey = tuple[bytes, bytes]
_CHUNK = 400


# --- Lanes -------------------------------------------------------------------------------------------------------------------


def lease(conn: Connection, name: str, key: bytes, owner: str) -> Lane | None:
    """Takes or renews the lane for this process; None while another one holds it. Each new owner raises the fence."""
    row = conn.execute(select(LANE).where(LANE.c.lane == name)).one_or_none()
    until = now_ms() + LEASE_MS
    if row is None:
        fresh = {"lane": name, "key": key, "owner": owner, "until": until, "fence": 1, "next_nonce": 0, "alarm": None}
        conn.execute(insert(LANE).values(**fresh))
        return Lane(name, key, 1, 0)
    if row.owner not in (owner, None) and row.until > now_ms():
        return None
    if row.owner == owner and row.until - now_ms() > LEASE_MS // 2:
        return Lane(name, row.key, row.fence, row.next_nonce)
    fence = row.fence if row.owner == owner else row.fence + 1
    taken = update(LANE).where(LANE.c.lane == name, LANE.c.fence == row.fence).values(owner=owner, until=until, fence=fence)
    return Lane(name, row.key, fence, row.next_nonce) if conn.execute(taken).rowcount else None


def release(conn: Connection, lane: Lane) -> None:
    """Gives the lane up, so that another process need not wait for the lease to end."""
    conn.execute(update(LANE).where(LANE.c.lane == lane.name, LANE.c.fence == lane.fence).values(until=0, owner=None))


def alarm(conn: Connection, lane: Lane, text: str) -> None:
    """Stops a lane for people to look at."""
    conn.execute(update(LANE).where(LANE.c.lane == lane.name).values(alarm=text))


def alarms(conn: Connection) -> list[str]:
    """Why lanes stand still."""
    return list(conn.execute(select(LANE.c.alarm).where(LANE.c.alarm.is_not(None)).order_by(LANE.c.lane)).scalars())


def hold_fence(conn: Connection, lane: Lane, next_nonce: int) -> None:
    """Moves the lane's nonce, if this process still holds the fence. Raises LeaseLost."""
    mine = and_(LANE.c.lane == lane.name, LANE.c.fence == lane.fence)
    if not conn.execute(update(LANE).where(mine).values(next_nonce=next_nonce)).rowcount:
        raise LeaseLost(f"lane {lane.name} was taken over by another process")


# --- Transactions ------------------------------------------------------------------------------------------------------------


def write_tx(conn: Connection, lane: Lane, nonce: int, attempt: int, signed: Signed, purpose: str, acts: Iterable[ActKey] = ()) -> None:
    """Keeps the bytes of a transaction and the acts in it. To be called under the fence, before the bytes leave."""
    row = {"lane": lane.name, "nonce": nonce, "attempt": attempt, "hash": signed.hash, "raw": signed.raw, "purpose": purpose}
    conn.execute(insert(TX).values(**row, state=TxState.WRITTEN, written=now_ms()))
    links = [{"hash": signed.hash, "member_id": member, "act_id": act} for member, act in acts]
    if links:
        conn.execute(insert(TX_ACT), links)


def in_flight(conn: Connection, lane: str) -> list[Written]:
    """The transactions of a lane that no block has settled, in nonce order."""
    columns = TX.c
    asked = select(columns.nonce, columns.attempt, columns.hash, columns.raw, columns.purpose, columns.state, columns.sent)
    asked = asked.where(columns.lane == lane, columns.state.in_(IN_FLIGHT)).order_by(columns.nonce, columns.attempt)
    return [Written(row.nonce, row.attempt, row.hash, row.raw, row.purpose, TxState(row.state), row.sent) for row in conn.execute(asked)]


def unsettled(conn: Connection, limit: int = 2_000) -> list[tuple[str, int, bytes, str, TxState]]:
    """(lane, nonce, hash, purpose, state) of transactions of every lane that aren't final or lost."""
    states = [*IN_FLIGHT, TxState.MINED]
    asked = select(TX.c.lane, TX.c.nonce, TX.c.hash, TX.c.purpose, TX.c.state).where(TX.c.state.in_(states))
    return [(*row[:4], TxState(row[4])) for row in conn.execute(asked.order_by(TX.c.lane, TX.c.nonce).limit(limit))]


def mark_tx(conn: Connection, hashes: Sequence[bytes], state: TxState, fault: str | None = None) -> None:
    """Sets the state of transactions; the time of sending where they were sent."""
    values: dict[str, object] = {"state": state, "fault": fault}
    if state is TxState.SENT:
        values["sent"] = now_ms()
    for part in _chunks(hashes):
        conn.execute(update(TX).where(TX.c.hash.in_(part)).values(**values))


def mark_mined(conn: Connection, hash_: bytes, block: int, state: TxState) -> None:
    """Notes the block that holds a transaction."""
    conn.execute(update(TX).where(TX.c.hash == hash_).values(state=state, block=block))


def acts_of(conn: Connection, hashes: Sequence[bytes]) -> dict[bytes, list[ActKey]]:
    """The acts that transactions carry."""
    found: dict[bytes, list[ActKey]] = defaultdict(list)
    for part in _chunks(hashes):
        for row in conn.execute(select(TX_ACT).where(TX_ACT.c.hash.in_(part))):
            found[row.hash].append((row.member_id, row.act_id))
    return found


def carriers(conn: Connection, acts: Sequence[ActKey]) -> dict[ActKey, list[tuple[bytes, TxState]]]:
    """The transactions (hash, state) that ever carried each act, oldest first."""
    found: dict[ActKey, list[tuple[bytes, TxState]]] = defaultdict(list)
    for part in _chunks(acts):
        asked = select(TX_ACT.c.member_id, TX_ACT.c.act_id, TX.c.hash, TX.c.state).join(TX, TX.c.hash == TX_ACT.c.hash)
        for row in conn.execute(asked.where(tuple_(TX_ACT.c.member_id, TX_ACT.c.act_id).in_(part)).order_by(TX.c.written)):
            found[(row.member_id, row.act_id)].append((row.hash, TxState(row.state)))
    return found


# --- Acts --------------------------------------------------------------------------------------------------------------------


def queued(conn: Connection, limit: int) -> list[Act]:
    """Acts to be sent that no open transaction carries, in the order of acceptance."""
    open_states = [*IN_FLIGHT, TxState.MINED]
    carried = exists(
        select(TX_ACT.c.hash)
        .join(TX, TX.c.hash == TX_ACT.c.hash)
        .where(TX_ACT.c.member_id == ACT.c.member_id, TX_ACT.c.act_id == ACT.c.act_id, TX.c.state.in_(open_states))
    )
    asked = select(ACT).where(ACT.c.state == State.QUEUED, ~carried).order_by(ACT.c.accepted).limit(limit)
    return [Act(*row) for row in conn.execute(asked)]


def open_acts(conn: Connection, limit: int = 20_000) -> list[Act]:
    """Acts that are not over, in the order of acceptance."""
    return [Act(*row) for row in conn.execute(select(ACT).where(ACT.c.state.in_(OPEN)).order_by(ACT.c.accepted).limit(limit))]


def ended_since(conn: Connection, pos: int) -> list[Act]:
    """Acts whose event lies after a position."""
    return [Act(*row) for row in conn.execute(select(ACT).where(ACT.c.done_pos > pos))]


def named(conn: Connection, acts: Sequence[tuple[bytes, int]]) -> dict[tuple[bytes, int], Act]:
    """Acts by (account, act id)."""
    found: dict[tuple[bytes, int], Act] = {}
    for part in _chunks([(account, word(act)) for account, act in acts]):
        for row in conn.execute(select(ACT).where(tuple_(ACT.c.member_id, ACT.c.act_id).in_(part))):
            act = Act(*row)
            found[(act.member_id, act.id)] = act
    return found


def signatures(conn: Connection, acts: Sequence[ActKey]) -> dict[ActKey, list[Signature]]:
    """The signers of each act, in the envelope's order."""
    found: dict[ActKey, list[Signature]] = defaultdict(list)
    for part in _chunks(acts):
        asked = select(SIGNATURE).where(tuple_(SIGNATURE.c.member_id, SIGNATURE.c.act_id).in_(part)).order_by(SIGNATURE.c.position)
        for row in conn.execute(asked):
            found[(row.member_id, row.act_id)].append(Signature(*row))
    return found


def set_signature(conn: Connection, act: ActKey, position: int, sig: bytes, evidence: bytes | None) -> None:
    """Keeps a signature that was missing."""
    mine = and_(SIGNATURE.c.member_id == act[0], SIGNATURE.c.act_id == act[1], SIGNATURE.c.position == position)
    conn.execute(update(SIGNATURE).where(mine).values(sig=sig, evidence_root=evidence))


def move(
    conn: Connection,
    act: Act,
    after: State,
    *,
    reason: object = None,
    done: tuple[int, bytes] | None = None,
    note: str | None = None,
) -> None:
    """One step of an act and its line of history. Raises IllegalStep."""
    step(State(act.state), after)
    values: dict[str, object] = {"state": after, "reason": None if reason is None else orjson.dumps(reason)}
    values |= {"done_pos": done[0], "done_hash": done[1]} if done else {"done_pos": None, "done_hash": None}
    conn.execute(update(ACT).where(ACT.c.member_id == act.member_id, ACT.c.act_id == act.act_id).values(**values))
    history = {"member_id": act.member_id, "act_id": act.act_id, "state": after, "at": now_ms(), "note": note}
    conn.execute(insert(ACT_HISTORY).values(**history))


def any_in_flight(conn: Connection) -> bool:
    """Whether any act is on its way and not mined yet."""
    on_its_way = [State.READY, State.QUEUED, State.SENT]
    return conn.execute(select(ACT.c.act_id).where(ACT.c.state.in_(on_its_way), ACT.c.reason.is_(None)).limit(1)).first() is not None


def counts(conn: Connection) -> dict[str, int]:
    """How many acts stand in each state."""
    return {row[0]: row[1] for row in conn.execute(select(ACT.c.state, func.count()).group_by(ACT.c.state))}


# --- Calls -------------------------------------------------------------------------------------------------------------------


def waiting_calls(conn: Connection, lane: str, limit: int) -> list[Call]:
    """Calls of a lane that no transaction was written for, in the order of acceptance."""
    asked = select(CALL).where(CALL.c.lane == lane, CALL.c.state == State.QUEUED, CALL.c.hash.is_(None))
    return [Call(*row) for row in conn.execute(asked.order_by(CALL.c.accepted).limit(limit))]


def calls_named(conn: Connection, ids: Sequence[bytes]) -> dict[bytes, Call]:
    """Calls by id."""
    found: dict[bytes, Call] = {}
    for part in _chunks(ids):
        for row in conn.execute(select(CALL).where(CALL.c.call_id.in_(part))):
            found[row.call_id] = Call(*row)
    return found


def carry_call(conn: Connection, call: Call, hash_: bytes) -> None:
    """Names the transaction of a call."""
    conn.execute(update(CALL).where(CALL.c.member_id == call.member_id, CALL.c.call_id == call.call_id).values(hash=hash_))


def mark_calls(conn: Connection, hashes: Sequence[bytes], state: State, reason: object = None) -> None:
    """Sets the state of the calls that these transactions make."""
    text = None if reason is None else orjson.dumps(reason)
    for part in _chunks(hashes):
        conn.execute(update(CALL).where(CALL.c.hash.in_(part)).values(state=state, reason=text))


def call_of(conn: Connection, hash_: bytes) -> Call | None:
    """The call that a transaction makes."""
    row = conn.execute(select(CALL).where(CALL.c.hash == hash_)).one_or_none()
    return None if row is None else Call(*row)


def sender_of(conn: Connection, hash_: bytes) -> bytes | None:
    """The key that a transaction is signed with."""
    found: bytes | None = conn.execute(select(LANE.c.key).join(TX, TX.c.lane == LANE.c.lane).where(TX.c.hash == hash_)).scalar()
    return found


# --- How far the chain was read ----------------------------------------------------------------------------------------------


def settled(conn: Connection) -> tuple[int, bytes | None] | None:
    """(block, hash) up to which acts were settled."""
    row = conn.execute(select(SETTLED.c.block, SETTLED.c.hash)).one_or_none()
    return None if row is None else (row.block, row.hash)


def set_settled(conn: Connection, block: int, hash_: bytes | None) -> None:
    """Notes up to which block acts were settled."""
    if not conn.execute(update(SETTLED).values(block=block, hash=hash_)).rowcount:
        conn.execute(insert(SETTLED).values(id=1, block=block, hash=hash_))


def _chunks(items: Sequence[Item]) -> Iterable[Sequence[Item]]:
    return (items[at : at + _CHUNK] for at in range(0, len(items), _CHUNK))
