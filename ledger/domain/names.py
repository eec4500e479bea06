"""Normal forms of organisations' names, for search and comparison.

The algorithm has a version; a search certificate names it and the normal form that was searched, so that the answer can be had again.
Rules follow IACA Model Administrative Rules (UCC) 503: no case, punctuation, accents or blanks, "&" is "and", no leading "the", ending
words of legal form apart; beyond them full width, traditional characters, capacities ("as collateral agent"), and sound in pinyin.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import groupby

from opencc import OpenCC

from ledger.domain.legal_forms import CHINESE, JOINING, LATIN, LEADING

ALGORITHM = 1


class UnusableName(ValueError):
    """A name that has no normal form; the message names it."""


@dataclass(frozen=True, slots=True)
class NormalName:
    """A name's normal form.

    `words` are the units of the name without its legal form: a Latin word each, a Chinese character each. `form` is the legal form in its
    one spelling. `capacity` is what the party acts as, or a note of where it was made; it is no part of the name.
    """

    words: tuple[str, ...]
    form: str
    capacity: str = ""

    @property
    def core(self) -> str:
        """The name without legal form and blanks."""
        return "".join(self.words)

    @property
    def full(self) -> str:
        """The normal form: name, bar, legal form, without blanks ("BARCLAYSBANK|PLC")."""
        return f"{self.core}|{self.form}"

    @property
    def sorted_words(self) -> str:
        """The name's words in alphabetical order; a run of Chinese characters is one word."""
        return " ".join(sorted(runs(self.words)))

    @property
    def is_chinese(self) -> bool:
        """Whether the name has Chinese characters."""
        return any(map(is_han, self.words))


def normal(name: str) -> NormalName:
    """The normal form of a name; of the present one where a former or trade name follows. Raises UnusableName where nothing is left."""
    return _normal(_folded(_named(name)[0]), name)


def _normal(folded: str, name: str) -> NormalName:
    text, capacity = _parted(folded)
    words, form = _without_form(_units(_spelled(text)))
    if not words:
        raise UnusableName(f"name {name[:80]!r}: no letter or digit in it")
    return NormalName(tuple(words), form, capacity)


def names_in(recorded: str) -> tuple[str, ...]:
    """The names in one recorded text: the present one, then those after "formerly known as", "doing business as" and the like."""
    return tuple(part for each in _named(recorded) if (part := each.strip(" ,;()")))


_OTHER_NAME = re.compile(
    r"[\s,(]+(?:[FNAD]/[KB]/A|FKA|DBA|T/A|TRADING AS|FORMERLY(?: KNOWN AS)?|NOW KNOWN AS|原名|曾用名)[\s::]+", re.IGNORECASE
)


def _named(recorded: str) -> list[str]:
    return _OTHER_NAME.split(recorded)


_LETTERS = str.maketrans({"Ø": "O", "Æ": "AE", "Œ": "OE", "Ł": "L", "Đ": "D", "Þ": "TH", "’": "'", "‘": "'", "·": " ", "•": " "})  # noqa: RUF001
_ACCENTS = re.compile("[\u0300-\u036f]")


def _folded(text: str) -> str:
    """Full width as half, capitals, no accents, simplified characters, single blanks."""
    capitals = unicodedata.normalize("NFKC", text).upper().translate(_LETTERS)
    bare = unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", capitals)))
    return " ".join((_simplified().convert(bare) if any(map(is_han, bare)) else bare).split())


@cache
def _simplified() -> OpenCC:
    return OpenCC("t2s")


_ACTS_AS = (
    r"(?:\w*AGENTS?|TRUSTEES?|CUSTODIAN|NOMINEE|ADMINISTRATOR|REPRESENTATIVE|LENDERS?|SECURED PART(?:Y|IES)|RECEIVER|LIQUIDATOR|SUCCESSOR"
    r"|(?:GRANT|ASSIGN|PLEDG|LICENS|MORTGAG|CHARG)(?:OR|EE|E)S?|DEBTORS?|BORROWERS?|GUARANTORS?|OBLIGORS?|CREDITORS?|NOTEHOLDERS?)"
)
_CAPACITY = re.compile(
    rf"[\s,(]+((?:SOLELY |ACTING |NOT (?:INDIVIDUALLY|IN ITS INDIVIDUAL CAPACITY),? BUT )*(?:IN ITS CAPACITY )?"
    rf"AS (?:[\w&'/-]+ ){{0,8}}?{_ACTS_AS}\b.*)$"
    rf"|[\s,]+\(({_ACTS_AS}|CHANGED TO|MERGED INTO)\)$"
    r"|\(?(作为[^()]{0,16}(?:代理人|代理行|受托人|托管人|管理人))\)?$"
    r"|\(([^()]{0,8}(?:代理人|代理行|受托人|托管人|管理人))\)$"
)
_A_LETTER = re.compile(r"[^\W_]")
_MADE_IN = re.compile(r",\s*(AN? (?:[\w.]+ ){0,5}?(?:CORP|CORPORATION|COMPANY|PARTNERSHIP|ASSOCIATION|BANK|TRUST|LLC|L\.L\.C\.)(?:\W.*)?)$")


