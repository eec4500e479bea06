"""Never a half block: whoever reads while the mirror writes and goes back sees a state that some block ended in."""

import random
import threading
import time
from typing import TypeAlias

import pytest
from sqlalchemy import Connection, select

from ledger.chain.blocks import Block, RecordedSource
from ledger.mirror import database
from ledger.mirror.concepts import FOLDS
from ledger.mirror.database import Database
from ledger.mirror.models import BLOCK, CHECKPOINT, RAW_EVENT, TX
from ledger.mirror.sync import Mirror, Span
from ledger.mirror.verify import digest
from tests.conftest import FULL
from tests.ledger.mirror.chains import IDENTITY, table
from tests.ledger.mirror.hammer import hammered
from tests.ledger.mirror.histories import History

FORKS = 40 if FULL else 6
TABLES = [*(each.table for each in FOLDS.projections), BLOCK, TX, RAW_EVENT]


State: TypeAlias = tuple[bytes | None, tuple[str, ...]]


def _everything(conn: Connection) -> State:
    """The checkpoint's hash and the digest of every table, as one snapshot has them."""
    # The checkpoint is written first and read last: a reader of no snapshot would see it ahead of the rows.
    digests = tuple(digest(conn, select(each).order_by(*each.primary_key))[1] for each in TABLES)
    return conn.execute(select(CHECKPOINT.c.hash)).scalar(), digests


def _rebuilt(blocks: list[Block]) -> State:
    """The state that these blocks end in; that of a new database if there are none."""
    opened = database.open("sqlite://")
    mirror = Mirror(opened, RecordedSource(blocks), table(), IDENTITY, FOLDS)
    if blocks:
        mirror.catch_up()
    with opened.read() as conn:
        seen = _everything(conn)
    opened.close()
    return seen


@pytest.mark.parametrize("seed", range(3 if FULL else 1))
def test_readers_see_states_that_some_block_ended_in(db: Database, seed: int) -> None:
    draw, history = random.Random(seed), History(seed)
    history.grow(40)
    source, ends = history.chain.source(), dict[bytes, list[Block]]()
    mirror, stop = Mirror(db, source, table(), IDENTITY, FOLDS, development=True, poll=0.001), threading.Event()
    # Small steps, for many states.
    mirror._span = Span(most=3)
    thread = threading.Thread(target=mirror.run, args=(stop,))
    with hammered(db, _everything) as seen:
        thread.start()
        try:
            for _ in range(FORKS):
                _note(ends, history)
                _until_held(mirror, history.chain.blocks[-1].hash)
                kept = history.fork(draw.choice([0, 1, 5, 30, 64]))
                history.grow(draw.randrange(1, 30))
                source.replace(history.chain.blocks[kept:])
        finally:
            _note(ends, history)
            stop.set()
            thread.join()
    assert len(seen) > FORKS
    for state in seen:
        assert state == _rebuilt(ends[state[0]] if state[0] else [])


def _until_held(mirror: Mirror, block_hash: bytes) -> None:
    end = time.monotonic() + 60
    while mirror.status().hash != block_hash:
        assert time.monotonic() < end
        time.sleep(0.002)


def _note(ends: dict[bytes, list[Block]], history: History) -> None:
    """The blocks that lead to each block of the present chain."""
    for at, block in enumerate(history.chain.blocks, 1):
        ends.setdefault(block.hash, history.chain.blocks[:at])
