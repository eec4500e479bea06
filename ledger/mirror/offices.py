"""An office's own acts: holds, what became of parties, rectifications."""

from typing import Any

from ledger.chain.decode import Event
from ledger.domain import pledge_words
from ledger.domain.pledge_words import HoldTarget, HoldWord, PartyKind, RectifyKind
from ledger.mirror.assets import NO_OFFICE, set_word
from ledger.mirror.models import SEGMENT, Change, PledgeStatus
from ledger.mirror.names import number_of
from ledger.mirror.pledge_rows import acted, change, document, of_head
from ledger.mirror.register_models import (
    HOLD,
    PARTY_RECORD,
    PARTY_STATUS,
    RECTIFICATION,
    Hold,
    PartyRecord,
    PartyStatus,
    Rectification,
)
from ledger.mirror.state import State

_NOBODY = bytes(20)
_NONE = bytes(32)


# --- Holds ---


def _hold_placed(state: State, event: Event) -> None:
    told, hold = event.args, event.args.hold
    fields = pledge_words.read(HoldWord, hold.word)
    runs = (hold.office, fields.bars, fields.kind, fields.until, fields.placed)
    who = (hold.authority, hold.order, hold.account, hold.act)
    state.open(HOLD, Hold(told.target, told.id, _scope(told), hold.number, *runs, *who, None, None))
    _mark(state, told)


def _hold_lifted(state: State, event: Event) -> None:
    told, hold = event.args, event.args.hold
    until = pledge_words.read(HoldWord, hold.word).until
    state.change(HOLD, (told.target, told.id, _scope(told), hold.number), until=until, lifted_by=hold.act, lift_order=hold.order)
    _mark(state, told)


def _scope(told: Any) -> bytes:
    """Holds on parties are an office's own."""
    scope: bytes = told.hold.office if told.target == HoldTarget.PARTY else NO_OFFICE
    return scope


def _mark(state: State, told: Any) -> None:
    """The target's own word as stored: it says that holds are to be looked for."""
    if told.target == HoldTarget.ASSET:
        set_word(state, told.id, told.hold.marked)
    elif told.target != HoldTarget.PARTY:
        change(state, int.from_bytes(told.id), told.hold.marked)


def _hold_moved(state: State, event: Event) -> None:
    told = event.args
    before = state.need(HOLD, (HoldTarget.ASSET, told.other, NO_OFFICE, told.from_))
    state.close(HOLD, (HoldTarget.ASSET, told.other, NO_OFFICE, told.from_))
    state.open(HOLD, before._replace(id=told.key, number=pledge_words.read(HoldWord, told.word).number))


# --- Parties ---


def _party_recorded(state: State, event: Event) -> None:
    told = event.args
    other = None if told.other == _NONE else told.other
    member = None if told.member == _NOBODY else told.member
    named = number_of(state, told.name)
    who = (told.effective, told.evidence, told.name, named, told.account, told.act)
    state.add(PARTY_RECORD, PartyRecord(told.office, told.party, event.pos, told.kind, other, member, *who))
    key = (told.office, told.party)
    if told.kind == PartyKind.CLEARED:
        if state.get(PARTY_STATUS, key):
            state.close(PARTY_STATUS, key)
    elif told.kind != PartyKind.RENAMED:
        state.put(PARTY_STATUS, PartyStatus(*key, told.kind, other, member, told.effective, told.act))


# --- Rectification ---


def _rectified(state: State, event: Event) -> None:
    told, words = event.args, event.args.words
    for segment in told.segments:
        effective = state.need(SEGMENT, (segment,)).effective
        state.change(SEGMENT, (segment,), pledge=told.pledge, held_since=effective)
    restored = words.kind == RectifyKind.RESTORE and of_head(words.head)["status"] == PledgeStatus.REGISTERED
    change(state, told.pledge, words.head, **(dict.fromkeys(("reason", "basis", "ended_at")) if restored else {}))
    state.add(RECTIFICATION, Rectification(told.pledge, event.pos, words.kind, words.corrects, words.account, words.done.act))
    document(state, event, words.done.act, told.instrument, told.consents, words.account)
    acted(state, event, words.done, Change.STATE, words.account)


RULES = {
    ("PledgeRegistry", "HoldPlaced"): _hold_placed,
    ("PledgeRegistry", "HoldLifted"): _hold_lifted,
    ("PledgeRegistry", "HoldMoved"): _hold_moved,
    ("PledgeRegistry", "PartyRecorded"): _party_recorded,
    ("PledgeRegistry", "PledgeRectified"): _rectified,
}
