"""What the outbox's workers read and write in `office`. They serve every member, and change only states, lanes and transactions."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    exists,
    func,
    insert,
    not_,
    or_,
    select,
    tuple_,
    update,
)

from gateway.office.database import clock_ms, insert_or_keep, now_ms
from gateway.office.inserting import insert_all
from gateway.office.models import ACT, CALL, DEPENDENCY, LANE, OFFERED_ACT, SETTLED, SIGNATURE, TX, TX_ACT
from gateway.office.repository import Act, ActKey, Call, Signature, notes
from gateway.outbox import owners
from gateway.outbox.encode import Signed
from gateway.outbox.lanes import IN_FLIGHT, LEASE_MS, RESUMES, Lane, LeaseLost, Share, Shift, TxState, Written, is_let
from gateway.outbox.states import FAILED, OPEN, State, step
from ledger.mirror.queries.reading import listed

Item = TypeVar("Item")
WHOLE = Share()
CHUNK = 400
"""How many keys one statement names; both databases take a few thousand parameters."""

# What workers ask at every step is built once: to build a statement costs more than to run it.
_THESE = listed("these", 20, 32)
_HASHES = listed("hashes", 32)
_ACT_KEY = tuple_(ACT.c.member_id, ACT.c.act_id)


class StaleAct(Exception):
    """An act changed between reading and moving it: it was read without its lock."""


class KeyHasLane(RuntimeError):
    """Two lanes would count the nonces of one key."""


# --- Lanes -------------------------------------------------------------------------------------------------------------------


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


def refusals(conn: Connection, limit: int = 10) -> list[str]:
    """What nodes answered to transactions that they didn't take and that are still to be sent."""
    asked = select(TX.c.lane, TX.c.nonce, TX.c.fault).where(TX.c.state.in_(IN_FLIGHT), TX.c.fault.is_not(None))
    rows = conn.execute(asked.order_by(TX.c.lane, TX.c.nonce).limit(limit))
    return [f"lane {row.lane}: the node refuses transaction {row.nonce}: {row.fault}" for row in rows]


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


# --- Transactions ------------------------------------------------------------------------------------------------------------


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


_RAW = select(TX.c.hash, TX.c.raw).where(TX.c.hash.in_(_HASHES))


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
    .where(TX.c.hash.in_(_HASHES), TX.c.state.in_(IN_FLIGHT))
    .values(state=bindparam("to"), fault=bindparam("why"), sent=bindparam("at"))
)


def mark_mined(conn: Connection, hash_: bytes, block: int, state: TxState) -> None:
    """Notes the block that holds a transaction."""
    conn.execute(update(TX).where(TX.c.hash == hash_).values(state=state, block=block, fault=None))


def acts_of(conn: Connection, hashes: Sequence[bytes]) -> dict[bytes, list[ActKey]]:
    """The acts that transactions carry."""
    found: dict[bytes, list[ActKey]] = defaultdict(list)
    for part in chunks(hashes):
        for row in conn.execute(_ACTS_OF, {"hashes": b"".join(part)}):
            found[row.hash].append((row.member_id, row.act_id))
    return found


_ACTS_OF = select(TX_ACT).where(TX_ACT.c.hash.in_(_HASHES))


class Carrier(NamedTuple):
    """A transaction that carried an act, and whether it carried others too."""

    hash: bytes
    state: str
    shared: bool


def tried(conn: Connection, acts: Sequence[ActKey]) -> set[ActKey]:
    """Those that any transaction ever carried."""
    found: set[ActKey] = set()
    for part in chunks(acts):
        found |= {(row[0], row[1]) for row in conn.execute(_TRIED, {"these": _joined(part)})}
    return found


_TRIED = select(TX_ACT.c.member_id, TX_ACT.c.act_id).where(tuple_(TX_ACT.c.member_id, TX_ACT.c.act_id).in_(_THESE))


