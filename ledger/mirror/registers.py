"""Registers and the versions of their rules."""

from ledger.chain.decode import Event
from ledger.mirror.models import ACT_RULE, REGISTER, REGISTER_RULE, ActRule, Register, RegisterRule
from ledger.mirror.schema import word
from ledger.mirror.state import State

_NO_CONTRACT = bytes(20)


def _set(state: State, event: Event) -> None:
    told = event.args
    state.put(REGISTER, Register(told.register, told.version, told.office, told.name, closed=False))
    asked = None if told.ruleContract == _NO_CONTRACT else told.ruleContract
    state.add(REGISTER_RULE, RegisterRule(told.register, told.version, event.pos, word(told.rule), asked))
    for code, rule in dict(zip(told.codes, told.words, strict=True)).items():
        state.add(ACT_RULE, ActRule(told.register, told.version, code, event.pos, word(rule)))


def _closed(state: State, event: Event) -> None:
    state.change(REGISTER, (event.args.register,), closed=True)


RULES = {
    ("Registers", "RegisterSet"): _set,
    ("Registers", "RegisterClosed"): _closed,
}
