"""Watches of a pledgee: what the register tells, what is reported of the rights under its pledges, and what follows for whom."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy import Connection

from gateway import reporting, watching
from gateway.access import ACT, Session
from gateway.api import shown, watch_shown
from gateway.api.answers import Answer
from gateway.api.asking import Caller, Cursor, Limit, Running, addressed, cursor_from, reading
from gateway.api.assets import Named, keyed
from gateway.api.fields import ACCOUNT
from gateway.api.refusals import ANY, AWAY, NAMED, WRITES
from gateway.api.registers import named
from gateway.api.schemas import ReportBatch, ReportIn, ValuationIn
from gateway.api.watch_answers import Alert, Reported, ReportsKept
from gateway.errors import invalid, not_found
from gateway.office.reports import Reports
from gateway.reporting import Happened, Report
from gateway.services import Services
from gateway.watching import Watch
from ledger.domain import watches
from ledger.domain.ids import to_hex
from ledger.domain.money import MoneyError, currency
from ledger.domain.reported_rights import ReportedRight, ReportError, facts_from
from ledger.domain.rights import RightKind
from ledger.domain.watches import Valuation
from ledger.mirror.queries.numbers import resolve
from ledger.mirror.queries.reading import part

router = APIRouter(tags=["watches"], responses=ANY | NAMED)

Member = Annotated[str | None, Query(pattern=ACCOUNT, description="A member's account, as hex; without it, the caller's own")]
Horizon = Annotated[int, Query(ge=0, le=36_500, description="How many days ahead; what is past is told, too")]
_MOST_VALUE = (1 << 63) - 1


@router.get("/watches", responses=AWAY)
def list_watches(
    services: Running, session: Caller, member: Member = None, horizon_days: Horizon = 90, limit: Limit = 100, after: Cursor = None
) -> Answer[list[Alert]]:
    """What a pledgee must watch, in the order in which it acts: each alert with its rule and source, and what to do.

    Nothing is fetched from offices: a right of which nothing is reported is an alert of its own.
    """
    account = _member(services, session, member)
    with reading(services, session) as view, services.office.read() as office:
        by = (services.watching, services.catalogue, services.codes)
        found = watching.due(Watch(view.conn, office, account, view.time, *by), horizon_days)
        page = part(found, _place, limit=limit, after=cursor_from(after))
        return view.page(page, watch_shown.alert)


def _place(alert: watches.Alert) -> tuple[int, bytes]:
    return alert.acts_at, sha256(repr(alert).encode()).digest()


@router.post("/reports:batch", status_code=201, responses=WRITES | AWAY)
def post_reports(asked: ReportBatch, services: Running, session: Caller) -> ReportsKept:
    """Keeps what sources say of rights: dates, duties done, offices' events, valuations.

    It is the member's own, and no word of a register.
    """
    session.needs(ACT)
    account = _member(services, session, asked.member)
    with services.snapshot() as mirror:
        given = [_report(mirror, each, f"reports[{at}]") for at, each in enumerate(asked.reports)]
    with services.office.write() as conn:
        for at, report in enumerate(given):
            reporting.keep(Reports(conn, account), report, f"reports[{at}]")
    return ReportsKept(assets=[to_hex(each.asset) for each in given])


@router.get("/reports/{asset}", responses=AWAY)
def get_report(asset: Named, services: Running, session: Caller, member: Member = None) -> Answer[Reported]:
    """What is reported of a right, with its last day and open duties as they follow by law."""
    account = _member(services, session, member)
    with reading(services, session) as view, services.office.read() as conn:
        key = resolve(view.conn, keyed(asset)).key
        return view.answer(watch_shown.reported(key, reporting.known(conn, account, key)))


@router.delete("/reports/{asset}", responses=AWAY)
def delete_report(asset: Named, services: Running, session: Caller, member: Member = None) -> Answer[Reported]:
    """Forgets the dates reported of a right, so that others can be reported; the answer is what is left."""
    session.needs(ACT)
    account = _member(services, session, member)
    with reading(services, session) as view, services.office.write() as conn:
        key = resolve(view.conn, keyed(asset)).key
        if not Reports(conn, account).drop_right(key):
            raise not_found(f"what is reported of {shown.text(key)}")
        return view.answer(watch_shown.reported(key, reporting.known(conn, account, key)))


def _member(services: Services, session: Session, member: str | None) -> bytes:
    """Whose watches and reports. Raises 422 where the operator names nobody, 404 for another's account."""
    if member is not None:
        return session.acting_for(addressed(member, "member"), services.keystore)
    if session.member is None:
        raise invalid("member: this key is the operator's; name the member", field="member")
    return session.member


# --- Reports as they were sent -------------------------------------------------------------------------------------------------------


def _report(mirror: Connection, given: ReportIn, where: str) -> Report:
    try:
        key = resolve(mirror, keyed(given.asset)).key
        return Report(
            key,
            given.source,
            _right(key, given, where),
            [(each.key, each.due, each.done) for each in given.duties],
            given.done_through,
            [Happened(each.office, each.code, each.happened) for each in given.events],
            _valuations(given.valuations),
        )
    except (ReportError, MoneyError) as wrong:
        raise invalid(f"{where}: {wrong}", field=where) from wrong


def _right(key: bytes, given: ReportIn, where: str) -> ReportedRight | None:
    if given.right is None:
        return None
    kind = named(RightKind, given.right.kind, f"{where}.right.kind")
    return ReportedRight(key, given.right.jurisdiction, kind, facts_from(given.right.facts))


def _valuations(given: Sequence[ValuationIn]) -> list[Valuation]:
    made = [Valuation(int(each.value), currency(each.currency).code, each.valued_on, each.method, each.appraiser) for each in given]
    if any(each.value > _MOST_VALUE for each in made):
        raise ReportError(f"value: at most {_MOST_VALUE}")
    return made
