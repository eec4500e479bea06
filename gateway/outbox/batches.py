"""Which acts share a transaction: pure functions over encoded acts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gateway.office.repository import ActKey
from gateway.outbox.simulate import ERC1271_GAS
from ledger.domain.acts import SignedAct, encode_act, run_data

MOST_ACTS = 200
# Around each act's own frame: the 1/64 that a call holds back, checks and signatures, copies of its bytes, spending and its event.
GAS_A_TRANSACTION = 60_000
GAS_AN_ACT = 130_000
GAS_A_SIGNER = 60_000
GAS_A_BYTE = 120
_WALLETS = 65
"""Bytes of a wallet's signature. A contract key's may be as long; if its check takes much, the act goes alone the second time."""
_AROUND_AN_ACT = len(run_data([b""]))


@dataclass(frozen=True, slots=True)
class Item:
    """An act to be packed: as it is encoded, its gas and bytes in a transaction, and whether it must go alone."""

    key: ActKey
    encoded: bytes
    gas: int
    size: int
    alone: bool


def item(key: ActKey, act: SignedAct, *, alone: bool) -> Item:
    """Measures an act. What was sent before without effect goes alone, lest it spoil others."""
    envelope, encoded = act.envelope, encode_act(act)
    size = len(encoded) + _AROUND_AN_ACT
    frame = envelope.gas + envelope.gas // 60
    asked = sum(alone or len(each) != _WALLETS for each in act.signatures)
    gas = frame + GAS_AN_ACT + GAS_A_SIGNER * len(envelope.signers) + ERC1271_GAS * asked + GAS_A_BYTE * size
    return Item(key, encoded, gas, size, alone)


def gas_of(batch: Sequence[Item]) -> int:
    """The gas that a transaction with these acts needs at most."""
    return sum(each.gas for each in batch) + GAS_A_TRANSACTION


def close(items: Sequence[Item], most_gas: int, most_bytes: int) -> Iterator[list[Item]]:
    """Batches in order; one closes before it passes a limit. An act that passes one by itself goes alone."""
    batch: list[Item] = []
    gas = size = 0
    for each in items:
        if batch and (
            each.alone or batch[-1].alone or gas + each.gas > most_gas or size + each.size > most_bytes or len(batch) == MOST_ACTS
        ):
            yield batch
            batch, gas, size = [], 0, 0
        batch.append(each)
        gas, size = gas + each.gas, size + each.size
    if batch:
        yield batch
