"""Loans: terms, schedules, figures, calls, custody of pledged ranges, appraisals, and the duty to release."""

from collections.abc import Sequence
from typing import Any

from ledger.chain.decode import Event
from ledger.domain.loan_book import LoanFlag
from ledger.mirror.finance_models import (
    APPRAISAL,
    CUSTODY_CHANGE,
    CUSTODY_RANGE,
    HOLDER_SHOWN,
    LOAN_CALL,
    LOAN_COST,
    LOAN_PAYMENT,
    LOAN_PLEDGE,
    LOAN_ROW,
    LOAN_STATE,
    LOAN_TERMS,
    MARGIN_CALL,
    RELEASE_DUE,
    Appraisal,
    CustodyChange,
    CustodyEvent,
    CustodyRange,
    HolderShown,
    Keeper,
    LoanCall,
    LoanCost,
    LoanPayment,
    LoanPledge,
    LoanRow,
    LoanState,
    LoanStatus,
    LoanTerms,
    MarginCall,
    ReleaseDue,
)
from ledger.mirror.financing import credited
from ledger.mirror.models import RECEIVABLE
from ledger.mirror.schema import word
from ledger.mirror.state import State

_START = (1 << 64) - 1
_DUE_BITS, _PRINCIPAL_BITS, _NUMERATOR_BITS = 40, 64, 24


# --- Agreements ---


def _opened(state: State, event: Event) -> None:
    told, body = event.args, event.args.body
    state.open(LOAN_TERMS, _terms(event, (told.lender, told.borrower), body, 0, event.time))
    state.open(LOAN_STATE, _begun(told.loan, body.terms.principal))
    _schedule(state, told.loan, body.rows)
    for pledge in body.pledges:
        state.add(LOAN_PLEDGE, LoanPledge(told.loan, pledge, event.pos))


def _renewed(state: State, event: Event) -> None:
    told, key = event.args, (event.args.loan,)
    before, figures = state.need(LOAN_TERMS, key), state.need(LOAN_STATE, key)
    parties = (before.lender, before.borrower)
    state.put(LOAN_TERMS, _terms(event, parties, told.body, before.renewals + 1, before.opened_at))
    state.put(LOAN_STATE, _begun(told.loan, told.body.terms.principal)._replace(kept=figures.kept))
    _drop_rows(state, told.loan, len(told.body.rows), before.rows)
    _schedule(state, told.loan, told.body.rows)


def _terms(event: Event, parties: tuple[bytes, bytes], body: Any, renewals: int, opened_at: int) -> LoanTerms:
    terms = body.terms
    return LoanTerms(
        loan=event.args.loan,
        lender=parties[0],
        borrower=parties[1],
        cash=terms.cash,
        principal=terms.principal,
        start=terms.start,
        rate=terms.rate,
        overdue_rate=terms.overdueRate,
        day_count=terms.dayCount,
        flags=terms.flags,
        prepayment=terms.prepayment,
        grace=terms.grace,
        default_after=terms.defaultAfter,
        most_loan_to_value=terms.mostLoanToValue,
        cure=terms.cure,
        appraiser=terms.appraiser,
        release_within=terms.releaseWithin,
        content_root=terms.contentRoot,
        rows=len(body.rows),
        renewals=renewals,
        opened_at=opened_at,
        agreed_at=event.time,
        agreement=event.args.digest,
    )


def _begun(loan: int, principal: int) -> LoanState:
    return LoanState(
        loan=loan,
        status=LoanStatus.LIVE,
        outstanding=principal,
        scheduled_paid=0,
        prepaid=0,
        costs=word(0),
        product=word(0),
        overdue_product=word(0),
        interest_paid=word(0),
        overdue_paid=word(0),
        day=0,
        fallen=0,
        ripe=0,
        settled=0,
        kept=0,
        margin_called=None,
        margin_until=None,
        ended_at=None,
        reason=None,
    )


def _schedule(state: State, loan: int, rows: Sequence[Any]) -> None:
    principal = 0
    for at, row in enumerate(rows):
        principal += row.principal
        state.put(LOAN_ROW, LoanRow(loan, at, row.due, principal, row.numerator, row.interestDue, interest=None))


