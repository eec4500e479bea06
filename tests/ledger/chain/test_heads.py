"""A node's new heads wake whoever looks for blocks; a node that is away is asked again."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import pytest

from ledger.chain import heads
from ledger.chain.engines import anvil
from ledger.chain.rpc import Rpc
from tests.ledger.chain import nodes_of_heads
from tests.ledger.chain.nodes_of_heads import Answer

MOST_SECONDS = 8
"""So long a watch may take to end: less than the ten that a node which stands still would be waited for."""


@contextmanager
def _watching(url: str, wake: Callable[[], None]) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=heads.watch, args=(url.replace("http", "ws", 1), wake, stop), daemon=True)
    thread.start()
    try:
        yield
        assert thread.is_alive()
    finally:
        stop.set()
        thread.join(timeout=MOST_SECONDS)
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


@pytest.mark.parametrize("to", [b"http://[::bad/", b"ws://127.0.0.1:99999999/", b"ws://" + b"a" * 300 + b"/"])
def test_a_node_that_sends_on_to_no_address_is_asked_again(to: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heads, "_PAUSE_SECONDS", 0.05)
    asked = threading.Semaphore(0)

    def answer(client: socket.socket) -> None:
        asked.release()
        nodes_of_heads.redirects(to)(client)

    with nodes_of_heads.answering(answer) as url, _watching(url, lambda: None):
        assert all(asked.acquire(timeout=MOST_SECONDS) for _ in range(2))


def test_a_node_that_tells_heads_without_end_wakes_no_more_often_than_it_may() -> None:
    woken: list[float] = []
    with nodes_of_heads.answering(nodes_of_heads.floods) as url, _watching(url, lambda: woken.append(monotonic())):
        sleep(1)
    assert 1 < len(woken) <= (woken[-1] - woken[0]) / heads.REST_SECONDS + 1


@pytest.mark.parametrize(
    "answer",
    [nodes_of_heads.floods, nodes_of_heads.pings, nodes_of_heads.stands_still, nodes_of_heads.says_farewell, nodes_of_heads.tells_no_text],
)
def test_no_node_holds_up_the_end(answer: Answer) -> None:
    with nodes_of_heads.answering(answer) as url, _watching(url, lambda: None):
        sleep(0.5)
