"""`pledgebook finance offer, accept ...` and `pledgebook loan open, pay ...`: acts from words, reads, and what anybody may set off."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.commands import drafted
from gateway.commands.drafted import DEAL, LOAN, RECEIVABLE, Drafting, identified, trigger
from gateway.commands.shared import AsJson, Block, Home, KnownAt, Url, calling, money, show, show_json, show_table
from gateway.financing.table import TABLE
from gateway.receivables.table import ActKind

if TYPE_CHECKING:
    from gateway.client import Client, Json

finance_cli = typer.Typer(no_args_is_help=True, help="Purchases of receivables: offers, deals, what they bring.")
loan_cli = typer.Typer(no_args_is_help=True, help="Loans: what is due when, debits, margin calls.")

_Party = Annotated[str | None, typer.Option(help="Only of this account")]


def _made(client: Client, kind: ActKind, body: Json, done: Json) -> tuple[str, str] | None:
    """An offer, a loan or a pool is made, or a hold is laid."""
    if kind.name == "finance offer":
        return "offer", identified(done)
    if kind.name == "loan open":
        return _numbered("loan", client.pages("/loans", party=done["account"], limit=1000), lambda each: each["act"] == done["digest"])
    if kind.name == "guarantee open":
        pools = list(client.pages(f"/accounts/{done['account']}/pools", limit=1_000))
        return _numbered("pool", reversed(pools), lambda each: each["agreement"] == body["agreement"])
    if kind.name in ("hold receivable", "hold account"):
        held = (
            client.data(f"/receivables/{body['receivable']}")["holds"]
            if "receivable" in body
            else list(client.pages(f"/accounts/{body['account']}/holds", limit=1_000))
        )
        return _numbered("hold", reversed(held), lambda each: each["order"] == body["order"])
    return None


def _numbered(what: str, rows: Iterable[Json], fits: Callable[[Json], bool]) -> tuple[str, str] | None:
    return next(((what, str(each[what])) for each in rows if fits(each)), None)


DRAFTING = Drafting("/financing:draft", _made)


def add(group: typer.Typer, name: str) -> None:
    """The commands of a group's acts."""
    drafted.add(group, [each for each in TABLE if each.name.startswith(f"{name} ")], DRAFTING)


add(finance_cli, "finance")
add(loan_cli, "loan")


# --- Purchases -------------------------------------------------------------------------------------------------------------------------


