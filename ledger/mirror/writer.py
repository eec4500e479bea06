"""Writing a batch: raw rows, what the fold changed and the checkpoint, in the caller's one transaction.

Rows go in as tuples: many a statement on SQLite, COPY on PostgreSQL. SQLAlchemy's own inserts take several times as long.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any

from sqlalchemy import Column, Connection, Table, func, select, update
from sqlalchemy.dialects import postgresql

from ledger import faults
from ledger.mirror.batch import Changes
from ledger.mirror.models import BLOCK, CHECKPOINT, RAW_EVENT, TX
from ledger.mirror.state import AnyProjection, Folded, FoldError, Key

_ROWS_A_STATEMENT = (100, 10, 1)
"""Of SQLite: each statement costs something beside its rows, and lets other threads in; more of them a statement gain nothing."""


class CheckpointMoved(RuntimeError):
    """Another process wrote to this mirror meanwhile; nothing was written here."""


class CheckpointGone(RuntimeError):
    """The database has no checkpoint any more."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far the mirror is: the last block held (start - 1 and no hash while none is), and of which ledger it is the mirror."""

    chain_id: int
    ledger_id: bytes
    start: int
    block: int
    hash: bytes | None
    projections: str


def read_checkpoint(conn: Connection) -> Checkpoint | None:
    """The stored checkpoint, None in a new database."""
    columns = [column for column in CHECKPOINT.c if column.name != "id"]
    row = conn.execute(select(*columns)).first()
    return None if row is None else Checkpoint(*row)


def advance(conn: Connection, before: Checkpoint, block: int, block_hash: bytes | None) -> None:
    """Moves the checkpoint, and takes the write lock. Raises CheckpointMoved when it isn't where the caller left it.

    The version of the projections is part of that: a program that slept while a newer one put its tables in place writes none of its rows.
    """
    held = (CHECKPOINT.c.block == before.block) & CHECKPOINT.c.hash.is_not_distinct_from(before.hash)
    held &= CHECKPOINT.c.projections == before.projections
    if conn.execute(update(CHECKPOINT).where(held).values(block=block, hash=block_hash)).rowcount != 1:
        raise CheckpointMoved(f"the checkpoint is no longer at block {before.block}: another process writes to this mirror")


def write_changes(conn: Connection, changes: Changes) -> None:
    """Headers, transactions' hashes, raw logs, and what was folded from them."""
    insert_rows(conn, BLOCK, changes.blocks)
    insert_rows(conn, TX, changes.transactions)
    insert_rows(conn, RAW_EVENT, changes.events)
    faults.point("mirror.raw")
    write_folded(conn, changes.folded)


def write_folded(conn: Connection, folded: Folded) -> None:
    """What folding changed: versions are ended before their successors go in."""
    for projection, keys in folded.closed.items():
        _close(conn, projection, keys)
    faults.point("mirror.closed")
    for projection, rows in folded.born.items():
        insert_rows(conn, projection.table, rows)


def insert_rows(conn: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Inserts rows given in the table's column order."""
    if not rows:
        return
    if conn.dialect.name == "postgresql":
        _copy(conn, table, rows)
    else:
        _insert_many(conn, table, rows)


def _insert_many(conn: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    cursor = conn.connection.cursor()
    for statement, parameters in inserting(table, tuple(table.c.keys()), rows):
        cursor.execute(statement, parameters)


def inserting(table: Table, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Statements of SQLite, with their parameters, that insert rows given in the order of `columns`."""
    at = 0
    for size in _ROWS_A_STATEMENT:
        while len(rows) - at >= size:
            yield _inserting(table, columns, size), tuple(chain.from_iterable(rows[at : at + size]))
            at += size


@cache
def _inserting(table: Table, columns: tuple[str, ...], rows: int) -> str:
    row = f"({', '.join('?' * len(columns))})"
    named = ", ".join(_quoted(column) for column in columns)
    return f"INSERT INTO {_quoted(table.name)} ({named}) VALUES {', '.join([row] * rows)}"  # noqa: S608  # names of the model


def _copy(conn: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    cursor = conn.connection.cursor()
    with cursor.copy(f"COPY {table.name} ({_columns(table)}) FROM STDIN (FORMAT binary)") as copy:
        copy.set_types(_types(table))
        for row in rows:
            copy.write_row(row)


@cache
def _columns(table: Table) -> str:
    """By name: a newer program may have added one to a raw table, while this one still writes."""
    return ", ".join(_quoted(column.name) for column in table.c)


@cache
def _types(table: Table) -> list[str]:
    return [_type(column) for column in table.c]


def _type(column: Column[Any]) -> str:
    return column.type.compile(dialect=postgresql.dialect()).lower()  # type: ignore[no-untyped-call]


def _close(conn: Connection, projection: AnyProjection, keys: Sequence[Key]) -> None:
    cursor = conn.connection.cursor()
    if conn.dialect.name == "postgresql":
        # One statement: a round trip a key would cost more than all else of a batch.
        cursor.execute(_closing_together(projection), [list(column) for column in zip(*keys, strict=True)])
    else:
        cursor.executemany(_closing(projection), keys)
    if cursor.rowcount != len(keys):
        raise FoldError(f"{projection.name}: {len(keys)} live rows to end, {cursor.rowcount} found")


@cache
def _closing(projection: AnyProjection) -> str:
    return f"UPDATE {projection.name} SET to_pos = ? WHERE {_where_live(projection, '?')}"  # noqa: S608  # names of the model


@cache
def _closing_together(projection: AnyProjection) -> str:
    columns = [_quoted(column.name) for column in projection.key_columns]
    arrays = ", ".join(f"%s::{kind}[]" for kind in ("bigint", *map(_type, projection.key_columns)))
    same = " AND ".join(f"live.{name} = ended.{name}" for name in columns)
    return (
        f"UPDATE {projection.name} AS live SET to_pos = ended.at FROM unnest({arrays}) AS ended (at, {', '.join(columns)}) "  # noqa: S608
        f"WHERE {same} AND live.to_pos IS NULL"
    )


@cache
def _selecting(projection: AnyProjection, mark: str) -> str:
    columns = ", ".join(_quoted(column.name) for column in projection.table.c)
    return f"SELECT {columns} FROM {projection.name} WHERE {_where_live(projection, mark)}"  # noqa: S608  # names of the model


def _where_live(projection: AnyProjection, mark: str) -> str:
    keys = " AND ".join(f"{_quoted(column.name)} = {mark}" for column in projection.key_columns)
    return f"{keys} AND to_pos IS NULL" if projection.versioned else keys


def _quoted(name: str) -> str:
    """A column's name as both databases take it: some are words of SQL."""
    return f'"{name}"'


def _mark(conn: Connection) -> str:
    return "%s" if conn.dialect.name == "postgresql" else "?"


@dataclass(frozen=True, slots=True)
class DatabaseReader:
    """The state's reader: live rows of the database that is being written."""

    conn: Connection

    def live(self, projection: AnyProjection, key: Key, /) -> tuple[Any, ...] | None:
        # The driver's own cursor: what SQLAlchemy does around one row costs ten times as much as the row.
        cursor = self.conn.connection.cursor()
        cursor.execute(_selecting(projection, _mark(self.conn)), key)
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row

    def highest(self, projection: AnyProjection, column: str, /) -> int:
        found: int | None = self.conn.execute(select(func.max(projection.table.c[column]))).scalar()
        return found or 0
