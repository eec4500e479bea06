"""What a recorded conveyance is, from its text as the filer typed it, the office's code and the parties' capacities. Pure.

The text decides; the code only where the text says nothing. Words of a security count in their phrases alone, never inside a party's name.
"""

import re
from dataclasses import dataclass
from enum import Enum

from gateway.replay.records import Number, Recordation


class Nature(Enum):
    """What a document does to a security interest."""

    GRANT = "grant"
    SUPPLEMENT = "supplement"
    AMENDMENT = "amendment"
    RELEASE = "release"
    TRANSFER = "transfer of the security"
    CORRECTION = "correction"
    ENFORCEMENT = "enforcement of a security"
    RELATION = "relation between securities"
    OTHER = "no security"


@dataclass(frozen=True, slots=True)
class Conveyance:
    """A classified text.

    `grants`: the document itself grants a security (a supplement, a restatement, a correction that confirms one). `partial`, `total`:
    a release says that it is of a part, or of everything. `ordinal`: which supplement it says it is; 0 if none. `facilities`: the liens
    or loans that it names. `confirms`: what a correction says the corrected document is. `numbers`: rights that the text itself names.
    """

    nature: Nature
    text: str
    cites: tuple[Number, ...] = ()
    grants: bool = False
    partial: bool = False
    total: bool = False
    ordinal: int = 0
    facilities: frozenset[str] = frozenset()
    confirms: Nature | None = None
    numbers: tuple[str, ...] = ()


_SPACES = re.compile(r"\s+")
_BOILERPLATE = re.compile(r"\s*\(?SEE DOCUMENT FOR DETAILS\)?\.?")

_SECURITY = (
    r"(?:SECURITY\s+(?:INTERESTS?|AG+RE+MENTS?|(?:\+|&|AND)\s+PLEDGE|ASSIGNMENT|DEED|SUPPLEMENT|JOINDER|FILING|DOCUMENT|INSTRUMENT)"
    r"|SECURED\s+INTEREST|(?:COLLATERAL|CONDITIONAL|SECURITY)\s+(?:PATENT\s+|TRADEMARK\s+|INTELLECTUAL PROPERTY\s+|IP\s+)?ASSIGNMENT"
    r"|ASSIGNMENT\s+(?:\w+\s+){0,3}(?:FOR|AS)\s+(?:COLLATERAL\s+)?SECURITY|COLLATERAL\s+(?:AGREEMENT|INTEREST|DOCUMENT)"
    r"|\bPLEDGE(?:\s+AGREEMENT)?\b|\bMORTGAGE\b|\bDEBENTURE\b|\bHYPOTHEC\w*|\bLIENS?\b|\b(?:FIXED|FLOATING)\s+CHARGE|\b(?:DEED\s+OF|LEGAL)\s+CHARGE)"
)
_SECURITY_WORDS = re.compile(_SECURITY)
_SUBJECT_TO = re.compile(r"\bSUBJECT TO\b.*")
_NAME_FOLLOWS = re.compile(r"\b(?:NAME|NAMES|ADDRESS)\b[^.]*?\b(?:IS|ARE|TO|SHOULD BE|AS)\b:?\s.*")

