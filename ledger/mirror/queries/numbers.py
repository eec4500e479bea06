"""Which numbers stand for one right."""

from typing import NamedTuple

from sqlalchemy import Connection, select

from ledger.mirror.queries.reading import one, valid
from ledger.mirror.register_models import ASSET, Asset


class Resolved(NamedTuple):
    """The key of a right, and every number that stands for it, the key first."""

    key: bytes
    numbers: tuple[bytes, ...]


def resolve(conn: Connection, number: bytes, at: int | None = None) -> Resolved:
    """The right that a number stands for; one that nobody joined stands for itself."""
    key = number
    while (row := word_of(conn, key, at)) and row.alias_of is not None:
        key = row.alias_of
    return Resolved(key, (key, *_joined(conn, key, at)))


def word_of(conn: Connection, number: bytes, at: int | None = None) -> Asset | None:
    """The word of a number, an alias's own."""
    return one(conn, ASSET, ASSET.table.c.asset == number, valid(ASSET, at))


def _joined(conn: Connection, key: bytes, at: int | None) -> list[bytes]:
    found: list[bytes] = []
    fresh = [key]
    while fresh:
        asked = select(ASSET.table.c.asset).where(ASSET.table.c.alias_of.in_(fresh), valid(ASSET, at)).order_by(ASSET.table.c.asset)
        fresh = list(conn.execute(asked).scalars())
        found += fresh
    return found
