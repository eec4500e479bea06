"""Who asks: API keys, their scopes, and which members a session may act for.

A key is 256 random bits, so its SHA-256 can be stored and compared: there is nothing to guess and stretch. The operator's key acts for
every member whose keys this gateway holds: who shares a gateway trusts its operator, or signs in a wallet of its own.
"""

import hmac
import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import Connection, insert, select, update

from gateway.errors import Problem, not_found
from gateway.office.database import now_ms
from gateway.office.models import API_KEY
from gateway.signers.keystore import Keystore
from ledger.domain.ids import to_hex

READ, ACT, ADMIT = "read", "act", "admit"
SCOPES = (READ, ACT, ADMIT)
PREFIX = "pbk"
DAY_MS = 86_400_000
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


def _hashed(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
