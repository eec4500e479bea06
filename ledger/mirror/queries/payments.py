"""Money: cash statements, and what came in, was distributed, drawn and credited for receivables."""

from typing import NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Connection, case, func, literal, select

from ledger.domain import ranges
from ledger.mirror.models import (
    BANK_NOTICE,
    CASH,
    CASH_ENTRY,
    CREDIT,
    DRAW,
    MANDATE,
    PAYMENT,
    RECEIPT,
    BankNotice,
    Cash,
    CashEntry,
    Credit,
    Draw,
    Mandate,
    Payment,
    PaymentKind,
    Receipt,
)
from ledger.mirror.queries.reading import Page, given, halves, one, page, rows_of, told, valid, whole


def cash_contracts(conn: Connection, at: int | None = None) -> list[Cash]:
    """The listed cash contracts by number."""
    return rows_of(conn, CASH, select(CASH.table).where(told(CASH, at)).order_by(CASH.table.c.number))


def balance(conn: Connection, cash: int, account: bytes, at: int | None = None) -> int:
    """What an account has in a cash contract, in minor units."""
    entry = one(conn, CASH_ENTRY, CASH_ENTRY.table.c.cash == cash, CASH_ENTRY.table.c.account == account, valid(CASH_ENTRY, at))
    return entry.balance if entry else 0


def balances(conn: Connection, account: bytes, at: int | None = None) -> list[CashEntry]:
    """The newest entry of an account in every cash contract in which it ever had money."""
    where = (CASH_ENTRY.table.c.account == account, valid(CASH_ENTRY, at))
    return rows_of(conn, CASH_ENTRY, select(CASH_ENTRY.table).where(*where).order_by(CASH_ENTRY.table.c.cash))


def statement(
    conn: Connection,
    cash: int,
    account: bytes,
    *,
    begin: int | None = None,
    until: int | None = None,
    limit: int = 100,
    after: tuple[int] | None = None,
    newest_first: bool = True,
) -> Page[CashEntry]:
    """An account's entries in a cash contract, those after the position `begin` and up to `until`."""
    where = _period(cash, account, begin, until)
    return page(conn, CASH_ENTRY, where, ["from_pos"], limit=limit, after=after, newest_first=newest_first)


class Unbalanced(RuntimeError):
    """The lines of a statement don't lead from its opening to its closing balance: the mirror's rows are wrong."""


class Totals(NamedTuple):
    """A period of a cash statement, in minor units: opening + received - paid = closing, always."""

    opening: int
    received: int
    paid: int
    closing: int
    entries: int


def totals(conn: Connection, cash: int, account: bytes, after: int, until: int | None = None) -> Totals:
    """The statement of an account after a position, up to another one (None: now). Raises Unbalanced."""
    delta = CASH_ENTRY.table.c.delta
    count, *sums = conn.execute(
        select(func.count(), *halves(_part(delta, delta > 0)), *halves(_part(-delta, delta < 0))).where(
            *_period(cash, account, after, until)
        )
    ).one()
    received, paid = whole(*sums[:2]), whole(*sums[2:])
    opening, closing = balance(conn, cash, account, after), balance(conn, cash, account, until)
    if opening + received - paid != closing:
        raise Unbalanced(
            f"cash {cash}, account 0x{account.hex()}: {opening} + {received} - {paid} is not {closing}; "
            "no figures are given, run `pledgebook mirror verify`"
        )
    return Totals(opening, received, paid, closing, count)


def _part(delta: ColumnElement[int], which: ColumnElement[bool]) -> ColumnElement[int]:
    return case((which, delta), else_=literal(0, BigInteger))


def _period(cash: int, account: bytes, after: int | None, until: int | None) -> list[ColumnElement[bool]]:
    columns = CASH_ENTRY.table.c
    where = [columns.cash == cash, columns.account == account]
    where += given(after, lambda value: columns.from_pos > value)
    return where + given(until, lambda value: columns.from_pos <= value)


