"""Money: cash statements and balances."""

from sqlalchemy import Connection, func, select

from ledger.mirror.models import CASH, CASH_ENTRY, Cash, CashEntry
from ledger.mirror.queries.reading import Page, one, page, rows_of, valid


def cash_contracts(conn: Connection) -> list[Cash]:
    """The listed cash contracts by number."""
    return rows_of(conn, CASH, select(CASH.table).order_by(CASH.table.c.number))


def balance(conn: Connection, cash: int, account: bytes, at: int | None = None) -> int:
    """What an account has in a cash contract, in minor units."""
    entry = one(conn, CASH_ENTRY, CASH_ENTRY.table.c.cash == cash, CASH_ENTRY.table.c.account == account, valid(CASH_ENTRY, at))
    return entry.balance if entry else 0


def balances(conn: Connection, account: bytes, at: int | None = None) -> list[CashEntry]:
    """The newest entry of an account in every cash contract in which it ever had money."""
    where = (CASH_ENTRY.table.c.account == account, valid(CASH_ENTRY, at))
    return rows_of(conn, CASH_ENTRY, select(CASH_ENTRY.table).where(*where).order_by(CASH_ENTRY.table.c.cash))


def statement(
    conn: Connection, cash: int, account: bytes, *, limit: int = 100, after: tuple[int] | None = None, newest_first: bool = True
) -> Page[CashEntry]:
    """An account's entries in a cash contract."""
    where = [CASH_ENTRY.table.c.cash == cash, CASH_ENTRY.table.c.account == account]
    return page(conn, CASH_ENTRY, where, ["from_pos"], limit=limit, after=after, newest_first=newest_first)


def supply(conn: Connection, cash: int, at: int | None = None) -> int:
    """All that is in circulation of a cash contract, in minor units."""
    total = select(func.sum(CASH_ENTRY.table.c.balance)).where(CASH_ENTRY.table.c.cash == cash, valid(CASH_ENTRY, at))
    return int(conn.execute(total).scalar() or 0)