def carriers(conn: Connection, acts: Sequence[ActKey]) -> dict[ActKey, list[Carrier]]:
    """The transactions that carried each act, oldest first; of one that a person had sent again, those since."""
    found: dict[ActKey, list[Carrier]] = defaultdict(list)
    for part in chunks(acts):
        for row in conn.execute(_CARRIERS, {"these": _joined(part)}):
            found[(row[0], row[1])].append(Carrier(row[2], row[3], bool(row[4])))
    return found


def _carriers() -> Select[Any]:
    beside = TX_ACT.alias()
    other = or_(beside.c.act_id != TX_ACT.c.act_id, beside.c.member_id != TX_ACT.c.member_id)
    shared = exists(select(beside.c.hash).where(beside.c.hash == TX_ACT.c.hash, other))
    asked = select(TX_ACT.c.member_id, TX_ACT.c.act_id, TX.c.hash, TX.c.state, shared).join(TX, TX.c.hash == TX_ACT.c.hash)
    asked = asked.join(ACT, and_(ACT.c.member_id == TX_ACT.c.member_id, ACT.c.act_id == TX_ACT.c.act_id))
    asked = asked.where(tuple_(TX_ACT.c.member_id, TX_ACT.c.act_id).in_(_THESE), TX.c.written >= ACT.c.retried)
    return asked.order_by(TX.c.written, TX.c.nonce, TX.c.attempt)


_CARRIERS = _carriers()


# --- Acts --------------------------------------------------------------------------------------------------------------------


def queued(conn: Connection, limit: int, share: Share = WHOLE) -> list[Act]:
    """Acts of a lane's share to be sent that no open transaction carries, in the order of acceptance."""
    return [Act(*row) for row in conn.execute(_QUEUED, {"of": share.of, "at": share.at, "most": limit})]


def _queued() -> Select[Any]:
    carried = exists(
        select(TX_ACT.c.hash)
        .join(TX, TX.c.hash == TX_ACT.c.hash)
        .where(TX_ACT.c.member_id == ACT.c.member_id, TX_ACT.c.act_id == ACT.c.act_id, TX.c.state.in_([*IN_FLIGHT, TxState.MINED]))
    )
    mine = ACT.c.share % bindparam("of") == bindparam("at")
    return select(ACT).where(ACT.c.state == State.QUEUED, mine, ~carried).order_by(ACT.c.accepted, ACT.c.act_id).limit(bindparam("most"))


_QUEUED = _queued()


def released(conn: Connection, limit: int) -> list[ActKey]:
    """Ready acts that wait for other acts, of which none is undecided any more, in the order of acceptance."""
    return _keys(conn, _RELEASED, limit)


def blocked(conn: Connection, limit: int) -> list[ActKey]:
    """Queued acts behind one that will not go now, or never, in the order of acceptance."""
    return _keys(conn, _BLOCKED, limit)


def _behind(states: Sequence[State]) -> ColumnElement[bool]:
    """Whether an act must go after one that stands in one of these states."""
    first = ACT.alias()
    goes_first = and_(DEPENDENCY.c.on_member == first.c.member_id, DEPENDENCY.c.on_act == first.c.act_id)
    mine = and_(DEPENDENCY.c.member_id == ACT.c.member_id, DEPENDENCY.c.act_id == ACT.c.act_id)
    return exists(select(DEPENDENCY.c.act_id).join(first, goes_first).where(mine, first.c.state.in_(states)))


def _keys_of(*which: ColumnElement[bool]) -> Select[Any]:
    return select(ACT.c.member_id, ACT.c.act_id).where(*which).order_by(ACT.c.accepted, ACT.c.act_id).limit(bindparam("most"))


_RELEASED = _keys_of(ACT.c.state == State.READY, ACT.c.reason.is_(None), not_(_behind([State.GATHERING, State.READY])))
_BLOCKED = _keys_of(ACT.c.state == State.QUEUED, _behind([State.GATHERING, State.READY, *FAILED]))


def _keys(conn: Connection, asked: Select[Any], limit: int) -> list[ActKey]:
    return [(row[0], row[1]) for row in conn.execute(asked, {"most": limit})]


