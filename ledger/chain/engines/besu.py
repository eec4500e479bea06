"""Hyperledger Besu with QBFT, as data.

Besu can't be installed from the package registries, so none of our tests starts it: the figures are those that a real
network of four validators answered, and a network of members has to be tried out before it is relied on.
"""

from ledger.chain.engines.description import BATCH_BYTES, Engine, batch_share
from ledger.chain.headers import HeaderForm

BLOCK_GAS_LIMIT = 200_000_000

ENGINE = Engine(
    name="besu",
    finality=0,
    development_clock=False,
    block_gas_limit=BLOCK_GAS_LIMIT,
    batch_gas=batch_share(BLOCK_GAS_LIMIT),
    batch_bytes=BATCH_BYTES,
    sender_in_flight=200,
    headers=HeaderForm.QBFT,
)
