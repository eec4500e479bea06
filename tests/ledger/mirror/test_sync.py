"""The mirror follows a chain: catching up, restarts, reorganisations, lagging and failing nodes."""

import errno
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import Connection, event, func, select, text
from sqlalchemy.exc import OperationalError

from ledger.chain.blocks import Block, BlockSource, InconsistentAnswer, RecordedSource
from ledger.chain.decode import DecodeError
from ledger.chain.rpc import NodeUnreachable, RpcError
from ledger.chain.sources import NodesDisagree
from ledger.mirror import database, sync
from ledger.mirror.concepts import FOLDS
from ledger.mirror.database import Database, is_full
from ledger.mirror.models import BLOCK, MEMBER, MEMBER_KEY, RAW_EVENT, TX
from ledger.mirror.queries import members
from ledger.mirror.reader import NearReader
from ledger.mirror.state import FoldError
from ledger.mirror.sync import FinalityViolated, Identity, Mirror, Span, WrongLedger
from ledger.mirror.verify import verify
from ledger.mirror.writer import CheckpointMoved
from tests.ledger.mirror import told
from tests.ledger.mirror.chains import IDENTITY, START, Chain, table
from tests.ledger.mirror.conftest import MakeMirror

NAMES = [f"member {at}" for at in range(12)]


def _chain(blocks: int = 12) -> Chain:
    """One admission a block, and in each later block a change to the first member."""
    chain = Chain()
    for at in range(blocks):
        chain.mine(told.admitted(NAMES[at % 12] if at < 12 else f"late {at}"), [told.roles_set(NAMES[0], at + 1)])
    return chain


def _count(db: Database, table_: Any) -> int:
    with db.read() as conn:
        return conn.execute(select(func.count()).select_from(table_)).scalar_one()


def _assert_equals_rebuild(db: Database, source: BlockSource) -> None:
    report = verify(db, table(), FOLDS, source=source)
    assert report.equal, [check for check in report.tables if not check.equal]


def _roles(db: Database) -> list[int]:
    """Every version of the first member's roles, in order."""
    with db.read() as conn:
        rows = select(MEMBER.table.c.roles).where(MEMBER.table.c.account == told.account(NAMES[0])).order_by(MEMBER.table.c.from_pos)
        return list(conn.execute(rows).scalars())


def test_catches_up_and_stays(db: Database, mirror_of: MakeMirror) -> None:
    chain = _chain()
    source = chain.source()
    mirror = mirror_of(source)
    mirror.catch_up()
    assert (_count(db, BLOCK), _count(db, TX), _count(db, RAW_EVENT)) == (12, 24, 36)
    assert _count(db, MEMBER_KEY.table) == 12
    assert _roles(db) == list(range(1, 13))
    source.extend([chain.mine([told.suspended(NAMES[0])])])
    mirror.catch_up()
    assert mirror.status().block == START + 12 and mirror.status().behind == 0
    _assert_equals_rebuild(db, source)


def test_a_restart_goes_on_where_it_was(db: Database, mirror_of: MakeMirror) -> None:
    source = _chain().source()
    source.serve(START + 4)
    mirror_of(source).catch_up()
    source.serve(None)
    again = mirror_of(source)
    assert again.status().block == START + 4 and again.status().time is not None
    again.catch_up()
    assert _roles(db) == list(range(1, 13))
    _assert_equals_rebuild(db, source)


def test_the_row_knows_the_event_that_wrote_it_and_the_one_that_ended_it(db: Database, mirror_of: MakeMirror) -> None:
    mirror_of(_chain(3).source()).catch_up()
    with db.read() as conn:
        asked = select(MEMBER.table.c.from_pos, MEMBER.table.c.to_pos).where(MEMBER.table.c.account == told.account(NAMES[0]))
        ranges = conn.execute(asked.order_by(MEMBER.table.c.from_pos)).all()
    # Admission (roles 1) is log 0 of the first block; the first roles_set says the same and writes nothing.
    second, third = (START + 1) << 20 | 4, (START + 2) << 20 | 4
    assert [tuple(one) for one in ranges] == [(START << 20, second), (second, third), (third, None)]


