"""How far a replay got: so that one that was killed goes on, and a finished one isn't driven twice."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from ledger.foreseen import Foreseen

JOURNAL = "replay.json"


class OtherReplay(Foreseen):
    """Another replay ran on this ledger, or its chain can't go on from where it stood; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Progress:
    """`stamp`: the last second all final (-1: none). `overdue`: by stamp, how many claims the chain called overdue before they were paid.

    `day`: what "today" is for the plan, ISO date of the first start. `start`: when a network's slice begins, UTC seconds (0: no network).
    `block`, `hash`: the last block that the mirror held when this was written; a chain without it has lost what is written here.
    """

    plan: str
    day: str = ""
    start: int = 0
    stamp: int = -1
    overdue: Mapping[str, int] = field(default_factory=dict)
    receivables_done: bool = False
    pledge_waves: int = 0
    finished: bool = False
    block: int = 0
    hash: str = ""

    @property
    def late(self) -> int:
        """How many claims the chain called overdue before they were paid."""
        return sum(self.overdue.values())


class Journal:
    """The journal in a home directory. `held` tells the last block that the mirror holds: number and hash, "" for none."""

    def __init__(self, home: Path, held: Callable[[], tuple[int, str]] = lambda: (0, "")) -> None:
        self._file = home / JOURNAL
        self._held = held

    def read(self) -> Progress | None:
        """The progress kept, None if there was no replay. Raises OtherReplay when the file can't be read."""
        if not self._file.exists():
            return None
        try:
            return Progress(**json.loads(self._file.read_text()))
        except (ValueError, TypeError) as wrong:
            raise OtherReplay(f"{self._file} can't be read ({wrong}); use a fresh chain (--fresh)") from wrong

    def write(self, progress: Progress) -> None:
        """Keeps the progress, whole or not at all."""
        written = self._file.with_suffix(".new")
        with written.open("w") as stream:
            json.dump(asdict(progress), stream)
            stream.flush()
            os.fsync(stream.fileno())
        written.replace(self._file)

    def change(self, progress: Progress, **changes: object) -> Progress:
        """Keeps the progress with some fields changed, and how far the mirror is."""
        block, hash_ = self._held()
        changed = replace(progress, block=block, hash=hash_, **changes)  # type: ignore[arg-type]
        self.write(changed)
        return changed
