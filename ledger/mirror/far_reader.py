"""Run as a program: reads and folds for the mirror that started it (ledger.mirror.far), and ends with it.

    python -m ledger.mirror.far_reader PIPE

PIPE is the number of an open file: through it come a recipe and how its nodes stand, then one question at a time.
"""

import gc
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from multiprocessing import connection
from typing import Any

from sqlalchemy import Connection

from ledger import faults
from ledger.chain.blocks import Block, InconsistentAnswer
from ledger.chain.nodes import Nodes
from ledger.chain.sources import Standing, source_of
from ledger.mirror import database
from ledger.mirror.ahead import Ahead
from ledger.mirror.batch import Batch, Changes
from ledger.mirror.concepts import FOLDS, event_table
from ledger.mirror.database import Database
from ledger.mirror.far import Answer, FarSource
from ledger.mirror.folder import Folder, uncollected
from ledger.mirror.reader import NearReader, Reader
from ledger.mirror.writer import read_checkpoint


class _Noting(NearReader):
    """Looks at the head after each batch too, so that nobody waits for it."""

    newest = -1

    def head(self) -> int:
        self.newest = super().head()
        return self.newest

    def batch(self, first: int, last: int, parent: bytes | None) -> Batch:
        read = super().batch(first, last, parent)
        self.head()
        return read


class FoldingReader:
    """Reads blocks and folds them, a batch ahead of what is in the database: what the batch before touched is in memory.

    While a batch is folded, the blocks after it are read, as many as were asked for; the head is the last one seen by then.
    """

    fault: str | None = None

    def __init__(self, source: FarSource, folder: Folder, held: Database) -> None:
        self._source, self._folder, self._held = source, folder, held
        self._near, self._ahead = _Noting(source), Ahead()
        self._at: bytes | None = b""
        self.standing: Sequence[Standing] = source.standing()
        """How the source's nodes stood when it was asked last and had answered."""

    def head(self) -> int:
        if self._ahead.asked:
            return self._near.newest
        with self._asking():
            return self._near.head()

    def hashes(self, numbers: Sequence[int]) -> list[bytes | None]:
        with self._asking():
            return self._near.hashes(numbers)

    def left(self, seconds: float) -> None:
        """Nothing is to be prepared."""

    def batch(self, first: int, last: int, parent: bytes | None) -> Batch:
        """Blocks that don't follow `parent` are handed on as they were read.

        Where folding fails this process ends: the mirror folds the same then, with all rows before it in the database, and finds what is
        wrong.
        """
        with uncollected():
            with self._asking():
                read = self._ahead.batch(self._near, first, last, parent)
            if parent not in (None, read.parent):
                return read
            with self._held.read_raw() as conn:
                if parent is None or parent != self._at:
                    self._begin_after(parent, first, conn)
                next_last = min(self._near.newest, read.number + 1 + last - first)
                if read.number < next_last:
                    self._ahead.ask(self._near, read.number + 1, next_last, read.hash)
                changes = self._changes(read.blocks, conn)
        self._at = read.hash
        return read._replace(blocks=(), changes=changes)

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """The source is asked by one thread at a time."""
        self._ahead.settle()
        try:
            yield
        finally:
            self.standing = self._source.standing()

    def _begin_after(self, parent: bytes | None, first: int, conn: Connection) -> None:
        """Begins with what is in the database, and folds the batch that is still being written, if there is one."""
        self._folder.forget()
        self._at = b""
        held = read_checkpoint(conn)
        if held is not None and held.block + 1 < first:
            with self._asking():
                missing = self._near.batch(held.block + 1, first - 1, held.hash)
            if held.hash in (None, missing.parent) and missing.hash == parent:
                self._changes(missing.blocks, conn)
                return
        if held is None or held.hash != parent:
            raise InconsistentAnswer(f"the database does not lead to block {first}")

    def _changes(self, blocks: Sequence[Block], conn: Connection) -> Changes:
        try:
            return self._folder.changes(blocks, conn)
        except Exception as wrong:  # noqa: BLE001  # half a batch is in memory, whatever it was
            sys.exit(f"blocks from {blocks[0].number} on are not folded ahead: {wrong}")


def main(pipe: int) -> None:
    """Answers until the mirror closes the pipe."""
    # What was imported stays: the collector of cycles need not walk over it again and again.
    gc.freeze()
    with connection.Connection(pipe) as mirror, suppress(EOFError):
        recipe, standing = mirror.recv()
        events = event_table(recipe.contracts)
        with Nodes(recipe.urls, recipe.timeout) as nodes, closing(database.connect(recipe.database, database.SCHEMA)) as held:
            source = source_of(nodes, events, finality=recipe.finality, forks=recipe.forks, checks=recipe.checks)
            source.stand(standing)
            reader = FoldingReader(source, Folder(events, FOLDS), held)
            mirror.send(True)
            while True:
                mirror.send(_answer(reader, mirror.recv()))
                faults.point("far.answered")


def _answer(reader: FoldingReader, question: Callable[[Reader], Any]) -> Answer:
    try:
        return Answer(question(reader), None, reader.standing)
    except Exception as fault:  # noqa: BLE001  # the mirror raises it
        return Answer(None, fault, reader.standing)


if __name__ == "__main__":
    main(int(sys.argv[1]))
