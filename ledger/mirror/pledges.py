"""Registered pledges: changed, released in part and whole, enforced, noted.

A whole release touches no asset's row: an encumbrance is live while the pledge of its segment is and its own end is not told.
"""

from collections.abc import Sequence
from typing import NamedTuple

from ledger.chain.decode import Event
from ledger.domain.pledge_words import PAGE
from ledger.mirror.models import (
    ASSET_TITLE,
    DIFFERENCE,
    ENCUMBRANCE,
    NOTE,
    SEGMENT,
    AssetTitle,
    Change,
    Difference,
    Discrepancy,
    Note,
    PledgeStatus,
    Side,
)
from ledger.mirror.pledge_rows import acted, change, document, list_side, of_head, of_terms, set_segment
from ledger.mirror.schema import number, word
from ledger.mirror.state import State

_SAME = bytes(32)


class Ended(NamedTuple):
    """Leaves of one {LeavesEnded}, until the release that they belong to says from when."""

    segment: int
    leaves: tuple[int, ...]
    reason: int
    basis: int
    act: bytes


def _titles_published(state: State, event: Event) -> None:
    told = event.args
    for at, title in enumerate(told.titles):
        state.add(ASSET_TITLE, AssetTitle(told.segment, told.firstLeaf + at, event.pos, title))
    segment = state.get(SEGMENT, (told.segment,))
    # Titles of a list of one page come with the act that makes it count; the word keeps those of longer ones.
    if segment and segment.assets > PAGE:
        titles = number(segment.titles) | 1 << told.firstLeaf // PAGE
        state.change(SEGMENT, (told.segment,), titles=word(titles))


def _instrument_recorded(state: State, event: Event) -> None:
    told = event.args
    document(state, event, told.act, told.instrument, told.consents, told.account)


def _terms_changed(state: State, event: Event) -> None:
    told = event.args
    agreed = {} if told.agreement == _SAME else {"agreement": told.agreement}
    change(state, told.pledge, told.head, **of_terms(told.terms), content=told.content, **agreed)
    acted(state, event, told.done, Change.TERMS)


def _parties_changed(state: State, event: Event) -> None:
    told = event.args
    change(state, told.pledge, told.head, **of_terms(told.terms), parties_root=told.partiesRoot)
    split, changes = len(told.pledgors), 0
    for side, bit, parties, names in (
        (Side.PLEDGORS, Change.PLEDGORS, told.pledgors, told.names[:split]),
        (Side.HOLDERS, Change.HOLDERS, told.holders, told.names[split:]),
    ):
        if parties:
            changes |= bit
            list_side(state, told.pledge, side, list(zip(parties, names, strict=True)))
    acted(state, event, told.done, changes)


def _segment_added(state: State, event: Event) -> None:
    told = event.args
    change(state, told.pledge, told.head, **of_terms(told.terms))
    set_segment(state, told.segment, told.segmentWord, told.root, told.content)
    acted(state, event, told.done)


def _released(state: State, event: Event) -> None:
    told = event.args
    change(state, told.pledge, told.head, reason=told.reason, basis=told.basis, ended_at=told.done.effective)
    _differ(state, event, Discrepancy.UNLISTED, told.unlisted)
    _differ(state, event, Discrepancy.UNPLEDGED, told.unpledged)
    acted(state, event, told.done, Change.STATE)


def _differ(state: State, event: Event, kind: Discrepancy, assets: Sequence[bytes]) -> None:
    for at, asset in enumerate(assets):
        state.add(DIFFERENCE, Difference(event.args.pledge, event.pos, kind, at, asset))


def _leaves_ended(state: State, event: Event) -> None:
    # Rows change with the AssetsReleased that follows in the same transaction: it says what time the end counts from.
    told = event.args
    ended = Ended(told.segment, told.ended.leaves, told.reason, told.basis, told.act)
    state.pending.setdefault(told.pledge, []).append(ended)


def _assets_released(state: State, event: Event) -> None:
    told = event.args
    for ended in state.pending.pop(told.pledge, []):
        for leaf in ended.leaves:
            how = {"reason": ended.reason, "basis": ended.basis, "ended_at": told.done.effective, "ended_by": ended.act}
            state.change(ENCUMBRANCE, (ended.segment, leaf), **how)
    change(state, told.pledge, told.head)
    _differ(state, event, Discrepancy.UNPLEDGED, told.unpledged)
    acted(state, event, told.done)


def _state_set(state: State, event: Event) -> None:
    told = event.args
    ended = of_head(told.head)["status"] == PledgeStatus.ENDED
    change(state, told.pledge, told.head, reason=told.reason if ended else None, ended_at=told.done.effective if ended else None)
    acted(state, event, told.done, Change.STATE)


def _noted(state: State, event: Event) -> None:
    told = event.args
    state.add(NOTE, Note(told.pledge, event.pos, told.kind, told.other, told.number, told.subject, told.text))
    _differ(state, event, Discrepancy.NOTED, told.assets)
    acted(state, event, told.done)


RULES = {
    ("PledgeRegistry", "TitlesPublished"): _titles_published,
    ("PledgeRegistry", "InstrumentRecorded"): _instrument_recorded,
    ("PledgeRegistry", "TermsChanged"): _terms_changed,
    ("PledgeRegistry", "PartiesChanged"): _parties_changed,
    ("PledgeRegistry", "SegmentAdded"): _segment_added,
    ("PledgeRegistry", "PledgeReleased"): _released,
    ("PledgeRegistry", "LeavesEnded"): _leaves_ended,
    ("PledgeRegistry", "AssetsReleased"): _assets_released,
    ("PledgeRegistry", "PledgeStateSet"): _state_set,
    ("PledgeRegistry", "PledgeNoted"): _noted,
}
