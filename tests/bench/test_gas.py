"""The gas benchmark measures real acts on a real chain, prints one object, and keeps what the register promises."""

import json
from pathlib import Path

import pytest

from bench import gas
from bench.house import ActRefused, running
from tests.bench.test_anchor import run

KEYS = ["pledge_register_1", "pledge_register_44", "pledge_register_1100", "pledge_page_max", "pledge_release_whole", "pledge_transfer"]
ADDED = ("pledge_link_first", "act_overhead_numbered")
"""Figures that are no whole transaction."""
MOST_A_TRANSACTION, MOST_AN_ACT, MOST_A_LINK = 8_000_000, 110_000, 26_000


def test_json_is_one_flat_object_within_the_limits() -> None:
    done = run("gas", "--json")
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert done.stdout.count("\n") == 1
    assert set(KEYS) <= set(figures)
    assert all(isinstance(value, int) and value > 21_000 for name, value in figures.items() if name not in ADDED)
    assert 22_100 < figures["pledge_link_first"] <= MOST_A_LINK
    assert figures["pledge_register_1"] < figures["pledge_register_44"] < figures["pledge_page_max"] < MOST_A_TRANSACTION
    assert figures["pledge_register_1100"] < 1_100 * 27_000
    for name in ("pledge_release_whole", "pledge_release_document", "pledge_transfer_document"):
        assert figures[name] <= MOST_AN_ACT, name
    _check_receivables(figures)
    # A document on ten pledges shares its signatures, ten acts their transaction.
    assert figures["pledge_release_document"] < figures["pledge_release_whole"] < figures["pledge_release_alone"]
    assert figures["pledge_transfer_document"] < figures["pledge_transfer"] < figures["pledge_transfer_alone"]


def _check_receivables(figures: dict[str, int]) -> None:
    limits = {
        "split_to_existing": 80_000,
        "split_to_new": 97_000,
        "transfer_to_existing": 59_000,
        "batch_split_50_each": 43_000,
        "batch_split_50_new_each": 60_000,
        "redeem_batch_each": 45_000,
    }
    for name, limit in limits.items():
        assert figures[name] <= limit, name
        assert figures[name] < figures[f"erc3525_{name}"], f"{name}: not cheaper than the reference"
    assert figures["act_overhead_numbered"] < figures["act_overhead_hashed"]


def test_an_act_that_is_refused_is_no_figure(tmp_path: Path) -> None:
    with running(tmp_path) as house:
        office = gas.Office(house)
        pledge = office.registered()
        assert house.run([office.release(pledge)]) > 21_000
        with pytest.raises(ActRefused, match="1 of 1 acts \\(PledgeActs\\)"):
            house.run([office.release(pledge)])
