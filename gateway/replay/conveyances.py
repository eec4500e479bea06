"""What a recorded conveyance is, from its text as the filer typed it, the office's code and the parties' capacities. Pure.

The text decides; the code only where the text says nothing. Words of a security count in their phrases alone, never inside a party's name.
"""

import re
from dataclasses import dataclass
from enum import Enum

from gateway.replay import wording
from gateway.replay.citations import citations, named_rights
from gateway.replay.lien_names import facilities, ordinal
from gateway.replay.parties import Party
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
    RESTORATION = "undoing of a release"
    OTHER = "no security"


@dataclass(frozen=True, slots=True)
class Conveyance:
    """A classified text.

    `grants`: the document itself grants a security (a supplement, a restatement, a correction that confirms one). `partial`, `total`:
    a release says that it is of a part, or of everything. `ordinal`: which supplement it says it is; 0 if none. `facilities`: the liens
    or loans that it names. `numbers`: keys of rights that the text itself names. `by_order`: a court says it, not the party.
    Of a correction: `confirms` is what it says the corrected document is, `renames` whether that is what it corrects, `adds` and `removes`
    whether it says that rights or parties were left out, or wrongly put in.
    """

    nature: Nature
    text: str
    cites: tuple[Number, ...] = ()
    grants: bool = False
    partial: bool = False
    total: bool = False
    ordinal: int = 0
    facilities: frozenset[str] = frozenset()
    numbers: tuple[str, ...] = ()
    by_order: bool = False
    confirms: Nature | None = None
    renames: bool = False
    adds: bool = False
    removes: bool = False


# --- Securities ---

_GAP = r"[\s-]+"
_OVER = r"(?:\w+ ){0,3}"
_RIGHT_OVER = r"(?:(?!FROM\b)\w+ ){0,3}"
_SECURITY = (
    rf"(?:SECURITY{_GAP}"
    r"(?:INTERESTS?|AGREEMENTS?|ASSIGNMENT|DEED|SUPPLEMENT|JOINDER|FILING|DOCUMENTS?|INSTRUMENT|CHARGE|RIGHTS?|TITLE)"
    r"|SECURITY\s*(?:\+|&|AND)\s*(?:PLEDGE|COLLATERAL|\w+ AGREEMENT)|(?:GRANTS?|NOTICE) OF (?:A )?SECURITY"
    r"|^SECURITY$|SECUR(?:ED|ING) INTEREST"
    r"|(?:COLLATERAL|CONDITIONAL|CONTINGENT) (?:(?:PATENTS?|TRADEMARKS?|INTELLECTUAL PROPERTY|IP|COPYRIGHT) )?ASSIGNMENT"
    rf"|ASSIGNMENT {_OVER}(?:FOR|AS|BY WAY OF) (?:COLLATERAL )?(?:SECURITY|COLLATERAL)|(?:SECURITY|COLLATERAL) PURPOSES"
    r"|ASSIGNMENT \((?:AS |FOR )?(?:COLLATERAL|SECURITY)\)"
    r"|COLLATERAL (?:(?!AGEN)\w+ ){0,3}(?:AGREEMENT|INTEREST|DOCUMENTS?|INDENTURE|GRANT)"
    r"|\bPLEDGES?\b|\bMORTGAGES?\b|\bDEBENTURES?\b|\bHYPOTHEC\w*|\bLIENS?\b|\bNANTISSEMENT\b"
    r"|\b(?:DEED OF TRUST|TRUST DEED|TRUST INDENTURE)\b"
    r"|\bCHARGES? (?:OVER|ON|AGREEMENT)\b|\b(?:FIXED|FLOATING|LEGAL|EQUITABLE|FIRST|SECOND|PATENTS?|IP|DEED OF) CHARGE\b|^CHARGE$"
    r"|\bFINANCING STATEMENT\b|\bUCC-? ?1\b)"
)
_SECURES = re.compile(_SECURITY)
_NO_SECURITY = re.compile(
    r"\bSUBJECT TO\b.*|\bNEGATIVE PLEDGE\b|\bFREE AND CLEAR OF\b.*|\b(?:NO|NOT AN?|WITHOUT) (?:SECURITY INTEREST|LIEN|PLEDGE)S?\b.*"
)
_BY_LAW = re.compile(r"\b(?:TAX|JUDGMENT|JUDGEMENT|STATUTORY|MECHANIC'?S|ATTORNEYS?'?S?) LIEN\b|\bLIS PENDENS\b|\bLEVY\b|\bWRIT OF\b")

