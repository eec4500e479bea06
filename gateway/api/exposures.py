"""Debts added up: by when they are due, for how long they have been, who owes them and who holds them."""

from enum import Enum
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query

from gateway.access import Session
from gateway.api import receivable_shown as shown
from gateway.api.answers import Answer
from gateway.api.asking import Caller, Cursor, Limit, Point, Reading, Running, addressed, cursor_from, limited_to, reading
from gateway.api.fields import ACCOUNT, words_of
from gateway.api.receivable_answers import Dues, Exposure
from gateway.api.refusals import ANY, AWAY, NAMED
from gateway.api.registers import named
from gateway.roles import ROLES
from gateway.services import Services
from ledger.domain.buckets import Bucket, ageing, ladder
from ledger.mirror.queries import debts, members
from ledger.mirror.queries.exposure import concentration
from ledger.mirror.queries.reading import part

router = APIRouter(tags=["exposures"], responses=ANY | AWAY | NAMED)


class Side(Enum):
    """The two sides of a debt."""

    OBLIGOR = "obligor"
    HOLDER = "holder"


class By(Enum):
    """Whom an exposure is to."""

    OBLIGOR = "obligor"
    HOLDER = "holder"
    BANK = "bank"


OfAccount = Annotated[
    str | None, Query(pattern=ACCOUNT, description="Only of this account; without it the caller's own, or for who oversees the ledger all")
]
OnSide = Annotated[str, Query(description="What the account owes, or what its ranges are owed", json_schema_extra=words_of(Side))]


@router.get("/maturities")
def get_maturities(services: Running, session: Caller, point: Point, side: OnSide, account: OfAccount = None) -> Answer[Dues]:
    """The maturity ladder: what is overdue, and what falls due in 0-30, 31-60, 61-90, 91-180, 181-365 and more days."""
    with reading(services, session, point) as view:
        return view.answer(_dues(services, session, view, ladder(view.time, _zone(services)), side, account))


@router.get("/ageing")
def get_ageing(services: Running, session: Caller, point: Point, side: OnSide, account: OfAccount = None) -> Answer[Dues]:
    """Ages of debts: not due, and overdue by 1-30, 31-60, 61-90 and more days after the due day; days of grace count too."""
    with reading(services, session, point) as view:
        return view.answer(_dues(services, session, view, ageing(view.time, _zone(services)), side, account))


def _dues(services: Services, session: Session, view: Reading, buckets: list[Bucket], side: str, account: str | None) -> Dues:
    of, which = _account(session, view, account), named(Side, side, "side")
    asked = debts.owed_by if which is Side.OBLIGOR else debts.owed_to
    return shown.dues(of, which.value, services.settings.zone, view.time, asked(view.conn, of, buckets, view.at))


@router.get("/exposures")
def list_exposures(
    services: Running,
    session: Caller,
    point: Point,
    by: Annotated[str, Query(description="Whom it is to; bank: holders that are banks", json_schema_extra=words_of(By))],
    account: OfAccount = None,
    limit: Limit = 100,
    after: Cursor = None,
) -> Answer[list[Exposure]]:
    """Exposure and its concentration, each currency's largest first: who owes an account, or by holder and bank whom an account owes.

    Without an account, who oversees the ledger is told of all debts.
    """
    with reading(services, session, point) as view:
        rows = _exposures(view, named(By, by, "by"), _account(session, view, account))
        places = {(row.currency, row.account): at for at, row in enumerate(rows)}
        page = part(rows, lambda row: (places[row.currency, row.account], row.account), limit=limit, after=cursor_from(after))
        whole = account is None and by == By.OBLIGOR.value
        return view.page(page, lambda row: _exposure(view, row, whole))


def _exposures(view: Reading, by: By, account: bytes | None) -> list[debts.Exposure]:
    if by is By.OBLIGOR:
        return debts.by_obligor(view.conn, account, view.at)
    return debts.by_holder(view.conn, account, ROLES["BANK"] if by is By.BANK else None, view.at)


def _exposure(view: Reading, row: debts.Exposure, whole: bool) -> Exposure:
    member = members.get(view.conn, row.account, view.at)
    most = concentration(view.conn, row.currency, view.at) if whole else None
    return shown.exposure(row, member.name if member else None, most.most_share if most else None)


def _account(session: Session, view: Reading, account: str | None) -> bytes | None:
    return limited_to(session, view.conn, None if account is None else addressed(account, "account"))


def _zone(services: Services) -> ZoneInfo:
    return ZoneInfo(services.settings.zone)
