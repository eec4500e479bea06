"""What the obligor owes to those who paid in its place, and the guarantees behind a receivable."""

from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from ledger.domain.ranges import late_days, late_interest
from ledger.mirror.models import Receivable
from ledger.mirror.queries.reading import MOST_ROWS, Page, cut, one, ordered, rows_of, told, valid
from ledger.mirror.receivable_models import (
    CLAIM,
    COVER,
    GUARANTEE_PAYMENT,
    GUARANTOR,
    POOL,
    POT,
    Claim,
    Cover,
    GuaranteePayment,
    Guarantor,
    Pool,
    Pot,
)
from ledger.mirror.schema import number


class Owing(NamedTuple):
    """A claim of one who paid in the obligor's place, and late interest on it, in minor units."""

    payer: bytes
    claim: int
    interest: int


class Guarantee(NamedTuple):
    """What stands behind a receivable: the pool, up to what, its guarantors, and what each has paid on this receivable."""

    cover: Cover
    pool: Pool
    guarantors: list[Guarantor]
    paid: list[int]


def of(conn: Connection, receivable: int, at: int | None = None) -> list[Claim]:
    """The claims on a receivable's obligor, by payer."""
    where = (CLAIM.table.c.receivable == receivable, valid(CLAIM, at))
    return rows_of(conn, CLAIM, select(CLAIM.table).where(*where).order_by(CLAIM.table.c.payer))


def owing(claim: Claim, issued: Receivable, time: int) -> Owing:
    """What is owed on a claim at a time (UTC seconds) not before it last changed: the same answer as Repayment's claimOf."""
    days = number(claim.money_days)
    late = late_days(issued.due, issued.grace, time) - claim.accrued_day
    if late > 0:
        days += claim.bearing * late - number(claim.early)
    earned = late_interest(days, issued.late_rate, issued.late_basis)
    return Owing(claim.payer, claim.bearing + number(claim.plain), earned - number(claim.interest_paid))


def guarantee(conn: Connection, receivable: int, at: int | None = None) -> Guarantee | None:
    """The guarantee that covers a receivable."""
    cover = one(conn, COVER, COVER.table.c.receivable == receivable, told(COVER, at))
    found = cover and pool(conn, cover.pool, at)
    if cover is None or found is None:
        return None
    paid = _paid(conn, receivable, at)
    members = guarantors(conn, found.pool)
    return Guarantee(cover, found, members, [paid.get(each.account, 0) for each in members])


def guarantees(conn: Connection, receivable: int, account: bytes) -> bool:
    """Whether an account answers for a receivable."""
    asked = select(GUARANTOR.table.c.ordinal).join(COVER.table, COVER.table.c.pool == GUARANTOR.table.c.pool)
    asked = asked.where(COVER.table.c.receivable == receivable, GUARANTOR.table.c.account == account)
    return conn.execute(asked.limit(1)).first() is not None


def pool(conn: Connection, pool_number: int, at: int | None = None) -> Pool | None:
    """A guarantee or risk pool."""
    return one(conn, POOL, POOL.table.c.pool == pool_number, valid(POOL, at))


def pools_of(
    conn: Connection, account: bytes, at: int | None = None, *, limit: int = MOST_ROWS, after: tuple[Any, ...] | None = None
) -> Page[Pool]:
    """The pools in which an account is a guarantor, in the order of their opening."""
    asked = select(POOL.table).join_from(POOL.table, GUARANTOR.table, GUARANTOR.table.c.pool == POOL.table.c.pool)
    asked = ordered(asked.where(GUARANTOR.table.c.account == account, valid(POOL, at)), [POOL.table.c.pool], limit, after)
    return cut(rows_of(conn, POOL, asked), limit, lambda row: (row.pool,))


def pool_by_agreement(conn: Connection, agreement: bytes) -> Pool | None:
    """The first pool that was opened under an agreement."""
    asked = select(POOL.table).where(POOL.table.c.agreement == agreement, valid(POOL, None)).order_by(POOL.table.c.pool).limit(1)
    rows = rows_of(conn, POOL, asked)
    return rows[0] if rows else None


def guarantors(conn: Connection, pool_number: int) -> list[Guarantor]:
    """A pool's guarantors in their order."""
    where = GUARANTOR.table.c.pool == pool_number
    return rows_of(conn, GUARANTOR, select(GUARANTOR.table).where(where).order_by(GUARANTOR.table.c.ordinal))


def guarantee_payments(conn: Connection, receivable: int, at: int | None = None) -> list[GuaranteePayment]:
    """What guarantors paid on a receivable, oldest first."""
    where = (GUARANTEE_PAYMENT.table.c.receivable == receivable, told(GUARANTEE_PAYMENT, at))
    return rows_of(conn, GUARANTEE_PAYMENT, select(GUARANTEE_PAYMENT.table).where(*where).order_by(GUARANTEE_PAYMENT.table.c.pos))


def _paid(conn: Connection, receivable: int, at: int | None) -> dict[bytes, int]:
    columns = GUARANTEE_PAYMENT.table.c
    asked = select(columns.guarantor, func.sum(columns.amount)).where(columns.receivable == receivable, told(GUARANTEE_PAYMENT, at))
    return {account: int(amount) for account, amount in conn.execute(asked.group_by(columns.guarantor))}


def pots(conn: Connection, obligor: bytes, at: int | None = None) -> list[Pot]:
    """What debits put aside of an obligor's cash, by cash and due second."""
    where = (POT.table.c.obligor == obligor, valid(POT, at))
    return rows_of(conn, POT, select(POT.table).where(*where).order_by(POT.table.c.cash, POT.table.c.due))
