"""Named points at which a test may kill the process, so that every write and send is shown to survive it."""

import os
import signal
from collections import Counter

VARIABLE = "PLEDGEBOOK_FAULT"

_passes: Counter[str] = Counter()


def point(name: str) -> None:
    """Ends this process with SIGKILL when the environment names this point (`name`, or `name:3` for its third pass)."""
    wanted = os.environ.get(VARIABLE)
    if wanted is None:
        return
    _passes[name] += 1
    if wanted in (name, f"{name}:{_passes[name]}"):
        os.kill(os.getpid(), signal.SIGKILL)
