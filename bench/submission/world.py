"""A gateway in a process of its own on an embedded chain that mines by itself, with a supplier whose receivables are to be split."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil

from gateway import founding
from gateway.commands.shared import opened_keystore
from gateway.config import OPERATOR_KEY, URL_FILE, Settings
from gateway.signers.keystore import COUNCIL
from ledger.chain import calls
from ledger.chain import manifest as manifests
from ledger.chain.manifest import Manifest
from ledger.chain.rpc import Rpc
from ledger.domain import ids
from ledger.domain.ids import from_hex, to_hex

PROGRAM = Path(sys.executable).with_name("pledgebook")
FACE = 10**9
TERM_SECONDS = 120 * 86_400
START_SECONDS = 180.0
CONFIRMED = 0b111
USD = 840


class GatewayFailed(Exception):
    """The gateway of the benchmark did not do what it was asked: a figure would mean nothing."""


@dataclass
class World:
    """A running gateway and what is split: `receivables` of `supplier`, whose tokens begin at 0; `payee` holds a piece of each."""

    home: Path
    http: httpx.Client
    process: psutil.Process
    manifest: Manifest
    rpc: Rpc
    supplier: str
    payee: str
    receivables: tuple[int, ...] = ()
    cut: dict[int, int] = field(default_factory=dict)

    @property
    def api_key(self) -> str:
        """The operator's."""
        return (self.home / OPERATOR_KEY).read_text().strip()

    @property
    def url(self) -> str:
        """Where the gateway answers."""
        return (self.home / URL_FILE).read_text().strip()

    def split(self, place: int) -> dict[str, str]:
        """The body of the next split of a receivable: one unit off the end of its first token, so that order matters within one only."""
        receivable = self.receivables[place]
        end = FACE - self.cut.get(receivable, 0)
        self.cut[receivable] = self.cut.get(receivable, 0) + 1
        token = str(ids.token_id(receivable, 0))
        return {"token": token, "start": str(end - 1), "end": str(end), "to": self.payee, "ref": to_hex(os.urandom(32))}

    def memory(self) -> int:
        """Bytes that the gateway's process holds."""
        return int(self.process.memory_info().rss)

    def enrol(self, relayer: bytes) -> None:
        """Lets a key of the benchmark's own send acts, as the council would: anvil signs for its key."""
        council = founding.house_key(opened_keystore(Settings(home=self.home)), COUNCIL)
        self.rpc.call("anvil_impersonateAccount", council)
        data = calls.call_data("Acts", "setRelayer", relayer, True)
        call = {"from": council, "to": self.manifest.address("Acts"), "data": data, "gas": hex(200_000), "gasPrice": "0x0"}
        self.rpc.call("eth_sendTransaction", call)
        _until(lambda: bool(calls.view(self.rpc, self.manifest.address("Acts"), "Acts", "isRelayer", relayer)), "enrolment of a relayer")

    def secret(self, account: str) -> bytes:
        """The private key of a member that the gateway made."""
        keystore, address = opened_keystore(Settings(home=self.home)), from_hex(account)
        return bytes(keystore.private(address, address).secret)


@contextmanager
def running(home: Path, receivables: int) -> Iterator[World]:
    """A fresh ledger with so many confirmed receivables of one supplier. Raises GatewayFailed."""
    command = [str(PROGRAM), "up", "--no-replay", "--home", str(home), "--port", "0"]
    log = home.with_suffix(".log")
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env={**os.environ, "PLEDGEBOOK_DATA": str(home)})
    try:
        _until(lambda: (home / URL_FILE).exists() or _ended(process, log), "start of the gateway")
        yield _founded(home, process.pid, receivables)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def _ended(process: subprocess.Popen[bytes], log: Path) -> bool:
    if process.poll() is not None:
        raise GatewayFailed(log.read_text()[-2000:])
    return False


def _until(holds: Any, what: str) -> None:
    end = time.monotonic() + START_SECONDS
    while not holds():
        if time.monotonic() > end:
            raise GatewayFailed(f"{what}: not within {START_SECONDS:.0f} s")
        time.sleep(0.05)


