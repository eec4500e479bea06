"""Typed bindings from the contracts' ABI: writes ledger/domain/act_types.py.

A kind of act is an external function whose only input is a struct named `body`. Acts of the pledge register stand in the parts whose code
it runs as its own (contracts/PledgeRegistry.sol), and are reached at the register. `python -m ledger.chain.bindings` writes the module,
`--check` exits 1 when the committed one differs from the ABI.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eth_hash.auto import keccak

from ledger.chain import artifacts

TARGET = Path(__file__).resolve().parents[1] / "domain" / "act_types.py"

PARTS = {
    "PledgeIntake": "PledgeRegistry",
    "PledgeRecording": "PledgeRegistry",
    "PledgeDecision": "PledgeRegistry",
    "PledgeLife": "PledgeRegistry",
    "PledgeChanges": "PledgeRegistry",
    "PledgeSequels": "PledgeRegistry",
    "PledgeOffice": "PledgeRegistry",
    "PledgeRectification": "PledgeRegistry",
    "PledgeAnchors": "PledgeRegistry",
    "PledgeHasher": "PledgeRegistry",
}
"""Contracts whose functions are reached at another one, which runs their code on its own storage."""

_HEADER = '''"""Bodies of signed acts, generated from the contracts' ABI by `python -m ledger.chain.bindings`; not edited by hand.

Addresses and bytesN are bytes, lists are tuples. Field meanings and units stand at the structs in contracts/interfaces/.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of act: its body's struct, the contract and function that it runs, and that function's selector."""

    name: str
    contract: str
    function: str
    selector: bytes
'''


@dataclass(slots=True)
class Bindings:
    """What the ABI says: kinds (struct, contract, function, selector as hex) and the members of every struct that they reach."""

    kinds: list[tuple[str, str, str, str]] = field(default_factory=list)
    structs: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)


def read(abis: Mapping[str, Sequence[Mapping[str, Any]]]) -> Bindings:
    """The bindings of contracts by name. Raises ValueError when one struct name has two shapes or one kind two targets."""
    found = Bindings()
    for contract in sorted(abis):
        for entry in filter(_is_kind, abis[contract]):
            _add_kind(found, PARTS.get(contract, contract), entry)
    found.kinds.sort()
    return found


def _is_kind(entry: Mapping[str, Any]) -> bool:
    inputs = entry.get("inputs", ())
    return (
        entry["type"] == "function"
        and entry["stateMutability"] == "nonpayable"
        and len(inputs) == 1
        and inputs[0]["name"] == "body"
        and inputs[0]["type"] == "tuple"
    )


def _add_kind(found: Bindings, contract: str, entry: Mapping[str, Any]) -> None:
    body = entry["inputs"][0]
    name = _struct_name(body)
    if any(kind[0] == name for kind in found.kinds):
        raise ValueError(f"act {name}: has two targets, {contract}.{entry['name']} is the second")
    _add_struct(found, body)
    selector = keccak(f"{entry['name']}({_canonical(body)})".encode())[:4]
    found.kinds.append((name, contract, entry["name"], selector.hex()))


def _add_struct(found: Bindings, component: Mapping[str, Any]) -> None:
    name = _struct_name(component)
    for member in component["components"]:
        if member["type"].startswith("tuple"):
            _add_struct(found, member)
    members = tuple((member["name"], _eip712_type(member)) for member in component["components"])
    if found.structs.setdefault(name, members) != members:
        raise ValueError(f"struct {name}: has two shapes in the ABI")


def _struct_name(component: Mapping[str, Any]) -> str:
    internal: str = component["internalType"]
    return internal.removeprefix("struct ").split("[", 1)[0].rsplit(".", 1)[-1]


def _eip712_type(component: Mapping[str, Any]) -> str:
    type_: str = component["type"]
    return _struct_name(component) + type_.removeprefix("tuple") if type_.startswith("tuple") else type_


def _canonical(component: Mapping[str, Any]) -> str:
    type_: str = component["type"]
    if not type_.startswith("tuple"):
        return type_
    return f"({','.join(map(_canonical, component['components']))}){type_.removeprefix('tuple')}"


def render(bindings: Bindings) -> str:
    """The text of ledger/domain/act_types.py; structs stand before those that use them."""
    classes = "".join(_class(name, members) for name, members in bindings.structs.items())
    structs = "".join(_struct_entry(name, members) for name, members in sorted(bindings.structs.items()))
    kinds = "".join(
        f'    Kind("{name}", "{contract}", "{function}", bytes.fromhex("{selector}")),\n'
        for name, contract, function, selector in bindings.kinds
    )
    table = f"\n\nSTRUCTS: dict[str, tuple[tuple[str, str], ...]] = {{\n{structs}}}\n"
    return f"{_HEADER}{classes}{table}\nKINDS: tuple[Kind, ...] = (\n{kinds})\n"


def _class(name: str, members: Sequence[tuple[str, str]]) -> str:
    listed = "".join(f"    {member}: {_python_type(type_)}\n" for member, type_ in members)
    return f'\n\n@dataclass(frozen=True, slots=True)\nclass {name}:\n    """Solidity struct {name}."""\n\n{listed}'


def _struct_entry(name: str, members: Sequence[tuple[str, str]]) -> str:
    listed = "".join(f'        ("{member}", "{type_}"),\n' for member, type_ in members)
    return f'    "{name}": (\n{listed}    ),\n'


def _python_type(type_: str) -> str:
    if type_.endswith("]"):
        return f"tuple[{_python_type(type_[: type_.rindex('[')])}, ...]"
    if type_ == "address" or type_.startswith("bytes"):
        return "bytes"
    if type_ in ("bool", "string"):
        return {"bool": "bool", "string": "str"}[type_]
    return "int" if "int" in type_ else type_


def generate() -> str:
    """The bindings module of the built artifacts."""
    return render(read({name: artifacts.load(name).abi for name in artifacts.names()}))


def main(arguments: Sequence[str]) -> int:
    """Writes the module, or with --check compares it."""
    text = generate()
    if "--check" not in arguments:
        TARGET.write_text(text)
        return 0
    if TARGET.read_text() == text:
        return 0
    print("ledger/domain/act_types.py: differs from the ABI; run python -m ledger.chain.bindings", file=sys.stderr)
    return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
