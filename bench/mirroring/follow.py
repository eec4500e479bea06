"""A mirror in a process of its own: `python -m bench.mirroring.follow DATABASE MANIFEST NODE [HEADS]`; without the websocket it polls."""

import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from ledger.chain import heads, manifest
from ledger.chain.rpc import Rpc
from ledger.mirror import database, sync


def main(arguments: Sequence[str]) -> None:
    """Mirrors until it is ended."""
    url, file, node, *told = arguments
    stop = threading.Event()
    with Rpc(node) as rpc:
        mirror = sync.of(database.open(url), rpc, manifest.load(Path(file)), finality=0, development=True)
        for each in told:
            threading.Thread(target=heads.watch, args=(each, mirror.wake, stop), daemon=True).start()
        mirror.run(stop)


if __name__ == "__main__":
    main(sys.argv[1:])
