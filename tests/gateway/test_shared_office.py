"""Several gateways over one PostgreSQL: all take requests, one of them is killed, and every accepted act has its one effect."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.gateway.sites import Process, Site, founded

ACTS = 40


@pytest.fixture
def site(tmp_path: Path, new_postgres: Callable[[], str]) -> Iterator[Site]:
    with founded(tmp_path, new_postgres()) as made:
        yield made


def test_a_gateway_that_is_killed_loses_and_doubles_nothing(site: Site) -> None:
    first, second = site.start("first"), site.start("second")
    try:
        members = site.members(first)
        accepted: list[dict[str, str]] = []
        threads = [threading.Thread(target=_post, args=(each, members, name, accepted)) for name, each in (("a", first), ("b", second))]
        for thread in threads:
            thread.start()
        time.sleep(1.0)
        first.stop(signal.SIGKILL)
        for thread in threads:
            thread.join()
        with second.http() as http:
            waited = http.post("/acts:wait", json={"acts": accepted, "timeout": 60}).json()
            assert waited["pending"] == 0 and {each["state"] for each in waited["acts"]} == {"final"}, waited
            assert len(accepted) >= ACTS
            site.check_lanes()
        again = site.start("first")
        with again.http() as http:
            assert http.post("/acts:wait", json={"acts": accepted, "timeout": 60}).json()["pending"] == 0
        again.stop()
    finally:
        second.stop()


def _post(gateway: Process, members: list[str], name: str, accepted: list[dict[str, str]]) -> None:
    """Posts acts one after another until they are all accepted, or the gateway is gone: what was answered counts."""
    try:
        with gateway.http() as http:
            for at in range(ACTS):
                account = members[at % len(members)]
                body = {"account": account, "kind": "SetAcceptance", "body": {"acceptsDirect": at % 2 == 0}}
                answer = http.post("/acts", json=body, headers={"Idempotency-Key": f"{name} {at}"})
                assert answer.status_code == 202, answer.text
                accepted.append({"account": account, "id": answer.json()["id"]})
    except httpx.TransportError:
        assert name == "a", "only the one that was killed may go away"
