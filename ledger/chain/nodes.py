"""Several nodes of one chain behind the interface of one: what asks goes on when a node is away, lags, or answers nonsense.

One node is asked at a time. Who can't be reached is left at once, and the caller, who alone knows whether a repeat is harmless, asks again;
who lags is left for the one that is furthest. Nothing here compares what nodes say of a block: ledger.chain.sources does.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import inf
from typing import Any

import httpcore
import msgspec

from ledger.chain.rpc import NodeUnreachable, Rpc, RpcError, shown

LOOK_SECONDS = 2.0
FAR_BEHIND = 3
"""Blocks that a node may lag before another is asked: nodes of one network differ by one or two all the time."""
TELL_SECONDS = 60.0
"""So often at most the log says that a node was left: where every node refuses, each is left several times a second."""
_LOOK_TIMEOUT = 2.0

log = logging.getLogger(__name__)


class Nodes(Rpc):
    """The nodes at `urls`, in order of preference. As Rpc; `run` belongs to one thread."""

    def __init__(self, urls: Sequence[str], timeout: float = 10.0) -> None:
        super().__init__(urls[0], timeout)
        self.urls = tuple(urls)
        self.each = tuple(Rpc(url, timeout) for url in urls)
        """Each node by itself."""
        self._turn = threading.Lock()
        self._told: dict[str, float] = {}

    def run(self, stop: threading.Event) -> None:
        """Looks for nodes that are further than the one asked, until `stop`."""
        while not stop.wait(LOOK_SECONDS):
            if len(self.urls) > 1:
                self.look()

    def look(self) -> None:
        """Leaves a node that is far behind another."""
        heads = self.heads()
        best = max(heads, key=lambda url: heads[url], default=self.url)
        if heads.get(best, 0) > heads.get(self.url, -FAR_BEHIND) + FAR_BEHIND:
            self._go_to(best, f"it is at block {heads.get(self.url, 'none')}, the other at {heads[best]}")

    def heads(self) -> dict[str, int]:
        """The number of the newest block that each node has to show."""
        found: dict[str, int] = {}
        for url in self.urls:
            with Rpc(url, _LOOK_TIMEOUT) as node:
                try:
                    found[url] = int(node.call("eth_getBlockByNumber", "latest", False)["number"], 16)
                except (NodeUnreachable, RpcError, LookupError, TypeError, ValueError):
                    continue
        return found

    def leave(self, why: str) -> None:
        self._leave(self.url, why)

    def close(self) -> None:
        for node in self.each:
            node.close()
        super().close()

    def _post(self, body: bytes, too_large_is_answer: bool = False) -> httpcore.Response:
        with self._leaving():
            return super()._post(body, too_large_is_answer)

    def _parse(self, decode: Any, response: httpcore.Response, asked: int | None = None) -> Any:
        with self._leaving():
            return super()._parse(decode, response, asked)

    def _check(self, method: str, result: msgspec.Raw) -> None:
        with self._leaving():
            super()._check(method, result)

    @contextmanager
    def _leaving(self) -> Iterator[None]:
        asked = self.url
        try:
            yield
        except NodeUnreachable as away:
            self._leave(asked, away.reason)
            raise

    def _leave(self, url: str, why: str) -> None:
        """Goes to the next node, unless somebody else has left this one already."""
        with self._turn:
            if len(self.urls) > 1 and self.url == url:
                self._go_to(self.urls[(self.urls.index(url) + 1) % len(self.urls)], why)

    def _go_to(self, url: str, why: str) -> None:
        now = time.monotonic()
        is_told = self._told.get(self.url, -inf) + TELL_SECONDS > now
        log.log(logging.DEBUG if is_told else logging.WARNING, "node %s is left for %s: %s", shown(self.url), shown(url), why)
        if not is_told:
            self._told[self.url] = now
        self.url = url
