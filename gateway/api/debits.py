"""What may be debited of an account, what it has outstanding, what courts hold of it, and for whom it answers."""

from fastapi import APIRouter

from gateway.api import receivable_shown as shown
from gateway.api.answers import Answer
from gateway.api.asking import AccountPath, Caller, Cursor, Limit, Point, Running, addressed, cursor_from, own_account, reading
from gateway.api.receivable_answers import CourtHold, Debits, Outstanding, Pool
from gateway.api.refusals import ANY, AWAY, NAMED
from ledger.mirror.queries import claims, exposure, marks, payments
from ledger.mirror.queries.exposure import Side
from ledger.mirror.schema import number

router = APIRouter(tags=["debits"], responses=ANY | AWAY | NAMED)
_SIDES = {"obligor": True, "supplier": False}


@router.get("/accounts/{account}/debits")
def get_debits(account: AccountPath, services: Running, session: Caller, point: Point) -> Answer[Debits]:
    """What an obligor lets be debited, and what debits put aside for debts of one due second."""
    with reading(services, session, point) as view:
        obligor = own_account(session, view.conn, addressed(account, "account"))
        currencies = {row.number: row.currency for row in payments.cash_contracts(view.conn)}
        found = Debits(
            mandates=[shown.mandate(row, currencies[row.cash]) for row in payments.mandates(view.conn, obligor, view.at)],
            pots=[shown.pot(row, currencies[row.cash]) for row in claims.pots(view.conn, obligor, view.at)],
        )
        return view.answer(found)


@router.get("/accounts/{account}/outstanding")
def list_outstanding(account: AccountPath, services: Running, session: Caller, point: Point) -> Answer[list[Outstanding]]:
    """What an account has outstanding in each currency of the ledger, as obligor and as supplier, with its ceilings."""
    with reading(services, session, point) as view:
        holder = own_account(session, view.conn, addressed(account, "account"))
        ceilings = {(row.currency, row.as_obligor): number(row.ceiling) for row in exposure.ceilings(view.conn, holder, view.at)}
        rows = []
        for currency in sorted({row.currency for row in payments.cash_contracts(view.conn, view.at)}):
            for side, as_obligor in _SIDES.items():
                amount = exposure.outstanding(view.conn, Side(holder, as_obligor), currency, view.at)
                rows.append(shown.outstanding(side, amount, ceilings.get((currency, as_obligor)), currency))
        return view.answer(rows)


@router.get("/accounts/{account}/holds")
def list_court_holds(
    account: AccountPath, services: Running, session: Caller, point: Point, limit: Limit = 100, after: Cursor = None
) -> Answer[list[CourtHold]]:
    """The holds of courts on an account, with the orders given under each."""
    with reading(services, session, point) as view:
        holder = own_account(session, view.conn, addressed(account, "account"))
        page = marks.holds_of(view.conn, holder, view.at, limit=limit, after=cursor_from(after))
        return view.page(
            page,
            lambda row: shown.court_hold(
                row, None, marks.orders(view.conn, row.hold, view.at), marks.executions(view.conn, row.hold, view.at)
            ),
        )


@router.get("/accounts/{account}/pools")
def list_pools(
    account: AccountPath, services: Running, session: Caller, point: Point, limit: Limit = 100, after: Cursor = None
) -> Answer[list[Pool]]:
    """The guarantees and risk pools in which an account is a guarantor, in the order of their opening."""
    with reading(services, session, point) as view:
        guarantor = own_account(session, view.conn, addressed(account, "account"))
        currencies = {row.number: row.currency for row in payments.cash_contracts(view.conn)}
        page = claims.pools_of(view.conn, guarantor, view.at, limit=limit, after=cursor_from(after))
        return view.page(page, lambda row: shown.pool(row, claims.guarantors(view.conn, row.pool), currencies[row.cash]))
