"""`pledgebook receivable issue, confirm, offer, accept, pay ...`: acts from words, shown before they are signed, and waited for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.commands import drafted
from gateway.commands.drafted import RECEIVABLE, Drafting, identified, trigger
from gateway.commands.shared import AsJson, Block, Home, KnownAt, Url, calling, moment, money, show, show_json, show_table
from gateway.receivables.table import TABLE, ActKind

if TYPE_CHECKING:
    from gateway.client import Client, Json

receivable_cli = typer.Typer(no_args_is_help=True, help="Receivables: acts on them, offers, payments, history.")

_INVOICE = {
    "invoice": Annotated[Path | None, typer.Option("--invoice", help="The electronic invoice (UBL or CII), whose words name it")],
    "number": Annotated[str | None, typer.Option("--number", help="The invoice's number as written")],
    "issued": Annotated[str | None, typer.Option("--issued", help="Day of the invoice, ISO 8601")],
    "instalment": Annotated[int, typer.Option("--instalment", min=1, max=999, help="Which instalment; 1 where it is paid at once")],
    "seller": Annotated[str | None, typer.Option("--seller", help="Its seller, as 'VAT DE123456789' (default: the supplier)")],
}


# --- One command an act ----------------------------------------------------------------------------------------------------------------


def _made(_: Client, kind: ActKind, __: Json, done: Json) -> tuple[str, str] | None:
    """A receivable is drawn up."""
    return ("receivable", identified(done)) if kind.name == "issue" else None


def _fill(client: Client, kind: ActKind, asked: dict[str, Any], extra: Mapping[str, Any]) -> None:
    """The obligor's own fingerprint, from the invoice's words."""
    from gateway.client import Refused

    if kind.name != "confirm":
        return
    if "fingerprint" in asked:
        if given := [f"--{name}" for name, value in extra.items() if value is not None]:
            raise Refused(f"confirm: --fingerprint says it all; leave {' and '.join(given)} away, or let the gateway make it from those")
        return
    found = client.data(f"/receivables/{asked['receivable']}")
    words = client.post("/invoices:fingerprint", _words(found, extra))["data"]
    asked["fingerprint"] = words["fingerprint"]
    if words["earlier"]:
        asked["earlier"] = words["earlier"]


def _words(found: Json, extra: Mapping[str, Any]) -> Json:
    """What names the invoice of a receivable. Raises Refused."""
    from gateway.client import Refused
    from gateway.commands.invoices import invoice_in
    from gateway.einvoices import seller_named

    seller, told = found["supplier"], {name: extra[name] for name in ("number", "issued")}
    if extra["invoice"] is not None:
        invoice = invoice_in(extra["invoice"])
        seller = seller_named(invoice.document(), seller)
        told = {"number": told["number"] or invoice.number, "issued": told["issued"] or invoice.issued.isoformat()}
    if None in told.values():
        raise Refused(
            "confirm: say which invoice it is: --number and --issued as they stand on it, or --invoice with the electronic invoice; "
            "--fingerprint only where the fingerprint itself was told to you"
        )
    return {**told, "seller": extra["seller"] or seller, "buyer": found["obligor"], "instalment": extra["instalment"] or 1}


drafted.add(receivable_cli, TABLE, Drafting("/receivables:draft", _made, {"confirm": _INVOICE}, _fill))


# --- Beside the acts -------------------------------------------------------------------------------------------------------------------


@receivable_cli.command()
def cancel(receivable: RECEIVABLE, home: Home = None, url: Url = None, as_json: AsJson = False) -> None:
    """Cancels a receivable once the owners of everything that lives agree; anybody may."""
    trigger(("ReceivableEndings", "cancel", receivable), "receivable", home, url, as_json)


@receivable_cli.command()
def debit(receivable: RECEIVABLE, home: Home = None, url: Url = None, as_json: AsJson = False) -> None:
    """Debits what is due under the obligor's mandate; anybody may."""
    trigger(("Mandates", "debit", receivable), "receivable", home, url, as_json)


