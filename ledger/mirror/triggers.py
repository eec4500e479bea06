"""Triggers: the kinds that anyone may fire at one door, and what was fired."""

from typing import NamedTuple

from ledger.chain.decode import Event
from ledger.mirror.schema import Address, Word, facts, word
from ledger.mirror.state import State


class TriggerKind(NamedTuple):
    """A kind of trigger. `asked_by` selects its dry run (zeros: it has none), `fired_by` its firing, which uses at most `gas`."""

    trigger: int
    pos: int
    target: Address
    asked_by: bytes
    fired_by: bytes
    gas: int
    name: str


class Firing(NamedTuple):
    """A trigger was fired on a subject; `reason` is the revert data of one that did nothing."""

    trigger: int
    subject: Word
    pos: int
    done: bool
    reason: bytes


TRIGGER_KIND = facts(TriggerKind, "trigger_kind", 1)
FIRING = facts(Firing, "firing", 3)


def _added(state: State, event: Event) -> None:
    told = event.args
    state.add(TRIGGER_KIND, TriggerKind(told.kind, event.pos, told.target, told.check, told.fire, told.gas, told.name))


def _fired(state: State, event: Event) -> None:
    told = event.args
    state.add(FIRING, Firing(told.kind, word(told.subject), event.pos, told.done, told.reason))


RULES = {
    ("Triggers", "TriggerKindAdded"): _added,
    ("Triggers", "Fired"): _fired,
}
