"""A conveyance's text made ready to be read: folded, without party names and boilerplate, typing errors in the words that decide mended."""

import re
from functools import cache

from gateway.replay.records import Recordation
from gateway.replay.slips import one_slip

_DASHES = re.compile(r"[\u2010-\u2015\u2212]")
_SPACES = re.compile(r"\s+")
_BOILERPLATE = re.compile(r"\s*\(?SEE DOCUMENTS? FOR DETAILS\)?\.?")
_WORD = re.compile(r"[A-Z]+")
_DECIDING = (
    "ADMINISTRATIVE", "AGENCY", "AGREEMENT", "AGREEMENTS", "AMENDED", "AMENDMENT", "APPOINTMENT", "ASSIGNMENT", "ASSIGNMENTS",
    "ASSUMPTION", "CANCELATION", "CANCELLATION", "CHANGE", "COLLATERAL", "CONDITIONAL", "CORRECT", "CORRECTION", "CORRECTIVE",
    "DEBENTURE", "DISCHARGE", "FORECLOSURE", "INTERCREDITOR", "INTEREST", "INTERESTS", "MORTGAGE", "PARTIAL", "PLEDGE", "PRIORITY",
    "REASSIGNMENT", "RECEIVER", "RECONVEYANCE", "RELEASE", "RELEASED", "RELEASING", "RESIGNATION", "RESTATED", "SATISFACTION",
    "SECOND", "SECURITY", "SUBORDINATION", "SUBSTITUTION", "SUCCESSION", "SUCCESSOR", "SUPPLEMENT", "SUPPLEMENTAL", "TERMINATION",
    "TRANSFER", "WITHDRAWAL",
)  # fmt: skip
_REAL_WORDS = frozenset(
    {
        *_DECIDING,
        "AMENDMENTS", "CANCELLATIONS", "CHANGED", "CHANGES", "CHARGE", "CHARGED", "COLLATERALS", "CORRECTIONS", "CORRECTS",
        "DEBENTURES", "DESIGNATION", "DISCHARGED", "DISCHARGES", "INTERESTED", "MORTGAGED", "MORTGAGEE", "MORTGAGES", "MORTGAGOR",
        "PLEDGED", "PLEDGEE", "PLEDGER", "PLEDGES", "PLEDGOR", "REASSIGNMENTS", "RECEIVED", "RECEIVERS", "RECEIVES", "RELEASEE",
        "RELEASER", "RELEASES", "RELEASOR", "SECONDS", "SECURELY", "SECURITIES", "SUCCESSORS", "SUPPLEMENTS", "TERMINATIONS",
        "TRANSFEREE", "TRANSFEROR", "TRANSFERRED", "TRANSFERS", "UNCONDITIONAL",
    }
)  # fmt: skip
_EDGES = ' ".,;:'
_SHORT_SLIPS = {"LEIN": "LIEN", "LEINS": "LIENS", "FRIST": "FIRST", "FISRT": "FIRST"}
_SHORTEST = min(len(word) for word in _DECIDING) - 1


def plain(written: str) -> str:
    """A text in capitals with single blanks and plain dashes, without the office's boilerplate."""
    return _BOILERPLATE.sub("", _SPACES.sub(" ", _DASHES.sub("-", written.upper()))).strip()


def words(record: Recordation, text: str) -> str:
    """What of a plain text says what the document is: a party's name may have "SECURITY" or "TRUST" in it, and fingers slip."""
    return mended(_without_names(record, text)).strip(_EDGES)


def mended(text: str) -> str:
    """The text with one slip of the fingers in a deciding word undone, or its blank put back; no real word is changed into another."""
    return _WORD.sub(lambda word: _mended(word[0]), text)


def _without_names(record: Recordation, text: str) -> str:
    for party in sorted((*record.assignors, *record.assignees), key=lambda party: -len(party.name)):
        if len(party.name) > 3:
            text = text.replace(party.name, " ")
    return text


@cache
def _mended(word: str) -> str:
    if len(word) < _SHORTEST or word in _REAL_WORDS:
        return _SHORT_SLIPS.get(word, word)
    if word.endswith("OF") and word[:-2] in _REAL_WORDS:
        return f"{word[:-2]} OF"
    if word.startswith("OF") and word[2:] in _REAL_WORDS:
        return f"OF {word[2:]}"
    return next((meant for meant in _DECIDING if one_slip(word, meant)), word)
