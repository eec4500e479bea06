"""The chains we run on, each behind one description. Nothing outside this folder knows an engine by name."""

from ledger.chain.engines import anvil, besu, kaia
from ledger.chain.engines.description import Engine

__all__ = ["Engine", "engine"]

_KNOWN = {each.name: each for each in (anvil.ENGINE, besu.ENGINE, kaia.ENGINE)}


def engine(name: str) -> Engine:
    """The engine that a setting names; ValueError lists the known ones."""
    if name not in _KNOWN:
        raise ValueError(f"engine: {name!r} is not known; use one of {', '.join(sorted(_KNOWN))}")
    return _KNOWN[name]