@receivable_cli.command()
def distribute(receivable: RECEIVABLE, home: Home = None, url: Url = None, as_json: AsJson = False) -> None:
    """Distributes money that has waited 30 days; anybody may."""
    trigger(("Repayment", "distribute", receivable), "receivable", home, url, as_json)


_NOT_DRAWN = frozenset({"custody", "retired"})


@receivable_cli.command()
def draw(
    receivable: RECEIVABLE,
    start: Annotated[list[int] | None, typer.Option("--start", min=0, help="Where a token begins (default: every token)")] = None,
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Pays owners what their tokens were paid and have not drawn; anybody may. What lies in custody is collected where it lies."""
    from gateway.client import Refused

    with calling(home, url) as client:
        held = list(client.pages(f"/receivables/{receivable}/tokens", limit=1000))
    ours = [each for each in held if not _NOT_DRAWN & set(each["marks"])]
    drawn = [each["token"] for each in ours if start is None or int(each["start"]) in start]
    if not drawn:
        raise Refused(
            f"draw: receivable {receivable} has no token there that its owner can draw on; `pledgebook receivable show` lists them"
        )
    trigger(("Repayment", "draw", [drawn]), "receivable", home, url, as_json, receivable)


@receivable_cli.command("close-pot")
def close_pot(
    obligor: Annotated[str, typer.Argument(metavar="OBLIGOR", help="The obligor's account")],
    cash: Annotated[int, typer.Argument(min=1, max=255, metavar="CASH", help="Number of the cash contract")],
    due: Annotated[str, typer.Argument(metavar="DUE", help="The due time of its debts (RFC 3339), as its debits show it")],
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Gives back what debits put aside and nobody took, a day after it was put aside; anybody may."""
    from ledger.domain.ids import address, to_hex

    of = to_hex(address(obligor, "OBLIGOR"))
    trigger(("Mandates", "closePot", [of, cash, moment(due, "DUE")]), "pot of", home, url, as_json)


@receivable_cli.command("list")
def list_receivables(
    party: Annotated[str | None, typer.Option(help="Only of this supplier or obligor")] = None,
    status: Annotated[str | None, typer.Option(help="draft, live, closed, cancelled, refused or withdrawn")] = None,
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Receivables in the order of their issue."""
    with calling(home, url) as client:
        found = list(client.pages("/receivables", party=party, status=status, limit=1000))
    rows = [(each["id"], each["status"], money(each["face"]), money(each["owed_live"]), each["due"]) for each in found]
    show(found, as_json, ("receivable", "status", "face", "owed", "due"), rows)


@receivable_cli.command("show")
def show_receivable(
    receivable: RECEIVABLE, block: Block = None, known_at: KnownAt = None, home: Home = None, url: Url = None, as_json: AsJson = False
) -> None:
    """A receivable whole: terms, condition, debts, marks, who holds what."""
    with calling(home, url) as client:
        found = client.data(f"/receivables/{receivable}", block=block, known_at=known_at)
        held = list(client.pages(f"/receivables/{receivable}/tokens", block=block, known_at=known_at, limit=1000))
    if as_json:
        return show_json({**found, "held": held})
    show_table(("", ""), _summary(found))
    rows = [(each["start"], each["end"], each["owner"], ", ".join(each["marks"])) for each in held]
    return show_table(("start", "end", "owner", "marks"), rows)


def _summary(found: Json) -> list[tuple[str, Any]]:
    dispute, claims = found["dispute"], found["claims"]
    rows = [(name, found[name]) for name in ("status", "condition", "supplier", "obligor", "due")]
    rows += [(name.removesuffix("_live"), money(found[name])) for name in ("face", "owed_live", "retired", "waiting")]
    rows += [(f"owed: {name}", money(each)) for name, each in found["debt"].items()]
    rows += [(f"owed to {each['payer']}", money(each["claim"])) for each in claims]
    rows += [("confirmed", ", ".join(found["confirmed"])), ("held", found["held"]), ("paused", found["paused"])]
    rows += [("disputed until", dispute["until"])] if dispute and dispute["stands"] else []
    return rows + ([("guarantee", found["guarantee"]["pool"])] if found["guarantee"] else [])


@receivable_cli.command("offers")
def list_offers(
    to: Annotated[str | None, typer.Option(help="Offers to this account")] = None,
    by: Annotated[str | None, typer.Option(help="Offers that this account made")] = None,
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Offers that can be accepted now."""
    with calling(home, url) as client:
        found = list(client.pages("/offers", to=to, by=by, limit=1000))
    fields = ("receivable", "start", "end", "sender", "recipient", "deadline")
    show(found, as_json, fields, [tuple(each[field] for field in fields) for each in found])


@receivable_cli.command("notices")
def list_notices(
    obligor: Annotated[str, typer.Argument(help="The obligor's account")],
    unanswered: Annotated[bool, typer.Option("--unanswered", help="Only those that it has not acknowledged")] = False,
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Notices of assignment that reached an obligor."""
    with calling(home, url) as client:
        found = list(client.pages("/notices", obligor=obligor, unanswered=unanswered or None, limit=1000))
    fields = ("notice", "receivable", "start", "end", "assignee", "acknowledged_at")
    show(found, as_json, fields, [tuple(each[field] for field in fields) for each in found])


@receivable_cli.command("history")
def history(receivable: RECEIVABLE, home: Home = None, url: Url = None, as_json: AsJson = False) -> None:
    """Every move of a receivable's ranges, oldest first."""
    with calling(home, url) as client:
        found = list(client.pages(f"/receivables/{receivable}/transfers", limit=1000))
    rows = [(int(each["pos"]) >> 20, *(each[name] for name in ("kind", "start", "end", "sender", "recipient"))) for each in found]
    show(found, as_json, ("block", "kind", "start", "end", "from", "to"), rows)


_OF = Annotated[str | None, typer.Option("--of", help="Of this account (default: your own; everybody's for who oversees the ledger)")]
_SIDE = Annotated[str, typer.Option(help="obligor: what it owes; holder: what its ranges are owed")]


@receivable_cli.command("maturities")
def show_maturities(
    of: _OF = None, side: _SIDE = "holder", block: Block = None, home: Home = None, url: Url = None, as_json: AsJson = False
) -> None:
    """The maturity ladder: what is overdue, and what falls due when."""
    _show_dues("/maturities", of, side, block, home, url, as_json)


@receivable_cli.command("ageing")
def show_ageing(
    of: _OF = None, side: _SIDE = "holder", block: Block = None, home: Home = None, url: Url = None, as_json: AsJson = False
) -> None:
    """Ages of debts: not due, and overdue since 1-30, 31-60, 61-90 and more days."""
    _show_dues("/ageing", of, side, block, home, url, as_json)


def _show_dues(path: str, of: str | None, side: str, block: int | None, home: Path | None, url: str | None, as_json: bool) -> None:
    with calling(home, url) as client:
        found = client.data(path, account=of, side=side, block=block)
    rows = [(each["days"], each["count"], money(each["owed"])) for one in found["currencies"] for each in one["buckets"]]
    show(found, as_json, ("days", "count", "owed"), rows)


@receivable_cli.command("exposures")
def list_exposures(
    by: Annotated[str, typer.Option(help="obligor: who owes; holder, bank: to whom it is owed")] = "obligor",
    of: _OF = None,
    block: Block = None,
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Exposures with their share of the whole, the largest first."""
    with calling(home, url) as client:
        found = list(client.pages("/exposures", by=by, account=of, block=block, limit=1000))
    rows = [(each["account"], each["name"], each["count"], money(each["owed"]), _percent(each["share_ppm"])) for each in found]
    show(found, as_json, ("account", "name", "count", "owed", "share"), rows)


def _percent(ppm: int) -> str:
    return f"{ppm // 10_000}.{ppm % 10_000:04} %"
