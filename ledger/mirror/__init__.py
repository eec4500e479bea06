"""Chain state as SQL: blocks -> decoded events -> projections. Nothing else writes a projection, and no projection calls back to the chain."""
