"""Other indexers on the same chain, each as its own documentation sets it up, with one simple row an event in a PostgreSQL of its own.

Their exact versions are locked in bench/peers/NAME. They are installed by npm into a cache when the benchmark runs, and belong to no set-up
and no test. A figure begins when the peer has made its tables, so that its start and its compiler don't count, and ends with the last row.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from sqlalchemy import make_url

from bench.mirroring.chain import Trade
from ledger.chain import artifacts
from ledger.chain.decode import event_types
from ledger.mirror.concepts import FOLDS, contracts

CACHE = "PLEDGEBOOK_BENCH_CACHE"
FILES = Path(__file__).resolve().parents[1] / "peers"
DEEP = 40
"""Empty blocks that are put on the chain first: Ponder leaves the last thirty for later, until another comes."""

NODE, NPM = (Path(sys.executable).with_name(name) for name in ("node", "npm"))
SECONDS = 1_200.0
_LOOK_SECONDS = 0.1


class PeerFailed(Exception):
    """A peer can't be installed or doesn't do its work here: it has no figure."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A peer: its folder in bench/peers, the command that indexes, the table that tells that it has begun, and the table of its rows."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    begun: str
    table: str
    prepare: str = ""


PONDER = Peer(
    "ponder",
    (str(NODE), "node_modules/ponder/dist/esm/bin/ponder.js", "start", "--schema", "ponder", "--log-level", "warn", "--port", "0"),
    {"PONDER_TELEMETRY_DISABLED": "true"},
    "ponder.told",
    "ponder.told",
)
SQUID = Peer(
    "squid",
    (str(NODE), "main.js"),
    {},
    "squid_processor.status",
    "told",
    "CREATE TABLE told (id text PRIMARY KEY, block int4 NOT NULL, address text NOT NULL, name text NOT NULL, first text NOT NULL)",
)


def installed(peer: Peer) -> Path:
    """The peer's folder in the cache, with its packages. Raises PeerFailed."""
    source = FILES / peer.name
    cache = Path(os.environ.get(CACHE) or Path.home() / ".cache" / "pledgebook-bench")
    folder = cache / f"{peer.name}-{sha256((source / 'package-lock.json').read_bytes()).hexdigest()[:12]}"
    shutil.copytree(source, folder, dirs_exist_ok=True)
    if not (folder / "node_modules" / ".package-lock.json").exists():
        command = [str(NPM), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise PeerFailed(f"{peer.name}: npm ci: {done.stderr.strip()[-500:]}")
    return folder


def settings(trade: Trade, end: int | None) -> dict[str, Any]:
    """What a peer is told of the chain: its node, the contracts, and the events that the mirror reads."""
    manifest, url = trade.house.manifest, trade.house.rpc.url
    wanted = [(name, entry) for name in contracts() for entry in artifacts.load(name).abi if _is_folded(name, entry)]
    places = [deployed.address for deployed in manifest.contracts.values()] + [cash.address for cash in manifest.cash]
    return {
        "rpc": url,
        "ws": url.replace("http", "ws", 1),
        "chain_id": manifest.chain_id,
        "start": manifest.block,
        "end": end,
        "addresses": sorted({"0x" + each.hex() for each in places}),
        "topics": {"0x" + event.topic.hex(): event.name for name, entry in wanted for event in event_types(name, [entry])},
        # Ponder knows events by name; of two with one name the chain has neither.
        "abi": list({entry["name"]: entry for _, entry in wanted}.values()),
    }


def _is_folded(contract: str, entry: Mapping[str, Any]) -> bool:
    return entry["type"] == "event" and FOLDS.wanted(contract, entry["name"])


def run(peer: Peer, given: Mapping[str, Any], database_url: str, events: int) -> float:
    """Events a second of a peer that indexes the whole chain into an empty PostgreSQL database. Raises PeerFailed."""
    folder = installed(peer)
    (folder / "chain.json").write_text(json.dumps(given))
    variables = {"BENCH_CHAIN": str(folder / "chain.json"), **_database(database_url)}
    log = folder / "bench.log"
    with psycopg.connect(database_url, autocommit=True) as database, log.open("wb") as output:
        if peer.prepare:
            database.execute(peer.prepare)
        environment = {**os.environ, **variables, **peer.environment}
        process = subprocess.Popen(peer.command, cwd=folder, env=environment, stdout=output, stderr=output, start_new_session=True)
        try:
            return events / _seconds(peer, process, database, events, log)
        finally:
            # The environment's node is a launcher: the peer is a child of it.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _database(url: str) -> dict[str, str]:
    """The database as the peers' driver wants to be told of a server behind a socket's folder."""
    parts = make_url(url)
    host, user, name = str(parts.query["host"]), parts.username or "postgres", parts.database or ""
    return {
        "DATABASE_URL": f"postgresql://{user}@{quote(host, safe='')}/{name}",
        "DB_HOST": host,
        "DB_USER": user,
        "DB_NAME": name,
        "DB_PASS": "",
    }


def _seconds(peer: Peer, process: "subprocess.Popen[bytes]", database: "psycopg.Connection[Any]", events: int, log: Path) -> float:
    begun, ended, last = None, False, time.monotonic() + SECONDS
    while time.monotonic() < last:
        if begun is None and _exists(database, peer.begun):
            begun = time.monotonic()
        if begun is not None and _exists(database, peer.table) and _count(database, peer.table) >= events:
            return time.monotonic() - begun
        if ended:
            break
        ended = process.poll() is not None
        time.sleep(_LOOK_SECONDS)
    raise PeerFailed(f"{peer.name}: {log.read_text(errors='replace')[-1000:] or 'not done in time'}")


def _exists(database: "psycopg.Connection[Any]", table: str) -> bool:
    return database.execute("SELECT to_regclass(%s)", (table,)).fetchone() != (None,)


def _count(database: "psycopg.Connection[Any]", table: str) -> int:
    (found,) = database.execute(f"SELECT count(*) FROM {table}").fetchone() or (0,)  # noqa: S608  # a name of ours
    return int(found)
