"""What the folds of the pledge register share: rows from words, parties, documents, acts."""

from collections.abc import Sequence
from typing import Any

from ledger.chain.decode import Event
from ledger.domain import pledge_words
from ledger.domain.pledge_words import HeadWord, TermsWord
from ledger.domain.registers import EndReason, PartyRole
from ledger.mirror.models import (
    CONSENT,
    INSTRUMENT,
    PARTY,
    PLEDGE_ACT,
    PLEDGE_STATE,
    SEGMENT,
    Consent,
    Instrument,
    Party,
    PledgeAct,
    PledgeState,
    PledgeStatus,
    Segment,
    Side,
)
from ledger.mirror.names import number_of
from ledger.mirror.schema import word
from ledger.mirror.state import State

UNKNOWN: dict[str, Any] = dict.fromkeys(
    ("number", "content", "agreement", "parties_root", "begins", "reason", "basis", "ended_at"),
)
"""What is not known of a pledge before it is registered."""


def of_head(head: int) -> dict[str, Any]:
    """Columns of PLEDGE_STATE that a head word tells; the register is the pledge's for ever and stands in PLEDGE."""
    fields = pledge_words.read(HeadWord, head)._asdict()
    del fields["register"]
    return fields


def of_terms(terms: int) -> dict[str, Any]:
    """Columns of PLEDGE_STATE that a terms word tells."""
    fields = pledge_words.read(TermsWord, terms)._asdict()
    return {**fields, "ceiling": word(fields["ceiling"])}


def head_word(state: PledgeState, register: int) -> int:
    """The head word that a row stands for."""
    return pledge_words.pack(HeadWord(*(register if name == "register" else getattr(state, name) for name in HeadWord._fields)))


def terms_word(state: PledgeState) -> int:
    """The terms word that a row stands for."""
    values = state._asdict() | {"ceiling": int.from_bytes(state.ceiling)}
    return pledge_words.pack(TermsWord(*(values[name] for name in TermsWord._fields)))


def set_segment(state: State, segment: int, segment_word: int, root: bytes, content: bytes | None, held_since: int | None = None) -> None:
    """A segment as its word says; `held_since` is its effective time if not told otherwise."""
    told = pledge_words.read(pledge_words.SegmentWord, segment_word)
    counts_from = told.effective if told.active else None
    row = Segment(
        segment=segment,
        pledge=told.pledge,
        assets=told.assets,
        claimed=told.claimed,
        effective=counts_from,
        reserved_until=None if told.active else told.effective,
        held_since=counts_from if held_since is None else held_since,
        date_only=told.date_only,
        titles=word(told.titles),
        root=root,
        content=content,
    )
    state.put(SEGMENT, row)


def segment_word(row: Segment) -> int:
    """The segment word that a row stands for."""
    active = row.effective is not None
    effective = row.effective if row.effective is not None else row.reserved_until or 0
    titles = int.from_bytes(row.titles)
    return pledge_words.pack(
        pledge_words.SegmentWord(row.pledge, row.assets, row.claimed, effective, titles, row.date_only, active),
    )


def change(state: State, pledge: int, head: int, **values: Any) -> None:
    """A pledge's state after an act that stored this head."""
    fields = of_head(head)
    before = state.need(PLEDGE_STATE, (pledge,))
    if fields["status"] == PledgeStatus.RESTORING and before.status in _IN_FORCE:
        # It had lapsed: the head has no trace of when any more.
        values = {"reason": int(EndReason.LAPSED), "basis": None, "ended_at": before.expires + 1, **values}
    state.change(PLEDGE_STATE, (pledge,), **fields, **values)


_IN_FORCE = (PledgeStatus.REGISTERED, PledgeStatus.ENFORCING)


def acted(state: State, event: Event, done: Any, changes: int = 0, account: bytes | None = None) -> None:
    """An act with its record: code, rules, effective time; `changes` are bits of {Change}."""
    where = (done.act, account, done.code, done.ruleVersion, done.effective, done.dateOnly, done.stated, done.chain, int(changes))
    state.add(PLEDGE_ACT, PledgeAct(event.args.pledge, event.pos, event.type.name, *where))


def stepped(state: State, event: Event, account: bytes, code: int | None = None) -> None:
    """A step before registration, which has no time but its block's."""
    told = event.args
    row = PledgeAct(told.pledge, event.pos, event.type.name, told.act, account, code, None, None, False, False, None, 0)
    state.add(PLEDGE_ACT, row)


def document(state: State, event: Event, act: bytes, instrument: Any, consents: Sequence[Any], account: bytes) -> None:
    """The document behind an act and the consents to it, once."""
    if state.get(INSTRUMENT, (act,)) is None:
        told = (instrument.number, instrument.document, instrument.executed, instrument.caption)
        state.add(INSTRUMENT, Instrument(act, event.pos, *told, account))
        agreed(state, event, act, consents)


def agreed(state: State, event: Event, act: bytes, consents: Sequence[Any]) -> None:
    """The consents to an act."""
    for at, given in enumerate(consents):
        words = (given.role, given.mode, given.signer, given.party, given.evidence, given.given, given.until)
        state.add(CONSENT, Consent(act, at, event.pos, *words))


def list_parties(state: State, pledge: int, parties: Sequence[Any], names: Sequence[Any]) -> None:
    """Both sides of a pledge, from one list in a filing's order."""
    for side in Side:
        holding = side == Side.HOLDERS
        listed = [(party, name) for party, name in zip(parties, names, strict=True) if (party.role == PartyRole.PLEDGEE) == holding]
        if listed:
            list_side(state, pledge, side, listed)


def list_side(state: State, pledge: int, side: Side, listed: Sequence[tuple[Any, Any]]) -> None:
    """One side's new list, each with its published texts."""
    _set_side(
        state,
        pledge,
        side,
        [
            Party(
                pledge, side, at, party.role, party.id, text.name, number_of(state, text.name), text.capacity, party.nameHash, party.share
            )
            for at, (party, text) in enumerate(listed)
        ],
    )


def copy_side(state: State, source: int, target: int, side: Side) -> None:
    """One side of a pledge as it stands, for another pledge."""
    _set_side(state, target, side, [row._replace(pledge=target) for row in _listed(state, source, side)])


def _set_side(state: State, pledge: int, side: Side, rows: Sequence[Party]) -> None:
    for gone in _listed(state, pledge, side)[len(rows) :]:
        state.close(PARTY, (pledge, side, gone.ordinal))
    for row in rows:
        state.put(PARTY, row)


def _listed(state: State, pledge: int, side: Side) -> list[Party]:
    found: list[Party] = []
    while row := state.get(PARTY, (pledge, side, len(found))):
        found.append(row)
    return found
