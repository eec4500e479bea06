"""The council sets registers by the key held here: at once, or announced and carried out when its delay is over."""

import time
from typing import Any

import pytest

from gateway import calls
from gateway.founding import house_key
from gateway.signers.keystore import COUNCIL
from ledger.chain.calls import call_data
from tests.gateway.conftest import Api, Member
from tests.gateway.test_access import problem
from tests.gateway.test_ninth_register import EXAMPLE, set_register, waited

DELAY = 3_600


@pytest.fixture(scope="module")
def office(api: Api) -> Member:
    """An office, on a ledger whose council's decisions wait for an hour."""
    services = api.running.services
    council, manager = house_key(services.keystore, COUNCIL), services.manifest.address("Council")
    with services.office.write() as conn:
        asked = calls.Asked("delay", "Council", "grantRole", [])
        calls.decision(conn, asked, manager, call_data("Council", "grantRole", 0, council, DELAY), 300_000, "test")
    services.wake()
    return api.admit("delayed office", "REGISTRAR")


def _jump(api: Api, seconds: int) -> None:
    clock = api.running.clock
    assert clock is not None
    clock.set_next(clock.now() + seconds)
    clock.mine()
    head = int(api.running.services.rpc.call("eth_blockNumber"), 16)
    assert api.http.get("/blocks/head", params={"wait": head, "timeout": 20}).status_code == 200


def _settled(api: Api, made: dict[str, Any]) -> None:
    ended = waited(api, made["call"])
    assert ended["state"] == "final", ended["reason"]


def test_a_decision_that_waits_is_announced_and_carried_out_by_the_same_request(api: Api, office: Member) -> None:
    end = time.monotonic() + 20
    while (announced := set_register(api, office).json())["step"] != "announced":
        assert time.monotonic() < end, announced
        _settled(api, announced)
    assert announced["ready_at"]
    _settled(api, announced)
    assert api.http.get("/registers/9").status_code == 404
    early = problem(set_register(api, office), 409)
    assert early["title"] == "Decision waits" and "can be carried out from" in early["detail"] and early["ready_at"] > 0
    _jump(api, DELAY + 1)
    carried = set_register(api, office).json()
    assert carried["step"] == "carried out", carried
    _settled(api, carried)
    assert api.http.get("/registers/9").json()["data"]["version"] == 1
    assert set_register(api, office).json()["step"] == "described"


def test_another_text_is_another_decision(api: Api, office: Member) -> None:
    changed = set_register(api, office, EXAMPLE.replace("most = 3653", "most = 366")).json()
    assert (changed["version"], changed["step"]) == (2, "announced")
