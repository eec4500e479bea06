"""What `scripts/bench mirror` runs: a chain to mirror, a hand-written floor, other indexers, and how long a new block takes."""
