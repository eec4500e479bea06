"""Purchases of receivables and loans, for those who are a party: banks' offers side by side, deals, loans, custody, a bank's portfolio."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from gateway.access import Session
from gateway.api.answers import Answer
from gateway.api.asking import (
    Account,
    AccountPath,
    Caller,
    Cursor,
    Limit,
    NumberPath,
    Point,
    RangeEnd,
    RangeStart,
    Reading,
    Running,
    addressed,
    cursor_from,
    limited_to,
    own_account,
    reading,
    sees_all,
    whole_number,
)
from gateway.api.fields import ACCOUNT, NUMBER, Instant, words_of
from gateway.api.finance_answers import ComparedOffer, CustodyRange, Deal, DealWhole, Loan, LoanWhole, Portfolio, PurchaseOffer
from gateway.api.finance_shown import Finances, release
from gateway.api.refusals import ANY, AWAY, NAMED
from gateway.errors import invalid, not_found
from gateway.pledging.words import FieldError, one_of
from ledger.domain.ids import RECEIVABLE_BITS
from ledger.domain.ranges import Range
from ledger.mirror.finance_models import DealState, LoanStatus, PurchaseState
from ledger.mirror.queries import financing, loans
from ledger.mirror.queries.reading import MOST_ROWS

router = APIRouter(tags=["financing"], responses=ANY | AWAY | NAMED)

_MOST_LOAN = 1 << 40
Party = Annotated[str | None, Query(pattern=ACCOUNT, description="Only those of this account, as hex")]
Later = Annotated[Instant | None, Query(description="A time (RFC 3339) not before the block's  [default: the block's]")]


def _later(view: Reading, stated: datetime | None, field: str) -> int:
    if stated is None:
        return view.time
    if stated.timestamp() < view.time:
        raise invalid(f"{field}: a time not before the block's expected", field=field)
    return int(stated.timestamp())


@router.get("/purchase-offers")
def list_purchase_offers(
    services: Running,
    session: Caller,
    point: Point,
    party: Party = None,
    state: Annotated[str | None, Query(json_schema_extra=words_of(PurchaseState))] = None,
    limit: Limit = 100,
    after: Cursor = None,
) -> Answer[list[PurchaseOffer]]:
    """Banks' offers to buy ranges of receivables, in their order; a member sees those that it made or that are to it."""
    with reading(services, session, point) as view:
        account, standing = limited_to(session, view.conn, None if party is None else addressed(party, "party")), _state(state)
        page = financing.offers(view.conn, party=account, state=standing, at=view.at, limit=limit, after=cursor_from(after))
        return view.page(page, Finances(view).offer)


def _state(text: str | None) -> PurchaseState | None:
    try:
        return None if text is None else one_of(PurchaseState, text, "state")
    except FieldError as wrong:
        raise invalid(str(wrong), field="state") from wrong


@router.get("/purchase-offers:compare")
def compare_purchase_offers(
    services: Running,
    session: Caller,
    seller: Account,
    receivable: Annotated[str, Query(pattern=NUMBER, description="The receivable's id")],
    start: RangeStart = 0,
    end: RangeEnd = (1 << 63) - 1,
    paid_by: Later = None,
) -> Answer[list[ComparedOffer]]:
    """A seller's open offers for a range side by side, the greatest advance first, with what each costs by a date."""
    with reading(services, session) as view:
        account = own_account(session, view.conn, addressed(seller, "seller"))
        if start >= end:
            raise invalid(f"end: above the start, {start}, expected", field="end")
        named, by, shown = _receivable(receivable), _later(view, paid_by, "paid_by"), Finances(view)
        found = financing.competing(view.conn, account, named, Range(start, end))
        return view.answer([shown.compared(row, by) for row in found if row.state == PurchaseState.OPEN])


def _receivable(text: str) -> int:
    found = whole_number(text, "receivable")
    if not 0 < found < 1 << RECEIVABLE_BITS:
        raise invalid("receivable: an id of 192 bits expected", field="receivable")
    return found


