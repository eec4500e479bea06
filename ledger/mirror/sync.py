"""Keeping the mirror at the chain's head: one loop for catching up and for living at the head.

A step asks the source for the next blocks and commits them, their raw events, what they change and the checkpoint in one database
transaction. A head
below ours is a lagging node: hold. Another hash at a height that we hold is a reorganisation: back to the fork, or, deeper than the
engine's
finality, stop and alarm with everything kept. Faults of a node are retried for ever.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import NoReturn

from sqlalchemy import Connection, insert, select, update

from ledger import faults
from ledger.chain.blocks import LEAST_CHECKS, BlockSource, Checks, InconsistentAnswer
from ledger.chain.decode import EventTable
from ledger.chain.manifest import Manifest
from ledger.chain.rpc import NodeUnreachable, Rpc, RpcError
from ledger.chain.sources import NodesDisagree, each, source_of
from ledger.foreseen import Foreseen
from ledger.mirror import rebuild
from ledger.mirror.ahead import Ahead
from ledger.mirror.anew import Anew
from ledger.mirror.batch import Batch
from ledger.mirror.concepts import FOLDS, addresses, event_table
from ledger.mirror.database import Database, gives_way, oldest, outdated, passes, shape
from ledger.mirror.far import FarReader, Recipe
from ledger.mirror.fold import Folds
from ledger.mirror.folder import Folder, uncollected
from ledger.mirror.models import BLOCK, CHECKPOINT
from ledger.mirror.reader import NearReader, Reader
from ledger.mirror.rollback import roll_back
from ledger.mirror.views import making
from ledger.mirror.writer import (
    Checkpoint,
    CheckpointGone,
    CheckpointMoved,
    advance,
    read_checkpoint,
    write_changes,
)

log = logging.getLogger(__name__)

# A checkpoint that moved was moved by whoever leads now: nothing was written here. What a machine lacks (files, memory) it may have again.
_RETRIED = (InconsistentAnswer, RpcError, NodeUnreachable, CheckpointMoved, OSError, MemoryError)
_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 5.0
_HASHES_A_LOOK = 64
LOOK_SECONDS = 1.0
"""So often it looks whether another process wrote, where no block comes: a newer version may have put its tables in place."""
DOUBT_SECONDS = 30.0
"""So long another history than the final one must stand before it stops the mirror: a node may answer wrongly for a while."""
STALLED_SECONDS = 30.0
"""So long the process that writes may take no block although there are some: longer than another one needs to take its place."""
_STALLED = "the gateway that keeps this mirror takes no blocks although the node has some; see its own health and log"
# So many times quicker than it may be is a step of which twice as much would be in time: sizes that go up and down cost one side its wait.
_QUICK = 3


class WrongLedger(Foreseen, RuntimeError):
    """The database mirrors another ledger than the one that is to be read."""


class FinalityViolated(Foreseen, RuntimeError):
    """The node shows another block at a height that was final: nothing is undone, both histories are kept, and a person decides."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Which ledger is mirrored: its chain, its ledger id (32 bytes) and the block of its deployment."""

    chain_id: int
    ledger_id: bytes
    start: int


