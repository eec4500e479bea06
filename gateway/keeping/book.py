"""What the keeper has sent, in `office`: one row for each trigger and subject, written together with the call that fires it."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, insert, select, tuple_

from gateway.keeping.due import Due, Key
from gateway.office.models import CALL, KEPT_FIRING
from gateway.outbox.row_keys import chunks
from gateway.outbox.states import State
from ledger.mirror.schema import number, word

_ON_ITS_WAY = (State.QUEUED, State.SENT, State.MINED)


class Kept(NamedTuple):
    """The newest firing of a trigger on a subject that was sent: for which facts, how often for them, and when by the chain's time."""

    trigger: str
    subject: bytes
    facts: str
    attempt: int
    call_id: bytes
    at: int

    @property
    def key(self) -> Key:
        """The trigger's name and the subject."""
        return self.trigger, number(self.subject)


def on_its_way(conn: Connection) -> set[Key]:
    """Firings whose calls the chain has not decided for good."""
    asked = select(KEPT_FIRING).join(CALL, CALL.c.call_id == KEPT_FIRING.c.call_id).where(CALL.c.state.in_(_ON_ITS_WAY))
    return {Kept(*row).key for row in conn.execute(asked)}


def kept(conn: Connection, keys: Sequence[Key]) -> dict[Key, Kept]:
    """The newest firing of each."""
    rows = (Kept(*row) for part in chunks(keys) for row in conn.execute(select(KEPT_FIRING).where(_these(part))))
    return {row.key: row for row in rows}


def keep(conn: Connection, sent: Iterable[tuple[Due, int]], call_id: bytes, at: int) -> None:
    """Notes firings, each with its number for the same facts, and the call that makes them."""
    rows = [Kept(each.trigger, word(each.subject), each.state, attempt, call_id, at) for each, attempt in sent]
    for part in chunks(rows):
        conn.execute(delete(KEPT_FIRING).where(_these([row.key for row in part])))
    conn.execute(insert(KEPT_FIRING), [row._asdict() for row in rows])


def _these(keys: Sequence[Key]) -> ColumnElement[bool]:
    return tuple_(KEPT_FIRING.c.trigger, KEPT_FIRING.c.subject).in_([(trigger, word(subject)) for trigger, subject in keys])
