"""Events out: the ledger's events as a stream, and as webhooks that a worker delivers."""