def dependencies(conn: Connection, acts: Sequence[ActKey]) -> dict[ActKey, list[tuple[ActKey, State]]]:
    """What must go before each act, and how it stands. What this office doesn't keep had run when it was named."""
    found: dict[ActKey, list[tuple[ActKey, State]]] = defaultdict(list)
    for part in chunks(acts):
        for row in conn.execute(_DEPENDENCIES, {"these": _joined(part)}):
            found[(row[0], row[1])].append(((row[2], row[3]), State(row[4])))
    return found


_DEPENDENCIES = (
    select(DEPENDENCY, ACT.c.state)
    .join(ACT, and_(DEPENDENCY.c.on_member == ACT.c.member_id, DEPENDENCY.c.on_act == ACT.c.act_id))
    .where(tuple_(DEPENDENCY.c.member_id, DEPENDENCY.c.act_id).in_(_THESE))
)


def open_acts(conn: Connection) -> Iterator[list[ActKey]]:
    """Acts that are not over, in pages."""
    return _pages(conn, _BY_ACCEPTANCE, OPEN)


def overdue(conn: Connection, time: int) -> Iterator[list[ActKey]]:
    """Acts that are not over although their deadline is before `time` (UTC seconds of the chain), in pages."""
    return _pages(conn, _OVERDUE, OPEN, bound=time)


def mined(conn: Connection) -> Iterator[list[ActKey]]:
    """Acts that are mined and not final, in pages."""
    return _pages(conn, _BY_ACCEPTANCE, [State.MINED])


def accepted_after(conn: Connection, time: int, states: Iterable[State]) -> Iterator[list[ActKey]]:
    """Acts in these states that were accepted after a time (UTC nanoseconds of the wall clock), in pages."""
    return _pages(conn, _ACCEPTED_AFTER, states, bound=time)


def ended_down(conn: Connection) -> Iterator[list[Act]]:
    """Acts that an event spent, newest first, in pages."""
    below: tuple[int, bytes] | None = None
    while True:
        asked = select(ACT).where(ACT.c.done_pos.is_not(None))
        if below is not None:
            asked = asked.where(tuple_(ACT.c.done_pos, ACT.c.act_id) < below)
        page = [Act(*row) for row in conn.execute(asked.order_by(ACT.c.done_pos.desc(), ACT.c.act_id.desc()).limit(CHUNK))]
        if not page:
            return
        yield page
        below = (page[-1].done_pos or 0, page[-1].act_id)


def _page_of(order: ColumnElement[int], *where: ColumnElement[bool]) -> Select[Any]:
    asked = select(order, ACT.c.act_id, ACT.c.member_id).where(ACT.c.state == bindparam("state"), *where)
    return asked.order_by(order, ACT.c.act_id, ACT.c.member_id).limit(CHUNK)


_BY_ACCEPTANCE = _page_of(ACT.c.accepted)
_OVERDUE = _page_of(ACT.c.deadline, ACT.c.deadline < bindparam("bound"))
_ACCEPTED_AFTER = _page_of(ACT.c.accepted, ACT.c.accepted > bindparam("bound"))


def _pages(conn: Connection, first: Select[Any], states: Iterable[State], **bound: int) -> Iterator[list[ActKey]]:
    """State by state, so that an index gives rows and order, however many acts are over."""
    for state in states:
        asked = first
        while rows := list(conn.execute(asked, {"state": state, **bound})):
            yield [(row[2], row[1]) for row in rows]
            asked = first.where(tuple_(*first.selected_columns) > tuple(rows[-1]))


def named(conn: Connection, acts: Sequence[ActKey], *, lock: bool = False) -> dict[ActKey, Act]:
    """Acts by account and id. With `lock` nobody else moves them before this transaction ends (always so on SQLite)."""
    found: dict[ActKey, Act] = {}
    for part in chunks(sorted(set(acts))):
        for row in conn.execute(_NAMED_LOCKED if lock else _NAMED, {"these": _joined(part)}):
            found[(row.member_id, row.act_id)] = Act(*row)
    return found


_NAMED = select(ACT).where(_ACT_KEY.in_(_THESE)).order_by(ACT.c.member_id, ACT.c.act_id)
_NAMED_LOCKED = _NAMED.with_for_update()


