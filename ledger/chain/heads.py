"""New heads, told by a node over a websocket. They only wake whoever looks for blocks: a head that isn't told is found at the next look."""

import logging
import socket
import threading
from collections.abc import Callable
from contextlib import suppress

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from ledger.chain.rpc import shown

_SUBSCRIBE = '{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}'
_LOOK_SECONDS = 0.5
_PAUSE_SECONDS = 2.0
REST_SECONDS = 0.02
"""So long nothing is read after a head: a node that tells without end wakes no more often, and the rest waits at its side."""

log = logging.getLogger(__name__)


def watch(url: str, wake: Callable[[], None], stop: threading.Event) -> None:
    """Calls `wake` at each new head of the node at `url` (ws://...) until `stop`; a connection that breaks is made again."""
    while not stop.is_set():
        try:
            with connect(url, proxy=None, open_timeout=_PAUSE_SECONDS, close_timeout=_LOOK_SECONDS) as node:
                try:
                    _listen(node, wake, stop)
                finally:
                    _hang_up(node)
        # ValueError: an address that is none, the given one or one that a node sends on to.
        except (OSError, WebSocketException, ValueError) as fault:
            log.info("no heads from %s, blocks are looked for by polling: %s", shown(url), fault)
            stop.wait(_PAUSE_SECONDS)


def _listen(node: ClientConnection, wake: Callable[[], None], stop: threading.Event) -> None:
    node.send(_SUBSCRIBE)
    while not stop.is_set():
        with suppress(TimeoutError):
            node.recv(timeout=_LOOK_SECONDS)
            wake()
            stop.wait(REST_SECONDS)


def _hang_up(node: ClientConnection) -> None:
    """Without a farewell: a node that stands still would be waited for, and one that reads nothing for ever."""
    with suppress(OSError):
        node.socket.shutdown(socket.SHUT_RDWR)
