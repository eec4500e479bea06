"""What the product must know of a chain's client, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.chain.headers import HeaderForm


@dataclass(frozen=True)
class Engine:
    """What the rest of the product must know of a chain's client.

    finality: blocks on top of a block before it counts as final (0: every block is).
    development_clock: its clock may be set by ledger.chain.clock.
    block_gas_limit: gas of one block. batch_gas, batch_bytes: where one transaction with a batch of acts closes.
    sender_in_flight: unmined transactions of one sender that a node takes.
    gas_price: in wei, for every transaction; with a fee market the tip on top of the base fee.
    headers: by whose rules a block's hash is that of its header's fields, and who sealed it.
    fee_market: blocks have a base fee that moves (EIP-1559), so a transaction that offered too little is replaced by one that offers more.
    """

    name: str
    finality: int
    development_clock: bool
    block_gas_limit: int
    batch_gas: int
    batch_bytes: int
    sender_in_flight: int
    headers: HeaderForm
    gas_price: int = 0
    fee_market: bool = False


BATCH_BYTES = 96 * 1024


def batch_share(block_gas_limit: int) -> int:
    """Gas of one batch of acts: 40 % of a block, so that two fit beside other traffic."""
    return block_gas_limit * 2 // 5