def kept(conn: Connection, acts: Sequence[ActKey]) -> list[ActKey]:
    """Those of these acts that this office has."""
    found: list[ActKey] = []
    for part in chunks(sorted(set(acts))):
        found += [(row[0], row[1]) for row in conn.execute(_KEPT, {"these": _joined(part)})]
    return found


_KEPT = select(ACT.c.member_id, ACT.c.act_id).where(_ACT_KEY.in_(_THESE))


def signatures(conn: Connection, acts: Sequence[ActKey]) -> dict[ActKey, list[Signature]]:
    """The signers of each act, in the envelope's order."""
    found: dict[ActKey, list[Signature]] = defaultdict(list)
    for part in chunks(acts):
        for row in conn.execute(_SIGNATURES, {"these": _joined(part)}):
            found[(row.member_id, row.act_id)].append(Signature(*row))
    return found


_SIGNATURES = select(SIGNATURE).where(tuple_(SIGNATURE.c.member_id, SIGNATURE.c.act_id).in_(_THESE)).order_by(SIGNATURE.c.position)


def is_signed(conn: Connection, act: ActKey) -> bool:
    """Whether every signature of an act is there."""
    missing = and_(SIGNATURE.c.member_id == act[0], SIGNATURE.c.act_id == act[1], SIGNATURE.c.sig.is_(None))
    return conn.execute(select(SIGNATURE.c.position).where(missing).limit(1)).first() is None


def is_offered(conn: Connection, act: ActKey) -> bool:
    """Whether an act is another gateway's, which offered it here to be signed."""
    mine = and_(OFFERED_ACT.c.member_id == act[0], OFFERED_ACT.c.act_id == act[1])
    return conn.execute(select(OFFERED_ACT.c.at).where(mine)).first() is not None


def set_signature(conn: Connection, act: ActKey, position: int, sig: bytes, evidence: bytes | None) -> None:
    """Keeps a signature that was missing, and the evidence if any is given with it."""
    mine = and_(SIGNATURE.c.member_id == act[0], SIGNATURE.c.act_id == act[1], SIGNATURE.c.position == position)
    values = {"sig": sig} if evidence is None else {"sig": sig, "evidence_root": evidence}
    conn.execute(update(SIGNATURE).where(mine, SIGNATURE.c.sig.is_(None)).values(**values))


def move(
    conn: Connection,
    act: Act,
    after: State,
    *,
    reason: object = None,
    done: tuple[int, bytes] | None = None,
    text: str | None = None,
) -> Act:
    """One step of an act and its line of history. Raises IllegalStep, and StaleAct where the act is not as given any more."""
    made = Move(act, after, reason, done, text)
    move_all(conn, [made])
    return made.moved()


class Move(NamedTuple):
    """A step of an act: the state after it, why, and the position and block of the event that spent it."""

    act: Act
    after: State
    reason: object = None
    done: tuple[int, bytes] | None = None
    text: str | None = None

    @property
    def why(self) -> bytes | None:
        """The reason as it is kept."""
        return None if self.reason is None else orjson.dumps(self.reason)

    def moved(self) -> Act:
        """The act after it."""
        pos, hash_ = self.done or (None, None)
        return self.act._replace(state=self.after, reason=self.why, done_pos=pos, done_hash=hash_)


_MOVED = (
    update(ACT)
    .where(ACT.c.member_id == bindparam("member"), ACT.c.act_id == bindparam("id"), ACT.c.state == bindparam("before"))
    .values(state=bindparam("after"), reason=bindparam("why"), done_pos=bindparam("pos"), done_hash=bindparam("block"))
)


def move_all(conn: Connection, moves: Sequence[Move]) -> None:
    """Steps of acts in this order, and their lines of history. Raises IllegalStep, and StaleAct where an act is not as given any more."""
    if not moves:
        return
    for each in moves:
        step(State(each.act.state), each.after)
    if conn.execute(_MOVED, [_moved(each) for each in moves]).rowcount != len(moves):
        raise StaleAct(f"of {len(moves)} acts from {moves[0].act.id} on, one is not in the state any more that it was read in")
    notes(conn, [(each.act.key, each.after, each.text) for each in moves])


