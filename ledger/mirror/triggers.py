"""Triggers: which conditions anyone may fire, and what became of each firing."""

from ledger.chain.decode import Event
from ledger.mirror.finance_models import FIRING, TRIGGER_KIND, Firing, TriggerKind
from ledger.mirror.schema import word
from ledger.mirror.state import State


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
