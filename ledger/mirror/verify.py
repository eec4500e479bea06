"""Verification: a rebuild at a height, in a fresh database, equals the live mirror at that height, table by table."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Select, Table, case, null, select

from ledger.chain.blocks import LEAST_CHECKS, BlockSource, Checks, last_position
from ledger.chain.decode import DecodeError, EventTable
from ledger.chain.manifest import Manifest
from ledger.chain.rpc import Rpc
from ledger.chain.sources import node_source
from ledger.foreseen import Foreseen
from ledger.mirror import rebuild, spot_checks, stored
from ledger.mirror.concepts import FOLDS, table
from ledger.mirror.database import SCHEMA, Database, connect, open
from ledger.mirror.fold import Folds
from ledger.mirror.models import BLOCK, RAW_EVENT, TX
from ledger.mirror.spot_checks import SpotReport
from ledger.mirror.state import AnyProjection, FoldError
from ledger.mirror.sync import Identity, Mirror, identity_of, same_ledger
from ledger.mirror.writer import Checkpoint, read_checkpoint

_ROWS_A_FETCH = 5_000


class NothingToVerify(Foreseen, RuntimeError):
    """The mirror does not hold the height asked."""


@dataclass(frozen=True, slots=True)
class TableCheck:
    """One table as at the height: rows and canonical SHA-256 here and in the rebuild."""

    name: str
    rows: int
    rows_rebuilt: int
    digest: str
    digest_rebuilt: str

    @property
    def equal(self) -> bool:
        return self.digest == self.digest_rebuilt


@dataclass(frozen=True, slots=True)
class Report:
    """A verification at block `height`; `equal` if every table is, and every row that was held against the contracts, and if the rows that
    a rebuild begins with agree among themselves (`faults`: where they don't).
    """

    height: int
    tables: list[TableCheck]
    faults: list[str]
    spots: SpotReport | None = None

    @property
    def equal(self) -> bool:
        return all(table.equal for table in self.tables) and not self.faults and (self.spots is None or self.spots.equal)


def verify(
    database: Database,
    events: EventTable,
    folds: Folds,
    *,
    height: int | None = None,
    source: BlockSource | None = None,
    scratch_url: str = "sqlite://",
    identity: Identity | None = None,
    spots: Callable[[Connection, int], SpotReport | None] = lambda _conn, _height: None,
) -> Report:
    """Compares the mirror as at `height` with a rebuild: from `source` if given, else from its own raw events. At its head (None) whatever
    is in its tables is compared, also what lies above.

    From the chain the raw tables are compared too. The rebuild lies in memory unless `scratch_url` names another, empty database. `spots`
    holds rows of the same snapshot against the contracts. Raises WrongLedger where it is the mirror of another ledger than `identity`, and
    NothingToVerify.
    """
    with database.read() as conn:
        held = _held(conn, folds, height)
        if identity is not None:
            same_ledger(held, identity)
        at = held.block if height is None else height
        # The rows first: a node soon forgets the state of a block.
        found = spots(conn, at)
        scratch = (
            _from_raw(conn, events, folds, at, scratch_url) if source is None else _from_chain(source, events, folds, held, at, scratch_url)
        )
        try:
            with scratch.read() as rebuilt:
                return Report(at, _checks(conn, rebuilt, folds, height, with_raw=source is not None), stored.faults(conn, held), found)
        finally:
            scratch.close()


def of(
    database: Database,
    manifest: Manifest,
    *,
    rpc: Rpc | None = None,
    height: int | None = None,
    rows: int = 0,
    seed: int = 0,
    checks: Checks = LEAST_CHECKS,
) -> Report:
    """Verifies a manifest's mirror: from its node if one is given, else from its own raw events.

    With a node, `rows` random rows (drawn by `seed`) are held against the contracts as well, and proven where headers can be checked.
    Raises WrongLedger, NothingToVerify, NotThisChain, InconsistentAnswer, RpcError.
    """
    events, identity = table(manifest), identity_of(manifest)
    if rpc is None:
        return verify(database, events, FOLDS, height=height, identity=identity)

    def spots(conn: Connection, at: int) -> SpotReport | None:
        return spot_checks.check(conn, rpc, manifest, at, rows, seed, headers=checks.headers) if rows else None

    return verify(database, events, FOLDS, height=height, source=node_source(rpc, events, checks), identity=identity, spots=spots)


def _held(conn: Connection, folds: Folds, height: int | None) -> Checkpoint:
    held = read_checkpoint(conn)
    if held is not None and held.projections != folds.version():
        raise NothingToVerify(f"the projections are of version {held.projections}, this program's of {folds.version()}: fold them first")
    if held is None or held.hash is None or not held.start <= (held.block if height is None else height) <= held.block:
        raise NothingToVerify(f"height {height}: the mirror holds {'no block' if held is None else f'blocks {held.start} to {held.block}'}")
    return held


def _from_raw(live: Connection, events: EventTable, folds: Folds, height: int, url: str) -> Database:
    scratch = connect(url, SCHEMA)
    with _foldable(), scratch.write() as conn:
        rebuild.create(conn, folds)
        rebuild.refold(conn, rebuild.stored_events(live, events, last_position(height)), folds)
    return scratch


@contextmanager
def _foldable() -> Iterator[None]:
    try:
        yield
    except (DecodeError, FoldError) as wrong:
        raise NothingToVerify(f"NOT EQUAL: the stored events can't be folded again, so some are not those of the chain: {wrong}") from wrong


def _from_chain(source: BlockSource, events: EventTable, folds: Folds, held: Checkpoint, height: int, url: str) -> Database:
    scratch = open(url)
    mirror = Mirror(scratch, _UpTo(source, height), events, Identity(held.chain_id, held.ledger_id, held.start), folds)
    mirror.catch_up()
    return scratch


class _UpTo:
    """A source that ends at a height."""

    fault: str | None = None

    def __init__(self, source: BlockSource, height: int) -> None:
        self._source, self._height = source, height
        self.hashes, self.fetch = source.hashes, source.fetch

    def head(self) -> int:
        return min(self._source.head(), self._height)


def _checks(live: Connection, rebuilt: Connection, folds: Folds, height: int | None, with_raw: bool) -> list[TableCheck]:
    raw_reads = [(table.name, _raw_until(table, height)) for table in (BLOCK, TX, RAW_EVENT)] if with_raw else []
    reads = raw_reads + [(projection.name, until(projection, height)) for projection in folds.projections]
    return [TableCheck(name, *_interleaved(digest(live, read), digest(rebuilt, read))) for name, read in reads]


def _interleaved(one: tuple[int, str], other: tuple[int, str]) -> tuple[int, int, str, str]:
    return one[0], other[0], one[1], other[1]


def _raw_until(table: Table, height: int | None) -> Select[Any]:
    rows = select(table).order_by(*table.primary_key)
    if height is None:
        return rows
    column = {"block": "number", "tx": "block", "raw_event": "pos"}[table.name]
    return rows.where(table.c[column] <= (last_position(height) if column == "pos" else height))


def until(projection: AnyProjection, height: int | None) -> Select[Any]:
    """A projection's rows as they stood at the end of block `height`, all as they are for None, in the order of the primary key."""
    if height is None:
        return select(projection.table).order_by(*projection.table.primary_key)
    pos = last_position(height)
    columns = [_ended_by(column, pos) if column.name == "to_pos" else column for column in projection.table.c]
    return select(*columns).where(projection.since <= pos).order_by(*projection.table.primary_key)


def _ended_by(column: Any, pos: int) -> Any:
    return case((column <= pos, column), else_=null()).label("to_pos")


def digest(conn: Connection, read: Select[Any]) -> tuple[int, str]:
    """The number of rows and the SHA-256 of their canonical bytes: each value with its type and length, so that no two tables share one."""
    rows, sponge = 0, sha256()
    result = conn.execution_options(yield_per=_ROWS_A_FETCH).execute(read)
    for row in result:
        sponge.update(b"".join(_canonical(row)))
        rows += 1
    return rows, sponge.hexdigest()


def _canonical(row: Any) -> Iterator[bytes]:
    for value in row:
        tag, body = _tagged(value)
        yield tag + len(body).to_bytes(4) + body


def _tagged(value: Any) -> tuple[bytes, bytes]:
    if value is None:
        return b"-", b""
    if isinstance(value, bool):
        return b"?", bytes([value])
    if isinstance(value, int):
        return b"i", str(value).encode()
    if isinstance(value, str):
        return b"s", value.encode()
    return b"b", bytes(value)
