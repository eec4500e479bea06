"""Cash and payments: balances, statements, what was drawn, credits and mandates of an account."""

from typing import Any

from fastapi import APIRouter

from gateway.api import shown
from gateway.api.asking import Caller, Cursor, Limit, Point, Running, addressed, cursor_from, own_account, reading
from gateway.errors import not_found
from ledger.mirror.models import Cash
from ledger.mirror.queries import payments

router = APIRouter(tags=["payments"])


@router.get("/cash")
def list_cash(services: Running, session: Caller, point: Point) -> dict[str, Any]:
    """The cash contracts: index at the desk, settlement bank, currency, money in circulation."""
    with reading(services, session, point) as view:
        rows = payments.cash_contracts(view.conn)
        return view.answer([_cash(row, payments.supply(view.conn, row.number, view.at)) for row in rows])


@router.get("/cash/{cash}/statement")
def get_statement(cash: int, services: Running, session: Caller, account: str, limit: Limit = 100, after: Cursor = None) -> dict[str, Any]:
    """An account's entries in a cash contract, newest first, each with the balance after it."""
    with reading(services, session) as view:
        holder = own_account(session, view.conn, addressed(account, "account"))
        listed = next((row for row in payments.cash_contracts(view.conn) if row.number == cash), None)
        if listed is None or holder is None:
            raise not_found(f"cash {cash}")
        page = payments.statement(view.conn, cash, holder, limit=limit, after=cursor_from(after))
        return view.page(page, lambda row: shown.cash_entry(row, listed.currency))


@router.get("/accounts/{account}/money")
def get_money(account: str, services: Running, session: Caller, point: Point) -> dict[str, Any]:
    """An account's balances, and what is credited to it and not paid out."""
    with reading(services, session, point) as view:
        holder = own_account(session, view.conn, addressed(account, "account"))
        if holder is None:
            raise not_found(f"account {account}")
        currencies = {row.number: row.currency for row in payments.cash_contracts(view.conn)}
        balances = payments.balances(view.conn, holder, view.at)
        credits = payments.credits_of(view.conn, holder, view.at)
        return view.answer(
            {
                "balances": [shown.cash_entry(row, currencies[row.cash]) for row in balances],
                "credits": [shown.plain(row) for row in credits],
            }
        )


@router.get("/accounts/{account}/draws")
def list_draws(account: str, services: Running, session: Caller, limit: Limit = 100, after: Cursor = None) -> dict[str, Any]:
    """What an account drew of payments, newest first."""
    with reading(services, session) as view:
        holder = own_account(session, view.conn, addressed(account, "account"))
        page = payments.draws_of(view.conn, holder or b"", limit=limit, after=cursor_from(after))
        return view.page(page, shown.plain)


def _cash(row: Cash, supply: int) -> dict[str, Any]:
    return {**shown.plain(row), "currency": shown.currency_code(row.currency), "in_circulation": shown.money(supply, row.currency)}
