"""Several gateways as processes of their own over one PostgreSQL and one chain."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa

from gateway.config import MANIFEST, OPERATOR_KEY, PASSPHRASE_FILE, URL_FILE
from ledger import faults
from ledger.chain.engines import anvil
from ledger.chain.rpc import Rpc
from ledger.domain.ids import to_hex

PROGRAM = str(Path(sys.executable).with_name("pledgebook"))
SECONDS = 90.0
LANES = 2


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

    def start(self, name: str, version: Path | None = None, fault: str = "") -> Process:
        """Starts a gateway, of this version or of the packages in a folder, and waits until it serves; with a fault, until that ends it."""
        home = self.folder / name
        (home / URL_FILE).unlink(missing_ok=True)
        log = self.folder / f"{name}.log"
        with log.open("ab") as stream:
            running = subprocess.Popen(
                [PROGRAM, "up", "--no-replay", "--home", str(home), "--port", "0"],
                stdout=stream,
                stderr=stream,
                env=self._environment(version) | ({faults.VARIABLE: fault} if fault else {}),
            )
        until((lambda: running.poll() is not None) if fault else (home / URL_FILE).exists, lambda: fault or running.poll() is None, log)
        return Process(home, running)

    def run(self, *command: str, home: str, version: Path | None = None) -> "subprocess.CompletedProcess[str]":
        """A command on a gateway's home, to its end."""
        whole = [PROGRAM, *command, "--home", str(self.folder / home)]
        return subprocess.run(whole, env=self._environment(version), capture_output=True, text=True, check=False, timeout=SECONDS)

    def _environment(self, version: Path | None) -> dict[str, str]:
        return self.environment | ({} if version is None else {"PYTHONPATH": str(version)})

    def members(self, gateway: Process, number: int = 6) -> list[str]:
        """Admits suppliers."""
        rows = [{"key": f"m{at}", "name": f"m{at}", "party": to_hex(bytes([at + 1]) * 32), "roles": ["SUPPLIER"]} for at in range(number)]
        with gateway.http() as http:
            accounts = [each["account"] for each in http.post("/members:batch", json={"members": rows}).json()["members"]]
            assert http.post("/members:wait", json={"accounts": accounts, "timeout": 60}).json()["pending"] == []
        return accounts

    def check_lanes(self) -> None:
        """No lane has a gap: the chain comes to count what is written. What was accepted, and answered no more, may be on its way still."""
        end = time.monotonic() + SECONDS
        with Rpc(self.environment["PLEDGEBOOK_NODE"]) as rpc:
            while True:
                lanes = self.asked("SELECT key, next_nonce, alarm FROM office.lane WHERE purpose = 'relay'")
                assert len(lanes) == LANES and all(lane.alarm is None for lane in lanes), lanes
                counts = [int(rpc.call("eth_getTransactionCount", lane.key, "latest"), 16) for lane in lanes]
                if counts == [lane.next_nonce for lane in lanes]:
                    return
                assert time.monotonic() < end, f"counted {counts}, written {lanes}"
                time.sleep(0.2)

    def asked(self, statement: str) -> list[Any]:
        """What the database answers."""
        engine = sa.create_engine(sa.make_url(self.environment["PLEDGEBOOK_OFFICE_URL"]).set(drivername="postgresql+psycopg"))
        with engine.connect() as conn:
            rows = list(conn.execute(sa.text(statement)))
        engine.dispose()
        return rows


def until(holds: Callable[[], bool], lives: Callable[[], object], log: Path) -> None:
    """Waits until something holds, as long as something lives."""
    end = time.monotonic() + SECONDS
    while not holds():
        assert lives() and time.monotonic() < end, log.read_text()[-2000:]
        time.sleep(0.05)


@contextmanager
def founded(folder: Path, url: str) -> Iterator[Site]:
    """A ledger that was founded with its own chain, which then runs apart from any gateway."""
    environment = {
        **os.environ,
        "PLEDGEBOOK_OFFICE_URL": url,
        "PLEDGEBOOK_MIRROR_URL": url,
        "PLEDGEBOOK_LANES": str(LANES),
        "COLUMNS": "200",
    }
    Site(folder, environment).start("first").stop()
    chain = anvil.start(folder / "first")
    for file in (MANIFEST, PASSPHRASE_FILE):
        (folder / "second" / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(folder / "first" / file, folder / "second" / file)
    passphrase = str(folder / "first" / PASSPHRASE_FILE)
    joined = {"PLEDGEBOOK_NODE": chain.url, "PLEDGEBOOK_ENGINE": "anvil", "PLEDGEBOOK_PASSPHRASE_FILE": passphrase}
    yield Site(folder, environment | joined)
    chain.stop()
