"""The command `pledgebook`: one line for every error, and an exit code that programs can read.

Rooms are imported inside the commands, so that `--help` and small commands start at once.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from gateway import files
from gateway.commands.audit import audit_cli
from gateway.commands.events import events_cli, webhook_cli
from gateway.commands.financing import finance_cli, loan_cli
from gateway.commands.fingerprints import fingerprint_cli, fingerprint_key_cli
from gateway.commands.invoices import receivable_draft
from gateway.commands.keeper import keeper_cli
from gateway.commands.keys import keys_cli
from gateway.commands.members import member_cli
from gateway.commands.mirror import mirror_cli
from gateway.commands.notices import notice_cli
from gateway.commands.office import office_cli
from gateway.commands.peers import content_cli, peers_cli
from gateway.commands.pledges import pledge_cli
from gateway.commands.receivables import receivable_cli
from gateway.commands.registers import register_cli
from gateway.commands.securities import cash_cli, guarantee_cli, hold_cli
from gateway.config import Settings
from ledger.foreseen import Foreseen

if TYPE_CHECKING:
    import gateway.replay.run as replays
    from gateway.runtime import Runtime

MOST_NEW, OLDER = 20_000, 20
"""So many new objects, and so many looks at those, before older ones are looked through: an act is some hundred objects."""

SWITCH_SECONDS = 0.001
"""So long a thread works while others wait: an answer passes through three of them, and the workers' threads would hold it up in each."""

console = Console()
errors = Console(stderr=True)

cli = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="Pledges and receivable tokens on a ledger."
)
cli.add_typer(mirror_cli, name="mirror")
cli.add_typer(keys_cli, name="keys")
cli.add_typer(office_cli, name="office")
cli.add_typer(pledge_cli, name="pledge")
cli.add_typer(receivable_cli, name="receivable")
cli.add_typer(member_cli, name="member")
cli.add_typer(finance_cli, name="finance")
cli.add_typer(loan_cli, name="loan")
cli.add_typer(guarantee_cli, name="guarantee")
cli.add_typer(hold_cli, name="hold")
cli.add_typer(cash_cli, name="cash")
receivable_cli.command("draft")(receivable_draft)
cli.add_typer(register_cli, name="register")
cli.add_typer(notice_cli, name="notice")
cli.add_typer(fingerprint_cli, name="fingerprint")
cli.add_typer(fingerprint_key_cli, name="fingerprint-key")
cli.add_typer(keeper_cli, name="keeper")
cli.add_typer(events_cli, name="events")
cli.add_typer(webhook_cli, name="webhook")
cli.add_typer(audit_cli, name="audit")
cli.add_typer(peers_cli, name="peers")
cli.add_typer(content_cli, name="content")

Home = Annotated[Path | None, typer.Option(help="Directory of everything the gateway keeps (default: .pledgebook)")]
Data = Annotated[Path | None, typer.Option(help="Folder of records to replay (default: ../shared/data)")]
EventCodes = Annotated[
    Path | None,
    typer.Option(help="Table of offices' event codes (INPADOC) (default: event-codes.csv of the home, else inpadoc-legal-codes of --data)"),
]
EngineName = Annotated[str | None, typer.Option("--engine", help="anvil (embedded) or kaia (four validators)")]
Port = Annotated[int | None, typer.Option(min=0, max=65_535, help="Port of the API on loopback; 0 takes a free one")]
Fresh = Annotated[bool, typer.Option("--fresh", help="Put the present home aside and start a new chain")]
Currency = Annotated[str, typer.Option(help="Currency of the invoices, which name none (ISO 4217)")]
ReportFile = Annotated[
    Path | None, typer.Option("--report", help="File to keep the reconciliation in, as JSON (default: reconciliation.json in the home)")
]


def main() -> None:
    """Runs the command line. Every foreseen error is one line on standard error and exit code 1; what it writes is its user's only."""
    os.umask(0o077)
    with one_line_errors():
        cli()


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turns what is foreseen into one line, and exit code 1."""
    from httpx import TransportError
    from pydantic import ValidationError
    from sqlalchemy.exc import DatabaseError

    from gateway.errors import rule_said

    try:
        yield
    except ValidationError as wrong:
        _fail("; ".join(f"PLEDGEBOOK_{'_'.join(map(str, each['loc'])).upper()}: {rule_said(each)}" for each in wrong.errors()))
    except DatabaseError as wrong:
        _fail(f"database: {wrong.orig}")
    except OSError as error:
        _fail(files.said(error))
    except (Foreseen, TransportError) as error:
        _fail(str(error))


def _fail(text: str) -> NoReturn:
    errors.print(f"[red]error[/red] {escape(' '.join(text.split()))}", soft_wrap=True, highlight=False)
    sys.exit(1)


@cli.command()
def up(
    home: Home = None,
    data: Data = None,
    engine: EngineName = None,
    port: Port = None,
    fresh: Fresh = False,
    event_codes: EventCodes = None,
    check: Annotated[
        bool, typer.Option("--check", help="Run once on free ports in a temporary home; exit 0 only if everything reconciles")
    ] = False,
    replay_records: Annotated[bool, typer.Option("--replay/--no-replay", help="Replay real records at the first start")] = True,
    currency: Currency = "USD",
    report: ReportFile = None,
) -> None:
    """Starts chain, mirror and gateway, replays the records, prints the reconciliation, and stays up until Ctrl-C."""
    if check:
        with tempfile.TemporaryDirectory(prefix="pledgebook-") as folder:
            free = _with_codes(_settings(Path(folder), data, engine, 0), event_codes)
            ok = _up(free, currency, report, stays=False, replay_records=True, home_stays=False)
        raise typer.Exit(0 if ok else 1)
    settings = _settings(home, data, engine, port)
    if fresh:
        _put_aside(settings.home)
    _up(_with_codes(settings, event_codes), currency, report, stays=True, replay_records=replay_records)


@cli.command()
def replay(
    home: Home = None,
    data: Data = None,
    fresh: Fresh = False,
    currency: Currency = "USD",
    engine: EngineName = None,
    report: ReportFile = None,
) -> None:
    """Replays a folder of records into the ledger of a home and exits 0 only if everything reconciles."""
    settings = _settings(home, data, engine, 0)
    if fresh:
        _put_aside(settings.home)
    raise typer.Exit(0 if _up(settings, currency, report, stays=False, replay_records=True) else 1)


def _with_codes(settings: Settings, stated: Path | None) -> Settings:
    """The settings with the table of offices' event codes that there is; that there is none is said aloud."""
    from gateway.descriptions import codes_file

    found = codes_file(settings.home, settings.data, stated or settings.event_codes)
    if found is None:
        console.print(
            f"[red]no table of offices' event codes[/red]: neither {escape(str(settings.home))} nor {escape(str(settings.data))} has one, "
            "so watches show events as they came; name one with --event-codes",
            soft_wrap=True,
            highlight=False,
        )
        return settings
    console.print(f"[dim]event codes of {escape(str(found))}[/dim]", soft_wrap=True, highlight=False)
    return settings.model_copy(update={"event_codes": found})


