"""Processes that tests kill: begun quickly, and waited for."""

import multiprocessing
import time
from collections.abc import Sequence
from contextlib import suppress

import psutil

from tests.conftest import FULL

# Forked from one that has imported what they run: a gateway's modules take seconds to import.
forks = multiprocessing.get_context("forkserver")
# All in one place: of several lists the last one counts.
forks.set_forkserver_preload(
    ["tests.gateway.following.killed", "tests.gateway.keeping.killed", "tests.gateway.outbox.killed", "tests.ledger.mirror.killed"]
)


def killed_at(points: Sequence[str], url: str) -> Sequence[str]:
    """The points to kill at on a database: all in a full run, in a quick one a half of them on either kind."""
    return points if FULL else points[int(url.startswith("postgresql")) :: 2]


def wait_for_end(processes: Sequence[psutil.Process], seconds: float = 10) -> list[psutil.Process]:
    """Those that still run after some seconds. What is left of one that ended counts as ended: there may be nobody who takes it in."""
    end = time.monotonic() + seconds
    while (alive := [each for each in processes if _runs(each)]) and time.monotonic() < end:
        time.sleep(0.05)
    return alive


def _runs(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    return False
