"""Batches: consecutive blocks, and what is to be written of them."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from ledger.chain.blocks import Block
from ledger.chain.decode import Event
from ledger.mirror.state import Folded

Row = tuple[Any, ...]


class Changes(NamedTuple):
    """Rows of the raw tables, and what folding changed."""

    blocks: Sequence[Row]
    transactions: Sequence[Row]
    events: Sequence[Row]
    folded: Folded

    @classmethod
    def of(cls, blocks: Sequence[Block], events: Sequence[Event], folded: Folded) -> "Changes":
        """Of blocks, their known events, and what was folded from these."""
        return cls(
            [(block.number, block.hash, block.parent, block.time) for block in blocks],
            [(block.number, at, tx) for block in blocks for at, tx in enumerate(block.transactions)],
            list(map(_raw_event, events)),
            folded,
        )


def _raw_event(event: Event) -> Row:
    log = event.log
    topics = log.topics
    return event.pos, log.tx_index, log.address, b"".join(topics), topics[1] if len(topics) > 1 else None, log.data


class Batch(NamedTuple):
    """Blocks that were read: the hash before the first, and the last one's number, hash and time.

    With the blocks themselves, or with what was folded from them where they were read.
    """

    parent: bytes
    number: int
    hash: bytes
    time: int
    blocks: Sequence[Block]
    changes: Changes | None = None

    @classmethod
    def of(cls, blocks: Sequence[Block]) -> "Batch":
        """Of at least one block."""
        last = blocks[-1]
        return cls(blocks[0].parent, last.number, last.hash, last.time, blocks)
