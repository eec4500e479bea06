"""What the outbox's workers read and write of lanes in `office`: leases, fences, nonces, and the counts that speak against us."""

from typing import NamedTuple

from sqlalchemy import (
    Connection,
    and_,
    bindparam,
    func,
    select,
    update,
)

from gateway.office.database import clock_ms, insert_or_keep, now_ms
from gateway.office.models import CALL, LANE, TX
from gateway.outbox import owners
from gateway.outbox.lanes import IN_FLIGHT, LEASE_MS, RESUMES, Lane, LeaseLost, Shift, TxState, is_let
from gateway.outbox.states import State


class KeyHasLane(RuntimeError):
    """Two lanes would count the nonces of one key."""


def lease(conn: Connection, name: str, purpose: str, key: bytes, owner: str) -> Lane | None:
    """Takes or renews the lane for this process; None while another one holds it. Each new owner raises the fence. Raises KeyHasLane."""
    row = conn.execute(select(LANE).where(LANE.c.lane == name)).one_or_none()
    now = clock_ms(conn)
    until = now + LEASE_MS
    if row is None:
        fresh = {"lane": name, "purpose": purpose, "key": key, "owner": owner, "until": until, "fence": 1, "next_nonce": 0}
        if insert_or_keep(conn, LANE, fresh):
            return Lane(name, key, 1, 0)
        if conn.execute(select(LANE.c.lane).where(LANE.c.lane == name)).one_or_none() is None:
            raise KeyHasLane(f"key 0x{key.hex()} has a lane already, so lane {name} can't be made with it")
        return None
    if row.owner not in (owner, None) and is_let(row.until, now) and not owners.is_gone(row.owner):
        return None
    fence = row.fence if row.owner == owner else row.fence + 1
    unchanged = and_(LANE.c.lane == name, LANE.c.fence == row.fence, LANE.c.until == row.until)
    taken = update(LANE).where(unchanged).values(owner=owner, until=until, fence=fence)
    return Lane(name, row.key, fence, row.next_nonce, row.alarm, row.counted) if conn.execute(taken).rowcount else None


def take_shift(conn: Connection, shift: Shift, owner: str) -> Lane | None:
    """As lease, of a shift."""
    return lease(conn, shift, shift, shift.key, owner)


def held_lease(conn: Connection, name: str, owner: str) -> Lane | None:
    """The lane, if this process holds it and more than half of the lease is left."""
    row = conn.execute(_HELD, {"lane": name, "owner": owner}).one_or_none()
    if row is None or not LEASE_MS // 2 < row.until - clock_ms(conn) <= LEASE_MS:
        return None
    return Lane(name, row.key, row.fence, row.next_nonce, row.alarm, row.counted)


_HELD = select(LANE).where(LANE.c.lane == bindparam("lane"), LANE.c.owner == bindparam("owner"))


def release(conn: Connection, name: str, owner: str) -> None:
    """Gives the lane up, so that another process need not wait for the lease to end."""
    conn.execute(update(LANE).where(LANE.c.lane == name, LANE.c.owner == owner).values(until=0, owner=None))


def alarm(conn: Connection, name: str, text: str) -> None:
    """Stops a lane for people to look at; the first reason stays."""
    conn.execute(update(LANE).where(LANE.c.lane == name, LANE.c.alarm.is_(None)).values(alarm=text))


def alarms(conn: Connection) -> list[str]:
    """Why lanes stand still."""
    asked = select(LANE.c.alarm).where(LANE.c.alarm.is_not(None), LANE.c.retired.is_(None))
    return list(conn.execute(asked.order_by(LANE.c.lane)).scalars())


def stopped_keys(conn: Connection) -> set[bytes]:
    """Keys of lanes that stand still."""
    return set(conn.execute(select(LANE.c.key).where(LANE.c.alarm.is_not(None), LANE.c.retired.is_(None))).scalars())


