"""`pledgebook guarantee ...`, `pledgebook hold ...` and `pledgebook cash ...`: guarantors, courts, and money, from words."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from gateway.commands.drafted import HELP, RECEIVABLE, trigger
from gateway.commands.financing import add
from gateway.commands.shared import AsJson, Home, Url, calling, money, say, show, show_json
from gateway.commands.signing import hashed

guarantee_cli = typer.Typer(no_args_is_help=True, help="Guarantees and risk pools: who pays in an obligor's place.")
hold_cli = typer.Typer(no_args_is_help=True, help="Courts' holds on receivables, ranges and accounts, and their orders.")
cash_cli = typer.Typer(no_args_is_help=True, help="Cash: tokenised deposits of settlement banks.")
for _group, _name in ((guarantee_cli, "guarantee"), (hold_cli, "hold"), (cash_cli, "cash")):
    add(_group, _name)

_ACCOUNT = Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account")]


@guarantee_cli.command("list")
def list_pools(account: _ACCOUNT, home: Home = None, url: Url = None, as_json: AsJson = False) -> None:
    """The pools in which an account is a guarantor, and what each has paid."""
    with calling(home, url) as client:
        found = list(client.pages(f"/accounts/{account}/pools", limit=1_000))
    rows = [(each["pool"], each["manager"], money(each["cap"]), money(each["used"]), each["until"]) for each in found]
    show(found, as_json, ("pool", "manager", "cap", "used", "until"), rows)


@guarantee_cli.command("call")
def call_guarantee(receivable: RECEIVABLE, home: Home = None, url: Url = None, as_json: AsJson = False) -> None:
    """Has the guarantors of an overdue receivable pay their shares; anybody may."""
    trigger(("Guarantees", "call", receivable), "receivable", home, url, as_json)


@hold_cli.command("list")
def list_holds(
    of: Annotated[str | None, typer.Option(help="Holds on this account")] = None,
    receivable: Annotated[str | None, typer.Option(help="Holds on this receivable and its ranges")] = None,
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Holds that stand, with the orders given under each."""
    from gateway.client import Refused

    if (of is None) == (receivable is None):
        raise Refused("hold list: name an account (--of) or a receivable (--receivable)")
    with calling(home, url) as client:
        if receivable is None:
            found = list(client.pages(f"/accounts/{of}/holds", limit=1_000))
        else:
            found = client.data(f"/receivables/{receivable}")["holds"]
    fields = ("hold", "target", "authority", "start", "end", "order", "laid_at")
    show(found, as_json, fields, [tuple(each[name] for name in fields) for each in found])


@hold_cli.command("carry-out")
def carry_out(
    hold: Annotated[str, typer.Argument(metavar="HOLD", help="The hold's number")],
    to: Annotated[str, typer.Option(help=HELP["to"])],
    document: Annotated[str, typer.Option(help=HELP["document"])],
    receivable: Annotated[str | None, typer.Option(help="Of an order on a range: the receivable")] = None,
    start: Annotated[int | None, typer.Option(min=0, help=HELP["start"])] = None,
    end: Annotated[int | None, typer.Option(min=1, help=HELP["end"])] = None,
    module: Annotated[int | None, typer.Option(min=0, help=f"Of an order on kept money: {HELP['module'].lower()}")] = None,
    currency: Annotated[str | None, typer.Option(help=HELP["currency"])] = None,
    cash: Annotated[int | None, typer.Option(min=0, help="Number of the cash contract (default: the only one in the currency)")] = None,
    amount: Annotated[int | None, typer.Option(min=1, help="Minor units")] = None,
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Has the council carry out a court's order, written once more in the court's words, by the key held here.

    A decision that waits is announced; the same command carries it out later.
    """
    on_range = {"receivable": receivable, "start": start, "end": end}
    on_money = {"module": module, "currency": currency, "cash": cash, "amount": amount}
    kind = "hold order" if receivable is not None else "hold order-credit"
    words = {"hold": hold, "to": to, "document": hashed(document, "--document"), **on_range, **on_money}
    told = {name: value if name in ("module", "cash") else str(value) for name, value in words.items() if value is not None}
    with calling(home, url) as client:
        made = client.post("/court-orders:carry-out", {"act": kind, **told})
        client.called(made["call"])
    if as_json:
        return show_json(made)
    if made["step"] == "announced":
        return say(f"announced; from {made['ready_at']} on the same command carries it out")
    return say(f"carried out: {'; '.join(made['says'])}")


@cash_cli.command("list")
def list_cash(home: Home = None, url: Url = None, as_json: AsJson = False) -> None:
    """The cash contracts, each with the settlement bank that owes it."""
    with calling(home, url) as client:
        found: list[dict[str, Any]] = client.data("/cash")
    rows = [(each["number"], each["bank"], money(each["in_circulation"])) for each in found]
    show(found, as_json, ("cash", "bank", "in circulation"), rows)


@cash_cli.command("show")
def show_money(account: _ACCOUNT, home: Home = None, url: Url = None, as_json: AsJson = False) -> None:
    """What an account has, and what is kept for it."""
    with calling(home, url) as client:
        found = client.data(f"/accounts/{account}/money")
    rows = [(each["cash"], money(each["balance"])) for each in found["balances"]]
    show(found, as_json, ("cash", "balance"), rows)


@cash_cli.command("statement")
def show_statement(
    cash: Annotated[int, typer.Argument(min=0, max=255, metavar="CASH", help="Number of the cash contract")],
    account: _ACCOUNT,
    since: Annotated[str | None, typer.Option("--from", help="From this time on (RFC 3339) (default: the first entry)")] = None,
    until: Annotated[str | None, typer.Option(help="Before this time (RFC 3339) (default: now)")] = None,
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """A cash statement: what there was, each entry, and what there was after them."""
    period = {"account": account, "from": since, "until": until}
    with calling(home, url) as client:
        totals = client.data(f"/cash/{cash}/statement/totals", **period)
        entries = list(client.pages(f"/cash/{cash}/statement", **period, limit=1_000))
    rows: list[tuple[Any, ...]] = [("", "opening", "", money(totals["opening"]))]
    rows += [(int(each["pos"]) >> 20, each["counterparty"], money(each["delta"]), money(each["balance"])) for each in reversed(entries)]
    rows += [("", "closing", "", money(totals["closing"]))]
    show({**totals, "lines": entries}, as_json, ("block", "counterparty", "moved", "balance"), rows)
