"""Reads of the mirror. Each takes a connection of `Database.read` (one snapshot) and answers rows of ledger.mirror.models.

`at` is a position: rows as they stood just after its event; None is now. Pages go on from a cursor, never from an offset.
"""
