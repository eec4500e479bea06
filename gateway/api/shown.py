"""What rows of every kind need to become answers: words as hex, amounts with their currency, times in RFC 3339, enumerations by name."""

from enum import IntEnum, IntFlag
from typing import Any

from gateway.api import answers
from ledger.domain.calendar import rfc3339
from ledger.domain.ids import to_hex
from ledger.domain.money import MoneyError, currency_of
from ledger.mirror.queries.events import Told


def time_or_none(seconds: int | None) -> str | None:
    """A time of seconds in RFC 3339, or null where none is stated (0 or nothing)."""
    return rfc3339(seconds) if seconds else None


def money(minor: int, currency: int) -> answers.Money:
    """An amount with its currency (ISO 4217 number)."""
    return answers.Money(minor=str(minor), currency=currency_code(currency))


def currency_code(numeric: int) -> str:
    """The alphabetic code of an ISO 4217 number; the number as text where it is none."""
    try:
        return currency_of(numeric).code
    except MoneyError:
        return str(numeric)


def hex_or_none(value: bytes | None) -> str | None:
    """Hex text, or null."""
    return None if value is None else to_hex(value)


def text(word: bytes) -> str:
    """A left-aligned text word ("49107-392"); hex where it is no text."""
    try:
        return word.rstrip(b"\0").decode()
    except UnicodeDecodeError:
        return to_hex(word)


def name(kind: type[IntEnum], value: int) -> str:
    """The name of an enumeration's value in lower case; its number where it has none."""
    return kind(value).name.lower().replace("_", " ") if value in set(kind) else str(value)


def plain(value: Any) -> Any:
    """Any decoded value: bytes as hex, integers as decimal text, tuples as lists or objects."""
    if isinstance(value, bytes):
        return to_hex(value)
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {field: plain(item) for field, item in value._asdict().items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {field: plain(item) for field, item in value.items()}
    return value if isinstance(value, bool | str) or value is None else str(value)


def words(mask: int, kind: type[IntEnum] | type[IntFlag]) -> list[str]:
    """The names of the bits of a mask, in lower case."""
    return [str(each.name).lower().replace("_", " ") for each in kind if mask & each]


def event(row: Told) -> answers.Event:
    """An event as the chain has it."""
    return answers.Event(
        pos=str(row.pos),
        block=row.block,
        time=rfc3339(row.time),
        transaction=to_hex(row.transaction),
        contract=row.contract,
        event=row.name,
        values=plain(row.values),
    )
