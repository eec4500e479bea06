"""`pledgebook pledge`: acts, filings tried, records, priority, searches, certificates."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gateway import files
from gateway.commands import record_lines
from gateway.commands.acting import acting_cli
from gateway.commands.anchors import anchor_cli, verify_anchor
from gateway.commands.certificates import certificates_cli
from gateway.commands.rights import rights_cli
from gateway.commands.shared import (
    About,
    AsJson,
    Block,
    Home,
    InRegister,
    KnownAt,
    Url,
    calling,
    say,
    show,
    show_json,
    show_table,
)

pledge_cli = typer.Typer(no_args_is_help=True, help="Pledges: acts on them, records, priority, searches, certificates.")
pledge_cli.add_typer(anchor_cli, name="anchor")
pledge_cli.add_typer(acting_cli)
pledge_cli.add_typer(rights_cli)
pledge_cli.add_typer(certificates_cli)
pledge_cli.command("verify-anchor")(verify_anchor)

Number = Annotated[int, typer.Argument(min=1, help="The pledge's number")]

# --- Filings ---------------------------------------------------------------------------------------------------------------------


@pledge_cli.command()
def check(
    file: Annotated[Path, typer.Argument(help="JSON as POST /pledges:check takes it: a filing, its assets, what is published")],
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Would it be registered today, and if not, why; exit 1 if not. No transaction."""
    asked = files.json_in(file)
    with calling(home, url) as client:
        found = client.post("/pledges:check", asked)["data"]
    if as_json:
        show_json(found)
    else:
        _show_check(found)
    raise typer.Exit(0 if found["registrable"] else 1)


def _show_check(found: dict[str, Any]) -> None:
    for each in found["refusals"]:
        say(f"no: {each['sentence']} ({each['error']})")
    for route in found["routes"]:
        say(f"{route['asset']} of {route['jurisdiction']}: {route['register']} {route['effect']} ({route['source']})")
    grounds = len(found["left"]["grounds"])
    say(f"left to {found['left']['officers']} officer(s): {grounds} ground(s)" if found["registrable"] else "not registrable")


@pledge_cli.command()
def pending(register: InRegister = None, home: Home = None, url: Url = None, as_json: AsJson = False) -> None:
    """Filings that wait for a decision, with the clocks that run."""
    with calling(home, url) as client:
        found = list(client.pages("/pledges:pending", register=register))
        clocks = {each["pledge"]: client.data(f"/pledges/{each['pledge']}/clocks") for each in found}
    if as_json:
        return show_json([{**each, "clocks": clocks[each["pledge"]]} for each in found])
    rows = [(each["pledge"], each["register"], each["status"], _clocks(clocks[each["pledge"]])) for each in found]
    return show_table(("pledge", "register", "status", "clocks"), rows)


def _clocks(found: list[dict[str, Any]]) -> str:
    return "; ".join(f"{each['name']} {each['state'] or 'not begun'} {each['last_day'] or ''}".strip() for each in found)


@pledge_cli.command()
def clocks(
    pledge: Number, block: Block = None, known_at: KnownAt = None, home: Home = None, url: Url = None, as_json: AsJson = False
) -> None:
    """The statutory clocks of a filing."""
    with calling(home, url) as client:
        found = client.data(f"/pledges/{pledge}/clocks", block=block, known_at=known_at)
    fields = ("name", "state", "last_day", "days_left", "unit", "overdue", "source", "verified")
    show(found, as_json, fields, [tuple(each[field] for field in fields) for each in found])


# --- Records ---------------------------------------------------------------------------------------------------------------------


@pledge_cli.command("show")
def show_pledge(
    pledge: Number,
    block: Block = None,
    known_at: KnownAt = None,
    about: About = None,
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """A pledge whole, as known at a point about a time."""
    with calling(home, url) as client:
        found = client.data(f"/pledges/{pledge}", block=block, known_at=known_at, effective_at=about)
    if as_json:
        return show_json(found)
    return _show_record(found)


def _show_record(found: dict[str, Any]) -> None:
    show_table(("", ""), record_lines.summary(found))
    columns = ("side", "role", "name", "capacity", "share")
    show_table(columns, [tuple(each[column] for column in columns) for each in found["parties"]])
    for line in record_lines.details(found):
        say(line)


@pledge_cli.command()
def history(
    pledge: Number, block: Block = None, known_at: KnownAt = None, home: Home = None, url: Url = None, as_json: AsJson = False
) -> None:
    """Every act on a pledge with its document, in order."""
    with calling(home, url) as client:
        found = list(client.pages(f"/pledges/{pledge}/history", block=block, known_at=known_at, limit=1_000))
    rows = [
        (
            int(each["pos"]) >> 20,
            each["event"],
            each["effective"],
            (each["instrument"] or {}).get("number"),
            _modes(each["consents"]),
            ", ".join(each["officers"]),
        )
        for each in found
    ]
    show(found, as_json, ("block", "event", "counts from", "document", "consents", "officers who decided"), rows)


def _modes(consents: list[dict[str, Any]]) -> str:
    return ", ".join(f"{each['role']} {each['mode'].lower()}" for each in consents)


@pledge_cli.command("assets")
def list_assets(
    pledge: Number,
    block: Block = None,
    known_at: KnownAt = None,
    about: About = None,
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """The rights that a pledge lies or lay on."""
    with calling(home, url) as client:
        found = list(client.pages(f"/pledges/{pledge}/assets", limit=1000, block=block, known_at=known_at, effective_at=about))
    fields = ("segment", "leaf", "asset_text", "title", "reason", "ended_at")
    show(found, as_json, fields, [tuple(each[field] for field in fields) for each in found])


@pledge_cli.command("as-at")
def as_at(
    about: Annotated[str, typer.Argument(help="About this time (RFC 3339)")],
    block: Block = None,
    known_at: KnownAt = None,
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """The pledges that lived about a time, as known now or at a point, with how many of their rights lived."""
    with calling(home, url) as client:
        found = list(client.pages("/pledges:live", limit=1000, effective_at=about, block=block, known_at=known_at))
    fields = ("pledge", "register", "number", "life", "effective", "assets")
    show(found, as_json, fields, [tuple(each[field] for field in fields) for each in found])
