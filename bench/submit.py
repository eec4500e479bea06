"""`scripts/bench submit`: splits of receivables as signed acts, from the HTTP request to the mined and mirrored row.

Everything stands on one embedded chain that mines a block soon after something comes in. `raw` are pre-signed transactions straight to the
node; `floor` is the least gateway that keeps the durability rules (bench/submission/floor.py), one act a transaction; `ours` is the product
as its user starts it, with its keys checked, its outbox on disk, its signatures, its mirror. Each is measured from the first request to
the last act that is mined, ours to the last one that can be read. Floor and ours take turns, there and back: the node takes the longer for
a block the more it holds, and who came last would pay for it.
"""

import argparse
import secrets
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from statistics import quantiles

from coincurve import PrivateKey

from bench.report import Figure, options, show, step
from bench.submission import load, world
from bench.submission.floor import settings
from bench.submission.split import GAS, Splitter
from bench.submission.world import World
from gateway.config import Settings
from gateway.office.repository import Office
from gateway.outbox import encode
from gateway.signers.ecdsa import address_of, by
from ledger.domain.ids import from_hex, to_hex
from ledger.mirror.database import connect

COUNT, CONNECTIONS, A_BATCH = 10_000, 64, 500
RATE, SECONDS = 500.0, 10
SAMPLE, BATCHERS = 500, 4
MEGABYTE = 1 << 20


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    parser = options("submit", "Splits as signed acts: from the request to the mined and mirrored row.")
    parser.add_argument("--count", type=int, default=COUNT, help=f"acts of each load, half of them a turn (default: {COUNT:,})")
    parser.add_argument("--seconds", type=int, default=SECONDS, help=f"how long the paced load takes (default: {SECONDS})")
    parser.add_argument("--long", type=int, default=0, help="so many requests more, and by how much memory grew over them")
    chosen = parser.parse_args(arguments)
    if chosen.count < 2 * A_BATCH:
        parser.error(f"--count: at least {2 * A_BATCH:,}, a batch of {A_BATCH} a turn")
    with tempfile.TemporaryDirectory(prefix="pledgebook-bench-") as folder:
        figures = measure(Path(folder), chosen)
    show(figures, chosen.json)


