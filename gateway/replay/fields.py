"""Typed values of one row's cells, found by any of the names that the sources use for them."""

import difflib
import json
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from gateway.replay.faults import Malformed
from gateway.replay.sources import Row
from ledger.domain.money import Currency, MoneyError, to_minor

_ALIKE = 0.85
_AMOUNT = re.compile(r"[-+]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?")
_LIST_SEPARATORS = re.compile(r"\s*[;|]\s*")


def column(names: Iterable[str], wanted: tuple[str, ...]) -> str | None:
    """The column that is called by one of the wanted names, else one most like them (a misspelling); None if there is none."""
    present = list(names)
    for name in wanted:
        if name in present:
            return name
    for name in wanted:
        close = difflib.get_close_matches(name, present, n=1, cutoff=_ALIKE)
        if close:
            return close[0]
    return None


def value(row: Row, *names: str) -> Any:
    """The first of the named cells that is filled; None if none is."""
    return next((row[name] for name in names if row.get(name) not in (None, "", [], "NULL", "null")), None)


def text(row: Row, *names: str) -> str:
    """A cell's text without outer space; "" if empty."""
    found = value(row, *names)
    return "" if found is None else str(found).strip()


def required(row: Row, field: str, *names: str) -> str:
    """A cell's text that has to be there. Raises Malformed."""
    found = text(row, *names)
    if not found:
        raise Malformed(field, "missing")
    return found


def whole(row: Row, field: str, *names: str) -> int | None:
    """A cell's non-negative whole number; None if empty. Raises Malformed."""
    written = text(row, *names)
    if not written:
        return None
    number = written.removesuffix(".0")
    if not number.isascii() or not number.isdigit():
        raise Malformed(field, f"{written!r} is no whole number")
    return int(number)


def listed(row: Row, *names: str) -> list[Any]:
    """A cell that holds a list: JSON, or texts divided by ";" or "|" in a CSV cell; a single value is a list of one."""
    found = value(row, *names)
    if isinstance(found, str):
        found = _from_cell(found.strip(), names[0])
    if found is None:
        return []
    return found if isinstance(found, list) else [found]


def _from_cell(cell: str, field: str) -> Any:
    if cell[:1] not in "[{":
        return [part for part in _LIST_SEPARATORS.split(cell) if part]
    try:
        return json.loads(cell, parse_float=Decimal)
    except json.JSONDecodeError as wrong:
        raise Malformed(field, f"no JSON list: {wrong}") from wrong


def flag(row: Row, *names: str) -> bool:
    """Whether a cell says yes: Yes, Y, true or 1."""
    return text(row, *names).lower() in {"yes", "y", "true", "1"}


def minor(written: str, field: str, unit: Currency) -> int:
    """Minor units of an amount as written: thousands commas are read, brackets mean minus, a currency sign is dropped. Raises Malformed."""
    plain = written.strip().lstrip("£$€ ").strip()
    if plain.startswith("(") and plain.endswith(")"):
        plain = "-" + plain[1:-1].strip().lstrip("£$€ ")
    if plain.startswith("-"):
        plain = "-" + plain[1:].lstrip("£$€ ")
    if not _AMOUNT.fullmatch(plain):
        raise Malformed(field, f"{written!r} is no amount")
    try:
        return to_minor(plain.replace(",", ""), unit)
    except MoneyError as wrong:
        raise Malformed(field, str(wrong)) from wrong
