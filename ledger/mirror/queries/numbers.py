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
    key, joined = number, _linked(conn, number, at)
    while (above := joined.pop(key, None)) is not None:
        key, joined = above, _linked(conn, above, at)
    return Resolved(key, (key, *_with_theirs(conn, sorted(joined), at)))


def _linked(conn: Connection, number: bytes, at: int | None) -> dict[bytes, bytes]:
    """The numbers joined to this one, and itself if it was joined to another, each with the one that it is joined to."""
    asked = conn.execute(_joined_to(at is None), {"number": number, "at": at})
    return {asset: alias for asset, alias in asked if alias is not None}


# What is asked of every right is built once: to build a statement costs more than to run it.
@cache
def _joined_to(is_now: bool) -> Select[Any]:
    columns = ASSET.table.c
    either = or_(columns.asset == bindparam("number"), columns.alias_of == bindparam("number"))
    return select(columns.asset, columns.alias_of).where(either, valid(ASSET, None if is_now else AT))


def word_of(conn: Connection, number: bytes, at: int | None = None) -> Asset | None:
    """The word of a number, an alias's own."""
    row = conn.execute(_word_of(at is None), {"number": number, "at": at}).one_or_none()
    return None if row is None else Asset(*row)


@cache
def _word_of(is_now: bool) -> Select[Any]:
    return select(ASSET.table).where(ASSET.table.c.asset == bindparam("number"), valid(ASSET, None if is_now else AT))


def _with_theirs(conn: Connection, numbers: list[bytes], at: int | None) -> list[bytes]:
    """Numbers, and those joined to them."""
    found, fresh = list(numbers), numbers
    while fresh:
        asked = select(ASSET.table.c.asset).where(ASSET.table.c.alias_of.in_(fresh), valid(ASSET, at)).order_by(ASSET.table.c.asset)
        fresh = list(conn.execute(asked).scalars())
        found += fresh
    return found