# --- What is done to them ---

_ORDERED = re.compile(r"\bCOURT\b|\bORDER(?:ED|S)?\b|\bBANKRUPTCY\b|\bJUDGMENT\b|\bDECREE\b")
_ENFORCEMENT = re.compile(
    r"\bRECEIVER(?:SHIP)?\b|\bFORECLOS|\bSECURED PARTY(?:'S)? (?:SALE|BILL OF SALE)\b|\bNOTICE OF DEFAULT\b|\b(?:PUBLIC|PRIVATE|UCC) SALE\b"
    r"|\bTRANSFER STATEMENT\b|\bACCEPTANCE OF COLLATERAL\b|\bFREE AND CLEAR OF\b|\bIN LIEU OF\b"
)
_RELATION = re.compile(r"\bSUBORDINATION\b|\bINTERCREDITOR\b|\bPRIORITY AGREEMENT\b|\bPOSTPONEMENT\b")
_ALSO_GRANTS = re.compile(r"\bSECURITY (?:AND|&) (?:SUBORDINATION|INTERCREDITOR)\b|\b(?:SUBORDINATION|INTERCREDITOR) (?:AND|&) SECURITY\b")
_ENDS = (
    r"(?:RELEAS(?:E[SD]?|ING)|TERMINAT(?:ION|ES?|ED|ING)|DISCHARG(?:E[SD]?|ING)|SATISFACTION|RECONVEY(?:ANCE|S)?|RE-?ASSIGN(?:MENT|MENTS|S)?"
    r"|PAY-?OFF|UNPLEDGE|RE-?TRANSFER|MAINLEVEE)"
)
_RELEASE = re.compile(rf"\b{_ENDS}\b")
_WEAK_RELEASE = re.compile(
    r"\b(?:CANCEL(?:L?ATION|S)?|WITHDRAWAL|REVOCATION|RES?CIS+ION|RELINQUISHMENT|RELINQUISHES|SURRENDER|WAIVER|EXTINGUISHMENT|EXPIR(?:ATION|Y)"
    r"|ABANDONMENT|NULLIFICATION|LIFTING|REMOVAL|EXPUNGEMENT|LAPSE|DISCLAIMER|RETURN|REVERSION|REDEMPTION|DISSOLUTION|INVALIDATION)\b"
    rf" OF (?:THE )?{_RIGHT_OVER}{_SECURITY}"
    rf"|\b(?:CANCEL(?:S|L?ED|L?ING)?|WITHDRAW(?:S|N|ING)?|RELINQUISH(?:ES|ED|ING)?|ABANDON(?:S|ED|ING)?|EXTINGUISH(?:ES|ED|ING)?"
    rf"|LIFT(?:S|ED|ING)?|REMOV(?:ES|ED|ING)) (?:THE |ITS |ALL )?{_RIGHT_OVER}{_SECURITY}"
    rf"|{_SECURITY} (?:(?:IS|ARE|HAS BEEN|HEREBY) )*(?:CANCEL(?:L?ATION|L?ED)|WITHDRAW(?:N|AL)|EXPIRED"
    r"|EXTINGUISHED|ABANDONED|LIFTED|PAID)\b"
)
_OF_SOMETHING_ELSE = re.compile(
    rf"\b{_ENDS}(?: AND \w+)? (?:OF|FROM) (?:\w+ ){{0,4}}?(?:(?:SUB)?LICEN[CS]ES?|CLAIMS|OPTION|POWER OF ATTORNEY|RIGHT OF FIRST"
    r"|REVERSION\w*|EMPLOYMENT|LEASE|JOINT|COVENANT|ESCROW|GOVERNMENT|CO-?OWNERSHIP)\b"
)
_STARTS_AS_RELEASE = re.compile(
    rf"^(?:(?:NOTICE OF|PARTIAL|FULL|COMPLETE|PATENT|TRADEMARK|IP|INTELLECTUAL PROPERTY|COURT ORDERED) )*{_ENDS}\b"
)
_PARTIAL = re.compile(r"\bPARTIAL(?:LY)?\b|\bIN PART\b|\bCERTAIN\b|\bAS TO\b|\bSPECIFIED\b|\bONLY\b|\bSELECT(?:ED)?\b|\bLIMITED TO\b")
_TOTAL = re.compile(r"\bTERMINAT|\bFULL\b|\bIN ITS ENTIRETY\b|\bENTIRE\b|\bALL\b|\bDISCHARG|\bSATISFACTION\b|\bPAY-?OFF\b|\bCOMPLETE\b")