@router.get("/deals")
def list_deals(
    services: Running, session: Caller, point: Point, party: Party = None, limit: Limit = 100, after: Cursor = None
) -> Answer[list[Deal]]:
    """Purchases of receivables with what is outstanding on each; a member sees those that it is bank or seller of."""
    with reading(services, session, point) as view:
        account = limited_to(session, view.conn, None if party is None else addressed(party, "party"))
        page = financing.find(view.conn, party=account, at=view.at, limit=limit, after=cursor_from(after))
        shown = Finances(view)
        return view.page(page, lambda row: shown.deal(row, view.time))


@router.get("/deals/{deal}")
def get_deal(deal: NumberPath, services: Running, session: Caller, point: Point, on: Later = None) -> Answer[DealWhole]:
    """A purchase with its history, and what is outstanding on it at a time, if nothing more comes in."""
    with reading(services, session, point) as view:
        id_ = whole_number(deal, "deal")
        found = financing.deal(view.conn, id_, view.at)
        if found is None or not _concerns(view, session, found.bank, found.seller):
            raise not_found(f"deal {deal}")
        return view.answer(Finances(view).deal_whole(found, _later(view, on, "on")))


def _concerns(view: Reading, session: Session, *parties: bytes) -> bool:
    return session.member in parties or sees_all(session, view.conn)


@router.get("/loans")
def list_loans(
    services: Running, session: Caller, point: Point, party: Party = None, limit: Limit = 100, after: Cursor = None
) -> Answer[list[Loan]]:
    """Loans and how each stands at the block's time; a member sees those that it is lender or borrower of."""
    with reading(services, session, point) as view:
        account = limited_to(session, view.conn, None if party is None else addressed(party, "party"))
        page = loans.find(view.conn, party=account, at=view.at, limit=limit, after=cursor_from(after))
        return view.page(page, Finances(view).loan)


@router.get("/loans/{loan}")
def get_loan(loan: NumberPath, services: Running, session: Caller, point: Point) -> Answer[LoanWhole]:
    """A loan whole: what is due and owed at the block's time, what falls due when, payments, calls and security."""
    with reading(services, session, point) as view:
        asked = whole_number(loan, "loan")
        found = loans.get(view.conn, asked, view.at) if asked < _MOST_LOAN else None
        if found is None or not _concerns(view, session, found.terms.lender, found.terms.borrower):
            raise not_found(f"loan {loan}")
        return view.answer(Finances(view).loan_whole(found))


@router.get("/accounts/{account}/portfolio")
def get_portfolio(account: AccountPath, services: Running, session: Caller, point: Point) -> Answer[Portfolio]:
    """A bank's live deals and loans, what it advanced on each obligor, money kept for it, and releases that it owes; 1,000 of each kind."""
    with reading(services, session, point) as view:
        bank, conn, at, shown = own_account(session, view.conn, addressed(account, "account")), view.conn, view.at, Finances(view)
        states = (DealState.ACTIVE, DealState.SATISFIED)
        deals = [row for state in states for row in financing.find(conn, bank=bank, state=state, at=at, limit=MOST_ROWS).rows]
        lent = loans.find(conn, lender=bank, status=LoanStatus.LIVE, at=at, limit=MOST_ROWS).rows
        found = Portfolio(
            deals=[shown.deal(row, view.time) for row in deals],
            loans=[shown.loan(row) for row in lent],
            advances=[shown.advance(row) for row in financing.ceilings(conn, bank, at)],
            kept=[shown.kept(row) for row in financing.kept_credits(conn, bank, at)],
            releases=[release(row) for row in loans.releases_due(conn, bank, at)],
        )
        return view.answer(found)


@router.get("/accounts/{account}/custody")
def list_custody(
    account: AccountPath, services: Running, session: Caller, point: Point, limit: Limit = 100, after: Cursor = None
) -> Answer[list[CustodyRange]]:
    """The ranges in title escrow that an account is beneficiary of, or holds as a lender."""
    with reading(services, session, point) as view:
        party = own_account(session, view.conn, addressed(account, "account"))
        page = loans.custody_of(view.conn, party, view.at, limit=limit, after=cursor_from(after))
        return view.page(page, Finances(view).custody)
