"""Results come in order, tasks are drawn one by one, errors arrive, and nothing stays behind or waits for ever."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import count, islice

import psutil
import pytest

from ledger.proofs.workers import AHEAD, WorkerEnded, in_order
from tests.processes import wait_for_end


def slow_square(number: int) -> int:
    """Earlier tasks take longer."""
    time.sleep(0.02 / (1 + number))
    return number * number


def place(_: int) -> int:
    """Where the task runs."""
    return os.getpid()


def picky(number: int) -> int:
    """Fails at 3."""
    if number == 3:
        raise KeyError("three")
    return number


def dying(number: int) -> int:
    """Is killed at 3, as the kernel does when memory runs out."""
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def workers() -> list[psutil.Process]:
    """The worker processes of this one that run."""
    return [child for child in psutil.Process().children() if "spawn_main" in " ".join(child.cmdline())]


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_results_come_in_the_order_of_the_tasks(processes: int) -> None:
    assert list(in_order(slow_square, range(20), processes)) == [number * number for number in range(20)]
    assert list(in_order(slow_square, [], processes)) == []


def test_every_process_works_and_this_one_does_not() -> None:
    assert len(set(in_order(place, range(8), 3)) - {os.getpid()}) == 3
    assert set(in_order(place, range(8), 1)) == {os.getpid()}


@pytest.mark.parametrize("processes", [1, 2])
def test_an_endless_source_is_drawn_only_as_results_are(processes: int) -> None:
    drawn = []

    def tasks() -> Iterator[int]:
        for number in count():
            drawn.append(number)
            yield number

    results = in_order(picky, tasks(), processes)
    assert list(islice(results, 3)) == [0, 1, 2]
    assert len(drawn) <= 3 + AHEAD * (processes if processes > 1 else 0)
    results.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("processes", [1, 2])
def test_an_exception_of_the_function_is_raised_here(processes: int) -> None:
    results = in_order(picky, range(9), processes)
    assert list(islice(results, 3)) == [0, 1, 2]
    with pytest.raises(KeyError, match="three"):
        next(results)
    assert workers() == []


def test_a_killed_worker_is_an_error_and_not_a_wait() -> None:
    with pytest.raises(WorkerEnded, match="in the middle of a task"):
        list(in_order(dying, range(9), 2))


def test_no_process_stays_after_the_last_result_or_an_early_end() -> None:
    assert list(in_order(picky, range(3), 2)) == [0, 1, 2]
    assert workers() == []
    results = in_order(place, range(9), 2)
    next(results)
    assert len(workers()) == 2
    results.close()  # type: ignore[attr-defined]
    assert workers() == []


def held_up(number: int) -> tuple[int, float]:
    """The first task takes longer than all others together; says when each was done."""
    time.sleep(1.5 if number == 0 else 0.0)
    return number, time.monotonic()


def test_one_that_is_held_up_holds_up_nobody() -> None:
    results = list(in_order(held_up, range(6), 2))
    assert [number for number, _ in results] == list(range(6))
    assert all(done < results[0][1] for _, done in results[1:])


def test_no_more_is_drawn_while_one_is_held_up() -> None:
    drawn: list[int] = []

    def tasks() -> Iterator[int]:
        for number in range(100):
            drawn.append(number)
            yield number

    results = in_order(held_up, tasks(), 2)
    assert next(results)[0] == 0
    assert len(drawn) <= 1 + 2 * AHEAD
    assert [number for number, _ in results] == list(range(1, 100))


def test_an_early_end_does_not_wait_for_tasks_under_way() -> None:
    results = in_order(time.sleep, [0.0, 60.0, 60.0], 2)
    next(results)
    began = time.monotonic()
    results.close()  # type: ignore[attr-defined]
    assert time.monotonic() - began < 20


PARENT = """
import os, sys, time
from tests.ledger.proofs.test_workers import place
from ledger.proofs.workers import in_order
if __name__ == "__main__":
    results = in_order(place, iter(int, 1), 2)
    print(next(results), next(results), flush=True)
    time.sleep(60)
"""


def test_workers_end_when_this_process_is_killed() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    orphans = [psutil.Process(int(pid)) for pid in parent.stdout.readline().split()]
    assert len(orphans) == 2
    parent.kill()
    parent.communicate()
    assert wait_for_end(orphans) == []
