"""How long a request may take to arrive and how long its head may be: uvicorn's protocol, with limits that it lacks.

Without them a client that sends a byte now and then holds its connection for ever, and hundreds of such clients hold all of them.
"""

from __future__ import annotations

import asyncio
import json
import re
from http import HTTPStatus
from math import inf
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gateway.api.stream import ABORT
from gateway.errors import Problem
from gateway.limits import neighbourhood

HEAD_SECONDS, BODY_SECONDS, IDLE_SECONDS = 10.0, 60.0, 5
REFUSED_SECONDS = 1.0
MOST_HEAD_BYTES = 32_768
MOST_CONNECTIONS, MOST_OF_AN_ADDRESS = 1_000, 500

_AUTHORITY = re.compile(rb"[A-Za-z0-9._~!$&'()*+,;=:%\[\]-]*")
"""What a Host header may have (RFC 3986, 3.2.2 and 3.2.3)."""


class _Plain(httptools.HttpRequestParser):
    """Reads on in HTTP/1.1 where a client asks for another protocol beside (RFC 9110, 7.8), as Java's does with each first request.

    By itself the parser ends such a request at its head, and takes its body for the next request.
    """

    def __init__(self, protocol: Limited) -> None:
        super().__init__(protocol)
        self._protocol = protocol

    def asks_other(self) -> bool:
        """Whether the request that is being read asks for another protocol, so that its head is to be read anew."""
        return self.should_upgrade() and self.get_method() != b"CONNECT"

    def feed_data(self, data: bytes) -> None:  # type: ignore[override]
        """Raises HttpParserError; HttpParserUpgrade for CONNECT."""
        while True:
            try:
                super().feed_data(data)
                return
            except httptools.HttpParserUpgrade as asked:
                if not self.asks_other():
                    raise
                data = self._head() + data[asked.args[0] :]

    def _head(self) -> bytes:
        """The head that was just read, without what asks for another protocol."""
        told = [name + b": " + value for name, value in self._protocol.headers if name != b"upgrade"]
        return b"\r\n".join([self.get_method() + b" " + self._protocol.url + b" HTTP/1.1", *told, b"\r\n"])


