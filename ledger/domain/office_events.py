"""What an office's published event means for a pledgee: INPADOC legal-event codes read as events of a register.

The table (EPO, "legal event codes") names each office's codes with class, influence and words in English and the office's language. It is
read from the operator's copy; nothing of it is kept here. A code is classified by its words first and its class second; where words say
two things at once, or the two languages do not agree, the meaning says so in `doubt` and an officer looks.
"""

import csv
import gzip
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from io import StringIO

_GZIP = b"\x1f\x8b"
_LARGEST = 64 << 20


class TableError(ValueError):
    """A table of event codes that is not one; the message names what is missing."""


class Event(Enum):
    """What happened, as a pledgee sees it."""

    SECURITY_REGISTERED = "security registered"
    SECURITY_CHANGED = "security changed"
    SECURITY_TRANSFERRED = "security transferred"
    SECURITY_RELEASED = "security released"
    ATTACHED = "attached or preserved by a court"
    ATTACHMENT_ENDED = "attachment ended"
    FEE_PAID = "fee paid"
    FEE_DUE = "fee due or unpaid"
    LAPSED = "lapsed"
    EXPIRED = "term expired"
    GIVEN_UP = "given up by the owner"
    RESTORED = "restored"
    ATTACKED = "invalidation or opposition started"
    ATTACK_FAILED = "invalidation or opposition failed"
    LIMITED = "limited or invalid in part"
    INVALIDATED = "invalidated or revoked"
    OWNER_CHANGED = "owner changed"
    OWNER_RENAMED = "owner's name or address changed"
    LICENSED = "licence entered or changed"
    SUSPENDED = "proceedings suspended"
    RESUMED = "proceedings resumed"


SECURITY = frozenset({Event.SECURITY_REGISTERED, Event.SECURITY_CHANGED, Event.SECURITY_TRANSFERRED, Event.SECURITY_RELEASED})
"""Events of pledges, mortgages and liens."""


@dataclass(frozen=True, slots=True)
class EventCode:
    """One row of the table: office, code, influence on the right ("+", "-" or ""), words, class letter ("" where it has none)."""

    office: str
    code: str
    influence: str
    words: str
    original: str
    event_class: str


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code means; `doubt` says why an officer must look, empty where nothing is in doubt."""

    event: Event
    doubt: str = ""


def read_codes(content: bytes) -> Mapping[tuple[str, str], EventCode]:
    """The codes of a table's file (CSV, gzip or not) by office and code. Raises TableError."""
    rows = csv.DictReader(StringIO(_text(content)))
    missing = {"Authority", "Event-code", "Influence", "Description ENG", "Description ORI", "Event-class"} - set(rows.fieldnames or ())
    if missing:
        raise TableError(f"table of event codes: columns {', '.join(sorted(missing))} are missing")
    codes = (_code(row) for row in rows)
    return {(code.office, code.code): code for code in codes}


def _text(content: bytes) -> str:
    try:
        plain = gzip.decompress(content) if content.startswith(_GZIP) else content
        if len(plain) > _LARGEST:
            raise TableError(f"table of event codes: {len(plain)} bytes, at most {_LARGEST}")
        return plain.decode("utf-8-sig")
    except (OSError, EOFError, UnicodeDecodeError) as wrong:
        raise TableError(f"table of event codes: no CSV in UTF-8, gzip or not ({wrong})") from wrong


def _code(row: Mapping[str, str]) -> EventCode:
    original = row["Description ORI"].strip().upper()
    return EventCode(
        row["Authority"].strip(),
        row["Event-code"].strip(),
        row["Influence"].strip(),
        row["Description ENG"].strip().upper(),
        "" if original.startswith("[NO DESCRIPTION") else original,
        row["Event-class"].strip(),
    )


def classify(code: EventCode) -> Meaning | None:
    """What a code means for a pledgee; None where it means nothing to one."""
    return _of_security(code) or _of_attachment(code) or _of_class(code)


_SECURITY = re.compile(r"\bPLEDG|\bPAWN|\bMORTGAG|\bLIENS?\b|\bIN REM\b|\bFINANCIAL INTEREST")
_SECURITY_ELSEWHERE = re.compile(
    r"VERPFAENDUNG|\bGAGE\b|NANTISSEMENT|PANTTIOIKEU|PANTTAU|\bPANT I PATENT|UTLEGGSPANT|PANDRECHT|ZASTAVNI PRAV|ZALOG"
)
_ATTACHMENT = re.compile(r"\bSEIZ|\bDISTRAI|CONFISCAT|LEVY OF EXECUTION|MEANS OF EXECUTION|\bPRESERVATION OF PATENT")
_ENDS = re.compile(r"CANCEL|DISCHARG|TERMINAT|DELET|LIFT|RELEAS|FREED|PERUUTUS|OPHEFFING|RADIATION|MAINLEVEE|AUFHEBUNG")
_MOVES = re.compile(r"\bTRANSFER")
_CHANGES = re.compile(r"\bCHANGE|CORRECT|\bAMEND")
_SEVERAL = re.compile(r"OR CHANGE OF|, CHANGE AND")


