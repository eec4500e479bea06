"""Whether and why two names are alike, and how nearly."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from rapidfuzz.distance import OSA, Indel

from ledger.domain.names import NormalName, is_han, pinyin, sound

_LEAST_LETTERS, _LEAST_CHARACTERS = 4, 2


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


USUAL = Settings()
"""The settings of a search that states none."""


@dataclass(frozen=True, slots=True)
class Match:
    """Why, and how nearly (0 to 100), one name is like another."""

    reasons: tuple[Reason, ...]
    score: int

    @property
    def is_exact(self) -> bool:
        """Whether the two have the same normal form."""
        return Reason.SAME in self.reasons


def compare(wanted: NormalName, name: NormalName, settings: Settings = USUAL) -> Match | None:
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
    most = slips(max(len(one), len(other)))
    return most > 0 and OSA.distance(one, other, score_cutoff=most) <= most


def slips(length: int) -> int:
    """How many slips names of that length may differ by."""
    return 0 if length < 4 else 1 if length < 12 else 2


def _sounds_alike(one: NormalName, other: NormalName) -> bool:
    if one.is_chinese and other.is_chinese:
        # A character is a syllable: names of different length need not be read.
        return len(one.words) == len(other.words) and sound(one) == sound(other)
    return (one.is_chinese or other.is_chinese) and pinyin(one) == pinyin(other)


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
