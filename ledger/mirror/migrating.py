"""Bringing tables to the newest revision, one process at a time, where a newer program hasn't been there before.

A revision only adds what programs of earlier ones needn't know (a table, a column with a default), unless it says with `least` which
programs can work after it: the oldest revision that they must know. So what is taken away is taken away a version later than it was used.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from ledger.foreseen import Foreseen

_TURN = 0x706C6565
"""The lock of who migrates, among PostgreSQL's advisory ones."""


class NewerTables(Foreseen, RuntimeError):
    """A newer program made the tables what this one can't work with; the message says what to do."""


class TablesInUse(Foreseen, RuntimeError):
    """Tables can't be changed while programs work that need them as they are; the message names them."""


@dataclass(frozen=True, slots=True)
class Revisions:
    """The revisions that this program knows, oldest first, which of them asks for programs of which at least, and which the tables have."""

    location: Path
    known: tuple[str, ...]
    least: dict[str, str]
    held: str | None

    @property
    def is_newer(self) -> bool:
        """Whether a newer program was there."""
        return self.held is not None and self.held not in self.known

    @property
    def pending(self) -> tuple[str, ...]:
        """What the tables lack."""
        return self.known if self.held is None else self.known[self.known.index(self.held) + 1 :]

    def least_of(self, revisions: tuple[str, ...]) -> str:
        """The oldest revision that programs must know to work with tables after all of these."""
        return max((self.least[each] for each in revisions if each in self.least), key=self.known.index, default=self.known[0])


def read(conn: Connection, location: Path, *, alone: bool = True) -> Revisions:
    """What is known and what is there; `alone`: nobody else migrates until the caller's transaction ends."""
    if alone and conn.dialect.name == "postgresql":
        conn.execute(text(f"SELECT pg_advisory_xact_lock({_TURN})"))
    known, least = _known(location)
    return Revisions(location, known, least, MigrationContext.configure(conn).get_current_revision())


def upgrade(conn: Connection, found: Revisions) -> None:
    """Brings the tables to the newest revision, in the caller's transaction."""
    config = _config(found.location)
    config.attributes["connection"] = conn
    command.upgrade(config, "head")


@cache
def _known(location: Path) -> tuple[tuple[str, ...], dict[str, str]]:
    scripts = list(ScriptDirectory.from_config(_config(location)).walk_revisions())[::-1]
    least = {each.revision: each.module.least for each in scripts if hasattr(each.module, "least")}
    return tuple(each.revision for each in scripts), least


def _config(location: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(location))
    return config
