"""A new version of the projections, folded from the raw events beside the old one, and put in its place in one transaction.

Meanwhile the mirror takes no blocks: the old tables stand at its checkpoint and are read, as far as this program can read them. How far
the new ones are lies beside them and is written with their rows, so that a killed process goes on where it was.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace

from psycopg.errors import LockNotAvailable
from sqlalchemy import BigInteger, Column, Connection, LargeBinary, MetaData, Table, Text, insert, inspect, select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.schema import CreateSchema, CreateTable, DropSchema

from ledger import faults
from ledger.chain.blocks import LOG_BITS, last_position
from ledger.chain.decode import EventTable
from ledger.mirror import rebuild
from ledger.mirror.database import NEXT_SCHEMA, SCHEMA, Database, beside, reading_beside, remove_beside
from ledger.mirror.fold import Folds
from ledger.mirror.models import BLOCK, CHECKPOINT
from ledger.mirror.state import Nothing, State
from ledger.mirror.views import making
from ledger.mirror.writer import Checkpoint, CheckpointMoved, read_checkpoint

log = logging.getLogger(__name__)

LOCK_WAITS = (0.2, 0.4, 0.8, 1.6, 3.2, 6.4)
"""Seconds that the switch waits for readers, and those who come meanwhile for it; then it lets them pass and tries again."""

_FOLDED = Table(
    "folded",
    MetaData(),
    Column("version", Text, nullable=False, comment="of the folds that write these tables"),
    Column("block", BigInteger, nullable=False, comment="the last block whose events are in them"),
    Column("hash", LargeBinary(32), comment="its hash"),
)


@dataclass(frozen=True, slots=True)
class _Place:
    """How far the tables beside are."""

    version: str
    block: int
    hash: bytes | None


class Anew:
    """The folding of one database's projections as this program's folds have them, beside those that are at `held`."""

    def __init__(self, database: Database, table: EventTable, folds: Folds, held: Checkpoint) -> None:
        self._database, self._table, self._folds, self._held = database, table, folds, held
        self._state = State(Nothing())
        self._next = beside(database)
        self._place: _Place | None = None

    @property
    def progress(self) -> str:
        """In words, for people."""
        whole = self._held.block - self._held.start + 1
        done = self._place.block - self._held.start + 1 if self._place else 0
        return f"the projections are folded again as version {self._folds.version()}: {done} of {whole} blocks"

    def step(self) -> bool:
        """Folds the next blocks, or puts the new tables in place. False once they are."""
        if self._next is None:
            self._at_once()
            return False
        if self._place is None:
            self._place = self._found(self._next) or self._begun(self._next)
        if self._place.block < self._held.block:
            self._place = self._fold(self._next, self._place)
            return True
        self._switch(self._next)
        log.warning("%s: in place", self.progress)
        return False

    def close(self) -> None:
        """Ends the connections; what was folded stays."""
        if self._next is not None:
            self._next.close()

    def _found(self, database: Database) -> _Place | None:
        """Where an earlier process was, if its tables are of this version and of this chain."""
        with database.write() as conn:
            if not _has(conn, _FOLDED):
                return None
            row = conn.execute(select(_FOLDED)).first()
            place = None if row is None else _Place(*row)
            known = place and conn.execute(select(BLOCK.c.hash).where(BLOCK.c.number == place.block)).scalar()
            return place if place and place.version == self._folds.version() and known == place.hash else None

    def _begun(self, database: Database) -> _Place:
        log.warning("projections of version %s are folded again as %s", self._held.projections, self._folds.version())
        self._clear(database)
        place = _Place(self._folds.version(), self._held.start - 1, None)
        with database.write() as conn:
            rebuild.create(conn, self._folds)
            _FOLDED.create(conn)
            conn.execute(insert(_FOLDED).values(version=place.version, block=place.block, hash=place.hash))
        return place

    def _fold(self, database: Database, place: _Place) -> _Place:
        with database.write() as conn:
            events, pos = rebuild.whole_blocks(conn, self._table, last_position(place.block), last_position(self._held.block))
            after = replace(place, block=pos >> LOG_BITS, hash=_hash_of(conn, pos >> LOG_BITS))
            done = update(_FOLDED).where(_FOLDED.c.block == place.block).values(block=after.block, hash=after.hash)
            if conn.execute(done).rowcount != 1:
                raise CheckpointMoved("another process folds the projections of this mirror")
            rebuild.fold(conn, self._state, events, self._folds)
            faults.point("anew.folded")
        faults.point("anew.committed")
        return after

    def _switch(self, database: Database) -> None:
        for wait in LOCK_WAITS:
            try:
                self._put_in_place(wait)
                break
            except OperationalError as busy:
                if not isinstance(busy.orig, LockNotAvailable) or wait == LOCK_WAITS[-1]:
                    raise
            time.sleep(wait)
        faults.point("anew.switched")
        self._clear(database)

    def _put_in_place(self, wait: float) -> None:
        with self._switching(wait) as conn:
            if read_checkpoint(conn) != self._held:
                raise CheckpointMoved("the checkpoint moved while projections were folded again: another process writes to this mirror")
            rebuild.drop(conn)
            self._move(conn)
            making.ensure(conn)
            conn.execute(update(CHECKPOINT).values(projections=self._folds.version()))
            faults.point("anew.switching")

    @contextmanager
    def _switching(self, wait: float) -> Iterator[Connection]:
        """A transaction on the live tables. On PostgreSQL nobody reads them: each reader holds the checkpoint's lock (Serving.check)."""
        if self._database.is_postgresql:
            with self._database.write() as conn:
                conn.execute(text(f"SET LOCAL lock_timeout = {int(wait * 1_000)}"))
                conn.execute(text("LOCK TABLE checkpoint IN ACCESS EXCLUSIVE MODE"))
                yield conn
            return
        with self._database.turn, closing(reading_beside(self._database)) as database, database.write() as conn:
            yield conn

    def _move(self, conn: Connection) -> None:
        """The new tables into the place of the old ones. On SQLite, whose readers see the old ones until the end, they are copied."""
        for each in self._folds.projections:
            if self._database.is_postgresql:
                conn.execute(text(f"ALTER TABLE {NEXT_SCHEMA}.{each.name} SET SCHEMA {SCHEMA}"))
                continue
            conn.execute(CreateTable(each.table))
            conn.execute(text(f"INSERT INTO main.{each.name} SELECT * FROM next.{each.name}"))  # noqa: S608  # a name of the model
            for index in each.table.indexes:
                index.create(conn)

    def _clear(self, database: Database) -> None:
        """Forgets what lies beside."""
        if not database.is_postgresql:
            database.close()
            remove_beside(self._database)
            return
        with database.write() as conn:
            conn.execute(DropSchema(NEXT_SCHEMA, cascade=True, if_exists=True))
            conn.execute(CreateSchema(NEXT_SCHEMA))

    def _at_once(self) -> None:
        with self._database.write() as conn:
            rebuild.drop(conn)
            rebuild.create(conn, self._folds)
            rebuild.refold(conn, rebuild.stored_events(conn, self._table, last_position(self._held.block)), self._folds)
            making.ensure(conn)
            conn.execute(update(CHECKPOINT).values(projections=self._folds.version()))


def _has(conn: Connection, table: Table) -> bool:
    return bool(inspect(conn).has_table(table.name))


def _hash_of(conn: Connection, block: int) -> bytes | None:
    found: bytes | None = conn.execute(select(BLOCK.c.hash).where(BLOCK.c.number == block)).scalar()
    return found
