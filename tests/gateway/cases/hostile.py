"""Values that no schema tells of: what JSON can say and nobody expects, in the place of each part of the document's examples."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx

from tests.gateway.examples import Teller

VALUES = (
    *('"\\ud800"', '{"\\ud800": 1}', '"\\u0000"', '"\u202e"', '"' + "x" * 70_000 + '"', '"\u2028"', '""'),
    *("NaN", "Infinity", "1e400", "9" * 400, "-1", "12345678901234567890.5", "18446744073709551616"),
    *("[]", "{}", "null", "true", '{"a": 1, "a": 2}', "[" * 40 + "]" * 40),
)
"""As they stand in a body."""
TEXTS = ("\0", "a\0b", "\u202e", "%", "\\", "'", "\u0663", "x" * 400, "9" * 400, "-1")
"""In an address."""
_MARK = "@@the value@@"


def places(body: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something stands in a body: fields, and the first two of a list."""
    yield path
    inner = body.items() if isinstance(body, dict) else enumerate(body[:2]) if isinstance(body, list) else ()
    for name, value in inner:
        yield from places(value, (*path, name))


def written(body: Any, path: tuple[Any, ...], value: str) -> bytes:
    """A body with this value, as it is written, in a place."""
    return json.dumps(_put(body, path)).replace(json.dumps(_MARK), value).encode()


def _put(body: Any, path: tuple[Any, ...]) -> Any:
    if not path:
        return _MARK
    changed = dict(body) if isinstance(body, dict) else list(body)
    changed[path[0]] = _put(body[path[0]], path[1:])
    return changed


def send(teller: Teller, operation: str, example: dict[str, Any], body: bytes, key: str) -> httpx.Response:
    """An operation's example with another body; nobody waits."""
    method, path = teller.paths[operation]
    headers = {**example.get("headers", {}), "content-type": "application/json"}
    if "idempotency-key" in headers:
        headers["idempotency-key"] = key
    content = body.replace(b'"timeout": 30', b'"timeout": 0')
    return teller.http.request(
        method, path.format(**example.get("path", {})), params=example.get("query"), headers=headers, content=content
    )


def ask(teller: Teller, operation: str, example: dict[str, Any]) -> httpx.Response:
    """An operation's example as it stands, whatever is in its path; nobody waits."""
    method, path = teller.paths[operation]
    parts = {name: quote(str(value), safe="") for name, value in example.get("path", {}).items()}
    query = {name: value for name, value in example.get("query", {}).items() if name not in ("wait", "timeout") or value == "-1"}
    headers = {name: value for name, value in example.get("headers", {}).items() if name != "content-type"}
    return teller.http.request(method, path.format(**parts), params=query, headers=headers, json=example.get("body"))
