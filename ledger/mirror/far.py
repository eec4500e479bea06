"""Reading and folding in a process of its own while the mirror is far behind, so that these and the writing have a core each.

That process holds nothing that lasts: how its nodes stand comes back with each answer, and the rows that it has in memory are those of the
database and of the batch that is being written. So it may be ended or killed at any time; without it, and until it is ready, blocks are
read here. It never writes.
"""

import logging
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from operator import methodcaller
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from ledger.chain import child
from ledger.chain.blocks import BlockSource, Checks
from ledger.chain.sources import Standing
from ledger.mirror.batch import Batch
from ledger.mirror.reader import NearReader, Reader

FAR_SECONDS = 2.0
"""So long what is left must take: the other process needs a second to begin."""

_PROGRAM = "ledger.mirror.far_reader"

log = logging.getLogger(__name__)


class FarSource(BlockSource, Protocol):
    """A source that another process can go on with."""

    def standing(self) -> Sequence[Standing]:
        """How its nodes stand."""

    def stand(self, standing: Sequence[Standing]) -> None:
        """Goes on from how the same nodes stood in another process."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What the other process makes a source and a folder of: nodes by address with their timeout in seconds, how their answers are checked,
    after how many blocks one is final and whether final ones may be undone; the ledger's contracts by name; and the database's URL.
    """

    urls: Sequence[str]
    timeout: float
    checks: Checks
    finality: int
    forks: bool
    contracts: Mapping[str, bytes]
    database: str


class Answer(NamedTuple):
    """What the other process answers, or what it raised, and how its nodes stand now."""

    value: Any
    fault: Exception | None
    standing: Sequence[Standing]


@dataclass
class _Process:
    """The other process and the pipe to it, through which it says once that it is ready."""

    process: "subprocess.Popen[bytes]"
    pipe: Connection
    ready: bool = False

    @classmethod
    def started(cls) -> "_Process":
        """Raises OSError if none can be had. It ends with the thread that calls this, however that ends."""
        ours, theirs = Pipe()
        with theirs:
            ending_with_us = [sys.executable, "-IS", child.__file__, str(os.getpid()), "0"]
            return cls(
                subprocess.Popen(
                    [*ending_with_us, sys.executable, "-P", "-m", _PROGRAM, str(theirs.fileno())],
                    # What this process finds the other finds, however this one came to find it.
                    env={**os.environ, "PYTHONPATH": os.pathsep.join(str(Path(each).absolute()) for each in sys.path)},
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    pass_fds=(theirs.fileno(),),
                    start_new_session=True,
                ),
                ours,
            )

    def answer(self, question: Callable[[Reader], Any]) -> Answer | None:
        """None while it isn't ready. Raises EOFError or OSError once it has ended."""
        if not self.ready and not self.pipe.poll():
            return None
        self.ready = self.ready or self.pipe.recv()
        self.pipe.send(question)
        answer: Answer = self.pipe.recv()
        return answer

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self.pipe.close()


class FarReader:
    """A reader of a source, near and far."""

    def __init__(self, source: FarSource, recipe: Recipe) -> None:
        self._source, self._recipe = source, recipe
        self._near = NearReader(source)
        self._process: _Process | None = None
        self._may_begin = len(os.sched_getaffinity(0)) > 1

    @property
    def fault(self) -> str | None:
        return self._source.fault

    def head(self) -> int:
        head: int = self._ask(methodcaller("head"))
        return head

    def hashes(self, numbers: Sequence[int]) -> list[bytes | None]:
        found: list[bytes | None] = self._ask(methodcaller("hashes", numbers))
        return found

    def batch(self, first: int, last: int, parent: bytes | None) -> Batch:
        batch: Batch = self._ask(methodcaller("batch", first, last, parent))
        return batch

    def left(self, seconds: float) -> None:
        """Begins the other process where that is worth it, and ends it at 0."""
        if seconds == 0:
            self._end()
        elif seconds >= FAR_SECONDS and self._process is None and self._may_begin:
            self._begin()

    def _ask(self, question: Callable[[Reader], Any]) -> Any:
        answer = None if self._process is None else self._answered(self._process, question)
        if answer is None:
            return question(self._near)
        self._source.stand(answer.standing)
        if answer.fault is not None:
            raise answer.fault
        return answer.value

    def _answered(self, process: _Process, question: Callable[[Reader], Any]) -> Answer | None:
        try:
            return process.answer(question)
        except Exception as lost:  # noqa: BLE001  # whatever it was, the question is asked here, and a fault of the source comes again
            log.warning("the process that reads ahead has ended (%r): this one reads", lost)
            self._give_up()
            return None

    def _begin(self) -> None:
        try:
            self._process = _Process.started()
            self._process.pipe.send((self._recipe, self._source.standing()))
        except OSError as refused:
            log.warning("no process that reads ahead can be had (%s): this one reads", refused)
            self._give_up()

    def _give_up(self) -> None:
        self._may_begin = False
        self._end()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.end()
