"""Decisions of the council that wait for their time: announced, carried out or cancelled."""

from collections.abc import Callable
from enum import IntEnum
from typing import NamedTuple

from ledger.chain.decode import Event
from ledger.mirror.schema import Address, Word, versioned
from ledger.mirror.state import State


class DecisionState(IntEnum):
    """How far a decision is."""

    ANNOUNCED = 1
    CARRIED_OUT = 2
    CANCELLED = 3


class CouncilDecision(NamedTuple):
    """A call that the council announced: `ready_at` is the second from which it may be carried out; `round` counts its announcements."""

    operation: Word
    round: int
    state: int
    ready_at: int
    caller: Address
    target: Address
    data: bytes
    from_pos: int = 0
    to_pos: int | None = None


COUNCIL_DECISION = versioned(CouncilDecision, "council_decision", 2, ["state"])


def _announced(state: State, event: Event) -> None:
    told = event.args
    row = (DecisionState.ANNOUNCED, told.schedule, told.caller, told.target, told.data)
    state.put(COUNCIL_DECISION, CouncilDecision(told.operationId, told.nonce, *row))


def _ended(to: DecisionState) -> Callable[[State, Event], None]:
    def ended(state: State, event: Event) -> None:
        state.change(COUNCIL_DECISION, (event.args.operationId, event.args.nonce), state=to)

    return ended


RULES = {
    ("Council", "OperationScheduled"): _announced,
    ("Council", "OperationExecuted"): _ended(DecisionState.CARRIED_OUT),
    ("Council", "OperationCanceled"): _ended(DecisionState.CANCELLED),
}
