"""A node that lies: a real server between the mirror and a real node, whose answers a test changes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any, TypeAlias

import httpx
import orjson

from tests.listening import listening

Lie: TypeAlias = Callable[[str, Any, Any], Any]
"""(method, parameters, true answer) -> what is answered; an exception of it is a JSON-RPC error."""


@contextmanager
def lying(node: str, lie: Lie) -> Iterator[str]:
    """A server that asks `node` and answers as `lie` says; its URL."""
    with listening(_handler(node, lie)) as url:
        yield url


def _handler(node: str, lie: Lie) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = orjson.loads(self.rfile.read(int(self.headers["content-length"])))
            told = httpx.post(node, json=asked, trust_env=False).json()
            changed = [_lied(lie, *pair) for pair in zip(asked, told, strict=True)] if isinstance(asked, list) else _lied(lie, asked, told)
            body = orjson.dumps(changed)
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            return

    return Handler


def _lied(lie: Lie, asked: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    try:
        result = lie(asked["method"], asked["params"], told.get("result"))
    except RuntimeError as refusal:
        return {"jsonrpc": "2.0", "id": asked["id"], "error": {"code": -32603, "message": str(refusal)}}
    return {"jsonrpc": "2.0", "id": asked["id"], "result": result}
