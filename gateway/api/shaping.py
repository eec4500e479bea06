"""What every answer to a GET has alike, made in one place: `fields`, a strong ETag, 304, and the headers of what is to end."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from typing import Any, get_args, get_origin
from urllib.parse import parse_qs

import orjson
from pydantic import BaseModel
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.api.deprecation import DEPRECATED, Deprecated
from gateway.errors import invalid

FIELDS = "fields"
FIELDS_PARAMETER: dict[str, Any] = {
    "name": FIELDS,
    "in": "query",
    "required": False,
    "description": "Only these fields of each row in `data`, apart by commas; the schema is of whole rows all the same",
    "style": "form",
    "explode": False,
}
NONE_MATCH_PARAMETER: dict[str, Any] = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "ETags of answers that the caller has: 304 if one of them is still the answer",
    "schema": {"type": "string", "title": "If-None-Match"},
}
_TAG = re.compile(r'(?:W/)?("[^"]*")')
_JSON = b"application/json"


class Shaping:
    """Shapes the JSON answers to GET. The ETag is of the bytes that are sent, in which the block is."""

    def __init__(self, app: ASGIApp, deprecated: Mapping[str, Deprecated] = DEPRECATED) -> None:
        self._app, self._deprecated = app, deprecated

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(scope, send, self._deprecated)
        await self._app(scope, receive, answer.take)
        await answer.finish()


class _Answer:
    """One answer: held back while it may still be shaped."""

    def __init__(self, scope: Scope, send: Send, deprecated: Mapping[str, Deprecated]) -> None:
        self._scope, self._send, self._deprecated = scope, send, deprecated
        self._start: Message | None = None
        self._body: list[bytes] = []

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *self._ends()]
            if self._scope["method"] == "GET" and message["status"] == 200 and _header(message["headers"], b"content-type") == _JSON:
                self._start = message
                return
        if self._start is None:
            await self._send(message)
            return
        self._body.append(message.get("body", b""))

    async def finish(self) -> None:
        """Sends what was held back. Raises Problem."""
        if self._start is not None:
            await self._shaped(self._start, b"".join(self._body))

    def _ends(self) -> list[tuple[bytes, bytes]]:
        found = self._deprecated.get(getattr(self._scope.get("route"), "name", ""))
        return [] if found is None else found.headers

    async def _shaped(self, start: Message, body: bytes) -> None:
        known = row_fields(getattr(self._scope.get("route"), "response_model", None))
        body = _only(body, known, parse_qs(self._scope["query_string"].decode("latin-1")).get(FIELDS, []))
        tag = f'"{sha256(body).hexdigest()[:32]}"'
        headers = [each for each in start["headers"] if each[0] != b"content-length"] + [(b"etag", tag.encode())]
        told = b",".join(value for name, value in self._scope["headers"] if name == b"if-none-match")
        if _matches(told.decode("latin-1"), tag):
            await self._send({**start, "status": 304, "headers": [each for each in headers if each[0] != b"content-type"]})
            await self._send({"type": "http.response.body", "body": b""})
            return
        await self._send({**start, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
        await self._send({"type": "http.response.body", "body": body})


def _header(headers: list[tuple[bytes, bytes]], name: bytes) -> bytes:
    return next((value for given, value in headers if given == name), b"")


def _matches(given: str, tag: str) -> bool:
    """RFC 9110, 13.1.2: any of a list, compared weakly, or `*`."""
    return given.strip() == "*" or tag in _TAG.findall(given)


@cache
def row_fields(model: Any) -> tuple[str, ...]:
    """The fields that every row in `data` of an answer has; none where it has no rows."""
    if not isinstance(model, type) or not issubclass(model, BaseModel) or "data" not in model.model_fields:
        return ()
    data = model.model_fields["data"].annotation
    row = get_args(data)[0] if get_origin(data) is list else data
    first, *others = [_written(kind) for kind in get_args(row) or (row,)]
    return tuple(name for name in first if all(name in names for names in others))


def _written(kind: type[BaseModel]) -> list[str]:
    return [field.serialization_alias or name for name, field in kind.model_fields.items()]


def _only(body: bytes, known: tuple[str, ...], asked: list[str]) -> bytes:
    """The answer with these fields of each row alone. Raises 422 for a field that its rows don't have, whether there are rows or not."""
    wanted = list(dict.fromkeys(name.strip() for each in asked for name in each.split(",") if name.strip()))
    if not wanted or not known:
        return body
    if unknown := [name for name in wanted if name not in known]:
        raise invalid(f"fields: no field {unknown[0][:80]!r}; there are {', '.join(known)}", field=FIELDS)
    answer = orjson.loads(body)
    rows = answer["data"]
    answer["data"] = [_row(row, wanted) for row in rows] if isinstance(rows, list) else _row(rows, wanted)
    return orjson.dumps(answer)


def _row(row: dict[str, Any], wanted: list[str]) -> dict[str, Any]:
    """What a row leaves out, as an act without warnings does, stays out."""
    return {name: row[name] for name in wanted if name in row}
