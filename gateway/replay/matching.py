"""Which pledge a document acts on: by what it cites, else by parties and assets together; never by parties alone."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gateway.replay.conveyances import Conveyance
from gateway.replay.parties import Party
from gateway.replay.pledge_acts import Flag
from gateway.replay.records import Recordation
from gateway.replay.register_model import Pledge

_NEARLY = 0.92
"""A citation and a name that differs by a typing error are two pieces of evidence; a name alone is none."""


@dataclass(slots=True)
class Successors:
    """Who became whom by recorded mergers and changes of name."""

    _after: dict[str, set[str]] = field(default_factory=dict)

    def record(self, before: Iterable[Party], after: Iterable[Party]) -> None:
        """Notes that the organisations of `before` became those of `after`."""
        successors = {party.key for party in after}
        for party in before:
            self._after.setdefault(party.key, set()).update(successors - {party.key})

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


def same(one: Iterable[str], other: Iterable[str], nearly: bool = False) -> bool:
    """Whether two sets of organisations share one; `nearly`: a typing error apart is enough."""
    first, second = set(one), set(other)
    return bool(first & second) or (nearly and any(_alike(a, b) for a in first for b in second))


def gives(record: Recordation, pledge: Pledge, known: Successors) -> bool:
    """Whether the pledge's holder is the giver of a document that cites the pledge."""
    return same(_keys(record.assignors), known.of(pledge.holders), nearly=True)


def reversed_parties(record: Recordation, pledge: Pledge, known: Successors) -> bool:
    """Whether debtor and lender stand the other way round: the filer entered the pledge's own cover sheet again."""
    return same(_keys(record.assignors), known.of(pledge.pledgors)) and same(_keys(record.assignees), known.of(pledge.holders))


def released(record: Recordation, pledges: Iterable[Pledge], known: Successors) -> list[Pledge]:
    """Live pledges that an uncited release may mean: its giver holds them, its receiver gave them, and they share assets.

    Those whose live assets are exactly the listed ones go before others.
    """
    found = [
        pledge
        for pledge in pledges
        if pledge.live
        and same(_keys(record.assignors), known.of(pledge.holders))
        and same(_keys(record.assignees), known.of(pledge.pledgors))
        and record.keys & pledge.live_assets.keys()
    ]
    return _exact(record, found) or found


def transferred(record: Recordation, pledges: Iterable[Pledge], known: Successors) -> list[Pledge]:
    """Live pledges that an uncited transfer means: its giver holds them and it lists exactly their assets."""
    held = [pledge for pledge in pledges if pledge.live and same(_keys(record.assignors), known.of(pledge.holders))]
    return _exact(record, held)


def supplemented(
    record: Recordation, said: Conveyance, pledges: Iterable[Pledge], known: Successors, supplements: Mapping[str, int]
) -> list[Pledge]:
    """Live pledges that an uncited supplement or amendment may belong to: its lender, all its debtors, the lien or loan that it names.

    A numbered supplement belongs only to a pledge whose earlier supplements are known: the fourteenth has thirteen before it; where they
    are missing the agreement is missing too. What was itself made of a supplement without agreement is no agreement.
    """
    return [
        pledge
        for pledge in pledges
        if pledge.live
        and Flag.PARENT_UNKNOWN not in pledge.flags
        and _keys(record.assignors) <= known.of(pledge.pledgors)
        and same(_keys(record.assignees), known.of(pledge.holders))
        and said.facilities <= pledge.facilities
        and said.ordinal <= supplements.get(str(pledge.ref), 0) + 1
    ]


def repeated(record: Recordation, said: Conveyance, pledges: Iterable[Pledge]) -> Pledge | None:
    """The earlier pledge that a grant repeats: same parties, execution, lien and whole list of assets."""
    for pledge in pledges:
        earlier = pledge.record
        if (
            record.whole_list
            and earlier.whole_list
            and record.keys == earlier.keys
            and record.executed == earlier.executed is not None
            and said.facilities == pledge.facilities
            and _keys(record.assignors) == _keys(earlier.assignors)
            and _keys(record.assignees) == _keys(earlier.assignees)
        ):
            return pledge
    return None


def same_document(record: Recordation, pledges: Iterable[Pledge]) -> list[Pledge]:
    """Pledges of the same parties by a document of the same day: what a correction without citation may mean."""
    return [
        pledge
        for pledge in pledges
        if record.executed == pledge.record.executed is not None
        and _keys(record.assignors) & _keys(pledge.record.assignors)
        and _keys(record.assignees) & _keys(pledge.record.assignees)
    ]


def _exact(record: Recordation, pledges: list[Pledge]) -> list[Pledge]:
    return [pledge for pledge in pledges if record.whole_list and record.keys == pledge.live_assets.keys()]


def _keys(parties: Iterable[Party]) -> set[str]:
    return {key for party in parties for key in party.keys}


def _alike(one: str, other: str) -> bool:
    return difflib.SequenceMatcher(None, one, other).ratio() >= _NEARLY
