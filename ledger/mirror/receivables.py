"""Receivables: issue, confirmation, refusal, marks, and what payments and retirements leave owed."""

from ledger.chain.decode import Event
from ledger.mirror.models import MODULE, POLICY, RECEIVABLE, RECEIVABLE_STATE, Module, Policy, Receivable, ReceivableState, ReceivableStatus
from ledger.mirror.schema import word
from ledger.mirror.state import State
from ledger.mirror.tokens import minted, number_of


def _issued(state: State, event: Event) -> None:
    told, terms = event.args, event.args.terms
    number = state.next_number(RECEIVABLE, "number")
    issued = Receivable(
        id=word(told.receivable),
        number=number,
        pos=event.pos,
        issuer=told.issuer,
        supplier=terms.supplier,
        obligor=terms.obligor,
        face=terms.face,
        due=terms.due,
        grace=terms.grace,
        late_rate=terms.lateRate,
        late_basis=terms.lateBasis,
        currency=terms.currency,
        cash=terms.cash,
        module=terms.module,
        least_piece=terms.leastPiece,
        policy=terms.policy,
        tenor_reason=terms.tenorReason,
        content_root=terms.contentRoot,
        issued=told.issued,
        issued_at=told.issuedAt,
    )
    state.add(RECEIVABLE, issued)
    state.open(RECEIVABLE_STATE, _draft(number))


def _draft(number: int) -> ReceivableState:
    return ReceivableState(
        receivable=number,
        status=ReceivableStatus.DRAFT,
        owed_live=0,
        payments=0,
        retired=0,
        distributed=0,
        interest_distributed=word(0),
        interest_retired=word(0),
        waiting=0,
        waiting_interest=0,
        money_days=word(0),
        accrued_day=0,
        part_paid=False,
        paused=False,
        terms=0,
        confirmation=None,
        fingerprint=None,
        confirmed_at=None,
        reason=None,
    )


def _withdrawn(state: State, event: Event) -> None:
    state.change(RECEIVABLE_STATE, (number_of(state, event),), status=ReceivableStatus.WITHDRAWN)


def _refused(state: State, event: Event) -> None:
    state.change(RECEIVABLE_STATE, (number_of(state, event),), status=ReceivableStatus.REFUSED, reason=event.args.reason)


def _confirmed(state: State, event: Event) -> None:
    told, issued = event.args, state.need(RECEIVABLE, (word(event.args.receivable),))
    state.change(
        RECEIVABLE_STATE,
        (issued.number,),
        status=ReceivableStatus.LIVE,
        owed_live=issued.face,
        # A draft can't be paused: what the council said of its id is gone once it opens.
        paused=False,
        terms=told.marks,
        confirmation=told.confirmation,
        fingerprint=told.fingerprint,
        confirmed_at=told.confirmedAt,
    )
    minted(state, issued.number, told.supplier, issued.face)


def _payment_recorded(state: State, event: Event) -> None:
    told, key = event.args, (number_of(state, event),)
    status = ReceivableStatus.CLOSED if told.closed else state.need(RECEIVABLE_STATE, key).status
    state.change(RECEIVABLE_STATE, key, payments=told.payments, owed_live=told.owedLive, status=status)


def _closed(state: State, event: Event) -> None:
    state.change(RECEIVABLE_STATE, (number_of(state, event),), status=ReceivableStatus.CLOSED)


def _cancelled(state: State, event: Event) -> None:
    state.change(RECEIVABLE_STATE, (number_of(state, event),), status=ReceivableStatus.CANCELLED)


def _marks_set(state: State, event: Event) -> None:
    state.change(RECEIVABLE_STATE, (number_of(state, event),), terms=event.args.marks)


def _paused_set(state: State, event: Event) -> None:
    # The council may pause an id that nobody has issued: there is nothing to pause.
    if state.get(RECEIVABLE, (word(event.args.receivable),)) is not None:
        state.change(RECEIVABLE_STATE, (number_of(state, event),), paused=event.args.paused)


def _policy_set(state: State, event: Event) -> None:
    terms = event.args.terms
    tenors = (terms.usualTenor, terms.mostTenor, terms.disputeTerm)
    state.open(POLICY, Policy(event.args.policy, *tenors, terms.demandsBackground, retired=False))


def _policy_retired(state: State, event: Event) -> None:
    state.change(POLICY, (event.args.policy,), retired=True)


def _module_appended(state: State, event: Event) -> None:
    state.add(MODULE, Module(event.args.index, event.pos, event.args.module))


RULES = {
    ("ReceivableDrafts", "ReceivableIssued"): _issued,
    ("ReceivableDrafts", "DraftWithdrawn"): _withdrawn,
    ("ReceivableDrafts", "ReceivableRefused"): _refused,
    ("ReceivableDrafts", "ReceivableConfirmed"): _confirmed,
    ("ReceivableToken", "PaymentRecorded"): _payment_recorded,
    ("ReceivableToken", "ReceivableClosed"): _closed,
    ("ReceivableToken", "ReceivableCancelled"): _cancelled,
    ("ReceivableToken", "MarksSet"): _marks_set,
    ("ReceivableToken", "PausedSet"): _paused_set,
    ("ReceivableDrafts", "PolicySet"): _policy_set,
    ("ReceivableDrafts", "PolicyRetired"): _policy_retired,
    ("ReceivableToken", "ModuleAppended"): _module_appended,
}
