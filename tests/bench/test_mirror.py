"""The benchmark of the mirror at a small count: floor and mirror hold the same rows in both databases, and one object is printed."""

import json
from pathlib import Path

import pytest

from bench.mirroring.growth import Point, curve
from tests.bench.test_anchor import run

pytestmark = pytest.mark.long

PEERS = {"ponder_per_s", "squid_per_s", "sqlite_of_ponder", "postgres_of_ponder", "sqlite_of_squid", "postgres_of_squid"}
RATES = {"floor_fetch_per_s", "floor_per_s", "floor_sqlite_per_s", "floor_postgres_per_s", "sqlite_per_s", "postgres_per_s"}
WAITS = {"live_p95_ms", "live_polling_p95_ms", "readers_1000_live_p95_ms", "restart_first_row_s"}


def test_json_is_one_flat_object_and_the_peers_are_none_where_they_are_not_asked_for() -> None:
    # Who stored other rows than the mirror's first run ends the benchmark with RowsDiffer.
    done = run("mirror", "--json", "--count", "600", "--turns", "1", "--blocks", "3", "--readers", "10", "--peers")
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert set(figures) >= PEERS | RATES | WAITS and done.stdout.count("\n") == 1
    assert all(figures[name] is None for name in PEERS)
    assert all(figures[name] > 0 for name in RATES | WAITS)
    assert figures["events"] >= 600
    assert figures["floor_per_s"] == max(figures["floor_sqlite_per_s"], figures["floor_postgres_per_s"])
    assert "which is not measured" in done.stderr


def test_growth_repeats_a_life_under_other_numbers(tmp_path: Path) -> None:
    done = run("mirror", "--json", "--growth", "--most", "10000", "--to", str(tmp_path))
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert figures["events"] >= 10_000 and figures["growth_ratio"] == 1
    header, first = (tmp_path / "mirror-growth.csv").read_text().splitlines()
    assert header == ",".join(Point._fields) and int(first.split(",")[0]) == figures["events"]


def test_the_curve_has_a_corner_for_each_point() -> None:
    drawn = curve([Point(10_000, 40.0, 50.0, 1, 1), Point(100_000, 41.0, 50.0, 1, 1), Point(1_000_000, 42.0, 50.0, 1, 1)])
    assert drawn.startswith("<svg") and drawn.count(",") > 3
    corners = drawn.split('points="')[1].split('"')[0].split()
    assert len(corners) == 3 and corners == sorted(corners, key=lambda corner: float(corner.split(",")[0]))
