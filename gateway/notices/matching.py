"""What a payment is for: the receivables that its references name, and bank notices whose allocations add up. Pure; nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from gateway.notices.camt import Credit, Left, Part
from ledger.domain.bank_references import named_by, servicer_word, uetr_word
from ledger.domain.calendar import start_of_day
from ledger.domain.ids import RECEIVABLE_BITS, to_hex
from ledger.domain.money import Currency, MoneyError, to_minor, to_text

NOTICE_SCHEMA = "pledgebook/bank-notice/1"
LEAST_ALIAS = 4
"""A bank's own name for a receivable that is shorter is found in a field of its own only, not in a payer's free text."""
_RF = re.compile(r"(?<![0-9A-Z])RF[0-9]{2}(?: ?[0-9A-Z]){21}(?![0-9A-Z])")
_ID = re.compile(r"(?<![0-9A-Za-z])(?:0x[0-9a-fA-F]{40,48}|[0-9]{40,58})(?![0-9A-Za-z])")


@dataclass(frozen=True, slots=True)
class Known:
    """A receivable that is paid in the notice's cash: its id, its obligor's account, its status as the mirror has it."""

    receivable: int
    obligor: str
    status: str


@dataclass(frozen=True, slots=True)
class Desk:
    """Whose notices are made: the settlement bank's account on the ledger, its cash, its bank account, and where its days begin."""

    bank: bytes
    cash: int
    unit: Currency
    account: str
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Notice:
    """An act to be: `body` as `POST /acts` takes it but for the content's root, `content` what the bank keeps of it."""

    place: str
    key: str
    body: dict[str, Any]
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Names:
    """The names of receivables in a payment: of each structured part, and loose ones elsewhere."""

    parts: tuple[tuple[str, ...], ...]
    loose: tuple[str, ...]

    def __iter__(self) -> Iterator[str]:
        yield from (name for part in self.parts for name in part)
        yield from self.loose


class _Unclear(ValueError):
    """Why a payment is left for a person."""


def names(credit: Credit, aliases: Mapping[str, str]) -> Names:
    """What in a payment may name a receivable: its creditor reference, its id, or a name that the bank itself gave it (`aliases`)."""
    parts = tuple(tuple(dict.fromkeys(found for name in part.names for found in _stated(name, aliases))) for part in credit.parts)
    loose = [*_stated(credit.end_to_end, aliases), *_written(credit.text, aliases)]
    return Names(parts, tuple(dict.fromkeys(loose)))


def _stated(name: str, aliases: Mapping[str, str]) -> list[str]:
    """The names in a field that holds one."""
    own = aliases.get(_plain(name))
    return [own] if own is not None else _forms(name)


def _written(text: str, aliases: Mapping[str, str]) -> list[str]:
    plain = _plain(text)
    own = [
        receivable
        for alias, receivable in aliases.items()
        if len(alias) >= LEAST_ALIAS and re.search(rf"(?<![0-9a-z]){re.escape(alias)}(?![0-9a-z])", plain)
    ]
    return [*own, *_forms(text)]


def aliases_of(given: Mapping[str, str]) -> dict[str, str]:
    """A bank's own names of receivables, as they are compared."""
    return {_plain(name): receivable for name, receivable in given.items()}


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _forms(text: str) -> list[str]:
    """Creditor references and ids in a text."""
    references = [found.replace(" ", "") for found in _RF.findall(" ".join(text.upper().split()))]
    numbers = [int(found, 0) if found.startswith("0x") else int(found) for found in _ID.findall(text)]
    return [*filter(named_by, references), *(str(number) for number in numbers if 0 < number < 1 << RECEIVABLE_BITS)]


def notice_of(desk: Desk, credit: Credit, found: Names, known: Mapping[str, Known]) -> Notice | Left:
    """The notice of a payment, or why a person must look at it."""
    try:
        return _notice(desk, credit, found, known)
    except (_Unclear, MoneyError) as wrong:
        return Left(credit.place, credit.account, f"{credit.amount} {credit.currency}", str(wrong))


