"""Killed at every write and send, and started again, the gateway loses nothing and does nothing twice."""

import random
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import and_, select

from gateway.office import database as offices
from gateway.office.models import ACT, LANE, SIGNATURE, TX, TX_ACT
from gateway.office.repository import Act, Office
from gateway.signers import sealing
from ledger.chain.rpc import NodeUnreachable, Rpc, RpcError
from ledger.mirror import database as mirrors
from ledger.mirror.models import Outcome
from tests.conftest import FULL
from tests.gateway.outbox.killed import QUICK_N, Place, live, opened, requests
from tests.gateway.outbox.world import House, World
from tests.processes import forks, killed_at

pytestmark = pytest.mark.long

POINTS = [
    f"outbox.{name}"
    for name in (
        "accepting", "adding", "accepted", "signing", "decided", "writing", "keeping", "written", "sending", "sent", "noting", "noted",
        "settling-txs", "settling-acts", "settling", "settled",
    )
]  # fmt: skip
RANDOM = 300 if FULL else 5
LEAST_KILLED = RANDOM // 3
"""So many lives at least end at their point; the others are over before they pass it so often."""
MOST_PASSES = 4
"""A life of five rounds passes most points three to five times."""
SEED = 11


@pytest.fixture
def place(world: World, database_urls: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A gateway's home on a ledger that knows its relayer and two members."""
    monkeypatch.setattr(sealing, "SCRYPT_N", QUICK_N)
    office_url, mirror_url = database_urls(), database_urls()
    house = House.build(world, offices.open(office_url), mirrors.open(mirror_url), owner="killed 1 1.00").enrol()
    first, second = house.member(), house.member()
    house.office.close()
    house.services.mirror.close()
    manifest = world.node.directory.parent / "manifest.json"
    return Place(office_url, mirror_url, world.node.url, manifest, first, second, tmp_path / "answered", world.time() + 10**6)


@pytest.fixture
def mining(world: World) -> Iterator[None]:
    """Blocks come by themselves, as on a network."""
    stop = threading.Event()

    def mine() -> None:
        with Rpc(world.node.url) as rpc:
            while not stop.wait(0.03):
                try:
                    if int(rpc.call("txpool_status")["pending"], 16):
                        rpc.call("evm_mine")
                except (NodeUnreachable, RpcError):
                    return

    thread = threading.Thread(target=mine)
    thread.start()
    yield
    stop.set()
    thread.join()


def run(place: Place, tags: list[str], fault: str | None) -> int | None:
    """One life; how it ended."""
    process = forks.Process(target=live, args=(place, tags, fault))
    process.start()
    process.join(60)
    assert process.exitcode is not None, f"{fault}: the gateway hangs"
    return process.exitcode


def check_answered(place: Place) -> None:
    """What was answered is on disk."""
    answered = set(place.answered.read_text().splitlines()) if place.answered.exists() else set()
    office = offices.open(place.office)
    second = and_(SIGNATURE.c.act_id == ACT.c.act_id, SIGNATURE.c.position == 1, SIGNATURE.c.sig.is_not(None))
    with office.read() as conn:
        kept = set(conn.execute(select(ACT.c.idem_key)).scalars())
        signed = {f"{key}, signed" for key in conn.execute(select(ACT.c.idem_key).join(SIGNATURE, second)).scalars()}
    office.close()
    assert answered <= kept | signed


def check(place: Place, tags: list[str]) -> None:
    """Every act has exactly one effect on the chain; no nonce gap; no row lost."""
    house = opened(place)
    wanted = {request.key for tag in tags for request in requests(place, tag)}
    with house.office.read() as conn:
        rows = list(_acts(Office(conn, place.first)))
        lane = conn.execute(select(LANE)).one()
        txs = list(conn.execute(select(TX).order_by(TX.c.nonce)))
        carried = {(row.member_id, row.act_id) for row in conn.execute(select(TX_ACT))}
    assert {row.idem_key for row in rows} == wanted and {row.state for row in rows} == {"final"}
    for row in rows:
        assert house.outcomes(row).count(Outcome.DONE) == 1 and Outcome.REFUSED not in house.outcomes(row), row.idem_key
        assert house.history(row)[0] == "gathering" and house.history(row)[-1] == "final"
        assert row.key in carried
    assert [tx.nonce for tx in txs] == list(range(lane.next_nonce)), "one transaction a nonce, and no gap"
    assert {tx.state for tx in txs} == {"final"}
    assert house.world.nonce(lane.key) == lane.next_nonce
    house.office.close()
    house.services.mirror.close()


def _acts(office: Office) -> Iterator[Act]:
    page = office.acts(limit=1000)
    yield from page.rows
    while page.next is not None:
        page = office.acts(limit=1000, after=page.next)
        yield from page.rows


def test_killed_at_every_write_and_send_and_started_again(place: Place, mining: None) -> None:
    tags: list[str] = []
    for point in killed_at(POINTS, place.office):
        tags.append(point)
        assert run(place, tags, point) == -signal.SIGKILL, f"{point} was not passed"
        check_answered(place)
    assert run(place, tags, None) == 0
    check(place, tags)


def test_killed_at_random_passes_under_load(place: Place, mining: None) -> None:
    chance = random.Random(SEED)
    tags: list[str] = []
    killed: list[str] = []
    for number in range(RANDOM):
        tags.append(f"round-{number}")
        point, passed = chance.choice(POINTS), chance.randint(1, MOST_PASSES)
        code = run(place, tags[-5:], f"{point}:{passed}")
        assert code in (0, -signal.SIGKILL), f"{point}:{passed} ended with {code}"
        if code:
            killed.append(point)
        check_answered(place)
    assert len(killed) >= LEAST_KILLED, killed
    assert not FULL or set(killed) == set(POINTS), "a point at which no life ended"
    for at in range(0, len(tags), 20):
        assert run(place, tags[at : at + 20], None) == 0
    check(place, tags)


def test_every_point_of_the_outbox_is_among_those_that_are_killed_at() -> None:
    """A write that is added with a point of its own is killed at, too."""
    root = Path(__file__).parents[3] / "gateway"
    named = {part.split('"')[0] for file in root.rglob("*.py") for part in file.read_text().split('faults.point("')[1:]}
    assert {name for name in named if name.startswith("outbox.")} == set(POINTS)
