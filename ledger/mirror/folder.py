"""Blocks to what is written of them: their events decoded and folded, in order."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection

from ledger import faults
from ledger.chain.blocks import Block
from ledger.chain.decode import EventTable
from ledger.mirror.batch import Changes
from ledger.mirror.fold import Folds
from ledger.mirror.state import Nothing, State
from ledger.mirror.writer import DatabaseReader


class Folder:
    """Folds batch after batch, and keeps the live rows that they touched lately. Belongs to one thread."""

    def __init__(self, table: EventTable, folds: Folds) -> None:
        self._table, self._folds = table, folds
        self._state = State(Nothing())

    def changes(self, blocks: Sequence[Block], conn: Connection) -> Changes:
        """What these blocks change. Rows that are not in memory are read; those of the batch before need not be in the database yet.

        Raises DecodeError and FoldError.
        """
        events = [event for block in blocks for event in self._table.events(block)]
        self._state.reader = DatabaseReader(conn)
        folded = self._folds.apply(self._state, events)
        faults.point("mirror.folding")
        return Changes.of(blocks, events, folded)

    def forget(self) -> None:
        """Forgets every row: the database is not, or will not be, what they assume."""
        self._state.forget()


@contextmanager
def uncollected() -> Iterator[None]:
    """Without the collector of cycles: a batch makes thousands of tuples and no cycle, and a third of its time would go into walking over
    the rows that are kept in memory.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
