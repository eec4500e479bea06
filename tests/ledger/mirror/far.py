"""Mirrors that read in another process however little is left; as a program one that a named fault kills.

python -m tests.ledger.mirror.far DATABASE_URL NODE
"""

import sys
import time
from collections.abc import Sequence
from unittest import mock

from ledger.chain.blocks import Checks
from ledger.chain.headers import HeaderForm
from ledger.chain.nodes import Nodes
from ledger.chain.sources import source_of
from ledger.mirror import database, far
from ledger.mirror.concepts import FOLDS
from ledger.mirror.database import Database
from ledger.mirror.far import FarReader, Recipe
from ledger.mirror.sync import Mirror
from tests.ledger.mirror.chains import CONTRACTS, address_of, table
from tests.ledger.mirror.live import LIVE_IDENTITY

CHECKED = Checks(headers=HeaderForm.ETHEREUM)
STEP_BLOCKS = 2


def far_mirror(held: Database, urls: Sequence[str], checks: Checks = CHECKED) -> tuple[Mirror, FarReader]:
    """A mirror of the contracts that are played on nodes, a few blocks a step, and its reader."""
    nodes, events = Nodes(urls, 2.0), table()
    source = source_of(nodes, events, finality=0, forks=True, checks=checks)
    recipe = Recipe(urls, nodes.timeout, checks, 0, True, {name: address_of(name) for name in CONTRACTS}, held.url)
    reader = FarReader(source, recipe)
    mirror = Mirror(held, source, events, LIVE_IDENTITY, FOLDS, development=True, poll=0.01, reader=reader)
    mirror._span.most = STEP_BLOCKS
    return mirror, reader


def go_far(mirror: Mirror, reader: FarReader) -> int:
    """Steps once, and until the other process is ready; its pid."""
    with mock.patch.object(far, "FAR_SECONDS", 0.0):
        mirror.step()
    process = reader._process
    assert process is not None
    deadline = time.monotonic() + 30
    while not process.pipe.poll() and time.monotonic() < deadline:
        time.sleep(0.01)
    return process.process.pid


def main(url: str, node: str) -> None:
    """Prints the other process's pid, and goes on until it is killed."""
    mirror, reader = far_mirror(database.open(url), [node])
    print(go_far(mirror, reader), flush=True)
    mirror.catch_up()


if __name__ == "__main__":
    main(*sys.argv[1:])
