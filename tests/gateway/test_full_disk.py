"""A full disk: requests say so and leave nothing, and all goes on once there is space."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from psycopg.errors import DiskFull
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from gateway import runtime
from gateway.config import Settings
from gateway.errors import StartError
from ledger.mirror.database import is_full
from tests.gateway.conftest import Api
from tests.gateway.test_api import pair, problem


@contextmanager
def full(api: Api) -> Iterator[None]:
    """The office's file can't grow: SQLite fails as on a full disk."""
    engine = api.running.services.office.engine

    def bounded(conn: Connection) -> None:
        conn.exec_driver_sql("PRAGMA max_page_count = 1")

    def unbounded(conn: Connection) -> None:
        conn.exec_driver_sql("PRAGMA max_page_count = 1073741823")

    event.listen(engine, "begin", bounded)
    try:
        yield
    finally:
        event.remove(engine, "begin", bounded)
        event.listen(engine, "begin", unbounded)


def test_a_request_on_a_full_disk_keeps_nothing_and_says_so(api: Api) -> None:
    supplier, _ = pair(api)
    item = {"member": supplier.account, "schema": "x", "document": {"a": ["b" * 4_000] * 40}}
    with full(api):
        told = problem(api.http.post("/content:batch", json={"items": [item]}), 503)
        assert told["title"] == "Disk full" and "nothing of the request was kept" in str(told["detail"])
        acts: list[dict[str, Any]] = [
            {"key": api.fresh_key("full"), "account": supplier.account, "kind": "SetSlot",
             "body": {"keyType": "0x" + "11" * 32, "words": ["0x" + "22" * 32] * 50}}
            for _ in range(60)
        ]  # fmt: skip
        assert problem(api.http.post("/acts:batch", json={"acts": acts}), 503)["title"] == "Disk full"
        assert api.http.get("/members").status_code == 200
    kept = api.http.get("/acts", params={"account": supplier.account}).json()["data"]
    assert not [act for act in kept if act["key"].startswith("full")]
    assert api.http.post("/content:batch", json={"items": [item]}).status_code == 201


def test_a_start_on_a_full_disk_is_one_line_and_leaves_no_empty_file(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", port=0, keeper=False)
    settings.home.mkdir()
    (settings.home / ".url.new").symlink_to("/dev/full")
    with pytest.raises(StartError, match=r"home: its disk.*is full; free some space and start again"):
        runtime.start(settings, genesis_time=1_700_000_000)
    assert not (settings.home / "url").exists()


def test_postgresql_and_the_system_say_it_in_their_own_ways() -> None:
    assert is_full(OperationalError("INSERT", {}, DiskFull()))
    assert is_full(OSError(28, "No space left on device"))
    others = (OSError(2, "No such file"), OperationalError("INSERT", {}, Exception()), ValueError())
    assert not any(map(is_full, others))
