"""A process that mirrors a random history with two reorganisations: tests kill it at named points.

python -m tests.ledger.mirror.killed DATABASE_URL SEED
"""

import sys

from ledger.chain.blocks import RecordedSource
from ledger.mirror import database
from ledger.mirror.concepts import FOLDS
from ledger.mirror.sync import Mirror
from tests.ledger.mirror.chains import IDENTITY, table
from tests.ledger.mirror.histories import History


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


if __name__ == "__main__":
    play(sys.argv[1], int(sys.argv[2]))