@finance_cli.command("offers")
def list_offers(
    receivable: Annotated[str | None, typer.Argument(metavar="[RECEIVABLE]", help="Only those that compete for it")] = None,
    party: _Party = None,
    state: Annotated[str | None, typer.Option(help="open, recalled or accepted")] = None,
    seller: Annotated[str | None, typer.Option(help="Account of the seller (default: the supplier)")] = None,
    start: Annotated[int, typer.Option(min=0, help="Start of the range, minor units")] = 0,
    end: Annotated[int | None, typer.Option(min=1, help="End of the range, minor units (default: all)")] = None,
    paid_by: Annotated[str | None, typer.Option(help="When the bank has everything, RFC 3339 (default: now)")] = None,
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Banks' offers that concern you; for a receivable, the open ones side by side and what each costs by a date."""
    with calling(home, url) as client:
        if receivable is None:
            every = list(client.pages("/purchase-offers", party=party or seller, state=state, limit=1000))
            return _every_offer(every, as_json)
        seller = seller or client.data(f"/receivables/{receivable}")["supplier"]
        found = client.data("/purchase-offers:compare", seller=seller, receivable=receivable, start=start, end=end, paid_by=paid_by)
    rows = [
        (
            each["offer"],
            each["bank"],
            money(each["advance"]),
            money(each["cost"]["total"]),
            each["recourse"],
            each["until"],
            each["obstacle"],
        )
        for each in found
    ]
    return show(found, as_json, ("offer", "bank", "advance", "cost", "recourse", "until", "obstacle"), rows)


def _every_offer(found: list[Json], as_json: bool) -> None:
    fields = ("offer", "state", "bank", "seller", "receivable", "start", "end")
    rows = [(*(each[name] for name in fields), money(each["advance"]), each["recourse"], each["until"]) for each in found]
    show(found, as_json, (*fields, "advance", "recourse", "until"), rows)


@finance_cli.command("deals")
def list_deals(party: _Party = None, home: Home = None, url: Url = None, as_json: AsJson = False) -> None:
    """Purchases with what is outstanding on each."""
    with calling(home, url) as client:
        found = list(client.pages("/deals", party=party, limit=1000))
    rows = [(each["deal"], each["state"], each["bank"], each["seller"], money(each["outstanding"]["total"])) for each in found]
    show(found, as_json, ("deal", "state", "bank", "seller", "outstanding"), rows)


@finance_cli.command("show")
def show_deal(
    deal: DEAL, block: Block = None, known_at: KnownAt = None, home: Home = None, url: Url = None, as_json: AsJson = False
) -> None:
    """A purchase whole: what is outstanding, what came in, where it went."""
    with calling(home, url) as client:
        found = client.data(f"/deals/{deal}", block=block, known_at=known_at)
    if as_json:
        return show_json(found)
    names = ("state", "bank", "seller", "receivable", "start", "end", "recourse", "since", "ending")
    rows: list[tuple[str, Any]] = [(name, found[name]) for name in names]
    rows += [(f"outstanding: {part}", money(found["outstanding"][part])) for part in ("discount", "fee", "advance", "total")]
    rows += [("to be collected", money(found["collectable"]))]
    show_table(("", ""), rows)
    parts = ("discount", "fee", "advance", "reserve")
    return show_table(("came in by", *parts), [(paid["source"], *(money(paid[part]) for part in parts)) for paid in found["payments"]])


@finance_cli.command("collect")
def collect(deal: DEAL, home: Home = None, url: Url = None, as_json: AsJson = False) -> None:
    """Draws what the range is owed and pays bank and seller; anybody may."""
    trigger(("Financing", "collect", deal), "deal", home, url, as_json)


@finance_cli.command("release")
def release(deal: DEAL, home: Home = None, url: Url = None, as_json: AsJson = False) -> None:
    """Gives the range of a satisfied deal back to the seller; anybody may."""
    trigger(("Financing", "release", deal), "deal", home, url, as_json)


@finance_cli.command("recourse")
def recourse(deal: DEAL, home: Home = None, url: Url = None, as_json: AsJson = False) -> None:
    """Takes what is outstanding from the seller's free cash once the receivable is overdue; anybody may."""
    trigger(("Financing", "fireRecourse", deal), "deal", home, url, as_json)


# --- Loans -----------------------------------------------------------------------------------------------------------------------------


@loan_cli.command("list")
def list_loans(party: _Party = None, home: Home = None, url: Url = None, as_json: AsJson = False) -> None:
    """Loans and how each stands."""
    with calling(home, url) as client:
        found = list(client.pages("/loans", party=party, limit=1000))
    rows = [(each["loan"], each["condition"], each["lender"], each["borrower"], money(each["outstanding"]), each["ends"]) for each in found]
    show(found, as_json, ("loan", "condition", "lender", "borrower", "outstanding", "ends"), rows)


_SCHEDULE = ("principal", "interest", "paid_principal", "paid_interest")


@loan_cli.command("show")
def show_loan(
    loan: LOAN, block: Block = None, known_at: KnownAt = None, home: Home = None, url: Url = None, as_json: AsJson = False
) -> None:
    """A loan whole: what is due, what full repayment takes, its schedule with what is paid of it."""
    with calling(home, url) as client:
        found = client.data(f"/loans/{loan}", block=block, known_at=known_at)
    if as_json:
        return show_json(found)
    names = ("status", "condition", "lender", "borrower", "rate", "overdue_rate", "day_count", "start", "ends", "called", "margin_until")
    rates = {name: f"{Decimal(found[name]) / 10_000:f} %" for name in ("rate", "overdue_rate")}
    rows: list[tuple[str, Any]] = [(name.replace("_", " "), rates.get(name, found[name])) for name in names]
    rows += [(name, money(found[name])) for name in ("principal", "outstanding", "kept", "security")]
    for name in ("due", "owed"):
        rows += [(f"{name}: {part}", money(amount)) for part, amount in (found[name] or {}).items()]
    show_table(("", ""), rows)
    parts = [(each["due"], *(money(each[name]) for name in _SCHEDULE), each["state"]) for each in found["schedule"]]
    return show_table(("falls due", *(name.replace("_", " ") for name in _SCHEDULE), "state"), parts)


@loan_cli.command("debit")
def debit(loan: LOAN, home: Home = None, url: Url = None, as_json: AsJson = False) -> None:
    """Takes what is due from money kept for the loan and the borrower's cash; anybody may."""
    trigger(("Loans", "fireInstalment", loan), "loan", home, url, as_json)


@loan_cli.command("margin")
def margin(loan: LOAN, home: Home = None, url: Url = None, as_json: AsJson = False) -> None:
    """Calls the margin when the agreed loan to value is passed, or ends the call once it is kept again; anybody may."""
    trigger(("Loans", "fireMargin", loan), "loan", home, url, as_json)


_START = Annotated[int, typer.Option("--start", min=0, help="Where the pledged range begins, minor units")]


def _token(receivable: str, start: int) -> str:
    from gateway.client import Refused
    from ledger.domain.ids import token_id

    if not (receivable.isascii() and receivable.isdecimal()):
        raise Refused(f"RECEIVABLE: {receivable[:40]!r} is no id; `pledgebook loan show` names the pledged ranges")
    return str(token_id(int(receivable), start))


@loan_cli.command("collect")
def collect_range(receivable: RECEIVABLE, start: _START = 0, home: Home = None, url: Url = None, as_json: AsJson = False) -> None:
    """Draws what a pledged range is owed and gives it to its loan; anybody may."""
    trigger(("TitleEscrow", "collectRange", _token(receivable, start)), "range", home, url, as_json)


@loan_cli.command("return")
def return_range(receivable: RECEIVABLE, start: _START = 0, home: Home = None, url: Url = None, as_json: AsJson = False) -> None:
    """Gives a pledged range back once nothing is owed on its loan; anybody may."""
    trigger(("TitleEscrow", "returnRange", _token(receivable, start)), "range", home, url, as_json)