@dataclass(slots=True)
class Span:
    """How many blocks are asked at once, learnt from the time that a step took and from refusals.

    Slowness never takes it below `least`: where a commit alone takes longer than the target, smaller steps would only be slower.
    """

    size: int = 1
    least: int = 16
    most: int = 2_000
    target: float = 0.1

    def took(self, seconds: float, blocks: int) -> None:
        """After a step over `blocks` blocks: doubles while it is small or twice as much would be quick too, halves when slow."""
        if seconds > self.target and self.size >= self.least:
            self.size = max(self.least, self.size // 2)
        elif blocks >= self.size and (self.size < self.least or seconds < self.target / _QUICK):
            self.size = min(self.most, self.size * 2)

    def refused(self) -> None:
        """After a refusal, whatever its reason: ask for less."""
        self.size = max(1, self.size // 2)


@dataclass(frozen=True, slots=True)
class Status:
    """How the mirror stands: last block held, its hash and time, the node's head, the last final block, blocks behind, how far folding the
    projections again has come, last fault, and the alarm that stopped it. `readable`: whether this program can read the projections;
    `outdated`: what to do where another program keeps them.
    """

    block: int
    hash: bytes | None
    time: int | None
    head: int
    final: int
    behind: int
    development: bool
    folding: str | None
    readable: bool
    outdated: str | None
    fault: str | None
    alarm: str | None


class Mirror:
    """One ledger's mirror. `step` and `run` belong to one thread; `wake`, `wait_for` and `status` to any.

    `reader` reads the source, here if there is none.
    """

    def __init__(
        self,
        database: Database,
        source: BlockSource,
        table: EventTable,
        identity: Identity,
        folds: Folds,
        *,
        finality: int = 0,
        development: bool = False,
        poll: float = 0.1,
        moved: Callable[[], None] = lambda: None,
        reader: Reader | None = None,
    ) -> None:
        self._database, self._table, self._folds = database, table, folds
        self._reader = reader or NearReader(source)
        self._finality, self._development, self._poll = finality, development, poll
        self._announce = moved
        self._ahead = Ahead()
        self._span = Span()
        self._folder = Folder(table, folds)
        self._moved = threading.Condition()
        self._woken = threading.Event()
        self._fault: str | None = None
        self._alarm: Exception | None = None
        self._unsure, self._looked = False, time.monotonic()
        self._doubted: float | None = None
        self._kept_up, self._stalled = time.monotonic(), False
        self._anew: Anew | None = None
        self._checkpoint, self._time = prepare(database, identity, folds)
        self._version = database.serving.version = folds.version()
        self._head = self._checkpoint.block

    def status(self) -> Status:
        """How the mirror stands now."""
        held, head = self._checkpoint, self._head
        return Status(
            block=held.block,
            hash=held.hash,
            time=self._time,
            head=head,
            final=held.block - self._finality,
            behind=max(0, head - held.block),
            development=self._development,
            folding=self._database.serving.progress or None,
            readable=shape(held.projections) == shape(self._version),
            outdated=outdated(self._version, held.projections) or None,
            fault=self._fault or (_STALLED if self._stalled else None) or self._reader.fault,
            alarm=None if self._alarm is None else str(self._alarm),
        )

    @property
    def fits(self) -> bool:
        """Whether the projections are of this program's version: only then does it write to them."""
        return self._checkpoint.projections == self._version

    @property
    def keeps(self) -> bool:
        """Whether it can write: the projections are of this program's version, and no alarm has stopped it."""
        return self.fits and self._alarm is None

    @property
    def _is_outdated(self) -> bool:
        return gives_way(self._version, self._checkpoint.projections)

    def wake(self) -> None:
        """Looks for blocks now instead of at the next poll."""
        self._woken.set()

    def wait_for(self, block: int, timeout: float) -> None:
        """Returns once `block` is held. Raises TimeoutError, or the alarm that stopped the mirror."""
        self.wake()
        with self._moved:
            if not self._moved.wait_for(lambda: self._alarm is not None or self._checkpoint.block >= block, timeout):
                raise TimeoutError(
                    f"block {block} is not mirrored in {timeout} s: the mirror is at {self._checkpoint.block}, {self._fault or 'no fault'}"
                )
            if self._alarm is not None:
                raise self._alarm

    def run(self, stop: threading.Event, leads: Callable[[], bool] = lambda: True) -> None:
        """Steps until `stop` is set; pauses at the head and after faults. Raises what no retry can heal, after noting it as the alarm.

        While this process doesn't lead it follows what another one writes to the same database; where that one is of an older version, it
        folds its own projections beside.
        """
        pause = _FIRST_PAUSE
        with self._reading():
            while not stop.is_set():
                try:
                    more = self._led() if leads() else self._follow()
                    self._fault, pause = None, _FIRST_PAUSE
                except Exception as fault:
                    if not (isinstance(fault, _RETRIED) or passes(fault)):
                        self._raise_alarm(fault)
                        raise
                    self._note(fault, pause)
                    stop.wait(pause)
                    pause = min(pause * 2, _LONGEST_PAUSE)
                else:
                    self._rest(more)

    def _led(self) -> bool:
        self._kept_up, self._stalled = time.monotonic(), False
        try:
            return self.step()
        except NodesDisagree as fault:
            self._doubt(str(fault))
            raise

    def catch_up(self) -> None:
        """Steps until the source has no more. Faults are raised."""
        with self._reading():
            while self.step():
                pass

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Nothing is being read once no more steps are taken."""
        try:
            yield
        finally:
            self.close()

    def close(self) -> None:
        """Ends what is being read and folded; the next step goes on from what is written."""
        self._ahead.settle()
        self._reader.left(0)
        if self._anew is not None:
            self._anew.close()
            self._anew = None

    def step(self) -> bool:
        """Takes the next blocks, or goes back to a fork. True if there may be more to do."""
        self._woken.clear()
        self._ahead.settle()
        if self._unsure or time.monotonic() - self._looked > LOOK_SECONDS:
            self._look_again()
        if self._is_outdated:
            return False
        if not self.fits:
            return self._fold_anew()
        self._database.serving.progress = ""
        head = self._head = self._reader.head()
        held = self._checkpoint
        if head <= held.block:
            self._reader.left(0)
            return self._check_held(head)
        started = time.monotonic()
        batch = self._next(held, head)
        if held.hash is not None and batch.parent != held.hash:
            return self._check_held(held.block)
        if batch.number < head:
            self._ahead.ask(self._reader, batch.number + 1, min(head, batch.number + self._span.size), batch.hash)
        with uncollected():
            self._take(batch)
        took, blocks = time.monotonic() - started, batch.number - held.block
        self._span.took(took, blocks)
        self._reader.left((head - batch.number) * took / blocks)
        return batch.number < head

    def _fold_anew(self) -> bool:
        """Folds some more of the projections' new version, beside the old one; its tables are put in place once they are where that is."""
        self._reader.left(0)
        with suppress(*_RETRIED):
            self._head = max(self._reader.head(), self._checkpoint.block)
        self._anew = self._anew or Anew(self._database, self._table, self._folds, self._checkpoint)
        self._database.serving.progress = self._anew.progress
        more = False
        try:
            more = self._anew.step(self._checkpoint)
        finally:
            if not more:
                self.close()
                self._unsure = True
        return True

    def _next(self, held: Checkpoint, head: int) -> Batch:
        first = held.block + 1
        try:
            return self._ahead.batch(self._reader, first, min(head, first + self._span.size - 1), held.hash)
        except (RpcError, NodeUnreachable):
            self._span.refused()
            raise

    def _take(self, batch: Batch) -> None:
        before, self._doubted = self._checkpoint, None
        self._commit(lambda conn: self._write(conn, before, batch), replace(before, block=batch.number, hash=batch.hash), batch.time)
        if batch.changes is not None:
            # Folded elsewhere: the rows that are in memory here are of before.
            self._folder.forget()

    def _write(self, conn: Connection, before: Checkpoint, batch: Batch) -> None:
        advance(conn, before, batch.number, batch.hash)
        faults.point("mirror.advanced")
        write_changes(conn, batch.changes or self._folder.changes(batch.blocks, conn))
        faults.point("mirror.written")

    def _commit(self, work: Callable[[Connection], None], after: Checkpoint, block_time: int | None) -> None:
        try:
            with self._database.write() as conn:
                work(conn)
        except BaseException:
            # A connection may break between the commit and its answer: only the database knows what became of it.
            self._unsure = True
            self._folder.forget()
            raise
        faults.point("mirror.committed")
        self._moved_to(after, block_time)

    def _follow(self) -> bool:
        """Notes how far another process has come; what is in memory may be old by the time that this one leads."""
        before = self._checkpoint
        self._woken.clear()
        self._ahead.settle()
        self._reader.left(0)
        self._look_again()
        self._unsure = True
        if not self.fits and not self._is_outdated:
            return self._fold_anew()
        self._database.serving.progress = ""
        self._head = max(self._reader.head(), self._checkpoint.block)
        self._look_whether_kept_up(before)
        return False

    def _look_whether_kept_up(self, before: Checkpoint) -> None:
        """What keeps the other process from its blocks only that one knows; that it takes none is seen here, too."""
        if self._checkpoint != before or self._head == self._checkpoint.block:
            self._kept_up = time.monotonic()
        self._stalled = time.monotonic() - self._kept_up > STALLED_SECONDS

    def _look_again(self) -> None:
        with self._database.read_raw() as conn:
            held = read_checkpoint(conn)
            if held is None:
                raise CheckpointGone("the checkpoint is gone: the database was emptied while its mirror ran")
            if held != self._checkpoint:
                # Somebody else wrote: what is in memory is of before.
                self._folder.forget()
            self._moved_to(held, _time_of(conn, held.block))
        self._unsure, self._looked = False, time.monotonic()

    def _moved_to(self, checkpoint: Checkpoint, block_time: int | None) -> None:
        with self._moved:
            self._checkpoint, self._time = checkpoint, block_time
            self._moved.notify_all()
        self._announce()

    def _check_held(self, head: int) -> bool:
        """Compares the newest block that both have; another hash there is a reorganisation."""
        held = self._checkpoint
        at = min(head, held.block)
        if at < held.start or self._agree([at]):
            self._doubted = None
            return False
        self._go_back(self._fork_below(at))
        return True

    def _agree(self, numbers: list[int]) -> bool:
        return self._first_agreed(numbers) == numbers[0]

    def _first_agreed(self, numbers: list[int]) -> int | None:
        """The first of these heights at which source and mirror hold the same block."""
        theirs = self._reader.hashes(numbers)
        with self._database.read_raw() as conn:
            held = conn.execute(select(BLOCK.c.number, BLOCK.c.hash).where(BLOCK.c.number.in_(numbers)))
            ours: dict[int, bytes] = {row.number: row.hash for row in held}
        for number, their in zip(numbers, theirs, strict=True):
            if their is None:
                raise InconsistentAnswer(f"the node has no block {number} although its head was above")
            if ours.get(number) == their:
                return number
        return None

    def _fork_below(self, differs: int) -> int:
        """The last common block below one that differs; start - 1 if none is common."""
        start = self._checkpoint.start
        while differs > start:
            numbers = list(range(differs - 1, max(start, differs - _HASHES_A_LOOK) - 1, -1))
            common = self._first_agreed(numbers)
            if common is not None:
                return common
            differs = numbers[-1]
        return start - 1

    def _go_back(self, common: int) -> None:
        before = self._checkpoint
        depth = before.block - common
        if depth > self._finality and not self._development:
            self._violated(
                f"the node shows another block {common + 1} than the one mirrored, {depth} blocks below our head; "
                f"final after {self._finality}: nothing was undone"
            )
        log.warning("reorganisation: %d blocks undone, back to block %d", depth, common)
        with self._database.read_raw() as conn:
            held = conn.execute(select(BLOCK.c.hash, BLOCK.c.time).where(BLOCK.c.number == common)).first()
        block_hash, block_time = held or (None, None)
        after = replace(before, block=common, hash=block_hash)
        self._commit(lambda conn: roll_back(conn, before, common, self._folds.projections), after, block_time)
        self._folder.forget()

    def _violated(self, seen: str) -> NoReturn:
        self._doubt(seen)
        raise FinalityViolated(f"{seen}, compare the nodes and start again with one that is right")

    def _doubt(self, seen: str) -> None:
        """One answer of a node stops nothing: it is asked again, and what it takes back is forgotten.

        Raises InconsistentAnswer until it has stood for long.
        """
        self._doubted = self._doubted or time.monotonic()
        if time.monotonic() - self._doubted < DOUBT_SECONDS:
            raise InconsistentAnswer(f"{seen}; one that stands by it for {DOUBT_SECONDS:.0f} s stops the mirror")

    def _note(self, fault: Exception, pause: float) -> None:
        self._fault = str(fault)
        log.info("mirror waits %.2f s: %s", pause, fault)

    def _rest(self, more: bool) -> None:
        if not more:
            self._woken.wait(self._poll)

    def _raise_alarm(self, alarm: Exception) -> None:
        log.critical("the mirror has stopped: %s", alarm)
        with self._moved:
            self._alarm = alarm
            self._moved.notify_all()


def of(
    database: Database,
    rpc: Rpc,
    manifest: Manifest,
    *,
    finality: int,
    development: bool,
    checks: Checks = LEAST_CHECKS,
    poll: float = 0.1,
    moved: Callable[[], None] = lambda: None,
) -> Mirror:
    """The mirror of a manifest's ledger, read from a node or from several; `moved` is called after each step. Raises WrongLedger."""
    contracts = addresses(manifest)
    events = event_table(contracts)
    identity = identity_of(manifest)
    source = source_of(rpc, events, finality=finality, forks=development, checks=checks)
    recipe = Recipe([node.url for node in each(rpc)], rpc.timeout, checks, finality, development, contracts, database.url)
    return Mirror(
        database,
        source,
        events,
        identity,
        FOLDS,
        finality=finality,
        development=development,
        poll=poll,
        moved=moved,
        reader=None if database.is_in_memory else FarReader(source, recipe),
    )


def identity_of(manifest: Manifest) -> Identity:
    """Which ledger a manifest is of."""
    return Identity(manifest.chain_id, manifest.ledger_id, manifest.block)


def same_ledger(held: Checkpoint, identity: Identity) -> None:
    """Raises WrongLedger where a database mirrors another ledger."""
    if (held.chain_id, held.ledger_id, held.start) != (identity.chain_id, identity.ledger_id, identity.start):
        raise WrongLedger(
            f"the mirror holds chain {held.chain_id}, ledger 0x{held.ledger_id.hex()} from block {held.start}, "
            f"not chain {identity.chain_id}, ledger 0x{identity.ledger_id.hex()} from block {identity.start}: give a new database"
        )


def prepare(database: Database, identity: Identity, folds: Folds) -> tuple[Checkpoint, int | None]:
    """The checkpoint of a database, a new one if it is empty, and its block's time. Raises WrongLedger."""
    with database.write() as conn:
        held = read_checkpoint(conn)
        if held is None:
            fresh = _begin(conn, identity, folds)
            making.ensure(conn)
            return fresh, None
        same_ledger(held, identity)
        if shape(held.projections) == shape(folds.version()) and not gives_way(folds.version(), held.projections):
            making.ensure(conn)
        return held, _time_of(conn, held.block)


def take_back(database: Database, folds: Folds = FOLDS) -> str | None:
    """Has this program's folds make projections anew to which it gave way; the version that was there, None where it didn't.

    A newer program that still runs would fold its own again.
    """
    with database.write() as conn:
        held = read_checkpoint(conn)
        if held is None or not gives_way(folds.version(), held.projections):
            return None
        conn.execute(update(CHECKPOINT).values(projections=oldest(held.projections)))
    return held.projections


def _time_of(conn: Connection, block: int) -> int | None:
    found: int | None = conn.execute(select(BLOCK.c.time).where(BLOCK.c.number == block)).scalar()
    return found


def _begin(conn: Connection, identity: Identity, folds: Folds) -> Checkpoint:
    fresh = Checkpoint(identity.chain_id, identity.ledger_id, identity.start, identity.start - 1, None, folds.version())
    conn.execute(
        insert(CHECKPOINT).values(
            id=1,
            chain_id=fresh.chain_id,
            ledger_id=fresh.ledger_id,
            start=fresh.start,
            block=fresh.block,
            hash=fresh.hash,
            projections=fresh.projections,
        )
    )
    rebuild.create(conn, folds)
    return fresh
