"""How far a replay got: so that one that was killed goes on, and a finished one isn't driven twice."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path

JOURNAL = "replay.json"


class OtherReplay(Exception):
    """Another replay ran on this ledger; the message gives both dates and what to do."""


@dataclass(frozen=True, slots=True)
class Progress:
    """`stamp`: the last second all final (-1: none). `overdue`: claims that the chain called overdue before they were paid."""

    plan: str
    stamp: int = -1
    overdue: int = 0
    receivables_done: bool = False
    pledge_waves: int = 0
    finished: bool = False


class Journal:
    """The journal in a home directory."""

    def __init__(self, home: Path) -> None:
        self._file = home / JOURNAL

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
        """Keeps the progress with some fields changed."""
        changed = replace(progress, **changes)  # type: ignore[arg-type]
        self.write(changed)
        return changed
