"""Cash and payments: balances, statements, what was drawn, and what is held for an account."""

from datetime import datetime
from math import ceil
from typing import Annotated

from fastapi import APIRouter, Path, Query

from gateway.api import money_shown, receivable_shown
from gateway.api.answers import Answer
from gateway.api.asking import (
    Account,
    AccountPath,
    Caller,
    Cursor,
    Limit,
    Point,
    Reading,
    Running,
    addressed,
    cursor_from,
    own_account,
    reading,
)
from gateway.api.fields import Instant
from gateway.api.money_answers import AccountMoney, Cash, CashEntry, CashTotals
from gateway.api.receivable_answers import Draw
from gateway.api.refusals import ANY, AWAY, NAMED
from gateway.errors import invalid, not_found
from ledger.mirror import models
from ledger.mirror.queries import chain, payments, receivables

router = APIRouter(tags=["payments"], responses=ANY | AWAY)


@router.get("/cash")
def list_cash(services: Running, session: Caller, point: Point) -> Answer[list[Cash]]:
    """The cash contracts: index at the desk, settlement bank, currency, money in circulation."""
    with reading(services, session, point) as view:
        rows = payments.cash_contracts(view.conn, view.at)
        return view.answer([money_shown.cash(row, payments.supply(view.conn, row.number, view.at)) for row in rows])


Begin = Annotated[Instant | None, Query(alias="from", description="From this time on (RFC 3339)")]
Until = Annotated[Instant | None, Query(description="Before this time (RFC 3339)")]
CashPath = Annotated[int, Path(ge=0, lt=1 << 8)]


@router.get("/cash/{cash}/statement", responses=NAMED)
def get_statement(
    cash: CashPath,
    services: Running,
    session: Caller,
    account: Account,
    from_: Begin = None,
    until: Until = None,
    limit: Limit = 100,
    after: Cursor = None,
) -> Answer[list[CashEntry]]:
    """An account's entries in a cash contract, newest first, each with the balance after it."""
    with reading(services, session) as view:
        holder = own_account(session, view.conn, addressed(account, "account"))
        listed, (begin, end) = _listed(view, cash), _period(view, from_, until)
        page = payments.statement(view.conn, cash, holder, begin=begin, until=end, limit=limit, after=cursor_from(after))
        return view.page(page, lambda row: money_shown.cash_entry(row, listed.currency))


@router.get("/cash/{cash}/statement/totals", responses=NAMED)
def get_statement_totals(
    cash: CashPath, services: Running, session: Caller, account: Account, from_: Begin = None, until: Until = None
) -> Answer[CashTotals]:
    """A period of a cash statement: what an account had before it, what came and went, and what it had after; they balance.

    Without times from the first entry on, up to now. The entries: GET /cash/{cash}/statement of the same times.
    """
    with reading(services, session) as view:
        holder = own_account(session, view.conn, addressed(account, "account"))
        listed, (begin, end) = _listed(view, cash), _period(view, from_, until)
        return view.answer(
            money_shown.cash_totals(payments.totals(view.conn, cash, holder, -1 if begin is None else begin, end), listed, holder)
        )


def _listed(view: Reading, cash: int) -> models.Cash:
    listed = next((row for row in payments.cash_contracts(view.conn) if row.number == cash), None)
    if listed is None:
        raise not_found(f"cash {cash}")
    return listed


def _period(view: Reading, begin: datetime | None, until: datetime | None) -> tuple[int | None, int | None]:
    """The last position before each of two times. Raises 422 where they are in the wrong order."""
    if begin is not None and until is not None and until < begin:
        raise invalid("until: a time not before from expected", field="until")
    return _before(view, begin), _before(view, until)


def _before(view: Reading, time: datetime | None) -> int | None:
    return None if time is None else chain.position_before(view.conn, ceil(time.timestamp()))


@router.get("/accounts/{account}/money", responses=NAMED)
def get_money(account: AccountPath, services: Running, session: Caller, point: Point) -> Answer[AccountMoney]:
    """An account's balances, and what is credited to it and not paid out."""
    with reading(services, session, point) as view:
        holder = own_account(session, view.conn, addressed(account, "account"))
        currencies = {row.number: row.currency for row in payments.cash_contracts(view.conn)}
        credits = payments.credits_of(view.conn, holder, view.at)
        named = receivables.of_numbers(view.conn, (row.receivable for row in credits if row.receivable))
        found = AccountMoney(
            balances=[money_shown.cash_entry(row, currencies[row.cash]) for row in payments.balances(view.conn, holder, view.at)],
            credits=[money_shown.credit(row, currencies[row.cash], named.get(row.receivable)) for row in credits],
        )
        return view.answer(found)


@router.get("/accounts/{account}/draws", responses=NAMED)
def list_draws(account: AccountPath, services: Running, session: Caller, limit: Limit = 100, after: Cursor = None) -> Answer[list[Draw]]:
    """What an account drew of payments, newest first."""
    with reading(services, session) as view:
        holder = own_account(session, view.conn, addressed(account, "account"))
        page = payments.draws_of(view.conn, holder, limit=limit, after=cursor_from(after))
        named = receivables.of_numbers(view.conn, (row.receivable for row in page.rows))
        return view.page(page, lambda row: receivable_shown.draw(row, named[row.receivable]))
