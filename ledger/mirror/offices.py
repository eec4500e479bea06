"""An office's own acts: holds, what became of parties, rectifications."""

from typing import Any

from ledger.chain.decode import Event
from ledger.domain import pledge_words
from ledger.domain.pledge_words import AssetFlag, Flag, HoldTarget, HoldWord, PartyKind, RectifyKind
from ledger.domain.registers import Code, EndReason
from ledger.mirror.assets import NO_OFFICE, flagged, resolved
from ledger.mirror.models import PLEDGE_ACT, PLEDGE_STATE, SEGMENT, Change, PledgeAct, PledgeState, PledgeStatus
from ledger.mirror.names import number_of
from ledger.mirror.pledge_rows import change, document, of_head
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
from ledger.mirror.state import Key, State

_NOBODY = bytes(20)
_NONE = bytes(32)


# --- Holds ---


def _hold_placed(state: State, event: Event) -> None:
    told, hold = event.args, event.args.hold
    place = _place(state, told)
    fields = pledge_words.read(HoldWord, hold.word)
    who = (hold.authority, hold.order, hold.account, hold.act)
    state.put(HOLD, Hold(*place, hold.index, hold.office, *fields, *who, None, None))
    _mark(state, told.target, place[1])


def _place(state: State, told: Any) -> tuple[int, bytes, bytes]:
    """Target, id and scope under which a hold is kept: an asset's by its key, a party's in its office."""
    if told.target == HoldTarget.ASSET:
        return told.target, resolved(state, told.id), NO_OFFICE
    return told.target, told.id, told.hold.office if told.target == HoldTarget.PARTY else NO_OFFICE


def _mark(state: State, target: int, id_: bytes) -> None:
    if target == HoldTarget.ASSET:
        flagged(state, id_, AssetFlag.LOOK_FOR_HOLDS)
    elif target == HoldTarget.PLEDGE:
        pledge = int.from_bytes(id_)
        flags = state.need(PLEDGE_STATE, (pledge,)).flags | Flag.LOOK_FOR_HOLDS
        state.change(PLEDGE_STATE, (pledge,), flags=int(flags))


def _hold_lifted(state: State, event: Event) -> None:
    told, hold = event.args, event.args.hold
    key: Key = (*_place(state, told), hold.index)
    until = pledge_words.read(HoldWord, hold.word).until
    state.change(HOLD, key, until=until, lifted_by=hold.act, lift_order=hold.order)


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
    before = state.need(PLEDGE_STATE, (told.pledge,))
    # What the pages of one restoration take back is said, and done, by its first act only.
    if words.kind == RectifyKind.RESTORE and before.status != PledgeStatus.RESTORING:
        for segment in told.segments:
            _give_back(state, segment, told.pledge)
    change(state, told.pledge, words.head, **_end_after(before, words))
    state.add(RECTIFICATION, Rectification(told.pledge, event.pos, words.kind, words.corrects, words.account, words.act))
    document(state, event, words.act, told.instrument, told.consents, words.account)
    state.add(PLEDGE_ACT, _act_of(event, before))


def _give_back(state: State, segment: int, pledge: int) -> None:
    effective = state.need(SEGMENT, (segment,)).effective
    state.change(SEGMENT, (segment,), pledge=pledge, held_since=effective)


def _end_after(before: PledgeState, words: Any) -> dict[str, Any]:
    """A restored pledge has no end; one that is being restored keeps it till then, a lapse being the end of an entry that nobody ended."""
    if words.kind != RectifyKind.RESTORE:
        return {}
    if of_head(words.head)["status"] != PledgeStatus.RESTORING:
        return {"reason": None, "basis": None, "ended_at": None}
    if before.status in (PledgeStatus.ENDED, PledgeStatus.RESTORING):
        return {}
    return {"reason": EndReason.LAPSED, "basis": None, "ended_at": before.expires + 1}


def _act_of(event: Event, before: PledgeState) -> PledgeAct:
    told, words = event.args, event.args.words
    what = (words.act, words.account, int(Code.RECTIFY), before.rules, event.time, False, False, words.chain)
    return PledgeAct(told.pledge, event.pos, event.type.name, *what, int(Change.STATE))


RULES = {
    ("PledgeRegistry", "HoldPlaced"): _hold_placed,
    ("PledgeRegistry", "HoldLifted"): _hold_lifted,
    ("PledgeRegistry", "PartyRecorded"): _party_recorded,
    ("PledgeRegistry", "PledgeRectified"): _rectified,
}
