"""Names of parties as offices record them: who it is, and in which capacity."""

import re
from dataclasses import dataclass

_SPACES = re.compile(r"\s+")
_IN_BRACKETS = re.compile(r"\(\s*((?:IN ITS )?(?:CAPACITY )?AS\b[^)]*|SECURED PART(?:Y|IES)|IN ITS [^)]*)\)?\s*$")
_AFTER_COMMA = re.compile(
    r"(?:,\s*|\.\s+|\s+)((?:SOLELY |NOT INDIVIDUALLY BUT |SOLELY IN ITS CAPACITY |IN ITS CAPACITY )?"
    r"AS (?:THE |A |SOLE |INITIAL |PRIOR |NEW )?"
    r"(?:[\w&/-]+ ){0,8}?(?:\w*AGENT|TRUSTEE|LENDER|ASSIGNEE|ASSIGNOR|GRANTEE|SECURED PART(?:Y|IES)|NOTEHOLDER|BANK|MORTGAGEE"
    r"|CUSTODIAN|SUCCESSOR|GRANTOR|PLEDGOR|DEBTOR|BORROWER|GUARANTOR)\b.*"
    r"|COLLATERAL AGENT|ADMINISTRATIVE AGENT|AS SUCCESSOR\b.*)$"
)
_SUCCESSOR_TO = re.compile(
    r"SUCCESSOR[ -](?:IN[ -]INTEREST |BY MERGER |BY CONVERSION |BY ASSIGNMENT )*(?:TO|OF) (.+?)(?:,\s*AS (?!SUCCESSOR)[\w ]+)?$"
)
_FORMERLY = re.compile(r"[\s,(]+(?:F/K/A|FKA|FORMERLY(?: KNOWN AS)?|FORMERLY,) ([^()]+)\)?$")
_CORPORATE_NOTE = re.compile(
    r",?\s+(?:AN?|THE) (?:[\w.]+ ){0,4}?(?:CORP|CORPORATION|COMPANY|LLC|LIMITED LIABILITY COMPANY|PARTNERSHIP)\b.*$"
)
_PUNCTUATION = re.compile(r"[.,;:'\"()]")
_LENDING = re.compile(r"\b(?:AGENT|TRUSTEE|LENDER|SECURED PART(?:Y|IES)|MORTGAGEE|NOTEHOLDER)\b")
_SAME_WORDS = {
    "INCORPORATED": "INC", "CORPORATION": "CORP", "LIMITED": "LTD", "COMPANY": "CO", "NATIONAL ASSOCIATION": "NA",
    "N A": "NA", "L L C": "LLC", "L P": "LP", "P L C": "PLC", "AND": "&",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
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
        """The organisation, its former name, and the one that its capacity says it succeeded."""
        former = [found[1] for found in (_SUCCESSOR_TO.search(self.capacity), _FORMERLY.search(self.name)) if found]
        return frozenset({self.key, *(party(name).key for name in former)})

    @property
    def lends(self) -> bool:
        """Whether the capacity is a lender's or its agent's."""
        return bool(_LENDING.search(self.capacity))

    def __str__(self) -> str:
        return f"{self.name}, {self.capacity}" if self.capacity else self.name


def party(recorded: str) -> Party:
    """The party of a recorded name; spaces are folded and letters raised, nothing else is changed."""
    name = _SPACES.sub(" ", recorded).strip().upper()
    for pattern in (_IN_BRACKETS, _AFTER_COMMA):
        found = pattern.search(name)
        if found and found.start():
            return Party(name[: found.start()].strip(" ,"), found[1].strip())
    return Party(name)


def _key(name: str) -> str:
    present = _CORPORATE_NOTE.sub("", _FORMERLY.sub("", name))
    text = _SPACES.sub(" ", _PUNCTUATION.sub(" ", present)).strip()
    text = f" {text} "
    for written, meant in _SAME_WORDS.items():
        text = text.replace(f" {written} ", f" {meant} ")
    return text.strip().removeprefix("THE ")
