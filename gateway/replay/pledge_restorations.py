"""Placing documents that undo a release: it was recorded by mistake, or is taken back. Pure.

A lender's word ends its right and can't bring it back over the debtor's property: that takes the debtor's. Nothing is restored but what the
release that the document cites had ended.
"""

from gateway.replay import matching
from gateway.replay.conveyances import Conveyance
from gateway.replay.pledge_acts import Basis, Note, PartRelease, PledgeAct, Ref, Restoration, cited
from gateway.replay.pledge_book import PledgeBook, SetAside, caption
from gateway.replay.records import Property, Recordation
from gateway.replay.register_model import Pledge
from ledger.domain.pledge_words import NoteKind


def restoration(book: PledgeBook, record: Recordation, said: Conveyance) -> list[PledgeAct]:
    """Where the debtor says so, what the cited release had ended lives again; a note on the pledge in any case."""
    pledges = book.cited_pledges(record, said)
    if not pledges:
        raise SetAside(f"{said.nature.value}: {book.unknown(record, said)}")
    # In their order: the same document must always undo the same act.
    releases = tuple(cited(record.series, number) for number in said.cites)
    given = [pledge for pledge in pledges if _is_debtors(book, record, pledge)]
    acts = [act for pledge in given for act in _restored(book, record, pledge, releases)]
    return [*acts, *(Note(pledge.ref, record, NoteKind.CORRECTION, caption(record, whole=True)) for pledge in pledges)]


def _restored(book: PledgeBook, record: Recordation, pledge: Pledge, releases: tuple[Ref, ...]) -> list[PledgeAct]:
    if pledge.ended_by is not None:
        # It may cite the release, or the security that the release had ended.
        meant = pledge.ended_by in releases or pledge.ref in releases
        whole = meant and _lists_all(record, pledge.assets)
        return [Restoration(pledge.ref, record, Basis.CITED, pledge.ended_by)] if whole else []
    ended = _ended_alone(book, pledge, releases)
    restored = tuple(item for item in ended if not record.properties or item.key in record.keys)
    undoes = next((name for name in releases if name in book.placed and _is_part(book, pledge, name)), None)
    return [Restoration(pledge.ref, record, Basis.CITED, undoes, restored)] if undoes and restored else []


def _is_debtors(book: PledgeBook, record: Recordation, pledge: Pledge) -> bool:
    """Whether every debtor gives the document, and a holder receives it."""
    givers = matching.keys_of(record.assignors)
    debtors = all(givers & book.known.of([party]) for party in pledge.pledgors)
    return debtors and matching.same(matching.keys_of(record.assignees), book.known.of(pledge.holders), nearly=True)


def _lists_all(record: Recordation, assets: dict[str, Property]) -> bool:
    """Of a release of everything some rights alone can't be undone: the pledge lives again whole, or not."""
    return not record.properties or assets.keys() <= record.keys


def _is_part(book: PledgeBook, pledge: Pledge, name: Ref) -> bool:
    return any(isinstance(act, PartRelease) and act.pledge == pledge.ref for act in book.placed[name].acts)


def _ended_alone(book: PledgeBook, pledge: Pledge, releases: tuple[Ref, ...]) -> list[Property]:
    """What those releases in part had ended of a pledge, and what is still ended."""
    acts = [act for name in releases if name in book.placed for act in book.placed[name].acts]
    named = [item for act in acts if isinstance(act, PartRelease) and act.pledge == pledge.ref for item in act.ended]
    return [item for item in named if item.key not in pledge.live_assets]
