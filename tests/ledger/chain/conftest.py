"""A real anvil for tests of blocks."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.chain.engines import anvil as engine
from ledger.chain.rpc import Rpc


@pytest.fixture
def anvil(tmp_path: Path) -> Iterator[Rpc]:
    """A fresh anvil that mines on demand."""
    running = engine.start(tmp_path / "anvil", old_states=64)
    with Rpc(running.url) as rpc:
        yield rpc
    running.kill()