def _up(settings: Settings, currency: str, report: Path | None, *, stays: bool, replay_records: bool, home_stays: bool = True) -> bool:
    stopped = threading.Event()
    if stays:
        _heed_signals(stopped, raises=True)
    # What a start makes stays: the collector would look through it again and again, a fifth of the time.
    gc.disable()
    try:
        import gateway.replay.run as replays
        from gateway import runtime

        options = replays.Options(settings.data, settings.home, currency, report, home_stays, console)
        genesis_time = replays.genesis_time(options) if replay_records else None
        running = runtime.start(settings, genesis_time=genesis_time, report=lambda text: console.print(f"[dim]{text}[/dim]"))
    finally:
        gc.enable()
    try:
        with runtime.naming_its_end(running.chain_fault):
            ok = _replayed(options, running, again=not stays) if replay_records else True
            if stays:
                _stay(running, stopped)
        return ok
    finally:
        running.stop()


def _replayed(options: replays.Options, running: Runtime, again: bool) -> bool:
    """Whether the records reconcile. A start that finds them replayed says so; `again`: source, chain and SQL are asked once more."""
    import gateway.replay.run as replays

    done = None if again else replays.kept(options)
    if done is None:
        return replays.replay(options, running).ok
    console.print(f"{done}; `pledgebook replay` reconciles again", soft_wrap=True, highlight=False)
    return True


def _heed_signals(stopped: threading.Event, *, raises: bool) -> None:
    """A signal to stop is noted, and ends a start at once. Noted, because what is raised in some places, as when a weak reference is
    called back, Python drops.
    """

    def heed(*_: object) -> None:
        stopped.set()
        if raises:
            raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, heed)


def _stay(running: Runtime, stopped: threading.Event) -> None:
    if running.clock is not None:
        running.clock.jump_to_now()
        running.clock.run()
    home = running.services.settings.home
    table = Table(show_header=False, box=None)
    table.add_row("API", running.url)
    table.add_row("Documentation", f"{running.url}/docs")
    table.add_row("Console", f"{running.url}/console/")
    table.add_row("Operator's key", str(home / "operator.key"))
    table.add_row("Node", ", ".join(running.node_urls))
    console.print(table)
    console.print("Stop with Ctrl-C.")
    # What a gateway is made of stays, and is not looked through again and again for what could go.
    gc.freeze()
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.set_threshold(MOST_NEW, OLDER, OLDER)
    _heed_signals(stopped, raises=False)
    stopped.wait()
    if running.clock is not None:
        running.clock.hold()
    console.print("stopping")


@cli.command()
def doctor(home: Home = None, engine: EngineName = None) -> None:
    """Checks what a start needs, what a home holds and how the gateway on it does; exit 1 if something is wrong."""
    from gateway import health

    found = health.examine(_settings(home, None, engine, None))
    table = Table("check", "result", "what to do")
    for each in found:
        ok = f"[green]ok[/green]{each.told and ': '}{escape(each.told)}"
        table.add_row(each.name, ok if each.ok else f"[red]{escape(each.fault)}[/red]", each.advice)
    console.print(table)
    raise typer.Exit(0 if all(each.ok for each in found) else 1)


def _settings(home: Path | None, data: Path | None, engine: str | None, port: int | None) -> Settings:
    given = {"home": home, "data": data, "engine": engine, "port": port}
    return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]


def _put_aside(home: Path) -> None:
    """Nothing is deleted: the old home stays beside the new one, under the first free number."""
    if home.exists():
        number = next(count for count in range(1, 10_000) if not home.with_name(f"{home.name}.{count}").exists())
        home.rename(home.with_name(f"{home.name}.{number}"))
        console.print(f"the old home is now {home.with_name(f'{home.name}.{number}')}", soft_wrap=True)
