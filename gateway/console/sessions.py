"""Sessions of browsers: rows of the office, found by the hash of a random id that only the browser has.

A session lasts as long as it is used, never longer than the settings say, and never longer than what opened it: a key that is revoked,
expired or rotated, or an issuer that is trusted no more, ends it at the next request.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Connection, Row, delete, insert, or_, select, update

from gateway import access
from gateway.access import Session
from gateway.config import Settings
from gateway.identity import Issuers
from gateway.office import audit
from gateway.office.audit import Entry
from gateway.office.database import now_ms
from gateway.office.models import CONSOLE_SESSION
from ledger.mirror.database import Database

_ID_BYTES = 32
_MINUTE_MS = 60_000
_NOTED_MS = 15_000
"""How much later than its last request a session may seem to have been used: less would be a write for each request."""
_TABLE = CONSOLE_SESSION.c


@dataclass(frozen=True, slots=True)
class Entered:
    """A session of a browser; times in UTC milliseconds. `reason`: why its caller looks at others' records, if it said so."""

    id: str
    session: Session
    reason: str | None
    began: int
    expires: int


@dataclass(frozen=True)
class Visits:
    """The sessions of a gateway's console."""

    office: Database
    issuers: Issuers
    settings: Settings
    clock: Callable[[], int] = now_ms

    def open(self, session: Session, opener: str | None, before: str | None) -> str:
        """Opens a session for who signed in, under a new id, which is returned; the browser's session before it ends.

        Where its key has as many as it may, the oldest end.
        """
        id_, now = secrets.token_urlsafe(_ID_BYTES), self.clock()
        expires = min(now + self.settings.console_hours * access.HOUR_MS, session.ends)
        row = {
            "id_hash": _hashed(id_),
            "key_id": session.key_id,
            "member_id": session.member,
            "scopes": " ".join(sorted(session.scopes)),
            "opener": None if opener is None else _hashed(opener),
            "reason": None,
        }
        with self.office.write() as conn:
            self._sweep(conn, now)
            if before is not None:
                conn.execute(delete(CONSOLE_SESSION).where(_TABLE.id_hash == _hashed(before)))
            self._make_room(conn, session.key_id)
            conn.execute(insert(CONSOLE_SESSION).values(**row, at=now, seen=now, expires=expires))
            audit.append(conn, session.member, [Entry(session.key_id, "console sign-in", _called(id_), f"until {expires}")])
        return id_

    def find(self, id_: str) -> Entered | None:
        """The session of an id, noted as used now; None for one that is unknown or over, whose row goes."""
        now = self.clock()
        with self.office.read() as conn:
            row = conn.execute(select(CONSOLE_SESSION).where(_TABLE.id_hash == _hashed(id_))).one_or_none()
            stands = row is not None and self._stands(conn, row, now)
        if row is None:
            return None
        if not stands:
            with self.office.write() as conn:
                conn.execute(delete(CONSOLE_SESSION).where(_TABLE.id_hash == row.id_hash))
            return None
        if now - row.seen >= _NOTED_MS:
            with self.office.write() as conn:
                conn.execute(update(CONSOLE_SESSION).where(_TABLE.id_hash == row.id_hash).values(seen=now))
        return Entered(
            id_, Session(row.key_id, row.member_id, frozenset(row.scopes.split()), ends=row.expires), row.reason, row.at, row.expires
        )

    def close(self, entered: Entered) -> None:
        """Ends a session: who has its id has nothing."""
        with self.office.write() as conn:
            conn.execute(delete(CONSOLE_SESSION).where(_TABLE.id_hash == _hashed(entered.id)))
            audit.append(conn, entered.session.member, [Entry(entered.session.key_id, "console sign-out", _called(entered.id), "ended")])

    def give_reason(self, entered: Entered, reason: str) -> None:
        """Keeps why its caller looks at others' records, for the rest of the session."""
        with self.office.write() as conn:
            conn.execute(update(CONSOLE_SESSION).where(_TABLE.id_hash == _hashed(entered.id)).values(reason=reason))

    def _stands(self, conn: Connection, row: Row[tuple[object, ...]], now: int) -> bool:
        if row.expires <= now or row.seen <= now - self._idle_ms:
            return False
        if row.opener is None:
            return self.issuers.trusts(row.key_id)
        return row.opener in {_hashed(each) for each in access.openers(conn, row.key_id)}

    def _sweep(self, conn: Connection, now: int) -> None:
        conn.execute(delete(CONSOLE_SESSION).where(or_(_TABLE.expires <= now, _TABLE.seen <= now - self._idle_ms)))

    def _make_room(self, conn: Connection, key_id: str) -> None:
        newest = select(_TABLE.id_hash).where(_TABLE.key_id == key_id).order_by(_TABLE.at.desc(), _TABLE.id_hash)
        over = [row.id_hash for row in conn.execute(newest.offset(self.settings.console_sessions - 1))]
        if over:
            conn.execute(delete(CONSOLE_SESSION).where(_TABLE.id_hash.in_(over)))

    @property
    def _idle_ms(self) -> int:
        return self.settings.console_idle_minutes * _MINUTE_MS


def _hashed(text: str) -> bytes:
    return sha256(text.encode()).digest()


def _called(id_: str) -> str:
    """What the audit log calls a session: nothing that opens it."""
    return _hashed(id_).hex()[:16]
