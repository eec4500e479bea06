"""Receivables at scale: each confirmed, cut into tokens of several owners, some paid in part; a few cut ten thousand times."""

from collections.abc import Iterator
from hashlib import sha256
from random import Random
from typing import Any

from bench.scale.rows import FIRST_TIME, NOW, Size, pos_of
from gateway.roles import ROLES
from ledger.domain.calendar import DAY
from ledger.mirror.models import (
    CASH,
    CASH_ENTRY,
    MEMBER,
    PAYMENT,
    RECEIVABLE,
    RECEIVABLE_STATE,
    TOKEN,
    TRANSFER,
    Cash,
    CashEntry,
    Member,
    Payment,
    PaymentKind,
    Receivable,
    ReceivableState,
    ReceivableStatus,
    Token,
    Transfer,
    TransferKind,
)
from ledger.mirror.schema import word
from ledger.mirror.state import AnyProjection

BANKS, COMPANIES, HOT = 200, 20_000, 2
CURRENCIES = (156, 840, 978)
_ZERO, _NONE = bytes(32), word(0)
Rows = Iterator[tuple[AnyProjection, tuple[Any, ...]]]


def account(name: str) -> bytes:
    """The account of a made-up member."""
    return sha256(name.encode()).digest()[:20]


BANK = [account(f"bank {at}") for at in range(BANKS)]
COMPANY = [account(f"company {at}") for at in range(COMPANIES)]


def members(size: Size) -> Rows:
    """Banks and companies, and the money of banks."""
    for kind, accounts in (("BANK", BANK), ("SUPPLIER", COMPANY)):
        for at, each in enumerate(accounts):
            yield MEMBER, Member(each, _ZERO, f"{kind.title()} {at}", ROLES[kind], False, False, True, False, 0, pos_of(0))
    for number, currency in enumerate(CURRENCIES, 1):
        yield CASH, Cash(account(f"cash {number}"), number, number, BANK[number], currency)
    for bank in BANK:
        for at in range(size.entries):
            low, high = pos_of(at / size.entries), pos_of((at + 1) / size.entries)
            yield CASH_ENTRY, CashEntry(1, bank, 100, 100 * (at + 1), None, _ZERO, low, None if at + 1 == size.entries else high)


def receivables(size: Size, dice: Random) -> Rows:
    """All receivables, those that are cut much first."""
    for number in range(1, size.receivables + 1):
        yield from _receivable(size, dice, number)


def _receivable(size: Size, dice: Random, number: int) -> Rows:
    born = pos_of(number / (size.receivables + 1))
    hot = number <= HOT
    face = size.splits + 1 if hot else dice.randrange(1_000, 100_000_000) * size.tokens_each
    supplier, obligor = dice.choice(COMPANY), dice.choice(COMPANY)
    due = FIRST_TIME + number * (NOW - FIRST_TIME) // (size.receivables + 1) + dice.randrange(-60, 180) * DAY
    id_ = sha256(b"receivable" + number.to_bytes(8)).digest()[:24].rjust(32, b"\0")
    terms = (face, due, DAY, 5, 10_000, CURRENCIES[number % 3], 1, 1, 0, 1, _ZERO, _ZERO, _ZERO, due - 90 * DAY)
    yield RECEIVABLE, Receivable(id_, number, born, supplier, supplier, obligor, *terms)
    paid = 0 if hot or dice.random() < 0.9 else face // 3
    yield from _state(number, born, face, paid, closed=not hot and dice.random() < 0.3)
    yield TRANSFER, Transfer(number, born, None, supplier, 0, face, _ZERO, TransferKind.CONFIRMATION)
    cut = _much_cut if hot else _cut
    yield from cut(size, dice, number, born, face, supplier)


def _state(number: int, born: int, face: int, paid: int, *, closed: bool) -> Rows:
    status, owed = (ReceivableStatus.CLOSED, 0) if closed else (ReceivableStatus.LIVE, face - paid)
    payments = 1 if closed or paid else 0
    whole = (status, owed, payments, 0, face - owed, _NONE, _NONE, 0, 0, _NONE, 0, bool(paid), False, 31, _ZERO, _ZERO, born >> 20, None)
    yield RECEIVABLE_STATE, ReceivableState(number, *whole, born)
    if payments:
        yield PAYMENT, Payment(number, 1, born + 20, face - owed, 0, face, owed, PaymentKind.VOLUNTARY, None)


def _cut(size: Size, dice: Random, number: int, born: int, face: int, supplier: bytes) -> Rows:
    """Equal pieces, most of them sold to banks."""
    each = face // size.tokens_each
    yield TOKEN, Token(number, 0, supplier, face, 0, 0, born, born + 1)
    for at in range(size.tokens_each):
        owner = dice.choice(BANK) if dice.random() < 0.6 else dice.choice(COMPANY)
        yield TOKEN, Token(number, at * each, owner, each, 0, 0, born + 1 + at, None)


def _much_cut(size: Size, dice: Random, number: int, born: int, face: int, supplier: bytes) -> Rows:
    """One minor unit after another is cut off: every version of the rest is in the history."""
    for at in range(size.splits):
        owner, pos = dice.choice(BANK), born + 1 + at
        yield TOKEN, Token(number, at, supplier, face - at, 0, 0, pos - 1, pos)
        yield TOKEN, Token(number, at, owner, 1, 0, 0, pos, None)
        yield TRANSFER, Transfer(number, pos, supplier, owner, at, 1, _ZERO, TransferKind.ASSIGNMENT)
    yield TOKEN, Token(number, size.splits, supplier, face - size.splits, 0, 0, born + size.splits, None)
