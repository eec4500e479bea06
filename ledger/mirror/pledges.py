"""Pledges: filed, accepted, registered, changed and ended; their parties, segments and the assets that they encumber.

A whole release touches no asset's row: an encumbrance is live while its pledge is live and its own end is not told.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from ledger.chain.decode import Event
from ledger.mirror.models import (
    ASSET_TITLE,
    CONSENT,
    DIFFERENCE,
    ENCUMBRANCE,
    GROUND,
    INSTRUMENT,
    NOTE,
    PARTY,
    PLEDGE,
    PLEDGE_ACT,
    PLEDGE_STATE,
    SEGMENT,
    AssetTitle,
    Consent,
    Difference,
    Discrepancy,
    Encumbrance,
    GroundFound,
    Instrument,
    Note,
    Party,
    Pledge,
    PledgeAct,
    PledgeState,
    PledgeStatus,
    Segment,
    Side,
)
from ledger.mirror.schema import word
from ledger.mirror.state import State

_PLEDGEE = 2
_DATE_ONLY = 1 << 192


class Ended(NamedTuple):
    """Leaves of one {LeavesEnded}, until the release that they belong to says from when."""

    segment: int
    leaves: tuple[int, ...]
    reason: int
    basis: int
    act: bytes


def _bits(value: int, low: int, width: int) -> int:
    return value >> low & (1 << width) - 1


def _signed(value: int, low: int, width: int) -> int:
    bits = _bits(value, low, width)
    return bits - (1 << width) if bits >> width - 1 else bits


def head_of(head: int) -> dict[str, Any]:
    """Head word: state 8 | register 16 | rule version 16 | flags 16 | version 24 | sequence 48 | effective 40 (signed) | expires 40."""
    return {
        "status": _bits(head, 0, 8),
        "rules": _bits(head, 24, 16),
        "flags": _bits(head, 40, 16),
        "version": _bits(head, 56, 24),
        "sequence": _bits(head, 80, 48),
        "effective": _signed(head, 128, 40),
        "expires": _bits(head, 168, 40),
    }


def _terms(terms: int) -> dict[str, Any]:
    """Terms word: ceiling 128 | currency 16 | kind 8 | segments 16 | holders 8 | due 40 (signed) | first segment 40."""
    return {
        "ceiling": word(_bits(terms, 0, 128)),
        "currency": _bits(terms, 128, 16),
        "kind": _bits(terms, 144, 8),
        "segments": _bits(terms, 152, 16),
        "due": _signed(terms, 176, 40),
    }


def _segment(segment: int, segment_word: int, root: bytes, content: bytes | None) -> Segment:
    """Segment word: pledge 40 | count 24 | claimed 24 | effective 40 (signed) | pages done 64 | flags 64."""
    return Segment(
        segment=segment,
        pledge=_bits(segment_word, 0, 40),
        assets=_bits(segment_word, 40, 24),
        claimed=_bits(segment_word, 64, 24),
        effective=_signed(segment_word, 88, 40),
        date_only=bool(segment_word & _DATE_ONLY),
        root=root,
        content=content,
    )


def _change(state: State, event: Event, **values: Any) -> None:
    state.change(PLEDGE_STATE, (event.args.pledge,), **head_of(event.args.head), **values)


def _acted(state: State, event: Event, done: Any, account: bytes | None = None) -> None:
    """An act with its record: code, rules and effective time."""
    where = (done.act, account, done.code, done.ruleVersion, done.effective, done.dateOnly, done.stated, done.chain)
    state.add(PLEDGE_ACT, PledgeAct(event.args.pledge, event.pos, event.type.name, *where))


def _stepped(state: State, event: Event, account: bytes) -> None:
    """A step before registration, which has no time but its block's."""
    told = event.args
    state.add(PLEDGE_ACT, PledgeAct(told.pledge, event.pos, event.type.name, told.act, account, None, None, None, False, False, None))


def _filed(state: State, event: Event) -> None:
    told = event.args
    state.add(PLEDGE, Pledge(told.pledge, event.pos, told.register, told.filer, told.filing, told.act))
    unknown: dict[str, Any] = dict.fromkeys(("number", "content", "agreement", "reason", "basis", "ended_at"))
    state.open(PLEDGE_STATE, PledgeState(pledge=told.pledge, **head_of(told.head), **_terms(0), **unknown))
    _stepped(state, event, told.filer)


def _accepted(state: State, event: Event) -> None:
    told = event.args
    state.put(SEGMENT, _segment(told.segment, told.segmentWord, told.root, None))
    _change(state, event)
    _stepped(state, event, told.account)


def _assets_linked(state: State, event: Event) -> None:
    told = event.args
    for at, (asset, asset_word) in enumerate(zip(told.assets, told.words, strict=True)):
        link = (told.segment, told.firstLeaf + at, asset, told.pledge, word(asset_word))
        state.open(ENCUMBRANCE, Encumbrance(*link, None, None, None, None))


def _titles_published(state: State, event: Event) -> None:
    told = event.args
    for at, title in enumerate(told.titles):
        state.add(ASSET_TITLE, AssetTitle(told.segment, told.firstLeaf + at, event.pos, title))


