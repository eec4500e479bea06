"""Who holds a lane: a process, by host, number and the time of its start.

The lease only keeps processes from taking lanes from each other at every turn; the fence is what makes a wrong guess harmless.
"""

import os
import socket

import psutil

_SAME_SECONDS = 1.0


def me() -> str:
    """This process."""
    return f"{socket.gethostname()} {os.getpid()} {psutil.Process().create_time():.2f}"


def is_gone(owner: str) -> bool:
    """Whether an owner was a process of this host that has ended; False for other hosts', whose lease must run out."""
    host, _, rest = owner.partition(" ")
    number, _, began = rest.partition(" ")
    if host != socket.gethostname() or not number.isdecimal():
        return False
    try:
        return abs(psutil.Process(int(number)).create_time() - float(began)) > _SAME_SECONDS
    except (psutil.NoSuchProcess, ValueError):
        return True