def _of_security(code: EventCode) -> Meaning | None:
    here, elsewhere = _SECURITY.search(code.words), _SECURITY_ELSEWHERE.search(code.original)
    if not here and not elsewhere:
        return None
    if not here:
        event = Event.SECURITY_RELEASED if _ENDS.search(code.original) else Event.SECURITY_REGISTERED
        return Meaning(event, f"the English words say otherwise: {code.words}")
    return Meaning(_security_act(code.words), _doubt(code))


def _security_act(words: str) -> Event:
    if _SEVERAL.search(words):
        return Event.SECURITY_CHANGED
    if _ENDS.search(words):
        return Event.SECURITY_RELEASED
    if _MOVES.search(words):
        return Event.SECURITY_TRANSFERRED
    return Event.SECURITY_CHANGED if _CHANGES.search(words) else Event.SECURITY_REGISTERED


def _doubt(code: EventCode) -> str:
    if _SEVERAL.search(code.words):
        return "one code for several acts"
    if _ATTACHMENT.search(code.words):
        return "a pledge or an attachment by a court"
    if re.search(r"RIGHTS OF DISPOSAL|LICENSEE/|FINANCIAL INTEREST", code.words):
        return "pledges and other interests under one code"
    return "recorded of a request, not of a decision" if re.search(r"WRITTEN (?:REQUEST|NOTIFICATION)", code.words) else ""


def _of_attachment(code: EventCode) -> Meaning | None:
    if not _ATTACHMENT.search(code.words):
        return None
    if "AND ITS DISCHARGE" in code.words:
        return Meaning(Event.ATTACHED, "one code for several acts")
    return Meaning(Event.ATTACHMENT_ENDED if _ENDS.search(code.words) else Event.ATTACHED)


_UNPAID = re.compile(
    r"(?<!OTHER REASONS THAN )NON-?\s?PAYMENT|NOT PA(?:ID|YING)|NO .*FEES? PAID|UN(?:PAID|PAYMENT)"
    r"|UNTIMELY FEE|FAILURE TO PAY|FEES? (?:IS |ARE )?DUE|REMINDER|PAYMENT\b.*REQUE|PAYMENT REQUIRED|REQUEST.*PAYMENT|PROOF"
)
_PAID = re.compile(r"\bPAYMENTS?\b.*FEE|FEES?.*\bPA(?:YMENTS?|ID)\b|RECEIPT OF ANNUAL FEE|MAINTAINED AFTER PAYMENT")
_VOID = re.compile(r"REVO[KC]|NULL|INVALID|ANNUL|\bVOID|REFUSED FOLLOWING OPPOSITION|CANCELLED BY DECISION|CANCELLED ALL CLAIMS")
_GIVEN_UP = re.compile(r"SURREND|RENUNC|WITHDRAW|ABANDON|WAIVE|RELINQUISH|DEDICAT")
_FAILED = re.compile(r"REJECT|INADMISSIBLE|WITHDRAW|REFUS|DISMISS|TERMINAT|DEEMED NOT|CLOSED|UPHELD|MAINTAIN|NO OPPOSITION|CANCELLED \(")
_ATTACK = re.compile(r"OPPOSITION|REVOCATION|NULLITY|INVALID|REVIEW|RE-?EXAMINATION|CANCELLATION|TRIAL")
_STARTS = re.compile(r"FILED|REQUEST|RECEIVED|ORDERED|PROPOSAL|PETITION|NOTICE OF|ADMISSIBLE")
_TAKEN_OVER = re.compile(
    r"\bTRANSFER|\bASSIGN|\bOWNERSHIP|\bPROPRIETORSHIP|\bSUCCESSION|CHANGE OF (?:OWNER|PROPRIETOR|PATENTEE|HOLDER)\b(?!.*DATA)"
)
_OWNER = re.compile(rf"{_TAKEN_OVER.pattern}|CHANGE OF APPLICANT\b")
_NAMED = re.compile(r"\bNAMES?\b|\bADDRESS|INFORMATION|TITLE OF")
_OPEN = (
    (re.compile(r"CORRECTION OF\b|\(CORR|\(DELETED\)|IN MEANTIME|NOT ANY MORE"), "about an earlier event, or in passing"),
    (
        re.compile(r"ANNULMENT OR LAPSE|OR PARTIAL|PARTIAL OR|OR EXPI(?:RED|RY)|CERTIFICATE \(|REVIEW CERTIFICATE"),
        "one code for several outcomes",
    ),
    (re.compile(r"INFORMATION ON STATUS"), "a status without its reason"),
)
_US_ASSIGNMENT = "the office records security interests as assignments too"


def _of_class(code: EventCode) -> Meaning | None:
    reader = _READERS.get(code.event_class)
    event = reader(code) if reader else None
    if event:
        return Meaning(event, _left_open(code))
    if code.event_class in ("", "Z", "W"):
        return next((Meaning(event, "the code has no class; read by its words alone") for event in _by_words(code)), None)
    return None


