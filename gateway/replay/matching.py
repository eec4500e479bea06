"""Which pledge a document acts on: by what it cites, else by parties and assets together; never by parties alone."""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from gateway.replay.conveyances import Conveyance
from gateway.replay.parties import Party
from gateway.replay.pledge_acts import Flag, Ref
from gateway.replay.records import Recordation
from gateway.replay.register_model import Pledge

_NEARLY = 0.92
"""A citation and a name that differs by a typing error are two pieces of evidence; a name alone is none."""
_NUMERAL = re.compile(r"\b(?:\d+|[IVX]+)\b")


@dataclass(slots=True)
class Successors:
    """Who became whom by recorded mergers and changes of name, and to whom rights were assigned."""

    _after: dict[str, set[str]] = field(default_factory=dict)
    _owners: dict[str, set[str]] = field(default_factory=dict)

    def record(self, before: Iterable[Party], after: Iterable[Party]) -> None:
        """Notes that the organisations of `before` became those of `after`."""
        successors = {party.key for party in after}
        for party in before:
            self._after.setdefault(party.key, set()).update(successors - {party.key})

    def is_new(self, before: Party, after: Party) -> bool:
        """Whether it is not known yet what a party became, and `after` did not become that party."""
        return not self._after.get(before.key) and before.key not in self.of([after])

    def conveyed(self, record: Recordation) -> None:
        """Notes that a recorded assignment gave its rights to its assignees."""
        for key in record.keys:
            self._owners.setdefault(key, set()).update(keys_of(record.assignees))

    def of(self, parties: Iterable[Party]) -> frozenset[str]:
        """The keys of the parties and of all that they became."""
        found: set[str] = set()
        waiting = [key for party in parties for key in party.keys]
        while waiting:
            key = waiting.pop()
            if key not in found:
                found.add(key)
                waiting.extend(self._after.get(key, ()))
        return frozenset(found)

    def own(self, parties: Iterable[Party], rights: frozenset[str]) -> bool:
        """Whether a recorded assignment gave every one of these rights to one of the parties."""
        names = keys_of(parties)
        return bool(rights) and all(names & self._owners.get(right, set()) for right in rights)


def same(one: Iterable[str], other: Iterable[str], nearly: bool = False) -> bool:
    """Whether two sets of organisations share one; `nearly`: a typing error apart is enough."""
    first, second = set(one), set(other)
    return bool(first & second) or (nearly and any(_alike(a, b) for a in first for b in second))


def keys_of(parties: Iterable[Party]) -> set[str]:
    """All keys of all parties."""
    return {key for party in parties for key in party.keys}


def gives(givers: Iterable[Party], pledge: Pledge, known: Successors) -> bool:
    """Whether one of the pledge's holders gives a document that cites the pledge."""
    return same(keys_of(givers), known.of(pledge.holders), nearly=True)


def silent_holders(givers: Iterable[Party], pledge: Pledge, known: Successors) -> tuple[Party, ...]:
    """The holders of a pledge of several who don't give the document."""
    names = keys_of(givers)
    return tuple(holder for holder in pledge.holders if not same(names, known.of([holder]), nearly=True))


def reversed_parties(record: Recordation, pledge: Pledge, known: Successors) -> bool:
    """Whether debtor and lender stand the other way round: the filer entered the pledge's own cover sheet again."""
    return same(keys_of(record.assignors), known.of(pledge.pledgors)) and same(keys_of(record.assignees), known.of(pledge.holders))


def succeeds(record: Recordation, pledge: Pledge, known: Successors) -> bool:
    """Whether a giver says that it is a successor, and a debtor of the cited pledge receives: the register lacks the succession only."""
    return any(party.succeeds for party in record.assignors) and same(keys_of(record.assignees), known.of(pledge.pledgors))


def of_parties(record: Recordation, pledges: Iterable[Pledge], known: Successors) -> list[Pledge]:
    """Live pledges between the parties of a document, whichever side each is entered on."""
    return [
        pledge
        for pledge in pledges
        if pledge.live
        and (
            reversed_parties(record, pledge, known)
            or (same(keys_of(record.assignors), known.of(pledge.holders)) and same(keys_of(record.assignees), known.of(pledge.pledgors)))
        )
    ]


