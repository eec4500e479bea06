"""Nodes that answer wrongly, by method: nothing is lost or doubled, and nothing stops that comes back by itself."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.office.repository import Act
from gateway.outbox import lane_rows, lanes
from gateway.outbox.lanes import TxState
from ledger.chain.blocks import Checks
from ledger.chain.headers import HeaderForm
from ledger.chain.nodes import Nodes
from ledger.mirror import database as mirrors
from ledger.mirror import sync, verify
from ledger.mirror.database import Database
from ledger.mirror.models import Outcome
from tests.conftest import FULL
from tests.gateway.outbox.liars import METHODS, SENDING, Liar, Lie, liar
from tests.gateway.outbox.world import House, World

pytestmark = pytest.mark.long

SECONDS = 120.0 if FULL else 10.0
SETTLES_SECONDS = 90.0


@dataclass
class Life:
    """A gateway with its threads, on nodes of somebody else: what is final is not undone."""

    world: World
    liars: list[Liar]
    house: House
    workers: list[threading.Thread]
    members: list[bytes]

    def settle(self, rows: list[Act]) -> None:
        """Mines until all is final."""
        end = time.monotonic() + SETTLES_SECONDS
        while time.monotonic() < end and set(self.house.states(rows)) != {"final"}:
            self.world.mine()
            time.sleep(0.1)

    def check(self, rows: list[Act]) -> None:
        """Each act had its one effect, and nothing has stopped."""
        house = self.house
        assert set(house.states(rows)) == {"final"}, (house.states(rows), house.relay.fault, house.services.sync.status())
        assert all(house.outcomes(row).count(Outcome.DONE) == 1 for row in rows)
        assert house.services.sync.status().alarm is None and all(worker.is_alive() for worker in self.workers)
        with house.office.read() as conn:
            assert lane_rows.alarms(conn) == []
        checks = Checks(headers=HeaderForm.ETHEREUM)
        assert verify.of(house.services.mirror, self.world.manifest, rpc=self.world.rpc, checks=checks).equal


@contextmanager
def _life(world: World, office: Database, file: Path, nodes: int) -> Iterator[Life]:
    with ExitStack() as stack:
        liars = [stack.enter_context(liar(world.node.url)) for _ in range(nodes)]
        rpc = stack.enter_context(Nodes([each.url for each in liars], timeout=3.0))
        mirror = mirrors.open(f"sqlite:///{file}")
        stack.callback(mirror.close)
        checks = Checks(headers=HeaderForm.ETHEREUM, receipts=nodes == 1)
        mirrored = sync.of(mirror, rpc, world.manifest, finality=0, development=False, checks=checks)
        seen = World(world.node, rpc, world.manifest, world.council, world.bank, world.office)
        house, stop = House.build(seen, office, mirror, mirrored=mirrored).enrol(), threading.Event()
        members = [house.member() for _ in range(2)]
        workers = [threading.Thread(target=each, args=(stop,)) for each in (house.relay.run, house.settler.run, mirrored.run, rpc.run)]
        for worker in workers:
            worker.start()
        try:
            yield Life(world, liars, house, workers, members)
        finally:
            stop.set()
            house.relay.wake()
            for worker in workers:
                worker.join()


@pytest.fixture
def impatient(quick_sealing: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands for long, and what is asked or sent again, does so sooner."""
    monkeypatch.setattr(lanes, "DOUBT_SECONDS", 0.6)
    monkeypatch.setattr(lanes, "_PAUSE", {TxState.WRITTEN: 500, TxState.SENT: 1_000})


@pytest.mark.parametrize("nodes", [1, 2])
def test_wrong_answers_at_random_lose_double_and_stop_nothing(
    world: World, office: Database, tmp_path: Path, impatient: None, nodes: int
) -> None:
    # What is said of bytes twice is believed, and is a person's then.
    dice, lies = random.Random(11), tuple(lie for lie in Lie if lie is not Lie.LASTING)
    with _life(world, office, tmp_path / "mirror.db", nodes) as life:
        rows: list[Act] = []
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            for each in life.liars:
                each.begin(METHODS, lies, dice.choice([0.0, 0.1, 0.4]))
            rows += life.house.accept(*(life.house.request(member) for member in life.members))
            life.world.mine()
            time.sleep(0.2)
        for each in life.liars:
            each.end()
        life.settle(rows)
        life.check(rows)
        assert all(each.told > 5 for each in life.liars)


@pytest.mark.parametrize(
    ("method", "lie"),
    [
        (SENDING, Lie.UNSENT),
        (SENDING, Lie.LASTING),
        ("eth_call", Lie.NULL),
        ("eth_call", Lie.GARBAGE),
        ("eth_call", Lie.ERROR),
        ("eth_getTransactionCount", Lie.GARBAGE),
        ("eth_getTransactionCount", Lie.ERROR),
    ],
)
def test_what_one_node_of_two_answers_wrongly_for_good_stops_nothing(
    world: World, office: Database, tmp_path: Path, impatient: None, method: str, lie: Lie
) -> None:
    with _life(world, office, tmp_path / "mirror.db", 2) as life:
        life.liars[0].begin((method,), (lie,), 1.0)
        rows = life.house.accept(life.house.request(life.members[0]))
        life.settle(rows)
        life.check(rows)
        assert life.liars[0].told > 0


def test_one_refusal_of_bytes_leaves_no_act_to_a_person(world: World, office: Database, tmp_path: Path, impatient: None) -> None:
    with _life(world, office, tmp_path / "mirror.db", 1) as life:
        life.liars[0].begin((SENDING,), (Lie.LASTING,), 1.0)
        rows = life.house.accept(life.house.request(life.members[0]))
        while not life.liars[0].told:
            time.sleep(0.01)
        life.liars[0].end()
        life.settle(rows)
        life.check(rows)
        assert life.house.history(rows[0]).count("ready") == 1, "it is held by no state but that before it was queued"