@pytest.mark.parametrize("kept", range(12))
def test_a_reorganisation_of_any_depth_ends_as_the_new_chain(db: Database, mirror_of: MakeMirror, kept: int) -> None:
    chain = _chain()
    source = chain.source()
    mirror = mirror_of(source)
    mirror.catch_up()
    for grown in (0, 1, 5):
        chain = chain.fork(kept)
        for at in range(12 - kept + grown):
            chain.mine(told.admitted(NAMES[0]) if not kept and not at else [told.roles_set(NAMES[0], 100 * grown + at)])
        source.replace(chain.blocks[kept:])
        mirror.catch_up()
        mirror.catch_up()
        assert mirror.status().block == START + 11 + grown
        assert mirror.status().hash == chain.blocks[-1].hash
        _assert_equals_rebuild(db, source)


def test_a_shorter_chain_with_other_blocks_is_a_reorganisation(db: Database, mirror_of: MakeMirror) -> None:
    chain = _chain()
    source = chain.source()
    mirror = mirror_of(source)
    mirror.catch_up()
    fork = chain.fork(6)
    fork.mine([told.roles_set(NAMES[0], 99)])
    source.replace(fork.blocks[6:])
    mirror.catch_up()
    mirror.catch_up()
    assert mirror.status().block == START + 6
    assert _roles(db)[-1] == 99
    _assert_equals_rebuild(db, source)


def test_a_lower_head_is_a_lagging_node_and_never_a_reorganisation(db: Database, mirror_of: MakeMirror) -> None:
    source = _chain().source()
    mirror = mirror_of(source, development=False)
    mirror.catch_up()
    before = _roles(db)
    for head in (START + 3, START - 1, START + 10):
        source.serve(head)
        assert mirror.step() is False
        assert mirror.status().block == START + 11 and mirror.status().head == head
    assert _roles(db) == before


def test_below_finality_nothing_is_undone_and_the_mirror_stops(
    db: Database, mirror_of: MakeMirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "DOUBT_SECONDS", 0.2)
    chain = _chain()
    source = chain.source()
    mirror = mirror_of(source, finality=3, development=False)
    mirror.catch_up()
    shallow = chain.fork(9)
    for at in range(4):
        shallow.mine([told.roles_set(NAMES[0], 50 + at)])
    source.replace(shallow.blocks[9:])
    mirror.catch_up()
    mirror.catch_up()
    assert _roles(db)[-1] == 53 and mirror.status().final == START + 12 - 3
    deep = shallow.fork(9)
    deep.mine([])
    source.replace(deep.blocks[9:])
    rows, stop = _roles(db), threading.Event()
    with pytest.raises(FinalityViolated, match="nothing was undone"):
        mirror.run(stop)
    assert _roles(db) == rows
    assert "4 blocks below our head" in (mirror.status().alarm or "")
    with pytest.raises(FinalityViolated):
        mirror.wait_for(START + 100, timeout=1)


def test_another_history_than_the_final_one_that_a_node_takes_back_stops_nothing(db: Database, mirror_of: MakeMirror) -> None:
    chain = _chain()
    source = chain.source()
    mirror = mirror_of(source, finality=0, development=False)
    mirror.catch_up()
    true, rows = chain.blocks[-1], _roles(db)
    other = chain.fork(len(chain.blocks) - 1)
    other.mine([told.roles_set(NAMES[0], 77)])
    for _ in range(2):
        source.replace(other.blocks[-1:])
        with pytest.raises(InconsistentAnswer, match="nothing was undone; one that stands by it"):
            mirror.catch_up()
        source.replace([true])
        mirror.catch_up()
    assert _roles(db) == rows and mirror.status().hash == true.hash and mirror.status().alarm is None


class _Changing(RecordedSource):
    """A node whose chain changes between the head's answer and the blocks' answer."""

    def __init__(self, chain: Chain, fork: Chain, kept: int) -> None:
        super().__init__(chain.blocks)
        self.change: Callable[[], None] | None = lambda: self.replace(fork.blocks[kept:])

    def fetch(self, first: int, last: int) -> list[Block]:
        if self.change and first > START + 6:
            change, self.change = self.change, None
            change()
        return super().fetch(first, last)


