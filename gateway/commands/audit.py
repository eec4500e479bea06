"""`pledgebook audit`: the log of who did what, checked and exported."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gateway.commands.shared import Home, ledger_of, say

audit_cli = typer.Typer(no_args_is_help=True, help="The audit log: who did what, in rows chained by hashes.")


@audit_cli.command("verify")
def audit_verify(
    home: Home = None,
    file: Annotated[Path | None, typer.Option(help="Check an exported log instead of the home's")] = None,
    heads: Annotated[Path | None, typer.Option(help="Heads that were published (audit-heads.jsonl), to be found in the log")] = None,
    node: Annotated[str | None, typer.Option(help="Ask this node for the transactions that show heads")] = None,
) -> None:
    """Checks that no row was changed, taken out or put in, and that the log leads to every head shown; exit 0 only if all is well."""
    from gateway import auditing
    from gateway.office import audit, database
    from ledger.chain.rpc import Rpc

    shown = [] if heads is None else auditing.heads_in(heads)
    if file is not None:
        rows = list(auditing.imported(file))
        _tell(len(rows), list(audit.faults(rows, shown)), len(shown))
    with database.open(ledger_of(home).office_database()).read() as conn:
        given = auditing.anchored(conn)
        kept = list(audit.lines(conn))
    found = list(auditing.checked(None if node is None else Rpc(node), kept, given, shown))
    _tell(len(kept), found, len(given) + len(shown))


@audit_cli.command("export")
def audit_export(
    file: Annotated[Path, typer.Argument(help="File to write")],
    home: Home = None,
    after: Annotated[int, typer.Option(min=0, help="Only rows after this number")] = 0,
) -> None:
    """Writes the log as JSON lines, each row with its hash; `audit verify --file` checks a whole one anywhere."""
    import os

    from gateway import auditing
    from gateway.office import audit, database

    with database.open(ledger_of(home).office_database()).read() as conn:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.writelines(auditing.exported(audit.lines(conn, after)))
        end = audit.head(conn)
    say(f"wrote rows {after + 1} to {end.id} to {file}; the last has the hash 0x{end.hash.hex()}")


def _tell(rows: int, faults: list[str], heads: int) -> None:
    for each in faults:
        say(each)
    say(f"{rows} rows, {heads} heads shown: {'every row is where and what it was' if not faults else f'{len(faults)} FAULTS'}")
    raise typer.Exit(1 if faults else 0)
