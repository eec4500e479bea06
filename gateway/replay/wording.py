"""A conveyance's text made ready to be read: folded, without party names and boilerplate, typing errors in the words that decide mended."""

import re
from functools import cache

from gateway.replay.records import Recordation

_SPACES = re.compile(r"\s+")
_BOILERPLATE = re.compile(r"\s*\(?SEE DOCUMENTS? FOR DETAILS\)?\.?")
_WORD = re.compile(r"[A-Z]+")
_DECIDING = (
    "AGREEMENT", "AGREEMENTS", "AMENDED", "AMENDMENT", "ASSIGNMENT", "ASSIGNMENTS", "COLLATERAL", "CONDITIONAL", "CORRECTION", "CORRECTIVE",
    "DEBENTURE", "DISCHARGE", "INTEREST", "INTERESTS", "MORTGAGE", "RELEASE", "RELEASED", "RESIGNATION", "RESTATED", "SATISFACTION",
    "SECURITY", "SUBORDINATION", "SUCCESSION", "SUCCESSOR", "SUPPLEMENT", "SUPPLEMENTAL", "TERMINATION", "TRANSFER",
)  # fmt: skip
_REAL_WORDS = frozenset(
    {
        *_DECIDING, "AGREEMENTS", "AMENDMENTS", "ASSIGNMENTS", "CORRECTIONS", "DESIGNATION", "DISCHARGED", "DISCHARGES", "INTERESTED",
        "MORTGAGED", "MORTGAGEE", "MORTGAGES", "MORTGAGOR", "RELEASEE", "RELEASES", "RELEASOR", "SUCCESSORS", "SUPPLEMENTS", "TERMINATIONS",
        "TRANSFERS", "UNCONDITIONAL", "DEBENTURES", "COLLATERALS", "TRANSFERRED", "TRANSFEROR", "TRANSFEREE",
    }
)  # fmt: skip
_SHORTEST = min(len(word) for word in _DECIDING) - 1


def plain(written: str) -> str:
    """A text in capitals with single blanks and without the office's boilerplate."""
    return _BOILERPLATE.sub("", _SPACES.sub(" ", written.upper())).strip()


def words(record: Recordation, text: str) -> str:
    """What of a plain text says what the document is: a party's name may have "SECURITY" or "TRUST" in it, and fingers slip."""
    return mended(_without_names(record, text))


def mended(text: str) -> str:
    """The text with one slip of the fingers in a deciding word undone; a real word is never changed into another."""
    return _WORD.sub(lambda word: _mended(word[0]), text)


def _without_names(record: Recordation, text: str) -> str:
    for party in sorted((*record.assignors, *record.assignees), key=lambda party: -len(party.name)):
        if len(party.name) > 3:
            text = text.replace(party.name, " ")
    return text


@cache
def _mended(word: str) -> str:
    if len(word) < _SHORTEST or word in _REAL_WORDS:
        return word
    return next((meant for meant in _DECIDING if one_slip(word, meant)), word)


def one_slip(one: str, other: str) -> bool:
    """Whether two words differ by one letter left out, put in, changed, or two neighbours exchanged."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    a, b = one[start:], other[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (len(a) > 1 and len(b) > 1 and a[:2] == b[1::-1] and a[2:] == b[2:])
