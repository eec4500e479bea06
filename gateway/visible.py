"""Texts of others as they may be shown: names and titles on the ledger are anybody's."""

_STEERS = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)], "\N{REPLACEMENT CHARACTER}")
"""What steers a terminal, or turns the direction of writing of what stands beside it."""


def visible(text: str) -> str:
    """A text with nothing in it that a terminal obeys or that turns its surroundings round."""
    return text.translate(_STEERS)
