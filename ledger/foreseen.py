"""Errors that are foreseen: their text is one line that tells a person what is wrong and what to do."""


class Foreseen(Exception):
    """What a person did, a machine lacks or a node answers; commands print its text and end, no stack is shown."""
