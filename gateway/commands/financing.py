"""`pledgebook finance offers, deals, collect ...` and `pledgebook loan list, show, debit ...`: reads, and what anybody may set off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.commands.receivables import trigger
from gateway.commands.shared import AsJson, Block, Home, KnownAt, Url, calling, show, show_json, show_table

if TYPE_CHECKING:
    from gateway.client import Json

finance_cli = typer.Typer(no_args_is_help=True, help="Purchases of receivables: offers, deals, what they bring.")
loan_cli = typer.Typer(no_args_is_help=True, help="Loans: what is due when, debits, margin calls.")

_DEAL = Annotated[str, typer.Argument(metavar="DEAL", help="The deal's id, which is its offer's")]
_LOAN = Annotated[str, typer.Argument(metavar="LOAN", help="The loan's number")]
_Party = Annotated[str | None, typer.Option(help="Only of this account")]


def _money(amount: Json) -> str:
    return f"{amount['minor']} {amount['currency']}"


# --- Purchases -------------------------------------------------------------------------------------------------------------------------


@finance_cli.command("offers")
def compare_offers(
    receivable: Annotated[str, typer.Argument(metavar="RECEIVABLE", help="The receivable's id")],
    seller: Annotated[str, typer.Option(help="Account of the seller")],
    start: Annotated[int, typer.Option(min=0, help="Start of the range, minor units")] = 0,
    end: Annotated[int | None, typer.Option(min=1, help="End of the range, minor units  [default: all]")] = None,
    paid_by: Annotated[str | None, typer.Option(help="When the bank has everything, RFC 3339  [default: now]")] = None,
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Open offers for a range side by side, and what each costs by a date."""
    with calling(home, url) as client:
        found = client.data("/purchase-offers:compare", seller=seller, receivable=receivable, start=start, end=end, paid_by=paid_by)
    rows = [
        (
            each["offer"],
            each["bank"],
            _money(each["advance"]),
            _money(each["cost"]["total"]),
            each["recourse"],
            each["until"],
            each["obstacle"],
        )
        for each in found
    ]
    show(found, as_json, ("offer", "bank", "advance", "cost", "recourse", "until", "obstacle"), rows)


@finance_cli.command("deals")
def list_deals(party: _Party = None, home: Home = None, url: Url = None, as_json: AsJson = False) -> None:
    """Purchases with what is outstanding on each."""
    with calling(home, url) as client:
        found = list(client.pages("/deals", party=party, limit=1000))
    rows = [(each["deal"], each["state"], each["bank"], each["seller"], _money(each["outstanding"]["total"])) for each in found]
    show(found, as_json, ("deal", "state", "bank", "seller", "outstanding"), rows)


@finance_cli.command("show")
def show_deal(
    deal: _DEAL, block: Block = None, known_at: KnownAt = None, home: Home = None, url: Url = None, as_json: AsJson = False
) -> None:
    """A purchase whole: what is outstanding, what came in, where it went."""
    with calling(home, url) as client:
        found = client.data(f"/deals/{deal}", block=block, known_at=known_at)
    if as_json:
        return show_json(found)
    names = ("state", "bank", "seller", "receivable", "start", "end", "recourse", "since", "ending")
    rows: list[tuple[str, Any]] = [(name, found[name]) for name in names]
    rows += [(f"outstanding: {part}", _money(found["outstanding"][part])) for part in ("discount", "fee", "advance", "total")]
    rows += [("to be collected", _money(found["collectable"]))]
    show_table(("", ""), rows)
    parts = ("discount", "fee", "advance", "reserve")
    return show_table(("came in by", *parts), [(paid["source"], *(_money(paid[part]) for part in parts)) for paid in found["payments"]])


@finance_cli.command("collect")
def collect(deal: _DEAL, home: Home = None, url: Url = None, as_json: AsJson = False) -> None:
    """Draws what the range is owed and pays bank and seller; anybody may."""
    trigger(("Financing", "collect", deal), "deal", home, url, as_json)


@finance_cli.command("release")
def release(deal: _DEAL, home: Home = None, url: Url = None, as_json: AsJson = False) -> None:
    """Gives the range of a satisfied deal back to the seller; anybody may."""
    trigger(("Financing", "release", deal), "deal", home, url, as_json)


@finance_cli.command("recourse")
def recourse(deal: _DEAL, home: Home = None, url: Url = None, as_json: AsJson = False) -> None:
    """Takes what is outstanding from the seller's free cash once the receivable is overdue; anybody may."""
    trigger(("Financing", "fireRecourse", deal), "deal", home, url, as_json)


# --- Loans -----------------------------------------------------------------------------------------------------------------------------


@loan_cli.command("list")
def list_loans(party: _Party = None, home: Home = None, url: Url = None, as_json: AsJson = False) -> None:
    """Loans and how each stands."""
    with calling(home, url) as client:
        found = list(client.pages("/loans", party=party, limit=1000))
    rows = [
        (each["loan"], each["condition"], each["lender"], each["borrower"], _money(each["outstanding"]), each["ends"]) for each in found
    ]
    show(found, as_json, ("loan", "condition", "lender", "borrower", "outstanding", "ends"), rows)


@loan_cli.command("show")
def show_loan(
    loan: _LOAN, block: Block = None, known_at: KnownAt = None, home: Home = None, url: Url = None, as_json: AsJson = False
) -> None:
    """A loan whole: what is due, what full repayment takes, what falls due when."""
    with calling(home, url) as client:
        found = client.data(f"/loans/{loan}", block=block, known_at=known_at)
    if as_json:
        return show_json(found)
    names = ("status", "condition", "lender", "borrower", "rate", "overdue_rate", "day_count", "start", "ends", "called", "margin_until")
    rows: list[tuple[str, Any]] = [(name.replace("_", " "), found[name]) for name in names]
    rows += [(name, _money(found[name])) for name in ("principal", "outstanding", "kept", "security")]
    for name in ("due", "owed"):
        rows += [(f"{name}: {part}", _money(amount)) for part, amount in (found[name] or {}).items()]
    show_table(("", ""), rows)
    coming = [(each["due"], _money(each["principal"]), _money(each["interest"])) for each in found["coming"]]
    return show_table(("falls due", "principal", "interest"), coming)


@loan_cli.command("debit")
def debit(loan: _LOAN, home: Home = None, url: Url = None, as_json: AsJson = False) -> None:
    """Takes what is due from money kept for the loan and the borrower's cash; anybody may."""
    trigger(("Loans", "fireInstalment", loan), "loan", home, url, as_json)


@loan_cli.command("margin")
def margin(loan: _LOAN, home: Home = None, url: Url = None, as_json: AsJson = False) -> None:
    """Calls the margin when the agreed loan to value is passed, or ends the call once it is kept again; anybody may."""
    trigger(("Loans", "fireMargin", loan), "loan", home, url, as_json)
