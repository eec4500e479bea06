"""Court holds on receivables, ranges and accounts, and the orders given under them."""

from ledger.chain.decode import Event
from ledger.mirror.receivable_models import (
    COURT_HOLD,
    COURT_ORDER,
    ORDER_EXECUTION,
    CourtHold,
    CourtOrder,
    CourtTarget,
    OrderExecution,
)
from ledger.mirror.state import State
from ledger.mirror.tokens import number_of


def _laid(state: State, event: Event) -> None:
    told = event.args
    whole = told.receivable != 0
    hold = CourtHold(
        hold=told.hold,
        target=CourtTarget.RECEIVABLE if whole else CourtTarget.ACCOUNT,
        authority=told.authority,
        receivable=number_of(state, event) if whole else None,
        account=None if whole else told.account,
        start=told.start,
        end=told.end,
        order=told.order,
        laid_at=event.time,
    )
    state.open(COURT_HOLD, hold)


def _narrowed(state: State, event: Event) -> None:
    told = event.args
    state.change(COURT_HOLD, (told.hold,), target=CourtTarget.RANGE, start=told.start, end=told.end)


def _lifted(state: State, event: Event) -> None:
    state.close(COURT_HOLD, (event.args.hold,))


def _given(state: State, event: Event) -> None:
    told = event.args
    state.add(COURT_ORDER, CourtOrder(told.order, event.pos, told.hold, told.content, told.executableFrom))


def _range_ordered(state: State, event: Event) -> None:
    told = event.args
    execution = OrderExecution(
        order=told.order,
        pos=event.pos,
        hold=told.hold,
        sender=told.from_,
        recipient=told.to,
        receivable=number_of(state, event),
        start=told.start,
        stop=told.end,
        module=None,
        cash=None,
        amount=None,
        content=told.content,
    )
    state.add(ORDER_EXECUTION, execution)


def _credit_ordered(state: State, event: Event) -> None:
    told = event.args
    execution = OrderExecution(
        order=told.order,
        pos=event.pos,
        hold=told.hold,
        sender=told.from_,
        recipient=told.to,
        receivable=None,
        start=None,
        stop=None,
        module=told.module,
        cash=told.cash,
        amount=told.amount,
        content=told.content,
    )
    state.add(ORDER_EXECUTION, execution)


RULES = {
    ("ReceivableHolds", "HoldLaid"): _laid,
    ("ReceivableHolds", "HoldNarrowed"): _narrowed,
    ("ReceivableHolds", "HoldLifted"): _lifted,
    ("ReceivableHolds", "OrderGiven"): _given,
    ("ReceivableHolds", "RangeOrdered"): _range_ordered,
    ("ReceivableHolds", "CreditOrdered"): _credit_ordered,
}
