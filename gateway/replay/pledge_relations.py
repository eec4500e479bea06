"""Which of two liens goes before the other, where the documents say so: first, second and third lien, super-priority, subordination. Pure.

It is the yielding holder's word: that of the agreement which is called a second lien, or of the subordination. The order of recording says
nothing of it: of two agreements of one day the second lien may stand first on the reel (53667-79 and 53667-169).
"""

from collections.abc import Iterator

from gateway.replay.conveyances import Conveyance
from gateway.replay.matching import keys_of
from gateway.replay.parties import Party
from gateway.replay.pledge_acts import Basis, Grant, Relation, ref
from gateway.replay.pledge_book import PledgeBook
from gateway.replay.records import Recordation
from gateway.replay.register_model import Pledge
from ledger.domain.pledge_words import RelationKind

_LEVELS = {"FIRST LIEN": 1, "SECOND LIEN": 2, "THIRD LIEN": 3}
_SUPER = "SUPER PRIORITY"


def of_grant(book: PledgeBook, made: Grant) -> list[Relation]:
    """What a new pledge's own name says of it and of the live pledges of the same lender."""
    if made.same_as is not None:
        return []
    return [*_by_level(book, made), *_by_super_priority(book, made)]


def of_agreement(book: PledgeBook, record: Recordation, said: Conveyance) -> list[Relation]:
    """A subordination or intercreditor agreement that cites what its giver holds and what its receiver holds: the first yields."""
    pledges = [pledge for pledge in book.cited_pledges(record, said) if pledge.live]
    yielding = [pledge for pledge in pledges if _held_by(book, pledge, record.assignors)]
    seniors = [pledge for pledge in pledges if _held_by(book, pledge, record.assignees)]
    if any(pledge in seniors for pledge in yielding):
        return []
    kind = RelationKind.INTERCREDITOR if "INTERCREDITOR" in said.text else RelationKind.SUBORDINATION
    return [Relation(one.ref, record, Basis.CITED, other.ref, kind) for one in yielding for other in seniors]


def _held_by(book: PledgeBook, pledge: Pledge, parties: tuple[Party, ...]) -> bool:
    return bool(keys_of(parties) & book.known.of(pledge.holders))


def _names(parties: tuple[Party, ...]) -> set[str]:
    """The very organisations, whatever former names or whole banks their names tell of."""
    return {party.key for party in parties}


def _level(facilities: frozenset[str]) -> int:
    """1 for a first lien and so on; 0 where the name says none, or more than one."""
    found = [_LEVELS[name] for name in facilities if name in _LEVELS]
    return found[0] if len(found) == 1 else 0


def _by_level(book: PledgeBook, made: Grant) -> Iterator[Relation]:
    """Agreements of one day between the same parties, told apart by their liens alone."""
    mine = _level(made.facilities)
    for pledge in book.pledges:
        if mine and pledge.live and _same_agreement(made, pledge):
            low, high = (made.pledge, pledge.ref) if mine > _level(pledge.facilities) else (pledge.ref, made.pledge)
            yield Relation(low, made.record, Basis.INFERRED, high, RelationKind.SUBORDINATION)


def _same_agreement(made: Grant, pledge: Pledge) -> bool:
    one, other = made.record, pledge.record
    return (
        one.executed == other.executed is not None
        and made.facilities - _LEVELS.keys() == pledge.facilities - _LEVELS.keys()
        and _level(pledge.facilities) not in (0, _level(made.facilities))
        and _names(one.assignors) == _names(pledge.pledgors)
        and _names(one.assignees) == _names(pledge.holders)
    )


def _by_super_priority(book: PledgeBook, made: Grant) -> Iterator[Relation]:
    """A super-priority lien goes before the liens that its lender took of its debtors before: who yields is a party of it."""
    if _SUPER not in made.facilities:
        return
    for pledge in book.pledges:
        named = _level(pledge.facilities) and _SUPER not in pledge.facilities
        same = _names(pledge.holders) == _names(made.record.assignees) and _names(pledge.pledgors) <= _names(made.record.assignors)
        if pledge.live and named and same and pledge.ref != ref(made.record):
            yield Relation(pledge.ref, made.record, Basis.INFERRED, made.pledge, RelationKind.SUPER_PRIORITY)
