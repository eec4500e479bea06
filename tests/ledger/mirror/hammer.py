"""Readers that ask again and again while somebody writes."""

import threading
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import Connection

from ledger.mirror.database import Database

Seen = TypeVar("Seen", bound=Hashable)


@contextmanager
def hammered(db: Database, look: Callable[[Connection], Seen], readers: int = 4) -> Iterator[Counter[Seen]]:
    """What readers see, each time in one snapshot, and how often; at the end every error of theirs is raised."""
    seen: Counter[Seen] = Counter()
    wrong: list[Exception] = []
    stop = threading.Event()

    def read() -> None:
        try:
            while not stop.is_set():
                with db.read() as conn:
                    seen[look(conn)] += 1
        except Exception as error:  # noqa: BLE001  # raised below, in the test's own thread
            wrong.append(error)

    threads = [threading.Thread(target=read) for _ in range(readers)]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    if wrong:
        raise ExceptionGroup("readers failed", wrong)
