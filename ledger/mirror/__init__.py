"""Chain state as SQL: blocks -> events -> projections. Nothing else writes a projection, and none calls back to the chain."""
