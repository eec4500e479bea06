"""The live rows that folding reads, and the changes that it makes: all in memory, written at once by the writer.

A row that the last batch touched is in memory, so that a batch can be folded before the one before it is in the database.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from ledger.mirror.schema import Projection, RowT

Key = tuple[Any, ...]
AnyProjection = Projection[Any]

_KEPT = 100_000
"""Rows kept between batches: those of the last so many that were touched, and of as many before them; the others are read again.

A batch's rows age once at most before the next batch has been folded, however many they are.
"""

_UNREAD: Any = object()

_PLACE = -2
"""Where from_pos and to_pos begin: they end every row of versions."""


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


@dataclass(slots=True)
class _Rows:
    """One projection's rows in memory: live by key (None: there is none), and what the batch changes.

    `fresh` says where in `born` the batch's own live version of a key is; `old` has the rows that nobody touched lately. What is born are
    plain tuples, which drivers take more quickly than their subclasses.
    """

    live: dict[Key, Any] = field(default_factory=dict)
    old: dict[Key, Any] = field(default_factory=dict)
    born: list[Any] = field(default_factory=list)
    fresh: dict[Key, int] = field(default_factory=dict)
    closed: list[Key] = field(default_factory=list)

    def taken(self) -> None:
        self.born, self.closed = [], []
        self.fresh.clear()

    def age(self) -> None:
        self.old, self.live = self.live, {}


class Folded(NamedTuple):
    """What a batch changes: versions of earlier batches to end, as (to_pos, *key), and rows to insert, in the order of their events."""

    closed: Mapping[AnyProjection, Sequence[Key]]
    born: Mapping[AnyProjection, Sequence[tuple[Any, ...]]]


class State:
    """Live rows by key and the changes since they were last taken. `pos` is the position of the event that is being folded.

    `pending` is what an event tells for a later one of its transaction to complete.
    """

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.pos = 0
        self.pending: dict[Any, list[Any]] = {}
        self._rows: defaultdict[AnyProjection, _Rows] = defaultdict(_Rows)
        self._highest: dict[AnyProjection, int] = {}

    @property
    def born(self) -> dict[AnyProjection, list[tuple[Any, ...]]]:
        """The rows to insert, in the order of their events."""
        return {projection: list(filter(None, rows.born)) for projection, rows in self._rows.items() if rows.born}

    @property
    def closed(self) -> dict[AnyProjection, list[Key]]:
        """The versions of earlier batches to end: (to_pos, *key)."""
        return {projection: rows.closed for projection, rows in self._rows.items() if rows.closed}

    def get(self, projection: Projection[RowT], key: Key) -> RowT | None:
        """The live row of a key, or the fact; None if there is none."""
        rows = self._rows[projection]
        row: RowT | None = rows.live.get(key, _UNREAD)
        if row is _UNREAD:
            row = rows.live[key] = self._untouched(projection, rows, key)
        return row

    def _untouched(self, projection: AnyProjection, rows: _Rows, key: Key) -> Any:
        row = rows.old.get(key, _UNREAD)
        if row is _UNREAD:
            found = self.reader.live(projection, key)
            row = None if found is None else projection.row(*found)
        return row

    def need(self, projection: Projection[RowT], key: Key) -> RowT:
        """The live row of a key. Raises FoldError if there is none."""
        row = self.get(projection, key)
        if row is None:
            raise FoldError(f"{projection.name} has no live row {_shown(key)} at position {self.pos}")
        return row

    def open(self, projection: Projection[RowT], row: RowT) -> None:
        """The first version of a key that has no live row; the key is not looked up (the unique index of live rows holds it)."""
        key, rows = row[: projection.keys], self._rows[projection]
        if rows.live.get(key) is not None or (key not in rows.live and rows.old.get(key) is not None):
            raise FoldError(f"{projection.name} has a live row {_shown(key)} already at position {self.pos}")
        self._bear(projection, rows, key, row)

    def put(self, projection: Projection[RowT], row: RowT) -> None:
        """A new version of a key, which ends the live one if there is one; without a change nothing is written."""
        key = row[: projection.keys]
        live, rows = self.get(projection, key), self._rows[projection]
        if live is not None:
            if row[:_PLACE] == live[:_PLACE]:
                return
            self._end(rows, key)
        self._bear(projection, rows, key, row)

    def change(self, projection: Projection[RowT], key: Key, **values: Any) -> None:
        """A new version of a live row with these values changed. Raises FoldError if there is none."""
        row: Any = self.need(projection, key)
        self.put(projection, row._replace(**values))

    def close(self, projection: AnyProjection, key: Key) -> None:
        """Ends the live row of a key. Raises FoldError if there is none."""
        self.need(projection, key)
        self._end(self._rows[projection], key)

    def add(self, projection: Projection[RowT], row: RowT) -> None:
        """A fact, written once."""
        rows = self._rows[projection]
        rows.born.append(tuple(row))
        rows.live[row[: projection.keys]] = row

    def next_number(self, projection: AnyProjection, column: str) -> int:
        """One more than the highest value of a column: a surrogate in event order."""
        if projection not in self._highest:
            self._highest[projection] = self.reader.highest(projection, column)
        self._highest[projection] += 1
        return self._highest[projection]

    def take(self) -> Folded:
        """The changes since this was asked last, for whoever writes them. The live rows stay, and what a transaction that is cut in two has
        still to tell.
        """
        folded = Folded(self.closed, self.born)
        for rows in self._rows.values():
            rows.taken()
        if sum(len(rows.live) for rows in self._rows.values()) > _KEPT:
            for rows in self._rows.values():
                rows.age()
        return folded

    def forget(self) -> None:
        """Forgets changes and rows: the database is not what they assume."""
        self._rows.clear()
        self.pending.clear()
        self._highest.clear()

    def _bear(self, projection: AnyProjection, rows: _Rows, key: Key, row: Any) -> None:
        born = (*row[:_PLACE], self.pos, None)
        rows.fresh[key] = len(rows.born)
        rows.live[key] = _again(projection.row, born)
        rows.born.append(born)

    def _end(self, rows: _Rows, key: Key) -> None:
        fresh = rows.fresh.pop(key, None)
        if fresh is None:
            rows.closed.append((self.pos, *key))
        else:
            version = rows.born[fresh]
            # A version born and ended by one event was never valid at any position.
            rows.born[fresh] = None if version[_PLACE] == self.pos else (*version[:-1], self.pos)
        rows.live[key] = None


_again = tuple.__new__
"""A row of as many fields as another, without the look at their number that NamedTuple._make takes."""


def _shown(key: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(part.hex() if isinstance(part, bytes) else part for part in key)
