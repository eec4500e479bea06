"""Receivables: what was issued and confirmed, who owes it, and how it stands now or stood at a point."""

from typing import Annotated

from fastapi import APIRouter, Query

from gateway.access import Session
from gateway.api import receivable_shown, shown
from gateway.api.answers import Answer
from gateway.api.asking import (
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
    reading,
    sees_all,
    whole_number,
)
from gateway.api.fields import ACCOUNT, words_of
from gateway.api.receivable_answers import CourtHold, Holding, Payments, Receivable, ReceivableNamed, ReceivableWhole, Token, Transfer
from gateway.api.refusals import ANY, AWAY, NAMED, WRITES
from gateway.api.schemas import PaymentNamesIn
from gateway.errors import invalid, not_found
from gateway.receivables import visibility
from ledger.domain.bank_references import named_by
from ledger.domain.ids import RECEIVABLE_BITS
from ledger.mirror.models import ReceivableStatus
from ledger.mirror.queries import claims, marks, ownership, payments, receivables, tokens
from ledger.mirror.queries.reading import part
from ledger.mirror.queries.receivables import Standing
from ledger.mirror.schema import number

router = APIRouter(tags=["receivables"], responses=ANY | AWAY | NAMED)


@router.get("/receivables")
def list_receivables(
    services: Running,
    session: Caller,
    point: Point,
    party: Annotated[str | None, Query(pattern=ACCOUNT, description="Only those of this supplier or obligor")] = None,
    status: Annotated[str | None, Query(json_schema_extra=words_of(ReceivableStatus))] = None,
    limit: Limit = 100,
    after: Cursor = None,
) -> Answer[list[Receivable]]:
    """Receivables in the order of their issue; a member sees those that it is a party of."""
    with reading(services, session, point) as view:
        account = limited_to(session, view.conn, None if party is None else addressed(party, "party"))
        cursor = cursor_from(after)
        page = receivables.find(view.conn, party=account, status=_status(status), at=view.at, limit=limit, after=cursor)
        return view.page(page, receivable_shown.receivable)


@router.post("/receivables:named", responses=WRITES)
def name_receivables(asked: PaymentNamesIn, services: Running, session: Caller) -> Answer[list[ReceivableNamed]]:
    """Finds the receivables that payments name, for the settlement bank in whose cash they are paid."""
    with reading(services, session) as view:
        cash = next((row for row in payments.cash_contracts(view.conn) if row.number == asked.cash), None)
        if cash is None or not (sees_all(session, view.conn) or session.member == cash.bank):
            raise not_found(f"cash {asked.cash}")
        return view.answer([receivable_shown.named(name, _named(view, asked.cash, name)) for name in asked.names])


def _named(view: Reading, cash: int, name: str) -> Standing | None:
    number = int(name) if name.isascii() and name.isdecimal() else 0
    limits = (number, number) if 0 < number < 1 << RECEIVABLE_BITS else named_by(name)
    found = [] if limits is None else receivables.between(view.conn, cash, *limits)
    return found[0] if len(found) == 1 else None


@router.get("/receivables/{receivable}")
def get_receivable(receivable: NumberPath, services: Running, session: Caller, point: Point) -> Answer[ReceivableWhole]:
    """A receivable with its condition, debts, marks, holds and guarantee at the time of the block."""
    with reading(services, session, point) as view:
        return view.answer(_whole(view, visible(session, view, receivable)))


def _whole(view: Reading, standing: Standing) -> ReceivableWhole:
    conn, issued, at = view.conn, standing.receivable, view.at
    count, _ = tokens.tiled(conn, issued.number, at)
    return receivable_shown.receivable_whole(
        standing,
        view.time,
        tokens=count,
        owing=[claims.owing(claim, issued, view.time) for claim in claims.of(conn, issued.number, at)],
        disputed=marks.dispute(conn, issued.number, at),
        holds=_holds(view, standing),
        consented=marks.consented(conn, issued.number, at),
        guaranteed=claims.guarantee(conn, issued.number, at),
    )


def _holds(view: Reading, standing: Standing) -> list[CourtHold]:
    conn, at = view.conn, view.at
    return [
        receivable_shown.court_hold(row, standing.receivable, marks.orders(conn, row.hold, at), marks.executions(conn, row.hold, at))
        for row in marks.holds_on(conn, standing.receivable.number, at)
    ]


