"""Placing what creates a pledge or adds to one: grants, supplements, amendments."""

from gateway.replay import matching, pledge_relations
from gateway.replay.conveyances import Conveyance
from gateway.replay.pledge_acts import Basis, Flag, Grant, Note, PartyChange, PledgeAct, Supplement, cited, ref
from gateway.replay.pledge_book import PledgeBook, SetAside, asset_flags, caption, listed, names, remark
from gateway.replay.records import Recordation
from gateway.replay.register_model import Pledge
from ledger.domain.pledge_words import NoteKind


def grant(book: PledgeBook, record: Recordation, said: Conveyance) -> list[PledgeAct]:
    """A pledge; one that an earlier record repeats is linked with it, and a release of one leaves the other.

    Raises SetAside where the parties stand the wrong way round for one: then a release may have been misspelt.
    """
    _check_direction(book, record)
    made = new_pledge(record, said, frozenset())
    earlier = matching.repeated(record, said, book.pledges)
    if earlier is None:
        return [made, *pledge_relations.of_grant(book, made)]
    note = Note(made.pledge, record, NoteKind.SAME_AS, f"repeats the record of {earlier.ref}", other=earlier.ref)
    return [_same_as(made, earlier), note]


def _check_direction(book: PledgeBook, record: Recordation) -> None:
    if all(party.is_agent for party in record.assignors) and not any(party.lends for party in record.assignees):
        raise SetAside(f"its text names a security, but a lender's agent gives it to {listed(record.assignees)}")
    givers, receivers = matching.keys_of(record.assignors), matching.keys_of(record.assignees)
    held = [pledge for pledge in book.pledges if pledge.live and matching.same(givers, book.known.of(pledge.holders))]
    owed = [pledge for pledge in held if matching.same(receivers, book.known.of(pledge.pledgors))]
    own = [pledge for pledge in matching.exact(record, held) if not matching.same(givers, book.known.of(pledge.pledgors))]
    if (owed or own) and not matching.same(givers, receivers):
        raise SetAside(f"its text names a security, but its giver holds {names(owed or own)}: it may end or transfer that")


def new_pledge(record: Recordation, said: Conveyance, flags: frozenset[Flag]) -> Grant:
    """The pledge that a record grants."""
    return Grant(ref(record), record, flags | asset_flags(record), said.facilities)


def orphan(book: PledgeBook, record: Recordation, said: Conveyance, remarks: str = "") -> list[PledgeAct]:
    """A document that grants by itself and lacks its agreement is a pledge of its own; what it cites names it from then on."""
    for number in said.cites:
        name = cited(record.series, number)
        if not book.resolved(name):
            book.aliases.setdefault(name, ref(record))
    made = new_pledge(record, said, frozenset({Flag.PARENT_UNKNOWN}))
    return [made, Note(made.pledge, record, NoteKind.REMARK, f"{caption(record)}: {remarks}")] if remarks else [made]


def supplement(book: PledgeBook, record: Recordation, said: Conveyance) -> list[PledgeAct]:
    """A supplement of the agreement that it cites or that alone fits; else a pledge of its own."""
    parents, basis, why = _parents(book, record, said)
    if not parents:
        return orphan(book, record, said, why)
    acts = [act for parent in parents for act in _added(book, record, said, parent, basis)]
    for parent in parents:
        book.supplements[parent.ref] = max(book.supplements.get(parent.ref, 0), said.ordinal)
    return acts


def amendment(book: PledgeBook, record: Recordation, said: Conveyance) -> list[PledgeAct]:
    """An amendment of the agreement that it cites or that alone fits; else a pledge of its own if it grants, else set aside."""
    parents, basis, why = _parents(book, record, said)
    if parents:
        return [act for parent in parents for act in _added(book, record, said, parent, basis)]
    if said.grants:
        return orphan(book, record, said, why)
    raise SetAside("; ".join(filter(None, ("amends an agreement that isn't in the file, and doesn't itself grant", why))))


def added_assets(record: Recordation, parent: Pledge, basis: Basis, grants: bool, without: frozenset[str] = frozenset()) -> list[PledgeAct]:
    """The record's assets that aren't pledged yet, as a segment that ranks from the record's date; unstated ones where it grants some."""
    held = parent.live_assets.keys() | without
    new = tuple(item for item in record.properties if item.key not in held)
    return [Supplement(parent.ref, record, basis, new)] if new or (grants and not record.whole_list) else []


def _same_as(made: Grant, earlier: Pledge) -> Grant:
    return Grant(made.pledge, made.record, made.flags, made.facilities, earlier.ref)


def _parents(book: PledgeBook, record: Recordation, said: Conveyance) -> tuple[list[Pledge], Basis, str]:
    """The agreements that a document adds to, how they were found, and what is to be said if there is none."""
    if said.cites:
        found = book.cited_pledges(record, said)
        fitting = [pledge for pledge in found if pledge.live and _lender_of(book, record, pledge)]
        return fitting, Basis.CITED, f"it cites {names(found)}, ended before or of another lender" if found else ""
    inferred = matching.supplemented(record, said, book.pledges, book.known, book.supplements)
    why = f"its agreement may be {names(inferred)}" if len(inferred) > 1 else ""
    return (inferred if len(inferred) == 1 else []), Basis.INFERRED, why


def _lender_of(book: PledgeBook, record: Recordation, pledge: Pledge) -> bool:
    return matching.same(matching.keys_of(record.assignees), book.known.of(pledge.holders), nearly=True)


def _added(book: PledgeBook, record: Recordation, said: Conveyance, parent: Pledge, basis: Basis) -> list[PledgeAct]:
    acts: list[PledgeAct] = []
    debtors = book.known.of(parent.pledgors)
    joining = tuple(party for party in record.assignors if not party.keys & debtors)
    if joining and said.grants:
        acts.append(PartyChange(parent.ref, record, basis, pledgors=(*parent.pledgors, *joining)))
    acts += added_assets(record, parent, basis, said.grants)
    verb = said.nature.value
    return [*acts, remark(parent, record, f"{verb} of {parent.ref} ({basis.name.lower()})", NoteKind.SUPPLEMENTS)]
