"""A node that fails as it is told: an HTTP proxy in front of a real one."""

import random
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar

import httpx
import orjson


class Fault(Enum):
    """How it fails. LOST: the node has the request, and its answer is lost. STALE: heads and counts of some blocks ago. AHEAD: counts of
    transactions that nobody sent. UNPROVEN and FORGED: such counts, and no proof or a wrong one of any.
    """

    NONE = "none"
    DOWN = "down"
    LOST = "lost"
    BUSY = "busy"
    FAILING = "failing"
    GARBAGE = "garbage"
    CUT = "cut"
    STALE = "stale"
    AHEAD = "ahead"
    UNPROVEN = "unproven"
    FORGED = "forged"


_STALE_BLOCKS = 3
_MADE_UP = 2


class Fronting(ThreadingHTTPServer):
    """In front of the node at `node`; the handler says what becomes of requests."""

    daemon_threads = True

    def __init__(self, node: str, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.node, self.dice = node, random.Random(7)
        self.http = httpx.Client(trust_env=False, timeout=30)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that gave up is none."""


_Server = TypeVar("_Server", bound=Fronting)


@contextmanager
def serving(server: _Server) -> Iterator[_Server]:
    """A proxy that serves until the context ends."""
    with server, server.http:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


class Answering(BaseHTTPRequestHandler):
    """Answers over connections that stay, and says nothing of it."""

    protocol_version = "HTTP/1.1"

    def answer(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


class Proxy(Fronting):
    """`fault` is how it fails now, with `chance` to fail at each request."""

    def __init__(self, node: str) -> None:
        super().__init__(node, _Handler)
        self.fault, self.chance = Fault.NONE, 1.0


def proxy(node: str) -> AbstractContextManager[Proxy]:
    """A proxy that serves until the context ends."""
    return serving(Proxy(node))


class _Handler(Answering):
    server: Proxy

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        fault = self.server.fault if self.server.dice.random() < self.server.chance else Fault.NONE
        if fault is Fault.DOWN:
            self._drop()
            return
        if fault in (Fault.BUSY, Fault.FAILING):
            self.answer(429 if fault is Fault.BUSY else 500, b"try later")
            return
        answer = self.server.http.post(self.server.node, content=body, headers={"content-type": "application/json"}).content
        if fault is Fault.LOST:
            self._drop()
        elif fault is Fault.GARBAGE:
            self.answer(200, b'{"jsonrpc": "2.0", "id": null, "result": "0xzz"}')
        elif fault is Fault.CUT:
            self.answer(200, answer[: len(answer) // 2])
        else:
            spoil = {Fault.STALE: _stale, Fault.AHEAD: _ahead, Fault.UNPROVEN: _unproven, Fault.FORGED: _forged}.get(fault)
            self.answer(200, spoil(body, answer) if spoil else answer)

    def _drop(self) -> None:
        self.close_connection = True
        self.connection.close()


def _stale(body: bytes, answer: bytes) -> bytes:
    asked, told = orjson.loads(body), orjson.loads(answer)
    if isinstance(asked, dict) and asked["method"] in ("eth_blockNumber", "eth_getTransactionCount"):
        told["result"] = _earlier(told["result"])
    if isinstance(asked, dict) and asked["method"] == "eth_getBlockByNumber" and asked["params"][0] == "latest":
        told["result"]["number"] = _earlier(told["result"]["number"])
    return orjson.dumps(told)


def _ahead(body: bytes, answer: bytes) -> bytes:
    asked, told = orjson.loads(body), orjson.loads(answer)
    if isinstance(asked, dict) and asked["method"] == "eth_getTransactionCount":
        told["result"] = hex(int(told["result"], 16) + _MADE_UP)
    return orjson.dumps(told)


def _unproven(body: bytes, answer: bytes) -> bytes:
    asked, told = orjson.loads(body), orjson.loads(_ahead(body, answer))
    if isinstance(asked, dict) and asked["method"] == "eth_getProof":
        told = {"jsonrpc": "2.0", "id": asked["id"], "error": {"code": -32601, "message": "the method eth_getProof does not exist"}}
    return orjson.dumps(told)


def _forged(body: bytes, answer: bytes) -> bytes:
    asked, told = orjson.loads(body), orjson.loads(_ahead(body, answer))
    if isinstance(asked, dict) and asked["method"] == "eth_getProof":
        told["result"]["accountProof"] = [*told["result"]["accountProof"][:-1], "0xc0"]
    return orjson.dumps(told)


def _earlier(number: str) -> str:
    return hex(max(int(number, 16) - _STALE_BLOCKS, 0))
