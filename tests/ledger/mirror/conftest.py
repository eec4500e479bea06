"""Fixtures of the mirror's tests."""

from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache
from pathlib import Path

import pytest

from ledger.chain.blocks import BlockSource, NodeSource
from ledger.chain.engines import anvil as engine
from ledger.chain.rpc import Rpc
from ledger.mirror import database
from ledger.mirror.concepts import FOLDS
from ledger.mirror.database import Database
from ledger.mirror.sync import Identity, Mirror, prepare
from tests.conftest import MakeDatabase
from tests.ledger.chain.emitter import Emitter
from tests.ledger.mirror.chains import IDENTITY, address_of, table
from tests.ledger.mirror.histories import History
from tests.ledger.mirror.live import LIVE_IDENTITY, PLAYED, Live

pytest.register_assert_rewrite("tests.ledger.mirror.receivable_views")

MakeMirror = Callable[..., Mirror]


@pytest.fixture(scope="session")
def begun(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Identity], str]:
    """A mirror that has read nothing yet, of a kind and of a ledger, to be copied: its hundreds of tables and indexes take long to make."""

    @cache
    def of(kind: str, identity: Identity) -> str:
        url = f"sqlite:///{tmp_path_factory.mktemp('begun') / 'mirror.db'}"
        if kind == "postgresql":
            url = request.getfixturevalue("new_postgres")()
        with closing(database.open(url)) as opened:
            prepare(opened, identity, FOLDS)
        return url

    return of


@pytest.fixture
def db(request: pytest.FixtureRequest, kind: str, database_urls: MakeDatabase, begun: Callable[[str, Identity], str]) -> Iterator[Database]:
    """An open mirror database in which nothing was read yet, on SQLite and on PostgreSQL."""
    identity = LIVE_IDENTITY if "live" in request.fixturenames else IDENTITY
    like = "" if request.node.get_closest_marker("of_no_ledger") else begun(kind, identity)
    with closing(database.open(database_urls(like))) as opened:
        yield opened


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
