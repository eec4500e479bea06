"""What time makes due of loans: instalments, margins, what pledged ranges were paid, and ranges that go back when a loan is over."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from ledger.mirror.finance_models import CUSTODY_RANGE, LOAN_ROW, LOAN_STATE, LOAN_TERMS, CustodyRange, LoanStatus
from ledger.mirror.models import CASH_ENTRY, CREDIT, MEMBER, PAYMENT, PLEDGE_STATE, RECEIVABLE, RECEIVABLE_STATE, TOKEN
from ledger.mirror.queries import chain, loans, tokens
from ledger.mirror.queries.liveness import IN_FORCE
from ledger.mirror.queries.loans import Standing
from ledger.mirror.queries.reading import one, valid
from ledger.mirror.schema import word

_WHOLE = 10_000
"""Loan to value is in ten-thousandths."""


class Instalment(NamedTuple):
    """A live loan on which something is due, or falls due, at a second. Positions are those of the rows that a debit depends on."""

    loan: int
    due: int
    state_pos: int
    borrower_pos: int | None
    cash_pos: int | None


class Margin(NamedTuple):
    """A loan whose margin is to be called, or whose call is over, from a second on; `value` is what secures it then, minor units."""

    loan: int
    at: int
    state_pos: int
    value: int


class Pledged(NamedTuple):
    """A range in title escrow: the receivable's id, the second from which there is something to do, and positions of what decides it."""

    receivable: bytes
    start: int
    at: int
    facts: tuple[int, ...]


# --- Instalments -----------------------------------------------------------------------------------------------------------------------


def instalments(conn: Connection, now: int, until: int) -> Iterator[Instalment]:
    """Live loans that owe something at `now`, and what falls due next on each up to a second; a loan that owes is told once."""
    for loan, borrower_pos, cash_pos in _may_owe(conn, until):
        standing = loans.get(conn, loan)
        due = None if standing is None else _due(conn, standing, now)
        if standing is not None and due is not None and due <= until:
            yield Instalment(loan, due, standing.state.from_pos, borrower_pos, cash_pos)


def _may_owe(conn: Connection, until: int) -> list[tuple[int, int | None, int | None]]:
    """Live loans with an instalment up to a second that is not known to be paid, or with costs; positions of what a debit hangs on: the
    borrower's standing, and its newest entry of cash.
    """
    terms, state, row, entry, member = LOAN_TERMS.table.c, LOAN_STATE.table.c, LOAN_ROW.table.c, CASH_ENTRY.table.c, MEMBER.table.c
    falls = select(row.loan).where(
        row.loan == state.loan, row.row >= state.settled, row.row < terms.rows, row.interest_due, row.due <= until, valid(LOAN_ROW, None)
    )
    asked = (
        select(terms.loan, member.from_pos, entry.from_pos)
        .join_from(LOAN_TERMS.table, LOAN_STATE.table, and_(state.loan == terms.loan, valid(LOAN_STATE, None)))
        .join(MEMBER.table, and_(member.account == terms.borrower, valid(MEMBER, None)), isouter=True)
        .join(CASH_ENTRY.table, and_(entry.account == terms.borrower, entry.cash == terms.cash, valid(CASH_ENTRY, None)), isouter=True)
        .where(valid(LOAN_TERMS, None), state.status == LoanStatus.LIVE, or_(falls.exists(), state.costs > word(0)))
    )
    return [tuple(row) for row in conn.execute(asked.order_by(terms.loan))]


def _due(conn: Connection, standing: Standing, now: int) -> int | None:
    """Since when a loan owes what it owes, or when it owes something next."""
    book = loans.book(conn, standing, now)
    if book.due.total:
        is_late = book.figures.settled < book.figures.fallen
        # Costs alone are owed since they were charged, whenever that is looked at.
        return book.agreement.rows[book.figures.settled].due if is_late else chain.time_of(conn, standing.state.from_pos)
    return next((due for due, principal, interest in loans.coming(conn, standing, now) if principal or interest), None)


# --- Margins ---------------------------------------------------------------------------------------------------------------------------


def margins(conn: Connection, now: int, until: int) -> Iterator[Margin]:
    """Loans whose loan to value passes what was agreed, or keeps it again after a call, from `now` or the lapse of a pledge on."""
    terms, state = LOAN_TERMS.table.c, LOAN_STATE.table.c
    asked = select(terms.loan).join(LOAN_STATE.table, and_(state.loan == terms.loan, valid(LOAN_STATE, None)))
    asked = asked.where(valid(LOAN_TERMS, None), terms.most_loan_to_value > 0, state.status == LoanStatus.LIVE)
    for loan in conn.execute(asked.order_by(terms.loan)).scalars().all():
        standing = loans.get(conn, loan)
        found = None if standing is None else _margin(conn, standing, now, until)
        if found is not None:
            yield found


