"""What faces people and programs: HTTP API, submission, signing, content, command line. Knows the chain through `ledger` only."""
