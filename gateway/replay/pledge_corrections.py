"""Placing corrections, and remarks on pledges.

A correction is the debtor's own word: it names rights, adds and renames, but releases nothing. Only a lender's correction of its own
release does.
"""

import re

from gateway.replay import matching, pledge_relations
from gateway.replay.conveyances import Conveyance, Nature, conveyance
from gateway.replay.pledge_acts import Basis, Note, Outcome, PartRelease, PartyChange, Placement, PledgeAct, Release, ref
from gateway.replay.pledge_book import NoEffect, Placing, PledgeBook, SetAside, caption
from gateway.replay.pledge_ends import ended, inferred_release
from gateway.replay.pledge_grants import added_assets, new_pledge, orphan
from gateway.replay.records import Recordation
from gateway.replay.register_model import Pledge
from ledger.domain.pledge_words import NoteKind

_CONVEYING = re.compile(r"\b(?:CONVEYING PART|ASSIGNOR|GRANTOR|PLEDGOR|DEBTOR)\w*")
_RECEIVING = re.compile(r"\b(?:RECEIVING PART|ASSIGNEE|GRANTEE|SECURED PARTY|AGENT)\w*")
_OF_A_PARTY = re.compile(r"\b(?:EXECUTION|DATE|SIGNATURE|ADDRESS(?:ES)?)\b")
_NAMING = re.compile(r"\bNAMES?\b|\bPART(?:Y|IES)\b|\bSPELLING\b|\bOMITTED\b|\bADD\b|\bMISSING\b")


def correction(book: PledgeBook, record: Recordation, said: Conveyance) -> list[PledgeAct]:
    """A note on the pledges of the corrected record, with what else it says of them."""
    pledges = book.cited_pledges(record, said)
    if pledges:
        return [act for pledge in pledges for act in _corrected(book, record, said, pledge, Basis.CITED)]
    if not said.cites:
        return _uncited(book, record, said)
    earlier = book.earlier(record, said)
    if earlier is not None:
        return _of_no_pledge(book, record, said, earlier)
    if _confirms_grant(record, said):
        return orphan(book, record, said)
    if said.confirms is Nature.OTHER:
        raise NoEffect(f"corrects an assignment, no security: {caption(record)}")
    raise SetAside(book.unknown(record, said))


def noted(kind: NoteKind) -> Placing:
    """How a document that only says something of securities is placed: a note on those that it cites."""

    def placed(book: PledgeBook, record: Recordation, said: Conveyance) -> list[PledgeAct]:
        pledges = book.cited_pledges(record, said)
        if not pledges:
            raise SetAside(f"{said.nature.value}: {book.unknown(record, said)}")
        notes = [Note(pledge.ref, record, kind, caption(record, whole=True)) for pledge in pledges]
        return [*pledge_relations.of_agreement(book, record, said), *notes] if said.nature is Nature.RELATION else list(notes)

    return placed


def _of_no_pledge(book: PledgeBook, record: Recordation, said: Conveyance, earlier: Placement) -> list[PledgeAct]:
    """Corrects a record that acted on no pledge: its true nature may make one, or release one; else it shares that record's fate."""
    no_security = earlier.outcome is Outcome.WITHOUT_EFFECT or conveyance(earlier.record).nature is Nature.OTHER
    if said.renames and no_security and _confirms_grant(record, said):
        made = new_pledge(record, said, frozenset())
        book.aliases.setdefault(ref(earlier.record), made.pledge)
        return [made, Note(made.pledge, record, NoteKind.CORRECTION, caption(record, whole=True))]
    if said.renames and no_security and said.confirms is Nature.RELEASE:
        return [act for pledge in inferred_release(book, record, said) for act in ended(book, record, said, pledge, Basis.INFERRED)]
    reason = f"corrects {ref(earlier.record)}, {earlier.outcome.value}: {earlier.reason}"
    raise NoEffect(reason) if earlier.outcome is Outcome.WITHOUT_EFFECT else SetAside(reason)


