"""What a mirror keeps of names, and what it looks up, so that a search reads few names of many and misses none.

A mirror holds one row for each `Entry` (words, form, length) and one for each of its keys, indexed; `probe` says what to look up. From a
threshold of 80 on, every name that name_matching.compare would match is among the candidates.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise

from ledger.domain.name_matching import USUAL, Settings, is_telling, slips
from ledger.domain.names import NormalName, UnusableName, is_han, names_in, normal, pinyin, sound

GRAM = 3
_LOWEST_COMPLETE = 80


@dataclass(frozen=True, slots=True)
class Entry:
    """One name that a record states: normal form, as recorded, id of the record. A mirror keeps the words joined by blanks."""

    name: NormalName
    recorded: str
    record: str

    @property
    def length(self) -> int:
        """Letters of the name without legal form and blanks."""
        return len(self.name.core)

    @property
    def keys(self) -> frozenset[str]:
        """The keys under which a mirror finds it.

        Prefix f: normal form; c: core; t: sorted words; p: pinyin; s: sound; w: Latin word; b: pair of Chinese characters; g: three letters
        in a row, the ends marked.
        """
        return frozenset((*_whole(self.name), *_parts(self.name.words), *(f"g:{gram}" for gram in grams(self.name.core))))


def entries(records: Iterable[tuple[str, str]]) -> Iterator[Entry]:
    """The entries of (recorded name, record id); several where it states former or trade names, none where it has no letter or digit."""
    for recorded, record in records:
        for part in names_in(recorded):
            # Some letters fold to a mere accent, so only the normal form shows whether anything is left.
            with suppress(UnusableName):
                yield Entry(normal(part), recorded, record)


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
    """What to look up: a candidate has any key of `any_of`, or all of `all_of` (if any), or `least` of `grams` and a length in `lengths`.

    `complete` says that nothing which `compare` would match can be missed.
    """

    any_of: frozenset[str]
    all_of: frozenset[str]
    grams: frozenset[str]
    least: int
    lengths: range
    complete: bool

    def takes(self, entry: Entry) -> bool:
        """Whether an entry is a candidate: what the mirror's query computes."""
        held = entry.keys
        near = entry.length in self.lengths and len(self.grams & held) >= self.least
        return near or bool(self.any_of & held) or (bool(self.all_of) and self.all_of <= held)


def probe(query: str, settings: Settings = USUAL) -> Probe:
    """The look-up for a query. Raises UnusableName."""
    name = normal(query)
    spelled, size = grams(name.core), len(name.core)
    lost = {other: _most_lost(size, other, settings.threshold) for other in range(2 * size + 4)}
    near = [other for other, most in lost.items() if most is not None]
    least = max(1, len(spelled) - max(most for most in lost.values() if most is not None))
    longer = frozenset(_parts(name.words)) if settings.contained and is_telling(name.words) else frozenset[str]()
    shorter = set(_pieces(name.words)) if settings.contained else set[str]()
    return Probe(
        frozenset(shorter.union(_whole(name))),
        longer,
        frozenset(f"g:{gram}" for gram in spelled),
        least,
        range(near[0], near[-1] + 1),
        settings.threshold >= _LOWEST_COMPLETE,
    )


def _most_lost(length: int, other: int, threshold: int) -> int | None:
    """How many of a name's grams a name of another length that is like it may lack; None if none of that length can be like it.

    A letter left out costs three grams, one put in two; a slip (a swap at most) four.
    """
    edits = (100 - threshold) * (length + other) // 100
    out = (edits - (other - length)) // 2
    similar = 3 * out + 2 * (out + other - length) if edits >= abs(other - length) else None
    most = slips(max(length, other))
    slipped = 4 * most if most >= abs(other - length) else None
    return max((lost for lost in (similar, slipped) if lost is not None), default=None)


def _pieces(words: tuple[str, ...]) -> Iterator[str]:
    """The cores of all shorter names that the words contain."""
    for start in range(len(words)):
        for end in range(start + 1, len(words) + 1):
            if is_telling(words[start:end]):
                yield f"c:{''.join(words[start:end])}"
