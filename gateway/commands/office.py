"""`pledgebook office`: what is a member's own, copied whole."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.commands.shared import Home, ledger_of, say

office_cli = typer.Typer(no_args_is_help=True, help="The office: what is a member's own, and what a backup is for.")


@office_cli.callback()
def _group() -> None:
    """A group, though it has one command."""


@office_cli.command("copy")
def office_copy(
    to: Annotated[str, typer.Argument(metavar="TO", help="A new file (SQLite), or an empty database: postgresql://user@host/name")],
    home: Home = None,
) -> None:
    """Copies the office whole, as it is at one moment; a gateway may run meanwhile. Keys stay sealed under the passphrase of then."""
    from gateway.office import copying, database

    url = to if "://" in to else f"sqlite:///{to}"
    rows = copying.copy(database.open(ledger_of(home).office_database()), url)
    say(f"copied {rows} rows")
