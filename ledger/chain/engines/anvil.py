"""The embedded chain of a laptop and of quick tests: one anvil process, with a clock of its own."""

from ledger.chain.engines.description import BATCH_BYTES, Engine, batch_share

BLOCK_GAS_LIMIT = 300_000_000

ENGINE = Engine(
    name="anvil",
    finality=0,
    development_clock=True,
    block_gas_limit=BLOCK_GAS_LIMIT,
    batch_gas=batch_share(BLOCK_GAS_LIMIT),
    batch_bytes=BATCH_BYTES,
    chain_restarts_lose_blocks=True,
    block_seconds=1.0,
    sender_in_flight=10_000,
    max_logs=1_000_000,
)
