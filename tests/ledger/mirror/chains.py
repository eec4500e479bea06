"""Recorded chains for tests: blocks whose logs are encoded by eth-abi from the contracts' ABI, and forks of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from typing import Any, TypeAlias

from eth_abi.abi import encode
from eth_hash.auto import keccak

from ledger.chain import artifacts
from ledger.chain.blocks import Block, Log, RecordedSource
from ledger.chain.decode import EventTable, canonical
from ledger.mirror.concepts import contracts, event_table
from ledger.mirror.sync import Identity

START = 5
"""The block of the deployment in recorded chains."""

IDENTITY = Identity(chain_id=31_337, ledger_id=b"L" * 32, start=START)
GENESIS_TIME = 1_500_000_000

Told: TypeAlias = tuple[str, str, Mapping[str, Any]]
"""An event to emit: contract (one of many as Name@which), event, values by name."""

CONTRACTS = contracts()


def address_of(contract: str) -> bytes:
    """The address of a contract in recorded chains."""
    return sha256(contract.encode()).digest()[:20]


@cache
def table() -> EventTable:
    """The events of every contract that a fold reads, at the addresses of recorded chains."""
    return event_table({name: address_of(name) for name in CONTRACTS})


_ABI = {(name, entry["name"]): entry for name in CONTRACTS for entry in artifacts.load(name).abi if entry["type"] == "event"}


def encoded(told: Told) -> tuple[tuple[bytes, ...], bytes]:
    """Topics and data of an event. Raises KeyError for a value that is missing."""
    contract, event, values = told
    inputs = _ABI[contract.partition("@")[0], event]["inputs"]
    unknown = set(values) - {one["name"] for one in inputs}
    assert not unknown, f"{event} has no {unknown}"
    signature = keccak(f"{event}({','.join(map(canonical, inputs))})".encode())
    topics = [encode([canonical(one)], [values[one["name"]]]) for one in inputs if one["indexed"]]
    plain = [one for one in inputs if not one["indexed"]]
    return (signature, *topics), encode([canonical(one) for one in plain], [values[one["name"]] for one in plain])


@dataclass
class Chain:
    """A growing chain. Each list given to `mine` is one transaction's events; `salt` makes forks differ."""

    blocks: list[Block] = field(default_factory=list)
    salt: int = 0

    def mine(self, *transactions: Sequence[Told], seconds: int = 1) -> Block:
        """Appends a block with these transactions."""
        number = START + len(self.blocks)
        parent = self.blocks[-1].hash if self.blocks else sha256(b"genesis").digest()
        logs = tuple(_logs(transactions))
        block_hash = sha256(repr((number, parent, self.salt, logs)).encode()).digest()
        hashes = tuple(sha256(block_hash + bytes([at])).digest() for at in range(len(transactions)))
        time = (self.blocks[-1].time if self.blocks else GENESIS_TIME) + seconds
        block = Block(number, block_hash, parent, time, hashes, logs)
        self.blocks.append(block)
        return block

    def fork(self, kept: int) -> "Chain":
        """A chain with the same first `kept` blocks, whose next blocks have other hashes."""
        return Chain(self.blocks[:kept], self.salt + 1)

    def source(self) -> RecordedSource:
        return RecordedSource(self.blocks)


def _logs(transactions: Iterable[Sequence[Told]]) -> Iterable[Log]:
    index = 0
    for at, told_events in enumerate(transactions):
        for told in told_events:
            topics, data = encoded(told)
            yield Log(index, at, address_of(told[0]), topics, data)
            # ERC events lie between the ledger's own, so indices have gaps.
            index += 2