def supply(conn: Connection, cash: int, at: int | None = None) -> int:
    """All that is in circulation of a cash contract, in minor units."""
    total = select(*halves(CASH_ENTRY.table.c.balance)).where(CASH_ENTRY.table.c.cash == cash, valid(CASH_ENTRY, at))
    return whole(*conn.execute(total).one())


def receipts(conn: Connection, receivable: int, at: int | None = None) -> list[Receipt]:
    """The money that came in for a receivable, in order."""
    where = (RECEIPT.table.c.receivable == receivable, told(RECEIPT, at))
    return rows_of(conn, RECEIPT, select(RECEIPT.table).where(*where).order_by(RECEIPT.table.c.pos))


def receipts_with(conn: Connection, reference: bytes) -> list[Receipt]:
    """The receipts under a payment reference: several where one notice paid several receivables."""
    return rows_of(conn, RECEIPT, select(RECEIPT.table).where(RECEIPT.table.c.reference == reference).order_by(RECEIPT.table.c.pos))


def notice(conn: Connection, reference: bytes) -> BankNotice | None:
    """The bank's notice under a reference."""
    return one(conn, BANK_NOTICE, BANK_NOTICE.table.c.reference == reference)


def distributed(conn: Connection, receivable: int, at: int | None = None) -> list[Payment]:
    """The payments distributed on a receivable and the retirements from it, by number."""
    where = (PAYMENT.table.c.receivable == receivable, told(PAYMENT, at))
    return rows_of(conn, PAYMENT, select(PAYMENT.table).where(*where).order_by(PAYMENT.table.c.payment))


def steps(conn: Connection, receivable: int, at: int | None = None) -> list[ranges.Step]:
    """The steps of the ruler: what each payment and each retirement did to what is owed."""
    return [step_of(row) for row in distributed(conn, receivable, at)]


def step_of(row: Payment) -> ranges.Step:
    """What a payment or a retirement did to what is owed."""
    if row.kind == PaymentKind.RETIREMENT and row.low is not None:
        return ranges.Retirement(row.low, row.low + row.owed_before - row.owed_after, row.owed_before)
    return ranges.Payment(row.principal, row.interest, row.owed_before)


def draws(conn: Connection, receivable: int, *, limit: int = 100, after: tuple[int] | None = None) -> Page[Draw]:
    """What ranges of a receivable drew, in order."""
    return page(conn, DRAW, [DRAW.table.c.receivable == receivable], ["pos"], limit=limit, after=after)


def draws_of(conn: Connection, owner: bytes, *, limit: int = 100, after: tuple[int, int] | None = None) -> Page[Draw]:
    """What an account drew, newest first."""
    return page(conn, DRAW, [DRAW.table.c.owner == owner], ["pos", "receivable"], limit=limit, after=after, newest_first=True)


def credits_of(conn: Connection, account: bytes, at: int | None = None) -> list[Credit]:
    """What Repayment holds for an account, in minor units."""
    where = (CREDIT.table.c.account == account, CREDIT.table.c.amount > 0, valid(CREDIT, at))
    return rows_of(conn, CREDIT, select(CREDIT.table).where(*where).order_by(*CREDIT.key_columns))


def mandates(conn: Connection, obligor: bytes, at: int | None = None) -> list[Mandate]:
    """An obligor's mandates by cash contract, expired ones too."""
    where = (MANDATE.table.c.obligor == obligor, valid(MANDATE, at))
    return rows_of(conn, MANDATE, select(MANDATE.table).where(*where).order_by(MANDATE.table.c.cash))


def mandate(conn: Connection, obligor: bytes, cash: int, at: int | None = None) -> Mandate | None:
    """An obligor's mandate for a cash contract, expired or not."""
    return one(conn, MANDATE, MANDATE.table.c.obligor == obligor, MANDATE.table.c.cash == cash, valid(MANDATE, at))
