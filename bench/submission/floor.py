"""The least gateway that keeps the durability rules: a key is checked, an act is signed, its nonce and bytes are on disk before anything is
answered or sent, one act a transaction, mined by receipts of whole blocks. No roles, no reasons, no mirror, no second process.

Run by itself with its settings as JSON on standard input; it prints its port.
"""

from __future__ import annotations

import asyncio
import hmac
import queue
import socket
import sqlite3
import sys
import threading
import time
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
from coincurve import PrivateKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.submission.split import GAS, Splitter
from gateway.outbox import encode
from gateway.signers.ecdsa import address_of, by
from ledger.chain.rpc import Rpc
from ledger.domain.acts import SigningDomain
from ledger.domain.ids import act_id

MOST_A_COMMIT, MOST_A_BATCH = 200, 100
LOOK_SECONDS = 0.02
_TABLE = """CREATE TABLE act (
    key TEXT PRIMARY KEY, body BLOB NOT NULL, nonce INTEGER NOT NULL UNIQUE,
    hash BLOB NOT NULL UNIQUE, raw BLOB NOT NULL, state TEXT NOT NULL
)"""


class Settings(msgspec.Struct):
    """Where it works, and with which keys (32 bytes each, as hex)."""

    file: str
    node: str
    chain_id: int
    acts: str
    ledger_id: str
    supplier: str
    relayer: str
    api_key: str


class Move(msgspec.Struct):
    """A split."""

    token: str
    start: str
    end: str
    to: str
    ref: str


class Act(msgspec.Struct, forbid_unknown_fields=True):
    """A request."""

    account: str
    kind: str
    body: Move


@dataclass
class Waiting:
    """A request until it is on disk."""

    key: str
    body: bytes
    raw: bytes
    nonce: int
    hash: bytes
    loop: asyncio.AbstractEventLoop
    answered: asyncio.Future[int]


@dataclass
class Floor:
    """The gateway: one event loop, a thread that commits, one that sends, one that looks at blocks."""

    settings: Settings
    arrived: queue.SimpleQueue[Waiting] = field(default_factory=queue.SimpleQueue)
    written: queue.SimpleQueue[tuple[bytes, bytes]] = field(default_factory=queue.SimpleQueue)
    known: set[str] = field(default_factory=set)
    next_nonce: int = 0
    mined: int = 0

    def __post_init__(self) -> None:
        given = self.settings
        acts = bytes.fromhex(given.acts[2:])
        key = PrivateKey(bytes.fromhex(given.supplier))
        self.relayer = PrivateKey(bytes.fromhex(given.relayer))
        domain = SigningDomain(given.chain_id, acts, bytes.fromhex(given.ledger_id[2:]))
        self.splitter, self.acts = Splitter(domain, address_of(key), key), acts
        self.key_hash = sha256(given.api_key.encode()).digest()
        self.decode = msgspec.json.Decoder(Act).decode
        with self._database() as database:
            database.execute(_TABLE)

    def _database(self) -> sqlite3.Connection:
        database = sqlite3.connect(self.settings.file, isolation_level=None)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        return database

    async def post(self, request: Request) -> Response:
        """Answers once the act is on disk."""
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(sha256(given.encode()).digest(), self.key_hash):
            return Response(status_code=401)
        body, key = await request.body(), request.headers["idempotency-key"]
        try:
            act = self.decode(body)
        except msgspec.ValidationError as wrong:
            return Response(str(wrong), 422)
        if key in self.known:
            return Response(status_code=202)
        self.known.add(key)
        data = self.splitter.call_data(act_id(key), 2**40, msgspec.structs.asdict(act.body))
        nonce, self.next_nonce = self.next_nonce, self.next_nonce + 1
        call = encode.Call(self.acts, data, GAS)
        signed = encode.sign_legacy(call, chain_id=self.settings.chain_id, nonce=nonce, fee=0, by=by(self.relayer))
        loop = asyncio.get_running_loop()
        waiting = Waiting(key, body, signed.raw, nonce, signed.hash, loop, loop.create_future())
        self.arrived.put(waiting)
        return Response(msgspec.json.encode({"id": str(act_id(key)), "nonce": nonce}), await waiting.answered)

    async def open_acts(self, _request: Request) -> Response:
        """How many acts are not mined."""
        return Response(str(self.next_nonce - self.mined))

    def commit(self) -> None:
        """Writes what has arrived, many a commit, then answers and hands over."""
        database = self._database()
        while True:
            batch = [self.arrived.get()]
            while len(batch) < MOST_A_COMMIT and not self.arrived.empty():
                batch.append(self.arrived.get())
            rows = [(each.key, each.body, each.nonce, each.hash, each.raw) for each in batch]
            database.execute("BEGIN IMMEDIATE")
            database.executemany("INSERT INTO act VALUES (?, ?, ?, ?, ?, 'written')", rows)
            database.execute("COMMIT")
            for each in batch:
                self.written.put((each.hash, each.raw))
                each.loop.call_soon_threadsafe(each.answered.set_result, 202)

    def send(self) -> None:
        """Sends bytes in the order of their nonces."""
        with Rpc(self.settings.node) as rpc:
            while True:
                batch = [self.written.get()]
                while len(batch) < MOST_A_BATCH and not self.written.empty():
                    batch.append(self.written.get())
                for outcome in rpc.batch([("eth_sendRawTransaction", [raw]) for _, raw in batch]):
                    if isinstance(outcome, Exception):
                        raise outcome

    def look(self) -> None:
        """Notes what whole blocks say is mined."""
        database = self._database()
        with Rpc(self.settings.node) as rpc:
            block = int(rpc.call("eth_blockNumber"), 16)
            while True:
                head = int(rpc.call("eth_blockNumber"), 16)
                for number in range(block + 1, head + 1):
                    receipts = rpc.call("eth_getBlockReceipts", hex(number))
                    rows = [(bytes.fromhex(each["transactionHash"][2:]),) for each in receipts if each["status"] == "0x1"]
                    database.execute("BEGIN IMMEDIATE")
                    found = sum(database.execute("UPDATE act SET state = 'mined' WHERE hash = ?", row).rowcount for row in rows)
                    database.execute("COMMIT")
                    self.mined += found
                block = head
                time.sleep(LOOK_SECONDS)


def main() -> None:
    """Serves until it is ended."""
    floor = Floor(msgspec.json.decode(sys.stdin.buffer.read(), type=Settings))
    for work in (floor.commit, floor.send, floor.look):
        threading.Thread(target=work, daemon=True).start()
    routes = [Route("/acts", floor.post, methods=["POST"]), Route("/left", floor.open_acts)]
    listening = socket.create_server(("127.0.0.1", 0))
    print(listening.getsockname()[1], flush=True)
    config = uvicorn.Config(Starlette(routes=routes), log_config=None, access_log=False, lifespan="off")
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()


def settings(**given: Any) -> bytes:
    """Its settings, as it reads them."""
    return msgspec.json.encode(given)


FILE = Path(__file__)
