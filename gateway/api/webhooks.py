"""Webhooks: who is told of the ledger's events, where, and what did not arrive."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import orjson
from fastapi import APIRouter, Path, Query
from sqlalchemy import Connection

from gateway.access import ACT, READ, Session
from gateway.api.answers import Hex, Position, Shown, Time
from gateway.api.asking import Caller, Limit, Running, addressed, cursor_from, cursor_text, explained
from gateway.api.asking import Cursor as After
from gateway.api.events import mirrored, wanted
from gateway.api.fields import ACCOUNT
from gateway.api.refusals import ANY, AWAY, CONFLICTS, NAMED, WRITES
from gateway.api.schemas import ReplayIn, ResendIn, WebhookIn, WebhookStateIn
from gateway.errors import Problem, invalid, not_found
from gateway.following import book
from gateway.following.book import OVERLAP_MS, Dead, Secrets, State, Webhook
from gateway.following.egress import Egress, NotAllowed
from gateway.following.envelope import fresh_secret, secret_text
from gateway.following.looking import Cursor, at
from gateway.office.database import now_ms
from gateway.office.repository import Office
from gateway.services import Services
from gateway.signers.keystore import HOUSE
from ledger.chain.blocks import LOG_BITS
from ledger.domain.calendar import rfc3339
from ledger.domain.ids import to_hex

router = APIRouter(tags=["webhooks"], responses=ANY)


class WebhookShown(Shown):
    """A subscription. `account`: whose eyes it has; null: the operator's. `position`: the last event that arrived, was not wanted or was
    put aside; `attempts`: how often the next one failed, `fault` why; `next_at`: after a failure, not before then; `dead`: how many were
    put aside.

    `state`: active; paused; gone, after the receiver said so (410); undone, where the history before the position was set back.
    """

    id: str
    account: Hex | None
    url: str
    kinds: list[str]
    records: list[Hex]
    state: str
    fault: str | None
    position: Position
    attempts: int
    next_at: Time | None
    delivered: int
    dead: int
    created_at: Time


class WebhookMade(Shown):
    """A subscription with its secret, which is shown here and never again."""

    webhook: WebhookShown
    secret: str


class WebhookPage(Shown):
    """Subscriptions; `next` asks for the page after this one."""

    data: list[WebhookShown]
    next: str | None


class WebhookRemoved(Shown):
    """The subscription that is no more."""

    removed: str


class DeadLetter(Shown):
    """A message that was put aside: the event's position, how often it failed, the last fault; `again`: it will be sent once more."""

    position: Position
    attempts: int
    fault: str
    at: Time
    again: bool
    message: dict[str, object]


class DeadLetterPage(Shown):
    """Messages that were put aside, oldest first; `next` asks for the page after this one."""

    data: list[DeadLetter]
    next: str | None


class Resent(Shown):
    """How many messages are to be sent once more."""

    count: int


Member = Annotated[
    str | None, Query(pattern=ACCOUNT, description="The account, as hex; for the operator, who without it speaks for itself")
]

WebhookPath = Annotated[str, Path(pattern=r"^[^\x00-\x1f\x7f]{1,80}$", description="A subscription's id")]


@router.post("/webhooks", status_code=201, responses=NAMED | WRITES | AWAY | CONFLICTS)
def create_webhook(asked: WebhookIn, services: Running, session: Caller, account: Member = None) -> WebhookMade:
    """Subscribes a URL to the ledger's events; the answer has the secret that signs its messages."""
    session.needs(ACT)
    member = _member(session, services, account)
    explained(services, session)
    wants = wanted(services, asked.kinds, asked.records)
    try:
        Egress.of(services.settings.webhook_hosts).target(asked.url)
    except NotAllowed as barred:
        raise invalid(str(barred), field="url") from barred
    id_, secret, start = book.new_id(), fresh_secret(), _from(services, asked.after)
    sealed = Secrets(services.keystore).sealed(secret, member, id_)
    with services.office.write() as conn:
        if book.count(conn, member) >= book.MOST_OF_A_MEMBER:
            raise Problem(409, "Too many webhooks", f"{book.MOST_OF_A_MEMBER} webhooks are the most of one account; remove one first")
        row = book.add(conn, member, id_, asked.url, wants, sealed, start)
        Office(conn, member).audit(session.key_id, "webhook", id_, "added")
        made = WebhookMade(webhook=_shown(conn, row), secret=secret_text(secret))
    services.mirrored.announce()
    return made


@router.get("/webhooks", responses=NAMED)
def list_webhooks(services: Running, session: Caller, account: Member = None, limit: Limit = 100, after: After = None) -> WebhookPage:
    """An account's subscriptions, oldest first."""
    session.needs(READ)
    member = _member(session, services, account)
    with services.office.read() as conn:
        rows = book.of_member(conn, member, limit=limit + 1, after=_cursor(after))
        more = len(rows) > limit
        return WebhookPage(data=[_shown(conn, row) for row in rows[:limit]], next=cursor_text((rows[limit - 1].number,)) if more else None)


@router.get("/webhooks/{webhook}", responses=NAMED)
def get_webhook(webhook: WebhookPath, services: Running, session: Caller, account: Member = None) -> WebhookShown:
    """A subscription, and how far it came."""
    session.needs(READ)
    with services.office.read() as conn:
        return _shown(conn, _found(conn, _member(session, services, account), webhook))


@router.post("/webhooks/{webhook}/state", responses=NAMED | WRITES)
def set_webhook_state(
    webhook: WebhookPath, asked: WebhookStateIn, services: Running, session: Caller, account: Member = None
) -> WebhookShown:
    """Pauses a subscription, or has it go on where it was, at once."""
    with _changing(services, session, account, webhook, asked.state) as (conn, row):
        book.change(conn, row, state=State(asked.state), attempts=0, next_at=min(row.next_at, now_ms()))
        return _again(conn, row)


