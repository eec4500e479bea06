"""Messages and receipts in `office`. What is a member's is asked for with the member."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, func, insert, or_, select, update

from gateway.office.database import insert_or_keep, now_ms
from gateway.office.models import (
    ACT,
    PEER_COPY,
    PEER_MESSAGE,
    PEER_MESSAGE_HISTORY,
    PEER_NONCE,
    PEER_RECEIPT,
    PEER_RECEIVED,
    PEER_URL,
    SIGNATURE,
)
from gateway.office.repository import ActKey
from gateway.outbox.states import State as ActState
from gateway.peers.messages import Kind
from gateway.peers.states import STUCK, Seen, State, judge

REPEATED_AFTER_MS = 86_400_000
"""An offer that is not signed so long after it was delivered is sent once more: its recipient may have restored an older office."""
_C = PEER_MESSAGE.c


class Row(NamedTuple):
    """A message that this gateway sends; columns are described in gateway/office/models.py."""

    number: int | None
    id: bytes
    member_id: bytes
    peer: bytes
    kind: str
    about: bytes
    act_account: bytes | None
    act_id: bytes | None
    roots: bytes
    body: bytes
    until: int
    state: str
    attempts: int
    next_at: int
    fault: str | None
    at: int

    @property
    def content(self) -> list[bytes]:
        """The roots of the content in it."""
        return [self.roots[at : at + 32] for at in range(0, len(self.roots), 32)]

    @property
    def act(self) -> ActKey | None:
        """The act that it is about."""
        return None if self.act_account is None or self.act_id is None else (self.act_account, self.act_id)


class Receipt(NamedTuple):
    """What a peer signed that it has."""

    message: bytes
    peer: bytes
    statement: str
    at: int


def add(conn: Connection, row: Row) -> bool:
    """Keeps a message to be sent, before anything of it leaves; False where one carries the same thing already."""
    added = insert_or_keep(conn, PEER_MESSAGE, {name: value for name, value in row._asdict().items() if name != "number"})
    if added:
        _line(conn, row.id, State.WAITING, None)
    return added


def carried(conn: Connection, member: bytes, peer: bytes, kind: str, about: bytes) -> bool:
    """Whether a message carries this already."""
    asked = select(_C.number).where(_C.member_id == member, _C.peer == peer, _C.kind == kind, _C.about == about)
    return conn.execute(asked).first() is not None


def waiting(conn: Connection, now: int) -> list[tuple[bytes, bytes]]:
    """(member, peer) between which a message's time has come."""
    asked = select(_C.member_id, _C.peer).distinct().where(_is_due(now))
    return [(row.member_id, row.peer) for row in conn.execute(asked)]


def due(conn: Connection, member: bytes, peer: bytes, now: int, limit: int = 20) -> list[Row]:
    """The messages whose time has come, in the order in which they were written."""
    asked = select(PEER_MESSAGE).where(_C.peer == peer, _C.member_id == member, _is_due(now))
    return [Row(*row) for row in conn.execute(asked.order_by(_C.number).limit(limit))]


def _is_due(now: int) -> ColumnElement[bool]:
    return or_(and_(_C.state == State.WAITING, _C.next_at <= now), _C.number.in_(_unanswered(now)))


def _unanswered(now: int) -> Select[tuple[int]]:
    """Offers that were delivered and whose act still lacks the peer's signature, that are to be repeated now."""
    act = and_(ACT.c.member_id == _C.act_account, ACT.c.act_id == _C.act_id, ACT.c.state == ActState.GATHERING)
    place = and_(SIGNATURE.c.member_id == ACT.c.member_id, SIGNATURE.c.act_id == ACT.c.act_id, SIGNATURE.c.signer == _C.peer)
    offered = and_(_C.member_id == ACT.c.member_id, _C.kind == Kind.OFFER, _C.about == ACT.c.digest)
    asked = select(_C.number).join(ACT, and_(act, offered)).join(SIGNATURE, and_(place, SIGNATURE.c.sig.is_(None)))
    return asked.where(_C.state == State.DELIVERED, _C.next_at <= now)


def inbox(conn: Connection, member: bytes, peer: bytes, after: int, limit: int) -> list[Row]:
    """The messages of a member that wait for a peer to fetch them."""
    there = or_(_C.state == State.WAITING, _C.number.in_(_unanswered(now_ms())))
    asked = select(PEER_MESSAGE).where(_C.peer == peer, _C.number > after, _C.member_id == member, there)
    return [Row(*row) for row in conn.execute(asked.order_by(_C.number).limit(limit))]


def get(conn: Connection, member: bytes, id_: bytes) -> Row | None:
    """A message of a member."""
    row = conn.execute(select(PEER_MESSAGE).where(_C.id == id_, _C.member_id == member)).one_or_none()
    return None if row is None else Row(*row)


def open_ones(conn: Connection, limit: int) -> list[Row]:
    """Messages that have not arrived and may still end otherwise, the earliest end first."""
    undone = _C.state.in_([State.WAITING, *STUCK])
    return [Row(*row) for row in conn.execute(select(PEER_MESSAGE).where(undone).order_by(_C.until, _C.number).limit(limit))]


