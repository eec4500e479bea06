"""`scripts/bench mirror`: the mirror of one chain, beside a hand-written floor and other indexers, and how long a new block takes.

The chain is the product's own contracts on an anvil, made before anything is measured. `floor` (bench/mirroring/floor.py) stores the same
rows as the mirror without folding any; it and the mirror take turns, since a machine is not equally quick all the time, and of each the
median counts. The peers store one simple row an event. Everything is on this machine, and whatever is compared is measured in one run.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median

from sqlalchemy import Table, func, make_url, select

from bench import postgres
from bench.mirroring import chain, floor, growth, live, peers
from bench.mirroring.chain import Trade
from bench.mirroring.follow import mirror_of
from bench.mirroring.peers import Peer, PeerFailed
from bench.report import Figure, options, show, step
from ledger.chain.rpc import Rpc
from ledger.mirror import database, sync
from ledger.mirror.database import Database
from ledger.mirror.schema import projections, raw

COUNT, TURNS, BLOCKS, READERS = 300_000, 3, 100, 1_000
OF_FLOOR, OF_PONDER, OF_SQUID = 0.5, 8, 1.3
PEERS = (peers.PONDER, peers.SQUID)


class RowsDiffer(Exception):
    """Not everybody stored the same rows: the figures would mean nothing."""


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    chosen = _options().parse_args(arguments)
    if chosen.growth:
        growth.main(chosen.most, chosen.to, chosen.json)
        return
    with tempfile.TemporaryDirectory(prefix="pledgebook-bench-") as folder, postgres.running() as server:
        figures = measure(Path(folder), server, chosen)
    show(figures, chosen.json)


def _options() -> argparse.ArgumentParser:
    parser = options("mirror", "Events a second into SQLite and PostgreSQL, beside a floor and peers; and from a new block to its row.")
    parser.add_argument("--count", type=int, default=COUNT, help=f"events of the chain (default: {COUNT:,})")
    parser.add_argument("--turns", type=int, default=TURNS, help=f"how often floor and mirror take turns (default: {TURNS})")
    parser.add_argument("--blocks", type=int, default=BLOCKS, help=f"blocks that are timed (default: {BLOCKS})")
    parser.add_argument("--readers", type=int, default=READERS, help=f"readers beside the last of them (default: {READERS:,})")
    names = [peer.name for peer in PEERS]
    parser.add_argument("--peers", nargs="*", choices=names, default=names, help="whose figures are made too: all, some or, after it, none")
    parser.add_argument("--growth", action="store_true", help="instead: cost of an event by the number of those before it")
    parser.add_argument("--most", type=int, default=growth.MOST, help=f"events of --growth (default: {growth.MOST:,})")
    parser.add_argument("--to", type=Path, help="folder for the table and the curve of --growth (default: none)")
    return parser


def measure(folder: Path, server: str, chosen: argparse.Namespace) -> dict[str, Figure]:
    """All figures. Raises ChainShort, RowsDiffer, NotMirrored."""
    began = time.monotonic()
    print(f"making a chain of {chosen.count:,} events, which is not measured ...", end=" ", file=sys.stderr, flush=True)
    with chain.lived(folder, chosen.count) as trade:
        made = time.monotonic() - began
        print(f"{trade.events:,} events in {trade.head:,} blocks in {made:.1f} s", file=sys.stderr)
        bench = Bench(trade, folder, server)
        with step("mirroring once, for the floor's rows"):
            bench.prepare()
        for turn in range(chosen.turns):
            with step(f"floor and mirror, turn {turn + 1} of {chosen.turns}"):
                bench.turn()
        figures = {
            "events": Figure(trade.events, "events of the chain"),
            "chain_s": Figure(round(made), "seconds that making it took, apart"),
        }
        figures |= bench.rates()
        figures |= bench.beside([peer for peer in PEERS if peer.name in chosen.peers])
        return figures | bench.lives(chosen.blocks, chosen.readers)


@dataclass
class Bench:
    """One chain, and where it is mirrored: fresh databases for each turn, in a folder and on a PostgreSQL server."""

    trade: Trade
    folder: Path
    server: str
    seconds: dict[str, list[float]] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=count)

    def prepare(self) -> None:
        """The mirror's first run, which the floor's rows are taken from."""
        self.first = self.sqlite()
        with self._opened(self.first) as mirrored, Rpc(self.trade.house.rpc.url) as rpc:
            mirror_of(mirrored, rpc, self.trade.house.manifest).catch_up()
            self.batches = floor.told(mirrored, self.trade.house.manifest.block, self.trade.head)
            self.rows = _counts(mirrored)

    def sqlite(self) -> str:
        """The URL of a file that is not there yet."""
        return f"sqlite:///{self.folder / f'mirror-{next(self.numbers)}.db'}"

    def postgres(self) -> str:
        """The URL of an empty database of the server."""
        name = f"bench_{next(self.numbers)}"
        postgres.administer(self.server, f"CREATE DATABASE {name}")
        return make_url(self.server).set(database=name).render_as_string(hide_password=False)

    @contextmanager
    def _opened(self, url: str) -> Iterator[Database]:
        opened = database.open(url)
        yield opened
        opened.close()

    def turn(self) -> None:
        """Each once: fetching, the floor and the mirror, in both databases. Their tables are there before the clock starts."""
        self._timed("floor_fetch", lambda: floor.fetch(self._node(), self.batches))
        for name, make in (("sqlite", self.sqlite), ("postgres", self.postgres)):
            with self._empty(make(), f"floor_{name}") as (empty, _), empty.engine.connect() as conn:
                self._timed(f"floor_{name}", partial(floor.run, self._node(), self.batches, conn.connection.dbapi_connection))
            with self._empty(make(), name) as (_, mirror):
                self._timed(name, mirror.catch_up)

    @contextmanager
    def _empty(self, url: str, name: str) -> Iterator[tuple[Database, sync.Mirror]]:
        """A database with empty tables and its mirror; afterwards it must have every row."""
        with self._opened(url) as empty, Rpc(self.trade.house.rpc.url) as rpc:
            yield empty, mirror_of(empty, rpc, self.trade.house.manifest)
            differ = {table: (held, self.rows[table]) for table, held in _counts(empty).items() if held != self.rows[table]}
            if differ:
                raise RowsDiffer(f"{name}: rows found and expected: {differ}")

    def _timed(self, name: str, run: Callable[[], object]) -> None:
        began = time.monotonic()
        run()
        self.seconds.setdefault(name, []).append(time.monotonic() - began)

    def _node(self) -> floor.Node:
        table = self.trade.table
        addresses = None if table.addresses is None else sorted("0x" + each.hex() for each in table.addresses)
        return floor.Node(self.trade.house.rpc.url, addresses, sorted("0x" + each.hex() for each in table.topics))

    # --- Figures ---

    def _rate(self, name: str) -> float:
        return self.trade.events / median(self.seconds[name])

    def rates(self) -> dict[str, Figure]:
        """Events a second of the floor and the mirror; ratios of each turn, of which the median counts."""
        floors = {name: self._rate(f"floor_{name}") for name in ("sqlite", "postgres")}
        found = {
            "floor_fetch_per_s": Figure(round(self._rate("floor_fetch")), "events a second fetched, and looked at by nobody"),
            "floor_per_s": Figure(
                round(max(floors.values())), "the floor in the quicker database: fetched, decoded, the same rows inserted"
            ),
        }
        for name in floors:
            ratio = median(ours / own for own, ours in zip(self._rates(f"floor_{name}"), self._rates(name), strict=True))
            found |= {
                f"floor_{name}_per_s": Figure(round(floors[name]), f"the floor in {name}"),
                f"{name}_per_s": Figure(
                    round(self._rate(name)), f"the mirror in {name}: every projection, {self._rows_an_event()} rows an event"
                ),
                f"{name}_of_floor": Figure(round(ratio, 2), f"the mirror by the floor in {name}", str(OF_FLOOR)),
            }
        return found

    def _rates(self, name: str) -> list[float]:
        return [self.trade.events / seconds for seconds in self.seconds[name]]

    def _rows_an_event(self) -> float:
        return round(sum(self.rows.values()) / self.trade.events, 1)

    def beside(self, wanted: Sequence[Peer]) -> dict[str, Figure]:
        """Events a second of the peers, and the mirror by each; null for one that doesn't run here, which is said loudly."""
        for _ in range(peers.DEEP if wanted else 0):
            self.trade.house.mine()
        found = {peer.name: self._peer(peer) if peer in wanted else None for peer in PEERS}
        ours = {name: self._rate(name) for name in ("sqlite", "postgres")}
        figures = {f"{name}_per_s": Figure(_rounded(rate), f"{name}: one simple row an event") for name, rate in found.items()}
        for name, goal in (("ponder", OF_PONDER), ("squid", OF_SQUID)):
            for kind, rate in ours.items():
                by = _rounded(_by(rate, found[name]), 2)
                figures[f"{kind}_of_{name}"] = Figure(by, f"the mirror in {kind} by {name}", str(goal))
        return figures

    def _peer(self, peer: Peer) -> float | None:
        with step(f"{peer.name}, from its start"):
            try:
                return peers.run(peer, peers.settings(self.trade, self.trade.head), self.postgres(), self.trade.events)
            except PeerFailed as failed:
                print(f"\n!!! NO FIGURE OF {peer.name.upper()}: {failed}", file=sys.stderr)
                return None

    def lives(self, blocks: int, readers: int) -> dict[str, Figure]:
        """Milliseconds from a block to its row, and seconds from a restart to the first."""
        here = live.Live(self.trade, self.first, self.folder / "manifest.json")
        with step(f"{blocks} blocks told by websocket"):
            told = here.p95(blocks, told=True)
        with step(f"{blocks} blocks by polling"):
            polled = here.p95(blocks, told=False)
        with step(f"{blocks} blocks beside {readers:,} readers"):
            read = here.p95(blocks, told=True, readers=readers)
        with step("killing the mirror and starting it again"):
            restart = median(here.restart() for _ in range(3))
        return {
            "live_p95_ms": Figure(_ms(told), "from a block to its row, told by websocket, of 95 in 100", "below 25"),
            "live_polling_p95_ms": Figure(_ms(polled), "the same by polling ten times a second", "below 150"),
            "readers_1000_live_p95_ms": Figure(_ms(read), f"the same by websocket beside {readers:,} readers", "not stalled"),
            "restart_first_row_s": Figure(
                round(restart, 2), "from the start of the mirror's process, killed before, to its first new row", "at most 3"
            ),
        }


def _by(ours: float, theirs: float | None) -> float | None:
    return None if theirs is None else ours / theirs


def _rounded(value: float | None, digits: int = 0) -> float | None:
    return None if value is None else round(value, digits) if digits else round(value)


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)


def _counts(held: Database) -> dict[str, int]:
    tables: list[Table] = [*raw.sorted_tables, *projections.sorted_tables]
    with held.read() as conn:
        return {table.name: conn.execute(select(func.count()).select_from(table)).scalar_one() for table in tables}
