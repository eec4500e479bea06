"""Random lives of the real register: no word on chain that the mirror can't rebuild from events, at the head and as at earlier blocks."""

import random
from collections.abc import Iterator

import pytest

from ledger.mirror import sync, verify
from ledger.mirror.database import Database
from tests.conftest import FULL
from tests.ledger.mirror import register, views
from tests.ledger.mirror.register import OFFICES, key_of
from tests.ledger.mirror.register_lives import BANKS, PEOPLE, RIGHTS, Lives
from tests.ledger.mirror.restarted import assert_folds_the_same

pytestmark = pytest.mark.of_no_ledger

ACTS = 2_000 if FULL else 250
SEED = 20_261
SELDOM = (99, 100, 229, 500, 501, 600, 601, 1_100, 2_100)
KEYS = [key_of(each, at) for each in OFFICES for at in (*range(RIGHTS + 3), *SELDOM)]


@pytest.fixture(scope="module")
def lives(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lives]:
    """A register with a long random life behind it."""
    with register.running(tmp_path_factory.mktemp("register")) as office:
        made = Lives(office, random.Random(SEED))
        made.rare()
        made.live(ACTS)
        yield made


def _assert_views(db: Database, lives: Lives) -> None:
    records = [(record.register, record.officeNumber) for anchored in lives.anchors.values() for record in anchored]
    with db.read() as conn:
        views.assert_equal(conn, lives.office, KEYS, (*PEOPLE, *BANKS, "Successor"), records)


def _assert_verified(db: Database, lives: Lives) -> None:
    for rpc in (lives.office.rpc, None):
        report = verify.of(db, lives.office.manifest, rpc=rpc)
        assert report.equal, [check for check in report.tables if not check.equal]


def test_every_word_of_the_register_is_in_the_mirror_now_and_as_at_earlier_blocks(db: Database, lives: Lives) -> None:
    mirror = sync.of(db, lives.office.rpc, lives.office.manifest, finality=0, development=True)
    mirror.catch_up()
    _assert_views(db, lives)
    snapshots = []
    for _ in range(4):
        snapshots.append(views.Snapshot.of(lives.office, KEYS))
        lives.live(15)
        mirror.catch_up()
        _assert_views(db, lives)
    with db.read() as conn:
        for snapshot in snapshots:
            snapshot.assert_known(conn)
    _assert_verified(db, lives)


def test_a_mirror_started_again_for_each_block_folds_the_same(db: Database, lives: Lives) -> None:
    assert_folds_the_same(db, lives.office.rpc, lives.office.manifest)


def test_what_a_lost_block_said_is_gone(db: Database, lives: Lives) -> None:
    mirror = sync.of(db, lives.office.rpc, lives.office.manifest, finality=0, development=True)
    lives.live(20)
    mirror.catch_up()
    for lost in (3, 17):
        lives.go_back(lost)
        lives.live(25)
        mirror.catch_up()
        mirror.catch_up()
        _assert_views(db, lives)
    _assert_verified(db, lives)
