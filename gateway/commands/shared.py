"""What the commands over a running gateway share: how it is called, and how answers are printed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from gateway.config import Settings
from gateway.visible import visible

if TYPE_CHECKING:
    from gateway.client import Client
    from gateway.signers.keystore import Keystore

console = Console()
_WIDEST = 10_000


def _is_time(option: typer.CallbackParam, text: str | None) -> str | None:
    """A time as it was given, held to what the API takes, so that a refusal names the option and not the API's field. Raises Refused."""
    if text is not None:
        moment(text, option.opts[0])
    return text


Home = Annotated[Path | None, typer.Option(help="Directory of the gateway (default: .pledgebook)")]
Url = Annotated[str | None, typer.Option(help="URL of the gateway (default: the one that runs on the home)")]
OnlyId = Annotated[bool, typer.Option("--id", help="Print the id that it makes, and nothing else")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the answer as JSON")]
Block = Annotated[int | None, typer.Option(min=0, help="As known at the end of this block")]
KnownAt = Annotated[
    str | None, typer.Option(callback=_is_time, help="As known at this time, with its offset: 2022-11-01T12:00:00-04:00 (RFC 3339)")
]
About = Annotated[
    str | None,
    typer.Option(callback=_is_time, help="About this time, with its offset: 2022-11-01T12:00:00-04:00 (RFC 3339) (default: the block's)"),
]
InRegister = Annotated[int | None, typer.Option("--register", min=1, max=65_535, help="Only in this register")]


@contextmanager
def calling(home: Path | None, url: str | None) -> Iterator[Client]:
    """A caller of the gateway that runs on a home, or at a URL. Raises Refused."""
    from gateway.client import connected

    with connected(settings(home), url) as client:
        yield client


def settings(home: Path | None) -> Settings:
    """The settings of a home."""
    return Settings() if home is None else Settings(home=home)


def ledger_of(home: Path | None) -> Settings:
    """The settings of a home that holds a ledger. Raises StartError where there is none."""
    from gateway.errors import StartError

    found = settings(home)
    if not found.manifest.exists():
        raise StartError(f"home {found.home}: no ledger here; `pledgebook up` makes one, --home or PLEDGEBOOK_HOME names another")
    return found


def opened_keystore(found: Settings) -> Keystore:
    """The keystore of a home, opened with the passphrase that is given or its own. Raises PassphraseError, Unsealable."""
    from gateway.home import unlock
    from gateway.office import database
    from gateway.signers import vaults
    from gateway.signers.keystore import Keystore

    keystore = Keystore(database.open(found.office_database()), vaults.set_up(found))
    unlock(keystore, found)
    return keystore


def say(text: str) -> None:
    """One line as it is."""
    console.print(visible(text), soft_wrap=True, highlight=False, markup=False)


def show_json(value: Any) -> None:
    """A value as JSON."""
    console.print_json(json.dumps(value, ensure_ascii=False), indent=2)


def show_table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Rows under headings, nothing is an empty cell; as wide as they are: an id that is cut off can't be named in the next command."""
    table = Table(*(each.replace("_", " ") for each in columns))
    for row in rows:
        table.add_row(*(Text(visible(_cell(cell))) for cell in row))
    whole = Measurement.get(console, console.options.update(max_width=_WIDEST), table).maximum
    Console(width=max(whole, console.width)).print(table)


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def show(found: Any, as_json: bool, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """An answer as JSON, or as a table."""
    if as_json:
        show_json(found)
    else:
        show_table(columns, rows)


def money(amount: Mapping[str, Any]) -> str:
    """An amount of the API in its currency's decimals, and in the minor units that options take."""
    from ledger.domain.money import MoneyError, currency, to_text

    minor, code = amount["minor"], amount["currency"]
    try:
        return f"{to_text(int(minor), currency(code))} {code} ({minor} minor units)"
    except MoneyError:
        return f"{minor} {code} (minor units)"


def moment(text: str, option: str) -> int:
    """UTC seconds of a time in RFC 3339. Raises Refused."""
    from datetime import datetime

    from gateway.client import Refused

    try:
        found = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise Refused(f"{option}: {text!r} is no time; write 2026-01-31T00:00:00+08:00") from wrong
    if found.tzinfo is None:
        raise Refused(f"{option}: {text!r} has no offset; write 2026-01-31T00:00:00+08:00")
    return int(found.timestamp())


def show_hits(found: Sequence[dict[str, Any]]) -> None:
    """Records that a search found."""
    fields = ("pledge", "register", "number", "life", "side", "role", "name")
    rows = [(*(each[field] for field in fields), ", ".join(map(str, each["same_as"]))) for each in found]
    show_table((*fields, "same as"), rows)
