"""Registers and the versions of their rules."""

from ledger.chain.decode import Event
from ledger.mirror.models import ACT_RULE, REGISTER, ActRule, Register
from ledger.mirror.schema import word
from ledger.mirror.state import State


def _set(state: State, event: Event) -> None:
    told = event.args
    state.put(REGISTER, Register(told.register, told.version, told.office, word(told.rule), told.name, closed=False))
    for code, rule in dict(zip(told.codes, told.words, strict=True)).items():
        state.add(ACT_RULE, ActRule(told.register, told.version, code, event.pos, word(rule)))


def _closed(state: State, event: Event) -> None:
    state.change(REGISTER, (event.args.register,), closed=True)


RULES = {
    ("Registers", "RegisterSet"): _set,
    ("Registers", "RegisterClosed"): _closed,
}
