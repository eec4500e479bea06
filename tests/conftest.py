"""What every test stands on: a real PostgreSQL server (from its wheel, for one run), fresh databases of both kinds, and how many cases of a
test a run tries.
"""

import gc
import os
import shutil
import time
import uuid
import zlib
from collections.abc import Callable, Generator, Iterator, Sequence
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

SEED = int(os.environ.get("PLEDGEBOOK_SEED", "0"))
BRIEF = os.environ.get("PLEDGEBOOK_BRIEF") == "1"
"""Whether a quick run tries still fewer cases, as on a slow machine (`scripts/test --brief`)."""
FEW_CASES = 5
"""So many cases of a test a brief run tries all."""
UNTIL = float(os.environ.get("PLEDGEBOOK_UNTIL", "inf"))
"""When no further test is begun (Unix seconds), so that a run ends in time on any machine."""
KINDS = ("sqlite", "postgresql")
MakeDatabase = Callable[..., str]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected stays to the end, so nobody looks through it for garbage: a tenth of a run would go into that."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """What there is no time left for is skipped, and counted and listed as skipped."""
    if time.time() > UNTIL:
        pytest.skip("this machine is too slow to run this in the time that a quick run has; --full leaves nothing out")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Long files first, and of each test the cases that this run tries."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
    tests: dict[str, dict[str, list[pytest.Item]]] = {}
    for item in items:
        if not FULL and item.get_closest_marker("every_kind") is None:
            tests.setdefault(item.nodeid.partition("[")[0], {}).setdefault(_case(item), []).append(item)
    tried = {item for name, cases in tests.items() for item in _tried(name, list(cases.values()))}
    left = {item for cases in tests.values() for each in cases.values() for item in each} - tried
    items[:] = [item for item in items if item not in left]
    config.hook.pytest_deselected(items=list(left))


def _case(item: pytest.Item) -> str:
    """The name of what a test is given besides a kind of database."""
    given = getattr(item, "callspec", None)
    return "-".join(part for part in given.id.split("-") if part not in KINDS) if given else ""


def _tried(name: str, cases: Sequence[Sequence[pytest.Item]]) -> Iterator[pytest.Item]:
    """The first case on both kinds of database, the others on one, in turns. A brief run: all on one, and every second of many."""
    turn = SEED + (zlib.crc32(name.encode()) if BRIEF else 0)
    for at, on_each_kind in enumerate(cases):
        if BRIEF and len(cases) > FEW_CASES and (at + turn) % 2:
            continue
        if at == 0 and not BRIEF:
            yield from on_each_kind
        else:
            yield on_each_kind[(at // 2 + turn) % len(on_each_kind)]


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a running PostgreSQL server's own database; it runs for one test run and ends with it."""
    with postgres.running() as url:
        yield url


@pytest.fixture(scope="session")
def new_postgres(postgres_url: str) -> MakeDatabase:
    """Makes PostgreSQL databases, empty or like another, that live as long as the server."""

    def make(like: str = "") -> str:
        name, template = f"t_{uuid.uuid4().hex}", make_url(like).database if like else "template1"
        postgres.administer(postgres_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return make_url(postgres_url).set(database=name).render_as_string(hide_password=False)

    return make


@pytest.fixture
def make_postgres(postgres_url: str, new_postgres: MakeDatabase) -> Iterator[MakeDatabase]:
    """Makes PostgreSQL databases that are dropped after the test."""
    made: list[str] = []

    def make(like: str = "") -> str:
        made.append(new_postgres(like))
        return made[-1]

    yield make
    for url in made:
        postgres.administer(postgres_url, f'DROP DATABASE "{make_url(url).database}" WITH (FORCE)')


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """A kind of database: a test that asks for it runs on SQLite files and on PostgreSQL."""
    found: str = request.param
    return found


@pytest.fixture
def database_urls(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> MakeDatabase:
    """Makes databases of one kind, empty or like another."""
    if kind == "postgresql":
        make: MakeDatabase = request.getfixturevalue("make_postgres")
        return make

    def make_file(like: str = "") -> str:
        file = tmp_path / f"{uuid.uuid4().hex}.db"
        if like:
            shutil.copyfile(str(make_url(like).database), file)
        return f"sqlite:///{file}"

    return make_file


@pytest.fixture
def database_url(database_urls: MakeDatabase) -> str:
    """One empty database, on SQLite and on PostgreSQL."""
    return database_urls()
