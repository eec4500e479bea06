"""Registers, and which one takes an asset."""

from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, and_, select

from ledger.domain.registers import Rule
from ledger.mirror.models import ACT_RULE, REGISTER, REGISTER_RULE, ActRule, Register, RegisterRule
from ledger.mirror.queries.reading import AT, one, rows_of, valid

_CLASSES, _FLAGS = 16, 48


class Ruled(NamedTuple):
    """A register and the rule word in force."""

    register: Register
    rule: int

    @property
    def flags(self) -> Rule:
        """The flags of the rule word."""
        return Rule(self.rule >> _FLAGS & 0xFFFF)

    def takes(self, asset: bytes) -> bool:
        """Whether the key is of the register's office and one of its classes."""
        return asset[:2] == (self.rule & 0xFFFF).to_bytes(2) and self.rule >> (_CLASSES + asset[2] - ord("A")) & 1 == 1


def get(conn: Connection, number: int, at: int | None = None) -> Register | None:
    """A register as at a position."""
    return one(conn, REGISTER, REGISTER.table.c.register == number, valid(REGISTER, at))


def rule_of(conn: Connection, register: int, version: int) -> RegisterRule | None:
    """The rule word of a version of a register's rules."""
    return one(conn, REGISTER_RULE, REGISTER_RULE.table.c.register == register, REGISTER_RULE.table.c.version == version)


def ruled(conn: Connection, at: int | None = None) -> list[Ruled]:
    """Every register with the rule in force as at a position."""
    return [Ruled(Register(*row[:-1]), int.from_bytes(row[-1])) for row in conn.execute(_ruled(at is None), {"at": at})]


@cache
def _ruled(is_now: bool) -> Select[Any]:
    register, rule = REGISTER.table, REGISTER_RULE.table
    same = and_(rule.c.register == register.c.register, rule.c.version == register.c.version)
    asked = select(register, rule.c.rule).join_from(register, rule, same)
    return asked.where(valid(REGISTER, None if is_now else AT)).order_by(register.c.register)


def taking(conn: Connection, asset: bytes, at: int | None = None) -> Ruled | None:
    """The register that takes an asset; each office's class has one at most."""
    if not asset[2:3].isalpha() or not asset[2:3].isupper():
        return None
    return next((each for each in ruled(conn, at) if each.takes(asset)), None)


def all_registers(conn: Connection, at: int | None = None) -> list[Register]:
    """The registers by number."""
    return rows_of(conn, REGISTER, select(REGISTER.table).where(valid(REGISTER, at)).order_by(REGISTER.table.c.register))


def act_rules(conn: Connection, register: int, version: int) -> list[ActRule]:
    """What a version of a register's rules says of each act code, by code."""
    asked = select(ACT_RULE.table).where(ACT_RULE.table.c.register == register, ACT_RULE.table.c.version == version)
    return rows_of(conn, ACT_RULE, asked.order_by(ACT_RULE.table.c.code))