def measure(folder: Path, chosen: argparse.Namespace) -> dict[str, Figure]:
    """All figures. Raises GatewayFailed, LoadRefused."""
    with world.running(folder / "home", CONNECTIONS) as here:
        bench = Bench(here, folder, chosen.count)
        with step(f"raw: {chosen.count:,} transactions"):
            raw = bench.raw()
        rates = bench.turns()
        with step(f"ours, {RATE:.0f} requests a second for {chosen.seconds} s"):
            accept, queryable = bench.paced(chosen.seconds)
        figures = _rates(raw, **rates) | _waits(accept, queryable)
        figures["memory_mb"] = Figure(here.memory() // MEGABYTE, "megabytes that the gateway holds at the end")
        if chosen.long:
            with step(f"ours, {chosen.long:,} requests more"):
                grown = bench.grown(chosen.long)
            figures["memory_growth_mb"] = Figure(grown, f"megabytes more after {chosen.long:,} requests", "flat")
    return figures


def _rates(raw: float, floor: float, ours: float, batched: float) -> dict[str, Figure]:
    most = f"{2.5 * ours:.0f}: 2.5 of one a request; aim 2,000"
    return {
        "raw_per_s": Figure(round(raw), "pre-signed splits a second, one a transaction, straight to the node"),
        "floor_per_s": Figure(round(floor), "splits a second through the least gateway that keeps the durability rules"),
        "ours_per_s": Figure(round(ours), "splits a second, one a request, mined and mirrored", f"{0.75 * floor:.0f}: 0.75 of the floor"),
        "acts_batched_per_s": Figure(round(batched), f"splits a second, {A_BATCH} a request, mined and mirrored", most),
        "ours_of_floor": Figure(round(ours / floor, 2), "ours by the floor", "0.75"),
        "batched_of_ours": Figure(round(batched / ours, 2), "batched by one a request", "2.5"),
    }


def _waits(accept: float, queryable: float) -> dict[str, Figure]:
    rate, goal = f"at {RATE:.0f} requests a second, of 99 in 100", "block interval + 150 and the node's own"
    return {
        "accept_p99_ms": Figure(round(accept * 1000, 1), f"from request to answer {rate}", "at most 50"),
        "queryable_p99_ms": Figure(round(queryable * 1000, 1), f"from answer to final and readable {rate}", goal),
    }


class Bench:
    """Loads on one world; each takes numbers of its own as idempotency keys."""

    def __init__(self, here: World, folder: Path, number: int) -> None:
        self.world, self.folder, self.number = here, folder, number
        self._keys = count(1)

    def turns(self) -> dict[str, float]:
        """Acts a second of each load, half of them in one turn and half in the other, which goes back from the last load to the first."""
        loads = {"floor": self.floor, "ours": self.ours, "batched": self.batched}
        spent: defaultdict[str, float] = defaultdict(float)
        done: defaultdict[str, int] = defaultdict(int)
        for name in (*loads, *reversed(loads)):
            with step(name):
                number, seconds = loads[name](self.number // 2)
            done[name] += number
            spent[name] += seconds
        return {name: done[name] / spent[name] for name in loads}

    # --- Straight to the node

    def raw(self) -> float:
        """Pre-signed transactions in JSON-RPC batches, in the order of one relayer's nonces; mined a second."""
        relayer, splitter = self._relayer(), self._splitter()
        sent = [self._transaction(relayer, splitter, nonce) for nonce in range(self.number)]
        began = time.monotonic()
        for at in range(0, len(sent), 100):
            for outcome in self.world.rpc.batch([("eth_sendRawTransaction", [each.raw]) for each in sent[at : at + 100]]):
                if isinstance(outcome, Exception):
                    raise outcome
        self._mined(address_of(relayer), self.number)
        return self.number / (time.monotonic() - began)

    def _transaction(self, relayer: PrivateKey, splitter: Splitter, nonce: int) -> encode.Signed:
        data = splitter.call_data(next(self._keys), 2**40, self.world.split(nonce % CONNECTIONS))
        call = encode.Call(self.world.manifest.address("Acts"), data, GAS)
        return encode.sign_legacy(call, chain_id=self.world.manifest.chain_id, nonce=nonce, fee=0, by=by(relayer))

    def _mined(self, relayer: bytes, number: int) -> None:
        while int(self.world.rpc.call("eth_getTransactionCount", relayer, "latest"), 16) < number:
            time.sleep(0.01)

    def _relayer(self) -> PrivateKey:
        relayer = PrivateKey(secrets.token_bytes(32))
        self.world.enrol(address_of(relayer))
        return relayer

    def _splitter(self) -> Splitter:
        key = PrivateKey(self.world.secret(self.world.supplier))
        return Splitter(self.world.manifest.domain, address_of(key), key)

    # --- Through gateways

    def floor(self, number: int) -> tuple[int, float]:
        """The same acts through the floor, and the seconds from the first request to the last mined one."""
        with self._floor() as url:
            lives = self._lives(number)
            began = time.monotonic()
            load.flood(url, "floor", lives)
            connection = load.Connection(url, "floor")
            while int(connection.get("/left")):
                time.sleep(0.01)
            ended = time.monotonic()
            connection.close()
        return self._count(lives), ended - began

    @contextmanager
    def _floor(self) -> Iterator[str]:
        given = settings(
            file=str(self.folder / f"floor-{next(self._keys)}.db"),
            node=self.world.rpc.url,
            chain_id=self.world.manifest.chain_id,
            acts=to_hex(self.world.manifest.address("Acts")),
            ledger_id=to_hex(self.world.manifest.ledger_id),
            supplier=self.world.secret(self.world.supplier).hex(),
            relayer=self._relayer().secret.hex(),
            api_key="floor",  # pragma: allowlist secret
        )
        command = [sys.executable, "-m", "bench.submission.floor"]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if process.stdin is None or process.stdout is None:
            raise AssertionError("pipes were asked for")
        try:
            process.stdin.write(given)
            process.stdin.close()
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()
            process.wait()

    def ours(self, number: int) -> tuple[int, float]:
        """One act a request, and the seconds from the first request to the last act that is final in the mirror."""
        return self._through(self._lives(number))

    def batched(self, number: int) -> tuple[int, float]:
        """The same with many acts a request."""
        return self._through(self._batches(number))

    def grown(self, number: int) -> int:
        """Megabytes by which the gateway grew over so many requests."""
        before = self.world.memory()
        self._through(self._lives(number))
        return (self.world.memory() - before) // MEGABYTE

    def _through(self, lives: Sequence[Sequence[load.Post]]) -> tuple[int, float]:
        last = [self._ref(life[-1]) for life in lives]
        began = time.monotonic()
        load.flood(self.world.url, self.world.api_key, lives)
        world.done(self.world, last)
        ended = time.monotonic()
        self._check(lives)
        return self._count(lives), ended - began

    def paced(self, seconds: int) -> tuple[float, float]:
        """Seconds from request to answer, and from answer to final in the mirror, of 99 in 100."""
        lives = self._lives(int(RATE * seconds))
        sent = load.paced(self.world.url, self.world.api_key, lives, RATE)
        self._check(lives)
        accepts = [each.ended - each.began for life in sent for each in life]
        return _p99(accepts), _p99(list(self._ages(lives)))

    def _ages(self, lives: Sequence[Sequence[load.Post]]) -> Iterator[float]:
        """How long a sample of acts took from queued to final, by their history on disk: answers tell it in whole seconds."""
        posts = [post for life in lives for post in life]
        office = connect(Settings(home=self.world.home).office_database(), "office")
        with office.read() as conn:
            for post in posts[:: max(len(posts) // SAMPLE, 1)]:
                ref = self._ref(post)
                history = Office(conn, from_hex(ref["account"])).history(int(ref["id"]))
                times = {each.state: each.at for each in history}
                yield (times["final"] - times["queued"]) / 1000
        office.close()

    # --- Requests

    def _lives(self, number: int) -> list[list[load.Post]]:
        """One act a request, for each connection its own receivable."""
        return [[self._post(place) for _ in range(number // CONNECTIONS + (place < number % CONNECTIONS))] for place in range(CONNECTIONS)]

    def _post(self, place: int) -> load.Post:
        act = world.act(self.world.supplier, str(next(self._keys)), self.world.split(place))
        key = act.pop("key")
        return "/acts", {"idempotency-key": key}, load.body(act)

    def _batches(self, number: int) -> list[list[load.Post]]:
        """Many acts a request, over a few connections."""
        batches = number // A_BATCH
        return [[self._batch(place) for _ in range(place, batches, BATCHERS)] for place in range(min(BATCHERS, batches))]

    def _batch(self, place: int) -> load.Post:
        acts = [world.act(self.world.supplier, str(next(self._keys)), self.world.split(place)) for _ in range(A_BATCH)]
        return "/acts:batch", {"last": acts[-1]["key"]}, load.body({"acts": acts})

    def _ref(self, post: load.Post) -> dict[str, str]:
        """The last act of a request."""
        _, headers, _ = post
        return {"account": self.world.supplier, "id": headers.get("idempotency-key") or headers["last"]}

    def _count(self, lives: Sequence[Sequence[load.Post]]) -> int:
        return sum(A_BATCH if path == "/acts:batch" else 1 for life in lives for path, _, _ in life)

    def _check(self, lives: Sequence[Sequence[load.Post]]) -> None:
        """Every act was accepted and done, not only the last ones."""
        last = max(int(self._ref(life[-1])["id"]) for life in lives)
        first = last - self._count(lives) + 1
        world.done(self.world, [{"account": self.world.supplier, "id": str(id_)} for id_ in range(first, last + 1)])


def _p99(values: Sequence[float]) -> float:
    return quantiles(values, n=100)[98]
