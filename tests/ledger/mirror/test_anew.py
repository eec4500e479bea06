"""A new version of the projections: folded beside the old one, put in its place at once, whatever happens meanwhile."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Hashable

import pytest
from sqlalchemy import Connection, select

from ledger import faults
from ledger.chain.blocks import RecordedSource
from ledger.mirror import database, fold, rebuild, sync
from ledger.mirror.concepts import FOLDS
from ledger.mirror.database import Database, NotServed
from ledger.mirror.models import MEMBER
from ledger.mirror.sync import Mirror
from ledger.mirror.verify import NothingToVerify, digest, until, verify
from ledger.mirror.views import making
from ledger.mirror.views.catalogue import VIEWS
from ledger.mirror.writer import CheckpointMoved
from tests.ledger.mirror.chains import IDENTITY, table
from tests.ledger.mirror.hammer import hammered
from tests.ledger.mirror.histories import History
from tests.ledger.mirror.killed import final_source, fold_anew, play

SEED = 11
TAMPERED = "UPDATE member SET name = 'as the old program wrote it'"


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuild, "EVENTS_A_BATCH", 40)


@pytest.fixture
def grown(db: Database, small_batches: None) -> History:
    """A history of some hundred events, mirrored."""
    history = History(SEED)
    history.grow(60)
    _mirror(db, history.chain.source()).catch_up()
    return history


def _mirror(db: Database, source: RecordedSource) -> Mirror:
    return Mirror(db, source, table(), IDENTITY, FOLDS, development=True)


def _newer(monkeypatch: pytest.MonkeyPatch, by: int = 1) -> None:
    monkeypatch.setattr(fold, "GENERATION", fold.GENERATION + by)


def _names(db: Database) -> set[str]:
    with db.read() as conn:
        return set(conn.execute(select(MEMBER.table.c.name)).scalars())


def _assert_equals_rebuild(db: Database, source: RecordedSource) -> None:
    report = verify(db, table(), FOLDS, source=source)
    assert report.equal, [check for check in report.tables if not check.equal]
    assert report.height == source.head()


def test_the_old_rows_are_served_until_the_new_ones_are_whole(db: Database, grown: History, monkeypatch: pytest.MonkeyPatch) -> None:
    with db.write() as conn:
        conn.exec_driver_sql(TAMPERED)
    grown.grow(5)
    source = grown.chain.source()
    _newer(monkeypatch)
    mirror = _mirror(db, source)
    held = mirror.status().block
    steps = 0
    while _version(db) != FOLDS.version():
        assert _names(db) == {"as the old program wrote it"}
        with pytest.raises(NothingToVerify, match="fold them first"):
            verify(db, table(), FOLDS)
        mirror.step()
        steps += 1
        status = mirror.status()
        assert (status.block, status.behind) == (held, 5)
        assert "blocks" in (status.folding or "")
    assert steps > 4
    assert "as the old program wrote it" not in _names(db)
    mirror.catch_up()
    assert mirror.status().folding is None
    _assert_equals_rebuild(db, source)


def test_tables_of_another_shape_are_not_read(db: Database, grown: History) -> None:
    with db.write() as conn:
        making.drop(conn)
        conn.exec_driver_sql("ALTER TABLE member DROP COLUMN roles")
        conn.exec_driver_sql("UPDATE checkpoint SET projections = '1-0123456789ab'")
        conn.exec_driver_sql("CREATE TABLE of_the_old_program (id BIGINT)")
    source = grown.chain.source()
    mirror = _mirror(db, source)
    mirror.step()
    with pytest.raises(NotServed, match=r"version 1-0123456789ab, this program reads .*; the projections are folded again"), db.read():
        pass
    with db.read_raw() as conn:
        assert conn.exec_driver_sql("SELECT count(*) FROM raw_event").scalar_one() > 100
    mirror.catch_up()
    _assert_equals_rebuild(db, source)
    with db.read() as conn:
        assert not conn.dialect.has_table(conn, "of_the_old_program")
        assert _members_in_views(conn) > 4


def test_what_was_folded_for_another_history_is_begun_again(db: Database, grown: History, monkeypatch: pytest.MonkeyPatch) -> None:
    source = grown.chain.source()
    _newer(monkeypatch)
    newer = _mirror(db, source)
    for _ in range(4):
        newer.step()
    newer.close()
    _newer(monkeypatch, by=-1)
    kept = grown.fork(58)
    grown.grow(60)
    source.replace(grown.chain.blocks[kept:])
    older = _mirror(db, source)
    for _ in range(3):
        older.catch_up()
    _newer(monkeypatch)
    _mirror(db, source).catch_up()
    _assert_equals_rebuild(db, source)


def test_a_second_new_version_begins_again(db: Database, grown: History, monkeypatch: pytest.MonkeyPatch) -> None:
    source = grown.chain.source()
    for _ in range(2):
        _newer(monkeypatch)
        mirror = _mirror(db, source)
        for _ in range(3):
            mirror.step()
        mirror.close()
    _mirror(db, source).catch_up()
    _assert_equals_rebuild(db, source)


def test_a_version_that_ended_as_it_had_switched_and_was_taken_back_folds_again(
    db: Database, grown: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it had folded is no longer beside: it has been put in place."""
    source = grown.chain.source()
    _newer(monkeypatch)
    newer = _mirror(db, source)
    with monkeypatch.context() as patch:
        patch.setattr(faults, "point", _ending("anew.switched"))
        with pytest.raises(SystemExit):
            newer.catch_up()
    _newer(monkeypatch, by=-1)
    assert sync.take_back(db) is not None
    _newer(monkeypatch)
    _mirror(db, source).catch_up()
    _assert_equals_rebuild(db, source)


