"""The life of an act in the outbox: a pure state machine.

Gathering: signatures are missing. Ready: all are there, but an act that must go first is not queued yet, or, with a reason, it waits for a
person. Queued, sent, mined: on its way. An act is over only when the chain has spent its id in a final block, or a final block's time has
passed its deadline. Everything else is in doubt, and in doubt the same bytes are sent again: the chain spends an id once.
"""

from dataclasses import dataclass
from enum import StrEnum

from ledger.mirror.models import Outcome


class State(StrEnum):
    """Where an act stands. `undone`: it had run, the block that held it is gone, and its deadline has passed since."""

    GATHERING = "gathering"
    READY = "ready"
    QUEUED = "queued"
    SENT = "sent"
    MINED = "mined"
    FINAL = "final"
    REFUSED = "refused"
    EXPIRED = "expired"
    VOIDED = "voided"
    UNDONE = "undone"


OPEN = frozenset({State.GATHERING, State.READY, State.QUEUED, State.SENT, State.MINED})
ENDS = frozenset({State.FINAL, State.REFUSED, State.EXPIRED, State.VOIDED, State.UNDONE})
GONE = frozenset({State.SENT, State.MINED, State.FINAL})
"""What an act that depends on this one may follow."""
MINED = GONE - {State.SENT}
"""What an act that depends on this one may follow in another lane."""
FAILED = ENDS - {State.FINAL}
"""What no act may follow."""

_AWAITED = {
    "sent": frozenset({State.SENT, State.MINED}) | ENDS,
    "mined": frozenset({State.MINED}) | ENDS,
    "final": ENDS,
}

_SPENT_BY = {Outcome.DONE: State.FINAL, Outcome.REFUSED: State.REFUSED, Outcome.VOIDED: State.VOIDED}
_SPENT_ENDS = frozenset(_SPENT_BY.values())

# What the chain tells may come at any time: another gateway may run, and the member may void, the same act.
_LEARNED = {State.MINED, State.FINAL, State.REFUSED, State.EXPIRED, State.VOIDED}
LEGAL: dict[State, frozenset[State]] = {
    State.GATHERING: frozenset({State.READY} | _LEARNED),
    State.READY: frozenset({State.QUEUED} | _LEARNED),
    State.QUEUED: frozenset({State.SENT, State.READY} | _LEARNED),
    State.SENT: frozenset({State.QUEUED, State.READY} | _LEARNED),
    State.MINED: frozenset({State.SENT, State.FINAL, State.REFUSED, State.VOIDED, State.UNDONE}),
    # Only a chain whose restarts lose blocks takes back what was final.
    State.FINAL: frozenset({State.SENT, State.MINED, State.UNDONE}),
    State.REFUSED: frozenset({State.SENT, State.MINED, State.UNDONE}),
    State.VOIDED: frozenset({State.SENT, State.MINED, State.UNDONE}),
    State.EXPIRED: frozenset({State.SENT, State.MINED, State.FINAL, State.REFUSED, State.VOIDED}),
    State.UNDONE: frozenset({State.MINED, State.FINAL, State.REFUSED, State.VOIDED}),
}


class IllegalStep(Exception):
    """A step that the life of an act does not have."""


@dataclass(frozen=True, slots=True)
class Spent:
    """The event that spent an act's id: what it was, and its block."""

    outcome: Outcome
    block: int


@dataclass(frozen=True, slots=True)
class Seen:
    """What the mirror's hash-checked blocks say about an act.

    `final` is the last final block and `final_time` its time (UTC seconds). `skipped`: our transaction was mined and left the act
    untried. `lost`: the transaction that carried it can't be mined any more, or was mined and reverted whole. `hopeless`: it reverted
    whole again and again with nothing else in it.
    """

    spent: Spent | None
    final: int
    final_time: int | None
    skipped: bool = False
    lost: bool = False
    hopeless: bool = False


def step(before: State, after: State) -> State:
    """`after`, if the machine has that step (or none is made). Raises IllegalStep."""
    if after is not before and after not in LEGAL[before]:
        raise IllegalStep(f"an act that is {before} can't become {after}")
    return after


def judge(state: State, deadline: int, seen: Seen) -> State:
    """The state that follows from what the chain says; the same state where it says nothing new.

    What expired or was undone stays so even if a fork takes the chain's clock back before the deadline: its member may have asked anew.
    """
    if seen.spent is not None:
        after = _SPENT_BY[seen.spent.outcome] if seen.spent.block <= seen.final else State.MINED
        # On another branch the same act may have ended otherwise: what was final is first taken back.
        return State.MINED if state in _SPENT_ENDS and after is not state else after
    late = seen.final_time is not None and seen.final_time > deadline
    if state is State.MINED or state in _SPENT_ENDS:
        return State.UNDONE if late else State.SENT
    if state in ENDS:
        return state
    if late:
        return State.EXPIRED
    if (seen.skipped or seen.hopeless) and state in (State.QUEUED, State.SENT):
        return State.READY
    return State.QUEUED if seen.lost and state is State.SENT else state


def is_past(state: State, until: str, held: bool) -> bool:
    """Whether an act has come as far as `until` (sent, mined or final), or waits for a person because it is `held`."""
    return state in _AWAITED[until] or held