def _founded(home: Path, pid: int, receivables: int) -> World:
    manifest = manifests.load(home / "manifest.json")
    headers = {"authorization": f"Bearer {(home / OPERATOR_KEY).read_text().strip()}"}
    http = httpx.Client(base_url=(home / URL_FILE).read_text().strip(), headers=headers, timeout=120, trust_env=False)
    supplier, obligor, payee = _admitted(http)
    world = World(home, http, psutil.Process(pid), manifest, Rpc(_node(pid)), supplier, payee)
    world.receivables = _confirmed(world, obligor, receivables)
    first = [act(world.supplier, f"first {place}", world.split(place)) for place in range(receivables)]
    done(world, accepted(http, first))
    return world


def _node(pid: int) -> str:
    (port,) = {
        connection.laddr.port
        for child in psutil.Process(pid).children(recursive=True)
        for connection in child.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
    }
    return f"http://127.0.0.1:{port}"


def _admitted(http: httpx.Client) -> list[str]:
    wanted = [("supplier", "SUPPLIER"), ("obligor", "OBLIGOR"), ("payee", "SUPPLIER")]
    rows = [{"key": name, "name": name, "party": to_hex(name.encode().ljust(32, b"\0")), "roles": [role]} for name, role in wanted]
    accounts = [each["account"] for each in _answer(http.post("/members:batch", json={"members": rows}))["members"]]
    if _answer(http.post("/members:wait", json={"accounts": accounts, "timeout": 60}))["pending"]:
        raise GatewayFailed("members were not admitted within 60 s")
    return accounts


def _confirmed(world: World, obligor: str, number: int) -> tuple[int, ...]:
    head = world.rpc.call("eth_getBlockByNumber", "latest", False)
    terms = _terms(world.supplier, obligor, int(head["timestamp"], 16) + TERM_SECONDS, _content(world, obligor))
    issues = [act(world.supplier, f"issue {place}", terms, "Issue") for place in range(number)]
    done(world, accepted(world.http, issues))
    receivables = tuple(ids.receivable_id(from_hex(world.supplier), ids.act_id(each["key"])) for each in issues)
    done(world, accepted(world.http, [_confirmation(obligor, terms, each) for each in receivables]))
    return receivables


def _confirmation(obligor: str, terms: dict[str, str], receivable: int) -> dict[str, Any]:
    body = {"receivable": str(receivable), "issuer": terms["supplier"], "terms": terms, "fingerprint": to_hex(os.urandom(32))}
    return act(obligor, f"confirm {receivable}", {**body, "confirmed": str(CONFIRMED), "earlier": []}, "ConfirmReceivable")


def _content(world: World, obligor: str) -> str:
    item = {"member": world.supplier, "share_with": [obligor], "schema": "benchmark", "document": {"of": "the benchmark"}}
    return str(_answer(world.http.post("/content:batch", json={"items": [item]}))["items"][0]["root"])


def _terms(supplier: str, obligor: str, due: int, root: str) -> dict[str, str]:
    figures = {"face": FACE, "due": due, "grace": 0, "lateRate": 0, "lateBasis": 1, "currency": USD, "cash": 1}
    figures |= {"module": 1, "leastPiece": 0, "policy": 1}
    words = {"tenorReason": to_hex(bytes(32)), "contentRoot": root}
    return {"supplier": supplier, "obligor": obligor, **{name: str(value) for name, value in figures.items()}, **words}


def act(account: str, key: str, body: dict[str, Any], kind: str = "Move") -> dict[str, Any]:
    """An act as POST /acts:batch takes it."""
    return {"account": account, "kind": kind, "body": body, "key": key}


def accepted(http: httpx.Client, wanted: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Has acts accepted, and names them. Raises GatewayFailed."""
    outcomes = _answer(http.post("/acts:batch", json={"acts": wanted}))["acts"]
    if refused := [each for each in outcomes if "problem" in each]:
        raise GatewayFailed(str(refused[0]))
    return [{"account": each["account"], "id": each["id"]} for each in outcomes]


def done(world: World, refs: list[dict[str, str]]) -> None:
    """Waits until acts are final. Raises GatewayFailed."""
    for at in range(0, len(refs), 5000):
        part = refs[at : at + 5000]
        end = time.monotonic() + START_SECONDS
        while (answer := _answer(world.http.post("/acts:wait", json={"acts": part, "timeout": 60})))["pending"]:
            if time.monotonic() > end:
                raise GatewayFailed(f"{answer['pending']} acts are not final within {START_SECONDS:.0f} s")
        if failed := [each for each in answer["acts"] if each["state"] != "final"]:
            raise GatewayFailed(str(failed[0]))


def _answer(response: httpx.Response) -> Any:
    if not response.is_success:
        raise GatewayFailed(response.text[:1000])
    return response.json()
