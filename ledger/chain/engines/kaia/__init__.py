"""Kaia with Istanbul BFT: the network of validators that our system tests run."""

from ledger.chain.engines.description import BATCH_BYTES, Engine
from ledger.chain.headers import HeaderForm

# The client has no gas limit for a block; this is what fits into its 250 ms of making one.
BLOCK_GAS_LIMIT = 300_000_000

# A transaction may use 150 million units of the client's own computation cost, which simulation does not check.
BATCH_GAS = 10_000_000

ENGINE = Engine(
    name="kaia",
    finality=0,
    development_clock=False,
    block_gas_limit=BLOCK_GAS_LIMIT,
    batch_gas=BATCH_GAS,
    batch_bytes=BATCH_BYTES,
    sender_in_flight=10_000,
    headers=HeaderForm.KAIA,
)
