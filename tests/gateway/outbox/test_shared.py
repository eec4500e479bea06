"""Several lanes, and several gateways over one office: each act has one effect, in its account's order, whoever sends it."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select, update

from gateway import workers
from gateway.leading import Leading
from gateway.office import database as offices
from gateway.office.models import LANE, TX
from gateway.outbox import lane_rows
from gateway.outbox.lanes import RELAY, Share, Shift, share_of
from gateway.outbox.sender import Sender
from gateway.signers.keystore import HOUSE, RELAYER
from ledger.chain.engines import anvil
from ledger.mirror import database as mirrors
from ledger.mirror.database import Database
from tests.gateway.outbox.world import House

LANES = 3


@dataclass
class Lanes:
    """A gateway with several lanes, all enrolled."""

    house: House
    senders: list[Sender]

    def step(self) -> None:
        """Each lane's steps until none has anything to do."""
        while any(sender.step() for sender in self.senders):
            pass


def lanes_of(house: House, owner: str) -> list[Sender]:
    keystore = house.services.keystore
    keys = keystore.keys(HOUSE, RELAYER)
    keys += [keystore.create(HOUSE, RELAYER) for _ in range(LANES - len(keys))]
    for key in keys:
        house.world.decide("Acts", "setRelayer", key, True)
    return [
        Sender(
            RELAY,
            key,
            office=house.office,
            keystore=keystore,
            rpc=house.world.rpc,
            engine=anvil.ENGINE,
            chain_id=house.world.manifest.chain_id,
            acts_address=house.world.manifest.address("Acts"),
            owner=owner,
            moved=lambda: None,
            share=Share(at, LANES),
        )
        for at, key in enumerate(keys)
    ]


@pytest.fixture
def lanes(house: House) -> Lanes:
    return Lanes(house, lanes_of(house, house.owner))


def member_of(house: House, lane: int) -> bytes:
    """A new member whose acts a lane sends."""
    while share_of(account := house.member()) % LANES != lane:
        pass
    return account


def test_an_accounts_acts_are_one_lanes_and_every_lane_sends(lanes: Lanes) -> None:
    house = lanes.house
    members = [member_of(house, lane) for lane in range(LANES)]
    rows = house.accept(*(house.request(member) for member in members for _ in range(3)))
    lanes.step()
    with house.office.read() as conn:
        sent = list(conn.execute(select(TX.c.lane)).scalars())
    assert sorted(sent) == sorted(sender.name for sender in lanes.senders), "three acts a lane, in one transaction"
    house.world.mine()
    house.read()
    assert house.states(rows) == ["final"] * 9


def test_what_follows_another_lanes_act_waits_until_that_is_mined(lanes: Lanes) -> None:
    house = lanes.house
    first = house.accept(house.request(member_of(house, 0)))[0]
    (behind,) = house.accept(house.request(member_of(house, 1), depends_on=(first.key,)))
    (beside,) = house.accept(house.request(first.member_id, depends_on=(first.key,)))
    lanes.step()
    assert house.states([first, behind, beside]) == ["sent", "queued", "sent"]
    house.world.mine()
    house.read()
    assert house.states([first, behind, beside]) == ["final", "queued", "final"]
    lanes.step()
    house.world.mine()
    house.read()
    assert house.act(behind).state == "final"


# --- Several gateways ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def twin(house: House) -> Iterator[House]:
    """Another process's gateway over the same office and mirror."""
    opened = offices.open(house.office.engine.url.render_as_string(hide_password=False))
    yield House.build(house.world, opened, house.services.mirror, owner="another 1 1.00")
    opened.close()


def lead(house: House) -> None:
    """What a gateway that followed does first when it leads: it goes on from where the other one stopped, and settles."""
    house.services.sync._follow()
    house.read()


def test_of_two_gateways_over_one_office_one_leads_and_the_other_takes_over(house: House, twin: House) -> None:
    first, second = Leading(house.office, "host 1 1.00"), Leading(twin.office, "host 2 1.00")
    for _ in range(2):
        first.look()
        second.look()
        assert (first(), second()) == (True, False)
    with house.office.write() as conn:
        conn.execute(LANE.update().where(LANE.c.lane == Shift.BOOKS).values(until=0))
    second.look()
    first.look()
    assert (first(), second()) == (False, True)


def test_an_office_in_a_file_is_led_once_the_lease_of_who_had_it_ends(tmp_path: Path) -> None:
    """It is one process's, which another container may have been: whether that lives can't be seen from here."""
    with (
        closing(offices.open(f"sqlite:///{tmp_path / 'office.db'}")) as office,
        closing(mirrors.open(f"sqlite:///{tmp_path / 'mirror.db'}")) as mirror,
    ):
        with office.write() as conn:
            lane_rows.take_shift(conn, Shift.BOOKS, "container 1 1")
            conn.execute(update(LANE).values(until=offices.clock_ms(conn) + 1_500))
        assert workers._leading(office, mirror)()


def test_nobody_leads_while_the_office_can_not_be_asked(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    leading = Leading(house.office, "host 1 1.00")
    leading.look()
    assert leading()

    def away() -> None:
        raise OSError("no office")

    monkeypatch.setattr(Database, "read", away)
    leading.look()
    assert not leading() and leading.fault is not None


def test_what_either_accepts_is_sent_once_by_whoever_holds_the_lane(house: House, twin: House) -> None:
    member = house.member()
    request = house.request(member)
    (row,) = house.accept(request)
    (other,) = twin.accept(twin.request(member))
    assert twin.accept(request)[0].act_id == row.act_id, "the same act, known to both"
    house.send()
    twin.send()
    assert [state for _, _, _, state in house.transactions()] == ["sent"], "the lane is the first one's"
    house.relay.release()
    (later,) = twin.accept(twin.request(member))
    twin.send()
    house.world.mine()
    lead(twin)
    assert twin.states([row, other, later]) == ["final"] * 3 and house.states([row, other, later]) == ["final"] * 3
    house.check()


def test_a_follower_sees_what_the_leader_mirrors_and_goes_on_from_there(house: House, twin: House) -> None:
    mirror = twin.services.sync
    (row,) = house.accept(house.request(house.member()))
    house.round()
    assert mirror._follow() is False and mirror.status().block == house.services.sync.status().block
    assert twin.act(row).state == "final"
    (later,) = twin.accept(twin.request(row.member_id))
    house.send()
    twin.send()
    twin.world.mine()
    lead(twin)
    assert twin.act(later).state == "final"


def test_two_that_both_lead_settle_each_act_once(house: House, twin: House) -> None:
    rows = house.accept(*(house.request(house.member()) for _ in range(5)))
    house.send()
    house.world.mine()
    house.services.sync.catch_up()
    house.settler.step()
    lead(twin)
    assert [house.history(row).count("final") for row in rows] == [1] * 5