def _parted(text: str) -> tuple[str, str]:
    """The name, and the capacity or note of incorporation behind it."""
    for pattern in (_CAPACITY, _MADE_IN):
        found = pattern.search(text)
        if found and _A_LETTER.search(text, 0, found.start()):
            noted = next(part for part in found.groups() if part)
            return text[: found.start()], noted.strip(" ,()")
    return text, ""


_INITIALS = re.compile(r"\b(?:[A-Z] )+[A-Z]\b")
_THE_LAST = re.compile(r",\s*THE$")


def _spelled(text: str) -> str:
    """Words parted by single blanks: "&" as AND, initials as one word with dots or without, no other punctuation, no leading THE."""
    joined = re.sub(r"[.']", "", _THE_LAST.sub("", text).replace("&", " AND ").replace("+", " AND "))
    words = " ".join(re.sub(r"[\W_]+", " ", joined).split())
    return _INITIALS.sub(lambda initials: initials[0].replace(" ", ""), words).removeprefix("THE ")


_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_UNIT = re.compile(rf"[{_HAN}]|[^\s{_HAN}]+")
_ONE_HAN = re.compile(rf"[{_HAN}]")
_FIRST_HAN = "\u3400"
_READ_ONCE = 4_096
"""Texts whose reading is kept: a search compares one name with many, and to read one takes longer than all else."""


def is_han(text: str) -> bool:
    """Whether text begins with a Chinese character."""
    # Most text is Latin, and this is asked of every word.
    return text >= _FIRST_HAN and bool(_ONE_HAN.match(text))


def _units(text: str) -> list[str]:
    return _UNIT.findall(text)


def runs(words: Iterable[str]) -> Iterator[str]:
    """The words, with each run of Chinese characters as one."""
    for han, run in groupby(words, is_han):
        if han:
            yield "".join(run)
        else:
            yield from run


_SPELLINGS = {tuple(spelling.split()): form for form, others in LATIN.items() for spelling in (form, *others)}
_BRANCH = "分公司"
_LONGEST = max(map(len, _SPELLINGS))
_ENDINGS = sorted(((ending, form) for form, others in CHINESE.items() for ending in (form, *others)), key=lambda pair: -len(pair[0]))


def _without_form(words: Sequence[str]) -> tuple[Sequence[str], str]:
    """The words before the legal forms, and the forms in their one spelling; a name that is all form stays a name."""
    left, forms = _before_leading(words)
    while left:
        length, form = (1, "") if forms and left[-1] in JOINING else _last_form(left)
        if not length:
            break
        left, forms = left[:-length], [form, *forms]
    return (left, " ".join(filter(None, forms))) if left else (words, "")


def _before_leading(words: Sequence[str]) -> tuple[Sequence[str], list[str]]:
    return (words[1:], [words[0]]) if len(words) > 1 and words[0] in LEADING else (words, [])


def _last_form(words: Sequence[str]) -> tuple[int, str]:
    """How many units the form at the end takes, and its one spelling; none: 0."""
    for length in range(min(_LONGEST, len(words)), 0, -1):
        form = _SPELLINGS.get(tuple(words[-length:]))
        if form:
            return length, form
    tail = "".join(words[-8:])
    ended = (pair for pair in _ENDINGS if tail.endswith(pair[0]) and not tail.endswith(_BRANCH))
    return next(((len(ending), form) for ending, form in ended), (0, ""))


_UNPARTED = ((re.compile("^([zcs])h"), r"\1"), (re.compile("([aei]n)g$"), r"\1"), (re.compile("^n"), "l"))
"""Pairs of pinyin that many speakers do not part: zh/z, ch/c, sh/s; ang/an, eng/en, ing/in; n/l."""


@cache
def _syllable(pinyin: str) -> str:
    for pattern, other in _UNPARTED:
        pinyin = pattern.sub(other, pinyin)
    return pinyin


def sound(name: NormalName) -> str:
    """How a Chinese name sounds: pinyin without tones, pairs that many speakers do not part brought together; empty for other names."""
    return "".join(map(_syllable, _pinyin(name))) if name.is_chinese else ""


def pinyin(name: NormalName) -> str:
    """The name in pinyin without tones and blanks, Latin letters in lower case: what it is where it is written in pinyin."""
    return "".join(_pinyin(name))


def _pinyin(name: NormalName) -> list[str]:
    return [part for run in runs(name.words) for part in _read(run)]


@lru_cache(_READ_ONCE)
def _read(text: str) -> tuple[str, ...]:
    if not is_han(text):
        return (text.lower(),)
    # Its tables take most of a second to load: only who reads Chinese names waits for them.
    from pypinyin import Style, lazy_pinyin

    return tuple(lazy_pinyin(text, style=Style.NORMAL, errors="default"))
