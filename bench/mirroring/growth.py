"""What an event costs by how many came before it: one recorded life of receivables, repeated under other numbers, mirrored into SQLite.

The life is one of the benchmark's own chain. Its repetitions are made on demand, so that a long history needs no memory; the processor's
time for making them is not counted.
"""

import csv
import json
import math
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from bench.mirroring import chain
from bench.mirroring.chain import Trade
from bench.report import step
from ledger.chain.blocks import Block, Log
from ledger.mirror import database
from ledger.mirror.concepts import FOLDS
from ledger.mirror.schema import word
from ledger.mirror.sync import Identity, Mirror

MOST = 1_000_000
FIRST, STEPS = 10_000, (1, 2, 5)
"""The first number of events, and those of each decade from there."""

TABLE, CURVE = "mirror-growth.csv", "mirror-growth.svg"
_HALF_WORD = 16


class Point(NamedTuple):
    """After so many events: microseconds of processor and of clock for each since the point before; megabytes of database and memory."""

    events: int
    cpu_us: float
    clock_us: float
    database_mb: int
    memory_mb: int


class Told(NamedTuple):
    """A log of the life, the receivable that it names, and which of its topics is the id of an act."""

    log: Log
    receivable: bytes
    act: int | None


@dataclass
class Repeated:
    """A source of `begin`, and then of `life` again and again up to `limit`; receivables and acts have other numbers each time."""

    begin: Sequence[Block]
    life: Sequence[tuple[Block, Sequence[Told]]]
    limit: int = 0
    made_seconds: float = 0.0
    fault: str | None = None

    def head(self) -> int:
        """The last block that is served."""
        return self.limit

    def hashes(self, numbers: Sequence[int]) -> list[bytes | None]:
        """Of blocks by number."""
        return [self._block(number).hash if number <= self.limit else None for number in numbers]

    def fetch(self, first: int, last: int) -> list[Block]:
        """Blocks first..last."""
        began = time.thread_time()
        blocks = [self._block(number) for number in range(first, last + 1)]
        self.made_seconds += time.thread_time() - began
        return blocks

    def serve(self, events: int) -> int:
        """Serves at least so many events, in whole lives; how many they are."""
        each = sum(len(told) for _, told in self.life)
        before = sum(len(block.logs) for block in self.begin)
        lives = -(-(events - before) // each)
        self.limit = self.begin[-1].number + lives * len(self.life)
        return before + lives * each

    def _block(self, number: int) -> Block:
        past = number - self.begin[-1].number - 1
        if past < 0:
            return self.begin[past]
        turn, place = divmod(past, len(self.life))
        block, told = self.life[place]
        parent = self.begin[-1].hash if past == 0 else _hash(number - 1)
        transactions = tuple(sha256(each + word(turn)).digest() for each in block.transactions)
        return Block(
            number, _hash(number), parent, block.time + turn * len(self.life), transactions, tuple(_retold(each, turn) for each in told)
        )


def _hash(number: int) -> bytes:
    return sha256(b"block" + word(number)).digest()


def _retold(told: Told, turn: int) -> Log:
    log, old = told.log, told.receivable
    topics, data = log.topics, log.data
    if old:
        new = turn.to_bytes(8) + old[8:]
        topics, data = tuple(each.replace(old, new) for each in topics), data.replace(old, new)
    if told.act is not None:
        topics = (*topics[: told.act], turn.to_bytes(_HALF_WORD) + topics[told.act][_HALF_WORD:], *topics[told.act + 1 :])
    return Log(log.index, log.tx_index, log.address, topics, data)


def recorded(trade: Trade) -> Repeated:
    """The chain's beginning and one life of receivables on it, without pledges, whose numbers would not come out in order."""
    first, begun = trade.house.manifest.block, trade.head
    trade.grow(trade.events + 1)
    events = {(log.address, log.topics[0]): name for log, name in _names(trade, begun + 1, trade.head)}
    blocks = trade.blocks(begun + 1, trade.head)
    ids = {log.topics[1][8:] for block in blocks for log in block.logs if events[log.address, log.topics[0]] == "ReceivableIssued"}
    registry = trade.house.manifest.address("PledgeRegistry")
    life = []
    for block in blocks:
        pledged = {log.tx_index for log in block.logs if log.address == registry}
        kept = [log for log in block.logs if log.tx_index not in pledged]
        life.append((block, [_told(log, ids, events[log.address, log.topics[0]]) for log in kept]))
    return Repeated(trade.blocks(first, begun), life)


def _names(trade: Trade, first: int, last: int) -> Iterator[tuple[Log, str]]:
    for block in trade.blocks(first, last):
        for event in trade.table.events(block):
            yield event.log, event.type.name


def _told(log: Log, ids: set[bytes], name: str) -> Told:
    receivable = next((each for each in ids if any(each in part for part in (*log.topics, log.data))), b"")
    return Told(log, receivable, 2 if name == "ActDone" else None)


def measure(folder: Path, most: int) -> Iterator[Point]:
    """A point at a time."""
    with chain.lived(folder, 0) as trade:
        source, table, manifest = recorded(trade), trade.table, trade.house.manifest
    file = folder / "growth.db"
    identity = Identity(manifest.chain_id, manifest.ledger_id, manifest.block)
    mirror = Mirror(database.open(f"sqlite:///{file}"), source, table, identity, FOLDS)
    before = 0
    for wanted in _numbers(most):
        events = source.serve(wanted)
        cpu, clock, made = time.process_time(), time.monotonic(), source.made_seconds
        mirror.catch_up()
        cpu, clock = time.process_time() - cpu - (source.made_seconds - made), time.monotonic() - clock
        cpu_us, clock_us = (round(seconds * 1e6 / (events - before), 1) for seconds in (cpu, clock))
        yield Point(events, cpu_us, clock_us, file.stat().st_size >> 20, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10)
        before = events


def _numbers(most: int) -> Iterator[int]:
    decade = FIRST
    while decade <= most:
        yield from (decade * each for each in STEPS if decade * each <= most)
        decade *= 10


def main(most: int, to: Path | None, as_json: bool) -> None:
    """Measure, print, and write the table and the curve into a folder."""
    points = []
    with tempfile.TemporaryDirectory(prefix="pledgebook-bench-") as folder, step(f"growing to {most:,} events"):
        for point in measure(Path(folder), most):
            points.append(point)
            print(f"\n{point}", end=" ", file=sys.stderr, flush=True)
    if to is not None:
        with (to / TABLE).open("w", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([Point._fields, *points])
        (to / CURVE).write_text(curve(points))
    shown = {"events": points[-1].events, "growth_ratio": round(points[-1].cpu_us / points[0].cpu_us, 2), "last_us": points[-1].cpu_us}
    print(json.dumps(shown) if as_json else "\n".join(map(str, points)))


WIDTH, HEIGHT, LEFT, TOP = 640, 320, 60, 20


def curve(points: Sequence[Point]) -> str:
    """An SVG of microseconds of processor by events, the events on a logarithmic axis."""
    low, high = math.log10(points[0].events), max(math.log10(points[-1].events), math.log10(points[0].events) + 1)
    most = max(point.cpu_us for point in points) * 1.2

    def x(events: float) -> float:
        return round(LEFT + (math.log10(events) - low) / (high - low) * (WIDTH - LEFT - TOP), 1)

    def y(cpu_us: float) -> float:
        return round(HEIGHT - 2 * TOP - cpu_us / most * (HEIGHT - 3 * TOP), 1)

    line = " ".join(f"{x(point.events)},{y(point.cpu_us)}" for point in points)
    marks = [f'<text x="{x(point.events)}" y="{HEIGHT - TOP}" text-anchor="middle">{point.events:,}</text>' for point in points[::3]]
    marks += [f'<text x="{LEFT - 8}" y="{y(value)}" text-anchor="end">{value:.0f}</text>' for value in (0, most / 2, most)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="11">'
        f"<title>Microseconds of processor for an event, by the number of events</title>"
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>'
        f'<path d="M{LEFT} {TOP}V{y(0)}H{WIDTH - TOP}" fill="none" stroke="gray"/>'
        f'<polyline points="{line}" fill="none" stroke="black" stroke-width="2"/>{"".join(marks)}</svg>\n'
    )
