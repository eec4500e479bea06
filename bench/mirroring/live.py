"""How long a new block takes: from the node's head to a row that a reader finds, with the mirror in a process of its own."""

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import IO

from sqlalchemy import select

from bench.mirroring.chain import Trade
from ledger.chain.blocks import position
from ledger.mirror import database
from ledger.mirror.database import Database
from ledger.mirror.models import TRANSFER

PAUSE_SECONDS = (0.05, 0.25)
"""Between blocks: any time, so that a poll may be just over or just due."""

_LOOK_SECONDS = 0.0005
_PATIENCE_SECONDS = 60.0


class NotMirrored(Exception):
    """A block did not come into the mirror."""


@dataclass
class Live:
    """A chain that goes on, and the mirror of it in a database at `url`."""

    trade: Trade
    url: str
    manifest: Path

    def __post_init__(self) -> None:
        self.reader: Database = database.open(self.url)

    @contextmanager
    def mirror(self, *, told: bool) -> Iterator["subprocess.Popen[bytes]"]:
        """The mirror's process, told of heads by the node or polling it; it is killed at the end."""
        node = self.trade.house.rpc.url
        heads = [node.replace("http", "ws", 1)] if told else []
        process = subprocess.Popen([sys.executable, "-m", "bench.mirroring.follow", self.url, str(self.manifest), node, *heads])
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def p95(self, blocks: int, *, told: bool, readers: int = 0) -> float:
        """Seconds from a block to its row, of 95 in 100. Raises NotMirrored."""
        dice = random.Random(blocks)  # noqa: S311  # no secret
        with self.mirror(told=told), self._readers(readers):
            self.block()
            found = []
            for _ in range(blocks):
                time.sleep(dice.uniform(*PAUSE_SECONDS))
                found.append(self.block())
        return quantiles(found, n=20, method="inclusive")[-1]

    def restart(self) -> float:
        """Seconds from the start of a mirror that was killed to the first row of a block that it missed. Raises NotMirrored."""
        with self.mirror(told=True):
            self.block()
        number = self.trade.tick()
        began = time.monotonic()
        with self.mirror(told=True):
            self._found(number)
            return time.monotonic() - began

    def block(self) -> float:
        """Mines a block; seconds from then to a row of it. Raises NotMirrored."""
        number = self.trade.tick()
        began = time.monotonic()
        self._found(number)
        return time.monotonic() - began

    def _found(self, block: int) -> None:
        row = select(TRANSFER.table.c.pos).where(TRANSFER.table.c.pos >= position(block, 0)).limit(1)
        last = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < last:
            with self.reader.read() as conn:
                if conn.execute(row).first():
                    return
            time.sleep(_LOOK_SECONDS)
        raise NotMirrored(f"block {block} has no row after {_PATIENCE_SECONDS:.0f} s")

    @contextmanager
    def _readers(self, count: int) -> Iterator[None]:
        if not count:
            yield
            return
        command = [sys.executable, "-m", "bench.mirroring.readers", self.url, str(count), str(self.trade.receivables)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            _line(process.stdout)
            yield
            answered, _ = process.communicate("\n", timeout=_PATIENCE_SECONDS)
            print(f"{answered.strip()} questions answered,", end=" ", file=sys.stderr)
        finally:
            process.kill()
            process.wait()


def _line(output: IO[str] | None) -> str:
    return output.readline() if output else ""
