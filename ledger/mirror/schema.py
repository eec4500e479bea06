"""A projection's row is a NamedTuple, and its table is derived from it: one declaration for what is folded, stored and read.

Types: amounts and times are 64-bit integers, wider words 32 bytes big-endian, addresses 20 bytes; no Numeric (SQLite rounds it without a
word), no Float.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from types import NoneType
from typing import Annotated, Any, Generic, TypeAlias, TypeVar, get_args, get_origin, get_type_hints

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, MetaData, Table, Text
from sqlalchemy.types import TypeEngine

Address: TypeAlias = Annotated[bytes, LargeBinary(20)]
Word: TypeAlias = Annotated[bytes, LargeBinary(32)]

WORD_BYTES = 32

RowT = TypeVar("RowT", bound=tuple[Any, ...])

projections = MetaData()
"""Tables folded from events: dropped and folded again when their version changes."""

raw = MetaData()
"""Blocks, transactions, raw events and the checkpoint: kept, and changed by Alembic only."""

_PLAIN: dict[type, TypeEngine[Any]] = {int: BigInteger(), bool: Boolean(), str: Text(), bytes: LargeBinary()}


def word(value: int) -> bytes:
    """An integer wider than 63 bits as SQL keeps it: 32 bytes big-endian, so that byte order is number order."""
    return value.to_bytes(WORD_BYTES)


def number(stored: bytes) -> int:
    """The integer of a stored word."""
    return int.from_bytes(stored)


@dataclass(frozen=True, eq=False)
class Projection(Generic[RowT]):
    """A table, its row type and its key columns (the row's first `keys` fields).

    A versioned row is valid in from_pos <= p < to_pos (open while to_pos is null); another row is a fact of its own position `pos`.
    """

    row: type[RowT]
    table: Table
    keys: int
    versioned: bool

    def __reduce__(self) -> tuple[Any, ...]:
        """By its name: another process of this program has the same."""
        return named, (self.name,)

    @property
    def name(self) -> str:
        return self.table.name

    @property
    def since(self) -> Column[int]:
        """The column with the position of the event that wrote the row."""
        return self.table.c.from_pos if self.versioned else self.table.c.pos

    @property
    def key_columns(self) -> list[Column[Any]]:
        return list(self.table.c)[: self.keys]


_named: dict[str, Projection[Any]] = {}


def named(name: str) -> Projection[Any]:
    """The projection of this name."""
    return _named[name]


def versioned(row: type[RowT], name: str, keys: int, *indexes: Sequence[str], ever: Sequence[Sequence[str]] = ()) -> Projection[RowT]:
    """A table of versions: primary key (keys, from_pos), at most one live row a key.

    `indexes` and `ever` name columns: those of `indexes` are made over live rows only, those of `ever` over all, for what is looked up
    as at a past position too. Positions have indexes of their own for rollback.
    """
    table = _table(row, name, keys, "from_pos")
    live = table.c.to_pos.is_(None)
    Index(f"{name}_live", *list(table.c)[:keys], unique=True, sqlite_where=live, postgresql_where=live)
    for columns in indexes:
        Index(f"{name}_by_{'_'.join(columns)}", *(table.c[column] for column in columns), sqlite_where=live, postgresql_where=live)
    for columns in ever:
        _index(table, columns)
    for column in (table.c.from_pos, table.c.to_pos):
        Index(f"{name}_{column.name}", column, postgresql_using="brin")
    return _named.setdefault(name, Projection(row, table, keys, True))


def facts(row: type[RowT], name: str, keys: int, *indexes: Sequence[str]) -> Projection[RowT]:
    """A table of facts that never change: primary key is the first `keys` fields, `pos` the event that told them."""
    table = _table(row, name, keys)
    for columns in indexes:
        _index(table, columns)
    Index(f"{name}_pos", table.c.pos, postgresql_using="brin")
    return _named.setdefault(name, Projection(row, table, keys, False))


def _index(table: Table, names: Sequence[str]) -> None:
    """An index over columns; of one that is mostly null without its nulls, which would make it look useless to a planner."""
    columns = [table.c[name] for name in names]
    told = columns[0].is_not(None) if columns[0].nullable else None
    Index(f"{table.name}_by_{'_'.join(names)}", *columns, sqlite_where=told, postgresql_where=told)


def _table(row: type[Any], name: str, keys: int, *more_keys: str) -> Table:
    hints = get_type_hints(row, include_extras=True)
    primary = (*list(hints)[:keys], *more_keys)
    return Table(name, projections, *(_column(field, hint, field in primary) for field, hint in hints.items()))


def _column(name: str, hint: Any, primary: bool) -> Column[Any]:
    required = [part for part in get_args(hint) if part is not NoneType] if NoneType in get_args(hint) else [hint]
    return Column(name, _sql_type(required[0]), primary_key=primary, nullable=required[0] is not hint, autoincrement=False)


def _sql_type(hint: Any) -> TypeEngine[Any]:
    if get_origin(hint) is Annotated:
        declared: TypeEngine[Any] = get_args(hint)[1]
        return declared
    return _PLAIN[hint]
