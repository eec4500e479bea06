"""Bulk writing: tables without their indexes, rows by COPY, indexes at the end."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import Connection
from sqlalchemy.schema import AddConstraint, CreateIndex, CreateTable

from ledger.mirror.concepts import FOLDS
from ledger.mirror.models import BLOCK, CHECKPOINT
from ledger.mirror.state import AnyProjection
from ledger.mirror.writer import insert_rows

PORTION = 20_000
BLOCKS = 100_000
FIRST_TIME, SECONDS_A_BLOCK = 1_700_000_000, 600
NOW = FIRST_TIME + BLOCKS * SECONDS_A_BLOCK
LEDGER = b"L" * 32


class Size(NamedTuple):
    """How many of each there are. `names` are those of pledgors, `lenders` are pledgees, `entries` the lines of each bank's cash statement,
    `splits` the cuts of each receivable that is cut much.
    """

    receivables: int
    tokens_each: int
    pledges: int
    names: int
    lenders: int
    entries: int
    splits: int

    @classmethod
    def of(cls, scale: float) -> "Size":
        """A million receivables, ten million tokens and a million pledges, or a part of that; cuts are not scaled."""
        many = int(1_000_000 * scale)
        return cls(many, 10, many, max(1, int(400_000 * scale)), min(2_000, many), min(2_000, many), 10_000)


def pos_of(share: float) -> int:
    """The position at a share of the ledger's time, in a block of which nothing else is at that index."""
    return int(share * (BLOCKS - 1) * (1 << 20))


def create(conn: Connection) -> None:
    """The projections' tables without keys and indexes, which are quicker made at once, and blocks."""
    for projection in FOLDS.projections:
        conn.execute(CreateTable(projection.table))
        conn.exec_driver_sql(f"ALTER TABLE {projection.name} DROP CONSTRAINT {projection.name}_pkey")
    times = ((at, at.to_bytes(32), (at - 1 if at else 0).to_bytes(32), FIRST_TIME + at * SECONDS_A_BLOCK) for at in range(BLOCKS + 1))
    insert_rows(conn, BLOCK, list(times))
    held = {"id": 1, "chain_id": 1, "ledger_id": LEDGER, "start": 0, "block": BLOCKS, "hash": BLOCKS.to_bytes(32)}
    conn.execute(CHECKPOINT.insert().values(**held, projections=FOLDS.version()))


def write(conn: Connection, rows: Iterable[tuple[AnyProjection, tuple[Any, ...]]]) -> int:
    """Writes rows in portions; how many there were."""
    kept: dict[AnyProjection, list[tuple[Any, ...]]] = defaultdict(list)
    count = 0
    for projection, row in rows:
        some = kept[projection]
        some.append(row)
        count += 1
        if len(some) >= PORTION:
            insert_rows(conn, projection.table, some)
            some.clear()
    for projection, some in kept.items():
        insert_rows(conn, projection.table, some)
    return count


def index(conn: Connection) -> None:
    """Every key and index of every projection."""
    conn.exec_driver_sql("SET LOCAL maintenance_work_mem = '1GB'")
    for projection in FOLDS.projections:
        conn.execute(AddConstraint(projection.table.primary_key, isolate_from_table=False))
        for each in sorted(projection.table.indexes, key=lambda one: str(one.name)):
            conn.execute(CreateIndex(each))
