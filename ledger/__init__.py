"""All that knows the chain: contracts, mirror and proofs."""
