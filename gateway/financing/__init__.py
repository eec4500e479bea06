"""Acts on purchases of receivables, loans, guarantees, courts' holds and cash from words: drafts ready to be signed."""
