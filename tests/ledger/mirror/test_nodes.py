"""Nodes that lie, lag or leave things out: noticed and said, another is asked, and no wrong row is written."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from ledger.chain.blocks import BlockSource, Checks
from ledger.chain.headers import HeaderForm
from ledger.chain.nodes import Nodes
from ledger.chain.rpc import Rpc
from ledger.chain.sources import NodesDisagree, source_of
from ledger.mirror import sync
from ledger.mirror.concepts import FOLDS
from ledger.mirror.database import Database
from ledger.mirror.sync import Mirror
from ledger.mirror.verify import verify
from tests.ledger.chain.emitter import Emitter
from tests.ledger.mirror import told
from tests.ledger.mirror.chains import address_of, encoded, table
from tests.ledger.mirror.live import LIVE_IDENTITY, Live
from tests.ledger.mirror.lying import Lie, lying

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)

GROWN = 20
_CHECKED = Checks(headers=HeaderForm.ETHEREUM, receipts=True)


def _of_header(at: int, **changed: Any) -> Lie:
    def lie(method: str, params: Any, answer: Any) -> Any:
        return {**answer, **changed} if method == "eth_getBlockByNumber" and answer and int(answer["number"], 16) == at else answer

    return lie


def _of_logs(change: Callable[[list[Any]], list[Any]]) -> Lie:
    return lambda method, _, answer: change(answer) if method == "eth_getLogs" else answer


def _first_but(**changed: Any) -> Callable[[list[Any]], list[Any]]:
    return lambda logs: [{**log, **changed} if at == 0 else log for at, log in enumerate(logs)]


def _gap(method: str, params: Any, answer: Any) -> Any:
    return None if method == "eth_getBlockByNumber" and int(params[0], 16) == 9 else answer


def _head(change: Callable[[int], int]) -> Lie:
    return lambda method, _, answer: hex(change(int(answer, 16))) if method == "eth_blockNumber" else answer


def _refuse(method: str, params: Any, answer: Any) -> Any:
    if method == "eth_getLogs":
        raise RuntimeError("database is corrupt")
    return answer


def _other_account(log: Any) -> Any:
    return {**log, "topics": [log["topics"][0], *("0x" + "ab" * 32 for _ in log["topics"][1:])]}


LIES: dict[str, tuple[Lie, str]] = {
    "a log left out": (_of_logs(lambda logs: logs[1:]), "not those of its receipts"),
    "every log left out": (_of_logs(lambda _: []), "not those of its receipts"),
    "another sum in a log": (_of_logs(_first_but(data="0x" + "00" * 31 + "07")), "not those of its receipts"),
    "another account in a log": (_of_logs(lambda logs: [*map(_other_account, logs[:1]), *logs[1:]]), "bloom"),
    "an invented log": (_of_logs(lambda logs: [*logs, {**logs[-1], "logIndex": "0x3e7"}] if logs else []), "not those of its receipts"),
    "a log of another block": (_of_logs(_first_but(blockHash="0x" + "cd" * 32)), "not among the headers"),
    "another hash": (_of_header(9, hash="0x" + "ef" * 32), "has not the hash"),
    "another parent": (_of_header(9, parentHash="0x" + "ef" * 32), "has not the hash"),
    "another time": (_of_header(9, timestamp="0x5"), "has not the hash"),
    "another number": (_of_header(9, number="0x63"), "has not the hash"),
    "a block left out": (_gap, "no block 9"),
    "a head that is not there": (_head(lambda head: head + 100), "no block"),
    "a log index that is gone": (_refuse, "database is corrupt"),
}


@pytest.fixture
def grown(live: Live) -> Live:
    live.grow(GROWN)
    return live


Opened = Callable[..., Mirror]


@pytest.fixture
def mirror_of_nodes(db: Database) -> Iterator[Opened]:
    """Makes mirrors of nodes at URLs, whose final blocks stay."""
    with ExitStack() as stack:

        def make(*urls: str, checks: Checks = _CHECKED) -> Mirror:
            events = table()
            source: BlockSource = source_of(stack.enter_context(Nodes(urls, 2.0)), events, finality=0, forks=False, checks=checks)
            return Mirror(db, source, events, LIVE_IDENTITY, FOLDS, poll=0.01)

        yield make


def _live_until(mirror: Mirror, block: int) -> list[str]:
    """Runs the mirror in its thread until it holds a block; the faults that it said on the way."""
    stop, said = threading.Event(), set[str]()
    thread = threading.Thread(target=mirror.run, args=(stop,))
    thread.start()
    try:
        for _ in range(2_000):
            status = mirror.status()
            said.add(status.fault or "")
            if status.block >= block:
                break
            threading.Event().wait(0.01)
    finally:
        stop.set()
        mirror.wake()
        thread.join()
    return sorted(said)


def _assert_equals_chain(db: Database, live: Live) -> None:
    report = verify(db, table(), FOLDS, source=live.source)
    assert report.equal, [check for check in report.tables if not check.equal]
    assert report.height == live.source.head()


def _assert_nothing_wrong(db: Database, live: Live, mirror: Mirror) -> None:
    """What was taken is the chain's; and something is missing."""
    held = mirror.status().block
    assert held < live.source.head()
    if held >= LIVE_IDENTITY.start:
        report = verify(db, table(), FOLDS, source=live.source)
        assert report.equal, [check for check in report.tables if not check.equal]


