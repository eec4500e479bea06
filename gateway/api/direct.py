"""The way of the one request of which very many come: its body to a model in one step, its answer to bytes, and nothing else.

Only what is plainly right goes this way. Anything odd goes FastAPI's, which says what is wrong; the document is made from its route, too.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

JSON = "application/json"

Short = Callable[[Request, bytes], Awaitable[Response | None]]
"""Answers a request with its body, or None where something about it is odd. Raises as the route's endpoint does."""


def directly(short: Short) -> type[APIRoute]:
    """The class of a route whose plain requests are answered by `short`."""

    class Direct(APIRoute):
        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            self._whole, self.app = self.app, self._direct

        async def _direct(self, scope: Scope, receive: Receive, send: Send) -> None:
            request = Request(scope, receive, send)
            body = await request.body()
            answer = await short(request, body) if request.headers.get("content-type") == JSON else None
            if answer is None:
                await self._whole(scope, again(body), send)
            else:
                await answer(scope, receive, send)

    return Direct


def again(body: bytes) -> Receive:
    """What a body that was read is read from once more."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