_CORRECTIVE = re.compile(
    r"\bCORRECTI(?:VE|ON)\b|\bTO CORRECT\b|\bRE-?RECORD(?:ING|ED)? TO\b|\bERRONEOUSLY\b"
    r"|\b(?:RECORD TO REMOVE|NULLIFY AND REMOVE|TO REMOVE)\b"
)
_CONFIRMS = re.compile(r"\bHEREBY CONFIRMS?\b\s*(?:THE\s+)?(.*)$")
_ENFORCEMENT = re.compile(r"\bRECEIVER(?:SHIP)?\b|\bFORECLOS|\bSECURED PARTY SALE\b|\bNOTICE OF DEFAULT\b|\b(?:PUBLIC|PRIVATE|UCC) SALE\b")
_BY_LAW = re.compile(r"\b(?:TAX|JUDGMENT|STATUTORY|ATTORNEYS?'?S?) LIEN\b|\bLIS PENDENS\b")
_RELATION = re.compile(r"\bSUBORDINATION\b|\bINTERCREDITOR\b|\bPRIORITY AGREEMENT\b")
_RELEASE = re.compile(
    r"\bRELEAS(?:E[SD]?|ING)\b|\bTERMINAT(?:ION|ES|ING)\b|\bDISCHARGE\b|\bSATISFACTION\b|\bRECONVEYANCE\b|\bRE-?ASSIGNMENT\b|\bPAY-?OFF\b|\bUNPLEDGE"
    r"|\b(?:CANCELLATION|WITHDRAWAL|REVOCATION) OF\b"
)
_PARTIAL = re.compile(r"\bPARTIAL(?:LY)?\b|\bIN PART\b|\bCERTAIN\b|\bAS TO\b|\bSPECIFIED\b|\bONLY\b|\bSELECT(?:ED)?\b|\bLIMITED TO\b")
_TOTAL = re.compile(r"\bTERMINAT|\bFULL\b|\bIN ITS ENTIRETY\b|\bENTIRE\b|\bALL\b|\bDISCHARGE\b|\bSATISFACTION\b|\bPAY-?OFF\b")
_AGENCY = re.compile(
    r"\b(?:SUCCESSOR|SUCCEEDING|REPLACEMENT|SUBSTITUTE|NEW)\b.*\b(?:AGENT|AGENCY|TRUSTEE)\b|\bSUCCESSION OF AGENCY\b"
    r"|\b(?:CHANGE|RESIGNATION|SUBSTITUTION|REPLACEMENT|APPOINTMENT|REMOVAL) OF (?:\w+ ){0,4}(?:AGENT|TRUSTEE|SECURED PARTY|LENDER)\b"
    r"|\bAGENCY (?:ASSIGNMENT|TRANSFER|SUCCESSION)"
)
_TRANSFER = re.compile(
    r"(?<!COLLATERAL )(?<!CONDITIONAL )(?<!SECURITY )\b(?:ASSIGNMENT|ASSIGNMENTS|ASSIGNS|TRANSFERS?)\b"
    r"(?: AND (?:ASSUMPTION|ACCEPTANCE|DELEGATION|TRANSFER|ASSIGNMENT))* OF (?:(?!AND\b|FOR\b|AS\b|GRANT\b)\w+ ){0,7}?(?:" + _SECURITY + ")"
    r"|" + _SECURITY + r"\s+(?:ASSIGNMENT|TRANSFER)(?: AND ASSUMPTION)?(?: AGREEMENT)?$|\bTRANSFER OF (?:SECURITY|LIEN|MORTGAGE)"
)
_ASSUMPTION = re.compile(r"\bASSIGNMENT AND ASSUMPTION\b|\bASSIGNMENT OF (?:LOAN|DEBT|NOTE|CLAIM)")
_SUPPLEMENT = re.compile(r"\bSUPPLEMENT(?:AL|ARY|S)?\b|\bSUPPL\b|\bJOINDER\b|\bAFTER-?\s?ACQUIRED\b|\bADDENDUM\b")
_AMENDMENT = re.compile(r"\bAMEND(?:MENT|ED|ING|S)?\b|\bRESTATE[DS]?\b|\bMODIFICATION\b|\bEXTENSION\b")
_ITSELF_GRANTS = re.compile(r"\bRESTATE[DS]?\b|\bGRANT(?:S|ING)?\b|\bREAFFIRM|\bCONFIRMATION\b")
_PLAIN_ASSIGNMENT = re.compile(
    r"\bASSIGN(?:MENT|S|OR'?S|ORS)?\b|\bMERGER\b|\bCHANGE OF (?:NAME|ADDRESS|ENTITY)\b|\bADDRESS CHANGE\b"
    r"|\bNUNC PRO TUNC\b|\bLICEN[SC]E\b|\bQUIT-?CLAIM\b"
)

