"""The chain of a product that brings its own: the embedded one, or a network of four validators, on this machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ledger.chain import network
from ledger.chain.engines import Engine, anvil, engine
from ledger.chain.node import NodeError

NETWORK_FOLDER = "network"


@dataclass(frozen=True)
class LocalChain:
    """A chain whose nodes this process started. `urls` are their JSON-RPC addresses; `stop` ends them and keeps the data; `keep` has it
    on disk at once, where the nodes don't write each block by themselves.

    `fault` says which of them have ended by themselves, and why; None if none has.
    """

    engine: Engine
    chain_id: int
    urls: tuple[str, ...]
    stop: Callable[[], None]
    keep: Callable[[], None]
    fault: Callable[[], str | None]


def start_local(
    engine_name: str,
    directory: Path,
    *,
    genesis_time: int | None = None,
    port: int = 0,
    report: network.Report = network.silent,
) -> LocalChain:
    """Start the named engine's chain on the data in `directory`, or a new one there; ready when this returns.

    genesis_time: stamp of a new chain's first block, and port: where it listens (0: a free port); both only where the clock may be
    set. A chain with a development clock mines nothing by itself until DevelopmentClock.run. NodeError if it can't start.
    """
    if engine(engine_name).development_clock:
        return _embedded(directory, genesis_time, port)
    if genesis_time is not None or port:
        raise NodeError(f"engine {engine_name} keeps real time and its own ports: no genesis time and no port can be given")
    return _network(directory / NETWORK_FOLDER, engine_name, report)


def _embedded(directory: Path, genesis_time: int | None, port: int) -> LocalChain:
    running = anvil.start(directory, genesis_time=genesis_time, port=port)
    return LocalChain(running.engine, anvil.CHAIN_ID, (running.url,), running.stop, running.keep, running.fault)


def _network(directory: Path, engine_name: str, report: network.Report) -> LocalChain:
    running = network.open_network(directory, engine_name, report=report)
    return LocalChain(running.engine, running.chain_id, running.urls, running.stop, _nothing, running.fault)


def _nothing() -> None:
    """A network's nodes write each block."""
