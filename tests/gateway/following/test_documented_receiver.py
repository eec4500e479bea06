"""The receiver that the documentation shows, run as it stands: by a courier that is refused, and killed in the middle of its work."""

import json
import re
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from gateway.following import pauses, rounds
from tests.gateway.following.subscribed import delivering, everything, subscribe
from tests.gateway.outbox.world import House

PAGE = Path(__file__).parents[3] / "docs" / "events.md"


def shown() -> str:
    """The code of the page."""
    (found,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    return str(found)


@contextmanager
def receiving(port: int, secret: str, file: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", shown(), str(port), secret, str(file)], stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield process
    finally:
        process.kill()
        process.wait()


def wait_for(port: int) -> None:
    end = time.monotonic() + 20
    while True:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert time.monotonic() < end
        time.sleep(0.02)


def kept(file: Path) -> list[int]:
    if not file.exists():
        return []
    with sqlite3.connect(file) as books:
        return [row[0] for row in books.execute("SELECT position FROM event ORDER BY position")]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def until(file: Path, count: int) -> None:
    end = time.monotonic() + 30
    while len(kept(file)) < count:
        assert time.monotonic() < end, len(kept(file))
        time.sleep(0.02)


def test_the_receiver_of_the_page_books_every_event_once(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pauses, "SCHEDULE", (0.05,))
    monkeypatch.setattr(pauses, "MOST_ATTEMPTS", 10_000)
    monkeypatch.setattr(rounds, "LOOK_SECONDS", 0.05)
    port, file, wanted = free_port(), tmp_path / "books.db", everything(house)
    made = subscribe(house.services, f"http://127.0.0.1:{port}/ledger")
    with delivering(house.services):
        for part in (3, len(wanted) // 2):
            with receiving(port, made.secret, file) as process:
                until(file, part)
                process.kill()
        with receiving(port, made.secret, file):
            until(file, len(wanted))
    assert kept(file) == wanted
    with sqlite3.connect(file) as books:
        kind, data = books.execute("SELECT kind, data FROM event WHERE position = ?", (wanted[0],)).fetchone()
    told = json.loads(data)
    assert kind == f"pledgebook.{told['contract']}.{told['event']}" and int(told["pos"]) == wanted[0]


def test_it_takes_nothing_that_is_not_signed(tmp_path: Path) -> None:
    port, file = free_port(), tmp_path / "books.db"
    now, body = str(int(time.time())), b'{"id":"1","type":"x","data":{}}'
    with receiving(port, "whsec_" + "QUFB" * 10, file):
        for headers in (
            {},
            {"webhook-id": "m", "webhook-timestamp": now, "webhook-signature": "v1,AAAA"},
            {"webhook-id": "m", "webhook-timestamp": "1", "webhook-signature": "v1,"},
        ):
            assert httpx.post(f"http://127.0.0.1:{port}/", content=body, headers=headers).status_code == 401
    assert kept(file) == []


def test_it_is_as_short_as_the_page_says() -> None:
    assert len([line for line in shown().splitlines() if line.strip()]) <= 25
