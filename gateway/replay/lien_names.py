"""How a text names the lien or loan that it secures, and which supplement of an agreement it says it is. Pure."""

import re

_FACILITIES = {
    "FIRST LIEN": re.compile(r"\bFIRST[\s-]+LIEN\b|\b1ST[\s-]+LIEN\b|\bFIRST[\s-]+PRIORITY\b|\b1L\b"),
    "SECOND LIEN": re.compile(r"\bSECOND[\s-]+LIEN\b|\b2ND[\s-]+LIEN\b|\bSECOND[\s-]+PRIORITY\b|\bJUNIOR[\s-]+LIEN\b|\b2L\b"),
    "THIRD LIEN": re.compile(r"\bTHIRD[\s-]+LIEN\b|\b3RD[\s-]+LIEN\b"),
    "SENIOR LIEN": re.compile(r"\bSENIOR[\s-]+(?:SECURED|LIEN)\b"),
    "SUPER PRIORITY": re.compile(r"\bSUPER[\s-]?PRIORITY\b"),
    "ABL": re.compile(r"\bABL\b|\bASSET[\s-]BASED\b"),
    "TERM LOAN": re.compile(r"\bTERM[\s-]+(?:LOANS?|FACILITY|LENDERS?|SECURITY|LIEN)\b|[(-] ?TERM ?(?:\)|$)|^TERM\b"),
    "REVOLVER": re.compile(r"\bREVOLV(?:ER|ING)\b"),
    "BRIDGE": re.compile(r"\bBRIDGE\b"),
    "CASH FLOW": re.compile(r"\bCASH[\s-]?FLOW\b"),
    "NOTES": re.compile(r"\bNOTES\b"),
    "DIP": re.compile(r"\bDIP\b|\bDEBTORS?[\s-]IN[\s-]POSSESSION\b"),
    "EXIT": re.compile(r"\bEXIT\b"),
}
_UNITS = (
    "FIRST", "SECOND", "THIRD", "FOURTH", "FIFTH", "SIXTH", "SEVENTH", "EIGHTH", "NINTH", "TENTH", "ELEVENTH", "TWELFTH", "THIRTEENTH",
    "FOURTEENTH", "FIFTEENTH", "SIXTEENTH", "SEVENTEENTH", "EIGHTEENTH", "NINETEENTH",
)  # fmt: skip
_CARDINALS = ("ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE", "TEN", "ELEVEN", "TWELVE")
_ROMANS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
_ORDINALS = {word: number for number, word in enumerate(_UNITS, 1)}
_TENS = {word: 10 * number for number, word in enumerate(("TWENT", "THIRT", "FORT", "FIFT", "SIXT"), 2)}
_WRITTEN = {word: number for words in (_CARDINALS, _ROMANS) for number, word in enumerate(words, 1)}
_ORDINAL_WORDS = "|".join([*_ORDINALS, *(f"{ten}IETH" for ten in _TENS)])
_ORDINAL = re.compile(rf"\b(?:({'|'.join(_TENS)})Y[\s-]+)?({_ORDINAL_WORDS})\s+SUPPLEMENT")
_WRITTEN_WORDS = "|".join(sorted(_WRITTEN, key=len, reverse=True))
_NUMBERED = re.compile(
    rf"\b(?:SUPPLEMENT(?:AL)?|SUPPL?)\b\.?\s*(?:NOS?\.?|NUMBER|#)?\s*(\d{{1,3}}|(?:{_WRITTEN_WORDS})\b)(?!\w)"
    r"|\b(\d{1,3})(?:ST|ND|RD|TH)\s+SUPPLEMENT"
)


def facilities(text: str) -> frozenset[str]:
    """The liens or loans that a text names, by which two securities of the same parties are told apart."""
    return frozenset(name for name, words in _FACILITIES.items() if words.search(text))


def ordinal(words: str) -> int:
    """The number of the supplement that a text says it is, in figures, words or romans; 0 if it says none."""
    spelled = _ORDINAL.search(words)
    if spelled:
        return _TENS.get(spelled[1] or "", 0) + _spelled(spelled[2])
    numbered = _NUMBERED.search(words)
    if not numbered:
        return 0
    written = numbered[1] or numbered[2]
    return int(written) if written.isdigit() else _WRITTEN[written]


def _spelled(word: str) -> int:
    return _ORDINALS.get(word) or _TENS[word.removesuffix("IETH")]
