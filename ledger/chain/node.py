"""Node processes on this machine: start, wait until they answer, stop. Which program and flags is the engine's business."""

from __future__ import annotations

import itertools
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil

from ledger.chain import child
from ledger.chain.rpc import NodeUnreachable, Rpc
from ledger.foreseen import Foreseen

LOOPBACK = "127.0.0.1"
STOP_SECONDS = 60.0  # a node writes its state to disk before it ends
READY_SECONDS = 30.0
PORTS = range(20_000, 32_000)
LOG_TAIL_BYTES = 600


class NodeError(Foreseen):
    """A node could not be started or stopped; the message says what to do."""


def spawn(
    command: Sequence[str],
    log: Path,
    *,
    environment: Mapping[str, str] | None = None,
    with_parent: bool = True,
    memory: int = 0,
    keep: tuple[int, ...] = (),
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own with its output in `log`.

    environment: all that it gets (None: ours). with_parent: it gets SIGTERM when this process ends, however that ends.
    memory: bytes of data it may hold (0: no limit). keep: open files of ours, by descriptor, that it holds too.
    NodeError if the program is missing, or if called outside the main thread: Linux ties the tie to the calling thread.
    """
    if with_parent and threading.current_thread() is not threading.main_thread():
        raise NodeError("a node that ends with this process must be started from its main thread")
    if not os.access(command[0], os.X_OK):
        raise NodeError(f"{command[0]} is missing or not executable; run scripts/setup")
    parent = os.getpid() if with_parent else 0
    launcher = [sys.executable, "-IS", child.__file__, str(parent), str(memory)]
    with log.open("ab") as output:
        return subprocess.Popen(
            [*launcher, *command],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=keep,
        )


def listening(pid: int) -> tuple[tuple[str, int], ...]:
    """The TCP addresses (host, port) on which the process listens."""
    try:
        connections = psutil.Process(pid).net_connections("tcp")
    except psutil.NoSuchProcess:
        return ()
    return tuple((each.laddr.ip, each.laddr.port) for each in connections if each.status == psutil.CONN_LISTEN)


def free_ports(count: int) -> list[int]:
    """Different loopback ports that are free now; whoever binds one must still expect to find it taken.

    They lie below the range from which Linux takes the ports of outgoing connections, so that a node that was stopped finds its
    own again.
    """
    candidates = random.SystemRandom().sample(PORTS, len(PORTS))
    return list(itertools.islice(filter(is_free, candidates), count))


def is_free(port: int) -> bool:
    """Whether nothing listens on this loopback port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def wait_until(done: Callable[[], bool], process: subprocess.Popen[bytes], log: Path, seconds: float = READY_SECONDS) -> None:
    """Return when `done`; NodeError with the end of the log if the process ends before, or time runs out."""
    deadline = time.monotonic() + seconds
    while not done():
        if process.poll() is not None:
            raise NodeError(f"{_program(process)} ended at its start: {tail(log)}")
        if time.monotonic() > deadline:
            raise NodeError(f"{_program(process)} is not ready after {seconds:.0f} s; see {log}")
        time.sleep(0.02)


def answers(url: str) -> bool:
    """Whether a node answers at `url` now."""
    with Rpc(url, timeout=2.0) as rpc:
        try:
            rpc.call("eth_chainId")
        except NodeUnreachable:
            return False
        return True


def stop(process: subprocess.Popen[bytes], seconds: float = STOP_SECONDS) -> None:
    """Ask the process to end and wait; NodeError if it had to be killed, since then its last blocks may be lost."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired as late:
        process.kill()
        process.wait()
        raise NodeError(f"{_program(process)} did not end within {seconds:.0f} s and was killed") from late


def tail(log: Path) -> str:
    """The last lines of a log, on one line."""
    text = ""
    if log.exists():
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - LOG_TAIL_BYTES))
            text = file.read().decode(errors="replace")
    return " / ".join(line.strip() for line in text.splitlines() if line.strip()) or f"no output in {log}"


def _program(process: subprocess.Popen[bytes]) -> str:
    command = process.args
    return Path(command[5] if isinstance(command, list) else str(command)).name
