"""What a member reports of rights under its pledges, checked before it is kept, and what follows: a last day, open duties."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection

from gateway.errors import invalid
from gateway.office.reports import OfficeEvent, Reports, Told, Valued
from ledger.domain.duties import Duty
from ledger.domain.reported_rights import ReportedRight, open_duties, term_of
from ledger.domain.terms import Term, TermError
from ledger.domain.watches import Valuation


class Happened(NamedTuple):
    """An event that an office published under a code."""

    office: str
    code: str
    happened: date


@dataclass(frozen=True, slots=True)
class Report:
    """What a source says of a right (its key): its dates, duties done (key, due day, day done) or done up to a day, events, valuations."""

    asset: bytes
    source: str
    right: ReportedRight | None
    duties: Sequence[tuple[str, date, date]]
    done_through: date | None
    events: Sequence[Happened]
    valuations: Sequence[Valuation]


@dataclass(frozen=True, slots=True)
class Known:
    """What is reported of a right, and what follows; `doubt` says why no term or duty follows."""

    told: Told | None
    term: Term | None
    open: tuple[Duty, ...]
    doubt: str | None
    events: tuple[OfficeEvent, ...]
    valued: Valued | None


def keep(reports: Reports, given: Report, where: str) -> None:
    """Keeps a report. Raises 422 for a duty that the right's dates don't know; `where` names the report."""
    if given.right is not None:
        reports.put_right(given.right, given.source)
    for key, due, done in _done(reports, given, where):
        reports.add_duty(given.asset, key, due, done, given.source)
    for event in given.events:
        reports.add_event(given.asset, event.office, event.code, event.happened, given.source)
    for valuation in given.valuations:
        reports.add_valuation(given.asset, valuation)


def _done(reports: Reports, given: Report, where: str) -> list[tuple[str, date, date]]:
    if not given.duties and given.done_through is None:
        return []
    told = reports.rights([given.asset]).get(given.asset)
    if told is None:
        raise invalid(f"{where}.duties: report the right's dates with them, or before; no duty is known without", field=f"{where}.duties")
    try:
        known = {(duty.key, duty.due) for duty in open_duties(told.right, ())}
    except TermError as missing:
        raise invalid(f"{where}.duties: {missing}", field=f"{where}.duties") from missing
    for key, due, _ in given.duties:
        if (key, due) not in known:
            days = ", ".join(sorted(str(day) for name, day in known if name == key)) or "none"
            raise invalid(f"{where}.duties: no {key} is due on {due}; its due days are {days}", field=f"{where}.duties")
    through = given.done_through
    earlier = [(key, due, due) for key, due in sorted(known) if through is not None and due <= through]
    return [*given.duties, *earlier]


def known(conn: Connection, member: bytes, asset: bytes) -> Known:
    """All that is reported of a right, with what follows."""
    reports = Reports(conn, member)
    told, events, values = reports.rights([asset]).get(asset), tuple(reports.events([asset])), reports.valuations([asset])
    if told is None:
        return Known(None, None, (), None, events, values.get(asset))
    term, duties, doubt = _follows(told.right, reports.duties([asset]).get(asset, set()))
    return Known(told, term, duties, doubt, events, values.get(asset))


def _follows(right: ReportedRight, done: set[tuple[str, date]]) -> tuple[Term | None, tuple[Duty, ...], str | None]:
    try:
        term = term_of(right)
    except TermError as missing:
        return None, (), str(missing)
    try:
        return term, open_duties(right, done), None
    except TermError as missing:
        return term, (), str(missing)
