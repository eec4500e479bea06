"""Which numbers stand for one right."""

from typing import NamedTuple

from sqlalchemy import Connection, or_, select

from ledger.mirror.queries.reading import one, valid
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
    columns = ASSET.table.c
    asked = select(columns.asset, columns.alias_of).where(or_(columns.asset == number, columns.alias_of == number), valid(ASSET, at))
    return {asset: alias for asset, alias in conn.execute(asked) if alias is not None}


def word_of(conn: Connection, number: bytes, at: int | None = None) -> Asset | None:
    """The word of a number, an alias's own."""
    return one(conn, ASSET, ASSET.table.c.asset == number, valid(ASSET, at))


def _with_theirs(conn: Connection, numbers: list[bytes], at: int | None) -> list[bytes]:
    """Numbers, and those joined to them."""
    found, fresh = list(numbers), numbers
    while fresh:
        asked = select(ASSET.table.c.asset).where(ASSET.table.c.alias_of.in_(fresh), valid(ASSET, at)).order_by(ASSET.table.c.asset)
        fresh = list(conn.execute(asked).scalars())
        found += fresh
    return found
