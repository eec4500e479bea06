"""Fixtures of the mirror's tests."""

from collections.abc import Callable, Iterator

import pytest

from ledger.chain.blocks import BlockSource
from ledger.mirror import database
from ledger.mirror.concepts import FOLDS
from ledger.mirror.database import Database
from ledger.mirror.sync import Mirror
from tests.ledger.mirror.chains import IDENTITY, table

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
