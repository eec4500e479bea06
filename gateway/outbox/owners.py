"""Who holds a lane: a process, by its host, number and the time of its start.

The lease only keeps processes from taking lanes from each other at every turn; the fence is what makes a wrong guess harmless.
"""

import os
import socket
from functools import cache
from pathlib import Path


def me() -> str:
    """This process."""
    return f"{_here()} {os.getpid()} {_began(os.getpid())}"


def shown(owner: str) -> str:
    """An owner as people know it: host and process."""
    host, _, rest = owner.partition(" ")
    return f"{host.partition('/')[0]} {rest.partition(' ')[0]}"


def is_gone(owner: str) -> bool:
    """Whether an owner was a process of this host that has ended; False for other hosts', whose lease must run out."""
    host, _, rest = owner.partition(" ")
    number, _, began = rest.partition(" ")
    return host == _here() and number.isdecimal() and _began(int(number)) != began


@cache
def _here() -> str:
    """A host by its name, its boot and the numbers that its processes have: containers may share the name and have numbers of their own."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return f"{socket.gethostname()}/{boot}/{Path('/proc/self/ns/pid').stat().st_ino}"


def _began(number: int) -> str:
    """When a process began, in ticks since the boot, which don't move with the clock; empty for one that is not there."""
    try:
        told = Path(f"/proc/{number}/stat").read_text(errors="replace")
    except OSError:
        return ""
    # Its name, in brackets, may have any signs.
    return told.rpartition(")")[2].split()[19]
