"""A real anvil under the mirror: reorganisations at every depth, rollbacks, a crash of the node, and reading at the head."""

import random
import threading
import time

import pytest

from ledger.mirror.concepts import FOLDS
from ledger.mirror.database import Database
from ledger.mirror.queries import chain, members
from ledger.mirror.sync import Mirror
from ledger.mirror.verify import verify
from tests.conftest import FULL
from tests.ledger.chain.emitter import emission
from tests.ledger.mirror import told
from tests.ledger.mirror.chains import address_of, encoded, table
from tests.ledger.mirror.live import LIVE_IDENTITY, Live


def _assert_equals_chain(db: Database, live: Live) -> None:
    live.mirror.catch_up()
    live.mirror.catch_up()
    assert live.mirror.status().block == live.source.head()
    report = verify(db, table(), FOLDS, source=live.source)
    assert report.equal, [check for check in report.tables if not check.equal]


@pytest.mark.parametrize("depth", [1, 2, 5, 12])
def test_a_reorganisation_of_the_node(db: Database, live: Live, depth: int) -> None:
    live.grow(15)
    live.mirror.catch_up()
    before = live.mirror.status()
    live.reorganise(depth, b"?" * 32)
    live.mirror.step()
    assert live.mirror.status().hash != before.hash
    _assert_equals_chain(db, live)


def test_a_reorganisation_that_puts_events_into_other_blocks(db: Database, live: Live) -> None:
    live.grow(3)
    topics, data = encoded(told.admitted("Only on the fork")[0])
    live.mirror.catch_up()
    live.rpc.call("anvil_reorg", 2, [[emission(address_of("Members"), topics, data), 0]])
    _assert_equals_chain(db, live)
    with db.read() as conn:
        found = members.get(conn, told.account("Only on the fork"))
    assert found is not None
    assert found.name == "Only on the fork"


def test_a_rolled_back_node_holds_until_it_shows_another_hash(db: Database, live: Live) -> None:
    live.grow(10)
    live.mirror.catch_up()
    held = live.mirror.status().block
    live.rpc.call("anvil_rollback", 4)
    for _ in range(3):
        assert live.mirror.step() is False
    assert live.mirror.status().block == held
    assert live.mirror.status().head == held - 4
    live.rpc.call("evm_increaseTime", 1_000)
    live.emitter.mine()
    _assert_equals_chain(db, live)
    assert live.mirror.status().block == held - 3


def test_a_mirror_in_its_thread_shows_a_new_block_within_its_poll(db: Database, live: Live) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=live.mirror.run, args=(stop,))
    thread.start()
    try:
        for _ in range(10):
            live.grow(1)
            live.mirror.wait_for(live.source.head(), timeout=10)
            with db.read() as conn:
                held = chain.held(conn)
                assert held is not None
                assert held.block == live.source.head()
    finally:
        stop.set()
        thread.join()
    _assert_equals_chain(db, live)


class _Live:
    """A mirror in its thread, while the test moves the node."""

    def __init__(self, live: Live) -> None:
        self._live, self._stop = live, threading.Event()
        self._thread = threading.Thread(target=live.mirror.run, args=(self._stop,))

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._live.mirror.wake()
        self._thread.join()


@pytest.mark.parametrize("seed", range(30 if FULL else 2))
def test_a_random_life_of_a_node_followed_live_and_with_restarts(db: Database, live: Live, seed: int) -> None:
    draw = random.Random(seed)
    live.grow(draw.choice([5, 70]))
    for _ in range(6):
        with _Live(live):
            for _ in range(3):
                _befall(live, draw)
                time.sleep(draw.random() * 0.1)
        # What befalls it while nobody follows is met at the next start.
        _befall(live, draw)
        live.mirror = Mirror(db, live.source, table(), LIVE_IDENTITY, FOLDS, development=True, poll=0.01)
    live.grow(65)
    _assert_equals_chain(db, live)
    assert live.mirror.status().alarm is None


def _befall(live: Live, draw: random.Random) -> None:
    """Blocks come, are replaced from some depth on, or are lost and others mined in their place."""
    depth = min(draw.choice([1, 2, 5, 20, 60]), live.source.head() - 1)
    kind = draw.choice(["grow", "reorganise", "roll back"])
    if kind == "grow" or depth < 1:
        live.grow(draw.randrange(1, 4))
    elif kind == "reorganise":
        live.reorganise(depth, draw.randbytes(32))
    else:
        live.roll_back(depth, draw.randrange(depth + 2))
