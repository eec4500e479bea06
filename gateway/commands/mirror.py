"""`pledgebook mirror`: the mirror brought up to date without a gateway, verified, and exported."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from gateway.commands.shared import Home, console, ledger_of
from ledger.foreseen import Foreseen

if TYPE_CHECKING:
    from ledger.chain.engines import Engine
    from ledger.mirror.spot_checks import SpotReport
    from ledger.mirror.verify import Report


class RowsDamaged(Foreseen):
    """What is in the mirror's database can't have come from the chain."""


mirror_cli = typer.Typer(no_args_is_help=True, help="The mirror: chain state in SQL.")

EngineName = Annotated[str | None, typer.Option("--engine", help="Name of the node's client: anvil, besu or kaia (default: the home's)")]
MOST_DIFFERENCES = 20


@mirror_cli.command("sync")
def mirror_sync(
    node: Annotated[str, typer.Option(help="URL of a node of the ledger, or several with commas between")],
    home: Home = None,
    engine: EngineName = None,
) -> None:
    """Brings the mirror of a home up to the node's head and exits. A running gateway does this by itself.

    One node alone has each block's logs and transactions held against the roots of its header, several are held against each other.
    """
    from gateway.checking import checks_of
    from gateway.config import Settings
    from ledger.chain import deploy
    from ledger.chain import manifest as manifests
    from ledger.chain.nodes import Nodes
    from ledger.mirror import database, sync
    from ledger.mirror.database import NotServed
    from ledger.mirror.state import FoldError

    kind, settings = _engine(engine), ledger_of(home)
    held = manifests.load(settings.manifest)
    asked = Settings(node=node)
    if not asked.nodes:
        raise typer.BadParameter("name a node", param_hint="--node")
    with Nodes(asked.nodes) as rpc:
        # Another chain has none of these contracts, so that its blocks would be taken without a word.
        deploy.check(rpc, held)
        opened = database.open(settings.mirror_database())
        checks, forks = checks_of(asked, kind), kind.development_clock
        mirror = sync.of(opened, rpc, held, finality=kind.finality, development=forks, checks=checks)
        try:
            mirror.catch_up()
        except FoldError as wrong:
            raise RowsDamaged(
                f"the mirror's rows contradict what the chain tells ({wrong}): `pledgebook mirror verify` says which; put the database "
                "aside, an empty one is filled from the chain"
            ) from wrong
        status = mirror.status()
        if status.outdated:
            raise NotServed(status.outdated)
        console.print(f"mirrored to block {status.block}")


@mirror_cli.command("verify")
def mirror_verify(
    home: Home = None,
    height: Annotated[int | None, typer.Option(help="Block to verify at (default: the last one)")] = None,
    node: Annotated[str | None, typer.Option(help="Rebuild from this node's chain instead of the stored raw events")] = None,
    rows: Annotated[int, typer.Option(min=0, help="With --node: random rows that are held against the contracts")] = 200,
    seed: Annotated[int | None, typer.Option(help="Which rows: the same seed draws the same again (default: another each time)")] = None,
    engine: EngineName = None,
) -> None:
    """Rebuilds every projection in a fresh database and compares each table by hash; exit 0 only if all are equal.

    With --node, random rows are compared with what the contracts answer at that block, and proven from its state root where the engine's
    headers allow it.
    """
    from gateway.checking import checks_of
    from gateway.config import Settings
    from ledger.chain import manifest as manifests
    from ledger.chain.rpc import Rpc
    from ledger.mirror import database, verify

    settings = ledger_of(home)
    held, live = manifests.load(settings.manifest), database.open(settings.mirror_database())
    checks = checks_of(Settings(node=node or ""), _engine(engine))
    drawn = secrets.randbelow(1 << 32) if seed is None else seed
    report = verify.of(live, held, rpc=None if node is None else Rpc(node), height=height, rows=rows, seed=drawn, checks=checks)
    _show_tables(report)
    if report.spots is not None:
        _show_spots(report.spots)
    for fault in report.faults:
        console.print(f"[red]{escape(fault)}[/red]", soft_wrap=True)
    console.print(f"block {report.height}: {'equal' if report.equal else 'NOT EQUAL'}")
    raise typer.Exit(0 if report.equal else 1)


@mirror_cli.command("take-back")
def mirror_take_back(home: Home = None) -> None:
    """Has this version keep the mirror again after a newer one did: its records are folded anew. Stop the newer gateways first."""
    from ledger.mirror import database, sync

    before = sync.take_back(database.open(ledger_of(home).mirror_database()))
    if before is None:
        console.print("the mirror's records are of no newer version; nothing was changed")
    else:
        console.print(f"the records of version {before} will be folded again by the gateways of this version")


@mirror_cli.command("export")
def mirror_export(
    to: Annotated[Path, typer.Option(help="Folder to make for the files")],
    home: Home = None,
    at: Annotated[int | None, typer.Option(min=0, help="As at the end of this block (default: the last one)")] = None,
) -> None:
    """Writes the auditors' views as Parquet files, one a view, all of one block (docs/auditors.md)."""
    from ledger.chain import manifest as manifests
    from ledger.mirror import database, export
    from ledger.mirror.sync import identity_of

    settings = ledger_of(home)
    identity = identity_of(manifests.load(settings.manifest))
    written = export.export(database.open(settings.mirror_database()), to, at, identity)
    table = Table("file", "rows")
    for each in written:
        table.add_row(each.file.name, str(each.rows))
    console.print(table)


def _show_tables(report: Report) -> None:
    table = Table("table", "rows live", "rows rebuilt", "equal")
    for each in report.tables:
        table.add_row(each.name, str(each.rows), str(each.rows_rebuilt), "yes" if each.equal else "[red]no[/red]")
    console.print(table)


def _show_spots(spots: SpotReport) -> None:
    table = Table("table", "rows asked of contracts", "of these proven")
    for name, asked in sorted(spots.asked.items()):
        table.add_row(name, str(asked), str(spots.proven[name]))
    console.print(table)
    console.print(f"{spots.asked.total()} rows compared, {spots.proven.total()} proven, seed {spots.seed}")
    for each in spots.differences[:MOST_DIFFERENCES]:
        key = " ".join(f"0x{part.hex()}" if isinstance(part, bytes) else str(part) for part in each.key)
        chain = "proven on chain" if each.proven else "the contract says"
        console.print(f"[red]{each.table} {key}: {each.what} is {_plain(each.row)}, {chain} {_plain(each.chain)}[/red]", soft_wrap=True)
    if len(spots.differences) > MOST_DIFFERENCES:
        console.print(f"[red]and {len(spots.differences) - MOST_DIFFERENCES} more[/red]")


def _plain(value: object) -> str:
    return f"0x{value.hex()}" if isinstance(value, bytes) else str(value)


def _engine(name: str | None) -> Engine:
    from gateway.config import Settings
    from ledger.chain import engines

    return engines.engine(Settings().engine if name is None else name)