def stuck(conn: Connection, member: bytes, limit: int, after: int = 0) -> list[Row]:
    """A member's messages that wait for a person, oldest first."""
    asked = select(PEER_MESSAGE).where(_C.member_id == member, _C.state.in_(STUCK), _C.number > after)
    return [Row(*row) for row in conn.execute(asked.order_by(_C.number).limit(limit))]


def count_stuck(conn: Connection) -> int:
    """How many messages wait for a person, of all members."""
    return conn.execute(select(func.count()).select_from(PEER_MESSAGE).where(_C.state.in_(STUCK))).scalar_one()


def undelivered(conn: Connection) -> dict[bytes, tuple[int, str | None]]:
    """By peer: how many messages of members here wait for it, and a reason why one did not arrive so far."""
    asked = select(_C.peer, func.count(), func.max(_C.fault)).where(_C.state == State.WAITING).group_by(_C.peer)
    return {peer: (count, fault) for peer, count, fault in conn.execute(asked)}


def failed(conn: Connection, row: Row, next_at: int, fault: str) -> None:
    """Notes an attempt that failed, and when the next one is due."""
    values = {"attempts": row.attempts + 1, "next_at": next_at, "fault": fault}
    conn.execute(update(PEER_MESSAGE).where(_C.number == row.number, _C.state == row.state).values(**values))


def step(conn: Connection, row: Row, seen: Seen, fault: str | None = None) -> Row:
    """What follows for a message from what is known; its line of history is written with it."""
    after = judge(State(row.state), seen)
    if after is State(row.state):
        return row
    again = {"next_at": 0, "attempts": 0} if after is State.WAITING else {}
    moved = update(PEER_MESSAGE).where(_C.number == row.number, _C.state == row.state).values(state=after, fault=fault, **again)
    if conn.execute(moved).rowcount:
        _line(conn, row.id, after, fault)
    return row._replace(state=after, fault=fault)


def receipted(conn: Connection, row: Row, statement: str) -> None:
    """The peer signed for a message: it is delivered, and the peer is known to hold its content."""
    receipt = Receipt(row.id, row.peer, statement, now_ms())
    insert_or_keep(conn, PEER_RECEIPT, {"member_id": row.member_id, **receipt._asdict()})
    note_copies(conn, row.member_id, row.content, row.peer, row.id)
    step(conn, row, Seen(receipted=True))
    conn.execute(update(PEER_MESSAGE).where(_C.number == row.number).values(next_at=now_ms() + REPEATED_AFTER_MS))


def note_copies(conn: Connection, member: bytes, roots: Sequence[bytes], holder: bytes, message: bytes) -> None:
    """Somebody signed that it holds content."""
    for root in roots:
        values = {"member_id": member, "root": root, "holder": holder, "message": message, "at": now_ms()}
        insert_or_keep(conn, PEER_COPY, values)


def holders(conn: Connection, member: bytes, root: bytes) -> list[bytes]:
    """Who signed that it holds what a member holds, too."""
    asked = select(PEER_COPY.c.holder).where(PEER_COPY.c.member_id == member, PEER_COPY.c.root == root)
    return list(conn.execute(asked.order_by(PEER_COPY.c.at, PEER_COPY.c.holder)).scalars())


def is_heard(conn: Connection, peer: bytes) -> None:
    """A peer that speaks is there again: what waits for it needn't wait longer."""
    mine = and_(_C.peer == peer, _C.state == State.WAITING, _C.next_at > 0, _C.attempts > 0)
    conn.execute(update(PEER_MESSAGE).where(mine).values(next_at=0))


def answered(conn: Connection, member: bytes, message: bytes) -> str | None:
    """The receipt that was given for a message."""
    asked = select(PEER_RECEIVED.c.receipt).where(PEER_RECEIVED.c.member_id == member, PEER_RECEIVED.c.message == message)
    found: str | None = conn.execute(asked).scalar()
    return found


def note_received(conn: Connection, member: bytes, message: bytes, peer: bytes, kind: str, receipt: str) -> None:
    """A message was taken, under this receipt. Raises IntegrityError where it was taken meanwhile."""
    values = {"member_id": member, "message": message, "peer": peer, "kind": kind, "receipt": receipt, "at": now_ms()}
    conn.execute(insert(PEER_RECEIVED).values(**values))


def spend_nonce(conn: Connection, account: bytes, nonce: str, until: int) -> bool:
    """Whether a request's nonce is new; then it is new no more. Those that are too old for any request are forgotten."""
    conn.execute(delete(PEER_NONCE).where(PEER_NONCE.c.until < now_ms()))
    return insert_or_keep(conn, PEER_NONCE, {"account": account, "nonce": nonce, "until": until})


def set_url(conn: Connection, account: bytes, url: str) -> None:
    """Notes where a gateway says that it is."""
    values = {"url": url, "at": now_ms()}
    if not insert_or_keep(conn, PEER_URL, {"account": account, **values}):
        conn.execute(update(PEER_URL).where(PEER_URL.c.account == account, PEER_URL.c.url != url).values(**values))


def url(conn: Connection, account: bytes) -> str | None:
    """Where a gateway said that it is."""
    found: str | None = conn.execute(select(PEER_URL.c.url).where(PEER_URL.c.account == account)).scalar()
    return found


def _line(conn: Connection, message: bytes, state: State, note: str | None) -> None:
    conn.execute(insert(PEER_MESSAGE_HISTORY).values(message=message, state=state, at=now_ms(), note=note))
