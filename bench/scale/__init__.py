"""A ledger of any size, written into the mirror's tables in bulk, and questions asked of it."""
