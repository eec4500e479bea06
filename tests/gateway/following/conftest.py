"""A ledger, a gateway on it without its server, and receivers."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import make_url

from gateway.config import Settings
from gateway.signers import sealing
from ledger.mirror import database as mirrors
from ledger.mirror import sync
from ledger.mirror.database import Database
from tests.gateway.following.receiver import Receiver
from tests.gateway.outbox.world import House, World


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World.found(tmp_path_factory.mktemp("world"))
    yield made
    made.rpc.close()
    made.node.kill()


@pytest.fixture(scope="module")
def founded(world: World, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[bool], str]:
    """A mirror that has read the founding of the module's ledger, on PostgreSQL or not, to be copied."""

    @cache
    def of(is_postgresql: bool) -> str:
        file = tmp_path_factory.mktemp("founded") / "mirror.db"
        url: str = request.getfixturevalue("new_postgres")() if is_postgresql else f"sqlite:///{file}"
        with closing(mirrors.open(url)) as opened:
            sync.of(opened, world.rpc, world.manifest, finality=0, development=True).catch_up()
        return url

    return of


@pytest.fixture
def house(
    world: World,
    office: Database,
    founded: Callable[[bool], str],
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[House]:
    """A gateway that may send to this machine, with a mirror of its office's kind."""
    monkeypatch.setattr(sealing, "SCRYPT_N", 1 << 10)
    like, url = founded(office.is_postgresql), f"sqlite:///{tmp_path / 'mirror.db'}"
    if office.is_postgresql:
        url = request.getfixturevalue("make_postgres")(like)
    else:
        shutil.copyfile(str(make_url(like).database), tmp_path / "mirror.db")
    mirror = mirrors.open(url)
    made = House.build(world, office, mirror)
    made.services.settings = Settings(webhook_hosts="127.0.0.1")
    made.read()
    yield made
    mirror.close()


@pytest.fixture
def receive() -> Iterator[Callable[[], Receiver]]:
    """Makes receivers that end with the test."""
    made: list[Receiver] = []

    def make() -> Receiver:
        made.append(Receiver())
        return made[-1]

    yield make
    for each in made:
        each.close()