_FACILITIES = {
    "FIRST LIEN": re.compile(r"\bFIRST[\s-]+LIEN\b|\b1ST[\s-]+LIEN\b|\bFIRST PRIORITY\b"),
    "SECOND LIEN": re.compile(r"\bSECOND[\s-]+LIEN\b|\b2ND[\s-]+LIEN\b|\bSECOND PRIORITY\b|\bJUNIOR[\s-]+LIEN\b"),
    "THIRD LIEN": re.compile(r"\bTHIRD[\s-]+LIEN\b|\b3RD[\s-]+LIEN\b"),
    "SUPER PRIORITY": re.compile(r"\bSUPER[\s-]?PRIORITY\b"),
    "ABL": re.compile(r"\bABL\b|\bASSET[\s-]BASED\b"),
    "TERM LOAN": re.compile(r"\bTERM(?:[\s-]+LOAN)?\b(?!S)"),
    "REVOLVER": re.compile(r"\bREVOLV(?:ER|ING)\b"),
    "BRIDGE": re.compile(r"\bBRIDGE\b"),
    "CASH FLOW": re.compile(r"\bCASH[\s-]?FLOW\b"),
    "NOTES": re.compile(r"\bNOTES\b"),
}


_REEL_FRAME = (
    re.compile(
        r"\bREELS?(?:\s*(?:NOS?|NUMBERS?)\b\.?)?\s*:?\s*#?\s*(\d{1,6})\s*[,;/-]?\s*(?:AND\s+|AT\s+)?"
        r"FRAMES?(?:\s*(?:NOS?|NUMBERS?)\b\.?)?\s*:?\s*#?\s*(\d{1,4})\b"
    ),
    re.compile(r"\b(?:R/F|REEL[/\s-]+FRAME)(?:\s*(?:NOS?|NUMBERS?)\b\.?)?\s*:?\s*#?\s*(\d{1,6})\s*[-/]\s*(\d{1,4})(?!\d)"),
    re.compile(r"\bRECORDED (?:AT|ON|IN|UNDER)\s*:?\s*(\d{4,6})\s*-\s*(\d{1,4})(?!\d)"),
    re.compile(r"(?<![\d/,.-])(\d{4,6})\s*/\s*(\d{1,4})(?!\d|/|,\d)"),
)
_APPLICATION_NUMBER = re.compile(
    r"\b(?:\d{2}/\d{3},?\d{3}|(?:APPLICATION|APPL\.?|SERIAL)\s+(?:NOS?\.?|NUMBERS?)\s*(\d{8}|\d{2}/\d{3},?\d{3}))"
)
_PATENT_NUMBER = re.compile(r"(?<![\d/,])(\d{1,2},\d{3},\d{3}|\d{7,8})(?!\d|/|,\d)")

_ORDINALS = {
    word: number
    for number, word in enumerate(
        [
            "FIRST",
            "SECOND",
            "THIRD",
            "FOURTH",
            "FIFTH",
            "SIXTH",
            "SEVENTH",
            "EIGHTH",
            "NINTH",
            "TENTH",
            "ELEVENTH",
            "TWELFTH",
            "THIRTEENTH",
            "FOURTEENTH",
            "FIFTEENTH",
            "SIXTEENTH",
            "SEVENTEENTH",
            "EIGHTEENTH",
            "NINETEENTH",
        ],
        1,
    )
}
_TENS = {word: 10 * number for number, word in enumerate(("TWENT", "THIRT", "FORT", "FIFT", "SIXT"), 2)}
_ORDINAL_WORDS = "|".join([*_ORDINALS, *(f"{ten}IETH" for ten in _TENS)])
_ORDINAL = re.compile(rf"\b(?:({'|'.join(_TENS)})Y[\s-]+)?({_ORDINAL_WORDS})\s+SUPPLEMENT")
_NUMBERED = re.compile(r"\b(?:SUPPLEMENT(?:AL)?|SUPPL)\b\.?\s*(?:NO\.?|NUMBER|#)?\s*(\d{1,3})\b|\b(\d{1,3})(?:ST|ND|RD|TH)\s+SUPPLEMENT")

SECURITY_CODES = frozenset({5, 8, 27})
"""The office's codes for a mortgage and for a security interest (old and new)."""
RELEASE_CODES = frozenset({36})


def conveyance(record: Recordation) -> Conveyance:
    """What a recorded document does, as its text says."""
    text = _BOILERPLATE.sub("", _SPACES.sub(" ", record.text)).strip().upper()
    return _correction(record, text) if _CORRECTIVE.search(text) else _classified(record, text)


def citations(text: str) -> tuple[Number, ...]:
    """The recorded documents that a text cites, in their order, whatever way it writes reel and frame."""
    found = [(match.start(), Number(int(match[1]), int(match[2]))) for form in _REEL_FRAME for match in form.finditer(text)]
    return tuple(dict.fromkeys(number for _, number in sorted(found)))


