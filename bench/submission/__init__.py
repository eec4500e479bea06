"""What `scripts/bench submit` measures with: a gateway as its user starts it, the least code that does the same, and load."""
