"""What every endpoint shares: the caller's session, the snapshot that it reads, pages, and the form of an answer."""

import base64
import binascii
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any, TypeVar
from urllib.parse import parse_qsl

import orjson
from fastapi import Depends, Path, Query, Request
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool

from gateway.access import READ, Session
from gateway.api.answers import Answer
from gateway.api.fields import ACCOUNT, NUMBER, WORD, Instant
from gateway.api.rights import REASON, RIGHTS
from gateway.errors import Problem, invalid, not_found
from gateway.roles import ROLES
from gateway.services import Services
from ledger.chain.blocks import LOG_BITS, last_position
from ledger.domain.ids import IdError, from_hex, to_hex
from ledger.mirror.queries import chain, members
from ledger.mirror.queries.reading import Page

Data = TypeVar("Data")
Row = TypeVar("Row")
Looked = TypeVar("Looked")

_LOOK_SECONDS = 1.0
_OVERSIGHT = ROLES["AUDITOR"] | ROLES["REGULATOR"]


async def services_of(request: Request) -> Services:
    """The running gateway's parts. A coroutine, so that no thread is asked for it."""
    found: Services = request.app.state.services
    return found


async def session_of(request: Request) -> Session:
    """The session that the door let in, with the scope that the operation needs. Raises 403."""
    found: Session = request.state.session
    found.needs(RIGHTS[request.scope["route"].name].scope)
    return found


Running = Annotated[Services, Depends(services_of)]
Caller = Annotated[Session, Depends(session_of)]


def addressed(text: str, field: str) -> bytes:
    """An account or key from the request. Raises 422."""
    return worded(text, 20, field)


def worded(text: str, length: int, field: str) -> bytes:
    """Bytes of a fixed length from hex text. Raises 422."""
    try:
        return from_hex(text, length, field)
    except IdError as wrong:
        raise invalid(str(wrong), field=field) from wrong


def whole_number(text: str, field: str) -> int:
    """A non-negative integer of at most 256 bits from decimal text. Raises 422."""
    if not text.isascii() or not text.isdigit() or len(text) > 78 or int(text) >= 1 << 256:
        raise invalid(f"{field}: a decimal number below 2^256 expected, {text[:80]!r} given", field=field)
    return int(text)


@dataclass(frozen=True, slots=True)
class AsAt:
    """The point asked about: the end of a block, or a time; neither: now."""

    block: int | None
    known_at: datetime | None


def as_at(
    block: Annotated[int | None, Query(ge=0, lt=1 << 40, description="As known at the end of this block")] = None,
    known_at: Annotated[Instant | None, Query(description="As known at this time (RFC 3339)")] = None,
) -> AsAt:
    """Reads the two ways to name a point; both together are refused."""
    if block is not None and known_at is not None:
        raise invalid("known_at: give block or known_at, not both", field="known_at")
    return AsAt(block, known_at)


Point = Annotated[AsAt, Depends(as_at)]
Limit = Annotated[int, Query(ge=1, le=1000, description="Most rows of a page")]
Cursor = Annotated[str | None, Query(max_length=400, description="`next` of the page before, with the same filters")]
Account = Annotated[str, Query(pattern=ACCOUNT, description="An account, as hex")]
AccountPath = Annotated[str, Path(pattern=ACCOUNT, description="An account, as hex")]
WordPath = Annotated[str, Path(pattern=WORD, description="32 bytes, as hex")]
RangeStart = Annotated[int, Query(ge=0, lt=1 << 63, description="Start of the range, in minor units")]
RangeEnd = Annotated[int, Query(ge=1, lt=1 << 63, description="End of the range, in minor units")]
NumberPath = Annotated[str, Path(pattern=NUMBER, description="An id, as decimal text")]
PledgePath = Annotated[int, Path(ge=0, lt=1 << 40, description="A pledge's number")]
RegisterPath = Annotated[int, Path(ge=0, lt=1 << 16, description="A register's number")]


@dataclass(frozen=True, slots=True)
class Reading:
    """One snapshot of the mirror and the point in it (`time`: the block's, UTC seconds); answers are made with `answer`."""

    conn: Connection
    at: int | None
    block: int
    time: int
    final: bool
    behind: int
    development: bool

    def answer(self, data: Data, next_: str | None = None) -> Answer[Data]:
        """The form of every answer that is read from the mirror."""
        return Answer(data=data, next=next_, block=self.block, final=self.final, behind=self.behind, development=self.development)

    def page(self, page: Page[Row], shown: Callable[[Row], Data]) -> Answer[list[Data]]:
        """A page of rows, each as `shown`."""
        return self.answer([shown(row) for row in page.rows], None if page.next is None else cursor_text(page.next))