def _moved(each: Move) -> dict[str, object]:
    pos, hash_ = each.done or (None, None)
    key = {"member": each.act.member_id, "id": each.act.act_id, "before": each.act.state}
    return {**key, "after": each.after, "why": each.why, "pos": pos, "block": hash_}


def mark_acts_sent(conn: Connection, hashes: Sequence[bytes]) -> None:
    """Moves the acts of transactions that the node took from queued to sent, unless a block settled them meanwhile."""
    for part in chunks(hashes):
        keys = [(row[0], row[1]) for row in conn.execute(_CARRIED, {"hashes": b"".join(part)})]
        for some in chunks(keys):
            conn.execute(_SENT, {"these": _joined(some)})
            notes(conn, [(key, State.SENT, None) for key in some])


# Locked in one order, as everywhere, lest two who move acts wait for each other.
_CARRIED = (
    select(ACT.c.member_id, ACT.c.act_id)
    .where(_ACT_KEY.in_(select(TX_ACT.c.member_id, TX_ACT.c.act_id).where(TX_ACT.c.hash.in_(_HASHES))), ACT.c.state == State.QUEUED)
    .order_by(ACT.c.member_id, ACT.c.act_id)
    .with_for_update()
)
_SENT = update(ACT).where(_ACT_KEY.in_(_THESE)).values(state=step(State.QUEUED, State.SENT), reason=None)


def retry(conn: Connection, act: Act) -> Act:
    """Has a held act sent again: what was sent before says nothing of it any more."""
    carried = and_(TX_ACT.c.hash == TX.c.hash, TX_ACT.c.member_id == act.member_id, TX_ACT.c.act_id == act.act_id)
    last = conn.execute(select(func.max(TX.c.written)).join(TX_ACT, carried)).scalar()
    # After what was sent before, whatever clocks say.
    at = max(clock_ms(conn), 0 if last is None else last + 1)
    mine = and_(ACT.c.member_id == act.member_id, ACT.c.act_id == act.act_id)
    conn.execute(update(ACT).where(mine).values(retried=at))
    return move(conn, act._replace(retried=at), State.READY)


def any_in_flight(conn: Connection) -> bool:
    """Whether any act is on its way and not mined yet."""
    on_its_way = [State.READY, State.QUEUED, State.SENT]
    return conn.execute(select(ACT.c.act_id).where(ACT.c.state.in_(on_its_way), ACT.c.reason.is_(None)).limit(1)).first() is not None


def counts(conn: Connection) -> dict[str, int]:
    """How many acts stand in each state."""
    return {row[0]: row[1] for row in conn.execute(select(ACT.c.state, func.count()).group_by(ACT.c.state))}


# --- Calls -------------------------------------------------------------------------------------------------------------------


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


_CALLS_SENT = update(CALL).where(CALL.c.hash.in_(_HASHES), CALL.c.state == State.QUEUED).values(state=State.SENT)


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


# --- How far the chain was read ----------------------------------------------------------------------------------------------


def settled(conn: Connection) -> tuple[int, bytes | None] | None:
    """(block, hash) up to which acts were settled."""
    row = conn.execute(select(SETTLED.c.block, SETTLED.c.hash)).one_or_none()
    return None if row is None else (row.block, row.hash)


def set_settled(conn: Connection, block: int, hash_: bytes | None) -> None:
    """Notes up to which block acts were settled."""
    if not conn.execute(update(SETTLED).values(block=block, hash=hash_)).rowcount:
        conn.execute(insert(SETTLED).values(id=1, block=block, hash=hash_))


def _joined(acts: Iterable[ActKey]) -> bytes:
    return b"".join(member + act for member, act in acts)


def chunks(items: Sequence[Item]) -> Iterable[Sequence[Item]]:
    """Parts of at most CHUNK items."""
    return (items[at : at + CHUNK] for at in range(0, len(items), CHUNK))
