"""The chains we run on, each behind one description. Nothing outside this folder knows an engine by name."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, cast

from ledger.chain.engines import anvil, besu, kaia
from ledger.chain.engines.description import Engine
from ledger.foreseen import Foreseen

__all__ = ["Engine", "UnknownEngine", "Validators", "engine", "validators_of"]

_KNOWN = {each.name: each for each in (anvil.ENGINE, besu.ENGINE, kaia.ENGINE)}


class UnknownEngine(Foreseen, ValueError):
    """No such engine, or none that can be started here."""


def engine(name: str) -> Engine:
    """The engine that a setting names. Raises UnknownEngine with the known ones."""
    if name not in _KNOWN:
        raise UnknownEngine(f"engine: {name!r} is not known; use one of {', '.join(sorted(_KNOWN))}")
    return _KNOWN[name]


class Validators(Protocol):
    """What ledger.chain.network asks of an engine's module to run validators on this machine."""

    ENGINE: Engine
    CHAIN_ID: int

    def prepare(self, folders: Sequence[Path], ports: Sequence[tuple[int, int]], chain_id: int, report: Callable[[str], None]) -> list[str]:
        """Write a new network's files, one folder and pair of ports (peers, clients) a validator; their addresses."""

    def command(self, folder: Path, p2p: int, rpc: int, chain_id: int) -> list[str]:
        """The command line of one validator."""

    def environment(self, folder: Path) -> dict[str, str]:
        """Its whole environment."""


def validators_of(name: str) -> Validators:
    """How to run validators of the named engine here. Raises UnknownEngine if that one has none that we can start."""
    if engine(name) is not kaia.ENGINE:
        raise UnknownEngine(f"engine: {name!r} can't be started as a network from here; use {kaia.ENGINE.name}")
    return cast(Validators, importlib.import_module("ledger.chain.engines.kaia.validators"))
