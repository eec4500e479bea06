"""What a mirror keeps of names, and what it looks up, so that a search reads few names of many and misses none.

A mirror holds one row for each `Entry` (words, form, length, letters) and one for each of its keys, indexed; `probe` says what to look up.
Every name that name_matching.compare would match is among the candidates: most reasons make two names share a key, and names that are
similar or differ by slips differ in few letters, whatever their order (the bag distance: Bartolini, Ciaccia and Patella, SPIRE 2002).
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from ledger.domain.name_matching import USUAL, Settings, is_telling, slips
from ledger.domain.names import NormalName, UnusableName, is_han, names_in, normal, pinyin, sound

_BITS, _LATIN, _BANDS = 63, 26, 8


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
    def letters(self) -> int:
        """Which letters they are (see `letters`)."""
        return letters(self.name.core)

    @property
    def keys(self) -> frozenset[str]:
        """The keys under which a mirror finds it.

        Prefix f: normal form; c: core; t: sorted words; p: pinyin; s: sound; w: Latin word; b: pair of Chinese characters.
        """
        return frozenset((*_whole(self.name), *_parts(self.name.words)))


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


def letters(core: str) -> int:
    """The letters of a name without blanks as 63 bits, whatever their order: one for each letter and how often it came before.

    Between two names no more bits differ than letters must be taken out of one and put in to make the other. The first two of each Latin
    letter have bits of their own.
    """
    found, before = 0, Counter[str]()
    for letter in core:
        found |= 1 << _bit(letter, before[letter])
        before[letter] += 1
    return found


def _bit(letter: str, before: int) -> int:
    if not letter.isascii():
        return (ord(letter) + before) % _BITS
    if "A" <= letter <= "Z" and before < 2:
        return ord(letter) - ord("A") + _LATIN * before
    return 2 * _LATIN + (ord(letter) + before) % (_BITS - 2 * _LATIN)


class Near(NamedTuple):
    """A length that a name may have which is like the one wanted, and in how many bits its letters may differ."""

    lengths: range
    most: int


@dataclass(frozen=True, slots=True)
class Probe:
    """What to look up: a candidate has any key of `any_of`, or all of `all_of` (if any), or by its length nearly the same `letters`."""

    any_of: frozenset[str]
    all_of: frozenset[str]
    letters: int
    near: tuple[Near, ...]

    def takes(self, entry: Entry) -> bool:
        """Whether an entry is a candidate: what the mirror's query computes."""
        held, apart = entry.keys, (self.letters ^ entry.letters).bit_count()
        near = any(entry.length in each.lengths and apart <= each.most for each in self.near)
        return near or bool(self.any_of & held) or (bool(self.all_of) and self.all_of <= held)


def probe(query: str, settings: Settings = USUAL) -> Probe:
    """The look-up for a query. Raises UnusableName."""
    name = normal(query)
    longer = frozenset(_parts(name.words)) if settings.contained and is_telling(name.words) else frozenset[str]()
    shorter = set(_pieces(name.words)) if settings.contained else set[str]()
    near = tuple(_near(len(name.core), settings.threshold))
    return Probe(frozenset(shorter.union(_whole(name))), longer, letters(name.core), near)


def _near(length: int, threshold: int) -> Iterator[Near]:
    """The lengths of names that are like one of this length, in a few bands: a look-up is a statement whose size is bounded."""
    longest = length * (200 - threshold) // threshold + slips(2 * length + 2)
    most = {other: apart for other in range(1, longest + 1) if (apart := _most_apart(length, other, threshold)) is not None}
    lengths = range(min(most), max(most) + 1)
    width = -(-len(lengths) // _BANDS)
    for start in lengths[::width]:
        band = range(start, min(start + width, lengths.stop))
        yield Near(band, max(most[other] for other in band))


def _most_apart(length: int, other: int, threshold: int) -> int | None:
    """In how many letters a name may differ from one of another length that is like it; None if none of that length can be like it.

    A letter put in or left out is one, a wrong letter (one of two names' slips) is two, a swap none.
    """
    edits, most, gap = (100 - threshold) * (length + other) // 100, slips(max(length, other)), abs(other - length)
    return max((apart for apart in (edits, 2 * most - gap) if apart >= gap), default=None)


def _pieces(words: tuple[str, ...]) -> Iterator[str]:
    """The cores of all shorter names that the words contain."""
    for start in range(len(words)):
        for end in range(start + 1, len(words) + 1):
            if is_telling(words[start:end]):
                yield f"c:{''.join(words[start:end])}"
