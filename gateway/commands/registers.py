"""`pledgebook register`: registers as data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway import files
from gateway.commands.shared import AsJson, Home, Url, calling, say, settings, show, show_json, show_table
from gateway.config import Settings

if TYPE_CHECKING:
    from gateway.client import Client

register_cli = typer.Typer(no_args_is_help=True, help="Registers as data: their rules, where a deal is filed, and a new one set.")


@register_cli.command("list")
def register_list(home: Home = None, url: Url = None, as_json: AsJson = False) -> None:
    """The registers of the ledger."""
    with calling(home, url) as client:
        found = client.data("/registers")
    if as_json:
        return show_json(found)
    rows = [
        (each["number"], each["key"], each["name"], each["version"], each["ranks"], "closed" if each["closed"] else "") for each in found
    ]
    return show_table(("number", "key", "name", "version", "ranks", ""), rows)


@register_cli.command("show")
def register_show(
    which: Annotated[str, typer.Argument(help="A register's number or key, or a file that describes one")],
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """A register's rules; of a description that is not set yet, the words that the council would set."""
    if which.isdecimal() or not Path(which).exists():
        with calling(home, url) as client:
            return _show_register(client.data(f"/registers/{_number(client, which)}"), as_json)
    register = _described(Path(which), settings(home)).register
    words = {str(code): hex(word) for code, word in zip(register.codes, register.words, strict=True)}
    return show_json({"number": register.number, "key": register.key, "name": register.name, "rule": hex(register.rule), "words": words})


def _number(client: Client, which: str) -> str:
    """The number of a register that is named by it or by its key. Raises Refused."""
    from gateway.client import Refused

    if which.isdecimal():
        return which
    found = [str(each["number"]) for each in client.data("/registers") if each["key"] == which.upper()]
    if not found:
        raise Refused(f"{which}: no register's number or key (`pledgebook register list` shows them), and there is no such file")
    return found[0]


@register_cli.command("statistics")
def register_statistics(
    register: Annotated[int, typer.Argument(min=1, max=65_535, help="The register's number")],
    since: Annotated[str | None, typer.Option(help="First month, as 2026-01 (default: the ledger's first)")] = None,
    until: Annotated[str | None, typer.Option(help="Last month (default: the present one)")] = None,
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """A register's work by month, newest first: filings, registrations, changes, discharges and what else was decided."""
    with calling(home, url) as client:
        found = list(client.pages(f"/registers/{register}/statistics", since=since, until=until, limit=1_000))
    columns = ("month", "filings", "registrations", "changes", "refusals", "discharges", "part_discharges", "refinancings", "adoptions")
    show(found, as_json, [each.replace("_", " ") for each in columns], [[each[name] for name in columns] for each in found])


@register_cli.command("set")
def register_set(
    file: Annotated[Path, typer.Argument(help="A register's description (docs/registers.md)")],
    office: Annotated[str, typer.Option(help="Account of its office")],
    home: Home = None,
    url: Url = None,
) -> None:
    """Has the council set a described register by the key held here; a decision that waits is announced, then carried out later."""
    _described(file, settings(home))
    asked = {"description": files.text(file), "office": office}
    with calling(home, url) as client:
        made = client.post("/registers", asked)
        if made["call"] is not None:
            client.called(made["call"])
        if made["step"] == "announced":
            return say(f"announced; from {made['ready_at']} on the same command carries it out")
        made = client.post("/registers", asked)
    return say(f"register {made['number']} {made['key']}, version {made['version']}, is {made['step']}")


def _described(file: Path, settings: Settings) -> Any:
    from gateway import descriptions
    from ledger.domain.catalogue import CATALOGUE

    return descriptions.read(files.text(file), str(file), descriptions.catalogue_of(settings.home, CATALOGUE))


def _show_register(found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        return show_json(found)
    kept = "closed" if found["closed"] else "open"
    say(f"{found['number']} {found['key'] or ''} {found['name']}, version {found['version']}, {kept}, {found['ranks']} on one right")
    rows = [
        (
            act["code"],
            act["name"],
            ", ".join(act["from"]),
            "; ".join(f"{each['role']}: {', '.join(each['modes']).lower()}" for each in act["consents"]),
            f"{act['officers']}, {act['officers_vouching']} vouching",
        )
        for act in found["acts"]
    ]
    return show_table(("code", "act", "from", "consents", "officers"), rows)


@register_cli.command("route")
def register_route(
    asset: Annotated[list[str], typer.Argument(help="patent, mark, copyright, receivable, 'licence fees' or goods")],
    jurisdiction: Annotated[str, typer.Option(help="Two letters")],
    transaction: Annotated[str, typer.Option(help="pledge, mortgage, factoring or assignment")] = "pledge",
    on: Annotated[str | None, typer.Option(help="Day of filing (default: today)")] = None,
    register: Annotated[str | None, typer.Option(help="Refuse unless this register gives the right")] = None,
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Which register a deal is filed with, and by which article."""
    with calling(home, url) as client:
        found = client.data("/registers:route", asset=asset, jurisdiction=jurisdiction, transaction=transaction, on=on, register=register)
    if as_json:
        return show_json(found)
    if missing := [each for each in asset if each not in {row["asset"] for row in found}]:
        say(f"no register is known for a {transaction} of {' or '.join(missing)} of {jurisdiction}")
    rows = [
        (each["asset"], each["register"], "here" if each["kept_here"] else "elsewhere", each["effect"], each["source"]) for each in found
    ]
    return show_table(("asset", "register", "kept", "filing there", "source"), rows)
