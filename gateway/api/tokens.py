"""Tokens: ranges of receivables by owner and by id, with where each came from."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from gateway.access import READ
from gateway.api import shown
from gateway.api.asking import Caller, Cursor, Limit, Point, Running, addressed, cursor_from, own_account, reading, whole_number
from gateway.api.receivables import visible
from gateway.errors import not_found
from ledger.domain.ids import split_token_id
from ledger.mirror.queries import tokens
from ledger.mirror.queries.tokens import Held
from ledger.mirror.schema import number

router = APIRouter(tags=["tokens"])


@router.get("/tokens")
def list_portfolio(
    services: Running,
    session: Caller,
    point: Point,
    owner: str,
    live: Annotated[bool, Query(description="Only of receivables that are not closed")] = False,
    limit: Limit = 100,
    after: Cursor = None,
) -> dict[str, Any]:
    """An account's tokens, by receivable and start."""
    with reading(services, session, point) as view:
        account = own_account(session, view.conn, addressed(owner, "owner"))
        cursor = cursor_from(after)
        page = tokens.portfolio(view.conn, account or b"", view.at, live_only=live, limit=limit, after=cursor)
        return view.page(page, _held)


@router.get("/tokens/{token}")
def get_token(token: str, services: Running, session: Caller, point: Point) -> dict[str, Any]:
    """A token: its range and owner, what it is still owed, what it could draw, and its lineage."""
    session.needs(READ)
    receivable, start = split_token_id(whole_number(token, "token"))
    with reading(services, session, point) as view:
        found = visible(session, view, str(receivable)).receivable
        row = tokens.get(view.conn, found.number, start, view.at)
        if row is None:
            raise not_found(f"token {token}")
        end = start + row.length
        undrawn = tokens.undrawn(view.conn, row, view.at)
        owed = tokens.owed(view.conn, found.number, start, end, view.at)
        return view.answer(
            {
                **shown.token(row, receivable, found.currency),
                "owed": shown.money(owed, found.currency),
                "undrawn": {
                    "principal": shown.money(undrawn.principal, found.currency),
                    "interest": shown.money(undrawn.interest, found.currency),
                },
                "lineage": [shown.plain(each) for each in tokens.lineage(view.conn, found.number, start, end)],
            }
        )


def _held(held: Held) -> dict[str, Any]:
    return shown.token(held.token, number(held.receivable.id), held.receivable.currency)
