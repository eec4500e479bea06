"""Money as integers of minor units with an ISO 4217 currency; floats never touch it."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from iso4217 import Currency as IsoCurrency

from ledger.foreseen import Foreseen

MAX_MINOR = 2**63 - 1
"""Contracts cap amounts below 2^63, so that SQL's BIGINT holds them."""
_LARGEST_EXPONENT = 30


class MoneyError(Foreseen, ValueError):
    """An amount or currency that the ledger can't hold; the message names the rule."""


@dataclass(frozen=True, slots=True)
class Currency:
    """An ISO 4217 currency: alphabetic code, number and minor-unit exponent."""

    code: str
    number: int
    exponent: int


def currency(code: str) -> Currency:
    """The currency of an alphabetic ISO 4217 code. Raises MoneyError for an unknown one."""
    try:
        found = IsoCurrency(code.upper())
    except ValueError as unknown:
        raise MoneyError(f"currency {code!r} is no ISO 4217 code") from unknown
    return _of(found)


def currency_of(number: int) -> Currency:
    """The currency of an ISO 4217 number. Raises MoneyError for an unknown one."""
    for candidate in IsoCurrency:
        if candidate.number == number:
            return _of(candidate)
    raise MoneyError(f"currency number {number} is not in ISO 4217")


def _of(found: IsoCurrency) -> Currency:
    if found.exponent is None or found.number is None:
        raise MoneyError(f"currency {found.code} has no minor unit")
    return Currency(found.code, found.number, found.exponent)


def to_minor(amount: str | Decimal, unit: Currency) -> int:
    """Minor units of a decimal amount, exactly; a fraction of a minor unit is refused, never rounded.

    Negative amounts are kept. Raises MoneyError when the text is no number, is too fine or too large.
    """
    try:
        value = Decimal(amount.strip()) if isinstance(amount, str) else amount
    except InvalidOperation as wrong:
        raise MoneyError(f"amount {amount!r} is no decimal number") from wrong
    if not value.is_finite():
        raise MoneyError(f"amount {amount!r} is not finite")
    if abs(value.adjusted()) > _LARGEST_EXPONENT:
        raise MoneyError(f"amount {amount!r} is beyond 2^63 - 1 minor units or too fine")
    return _checked(value.scaleb(unit.exponent), amount, unit)


def _checked(scaled: Decimal, amount: str | Decimal, unit: Currency) -> int:
    minor = int(scaled)
    if minor != scaled:
        raise MoneyError(f"amount {amount!s} has more than {unit.exponent} decimals of {unit.code}")
    if abs(minor) > MAX_MINOR:
        raise MoneyError(f"amount {amount!s} {unit.code} is beyond 2^63 - 1 minor units")
    return minor


def to_text(minor: int, unit: Currency) -> str:
    """The decimal text of an amount of minor units, with all the currency's decimals, exact whatever its size."""
    whole, rest = divmod(abs(minor), 10**unit.exponent)
    decimals = f".{rest:0{unit.exponent}d}" if unit.exponent else ""
    return f"{'-' if minor < 0 else ''}{whole}{decimals}"


def of_minor(minor: int, number: int) -> str:
    """Minor units of a currency by its ISO 4217 number, for people: with its code and the thousands apart. Raises MoneyError."""
    unit = currency_of(number)
    return f"{grouped(to_text(minor, unit))} {unit.code}"


def grouped(text: str) -> str:
    """A decimal text with its thousands apart."""
    return f"{Decimal(text):,f}"
