"""The command `scripts/network`: up, status, down."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from ledger.chain import network
from ledger.chain.node import NodeError

app = typer.Typer(help="A network of four validators on this machine, all on loopback.", no_args_is_help=True, add_completion=False)
Directory = Annotated[Path, typer.Option("--dir", help="Folder of the network.")]
DEFAULT = Path(".pledgebook") / "network"

screen = Console(highlight=False)


@app.command()
def up(directory: Directory = DEFAULT) -> None:
    """Start the network, made first if the folder has none, and wait for a block on every validator."""
    with _progress() as report:
        running = network.open_network(directory, with_parent=False, report=report)
    _show(running)


@app.command()
def status(directory: Directory = DEFAULT) -> None:
    """Show each validator's address, head and peers. Exit code 1 if one of them is not running or does not answer."""
    found = network.find(directory)
    _show(found)
    if any(each.head is None for each in found.status()):
        raise typer.Exit(1)


@app.command()
def down(directory: Directory = DEFAULT) -> None:
    """Stop the validators. Their data stays, so that `up` goes on where they were."""
    with _progress() as report:
        report("network: stopping the validators")
        network.find(directory).stop()
    screen.print(f"network in {directory} is down")


def main() -> None:
    """Run the command; a fault is one line on standard error and exit code 1."""
    try:
        app()
    except (NodeError, OSError) as error:
        print(f"network: {error}", file=sys.stderr)
        sys.exit(1)


@contextmanager
def _progress() -> Iterator[network.Report]:
    """Where there is a terminal, one line that changes; elsewhere a line a step."""
    if not screen.is_terminal:
        yield screen.print
        return
    with screen.status("network") as line:
        yield line.update


def _show(shown: network.Network) -> None:
    table = Table(title=f"{shown.engine_name}, chain id {shown.chain_id}, {shown.directory}", title_justify="left")
    for heading in ("validator", "URL", "state", "head", "peers"):
        table.add_column(heading)
    for each in shown.status():
        state = "down" if not each.running else "up" if each.head is not None else "no answer"
        table.add_row(each.name, each.url, state, _text(each.head), _text(each.peers))
    screen.print(table)


def _text(number: int | None) -> str:
    return "-" if number is None else str(number)


if __name__ == "__main__":
    main()