@router.post("/webhooks/{webhook}/secret", responses=NAMED | AWAY)
def rotate_webhook_secret(webhook: WebhookPath, services: Running, session: Caller, account: Member = None) -> WebhookMade:
    """Makes a new secret, shown once; the one before signs beside it for a day."""
    secret, wrapped = fresh_secret(), Secrets(services.keystore)
    services.keystore.check_open()
    member = _member(session, services, account)
    sealed = wrapped.sealed(secret, member, webhook)
    with _changing(services, session, account, webhook, "secret") as (conn, row):
        book.change(conn, row, sealed=sealed, sealed_before=row.sealed, before_until=now_ms() + OVERLAP_MS)
        return WebhookMade(webhook=_again(conn, row), secret=secret_text(secret))


@router.post("/webhooks/{webhook}/replay", responses=NAMED | WRITES | AWAY)
def replay_webhook(webhook: WebhookPath, asked: ReplayIn, services: Running, session: Caller, account: Member = None) -> WebhookShown:
    """Sends everything after a position once more, under the ids that it had."""
    start = _from(services, asked.after)
    with _changing(services, session, account, webhook, "replay") as (conn, row):
        book.replay(conn, row, start)
        return _again(conn, row)


@router.get("/webhooks/{webhook}/dead-letters", responses=NAMED)
def list_dead_letters(
    webhook: WebhookPath, services: Running, session: Caller, account: Member = None, limit: Limit = 100, after: After = None
) -> DeadLetterPage:
    """Messages that failed to the last and were put aside, oldest first."""
    session.needs(READ)
    with services.office.read() as conn:
        row = _found(conn, _member(session, services, account), webhook)
        rows = book.dead(conn, row.id, after=_cursor(after), limit=limit + 1)
    more = len(rows) > limit
    return DeadLetterPage(data=[_letter(each) for each in rows[:limit]], next=cursor_text((rows[limit - 1].pos,)) if more else None)


@router.post("/webhooks/{webhook}/dead-letters:resend", responses=NAMED | WRITES)
def resend_dead_letters(webhook: WebhookPath, asked: ResendIn, services: Running, session: Caller, account: Member = None) -> Resent:
    """Sends messages that were put aside once more, out of the order of the others."""
    with _changing(services, session, account, webhook, "resend") as (conn, row):
        # Who asks for it says that the receiver is there again: nothing waits for the next attempt of what failed since.
        book.change(conn, row, next_at=min(row.next_at, now_ms()))
        return Resent(count=book.send_again(conn, row.id, asked.positions))


@router.delete("/webhooks/{webhook}", responses=NAMED)
def remove_webhook(webhook: WebhookPath, services: Running, session: Caller, account: Member = None) -> WebhookRemoved:
    """Ends a subscription and forgets its secret and what was put aside."""
    with _changing(services, session, account, webhook, "removed") as (conn, row):
        book.remove(conn, row)
        return WebhookRemoved(removed=row.id)


# --- Parts ----------------------------------------------------------------------------------------------------------------------


def _member(session: Session, services: Services, account: str | None) -> bytes:
    """Whose subscriptions are meant. Raises 404, 422."""
    if account is None:
        return HOUSE if session.member is None else session.member
    return session.acting_for(addressed(account, "account"), services.keystore)


def _found(conn: Connection, member: bytes, webhook: str) -> Webhook:
    row = book.get(conn, member, webhook)
    if row is None:
        raise not_found(f"webhook {webhook[:80]}")
    return row


@contextmanager
def _changing(services: Services, session: Session, account: str | None, webhook: str, what: str) -> Iterator[tuple[Connection, Webhook]]:
    """The subscription in a transaction that notes in the audit who changed it, and wakes the courier. Raises 403, 404."""
    session.needs(ACT)
    member = _member(session, services, account)
    with services.office.write() as conn:
        row = _found(conn, member, webhook)
        Office(conn, member).audit(session.key_id, "webhook", row.id, what)
        yield conn, row
    services.mirrored.announce()


def _from(services: Services, after: int | None) -> Cursor:
    """The cursor at a position; None: the last final one. Raises 422 for one that is not mirrored, 503."""
    with services.snapshot() as conn:
        held = mirrored(conn, after)
        last = (held - services.engine.finality + 1 << LOG_BITS) - 1
        return at(conn, last if after is None else after)


def _again(conn: Connection, row: Webhook) -> WebhookShown:
    return _shown(conn, _found(conn, row.member_id, row.id))


def _shown(conn: Connection, row: Webhook) -> WebhookShown:
    wants = row.wants
    return WebhookShown(
        id=row.id,
        account=None if row.account is None else to_hex(row.account),
        url=row.url,
        kinds=sorted(wants.kinds),
        records=[to_hex(each) for each in sorted(wants.records)],
        state=row.state,
        fault=row.fault,
        position=str(row.cursor),
        attempts=row.attempts,
        next_at=rfc3339(row.next_at // 1_000) if row.attempts else None,
        delivered=row.delivered,
        dead=book.dead_count(conn, row.id),
        created_at=rfc3339(row.at // 1_000),
    )


def _letter(row: Dead) -> DeadLetter:
    at_ = rfc3339(row.at // 1_000)
    return DeadLetter(
        position=str(row.pos), attempts=row.attempts, fault=row.fault, at=at_, again=row.again, message=orjson.loads(row.body)
    )


def _cursor(after: str | None) -> int:
    found = cursor_from(after) or (-1,)
    if len(found) != 1 or not isinstance(found[0], int):
        raise invalid("after: not a cursor of this list; send `next` of the page before", field="after")
    return found[0]
