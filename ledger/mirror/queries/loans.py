"""Loans with their schedules, what is due when, how they stand, what secures them, and who has to release what."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, and_, or_, select

from ledger.domain import loan_book
from ledger.domain.day_counts import DayCount
from ledger.domain.loan_book import Agreement, Book, Figures, Instalment, LoanFlag, Scheduled
from ledger.mirror.finance_models import (
    APPRAISAL,
    CUSTODY_CHANGE,
    CUSTODY_RANGE,
    HOLDER_SHOWN,
    LOAN_CALL,
    LOAN_COST,
    LOAN_PAYMENT,
    LOAN_PLEDGE,
    LOAN_ROW,
    LOAN_STATE,
    LOAN_TERMS,
    MARGIN_CALL,
    RELEASE_DUE,
    Appraisal,
    CustodyChange,
    CustodyRange,
    LoanCall,
    LoanCost,
    LoanPayment,
    LoanRow,
    LoanState,
    LoanStatus,
    LoanTerms,
    MarginCall,
    ReleaseDue,
)
from ledger.mirror.models import CASH, PLEDGE_STATE, ReceivableStatus
from ledger.mirror.queries import receivables, tokens
from ledger.mirror.queries.liveness import IN_FORCE
from ledger.mirror.queries.reading import MOST_ROWS, Page, cut, given, one, ordered, rows_of, told, valid
from ledger.mirror.schema import Address, number


class Standing(NamedTuple):
    """A loan's terms and its figures, as at the position asked."""

    terms: LoanTerms
    state: LoanState


class Held(NamedTuple):
    """A pledged range with its holder: the lender while the range is in custody."""

    entry: CustodyRange
    holder: Address | None


def get(conn: Connection, loan: int, at: int | None = None) -> Standing | None:
    """The loan of a number."""
    row = conn.execute(_standings(at).where(LOAN_TERMS.table.c.loan == loan)).one_or_none()
    return None if row is None else _standing(row)


def find(
    conn: Connection,
    *,
    party: bytes | None = None,
    lender: bytes | None = None,
    status: LoanStatus | None = None,
    at: int | None = None,
    limit: int = 100,
    after: tuple[int] | None = None,
) -> Page[Standing]:
    """Loans by number; `party` is lender or borrower."""
    terms = LOAN_TERMS.table.c
    asked = _standings(at).where(
        *given(party, lambda value: or_(terms.lender == value, terms.borrower == value)),
        *given(lender, lambda value: terms.lender == value),
        *given(status, lambda value: LOAN_STATE.table.c.status == value),
    )
    rows = conn.execute(ordered(asked, [terms.loan], limit, after))
    return cut([_standing(row) for row in rows], limit, lambda standing: (standing.terms.loan,))


def _standings(at: int | None) -> Select[tuple[object, ...]]:
    join = and_(LOAN_STATE.table.c.loan == LOAN_TERMS.table.c.loan, valid(LOAN_STATE, at))
    return select(LOAN_TERMS.table, LOAN_STATE.table).join_from(LOAN_TERMS.table, LOAN_STATE.table, join).where(valid(LOAN_TERMS, at))


def _standing(row: Sequence[object]) -> Standing:
    width = len(LOAN_TERMS.table.c)
    return Standing(LoanTerms._make(row[:width]), LoanState._make(row[width:]))


# --- What is owed ---


def rows(conn: Connection, loan: int, at: int | None = None) -> list[LoanRow]:
    """The rows of a loan's schedule."""
    where = (LOAN_ROW.table.c.loan == loan, valid(LOAN_ROW, at))
    return rows_of(conn, LOAN_ROW, select(LOAN_ROW.table).where(*where).order_by(LOAN_ROW.table.c.row))


def agreement(terms: LoanTerms, schedule: Sequence[LoanRow]) -> Agreement:
    """What reckoning needs of a loan's terms."""
    kept = [
        Instalment(row.due, row.principal, row.numerator, row.interest_due, None if row.interest is None else number(row.interest))
        for row in schedule
    ]
    kind, on_interest = list(DayCount)[terms.day_count - 1], bool(terms.flags & LoanFlag.OVERDUE_ON_INTEREST)
    rates = (terms.rate, terms.overdue_rate, on_interest)
    return Agreement(terms.principal, terms.start, kind, *rates, terms.grace, terms.default_after, kept)


def figures(state: LoanState) -> Figures:
    """A loan's figures as last told."""
    return Figures(
        scheduled_paid=state.scheduled_paid,
        prepaid=state.prepaid,
        costs=number(state.costs),
        product=number(state.product),
        overdue_product=number(state.overdue_product),
        interest_paid=number(state.interest_paid),
        overdue_paid=number(state.overdue_paid),
        day=state.day,
        fallen=state.fallen,
        ripe=state.ripe,
        settled=state.settled,
    )


def book(conn: Connection, standing: Standing, time: int, at: int | None = None) -> Book:
    """A live loan, as at `at`, reckoned at a time (UTC seconds) not before its last payment."""
    return loan_book.reckoned(agreement(standing.terms, rows(conn, standing.terms.loan, at)), figures(standing.state), time)