def _drop_rows(state: State, loan: int, first: int, count: int) -> None:
    for row in range(first, count):
        state.close(LOAN_ROW, (loan, row))


# --- What follows ---


def _instalment_due(state: State, event: Event) -> None:
    state.change(LOAN_ROW, (event.args.loan, event.args.row), interest=word(event.args.interest))


def _figures(state: State, event: Event) -> LoanState:
    told = event.args.figures
    return state.need(LOAN_STATE, (event.args.loan,))._replace(
        outstanding=told.principal,
        scheduled_paid=told.scheduledPaid,
        prepaid=told.prepaid,
        costs=word(told.costs),
        product=word(told.product),
        overdue_product=word(told.overdueProduct),
        interest_paid=word(told.interestPaid),
        overdue_paid=word(told.overduePaid),
        day=told.day,
        fallen=told.fallen,
        ripe=told.ripe,
        settled=told.settled,
    )


def _paid(state: State, event: Event) -> None:
    told, taken = event.args, event.args.taken
    state.put(LOAN_STATE, _figures(state, event))
    parts = (word(taken.costs), word(taken.overdue), word(taken.interest), taken.principal)
    state.add(LOAN_PAYMENT, LoanPayment(told.loan, event.pos, told.payer, told.ref, told.kind, *parts))


def _charged(state: State, event: Event) -> None:
    told = event.args
    state.put(LOAN_STATE, _figures(state, event))
    state.add(LOAN_COST, LoanCost(told.loan, event.pos, word(told.amount), told.evidence, told.digest))


def _accelerated(state: State, event: Event) -> None:
    told, terms = event.args, state.need(LOAN_TERMS, (event.args.loan,))
    state.put(LOAN_STATE, _figures(state, event))
    state.put(LOAN_TERMS, terms._replace(rows=told.rows, grace=0, flags=terms.flags | LoanFlag.ACCELERATED))
    _drop_rows(state, told.loan, told.rows, terms.rows)
    last = state.need(LOAN_ROW, (told.loan, told.rows - 1))
    # A row that fell due in the same second has its interest already.
    state.put(LOAN_ROW, _unpacked(told.loan, told.rows - 1, told.row)._replace(interest=last.interest))
    state.add(LOAN_CALL, LoanCall(told.loan, event.pos, told.ground, told.subject, told.evidence))


def _unpacked(loan: int, row: int, packed: int) -> LoanRow:
    """A row as contracts/types/LoanRow.sol packs it: low bit first."""
    due, packed = _low(packed, _DUE_BITS)
    principal, packed = _low(packed, _PRINCIPAL_BITS)
    numerator, packed = _low(packed, _NUMERATOR_BITS)
    return LoanRow(loan, row, due, principal, numerator, bool(packed & 1), interest=None)


def _low(packed: int, bits: int) -> tuple[int, int]:
    return packed & ((1 << bits) - 1), packed >> bits


def _margin_called(state: State, event: Event) -> None:
    told = event.args
    state.change(LOAN_STATE, (told.loan,), margin_called=event.time, margin_until=told.until)
    state.add(MARGIN_CALL, MarginCall(told.loan, event.pos, word(told.value), told.principal, told.until))


def _margin_restored(state: State, event: Event) -> None:
    told = event.args
    state.change(LOAN_STATE, (told.loan,), margin_called=None, margin_until=None)
    state.add(MARGIN_CALL, MarginCall(told.loan, event.pos, word(told.value), told.principal, until=None))


def _repaid(state: State, event: Event) -> None:
    state.change(LOAN_STATE, (event.args.loan,), status=LoanStatus.REPAID, ended_at=event.time)


def _discharged(state: State, event: Event) -> None:
    ended = _figures(state, event)._replace(status=LoanStatus.DISCHARGED, ended_at=event.time, reason=event.args.reason)
    state.put(LOAN_STATE, ended)


def _release_due(state: State, event: Event) -> None:
    told = event.args
    state.add(RELEASE_DUE, ReleaseDue(told.loan, told.pledge, event.pos, told.lender, told.by))


def _kept(state: State, event: Event) -> None:
    state.change(LOAN_STATE, (event.args.loan,), kept=event.args.kept)


def _credited(state: State, event: Event) -> None:
    credited(state, Keeper.LOANS, event.args.account, event.args.cash, event.args.amount)


