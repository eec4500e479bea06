"""What the outbox's workers read and write of acts in `office`. They serve every member, and change only states and signatures."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    exists,
    func,
    not_,
    select,
    tuple_,
    update,
)

from gateway.office.database import clock_ms
from gateway.office.models import ACT, DEPENDENCY, OFFERED_ACT, SIGNATURE, TX, TX_ACT
from gateway.office.repository import Act, ActKey, Signature, notes
from gateway.outbox.lanes import IN_FLIGHT, WHOLE, Share, TxState
from gateway.outbox.row_keys import ACT_KEY, CHUNK, HASHES, THESE, chunks, joined
from gateway.outbox.states import FAILED, OPEN, State, step


class StaleAct(Exception):
    """An act changed between reading and moving it: it was read without its lock."""


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
        for row in conn.execute(_DEPENDENCIES, {"these": joined(part)}):
            found[(row[0], row[1])].append(((row[2], row[3]), State(row[4])))
    return found


_DEPENDENCIES = (
    select(DEPENDENCY, ACT.c.state)
    .join(ACT, and_(DEPENDENCY.c.on_member == ACT.c.member_id, DEPENDENCY.c.on_act == ACT.c.act_id))
    .where(tuple_(DEPENDENCY.c.member_id, DEPENDENCY.c.act_id).in_(THESE))
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
        for row in conn.execute(_NAMED_LOCKED if lock else _NAMED, {"these": joined(part)}):
            found[(row.member_id, row.act_id)] = Act(*row)
    return found


_NAMED = select(ACT).where(ACT_KEY.in_(THESE)).order_by(ACT.c.member_id, ACT.c.act_id)
_NAMED_LOCKED = _NAMED.with_for_update()


def kept(conn: Connection, acts: Sequence[ActKey]) -> list[ActKey]:
    """Those of these acts that this office has."""
    found: list[ActKey] = []
    for part in chunks(sorted(set(acts))):
        found += [(row[0], row[1]) for row in conn.execute(_KEPT, {"these": joined(part)})]
    return found


_KEPT = select(ACT.c.member_id, ACT.c.act_id).where(ACT_KEY.in_(THESE))


def signatures(conn: Connection, acts: Sequence[ActKey]) -> dict[ActKey, list[Signature]]:
    """The signers of each act, in the envelope's order."""
    found: dict[ActKey, list[Signature]] = defaultdict(list)
    for part in chunks(acts):
        for row in conn.execute(_SIGNATURES, {"these": joined(part)}):
            found[(row.member_id, row.act_id)].append(Signature(*row))
    return found


_SIGNATURES = select(SIGNATURE).where(tuple_(SIGNATURE.c.member_id, SIGNATURE.c.act_id).in_(THESE)).order_by(SIGNATURE.c.position)


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
            conn.execute(_SENT, {"these": joined(some)})
            notes(conn, [(key, State.SENT, None) for key in some])


# Locked in one order, as everywhere, lest two who move acts wait for each other.
_CARRIED = (
    select(ACT.c.member_id, ACT.c.act_id)
    .where(ACT_KEY.in_(select(TX_ACT.c.member_id, TX_ACT.c.act_id).where(TX_ACT.c.hash.in_(HASHES))), ACT.c.state == State.QUEUED)
    .order_by(ACT.c.member_id, ACT.c.act_id)
    .with_for_update()
)
_SENT = update(ACT).where(ACT_KEY.in_(THESE)).values(state=step(State.QUEUED, State.SENT), reason=None)


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
