"""Filings until they are registered: filed, accepted, noticed and answered, contested, decided, withdrawn."""

from collections.abc import Sequence

from ledger.chain.decode import Event
from ledger.domain.pledge_words import Decision
from ledger.domain.registers import Code
from ledger.mirror.fold import Rule
from ledger.mirror.models import GROUND, PLEDGE, PLEDGE_STATE, SEGMENT, Change, GroundFound, Pledge, PledgeState
from ledger.mirror.pledge_rows import (
    UNKNOWN,
    acted,
    agreed,
    change,
    document,
    list_parties,
    of_head,
    of_terms,
    set_segment,
    stepped,
)
from ledger.mirror.register_models import CONTEST, DECISION, FILING_STEP, OFFICER, Contest, DecisionMade, FilingStep, Officer
from ledger.mirror.state import State


def _filed(state: State, event: Event) -> None:
    told = event.args
    state.add(PLEDGE, Pledge(told.pledge, event.pos, told.register, told.filer, told.filing, told.act))
    state.open(PLEDGE_STATE, PledgeState(pledge=told.pledge, **of_head(told.head), **of_terms(0), **UNKNOWN))
    stepped(state, event, told.filer)


def _accepted(state: State, event: Event) -> None:
    told = event.args
    set_segment(state, told.segment, told.segmentWord, told.root, None)
    change(state, told.pledge, told.head, **of_terms(told.terms))
    stepped(state, event, told.account, Code.ACCEPT)


def _reserved(state: State, event: Event) -> None:
    told = event.args
    set_segment(state, told.segment, told.segmentWord, told.root, None)
    stepped(state, event, told.account, Code.ACCEPT)


def _registered(state: State, event: Event) -> None:
    told, filing, words = event.args, event.args.filing, event.args.words
    published = {"number": filing.instrument.number, "content": filing.content, "agreement": filing.agreement}
    roots = {"parties_root": words.partiesRoot, "begins": words.done.effective}
    change(state, told.pledge, words.head, **of_terms(words.terms), **published, **roots)
    set_segment(state, told.segment, words.segmentWord, filing.assets.root, filing.content)
    list_parties(state, told.pledge, filing.parties, told.names)
    _decided(state, event, Decision.REGISTER, words.evidence, words.officers)
    document(state, event, words.done.act, filing.instrument, filing.consents, words.account)
    acted(state, event, words.done, Change.TERMS | Change.PLEDGORS | Change.HOLDERS | Change.STATE, words.account)


def _decided(state: State, event: Event, decision: Decision, evidence: bytes, officers: Sequence[bytes]) -> None:
    _signed(state, event, officers)
    state.add(DECISION, DecisionMade(event.args.pledge, event.pos, decision, evidence))
    for at, found in enumerate(event.args.grounds):
        state.add(GROUND, GroundFound(event.args.pledge, event.pos, at, found.ground, found.result, found.evidence))


def _signed(state: State, event: Event, officers: Sequence[bytes]) -> None:
    for at, key in enumerate(officers):
        state.add(OFFICER, Officer(event.args.pledge, event.pos, at, key))


def _decided_as(decision: Decision, code: Code | None) -> Rule:
    """Approval, return and refusal: what was examined, and the head that it left."""

    def rule(state: State, event: Event) -> None:
        told = event.args
        change(state, told.pledge, told.head)
        _decided(state, event, decision, told.evidence, told.officers)
        stepped(state, event, told.account, code)

    return rule


def _withdrawn(state: State, event: Event) -> None:
    told = event.args
    change(state, told.pledge, told.head)
    document(state, event, told.act, told.instrument, told.consents, told.account)
    stepped(state, event, told.account, Code.WITHDRAW)


def _filing_stepped(state: State, event: Event) -> None:
    told = event.args
    change(state, told.pledge, told.head)
    state.add(FILING_STEP, FilingStep(told.pledge, event.pos, told.code, told.evidence, told.content, told.until))
    _signed(state, event, told.officers)
    stepped(state, event, told.account, told.code)


def _contested(state: State, event: Event) -> None:
    told = event.args
    state.add(CONTEST, Contest(told.pledge, event.pos, told.earlier, told.asset, told.account, told.act))
    agreed(state, event, told.act, told.consents)
    stepped(state, event, told.account, Code.CONTEST)


def _displaced(state: State, event: Event) -> None:
    change(state, event.args.pledge, event.args.head)


def _segment_displaced(state: State, event: Event) -> None:
    told = event.args
    row = state.need(SEGMENT, (told.segment,))
    set_segment(state, told.segment, told.segmentWord, row.root, row.content)


RULES = {
    ("PledgeRegistry", "PledgeFiled"): _filed,
    ("PledgeRegistry", "PledgeAccepted"): _accepted,
    ("PledgeRegistry", "SegmentReserved"): _reserved,
    ("PledgeRegistry", "PledgeRegistered"): _registered,
    ("PledgeRegistry", "PledgeApproved"): _decided_as(Decision.APPROVE, None),
    ("PledgeRegistry", "PledgeReturned"): _decided_as(Decision.RETURN, Code.RETURN),
    ("PledgeRegistry", "PledgeRefused"): _decided_as(Decision.REFUSE, Code.REFUSE),
    ("PledgeRegistry", "FilingWithdrawn"): _withdrawn,
    ("PledgeRegistry", "FilingStepped"): _filing_stepped,
    ("PledgeRegistry", "PledgeContestedBy"): _contested,
    ("PledgeRegistry", "PledgeDisplaced"): _displaced,
    ("PledgeRegistry", "SegmentDisplaced"): _segment_displaced,
}
