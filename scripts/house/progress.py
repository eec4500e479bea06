"""What a person sees while a long step runs: a bar on a terminal, one line at the start and one at the end elsewhere."""

import sys
import threading
import time
from types import TracebackType
from typing import TextIO

WIDTH = 24
TICK = 0.5


def bar(done: int, total: int) -> str:
    """A bar of WIDTH characters; empty when the total is unknown (0)."""
    filled = WIDTH * min(done, total) // total if total else 0
    return "#" * filled + "." * (WIDTH - filled)


class Progress:
    """Shows one step while it runs. `advance` counts towards `total`; a total of 0 shows only the time."""

    def __init__(self, label: str, total: int = 0, out: TextIO | None = None) -> None:
        self.label = label
        self.total = total
        self.done = 0
        self._out = out or sys.stderr
        self._live = self._out.isatty()
        self._began = time.monotonic()
        self._over = threading.Event()
        self._ticker = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> "Progress":
        if self._live:
            self._ticker.start()
        else:
            self._print(f"{self.label} ...\n")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._over.set()
        if self._live:
            self._ticker.join()
            self._print("\r\033[K")
        self._print(f"{self.label}: {'failed after' if kind else 'done in'} {self.seconds():.0f} s\n")

    def advance(self) -> None:
        """One of `total` is done."""
        self.done += 1

    def seconds(self) -> float:
        """How long the step has been running."""
        return time.monotonic() - self._began

    def line(self) -> str:
        """The line as it stands now."""
        count = f" {min(self.done, self.total)}/{self.total}" if self.total else ""
        return f"[{bar(self.done, self.total)}] {self.label}{count} {self.seconds():.0f} s"

    def _tick(self) -> None:
        while not self._over.wait(TICK):
            self._print(f"\r\033[K{self.line()}")

    def _print(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()
