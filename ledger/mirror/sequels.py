"""What follows a pledge: a new one in its place, relations between two, the record of a sale."""

from ledger.chain.decode import Event
from ledger.domain import pledge_words
from ledger.domain.pledge_words import HeadWord, TermsWord
from ledger.mirror.models import PLEDGE, PLEDGE_STATE, SEGMENT, Change, Pledge, PledgeState, Side
from ledger.mirror.pledge_rows import UNKNOWN, acted, change, copy_side, document, list_side, of_head, of_terms
from ledger.mirror.register_models import (
    REFINANCING,
    RELATION,
    SALE,
    SALE_ASSET,
    SALE_SHARE,
    Refinancing,
    Relation,
    Sale,
    SaleAsset,
    SaleShare,
)
from ledger.mirror.schema import word
from ledger.mirror.state import State


def _refinanced(state: State, event: Event) -> None:
    """The new pledge has the old one's pledgors and segments; it stands from the refinancing on and ranks from the old time."""
    told, words, body, done = event.args, event.args.words, event.args.refinancing, event.args.words.done
    register = pledge_words.read(HeadWord, words.head).register
    state.add(PLEDGE, Pledge(told.pledge, event.pos, register, told.account, None, done.act))
    published = {"number": body.instrument.number, "content": words.content, "agreement": words.agreement}
    roots = {"parties_root": words.partiesRoot, "begins": done.effective}
    fields = {**of_head(words.head), **of_terms(words.terms), **UNKNOWN, **published, **roots}
    state.open(PLEDGE_STATE, PledgeState(pledge=told.pledge, **fields))
    copy_side(state, told.old, told.pledge, Side.PLEDGORS)
    list_side(state, told.pledge, Side.HOLDERS, list(zip(body.holders, body.names, strict=True)))
    for segment in body.segments:
        state.change(SEGMENT, (segment,), pledge=told.pledge, held_since=done.effective)
    old = pledge_words.read(TermsWord, words.oldTerms)
    state.add(REFINANCING, Refinancing(told.pledge, event.pos, told.old, word(old.ceiling), old.currency, done.effective, done.act))
    document(state, event, done.act, body.instrument, body.consents, told.account)
    made = done._replace(chain=words.chain)
    acted(state, event, made, Change.TERMS | Change.PLEDGORS | Change.HOLDERS | Change.STATE, told.account)


def _related(state: State, event: Event) -> None:
    told, body, done = event.args, event.args.relation, event.args.done
    change(state, told.pledge, told.head)
    row = Relation(told.pledge, event.pos, told.senior, body.kind, word(body.cap), done.effective, done.act)
    state.add(RELATION, row)
    document(state, event, done.act, body.instrument, body.consents, told.account)
    acted(state, event, done, account=told.account)


def _sold(state: State, event: Event) -> None:
    told, body, done = event.args, event.args.sale, event.args.done
    amounts = (word(body.price), body.currency, word(body.costs), word(body.surplus))
    state.add(SALE, Sale(told.pledge, event.pos, *amounts, body.buyer, done.effective, done.act))
    for at, share in enumerate(body.shares):
        state.add(SALE_SHARE, SaleShare(told.pledge, event.pos, at, share.pledge, share.rank, word(share.claim), word(share.amount)))
    for at, asset in enumerate(body.assets):
        state.add(SALE_ASSET, SaleAsset(told.pledge, event.pos, at, asset))
    document(state, event, done.act, body.instrument, body.consents, told.account)
    acted(state, event, done, account=told.account)


RULES = {
    ("PledgeRegistry", "PledgeRefinanced"): _refinanced,
    ("PledgeRegistry", "PledgesRelated"): _related,
    ("PledgeRegistry", "SaleRecorded"): _sold,
}
