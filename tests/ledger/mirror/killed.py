"""A process that mirrors a random history with two reorganisations, or folds its projections anew: tests kill it at named points.

python -m tests.ledger.mirror.killed DATABASE_URL SEED [anew]
"""

import os
import sys
from unittest import mock

from ledger import faults
from ledger.chain.blocks import RecordedSource
from ledger.mirror import database, fold, rebuild
from ledger.mirror.concepts import FOLDS
from ledger.mirror.sync import Mirror
from tests.ledger.mirror.chains import IDENTITY, table
from tests.ledger.mirror.histories import History

# Lives that are forked from this module's process find these reckoned.
table()
FOLDS.version()


def play(url: str, seed: int) -> RecordedSource:
    """Mirrors the history of a seed; the source as it stands at the end."""
    history = History(seed)
    history.grow(30)
    source = history.chain.source()
    opened = database.open(url)
    mirror = Mirror(opened, source, table(), IDENTITY, FOLDS, development=True)
    mirror.catch_up()
    for depth in (7, 20):
        kept = history.fork(depth)
        history.grow(depth + 5)
        source.replace(history.chain.blocks[kept:])
        mirror.catch_up()
        mirror.catch_up()
    opened.close()
    return source


def step(url: str, source: RecordedSource, steps: int, point: str | None) -> None:
    """A life of so many steps, or until it is killed at a point."""
    if point is not None:
        os.environ[faults.VARIABLE] = point
    opened = database.open(url)
    mirror = Mirror(opened, source, table(), IDENTITY, FOLDS, development=True)
    for _ in range(steps):
        mirror.step()
    opened.close()


def final_source(seed: int) -> RecordedSource:
    """The history of a seed as `play` leaves it."""
    history = History(seed)
    history.grow(30)
    for depth in (7, 20):
        history.fork(depth)
        history.grow(depth + 5)
    return history.chain.source()


def fold_anew(url: str, source: RecordedSource) -> None:
    """Opens a mirror with a newer program, which folds its projections again in many small batches."""
    opened = database.open(url)
    with mock.patch.object(fold, "GENERATION", fold.GENERATION + 1), mock.patch.object(rebuild, "EVENTS_A_BATCH", 40):
        Mirror(opened, source, table(), IDENTITY, FOLDS, development=True).catch_up()
    opened.close()


if __name__ == "__main__":
    if sys.argv[3:]:
        fold_anew(sys.argv[1], final_source(int(sys.argv[2])))
    else:
        play(sys.argv[1], int(sys.argv[2]))
