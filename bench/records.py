"""A register's export as the anchor benchmark reads it: records of one length, one after another in a file."""

import random
from pathlib import Path

RECORD_BYTES = 500
SEED = 20_260
_AT_ONCE = 2_000


def write(file: Path, count: int) -> None:
    """Write `count` records that are the same on every machine."""
    dice = random.Random(SEED)  # noqa: S311  no secret
    with file.open("wb") as out:
        for first in range(0, count, _AT_ONCE):
            out.write(dice.randbytes(RECORD_BYTES * min(_AT_ONCE, count - first)))


def read(file: Path, start: int, stop: int) -> list[bytes]:
    """The records [start, stop)."""
    with file.open("rb") as source:
        source.seek(RECORD_BYTES * start)
        data = source.read(RECORD_BYTES * (stop - start))
    return [data[at : at + RECORD_BYTES] for at in range(0, len(data), RECORD_BYTES)]
