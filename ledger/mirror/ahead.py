"""Reading ahead: while a batch is written, or folded, the next one is asked for, in a thread of its own.

One batch at most is asked for in advance, so memory is bounded and a slow database holds the reader up. What was read ahead is a node's
answer like any other, only earlier: where the chain has moved since, the hashes of its blocks tell.
"""

from concurrent.futures import Future, ThreadPoolExecutor, wait

from ledger.mirror.batch import Batch
from ledger.mirror.reader import Reader


class Ahead:
    """Batches read ahead. All methods belong to one thread."""

    def __init__(self) -> None:
        self._thread = _one_thread()
        self._asked: tuple[int, Future[Batch]] | None = None

    @property
    def asked(self) -> bool:
        """Whether a batch was asked for that nobody has had yet."""
        return self._asked is not None

    def settle(self) -> None:
        """Returns once nothing is being read: a reader is asked by one thread at a time."""
        if self._asked is not None:
            wait([self._asked[1]])

    def batch(self, reader: Reader, first: int, last: int, parent: bytes | None) -> Batch:
        """Blocks from `first` on: those asked for in advance, if they begin there, else up to `last`. Raises as the reader does."""
        asked, self._asked = self._asked, None
        if asked is not None and asked[0] == first:
            return asked[1].result()
        return reader.batch(first, last, parent)

    def ask(self, reader: Reader, first: int, last: int, parent: bytes) -> None:
        """Has these blocks read meanwhile, if a thread can be had."""
        try:
            self._asked = first, self._thread.submit(reader.batch, first, last, parent)
        except RuntimeError:
            # The executor keeps what it was given, and would have it read beside what is asked next.
            self._thread = _one_thread()


def _one_thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="read-ahead")
