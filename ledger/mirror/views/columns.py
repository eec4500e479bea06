"""What views are declared by: columns of four kinds, with values in words that every tool reads."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Any

from iso4217 import Currency
from sqlalchemy import BigInteger, ColumnElement, DateTime, Select, Text, case, cast, func, literal, null, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from ledger.chain.blocks import LOG_BITS
from ledger.mirror.models import (
    BLOCK,
)

_FIRST, _LAST = -62_135_596_800, 253_402_300_799


class Kind(Enum):
    """What a column holds."""

    TEXT = "text"
    WHOLE = "integer"
    TIME = "time"
    FLAG = "yes or no"


@dataclass(frozen=True)
class Field:
    """A column of a view."""

    name: str
    kind: Kind
    means: str
    value: ColumnElement[Any]


@dataclass(frozen=True)
class View:
    """A view: its columns, and which rows (of a select over them) are there as at a position (None: now)."""

    name: str
    about: str
    fields: tuple[Field, ...]
    rows: Callable[[Select[Any], int | None], Select[Any]]

    def select(self, at: int | None = None) -> Select[Any]:
        """All of it, as at a position."""
        return self.rows(select(*(each.value.label(each.name) for each in self.fields)), at)


# --- Values in words that every tool reads ---


class utc_time(GenericFunction[Any]):  # noqa: N801  a SQL function
    """UTC seconds as a time; RFC 3339 text on SQLite, which has no such type. Beyond the years 1 to 9999 it reads as their ends."""

    type = DateTime(timezone=True)
    inherit_cache = True


@compiles(utc_time, "postgresql")
def _utc_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"to_timestamp(least(greatest({compiler.process(element.clauses, **options)}, {_FIRST}), {_LAST}))"


@compiles(utc_time, "sqlite")
def _utc_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    seconds = compiler.process(element.clauses, **options)
    return f"strftime('%Y-%m-%dT%H:%M:%SZ', min(max({seconds}, {_FIRST}), {_LAST}), 'unixepoch')"


class hex_text(GenericFunction[Any]):  # noqa: N801  a SQL function
    """Bytes as hex text with 0x."""

    type = Text()
    inherit_cache = True


@compiles(hex_text, "postgresql")
def _hex_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"'0x' || encode({compiler.process(element.clauses, **options)}, 'hex')"


@compiles(hex_text, "sqlite")
def _hex_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"'0x' || lower(hex({compiler.process(element.clauses, **options)}))"


class word_number(GenericFunction[Any]):  # noqa: N801  a SQL function
    """The number of a 32-byte word; null from 2^63 on, which no integer of SQL holds."""

    type = BigInteger()
    inherit_cache = True


@compiles(word_number, "postgresql")
def _number_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    digits = f"encode({compiler.process(element.clauses, **options)}, 'hex')"
    return f"CASE WHEN {digits} < '{_TOO_MUCH}' THEN ('x' || right({digits}, 16))::bit(64)::bigint END"


@compiles(word_number, "sqlite")
def _number_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    digits = f"lower(hex({compiler.process(element.clauses, **options)}))"
    places = (f"((instr('0123456789abcdef', substr({digits}, {49 + at}, 1)) - 1) << {4 * (15 - at)})" for at in range(16))
    return f"CASE WHEN {digits} < '{_TOO_MUCH}' THEN {' + '.join(places)} END"


_TOO_MUCH = (1 << 63).to_bytes(32).hex()


def text_(name: str, means: str, value: ColumnElement[Any]) -> Field:
    return Field(name, Kind.TEXT, means, value)


def hex_(name: str, means: str, value: ColumnElement[Any]) -> Field:
    return Field(name, Kind.TEXT, means, case((value.is_not(None), hex_text(value)), else_=null()))


def whole(name: str, means: str, value: ColumnElement[Any]) -> Field:
    return Field(name, Kind.WHOLE, means, value)


def time(name: str, means: str, value: ColumnElement[Any]) -> Field:
    return Field(name, Kind.TIME, means, case((value.is_not(None), utc_time(value)), else_=null()))


def flag(name: str, means: str, value: ColumnElement[Any]) -> Field:
    return Field(name, Kind.FLAG, means, value)


def word(name: str, means: str, kind: type[IntEnum], value: ColumnElement[Any]) -> Field:
    names = {literal(int(each), BigInteger): literal(each.name.lower().replace("_", " ")) for each in kind}
    return text_(name, means, case(*((value == number, word) for number, word in names.items()), else_=cast(value, Text)))


CODES = {each.number: each for each in Currency if each.number is not None and each.exponent is not None}


def currency(value: ColumnElement[Any]) -> Field:
    named = case(
        *((value == number, literal(each.code)) for number, each in sorted(CODES.items())), else_=cast(func.nullif(value, 0), Text)
    )
    return text_("currency", "code (ISO 4217) of the row's amounts, which are in its minor units", named)


def block(value: ColumnElement[Any], name: str = "block") -> Field:
    return whole(name, "number of the block that told it", told_by(value))


def order_(value: ColumnElement[Any]) -> Field:
    return whole("position", "orders all events: block << 20 | place in the block", value)


def block_time() -> Field:
    return time("block_time", "time of that block", BLOCK.c.time)


def at_block(pos: ColumnElement[Any]) -> ColumnElement[bool]:
    return BLOCK.c.number == told_by(pos)


def told_by(pos: ColumnElement[Any]) -> ColumnElement[Any]:
    """Number of the block that a position lies in."""
    return pos.op(">>")(literal(LOG_BITS))
