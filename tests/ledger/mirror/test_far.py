"""Reading and folding in another process: the same rows, whatever becomes of it, of its parent, of the nodes and of the chain."""

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing import Pipe
from typing import Any

import psutil
import pytest

from ledger import faults
from ledger.chain.blocks import Block, InconsistentAnswer, MalformedAnswer, RecordedSource
from ledger.chain.rpc import NodeUnreachable, RpcError
from ledger.chain.sources import NodesDisagree, Standing, Undecided
from ledger.mirror import state
from ledger.mirror.batch import Batch
from ledger.mirror.concepts import FOLDS
from ledger.mirror.database import Database
from ledger.mirror.far import Answer, FarReader
from ledger.mirror.far_reader import FoldingReader
from ledger.mirror.folder import Folder
from ledger.mirror.reader import NearReader
from ledger.mirror.state import FoldError
from ledger.mirror.sync import Mirror
from ledger.mirror.verify import verify
from tests.ledger.mirror import told
from tests.ledger.mirror.chains import IDENTITY, START, Chain, address_of, encoded, table
from tests.ledger.mirror.far import STEP_BLOCKS, far_mirror, go_far
from tests.ledger.mirror.histories import History
from tests.ledger.mirror.live import Live
from tests.ledger.mirror.lying import lying

pytestmark = pytest.mark.long

GROWN = 24

same_on_both = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
"""Read and asked alike, whatever the database: one is enough."""


@pytest.fixture
def grown(live: Live) -> Live:
    live.grow(GROWN)
    return live


@pytest.fixture
def behind(db: Database, grown: Live) -> Iterator[tuple[Mirror, FarReader, int]]:
    """A mirror far behind whose reading process is ready: the mirror, its reader, and the process's pid."""
    mirror, reader = far_mirror(db, [grown.rpc.url])
    yield mirror, reader, go_far(mirror, reader)
    reader.left(0)


def _assert_equals(db: Database, source: Any) -> None:
    report = verify(db, table(), FOLDS, source=source)
    assert report.equal, [check for check in report.tables if not check.equal]
    assert report.height == source.head()


def _is_over(pid: int) -> bool:
    """Whether a process has ended; it may still be somebody's zombie."""
    try:
        process = psutil.Process(pid)
        process.wait(10)
    except (psutil.NoSuchProcess, psutil.TimeoutExpired):
        return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    return True


class _Spy:
    """A reader that notes each batch, and how far the mirror was when it was asked for."""

    def __init__(self, mirror: Mirror, reader: FarReader) -> None:
        self.mirror, self.reader = mirror, reader
        self.seen: list[tuple[int, int, Batch]] = []
        mirror._reader = self

    def __getattr__(self, name: str) -> Any:
        return getattr(self.reader, name)

    def batch(self, first: int, last: int, parent: bytes | None) -> Batch:
        held = self.mirror.status().block
        read = self.reader.batch(first, last, parent)
        self.seen.append((first, held, read))
        return read


def test_what_another_process_folds_is_what_is_written(db: Database, grown: Live, behind: tuple[Mirror, FarReader, int]) -> None:
    mirror, reader, pid = behind
    spy = _Spy(mirror, reader)
    mirror.catch_up()
    assert sum(read.changes is not None for *_, read in spy.seen) == len(spy.seen) > 5
    assert (_is_over(pid) and psutil.Process().children(recursive=True) == []) or reader._process is None
    _assert_equals(db, grown.source)


@same_on_both
def test_one_batch_at_most_is_read_ahead(grown: Live, behind: tuple[Mirror, FarReader, int]) -> None:
    mirror, reader, _ = behind
    spy = _Spy(mirror, reader)
    mirror.catch_up()
    assert max(first - 1 - held for first, held, _ in spy.seen) <= STEP_BLOCKS


def test_at_the_head_no_other_process_is_begun(db: Database, grown: Live, behind: tuple[Mirror, FarReader, int]) -> None:
    mirror, reader, pid = behind
    mirror.catch_up()
    assert _is_over(pid)
    for _ in range(3):
        grown.grow(1)
        mirror.step()
    assert reader._process is None
    _assert_equals(db, grown.source)


@same_on_both
def test_who_stops_in_the_middle_leaves_no_process(grown: Live, behind: tuple[Mirror, FarReader, int]) -> None:
    mirror, _, pid = behind
    stop, steps = threading.Event(), iter(range(3))

    def leads() -> bool:
        if next(steps) == 2:
            stop.set()
        return True

    mirror.run(stop, leads)
    assert mirror.status().block < grown.source.head() and _is_over(pid)


