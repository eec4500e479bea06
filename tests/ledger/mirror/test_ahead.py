"""Blocks read ahead are those that would have been read later, whatever becomes of the chain or the node meanwhile."""

import threading
from collections.abc import Sequence

import pytest

from ledger.chain.blocks import Block, RecordedSource
from ledger.chain.rpc import NodeUnreachable
from ledger.mirror.ahead import Ahead
from ledger.mirror.concepts import FOLDS
from ledger.mirror.database import Database
from ledger.mirror.reader import NearReader
from ledger.mirror.sync import Span
from ledger.mirror.verify import verify
from tests.ledger.mirror import told
from tests.ledger.mirror.chains import START, Chain, table
from tests.ledger.mirror.conftest import MakeMirror

PARENT = b"p" * 32


class _Noted(RecordedSource):
    """A source that notes who asked for which blocks."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        super().__init__(blocks)
        self.asked: list[tuple[int, int, str]] = []
        self.away = False

    def fetch(self, first: int, last: int) -> list[Block]:
        self.asked.append((first, last, threading.current_thread().name))
        if self.away:
            raise NodeUnreachable("http://127.0.0.1:1", "away")
        return super().fetch(first, last)


def _chain(blocks: int) -> Chain:
    chain = Chain()
    for at in range(blocks):
        chain.mine(told.admitted(f"member {at}"))
    return chain


def test_without_a_thread_blocks_are_read_when_their_turn_comes_and_ahead_once_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    source, ahead = _Noted(_chain(6).blocks), Ahead()
    reader = NearReader(source)

    def none(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as scarce:
        scarce.setattr(threading.Thread, "start", none)
        ahead.ask(reader, START, START + 1, PARENT)
    assert not ahead.asked
    assert ahead.batch(reader, START, START, PARENT).number == START
    ahead.ask(reader, START + 1, START + 2, PARENT)
    assert ahead.batch(reader, START + 1, START + 5, PARENT).number == START + 2
    assert [asked[:2] for asked in source.asked] == [(START, START), (START + 1, START + 2)]


def test_what_was_asked_for_is_handed_out_once() -> None:
    source, ahead = _Noted(_chain(6).blocks), Ahead()
    reader = NearReader(source)
    ahead.ask(reader, START, START + 2, PARENT)
    assert [block.number for block in ahead.batch(reader, START, START + 5, PARENT).blocks] == [START, START + 1, START + 2]
    assert [block.number for block in ahead.batch(reader, START, START + 1, PARENT).blocks] == [START, START + 1]
    assert [name.startswith("read-ahead") for *_, name in source.asked] == [True, False]


def test_what_begins_elsewhere_is_read_anew() -> None:
    reader, ahead = NearReader(_chain(6).source()), Ahead()
    ahead.ask(reader, START + 3, START + 4, PARENT)
    assert ahead.batch(reader, START, START, PARENT).number == START


def test_a_fault_comes_when_the_blocks_are_wanted() -> None:
    source, ahead = _Noted(_chain(6).blocks), Ahead()
    reader = NearReader(source)
    source.away = True
    ahead.ask(reader, START, START, PARENT)
    with pytest.raises(NodeUnreachable):
        ahead.batch(reader, START, START, PARENT)
    source.away = False
    assert ahead.batch(reader, START, START, PARENT).number == START


def test_a_mirror_that_is_behind_reads_ahead_and_never_past_the_head(mirror_of: MakeMirror) -> None:
    source = _Noted(_chain(40).blocks)
    mirror_of(source).catch_up()
    firsts = [first for first, *_ in source.asked]
    assert firsts == sorted(set(firsts))
    assert max(last for _, last, _ in source.asked) == START + 39
    assert sum(name.startswith("read-ahead") for *_, name in source.asked) == len(firsts) - 1


def test_a_reorganisation_of_what_was_read_ahead_is_undone(db: Database, mirror_of: MakeMirror, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Span, "took", lambda *_: None)
    chain = _chain(12)
    source = chain.source()
    mirror = mirror_of(source)
    for _ in range(4):
        mirror.step()
    fork = chain.fork(2)
    for at in range(12):
        fork.mine(told.admitted(f"another {at}"))
    source.replace(fork.blocks[2:])
    for _ in range(30):
        mirror.step()
    assert mirror.status().hash == fork.blocks[-1].hash
    report = verify(db, table(), FOLDS, source=source)
    assert report.equal, [check for check in report.tables if not check.equal]
