"""Kinds of triggers, what became of firings, and what time has made or will make due."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, Integer, and_, func, literal, or_, select

from ledger.chain.blocks import LOG_BITS
from ledger.mirror.finance_models import DEAL, DealState
from ledger.mirror.models import BLOCK, CASH_ENTRY, MANDATE, MEMBER, PAYMENT, RECEIVABLE, RECEIVABLE_STATE, TOKEN, ReceivableStatus
from ledger.mirror.queries.reading import rows_of, valid
from ledger.mirror.receivable_models import COVER, DISPUTE, GUARANTOR, OFFER, POOL, POT, OfferState, Pot
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
    dispute_pos: int | None


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
    dispute = DISPUTE.table.c
    asked = (
        select(issued.id, issued.due, state.from_pos, mandate.from_pos, entry.from_pos, dispute.from_pos)
        .join_from(MANDATE.table, RECEIVABLE.table, and_(issued.obligor == mandate.obligor, issued.cash == mandate.cash))
        .join(RECEIVABLE_STATE.table, state.receivable == issued.number)
        .join(CASH_ENTRY.table, and_(entry.account == issued.obligor, entry.cash == issued.cash, valid(CASH_ENTRY, None)), isouter=True)
        .join(DISPUTE.table, and_(dispute.receivable == issued.number, valid(DISPUTE, None)), isouter=True)
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


class Guaranteed(NamedTuple):
    """A covered receivable on which holders are owed something; it can be called after `due` + `grace` + `wait`. Positions as in Debit."""

    receivable: bytes
    due: int
    grace: int
    wait: int
    state_pos: int
    pool_pos: int
    cash_pos: int | None


class Lapsing(NamedTuple):
    """An offer of the token at `start`, or a dispute, that nobody ended; `until` is its last second."""

    receivable: bytes
    start: int
    until: int
    pos: int


def guaranteed(conn: Connection, now: int) -> Iterator[Guaranteed]:
    """Covered receivables whose pool can still be called at `now`, the oldest debt first."""
    issued, state, pool = RECEIVABLE.table.c, RECEIVABLE_STATE.table.c, POOL.table.c
    entry, guarantor = CASH_ENTRY.table.c, GUARANTOR.table.c
    cash = (
        select(func.max(entry.from_pos))
        .join_from(GUARANTOR.table, CASH_ENTRY.table, entry.account == guarantor.account)
        .where(guarantor.pool == pool.pool, entry.cash == pool.cash, valid(CASH_ENTRY, None))
        .scalar_subquery()
    )
    asked = (
        select(issued.id, issued.due, issued.grace, pool.wait, state.from_pos, pool.from_pos, cash)
        .join_from(COVER.table, POOL.table, pool.pool == COVER.table.c.pool)
        .join(RECEIVABLE.table, issued.number == COVER.table.c.receivable)
        .join(RECEIVABLE_STATE.table, state.receivable == issued.number)
        .where(valid(POOL, None), pool.until >= now, valid(RECEIVABLE_STATE, None))
        .where(state.status == ReceivableStatus.LIVE, state.owed_live > state.waiting)
    )
    return (Guaranteed(*row) for row in conn.execute(asked.order_by(issued.due, issued.number)))


def open_offers(conn: Connection) -> Iterator[Lapsing]:
    """Offers of ranges that stand open, by their last second."""
    columns = OFFER.table.c
    asked = select(RECEIVABLE.table.c.id, columns.start, columns.deadline, columns.from_pos)
    asked = asked.join_from(OFFER.table, RECEIVABLE.table, RECEIVABLE.table.c.number == columns.receivable)
    asked = asked.where(valid(OFFER, None), columns.state == OfferState.OPEN)
    return (Lapsing(*row) for row in conn.execute(asked.order_by(columns.deadline, columns.receivable, columns.start)))


def open_disputes(conn: Connection) -> Iterator[Lapsing]:
    """Disputes that nobody ended, by the last second in which they count."""
    columns = DISPUTE.table.c
    asked = select(RECEIVABLE.table.c.id, literal(0), columns.until, columns.from_pos)
    asked = asked.join_from(DISPUTE.table, RECEIVABLE.table, RECEIVABLE.table.c.number == columns.receivable)
    asked = asked.where(valid(DISPUTE, None), columns.ended_at.is_(None))
    return (Lapsing(*row) for row in conn.execute(asked.order_by(columns.until, columns.receivable)))


def filled_pots(conn: Connection) -> list[Pot]:
    """Pots in which something is left, the oldest first."""
    columns = POT.table.c
    asked = select(POT.table).where(valid(POT, None), columns.left > 0)
    return rows_of(conn, POT, asked.order_by(columns.opened_at, columns.obligor, columns.cash, columns.due))


class Bought(NamedTuple):
    """A deal that is not over: its receivable's terms and whether anything is still owed on it, the position and time of the last payment,
    and positions as in Debit.
    """

    deal: bytes
    recourse: int
    since: int
    late_from: int
    is_over: bool
    paid_pos: int | None
    paid_at: int | None
    deal_pos: int
    state_pos: int
    cash_pos: int | None


def deals(conn: Connection) -> Iterator[Bought]:
    """Active purchases of ranges, in the order of their receivables' issue."""
    deal, issued, state = DEAL.table.c, RECEIVABLE.table.c, RECEIVABLE_STATE.table.c
    entry, paid = CASH_ENTRY.table.c, PAYMENT.table.c
    last = select(func.max(paid.pos)).where(paid.receivable == issued.number).scalar_subquery()
    is_over = or_(state.status != ReceivableStatus.LIVE, state.owed_live == 0)
    asked = (
        select(deal.deal, deal.recourse, deal.since, issued.due + issued.grace + 1, is_over, last, BLOCK.c.time)
        .add_columns(deal.from_pos, state.from_pos, entry.from_pos)
        .join_from(DEAL.table, RECEIVABLE.table, issued.number == deal.receivable)
        .join(RECEIVABLE_STATE.table, state.receivable == issued.number)
        .join(CASH_ENTRY.table, and_(entry.account == deal.seller, entry.cash == deal.cash, valid(CASH_ENTRY, None)), isouter=True)
        .join(BLOCK, BLOCK.c.number == last.op(">>")(literal(LOG_BITS, Integer)), isouter=True)
        .where(valid(DEAL, None), deal.state == DealState.ACTIVE, valid(RECEIVABLE_STATE, None))
    )
    return (Bought(*row) for row in conn.execute(asked.order_by(issued.number, deal.deal)))