def released(record: Recordation, pledges: Iterable[Pledge], known: Successors) -> list[Pledge]:
    """Live pledges that an uncited release may mean: its parties are theirs and it shares assets with them.

    Those whose live assets are exactly the listed ones go before others. Where the rights were assigned on with their burden, the new
    owner receives the release: then only exactly the same assets will do.
    """
    held = [pledge for pledge in pledges if pledge.live and same(keys_of(record.assignors), known.of(pledge.holders))]
    found = [pledge for pledge in of_parties(record, pledges, known) if record.keys & pledge.live_assets.keys()]
    conveyed = exact(record, held) if known.own(record.assignees, record.keys) else []
    return exact(record, found) or found or conveyed


def transferred(record: Recordation, pledges: Iterable[Pledge], known: Successors) -> list[Pledge]:
    """Live pledges that an uncited transfer may mean: its giver holds them and it lists all their assets; exactly those go first."""
    held = [pledge for pledge in pledges if pledge.live and same(keys_of(record.assignors), known.of(pledge.holders))]
    listed = [pledge for pledge in held if pledge.live_assets and pledge.live_assets.keys() <= record.keys]
    return exact(record, held) or (listed if record.whole_list else [])


def apart(pledges: Iterable[Pledge]) -> bool:
    """Whether no right is live under two of these pledges: then a list that has rights of each means each."""
    keys = [key for pledge in pledges for key in pledge.live_assets]
    return len(keys) == len(set(keys))


def supplemented(
    record: Recordation, said: Conveyance, pledges: Iterable[Pledge], known: Successors, supplements: Mapping[Ref, int]
) -> list[Pledge]:
    """Live pledges that an uncited supplement or amendment may belong to: its lender, its debtors, the lien or loan that it names.

    A numbered supplement belongs only to a pledge whose earlier supplements are known: the fourteenth has thirteen before it; where they
    are missing the agreement is missing too. What was itself made of a supplement without agreement is no agreement. A debtor may join by
    a supplement that names the lien and is the next in number.
    """
    return [
        pledge
        for pledge in pledges
        if pledge.live
        and Flag.PARENT_UNKNOWN not in pledge.flags
        and same(keys_of(record.assignees), known.of(pledge.holders))
        and said.facilities <= pledge.facilities
        and said.ordinal <= supplements.get(pledge.ref, 0) + 1
        and _debtors_fit(record, said, pledge, known)
    ]


def _debtors_fit(record: Recordation, said: Conveyance, pledge: Pledge, known: Successors) -> bool:
    debtors = known.of(pledge.pledgors)
    fitting = [bool(party.keys & debtors) for party in record.assignors]
    return all(fitting) or (any(fitting) and bool(said.facilities) and said.ordinal > 0)


def repeated(record: Recordation, said: Conveyance, pledges: Iterable[Pledge]) -> Pledge | None:
    """The earlier pledge that a grant repeats: same parties, execution, lien and whole list of assets."""
    for pledge in pledges:
        earlier = pledge.record
        if (
            record.executed == earlier.executed is not None
            and said.facilities == pledge.facilities
            and record.whole_list
            and earlier.whole_list
            and record.keys == earlier.keys
            and keys_of(record.assignors) == keys_of(earlier.assignors)
            and keys_of(record.assignees) == keys_of(earlier.assignees)
        ):
            return pledge
    return None


def same_document(record: Recordation, pledges: Iterable[Pledge]) -> list[Pledge]:
    """Pledges of the same parties by a document of the same day: what a correction without citation may mean."""
    return [
        pledge
        for pledge in pledges
        if record.executed == pledge.record.executed is not None
        and keys_of(record.assignors) & keys_of(pledge.record.assignors)
        and keys_of(record.assignees) & keys_of(pledge.record.assignees)
    ]


def exact(record: Recordation, pledges: list[Pledge]) -> list[Pledge]:
    """Of these pledges those whose live assets are exactly the record's whole list."""
    return [pledge for pledge in pledges if record.whole_list and record.keys == pledge.live_assets.keys()]


@lru_cache(1 << 16)
def _alike(one: str, other: str) -> bool:
    # Fund II and Fund III are two funds, not a slip of the fingers.
    return _NUMERAL.findall(one) == _NUMERAL.findall(other) and difflib.SequenceMatcher(None, one, other).ratio() >= _NEARLY
