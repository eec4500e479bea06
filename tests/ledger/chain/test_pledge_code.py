"""PledgeIntake and PledgeLife run on PledgeRegistry's storage, so all three must lay it out alike."""

import pytest

from ledger.chain import artifacts


def places(contract: str) -> list[tuple[str, str, int, str]]:
    """(variable, slot, offset, type) of a contract's storage."""
    layout = artifacts.load(contract).storage_layout["storage"]
    return [(each["label"], each["slot"], each["offset"], each["type"]) for each in layout]


def test_the_register_has_storage() -> None:
    assert [label for label, *_ in places("PledgeRegistry")] == ["pledges", "segments", "assets", "ended", "counts_", "lastKeys"]


@pytest.mark.parametrize("code", ["PledgeIntake", "PledgeLife"])
def test_code_that_runs_on_the_register_lays_its_storage_out_alike(code: str) -> None:
    assert places(code) == places("PledgeRegistry")
