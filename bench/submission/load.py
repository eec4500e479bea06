"""Load over keep-alive connections, one thread each: every request is timed from its first byte out to its answer read."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import orjson

Post = tuple[str, dict[str, str], bytes]
"""Path, headers beside the usual ones, body."""


class LoadRefused(Exception):
    """A request was not accepted: a figure would mean nothing."""


@dataclass(frozen=True, slots=True)
class Sent:
    """When a request went out and was answered (seconds of the monotonic clock), and its answer."""

    began: float
    ended: float
    answer: bytes


class Connection:
    """One keep-alive connection with a key."""

    def __init__(self, url: str, key: str) -> None:
        parts = urlsplit(url)
        self._http = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=120)
        self._headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}

    def post(self, path: str, headers: dict[str, str], body: bytes) -> Sent:
        """Raises LoadRefused."""
        began = time.monotonic()
        self._http.request("POST", path, body, {**self._headers, **headers})
        response = self._http.getresponse()
        answer = response.read()
        if response.status != 202:
            raise LoadRefused(f"{path}: {response.status} {answer[:1000].decode(errors='replace')}")
        return Sent(began, time.monotonic(), answer)

    def get(self, path: str) -> bytes:
        """Raises LoadRefused."""
        self._http.request("GET", path, headers=self._headers)
        response = self._http.getresponse()
        answer = response.read()
        if response.status != 200:
            raise LoadRefused(f"{path}: {response.status} {answer[:1000].decode(errors='replace')}")
        return answer

    def close(self) -> None:
        """Ends it."""
        self._http.close()


def flood(url: str, key: str, lives: Sequence[Sequence[Post]]) -> list[list[Sent]]:
    """Sends each connection's requests in turn as fast as they are answered; all connections at once."""
    return _together([_Life(url, key, posts, None, 0.0) for posts in lives])


def paced(url: str, key: str, lives: Sequence[Sequence[Post]], per_second: float) -> list[list[Sent]]:
    """The same at a rate of all connections together; a request that is late still counts from when it was due."""
    pause, start = len(lives) / per_second, time.monotonic() + 0.2
    return _together([_Life(url, key, posts, start + at / per_second, pause) for at, posts in enumerate(lives)])


@dataclass
class _Life:
    url: str
    key: str
    posts: Sequence[Post]
    start: float | None
    pause: float

    def run(self) -> list[Sent]:
        connection = Connection(self.url, self.key)
        try:
            return list(self._sent(connection))
        finally:
            connection.close()

    def _sent(self, connection: Connection) -> Iterator[Sent]:
        for at, post in enumerate(self.posts):
            if self.start is None:
                yield connection.post(*post)
                continue
            due = self.start + at * self.pause
            time.sleep(max(due - time.monotonic(), 0.0))
            found = connection.post(*post)
            yield Sent(due, found.ended, found.answer)


def _together(lives: Sequence[_Life]) -> list[list[Sent]]:
    results: list[list[Sent]] = [[] for _ in lives]
    faults: list[BaseException] = []

    def run(at: int) -> None:
        try:
            results[at] = lives[at].run()
        except BaseException as fault:  # noqa: BLE001  # raised again where the threads are joined
            faults.append(fault)

    _all(run, len(lives))
    if faults:
        raise faults[0]
    return results


def _all(run: Callable[[int], None], number: int) -> None:
    threads = [threading.Thread(target=run, args=(at,)) for at in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def body(value: object) -> bytes:
    """JSON, ready to be sent."""
    return orjson.dumps(value)
