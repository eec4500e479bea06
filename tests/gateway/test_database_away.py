"""A database that is away, breaks connections off or stands still: requests and health say so, and all goes on once it is back."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import OperationalError

from bench.postgres import administer
from gateway import app
from gateway.api import health
from gateway.office import database as offices
from ledger.mirror.database import is_away
from tests.gateway.conftest import Api, serving
from tests.gateway.test_api import pair, problem


@dataclass
class Served:
    """A gateway whose databases are on a PostgreSQL server, which an administrator can close to it."""

    api: Api
    url: str

    @property
    def name(self) -> str:
        return str(make_url(self.url).database)

    def close(self) -> None:
        """Lets nobody in, and breaks every connection off."""
        self._allow("false")
        self._administer("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + self.name + "'")

    def open(self) -> None:
        """Lets everybody in."""
        self._allow("true")

    def _allow(self, connections: str) -> None:
        self._administer(f'ALTER DATABASE "{self.name}" WITH ALLOW_CONNECTIONS {connections}')

    def _administer(self, statement: str) -> None:
        administer(make_url(self.url).set(database="postgres").render_as_string(hide_password=False), statement)

    def health(self) -> tuple[int, list[str]]:
        answer = httpx.get(f"{self.api.running.url}/health", timeout=60)
        return answer.status_code, answer.json()["faults"]

    def until(self, faults: list[str]) -> None:
        """Waits until health names these faults and no others."""
        end = time.monotonic() + 60
        while (found := self.health())[1] != faults:
            assert time.monotonic() < end, found
            time.sleep(0.1)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, new_postgres: Callable[[], str]) -> Iterator[Served]:
    url = new_postgres()
    with serving(tmp_path_factory.mktemp("home") / "ledger", office_url=url, mirror_url=url) as api:
        yield Served(api, url)


def test_a_database_that_lets_nobody_in_is_said_and_every_worker_outlives_it(served: Served) -> None:
    api = served.api
    supplier, _ = pair(api)
    served.close()
    try:
        told = problem(api.act(supplier, "SetAcceptance", {"acceptsDirect": True}, key="while it is away"), 503)
        assert told["title"] == "Database away" and "under the same Idempotency-Key" in str(told["detail"])
        status, names = served.health()
        assert status == 503 and "database-away" in names
        # Long enough for each worker to look.
        time.sleep(3)
    finally:
        served.open()
    served.until([])
    assert api.done(api.act(supplier, "SetAcceptance", {"acceptsDirect": True}, key="while it is away"))["state"] == "final"


def test_a_database_that_stands_still_holds_health_up_for_seconds_only(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "DATABASE_SECONDS", 0.5)
    with psycopg.connect(served.url) as other:
        other.execute("LOCK TABLE office.lane IN ACCESS EXCLUSIVE MODE")
        for _ in range(60):
            # More than there are threads.
            status, names = served.health()
            assert status == 503 and "database-away" in names
    served.until([])


def test_what_breaks_a_connection_off_is_told_and_not_hidden(new_postgres: Callable[[], str]) -> None:
    with closing(offices.open(new_postgres())) as office, pytest.raises(OperationalError) as told, office.write() as conn:
        conn.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    assert is_away(told.value)


def test_a_query_that_the_database_ends_says_what_to_do(new_postgres: Callable[[], str]) -> None:
    with closing(offices.open(new_postgres())) as office, office.read() as conn:
        conn.execute(text("SET LOCAL statement_timeout = 10"))
        with pytest.raises(OperationalError) as told:
            conn.execute(text("SELECT pg_sleep(5)"))
    said = app._as_problem(told.value)
    assert (said.status, said.title) == (503, "Query took too long") and "statement_timeout" in said.detail


@pytest.mark.parametrize(("statement", "away"), [("INSERT INTO lane DEFAULT VALUES", True), ("SELECT * FROM no_such_table", False)])
def test_a_file_that_takes_no_writes_is_away_and_a_wrong_question_is_not(tmp_path: Path, statement: str, away: bool) -> None:
    with closing(offices.open(f"sqlite:///{tmp_path / 'office.db'}")) as office, office.read() as conn:
        conn.execute(text("PRAGMA query_only = 1"))
        with pytest.raises(OperationalError) as told:
            conn.execute(text(statement))
        assert is_away(told.value) is away


@pytest.mark.parametrize(("said", "seconds"), [("", "10"), ("?connect_timeout=3", "3")])
def test_a_server_that_went_away_without_a_word_is_noticed(new_postgres: Callable[[], str], said: str, seconds: str) -> None:
    """What a network drops is not seen by tests on one machine: here only that libpq is told to look, unless the URL says how."""
    url = make_url(new_postgres())
    with closing(offices.open(url.update_query_string(said[1:]).render_as_string(hide_password=False))) as office, office.read() as conn:
        driver = conn.connection.driver_connection
        assert driver is not None
        told = driver.info.get_parameters()
    assert told["connect_timeout"] == seconds and told["tcp_user_timeout"] == "30000" and told["keepalives_idle"] == "10"