def _uncited(book: PledgeBook, record: Recordation, said: Conveyance) -> list[PledgeAct]:
    found = matching.same_document(record, book.pledges)
    if len(found) == 1:
        return _corrected(book, record, said, found[0], Basis.INFERRED)
    if said.confirms is Nature.OTHER:
        raise NoEffect(f"corrects an assignment, no security: {caption(record)}")
    raise SetAside("correction without citation; no one pledge in the file has its parties and its date of execution")


def _corrected(book: PledgeBook, record: Recordation, said: Conveyance, pledge: Pledge, basis: Basis) -> list[PledgeAct]:
    rights = tuple(dict.fromkeys(book.rights.key(record.series, key) for key in said.numbers))
    renamed = said.facilities if said.renames and said.confirms is Nature.GRANT else None
    note = Note(pledge.ref, record, NoteKind.CORRECTION, caption(record, whole=True), assets=rights, facilities=renamed)
    if not pledge.live:
        return [note]
    if said.confirms is Nature.RELEASE:
        return [*_released_after_all(book, record, said, pledge), note]
    changed = _corrected_parties(book, record, said, pledge, basis)
    grants = said.grants and not any(party.lends for party in record.assignors)
    more = [] if not grants else _added(record, said, pledge, basis, rights)
    return [*([changed] if changed else []), *more, note]


def _released_after_all(book: PledgeBook, record: Recordation, said: Conveyance, pledge: Pledge) -> list[PledgeAct]:
    """The lender corrects its own release: what the corrected list has, and the first one lacked, ends too."""
    earlier = book.earlier(record, said)
    releases = earlier is not None and any(isinstance(act, Release | PartRelease) and act.pledge == pledge.ref for act in earlier.acts)
    if not releases or not matching.gives(record.assignors, pledge, book.known) or not record.keys & pledge.live_assets.keys():
        return []
    shared = tuple(asset for key, asset in pledge.live_assets.items() if key in record.keys)
    whole = len(shared) == len(pledge.live_assets)
    return [Release(pledge.ref, record, Basis.CITED)] if whole else [PartRelease(pledge.ref, record, Basis.CITED, shared)]


def _added(record: Recordation, said: Conveyance, pledge: Pledge, basis: Basis, named: tuple[str, ...]) -> list[PledgeAct]:
    """The corrected document's assets that its first recording lacked: pledged for everybody from the correction on.

    Only whole lists can be compared. What the text says was wrongly put in is none of them, though the correction has to list it.
    """
    if not (pledge.stated and record.whole_list):
        return []
    return added_assets(record, pledge, basis, grants=False, without=frozenset(named) if said.removes and not said.adds else frozenset())


def _corrected_parties(book: PledgeBook, record: Recordation, said: Conveyance, pledge: Pledge, basis: Basis) -> PartyChange | None:
    """The debtors as corrected, or the lender's name as corrected; an agent who stands where the debtor should changes nothing."""
    correcting = said.text.partition("PREVIOUSLY RECORDED")[0]
    if _OF_A_PARTY.search(correcting) and not _NAMING.search(correcting):
        return None
    if _CONVEYING.search(correcting):
        return _corrected_debtors(book, record, said, pledge, basis)
    if _RECEIVING.search(correcting) and record.assignees != pledge.holders:
        alike = matching.same(matching.keys_of(record.assignees), matching.keys_of(pledge.holders), nearly=True)
        return PartyChange(pledge.ref, record, basis, holders=record.assignees) if alike else None
    return None


def _corrected_debtors(book: PledgeBook, record: Recordation, said: Conveyance, pledge: Pledge, basis: Basis) -> PartyChange | None:
    if any(party.lends for party in record.assignors):
        return None
    debtors = book.known.of(pledge.pledgors)
    joining = tuple(party for party in record.assignors if not party.keys & debtors)
    corrected = (*pledge.pledgors, *joining) if said.adds else record.assignors
    return None if corrected == pledge.pledgors else PartyChange(pledge.ref, record, basis, pledgors=corrected)


def _confirms_grant(record: Recordation, said: Conveyance) -> bool:
    return said.grants and not any(party.lends for party in record.assignors)