_BY_MISTAKE = r"(?:ERRONEOUS(?:LY)?|INADVERTENT(?:LY)?|MISTAKEN(?:LY)?|UNAUTHORI[SZ]ED|IN ERROR|BY MISTAKE)"
_UNDOING = re.compile(
    r"\b(?:RES?CIS+ION|RESCIND(?:S|ING)?|REVOCATION|REVOK(?:ES?|ING)|NULLIF(?:Y|IES|YING|ICATION)|ANNUL(?:S|MENT)?|WITHDRAW(?:S|AL|ING)?"
    r"|CANCEL(?:L?ATION|S|LING)?|VOID(?:S|ING)?|RETRACT(?:S|ION)?)(?: OF)?"
    rf" (?:(?:THE|AN?|PRIOR|PREVIOUS|PREVIOUSLY|RECORDED|FILED|PARTIAL|NOTICE OF|PATENT|TRADEMARK|{_BY_MISTAKE}) ){{0,4}}{_ENDS}\b"
    rf"|\b(?:REINSTATE(?:S|MENT)?|REINSTATING|REVIVAL|RESTORATION)\b(?: OF)? (?:THE )?{_OVER}{_SECURITY}"
    rf"|\b{_BY_MISTAKE} (?:(?:RECORDED|FILED|SUBMITTED|EXECUTED|PARTIAL) ){{0,2}}{_ENDS}\b"
)
_ENDED_BY_MISTAKE = re.compile(rf"\b{_ENDS} (?:(?!OF\b)\w+ ){{0,4}}?(?:RECORDED|FILED|SUBMITTED|MADE) {_BY_MISTAKE}\b")

_KINDS_OF_AGENT = (
    r"(?:(?:COLLATERAL|ADMINISTRATIVE|SECURITY|INDENTURE|NOTES?|AND|CO|LIEN|FIRST|SECOND|TERM|LOAN|ABL|PATENT|JOINT|SUB-?\w*)[\s-]+)*"
)
_AGENCY = re.compile(
    rf"\b(?:SUCCESSOR|SUCCEEDING|REPLACEMENT|SUBSTITUTED?|NEW) {_KINDS_OF_AGENT}(?:AGENTS?|AGENCY|TRUSTEE)\b|\bSUCCESSION OF (?:\w+ )?AGEN"
    rf"|\b(?:CHANGE|RESIGNATION|SUBSTITUTION|REPLACEMENT|APPOINTMENT|REMOVAL|SUCCESSION)(?: (?:AND|,) \w+)* (?:OF|IN) {_OVER}"
    r"(?:AGENT|TRUSTEE|SECURED PARTY|LENDER)\b"
    r"|\b(?:AGENCY|AGENT)(?:'S)? (?:ASSIGNMENT|TRANSFER|SUCCESSION|RESIGNATION|CHANGE|SUBSTITUTION|REPLACEMENT)\b"
)
_TRANSFER = re.compile(
    r"(?<!COLLATERAL )(?<!CONDITIONAL )(?<!SECURITY )(?<!CONTINGENT )\b(?:ASSIGNMENTS?|ASSIGNS|TRANSFERS?|CONVEYANCE)\b"
    r"(?: (?:AND|&) (?:ASSUMPTION|ACCEPTANCE|DELEGATION|TRANSFER|ASSIGNMENT))*"
    rf" OF (?:(?!AND\b|FOR\b|AS\b|GRANT\b|BY\b|PATENTS\b|TRADEMARKS\b|MARKS\b|APPLICATIONS\b)\w+ ){{0,7}}?(?:{_SECURITY}|SECURITY$)"
    rf"|{_SECURITY}\s+(?:ASSIGNMENT|TRANSFER)(?: AND ASSUMPTION)?(?: AGREEMENT)?$|\bASSIGNMENT OF GRANTS? OF (?:A )?SECURITY\b"
    r"|\bUCC-? ?3 ASSIGNMENT\b"
)
_ASSUMPTION = re.compile(r"\bASSIGNMENT (?:AND|&) (?:ASSUMPTION|ACCEPTANCE)\b|\bASSIGNMENT OF (?:\w+ )?(?:LOANS?|DEBT|NOTES?|CREDIT)\b")
_SUPPLEMENT = re.compile(r"\bSUPPLEMENT(?:AL|ARY|S)?\b|\bSUPPL?\b|\bJOINDER\b|\bACCESSION\b|\bAFTER-?\s?ACQUIRED\b|\bADDENDUM\b")
_AMENDMENT = re.compile(
    r"\bAMEND(?:MENTS?|ED|ING|S)?\b|\bA ?& ?R\b|\bRESTATE[DS]?\b|\bMODIFICATION\b|\bEXTENSION\b|\bREAFFIRM|\bRATIFICATION\b|\bRENEWAL\b"
    rf"|\bCONTINUATION (?:STATEMENT\b|OF {_OVER}SECURITY)"
)
_ITSELF_GRANTS = re.compile(r"\bAMENDED\b|\bA ?& ?R\b|\bRESTATE[DS]?\b|\bGRANT(?:S|ING)?\b|\bREAFFIRM|\bCONFIRMATION\b|\bRATIFICATION\b")
_CORPORATE = re.compile(r"\bCERTIFICATE\b|\bARTICLES\b|\bBY-?LAWS\b|\bINCORPORATION\b|\bLEASE\b|\b(?:SUB)?LICEN[CS]E\b")
_PLAIN_ASSIGNMENT = re.compile(
    r"\bASSIGN(?:MENT|S|OR'?S|ORS)?\b|\bMERGER\b|\bCHANGE OF (?:NAME|ADDRESS|ENTITY)\b|\b(?:ADDRESS|NAME) CHANGE\b|\bCONVERSION\b"
    r"|\bNUNC PRO TUNC\b|\b(?:SUB)?LICEN[CS]E\b|\bQUIT-?CLAIM\b|\bBILL OF SALE\b"
)

