"""Cash and payments: balances, statements, what was drawn, and what is held for an account."""

from typing import Annotated

from fastapi import APIRouter, Path

from gateway.api import shown
from gateway.api.answers import AccountMoney, Answer, Cash, CashEntry, Draw
from gateway.api.asking import Account, AccountPath, Caller, Cursor, Limit, Point, Running, addressed, cursor_from, own_account, reading
from gateway.api.refusals import ANY, AWAY, NAMED
from gateway.errors import not_found
from ledger.mirror.queries import payments, receivables

router = APIRouter(tags=["payments"], responses=ANY | AWAY)


@router.get("/cash")
def list_cash(services: Running, session: Caller, point: Point) -> Answer[list[Cash]]:
    """The cash contracts: index at the desk, settlement bank, currency, money in circulation."""
    with reading(services, session, point) as view:
        rows = payments.cash_contracts(view.conn)
        return view.answer([shown.cash(row, payments.supply(view.conn, row.number, view.at)) for row in rows])


@router.get("/cash/{cash}/statement", responses=NAMED)
def get_statement(
    cash: Annotated[int, Path(ge=0, lt=1 << 8)],
    services: Running,
    session: Caller,
    account: Account,
    limit: Limit = 100,
    after: Cursor = None,
) -> Answer[list[CashEntry]]:
    """An account's entries in a cash contract, newest first, each with the balance after it."""
    with reading(services, session) as view:
        holder = own_account(session, view.conn, addressed(account, "account"))
        listed = next((row for row in payments.cash_contracts(view.conn) if row.number == cash), None)
        if listed is None:
            raise not_found(f"cash {cash}")
        page = payments.statement(view.conn, cash, holder, limit=limit, after=cursor_from(after))
        return view.page(page, lambda row: shown.cash_entry(row, listed.currency))


@router.get("/accounts/{account}/money", responses=NAMED)
def get_money(account: AccountPath, services: Running, session: Caller, point: Point) -> Answer[AccountMoney]:
    """An account's balances, and what is credited to it and not paid out."""
    with reading(services, session, point) as view:
        holder = own_account(session, view.conn, addressed(account, "account"))
        currencies = {row.number: row.currency for row in payments.cash_contracts(view.conn)}
        credits = payments.credits_of(view.conn, holder, view.at)
        named = receivables.of_numbers(view.conn, (row.receivable for row in credits if row.receivable))
        found = AccountMoney(
            balances=[shown.cash_entry(row, currencies[row.cash]) for row in payments.balances(view.conn, holder, view.at)],
            credits=[shown.credit(row, currencies[row.cash], named.get(row.receivable)) for row in credits],
        )
        return view.answer(found)


@router.get("/accounts/{account}/draws", responses=NAMED)
def list_draws(account: AccountPath, services: Running, session: Caller, limit: Limit = 100, after: Cursor = None) -> Answer[list[Draw]]:
    """What an account drew of payments, newest first."""
    with reading(services, session) as view:
        holder = own_account(session, view.conn, addressed(account, "account"))
        page = payments.draws_of(view.conn, holder, limit=limit, after=cursor_from(after))
        named = receivables.of_numbers(view.conn, (row.receivable for row in page.rows))
        return view.page(page, lambda row: shown.draw(row, named[row.receivable]))
