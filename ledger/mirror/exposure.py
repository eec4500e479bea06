"""Ceilings of what accounts may have outstanding, and the limit of what one obligor may owe of a currency's total.

What is outstanding itself is a sum over receivables (`queries.exposure`).
"""

from ledger.chain.decode import Event
from ledger.mirror.receivable_models import CEILING, CONCENTRATION, Ceiling, Concentration
from ledger.mirror.schema import word
from ledger.mirror.state import State


def _ceiling_set(state: State, event: Event) -> None:
    told = event.args
    state.put(CEILING, Ceiling(told.account, told.currency, told.asObligor, word(told.ceiling)))


def _concentration_set(state: State, event: Event) -> None:
    told = event.args
    state.put(CONCENTRATION, Concentration(told.currency, told.mostShare, word(told.from_)))


RULES = {
    ("Exposure", "CeilingSet"): _ceiling_set,
    ("Exposure", "ConcentrationSet"): _concentration_set,
}
