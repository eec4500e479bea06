"""Run as a program: become another program that ends with its parent and cannot eat the machine's memory.

    python -IS child.py PARENT MEMORY PROGRAM [ARGUMENT ...]

PARENT is the pid whose end sends this process SIGTERM (0: outlive it). MEMORY is its limit in bytes (0: none). A program
of its own, because code between fork and exec in a process with threads can lock up.
"""

import ctypes
import os
import resource
import signal
import sys

PR_SET_PDEATHSIG = 1


def _end_with(parent: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:
        sys.exit("the parent ended first")


def main(parent: int, memory: int, command: list[str]) -> None:
    """Bind this process to its parent and its limit, then become `command`."""
    if memory:
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    if parent:
        _end_with(parent)
    os.execv(command[0], command)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
