"""New heads, told by a node over a websocket. They only wake whoever looks for blocks: a head that isn't told is found at the next look."""

import logging
import threading
from collections.abc import Callable
from contextlib import suppress

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from ledger.chain.rpc import shown

_SUBSCRIBE = '{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}'
_LOOK_SECONDS = 0.5
_PAUSE_SECONDS = 2.0

log = logging.getLogger(__name__)


def watch(url: str, wake: Callable[[], None], stop: threading.Event) -> None:
    """Calls `wake` at each new head of the node at `url` (ws://...) until `stop`; a connection that breaks is made again."""
    while not stop.is_set():
        try:
            with connect(url, proxy=None, open_timeout=_PAUSE_SECONDS) as node:
                _listen(node, wake, stop)
        except (OSError, WebSocketException) as fault:
            log.info("no heads from %s, blocks are looked for by polling: %s", shown(url), fault)
            stop.wait(_PAUSE_SECONDS)


def _listen(node: ClientConnection, wake: Callable[[], None], stop: threading.Event) -> None:
    node.send(_SUBSCRIBE)
    while not stop.is_set():
        with suppress(TimeoutError):
            node.recv(timeout=_LOOK_SECONDS)
            wake()
