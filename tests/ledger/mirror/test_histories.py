"""Random histories with reorganisations, lag and restarts: the live database equals a fresh rebuild."""

import random

import pytest

from ledger.chain.blocks import RecordedSource
from ledger.mirror import database
from ledger.mirror.concepts import FOLDS
from ledger.mirror.database import Database
from ledger.mirror.sync import Mirror
from ledger.mirror.verify import Report, verify
from tests.conftest import FULL
from tests.ledger.mirror.chains import IDENTITY, START, table
from tests.ledger.mirror.histories import History

COUNT = 500 if FULL else 25


def _mirror(db: Database, source: RecordedSource) -> Mirror:
    return Mirror(db, source, table(), IDENTITY, FOLDS, development=True)


def _assert_equal(report: Report) -> None:
    assert report.equal, [check for check in report.tables if not check.equal]


@pytest.mark.parametrize("seed", range(COUNT))
def test_the_live_mirror_equals_a_rebuild(database_url: str, seed: int) -> None:
    draw, history = random.Random(seed), History(seed)
    history.grow(5)
    source = history.chain.source()
    db = database.open(database_url)
    mirror = _mirror(db, source)
    for _ in range(8):
        kept = history.fork(draw.choice([0, 0, 1, 3, 20]))
        history.grow(draw.randrange(1, 25))
        source.replace(history.chain.blocks[kept:])
        source.serve(draw.choice([None, None, START + kept, START - 1]))
        for _ in range(draw.randrange(1, 30)):
            mirror.step()
        if draw.random() < 0.3:
            mirror = _mirror(db, source)
    source.serve(None)
    for _ in range(3):
        mirror.catch_up()
    _assert_equal(verify(db, table(), FOLDS, source=source))
    past = draw.randrange(START, source.head() + 1)
    _assert_equal(verify(db, table(), FOLDS, source=source, height=past))
    _assert_equal(verify(db, table(), FOLDS, height=past))
    db.close()


def test_a_changed_row_is_found(db: Database) -> None:
    history = History(1)
    history.grow(40)
    _mirror(db, history.chain.source()).catch_up()
    with db.write() as conn:
        conn.exec_driver_sql("UPDATE member SET roles = roles + 1 WHERE account = (SELECT min(account) FROM member)")
    report = verify(db, table(), FOLDS)
    assert [check.name for check in report.tables if not check.equal] == ["member"]
    assert not report.equal
