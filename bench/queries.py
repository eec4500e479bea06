"""How quickly people's questions are answered from a large ledger on PostgreSQL.

The ledger is made up: its rows are written into the mirror's tables in bulk (COPY), not folded from events.
"""

import sys
import time
from collections.abc import Callable, Sequence
from random import Random
from statistics import median, quantiles

from sqlalchemy import Connection, text

from bench import postgres
from bench.report import Figure, options, show, step
from bench.scale import pledges, receivables, rows
from bench.scale.asks import ASKS, Ask, World
from bench.scale.rows import Size
from ledger.mirror import database
from ledger.mirror.database import Database

CALLS, SEED = 200, 20_260
SETTINGS = {**postgres.NOT_KEPT, "max_wal_size": "8GB", "checkpoint_timeout": "30min", "autovacuum": "off"}


def main(arguments: Sequence[str]) -> None:
    """Write the ledger, ask, and print the figures."""
    parser = options("queries", __doc__ or "")
    parser.add_argument("--scale", type=float, default=1.0, help="part of a million receivables, ten million tokens, a million pledges")
    parser.add_argument("--calls", type=int, default=CALLS, help="how often each question is asked; of the whole ledger a tenth of it")
    given = parser.parse_args(arguments)
    if not 0 < given.scale <= 10:
        parser.error("--scale: above 0, at most 10")
    if given.calls < 10:
        parser.error("--calls: at least 10")
    show(measure(Size.of(given.scale), given.calls), given.json)


def measure(size: Size, calls: int = CALLS) -> dict[str, Figure]:
    """The figures of a ledger of this size."""
    with postgres.running(SETTINGS) as url:
        db = database.open(url)
        try:
            filled(db, size)
            return {**_sizes(db, size), **figures(db, World(size, Random(SEED)), calls)}  # noqa: S311  # no secret
        finally:
            db.close()


def filled(db: Database, size: Size) -> None:
    """Writes the ledger, its indexes and the planner's statistics."""
    dice = Random(SEED)  # noqa: S311  # no secret
    print("written in bulk into the projections (COPY), not folded from events", file=sys.stderr)
    with db.write() as conn:
        rows.create(conn)
    steps = [("members and cash", receivables.members(size)), (f"{size.receivables:,} receivables", receivables.receivables(size, dice))]
    for label, made in [*steps, *pledges.every(size, dice)]:
        with step(label), db.write() as conn:
            rows.write(conn, made)
    with step("indexes"), db.write() as conn:
        rows.index(conn)
    with step("statistics"), db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.execute(text("VACUUM ANALYZE"))


def _sizes(db: Database, size: Size) -> dict[str, Figure]:
    with db.read() as conn:
        stored = conn.execute(text("SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r'")).scalar_one()
        tokens = conn.execute(text("SELECT count(*) FROM token WHERE to_pos IS NULL")).scalar_one()
    return {
        "receivables": Figure(size.receivables, "receivables, written in bulk (COPY)"),
        "tokens": Figure(int(tokens), "live tokens"),
        "pledges": Figure(size.pledges, "pledges"),
        "stored_mb": Figure(int(stored) >> 20, "megabytes of tables and indexes"),
    }


def figures(db: Database, world: World, calls: int = CALLS) -> dict[str, Figure]:
    """What each question takes in a ledger that is filled."""
    found: dict[str, Figure] = {}
    for ask in ASKS:
        with step(ask.name):
            spent = _times(db, world, ask, max(3, calls // 10) if ask.is_whole else calls)
        found[f"{ask.name}_p95_ms"] = Figure(_ms(_p95(spent)), f"{ask.meaning}; median {_ms(median(spent)):,} ms", ask.goal)
    return found


def _times(db: Database, world: World, ask: Ask, calls: int) -> list[float]:
    """Seconds of each call, on a connection of its own snapshot; a few before them warm what any server has warm."""
    with db.read() as conn:
        for _ in range(3):
            ask.call(conn, world)
        return [_timed(ask.call, conn, world) for _ in range(calls)]


def _timed(call: Callable[[Connection, World], object], conn: Connection, world: World) -> float:
    began = time.perf_counter()
    call(conn, world)
    return time.perf_counter() - began


def _p95(spent: Sequence[float]) -> float:
    return quantiles(spent, n=20, method="inclusive")[-1]


def _ms(seconds: float) -> float:
    return round(seconds * 1_000, 2)
