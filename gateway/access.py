"""Who asks: API keys, their scopes, and which members a session may act for.

A key is 256 random bits, so its SHA-256 can be stored and compared: there is nothing to guess and stretch. The operator's key acts for
every member whose keys this gateway holds: who shares a gateway trusts its operator, or signs in a wallet of its own.
"""

import hmac
import secrets
import time
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import Connection, insert, select, update
from starlette.concurrency import run_in_threadpool

from gateway.errors import Problem, not_found
from gateway.office.database import now_ms
from gateway.office.models import API_KEY
from gateway.signers.keystore import Keystore
from ledger.domain.ids import to_hex
from ledger.mirror.database import Database

READ, ACT, ADMIT = "read", "act", "admit"
SCOPES = (READ, ACT, ADMIT)
PREFIX = "pbk"
DAY_MS = 86_400_000
_KNOWN_SECONDS, _MOST_KNOWN = 1.0, 10_000
STANDARD_DAYS = 90


@dataclass(frozen=True, slots=True)
class Session:
    """An authenticated caller. `member` is None for the operator."""

    key_id: str
    member: bytes | None
    scopes: frozenset[str]

    @property
    def is_operator(self) -> bool:
        return self.member is None

    def needs(self, scope: str) -> None:
        """Raises 403 where the key lacks a scope."""
        if scope not in self.scopes:
            raise Problem(403, "Not permitted", f"this API key lacks the scope {scope!r}; it has {', '.join(sorted(self.scopes))}")

    def may_act_for(self, account: bytes, keystore: Keystore) -> bool:
        """Whether the session speaks for an account: its own, or for the operator any that is served here."""
        return keystore.serves(account) if self.member is None else account == self.member

    def acting_for(self, account: bytes, keystore: Keystore) -> bytes:
        """The account, if the session speaks for it. Raises 404, alike for strangers and for other members' accounts."""
        if not self.may_act_for(account, keystore):
            raise not_found(f"account {to_hex(account)}")
        return account


def issue(conn: Connection, name: str, member: bytes | None, scopes: tuple[str, ...] = SCOPES, days: int = STANDARD_DAYS) -> str:
    """A new API key; its text is returned once and kept nowhere."""
    key_id, secret = secrets.token_hex(8), secrets.token_hex(32)
    row = {"id": key_id, "member_id": member, "hash": _hashed(secret), "scopes": " ".join(scopes), "name": name}
    conn.execute(insert(API_KEY).values(**row, at=now_ms(), expires=now_ms() + days * DAY_MS, revoked=False))
    return f"{PREFIX}_{key_id}_{secret}"


class Issued(NamedTuple):
    """An API key as it is kept: everything but its secret. Times in UTC milliseconds."""

    id: str
    name: str
    member: bytes | None
    scopes: str
    expires: int
    revoked: bool


def listed(conn: Connection) -> list[Issued]:
    """The API keys, oldest first."""
    columns = API_KEY.c
    asked = select(columns.id, columns.name, columns.member_id, columns.scopes, columns.expires, columns.revoked)
    return [Issued(*row) for row in conn.execute(asked.order_by(columns.at, columns.id))]


def revoke(conn: Connection, key_id: str) -> bool:
    """Ends an API key; False if there is none."""
    return bool(conn.execute(update(API_KEY).where(API_KEY.c.id == key_id).values(revoked=True)).rowcount)


def authenticate(conn: Connection, text: str) -> Session | None:
    """The session of an API key; None for an unknown, revoked or expired one."""
    prefix, _, rest = text.partition("_")
    key_id, _, secret = rest.partition("_")
    row = conn.execute(select(API_KEY).where(API_KEY.c.id == key_id)).one_or_none()
    known = row.hash if row is not None else bytes(32)
    matches = hmac.compare_digest(known, _hashed(secret))
    if row is None or not matches or prefix != PREFIX or row.revoked or row.expires <= now_ms():
        return None
    return Session(key_id, row.member_id, frozenset(row.scopes.split()))


def stands(conn: Connection, session: Session) -> bool:
    """Whether the key of a session is still good."""
    row = conn.execute(select(API_KEY.c.expires, API_KEY.c.revoked).where(API_KEY.c.id == session.key_id)).one_or_none()
    return row is not None and not row.revoked and row.expires > now_ms()


class Sessions:
    """Sessions of keys that were just used: a key is looked up once a second, so one that is revoked ends within a second."""

    def __init__(self, office: Database) -> None:
        self._office = office
        self._known: dict[bytes, tuple[float, Session]] = {}

    async def of(self, text: str) -> Session | None:
        """The session of an API key; None for an unknown, revoked or expired one."""
        asked, now = _hashed(text), time.monotonic()
        until, session = self._known.get(asked, (now, None))
        if until <= now:
            session = await run_in_threadpool(self._looked_up, text)
            self._keep(asked, session, now)
        return session

    def _looked_up(self, text: str) -> Session | None:
        with self._office.read() as conn:
            return authenticate(conn, text)

    def _keep(self, asked: bytes, session: Session | None, now: float) -> None:
        """Only keys that are good are kept, so strangers fill nothing."""
        if session is None:
            self._known.pop(asked, None)
            return
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[asked] = (now + _KNOWN_SECONDS, session)


def _hashed(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