def _notice(desk: Desk, credit: Credit, found: Names, known: Mapping[str, Known]) -> Notice:
    if _squeezed(credit.account) != _squeezed(desk.account):
        raise _Unclear(f"booked on account {credit.account}, not on {desk.account}")
    if credit.currency != desk.unit.code:
        raise _Unclear(f"in {credit.currency}; cash {desk.cash} is in {desk.unit.code}")
    total = to_minor(credit.amount, desk.unit)
    if total <= 0:
        raise _Unclear("no amount")
    shares = _shares(desk, credit, found, known, total)
    words = _words(desk, credit)
    body = {
        "cash": desk.cash,
        "ref": to_hex(words[0]),
        "bookedAt": _booked(credit, desk.zone),
        "total": str(total),
        "allocations": [
            {"receivable": str(each.receivable), "payer": each.obligor, "amount": str(amount)} for each, amount in shares.items()
        ],
    }
    return Notice(credit.place, _key(words), body, _content(credit, total, desk.unit))


def key_of(desk: Desk, credit: Credit) -> str | None:
    """The idempotency key of a payment's notice, whatever the ledger knows of its receivables by now; None where it can have no notice."""
    try:
        return _key(_words(desk, credit))
    except _Unclear:
        return None


def _key(words: Sequence[bytes]) -> str:
    # By the bank's own reference where there is one: a payment that is told once with and once without UETR is then one act.
    return f"camt/{words[-1].hex()}"


def _shares(desk: Desk, credit: Credit, found: Names, known: Mapping[str, Known], total: int) -> dict[Known, int]:
    """How much of a payment each receivable gets; it adds up to the payment."""
    meant = {known[name] for name in found if name in known}
    if not meant:
        raise _Unclear(f"names no receivable that is paid in cash {desk.cash}")
    for each in meant:
        if each.status != "live":
            raise _Unclear(f"receivable {each.receivable} is {each.status}")
    if len(found.parts) > 1 and not all(any(name in known for name in part) for part in found.parts):
        raise _Unclear("a part of it names nothing that is paid here")
    stated = [_stated_amount(part, desk.unit) for part in credit.parts]
    if any(each is not None for each in stated) and sum(each or 0 for each in stated) != total:
        raise _Unclear("what the payer says of its parts does not add up to the payment")
    return {meant.pop(): total} if len(meant) == 1 else _divided(credit.parts, found, known, stated, meant)


def _divided(
    parts: Sequence[Part], found: Names, known: Mapping[str, Known], stated: Sequence[int | None], meant: set[Known]
) -> dict[Known, int]:
    shares: dict[Known, int] = {}
    for part, named, amount in zip(parts, found.parts, stated, strict=True):
        of = {known[name] for name in named if name in known}
        if len(of) != 1 or not amount:
            raise _Unclear(f"names {len(meant)} receivables, and of {', '.join(part.names) or 'a part'} not which or how much")
        shares[next(iter(of))] = shares.get(next(iter(of)), 0) + amount
    if shares.keys() != meant:
        raise _Unclear(f"names {len(meant)} receivables, and not how much is for each")
    return shares


def _stated_amount(part: Part, unit: Currency) -> int | None:
    if part.amount is None:
        return None
    if part.currency != unit.code:
        raise _Unclear(f"a part in {part.currency}")
    return to_minor(Decimal(part.amount), unit)


def _words(desk: Desk, credit: Credit) -> list[bytes]:
    """The words of a payment, the one that the ledger takes first."""
    try:
        words = [uetr_word(credit.uetr)] if credit.uetr else []
    except ValueError as wrong:
        raise _Unclear(str(wrong)) from wrong
    return words + ([servicer_word(desk.bank, credit.account, credit.reference, credit.booked)] if credit.reference else [])


def _booked(credit: Credit, zone: ZoneInfo) -> int:
    """UTC second of booking; of a day without a time its first second, for a debtor that paid on the day was not late on it."""
    return start_of_day(credit.booked, zone) if credit.booked_at is None else int(credit.booked_at.timestamp())


def _content(credit: Credit, total: int, unit: Currency) -> dict[str, Any]:
    """What the payment says of itself, and nothing of the file that it stood in: the same payment is the same content."""
    told = {
        "account": credit.account, "amount": to_text(total, unit), "booked": credit.booked.isoformat(), "currency": credit.currency,
        "end_to_end": credit.end_to_end, "payer": credit.payer, "reference": credit.reference, "text": credit.text, "uetr": credit.uetr,
    }  # fmt: skip
    return {name: value for name, value in told.items() if value}


def _squeezed(account: str) -> str:
    return "".join(account.split()).upper()
