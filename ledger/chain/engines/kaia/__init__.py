"""Kaia with Istanbul BFT: the network of validators that our system tests run."""

from ledger.chain.engines.description import BATCH_BYTES, Engine

ENGINE = Engine(
    name="kaia",
    finality=0,
    development_clock=False,
    block_gas_limit=300_000_000,
    batch_gas=30_000_000,
    batch_bytes=BATCH_BYTES,
    chain_restarts_lose_blocks=False,
    block_seconds=1.0,
    sender_in_flight=10_000,
    max_logs=10_000,
)
