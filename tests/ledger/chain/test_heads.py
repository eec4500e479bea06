"""A node's new heads wake whoever looks for blocks; a node that is away is asked again."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ledger.chain import heads
from ledger.chain.engines import anvil
from ledger.chain.rpc import Rpc


@contextmanager
def _watching(url: str, wake: Callable[[], None]) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=heads.watch, args=(url.replace("http", "ws", 1), wake, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=10)
        assert not thread.is_alive()


def test_each_block_wakes_and_a_node_that_comes_back_is_heard_again(tmp_path: Path) -> None:
    woken = threading.Event()
    node = anvil.start(tmp_path)
    port = int(node.url.rpartition(":")[2])
    with _watching(node.url, woken.set):
        _mined_until(node.url, woken)
        node.kill()
        woken.clear()
        node = anvil.start(tmp_path, port=port)
        _mined_until(node.url, woken)
    node.kill()


def _mined_until(url: str, woken: threading.Event) -> None:
    """Mines a block at a time until one wakes: the subscription may come after the first."""
    with Rpc(url) as rpc:
        for _ in range(40):
            rpc.call("evm_mine")
            if woken.wait(0.5):
                return
    raise AssertionError("no block woke the one who looks")


def test_where_no_node_listens_nothing_is_woken_and_the_watch_still_ends() -> None:
    woken = threading.Event()
    with _watching("http://127.0.0.1:9", woken.set):
        assert not woken.wait(0.3)
