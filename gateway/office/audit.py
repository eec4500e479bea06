"""The audit log: append-only rows, numbered without a gap, each with a hash over itself and the hash of the row before.

hash = SHA-256(hash before || canonical JSON of the row); before the first row stand 32 zero bytes. So a row that is changed, taken out or
put in breaks the chain, and who writes the whole chain anew must also change every head that was shown elsewhere (gateway/auditing.py).
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import NamedTuple

import orjson
from sqlalchemy import Connection, Engine, event, select, text

from gateway.office.inserting import insert_all
from gateway.office.models import AUDIT
from ledger.domain.ids import to_hex

NOTHING_BEFORE = bytes(32)
_TURN = 0x617564697421
"""The key of PostgreSQL's lock on the end of the log: any number that nobody else takes in the same database."""
_PAGE = 10_000
_WAITING = "audit lines of this transaction"


class Entry(NamedTuple):
    """A line of the audit log: who did what to which record, and what came of it."""

    subject: str
    action: str
    record: str
    outcome: str


class Line(NamedTuple):
    """A row of `audit`; `at` in UTC milliseconds."""

    id: int
    at: int
    subject: str
    member_id: bytes | None
    action: str
    record: str
    outcome: str
    hash: bytes

    def document(self) -> dict[str, str | None]:
        """What is hashed, as JSON."""
        member = None if self.member_id is None else to_hex(self.member_id)
        return {
            "id": str(self.id), "at": str(self.at), "subject": self.subject, "member": member,
            "action": self.action, "record": self.record, "outcome": self.outcome,
        }  # fmt: skip

    def hashed(self, before: bytes) -> bytes:
        """The hash that the row must have after the row with that hash."""
        return sha256(before + canonical(self.document())).digest()


def canonical(document: dict[str, str | None]) -> bytes:
    """Canonical JSON (RFC 8785) of texts under plain names, for which it is what orjson writes with names in order, far cheaper."""
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)


class Head(NamedTuple):
    """The end of the log: the number of its last row, and that row's hash."""

    id: int
    hash: bytes


EMPTY = Head(0, NOTHING_BEFORE)


def append(conn: Connection, member: bytes | None, entries: Sequence[Entry]) -> None:
    """Appends to the log what was done for a member, as the last thing before the caller's transaction commits; None: by the operator for
    nobody in particular.
    """
    conn.info.setdefault(_WAITING, []).extend((member, entry) for entry in entries)


def attend(engine: Engine) -> None:
    """Has transactions of an office write their lines when they commit. Only then one waits for another's turn at the end of the log, and
    holds nothing that the other could need.
    """
    event.listen(engine, "commit", _write)
    event.listen(engine, "rollback", _forget)


def _write(conn: Connection) -> None:
    waiting = conn.info.pop(_WAITING, [])
    if not waiting:
        return
    if conn.dialect.name == "postgresql":
        conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _TURN})
    insert_all(conn, AUDIT, Line._fields, list(_chained(head(conn), waiting)))


def _forget(conn: Connection) -> None:
    # One that broke has nothing waiting any more, and asking it would hide what broke it.
    if not conn.invalidated:
        conn.info.pop(_WAITING, None)


def _chained(at: Head, waiting: Iterable[tuple[bytes | None, Entry]]) -> Iterator[Line]:
    moment = time.time_ns() // 1_000_000
    for member, entry in waiting:
        line = Line(at.id + 1, moment, entry.subject, member, entry.action, entry.record, entry.outcome, b"")
        at = Head(line.id, line.hashed(at.hash))
        yield line._replace(hash=at.hash)


def head(conn: Connection) -> Head:
    """The end of the log."""
    row = conn.execute(select(AUDIT.c.id, AUDIT.c.hash).order_by(AUDIT.c.id.desc()).limit(1)).one_or_none()
    return EMPTY if row is None else Head(*row)


def lines(conn: Connection, after: int = 0) -> Iterator[Line]:
    """The rows after a number, in order."""
    while page := [Line(*row) for row in conn.execute(select(AUDIT).where(AUDIT.c.id > after).order_by(AUDIT.c.id).limit(_PAGE))]:
        yield from page
        after = page[-1].id


def faults(rows: Iterable[Line], heads: Iterable[Head] = ()) -> Iterator[str]:
    """What is wrong with a whole log: rows that don't fit, and heads shown earlier that it doesn't lead to."""
    wanted: dict[int, set[bytes]] = defaultdict(set)
    for each in heads:
        wanted[each.id].add(each.hash)
    at = EMPTY
    for row in rows:
        if row.id != at.id + 1:
            yield _gap(at.id, row.id)
        elif row.hashed(at.hash) != row.hash:
            yield f"row {row.id} was changed, or another stood before it"
        at = Head(row.id, row.hash)
        if wanted.pop(row.id, {row.hash}) != {row.hash}:
            yield f"row {row.id} is not the one that was shown when the log ended there"
    yield from (f"row {number} is missing: the log was shown with it" for number in sorted(wanted) if number > 0)


def _gap(last: int, found: int) -> str:
    return f"row {last + 1} is missing" if found > last else f"row {found} stands twice"
