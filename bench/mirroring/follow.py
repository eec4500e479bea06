"""A mirror in a process of its own: `python -m bench.mirroring.follow DATABASE MANIFEST NODE [HEADS]`; without the websocket it polls."""

import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from ledger.chain import heads, manifest
from ledger.chain.blocks import Checks
from ledger.chain.engines import anvil
from ledger.chain.manifest import Manifest
from ledger.chain.rpc import Rpc
from ledger.mirror import database, sync
from ledger.mirror.database import Database


def mirror_of(mirrored: Database, rpc: Rpc, held: Manifest) -> sync.Mirror:
    """A ledger's mirror with the checks that a gateway makes on its own chain."""
    return sync.of(mirrored, rpc, held, finality=0, development=True, checks=Checks(headers=anvil.ENGINE.headers, suspects=False))


def main(arguments: Sequence[str]) -> None:
    """Mirrors until it is ended."""
    url, file, node, *told = arguments
    stop = threading.Event()
    with Rpc(node) as rpc:
        mirror = mirror_of(database.open(url), rpc, manifest.load(Path(file)))
        for each in told:
            threading.Thread(target=heads.watch, args=(each, mirror.wake, stop), daemon=True).start()
        mirror.run(stop)


if __name__ == "__main__":
    main(sys.argv[1:])
