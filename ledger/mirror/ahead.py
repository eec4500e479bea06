"""Reading ahead: while a batch is folded and written, the node is asked for the next one, in a thread of its own.

One range at most is asked for in advance, so memory is bounded and a slow database holds the node's reader up. What was read ahead is a
node's answer like any other, only earlier: where the chain has moved since, the hashes of its blocks tell.
"""

from concurrent.futures import Future, ThreadPoolExecutor, wait

from ledger.chain.blocks import Block, BlockSource


class Ahead:
    """Blocks read ahead. All methods belong to one thread."""

    def __init__(self) -> None:
        self._reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="read-ahead")
        self._asked: tuple[int, Future[list[Block]]] | None = None

    def settle(self) -> None:
        """Returns once nothing is being read: a source is asked by one thread at a time."""
        if self._asked is not None:
            wait([self._asked[1]])

    def fetch(self, source: BlockSource, first: int, last: int) -> list[Block]:
        """Blocks from `first` on: those asked for in advance, if they begin there, else up to `last`. Raises as the source does."""
        asked, self._asked = self._asked, None
        if asked is not None and asked[0] == first:
            return asked[1].result()
        return source.fetch(first, last)

    def ask(self, source: BlockSource, first: int, last: int) -> None:
        """Has these blocks read meanwhile."""
        self._asked = first, self._reader.submit(source.fetch, first, last)
