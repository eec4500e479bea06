"""Reading batches from a source of blocks, in this process; ledger.mirror.far does it in another."""

from collections.abc import Sequence
from typing import Protocol

from ledger.chain.blocks import BlockSource
from ledger.mirror.batch import Batch


class Reader(Protocol):
    """What the mirror asks. One thread asks at a time."""

    @property
    def fault(self) -> str | None:
        """As the source's."""

    def head(self) -> int:
        """As the source's."""

    def hashes(self, numbers: Sequence[int]) -> list[bytes | None]:
        """As the source's."""

    def batch(self, first: int, last: int, parent: bytes | None) -> Batch:
        """Blocks first..last, which are expected to follow that one (None: whatever is there). Raises as the source's `fetch` does."""

    def left(self, seconds: float) -> None:
        """Told how long what is left will take; 0: nobody will ask before more comes."""


class NearReader:
    """Reads blocks; folding is left to who writes them."""

    def __init__(self, source: BlockSource) -> None:
        self._source = source

    @property
    def fault(self) -> str | None:
        return self._source.fault

    def head(self) -> int:
        return self._source.head()

    def hashes(self, numbers: Sequence[int]) -> list[bytes | None]:
        return self._source.hashes(numbers)

    def batch(self, first: int, last: int, parent: bytes | None) -> Batch:  # noqa: ARG002  # who writes compares
        return Batch.of(self._source.fetch(first, last))

    def left(self, seconds: float) -> None:
        """Nothing is to be prepared."""
