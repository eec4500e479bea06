"""What the mirror's own rows must have in common, whatever the chain says: blocks without a gap, and the checkpoint at the last of them.

A rebuild from the stored events compares none of it, since it begins with these rows.
"""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, null, or_, select

from ledger.mirror.models import BLOCK, RAW_EVENT, TX
from ledger.mirror.rebuild import block_of
from ledger.mirror.schema import WORD_BYTES
from ledger.mirror.writer import Checkpoint

_MOST_TOLD = 20
"""So many lines of a damaged file are told."""


def faults(conn: Connection, held: Checkpoint) -> list[str]:
    """What is wrong with the raw rows and the checkpoint of a snapshot, and with an SQLite file's own pages and indexes; one line each."""
    return [*_torn_file(conn), *_of_blocks(conn, held), *_of_transactions(conn, held), *_of_events(conn, held)]


def _torn_file(conn: Connection) -> Iterator[str]:
    """Rows are compared as a table has them: an index that lacks one answers wrongly all the same."""
    if conn.dialect.name == "sqlite":
        told = conn.exec_driver_sql(f"PRAGMA integrity_check({_MOST_TOLD})").scalars()
        yield from (f"the file: {line}" for line in told if line != "ok")


def _of_blocks(conn: Connection, held: Checkpoint) -> Iterator[str]:
    before = BLOCK.alias("before")
    count, last = select(func.count()).select_from(BLOCK), select(BLOCK.c.hash).where(BLOCK.c.number == held.block)
    if conn.execute(count).scalar_one() != held.block - held.start + 1 or conn.execute(_outside(BLOCK.c.number, held)).scalar_one():
        yield f"block: there are others than blocks {held.start} to {held.block}, which the checkpoint has"
    if conn.execute(last).scalar() != held.hash:
        yield f"checkpoint: its hash is not that of block {held.block}"
    linked = BLOCK.join(before, before.c.number == BLOCK.c.number - 1)
    if (
        unlinked := conn.execute(select(func.min(BLOCK.c.number)).select_from(linked).where(before.c.hash != BLOCK.c.parent)).scalar()
    ) is not None:
        yield f"block: block {unlinked} does not name the hash of the one before"


def _of_transactions(conn: Connection, held: Checkpoint) -> Iterator[str]:
    if conn.execute(_outside(TX.c.block, held)).scalar_one():
        yield "tx: there are some of blocks that the mirror doesn't hold"
    numbered = (
        select(TX.c.block).group_by(TX.c.block).having(or_(func.min(TX.c.tx_index) != 0, func.max(TX.c.tx_index) != func.count() - 1))
    )
    if (gap := conn.execute(numbered.order_by(TX.c.block).limit(1)).scalar()) is not None:
        yield f"tx: block {gap} has a gap among its transactions"


def _of_events(conn: Connection, held: Checkpoint) -> Iterator[str]:
    if conn.execute(_outside(block_of(RAW_EVENT.c.pos), held)).scalar_one():
        yield "raw_event: there are some of blocks that the mirror doesn't hold"
    of_none = and_(TX.c.block == block_of(RAW_EVENT.c.pos), TX.c.tx_index == RAW_EVENT.c.tx_index)
    alone = select(func.min(RAW_EVENT.c.pos)).select_from(RAW_EVENT.outerjoin(TX, of_none)).where(TX.c.hash.is_(None))
    if (pos := conn.execute(alone).scalar()) is not None:
        yield f"raw_event: the event at position {pos} is of no transaction"
    named = case((func.length(RAW_EVENT.c.topics) > WORD_BYTES, func.substr(RAW_EVENT.c.topics, WORD_BYTES + 1, WORD_BYTES)), else_=null())
    wrong = select(func.min(RAW_EVENT.c.pos)).where(RAW_EVENT.c.subject.is_distinct_from(named))
    if (pos := conn.execute(wrong).scalar()) is not None:
        yield f"raw_event: the event at position {pos} has another subject than its topics"


def _outside(block: ColumnElement[int], held: Checkpoint) -> Select[int]:
    return select(func.count()).where(or_(block < held.start, block > held.block))
