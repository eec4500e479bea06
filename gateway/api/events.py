"""Events of the ledger as the chain has them, decoded: the feed, one record's history, and the stream."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool

from gateway.access import READ, Session
from gateway.api import shown
from gateway.api.answers import Answer, Event
from gateway.api.asking import Caller, Limit, Reading, Running, WordPath, explained, reading, sees_all, worded
from gateway.api.fields import Hex32
from gateway.api.refusals import ANY, AWAY
from gateway.api.stream import MEDIA_TYPE, EventStream, Feed, resumed
from gateway.errors import Problem, invalid
from gateway.following import selection
from gateway.following.looking import Cursor
from gateway.following.selection import Selection, UnknownKind
from gateway.services import Services
from ledger.chain.blocks import LOG_BITS
from ledger.mirror.queries import chain, events
from ledger.mirror.queries.events import Told
from ledger.mirror.queries.reading import Page

router = APIRouter(tags=["events"], responses=ANY | AWAY)

Position = Annotated[int, Query(ge=-1, lt=1 << 62, description="Position after which to read: block << 20 | log index")]
Kinds = Annotated[
    list[str],
    Query(alias="kind", max_length=50, description="Only these kinds: a contract, an event, or both (ReceivableToken.Drawn)"),
]
Records = Annotated[list[Hex32], Query(alias="record", max_length=50, description="Only of these records: ids as words in hex")]
STREAMED = {
    "description": "Events as they come: `id` is the position, `event` contract and event, `data` as the schema says. "
    "An event `retraction` says that what came after the position in its data was undone",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Event"}}},
}


@router.get("/events")
def list_events(services: Running, session: Caller, after: Position = -1, limit: Limit = 100) -> Answer[list[Event]]:
    """Events after a position, oldest first; `next` is the position to go on from. For the node's operator, auditors and regulators."""
    with reading(services, session) as view:
        _oversees(session, view)
        return _shown(view, events.feed(view.conn, services.events, after=after, limit=limit))


@router.get("/events:stream", response_model=None, responses={200: STREAMED})
async def stream_events(
    request: Request,
    services: Running,
    session: Caller,
    after: Position = -1,
    kind: Kinds = [],  # noqa: B006  # FastAPI copies it
    record: Records = [],  # noqa: B006
    retractions: Annotated[bool, Query(description="Events as soon as they are mined, and what is undone of them")] = False,
    last_event_id: Annotated[str | None, Header(max_length=100, description="Goes on behind this event; before `after`")] = None,
) -> EventStream:
    """Server-sent events: what the caller may see of the ledger, as it becomes final, from a position on and without end.

    A member is told of events that name it, of records that it sees, and of registers, members and pledges, which all see. A comment comes
    every 15 seconds. Who reads too slowly is cut off, and goes on with `Last-Event-ID`.
    """
    session.needs(READ)
    await run_in_threadpool(explained, services, session)
    # An id was given by a gateway, maybe by one that is further; a position may be anything, and be waited for for ever.
    cursor = resumed(last_event_id) if last_event_id is not None else Cursor(await run_in_threadpool(_position, services, after))
    return EventStream(Feed(services, session, wanted(services, kind, record), cursor, retractions), request.state.stands)


def wanted(services: Services, kinds: list[str], records: list[str]) -> Selection:
    """The selection of a request. Raises 422."""
    try:
        return selection.of(kinds, (worded(each, 32, "record") for each in records), services.events.names)
    except UnknownKind as wrong:
        raise invalid(f"kind: {wrong}", field="kind") from wrong


def _position(services: Services, after: int) -> int:
    with services.snapshot() as conn:
        mirrored(conn, after)
    return after


def mirrored(conn: Connection, after: int | None) -> int:
    """The last block that is mirrored. Raises 422 where a position lies behind it, 503."""
    held = chain.held(conn)
    if held is None or held.hash is None:
        raise Problem(503, "Not mirrored yet", "the mirror holds no block yet; try again in a moment")
    if after is not None and after >> LOG_BITS > held.block:
        raise invalid(f"after: block {after >> LOG_BITS} is not mirrored yet; the last is {held.block}", field="after")
    return held.block


@router.get("/events/{record}")
def list_of_record(record: WordPath, services: Running, session: Caller, after: Position = -1, limit: Limit = 100) -> Answer[list[Event]]:
    """The events of one record, named by its first indexed value as a word in hex."""
    with reading(services, session) as view:
        _oversees(session, view)
        return _shown(view, events.of_record(view.conn, services.events, worded(record, 32, "record"), limit=limit, after=(after,)))


def _shown(view: Reading, page: Page[Told]) -> Answer[list[Event]]:
    return view.answer([shown.event(each) for each in page.rows], None if page.next is None else str(page.next[0]))


def _oversees(session: Session, view: Reading) -> None:
    if not sees_all(session, view.conn):
        raise Problem(
            403, "Not permitted", "the feed of all events is for auditors and regulators; follow your own with GET /events:stream"
        )
