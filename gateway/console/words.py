"""Bodies of acts in words: what is signed, field by field, with amounts in their currency, times in the zone and accounts as such."""

from collections.abc import Callable, Iterator, Mapping
from enum import IntEnum
from typing import Any, NamedTuple

from gateway.console.rendering import Clock, label, rate
from gateway.financing import telling
from gateway.financing.table import TABLE as FINANCING
from gateway.pledging.table import TABLE as PLEDGING
from gateway.receivables.table import TABLE as RECEIVABLES
from ledger.domain.calendar import DAY, rfc3339
from ledger.domain.day_counts import DayCount
from ledger.domain.ids import split_token_id
from ledger.domain.loan_book import Prepayment
from ledger.domain.money import MoneyError, currency_of, of_minor
from ledger.domain.registers import EndReason
from ledger.domain.token_flags import Mark
from ledger.mirror.finance_models import LoanGround, Recourse
from ledger.mirror.receivable_models import RetirementReason

_TIMES = frozenset({"deadline", "until", "begins", "expires", "effective", "executed", "given", "paidBy", "disbursed", "ends", "valuedAt"})
_DUE = "due"
_AMOUNTS = frozenset(
    {
        *("face", "amount", "ceiling", "principal", "advance", "fee", "price", "cap", "value", "leastOwed", "most", "mostPayoff", "total"),
        *("claim", "costs", "owed", "surplus"),
    }
)
_CHOICES: Mapping[str, type[IntEnum]] = {
    "recourse": Recourse,
    "prepayment": Prepayment,
    "AccelerateLoan.ground": LoanGround,
    "RetireRange.reason": RetirementReason,
    "ReleasePledge.reason": EndReason,
    "ReleaseAssets.reason": EndReason,
}
"""What is one of several, by the name of its field, or by that of its act and field where others mean something else by it."""
_LEAST_TIME, _MOST_TIME = 1_000_000_000, 253_402_300_799
"""A number below is a length or a choice, not a second of a day that acts name."""
_NOTHING = frozenset({"0x" + "00" * 32, "0x" + "00" * 20, "", None})


class Fact(NamedTuple):
    """A field of a body: its name in words, how deep it lies, and what it says; None where its own fields follow."""

    name: str
    depth: int
    says: str | None


def of_kind(kind: str) -> str:
    """What an act of a kind does, in a sentence; the kind's own name where it has none."""
    tables = ((each.kind, each.help) for table in (RECEIVABLES, PLEDGING, FINANCING) for each in table)
    return next((said for named, said in tables if named == kind), label(kind))


class Reader(NamedTuple):
    """What a body of a kind is read with: the clock of the zone, and the currency (ISO 4217 number) of each cash by its number.

    `unit`: the currency of amounts beside which the body names none.
    """

    clock: Clock
    cash: Mapping[str, int]
    kind: str = ""
    unit: int | None = None


def facts(body: Mapping[str, Any], reader: Reader) -> list[Fact]:
    """The fields of a body, in its order; what says nothing is left out."""
    return list(_facts(body, reader, 0, reader.unit))


def receivable_of(body: Mapping[str, Any]) -> str | None:
    """The id of the receivable that an act is about; None where it is about none."""
    of = _with_terms(body)
    named, token = of.get("receivable"), str(of.get("token"))
    return str(named) if named is not None else str(split_token_id(int(token))[0]) if token.isdigit() else None


def _facts(body: Mapping[str, Any], reader: Reader, depth: int, unit: int | None) -> Iterator[Fact]:
    unit = unit_of(body, reader.cash, unit)
    for field, value in _joined(body).items():
        # The start of a range is an amount, that of a loan a time.
        name = "begins" if field == "start" and "dayCount" in body else field
        if isinstance(value, Mapping):
            yield Fact(label(name), depth, None)
            yield from _facts(value, reader, depth + 1, unit)
        elif isinstance(value, list):
            yield from _listed(name, value, reader, depth, unit)
        elif value not in _NOTHING:
            yield Fact(label(name), depth, _said(name, value, reader, unit))


def _joined(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Rate and basis of a discount mean something together only."""
    if "discountBasis" not in body:
        return body
    said = {"discountRate": ("discount", telling.discount(int(body["discountRate"]), int(body["discountBasis"])))}
    return dict(said.get(name, (name, value)) for name, value in body.items() if name != "discountBasis")


def unit_of(body: Mapping[str, Any], cash: Mapping[str, int], about: int | None) -> int | None:
    """The currency of a body's amounts (ISO 4217 number): its own, its cash's, or that of the receivable that it is about."""
    of = _with_terms(body)
    return _unit(of.get("currency")) or cash.get(str(of.get("cash"))) or about


def _with_terms(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """A body and the terms that it repeats: an acceptance names the offer's."""
    terms = body.get("terms")
    return {**terms, **body} if isinstance(terms, Mapping) else body


def _unit(stated: Any) -> int | None:
    """A currency's number, where it is one that amounts can be written in."""
    if not str(stated).isdigit():
        return None
    try:
        return currency_of(int(stated)).number
    except MoneyError:
        return None


def _listed(name: str, values: list[Any], reader: Reader, depth: int, unit: int | None) -> Iterator[Fact]:
    for at, each in enumerate(values, 1):
        if isinstance(each, Mapping):
            yield Fact(f"{label(name)} {at}", depth, None)
            yield from _facts(each, reader, depth + 1, unit)
        else:
            yield Fact(f"{label(name)} {at}", depth, _said(name, each, reader, unit))


def _said(name: str, value: Any, reader: Reader, unit: int | None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not str(value).isdigit():
        return str(value)
    number = int(value)
    if (choice := _CHOICES.get(name) or _CHOICES.get(f"{reader.kind}.{name}")) and number in set(choice):
        return label(choice(number).name.lower())
    if name in _PLAIN:
        return _PLAIN[name](number)
    if name in _AMOUNTS:
        return f"{number:,} minor units" if unit is None else of_minor(number, unit)
    if name == "currency" and unit is not None:
        return currency_of(unit).code
    return _timed(name, number, reader.clock) or str(value)


def _timed(name: str, number: int, clock: Clock) -> str | None:
    if not _LEAST_TIME <= number <= _MOST_TIME:
        return None
    if name == _DUE:
        return clock.due(rfc3339(number))
    return clock.when(rfc3339(number)) if name in _TIMES else None


def _token(id_: int) -> str:
    receivable, start = split_token_id(id_)
    return f"the one from {start} on, of receivable {receivable}"


def _length(seconds: int) -> str:
    return f"{seconds} seconds" if seconds % DAY else f"{seconds // DAY} days"


_PLAIN: Mapping[str, Callable[[int], str]] = {
    "token": _token,
    "confirmed": lambda bits: ", ".join(label(str(bit.name)) for bit in Mark if bit & bits),
    "dayCount": lambda number: next((each.value for each in DayCount if each.number == number), str(number)),
    **dict.fromkeys(("rate", "overdueRate"), rate),
    **dict.fromkeys(("grace", "defaultAfter", "cure", "releaseWithin"), _length),
}
"""What reads in one way wherever it stands."""
