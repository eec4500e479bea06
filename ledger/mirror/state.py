"""The live rows that folding reads, and the changes that it makes: all in memory, written at once by the writer."""

from collections.abc import Sequence
from typing import Any, Protocol, cast

from ledger.mirror.schema import Projection, RowT

Key = tuple[Any, ...]
AnyProjection = Projection[Any]

_MOST_KEPT = 200_000
"""Live rows kept between batches; beyond it the memory is let go and rows are read again."""


class FoldError(RuntimeError):
    """An event that contradicts the rows: the contract and the fold disagree, and going on would show wrong records."""


class Reader(Protocol):
    """What the state needs from a database."""

    def live(self, projection: AnyProjection, key: Key, /) -> tuple[Any, ...] | None:
        """The live row of a key."""

    def highest(self, projection: AnyProjection, column: str, /) -> int:
        """The highest value of a column, 0 without rows."""


class Nothing:
    """A reader of an empty database."""

    def live(self, _projection: AnyProjection, _key: Key, /) -> tuple[Any, ...] | None:
        return None

    def highest(self, _projection: AnyProjection, _column: str, /) -> int:
        return 0


class State:
    """Live rows by key and the changes since the last commit. `pos` is the position of the event that is being folded.

    `pending` is what an event tells for a later one of its transaction to complete.
    """

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.pos = 0
        self.born: dict[AnyProjection, list[Any]] = {}
        self.closed: dict[AnyProjection, list[Key]] = {}
        self.pending: dict[Any, list[Any]] = {}
        self._live: dict[tuple[AnyProjection, Key], Any] = {}
        self._fresh: dict[tuple[AnyProjection, Key], int] = {}
        self._highest: dict[AnyProjection, int] = {}

    def get(self, projection: Projection[RowT], key: Key) -> RowT | None:
        """The live row of a key, or the fact; None if there is none."""
        at = (projection, key)
        if at not in self._live:
            found = self.reader.live(projection, key)
            self._live[at] = None if found is None else projection.row(*found)
        return cast("RowT | None", self._live[at])

    def need(self, projection: Projection[RowT], key: Key) -> RowT:
        """The live row of a key. Raises FoldError if there is none."""
        row = self.get(projection, key)
        if row is None:
            raise FoldError(f"{projection.name} has no live row {_shown(key)} at position {self.pos}")
        return row

    def open(self, projection: Projection[RowT], row: RowT) -> None:
        """The first version of a key that has no live row; the key is not looked up (the unique index of live rows holds it)."""
        key = row[: projection.keys]
        if self._live.get((projection, key)) is not None:
            raise FoldError(f"{projection.name} has a live row {_shown(key)} already at position {self.pos}")
        self._bear(projection, key, row)

    def put(self, projection: Projection[RowT], row: RowT) -> None:
        """A new version of a key, which ends the live one if there is one; without a change nothing is written."""
        key = row[: projection.keys]
        live = self.get(projection, key)
        if live is not None:
            if _placed(row, live) == live:
                return
            self._end(projection, key)
        self._bear(projection, key, row)

    def change(self, projection: Projection[RowT], key: Key, **values: Any) -> None:
        """A new version of a live row with these values changed. Raises FoldError if there is none."""
        row: Any = self.need(projection, key)
        self.put(projection, row._replace(**values))

    def close(self, projection: AnyProjection, key: Key) -> None:
        """Ends the live row of a key. Raises FoldError if there is none."""
        self.need(projection, key)
        self._end(projection, key)

    def add(self, projection: Projection[RowT], row: RowT) -> None:
        """A fact, written once."""
        self.born.setdefault(projection, []).append(row)
        self._live[projection, row[: projection.keys]] = row

    def next_number(self, projection: AnyProjection, column: str) -> int:
        """One more than the highest value of a column: a surrogate in event order."""
        if projection not in self._highest:
            self._highest[projection] = self.reader.highest(projection, column)
        self._highest[projection] += 1
        return self._highest[projection]

    def committed(self) -> None:
        """The changes are in the database: forget them, keep the live rows, and what a transaction that is cut in two has still to tell."""
        self.born.clear()
        self.closed.clear()
        self._fresh.clear()
        if len(self._live) > _MOST_KEPT:
            self._live.clear()

    def forget(self) -> None:
        """Forgets changes and rows: the database is not what they assume."""
        self.committed()
        self.pending.clear()
        self._live.clear()
        self._highest.clear()

    def _bear(self, projection: AnyProjection, key: Key, row: Any) -> None:
        rows = self.born.setdefault(projection, [])
        born = row._replace(from_pos=self.pos, to_pos=None)
        self._fresh[projection, key] = len(rows)
        self._live[projection, key] = born
        rows.append(born)

    def _end(self, projection: AnyProjection, key: Key) -> None:
        fresh = self._fresh.pop((projection, key), None)
        if fresh is None:
            self.closed.setdefault(projection, []).append((self.pos, *key))
        else:
            rows = self.born[projection]
            # A version born and ended by one event was never valid at any position.
            rows[fresh] = None if rows[fresh].from_pos == self.pos else rows[fresh]._replace(to_pos=self.pos)
        self._live[projection, key] = None

    def rows_born(self, projection: AnyProjection) -> list[Any]:
        """The rows to insert."""
        return [row for row in self.born.get(projection, ()) if row is not None]


def _placed(row: Any, live: Any) -> Any:
    return row._replace(from_pos=live.from_pos, to_pos=live.to_pos)


def _shown(key: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(part.hex() if isinstance(part, bytes) else part for part in key)
