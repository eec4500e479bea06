"""Search for an organisation by name in two steps: names found, exact and similar, then the searcher's selection.

Natural persons stand on the ledger by commitments only: a search by name cannot see them, and its result says so.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from ledger.domain.name_index import Entry
from ledger.domain.name_matching import USUAL, Match, Settings, compare
from ledger.domain.names import ALGORITHM, NormalName, normal


class SelectionError(ValueError):
    """A selection of names that the search did not find; the message names them."""


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


def search(query: str, candidates: Iterable[Entry], settings: Settings = USUAL, hidden_persons: int = 0) -> Found:
    """Step one. `hidden_persons`: how many parties in the searched scope stand by commitment only. Raises UnusableName."""
    wanted = normal(query)
    records: dict[str, dict[str, str]] = defaultdict(dict)
    matches: dict[str, Match] = {}
    compared: dict[NormalName, Match | None] = {}
    for entry in candidates:
        # One name stands in many records.
        if entry.name not in compared:
            compared[entry.name] = compare(wanted, entry.name, settings)
        match = compared[entry.name]
        if match:
            matches[entry.name.full] = match
            records[entry.name.full][entry.record] = entry.recorded
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


def _group(form: str, recorded: Mapping[str, str], match: Match) -> Group:
    return Group(form, tuple(sorted(set(recorded.values()))), tuple(sorted(recorded)), match)


def _rank(group: Group) -> tuple[int, str]:
    return -group.match.score, group.normal_form


def _unseen(hidden_persons: int) -> tuple[str, ...]:
    if not hidden_persons:
        return ()
    return (f"{hidden_persons} natural persons stand by salted commitment: not searched by name, found by name and salt together",)
