"""Acts on receivables from words: drafts ready to be signed."""
