"""The parts of the pledge register run on PledgeRegistry's storage, so all lay it out alike, and each function stands in one of them."""

import pytest
from eth_hash.auto import keccak

from ledger.chain import artifacts
from ledger.chain.bindings import PARTS
from ledger.chain.calls import function_selector
from ledger.domain.act_types import KINDS

STATELESS = "PledgeHasher"
WITHIN = "changePledges"
WITH_STORAGE = [part for part in PARTS if part != STATELESS]


def places(contract: str) -> list[tuple[str, str, int, str]]:
    """(variable, slot, offset, type) of a contract's storage."""
    layout = artifacts.load(contract).storage_layout["storage"]
    return [(each["label"], each["slot"], each["offset"], each["type"]) for each in layout]


def functions(contract: str) -> list[str]:
    """Names of a contract's functions."""
    return [entry["name"] for entry in artifacts.load(contract).abi if entry["type"] == "function"]


def test_the_register_has_storage() -> None:
    names = {label for label, *_ in places("PledgeRegistry")}
    assert {"book", "pledges", "segments", "assets", "ended", "counts_", "lastKeys", "aliases", "holds_", "anchors_"} <= names


@pytest.mark.parametrize("part", WITH_STORAGE)
def test_code_that_runs_on_the_register_lays_its_storage_out_alike(part: str) -> None:
    assert places(part) == places("PledgeRegistry")


def test_the_hasher_has_no_storage() -> None:
    assert places(STATELESS) == []


def test_each_function_of_the_parts_stands_in_one_of_them_and_not_at_the_register() -> None:
    of_parts = [name for part in PARTS for name in functions(part)]
    assert len(set(of_parts)) == len(of_parts)
    assert not set(of_parts) & set(functions("PledgeRegistry"))


def test_no_selector_of_a_part_hides_behind_a_view_of_the_register() -> None:
    views = {
        keccak(f"{entry['name']}({','.join(each['type'] for each in entry['inputs'])})".encode())[:4]
        for entry in artifacts.load("PledgeRegistry").abi
        if entry["type"] == "function" and not any("tuple" in each["type"] for each in entry["inputs"])
    }
    assert len(views) > 10
    for part in PARTS:
        for name in functions(part):
            assert function_selector(part, name) not in views, name


def test_every_kind_of_pledge_act_is_a_function_of_a_part() -> None:
    of_parts = {name for part in PARTS for name in functions(part)}
    kinds = [kind for kind in KINDS if kind.contract == "PledgeRegistry"]
    assert {kind.function for kind in kinds} <= of_parts
    assert of_parts - {kind.function for kind in kinds} == {*functions(STATELESS), WITHIN}