@pytest.mark.parametrize("lie", LIES)
def test_another_node_is_asked_and_the_mirror_ends_as_the_chain(db: Database, grown: Live, mirror_of_nodes: Opened, lie: str) -> None:
    told_wrong, why = LIES[lie]
    with lying(grown.rpc.url, told_wrong) as liar:
        mirror = mirror_of_nodes(liar, grown.rpc.url)
        said = _live_until(mirror, GROWN)
    _assert_equals_chain(db, grown)
    assert any(f"node {liar} rests" in each and why in each for each in said), said


@pytest.mark.parametrize("lie", LIES)
def test_without_another_node_the_mirror_waits_and_says_why(db: Database, grown: Live, mirror_of_nodes: Opened, lie: str) -> None:
    told_wrong, why = LIES[lie]
    with lying(grown.rpc.url, told_wrong) as liar:
        mirror = mirror_of_nodes(liar)
        assert why in _live_until_said(mirror, why)
        assert mirror.status().alarm is None
    _assert_nothing_wrong(db, grown, mirror)


@pytest.mark.parametrize("lie", ["every log left out", "another account in a log", "another hash"])
def test_blooms_alone_find_what_they_can(db: Database, grown: Live, mirror_of_nodes: Opened, lie: str) -> None:
    with lying(grown.rpc.url, LIES[lie][0]) as liar:
        said = _live_until(mirror_of_nodes(liar, grown.rpc.url, checks=Checks(headers=HeaderForm.ETHEREUM)), GROWN)
    _assert_equals_chain(db, grown)
    assert any(liar in each for each in said)


def test_a_node_without_provable_headers_is_held_against_the_other(db: Database, grown: Live, mirror_of_nodes: Opened) -> None:
    with lying(grown.rpc.url, LIES["another sum in a log"][0]) as liar:
        said = _live_until(mirror_of_nodes(liar, grown.rpc.url, checks=Checks()), GROWN)
    _assert_equals_chain(db, grown)
    assert any("not those of its receipts" in each for each in said)


@pytest.mark.parametrize("order", [1, -1])
def test_two_that_tell_a_block_differently_and_both_have_receipts_stop_nobody_but_nothing_is_taken(
    db: Database, grown: Live, mirror_of_nodes: Opened, order: int
) -> None:
    def lie(method: str, _: Any, answer: Any) -> Any:
        forged = {"data": "0x" + "00" * 31 + "07"}
        if method == "eth_getLogs":
            return [{**log, **forged} for log in answer]
        return (
            [{**receipt, "logs": [{**log, **forged} for log in receipt["logs"]]} for receipt in answer] if "Receipts" in method else answer
        )

    with lying(grown.rpc.url, lie) as liar:
        mirror = mirror_of_nodes(*(liar, grown.rpc.url)[::order], checks=Checks())
        said = _live_until_said(mirror, "differently")
    assert "and each has receipts for it" in said
    _assert_nothing_wrong(db, grown, mirror)


def _live_until_said(mirror: Mirror, word: str) -> str:
    stop = threading.Event()
    thread = threading.Thread(target=mirror.run, args=(stop,))
    thread.start()
    try:
        for _ in range(500):
            if word in (fault := mirror.status().fault or ""):
                return fault
            threading.Event().wait(0.01)
        return ""
    finally:
        stop.set()
        mirror.wake()
        thread.join()


def test_a_head_that_goes_back_or_stays_behind_is_a_lagging_node(db: Database, grown: Live, mirror_of_nodes: Opened) -> None:
    shown = [GROWN]
    with lying(grown.rpc.url, _head(lambda head: min(head, shown[0]))) as lagging:
        mirror = mirror_of_nodes(lagging, grown.rpc.url)
        _live_until(mirror, GROWN)
        shown[0] = GROWN - 2
        assert mirror.step() is False
        assert "its head went back" in (mirror.status().fault or "")
        shown[0] = 3
        grown.grow(6)
        _live_until(mirror, GROWN + 6)
    _assert_equals_chain(db, grown)


def test_a_node_that_is_away_is_left(db: Database, grown: Live, mirror_of_nodes: Opened) -> None:
    mirror = mirror_of_nodes("http://127.0.0.1:9", grown.rpc.url)
    said = _live_until(mirror, GROWN)
    _assert_equals_chain(db, grown)
    assert any("does not answer" in each for each in said)


def test_two_final_histories_stop_the_mirror(
    db: Database, grown: Live, mirror_of_nodes: Opened, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ledger.chain.engines import anvil as engine

    monkeypatch.setattr(sync, "DOUBT_SECONDS", 0.2)
    other = engine.start(tmp_path_factory.mktemp("other"))
    try:
        with Rpc(other.url) as rpc:
            emitter = Emitter(rpc, [address_of("Members")])
            for _ in range(GROWN + 2):
                emitter.emit(address_of("Members"), *encoded(told.suspended("Nobody")))
                emitter.mine()
            mirror = mirror_of_nodes(other.url, grown.rpc.url)
            with pytest.raises(NodesDisagree, match="which are final"):
                mirror.run(threading.Event())
            assert "nothing was taken from either" in (mirror.status().alarm or "")
            assert mirror.status().block == 0
            # Held already: the one that is right goes on alone, and the other's history stops it again.
            alone = mirror_of_nodes(grown.rpc.url)
            alone.catch_up()
            again = mirror_of_nodes(grown.rpc.url, other.url)
            with pytest.raises(NodesDisagree):
                again.run(threading.Event())
    finally:
        other.kill()
    _assert_equals_chain(db, grown)
