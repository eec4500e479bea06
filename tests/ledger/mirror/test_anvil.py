"""A real anvil under the mirror: reorganisations at every depth, rollbacks, a crash of the node, and reading at the head."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ledger.chain.blocks import NodeSource
from ledger.chain.engines import anvil as engine
from ledger.chain.rpc import Rpc
from ledger.mirror.concepts import FOLDS
from ledger.mirror.database import Database
from ledger.mirror.queries import chain, members
from ledger.mirror.sync import Identity, Mirror
from ledger.mirror.verify import verify
from tests.ledger.chain.emitter import Emitter, emission
from tests.ledger.mirror import told
from tests.ledger.mirror.chains import CONTRACTS, address_of, encoded, table
from tests.ledger.mirror.histories import History

PLAYED = [*CONTRACTS, "SettlementCash@1", "SettlementCash@stranger"]


@dataclass
class Live:
    """An anvil that plays the ledger's contracts, and a mirror of it."""

    rpc: Rpc
    emitter: Emitter
    mirror: Mirror
    source: NodeSource
    history: History
    played: int = 0

    def grow(self, blocks: int) -> None:
        """Plays random blocks of the history on the node."""
        self.history.grow(blocks)
        for block in self.history.chain.blocks[self.played :]:
            for log in block.logs:
                self.emitter.emit(log.address, log.topics, log.data)
            self.emitter.mine()
        self.played = len(self.history.chain.blocks)


@pytest.fixture
def live(db: Database, tmp_path: Path) -> Iterator[Live]:
    running = engine.start(tmp_path / "anvil", old_states=64)
    with Rpc(running.url) as rpc:
        emitter = Emitter(rpc, map(address_of, PLAYED))
        events = table()
        source = NodeSource(rpc, events.addresses, events.topics)
        mirror = Mirror(db, source, events, Identity(engine.CHAIN_ID, b"L" * 32, 1), FOLDS, development=True, poll=0.01)
        yield Live(rpc, emitter, mirror, source, History(3))
    running.kill()


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
    # A transaction of its own makes the new branch differ even where the old blocks were empty.
    live.rpc.call("anvil_reorg", depth, [[emission(address_of("Members"), [b"?" * 32], b""), 0]])
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