def coming(conn: Connection, standing: Standing, time: int, at: int | None = None) -> list[tuple[int, int, int]]:
    """(due second, principal, interest) of what is still to fall due on a live loan, if all is paid when it does."""
    return loan_book.coming(agreement(standing.terms, rows(conn, standing.terms.loan, at)), figures(standing.state), time)


def schedule(conn: Connection, standing: Standing, time: int, at: int | None = None) -> list[Scheduled]:
    """Every instalment with what was paid of it; of a loan that has ended, as at its end."""
    ended = standing.state.ended_at
    when = time if ended is None else ended
    return loan_book.scheduled(agreement(standing.terms, rows(conn, standing.terms.loan, at)), figures(standing.state), when)


def payments(conn: Connection, loan: int, at: int | None = None) -> list[LoanPayment]:
    """The money of a loan and what each of it paid, in order."""
    where = (LOAN_PAYMENT.table.c.loan == loan, told(LOAN_PAYMENT, at))
    return rows_of(conn, LOAN_PAYMENT, select(LOAN_PAYMENT.table).where(*where).order_by(LOAN_PAYMENT.table.c.pos))


def costs(conn: Connection, loan: int, at: int | None = None) -> list[LoanCost]:
    """Costs charged on a loan, in order."""
    where = (LOAN_COST.table.c.loan == loan, told(LOAN_COST, at))
    return rows_of(conn, LOAN_COST, select(LOAN_COST.table).where(*where).order_by(LOAN_COST.table.c.pos))


def calls(conn: Connection, loan: int, at: int | None = None) -> list[LoanCall]:
    """When and why a loan was called; a renewed one may be called again."""
    where = (LOAN_CALL.table.c.loan == loan, told(LOAN_CALL, at))
    return rows_of(conn, LOAN_CALL, select(LOAN_CALL.table).where(*where).order_by(LOAN_CALL.table.c.pos))


def margin_calls(conn: Connection, loan: int, at: int | None = None) -> list[MarginCall]:
    """Margin calls on a loan and their ends, in order."""
    where = (MARGIN_CALL.table.c.loan == loan, told(MARGIN_CALL, at))
    return rows_of(conn, MARGIN_CALL, select(MARGIN_CALL.table).where(*where).order_by(MARGIN_CALL.table.c.pos))


# --- Security ---


def are_shown(conn: Connection, parties: bytes) -> bool:
    """Whether somebody showed who the holders behind a root of pledges' parties are."""
    return conn.execute(select(HOLDER_SHOWN.table.c.pos).where(HOLDER_SHOWN.table.c.parties == parties).limit(1)).first() is not None


def pledges(conn: Connection, loan: int) -> list[int]:
    """Numbers of the pledges that secure a loan, ascending."""
    asked = select(LOAN_PLEDGE.table.c.pledge).where(LOAN_PLEDGE.table.c.loan == loan)
    return list(conn.execute(asked.order_by(LOAN_PLEDGE.table.c.pledge)).scalars())


def ranges(conn: Connection, loan: int, at: int | None = None) -> list[Held]:
    """The ranges pledged for a loan, by receivable and start, with who holds them."""
    standing = get(conn, loan, at)
    where = (CUSTODY_RANGE.table.c.loan == loan, valid(CUSTODY_RANGE, at))
    found = rows_of(conn, CUSTODY_RANGE, select(CUSTODY_RANGE.table).where(*where).order_by(*CUSTODY_RANGE.key_columns))
    lender = None if standing is None else standing.terms.lender
    return [Held(entry, lender if _is_here(conn, entry, at) else None) for entry in found]


def pledged(conn: Connection, receivable: int, start: int, at: int | None = None) -> Held | None:
    """The entry of the range that begins at `start` of the receivable with this number."""
    columns = CUSTODY_RANGE.table.c
    entry = one(conn, CUSTODY_RANGE, columns.receivable == receivable, columns.start == start, valid(CUSTODY_RANGE, at))
    standing = None if entry is None else get(conn, entry.loan, at)
    if entry is None or standing is None:
        return None
    return Held(entry, standing.terms.lender if _is_here(conn, entry, at) else None)


def entry_over(conn: Connection, receivable: int, start: int, end: int, at: int | None = None) -> CustodyRange | None:
    """The pledged range that holds [start, end) of the receivable with this number."""
    columns = CUSTODY_RANGE.table.c
    return one(conn, CUSTODY_RANGE, columns.receivable == receivable, columns.start <= start, columns.stop >= end, valid(CUSTODY_RANGE, at))


def _is_here(conn: Connection, entry: CustodyRange, at: int | None) -> bool:
    token = tokens.get(conn, entry.receivable, entry.start, at)
    return token is not None and token.owner == entry.custodian


