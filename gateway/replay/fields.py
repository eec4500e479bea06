"""Typed values of one row's cells, found by any of the names that the sources use for them."""

import ast
import difflib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from gateway.replay.faults import Malformed
from gateway.replay.sources import Row
from ledger.domain.money import Currency, MoneyError, to_minor

_ALIKE = 0.85
_AMOUNT = re.compile(r"[-+]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?")
_SIGN = r"(?:[£$€¥]|GBP|USD|EUR|CNY)?\s*"
_MINUS = re.compile(rf"\(\s*{_SIGN}([^()-]+?)\s*\)|-\s*{_SIGN}([^-]+)|{_SIGN}-\s*([^-]+)|{_SIGN}([^-]+?)\s*(?:-|CR)")
_PLUS = re.compile(rf"\+?\s*{_SIGN}([^-]+?)\s*(?:DR)?")
_LIST_SEPARATORS = re.compile(r"\s*[;|\n]\s*")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]+|[\ud800-\udfff]+")
_EMPTY: tuple[Any, ...] = (None, "", [], "NULL", "null", "None", "N/A", "n/a")


def columns(names: Iterable[str], wanted: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Our names -> the columns that are called so, or misspelt so. No column is taken twice; a right spelling goes before a wrong one."""
    present = list(names)
    found = {field: name for field, spellings in wanted.items() for name in [_spelt(present, spellings)] if name is not None}
    for field, spellings in wanted.items():
        if field not in found:
            free = [name for name in present if name not in found.values()]
            close = (match for name in spellings for match in difflib.get_close_matches(name, free, n=1, cutoff=_ALIKE))
            misspelt = next(close, None)
            if misspelt is not None:
                found[field] = misspelt
    return found


def _spelt(present: list[str], spellings: Sequence[str]) -> str | None:
    return next((name for name in spellings if name in present), None)


def value(row: Row, *names: str) -> Any:
    """The first of the named cells that is filled; None if none is."""
    return next((row[name] for name in names if row.get(name) not in _EMPTY), None)


def text(row: Row, *names: str) -> str:
    """A cell's text without outer space; "" if empty. A number reads as it is written.

    Control characters and halves of surrogate pairs are blanks: no database and no signature takes them.
    """
    found = value(row, *names)
    if found is None:
        return ""
    return f"{found:f}" if isinstance(found, Decimal) else _UNPRINTABLE.sub(" ", str(found)).strip()


def identifier(row: Row, *names: str) -> str:
    """A cell that names something: a number that a spreadsheet turned into "20018026.0" names what it named before."""
    written = text(row, *names)
    return written.removesuffix(".0") if written.removesuffix(".0").isdigit() else written


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
    """A cell that holds a list: JSON or a Python literal, or texts divided by ";", "|" or line ends; a single value is a list of one."""
    found = value(row, *names)
    if isinstance(found, str):
        found = _from_cell(found.strip(), names[0])
    if found is None:
        return []
    return [each for each in found if each not in _EMPTY] if isinstance(found, list) else [found]


def _from_cell(cell: str, field: str) -> Any:
    if cell[:1] not in "[{":
        return [part for part in _LIST_SEPARATORS.split(cell) if part]
    try:
        return json.loads(cell, parse_float=Decimal)
    except json.JSONDecodeError as wrong:
        return _from_literal(cell, field, wrong)


def _from_literal(cell: str, field: str, wrong: Exception) -> Any:
    """What tools write that put lists into cells without JSON: [{'name': 'BROOK LLC'}]."""
    try:
        return ast.literal_eval(cell)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        raise Malformed(field, f"no JSON list: {wrong}") from wrong


def flag(row: Row, *names: str) -> bool:
    """Whether a cell says yes: Yes, Y, true or 1."""
    return text(row, *names).lower() in {"yes", "y", "true", "1"}


def minor(written: str, field: str, unit: Currency) -> int:
    """Minor units of an amount as people write it: thousands commas, a currency sign, minus before or after, brackets. Raises Malformed."""
    plain = _signed(written.strip())
    if not _AMOUNT.fullmatch(plain):
        raise Malformed(field, f"{written!r} is no amount")
    try:
        return to_minor(plain.replace(",", ""), unit)
    except MoneyError as wrong:
        raise Malformed(field, str(wrong)) from wrong


def _signed(written: str) -> str:
    negative = _MINUS.fullmatch(written)
    if negative:
        return "-" + next(part for part in negative.groups() if part is not None).strip()
    positive = _PLUS.fullmatch(written)
    return positive[1].strip() if positive else written
