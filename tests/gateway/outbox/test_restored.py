"""An office that was restored from an older copy: the council's key can't be given up, so its lane goes on from the chain's count."""

import secrets
from dataclasses import dataclass

import pytest

from gateway import calls
from gateway.founding import resume_council
from gateway.office.repository import Call, Office
from gateway.outbox import encode, lane_rows, lanes
from gateway.roles import ROLES
from gateway.signers.ecdsa import by
from gateway.signers.keystore import COUNCIL as COUNCIL_KEY
from gateway.signers.keystore import HOUSE
from ledger.chain.calls import call_data
from ledger.chain.deploy import ADMIN_ROLE, ADMITTER_ROLE, RELAYER_ROLE
from ledger.mirror.database import Database
from tests.gateway.outbox.world import House, World


@pytest.fixture
def house(world: World, office: Database, mirror: Database, quick_sealing: None, monkeypatch: pytest.MonkeyPatch) -> House:
    """A gateway that holds a council's key; a count that stands counts at once."""
    monkeypatch.setattr(lanes, "DOUBT_SECONDS", 0.0)
    made = House.build(world, office, mirror)
    for role in (ADMIN_ROLE, ADMITTER_ROLE, RELAYER_ROLE):
        world.decide("Council", "grantRole", role, made.services.keystore.keys(HOUSE, COUNCIL_KEY)[0], 0)
    return made


@dataclass
class Waiting:
    """Calls of the council that wait in the office."""

    admission: Call
    other_admission: Call
    enrolment: Call
    decision: Call

    def states(self, house: House) -> list[str]:
        with house.office.read() as conn:
            ids = [each.call_id for each in (self.admission, self.other_admission, self.enrolment, self.decision)]
            found = Office(conn, HOUSE).calls(ids)
        return [found[id_].state for id_ in ids]

    def reason(self, house: House) -> bytes:
        with house.office.read() as conn:
            return Office(conn, HOUSE).calls([self.decision.call_id])[self.decision.call_id].reason or b""


def asked(house: House) -> Waiting:
    """An admission, another, an enrolment and a decision."""
    first, second = (house.services.keystore.accounts([secrets.token_hex(4)])[0] for _ in range(2))
    place, suspended = house.world.manifest.address("Members"), call_data("Members", "suspend", house.member(), bytes(32))
    with house.office.write() as conn:
        admitted, other = (calls.admission(house.services, conn, each.hex(), arguments(each), "test") for each in (first, second))
        enrolled = calls.enrolment(house.services, conn, house.relayer)
        key = f"a decision {secrets.token_hex(4)}"
        decided = calls.decision(conn, calls.Asked(key, "Members", "suspend", []), place, suspended, 200_000, "test")
    return Waiting(admitted, other, enrolled, decided)


def arguments(account: bytes) -> list[object]:
    return [account, account, secrets.token_bytes(32), ROLES["SUPPLIER"], False, True, "member"]


def earlier(house: House, *sent: Call) -> None:
    """What an earlier life of the office sent with the council's key, and this one doesn't know."""
    signing = by(house.services.keystore.private(house.council._key))
    for call in sent:
        nonce = house.world.nonce(house.council._key)
        made = encode.Call(call.target, call.data, call.gas)
        raw = encode.sign_legacy(made, chain_id=house.world.manifest.chain_id, nonce=nonce, fee=0, by=signing).raw
        house.world.rpc.call("eth_sendRawTransaction", raw)
        house.world.mine()


def resumed(house: House) -> House:
    """What `pledgebook keys renew-lane --council` and the next start do."""
    assert resume_council(house.services.keystore) == house.council._key
    again = House.build(house.world, house.office, house.services.mirror)
    assert again.council.tried() > 0 and "goes on from the chain's count" in str(again.council.fault)
    again.read()
    return again


def rounds(house: House) -> None:
    house.council.tried()
    house.council.tried()
    house.world.mine()
    house.read()


def test_the_councils_lane_goes_on_and_runs_nothing_twice(house: House) -> None:
    waiting = asked(house)
    earlier(house, waiting.admission, waiting.decision)
    house.council.tried()
    house.read()
    assert house.council.tried() > 0 and "the chain counts 2 transactions" in str(house.council.fault)
    with house.office.read() as conn:
        assert "renew-lane --council" in lane_rows.alarms(conn)[0]
    assert waiting.states(house) == ["queued"] * 4
    again = resumed(house)
    assert waiting.states(again) == ["final", "queued", "queued", "refused"]
    assert b"restored from an older copy" in waiting.reason(again)
    rounds(again)
    assert waiting.states(again) == ["final", "final", "final", "refused"]
    assert again.council.tried() > 0 and again.council.fault is None and again.world.nonce(again.council._key) == 4
    with again.office.read() as conn:
        assert lane_rows.alarms(conn) == []


def test_calls_whose_nonces_an_earlier_life_took_go_again_unless_the_ledger_has_them(house: House) -> None:
    """The copy was taken while they were on their way, and other bytes took their nonces."""
    waiting = asked(house)
    with pytest.MonkeyPatch.context() as unsent:
        unsent.setattr(house.council, "_send", lambda *_: False)
        house.council.step()
    assert len(house.raws(house.council)) == 4
    earlier(house, waiting.other_admission, waiting.admission)
    house.council.tried()
    house.read()
    with house.office.read() as conn:
        assert "renew-lane --council" in lane_rows.alarms(conn)[0]
    again = resumed(house)
    assert waiting.states(again)[:2] == ["final", "final"], "the ledger has both"
    rounds(again)
    assert waiting.states(again) == ["final"] * 4, "what the chain's count has not reached is still on its way"
    assert again.world.nonce(again.council._key) == 4


def test_a_lane_that_never_sent_has_nothing_to_go_on_with(house: House) -> None:
    assert resume_council(house.services.keystore) is None
