"""One function over many tasks in other processes, with the results in the tasks' order.

Not concurrent.futures, whose processes stay when this one is killed, nor multiprocessing.Pool, which waits for ever when one of its own is.
Here either side sees the pipe close. Processes are spawned, since a fork of a process with threads can lock up.
"""

import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count, islice
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar, cast

AHEAD = 4
"""Tasks for each process that may be drawn beyond the last result given, so that a process which is held up does not hold up the others."""

Task = TypeVar("Task")
Result = TypeVar("Result")


class WorkerEnded(RuntimeError):
    """A worker process ended in the middle of a task: killed, or out of memory. What was asked is not done; ask again."""


def in_order(function: Callable[[Task], Result], tasks: Iterable[Task], processes: int) -> Iterator[Result]:
    """`map`, done by that many processes; 1 does it in this one. Function, tasks and results must pickle.

    Tasks are drawn as results are taken, so an endless source of them is never held whole. An exception of the function is raised here, in
    its turn. Raises WorkerEnded.
    """
    if processes <= 1:
        yield from map(function, tasks)
        return
    with ExitStack() as stack:
        crew = _Crew(processes, (stack.enter_context(_worker(function)) for _ in range(processes)))
        numbered = enumerate(tasks)
        for due in count():
            crew.hand_out(numbered)
            while due not in crew.done:
                if not crew.busy:
                    return
                crew.collect()
                crew.hand_out(numbered)
            yield _opened(crew.done.pop(due))


@dataclass(slots=True)
class _Crew:
    """The workers: those not started, those without a task, those with one and its number; and outcomes not yet given, by number."""

    processes: int
    fresh: Iterator[Connection]
    idle: list[Connection] = field(default_factory=list)
    busy: dict[Connection, int] = field(default_factory=dict)
    done: dict[int, tuple[bool, Any]] = field(default_factory=dict)

    def hand_out(self, numbered: Iterator[tuple[int, object]]) -> None:
        """Give a task to everybody without one, as far as tasks may run ahead."""
        ahead = len(self.busy) + len(self.done)
        for number, task in islice(numbered, min(self.processes - len(self.busy), AHEAD * self.processes - ahead)):
            worker = self.idle.pop() if self.idle else next(self.fresh)
            _give(worker, task)
            self.busy[worker] = number

    def collect(self) -> None:
        """Wait until somebody is done."""
        for worker in cast("list[Connection]", wait(list(self.busy))):
            self.done[self.busy.pop(worker)] = _received(worker)
            self.idle.append(worker)


@contextmanager
def _worker(function: Callable[[Task], Result]) -> Iterator[Connection]:
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(function, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        yield ours
    finally:
        ours.close()
        process.terminate()
        process.join()


def _give(worker: Connection, task: object) -> None:
    try:
        worker.send(task)
    except BrokenPipeError as broken:
        raise WorkerEnded("a worker process ended before its task") from broken


def _received(worker: Connection) -> tuple[bool, Any]:
    try:
        outcome: tuple[bool, Any] = worker.recv()
    except (EOFError, ConnectionResetError) as closed:
        raise WorkerEnded("a worker process ended in the middle of a task") from closed
    return outcome


def _opened(outcome: tuple[bool, Any]) -> Any:
    good, result = outcome
    if not good:
        raise result
    return result


def _serve(function: Callable[[Task], Result], pipe: Connection) -> None:
    # Ctrl-C reaches every process of the terminal; the one that asked decides, and its end closes the pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            pipe.send(_outcome(function, pipe.recv()))


def _outcome(function: Callable[[Task], Result], task: Task) -> tuple[bool, object]:
    try:
        return True, function(task)
    except Exception as raised:  # noqa: BLE001  raised again in the process that asked
        return False, raised