class Satisfied(NamedTuple):
    """A deal whose bank has everything, and whose range waits to go back; positions of the rows that decide whether it can."""

    deal: bytes
    at: int
    deal_pos: int
    state_pos: int
    token_pos: int | None
    seller_pos: int | None


def satisfied(conn: Connection) -> Iterator[Satisfied]:
    """Deals whose ranges wait to go back to their sellers, since when, in the order of their receivables' issue."""
    deal, state, token, seller = DEAL.table.c, RECEIVABLE_STATE.table.c, TOKEN.table.c, MEMBER.table.c
    head = and_(token.receivable == deal.receivable, token.start == deal.start, valid(TOKEN, None))
    asked = (
        select(deal.deal, BLOCK.c.time, deal.from_pos, state.from_pos, token.from_pos, seller.from_pos)
        .join_from(DEAL.table, RECEIVABLE_STATE.table, and_(state.receivable == deal.receivable, valid(RECEIVABLE_STATE, None)))
        .join(TOKEN.table, head, isouter=True)
        .join(MEMBER.table, and_(seller.account == deal.seller, valid(MEMBER, None)), isouter=True)
        .join(BLOCK, BLOCK.c.number == deal.from_pos.op(">>")(literal(LOG_BITS, Integer)))
        .where(valid(DEAL, None), deal.state == DealState.SATISFIED)
    )
    return (Satisfied(*row) for row in conn.execute(asked.order_by(deal.receivable, deal.deal)))


def distributable_from(found: Waiting) -> int:
    """The second from which anyone may have the waiting money distributed."""
    return found.last + (WAIT_SECONDS if found.payments < FREE_PAYMENTS else SCARCE_WAIT_SECONDS)


def subject_of(receivable: bytes) -> int:
    """What a trigger is fired on: the receivable's id."""
    return number(receivable)
