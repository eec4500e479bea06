"""All that knows the chain: nodes, engines, contracts, blocks."""
