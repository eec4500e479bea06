"""Which numbers stand for one right."""

from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, bindparam, or_, select

from ledger.mirror.queries.reading import AT, valid
from ledger.mirror.register_models import ASSET, Asset


class Resolved(NamedTuple):
    """The key of a right, and every number that stands for it, the key first."""

    key: bytes
    numbers: tuple[bytes, ...]


def resolve(conn: Connection, number: bytes, at: int | None = None) -> Resolved:
    """The right that a number stands for; one that nobody joined stands for itself."""
    return look_up(conn, number, at)[0]


def look_up(conn: Connection, number: bytes, at: int | None = None) -> tuple[Resolved, Asset | None]:
    """The same, and the word of the right's key."""
    key, rows = number, _words(conn, number, at)
    while (own := rows.get(key)) and own.alias_of is not None:
        key, rows = own.alias_of, _words(conn, own.alias_of, at)
    joined = sorted(rows.keys() - {key})
    return Resolved(key, (key, *_with_theirs(conn, joined, at))), rows.get(key)


def word_of(conn: Connection, number: bytes, at: int | None = None) -> Asset | None:
    """The word of a number, an alias's own."""
    return _words(conn, number, at).get(number)


def _words(conn: Connection, number: bytes, at: int | None) -> dict[bytes, Asset]:
    """The words of a number and of those joined to it."""
    return {row.asset: Asset(*row) for row in conn.execute(_of_number(at is None), {"number": number, "at": at})}


# What is asked of every right is built once: to build a statement costs more than to run it.
@cache
def _of_number(is_now: bool) -> Select[Any]:
    columns = ASSET.table.c
    either = or_(columns.asset == bindparam("number"), columns.alias_of == bindparam("number"))
    return select(ASSET.table).where(either, valid(ASSET, None if is_now else AT))


def _with_theirs(conn: Connection, numbers: list[bytes], at: int | None) -> list[bytes]:
    """Numbers, and those joined to them."""
    found, fresh = list(numbers), numbers
    while fresh:
        asked = select(ASSET.table.c.asset).where(ASSET.table.c.alias_of.in_(fresh), valid(ASSET, at)).order_by(ASSET.table.c.asset)
        fresh = list(conn.execute(asked).scalars())
        found += fresh
    return found
