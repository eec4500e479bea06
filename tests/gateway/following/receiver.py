"""A receiver of webhooks: a real server, which keeps what comes and answers as a test says."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cloudevents.core.bindings.http import HTTPMessage, from_structured_event
from cloudevents.core.formats.json import JSONFormat
from standardwebhooks import Webhook


@dataclass(frozen=True)
class Message:
    """What came: its headers in lower case, and its body."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def pos(self) -> int:
        return int(json.loads(self.body)["id"])

    def verify(self, secret: str) -> Any:
        """The event, if its signature is one of the secret's and it is a CloudEvent; read by other people's libraries."""
        Webhook(secret).verify(self.body, self.headers)
        return from_structured_event(HTTPMessage(headers=self.headers, body=self.body), JSONFormat())


@dataclass
class Receiver:
    """`answer(message, n)` is the status of the n-th request, or a status with headers; `delay`: seconds before it."""

    answer: Callable[[Message, int], int | tuple[int, dict[str, str]]] = lambda *_: 204
    delay: float = 0.0
    host: str = "127.0.0.1"
    came: list[Message] = field(default_factory=list)
    """Every request, also those that were refused."""
    kept: list[Message] = field(default_factory=list)
    """Those that were answered with 2xx."""

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._server: ThreadingHTTPServer | None = None
        self.port = 0
        self.start()

    def start(self) -> None:
        """Listens, at the port that it had."""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer._take(self)

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer((self.host, self.port), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        """Listens no more."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def positions(self) -> list[int]:
        """Where the events lie that were kept, in the order in which they came."""
        return [each.pos for each in self.kept]

    def wait(self, holds: Callable[[], bool], seconds: float = 20.0) -> None:
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, f"{len(self.came)} came, {len(self.kept)} were kept"
            time.sleep(0.01)

    def _take(self, handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers["content-length"])
        body = handler.rfile.read(length)
        if len(body) < length:
            # Who was killed in the middle of a message has sent none.
            return
        message = Message(handler.path, {name.lower(): value for name, value in handler.headers.items()}, body)
        with self._lock:
            self.came.append(message)
            given = self.answer(message, len(self.came))
        time.sleep(self.delay)
        status, headers = (given, {}) if isinstance(given, int) else given
        if 200 <= status < 300:
            with self._lock:
                self.kept.append(message)
        try:
            handler.send_response(status)
            for name, value in {"content-length": "0", **headers}.items():
                handler.send_header(name, value)
            handler.end_headers()
        except OSError:
            return


def whole(found: Sequence[int], wanted: Sequence[int]) -> None:
    """At least once, in order: without repeats that follow each other it is what was wanted."""
    once = [pos for at, pos in enumerate(found) if at == 0 or found[at - 1] != pos]
    assert once == list(wanted)
