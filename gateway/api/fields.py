"""What fields of requests may hold, and what a person is told who writes another thing."""

import re
from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from gateway.roles import MODES, ROLES
from ledger.domain.money import MAX_MINOR

MOST_DEPTH = 32

ACCOUNT, WORD, NUMBER = r"^0x[0-9a-fA-F]{40}$", r"^0x[0-9a-fA-F]{64}$", r"^[0-9]{1,78}$"
Hex20 = Annotated[str, Field(pattern=ACCOUNT)]
Hex32 = Annotated[str, Field(pattern=WORD)]
HexBytes = Annotated[str, Field(pattern=r"^0x([0-9a-fA-F]{2})*$", max_length=4096)]
Decimal = Annotated[str, Field(pattern=NUMBER)]
Text = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]*$")]
"""Text without control characters, which databases and people read differently."""
KEY = r"^[^\x00-\x20\x7f-\x9f]([^\x00-\x1f\x7f-\x9f]*[^\x00-\x20\x7f-\x9f])?$"
Key = Annotated[str, Field(pattern=KEY, min_length=1, max_length=256)]
"""An idempotency key. Blanks at its ends would be lost on the way of a header, and name another act in a body."""


def _as_utf8(given: Any) -> Any:
    """A header's text: a server reads its bytes as Latin-1, so that the same key would be another one in a body."""
    try:
        return given.encode("latin-1").decode() if isinstance(given, str) else given
    except UnicodeError as wrong:
        raise ValueError("text in UTF-8 expected, as in a body") from wrong


KeyHeader = Annotated[Key, BeforeValidator(_as_utf8)]
Role = Annotated[str, Field(json_schema_extra={"enum": list(ROLES)})]
Mode = Annotated[str, Field(json_schema_extra={"enum": list(MODES)})]


def words_of(kind: type[Enum]) -> dict[str, Any]:
    """What the document says of a word that names a member of an enumeration."""
    return {"enum": [each.lower().replace("_", " ") for each in kind.__members__]}


MONTH = r"^[12][0-9]{3}-(0[1-9]|1[0-2])$"

FORMS = {
    KEY: "a key; write text without control characters and without blanks at its ends",
    ACCOUNT: "an account; write 0x and 40 hex digits",
    WORD: "a hash or a word; write 0x and 64 hex digits",
    r"^[0-9]{1,19}$": "an amount in minor units; write digits without a point, as 1250 for 12.50",
    NUMBER: "a number; write its digits",
    r"^[A-Z]{3}$": "a currency; write its ISO 4217 code, as USD",
    MONTH: "a month; write its year and month, as 2026-01",
    r"^[0-9]{1,9}/[1-9][0-9]{0,8}$": "a rate; write a fraction, as 5/10000",
    r"^[0-9]{1,12}$": "a pledge's number; write its digits",
    r"^[A-Z]{2}$": "an office or a jurisdiction; write two capital letters, as CN",
    r"^[A-Z]$": "a class of rights; write one capital letter, as P",
    r"^(sent|mined|final)$": "a state to wait for; write sent, mined or final",
    r"^(pledge|factoring|assignment)$": "a kind of lien; write pledge, factoring or assignment",
    r"^(subordination|super-priority|intercreditor agreement|turnover)$": (
        "a relation of liens; write subordination, super-priority, intercreditor agreement or turnover"
    ),
    r"^0x([0-9a-fA-F]{2})*$": "bytes; write 0x and two hex digits for each",
    r"^[A-Za-z0-9+/]+={0,2}$": "bytes in base64",
    r"^[^\x00-\x1f\x7f]*$": "text without control characters",
    r"^[^\x00-\x1f\x7f]{1,80}$": "an id; write at most 80 characters, none of them a control character",
}
"""What is to be written where a pattern is not kept, by the pattern."""


def _shallow(value: Any) -> Any:
    """What is nested deeper than any record, or has half a character in it, is refused before anything walks through it."""
    level = [value]
    for _ in range(MOST_DEPTH):
        inner = list[Any]()
        for each in level:
            if isinstance(each, str):
                if not each.isascii():
                    _check_whole(each)
            elif isinstance(each, dict):
                inner += each
                inner += each.values()
            elif isinstance(each, list):
                inner += each
        if not inner:
            return value
        level = inner
    raise ValueError(f"nested deeper than {MOST_DEPTH} levels")


def _check_whole(text: str) -> None:
    """Raises ValueError for a text that can't be written: JSON may escape half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("text with half of a surrogate pair, which is no character") from None


Shallow = AfterValidator(_shallow)

_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def _instant(given: Any) -> Any:
    """Numbers and times without an offset are no times: which zone, and seconds or milliseconds, would be guessed."""
    if not isinstance(given, str) or not _INSTANT.fullmatch(given):
        raise ValueError("a time with its offset expected (RFC 3339), for example 2026-01-31T00:00:00Z")
    return given


def _day(given: Any) -> Any:
    if not isinstance(given, str) or not _DAY.fullmatch(given):
        raise ValueError("a day expected, for example 2026-01-31")
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise ValueError(f"{given} is no day of the calendar; a day expected, for example 2026-01-31") from None


Instant = Annotated[datetime, Field(strict=False), BeforeValidator(_instant)]
Day = Annotated[date, Field(strict=False), BeforeValidator(_day)]


def _counted(text: str) -> str:
    if int(text) > MAX_MINOR:
        raise ValueError(f"at most {MAX_MINOR} minor units expected")
    return text


Minor = Annotated[str, Field(pattern=r"^[0-9]{1,19}$"), AfterValidator(_counted)]
"""An amount in minor units, as text."""
Pledges = Annotated[str, Field(pattern=r"^[0-9]{1,12}$")]
"""A pledge's number, as text: the key of an object."""
Line = Annotated[Text, Field(min_length=1, max_length=400)]
