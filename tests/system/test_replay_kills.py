"""A replay killed at any moment and started again ends where one ends that nobody killed; a second run does nothing twice."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil
import pytest

from ledger.faults import VARIABLE
from tests.system.records import rich_folder

PROGRAM = str(Path(sys.executable).with_name("pledgebook"))
SECONDS = 240
MOST_KILLS = 6
SEED = int(os.environ.get("PLEDGEBOOK_SEED", "0")) or time.time_ns() % 1_000_000


def start(home: Path, data: Path, fault: str | None = None) -> "subprocess.Popen[str]":
    environment = {**os.environ, "PLEDGEBOOK_HOME": str(home), "COLUMNS": "80"}
    if fault is not None:
        environment[VARIABLE] = fault
    command = [PROGRAM, "replay", "--data", str(data)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def finished(home: Path, data: Path) -> str:
    """What a run that nobody kills prints. It must end well."""
    with start(home, data) as running:
        output, _ = running.communicate(timeout=SECONDS)
    assert running.returncode == 0, output
    return output


def reconciliation(home: Path) -> Mapping[str, Any]:
    """All that is kept but the times it took, which differ."""
    kept: dict[str, Any] = json.loads((home / "reconciliation.json").read_text())
    return {name: value for name, value in kept.items() if name != "seconds"}


def effects(home: Path) -> Mapping[str, int]:
    """How many rows of each kind the mirror holds of what acts did, and how many acts the office knows: more of one is a double effect."""
    tables = {"mirror.db": ("act", "receivable", "token", "pledge", "segment", "note", "member"), "office.db": ("act",)}
    found = {}
    for file, names in tables.items():
        with sqlite3.connect(f"file:{home / file}?mode=ro", uri=True) as conn:
            counts = {name: conn.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}
        found.update({f"{file}/{name}": count for name, count in counts.items()})
    return found


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rich_folder(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def undisturbed(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("undisturbed") / "ledger"
    finished(home, data)
    return home


def test_a_second_run_does_nothing_twice_and_is_quick(undisturbed: Path, data: Path) -> None:
    first, done = reconciliation(undisturbed), effects(undisturbed)
    began = time.monotonic()
    finished(undisturbed, data)
    assert time.monotonic() - began < 30
    assert reconciliation(undisturbed) == first and first["holds"] is True
    assert effects(undisturbed) == done


@pytest.mark.parametrize("fault", ["replay.stamp", "replay.stamp:6", "replay.wave", "replay.wave:4"])
def test_killed_between_two_steps(undisturbed: Path, data: Path, tmp_path: Path, fault: str) -> None:
    home = tmp_path / "ledger"
    with start(home, data, fault) as running:
        output, _ = running.communicate(timeout=SECONDS)
    assert running.returncode == -signal.SIGKILL, output
    finished(home, data)
    assert reconciliation(home) == reconciliation(undisturbed)
    assert effects(home) == effects(undisturbed)


@pytest.mark.parametrize("life", range(2))
def test_killed_at_random_moments(undisturbed: Path, data: Path, tmp_path: Path, life: int) -> None:
    home, chance = tmp_path / "ledger", random.Random(f"{SEED}/{life}")
    kills = []
    for _ in range(MOST_KILLS):
        with start(home, data) as running:
            kills.append(chance.uniform(1.0, 12.0))
            try:
                running.communicate(timeout=kills[-1])
                break
            except subprocess.TimeoutExpired:
                running.kill()
    output = finished(home, data)
    told = f"PLEDGEBOOK_SEED={SEED}, life {life}, kills after {kills} s\n{output}"
    assert reconciliation(home) == reconciliation(undisturbed), told
    assert effects(home) == effects(undisturbed), told


def test_a_node_killed_without_writing_its_state_is_said(data: Path, tmp_path: Path) -> None:
    home = tmp_path / "ledger"
    with start(home, data) as running:
        until = time.monotonic() + SECONDS
        while not has_begun(home) and time.monotonic() < until:
            time.sleep(0.1)
        for node in psutil.Process(running.pid).children(recursive=True):
            node.kill()
        running.kill()
    with start(home, data) as again:
        output, _ = again.communicate(timeout=SECONDS)
    assert again.returncode == 1 and "--fresh" in output.splitlines()[-1], output


def has_begun(home: Path) -> bool:
    """Whether the first stamp of a replay is behind it."""
    journal = home / "replay.json"
    return journal.exists() and json.loads(journal.read_text())["stamp"] > 0
