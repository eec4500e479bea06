"""Fixtures of every test: a real PostgreSQL server (from its wheel, for one run) and fresh databases of both kinds."""

import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import make_url

from bench import postgres

FULL = os.environ.get("PLEDGEBOOK_FULL") == "1"
"""Whether tests run at their full counts (`scripts/test --full`)."""

# Two loaded cores stretch any single example, so a deadline would tell of the machine and not of the code.
settings.register_profile("house", deadline=None, max_examples=1_000 if FULL else 100)
settings.load_profile("house")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a running PostgreSQL server's own database; it runs for one test run and ends with it."""
    with postgres.running() as url:
        yield url


@pytest.fixture
def make_postgres(postgres_url: str) -> Iterator[Callable[[], str]]:
    """Makes empty PostgreSQL databases and drops them after the test."""
    made: list[str] = []

    def make() -> str:
        name = f"t_{uuid.uuid4().hex}"
        postgres.administer(postgres_url, f'CREATE DATABASE "{name}"')
        made.append(name)
        return make_url(postgres_url).set(database=name).render_as_string(hide_password=False)

    yield make
    for name in made:
        postgres.administer(postgres_url, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(params=["sqlite", "postgresql"])
def database_urls(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Makes empty databases of one kind: a test that asks for it runs on SQLite files and on PostgreSQL."""
    if request.param == "postgresql":
        make: Callable[[], str] = request.getfixturevalue("make_postgres")
        return make
    return lambda: f"sqlite:///{tmp_path / uuid.uuid4().hex}.db"


@pytest.fixture
def database_url(database_urls: Callable[[], str]) -> str:
    """One empty database, on SQLite and on PostgreSQL."""
    return database_urls()
