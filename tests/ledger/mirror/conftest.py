"""Fixtures of the mirror's tests."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ledger.chain.blocks import BlockSource, NodeSource
from ledger.chain.engines import anvil as engine
from ledger.chain.rpc import Rpc
from ledger.mirror import database
from ledger.mirror.concepts import FOLDS
from ledger.mirror.database import Database
from ledger.mirror.sync import Mirror
from tests.ledger.chain.emitter import Emitter
from tests.ledger.mirror.chains import IDENTITY, address_of, table
from tests.ledger.mirror.histories import History
from tests.ledger.mirror.live import LIVE_IDENTITY, PLAYED, Live

pytest.register_assert_rewrite("tests.ledger.mirror.receivable_views")

MakeMirror = Callable[..., Mirror]


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    """An open, empty mirror database, on SQLite and on PostgreSQL."""
    opened = database.open(database_url)
    yield opened
    opened.close()


@pytest.fixture
def mirror_of(db: Database) -> MakeMirror:
    """Makes mirrors of a recorded chain into the test's database."""

    def make(source: BlockSource, *, finality: int = 0, development: bool = True) -> Mirror:
        return Mirror(db, source, table(), IDENTITY, FOLDS, finality=finality, development=development, poll=0.01)

    return make


@pytest.fixture
def live(db: Database, tmp_path: Path) -> Iterator[Live]:
    """An anvil that plays a random history, and a mirror of it."""
    running = engine.start(tmp_path / "anvil", old_states=1_000)
    with Rpc(running.url) as rpc:
        emitter = Emitter(rpc, map(address_of, PLAYED))
        events = table()
        source = NodeSource(rpc, events.addresses, events.topics)
        mirror = Mirror(db, source, events, LIVE_IDENTITY, FOLDS, development=True, poll=0.01)
        yield Live(rpc, emitter, mirror, source, History(3))
    running.kill()
