"""Claims of those who paid in the obligor's place: what they paid, what they recovered, what they gave up."""

from ledger.chain.decode import Event
from ledger.mirror.models import RECEIVABLE
from ledger.mirror.payments import OF_NO_RANGE, credit
from ledger.mirror.receivable_models import CLAIM, CLAIM_WAIVER, RECOVERY, Claim, ClaimWaiver, Recovery
from ledger.mirror.schema import word
from ledger.mirror.state import State
from ledger.mirror.tokens import number_of


def _changed(state: State, event: Event) -> None:
    told, receivable = event.args.claim, number_of(state, event)
    if told.bearing == 0 and told.plain == 0:
        state.close(CLAIM, (receivable, told.payer))
        return
    days = (word(told.early), word(told.moneyDays))
    state.put(CLAIM, Claim(receivable, told.payer, told.accruedDay, told.bearing, word(told.plain), *days, word(told.interestPaid)))


def _recovered(state: State, event: Event) -> None:
    told, issued = event.args, state.need(RECEIVABLE, (word(event.args.receivable),))
    state.add(RECOVERY, Recovery(issued.number, event.pos, told.payer, told.interest, told.principal, told.paid))
    if not told.paid:
        credit(state, told.payer, issued.cash, OF_NO_RANGE, told.interest + told.principal)


def _waived(state: State, event: Event) -> None:
    told, receivable = event.args, number_of(state, event)
    state.close(CLAIM, (receivable, told.payer))
    state.add(CLAIM_WAIVER, ClaimWaiver(receivable, event.pos, told.payer, word(told.claim), word(told.interest), told.reason))


RULES = {
    ("Repayment", "ClaimChanged"): _changed,
    ("Repayment", "ClaimRecovered"): _recovered,
    ("Repayment", "ClaimWaived"): _waived,
}
