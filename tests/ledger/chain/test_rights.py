"""Every function of every contract that changes state has its row in the matrix of rights (tests/contracts/Rights*.t.sol)."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ledger.chain import artifacts
from ledger.chain.bindings import PARTS

CONTRACTS = Path(__file__).parents[2] / "contracts"
TABLE = "\n".join(file.read_text() for file in sorted(CONTRACTS.glob("Rights*.t.sol")))


def _type(component: Mapping[str, Any]) -> str:
    type_: str = component["type"]
    if not type_.startswith("tuple"):
        return type_
    return f"({','.join(map(_type, component['components']))}){type_.removeprefix('tuple')}"


def _changing(contract: str) -> list[tuple[str, str]]:
    """(name, signature) of its functions that change state."""
    entries = (each for each in artifacts.load(contract).abi if each["type"] == "function")
    changing = (each for each in entries if each["stateMutability"] not in ("view", "pure"))
    return [(each["name"], f"{each['name']}({','.join(map(_type, each['inputs']))})") for each in changing]


def _places(contract: str) -> tuple[str, ...]:
    """Where its functions can be called: a part's also at the contract that runs its code as its own."""
    return (contract, PARTS[contract]) if contract in PARTS else (contract,)


def test_every_function_that_changes_state_has_a_row() -> None:
    rows = re.findall(r'"([A-Z]\w+\.\w+(?:\([\w,]+\))?)"', TABLE)
    assert len(set(rows)) == len(rows)
    functions = [
        (f"{place}.{name}", f"{place}.{signature}")
        for contract in artifacts.names()
        for name, signature in _changing(contract)
        for place in _places(contract)
    ]
    # Functions that share their name are listed by signature.
    names = [name for name, _ in functions]
    assert set(rows) == {signature if signature in rows or names.count(name) > 1 else name for name, signature in functions}