# --- Corrections ---

_CORRECTIVE = re.compile(r"\bCORRECTI(?:VE|ON|ONS|NG)\b|\bCORRECTED\b|\bTO CORRECT\b|^CORRECTS?\b|\bRE-?RECORD(?:ING|ED|S)? TO\b")
_MISTAKEN = re.compile(
    r"\bERRONEOUS(?:LY)?\b|\b(?:RECORD TO REMOVE|NULLIFY|TO REMOVE|TO DELETE|REMOVAL OF (?:\w+ ){1,5}FROM)\b"
    r"|\bIN ERROR\b|\bINADVERTENT(?:LY)?\b|\bRE-?RECORD"
)
_CONFIRMS = re.compile(r"\bHEREBY CONFIRMS?\b\s*(?:THAT )?(?:THE\s+)?(.*)$")
_RENAMES = re.compile(
    r"\b(?:NATURE|TYPE|KIND) OF (?:THE )?CONVEYANCE\b|\bCONVEYANCE (?:TYPE|TEXT|NATURE)\b|\bNATURE OF (?:THE )?(?:TRANSACTION|DOCUMENT)\b"
)
_RENAMED = re.compile(
    r"(?:\bTO READ|\bSHOULD (?:READ|BE|HAVE BEEN)|\bTO|\bIS|\bAS)\b:? (?:AN? |THE )?"
    r"((?:(?!\bTO\b|\bSHOULD\b)[^.;])+?)(?:,? (?:PREVIOUSLY|INSTEAD|RATHER|RECORDED|AND NOT|NOT|ON REEL|AT REEL)\b.*|[.;].*|$)"
)
_CORRECTED_NAME = re.compile(
    r"^(?:.*?\bFROM AN? )?(.*?)\s*(?:\bTO CORRECT\b|\bPREVIOUSLY RECORDED\b|\bNULLIFY\b|\bTO REMOVE\b|\bRECORDED\b).*$"
)
_BEFORE = re.compile(r"\bPREVIOUSLY (?:RECORDED|FILED)\b|\bRECORDED (?:ON|AT)\b|\bHEREBY CONFIRMS?\b")
_HEADING = re.compile(r"^(?:CORRECTIVE|CORRECTED|CORRECTION(?: OF)?|RE-?RECORD(?:ING|ED)?(?: OF)?|RECORD|TO CORRECT)\b[\s(]*")
_NAME_FOLLOWS = re.compile(r"(?!CHANGE\b)(?:\w+ ){0,2}(?:NAMES?|ADDRESS(?:ES)?|SPELLING)\b[^.]*?\b(?:IS|ARE|TO|SHOULD BE|AS)\b:?\s.*")
_OF_AN_ASSIGNMENT = re.compile(r"\bIN A PREVIOUSLY RECORDED (?:ASSIGNMENT|MERGER|CHANGE OF NAME)\b")
_ADDS = re.compile(
    r"\bOMITTED\b|\bOMISSION\b|\b(?:TO )?ADD(?:ING|S)?\b(?! ?RESS)|\bADDITION(?:AL)? OF\b|\bMISSING\b|\bTO INCLUDE\b|\bLEFT (?:OFF|OUT)\b"
)
_REMOVES = re.compile(
    r"\bREMOV(?:E[SD]?|ING|AL)\b|\bDELET(?:E[SD]?|ING|ION)\b|\bNULLIFY\b|\bINCORRECTLY (?:INCLUDED|LISTED|ASSIGNED|RECORDED)\b|\bERRONEOUS"
    r"|\bINADVERTENTLY (?:INCLUDED|LISTED|RECORDED)\b|\bINCORRECT\b|\bWRONG\b"
)