def facilities(text: str) -> frozenset[str]:
    """The liens or loans that a text names, by which two securities of the same parties are told apart."""
    return frozenset(name for name, words in _FACILITIES.items() if words.search(text))


def _correction(record: Recordation, text: str) -> Conveyance:
    confirms = _CONFIRMS.search(text)
    confirmed = _classified(record, confirms[1]) if confirms and not _NAME_FOLLOWS.match(confirms[1]) else None
    return Conveyance(
        Nature.CORRECTION,
        text,
        cites=citations(text),
        grants=confirmed is not None and (confirmed.nature is Nature.GRANT or confirmed.grants),
        facilities=facilities(text),
        confirms=confirmed.nature if confirmed else None,
        numbers=_named_rights(text),
    )


def _classified(record: Recordation, text: str) -> Conveyance:
    words = _without_names(record, _SUBJECT_TO.sub("", text))
    nature = _nature(record, words)
    return Conveyance(
        nature,
        text,
        cites=citations(text),
        grants=nature in (Nature.GRANT, Nature.SUPPLEMENT) or (nature is Nature.AMENDMENT and bool(_ITSELF_GRANTS.search(words))),
        partial=bool(_PARTIAL.search(words)),
        total=bool(_TOTAL.search(words)),
        ordinal=_ordinal(words),
        facilities=facilities(words),
        numbers=_named_rights(text),
    )


def _nature(record: Recordation, words: str) -> Nature:
    secures = bool(_SECURITY_WORDS.search(words))
    if _BY_LAW.search(words):
        return Nature.OTHER
    if _ENFORCEMENT.search(words):
        return Nature.ENFORCEMENT
    if _RELATION.search(words):
        return Nature.RELATION
    if _RELEASE.search(words):
        return Nature.RELEASE
    if _TRANSFER.search(words) or _AGENCY.search(words) or (_ASSUMPTION.search(words) and _passes_between_lenders(record, words)):
        return _transfer_or_amendment(words)
    if secures and _SUPPLEMENT.search(words):
        return Nature.SUPPLEMENT
    if secures and _AMENDMENT.search(words):
        return Nature.AMENDMENT
    if secures:
        return Nature.GRANT
    return _by_code(record.code, words)


def _transfer_or_amendment(words: str) -> Nature:
    return Nature.AMENDMENT if words.startswith(("AMENDMENT", "AMENDED", "MODIFICATION")) else Nature.TRANSFER


def _passes_between_lenders(record: Recordation, words: str) -> bool:
    return bool(citations(words)) or any(party.lends for party in record.assignors)


def _by_code(code: int | None, words: str) -> Nature:
    if code in RELEASE_CODES:
        return Nature.RELEASE
    if code in SECURITY_CODES and not _PLAIN_ASSIGNMENT.search(words):
        return Nature.GRANT
    return Nature.OTHER


def _without_names(record: Recordation, text: str) -> str:
    """A party's name may have "SECURITY" or "TRUST" in it; what the document is, is said by the rest."""
    for party in (*record.assignors, *record.assignees):
        if len(party.name) > 3:
            text = text.replace(party.name, " ")
    return text


def _ordinal(words: str) -> int:
    spelled = _ORDINAL.search(words)
    if spelled:
        return _TENS.get(spelled[1] or "", 0) + _spelled(spelled[2])
    numbered = _NUMBERED.search(words)
    return int(numbered[1] or numbered[2]) if numbered else 0


def _spelled(word: str) -> int:
    return _ORDINALS.get(word) or _TENS[word.removesuffix("IETH")]


def _named_rights(text: str) -> tuple[str, ...]:
    """Application and patent numbers in a text, digits only; what it cites by reel and frame is none."""
    rest = text
    for form in _REEL_FRAME:
        rest = form.sub(" ", rest)
    found = [(match.start(), _digits(match[1] or match[0])) for match in _APPLICATION_NUMBER.finditer(rest)]
    found += [(match.start(), _digits(match[1])) for match in _PATENT_NUMBER.finditer(rest)]
    return tuple(dict.fromkeys(number for _, number in sorted(found)))


def _digits(written: str) -> str:
    return re.sub(r"\D", "", written)
