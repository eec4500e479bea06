"""How receivables and ranges end beside payment: retirements, and the obligor's disputes. Consents to a cancellation and write-offs are
flags of tokens.
"""

from ledger.chain.decode import Event
from ledger.mirror.models import PAYMENT, POLICY, RECEIVABLE, RECEIVABLE_STATE, Payment, PaymentKind
from ledger.mirror.receivable_models import DISPUTE, RETIREMENT, Dispute, Retirement
from ledger.mirror.schema import number, word
from ledger.mirror.state import State
from ledger.mirror.tokens import number_of, retires


def _recorded(state: State, event: Event) -> None:
    """Repayment has taken the range off what is owed; its token leaves next."""
    told, receivable = event.args, number_of(state, event)
    before = state.need(RECEIVABLE_STATE, (receivable,))
    state.put(
        RECEIVABLE_STATE,
        before._replace(
            interest_retired=word(number(before.interest_retired) + told.interest),
            money_days=word(told.moneyDays),
            accrued_day=told.accruedDay,
        ),
    )
    owed = (told.owedBefore, told.owedBefore - (told.high - told.low))
    state.add(PAYMENT, Payment(receivable, told.payment, event.pos, 0, 0, *owed, PaymentKind.RETIREMENT, low=told.low))
    retires(state, receivable)


def _signed(state: State, event: Event) -> None:
    told, receivable = event.args, number_of(state, event)
    step = state.need(RECEIVABLE_STATE, (receivable,)).payments
    what = (told.owner, told.start, told.end - told.start, told.owed, told.reason, told.document)
    state.add(RETIREMENT, Retirement(receivable, step, event.pos, *what))


def _disputed(state: State, event: Event) -> None:
    told, issued = event.args, state.need(RECEIVABLE, (word(event.args.receivable),))
    # A dispute may stand for what is left of the term that the policy gave, and is counted for all of it until it ends early.
    term = state.need(POLICY, (issued.policy,)).dispute_term
    dispute = Dispute(
        receivable=issued.number,
        author=told.author,
        scope=told.scope,
        since=event.time,
        until=told.until,
        used=term,
        document=told.document,
        ended_at=None,
    )
    state.put(DISPUTE, dispute)


def _dispute_ended(state: State, event: Event) -> None:
    before = state.need(DISPUTE, (number_of(state, event),))
    ended = event.args.endedAt
    state.put(DISPUTE, before._replace(used=before.used - (before.until - ended), ended_at=ended))


RULES = {
    ("Repayment", "RetirementRecorded"): _recorded,
    ("ReceivableEndings", "RangeRetirementSigned"): _signed,
    ("ReceivableEndings", "DisputeBegun"): _disputed,
    ("ReceivableEndings", "DisputeEnded"): _dispute_ended,
}
