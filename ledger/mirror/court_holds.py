"""Court holds on receivables, ranges and accounts, and the orders given under them."""

from typing import Any

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
    _executed(state, event, receivable=number_of(state, event), start=event.args.start, stop=event.args.end)


def _credit_ordered(state: State, event: Event) -> None:
    _executed(state, event, module=event.args.module, cash=event.args.cash, amount=event.args.amount)


_NOTHING_MOVED: dict[str, Any] = dict.fromkeys(("receivable", "start", "stop", "module", "cash", "amount"))


def _executed(state: State, event: Event, **moved: int) -> None:
    """Keeps an executed order, and what it moved: a range, or a credit."""
    told = event.args
    parties = {"hold": told.hold, "sender": told.from_, "recipient": told.to, "content": told.content}
    state.add(ORDER_EXECUTION, OrderExecution(order=told.order, pos=event.pos, **parties, **(_NOTHING_MOVED | moved)))


RULES = {
    ("ReceivableHolds", "HoldLaid"): _laid,
    ("ReceivableHolds", "HoldNarrowed"): _narrowed,
    ("ReceivableHolds", "HoldLifted"): _lifted,
    ("ReceivableHolds", "OrderGiven"): _given,
    ("ReceivableHolds", "RangeOrdered"): _range_ordered,
    ("ReceivableHolds", "CreditOrdered"): _credit_ordered,
}
