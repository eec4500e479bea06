"""Blocks and transactions as the mirror holds them: what the outbox settles by, and what every answer carries."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, case, func, select

from ledger.chain.blocks import LOG_BITS, last_position
from ledger.mirror.models import BLOCK, CHECKPOINT, TX
from ledger.mirror.queries.reading import listed, portions


class Held(NamedTuple):
    """The last block that the mirror holds; `pos` is the last position that it covers."""

    block: int
    hash: bytes | None
    time: int | None
    pos: int


class Header(NamedTuple):
    """A mirrored block. `time` is UTC seconds."""

    number: int
    hash: bytes
    parent: bytes
    time: int


class Mined(NamedTuple):
    """Where a transaction was mined."""

    block: int
    tx_index: int
    block_hash: bytes


# The outbox asks these at every block: to build a statement costs more than to run it.
_HELD = select(CHECKPOINT.c.block, CHECKPOINT.c.hash, BLOCK.c.time).join_from(
    CHECKPOINT, BLOCK, CHECKPOINT.c.block == BLOCK.c.number, isouter=True
)
_HEADER = select(BLOCK).where(BLOCK.c.number == bindparam("number"))
_TRANSACTIONS = (
    select(TX.c.hash, TX.c.block, TX.c.tx_index, BLOCK.c.hash)
    .join(BLOCK, BLOCK.c.number == TX.c.block)
    .where(TX.c.hash.in_(listed("hashes", 32)))
)


def held(conn: Connection) -> Held | None:
    """How far this snapshot reaches; None before the mirror's first start."""
    row = conn.execute(_HELD).first()
    return None if row is None else Held(row.block, row.hash, row.time, last_position(row.block))


def header(conn: Connection, number: int) -> Header | None:
    """The mirrored block of a number."""
    row = conn.execute(_HEADER, {"number": number}).first()
    return None if row is None else Header(*row)


def time_of(conn: Connection, pos: int) -> int:
    """The time (UTC seconds) of the block that a position lies in; 0 where it isn't mirrored."""
    found: int | None = conn.execute(select(BLOCK.c.time).where(BLOCK.c.number == pos >> LOG_BITS)).scalar()
    return found or 0


def times_of(conn: Connection, positions: Collection[int]) -> dict[int, int]:
    """The times (UTC seconds) of the mirrored blocks that positions lie in."""
    times: dict[int, int] = {}
    for some in portions(sorted({pos >> LOG_BITS for pos in positions})):
        times |= {row.number: row.time for row in conn.execute(_TIMES, {"numbers": some})}
    return {pos: times[pos >> LOG_BITS] for pos in positions}


_TIMES = select(BLOCK.c.number, BLOCK.c.time).where(BLOCK.c.number.in_(bindparam("numbers", expanding=True)))


def first_time(conn: Connection) -> int:
    """The time (UTC seconds) of the first mirrored block; 0 where none is."""
    found: int | None = conn.execute(select(BLOCK.c.time).order_by(BLOCK.c.number).limit(1)).scalar()
    return found or 0


def block_at(conn: Connection, time: int) -> Header | None:
    """The last mirrored block whose time is not after `time` (UTC seconds)."""
    first, last = (select(end(BLOCK.c.number)).scalar_subquery() for end in (func.min, func.max))
    # Times ascend with numbers, so halving finds it; reading back from the head would cost the more the longer ago it is.
    halved = select(first.label("low"), last.label("high")).cte("halved", recursive=True)
    middle = (halved.c.low + halved.c.high + 1) // 2
    is_later = select(BLOCK.c.time).where(BLOCK.c.number == middle).scalar_subquery() > time
    half = select(case((is_later, halved.c.low), else_=middle), case((is_later, middle - 1), else_=halved.c.high))
    halved = halved.union_all(half.where(halved.c.low < halved.c.high))
    found = select(BLOCK).join(halved, halved.c.low == BLOCK.c.number).where(halved.c.low == halved.c.high, BLOCK.c.time <= time)
    row = conn.execute(found).first()
    return None if row is None else Header(*row)


def position_before(conn: Connection, time: int) -> int:
    """The last position of the blocks before a time (UTC seconds); -1 where it is before the first."""
    found = block_at(conn, time - 1)
    return -1 if found is None else last_position(found.number)


def transactions(conn: Connection, hashes: Sequence[bytes]) -> dict[bytes, Mined]:
    """Where these transactions were mined; those not mined (or not mirrored yet) are missing."""
    found = conn.execute(_TRANSACTIONS, {"hashes": b"".join(hashes)})
    return {tx: Mined(block, index, block_hash) for tx, block, index, block_hash in found}


def transaction_hash(conn: Connection, block: int, tx_index: int) -> bytes | None:
    """The hash of a block's transaction."""
    return conn.execute(select(TX.c.hash).where(TX.c.block == block, TX.c.tx_index == tx_index)).scalar()
