"""Several gateways over one PostgreSQL: all take requests, one of them is killed, and every accepted act has its one effect."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from gateway.config import MANIFEST, OPERATOR_KEY, PASSPHRASE_FILE, URL_FILE
from ledger.chain.engines import anvil
from ledger.chain.rpc import Rpc
from ledger.domain.ids import to_hex

PROGRAM = str(Path(sys.executable).with_name("pledgebook"))
SECONDS = 90.0
ACTS = 40


@dataclass
class Process:
    """A gateway as its operator starts it."""

    home: Path
    running: subprocess.Popen[bytes]

    def http(self) -> httpx.Client:
        """A caller with the operator's key."""
        headers = {"authorization": f"Bearer {(self.home / OPERATOR_KEY).read_text().strip()}"}
        return httpx.Client(base_url=(self.home / URL_FILE).read_text().strip(), headers=headers, timeout=60, trust_env=False)

    def stop(self, number: int = signal.SIGINT) -> None:
        self.running.send_signal(number)
        self.running.wait(SECONDS)


@dataclass
class Site:
    """One office and mirror on PostgreSQL, one chain, and gateways with homes of their own."""

    folder: Path
    environment: dict[str, str]
    lanes: int = 2

    def start(self, name: str) -> Process:
        home = self.folder / name
        (home / URL_FILE).unlink(missing_ok=True)
        command = [PROGRAM, "up", "--no-replay", "--home", str(home), "--port", "0"]
        with (self.folder / f"{name}.log").open("ab") as log:
            running = subprocess.Popen(command, stdout=log, stderr=log, env=self.environment)
        _until((home / URL_FILE).exists, lambda: running.poll() is None, self.folder / f"{name}.log")
        return Process(home, running)


def _until(holds: Callable[[], bool], lives: Callable[[], bool], log: Path) -> None:
    end = time.monotonic() + SECONDS
    while not holds():
        assert lives() and time.monotonic() < end, log.read_text()[-2000:]
        time.sleep(0.05)


@pytest.fixture
def site(tmp_path: Path, new_postgres: Callable[[], str]) -> Iterator[Site]:
    """A ledger that was founded with its own chain, which then runs apart from any gateway."""
    url = new_postgres()
    environment = {**os.environ, "PLEDGEBOOK_OFFICE_URL": url, "PLEDGEBOOK_MIRROR_URL": url, "PLEDGEBOOK_LANES": "2", "COLUMNS": "200"}
    founded = Site(tmp_path, environment)
    founded.start("first").stop()
    chain = anvil.start(tmp_path / "first")
    for file in (MANIFEST, PASSPHRASE_FILE):
        (tmp_path / "second" / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(tmp_path / "first" / file, tmp_path / "second" / file)
    passphrase = str(tmp_path / "first" / PASSPHRASE_FILE)
    joined = {"PLEDGEBOOK_NODE": chain.url, "PLEDGEBOOK_ENGINE": "anvil", "PLEDGEBOOK_PASSPHRASE_FILE": passphrase}
    yield Site(tmp_path, environment | joined)
    chain.stop()


def test_a_gateway_that_is_killed_loses_and_doubles_nothing(site: Site) -> None:
    first, second = site.start("first"), site.start("second")
    try:
        members = _members(first)
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
            _check_lanes(site)
        again = site.start("first")
        with again.http() as http:
            assert http.post("/acts:wait", json={"acts": accepted, "timeout": 60}).json()["pending"] == 0
        again.stop()
    finally:
        second.stop()


def _members(gateway: Process) -> list[str]:
    rows = [{"key": f"m{at}", "name": f"m{at}", "party": to_hex(bytes([at + 1]) * 32), "roles": ["SUPPLIER"]} for at in range(6)]
    with gateway.http() as http:
        accounts = [each["account"] for each in http.post("/members:batch", json={"members": rows}).json()["members"]]
        assert http.post("/members:wait", json={"accounts": accounts, "timeout": 60}).json()["pending"] == []
    return accounts


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


def _check_lanes(site: Site) -> None:
    """No lane has a gap: the chain counts what is written."""
    with Rpc(site.environment["PLEDGEBOOK_NODE"]) as rpc:
        engine = sa.create_engine(sa.make_url(site.environment["PLEDGEBOOK_OFFICE_URL"]).set(drivername="postgresql+psycopg"))
        with engine.connect() as conn:
            lanes: list[Any] = list(conn.execute(sa.text("SELECT key, next_nonce, alarm FROM office.lane WHERE purpose = 'relay'")))
        engine.dispose()
        assert len(lanes) == site.lanes and all(lane.alarm is None for lane in lanes)
        assert [int(rpc.call("eth_getTransactionCount", lane.key, "latest"), 16) for lane in lanes] == [lane.next_nonce for lane in lanes]
