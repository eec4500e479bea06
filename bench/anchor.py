"""`scripts/bench anchor`: the tree of an existing register built, one record proven, and verified on chain.

The records lie in a file, as an office exports them. Building is timed from that file to the stored tree on disk, with the start of its
processes. A naive loop in one process over the same file, which stores nothing, stands beside it and must give the same root. Both run
three times in turn and the quickest counts, since the others tell of what else the machine did.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from statistics import median

from bench import records
from bench.anchor_gas import verify_gas
from bench.report import Figure, options, show, step
from ledger.domain.registers import State
from ledger.domain.shipped_registers import CN_PATENTS
from ledger.proofs import anchors, merkle
from ledger.proofs.anchor_leaves import MAXIMUM, AnchoredRecord, encode
from ledger.proofs.anchors import StoredTree

COUNT = 1_000_000
PROCESSES = 2
RUNS = 3
PROOFS = 20_000
CNY = 156


class RootsDiffer(Exception):
    """Two ways of building disagree: the figures would mean nothing."""


def main(arguments: Sequence[str]) -> None:
    """Measure and print. Needs 600 bytes of temporary disk a record."""
    parser = _options()
    chosen = parser.parse_args(arguments)
    if chosen.count < 2 or chosen.processes < 1:
        parser.error("--count: 2 or more; --processes: 1 or more")
    with tempfile.TemporaryDirectory(prefix="pledgebook-bench-") as folder:
        figures = measure(Path(folder), chosen.count, chosen.processes)
    show(figures, chosen.json)


def _options() -> argparse.ArgumentParser:
    parser = options("anchor", "Build the tree of an existing register, prove one record, verify it on chain.")
    parser.add_argument("--count", type=int, default=COUNT, help=f"records, 2 or more (default: {COUNT:,})")
    parser.add_argument("--processes", type=int, default=PROCESSES, help=f"processes that build (default: {PROCESSES})")
    return parser


def measure(folder: Path, count: int, processes: int) -> dict[str, Figure]:
    """All figures, with what they are made of in `folder`. Raises RootsDiffer."""
    source, stored = folder / "records", folder / "tree"
    with step(f"writing {count:,} records of {records.RECORD_BYTES} bytes"):
        records.write(source, count)
    with step(f"building with {processes} processes and naively, {RUNS} times each"):
        built, naive = _quickest(stored, source, count, processes)
    with anchors.open_tree(stored) as tree:
        with step(f"proving {PROOFS:,} records"):
            proof = _proof_seconds(tree)
        with step("verifying on chain"):
            gas = _gas(folder, tree)
    return {
        "records_per_s": Figure(round(count / built), "records built into a stored tree", "at least 300,000"),
        "proof_us": Figure(round(proof * 1e6, 1), "microseconds to read one proof and check it", "at most 50"),
        "verify_gas": Figure(gas, "gas of the transaction that verifies one record", "at most 60,000"),
        "naive_records_per_s": Figure(round(count / naive), "records hashed by a naive loop in one process"),
        "records": Figure(count, "records in the tree"),
        "processes": Figure(processes, "processes that built it"),
    }


def timed(do: Callable[[], bytes]) -> tuple[float, bytes]:
    """Seconds that it takes, and what it returns."""
    began = time.perf_counter()
    result = do()
    return time.perf_counter() - began, result


def naive_root(source: Path, count: int) -> bytes:
    """The root by one hash after another, as one would write it at first."""
    level = [merkle.leaf_hash(record) for record in _one_by_one(source, count)]
    while len(level) > 1:
        pairs = [level[at : at + 2] for at in range(0, len(level), 2)]
        level = [merkle.node_hash(*pair) if len(pair) == 2 else pair[0] for pair in pairs]
    return level[0]


def _one_by_one(source: Path, count: int) -> Iterator[bytes]:
    with source.open("rb") as opened:
        for _ in range(count):
            yield opened.read(records.RECORD_BYTES)


def _quickest(stored: Path, source: Path, count: int, processes: int) -> tuple[float, float]:
    """Seconds of the quickest build and of the quickest naive loop."""
    runs = []
    for _ in range(RUNS):
        built, root = timed(lambda: anchors.build_from(stored, count, partial(records.read, source), processes))
        naive, expected = timed(lambda: naive_root(source, count))
        if root != expected:
            raise RootsDiffer(f"{count} records: root {root.hex()}, and {expected.hex()} by the naive loop")
        runs.append((built, naive))
    return min(built for built, _ in runs), min(naive for _, naive in runs)


def _proof_seconds(tree: StoredTree) -> float:
    """The middle one of many: a mean would count what other programs take of the machine."""
    dice = random.Random(records.SEED)  # noqa: S311  no secret
    seconds = []
    for index in [dice.randrange(tree.count) for _ in range(PROOFS)]:
        began = time.perf_counter()
        tree.prove(index)
        seconds.append(time.perf_counter() - began)
    return median(seconds)


def _gas(folder: Path, tree: StoredTree) -> int:
    """Of a typed record in the place of one of the file's, under the root that the tree then has. Paths of its first half are longest."""
    index, record = tree.count // 3, _record()
    path = tree.prove(index).path
    root = merkle.root_of_path(tree.count, index, merkle.leaf_hash(encode(record)), path) or b""
    return verify_gas(folder, root, tree.count, index, record, path)


def _record() -> AnchoredRecord:
    """A record with every field filled."""
    return AnchoredRecord(
        register=CN_PATENTS,
        officeNumber=b"Y2023980012345".ljust(32, b"\0"),
        state=State.REGISTERED,
        flags=8,
        effective=1_700_000_000,
        expires=1_900_000_000,
        kind=MAXIMUM,
        currency=CNY,
        ceiling=500_000_000,
        due=1_800_000_000,
        holders=2,
        pledgorsRoot=b"\1" * 32,
        holdersRoot=b"\2" * 32,
        assetCount=44,
        assetsRoot=b"\3" * 32,
        content=b"\4" * 32,
    )
