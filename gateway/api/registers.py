"""Registers: their rules as data, which one a filing belongs to, and the council's decision to set one."""

from datetime import UTC, date, datetime
from enum import Enum
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from pydantic import Field

from gateway import council
from gateway.api import register_shown
from gateway.api.answers import Answer
from gateway.api.asking import Caller, Cursor, Limit, Point, Reading, RegisterPath, Running, addressed, cursor_from, reading
from gateway.api.fields import MONTH, Day, words_of
from gateway.api.refusals import ANY, AWAY, CONFLICTS, NAMED, WRITES
from gateway.api.register_answers import Register, RegisterMonth, RegisterSet, RegisterWhole, Route
from gateway.api.schemas import RegisterIn
from gateway.errors import invalid, not_found
from gateway.registers import kept_rules
from gateway.services import Services
from ledger.domain import routing
from ledger.domain.calendar import add_months, legal_date
from ledger.domain.catalogue import Catalogue
from ledger.domain.routing import AssetKind, Transaction, WrongRegister
from ledger.mirror.queries import chain, registers, statistics
from ledger.mirror.queries.reading import part

router = APIRouter(tags=["registers"], responses=ANY | AWAY)

Named = TypeVar("Named", bound=Enum)


@router.get("/registers")
def list_registers(services: Running, session: Caller, point: Point) -> Answer[list[Register]]:
    """The registers of the ledger by number, with the rules in force."""
    with reading(services, session, point) as view:
        kept = [kept_rules(view.conn, row.register, view.at) for row in registers.all_registers(view.conn, view.at)]
        return view.answer([register_shown.register(each, services.catalogue) for each in kept if each is not None])


@router.get("/registers:route")
def list_routes(
    services: Running,
    session: Caller,
    jurisdiction: Annotated[str, Query(pattern="^[A-Z]{2}$", description="Where the right is granted or the claim lies")],
    asset: Annotated[
        list[Annotated[str, Field(json_schema_extra=words_of(AssetKind))]], Query(max_length=8, description="Repeat for several")
    ],
    transaction: Annotated[str, Query(json_schema_extra=words_of(Transaction))] = "pledge",
    on: Annotated[Day | None, Query(description="The day of filing; without it, today (UTC)")] = None,
    register: Annotated[
        str | None, Query(max_length=64, description="Its key or number: refuse unless filing with it gives the right")
    ] = None,
) -> Answer[list[Route]]:
    """Which register a deal is filed with, by which article, and what filing there does; with `register`, whether that is a right one."""
    kinds, what = [named(AssetKind, each, "asset") for each in asset], named(Transaction, transaction, "transaction")
    day = on or datetime.now(UTC).date()
    if register is not None:
        check_register(services.catalogue.routes, key_of(services.catalogue, register), kinds, jurisdiction, what, day)
    with reading(services, session) as view:
        found = [
            (kind, route)
            for kind in dict.fromkeys(kinds)
            for route in routing.routes(kind, jurisdiction, what, day, services.catalogue.routes)
        ]
        here = {each.key for each in services.catalogue.registers.values()}
        return view.answer([register_shown.route(kind, jurisdiction, route, here) for kind, route in found])


@router.get("/registers/{register}", responses=NAMED)
def get_register(register: RegisterPath, services: Running, session: Caller, point: Point) -> Answer[RegisterWhole]:
    """A register with the rules of every act: from which states, who consents how, how many officers."""
    with reading(services, session, point) as view:
        kept = kept_rules(view.conn, register, view.at) if 0 < register < 1 << 16 else None
        if kept is None:
            raise not_found(f"register {register}")
        return view.answer(register_shown.register_whole(kept, services.catalogue))


YearMonth = Annotated[str | None, Query(pattern=MONTH, description="A month, as 2026-01")]


@router.get("/registers/{register}/statistics", responses=NAMED)
def list_statistics(
    register: RegisterPath,
    services: Running,
    session: Caller,
    point: Point,
    since: YearMonth = None,
    until: YearMonth = None,
    limit: Limit = 12,
    after: Cursor = None,
) -> Answer[list[RegisterMonth]]:
    """A register's work by month, newest first: filings, registrations, changes, discharges and what else was decided.

    From the month of the block back to `since`, or to the ledger's first block. Months are those of the register's zone.
    """
    with reading(services, session, point) as view:
        if registers.get(view.conn, register, view.at) is None:
            raise not_found(f"register {register}")
        zone = _zone(services, register)
        months = _months(view, zone, since, until)
        page = part(months, lambda first: (-first.toordinal(), b""), limit=limit, after=cursor_from(after))
        return view.page(page, lambda first: register_shown.register_month(statistics.month(view.conn, register, first, zone, view.at)))


def _zone(services: Services, register: int) -> ZoneInfo:
    known = services.catalogue.register(register)
    return ZoneInfo(known.zone if known else services.settings.zone)


def _months(view: Reading, zone: ZoneInfo, since: str | None, until: str | None) -> list[date]:
    """First days of months, newest first."""
    first = max(_first_day(since), legal_date(chain.first_time(view.conn), zone).replace(day=1))
    last = min(_first_day(until, date.max), legal_date(view.time, zone).replace(day=1))
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [add_months(last, -back) for back in range(count)]


def _first_day(month: str | None, otherwise: date = date.min) -> date:
    return otherwise if month is None else date.fromisoformat(f"{month}-01")


@router.post("/registers", status_code=202, responses=WRITES | CONFLICTS)
def set_register(asked: RegisterIn, services: Running, session: Caller) -> RegisterSet:
    """Has the council open a described register, or put its next version in force, by the key held here.

    Where its decisions wait, the first request announces one and the same request carries it out later. Once the chain has the register in
    these words, the same request keeps the description, here or at any other gateway.
    """
    return register_shown.register_set(council.set_register(services, session, asked.description, addressed(asked.office, "office")))


def named(kind: type[Named], text: str, field: str) -> Named:
    """A member of an enumeration by its name in words. Raises 422."""
    found = kind.__members__.get(text.strip().upper().replace(" ", "_").replace("-", "_"))
    if found is None:
        known = ", ".join(each.lower().replace("_", " ") for each in kind.__members__)
        raise invalid(f"{field}: {text[:40]!r} is none of {known}", field=field)
    return found


def key_of(catalogue: Catalogue, text: str) -> str:
    """A register's key from itself or from its number; of another ledger's the key as it is given. Raises 422."""
    if not text.isdecimal():
        return text.strip().upper()
    known = catalogue.register(int(text))
    if known is None:
        every = ", ".join(f"{each.number} {each.key}" for each in catalogue.registers.values())
        raise invalid(f"register: {text[:40]} is none of {every}", field="register")
    return known.key


def check_register(
    more: tuple[routing.Rule, ...], register: str, kinds: list[AssetKind], jurisdiction: str, what: Transaction, day: date
) -> None:
    """Refuses a register that gives no right over one of the assets. Raises 422."""
    for kind in kinds:
        try:
            routing.checked(register, kind, jurisdiction, what, day, more)
        except WrongRegister as wrong:
            raise invalid(str(wrong), field="register", right_ones=list(wrong.right_ones), source=wrong.source) from wrong