@contextmanager
def reading(services: Services, session: Session, point: AsAt | None = None) -> Iterator[Reading]:
    """Opens a snapshot as at a point. Raises 403 without the scope, 503 while nothing is mirrored, 422 for a point beyond it."""
    session.needs(READ)
    with services.snapshot() as conn:
        held = chain.held(conn)
        if held is None or held.hash is None:
            raise Problem(503, "Not mirrored yet", "the mirror holds no block yet; try again in a moment")
        at = _position(conn, point, held.block)
        block = held.block if at is None else at >> LOG_BITS
        final = block <= held.block - services.engine.finality
        behind = max(0, services.sync.status().head - held.block)
        header = chain.header(conn, block)
        yield Reading(conn, at, block, header.time if header else 0, final, behind, services.engine.development_clock)


def _position(conn: Connection, point: AsAt | None, held: int) -> int | None:
    if point is None or (point.block is None and point.known_at is None):
        return None
    if point.block is not None:
        if point.block > held:
            raise invalid(f"block: {point.block} is not mirrored yet; the last is {held}", field="block")
        return last_position(point.block)
    found = chain.block_at(conn, int(point.known_at.timestamp())) if point.known_at else None
    if found is None:
        raise invalid("known_at: before the ledger's first block", field="known_at")
    return last_position(found.number)


async def waited(services: Services, timeout: float, look: Callable[[], Looked], pending: Callable[[Looked], object]) -> Looked:
    """Looks, in a thread, whenever something moved, until nothing is pending or `timeout` seconds are over; what it saw last.

    Between looks no thread and no connection is held, so that those who wait don't keep others out.
    """
    end = time.monotonic() + timeout
    while True:
        seen = services.progress.count
        found = await run_in_threadpool(look)
        left = end - time.monotonic()
        if not pending(found) or left <= 0:
            return found
        await services.progress.changed(seen, min(left, _LOOK_SECONDS))


ASKED: ContextVar[tuple[str, bytes, bytes]] = ContextVar("asked", default=("", b"", b""))
"""The path, the query and the body of the request that is being answered."""
_PAGING = frozenset({"after", "limit", "fields", "block", "known_at"})
"""What may differ from page to page: a reader may hold the pages after the first at that one's block."""


def _list_asked() -> str:
    """Which list was asked for, and by which filters: rows behind one list's cursor are others in another list."""
    path, query, body = ASKED.get()
    filters = sorted(each for each in parse_qsl(query.decode("latin-1"), keep_blank_values=True) if each[0] not in _PAGING)
    return sha256(repr((path, filters, body)).encode()).hexdigest()[:12]


def cursor_text(cursor: tuple[Any, ...]) -> str:
    """A cursor as the text that a client sends back, good for the list and the filters that were asked for."""
    plain = [{"x": each.hex()} if isinstance(each, bytes) else each for each in cursor]
    return base64.urlsafe_b64encode(orjson.dumps([_list_asked(), *plain])).decode().rstrip("=")


def cursor_from(text: str | None) -> tuple[Any, ...] | None:
    """A cursor from its text. Raises 422, for one of another list or of other filters too."""
    if text is None:
        return None
    try:
        asked, *read = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if asked != _list_asked():
            raise ValueError("another list's")
        return tuple(bytes.fromhex(each["x"]) if isinstance(each, dict) else _number(each) for each in read)
    except (binascii.Error, ValueError, KeyError, TypeError) as wrong:
        said = "after: not a cursor of this list; send `next` of the page before, with the same filters"
        raise invalid(said, field="after") from wrong


def _number(given: Any) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or not -(1 << 63) <= given < 1 << 63:
        raise ValueError("no cursor")
    return given


def oversees(session: Session, conn: Connection) -> bool:
    """Whether the caller oversees the ledger: the node's operator, auditors and regulators."""
    return is_overseer(session.member, conn)


def is_overseer(account: bytes | None, conn: Connection) -> bool:
    """The same of an account; None is the operator."""
    if account is None:
        return True
    member = members.get(conn, account)
    return member is not None and not member.suspended and bool(member.roles & _OVERSIGHT)


def sees_all(session: Session, conn: Connection) -> bool:
    """The same, to look at others' records: what auditors and regulators look at is noted with their reason. Raises 403 without one."""
    if not oversees(session, conn):
        return False
    if session.member is not None:
        _note(session)
    return True


def explained(services: Services, session: Session) -> None:
    """Notes why an auditor or a regulator has itself told of others' records from now on. Raises 403 without a reason."""
    with services.snapshot() as conn:
        sees_all(session, conn)


def _note(session: Session) -> None:
    reason = session.purpose.reason
    if reason is None or not reason.isprintable() or not 8 <= len(reason) <= 200:
        raise Problem(403, "Reason required", f"say why you look at others' records: header {REASON}, 8 to 200 characters; it is kept")
    session.purpose.oversaw = True


def own_account(session: Session, conn: Connection, account: bytes) -> bytes:
    """The account asked for, if the caller may see it. Raises 404 for another member's."""
    if account != session.member and not sees_all(session, conn):
        raise not_found(f"account {to_hex(account)}")
    return account


def limited_to(session: Session, conn: Connection, account: bytes | None) -> bytes | None:
    """The account that a list is limited to: the one asked for, else the caller's own; None (all) for who oversees the ledger."""
    if account is not None:
        return own_account(session, conn, account)
    return None if sees_all(session, conn) else session.member
