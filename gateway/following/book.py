"""Webhooks in `office`: subscriptions with their cursors, and messages that were put aside. Every query is bound to a member."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

import orjson
from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, select, update

from gateway.following.looking import Cursor
from gateway.following.selection import Selection
from gateway.office.database import now_ms
from gateway.office.models import WEBHOOK, WEBHOOK_DEAD
from gateway.signers.keystore import HOUSE, Keystore
from gateway.signers.sealing import seal, unseal
from ledger.domain.ids import from_hex, to_hex

MOST_OF_A_MEMBER = 50
OVERLAP_MS = 86_400_000
"""So long an old secret signs beside the new one."""
_PURPOSE = b"webhook secrets"


class State(StrEnum):
    """Whether messages are sent: `gone` after the receiver said so (410), `undone` where the ledger's history below the cursor changed."""

    ACTIVE = "active"
    PAUSED = "paused"
    GONE = "gone"
    UNDONE = "undone"


class Webhook(NamedTuple):
    """A subscription; `number` orders them. `sealed`: what signs; `sealed_before`: the secret before, which signs until `before_until`;
    `cursor`: the last position that was delivered, passed over or put aside; `attempts`: how often the next message failed; `next_at`: not
    before then. Times in UTC milliseconds.
    """

    number: int | None
    id: str
    member_id: bytes
    url: str
    selection: bytes
    sealed: bytes
    sealed_before: bytes | None
    before_until: int | None
    state: str
    fault: str | None
    cursor: int
    cursor_hash: bytes | None
    attempts: int
    next_at: int
    delivered: int
    at: int

    @property
    def account(self) -> bytes | None:
        """Whose eyes it has; None: the operator's."""
        return None if self.member_id == HOUSE else self.member_id

    @property
    def wants(self) -> Selection:
        read = orjson.loads(self.selection)
        return Selection(frozenset(read["kinds"]), frozenset(from_hex(each) for each in read["records"]))

    @property
    def place(self) -> Cursor:
        return Cursor(self.cursor, self.cursor_hash)

    @property
    def set(self) -> tuple[int, int]:
        """What changes whenever the cursor is set, be it to where it was (`replay`)."""
        return self.cursor, self.next_at


class Dead(NamedTuple):
    """A message that was put aside: its position and bytes, how often it failed and the last fault; `again`: it is to be sent once more."""

    webhook: str
    pos: int
    body: bytes
    attempts: int
    fault: str
    at: int
    again: bool


@dataclass(frozen=True)
class Secrets:
    """Secrets of webhooks, sealed under a key that is derived from the gateway's own; each is bound to its webhook and member."""

    keystore: Keystore

    def sealed(self, secret: bytes, member: bytes, id_: str) -> bytes:
        """A box. Raises SigningLocked."""
        return seal(self._wrapping(), secret, _owner(member, id_))

    def of(self, row: Webhook, now: int) -> list[bytes]:
        """The secrets that sign at `now` (UTC milliseconds), the current one first. Raises SigningLocked, Unsealable."""
        boxes = [row.sealed]
        if row.sealed_before is not None and now < (row.before_until or 0):
            boxes.append(row.sealed_before)
        return [unseal(self._wrapping(), each, _owner(row.member_id, row.id)) for each in boxes]

    def _wrapping(self) -> bytes:
        return self.keystore.derived(HOUSE, _PURPOSE)


def _owner(member: bytes, id_: str) -> bytes:
    return b"|".join((_PURPOSE, member, id_.encode()))


def new_id() -> str:
    """An id that nobody guesses."""
    return f"wh_{secrets.token_hex(12)}"


def add(conn: Connection, member: bytes, id_: str, url: str, wants: Selection, sealed: bytes, after: Cursor) -> Webhook:
    """Keeps a new subscription."""
    selection = orjson.dumps({"kinds": sorted(wants.kinds), "records": [to_hex(each) for each in sorted(wants.records)]})
    row = Webhook(None, id_, member, url, selection, sealed, None, None, State.ACTIVE, None, after.pos, after.hash, 0, 0, 0, now_ms())
    given = {name: value for name, value in row._asdict().items() if name != "number"}
    return row._replace(number=conn.execute(insert(WEBHOOK).values(given).returning(WEBHOOK.c.number)).scalar_one())


def count(conn: Connection, member: bytes) -> int:
    """How many a member has."""
    return int(conn.execute(select(func.count()).select_from(WEBHOOK).where(WEBHOOK.c.member_id == member)).scalar_one())


def of_member(conn: Connection, member: bytes, *, limit: int = 100, after: int = -1) -> list[Webhook]:
    """A member's subscriptions, oldest first, after a number."""
    asked = select(WEBHOOK).where(WEBHOOK.c.member_id == member, WEBHOOK.c.number > after).order_by(WEBHOOK.c.number).limit(limit)
    return [Webhook(*row) for row in conn.execute(asked)]


def get(conn: Connection, member: bytes, id_: str) -> Webhook | None:
    """A member's subscription."""
    row = conn.execute(select(WEBHOOK).where(_is(member, id_))).one_or_none()
    return None if row is None else Webhook(*row)


def change(conn: Connection, row: Webhook, **values: Any) -> None:
    """Changes a subscription."""
    conn.execute(update(WEBHOOK).where(_is(row.member_id, row.id)).values(**values))


