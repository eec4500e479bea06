"""The life of a message between gateways: a pure state machine.

A message waits until its recipient has signed for it. Nothing else says that it arrived; what is in doubt is sent again, and a second
arrival changes nothing. Refused and late ones are a person's, who has them sent again or lets them be.
"""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where a message stands. `needless`: its act ended before it arrived."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    REFUSED = "refused"
    LATE = "late"
    NEEDLESS = "needless"


STUCK = frozenset({State.REFUSED, State.LATE})
"""What waits for a person."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a message. `receipted`: the recipient signed for it; `refused`: it said that it will never take it; `late`: a final
    block's time has passed the message's end; `over`: what it is about has ended otherwise; `again`: a person has it sent once more.
    """

    receipted: bool = False
    refused: bool = False
    late: bool = False
    over: bool = False
    again: bool = False


def judge(state: State, seen: Seen) -> State:
    """The state that follows; the same one where nothing new is known."""
    if seen.receipted or state is State.DELIVERED:
        return State.DELIVERED
    if seen.over or state is State.NEEDLESS:
        return State.NEEDLESS
    if seen.late:
        return State.REFUSED if state is State.REFUSED else State.LATE
    if seen.refused:
        return State.REFUSED
    return State.WAITING if seen.again else state