def _left_open(code: EventCode) -> str:
    if (code.office, code.words) == ("US", "ASSIGNMENT"):
        return _US_ASSIGNMENT
    return next((doubt for pattern, doubt in _OPEN if pattern.search(code.words)), "")


def _cessation(code: EventCode) -> Event:
    if _UNPAID.search(code.words) or "ANNULMENT OR LAPSE" in code.words:
        return Event.LAPSED
    if _VOID.search(code.words):
        return Event.INVALIDATED
    if _GIVEN_UP.search(code.words):
        return Event.GIVEN_UP
    return Event.EXPIRED if re.search(r"EXPIR|\bTERM\b", code.words) and "FEE" not in code.words else Event.LAPSED


def _revival(code: EventCode) -> Event | None:
    asked = re.search(r"REQUEST|APPLICATION (?:FOR|FILED)|FILED|REFUS|WITHDRAW|REJECT", code.words)
    return None if asked and code.influence != "+" else Event.RESTORED


def _review(code: EventCode) -> Event | None:
    if re.search(r"DECISION TO REVOKE|PATENT REVOKED", code.words):
        return Event.INVALIDATED
    if re.search(r"DEDICAT|DISCLAIM", code.words):
        return Event.GIVEN_UP if "DEDICAT" in code.words else Event.LIMITED
    if not _ATTACK.search(code.words):
        return None
    return _attack(code)


def _attack(code: EventCode) -> Event:
    if _FAILED.search(code.words):
        return Event.ATTACK_FAILED
    if _STARTS.search(code.words):
        return Event.ATTACKED
    if "CERTIFICATE" in code.words and code.influence != "+":
        return Event.LIMITED
    return Event.ATTACK_FAILED if code.influence == "+" else Event.ATTACKED


def _maintenance(code: EventCode) -> Event:
    part = re.search(r"PART|LIMIT|RESTRICT|\bAMEND|MODIF|CLAIMS CHANGED", code.words)
    return Event.LIMITED if part or code.influence == "-" else Event.ATTACK_FAILED


def _payment(code: EventCode) -> Event | None:
    if re.search(r"\bLAPSED", code.words):
        return Event.LAPSED
    if "PROCEDURE" in code.words:
        return None
    if _UNPAID.search(code.words) or code.influence == "-":
        return Event.FEE_DUE
    return Event.FEE_PAID if _PAID.search(code.words) or code.influence == "+" else None


def _party(code: EventCode) -> Event | None:
    if re.search(r"AGENT|ATTORNEY|INVENTOR|REPRESENTATIVE|LICENSEE|REFUSED|REJECTED|PENDING|DECLINING", code.words):
        return None
    if _NAMED.search(code.words) and not _TAKEN_OVER.search(code.words):
        return Event.OWNER_RENAMED
    return Event.OWNER_CHANGED if _OWNER.search(code.words) else None


def _licence(code: EventCode) -> Event | None:
    return Event.LICENSED if re.search(r"LICEN[CS]", code.words) else None


def _procedure(code: EventCode) -> Event | None:
    if re.search(r"RESUM|REMOVAL OF (?:INTERRUPTION|SUSPENSION)|SUSPENSION CANCELLED", code.words):
        return Event.RESUMED
    return Event.SUSPENDED if re.search(r"SUSPEN|STAY|INTERRUPT", code.words) else None


_READERS: Mapping[str, Callable[[EventCode], Event | None]] = {
    "H": _cessation, "K": _revival, "L": _review, "M": _maintenance, "U": _payment, "R": _party, "S": _licence, "T": _procedure,
}  # fmt: skip
"""By the table's class letter: cessation, revival, review, maintenance, payment, party data, licensing, procedure."""


def _by_words(code: EventCode) -> Iterator[Event]:
    for pattern, event in _WORDS:
        if pattern.search(code.words):
            yield event


_WORDS = (
    (re.compile(r"APPLICATION .*FOR REVOCATION"), Event.ATTACKED),
    (re.compile(r"(?=.*(?:PATENT|MODEL|CERTIFICATE))(?:.*\b(?:LAPS|CEAS)|.*TERMINATION OF PATENT)"), Event.LAPSED),
    (re.compile(r"PARTIAL REVOCATION"), Event.LIMITED),
    (
        re.compile(r"PATENT (?:REVOKED|DECLARED (?:VOID|INVALID|NULL))|REVOCATION OF PATENT|NULLITY (?:OF|DECLARED)|CERTIFICATE REVOKED"),
        Event.INVALIDATED,
    ),
    (re.compile(r"PATENT EXPIRED|EXPIRY OF (?:THE )?PATENT"), Event.EXPIRED),
    (re.compile(r"FEES? ACCEPTED"), Event.FEE_PAID),
    (_UNPAID, Event.FEE_DUE),
    (re.compile(r"\bASSIGNMENT|CHANGE OF OWNER"), Event.OWNER_CHANGED),
    (re.compile(r"\bLICEN[CS]E"), Event.LICENSED),
)
