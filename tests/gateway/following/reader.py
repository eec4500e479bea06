"""A reader of server-sent events, as a browser or a bank's system is one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx


@dataclass
class Got:
    """One block of a stream."""

    id: str | None = None
    event: str | None = None
    data: Any = None


@contextmanager
def following(url: str, key: str, *, last: str | None = None, **query: Any) -> Iterator[Iterator[Got]]:
    """The blocks of a stream as they come: events, and what only moves the id on."""
    headers = {"authorization": f"Bearer {key}", **({} if last is None else {"last-event-id": last})}
    with httpx.stream("GET", f"{url}/events:stream", params=query, headers=headers, timeout=20) as answer:
        assert answer.status_code == 200, answer.read()
        assert answer.headers["content-type"] == "text/event-stream"
        yield blocks(answer.iter_lines())


def blocks(lines: Iterator[str]) -> Iterator[Got]:
    """The blocks that lines make (WHATWG HTML, 9.2.6)."""
    got = Got()
    for line in lines:
        name, _, value = line.partition(": ")
        if line == "":
            if got != Got():
                yield got
            got = Got()
        elif name == "id":
            got.id = value
        elif name == "event":
            got.event = value
        elif name == "data":
            got.data = json.loads(value)


def events(found: Iterator[Got]) -> Iterator[Got]:
    """What has data."""
    return (each for each in found if each.data is not None)
