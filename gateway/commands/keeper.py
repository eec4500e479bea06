"""`pledgebook keeper`: what falls due on the ledger."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.commands.shared import AsJson, Home, Url, calling, show

keeper_cli = typer.Typer(no_args_is_help=True, help="What falls due on the ledger, and what the keeper fires.")


@keeper_cli.callback()
def keeper() -> None:
    """Makes `due` a command of its own while it is the only one."""


@keeper_cli.command("due")
def keeper_due(
    horizon_days: Annotated[int, typer.Option("--days", min=0, max=36_500, help="How many days ahead")] = 30,
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """What the keeper would fire and when, the first to act first; of what is due and would be refused, why."""
    with calling(home, url) as client:
        found = list(client.pages("/triggers/due", horizon_days=horizon_days, limit=1_000))
    rows = [
        (each["due"], each["trigger"], each["subject"], each["state"], each["reason"]["sentence"] if each["reason"] else "")
        for each in found
    ]
    show(found, as_json, ("due", "trigger", "subject", "state", "why not"), rows)
