"""Financing: deals and loans of an account, what falls due when, exposures, and its cash."""

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from starlette.responses import Response

from gateway.console.asking import Json
from gateway.console.visit import Visit
from gateway.errors import Problem, invalid
from ledger.domain.calendar import add_months, legal_date, rfc3339, start_of_day

SIDES = ("holder", "obligor")
_MONTH = re.compile(r"[12][0-9]{3}-(0[1-9]|1[0-2])")


async def deals(visit: Visit) -> Response:
    """The purchases of receivables that the caller may see, or one account's."""
    account = visit.query("account")
    return await visit.show("deals.html", page=await visit.listed("list_deals", {"party": account}), account=account)


async def deal(visit: Visit) -> Response:
    """A purchase with its history."""
    return await visit.show("deal.html", found=await visit.data("get_deal", {"deal": visit.path("deal")}))


async def loans(visit: Visit) -> Response:
    """The loans that the caller may see, or one account's."""
    account = visit.query("account")
    return await visit.show("loans.html", page=await visit.listed("list_loans", {"party": account}), account=account)


async def loan(visit: Visit) -> Response:
    """A loan with its schedule, payments and security."""
    return await visit.show("loan.html", found=await visit.data("get_loan", {"loan": visit.path("loan")}))


async def dues(visit: Visit) -> Response:
    """What falls due when, what is late, and who owes or holds how much of it."""
    # Without an account the API says whose: the caller's own, or everybody's for who oversees the ledger.
    side, account = visit.query("side") or "holder", visit.query("account")
    asked = {"side": side, "account": account}
    exposures = await visit.listed("list_exposures", {"by": "obligor", "account": account})
    try:
        ladders = [(words, await visit.data(asks, asked)) for words, asks in (("Maturities", "get_maturities"), ("Ages", "get_ageing"))]
    except Problem as wrong:
        if wrong.status != 422:
            raise
        visit.wrong, ladders = wrong, []
    shown: Json = {"ladders": ladders, "exposures": exposures}
    return await visit.show("dues.html", side=side, sides=SIDES, account=account, **shown)


# --- Cash ------------------------------------------------------------------------------------------------------------------------------


async def cash(visit: Visit) -> Response:
    """An account's balances, and its statement of a month in one cash."""
    account, listed = visit.account(), await visit.data("list_cash")
    money = None if account is None else await visit.data("get_money", {"account": account})
    number = visit.query("cash") or _first_cash(listed, money)
    shown: Json = {"account": account, "listed": listed, "money": money, "cash": number}
    try:
        month = visit.query("month") or _month_of(visit)
        begin, until = _span(month, ZoneInfo(visit.console.clock.zone))
    except Problem as wrong:
        return await visit.show("cash.html", problem=wrong, month=visit.query("month"), page=None, totals=None, **shown)
    if account is None or number is None:
        return await visit.show("cash.html", month=month, page=None, totals=None, **shown)
    asked: dict[str, Any] = {"cash": number, "account": account, "from": begin, "until": until}
    totals = await visit.data("get_statement_totals", asked)
    page = await visit.listed("get_statement", asked)
    return await visit.show("cash.html", month=month, page=page, totals=totals, **shown)


def _first_cash(listed: list[Json], money: Json | None) -> str | None:
    """The first cash in which the account has a balance, or the first of all."""
    held = [each["cash"] for each in money["balances"]] if money else []
    return next((str(number) for number in (*held, *(each["number"] for each in listed))), None)


def _month_of(visit: Visit) -> str:
    """This month in the home's zone, by the gateway's clock."""
    return f"{legal_date(visit.console.visits.clock() // 1_000, ZoneInfo(visit.console.clock.zone)):%Y-%m}"


def _span(month: str, zone: ZoneInfo) -> tuple[str, str]:
    """The first second of a month of the zone, and of the next one. Raises 422."""
    if not _MONTH.fullmatch(month):
        raise invalid(f"month: {month[:20]!r} is no month; write its year and month, as 2026-01", field="month")
    first = date.fromisoformat(f"{month}-01")
    return rfc3339(start_of_day(first, zone)), rfc3339(start_of_day(add_months(first, 1), zone))


HANDLERS: Mapping[str, Callable[[Visit], Awaitable[Response]]] = {
    "deals": deals,
    "deal": deal,
    "loans": loans,
    "loan": loan,
    "dues": dues,
    "cash": cash,
}
