"""Killed at any point of a write, the mirror goes on at its next start without loss or repeat."""

import os
import signal
import subprocess
import sys

import pytest

from ledger import faults
from ledger.mirror import database
from ledger.mirror.concepts import FOLDS
from ledger.mirror.verify import verify
from tests.ledger.mirror.chains import table
from tests.ledger.mirror.killed import play

POINTS = ["advanced", "raw", "closed", "written", "committed", "committed:4", "undone", "undone:2", "folding"]
SEED = 7


def _run(url: str, point: str) -> int:
    command = [sys.executable, "-m", "tests.ledger.mirror.killed", url, str(SEED)]
    return subprocess.run(command, env={**os.environ, faults.VARIABLE: f"mirror.{point}"}, check=False, timeout=60).returncode


@pytest.mark.parametrize("point", POINTS)
def test_killed_in_a_write_and_started_again(database_url: str, point: str) -> None:
    assert _run(database_url, point) == -signal.SIGKILL
    source = play(database_url, SEED)
    opened = database.open(database_url)
    report = verify(opened, table(), FOLDS, source=source)
    opened.close()
    assert report.height == source.head()
    assert report.equal, [check for check in report.tables if not check.equal]
    assert sum(check.rows for check in report.tables) > 100


def test_an_unnamed_point_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(faults.VARIABLE, "mirror.other")
    faults.point("mirror.written")
    monkeypatch.delenv(faults.VARIABLE)
    faults.point("mirror.written")
