"""One function over many tasks in other processes: results in the tasks' order, at most one task under way in each process.

Not concurrent.futures, whose processes stay when this one is killed, nor multiprocessing.Pool, which waits for ever when one of its own is.
Here either side sees the pipe close. Processes are spawned, since a fork of a process with threads can lock up.
"""

import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


class WorkerEnded(RuntimeError):
    """A worker process ended in the middle of a task: killed, or out of memory. What was asked is not done; ask again."""


def in_order(function: Callable[[Task], Result], tasks: Iterable[Task], processes: int) -> Iterator[Result]:
    """`map`, done by that many processes; 1 does it in this one. Function, tasks and results must pickle.

    Tasks are drawn one for each result, so an endless source of them is never held whole. An exception of the function is raised here.
    Raises WorkerEnded.
    """
    if processes <= 1:
        yield from map(function, tasks)
        return
    with ExitStack() as stack:
        busy: deque[Connection] = deque()
        for task in tasks:
            if len(busy) < processes:
                busy.append(_given(stack.enter_context(_worker(function)), task))
                continue
            worker = busy.popleft()
            result: Result = _received(worker)
            busy.append(_given(worker, task))
            yield result
        while busy:
            yield _received(busy.popleft())


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


def _given(worker: Connection, task: object) -> Connection:
    try:
        worker.send(task)
    except BrokenPipeError as broken:
        raise WorkerEnded("a worker process ended before its task") from broken
    return worker


def _received(worker: Connection) -> Any:
    try:
        done, result = worker.recv()
    except (EOFError, ConnectionResetError) as closed:
        raise WorkerEnded("a worker process ended in the middle of a task") from closed
    if not done:
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
