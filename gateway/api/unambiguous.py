"""Nothing in a request is taken for something else: looked at in one place, in front of every operation.

A parameter that the operation doesn't have is refused, one that has one value comes once, a header with a meaning of its own too, a number
in an address is digits, and a body is JSON in UTF-8 in which no object has a name twice (I-JSON, RFC 7493, on which RFC 8785 rests).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, get_args, get_origin
from urllib.parse import parse_qsl, unquote

from fastapi.dependencies.utils import get_flat_params
from fastapi.params import ParamTypes
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.api.asking import ASKED
from gateway.api.direct import again
from gateway.api.rights import REASON
from gateway.api.shaping import FIELDS, row_fields
from gateway.errors import Problem, invalid

Json = Any
ONCE = {each.lower().encode(): each for each in ("Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID", REASON)}
"""Headers that say one thing: of two a proxy may read the one and the gateway the other."""

_SLASH = "\udc2f"
"""Stands for a slash that is part of a value until a route is found: no text in UTF-8 has it."""
_ENCODED_SLASH = re.compile("%2f", re.IGNORECASE)

_PLAIN = b"identity"
_WRITTEN = {
    int: (re.compile("-?[0-9]+"), "a whole number expected"),
    float: (re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?"), "a number expected"),
}
"""How a number of an address is written, though a parser may read 1_0, +1 or 1.0, too; and what is said otherwise."""


def parted(scope: Scope) -> str:
    """The path by which a route is looked for. A slash that was encoded is part of its segment (RFC 3986, 2.2), as in a record's number
    2024/17, and parts none.
    """
    raw: str = scope.get("raw_path", b"").decode("latin-1")
    path: str = scope["path"]
    return _SLASH.join(unquote(part) for part in _ENCODED_SLASH.split(raw)) if _ENCODED_SLASH.search(raw) else path


def attach(route: APIRoute) -> None:
    """Has the requests of a route looked at before it gets them."""
    if not isinstance(route.app, _Looking):
        route.app = _Looking(route, route.app)


class _Looking:
    def __init__(self, route: APIRoute, app: ASGIApp) -> None:
        self._app, self._reads = app, route.body_field is not None
        params = get_flat_params(route.dependant)
        given = [each for each in params if each.field_info.in_ is ParamTypes.query]  # type: ignore[attr-defined]
        shaped = [FIELDS] if "GET" in (route.methods or ()) and row_fields(route.response_model) else []
        self._many = frozenset([*(each.alias for each in given if get_origin(each.field_info.annotation) is list), *shaped])
        self._known = frozenset(each.alias for each in given) | self._many
        kinds = {each.alias: _kind(each.field_info.annotation) for each in params}
        self._kinds = {name: kind for name, kind in kinds.items() if kind is not None}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _SLASH in scope["path"]:
            scope["path"] = scope["path"].replace(_SLASH, "/")
            scope["path_params"] = {name: value.replace(_SLASH, "/") for name, value in scope["path_params"].items()}
        told = dict(scope["headers"])
        if len(told) < len(scope["headers"]):
            _check_headers(scope["headers"])
        if scope["query_string"]:
            self._check_query(scope["query_string"].decode("latin-1"))
        self._check_written(scope["path_params"])
        body = b""
        if self._reads:
            body = await _read(told, receive)
            receive = again(body)
        ASKED.set((scope["path"], scope["query_string"], body))
        await self._app(scope, receive, send)

    def _check_query(self, query: str) -> None:
        pairs = parse_qsl(query, keep_blank_values=True)
        names = [name for name, _ in pairs]
        for name in names:
            if name not in self._known:
                there = f"there are {', '.join(sorted(self._known))}" if self._known else "there are none"
                raise invalid(f"{name[:80]}: no parameter of this operation; {there}", field=name[:80])
            if name not in self._many and names.count(name) > 1:
                raise invalid(f"{name}: given more than once; give one value", field=name)
        self._check_written(dict(pairs))

    def _check_written(self, given: Mapping[str, str]) -> None:
        for name in self._kinds.keys() & given.keys():
            form, said = _WRITTEN[self._kinds[name]]
            if not form.fullmatch(given[name]):
                raise invalid(f"{name}: {said}", field=name)


def _kind(annotation: Any) -> type | None:
    """Which kind of number a parameter is; None if it is none."""
    return next((each for each in get_args(annotation) or (annotation,) if each in _WRITTEN), None)


def _check_headers(headers: list[tuple[bytes, bytes]]) -> None:
    names = [name for name, _ in headers]
    for name, shown in ONCE.items():
        if names.count(name) > 1:
            raise invalid(f"{shown}: given more than once; send one", field=shown)


# --- Bodies ------------------------------------------------------------------------------------------------------------------------


async def _read(headers: dict[bytes, bytes], receive: Receive) -> bytes:
    """Reads a body whole and looks at it. Raises 415, 422."""
    encoded = headers.get(b"content-encoding", _PLAIN)
    if encoded.lower() != _PLAIN:  # names of codings know no case (RFC 9110, 8.4.1)
        raise Problem(415, "Encoded body", f"Content-Encoding: {encoded[:80].decode('latin-1')!r} is not decoded; send the body as it is")
    parts, more = list[bytes](), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    body = b"".join(parts)
    if body and b"json" in headers.get(b"content-type", b"json").lower():  # names of media types know no case (RFC 9110, 8.3.1)
        check(body)
    return body


class _Repeated(Exception):
    """An object has a name twice."""


def _once(pairs: list[tuple[str, Json]]) -> Json:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise _Repeated
    return made


_READER = json.JSONDecoder(object_pairs_hook=_once)


def check(body: bytes) -> None:
    """Raises 422 for a body that is no JSON in UTF-8, and for one that has a name twice in one object, naming it."""
    try:
        _READER.decode(body.decode())
    except _Repeated:
        field = _first_repeated(body)
        raise invalid(f"{field}: given more than once; give one value", field=field) from None
    except (ValueError, RecursionError) as wrong:
        raise invalid("body: no JSON that can be read; send one value in UTF-8", field="body") from wrong


def _first_repeated(body: bytes) -> str:
    try:
        return next(_repeated(json.loads(body, object_pairs_hook=_Object))).removeprefix(".")[:200]
    except RecursionError:  # so deep that no field names it
        return "body"


class _Object(tuple[tuple[str, Json], ...]):
    """The names and values of an object as they are written."""

    __slots__ = ()


def _repeated(read: Json) -> Iterator[str]:
    """The names that are there again, as fields are named everywhere."""
    if isinstance(read, _Object):
        seen = set[str]()
        for name, value in read:
            if name in seen:
                yield f".{name}"
            seen.add(name)
            yield from (f".{name}{path}" for path in _repeated(value))
    elif isinstance(read, list):
        yield from (f"[{at}]{path}" for at, value in enumerate(read) for path in _repeated(value))
