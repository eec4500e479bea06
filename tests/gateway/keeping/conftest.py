"""A ledger on which debts fall due, and two gateways on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.office import database as offices
from gateway.signers import sealing
from ledger.mirror import database as mirrors
from ledger.mirror.database import Database
from tests.gateway.keeping import dues
from tests.gateway.keeping.dues import Watch
from tests.ledger.ledgers import Ledger


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    monkeypatch.setattr(sealing, "SCRYPT_N", 1 << 10)
    with dues.running(tmp_path / "ledger") as one:
        yield one


@pytest.fixture
def watch(request: pytest.FixtureRequest, ledger: Ledger, office: Database, tmp_path: Path) -> Iterator[Watch]:
    """A gateway with a mirror of its office's kind."""
    url = request.getfixturevalue("new_postgres")() if office.is_postgresql else f"sqlite:///{tmp_path / 'mirror.db'}"
    mirror = mirrors.open(url)
    yield Watch.over(ledger, office, mirror)
    mirror.close()


@pytest.fixture
def another(ledger: Ledger, tmp_path: Path) -> Iterator[Watch]:
    """A second gateway on the same chain, with databases of its own."""
    office, mirror = offices.open(f"sqlite:///{tmp_path / 'office2.db'}"), mirrors.open(f"sqlite:///{tmp_path / 'mirror2.db'}")
    yield Watch.over(ledger, office, mirror)
    office.close()
    mirror.close()
