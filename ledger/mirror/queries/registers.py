"""Registers and the rules of their versions."""

from sqlalchemy import Connection, select

from ledger.mirror.models import ACT_RULE, REGISTER, REGISTER_RULE, ActRule, Register, RegisterRule
from ledger.mirror.queries.reading import one, rows_of, told, valid


def all_registers(conn: Connection, at: int | None = None) -> list[Register]:
    """The registers by number."""
    return rows_of(conn, REGISTER, select(REGISTER.table).where(valid(REGISTER, at)).order_by(REGISTER.table.c.register))


def get(conn: Connection, number: int, at: int | None = None) -> Register | None:
    """The register of a number."""
    return one(conn, REGISTER, REGISTER.table.c.register == number, valid(REGISTER, at))


def rule(conn: Connection, number: int, version: int, at: int | None = None) -> RegisterRule | None:
    """The rule word of a version."""
    table = REGISTER_RULE.table.c
    return one(conn, REGISTER_RULE, table.register == number, table.version == version, told(REGISTER_RULE, at))


def act_rules(conn: Connection, number: int, version: int, at: int | None = None) -> list[ActRule]:
    """What a version of a register's rules says of each act code, by code."""
    asked = select(ACT_RULE.table).where(ACT_RULE.table.c.register == number, ACT_RULE.table.c.version == version, told(ACT_RULE, at))
    return rows_of(conn, ACT_RULE, asked.order_by(ACT_RULE.table.c.code))
