"""Notices of a settlement bank from what its systems print: ISO 20022 camt.054."""
