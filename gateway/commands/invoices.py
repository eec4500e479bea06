"""`pledgebook receivable draft`: a receivable's acts from an electronic invoice."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway import files
from gateway.commands.shared import AsJson, Home, Url, calling, say, show_json

if TYPE_CHECKING:
    from gateway.client import Client, Json
    from gateway.einvoices import EInvoice
    from gateway.receivable_drafts import Terms

_RATE = re.compile(r"([0-9]{1,9})/([1-9][0-9]{0,9})")
_Day = Annotated[str | None, typer.Option("--due", help="Last day of payment, ISO 8601, where the invoice names none")]
_Late = Annotated[str, typer.Option("--late-rate", "--late", help="Late interest a day, as a fraction of what is owed: 5/10000 is 0.05 %")]

_Grace = Annotated[
    int, typer.Option("--grace-days", "--grace", min=0, max=366, help="Days after the due day in which lateness costs nothing")
]


def receivable_draft(
    invoice: Annotated[Path, typer.Argument(help="An EN 16931 invoice: UBL 2.1 or CII (of a PDF the XML that is attached to it)")],
    supplier: Annotated[str, typer.Option(help="Account of the supplier")],
    obligor: Annotated[str, typer.Option(help="Account of the obligor")],
    zone: Annotated[str, typer.Option(help="Time zone of the due day's end")],
    cash: Annotated[
        int | None, typer.Option(min=0, max=255, help="Number of the cash contract that it is paid in (default: the one of its currency)")
    ] = None,
    due: _Day = None,
    grace: _Grace = 0,
    late: _Late = "0/1",
    policy: Annotated[int, typer.Option(min=0, max=65_535, help="Number of the policy")] = 1,
    module: Annotated[int, typer.Option(min=0, max=255, help="Number of the repayment module, which has the money")] = 1,
    least_piece: Annotated[
        int, typer.Option(min=0, max=62, help="The least piece that it may be split into is 2 to this power, in minor units")
    ] = 0,
    instalment: Annotated[int, typer.Option(min=1, max=999, help="Which instalment; an invoice that is paid at once is 1")] = 1,
    by_obligor: Annotated[bool, typer.Option("--by-obligor", help="The obligor issues it; else the supplier")] = False,
    no_set_off: Annotated[bool, typer.Option("--no-set-off", help="The confirmation waives set-off too")] = False,
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Makes the acts of an invoice: to issue it, and to confirm it. Its content is kept, for its root is what is signed; nothing is signed
    or sent. Exit 1 where the invoice backs a receivable already.
    """
    from gateway.receivable_drafts import Terms

    found, (rate, basis) = invoice_in(invoice), _rate(late)
    with calling(home, url) as client:
        where = _cash(client, found, cash)
        stated = Terms(
            supplier, obligor, by_obligor, where, _zone(zone), _day(due), grace, rate, basis, module, policy, least_piece, no_set_off
        )
        made = _made(client, invoice, found, stated, instalment)
    if as_json:
        show_json(made)
    else:
        _show(made, found)
    raise typer.Exit(1 if made["used"] else 0)


def _made(client: Client, file: Path, invoice: EInvoice, terms: Terms, instalment: int) -> dict[str, Any]:
    from gateway.client import Refused
    from gateway.einvoices import SCHEMA, InvoiceError
    from gateway.receivable_drafts import acts, due_day

    try:
        due_day(invoice, terms.due)
        words = client.post("/invoices:fingerprint", _asked(invoice, terms, instalment))["data"]
        document = {**invoice.document(), **({} if instalment == 1 else {"instalment": str(instalment)})}
        root, shared = _kept(client, terms, {"schema": SCHEMA, "document": document})
        made = acts(invoice, terms, root, words["fingerprint"], words["earlier"])
    except InvoiceError as wrong:
        raise Refused(f"{file}: {wrong}") from wrong
    return {"content": document, "acts": made, "used": words["used"], "warnings": [*invoice.warnings, *shared]}


def _kept(client: Client, terms: Terms, item: Json) -> tuple[str, list[str]]:
    """The root of the content, kept for both parties where both are served here; else what is still to be done."""
    from gateway.client import Refused

    first, other = (terms.obligor, terms.supplier) if terms.by_obligor else (terms.supplier, terms.obligor)
    try:
        (kept,) = client.post("/content:batch", {"items": [{**item, "member": first, "share_with": [other]}]})["items"]
        return kept["root"], []
    except Refused:
        (kept,) = client.post("/content:batch", {"items": [{**item, "member": first}]})["items"]
        return kept["root"], [f"{other} signs elsewhere and must hold the content first: GET /content/{kept['root']}?member={first}"]


def _asked(invoice: EInvoice, terms: Terms, instalment: int) -> Json:
    from gateway.einvoices import seller_named

    parties = {"seller": seller_named(invoice.document(), terms.supplier), "buyer": terms.obligor}
    return {**parties, "number": invoice.number, "issued": invoice.issued.isoformat(), "instalment": instalment}


def invoice_in(file: Path) -> EInvoice:
    """The electronic invoice in a file. Raises Refused."""
    from gateway.client import Refused
    from gateway.einvoices import InvoiceError, read

    try:
        return read(files.read(file))
    except InvoiceError as wrong:
        raise Refused(f"{file}: {wrong}") from wrong


def _cash(client: Client, invoice: EInvoice, stated: int | None) -> int:
    from gateway.client import Refused

    fitting = [each["number"] for each in client.data("/cash") if each["currency"] == invoice.unit.code]
    if stated in fitting:
        return stated or 0
    if stated is None and len(fitting) == 1:
        return int(fitting[0])
    listed = ", ".join(map(str, fitting)) or "none"
    raise Refused(f"--cash: of the ledger's cash in {invoice.unit.code} there is {listed}; name one")


def _zone(name: str) -> Any:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    from gateway.client import Refused

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as wrong:
        raise Refused(f"--zone: {name!r} is no time zone; write Europe/Berlin") from wrong


def _day(text: str | None) -> Any:
    from datetime import date

    from gateway.client import Refused

    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as wrong:
        raise Refused(f"--due: {text!r} is no day; write 2026-01-31") from wrong


def _rate(text: str) -> tuple[int, int]:
    from gateway.client import Refused

    found = _RATE.fullmatch(text)
    if found is None:
        raise Refused(f"--late-rate: {text!r} is no fraction; write 5/10000")
    return int(found[1]), int(found[2])


def _show(made: dict[str, Any], invoice: EInvoice) -> None:
    issue, confirmation = made["acts"]
    amount = f"{made['content']['payable']} {invoice.unit.code}"
    say(f"invoice {invoice.number} of {invoice.texts['seller']} to {invoice.texts['buyer']}: {amount}")
    say(f"receivable {confirmation['body']['receivable']}, issued by {issue['account']}, confirmed by {confirmation['account']}")
    for line in made["warnings"]:
        say(f"warning: {line}")
    say("used: this invoice backs a receivable already" if made["used"] else "free: no receivable has this invoice")
    say("--json gives the acts as POST /acts takes them, each with its Idempotency-Key")
