"""Guarantees and risk pools: who pays in the obligor's place, by which shares, on which receivables, and what was paid."""

from ledger.chain.decode import Event
from ledger.mirror.receivable_models import COVER, GUARANTEE_PAYMENT, GUARANTOR, POOL, Cover, GuaranteePayment, Guarantor, Pool
from ledger.mirror.schema import word
from ledger.mirror.state import State
from ledger.mirror.tokens import number_of


def _opened(state: State, event: Event) -> None:
    told = event.args
    terms = (told.manager, told.cash, word(told.cap), word(0), told.wait, told.until, told.agreement)
    state.open(POOL, Pool(told.pool, *terms))
    for ordinal, (account, share) in enumerate(zip(told.guarantors, told.shares, strict=True)):
        state.add(GUARANTOR, Guarantor(told.pool, ordinal, event.pos, account, share))


def _covered(state: State, event: Event) -> None:
    state.add(COVER, Cover(number_of(state, event), event.pos, event.args.pool, word(event.args.most)))


def _paid(state: State, event: Event) -> None:
    told = event.args
    state.change(POOL, (told.pool,), used=word(told.used))
    state.add(GUARANTEE_PAYMENT, GuaranteePayment(number_of(state, event), event.pos, told.pool, told.guarantor, told.amount))


RULES = {
    ("Guarantees", "PoolOpened"): _opened,
    ("Guarantees", "ReceivableCovered"): _covered,
    ("Guarantees", "GuaranteePaid"): _paid,
}