def _registered(state: State, event: Event) -> None:
    told, filing, words = event.args, event.args.filing, event.args.words
    published = {"number": filing.instrument.number, "content": filing.content, "agreement": filing.agreement}
    state.change(PLEDGE_STATE, (told.pledge,), **head_of(words.head), **_terms(words.terms), **published)
    state.put(SEGMENT, _segment(told.segment, words.segmentWord, filing.assets.root, filing.content))
    _list_parties(state, told.pledge, filing.parties, told.names)
    _examined(state, event)
    _document(state, event, words.done.act, filing.instrument, filing.consents, words.account)
    _acted(state, event, words.done, words.account)


def _examined(state: State, event: Event) -> None:
    for at, found in enumerate(event.args.grounds):
        state.add(GROUND, GroundFound(event.args.pledge, event.pos, at, found.ground, found.result, found.evidence))


def _document(state: State, event: Event, act: bytes, instrument: Any, consents: Sequence[Any], account: bytes) -> None:
    if state.get(INSTRUMENT, (act,)) is None:
        told = (instrument.number, instrument.document, instrument.executed, instrument.caption)
        state.add(INSTRUMENT, Instrument(act, event.pos, *told, account))
        for at, given in enumerate(consents):
            words = (given.role, given.mode, given.signer, given.party, given.evidence, given.given, given.until)
            state.add(CONSENT, Consent(act, at, event.pos, *words))


def _list_parties(state: State, pledge: int, parties: Sequence[Any], names: Sequence[Any]) -> None:
    for side in Side:
        listed = [(party, name) for party, name in zip(parties, names, strict=True) if (party.role == _PLEDGEE) == (side == Side.HOLDERS)]
        if listed:
            _list_side(state, pledge, side, listed)


def _list_side(state: State, pledge: int, side: Side, listed: Sequence[tuple[Any, Any]]) -> None:
    for at, (party, name) in enumerate(listed):
        who = (party.role, party.id, name.name, name.capacity, party.nameHash, party.share)
        state.put(PARTY, Party(pledge, side, at, *who))
    at = len(listed)
    while state.get(PARTY, (pledge, side, at)):
        state.close(PARTY, (pledge, side, at))
        at += 1


def _returned_or_refused(state: State, event: Event) -> None:
    _change(state, event)
    _examined(state, event)
    _stepped(state, event, event.args.account)


def _withdrawn(state: State, event: Event) -> None:
    told = event.args
    _change(state, event)
    _document(state, event, told.act, told.instrument, told.consents, told.account)
    _stepped(state, event, told.account)


def _instrument_recorded(state: State, event: Event) -> None:
    told = event.args
    _document(state, event, told.act, told.instrument, told.consents, told.account)


def _terms_changed(state: State, event: Event) -> None:
    _change(state, event, **_terms(event.args.terms), content=event.args.content, agreement=event.args.agreement)
    _acted(state, event, event.args.done)


def _parties_changed(state: State, event: Event) -> None:
    told = event.args
    _change(state, event, **_terms(told.terms))
    split = len(told.pledgors)
    for side, parties, names in ((Side.PLEDGORS, told.pledgors, told.names[:split]), (Side.HOLDERS, told.holders, told.names[split:])):
        if parties:
            _list_side(state, told.pledge, side, list(zip(parties, names, strict=True)))
    _acted(state, event, event.args.done)


def _segment_added(state: State, event: Event) -> None:
    told = event.args
    _change(state, event, **_terms(told.terms))
    state.put(SEGMENT, _segment(told.segment, told.segmentWord, told.root, told.content))
    _acted(state, event, event.args.done)


def _released(state: State, event: Event) -> None:
    told = event.args
    _change(state, event, reason=told.reason, basis=told.basis, ended_at=told.done.effective)
    _differ(state, event, Discrepancy.UNLISTED, told.unlisted)
    _differ(state, event, Discrepancy.UNPLEDGED, told.unpledged)
    _acted(state, event, event.args.done)


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
    _change(state, event)
    _differ(state, event, Discrepancy.UNPLEDGED, told.unpledged)
    _acted(state, event, event.args.done)


def _state_set(state: State, event: Event) -> None:
    ended = head_of(event.args.head)["status"] == PledgeStatus.ENDED
    _change(state, event, reason=event.args.reason, ended_at=event.args.done.effective if ended else None)
    _acted(state, event, event.args.done)


def _noted(state: State, event: Event) -> None:
    told = event.args
    state.add(NOTE, Note(told.pledge, event.pos, told.kind, told.other, told.number, told.subject, told.text))
    _differ(state, event, Discrepancy.NOTED, told.assets)
    _acted(state, event, event.args.done)


RULES = {
    ("PledgeRegistry", "PledgeFiled"): _filed,
    ("PledgeRegistry", "PledgeAccepted"): _accepted,
    ("PledgeRegistry", "AssetsLinked"): _assets_linked,
    ("PledgeRegistry", "TitlesPublished"): _titles_published,
    ("PledgeRegistry", "PledgeRegistered"): _registered,
    ("PledgeRegistry", "PledgeReturned"): _returned_or_refused,
    ("PledgeRegistry", "PledgeRefused"): _returned_or_refused,
    ("PledgeRegistry", "FilingWithdrawn"): _withdrawn,
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
