"""Kinds of triggers, what became of firings, and what time has made or will make due."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, Integer, and_, func, literal, select

from ledger.chain.blocks import LOG_BITS
from ledger.mirror.models import BLOCK, CASH_ENTRY, MANDATE, PAYMENT, RECEIVABLE, RECEIVABLE_STATE, ReceivableStatus
from ledger.mirror.queries.reading import rows_of, valid
from ledger.mirror.schema import number
from ledger.mirror.triggers import FIRING, TRIGGER_KIND, Firing, TriggerKind

WAIT_SECONDS = 30 * 86_400
SCARCE_WAIT_SECONDS = 365 * 86_400
FREE_PAYMENTS = 1000
"""Waiting money is distributed so long after the last distribution, a year after the thousandth (contracts/Repayment.sol)."""


class Debit(NamedTuple):
    """A live receivable whose obligor gave a mandate in its cash. Positions are those of the rows that a debit depends on."""

    receivable: bytes
    due: int
    state_pos: int
    mandate_pos: int
    cash_pos: int | None


class Waiting(NamedTuple):
    """A live receivable with money that waits, its count of payments, the row's position, and the time of its last distribution."""

    receivable: bytes
    payments: int
    state_pos: int
    last: int


def kinds(conn: Connection) -> dict[str, TriggerKind]:
    """The kinds of triggers by name; of one name the newest."""
    asked = select(TRIGGER_KIND.table).order_by(TRIGGER_KIND.table.c.trigger)
    return {row.name: row for row in rows_of(conn, TRIGGER_KIND, asked)}


def last_firing(conn: Connection, trigger: int, subject: bytes) -> Firing | None:
    """What became of the last firing of a trigger on a subject."""
    columns = FIRING.table.c
    asked = select(FIRING.table).where(columns.trigger == trigger, columns.subject == subject)
    rows: Sequence[Firing] = rows_of(conn, FIRING, asked.order_by(columns.pos.desc()).limit(1))
    return rows[0] if rows else None


def debits(conn: Connection, now: int, until: int) -> Iterator[Debit]:
    """What falls due up to a second under a mandate that stands at `now`, the oldest debt first."""
    issued, state, mandate, entry = RECEIVABLE.table.c, RECEIVABLE_STATE.table.c, MANDATE.table.c, CASH_ENTRY.table.c
    asked = (
        select(issued.id, issued.due, state.from_pos, mandate.from_pos, entry.from_pos)
        .join_from(MANDATE.table, RECEIVABLE.table, and_(issued.obligor == mandate.obligor, issued.cash == mandate.cash))
        .join(RECEIVABLE_STATE.table, state.receivable == issued.number)
        .join(CASH_ENTRY.table, and_(entry.account == issued.obligor, entry.cash == issued.cash, valid(CASH_ENTRY, None)), isouter=True)
        .where(valid(MANDATE, None), mandate.until >= now, valid(RECEIVABLE_STATE, None))
        .where(state.status == ReceivableStatus.LIVE, issued.due <= until)
    )
    return (Debit(*row) for row in conn.execute(asked.order_by(issued.due, issued.number)))


def waiting(conn: Connection) -> Iterator[Waiting]:
    """Live receivables with money that waits for its distribution, in the order of issue."""
    issued, state, paid = RECEIVABLE.table.c, RECEIVABLE_STATE.table.c, PAYMENT.table.c
    last = select(func.max(paid.pos)).where(paid.receivable == issued.number).scalar_subquery()
    asked = (
        select(issued.id, state.payments, state.from_pos, BLOCK.c.time)
        .join_from(RECEIVABLE_STATE.table, RECEIVABLE.table, issued.number == state.receivable)
        .join(BLOCK, BLOCK.c.number == last.op(">>")(literal(LOG_BITS, Integer)), isouter=True)
        .where(valid(RECEIVABLE_STATE, None), state.status == ReceivableStatus.LIVE, state.waiting + state.waiting_interest > 0)
    )
    for receivable, payments, pos, time in conn.execute(asked.order_by(issued.number)):
        yield Waiting(receivable, payments, pos, time or 0)


def distributable_from(found: Waiting) -> int:
    """The second from which anyone may have the waiting money distributed."""
    return found.last + (WAIT_SECONDS if found.payments < FREE_PAYMENTS else SCARCE_WAIT_SECONDS)


def subject_of(receivable: bytes) -> int:
    """What a trigger is fired on: the receivable's id."""
    return number(receivable)
