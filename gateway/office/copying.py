"""An office copied whole into an empty database of either kind: as a backup, onto another machine, from SQLite to PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Table, func, insert, make_url, select

from gateway.office import database as offices
from gateway.office.models import LEAST_PROGRAM, PROGRAM, office
from ledger.foreseen import Foreseen
from ledger.mirror.database import Database

_PAGE = 1_000
_OF_PLACE = (PROGRAM, LEAST_PROGRAM)
"""What is said of the database itself: which gateways work on it, and which may."""


class CopyRefused(Foreseen, ValueError):
    """A place that is taken."""


def copy(source: Database, url: str) -> int:
    """Copies every row as it is at one moment, all or none, to `url` (sqlite:///file or postgresql://...); how many there were. A gateway
    may work on the source meanwhile. Raises CopyRefused where something is there already, DatabaseUrlError.
    """
    with _opened(url) as target, source.read() as reading, target.write() as writing:
        tables = [each for each in office.sorted_tables if each not in _OF_PLACE]
        for table in tables:
            if writing.execute(select(table).limit(1)).first() is not None:
                raise CopyRefused(f"copy: the office there has rows already (of {table.name}); give an empty database, or a new file")
        return sum(_copied(reading, writing, table) for table in tables)


@contextmanager
def _opened(url: str) -> Iterator[Database]:
    """The target with its tables. A file has its name only once it is whole, so that no half of a backup is taken for one."""
    parsed = make_url(url) if url.startswith("sqlite:") else None
    if parsed is None or not parsed.database:
        target = offices.open(url)
        try:
            yield target
        finally:
            target.close()
        return
    file = Path(parsed.database)
    if file.exists():
        raise CopyRefused(f"copy: {file} is there already; name another file")
    part = file.with_name(f"{file.name}.part")
    try:
        _remove(part)
        target = offices.open(f"sqlite:///{part}")
        try:
            yield target
        finally:
            target.close()
        part.rename(file)
    finally:
        _remove(part)


def _remove(part: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        part.with_name(part.name + suffix).unlink(missing_ok=True)


def _copied(reading: Connection, writing: Connection, table: Table) -> int:
    count = 0
    for page in reading.execution_options(yield_per=_PAGE).execute(select(table)).mappings().partitions(_PAGE):
        writing.execute(insert(table), [dict(row) for row in page])
        count += len(page)
    if count and writing.dialect.name == "postgresql":
        _count_on(writing, table)
    return count


def _count_on(writing: Connection, table: Table) -> None:
    """PostgreSQL counts by itself, and doesn't see numbers that are given."""
    counter = table.autoincrement_column
    if counter is not None and counter.autoincrement is True:
        sequence = func.pg_get_serial_sequence(f"{offices.SCHEMA}.{table.name}", counter.name)
        writing.execute(select(func.setval(sequence, select(func.max(counter)).scalar_subquery())))
