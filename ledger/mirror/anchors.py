"""Anchored registers: their roots, the seeding of live assets, the adoption of records."""

from ledger.chain.decode import Event
from ledger.domain import pledge_words
from ledger.domain.pledge_words import Flag, HeadWord
from ledger.domain.registers import Code
from ledger.mirror.assets import resolved, set_word
from ledger.mirror.models import PLEDGE, PLEDGE_ACT, PLEDGE_STATE, SEGMENT, Change, Pledge, PledgeAct, PledgeState
from ledger.mirror.pledge_rows import UNKNOWN, document, list_parties, of_head, of_terms, set_segment
from ledger.mirror.register_models import (
    ADOPTION,
    ANCHOR,
    ANCHORED_REGISTER,
    SEED,
    SEEDED_PAGE,
    Adoption,
    Anchor,
    AnchoredRegister,
    Seed,
    SeededPage,
)
from ledger.mirror.state import State


def _anchored(state: State, event: Event) -> None:
    told, body = event.args, event.args.anchored
    roots = (body.recordsRoot, body.records, body.assetsRoot, body.assets)
    who = (body.evidence, told.account, told.act)
    state.add(ANCHOR, Anchor(told.register, told.anchor, event.pos, *roots, body.asAt, body.replaces, *who))
    state.put(ANCHORED_REGISTER, AnchoredRegister(told.register, told.unseeded))


def _seeded(state: State, event: Event) -> None:
    told = event.args
    where = (told.register, told.anchor)
    state.add(SEEDED_PAGE, SeededPage(*where, told.first, event.pos, len(told.assets), told.account, told.act))
    for at, (asset, number, asset_word) in enumerate(zip(told.assets, told.numbers, told.words, strict=True)):
        state.add(SEED, Seed(*where, told.first + at, event.pos, asset, number))
        set_word(state, resolved(state, asset), asset_word)
    state.put(ANCHORED_REGISTER, AnchoredRegister(told.register, told.unseeded))


def _adopted(state: State, event: Event) -> None:
    told, words = event.args, event.args.words
    state.add(PLEDGE, Pledge(told.pledge, event.pos, told.register, words.account, None, words.act))
    head = pledge_words.read(HeadWord, words.head)
    published = {"number": told.instrument.number, "content": words.content, "agreement": words.agreement}
    roots = {"parties_root": words.partiesRoot, "begins": head.effective}
    fields = {**of_head(words.head), **of_terms(words.terms), **UNKNOWN, **published, **roots}
    state.open(PLEDGE_STATE, PledgeState(pledge=told.pledge, **fields))
    set_segment(state, told.segment, words.segmentWord, words.root, words.content)
    list_parties(state, told.pledge, told.parties, told.names)
    row = Adoption(told.pledge, event.pos, told.register, words.anchor, words.index, told.instrument.number)
    state.add(ADOPTION, row)
    document(state, event, words.act, told.instrument, (), words.account)
    what = (words.act, words.account, int(Code.ADOPT), words.ruleVersion, head.effective, bool(head.flags & Flag.DATE_ONLY), True)
    changes = Change.TERMS | Change.PLEDGORS | Change.HOLDERS | Change.STATE
    state.add(PLEDGE_ACT, PledgeAct(told.pledge, event.pos, event.type.name, *what, words.chain, int(changes)))


def _continued(state: State, event: Event) -> None:
    told = event.args
    row = state.need(SEGMENT, (told.segment,))
    set_segment(state, told.segment, told.segmentWord, row.root, row.content)


RULES = {
    ("PledgeRegistry", "RegisterAnchored"): _anchored,
    ("PledgeRegistry", "AssetsSeeded"): _seeded,
    ("PledgeRegistry", "RecordAdopted"): _adopted,
    ("PledgeRegistry", "AdoptionContinued"): _continued,
}
