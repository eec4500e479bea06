"""What accounts have outstanding, and the ceilings that confirmations are held to."""

from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, select

from ledger.mirror.models import RECEIVABLE, RECEIVABLE_STATE, ReceivableStatus
from ledger.mirror.queries.reading import halves, one, rows_of, valid, whole
from ledger.mirror.receivable_models import CEILING, CLAIM, CONCENTRATION, Ceiling, Concentration


class Side(NamedTuple):
    """An account as obligor or as supplier."""

    account: bytes
    as_obligor: bool


def outstanding(conn: Connection, side: Side, currency: int, at: int | None = None) -> int:
    """Debts of an account's confirmed receivables in a currency (ISO 4217 number), minor units: what is neither paid by the obligor, nor
    retired, nor cancelled; what others paid in the obligor's place is still owed.
    """
    issued = RECEIVABLE.table.c
    return _outstanding(conn, currency, at, (issued.obligor if side.as_obligor else issued.supplier) == side.account)


def total(conn: Connection, currency: int, at: int | None = None) -> int:
    """All that is outstanding in a currency, minor units."""
    return _outstanding(conn, currency, at)


def _outstanding(conn: Connection, currency: int, at: int | None, *whose: ColumnElement[bool]) -> int:
    issued, state, claim = RECEIVABLE.table, RECEIVABLE_STATE.table, CLAIM.table
    live = (issued.c.currency == currency, *whose, valid(RECEIVABLE_STATE, at), state.c.status == ReceivableStatus.LIVE)
    debts = select(*halves(state.c.owed_live), *halves(state.c.waiting)).join_from(issued, state, state.c.receivable == issued.c.number)
    high, low, waiting_high, waiting_low = conn.execute(debts.where(*live)).one()
    claims = select(*halves(claim.c.bearing)).join_from(issued, state, state.c.receivable == issued.c.number)
    claims = claims.join(claim, claim.c.receivable == issued.c.number).where(*live, valid(CLAIM, at))
    return whole(high, low) - whole(waiting_high, waiting_low) + whole(*conn.execute(claims).one())


def ceilings(conn: Connection, account: bytes, at: int | None = None) -> list[Ceiling]:
    """An account's ceilings, by currency."""
    where = (CEILING.table.c.account == account, valid(CEILING, at))
    return rows_of(conn, CEILING, select(CEILING.table).where(*where).order_by(*CEILING.key_columns))


def concentration(conn: Connection, currency: int, at: int | None = None) -> Concentration | None:
    """The limit of one obligor's share in a currency."""
    return one(conn, CONCENTRATION, CONCENTRATION.table.c.currency == currency, valid(CONCENTRATION, at))
