"""What people read of register and holdings as at a position, in one value that can be compared."""

from collections.abc import Hashable, Iterable
from dataclasses import fields, is_dataclass
from typing import Any

from sqlalchemy import Connection, select

from ledger.mirror.models import ENCUMBRANCE, MEMBER, PLEDGE, RECEIVABLE, TOKEN
from ledger.mirror.queries import assets, claims, exposure, marks, members, payments, pledges, receivables, records, registers, tokens

_NOT_KNOWN_THEN = {"to_pos", "at"}
"""When a version ended later, and which position was asked for."""
YUAN, CASH, MOST = 156, 1, 1_000


def picture(conn: Connection, at: int | None, height: int) -> dict[str, Hashable]:
    """Every member, holding, receivable, pledge and asset that was known at the end of block `height`, asked as at `at` (None: now)."""
    last = (height + 1 << 20) - 1
    accounts = _told(conn, MEMBER.table.c.account, MEMBER.table.c.from_pos <= last)
    owners = sorted({*accounts, *_told(conn, TOKEN.table.c.owner, TOKEN.table.c.from_pos <= last)})
    issued = _told(conn, RECEIVABLE.table.c.number, RECEIVABLE.table.c.pos <= last)
    filed = _told(conn, PLEDGE.table.c.pledge, PLEDGE.table.c.pos <= last)
    keys = _told(conn, ENCUMBRANCE.table.c.asset, ENCUMBRANCE.table.c.from_pos <= last)
    answers = {
        "members": [(members.get(conn, each, at), members.keys(conn, each, at)) for each in accounts],
        "cash": [payments.balances(conn, each, at) for each in owners],
        "supply": payments.supply(conn, CASH, at),
        "portfolios": [tokens.portfolio(conn, each, at, limit=MOST).rows for each in owners],
        "live portfolios": [tokens.portfolio(conn, each, at, live_only=True, limit=MOST).rows for each in owners],
        "receivables": [_receivable(conn, each, at) for each in issued],
        "totals": receivables.totals(conn, at),
        "outstanding": exposure.total(conn, YUAN, at),
        "pledges": [_pledge(conn, each, at) for each in filed],
        "counts": pledges.counts(conn, at),
        "assets": [assets.asset(conn, each, at=at) for each in keys],
        "burdens": [pledges.encumbrances(conn, each, at=at, live_only=False) for each in keys],
        "registers": registers.all_registers(conn, at),
    }
    return {name: _plain(answer) for name, answer in answers.items()}


def _told(conn: Connection, column: Any, where: Any) -> list[Any]:
    return list(conn.execute(select(column).where(where).distinct().order_by(column)).scalars())


def _receivable(conn: Connection, number: int, at: int | None) -> Iterable[Any]:
    found = receivables.by_number(conn, number, at)
    assert found is not None
    whole = (0, found.receivable.face)
    return (
        found,
        tokens.of_receivable(conn, number, at, limit=MOST).rows,
        [(each.start, each.end, each.owner) for each in tokens.holders(conn, number, *whole, at)],
        tokens.owed(conn, number, *whole, at),
        claims.of(conn, number, at),
        marks.holds_on(conn, number, at),
        marks.consented(conn, number, at),
        payments.distributed(conn, number, at),
    )


def _pledge(conn: Connection, pledge: int, at: int | None) -> Iterable[Any]:
    return pledges.get(conn, pledge, at), records.record(conn, pledge, at=at), pledges.history(conn, pledge, at)


def _plain(value: Any) -> Hashable:
    """Rows and records as tuples, without what was not known at the position."""
    if hasattr(value, "_fields"):
        return (type(value).__name__, *(_plain(getattr(value, name)) for name in value._fields if name not in _NOT_KNOWN_THEN))
    if is_dataclass(value):
        parts = (getattr(value, field.name) for field in fields(value) if field.name not in _NOT_KNOWN_THEN)
        return (type(value).__name__, *map(_plain, parts))
    if isinstance(value, dict):
        return tuple((_plain(key), _plain(each)) for key, each in sorted(value.items()))
    if isinstance(value, list | tuple):
        return tuple(map(_plain, value))
    return value  # type: ignore[no-any-return]