def replay(conn: Connection, row: Webhook, after: Cursor) -> None:
    """Sets the cursor, from where everything is sent once more, at once."""
    # Not zero: by the time a replay from where the cursor is already is told from what was looked at and sent before.
    values = {"cursor": after.pos, "cursor_hash": after.hash, "attempts": 0, "next_at": now_ms(), "fault": None}
    change(conn, row, **values, state=State.ACTIVE if row.state == State.UNDONE else row.state)


def remove(conn: Connection, row: Webhook) -> None:
    """Forgets a subscription and what was put aside of it."""
    # In this order: a courier that notes something of it holds its row, and is waited for.
    conn.execute(delete(WEBHOOK).where(_is(row.member_id, row.id)))
    conn.execute(delete(WEBHOOK_DEAD).where(WEBHOOK_DEAD.c.webhook == row.id))


def _is(member: bytes, id_: str) -> ColumnElement[bool]:
    return and_(WEBHOOK.c.id == id_, WEBHOOK.c.member_id == member)


# --- What was put aside ---------------------------------------------------------------------------------------------------------


def dead(conn: Connection, id_: str, *, after: int = -1, limit: int = 100, again: bool | None = None) -> list[Dead]:
    """Messages that were put aside, oldest first, after a position."""
    where = [WEBHOOK_DEAD.c.webhook == id_, WEBHOOK_DEAD.c.pos > after]
    if again is not None:
        where.append(WEBHOOK_DEAD.c.again.is_(again))
    return [Dead(*row) for row in conn.execute(select(WEBHOOK_DEAD).where(*where).order_by(WEBHOOK_DEAD.c.pos).limit(limit))]


def dead_count(conn: Connection, id_: str) -> int:
    """How many messages were put aside."""
    return int(conn.execute(select(func.count()).select_from(WEBHOOK_DEAD).where(WEBHOOK_DEAD.c.webhook == id_)).scalar_one())


def send_again(conn: Connection, id_: str, positions: Sequence[int] | None) -> int:
    """Has messages that were put aside sent once more; how many."""
    where = [WEBHOOK_DEAD.c.webhook == id_]
    if positions is not None:
        where.append(WEBHOOK_DEAD.c.pos.in_(positions))
    return conn.execute(update(WEBHOOK_DEAD).where(*where).values(again=True)).rowcount


def put_aside(conn: Connection, row: Dead) -> None:
    """Keeps a message that failed for good, in place of what was kept of it before."""
    arrived(conn, row.webhook, row.pos)
    conn.execute(insert(WEBHOOK_DEAD).values(row._asdict()))


def still_aside(conn: Connection, row: Dead) -> None:
    """A message that was sent once more has failed again; one of a subscription that is no more stays forgotten."""
    mine = and_(WEBHOOK_DEAD.c.webhook == row.webhook, WEBHOOK_DEAD.c.pos == row.pos)
    conn.execute(update(WEBHOOK_DEAD).where(mine).values(attempts=row.attempts, fault=row.fault, at=row.at, again=False))


def arrived(conn: Connection, id_: str, pos: int) -> None:
    """A message has arrived: if it was put aside, it is so no more."""
    conn.execute(delete(WEBHOOK_DEAD).where(WEBHOOK_DEAD.c.webhook == id_, WEBHOOK_DEAD.c.pos == pos))


# --- For the courier ------------------------------------------------------------------------------------------------------------


def waiting(conn: Connection, now: int) -> list[tuple[bytes, str]]:
    """(member, id) of every active subscription whose time has come."""
    asked = select(WEBHOOK.c.member_id, WEBHOOK.c.id).where(WEBHOOK.c.state == State.ACTIVE, WEBHOOK.c.next_at <= now)
    return [(row.member_id, row.id) for row in conn.execute(asked.order_by(WEBHOOK.c.next_at, WEBHOOK.c.id))]


def moved(conn: Connection, row: Webhook, to: Cursor, delivered: int = 0) -> bool:
    """Moves the cursor on from where `row` has it; False if somebody set it meanwhile (a replay), or paused or removed it."""
    unmoved = and_(_unmoved(row), WEBHOOK.c.state == State.ACTIVE)
    values = {"cursor": to.pos, "cursor_hash": to.hash, "attempts": 0, "next_at": 0, "delivered": WEBHOOK.c.delivered + delivered}
    if delivered:
        values["fault"] = None
    return bool(conn.execute(update(WEBHOOK).where(unmoved).values(values)).rowcount)


def stopped(conn: Connection, row: Webhook, state: State, fault: str) -> None:
    """Sends nothing any more, unless somebody set the cursor or paused it meanwhile."""
    still = and_(_unmoved(row), WEBHOOK.c.state == State.ACTIVE)
    conn.execute(update(WEBHOOK).where(still).values(state=state, fault=fault))


def failed(conn: Connection, row: Webhook, attempts: int, next_at: int, fault: str) -> None:
    """Notes that the next message failed, unless somebody set the cursor meanwhile."""
    conn.execute(update(WEBHOOK).where(_unmoved(row)).values(attempts=attempts, next_at=next_at, fault=fault))


def _unmoved(row: Webhook) -> ColumnElement[bool]:
    """That nobody set the cursor since the row was read, not even to where it was."""
    return and_(_is(row.member_id, row.id), WEBHOOK.c.cursor == row.cursor, WEBHOOK.c.next_at == row.next_at)
