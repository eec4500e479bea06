"""Search for an organisation by name in two steps: names found, exact and similar, then the searcher's selection.

Step one compares a name with candidates; a mirror finds the candidates among a million names by `keys_of`, held in an indexed table, and
`probe`, which says what to look up in it. From a threshold of 80 on, every name that `compare` would match is among the candidates.
Natural persons stand on the ledger by commitments only: a search by name cannot see them, and its result says so.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from rapidfuzz.distance import OSA, Indel

from ledger.domain.names import ALGORITHM, NormalName, is_han, names_in, normal, pinyin, sound

GRAM = 3
_LOWEST_COMPLETE = 80
_LEAST_LETTERS, _LEAST_CHARACTERS = 4, 2


class SelectionError(ValueError):
    """A selection of names that the search did not find; the message names them."""


class Reason(Enum):
    """Why a name was found."""

    SAME = "same normal form"
    SAME_WITHOUT_FORM = "same without legal form"
    SAME_WORDS = "same words in another order"
    TYPING_ERROR = "typing error"
    SOUND_ALIKE = "sounds alike"
    CONTAINED = "one name contains the other"
    SIMILAR = "similar"


@dataclass(frozen=True, slots=True)
class Settings:
    """What counts as similar: from how many percent of letters in common (0 to 100), and whether contained names are shown."""

    threshold: int = 85
    contained: bool = True

    def __post_init__(self) -> None:
        if not 0 < self.threshold <= 100:
            raise ValueError(f"threshold {self.threshold}: 1 to 100 percent")


@dataclass(frozen=True, slots=True)
class Match:
    """Why, and how nearly (0 to 100), one name is like another."""

    reasons: tuple[Reason, ...]
    score: int

    @property
    def is_exact(self) -> bool:
        """Whether the two have the same normal form."""
        return Reason.SAME in self.reasons


@dataclass(frozen=True, slots=True)
class Group:
    """The records under one normal form: the spellings recorded, the records' ids in order, why and how nearly it was found."""

    normal_form: str
    spellings: tuple[str, ...]
    ids: tuple[str, ...]
    match: Match

    @property
    def count(self) -> int:
        """How many records there are."""
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Found:
    """Step one: what was searched and how, groups of exact and of similar names (nearest first), and what the search could not see."""

    query: str
    normal_form: str
    algorithm: int
    settings: Settings
    exact: tuple[Group, ...]
    similar: tuple[Group, ...]
    unseen: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """Step two: the groups chosen, every exact one among them, and their records' ids."""

    found: Found
    groups: tuple[Group, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """The chosen records, each once, in order."""
        return tuple(sorted({record for group in self.groups for record in group.ids}))


def search(query: str, candidates: Iterable[tuple[str, str]], settings: Settings = Settings(), hidden_persons: int = 0) -> Found:
    """Step one over (recorded name, record id). A record is found under each name that it states, former ones too. Raises UnusableName.

    `hidden_persons` is how many parties in the searched scope stand by commitment only.
    """
    wanted = normal(query)
    records: dict[str, dict[str, str]] = defaultdict(dict)
    matches: dict[str, Match] = {}
    for recorded, record in candidates:
        for name in _normals(recorded):
            match = compare(wanted, name, settings)
            if match:
                matches[name.full] = match
                records[name.full][record] = recorded
    groups = sorted((_group(form, records[form], match) for form, match in matches.items()), key=_rank)
    exact = tuple(group for group in groups if group.match.is_exact)
    similar = tuple(group for group in groups if not group.match.is_exact)
    return Found(query, wanted.full, ALGORITHM, settings, exact, similar, _unseen(hidden_persons))


def select(found: Found, similar: Collection[str]) -> Selection:
    """Step two: the exact groups and the similar ones of these normal forms. Raises SelectionError for a form that was not found."""
    known = {group.normal_form for group in (*found.exact, *found.similar)}
    strangers = sorted(set(similar) - known)
    if strangers:
        raise SelectionError(f"selection: {', '.join(strangers)} not among the names found")
    chosen = (group for group in found.similar if group.normal_form in similar)
    return Selection(found, (*found.exact, *chosen))


def compare(wanted: NormalName, name: NormalName, settings: Settings = Settings()) -> Match | None:
    """Whether and why two names are alike; None if they are not."""
    if wanted.full == name.full:
        return Match((Reason.SAME,), 100)
    reasons = tuple(_reasons(wanted, name, settings))
    return Match(reasons, _score(wanted, name, reasons)) if reasons else None


def _reasons(wanted: NormalName, name: NormalName, settings: Settings) -> Iterator[Reason]:
    if wanted.core == name.core:
        yield Reason.SAME_WITHOUT_FORM
        return
    if wanted.sorted_words == name.sorted_words:
        yield Reason.SAME_WORDS
    if _is_slip(wanted.core, name.core):
        yield Reason.TYPING_ERROR
    if _sounds_alike(wanted, name):
        yield Reason.SOUND_ALIKE
    if settings.contained and (_holds(wanted.words, name.words) or _holds(name.words, wanted.words)):
        yield Reason.CONTAINED
    if _is_similar(wanted.core, name.core, settings.threshold):
        yield Reason.SIMILAR


def _is_slip(one: str, other: str) -> bool:
    """A letter wrong, left out, added or two swapped: one in names from four letters, two from twelve."""
    most = _slips(max(len(one), len(other)))
    return most > 0 and OSA.distance(one, other, score_cutoff=most) <= most


def _slips(length: int) -> int:
    return 0 if length < 4 else 1 if length < 12 else 2


def _sounds_alike(one: NormalName, other: NormalName) -> bool:
    if not (one.is_chinese or other.is_chinese):
        return False
    return pinyin(one) == pinyin(other) or (one.is_chinese and sound(one) == sound(other))


def _holds(words: tuple[str, ...], part: tuple[str, ...]) -> bool:
    """Whether the words of a part that says something stand in a row in the words."""
    return is_telling(part) and any(words[at : at + len(part)] == part for at in range(len(words) - len(part) + 1))


def is_telling(words: tuple[str, ...]) -> bool:
    """Whether words are enough to find a longer name by: four letters, or two Chinese characters."""
    characters = sum(map(is_han, words))
    return characters >= _LEAST_CHARACTERS or sum(map(len, words)) - characters >= _LEAST_LETTERS


def _is_similar(one: str, other: str, threshold: int) -> bool:
    letters = len(one) + len(other)
    most = (100 - threshold) * letters // 100
    return Indel.distance(one, other, score_cutoff=most) <= most


def _score(wanted: NormalName, name: NormalName, reasons: tuple[Reason, ...]) -> int:
    if Reason.SAME_WITHOUT_FORM in reasons or Reason.SAME_WORDS in reasons:
        return 99
    heard = [(pinyin(wanted), pinyin(name))] if Reason.SOUND_ALIKE in reasons else []
    nearest = max(Indel.normalized_similarity(one, other) for one, other in [(wanted.core, name.core), *heard])
    return min(98, int(100 * nearest))


def _normals(recorded: str) -> Iterator[NormalName]:
    return (normal(part) for part in names_in(recorded) if re.search(r"[^\W_]", part))


def _group(form: str, recorded: Mapping[str, str], match: Match) -> Group:
    return Group(form, tuple(sorted(set(recorded.values()))), tuple(sorted(recorded)), match)


def _rank(group: Group) -> tuple[int, str]:
    return -group.match.score, group.normal_form


def _unseen(hidden_persons: int) -> tuple[str, ...]:
    if not hidden_persons:
        return ()
    return (
        f"{hidden_persons} natural persons stand by salted commitment: not searched by name, found by name and salt together",
    )


def keys_of(recorded: str) -> frozenset[str]:
    """The keys under which a mirror holds a recorded name (one row each, indexed); of every name that it states.

    Prefix f: normal form; c: core; t: sorted words; p: pinyin; s: sound; w: Latin word; b: pair of Chinese
    characters; g: three letters in a row, the ends marked. Names without letter or digit have no key.
    """
    return frozenset(key for name in _normals(recorded) for key in _keys(name))


def _keys(name: NormalName) -> Iterator[str]:
    yield from _whole(name)
    yield from _parts(name.words)
    yield from (f"g:{gram}" for gram in grams(name.core))


def _whole(name: NormalName) -> Iterator[str]:
    yield from (f"f:{name.full}", f"c:{name.core}", f"t:{name.sorted_words}", f"p:{pinyin(name)}")
    if name.is_chinese:
        yield f"s:{sound(name)}"


def _parts(words: tuple[str, ...]) -> Iterator[str]:
    yield from (f"w:{word}" for word in words if not is_han(word))
    yield from (f"b:{one}{other}" for one, other in pairwise(words) if is_han(one) and is_han(other))


def grams(core: str) -> frozenset[str]:
    """Each three letters in a row of a name without blanks, its ends marked by two carets and two dollars."""
    marked = f"^^{core}$$"
    return frozenset(marked[at : at + GRAM] for at in range(len(marked) - GRAM + 1))


@dataclass(frozen=True, slots=True)
class Probe:
    """What to look up: a candidate has any key of `any_of`, or all of `all_of` (where there are some), or at least `least` of `grams`.

    `complete` says that nothing which `compare` would match can be missed.
    """

    any_of: frozenset[str]
    all_of: frozenset[str]
    grams: frozenset[str]
    least: int
    complete: bool

    def takes(self, keys: Collection[str]) -> bool:
        """Whether a name with these keys is a candidate: what the mirror's query computes."""
        held = set(keys)
        return bool(self.any_of & held) or (bool(self.all_of) and self.all_of <= held) or len(self.grams & held) >= self.least


def probe(query: str, settings: Settings = Settings()) -> Probe:
    """The look-up for a query. Raises UnusableName."""
    name = normal(query)
    spelled = grams(name.core)
    lost = max(_most_lost(len(name.core), settings.threshold), 4 * _slips(len(name.core) + 2))
    longer = frozenset(_parts(name.words)) if settings.contained and is_telling(name.words) else frozenset[str]()
    shorter = frozenset(_pieces(name.words)) if settings.contained else frozenset[str]()
    least = max(1, len(spelled) - lost)
    any_of, complete = shorter | set(_whole(name)), settings.threshold >= _LOWEST_COMPLETE
    return Probe(any_of, longer, frozenset(f"g:{gram}" for gram in spelled), least, complete)


def _pieces(words: tuple[str, ...]) -> Iterator[str]:
    """The cores of all shorter names that the words contain."""
    for start in range(len(words)):
        for end in range(start + 1, len(words) + 1):
            if is_telling(words[start:end]):
                yield f"c:{''.join(words[start:end])}"


def _most_lost(length: int, threshold: int) -> int:
    """How many of a name's grams a similar name may lack: a letter left out costs three, one put in two."""
    lost = 0
    for other in range(2 * length + 2):
        edits = (100 - threshold) * (length + other) // 100
        out = (edits - (other - length)) // 2
        if out >= 0 and edits >= abs(other - length):
            lost = max(lost, 3 * out + 2 * (out + other - length))
    return lost
