"""The gas benchmark measures real acts on a real chain, prints one object, and keeps what the register promises."""

import json
from pathlib import Path

import pytest

from bench import gas, pledge_house
from bench.pledge_house import ActRefused
from tests.bench.test_anchor import run

KEYS = ["pledge_register_1", "pledge_register_44", "pledge_register_1100", "pledge_page_max", "pledge_release_whole", "pledge_transfer"]
MOST_A_TRANSACTION, MOST_AN_ACT, MOST_A_LINK = 8_000_000, 110_000, 26_000


def test_json_is_one_flat_object_within_the_limits() -> None:
    done = run("gas", "--json")
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert done.stdout.count("\n") == 1
    assert set(KEYS) <= set(figures)
    assert all(isinstance(value, int) and value > 21_000 for name, value in figures.items() if name != "pledge_link_first")
    assert 22_100 < figures["pledge_link_first"] <= MOST_A_LINK
    assert figures["pledge_register_1"] < figures["pledge_register_44"] < figures["pledge_page_max"] < MOST_A_TRANSACTION
    assert figures["pledge_register_1100"] < 1_100 * 27_000
    for name in ("pledge_release_whole", "pledge_release_document", "pledge_transfer_document"):
        assert figures[name] <= MOST_AN_ACT, name
    # A document on ten pledges shares its signatures, ten acts their transaction.
    assert figures["pledge_release_document"] < figures["pledge_release_whole"] < figures["pledge_release_alone"]
    assert figures["pledge_transfer_document"] < figures["pledge_transfer"] < figures["pledge_transfer_alone"]


def test_an_act_that_is_refused_is_no_figure(tmp_path: Path) -> None:
    with pledge_house.running(tmp_path) as house:
        office = gas.Office(house)
        pledge = office.registered()
        assert house.run([office.release(pledge)]) > 21_000
        with pytest.raises(ActRefused, match="1 of 1 acts \\(PledgeActs\\)"):
            house.run([office.release(pledge)])
