"""Killed at every send and write, and started again, the courier misses nothing and changes no order."""

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.signers import sealing
from tests.gateway.following.killed import Place, live, opened
from tests.gateway.following.receiver import Receiver, whole
from tests.gateway.following.subscribed import everything, subscribe
from tests.gateway.outbox.world import World
from tests.processes import forks, killed_at

pytestmark = pytest.mark.long

POINTS = ("courier.sending", "courier.sent", "courier.noting", "courier.noted")


@pytest.fixture
def place(world: World, database_urls: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setattr(sealing, "SCRYPT_N", 1 << 10)
    return Place(database_urls(), database_urls(), world.rpc.url, world.node.directory.parent / "manifest.json")


def run(place: Place, last: int, fault: str | None) -> int | None:
    """One life; how it ended."""
    process = forks.Process(target=live, args=(place, last, fault))
    process.start()
    process.join(60)
    assert process.exitcode is not None, f"{fault}: the courier hangs"
    return process.exitcode


def test_killed_at_every_point_nothing_is_missed_and_the_order_stays(place: Place, receive: Callable[[], Receiver]) -> None:
    receiver, refusing = receive(), receive()
    refusing.answer = lambda _, n: 500 if n % 5 == 0 else 200
    house = opened(place)
    house.read()
    wanted = everything(house)
    made = [subscribe(house.services, each.url) for each in (receiver, refusing)]
    for point in killed_at(POINTS, place.office):
        for turn in (1, 4):
            assert run(place, wanted[-1], f"{point}:{turn}") == -signal.SIGKILL, f"{point} was not passed"
    assert run(place, wanted[-1], None) == 0
    for each in (receiver, refusing):
        whole(each.positions(), wanted)
    ids = {(each.pos, each.headers["webhook-id"], each.body) for each in receiver.came}
    assert len(ids) == len(wanted), "the same message under the same id, however often"
    assert len(receiver.positions()) > len(wanted), "a kill between the answer and the note sends again"
    assert [each.dead() for each in made] == [[], []]
    assert all(each.verify(made[0].secret) for each in receiver.kept)
    house.office.close()
    house.services.mirror.close()


def points(root: Path, worker: str) -> set[str]:
    """The points at which a worker may be killed; those of its rounds go by its name."""
    texts = [file.read_text().replace('faults.point(f"{self._shift}.', f'faults.point("{worker}.') for file in root.rglob("*.py")]
    return {part.split('"')[0] for text in texts for part in text.split('faults.point("')[1:]}


def test_every_point_of_the_courier_is_among_those_that_are_killed_at() -> None:
    root = Path(__file__).parents[3] / "gateway"
    named = points(root, "courier")
    assert {name for name in named if name.startswith("courier.")} == set(POINTS)
