"""Nodes that are away, busy, behind, or answer nonsense: every accepted act has its one effect, and another node is asked."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from coincurve import PrivateKey
from sqlalchemy import select

from gateway.office.models import LANE
from gateway.office.repository import Act
from gateway.outbox import encode, lane_rows, lanes
from gateway.outbox.own import purpose_of
from gateway.outbox.sender import Sender
from gateway.signers.ecdsa import by
from ledger.chain.nodes import FAR_BEHIND, Nodes
from ledger.chain.rpc import NodeUnreachable
from ledger.mirror import database as mirrors
from ledger.mirror.database import Database
from ledger.mirror.models import Outcome
from tests.conftest import FULL
from tests.gateway.outbox.proxies import Fault, Proxy, proxy
from tests.gateway.outbox.world import House, World

SECONDS = 120.0 if FULL else 12.0
SETTLES_SECONDS = 60.0


@pytest.fixture
def two(world: World) -> Iterator[tuple[Proxy, Proxy]]:
    """Two nodes of one chain."""
    with ExitStack() as stack:
        yield stack.enter_context(proxy(world.node.url)), stack.enter_context(proxy(world.node.url))


# --- Which node is asked ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [Fault.DOWN, Fault.LOST, Fault.BUSY, Fault.FAILING, Fault.GARBAGE, Fault.CUT])
def test_a_node_that_fails_is_left_for_the_next(two: tuple[Proxy, Proxy], fault: Fault) -> None:
    first, second = two
    with Nodes([first.url, second.url]) as nodes:
        head = nodes.call("eth_blockNumber")
        first.fault = fault
        if fault is Fault.GARBAGE:
            with pytest.raises((NodeUnreachable, ValueError)):
                int(nodes.call("eth_blockNumber"), 16)
            return
        with pytest.raises(NodeUnreachable):
            nodes.call("eth_blockNumber")
        assert nodes.url == second.url and nodes.call("eth_blockNumber") == head
        second.fault = fault
        with pytest.raises(NodeUnreachable):
            nodes.call("eth_blockNumber")
        assert nodes.url == first.url, "round and round, until one answers"


def test_the_log_says_once_that_a_node_is_left(two: tuple[Proxy, Proxy], caplog: pytest.LogCaptureFixture) -> None:
    """Where every node refuses, each is left several times a second."""
    with Nodes([each.url for each in two]) as nodes:
        for _ in range(10):
            nodes.leave("it refuses")
    assert [record.getMessage().split(" is left for ")[0] for record in caplog.records] == [f"node {each.url}" for each in two]


def test_a_node_far_behind_another_is_left(world: World, two: tuple[Proxy, Proxy]) -> None:
    first, second = two
    world.mine(FAR_BEHIND + 2)
    with Nodes([first.url, second.url]) as nodes:
        nodes.look()
        assert nodes.url == first.url
        first.fault = Fault.STALE
        nodes.look()
        assert nodes.url == first.url, "a little behind is usual"
        first.fault = Fault.DOWN
        nodes.look()
        assert nodes.url == second.url


def test_a_single_node_is_asked_again(world: World, two: tuple[Proxy, Proxy]) -> None:
    first, _ = two
    with Nodes([first.url]) as nodes:
        first.fault = Fault.DOWN
        with pytest.raises(NodeUnreachable):
            nodes.call("eth_blockNumber")
        first.fault = Fault.NONE
        assert int(nodes.call("eth_blockNumber"), 16) == world.head()


# --- Counts that are wrong -------------------------------------------------------------------------------------------------------


def behind(world: World, nodes: Nodes, office: Database, mirror: Database) -> House:
    """A gateway that asks these nodes."""
    return House.build(World(world.node, nodes, world.manifest, world.council, world.bank, world.office), office, mirror).enrol()


@pytest.mark.parametrize("waiting", [0, 1])
def test_a_count_that_one_node_makes_up_stops_nothing_while_another_tells_the_truth(
    world: World,
    office: Database,
    mirror: Database,
    two: tuple[Proxy, Proxy],
    quick_sealing: None,
    waiting: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lanes, "DOUBT_SECONDS", 0.0)
    with Nodes([each.url for each in two]) as nodes:
        house = behind(world, nodes, office, mirror)
        rows = house.accept(*[house.request(house.member()) for _ in range(2)])
        if waiting:
            with monkeypatch.context() as unsent:
                unsent.setattr(house.relay, "_send", lambda *_: False)
                house.relay.step()
        two[0].fault = Fault.AHEAD
        house.round()
        assert nodes.url == two[0].url and house.relay.fault is None
        assert house.states(rows) == ["final", "final"]
        with house.office.read() as conn:
            assert lane_rows.alarms(conn) == []
        two[0].fault = Fault.NONE
        house.check()


def test_a_count_that_is_too_high_for_a_while_makes_a_lane_wait_and_is_forgotten(
    world: World, office: Database, mirror: Database, two: tuple[Proxy, Proxy], quick_sealing: None
) -> None:
    liar = two[0]
    with Nodes([liar.url]) as nodes:
        house = behind(world, nodes, office, mirror)
        (row,) = house.accept(house.request(house.member()))
        liar.fault = Fault.AHEAD
        for _ in range(3):
            assert house.relay.tried() > 0 and "the chain counts 2 transactions of its key, we wrote 0" in str(house.relay.fault)
            world.mine()
            house.read()
        assert house.act(row).state == "queued" and house.transactions() == []
        liar.fault = Fault.NONE
        house.round()
        assert house.act(row).state == "final"
        with house.office.read() as conn:
            assert lane_rows.alarms(conn) == [] and lane_rows.counts_of_lanes(conn) == []
        house.check()


def test_a_count_that_the_state_disproves_stops_nothing_though_no_node_tells_the_truth(
    world: World, office: Database, mirror: Database, two: tuple[Proxy, Proxy], quick_sealing: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "DOUBT_SECONDS", 0.5)
    with Nodes([each.url for each in two]) as nodes:
        house = behind(world, nodes, office, mirror)
        requests = [house.request(house.member()) for _ in range(3)]
        rows = house.accept(*requests[:2])
        for each in two:
            each.fault = Fault.AHEAD
        assert house.relay.tried() > 0 and "the chain counts 2" in str(house.relay.fault)
        time.sleep(0.6)
        house.round()
        rows += house.accept(requests[2])
        house.round()
        house.relay.tried()
        assert house.states(rows) == ["final"] * 3 and house.relay.fault is None
        with house.office.read() as conn:
            assert lane_rows.alarms(conn) == [] and lane_rows.counts_of_lanes(conn) == []
        for each in two:
            each.fault = Fault.NONE
        house.check()


def test_a_count_with_a_proof_that_is_none_makes_a_lane_wait_however_long_it_stands(
    world: World, office: Database, mirror: Database, two: tuple[Proxy, Proxy], quick_sealing: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "DOUBT_SECONDS", 0.0)
    liar, other = two
    with Nodes([liar.url, other.url]) as nodes:
        house = behind(world, nodes, office, mirror)
        (row,) = house.accept(house.request(house.member()))
        liar.fault = other.fault = Fault.FORGED
        for _ in range(3):
            assert house.relay.tried() > 0 and "the proof of 0x" in str(house.relay.fault)
            world.mine()
            house.read()
        assert house.act(row).state == "queued"
        other.fault = Fault.AHEAD
        house.round()
        assert house.act(row).state == "final"
        with house.office.read() as conn:
            assert lane_rows.alarms(conn) == [] and lane_rows.counts_of_lanes(conn) == []


def test_a_count_that_was_noted_is_forgotten_when_the_node_takes_it_back(
    world: World, office: Database, mirror: Database, two: tuple[Proxy, Proxy], quick_sealing: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "DOUBT_SECONDS", 0.0)
    liar = two[0]
    with Nodes([liar.url]) as nodes:
        house = behind(world, nodes, office, mirror)
        (row,) = house.accept(house.request(house.member()))
        liar.fault = Fault.UNPROVEN
        house.relay.tried()
        with house.office.read() as conn:
            assert [count.counted for count in lane_rows.counts_of_lanes(conn)] == [2]
        liar.fault = Fault.NONE
        house.round()
        assert house.act(row).state == "final"
        with house.office.read() as conn:
            assert lane_rows.alarms(conn) == [] and lane_rows.counts_of_lanes(conn) == []


def test_the_lane_of_a_members_own_key_follows_a_count_that_stands_and_no_other(
    world: World, office: Database, mirror: Database, two: tuple[Proxy, Proxy], quick_sealing: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = two[0]
    with Nodes([node.url]) as nodes:
        house = behind(world, nodes, office, mirror)
        account = house.member()
        services = house.services
        own = Sender(
            purpose_of(account, account),
            account,
            office=office,
            keystore=services.keystore,
            rpc=nodes,
            engine=services.engine,
            chain_id=world.manifest.chain_id,
            acts_address=None,
            owner="own",
            moved=lambda: None,
            member=account,
        )

        def next_nonce() -> int:
            with office.read() as conn:
                return int(conn.execute(select(LANE.c.next_nonce).where(LANE.c.lane == own.name)).scalar_one())

        node.fault = Fault.AHEAD
        assert own.tried() > 0 and "the chain counts 2" in str(own.fault) and next_nonce() == 0
        with monkeypatch.context() as standing:
            standing.setattr(lanes, "DOUBT_SECONDS", 0.0)
            own.tried()
            assert own.fault is None and next_nonce() == 0
        node.fault = Fault.NONE
        own.tried()
        assert own.fault is None and next_nonce() == 0
        spend(world, services.keystore.private(account, account))
        assert own.tried() > 0 and "the chain counts 1" in str(own.fault)
        monkeypatch.setattr(lanes, "DOUBT_SECONDS", 0.0)
        own.tried()
        house.read()
        assert own.fault is None and next_nonce() == 1
        with office.read() as conn:
            assert lane_rows.alarms(conn) == []


def spend(world: World, key: PrivateKey) -> None:
    """A wallet sends with a key, and it is mined."""
    signed = encode.sign_legacy(encode.Call(b"\7" * 20, b"", 21_000), chain_id=world.manifest.chain_id, nonce=0, fee=0, by=by(key))
    world.rpc.call("eth_sendRawTransaction", signed.raw)
    world.mine()


# --- Accepting -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [Fault.DOWN, Fault.LOST, Fault.BUSY, Fault.FAILING, Fault.GARBAGE, Fault.CUT])
def test_a_lone_act_is_accepted_while_the_node_is_away(
    world: World, office: Database, mirror: Database, two: tuple[Proxy, Proxy], quick_sealing: None, fault: Fault
) -> None:
    """To try it out first is a courtesy."""
    node = two[0]
    with Nodes([node.url]) as nodes:
        house = behind(world, nodes, office, mirror)
        request = house.request(house.member())
        node.fault = fault
        (row,) = house.accept(request)
        assert row.state == "queued"
        node.fault = Fault.NONE
        house.round()
        assert house.act(row).state == "final"


# --- Under load ------------------------------------------------------------------------------------------------------------------


def test_nothing_is_lost_or_doubled_while_nodes_fail(
    world: World, office: Database, two: tuple[Proxy, Proxy], new_mirror: Database, quick_sealing: None
) -> None:
    dice, stop = random.Random(11), threading.Event()
    with Nodes([each.url for each in two], timeout=2.0) as nodes:
        house = House.build(World(world.node, nodes, world.manifest, world.council, world.bank, world.office), office, new_mirror).enrol()
        members = [house.member() for _ in range(3)]
        workers = [
            threading.Thread(target=each, args=(stop,)) for each in (house.relay.run, house.settler.run, house.services.sync.run, nodes.run)
        ]
        for worker in workers:
            worker.start()
        rows: list[Act] = []
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            for each in two:
                each.fault, each.chance = dice.choice(list(Fault)), dice.choice([0.3, 1.0])
            rows += house.accept(house.request(dice.choice(members)), house.request(dice.choice(members)))
            _disturb(world, dice)
            time.sleep(0.1)
        for each in two:
            each.fault = Fault.NONE
        _settle(world, house, rows)
        stop.set()
        for worker in workers:
            worker.join()
        assert set(house.states(rows)) == {"final"} and len(rows) > 20
        assert all(house.outcomes(row).count(Outcome.DONE) == 1 for row in rows)
        house.check()


def _disturb(world: World, dice: random.Random) -> None:
    """Blocks come, pools are dropped, and a block or two are mined otherwise."""
    what = dice.random()
    if what < 0.1:
        world.rpc.call("anvil_dropAllTransactions")
    elif what < 0.2:
        world.rpc.call("anvil_reorg", dice.randint(1, 2), [])
    else:
        world.mine()


def _settle(world: World, house: House, rows: list[Act]) -> None:
    end = time.monotonic() + SETTLES_SECONDS
    while time.monotonic() < end and set(house.states(rows)) != {"final"}:
        world.mine()
        time.sleep(0.2)


@pytest.fixture
def new_mirror(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A mirror of its own: these tests reorganise the chain that the others share."""
    opened = mirrors.open(f"sqlite:///{tmp_path_factory.mktemp('mirror') / 'mirror.db'}")
    yield opened
    opened.close()
