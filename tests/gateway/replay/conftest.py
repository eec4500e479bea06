import os
from pathlib import Path

import pytest

from gateway.replay.plan import Choices, Plan, make
from gateway.replay.reading import Read, read
from tests.gateway.replay.test_pledge_plan import TODAY

DATA = Path(os.environ.get("PLEDGEBOOK_DATA") or Path(__file__).parents[4] / "shared" / "data")


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real records. They aren't part of the repository; without them these tests are skipped by name."""
    if not DATA.is_dir():
        pytest.skip(f"no real records at {DATA}: name their folder with PLEDGEBOOK_DATA")
    return DATA


@pytest.fixture(scope="session")
def real(data: Path) -> Read:
    choices = Choices()
    return read(data, choices.invoice_currency, choices.spend_currency)


@pytest.fixture(scope="session")
def real_plan(real: Read) -> Plan:
    return make(real, Choices(), TODAY.replace(year=2026, month=12))
