"""A new version of the projections, folded from the raw events beside the old one, and put in its place in one transaction.

Meanwhile this program takes no blocks: the old tables are read, as far as it can read them. On PostgreSQL a process of the old version may
keep them at the head; the new ones follow its checkpoint, and what it writes last is folded into them while it is kept from writing. How
far they are lies beside them and is written with their rows, so that a killed process goes on where it was.
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

_TURN = 0x706C6564
"""The lock of who folds, among PostgreSQL's advisory ones."""

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
        self._turn: Connection | None = None

    @property
    def progress(self) -> str:
        """In words, for people."""
        whole = self._held.block - self._held.start + 1
        done = self._place.block - self._held.start + 1 if self._place else 0
        return f"the projections are folded again as version {self._folds.version()}: {done} of {whole} blocks"

    def step(self, held: Checkpoint) -> bool:
        """Folds the next blocks up to where the mirror is, or puts the new tables in place. False once they are. Raises CheckpointMoved."""
        self._held = held
        if self._next is None:
            self._at_once()
            return False
        self._take_turn(self._next)
        if self._place is None:
            self._place = self._found(self._next) or self._begun(self._next)
        if self._place.block < self._held.block or not self._is_of(self._place):
            self._place = self._fold(self._next, self._place)
            return True
        self._switch(self._next)
        log.warning("%s: in place", self.progress)
        return False

    def close(self) -> None:
        """Ends the connections; what was folded stays."""
        if self._turn is not None:
            self._turn.close()
        if self._next is not None:
            self._next.close()

    def _take_turn(self, database: Database) -> None:
        """Of several processes one folds: until its connection ends, however that ends."""
        if self._turn is not None or not database.is_postgresql:
            return
        self._turn = database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        if not self._turn.execute(text(f"SELECT pg_try_advisory_lock({_TURN})")).scalar_one():
            raise CheckpointMoved("another gateway folds the projections of this mirror again")

    def _is_of(self, place: _Place) -> bool:
        """Whether the mirror still holds the block up to which was folded."""
        with self._database.read_raw() as conn:
            return _hash_of(conn, place.block) == place.hash

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
        with self._database.read_raw() as conn:
            if _hash_of(conn, place.block) != place.hash:
                log.warning("the mirror went back behind block %d: folding begins again", place.block)
                return self._begun(database)
            events, pos = rebuild.whole_blocks(conn, self._table, last_position(place.block), last_position(self._held.block))
            after = replace(place, block=pos >> LOG_BITS, hash=_hash_of(conn, pos >> LOG_BITS))
        with database.write() as conn:
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
                # What was folded of the last blocks is undone with the transaction.
                self._state = State(Nothing())
                if not isinstance(busy.orig, LockNotAvailable) or wait == LOCK_WAITS[-1]:
                    raise
            time.sleep(wait)
        faults.point("anew.switched")
        self._clear(database)

    def _put_in_place(self, wait: float) -> None:
        with self._switching(wait) as conn:
            held = read_checkpoint(conn)
            if held is None or held.projections != self._held.projections:
                raise CheckpointMoved("another process put other projections in place of this mirror's")
            if held != self._held:
                self._fold_rest(conn, held)
            rebuild.drop(conn)
            self._move(conn)
            making.ensure(conn)
            conn.execute(update(CHECKPOINT).values(projections=self._folds.version()))
            faults.point("anew.switching")

    def _fold_rest(self, conn: Connection, held: Checkpoint) -> None:
        """Folds what another process wrote since; nobody writes more now. Raises CheckpointMoved where it is much, or another history."""
        moved = CheckpointMoved("the checkpoint moved while projections were folded again: another process writes to this mirror")
        place = self._place
        if not self._database.is_postgresql or place is None or held.block < place.block or _hash_of(conn, place.block) != place.hash:
            raise moved
        events, pos = rebuild.whole_blocks(conn, self._table, last_position(place.block), last_position(held.block))
        if pos != last_position(held.block):
            raise moved
        conn.execute(text(f"SET LOCAL search_path TO {NEXT_SCHEMA}, {SCHEMA}"))
        rebuild.fold(conn, self._state, events, self._folds)
        conn.execute(text(f"SET LOCAL search_path TO {SCHEMA}"))

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
        if self._database.is_postgresql:
            # Whoever folds next must not take for folded what has gone from there.
            conn.execute(text(f"DROP TABLE {NEXT_SCHEMA}.{_FOLDED.name}"))

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
