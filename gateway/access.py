"""Who asks: API keys, their scopes, and which members a session may act for.

Of a key argon2id over its SHA-256 is kept, so a stolen table can't be tried in bulk. The operator's key acts for every member whose
keys this gateway holds: who shares a gateway trusts its operator, or signs in a wallet of its own.
"""

import re
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import Connection, Row, insert, select, update

from gateway.errors import Problem, not_found
from gateway.office import audit
from gateway.office.audit import Entry
from gateway.office.database import now_ms
from gateway.office.models import API_KEY
from gateway.signers.keystore import Keystore
from ledger.domain.ids import to_hex

READ, ACT, ADMIT = "read", "act", "admit"
SCOPES = (READ, ACT, ADMIT)
PEER = "peer"
"""What another member's gateway has, by its signature: no key or token has it."""
PREFIX = "pbk"
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
STANDARD_DAYS, STANDARD_OVERLAP_HOURS = 90, 24
_FORM = re.compile(r"pbk_([0-9a-f]{16})_([0-9a-f]{64})")
# RFC 9106 asks for more where people choose what is hashed; a key is 256 random bits.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


@dataclass(slots=True)
class Purpose:
    """Why the caller of one request looks at others' records, as it says itself, and whether it did. Once for each request."""

    reason: str | None = None
    oversaw: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """An authenticated caller. `key_id` names it in the audit log: an API key's id, or a token's issuer and subject; `member` is None for
    the operator; `ends`: when the key or token does, in UTC milliseconds.
    """

    key_id: str
    member: bytes | None
    scopes: frozenset[str]
    purpose: Purpose = field(default_factory=Purpose, compare=False)
    ends: int = field(default=0, compare=False)

    @property
    def is_operator(self) -> bool:
        return self.member is None

    def needs(self, scope: str) -> None:
        """Raises 403 where the key lacks a scope."""
        if scope not in self.scopes:
            raise Problem(403, "Not permitted", f"this key or token lacks the scope {scope!r}; it has {', '.join(sorted(self.scopes))}")

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
    row = {"id": key_id, "member_id": member, "secret": hashed(secret), "scopes": " ".join(scopes), "name": name}
    conn.execute(insert(API_KEY).values(**row, at=now_ms(), expires=now_ms() + days * DAY_MS, revoked=False))
    audit.append(conn, member, [Entry("gateway", "key issued", key_id, " ".join(scopes))])
    return f"{PREFIX}_{key_id}_{secret}"


def rotate(conn: Connection, key_id: str, overlap_hours: float = STANDARD_OVERLAP_HOURS, days: int = STANDARD_DAYS) -> str | None:
    """A new secret for an API key, good for so many days; None if there is none that is good.

    The old secret opens for the overlap, though never longer than it would have; one that is older ends at once.
    """
    row = _row(conn, key_id)
    if row is None or not _is_good(row):
        return None
    secret, until = secrets.token_hex(32), min(row.expires, now_ms() + int(overlap_hours * HOUR_MS))
    renewed = {"secret": hashed(secret), "previous": row.secret, "previous_until": until, "expires": now_ms() + days * DAY_MS}
    conn.execute(update(API_KEY).where(API_KEY.c.id == key_id).values(**renewed))
    audit.append(conn, row.member_id, [Entry("gateway", "key rotated", key_id, f"the old secret until {until}")])
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
    """Ends an API key, both its secrets; False if there is none."""
    ended = update(API_KEY).where(API_KEY.c.id == key_id).values(revoked=True).returning(API_KEY.c.member_id)
    row = conn.execute(ended).one_or_none()
    if row is not None:
        audit.append(conn, row.member_id, [Entry("gateway", "key revoked", key_id, "at once")])
    return row is not None


class Candidate(NamedTuple):
    """A good API key that a text names: the session that it opens, the secret given, and the hashes of those that open it."""

    session: Session
    secret: str
    hashes: tuple[str, ...]

    def opened_by(self) -> str | None:
        """The hash that the secret fits; None if none. Takes tens of milliseconds and 19 MiB for each hash."""
        return next((each for each in self.hashes if _fits(each, self.secret)), None)


def named(conn: Connection, text: str) -> Candidate | None:
    """The good API key that a text names, its secret untried; None for text of another form and for an unknown, revoked or expired key."""
    form = _FORM.fullmatch(text)
    row = None if form is None else _row(conn, form[1])
    if form is None or row is None or not _is_good(row):
        return None
    return Candidate(Session(row.id, row.member_id, frozenset(row.scopes.split()), ends=row.expires), form[2], _openers(row))


def openers(conn: Connection, key_id: str) -> tuple[str, ...]:
    """The hashes of the secrets that open an API key now; none of an unknown, revoked or expired one."""
    row = _row(conn, key_id)
    return () if row is None or not _is_good(row) else _openers(row)


def authenticate(conn: Connection, text: str) -> Session | None:
    """The session of an API key; None for one that opens nothing."""
    found = named(conn, text)
    return None if found is None or found.opened_by() is None else found.session


def hashed(secret: str) -> str:
    """What is kept of a secret: argon2id of its SHA-256 in hex, with a salt of its own (PHC string)."""
    return _HASHER.hash(sha256(secret.encode()).hexdigest())


def _fits(kept: str, secret: str) -> bool:
    try:
        return _HASHER.verify(kept, sha256(secret.encode()).hexdigest())
    except VerifyMismatchError:
        return False


def _row(conn: Connection, key_id: str) -> Row[tuple[object, ...]] | None:
    return conn.execute(select(API_KEY).where(API_KEY.c.id == key_id)).one_or_none()


def _openers(row: Row[tuple[object, ...]]) -> tuple[str, ...]:
    earlier = (row.previous,) if row.previous is not None and row.previous_until > now_ms() else ()
    return (row.secret, *earlier)


def _is_good(row: Row[tuple[object, ...]]) -> bool:
    return not row.revoked and row.expires > now_ms()