def hold_fence(conn: Connection, lane: Lane, next_nonce: int) -> None:
    """Moves the lane's nonce, if this process still holds the fence. Raises LeaseLost."""
    _under_fence(conn, lane, next_nonce=next_nonce)


def note_count(conn: Connection, lane: Lane, counted: int, block: int, hash_: bytes) -> None:
    """Notes how many of the key's transactions the chain counted at a block. Raises LeaseLost."""
    _under_fence(conn, lane, counted=counted, counted_block=block, counted_hash=hash_)


def forget_count(conn: Connection, lane: Lane) -> None:
    """Takes the count that was noted back. Raises LeaseLost."""
    _under_fence(conn, lane, counted=None, counted_block=None, counted_hash=None)


def _under_fence(conn: Connection, lane: Lane, **values: object) -> None:
    mine = and_(LANE.c.lane == lane.name, LANE.c.fence == lane.fence)
    if not conn.execute(update(LANE).where(mine).values(**values)).rowcount:
        raise LeaseLost(f"lane {lane.name} was taken over by another process")


class Count(NamedTuple):
    """What note_count noted of a lane, and the nonce up to which we wrote."""

    lane: str
    counted: int
    block: int
    hash: bytes
    next_nonce: int


def counts_of_lanes(conn: Connection) -> list[Count]:
    """The counts noted of lanes in use."""
    return [Count(*row) for row in conn.execute(_COUNTS)]


_COUNTS = (
    select(LANE.c.lane, LANE.c.counted, LANE.c.counted_block, LANE.c.counted_hash, LANE.c.next_nonce)
    .where(LANE.c.counted.is_not(None), LANE.c.retired.is_(None))
    .order_by(LANE.c.lane)
)


def retire_lane(conn: Connection, key: bytes) -> int:
    """Gives the lane of a key up for ever: what it had in flight goes back to be sent by another one. The number of transactions.

    An act that both lanes carry has one effect, since its id is spent once; a call has one by its own condition.
    """
    name = conn.execute(select(LANE.c.lane).where(LANE.c.key == key, LANE.c.retired.is_(None))).scalar()
    if name is None:
        return 0
    conn.execute(update(LANE).where(LANE.c.lane == name).values(retired=now_ms(), owner=None, until=0, fence=LANE.c.fence + 1))
    given_up = and_(TX.c.lane == name, TX.c.state.in_(IN_FLIGHT))
    carried = CALL.c.hash.in_(select(TX.c.hash).where(given_up))
    conn.execute(update(CALL).where(carried).values(hash=None, state=State.QUEUED))
    return conn.execute(update(TX).where(given_up).values(state=TxState.LOST, fault="its lane was given up")).rowcount


def resume_lane(conn: Connection, key: bytes) -> bool:
    """Has the lane of a key go on from the chain's count, once that has stood; whether there is one."""
    mine = and_(LANE.c.key == key, LANE.c.retired.is_(None))
    free = {"owner": None, "until": 0, "fence": LANE.c.fence + 1}
    noted = dict.fromkeys(("alarm", "counted", "counted_block", "counted_hash"))
    return bool(conn.execute(update(LANE).where(mine).values(next_nonce=RESUMES, **free, **noted)).rowcount)


def resume(conn: Connection, count: Count) -> None:
    """Gives a lane its next nonce: the chain's count, or what follows its own transactions that are still to be mined."""
    last = conn.execute(select(func.max(TX.c.nonce)).where(TX.c.lane == count.lane)).scalar()
    following = count.counted if last is None else max(count.counted, last + 1)
    noted = dict.fromkeys(("counted", "counted_block", "counted_hash"))
    resuming = and_(LANE.c.lane == count.lane, LANE.c.next_nonce == RESUMES)
    conn.execute(update(LANE).where(resuming).values(next_nonce=following, fence=LANE.c.fence + 1, **noted))


def purpose_of(conn: Connection, name: str) -> str:
    """The purpose of a lane."""
    found: str = conn.execute(select(LANE.c.purpose).where(LANE.c.lane == name)).scalar_one()
    return found
