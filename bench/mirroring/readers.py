"""Many readers of one mirror: `python -m bench.mirroring.readers DATABASE COUNT RECEIVABLES`.

Each asks for the tokens of a receivable, one snapshot a question, and thinks for some seconds; together they share the connections that a
gateway has. It prints how many questions were answered when it is ended by a line on standard input.
"""

import random
import sys
import threading
from collections.abc import Sequence

from ledger.mirror import database
from ledger.mirror.database import Database
from ledger.mirror.queries import tokens

THINK_SECONDS = 4.0


def main(arguments: Sequence[str]) -> None:
    """Reads until a line comes."""
    url, count, receivables = arguments[0], int(arguments[1]), int(arguments[2])
    mirror, stop = database.open(url), threading.Event()
    answered = [0] * count
    threads = [threading.Thread(target=_read, args=(mirror, receivables, answered, at, stop), daemon=True) for at in range(count)]
    for thread in threads:
        thread.start()
    print("reading", flush=True)
    sys.stdin.readline()
    stop.set()
    print(sum(answered), flush=True)


def _read(mirror: Database, receivables: int, answered: list[int], at: int, stop: threading.Event) -> None:
    dice = random.Random(at)  # noqa: S311  # no secret
    stop.wait(dice.random() * THINK_SECONDS)
    while not stop.is_set():
        with mirror.read() as conn:
            tokens.of_receivable(conn, dice.randint(1, receivables), limit=50)
        answered[at] += 1
        stop.wait(THINK_SECONDS * (0.5 + dice.random()))


if __name__ == "__main__":
    main(sys.argv[1:])
