"""Which events an account may see: those that name it, those of records that it sees, and those of what every member reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sqlalchemy import Connection

from gateway.api.asking import is_overseer
from gateway.receivables.visibility import concerns
from ledger.domain.ids import split_token_id
from ledger.mirror.queries import financing, loans, receivables
from ledger.mirror.queries.events import Told

COMMON = frozenset({"CashDesk", "Members", "PledgeRegistry", "Registers"})
"""Contracts whose records every member reads."""

Known: TypeAlias = Callable[[Connection, int, bytes], bool]


@dataclass
class Sight:
    """What one account sees in one snapshot of the mirror; without an account (the operator's) everything."""

    conn: Connection
    account: bytes | None
    _found: dict[tuple[str, int], bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._all = is_overseer(self.account, self.conn)

    def sees(self, event: Told) -> bool:
        """Whether the event is the account's to see."""
        account = self.account
        if self._all or account is None or event.contract in COMMON or mentions(event.values, account):
            return True
        return any(self._knows(name, event.values[name], account) for name in RECORDS if name in event.values)

    def _knows(self, name: str, number: int, account: bytes) -> bool:
        key = name, number
        if key not in self._found:
            self._found[key] = RECORDS[name](self.conn, number, account)
        return self._found[key]


def mentions(value: Any, account: bytes) -> bool:
    """Whether a decoded value is an account, or has it anywhere in it."""
    if isinstance(value, Mapping):
        return any(mentions(each, account) for each in value.values())
    if isinstance(value, tuple | list):
        return any(mentions(each, account) for each in value)
    return bool(value == account)


def _receivable(conn: Connection, number: int, account: bytes) -> bool:
    standing = receivables.get(conn, number) if number < 1 << 192 else None
    return standing is not None and concerns(conn, standing, account)


def _token(conn: Connection, number: int, account: bytes) -> bool:
    return _receivable(conn, split_token_id(number)[0], account)


def _deal(conn: Connection, number: int, account: bytes) -> bool:
    found = financing.deal(conn, number)
    return found is not None and account in (found.bank, found.seller)


def _offer(conn: Connection, number: int, account: bytes) -> bool:
    found = financing.offer(conn, number)
    return found is not None and account in (found.bank, found.seller)


def _loan(conn: Connection, number: int, account: bytes) -> bool:
    found = loans.get(conn, number)
    return found is not None and account in (found.terms.lender, found.terms.borrower)


RECORDS: Mapping[str, Known] = {"receivable": _receivable, "token": _token, "deal": _deal, "offer": _offer, "loan": _loan}
"""By the name of an event's value: whether an account sees the record that it names."""