@router.get("/receivables/{receivable}/tokens")
def list_tokens(
    receivable: NumberPath, services: Running, session: Caller, point: Point, limit: Limit = 100, after: Cursor = None
) -> Answer[list[Token]]:
    """The tokens that tile a receivable, by start."""
    with reading(services, session, point) as view:
        found = visible(session, view, receivable).receivable
        page = tokens.of_receivable(view.conn, found.number, view.at, limit=limit, after=cursor_from(after))
        return view.page(page, lambda row: receivable_shown.token(row, number(found.id), found.currency))


@router.get("/receivables/{receivable}/lineage")
def get_lineage(
    receivable: NumberPath,
    services: Running,
    session: Caller,
    start: RangeStart = 0,
    end: RangeEnd | None = None,
    limit: Limit = 100,
    after: Cursor = None,
) -> Answer[list[Holding]]:
    """Who held any part of the range [start, end), and from which position to which; the whole face without a range."""
    with reading(services, session) as view:
        found = visible(session, view, receivable).receivable
        until = found.face if end is None else end
        page = tokens.lineage_page(view.conn, found.number, start, until, limit=limit, after=cursor_from(after))
        return view.page(page, receivable_shown.holding)


@router.get("/receivables/{receivable}/owners")
def list_owners(
    receivable: NumberPath,
    services: Running,
    session: Caller,
    start: RangeStart = 0,
    end: RangeEnd | None = None,
    limit: Limit = 100,
    after: Cursor = None,
) -> Answer[list[Holding]]:
    """Who held any cent of the range [start, end) when: as the lineage, but each part as wide as one account had it for one time.

    A piece that was only cut, and stayed its owner's, is no new holding.
    """
    with reading(services, session) as view:
        found = visible(session, view, receivable).receivable
        rows = ownership.by_events(view.conn, found.number, start, found.face if end is None else end)
        page = part(rows, lambda row: (row.from_pos, row.start.to_bytes(8)), limit=limit, after=cursor_from(after))
        return view.page(page, receivable_shown.holding)


@router.get("/receivables/{receivable}/transfers")
def list_transfers(
    receivable: NumberPath,
    services: Running,
    session: Caller,
    start: RangeStart = 0,
    end: RangeEnd | None = None,
    limit: Limit = 100,
    after: Cursor = None,
) -> Answer[list[Transfer]]:
    """Every move that touched the range [start, end), oldest first, with what it was: assignment, split, custody, order, retirement."""
    with reading(services, session) as view:
        found = visible(session, view, receivable).receivable
        until = found.face if end is None else end
        page = tokens.transfers(view.conn, found.number, start, until, limit=limit, after=cursor_from(after))
        return view.page(page, receivable_shown.transfer)


@router.get("/receivables/{receivable}/payments")
def list_payments(receivable: NumberPath, services: Running, session: Caller, point: Point) -> Answer[Payments]:
    """What came in for a receivable, what was distributed of it, and which ranges retired: the steps of the ruler."""
    with reading(services, session, point) as view:
        found = visible(session, view, receivable).receivable
        received = [receivable_shown.receipt(row, found.currency) for row in payments.receipts(view.conn, found.number, view.at)]
        distributed = [receivable_shown.payment(row, found.currency) for row in payments.distributed(view.conn, found.number, view.at)]
        retired = [receivable_shown.retirement(row, found.currency) for row in marks.retirements(view.conn, found.number, view.at)]
        currency = shown.currency_code(found.currency)
        return view.answer(Payments(currency=currency, received=received, distributed=distributed, retired=retired))


def visible(session: Session, view: Reading, receivable: str) -> Standing:
    """The receivable, if the caller may see it. Raises 404 otherwise."""
    return visibility.visible(session, view.conn, whole_number(receivable, "receivable"), view.at)


def _status(name: str | None) -> int | None:
    if name is None:
        return None
    try:
        return ReceivableStatus[name.upper()]
    except KeyError as wrong:
        known = ", ".join(each.name.lower() for each in ReceivableStatus)
        raise invalid(f"status: {name[:40]!r} is none of {known}", field="status") from wrong