def _margin(conn: Connection, standing: Standing, now: int, until: int) -> Margin | None:
    terms, state = standing
    for time in (now, *_lapses(conn, terms.loan, now, until)):
        value = loans.value(conn, standing, time)
        kept = state.outstanding * _WHOLE <= value * terms.most_loan_to_value
        if kept == (state.margin_called is not None):
            return Margin(terms.loan, time, state.from_pos, value)
    return None


def _lapses(conn: Connection, loan: int, now: int, until: int) -> list[int]:
    """The seconds at which pledges that secure a loan are over, as far as that is known."""
    columns = PLEDGE_STATE.table.c
    asked = select(columns.expires + 1).where(columns.pledge.in_(loans.pledges(conn, loan)), valid(PLEDGE_STATE, None))
    asked = asked.where(columns.status.in_(IN_FORCE), columns.expires >= now, columns.expires < until)
    return sorted(set(conn.execute(asked).scalars()))


# --- Pledged ranges --------------------------------------------------------------------------------------------------------------------


def collectable(conn: Connection) -> Iterator[Pledged]:
    """Ranges in custody for live loans that were paid since they last drew, or for which drawn money is kept, by receivable and start."""
    for entry, receivable, token_pos, marks_pos, is_paid in _in_custody(conn, LoanStatus.LIVE):
        token = tokens.get(conn, entry.receivable, entry.start) if is_paid else None
        credit = one(conn, CREDIT, *_of_range(entry), valid(CREDIT, None))
        drawn = None if token is None else tokens.undrawn(conn, token)
        if (drawn is not None and drawn.principal + drawn.interest) or (credit is not None and credit.amount):
            paid_pos, paid_at = _last_payment(conn, entry.receivable)
            yield Pledged(receivable, entry.start, paid_at, (paid_pos, token_pos, marks_pos, credit.from_pos if credit else 0))


def _of_range(entry: CustodyRange) -> tuple[ColumnElement[bool], ...]:
    columns = CREDIT.table.c
    return columns.account == entry.custodian, columns.receivable == entry.receivable, columns.start == entry.start


def _last_payment(conn: Connection, receivable: int) -> tuple[int, int]:
    """Position and time of the last step that paid a receivable."""
    columns = PAYMENT.table.c
    pos = conn.execute(select(func.max(columns.pos)).where(columns.receivable == receivable)).scalar() or 0
    return pos, chain.time_of(conn, pos)


def returnable(conn: Connection) -> Iterator[Pledged]:
    """Ranges in custody for loans that are over, since their end, by receivable and start."""
    for entry, receivable, token_pos, marks_pos, _ in _in_custody(conn, LoanStatus.REPAID, LoanStatus.DISCHARGED):
        standing = loans.get(conn, entry.loan)
        if standing is not None:
            owner = one(conn, MEMBER, MEMBER.table.c.account == entry.beneficiary, valid(MEMBER, None))
            facts = (token_pos, marks_pos, owner.from_pos if owner else 0)
            yield Pledged(receivable, entry.start, standing.state.ended_at or 0, facts)


def _in_custody(conn: Connection, *status: LoanStatus) -> Iterator[tuple[CustodyRange, bytes, int, int, bool]]:
    """Entries of ranges that are still in custody, for loans in these states; the receivable's id, the positions of the token and of the
    receivable's marks, and whether there are payments that the token has not drawn.
    """
    entry, token, issued, loan = CUSTODY_RANGE.table.c, TOKEN.table.c, RECEIVABLE.table.c, LOAN_STATE.table.c
    state, width = RECEIVABLE_STATE.table.c, len(CUSTODY_RANGE.table.c)
    here = and_(token.receivable == entry.receivable, token.start == entry.start, token.owner == entry.custodian, valid(TOKEN, None))
    asked = (
        select(CUSTODY_RANGE.table, issued.id, token.from_pos, state.from_pos, state.payments > token.cursor)
        .join_from(CUSTODY_RANGE.table, TOKEN.table, here)
        .join(LOAN_STATE.table, and_(loan.loan == entry.loan, valid(LOAN_STATE, None), loan.status.in_(status)))
        .join(RECEIVABLE.table, issued.number == entry.receivable)
        .join(RECEIVABLE_STATE.table, and_(state.receivable == entry.receivable, valid(RECEIVABLE_STATE, None)))
        .where(valid(CUSTODY_RANGE, None))
    )
    for row in conn.execute(asked.order_by(entry.receivable, entry.start)).all():
        yield CustodyRange._make(row[:width]), row[width], row[width + 1], row[width + 2], bool(row[width + 3])