def _ending(at: str) -> Callable[[str], None]:
    def point(name: str) -> None:
        if name == at:
            raise SystemExit(name)

    return point


@pytest.mark.parametrize("number", [fold.GENERATION, fold.GENERATION + 1])
def test_a_program_leaves_later_records_alone_and_another_programs_of_its_number(
    db: Database, grown: History, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "LOOK_SECONDS", 0.0)
    held, theirs = _checkpoint(db), f"{number}-0123456789ab"
    with db.write() as conn:
        conn.exec_driver_sql(f"UPDATE checkpoint SET projections = '{theirs}'")
    grown.grow(5)
    source = grown.chain.source()
    mirror = _mirror(db, source)
    for _ in range(3):
        assert not mirror.step()
    assert _checkpoint(db) == (*held[:2], theirs)
    status = mirror.status()
    assert not mirror.fits and not status.readable and theirs in (status.outdated or "")
    with pytest.raises(NotServed, match="start its version here, too"), db.read():
        pass
    assert sync.take_back(db) == theirs
    mirror.catch_up()
    assert sync.take_back(db) is None
    assert mirror.fits and mirror.status().outdated is None
    _assert_equals_rebuild(db, source)


def test_a_program_that_slept_through_the_switch_writes_none_of_its_rows(
    db: Database, grown: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    grown.grow(5)
    source = grown.chain.source()
    older = _mirror(db, source)
    with db.write() as conn:
        conn.exec_driver_sql(f"UPDATE checkpoint SET projections = '{fold.GENERATION + 1}-{FOLDS.version().partition('-')[2]}'")
    held = _checkpoint(db)
    with pytest.raises(CheckpointMoved):
        older.step()
    assert older.fits
    assert not older.step() and not older.fits and older.status().readable
    assert _checkpoint(db) == held


def test_a_program_notices_a_later_one_though_no_block_comes(db: Database, grown: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync, "LOOK_SECONDS", 0.0)
    mirror = _mirror(db, grown.chain.source())
    mirror.catch_up()
    with db.write() as conn:
        conn.exec_driver_sql(f"UPDATE checkpoint SET projections = '{fold.GENERATION + 1}-0123456789ab'")
    assert mirror.fits
    mirror.step()
    assert not mirror.fits and not mirror.status().readable


POINTS = ["folded:3", "committed", "closed:2", "switching", "switched"]


@pytest.mark.parametrize("point", POINTS)
def test_killed_while_folding_again_it_goes_on(database_url: str, point: str) -> None:
    play(database_url, SEED)
    command = [sys.executable, "-m", "tests.ledger.mirror.killed", database_url, str(SEED), "anew"]
    named = f"mirror.{point}" if point.startswith("closed") else f"anew.{point}"
    killed = subprocess.run(command, env={**os.environ, faults.VARIABLE: named}, check=False, timeout=60).returncode
    assert killed == -signal.SIGKILL
    source = final_source(SEED)
    fold_anew(database_url, source)
    opened = database.open(database_url)
    with pytest.MonkeyPatch.context() as patch:
        _newer(patch)
        _assert_equals_rebuild(opened, source)
    opened.close()


def test_readers_see_one_version_or_the_other(db: Database, grown: History, monkeypatch: pytest.MonkeyPatch) -> None:
    source, height, stop = grown.chain.source(), grown.chain.blocks[-1].number, threading.Event()

    def everything(conn: Connection) -> Hashable:
        # The last tables first: the switch goes the other way.
        return tuple(digest(conn, until(each, height))[1] for each in reversed(FOLDS.projections))

    with hammered(db, everything) as seen:
        for _ in range(3):
            _newer(monkeypatch)
            mirror = _mirror(db, source)
            thread = threading.Thread(target=mirror.run, args=(stop,))
            thread.start()
            _until(lambda: _version(db) == FOLDS.version())
            stop.set()
            thread.join()
            stop.clear()
    assert len(seen) == 1 and seen.total() > 20
    _assert_equals_rebuild(db, source)
    with db.read() as conn:
        assert _members_in_views(conn) > 4


def _members_in_views(conn: Connection) -> int:
    (view,) = (each for each in VIEWS if each.name == "members")
    return int(conn.exec_driver_sql(f"SELECT count(*) FROM {making.full_name(conn, view)}").scalar_one())


def _until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not done():
        assert time.monotonic() < end
        time.sleep(0.01)


def _checkpoint(db: Database) -> tuple[int, bytes, str]:
    with db.read_raw() as conn:
        return tuple(conn.exec_driver_sql("SELECT block, hash, projections FROM checkpoint").one())


def _version(db: Database) -> str:
    return _checkpoint(db)[2]