@pytest.mark.parametrize("steps", [0, 1, 3])
def test_the_other_process_is_killed(
    db: Database, grown: Live, behind: tuple[Mirror, FarReader, int], steps: int, caplog: pytest.LogCaptureFixture
) -> None:
    mirror, reader, pid = behind
    for _ in range(steps):
        mirror.step()
    os.kill(pid, signal.SIGKILL)
    with caplog.at_level(logging.WARNING, "ledger.mirror.far"):
        mirror.catch_up()
    assert "has ended" in caplog.text and reader._process is None
    _assert_equals(db, grown.source)


@pytest.mark.parametrize("point", ["mirror.written:4", "mirror.committed:4"])
def test_the_mirror_is_killed_and_the_other_process_ends_with_it(db: Database, database_url: str, grown: Live, point: str) -> None:
    command = [sys.executable, "-m", "tests.ledger.mirror.far", database_url, grown.rpc.url]
    dying = subprocess.run(command, env={**os.environ, faults.VARIABLE: point}, stdout=subprocess.PIPE, check=False, timeout=60)
    assert dying.returncode == -signal.SIGKILL
    assert _is_over(int(dying.stdout))
    mirror, reader = far_mirror(db, [grown.rpc.url])
    assert mirror.status().block < GROWN
    go_far(mirror, reader)
    mirror.catch_up()
    _assert_equals(db, grown.source)