SECURITY_CODES = frozenset({5, 8, 27})
"""The office's codes for a mortgage and for a security interest (old and new)."""
RELEASE_CODES = frozenset({36})


def conveyance(record: Recordation) -> Conveyance:
    """What a recorded document does, as its text says."""
    text = wording.plain(record.text)
    words = wording.words(record, text)
    if _undoes(words):
        return Conveyance(Nature.RESTORATION, text, cites=citations(text), numbers=named_rights(text))
    return _correction(record, text, words) if _corrects(words) else _classified(record, text, words)


def _undoes(words: str) -> bool:
    """Whether a document says that a release was a mistake, or takes one back. One that confirms a release does neither."""
    confirms = _CONFIRMS.search(words)
    if confirms and _STARTS_AS_RELEASE.match(confirms[1]) and not _ENDED_BY_MISTAKE.search(words):
        return False
    said = _CONFIRMS.sub("", words)
    return bool(_UNDOING.search(said)) or (bool(_ENDED_BY_MISTAKE.search(words)) and not _STARTS_AS_RELEASE.match(words))


def _corrects(words: str) -> bool:
    return bool(_CORRECTIVE.search(words)) or (bool(_MISTAKEN.search(words)) and not _STARTS_AS_RELEASE.match(words))


def _correction(record: Recordation, text: str, words: str) -> Conveyance:
    name, renames = _confirmed_name(words)
    confirmed = _classified(record, text, name) if name else None
    removes = bool(_REMOVES.search(words))
    named_only = confirmed is not None and not (renames or _CONFIRMS.search(words))
    return Conveyance(
        Nature.CORRECTION,
        text,
        cites=citations(text),
        # A document that only takes a right out of a security grants none, though it is headed by the security's name.
        grants=confirmed is not None and (confirmed.nature is Nature.GRANT or confirmed.grants) and not (named_only and removes),
        facilities=confirmed.facilities if confirmed else facilities(words),
        numbers=named_rights(text),
        confirms=confirmed.nature if confirmed else None,
        renames=renames,
        adds=bool(_ADDS.search(_BEFORE.split(words)[0])),
        removes=removes,
    )


def _confirmed_name(words: str) -> tuple[str, bool]:
    """What the corrected document is called, and whether its very kind is corrected: by that, by what is confirmed, by its own heading."""
    kind = _RENAMES.search(words)
    if kind:
        renamed = _RENAMED.search(_CONFIRMS.sub("", words)[kind.end() :].replace('"', ""))
        if renamed:
            return _last_target(renamed[1]), True
    confirms = _CONFIRMS.search(words)
    if confirms:
        return ("" if _NAME_FOLLOWS.match(confirms[1]) else confirms[1]), kind is not None
    if _OF_AN_ASSIGNMENT.search(words):
        return "ASSIGNMENT", False
    heading = _CORRECTED_NAME.match(words)
    name = _HEADING.sub("", heading[1]).strip() if heading else ""
    return ("" if name == "ASSIGNMENT" else name), False