class Limited(HttpToolsProtocol):
    """A connection whose requests arrive in time and with a head of bounded length, or end it: 408, 431. There are so many at most.

    An answer may end it too, although the reader hasn't taken what is in its buffer.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.parser = self._plain = _Plain(self)
        # Else nothing is read behind a request that ends its connection, which answers it only once all is read.
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self._timer: asyncio.TimerHandle | None = None
        self._deadline = 0.0
        self._head = 0
        self._in_head, self._over = True, False
        self._place = ""
        self._refusal: Problem | None = None
        """Why nothing is read. It is told once something came: a reset for unread bytes would lose it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._place = neighbourhood(self.client[0] if self.client else "")
        self._make_room()
        self._allow(REFUSED_SECONDS if self._refusal else HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._over:
            return
        if self._refusal:
            self._end(self._refusal)
            return
        if self._in_head:
            self._head += len(data)
        super().data_received(data)
        if self._in_head and self._head > MOST_HEAD_BYTES and not self._over:
            self._refuse_head()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {ABORT: self.transport.abort}  # type: ignore[dict-item]
        self._allow(HEAD_SECONDS)

    def _make_room(self) -> None:
        """Where an address, or all together, have too many connections, one that asks nothing ends, else this one: 503.

        Behind a proxy all come from its address, and to bound its clients is the proxy's.
        """
        if len(self.connections) <= MOST_OF_AN_ADDRESS:
            return
        held = [each for each in self.connections if isinstance(each, Limited) and not each._over and not each._refusal]
        near = [] if self.config.proxy_headers else [each for each in held if each._place == self._place]
        crowd = near if len(near) > MOST_OF_AN_ADDRESS else held if len(held) > MOST_CONNECTIONS else []
        if crowd:
            idle = [each for each in crowd if each is not self and each._asks_nothing()]
            # Who has been sending a head for longest goes first; who was answered and may ask again goes last.
            ended = min(idle, key=lambda each: each._deadline or inf, default=self)
            most = f"{MOST_OF_AN_ADDRESS} of one address, {MOST_CONNECTIONS} of all"
            problem = Problem(503, "Too many connections", f"connections: at most {most}; use one for many requests, or try again")
            if ended is not self:
                ended._end(problem)
            self._refusal = problem if ended is self else None

    def _asks_nothing(self) -> bool:
        return self._in_head and (self.cycle is None or self.cycle.response_complete)

    def on_header(self, name: bytes, value: bytes) -> None:
        # Blanks after a value are no part of it (RFC 9110, 5.5); the parser takes those before it away only.
        super().on_header(name, value.rstrip(b" \t"))

    def on_headers_complete(self) -> None:
        if self._plain.asks_other():
            return
        arrived, self._head, self._in_head = self._head, 0, False
        # What arrived may hold a body, too; the head itself is measured only where it could be too long.
        if arrived > MOST_HEAD_BYTES and self._head_bytes() > MOST_HEAD_BYTES:
            self._refuse_head()
            return
        if problem := self._wrong_head():
            self._end(problem)
            return
        self._allow(BODY_SECONDS)
        super().on_headers_complete()

    def _wrong_head(self) -> Problem | None:
        """RFC 9112, 2.3 and 3.2: a version that is spoken here, and one host that is asked for; without one in HTTP/1.0 only."""
        version, hosts = self.parser.get_http_version(), [value for name, value in self.headers if name == b"host"]
        if version not in ("1.1", "1.0"):
            return Problem(505, "HTTP version not supported", f"HTTP/{version}: HTTP/1.1 and HTTP/1.0 are spoken here")
        if len(hosts) > 1 or (version == "1.1" and not hosts) or not all(map(_AUTHORITY.fullmatch, hosts)):
            return Problem(400, "Not HTTP", "Host: one expected, as a name or an address and a port; nothing was read")
        return None

    def on_body(self, body: bytes) -> None:
        if not self._over:
            super().on_body(body)

    def on_message_complete(self) -> None:
        if self._plain.asks_other():
            return
        self._deadline, self._in_head, self._head = 0.0, True, 0
        if not self._over:
            super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        self._end(Problem(400, "Not HTTP", f"{msg.rstrip('.')}; nothing was read"))

    def _head_bytes(self) -> int:
        return len(self.url) + sum(len(name) + len(value) for name, value in self.headers)

    def _allow(self, seconds: float) -> None:
        """The request must have got on by then. One timer a connection looks, so that a request sets no more than a number."""
        self._deadline = self.loop.time() + seconds
        if self._timer is None:
            self._timer = self.loop.call_later(seconds, self._look)

    def _look(self) -> None:
        self._timer, left = None, self._deadline - self.loop.time()
        if not self._deadline:
            return
        if left > 0:
            # Not for longer than a head may take: the next request may be due sooner than this one.
            self._timer = self.loop.call_later(min(left, HEAD_SECONDS), self._look)
            return
        self._end(
            self._refusal
            or Problem(408, "Request timeout", f"head within {HEAD_SECONDS:g} s and body within {BODY_SECONDS:g} s; send faster")
        )

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _refuse_head(self) -> None:
        self._end(Problem(431, "Head too long", f"address and headers: at most {MOST_HEAD_BYTES} bytes"))

    def _end(self, problem: Problem) -> None:
        """Ends the connection, with an answer unless one has begun."""
        self._over = True
        self._disarm()
        if self.transport.is_closing():
            return
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            self.transport.write(_bare(problem))
        self.transport.close()


def _bare(problem: Problem) -> bytes:
    """An answer that no application gave."""
    body = json.dumps(problem.body()).encode()
    head = (
        f"HTTP/1.1 {problem.status} {HTTPStatus(problem.status).phrase}\r\ncontent-type: application/problem+json\r\n"
        f"content-length: {len(body)}\r\ncache-control: no-store\r\nx-content-type-options: nosniff\r\nconnection: close\r\n\r\n"
    )
    return head.encode() + body
