"""Names of parties as offices record them: who it is, and in which capacity."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from gateway.replay.slips import one_slip

_SPACES = re.compile(r"\s+")
_ACTS_AS = (
    r"\w*AGENTS?|TRUSTEES?|LENDERS?|BANK|CREDITORS?|ASSIGNEES?|ASSIGNORS?|GRANTEES?|GRANTORS?|SECURED PART(?:Y|IES)|NOTEHOLDERS?"
    r"|MORTGAGEES?|CHARGEES?|PLEDGEES?|CUSTODIAN|SUCCESSOR|PLEDGORS?|DEBTORS?|BORROWERS?|GUARANTORS?|OBLIGORS?|LICENSEES?|LICENSORS?|BENEFICIARY"
)
_ADJECTIVES = (
    r"(?:THE |A |SOLE |INITIAL |PRIOR |NEW |FORMER |EXISTING |PREDECESSOR |RESIGNING |RETIRING |SUCCESSOR |COLLATERAL |ADMINISTRATIVE "
    r"|SECURITY |INDENTURE |NOTES? |FIRST |SECOND |LIEN |TERM |LOAN |ABL |AND |CO-)*"
)
_IN_BRACKETS = re.compile(
    r"\(\s*((?:IN ITS )?(?:CAPACITY )?AS\b[^)]*|IN ITS [^)]*|"
    rf"{_ADJECTIVES}(?:{_ACTS_AS})|(?:AS )?SUCCESSOR\b[^)]*|CHANGED TO|MERGED INTO)\)?\s*$"
)
_AFTER_COMMA = re.compile(
    r"(?<!KNOWN)(?<!BUSINESS)(?<!TRADING)(?:,\s*|\.\s+|\s+)"
    r"((?:SOLELY |NOT INDIVIDUALLY BUT |NOT IN ITS INDIVIDUAL CAPACITY BUT |FOR ITSELF AND |ACTING )?(?:SOLELY )?"
    r"(?:IN ITS CAPACITY )?AS (?:THE |A |SOLE |INITIAL |PRIOR |NEW )?"
    rf"(?:[\w&/-]+ ){{0,8}}?(?:{_ACTS_AS})\b.*"
    rf"|(?<=, ){_ADJECTIVES}(?:{_ACTS_AS})|COLLATERAL AGENT|ADMINISTRATIVE AGENT|AS SUCCESSOR\b.*|(?<=, )SUCCESSOR\b.*)$"
)
_SUCCESSOR_TO = re.compile(
    r"SUCCESSOR(?:[ -](?:IN[ -]INTEREST|BY[ -](?:MERGER|CONVERSION|ASSIGNMENT|ACQUISITION|CHANGE OF NAME)|AGENT"
    r"|(?:COLLATERAL|ADMINISTRATIVE) AGENT|TRUSTEE|,|AND))* (?:TO|OF) (.+?)(?:,\s*AS (?!SUCCESSOR)[\w ]+)?$"
)
_FORMERLY = re.compile(
    r"[\s,(]+(?:[FAN]/K/A|D/B/A|[FA]KA|DBA|FORMERLY(?: KNOWN AS)?|FORMERLY,|F\.K\.A\.|(?:NOW|ALSO) KNOWN AS|(?:DOING BUSINESS|TRADING) AS)"
    r" ([^()]+)\)?$"
)
_SIGNED_BY = re.compile(r"[\s,-]+BY ITS (?:SOLE |MANAGING |GENERAL )*(?:MEMBER|MANAGER|PARTNER)\b.*$")
_PLACE = r"(?:NEW YORK|NEW JERSEY|LOS ANGELES|SAN FRANCISCO|CAYMAN ISLANDS?|GRAND CAYMAN|HONG KONG|[\w.]+)"
_PART_OF = re.compile(rf"^\S.*? DIVISION OF (.+)$|^(.+?), (?:[\w.]+ ){{1,3}}BRANCH$|^(.+?) {_PLACE} BRANCH$")
_LEGAL_KIND = r"(?:CORP|CORPORATION|COMPANY|LLC|LIMITED LIABILITY COMPANY|PARTNERSHIP)"
_CORPORATE_NOTE = re.compile(
    rf",?\s+(?:AN?|THE) (?:[\w.]+ ){{0,4}}?{_LEGAL_KIND}\b.*$|(?<=[.,]),?\s+(?:[A-Z]+ ){{1,2}}(?:CORPORATION|LIMITED LIABILITY COMPANY)$"
)
_ARTICLE_LAST = re.compile(r",\s*THE$")
_PUNCTUATION = re.compile(r"[.,;:'\"()\u2018-\u201f\u2010-\u2015-]")
_INITIALS = re.compile(r"\b(?:[A-Z] )+[A-Z]\b")
_LENDING = re.compile(r"\b(?:\w*AGENTS?|TRUSTEES?|LENDERS?|SECURED PART(?:Y|IES)|MORTGAGEES?|CHARGEES?|PLEDGEES?|NOTEHOLDERS?)\b")
_AGENT = re.compile(r"\b\w*AGENTS?\b")
_LONG_FORMS = ("ASSOCIATION", "CORPORATION", "INCORPORATED")
_SAME_WORDS = {
    "INCORPORATED": "INC", "CORPORATION": "CORP", "LIMITED": "LTD", "COMPANY": "CO", "NATIONAL ASSOCIATION": "NA", "AND": "&",
}  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Party:
    """One party as recorded: the organisation's name and its capacity ("AS COLLATERAL AGENT"; empty where none is stated)."""

    name: str
    capacity: str = ""

    @property
    def key(self) -> str:
        """What the organisation is compared by: its name without case, punctuation, legal-form spelling or place of incorporation."""
        return _key(self.name)

    @property
    def keys(self) -> frozenset[str]:
        """The organisation, its former or other name, the one that it says it succeeded, and the one that it is a branch or division of."""
        return _keys(self.name, self.capacity)

    @property
    def lends(self) -> bool:
        """Whether the capacity is a lender's or its agent's."""
        return bool(_LENDING.search(self.capacity))

    @property
    def is_agent(self) -> bool:
        """Whether it acts as the agent of lenders."""
        return bool(_AGENT.search(self.capacity))

    @property
    def succeeds(self) -> bool:
        """Whether it says that it is another's successor, without necessarily saying whose."""
        return "SUCCESSOR" in self.capacity or "SUCCESSOR" in self.name

    def __str__(self) -> str:
        return f"{self.name}, {self.capacity}" if self.capacity else self.name


