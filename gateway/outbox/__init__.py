"""From an accepted act to its one effect on the chain: states, lanes, sending and settling."""
