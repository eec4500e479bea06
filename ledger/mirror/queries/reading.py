"""What every query shares: rows of a projection as at a position, in pages."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Generic, TypeAlias, TypeVar

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    LargeBinary,
    Select,
    and_,
    bindparam,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from ledger.mirror.schema import Projection, RowT

Item = TypeVar("Item")
Value = TypeVar("Value")

MOST_ROWS = 1_000
_HOW_MANY = 500
_EVER = (1 << 63) - 1

When: TypeAlias = int | ColumnElement[int] | None
"""A position or a time; one that a statement is given when it is asked, where it is built once; or none."""
AT: ColumnElement[int] = bindparam("at", type_=BigInteger)
TIME: ColumnElement[int] = bindparam("time", type_=BigInteger)


class PageError(ValueError):
    """A page size out of range."""


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some rows, and the cursor that asks for those after them (None at the end)."""

    rows: list[Item]
    next: tuple[Any, ...] | None


def listed(name: str, *widths: int) -> Select[Any]:
    """A list of keys in one parameter: rows of byte strings of these widths, cut from the bytes in which they lie one after another.

    For `column.in_(listed("hashes", 32))`. The statement is the same for any number of keys, and both databases look each one up by its
    index; of a list of VALUES SQLite reads the whole table where rows are asked for in the index's order.
    """
    given, width = bindparam(name, type_=LargeBinary), sum(widths)
    first: Select[Any] = select(literal_column("0").label("place")).where(func.length(given) > 0)
    place = first.cte("listed", recursive=True)
    after = place.c.place + literal_column(str(width))
    place = place.union_all(select(after).where(after < func.length(given)))
    parts: list[Any] = [
        func.substr(given, place.c.place + literal_column(str(at)), literal_column(str(many)), type_=LargeBinary)
        for at, many in zip(accumulate(widths, initial=1), widths, strict=False)
    ]
    return select(*parts)


def valid(projection: Projection[Any], at: When) -> ColumnElement[bool]:
    """Whether a version is valid as at a position (None = now)."""
    return valid_in(projection.table.c, at)


def valid_in(columns: ReadOnlyColumnCollection[str, Any], at: When) -> ColumnElement[bool]:
    """The same of a table's columns, or of a select's."""
    live: ColumnElement[bool] = columns.to_pos.is_(None)
    return live if at is None else and_(columns.from_pos <= at, or_(live, columns.to_pos > at))


def told(projection: Projection[Any], at: When) -> ColumnElement[bool]:
    """Whether a fact was known as at a position (None = now)."""
    return projection.table.c.pos >= 0 if at is None else projection.table.c.pos <= at


def known(at: int | None) -> int:
    """A position (None = now) as one that every fact known at it has at most."""
    return _EVER if at is None else at


def given(value: Value | None, condition: Callable[[Value], ColumnElement[bool]]) -> list[ColumnElement[bool]]:
    """The condition on a value, if there is one."""
    return [] if value is None else [condition(value)]


def portions(values: Iterable[Item]) -> Iterator[list[Item]]:
    """Values in as many as one statement names at most."""
    rows = list(values)
    return (rows[at : at + _HOW_MANY] for at in range(0, len(rows), _HOW_MANY))


_HALF = 32


def halves(amounts: ColumnElement[int]) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Sums of the high and the low half of amounts: a sum of whole ones may pass 2^63, where SQLite gives up."""
    return func.sum(amounts.op(">>")(literal(_HALF, Integer))), func.sum(amounts.bitwise_and(literal((1 << _HALF) - 1, BigInteger)))


def whole(high: Any, low: Any) -> int:
    """The sum whose halves these are; 0 over no rows."""
    return (int(high or 0) << _HALF) + int(low or 0)


def rows_of(conn: Connection, projection: Projection[RowT], asked: Select[Any]) -> list[RowT]:
    """The rows of a select over all columns of a projection."""
    return [projection.row(*row) for row in conn.execute(asked)]


def one(conn: Connection, projection: Projection[RowT], *where: ColumnElement[bool]) -> RowT | None:
    """The one row, or None. Raises MultipleResultsFound."""
    row = conn.execute(select(projection.table).where(*where)).one_or_none()
    return None if row is None else projection.row(*row)


def versions(conn: Connection, projection: Projection[Any], key: Sequence[Any]) -> int:
    """How many versions a key has had."""
    where = (column == value for column, value in zip(projection.key_columns, key, strict=True))
    return int(conn.execute(select(func.count()).select_from(projection.table).where(*where)).scalar_one())


def page(
    conn: Connection,
    projection: Projection[RowT],
    where: Sequence[ColumnElement[bool]],
    order: Sequence[str],
    *,
    limit: int,
    after: tuple[Any, ...] | None,
    newest_first: bool = False,
) -> Page[RowT]:
    """A page in the order of these columns, which together are unique. Raises PageError."""
    asked = ordered(select(projection.table).where(*where), [projection.table.c[name] for name in order], limit, after, newest_first)
    rows = rows_of(conn, projection, asked)
    return cut(rows, limit, lambda row: tuple(getattr(row, name) for name in order))


def ordered(
    asked: Select[Any], columns: Sequence[ColumnElement[Any]], limit: int, after: tuple[Any, ...] | None, newest_first: bool = False
) -> Select[Any]:
    """A select of one row more than a page, in order and after a cursor. Raises PageError."""
    if not 0 < limit <= MOST_ROWS:
        raise PageError(f"limit: 1 to {MOST_ROWS}")
    if after is not None and not _fits(after, columns):
        raise PageError("after: not a cursor of this list; send `next` of the page before")
    if after is not None:
        beyond = tuple_(*columns) < after if newest_first else tuple_(*columns) > after
        asked = asked.where(beyond)
    return asked.order_by(*(column.desc() if newest_first else column for column in columns)).limit(limit + 1)


def _fits(after: tuple[Any, ...], columns: Sequence[ColumnElement[Any]]) -> bool:
    """Whether a cursor has a value for each column, bytes for bytes: another list's would be an error of the database."""
    are_bytes = [issubclass(column.type.python_type, bytes) for column in columns]
    return are_bytes == [isinstance(each, bytes) for each in after]


def part(rows: Sequence[Item], place: Callable[[Item], tuple[int, bytes]], *, limit: int, after: tuple[Any, ...] | None) -> Page[Item]:
    """A page of rows that are made whole at every request. Raises PageError.

    `place`: what a row is ordered by, and which one it is. Where the one that a cursor names is gone meanwhile, those beside it come again.
    """
    if not 0 < limit <= MOST_ROWS:
        raise PageError(f"limit: 1 to {MOST_ROWS}")
    places = [place(row) for row in rows]
    start = 0 if after is None else _behind(places, after)
    return cut(list(rows[start : start + limit + 1]), limit, place)


def _behind(places: list[tuple[int, bytes]], after: tuple[Any, ...]) -> int:
    if [type(each) for each in after] != [int, bytes]:
        raise PageError("after: not a cursor of this list; send `next` of the page before")
    if after in places:
        return places.index((after[0], after[1])) + 1
    return next((at for at, (by, _) in enumerate(places) if by >= after[0]), len(places))


def cut(rows: list[Item], limit: int, cursor: Any) -> Page[Item]:
    """The page of a select made by `ordered`."""
    more = len(rows) > limit
    return Page(rows[:limit], cursor(rows[limit - 1]) if more else None)
