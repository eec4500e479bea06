"""The views as Parquet files: one snapshot of the mirror, one file a view, in batches whatever their length."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
from pyarrow import parquet
from sqlalchemy import Connection, text

from ledger.chain.blocks import last_position
from ledger.foreseen import Foreseen
from ledger.mirror.concepts import FOLDS
from ledger.mirror.database import Database
from ledger.mirror.queries import chain
from ledger.mirror.sync import Identity, same_ledger
from ledger.mirror.views.catalogue import VERSION, VIEWS
from ledger.mirror.views.columns import Kind, View
from ledger.mirror.writer import read_checkpoint

ROWS_A_BATCH = 50_000
"""Rows that are in memory at once, and of one row group."""

_TYPES = {Kind.TEXT: pa.string(), Kind.WHOLE: pa.int64(), Kind.TIME: pa.timestamp("us", tz="UTC"), Kind.FLAG: pa.bool_()}


class ExportError(Foreseen, ValueError):
    """Nothing was exported; the message says why."""


class Written(NamedTuple):
    """A file of an export."""

    file: Path
    rows: int


def export(database: Database, folder: Path, block: int | None = None, identity: Identity | None = None) -> list[Written]:
    """Writes every view as at the end of a block (None: now) into a new folder, which is there only once it is whole.

    The schema of each file says the view, the block, the ledger and what each column is. Raises ExportError, WrongLedger where the mirror
    is of another ledger than `identity`, and NotServed where its projections are of a version that this program can't read.
    """
    database.serving.version = FOLDS.version()
    if folder.exists():
        raise ExportError(f"folder {folder}: it is there already; name one that is not")
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        with database.read() as conn:
            held = read_checkpoint(conn)
            if held is not None and identity is not None:
                same_ledger(held, identity)
            if database.is_postgresql:
                # A session in another zone couldn't say the ends of the year 1 and 9999.
                conn.execute(text("SET LOCAL TIME ZONE 'UTC'"))
            part.mkdir(parents=True)
            written = _written(conn, part, block)
        part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return [each._replace(file=folder / each.file.name) for each in written]


def _written(conn: Connection, folder: Path, block: int | None) -> list[Written]:
    known = _known(conn, block)
    at = None if block is None else last_position(block)
    return [_write(conn, view, at, known, folder / f"{view.name}.parquet") for view in VIEWS]


def _known(conn: Connection, block: int | None) -> dict[str, str]:
    """What is said in each file of what it is from."""
    held = read_checkpoint(conn)
    if held is None or held.hash is None:
        raise ExportError("the mirror holds no block yet")
    header = chain.header(conn, held.block if block is None else block)
    if header is None:
        raise ExportError(f"block {block}: the mirror holds blocks {held.start} to {held.block}")
    ledger = {"chain_id": str(held.chain_id), "ledger_id": f"0x{held.ledger_id.hex()}", "views": VERSION}
    return {**ledger, "block": str(header.number), "block_hash": f"0x{header.hash.hex()}", "block_time": str(header.time)}


def schema_of(view: View, known: dict[str, str]) -> pa.Schema:
    """The schema of a view's file."""
    fields = [pa.field(each.name, _TYPES[each.kind], metadata={"description": each.means}) for each in view.fields]
    about = {"view": view.name, "description": view.about, **known}
    return pa.schema(fields, metadata={f"pledgebook.{name}": value for name, value in about.items()})


def _write(conn: Connection, view: View, at: int | None, known: dict[str, str], file: Path) -> Written:
    schema, rows = schema_of(view, known), 0
    with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        for some in _batches(conn, view, at):
            arrays = [pa.array(_read(column, each.kind), type=_TYPES[each.kind]) for column, each in zip(some, view.fields, strict=True)]
            writer.write_batch(pa.record_batch(arrays, schema=schema), row_group_size=ROWS_A_BATCH)
            rows += len(arrays[0])
    return Written(file, rows)


def _batches(conn: Connection, view: View, at: int | None) -> Iterator[list[tuple[Any, ...]]]:
    """Columns of so many rows at a time."""
    found = conn.execute(view.select(at), execution_options={"yield_per": ROWS_A_BATCH})
    return (list(zip(*some, strict=True)) for some in found.partitions())


def _read(column: Sequence[Any], kind: Kind) -> Sequence[Any]:
    """Values as Arrow takes them: SQLite has no type for times and for yes or no."""
    read = _READERS.get(kind)
    if read is None or not any(isinstance(each, int | str) for each in column):
        return column
    return [None if each is None else read(each) for each in column]


_READERS: dict[Kind, Callable[[Any], Any]] = {Kind.TIME: datetime.fromisoformat, Kind.FLAG: bool}