def party(recorded: str) -> Party:
    """The party of a recorded name; spaces and full-width forms are folded and letters raised, nothing else is changed."""
    name = _SPACES.sub(" ", unicodedata.normalize("NFKC", recorded)).strip().upper()
    for pattern in (_IN_BRACKETS, _AFTER_COMMA):
        found = pattern.search(name)
        if found and found.start():
            return Party(name[: found.start()].strip(" ,"), found[1].strip())
    return Party(name)


@cache
def _keys(name: str, capacity: str) -> frozenset[str]:
    others = [_SUCCESSOR_TO.search(capacity), _FORMERLY.search(name)]
    named = [found[1] for found in others if found]
    whole = _PART_OF.match(name)
    if whole:
        named.append(next(filter(None, whole.groups())))
    return frozenset({_key(name)}).union(*(party(each).keys for each in named))


@cache
def _mended(word: str) -> str:
    return next((meant for meant in _LONG_FORMS if one_slip(word, meant)), word)


@cache
def _key(name: str) -> str:
    present = _CORPORATE_NOTE.sub("", _SIGNED_BY.sub("", _FORMERLY.sub("", name)))
    text = _PUNCTUATION.sub(" ", _ARTICLE_LAST.sub("", present)).replace("+", " & ")
    text = _SPACES.sub(" ", text).strip()
    # Initials are one word with dots or without: U.S. and US, B.V. and BV, N. A. and NA.
    text = _INITIALS.sub(lambda initials: initials[0].replace(" ", ""), text)
    text = f" {text} "
    text = " ".join(_mended(word) for word in text.split(" "))
    for written, meant in _SAME_WORDS.items():
        text = text.replace(f" {written} ", f" {meant} ")
    return text.strip().removeprefix("THE ") or name
