"""`pledgebook pledge`: filings tried, records, priority, searches, certificates."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.commands.anchors import anchor_cli, verify_anchor
from gateway.commands.shared import AsJson, Home, Url, calling, read_json, say, show_json

pledge_cli = typer.Typer(no_args_is_help=True, help="Pledges: filings tried, records, priority, searches, certificates.")
pledge_cli.add_typer(anchor_cli, name="anchor")
pledge_cli.command("verify-anchor")(verify_anchor)


@pledge_cli.command()
def check(
    file: Annotated[Path, typer.Argument(help="JSON as POST /pledges:check takes it: a filing, its assets, what is published")],
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Would it be registered today, and if not, why; exit 1 if not. No transaction."""
    asked = read_json(file)
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
