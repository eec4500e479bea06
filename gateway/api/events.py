"""Events of the ledger as the chain has them, decoded: the feed, and one record's history."""

from typing import Annotated

from fastapi import APIRouter, Query

from gateway.access import Session
from gateway.api import shown
from gateway.api.answers import Answer, Event
from gateway.api.asking import Caller, Limit, Reading, Running, reading, sees_all, worded
from gateway.api.refusals import ANY, AWAY
from gateway.errors import Problem
from ledger.mirror.queries import events
from ledger.mirror.queries.events import Told
from ledger.mirror.queries.reading import Page

router = APIRouter(tags=["events"], responses=ANY | AWAY)

Position = Annotated[int, Query(ge=-1, lt=1 << 62, description="Position after which to read: block << 20 | log index")]


@router.get("/events")
def list_events(services: Running, session: Caller, after: Position = -1, limit: Limit = 100) -> Answer[list[Event]]:
    """Events after a position, oldest first; `next` is the position to go on from. For the node's operator, auditors and regulators."""
    with reading(services, session) as view:
        _oversees(session, view)
        return _shown(view, events.feed(view.conn, services.events, after=after, limit=limit))


@router.get("/events/{record}")
def list_of_record(record: str, services: Running, session: Caller, after: Position = -1, limit: Limit = 100) -> Answer[list[Event]]:
    """The events of one record, named by its first indexed value as a word in hex."""
    with reading(services, session) as view:
        _oversees(session, view)
        return _shown(view, events.of_record(view.conn, services.events, worded(record, 32, "record"), limit=limit, after=(after,)))


def _shown(view: Reading, page: Page[Told]) -> Answer[list[Event]]:
    return view.answer([shown.event(each) for each in page.rows], None if page.next is None else str(page.next[0]))


def _oversees(session: Session, view: Reading) -> None:
    if not sees_all(session, view.conn):
        raise Problem(
            403, "Not permitted", "the feed of all events is for auditors and regulators; read your records by their own resources"
        )
