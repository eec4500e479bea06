"""What records do to pledges, as planned: each act names its record, its pledge and how the two were matched."""

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import TypeAlias

from gateway.replay.parties import Party
from gateway.replay.records import Number, Property, Recordation, Series
from ledger.domain.pledge_words import NoteKind, PartyKind, RelationKind


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """A record in its office's numbering; a pledge is named by the record that granted it."""

    series: str
    number: Number

    def __str__(self) -> str:
        return f"{self.series} {self.number}"


def ref(record: Recordation) -> Ref:
    """The name of a record."""
    return Ref(record.series.value, record.number)


def cited(series: Series, number: Number) -> Ref:
    """The name of a record that another one of the same series cites."""
    return Ref(series.value, number)


class Basis(Enum):
    """How a document was matched with its pledge; the values are the contract's."""

    CITED = 1
    INFERRED = 2
    OFFICER = 3


class Flag(Enum):
    """What is remarkable about a pledge."""

    PARENT_UNKNOWN = "the agreement that it supplements or corrects isn't in the file, or can't be told"
    ASSETS_NOT_STATED = "assets not stated"
    ASSETS_INCOMPLETE = "the record lists fewer assets than it has"


@dataclass(frozen=True, slots=True)
class Grant:
    """A pledge. `same_as`: an earlier pledge that this record repeats; a release of one doesn't end the other."""

    pledge: Ref
    record: Recordation
    flags: frozenset[Flag]
    facilities: frozenset[str]
    same_as: Ref | None = None


@dataclass(frozen=True, slots=True)
class Supplement:
    """A segment of its own for `assets` (none: not stated), which ranks from the record's date."""

    pledge: Ref
    record: Recordation
    basis: Basis
    assets: tuple[Property, ...]


@dataclass(frozen=True, slots=True)
class Release:
    """Ends the pledge whole; what its list lacks (`unlisted`) or has beside the pledge (`unpledged`) is kept as a discrepancy.

    `ordered`: a court says it, so that the holder's consent is not attested but ordered.
    """

    pledge: Ref
    record: Recordation
    basis: Basis
    unlisted: tuple[Property, ...] = ()
    unpledged: tuple[Property, ...] = ()
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class PartRelease:
    """Ends the listed and pledged assets only; at least one asset is in either list."""

    pledge: Ref
    record: Recordation
    basis: Basis
    ended: tuple[Property, ...]
    unpledged: tuple[Property, ...] = ()
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class PartyChange:
    """New lists of parties, None = unchanged. `transfer`: the security passes to the new holders; else a correction of names."""

    pledge: Ref
    record: Recordation
    basis: Basis
    pledgors: tuple[Party, ...] | None = None
    holders: tuple[Party, ...] | None = None
    transfer: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """A remark on a pledge: links and corrections; it changes nothing on the register. `assets`: keys of rights that the document names.

    `facilities`: the names of the pledge's liens as corrected, by which later supplements are matched (None: as they were).
    """

    pledge: Ref
    record: Recordation
    remark: NoteKind
    text: str
    other: Ref | None = None
    assets: tuple[str, ...] = ()
    facilities: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Relation:
    """The pledge yields to another one, `senior`, by agreement; the order in which the two were recorded stays what it is."""

    pledge: Ref
    record: Recordation
    basis: Basis
    senior: Ref
    kind: RelationKind


@dataclass(frozen=True, slots=True)
class Restoration:
    """What the record `undoes` had ended lives as if it never had: the pledge, or of a release in part the rights `restored`."""

    pledge: Ref
    record: Recordation
    basis: Basis
    undoes: Ref
    restored: tuple[Property, ...] = ()


@dataclass(frozen=True, slots=True)
class Succession:
    """A party of pledges has another name, or was merged into another one, for all its pledges at once; `pledge` is the first of them."""

    pledge: Ref
    record: Recordation
    kind: PartyKind
    party: Party
    after: Party


PledgeAct: TypeAlias = Grant | Supplement | Release | PartRelease | PartyChange | Relation | Restoration | Succession | Note


class Outcome(Enum):
    """The three ends of a record that was read; every record has one."""

    ACTING = "acting"
    WITHOUT_EFFECT = "without effect"
    SET_ASIDE = "set aside"


@dataclass(frozen=True, slots=True)
class Placement:
    """What became of a record, and why. `order_unstated`: others of its series were recorded on the same day."""

    record: Recordation
    outcome: Outcome
    reason: str
    acts: tuple[PledgeAct, ...] = ()
    order_unstated: bool = False

    @property
    def effective(self) -> date:
        """The date from which the record counts; only of acting ones, which have it."""
        if self.record.recorded is None:
            raise ValueError(f"{ref(self.record)} states no recording date")
        return self.record.recorded