@same_on_both
def test_a_machine_without_another_process_reads_by_itself(
    db: Database, grown: Live, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("ledger.mirror.far.FAR_SECONDS", 0.0)
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    mirror, reader = far_mirror(db, [grown.rpc.url])
    mirror.catch_up()
    assert "can be had" in caplog.text and reader._process is None
    _assert_equals(db, grown.source)


@same_on_both
def test_a_program_that_ends_at_its_start_is_noticed(
    db: Database, grown: Live, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("ledger.mirror.far._PROGRAM", "ledger.no_such_program")
    mirror, reader = far_mirror(db, [grown.rpc.url])
    go_far(mirror, reader)
    mirror.catch_up()
    assert "has ended" in caplog.text and reader._process is None
    _assert_equals(db, grown.source)


@same_on_both
def test_one_core_has_no_other_process(db: Database, grown: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.mirror.far.FAR_SECONDS", 0.0)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
    mirror, reader = far_mirror(db, [grown.rpc.url])
    mirror.step()
    assert mirror.status().block < grown.source.head() and reader._process is None


@pytest.mark.parametrize("depth", [1, 5, 15])
def test_a_reorganisation_while_far_behind(db: Database, grown: Live, behind: tuple[Mirror, FarReader, int], depth: int) -> None:
    mirror, *_ = behind
    for _ in range(5):
        mirror.step()
    grown.reorganise(depth, b"?" * 32)
    # What was being read just then may contradict itself; it is read again.
    with suppress(InconsistentAnswer):
        mirror.catch_up()
    for _ in range(2):
        mirror.catch_up()
    _assert_equals(db, grown.source)


def test_a_commit_that_fails_is_folded_again(
    db: Database, grown: Live, behind: tuple[Mirror, FarReader, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror, reader, _ = behind
    spy = _Spy(mirror, reader)
    for _ in range(3):
        mirror.step()
    held = mirror.status().block
    with monkeypatch.context() as broken:
        broken.setattr("ledger.mirror.sync.write_changes", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            mirror.step()
    mirror.catch_up()
    again = [read for first, _, read in spy.seen if first == held + 1]
    assert len(again) == 2 and again[1].changes is not None
    _assert_equals(db, grown.source)


def test_an_event_that_contradicts_the_rows_stops_the_mirror_as_itself(
    db: Database, grown: Live, behind: tuple[Mirror, FarReader, int], caplog: pytest.LogCaptureFixture
) -> None:
    grown.emitter.emit(address_of("Members"), *encoded(told.suspended("Nobody")))
    grown.emitter.mine()
    mirror, *_ = behind
    with pytest.raises(FoldError, match="member has no live row"):
        mirror.catch_up()
    assert "has ended" in caplog.text
    assert mirror.status().block >= GROWN - STEP_BLOCKS


FAULTS: list[Exception] = [
    InconsistentAnswer("two answers"),
    MalformedAnswer("no hex"),
    Undecided("each has receipts"),
    NodesDisagree("final blocks"),
    RpcError(-32005, "too large", {"limit": 1_000}),
    NodeUnreachable("http://node", "away", maybe_received=False),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
def test_a_fault_comes_through_the_pipe_as_itself(fault: Exception) -> None:
    ours, theirs = Pipe()
    theirs.send(Answer(None, fault, [Standing(3, 0.5, 2.0, 1, "why")]))
    answer = ours.recv()
    assert (type(answer.fault), answer.fault.args, str(answer.fault)) == (type(fault), fault.args, str(fault))
    assert answer.standing == [Standing(3, 0.5, 2.0, 1, "why")]


@same_on_both
def test_a_fault_of_the_node_is_raised_and_the_other_process_goes_on(db: Database, grown: Live) -> None:
    away = [False]

    def lie(method: str, _: Any, answer: Any) -> Any:
        if away[0] and method == "eth_getLogs":
            raise RuntimeError("too many logs")
        return answer

    with lying(grown.rpc.url, lie) as node:
        mirror, reader = far_mirror(db, [node])
        pid = go_far(mirror, reader)
        mirror.step()
        mirror._ahead.settle()
        away[0] = True
        # What was read ahead comes first.
        mirror.step()
        with pytest.raises(RpcError, match="too many logs"):
            mirror.step()
        assert mirror._span.size == STEP_BLOCKS // 2
        away[0] = False
        mirror.step()
        assert reader._process is not None and reader._process.process.pid == pid
        mirror.catch_up()
    _assert_equals(db, grown.source)


@same_on_both
def test_a_node_that_lies_rests_after_the_other_process_has_ended_too(db: Database, grown: Live) -> None:
    def lie(method: str, _: Any, answer: Any) -> Any:
        return answer[1:] if method == "eth_getLogs" else answer

    with lying(grown.rpc.url, lie) as liar:
        mirror, reader = far_mirror(db, [liar, grown.rpc.url])
        reader._source._nodes[0].rest = 60.0  # type: ignore[attr-defined]
        go_far(mirror, reader)
        mirror.catch_up()
        assert reader._process is None and f"node {liar} rests" in (mirror.status().fault or "")
    _assert_equals(db, grown.source)


@pytest.mark.parametrize(("seed", "kept"), [(0, 0), (1, 0), (2, 0), (3, 100_000)])
def test_a_batch_is_folded_before_the_one_before_it_is_written(db: Database, seed: int, kept: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where no row is kept for longer than the next batch, forks included."""
    monkeypatch.setattr(state, "_KEPT", kept)
    history = History(seed)
    history.grow(50)
    source = history.chain.source()
    mirror = Mirror(db, source, table(), IDENTITY, FOLDS, development=True, reader=FoldingReader(source, Folder(table(), FOLDS), db))
    mirror._span.most = 3
    for depth in (0, 9, 30):
        kept_blocks = history.fork(depth)
        history.grow(depth + 12)
        source.replace(history.chain.blocks[kept_blocks:])
        for _ in range(5):
            mirror.step()
    for _ in range(3):
        mirror.catch_up()
    _assert_equals(db, source)


def _of(db: Database, blocks: list[Block]) -> FoldingReader:
    return FoldingReader(RecordedSource(blocks), Folder(table(), FOLDS), db)


def _chain(blocks: int) -> Chain:
    chain = Chain()
    for at in range(blocks):
        chain.mine(told.admitted(f"member {at}"), [told.roles_set("member 0", at + 1)])
    return chain


def test_who_begins_while_a_batch_is_being_written_folds_that_too(db: Database) -> None:
    chain = _chain(6)
    mirror = Mirror(db, RecordedSource(chain.blocks[:2]), table(), IDENTITY, FOLDS)
    mirror.catch_up()
    # Blocks 2 and 3 are on their way into the database.
    read = _of(db, chain.blocks).batch(START + 4, START + 5, chain.blocks[3].hash)
    mirror._reader = NearReader(chain.source())
    mirror.catch_up()
    assert read.changes is not None and len(read.changes.blocks) == 2
    [(closed, _)] = [(keys, projection) for projection, keys in read.changes.folded.closed.items() if projection.name == "member"]
    assert len(closed) == 1


def test_what_does_not_follow_is_handed_on_as_read(db: Database) -> None:
    chain = _chain(6)
    Mirror(db, RecordedSource(chain.blocks[:2]), table(), IDENTITY, FOLDS).catch_up()
    read = _of(db, chain.blocks).batch(START + 2, START + 3, b"another" + bytes(25))
    assert read.changes is None and read.blocks == chain.blocks[2:4]


def test_a_database_that_does_not_lead_to_the_blocks_is_a_fault_that_passes(db: Database) -> None:
    chain, fork = _chain(6), _chain(2).fork(1)
    fork.mine(told.admitted("another"))
    Mirror(db, RecordedSource(fork.blocks), table(), IDENTITY, FOLDS).catch_up()
    reader = _of(db, chain.blocks)
    with pytest.raises(InconsistentAnswer, match="does not lead to block"):
        reader.batch(START + 2, START + 3, chain.blocks[1].hash)
