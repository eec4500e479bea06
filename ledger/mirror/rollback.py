"""Back to an earlier block: validity ranges are the journal, so nothing else is kept for it."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select, update

from ledger import faults
from ledger.chain.blocks import last_position
from ledger.mirror.models import BLOCK, RAW_EVENT, TX
from ledger.mirror.state import AnyProjection
from ledger.mirror.writer import Checkpoint, advance


def roll_back(conn: Connection, before: Checkpoint, block: int, folded: Sequence[AnyProjection]) -> None:
    """Forgets every block above `block`, in the caller's transaction: later rows go, versions that later rows ended are open again."""
    block_hash = conn.execute(select(BLOCK.c.hash).where(BLOCK.c.number == block)).scalar()
    advance(conn, before, block, block_hash)
    pos = last_position(block)
    for projection in folded:
        _undo(conn, projection, pos)
    faults.point("mirror.undone")
    conn.execute(delete(RAW_EVENT).where(RAW_EVENT.c.pos > pos))
    conn.execute(delete(TX).where(TX.c.block > block))
    conn.execute(delete(BLOCK).where(BLOCK.c.number > block))


def _undo(conn: Connection, projection: AnyProjection, pos: int) -> None:
    conn.execute(delete(projection.table).where(projection.since > pos))
    if projection.versioned:
        ended = projection.table.c.to_pos
        conn.execute(update(projection.table).where(ended > pos).values(to_pos=None))