def test_a_reorganisation_between_two_answers_is_noticed_by_the_parent_hash(db: Database, mirror_of: MakeMirror) -> None:
    chain = _chain()
    fork = chain.fork(4)
    for at in range(10):
        fork.mine([told.roles_set(NAMES[0], 70 + at)])
    source = _Changing(chain, fork, 4)
    mirror = mirror_of(source)
    for _ in range(40):
        mirror.step()
    assert mirror.status().hash == fork.blocks[-1].hash
    _assert_equals_rebuild(db, source)


class _Failing(RecordedSource):
    """A node that fails in every way before each good answer."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        super().__init__(blocks)
        self.faults: list[Exception] = [
            NodeUnreachable("http://127.0.0.1:1", "refused"),
            RpcError(-32005, "query returned more than 10000 results"),
            InconsistentAnswer("the chain moved"),
        ]

    def fetch(self, first: int, last: int) -> list[Block]:
        if self.faults:
            raise self.faults.pop()
        return super().fetch(first, last)


def _run_to_the_end(mirror: Mirror) -> None:
    """Until it has all of the chain."""
    stop = threading.Event()
    thread = threading.Thread(target=mirror.run, args=(stop,))
    thread.start()
    try:
        mirror.wait_for(START + 11, timeout=20)
    finally:
        stop.set()
        thread.join()


def test_faults_of_a_node_are_retried_until_they_pass(db: Database, mirror_of: MakeMirror) -> None:
    source = _Failing(_chain().blocks)
    mirror = mirror_of(source)
    _run_to_the_end(mirror)
    assert not source.faults and mirror.status().fault is None
    _assert_equals_rebuild(db, source)


def test_a_mirror_outlives_that_others_have_all_connections(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_POOL", {"pool_size": 1, "max_overflow": 0, "pool_timeout": 0.05})
    db, source, stop = database.open(database_url), _chain().source(), threading.Event()
    mirror = Mirror(db, source, table(), IDENTITY, FOLDS, development=True, poll=0.01)
    thread = threading.Thread(target=mirror.run, args=(stop,))
    try:
        with db.read_raw():
            thread.start()
            _until(lambda: "QueuePool limit" in (mirror.status().fault or ""))
        mirror.wait_for(START + 11, timeout=20)
    finally:
        stop.set()
        thread.join()
        db.close()
    assert mirror.status().alarm is None


@pytest.mark.parametrize("lack", [MemoryError(), OSError(errno.EMFILE, "Too many open files")])
def test_a_mirror_outlives_what_its_machine_lacks_for_a_while(db: Database, mirror_of: MakeMirror, lack: Exception) -> None:
    source = _Failing(_chain().blocks)
    source.faults = [lack]
    _run_to_the_end(mirror_of(source))
    assert not source.faults
    _assert_equals_rebuild(db, source)


def test_nodes_that_differ_for_a_moment_stop_nothing(db: Database, mirror_of: MakeMirror) -> None:
    source = _Failing(_chain().blocks)
    source.faults = [NodesDisagree("final blocks"), NodesDisagree("final blocks")]
    mirror = mirror_of(source)
    _run_to_the_end(mirror)
    assert mirror.status().alarm is None
    _assert_equals_rebuild(db, source)


@pytest.mark.parametrize("committed", [True, False])
def test_a_connection_that_breaks_at_a_commit(
    db: Database, mirror_of: MakeMirror, monkeypatch: pytest.MonkeyPatch, committed: bool
) -> None:
    source = _chain().source()
    mirror, whole = mirror_of(source), Database.write
    broken: list[int] = []

    @contextmanager
    def write(database_: Database) -> Iterator[Connection]:
        with whole(database_) as conn:
            yield conn
            if not committed and not broken:
                broken.append(1)
                raise OperationalError("COMMIT", {}, RuntimeError("connection lost before the commit"))
        if not broken:
            broken.append(1)
            raise OperationalError("COMMIT", {}, RuntimeError("connection lost after the commit"))

    monkeypatch.setattr(Database, "write", write)
    with pytest.raises(OperationalError):
        mirror.step()
    mirror.catch_up()
    assert _roles(db) == list(range(1, 13))
    _assert_equals_rebuild(db, source)


@contextmanager
def _beginning_with(db: Database, statement: str) -> Iterator[None]:
    """Each transaction begins with a statement."""

    def begin(conn: Connection) -> None:
        conn.exec_driver_sql(statement)

    event.listen(db.engine, "begin", begin)
    try:
        yield
    finally:
        event.remove(db.engine, "begin", begin)


def _until_said(mirror: Mirror, word: str) -> None:
    end = time.monotonic() + 20
    while word not in (mirror.status().fault or ""):
        assert time.monotonic() < end and mirror.status().alarm is None, mirror.status()
        time.sleep(0.01)


@contextmanager
def _in_its_thread(mirror: Mirror) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=mirror.run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        mirror.wake()
        thread.join()


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_full_disk_is_waited_for(db: Database, mirror_of: MakeMirror) -> None:
    """Here it is full before the commit, as where a batch is larger than what a connection keeps in memory."""
    source = _chain(300).source()
    mirror = mirror_of(source)
    with _beginning_with(db, "PRAGMA max_page_count = 1"):
        with pytest.raises(OperationalError) as full:
            mirror.catch_up()
        assert is_full(full.value)
        with _in_its_thread(mirror):
            _until_said(mirror, "disk is full")
    with _beginning_with(db, "PRAGMA max_page_count = 1073741823"), _in_its_thread(mirror):
        mirror.wait_for(source.head(), timeout=20)
    _assert_equals_rebuild(db, source)


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
@pytest.mark.parametrize("where", ["raw_event", "member"])
def test_a_statement_that_the_server_ends_is_tried_again(db: Database, mirror_of: MakeMirror, where: str) -> None:
    """By a limit of its time, a deadlock, or a person: here somebody else locks a table that is written to."""
    source = _chain().source()
    mirror = mirror_of(source)
    with db.engine.connect() as other, other.begin(), _beginning_with(db, "SET LOCAL lock_timeout = '50ms'"), _in_its_thread(mirror):
        other.execute(text(f"LOCK TABLE {where} IN SHARE MODE"))
        _until_said(mirror, "lock timeout")
        other.rollback()
        mirror.wait_for(source.head(), timeout=20)
    _assert_equals_rebuild(db, source)


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_server_that_is_for_reading_only_for_a_while_is_waited_for(db: Database, mirror_of: MakeMirror) -> None:
    source = _chain().source()
    mirror = mirror_of(source)
    with ExitStack() as stack:
        with _beginning_with(db, "SET TRANSACTION READ ONLY"):
            stack.enter_context(_in_its_thread(mirror))
            _until_said(mirror, "read-only")
        mirror.wait_for(source.head(), timeout=20)
    _assert_equals_rebuild(db, source)


def test_waiting_ends_at_the_timeout_with_what_is_held(mirror_of: MakeMirror) -> None:
    mirror = mirror_of(_chain().source())
    with pytest.raises(TimeoutError, match=f"the mirror is at {START - 1}"):
        mirror.wait_for(START, timeout=0.01)


def test_one_thread_waits_while_another_mirrors(db: Database, mirror_of: MakeMirror) -> None:
    chain = _chain(2)
    source = chain.source()
    mirror, stop = mirror_of(source), threading.Event()
    thread = threading.Thread(target=mirror.run, args=(stop,))
    thread.start()
    try:
        mirror.wait_for(START + 1, timeout=20)
        source.extend([chain.mine([told.suspended(NAMES[1])])])
        mirror.wait_for(START + 2, timeout=20)
        with db.read() as conn:
            row = select(MEMBER.table.c.suspended).where(MEMBER.table.c.account == told.account(NAMES[1]), MEMBER.table.c.to_pos.is_(None))
            assert conn.execute(row).scalar_one() is True
    finally:
        stop.set()
        thread.join()


def test_another_ledger_is_refused(db: Database, mirror_of: MakeMirror) -> None:
    mirror_of(_chain().source()).catch_up()
    other = Identity(IDENTITY.chain_id, b"M" * 32, START)
    with pytest.raises(WrongLedger, match="give a new database"):
        Mirror(db, _chain().source(), table(), other, FOLDS)


def test_two_mirrors_on_one_database_never_both_write(mirror_of: MakeMirror) -> None:
    source = _chain().source()
    one, other = mirror_of(source), mirror_of(source)
    one.step()
    with pytest.raises(CheckpointMoved):
        other.step()


def test_who_leads_again_knows_what_another_wrote_meanwhile(db: Database, mirror_of: MakeMirror) -> None:
    chain = Chain()
    chain.mine(told.admitted("Bank"))
    one, other = mirror_of(chain.source()), mirror_of(chain.source())
    one.catch_up()
    one._follow()
    chain.mine([told.suspended("Bank")])
    other._reader = NearReader(chain.source())
    other._follow()
    other.catch_up()
    chain.mine([told.roles_set("Bank", 3)])
    one._reader = NearReader(chain.source())
    one.catch_up()
    with db.read() as conn:
        held = members.get(conn, told.account("Bank"))
    assert held is not None and (held.suspended, held.roles) == (True, 3)


def test_who_follows_says_how_far_behind_the_leader_is(mirror_of: MakeMirror) -> None:
    chain = Chain()
    chain.mine(told.admitted("Bank"))
    one, other = mirror_of(chain.source()), mirror_of(chain.source())
    one.catch_up()
    chain.mine([told.suspended("Bank")])
    chain.mine([told.reinstated("Bank")])
    other._reader = NearReader(chain.source())
    other._follow()
    assert other.status().behind == 2


def test_an_event_that_contradicts_the_rows_stops_the_mirror_and_leaves_nothing(db: Database, mirror_of: MakeMirror) -> None:
    chain = _chain(3)
    chain.mine([told.roles_set("a stranger", 1)])
    mirror = mirror_of(chain.source())
    with pytest.raises(FoldError, match="member has no live row"):
        mirror.catch_up()
    held = mirror.status().block
    assert held < START + 3 and _count(db, BLOCK) == held - START + 1


def test_malformed_event_data_stops_the_mirror_and_leaves_nothing(db: Database, mirror_of: MakeMirror) -> None:
    chain = _chain(1)
    block = chain.mine([told.roles_set(NAMES[0], 1)])
    chain.blocks[-1] = replace(block, logs=(replace(block.logs[0], data=b"\xff" * 32),))
    mirror = mirror_of(chain.source())
    with pytest.raises(DecodeError, match="MemberRolesSet"):
        mirror.catch_up()
    assert _count(db, BLOCK) == 1


def test_a_mirror_in_a_second_process_of_the_same_file_reads_whole_blocks(database_url: str) -> None:
    source = _chain().source()
    writing, reading = database.open(database_url), database.open(database_url)
    mirror = Mirror(writing, source, table(), IDENTITY, FOLDS)
    with reading.read() as conn:
        seen = [conn.execute(select(func.count()).select_from(one)).scalar_one() for one in (BLOCK,)]
        mirror.catch_up()
        seen += [conn.execute(select(func.count()).select_from(one)).scalar_one() for one in (BLOCK, RAW_EVENT)]
    assert seen == [0, 0, 0]
    assert _count(reading, BLOCK) == 12
    writing.close()
    reading.close()


def test_the_span_grows_while_steps_are_quick_and_shrinks_when_slow_or_refused() -> None:
    span = Span()
    for _ in range(20):
        span.took(0.001, span.size)
    assert span.size == span.most
    span.took(1.0, span.size)
    assert span.size == span.most // 2
    for _ in range(20):
        span.took(1.0, span.size)
    assert span.size == span.least
    span.took(span.target / 2, span.size)
    assert span.size == span.least
    for _ in range(20):
        span.refused()
    assert span.size == 1
    span.took(0.001, 0)
    assert span.size == 1
    for _ in range(20):
        span.took(1.0, span.size)
    assert span.size == span.least


def test_who_follows_says_that_nobody_takes_the_blocks(mirror_of: MakeMirror, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync, "STALLED_SECONDS", 0.2)
    source = _chain().source()
    source.serve(START + 4)
    keeps, follows = mirror_of(source), mirror_of(source)
    keeps.catch_up()
    with _running(follows, leads=lambda: False):
        time.sleep(0.5)
        assert follows.status().fault is None, "at the head there is nothing to take"
        source.serve(None)
        _until(lambda: "takes no blocks" in (follows.status().fault or ""))
        keeps.catch_up()
        _until(lambda: follows.status().fault is None)
        _until(lambda: follows.status().behind == 0)


@contextmanager
def _running(mirror: Mirror, leads: Callable[[], bool]) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=mirror.run, args=(stop, leads))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _until(holds: Callable[[], bool]) -> None:
    last = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < last, "not in time"
        time.sleep(0.01)
