"""All that knows the chain: contracts, mirror and proofs."""

import os

# eth-hash takes the first library that it finds, which is ten times slower than the one that we install for it.
os.environ.setdefault("ETH_HASH_BACKEND", "pysha3")
