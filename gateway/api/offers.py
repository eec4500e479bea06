"""Offers of ranges to and by an account, and notices of assignment."""

from typing import Annotated

from fastapi import APIRouter, Query

from gateway.api import receivable_shown as shown
from gateway.api.answers import Answer
from gateway.api.asking import (
    Account,
    Caller,
    Cursor,
    Limit,
    NumberPath,
    Point,
    Running,
    addressed,
    cursor_from,
    limited_to,
    own_account,
    reading,
)
from gateway.api.fields import ACCOUNT
from gateway.api.receivable_answers import AssignmentNotice, Offer
from gateway.api.receivables import visible
from gateway.api.refusals import ANY, AWAY, NAMED
from gateway.errors import invalid
from ledger.mirror.queries import offers, receivables

router = APIRouter(tags=["offers"], responses=ANY | AWAY)


@router.get("/offers", responses=NAMED)
def list_offers(
    services: Running,
    session: Caller,
    point: Point,
    to: Annotated[str | None, Query(pattern=ACCOUNT, description="Only those to this account, as hex")] = None,
    by: Annotated[str | None, Query(pattern=ACCOUNT, description="Only those that this account made, as hex")] = None,
    limit: Limit = 100,
    after: Cursor = None,
) -> Answer[list[Offer]]:
    """Offers that can be accepted at the block's time, to an account or by it; without either, those to the caller."""
    with reading(services, session, point) as view:
        if to is not None and by is not None:
            raise invalid("by: give to or by, not both", field="by")
        sender = None if by is None else own_account(session, view.conn, addressed(by, "by"))
        recipient = None if by is not None else limited_to(session, view.conn, None if to is None else addressed(to, "to"))
        cursor = cursor_from(after)
        page = offers.find(view.conn, view.time, sender=sender, recipient=recipient, at=view.at, limit=limit, after=cursor)
        return view.page(page, lambda row: shown.offer(row.offer, row.receivable, view.time))


@router.get("/notices", responses=NAMED)
def list_notices(
    services: Running,
    session: Caller,
    point: Point,
    obligor: Account,
    unanswered: Annotated[bool, Query(description="Only those that the obligor has not acknowledged")] = False,
    limit: Limit = 100,
    after: Cursor = None,
) -> Answer[list[AssignmentNotice]]:
    """The notices of assignment that reached an obligor, and when it acknowledged each."""
    with reading(services, session, point) as view:
        account = own_account(session, view.conn, addressed(obligor, "obligor"))
        page = offers.notices_to(view.conn, account, view.at, unanswered=unanswered, limit=limit, after=cursor_from(after))
        named = receivables.of_numbers(view.conn, (row.receivable for row in page.rows))
        return view.page(page, lambda row: shown.notice(row, named[row.receivable]))


@router.get("/receivables/{receivable}/notices", responses=NAMED)
def list_notices_of_receivable(
    receivable: NumberPath, services: Running, session: Caller, point: Point, limit: Limit = 100, after: Cursor = None
) -> Answer[list[AssignmentNotice]]:
    """The notices of assignment of one receivable."""
    with reading(services, session, point) as view:
        found = visible(session, view, receivable).receivable
        page = offers.notices(view.conn, found.number, view.at, limit=limit, after=cursor_from(after))
        return view.page(page, lambda row: shown.notice(row, found))
