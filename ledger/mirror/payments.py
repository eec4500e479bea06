"""Payments: money received for receivables, distributed by the ruler, drawn by ranges, credited and paid out; bank notices."""

from ledger.chain.decode import Event
from ledger.mirror.models import (
    BANK_NOTICE,
    CREDIT,
    DRAW,
    MEMBER,
    PAYMENT,
    RECEIPT,
    RECEIVABLE,
    RECEIVABLE_STATE,
    BankNotice,
    Credit,
    Draw,
    Payment,
    Receipt,
)
from ledger.mirror.schema import number, word
from ledger.mirror.state import FoldError, State
from ledger.mirror.tokens import drawn_until, number_of

OF_NO_RANGE = (0, 0)
"""Receivable and start of credits that belong to no range (surrogates count from 1)."""


def _received(state: State, event: Event) -> None:
    told, receivable = event.args, number_of(state, event)
    before = state.need(RECEIVABLE_STATE, (receivable,))
    amounts = (told.kind, told.interest, told.principal, told.recovered, told.excess)
    state.add(RECEIPT, Receipt(receivable, event.pos, told.payer, told.ref, *amounts))
    state.put(
        RECEIVABLE_STATE,
        before._replace(
            waiting=told.waitingPrincipal,
            waiting_interest=told.waitingInterest,
            money_days=word(told.moneyDays),
            accrued_day=told.accruedDay,
            part_paid=before.part_paid or told.principal > 0,
        ),
    )


def _distributed(state: State, event: Event) -> None:
    told, receivable = event.args, number_of(state, event)
    before = state.need(RECEIVABLE_STATE, (receivable,))
    state.put(
        RECEIVABLE_STATE,
        before._replace(
            waiting=before.waiting - told.principal,
            waiting_interest=before.waiting_interest - told.interest,
            distributed=before.distributed + told.principal,
            interest_distributed=word(number(before.interest_distributed) + told.interest),
        ),
    )
    amounts = (told.principal, told.interest, told.owedBefore, told.owedAfter)
    state.add(PAYMENT, Payment(receivable, told.payment, event.pos, *amounts, told.kind, low=None))


def _drawn(state: State, event: Event) -> None:
    told, issued = event.args, state.need(RECEIVABLE, (word(event.args.receivable),))
    drawn = (told.from_, told.to, told.principal, told.interest, told.paid)
    state.add(DRAW, Draw(issued.number, event.pos, told.owner, told.start, told.end - told.start, *drawn))
    drawn_until(state, issued.number, told.start, told.to)
    if not told.paid:
        credit(state, told.owner, issued.cash, _range_of(state, told.owner, issued.number, told.start), told.principal + told.interest)


def _range_of(state: State, account: bytes, receivable: int, start: int) -> tuple[int, int]:
    # A contract (an escrow, a vault) must know whose money it is, so its credits are kept by range.
    member = state.need(MEMBER, (account,))
    return (receivable, start) if member.is_contract else OF_NO_RANGE


def _credited(state: State, event: Event) -> None:
    credit(state, event.args.account, event.args.cash, OF_NO_RANGE, event.args.amount)


def _ordered(state: State, event: Event) -> None:
    told = event.args
    credit(state, told.from_, told.cash, OF_NO_RANGE, -told.amount)
    credit(state, told.to, told.cash, OF_NO_RANGE, told.amount)


def _withdrawn(state: State, event: Event) -> None:
    told, of_range = event.args, OF_NO_RANGE
    if told.receivable:
        of_range = state.need(RECEIVABLE, (word(told.receivable),)).number, told.start
    credit(state, told.account, told.cash, of_range, -told.amount)


def credit(state: State, account: bytes, cash: int, of_range: tuple[int, int], delta: int) -> None:
    """Adds to what is kept for an account, of a range or of none. Raises FoldError where less than nothing would be left."""
    if delta == 0:
        return
    key = (account, cash, *of_range)
    before = state.get(CREDIT, key)
    amount = (before.amount if before else 0) + delta
    if amount < 0:
        raise FoldError(f"credit of 0x{account.hex()} in cash {cash} would fall to {amount} at position {state.pos}")
    state.put(CREDIT, Credit(*key, amount))


def _notice_taken(state: State, event: Event) -> None:
    told = event.args
    state.add(BANK_NOTICE, BankNotice(told.ref, event.pos, told.bank, told.cash, told.bookedAt, told.total, told.contentRoot))


RULES = {
    ("Repayment", "PaymentReceived"): _received,
    ("Repayment", "PaymentDistributed"): _distributed,
    ("Repayment", "Drawn"): _drawn,
    ("Repayment", "Credited"): _credited,
    ("Repayment", "Withdrawn"): _withdrawn,
    ("Repayment", "CreditOrdered"): _ordered,
    ("Repayment", "BankNoticeTaken"): _notice_taken,
}
