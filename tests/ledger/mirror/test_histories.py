"""Random histories with reorganisations, lagging nodes, restarts and kills: the mirror equals a fresh rebuild, now and as at the past."""

import random
import signal
from dataclasses import dataclass

import pytest

from ledger.chain.blocks import RecordedSource, last_position
from ledger.mirror import database
from ledger.mirror.concepts import FOLDS
from ledger.mirror.database import Database
from ledger.mirror.sync import Mirror
from ledger.mirror.verify import Report, verify
from tests.conftest import FULL, KINDS
from tests.ledger.mirror.as_at import picture
from tests.ledger.mirror.chains import IDENTITY, START, table
from tests.ledger.mirror.histories import History
from tests.ledger.mirror.killed import step
from tests.processes import forks

COUNT = 500 if FULL else 12
ROUNDS = 8
DEPTHS = [0, 0, 1, 3, 20, 64]
POINTS = ["advanced", "raw", "folding", "closed", "written", "committed", "undone"]


@dataclass
class Life:
    """A mirror, the history that its node shows, and what befalls both."""

    url: str
    draw: random.Random
    history: History
    source: RecordedSource
    kills: int = 0

    def befall(self) -> None:
        """The node moves to a fork of any depth and may lag; the mirror steps, here or in a process that is killed."""
        kept = self.history.fork(self.draw.choice(DEPTHS))
        self.history.grow(self.draw.randrange(1, 25))
        self.source.replace(self.history.chain.blocks[kept:])
        self.source.serve(self.draw.choice([None, None, START + kept, START - 1]))
        steps = self.draw.randrange(1, 30)
        if self.draw.random() < 0.4:
            self.die(steps)
        else:
            step(self.url, self.source, steps, None)

    def die(self, steps: int) -> None:
        """A life that is killed at some point of a write, or from outside at any moment, or comes to its end before."""
        by_itself = self.draw.random() < 0.7
        point = f"mirror.{self.draw.choice(POINTS)}:{self.draw.randrange(1, 6)}" if by_itself else None
        process = forks.Process(target=step, args=(self.url, self.source, steps, point))
        process.start()
        if not by_itself:
            process.join(self.draw.random() * 0.3)
            process.kill()
        process.join(60)
        assert process.exitcode in (0, -signal.SIGKILL), process.exitcode
        self.kills += process.exitcode != 0

    def settle(self, db: Database) -> None:
        """The node serves all, and the mirror comes to its head."""
        self.source.serve(None)
        mirror = _mirror(db, self.source)
        for _ in range(3):
            mirror.catch_up()
        assert mirror.status().block == self.source.head()


def _life(url: str, seed: int) -> Life:
    draw, history = random.Random(seed), History(seed)
    history.grow(draw.choice([5, 5, 80]))
    return Life(url, draw, history, history.chain.source())


def _mirror(db: Database, source: RecordedSource) -> Mirror:
    return Mirror(db, source, table(), IDENTITY, FOLDS, development=True)


def _assert_equal(report: Report) -> None:
    assert report.equal, [check for check in report.tables if not check.equal]


def _assert_known_as_at(db: Database, source: RecordedSource, height: int) -> None:
    """Asked as at a block, the mirror answers as one does that has come to this block only."""
    rebuilt = database.open("sqlite://")
    source.serve(height)
    _mirror(rebuilt, source).catch_up()
    source.serve(None)
    with db.read() as conn, rebuilt.read() as then:
        assert picture(conn, last_position(height), height) == picture(then, None, height)
    rebuilt.close()


@pytest.mark.parametrize(("kind", "seed"), [(KINDS[seed // 2 % 2], seed) for seed in range(COUNT)], indirect=["kind"])
def test_the_mirror_equals_a_rebuild_whatever_befell_it(database_url: str, seed: int) -> None:
    life = _life(database_url, seed)
    for _ in range(ROUNDS):
        life.befall()
    db = database.open(database_url)
    life.settle(db)
    _assert_equal(verify(db, table(), FOLDS, source=life.source))
    past = life.draw.randrange(START, life.source.head() + 1)
    _assert_equal(verify(db, table(), FOLDS, source=life.source, height=past))
    _assert_equal(verify(db, table(), FOLDS, height=past))
    _assert_known_as_at(db, life.source, past)
    db.close()


def test_lives_are_killed_and_undone_and_the_past_differs_from_now(database_url: str) -> None:
    """The histories above are what they claim to be."""
    lives = [_life(f"{database_url}.{seed}", seed) for seed in range(3)] if database_url.startswith("sqlite") else [_life(database_url, 3)]
    for life in lives:
        for _ in range(ROUNDS):
            life.befall()
    assert sum(life.kills for life in lives) >= 1
    db = database.open(lives[0].url)
    lives[0].settle(db)
    head = lives[0].source.head()
    with db.read() as conn:
        now, then = picture(conn, None, head), picture(conn, last_position(START + 2), START + 2)
    assert now != then
    assert now == _again(db, head)
    db.close()


def _again(db: Database, height: int) -> object:
    with db.read() as conn:
        return picture(conn, last_position(height), height)


def test_a_changed_row_is_found(db: Database) -> None:
    history = History(1)
    history.grow(40)
    _mirror(db, history.chain.source()).catch_up()
    with db.write() as conn:
        conn.exec_driver_sql("UPDATE member SET roles = roles + 1 WHERE account = (SELECT min(account) FROM member)")
    report = verify(db, table(), FOLDS)
    assert [check.name for check in report.tables if not check.equal] == ["member"]
    assert not report.equal
