"""One ledger for the module, and a gateway on it with an office of its own for each test."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.office import database as offices
from gateway.signers import sealing
from ledger.mirror import database as mirrors
from ledger.mirror.database import Database
from tests.gateway.outbox.world import House, World


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    founded = World.found(tmp_path_factory.mktemp("world"))
    yield founded
    founded.rpc.close()
    founded.node.kill()


@pytest.fixture(scope="module")
def mirror_of_kind(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[bool], Database]]:
    """The module's mirror on PostgreSQL or on SQLite: every test of a module has the same chain, so it need not be read anew."""
    made: dict[bool, Database] = {}

    def mirror(postgresql: bool) -> Database:
        if postgresql not in made:
            file = tmp_path_factory.mktemp("mirror") / "mirror.db"
            made[postgresql] = mirrors.open(request.getfixturevalue("new_postgres")() if postgresql else f"sqlite:///{file}")
        return made[postgresql]

    yield mirror
    for opened in made.values():
        opened.close()


@pytest.fixture
def mirror(office: Database, mirror_of_kind: Callable[[bool], Database]) -> Database:
    """A mirror of the office's own kind."""
    return mirror_of_kind(office.is_postgresql)


@pytest.fixture
def quick_sealing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passphrases are stretched less: these tests are not about them."""
    monkeypatch.setattr(sealing, "SCRYPT_N", 1 << 10)


@pytest.fixture
def house(world: World, office: Database, mirror: Database, quick_sealing: None) -> House:
    """A gateway whose relayer is enrolled."""
    return House.build(world, office, mirror).enrol()


@pytest.fixture
def second(house: House, sqlite_office: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Another gateway on the same ledger, with its own keys and an office that knows nothing of the first one's acts."""
    file = tmp_path_factory.mktemp("second") / "office.db"
    shutil.copyfile(sqlite_office, file)
    opened = offices.open(f"sqlite:///{file}")
    yield House.build(house.world, opened, house.services.mirror, mirrored=house.services.sync).enrol()
    opened.close()