def _last_target(phrase: str) -> str:
    """Of "ASSIGNMENT TO SECURITY INTEREST" the security interest."""
    return phrase.rsplit(" TO ", 1)[-1].strip()


def _classified(record: Recordation, text: str, words: str) -> Conveyance:
    said = _NO_SECURITY.sub("", words)
    nature = _nature(record, words, said)
    return Conveyance(
        nature,
        text,
        cites=citations(text),
        grants=nature in (Nature.GRANT, Nature.SUPPLEMENT) or (nature is Nature.AMENDMENT and bool(_ITSELF_GRANTS.search(words))),
        partial=bool(_PARTIAL.search(words)),
        total=bool(_TOTAL.search(words)),
        ordinal=ordinal(words),
        facilities=facilities(words) | _facilities_of(record.assignees),
        numbers=named_rights(text),
        by_order=nature is Nature.RELEASE and bool(_ORDERED.search(words)),
    )


def _nature(record: Recordation, words: str, said: str) -> Nature:
    if _BY_LAW.search(words):
        return Nature.OTHER
    if _RELEASE.search(words) or _WEAK_RELEASE.search(words):
        return _release_or_other(record, words, said)
    if _ENFORCEMENT.search(words):
        return Nature.ENFORCEMENT
    if _RELATION.search(said) and not _ALSO_GRANTS.search(said):
        return Nature.RELATION
    return _passed(record, said) or _created(record, said) or _by_code(record.code, words)


def _release_or_other(record: Recordation, words: str, said: str) -> Nature:
    """What ends a licence or a claim is no release; what ends a security and gives it to another lender's agent is a transfer."""
    if record.code not in RELEASE_CODES and not _SECURES.search(words) and _OF_SOMETHING_ELSE.search(words):
        return Nature.OTHER
    if _TRANSFER.search(said) and _all_agents(record.assignees):
        return Nature.TRANSFER
    return Nature.RELEASE


def _passed(record: Recordation, said: str) -> Nature | None:
    """A security that passes from one lender to another."""
    agency = _AGENCY.search(said) and not (_SECURES.search(said) and not _gives_as_lender(record, said))
    if _TRANSFER.search(said) or agency or (_ASSUMPTION.search(said) and _gives_as_lender(record, said)):
        return Nature.AMENDMENT if said.startswith(("AMENDMENT", "AMENDED", "MODIFICATION")) else Nature.TRANSFER
    if _SECURES.search(said) and _all_agents(record.assignors) and _all_agents(record.assignees):
        # Agents of lenders pledge nothing: between them a "security agreement" is the handing over of one.
        return Nature.TRANSFER
    return None


def _gives_as_lender(record: Recordation, said: str) -> bool:
    return bool(citations(said)) or any(party.lends for party in record.assignors)


def _all_agents(parties: tuple[Party, ...]) -> bool:
    return all(party.is_agent for party in parties)


def _created(record: Recordation, said: str) -> Nature | None:
    secures = bool(_SECURES.search(said))
    if not secures and (not _is_lenders(record) or _CORPORATE.search(said) or _PLAIN_ASSIGNMENT.search(said)):
        return None
    if _SUPPLEMENT.search(said):
        return Nature.SUPPLEMENT
    if _AMENDMENT.search(said):
        return Nature.AMENDMENT
    return Nature.GRANT if secures else None


def _is_lenders(record: Recordation) -> bool:
    """Whether office or parties say that a lender takes something: then "SUPPLEMENT NO. 3" alone supplements a security."""
    return record.code in SECURITY_CODES or any(party.lends for party in record.assignees)


def _by_code(code: int | None, words: str) -> Nature:
    if code in RELEASE_CODES:
        return Nature.RELEASE
    if code in SECURITY_CODES and not _PLAIN_ASSIGNMENT.search(words):
        return Nature.GRANT
    return Nature.OTHER


def _facilities_of(assignees: tuple[Party, ...]) -> frozenset[str]:
    """An agent's capacity may name its lien ("AS FIRST LIEN AGENT")."""
    return frozenset().union(*(facilities(party.capacity) for party in assignees))