def custody_of(
    conn: Connection, account: bytes, at: int | None = None, *, limit: int = MOST_ROWS, after: tuple[Any, ...] | None = None
) -> Page[Held]:
    """The pledged ranges that an account is beneficiary of, or whose loans it is lender of, by loan and range."""
    terms, entry = LOAN_TERMS.table.c, CUSTODY_RANGE.table.c
    join = and_(terms.loan == entry.loan, valid(LOAN_TERMS, at))
    asked = select(CUSTODY_RANGE.table, terms.lender).join_from(CUSTODY_RANGE.table, LOAN_TERMS.table, join)
    asked = asked.where(or_(entry.beneficiary == account, terms.lender == account), valid(CUSTODY_RANGE, at))
    found = [
        (CUSTODY_RANGE.row(*row), lender)
        for *row, lender in conn.execute(ordered(asked, [entry.loan, entry.receivable, entry.start], limit, after))
    ]
    rows = cut(found, limit, lambda each: (each[0].loan, each[0].receivable, each[0].start))
    return Page([Held(row, lender if _is_here(conn, row, at) else None) for row, lender in rows.rows], rows.next)


def secures(conn: Connection, receivable: int, account: bytes) -> bool:
    """Whether a range of the receivable with this number is or was pledged for a loan that an account gave."""
    terms, entry = LOAN_TERMS.table.c, CUSTODY_RANGE.table.c
    asked = select(entry.loan).join(LOAN_TERMS.table, terms.loan == entry.loan)
    return conn.execute(asked.where(entry.receivable == receivable, terms.lender == account).limit(1)).first() is not None


def custody(conn: Connection, loan: int, at: int | None = None) -> list[CustodyChange]:
    """What happened to the ranges pledged for a loan, in order."""
    where = (CUSTODY_CHANGE.table.c.loan == loan, told(CUSTODY_CHANGE, at))
    return rows_of(conn, CUSTODY_CHANGE, select(CUSTODY_CHANGE.table).where(*where).order_by(CUSTODY_CHANGE.table.c.pos))


def appraisal(conn: Connection, pledge: int, appraiser: bytes, at: int | None = None) -> Appraisal | None:
    """An appraiser's latest value of a pledge."""
    columns = APPRAISAL.table.c
    where = (columns.pledge == pledge, columns.appraiser == appraiser, told(APPRAISAL, at))
    found = rows_of(conn, APPRAISAL, select(APPRAISAL.table).where(*where).order_by(columns.pos.desc()).limit(1))
    return found[0] if found else None


def appraisals(conn: Connection, pledge: int, at: int | None = None) -> list[Appraisal]:
    """All that appraisers said of a pledge, in order."""
    where = (APPRAISAL.table.c.pledge == pledge, told(APPRAISAL, at))
    return rows_of(conn, APPRAISAL, select(APPRAISAL.table).where(*where).order_by(APPRAISAL.table.c.pos))


def value(conn: Connection, standing: Standing, time: int, at: int | None = None) -> int:
    """What secures a loan, minor units: live pledges as the agreed appraiser valued them last, ranges in custody at what they are owed."""
    terms = standing.terms
    cash = one(conn, CASH, CASH.table.c.number == terms.cash)
    worth = 0
    for pledge in pledges(conn, terms.loan):
        found = appraisal(conn, pledge, terms.appraiser, at)
        if found and cash and found.currency == cash.currency and _is_live(conn, pledge, time, at):
            worth += number(found.amount)
    return worth + sum(_owed(conn, held, at) for held in ranges(conn, terms.loan, at))


def _is_live(conn: Connection, pledge: int, time: int, at: int | None) -> bool:
    """As the contracts say it: registered or being enforced, and not lapsed at the time."""
    state = one(conn, PLEDGE_STATE, PLEDGE_STATE.table.c.pledge == pledge, valid(PLEDGE_STATE, at))
    return state is not None and state.status in IN_FORCE and (state.expires == 0 or time <= state.expires)


def _owed(conn: Connection, held: Held, at: int | None) -> int:
    entry = held.entry
    standing = receivables.by_number(conn, entry.receivable, at)
    if standing is None or standing.state.status != ReceivableStatus.LIVE:
        return 0
    return tokens.owed(conn, entry.receivable, entry.start, entry.stop, at)


def releases_due(conn: Connection, lender: bytes, at: int | None = None) -> list[ReleaseDue]:
    """The pledges that a lender has to have released, by when; a release in the register is not looked at here."""
    where = (RELEASE_DUE.table.c.lender == lender, told(RELEASE_DUE, at))
    return rows_of(conn, RELEASE_DUE, select(RELEASE_DUE.table).where(*where).order_by(RELEASE_DUE.table.c.by, RELEASE_DUE.table.c.pledge))


def releases_of(conn: Connection, loan: int, at: int | None = None) -> list[ReleaseDue]:
    """The pledges of an ended loan that are to be released."""
    where = (RELEASE_DUE.table.c.loan == loan, told(RELEASE_DUE, at))
    return rows_of(conn, RELEASE_DUE, select(RELEASE_DUE.table).where(*where).order_by(RELEASE_DUE.table.c.pledge))