def _withdrawn(state: State, event: Event) -> None:
    credited(state, Keeper.LOANS, event.args.account, event.args.cash, -event.args.amount)


# --- Custody ---


def _range_pledged(state: State, event: Event) -> None:
    told, (receivable, start) = event.args, _place(state, event)
    state.open(CUSTODY_RANGE, CustodyRange(receivable, start, told.end, told.loan, told.beneficiary, event.address))
    _changed(state, event, CustodyEvent.PLEDGED, account=told.beneficiary)


def _place(state: State, event: Event) -> tuple[int, int]:
    """Number of the receivable and start of the token that an event names."""
    return state.need(RECEIVABLE, (word(event.args.token >> 64),)).number, event.args.token & _START


def _changed(
    state: State, event: Event, kind: CustodyEvent, amount: int | None = None, account: bytes | None = None, basis: bytes | None = None
) -> None:
    place = _place(state, event)
    state.add(CUSTODY_CHANGE, CustodyChange(*place, event.pos, kind, event.args.loan, amount, account, basis))


def _collected(state: State, event: Event) -> None:
    _changed(state, event, CustodyEvent.COLLECTED, amount=event.args.amount)


def _returned(state: State, event: Event) -> None:
    kind = CustodyEvent.RETURNED if event.args.moved else CustodyEvent.CLOSED
    _changed(state, event, kind, account=event.args.beneficiary)
    state.close(CUSTODY_RANGE, _place(state, event))


def _sold(state: State, event: Event) -> None:
    told = event.args
    kind = CustodyEvent.SOLD_BY_ORDER if told.ordered else CustodyEvent.SOLD
    _changed(state, event, kind, told.price, told.buyer, told.basis)
    state.close(CUSTODY_RANGE, _place(state, event))


def _range_cut(state: State, event: Event) -> None:
    state.change(CUSTODY_RANGE, _place(state, event), stop=event.args.end)
    _changed(state, event, CustodyEvent.CUT)


def _range_taken(state: State, event: Event) -> None:
    told, key = event.args, _place(state, event)
    if told.start == key[1]:
        state.close(CUSTODY_RANGE, key)
    else:
        state.change(CUSTODY_RANGE, key, stop=told.start)
    _changed(state, event, CustodyEvent.TAKEN, account=told.to)


# --- Appraisals ---


def _valued(state: State, event: Event) -> None:
    told = event.args
    value = (word(told.amount), told.currency, told.valuedAt, told.method, told.report)
    state.add(APPRAISAL, Appraisal(told.pledge, told.appraiser, event.pos, *value))


def _holders_shown(state: State, event: Event) -> None:
    for ordinal, id_ in enumerate(event.args.holders):
        state.add(HOLDER_SHOWN, HolderShown(event.args.parties, ordinal, id_, event.pos))


RULES = {
    ("LoanAgreements", "HoldersShown"): _holders_shown,
    ("LoanAgreements", "LoanOpened"): _opened,
    ("LoanAgreements", "LoanRenewed"): _renewed,
    ("Loans", "InstalmentDue"): _instalment_due,
    ("Loans", "LoanPaid"): _paid,
    ("Loans", "CostsCharged"): _charged,
    ("Loans", "LoanAccelerated"): _accelerated,
    ("Loans", "MarginCalled"): _margin_called,
    ("Loans", "MarginRestored"): _margin_restored,
    ("Loans", "LoanRepaid"): _repaid,
    ("Loans", "LoanDischarged"): _discharged,
    ("Loans", "ReleaseDue"): _release_due,
    ("Loans", "CollectionKept"): _kept,
    ("Loans", "KeptUsed"): _kept,
    ("Loans", "LoanCredited"): _credited,
    ("Loans", "LoanCreditWithdrawn"): _withdrawn,
    ("TitleEscrow", "RangePledged"): _range_pledged,
    ("TitleEscrow", "RangeCut"): _range_cut,
    ("TitleEscrow", "RangeTaken"): _range_taken,
    ("TitleEscrow", "RangeCollected"): _collected,
    ("TitleEscrow", "RangeReturned"): _returned,
    ("TitleEscrow", "RangeSold"): _sold,
    ("Valuations", "ValuationRecorded"): _valued,
}
