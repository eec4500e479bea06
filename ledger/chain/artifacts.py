"""The product contracts as compiled: package data of this package, written by `python -m ledger.chain.compile`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from ledger.foreseen import Foreseen


class ArtifactMissing(Foreseen, LookupError):
    """No compiled contract of that name; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """One compiled contract.

    `bytecode` is the creation code to which ABI-encoded constructor arguments are appended; `deployed_bytecode` has zeros where
    immutables go, at the places that `immutables` lists as (start, length) in bytes.
    """

    name: str
    abi: list[dict[str, Any]]
    bytecode: bytes
    deployed_bytecode: bytes
    immutables: tuple[tuple[int, int], ...]
    storage_layout: dict[str, Any]


def names() -> list[str]:
    """The product contracts that are compiled, sorted."""
    return sorted(entry.name.removesuffix(".json") for entry in _folder().iterdir() if entry.name.endswith(".json"))


@cache
def load(name: str) -> Artifact:
    """The compiled contract `name`. Raises ArtifactMissing when there is none."""
    file = _folder() / f"{name}.json"
    if not file.is_file():
        raise ArtifactMissing(f"contract {name}: not compiled; run scripts/setup (compiled: {', '.join(names()) or 'none'})")
    return parse(name, json.loads(file.read_bytes()))


def parse(name: str, written: dict[str, Any]) -> Artifact:
    """The artifact from its JSON form."""
    return Artifact(
        name=name,
        abi=written["abi"],
        bytecode=bytes.fromhex(written["bytecode"]),
        deployed_bytecode=bytes.fromhex(written["deployedBytecode"]),
        immutables=tuple((start, length) for start, length in written["immutables"]),
        storage_layout=written["storageLayout"],
    )


def _folder() -> Traversable:
    return files("ledger.chain").joinpath("artifacts")
