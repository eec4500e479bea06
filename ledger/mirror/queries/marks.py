"""What stands on receivables and accounts beside their debts: court holds and their orders, disputes, consents to a cancellation."""

from typing import Any

from sqlalchemy import Connection, and_, func, select

from ledger.domain.token_flags import Mark, TokenFlag
from ledger.mirror.models import TOKEN, ReceivableState
from ledger.mirror.queries.reading import MOST_ROWS, Page, one, page, rows_of, told, valid
from ledger.mirror.receivable_models import (
    COURT_HOLD,
    COURT_ORDER,
    DISPUTE,
    ORDER_EXECUTION,
    RETIREMENT,
    CourtHold,
    CourtOrder,
    CourtTarget,
    Dispute,
    OrderExecution,
    Retirement,
)


def hold(conn: Connection, number: int, at: int | None = None) -> CourtHold | None:
    """A hold that stands."""
    return one(conn, COURT_HOLD, COURT_HOLD.table.c.hold == number, valid(COURT_HOLD, at))


def holds_on(conn: Connection, receivable: int, at: int | None = None) -> list[CourtHold]:
    """The holds on a receivable and its ranges, in the order in which they were laid."""
    where = (COURT_HOLD.table.c.receivable == receivable, valid(COURT_HOLD, at))
    return rows_of(conn, COURT_HOLD, select(COURT_HOLD.table).where(*where).order_by(COURT_HOLD.table.c.hold))


def holds_of(
    conn: Connection, account: bytes, at: int | None = None, *, limit: int = MOST_ROWS, after: tuple[Any, ...] | None = None
) -> Page[CourtHold]:
    """The holds on an account, in the order in which they were laid."""
    where = (COURT_HOLD.table.c.account == account, valid(COURT_HOLD, at))
    return page(conn, COURT_HOLD, where, ["hold"], limit=limit, after=after)


def ended(conn: Connection, order: bytes, receivable: int | None = None, account: bytes | None = None) -> int:
    """How many holds under an order, on this whole receivable or account, were lifted or narrowed."""
    columns = COURT_HOLD.table.c
    whole = and_(columns.receivable == receivable, columns.target == CourtTarget.RECEIVABLE)
    on = columns.account == account if receivable is None else whole
    asked = select(func.count()).select_from(COURT_HOLD.table).where(on, columns.order == order, columns.to_pos.is_not(None))
    return int(conn.execute(asked).scalar_one())


def orders(conn: Connection, number: int, at: int | None = None) -> list[CourtOrder]:
    """The orders given under a hold, oldest first."""
    where = (COURT_ORDER.table.c.hold == number, told(COURT_ORDER, at))
    return rows_of(conn, COURT_ORDER, select(COURT_ORDER.table).where(*where).order_by(COURT_ORDER.table.c.pos))


def executions(conn: Connection, number: int, at: int | None = None) -> list[OrderExecution]:
    """The orders executed under a hold, oldest first."""
    where = (ORDER_EXECUTION.table.c.hold == number, told(ORDER_EXECUTION, at))
    return rows_of(conn, ORDER_EXECUTION, select(ORDER_EXECUTION.table).where(*where).order_by(ORDER_EXECUTION.table.c.pos))


def dispute(conn: Connection, receivable: int, at: int | None = None) -> Dispute | None:
    """The newest dispute of a receivable, over or not."""
    return one(conn, DISPUTE, DISPUTE.table.c.receivable == receivable, valid(DISPUTE, at))


def disputed(found: Dispute | None, time: int) -> bool:
    """Whether a dispute stops the automatic debit at a time (UTC seconds)."""
    return found is not None and found.ended_at is None and time <= found.until


def is_held(state: ReceivableState) -> bool:
    """Whether a court holds the whole receivable."""
    return state.terms & Mark.HELD != 0


def consented(conn: Connection, receivable: int, at: int | None = None) -> int:
    """The length of the ranges whose owners consent to a cancellation: it happens when they are all that lives."""
    columns = TOKEN.table.c
    asked = select(func.sum(columns.length)).where(columns.receivable == receivable, valid(TOKEN, at))
    return int(conn.execute(asked.where(columns.flags.bitwise_and(int(TokenFlag.CANCEL_CONSENT)) != 0)).scalar() or 0)


def retirements(conn: Connection, receivable: int, at: int | None = None) -> list[Retirement]:
    """The ranges that left a receivable, by their number in the order of payments."""
    where = (RETIREMENT.table.c.receivable == receivable, told(RETIREMENT, at))
    return rows_of(conn, RETIREMENT, select(RETIREMENT.table).where(*where).order_by(RETIREMENT.table.c.payment))
