"""Registers as the chain keeps them, joined with what is known of them beside its words."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from ledger.domain.catalogue import Catalogue
from ledger.domain.registers import ActRule, Ground, Rules, act_rule, rules
from ledger.mirror.models import Register
from ledger.mirror.queries import registers
from ledger.mirror.schema import number


@dataclass(frozen=True, slots=True)
class KeptRules:
    """A register as the chain keeps it: row, what its rule word says, its rule contract, and the rule of each act code in force."""

    row: Register
    rules: Rules
    contract: bytes | None
    acts: Mapping[int, ActRule]


def kept_rules(conn: Connection, register: int, at: int | None = None) -> KeptRules | None:
    """What the chain keeps of a register's version in force; None for an unknown one."""
    row = registers.get(conn, register, at)
    rule = registers.rule_of(conn, register, row.version) if row else None
    if row is None or rule is None:
        return None
    words = {each.code: act_rule(number(each.word)) for each in registers.act_rules(conn, register, row.version)}
    return KeptRules(row, rules(number(rule.rule)), rule.rule_contract, words)


def grounds_of(catalogue: Catalogue, register: int, kept: Rules | None) -> tuple[Ground, ...]:
    """The grounds that an officer must answer, in words where they are known; which ones they are is what the chain keeps."""
    if kept is None:
        return ()
    texts = catalogue.grounds(register)
    return tuple(
        replace(texts.get(each, Ground(each, f"ground {each}", "not described here")), overridable=each in kept.overridable)
        for each in kept.grounds
    )
