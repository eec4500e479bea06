"""Receivables with their present state, by party and by due date."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Select, func, or_, select

from ledger.domain.ranges import late_days, late_interest
from ledger.mirror.models import (
    POLICY,
    RECEIVABLE,
    RECEIVABLE_STATE,
    Condition,
    Policy,
    Receivable,
    ReceivableState,
    ReceivableStatus,
)
from ledger.mirror.queries.reading import Page, cut, given, halves, one, ordered, rows_of, valid, whole
from ledger.mirror.schema import number, word


class Standing(NamedTuple):
    """A receivable as issued, and its state as at the position asked."""

    receivable: Receivable
    state: ReceivableState


class Debt(NamedTuple):
    """Principal and late interest still to be paid, in minor units; what waits for its distribution is already counted as paid."""

    principal: int
    interest: int


class Total(NamedTuple):
    """Sums over receivables of one currency and status, in minor units."""

    currency: int
    status: int
    receivables: int
    face: int
    owed_live: int
    distributed: int
    waiting: int


def get(conn: Connection, receivable: int, at: int | None = None) -> Standing | None:
    """The receivable of a 192-bit id."""
    return _first(conn, RECEIVABLE.table.c.id == word(receivable), at)


def between(conn: Connection, cash: int, first: int, last: int) -> list[Standing]:
    """Receivables paid in a cash whose ids lie from `first` to `last`; at most two, for who asks wants to know whether there is one."""
    issued = RECEIVABLE.table.c
    asked = _standing(None).where(issued.cash == cash, issued.id >= word(first), issued.id <= word(last))
    return [_row(row) for row in conn.execute(asked.order_by(issued.id).limit(2))]


def by_number(conn: Connection, receivable: int, at: int | None = None) -> Standing | None:
    """The receivable of a surrogate, which other rows name it by."""
    return _first(conn, RECEIVABLE.table.c.number == receivable, at)


def of_numbers(conn: Connection, numbers: Iterable[int]) -> dict[int, Receivable]:
    """Receivables as issued, by the surrogates that other rows name them by; a few hundred at once."""
    asked = select(RECEIVABLE.table).where(RECEIVABLE.table.c.number.in_(sorted(set(numbers))))
    return {row.number: row for row in rows_of(conn, RECEIVABLE, asked)}


def find(
    conn: Connection,
    *,
    supplier: bytes | None = None,
    obligor: bytes | None = None,
    party: bytes | None = None,
    status: int | None = None,
    due_from: int | None = None,
    due_until: int | None = None,
    at: int | None = None,
    limit: int = 100,
    after: tuple[int] | None = None,
) -> Page[Standing]:
    """Receivables in the order of issue; `party` is supplier or obligor, due dates are UTC seconds with `due_until` excluded."""
    issued, state = RECEIVABLE.table.c, RECEIVABLE_STATE.table.c
    asked = _standing(at).where(
        *given(supplier, lambda value: issued.supplier == value),
        *given(obligor, lambda value: issued.obligor == value),
        *given(party, lambda value: or_(issued.supplier == value, issued.obligor == value)),
        *given(status, lambda value: state.status == value),
        *given(due_from, lambda value: issued.due >= value),
        *given(due_until, lambda value: issued.due < value),
    )
    rows = conn.execute(ordered(asked, [issued.number], limit, after))
    return cut([_row(row) for row in rows], limit, lambda standing: (standing.receivable.number,))


def debt(standing: Standing, time: int) -> Debt:
    """What is still to be paid to holders at a time (UTC seconds) not before the last receipt; nothing once it is cancelled."""
    issued, state = standing
    if state.status == ReceivableStatus.CANCELLED:
        return Debt(0, 0)
    principal = state.owed_live - state.waiting
    late = max(0, late_days(issued.due, issued.grace, time) - state.accrued_day)
    earned = late_interest(number(state.money_days) + principal * late, issued.late_rate, issued.late_basis)
    paid = state.waiting_interest + number(state.interest_distributed) + number(state.interest_retired)
    return Debt(principal, earned - paid)


def condition(standing: Standing, time: int) -> Condition:
    """How a receivable stands at a time (UTC seconds): the same answer as Repayment's stateAt."""
    issued, state = standing
    if state.status != ReceivableStatus.LIVE:
        return _ENDED.get(state.status, Condition.NONE)
    if state.owed_live == 0:
        return Condition.SUBROGATED
    if time > issued.due + issued.grace:
        return Condition.OVERDUE
    if time >= issued.due:
        return Condition.DUE if time == issued.due else Condition.GRACE
    return Condition.PART_PAID if state.part_paid else Condition.CURRENT


_ENDED: dict[int, Condition] = {ReceivableStatus.CLOSED: Condition.CLOSED, ReceivableStatus.CANCELLED: Condition.CANCELLED}


def totals(conn: Connection, at: int | None = None) -> list[Total]:
    """Counts and sums by currency and status: what a reconciliation holds against source and chain."""
    issued, state = RECEIVABLE.table.c, RECEIVABLE_STATE.table.c
    sums = (half for each in (issued.face, state.owed_live, state.distributed, state.waiting) for half in halves(each))
    asked = select(issued.currency, state.status, func.count(), *sums).join_from(
        RECEIVABLE.table, RECEIVABLE_STATE.table, state.receivable == issued.number
    )
    grouped = asked.where(valid(RECEIVABLE_STATE, at)).group_by(issued.currency, state.status).order_by(issued.currency, state.status)
    return [Total(*row[:3], *(whole(row[at], row[at + 1]) for at in range(3, len(row), 2))) for row in conn.execute(grouped)]


def history(conn: Connection, receivable: int) -> list[ReceivableState]:
    """Every state of a receivable, oldest first."""
    asked = select(RECEIVABLE_STATE.table).where(RECEIVABLE_STATE.table.c.receivable == receivable)
    return rows_of(conn, RECEIVABLE_STATE, asked.order_by(RECEIVABLE_STATE.table.c.from_pos))


def policy(conn: Connection, version: int, at: int | None = None) -> Policy | None:
    """A policy version."""
    return one(conn, POLICY, POLICY.table.c.policy == version, valid(POLICY, at))


def _standing(at: int | None) -> Select[Any]:
    join = RECEIVABLE_STATE.table.c.receivable == RECEIVABLE.table.c.number
    return (
        select(RECEIVABLE.table, RECEIVABLE_STATE.table)
        .join_from(RECEIVABLE.table, RECEIVABLE_STATE.table, join)
        .where(valid(RECEIVABLE_STATE, at))
    )


def _first(conn: Connection, which: ColumnElement[bool], at: int | None) -> Standing | None:
    row = conn.execute(_standing(at).where(which)).one_or_none()
    return None if row is None else _row(row)


def _row(row: Row[*tuple[object, ...]]) -> Standing:
    width = len(RECEIVABLE.table.c)
    return Standing(Receivable._make(row[:width]), ReceivableState._make(row[width:]))
