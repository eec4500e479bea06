"""Tokens: ranges of receivables by owner and by id, with where each came from."""

from typing import Annotated

from fastapi import APIRouter, Query

from gateway.api import receivable_shown
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
    own_account,
    reading,
    whole_number,
)
from gateway.api.receivable_answers import Token, TokenWhole
from gateway.api.receivables import visible
from gateway.api.refusals import ANY, AWAY, NAMED
from gateway.errors import not_found
from ledger.domain.ids import split_token_id
from ledger.mirror.queries import offers, tokens
from ledger.mirror.queries.reading import MOST_ROWS
from ledger.mirror.queries.tokens import Held
from ledger.mirror.schema import number

router = APIRouter(tags=["tokens"], responses=ANY | AWAY | NAMED)


@router.get("/tokens")
def list_portfolio(
    services: Running,
    session: Caller,
    point: Point,
    owner: Account,
    live: Annotated[bool, Query(description="Only of receivables that are not closed")] = False,
    limit: Limit = 100,
    after: Cursor = None,
) -> Answer[list[Token]]:
    """An account's tokens, by receivable and start."""
    with reading(services, session, point) as view:
        account = own_account(session, view.conn, addressed(owner, "owner"))
        page = tokens.portfolio(view.conn, account, view.at, live_only=live, limit=limit, after=cursor_from(after))
        return view.page(page, _held)


@router.get("/tokens/{token}")
def get_token(token: NumberPath, services: Running, session: Caller, point: Point) -> Answer[TokenWhole]:
    """A token: its range and owner, what it is still owed, what it could draw, its newest offer, and its lineage."""
    receivable, start = split_token_id(whole_number(token, "token"))
    with reading(services, session, point) as view:
        found = visible(session, view, str(receivable)).receivable
        row = tokens.get(view.conn, found.number, start, view.at) if start < 1 << 63 else None
        if row is None:
            raise not_found(f"token {token}")
        end = start + row.length
        owed = tokens.owed(view.conn, found.number, start, end, view.at)
        lineage = tokens.lineage_page(view.conn, found.number, start, end, view.at, limit=MOST_ROWS)
        newest = offers.get(view.conn, found.number, start, view.at)
        offered = None if newest is None else receivable_shown.offer(newest, found, view.time)
        undrawn = tokens.undrawn(view.conn, row, view.at)
        return view.answer(receivable_shown.token_whole(row, found, owed, undrawn, offered, lineage.rows))


def _held(held: Held) -> Token:
    return receivable_shown.token(held.token, number(held.receivable.id), held.receivable.currency)
