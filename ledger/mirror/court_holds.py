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


def _executed(state: State, event: Event) -> None:
    state.add(ORDER_EXECUTION, OrderExecution(event.args.order, event.pos, event.args.hold, event.args.to))


RULES = {
    ("ReceivableHolds", "HoldLaid"): _laid,
    ("ReceivableHolds", "HoldNarrowed"): _narrowed,
    ("ReceivableHolds", "HoldLifted"): _lifted,
    ("ReceivableHolds", "OrderGiven"): _given,
    ("ReceivableHolds", "OrderExecuted"): _executed,
}
