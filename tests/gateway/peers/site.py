"""Gateways of different members on one ledger, each with a home, an office, a mirror and keys of its own, started as processes."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from coincurve import PrivateKey

from gateway.config import MANIFEST, OFFICE_FILE, OPERATOR_KEY, URL_FILE
from gateway.founding import relayers
from gateway.office import database as offices
from gateway.roles import ROLES
from gateway.signers.ecdsa import address_of
from gateway.signers.keystore import Keystore
from ledger.domain.assets import member_party
from ledger.domain.ids import to_hex
from tests.gateway.outbox.world import World

PROGRAM = str(Path(sys.executable).with_name("pledgebook"))
PASSPHRASE = b"a long enough passphrase"
SECONDS = 90.0


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def until(holds: Callable[[], Any], what: object = "", seconds: float = SECONDS) -> Any:
    """What `holds` gives once it is true."""
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end, f"not in {seconds:.0f} s: {what() if callable(what) else what}"
        time.sleep(0.1)
    return found


@dataclass
class Gateway:
    """A member's gateway: its home, the account of its member, and the process while it runs."""

    home: Path
    name: str
    account: str
    port: int
    environment: dict[str, str]
    running: subprocess.Popen[bytes] | None = None
    door: bool = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def address(self) -> bytes:
        return bytes.fromhex(self.account[2:])

    @property
    def log(self) -> str:
        return (self.home / "log").read_text()[-4_000:]

    def start(self) -> Gateway:
        """Returns once it answers and has read that its member was admitted."""
        (self.home / URL_FILE).unlink(missing_ok=True)
        command = [PROGRAM, "up", "--no-replay", "--home", str(self.home), "--port", str(self.port)]
        with (self.home / "log").open("ab") as log:
            self.running = running = subprocess.Popen(command, stdout=log, stderr=log, env=self.environment)
        until(lambda: (self.home / URL_FILE).exists() or running.poll() is not None, lambda: self.log)
        assert running.poll() is None, self.log
        with self.http() as http:
            until(lambda: http.get(f"/members/{self.account}").status_code == 200, lambda: self.log)
        return self

    def stop(self, number: int = signal.SIGINT) -> None:
        if self.running is not None:
            self.running.send_signal(number)
            self.running.wait(SECONDS)
            self.running = None

    def kill(self) -> None:
        """As when the power goes."""
        self.stop(signal.SIGKILL)

    def http(self) -> httpx.Client:
        """Its operator's caller."""
        headers = {"authorization": f"Bearer {(self.home / OPERATOR_KEY).read_text().strip()}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=60, trust_env=False)

    def get(self, path: str, **query: Any) -> Any:
        with self.http() as http:
            return http.get(path, params=query).raise_for_status().json()

    def post(self, path: str, body: Any, **query: Any) -> Any:
        with self.http() as http:
            answer = http.post(path, json=body, params=query)
            assert answer.status_code < 300, answer.text
            return answer.json()

    def act(self, key: str, kind: str, body: dict[str, Any], account: str | None = None, **more: Any) -> dict[str, Any]:
        """Posts an act of the gateway's member."""
        with self.http() as http:
            asked = {"account": account or self.account, "kind": kind, "body": body, **more}
            answer = http.post("/acts", json=asked, headers={"Idempotency-Key": key})
            assert answer.status_code == 202, answer.text
            made: dict[str, Any] = answer.json()
            return made

    def done(self, act: dict[str, Any], seconds: float = SECONDS) -> dict[str, Any]:
        """The act once it ended."""
        query = {"account": act["account"], "wait": 2}
        found: dict[str, Any] = until(
            lambda: _ended(self.get(f"/acts/{act['id']}", **query)), lambda: self.get(f"/acts/{act['id']}", **query), seconds
        )
        assert found["state"] == "final", found
        return found

    def content(self, document: Any) -> str:
        """Keeps a document for its member; the root."""
        item = {"member": self.account, "schema": "test/1", "document": document}
        root: str = self.post("/content:batch", {"items": [item]})["items"][0]["root"]
        return root

    def holds(self, root: str) -> bool:
        with self.http() as http:
            return http.get(f"/content/{root}", params={"member": self.account}).status_code == 200

    def publish(self) -> None:
        """Puts its member's entry on the ledger."""
        acts = self.post("/peers:publish", {"account": self.account, **({"url": self.url} if self.door else {})})["acts"]
        for each in acts:
            self.done(each)

    def to_sign(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get("/acts:to-sign", account=self.account)["data"]
        return found

    def sign(self, act: dict[str, Any]) -> None:
        """Its officer signs what it was asked to."""
        self.post(f"/acts/{act['id']}/signatures", {"account": self.account}, account=act["account"])


def _ended(act: dict[str, Any]) -> dict[str, Any] | None:
    return act if act["state"] in ("final", "refused", "expired", "voided", "undone") else None


@dataclass
class Site:
    """One ledger, and the gateways on it."""

    world: World
    folder: Path
    gateways: dict[str, Gateway] = field(default_factory=dict)

    def gateway(self, name: str, *roles: str, door: bool = True, keys: tuple[tuple[bytes, str], ...] = ()) -> Gateway:
        """Makes a home with a member's key, admits the member, enrols the gateway's relayer. `keys`: further accounts that it serves."""
        home, secret = self.folder / name, self.folder / name / "passphrase"
        home.mkdir()
        secret.write_bytes(PASSPHRASE)
        secret.chmod(0o600)
        shutil.copy(self.folder / "manifest.json", home / MANIFEST)
        office = offices.open(f"sqlite:///{home / OFFICE_FILE}")
        keystore = Keystore(office)
        keystore.unlock(PASSPHRASE)
        (account,) = keystore.accounts([name])
        self.admit(account, name, *roles)
        for private, role in keys:
            held = keystore.add(_address(private), private)
            self.admit(held, role, role)
        for relayer in relayers(keystore):
            self.world.decide("Acts", "setRelayer", relayer, True)
        office.close()
        environment = {
            **os.environ, "PLEDGEBOOK_NODE": self.world.node.url, "PLEDGEBOOK_ENGINE": "anvil", "PLEDGEBOOK_PASSPHRASE_FILE": str(secret),
            "PLEDGEBOOK_PEER_HOSTS": "127.0.0.1", "COLUMNS": "200", "PLEDGEBOOK_KEEPER": "0",
        }  # fmt: skip
        made = self.gateways[name] = Gateway(home, name, to_hex(account), free_port(), environment, door=door)
        return made

    def admit(self, account: bytes, name: str, *roles: str) -> None:
        mask = sum(ROLES[role] for role in roles)
        self.world.decide("Members", "admit", account, account, member_party(account), mask, False, True, name)

    def introduce(self) -> None:
        """Each operator names the other gateways that have a door."""
        for each in self.gateways.values():
            others = [other for other in self.gateways.values() if other is not each and other.door]
            entries = (f'[[peers]]\nname = "{other.name}"\naccount = "{other.account}"\nurl = "{other.url}"\n' for other in others)
            (each.home / "peers.toml").write_text("\n".join(entries))

    def stop(self) -> None:
        for each in self.gateways.values():
            each.stop()


def _address(private: bytes) -> bytes:
    return address_of(PrivateKey(private))
