"""Offers of ranges, by token and by party, and notices of assignment."""

from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, select

from ledger.mirror.models import RECEIVABLE, Receivable
from ledger.mirror.queries.reading import Page, cut, given, one, ordered, page, valid
from ledger.mirror.receivable_models import ASSIGNMENT_NOTICE, OFFER, AssignmentNotice, Offer, OfferState


class Offered(NamedTuple):
    """An offer with its receivable."""

    offer: Offer
    receivable: Receivable


def get(conn: Connection, receivable: int, start: int, at: int | None = None) -> Offer | None:
    """The newest offer of the token that begins at `start`, whatever became of it."""
    return one(conn, OFFER, OFFER.table.c.receivable == receivable, OFFER.table.c.start == start, valid(OFFER, at))


def stands(offer: Offer, time: int) -> bool:
    """Whether an offer can be accepted at a time (UTC seconds)."""
    return offer.state == OfferState.OPEN and time <= offer.deadline


def find(
    conn: Connection,
    time: int,
    *,
    sender: bytes | None = None,
    recipient: bytes | None = None,
    at: int | None = None,
    limit: int = 100,
    after: tuple[int, int] | None = None,
) -> Page[Offered]:
    """Offers that can be accepted at a time (UTC seconds), by receivable and start."""
    offer, receivable = OFFER.table, RECEIVABLE.table
    asked = select(offer, receivable).join(receivable, receivable.c.number == offer.c.receivable)
    asked = asked.where(
        offer.c.state == OfferState.OPEN,
        offer.c.deadline >= time,
        *given(sender, lambda value: offer.c.sender == value),
        *given(recipient, lambda value: offer.c.recipient == value),
        valid(OFFER, at),
    )
    rows = conn.execute(ordered(asked, [offer.c.receivable, offer.c.start], limit, after))
    return cut([_offered(row) for row in rows], limit, lambda row: (row.offer.receivable, row.offer.start))


def ever_offered(conn: Connection, receivable: int, account: bytes) -> bool:
    """Whether any part of a receivable is or was offered to an account."""
    where = (OFFER.table.c.receivable == receivable, OFFER.table.c.recipient == account)
    return conn.execute(select(OFFER.table.c.start).where(*where).limit(1)).first() is not None


def _offered(row: Row[*tuple[Any, ...]]) -> Offered:
    width = len(OFFER.table.c)
    return Offered(Offer._make(row[:width]), Receivable._make(row[width:]))


def notice(conn: Connection, number: bytes, at: int | None = None) -> AssignmentNotice | None:
    """A notice of assignment by its hash."""
    return one(conn, ASSIGNMENT_NOTICE, ASSIGNMENT_NOTICE.table.c.notice == number, valid(ASSIGNMENT_NOTICE, at))


def notices(
    conn: Connection, receivable: int, at: int | None = None, *, limit: int = 100, after: tuple[bytes] | None = None
) -> Page[AssignmentNotice]:
    """The notices of a receivable."""
    where = [ASSIGNMENT_NOTICE.table.c.receivable == receivable, valid(ASSIGNMENT_NOTICE, at)]
    return page(conn, ASSIGNMENT_NOTICE, where, ["notice"], limit=limit, after=after)


def notices_to(
    conn: Connection,
    obligor: bytes,
    at: int | None = None,
    *,
    unanswered: bool = False,
    limit: int = 100,
    after: tuple[bytes] | None = None,
) -> Page[AssignmentNotice]:
    """The notices that reached an obligor; with `unanswered` those that it has not acknowledged."""
    columns = ASSIGNMENT_NOTICE.table.c
    where = [columns.obligor == obligor, valid(ASSIGNMENT_NOTICE, at)]
    if unanswered:
        where.append(columns.acknowledged_at.is_(None))
    return page(conn, ASSIGNMENT_NOTICE, where, ["notice"], limit=limit, after=after)
