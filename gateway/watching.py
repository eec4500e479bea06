"""A member's schedule of alerts: what the register tells, what is reported of the rights under its pledges, and its own acts that wait.

The two databases are joined here, by the keys of rights. Nothing is fetched from an office: what nobody reported is named as missing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, select

from gateway.office.models import ACT, SIGNATURE
from gateway.office.reports import OfficeEvent, Reports, Told, Valued
from gateway.outbox.envelopes import envelope_of
from gateway.outbox.states import State
from ledger.chain.blocks import LOG_BITS, last_position
from ledger.domain.act_types import FilePledge
from ledger.domain.assets import member_party
from ledger.domain.calendar import legal_date, rfc3339, start_of_day
from ledger.domain.catalogue import CATALOGUE, Catalogue
from ledger.domain.money import MoneyError, currency_of
from ledger.domain.office_events import EventCode, classify
from ledger.domain.reported_rights import open_duties, term_of
from ledger.domain.terms import Term, TermError
from ledger.domain.watches import (
    USUAL,
    Alert,
    Settings,
    Urgency,
    Valuation,
    Watched,
    consent_alert,
    debt_alert,
    duty_alert,
    event_alert,
    schedule,
    term_alert,
    value_alerts,
)
from ledger.mirror.queries import parties, registers, watches
from ledger.mirror.queries.pledges import Standing
from ledger.mirror.queries.watches import HeldPledge
from ledger.mirror.schema import number

_WAITING = (State.GATHERING, State.READY, State.QUEUED, State.SENT)
Codes = Mapping[tuple[str, str], EventCode]


class _Reported(NamedTuple):
    """What is reported of the rights under a member's pledges, by key."""

    rights: Mapping[bytes, Told]
    duties: Mapping[bytes, set[tuple[str, date]]]
    events: Sequence[OfficeEvent]
    values: Mapping[bytes, Valued]


@dataclass(frozen=True, slots=True)
class Watch:
    """Both databases' connections, the member, and by what it watches: `now` in UTC seconds, INPADOC codes where there is a table."""

    mirror: Connection
    office: Connection
    member: bytes
    now: int
    settings: Settings = USUAL
    catalogue: Catalogue = CATALOGUE
    codes: Codes = field(default_factory=dict)


def due(watch: Watch, horizon_days: int, at: int | None = None) -> tuple[Alert, ...]:
    """The alerts that act within the horizon, and those that are past, in the order in which they act."""
    held = watches.held(watch.mirror, watch.member, at)
    register = watches.alerts(watch.mirror, watch.member, watch.now, at=at, settings=watch.settings, catalogue=watch.catalogue)
    reported = _reported(Reports(watch.office, watch.member), sorted({key for pledge in held for key in pledge.rights}))
    of_rights = [alert for pledge in held for alert in _of_pledge(watch, pledge, reported)]
    named = [alert for filed in _naming(watch, at) for alert in _of_filing(watch, filed, at)]
    return schedule([*register, *named, *of_rights, *_of_consents(watch)], watch.now, horizon_days)


def _reported(reports: Reports, keys: Sequence[bytes]) -> _Reported:
    return _Reported(reports.rights(keys), reports.duties(keys), reports.events(keys), reports.valuations(keys))


# --- Filings that others made ---


def _naming(watch: Watch, at: int | None) -> Iterator[Standing]:
    """The filings made by others through this gateway that wait for a decision and name the member as a party.

    A filing publishes no party. Where an office filed on papers that it attested, its own gateway has them.
    """
    bound = parties.words_of(watch.mirror, watch.member, at)
    for filed in watches.waiting(watch.mirror, at=at):
        listed = _parties_of(watch.office, filed) if filed.pledge.filer != watch.member else set[bytes]()
        register = registers.get(watch.mirror, filed.pledge.register, at) if listed else None
        words = {member_party(watch.member), *(each.party for each in bound if register and each.office == register.office)}
        if words & listed:
            yield filed


def _parties_of(office: Connection, filed: Standing) -> set[bytes]:
    """The words of a filing's parties, from the act that made it; none where that act was not done here."""
    block = filed.pledge.pos >> LOG_BITS
    within = ACT.c.done_pos.between(block << LOG_BITS, last_position(block))
    asked = select(ACT.c.kind, ACT.c.typed).where(within, ACT.c.digest == filed.pledge.act, ACT.c.member_id == filed.pledge.filer)
    row = office.execute(asked).one_or_none()
    body = None if row is None else envelope_of(row.kind, row.typed).body
    return {party.id for party in body.parties} if isinstance(body, FilePledge) else set()


def _of_filing(watch: Watch, filed: Standing, at: int | None) -> Iterator[Alert]:
    return watches.of_filing(watch.mirror, filed, watch.now, at=at, settings=watch.settings, catalogue=watch.catalogue)


# --- Rights ---


def _of_pledge(watch: Watch, pledge: HeldPledge, reported: _Reported) -> Iterator[Alert]:
    for key in pledge.rights:
        told = reported.rights.get(key)
        if told is None:
            yield _missing(watch, pledge, key, "nothing is reported of this right: its fees and its end are not watched")
        else:
            yield from _of_right(watch, pledge, told, reported.duties.get(key, set()))
    yield from _of_events(watch, pledge, reported)
    yield from _of_value(watch, pledge, reported.values)


def _text(key: bytes) -> str:
    return key.rstrip(b"\0").decode("ascii", "replace")


def _since(watch: Watch, at: int) -> int:
    """Since when a report is known: reported by the wall clock (milliseconds), before which a chain whose clock is set may be."""
    return min(at // 1_000, watch.now)


def _subject(pledge: HeldPledge, key: bytes) -> str:
    return f"{_text(key)} under pledge {pledge.standing.pledge.pledge}"


def _missing(watch: Watch, pledge: HeldPledge, key: bytes, what: str) -> Alert:
    to_do, since = "report its dates from the office's register", watch.now
    return Alert("NOT-REPORTED", "the member's own reports", _subject(pledge, key), what, to_do, since, since, Urgency.SOON)


def _of_right(watch: Watch, pledge: HeldPledge, told: Told, done: set[tuple[str, date]]) -> Iterator[Alert]:
    watched = Watched(_subject(pledge, told.right.asset), told.right.jurisdiction, _since(watch, told.at))
    try:
        term, duties = term_of(told.right), open_duties(told.right, done)
    except TermError as unknown:
        yield _missing(watch, pledge, told.right.asset, str(unknown))
        return
    yield from (duty_alert(watched, duty, watch.now, watch.settings) for duty in duties)
    if term is not None:
        yield term_alert(watched, term, watch.now, watch.settings)
        yield from _of_debt(watch, pledge, watched, term)


def _of_debt(watch: Watch, pledge: HeldPledge, watched: Watched, term: Term) -> Iterator[Alert]:
    owed_until = pledge.standing.state.due
    alert = debt_alert(watched, legal_date(owed_until, watched.zone), term, watch.now, watch.settings) if owed_until else None
    if alert:
        yield alert


def _of_events(watch: Watch, pledge: HeldPledge, reported: _Reported) -> Iterator[Alert]:
    """What a code means is read from the operator's table; one that it lacks is shown as it came."""
    for event in reported.events:
        if event.asset not in pledge.rights:
            continue
        told = reported.rights.get(event.asset)
        jurisdiction = told.right.jurisdiction if told else pledge.jurisdiction
        watched = Watched(_subject(pledge, event.asset), jurisdiction, _since(watch, event.at))
        happened, code = start_of_day(event.happened, watched.zone), watch.codes.get((event.office, event.code))
        meaning = classify(code) if code else None
        alert = _unread(watched, event, happened) if code is None else meaning and event_alert(watched, meaning, event.code, happened)
        if alert:
            yield alert


def _unread(watched: Watched, event: OfficeEvent, happened: int) -> Alert:
    what, to_do = f"{event.office} published an event with code {event.code}", "look it up: the code is not in the table of codes"
    source, since = "the office's gazette", watched.known_since
    return Alert("OFFICE-EVENT", source, watched.subject, what, to_do, since, happened, Urgency.SOON, "the code is not known here")


def _of_value(watch: Watch, pledge: HeldPledge, values: Mapping[bytes, Valued]) -> Iterator[Alert]:
    """The claim against the value of all its rights together; rights without a valuation count as nothing, as a doubt says."""
    state = pledge.standing.state
    known = [values[key] for key in pledge.rights if key in values]
    try:
        unit = currency_of(state.currency).code
    except MoneyError:
        return
    same = [each for each in known if each.valuation.currency == unit]
    if not same:
        return
    total = _together([each.valuation for each in same], unit)
    watched = Watched(f"pledge {pledge.standing.pledge.pledge}", pledge.jurisdiction, _since(watch, max(each.at for each in same)))
    left_out = len(pledge.rights) - len(same)
    doubt = f"{left_out} of its rights have no valuation in {unit}" if left_out else ""
    for alert in value_alerts(watched, total, number(state.ceiling), unit, watch.now, watch.settings):
        yield replace(alert, doubt=doubt) if doubt else alert


def _together(valuations: Sequence[Valuation], unit: str) -> Valuation:
    """One valuation for all: as old as the oldest."""
    methods, appraisers = ({getattr(each, name) for each in valuations} for name in ("method", "appraiser"))
    value, oldest = sum(each.value for each in valuations), min(each.valued_on for each in valuations)
    return Valuation(value, unit, oldest, ", ".join(sorted(methods)), ", ".join(sorted(appraisers)))


# --- Consents ---


def _of_consents(watch: Watch) -> Iterator[Alert]:
    """The member's signatures on acts that wait: they count until the act's deadline, or until a consent in its body says."""
    same = (SIGNATURE.c.member_id == ACT.c.member_id) & (SIGNATURE.c.act_id == ACT.c.act_id)
    asked = select(ACT.c.kind, ACT.c.deadline, ACT.c.accepted, ACT.c.typed).join(SIGNATURE, same)
    asked = asked.where(SIGNATURE.c.signer == watch.member, SIGNATURE.c.sig.is_not(None), ACT.c.state.in_(_WAITING)).distinct()
    for kind, deadline, accepted, typed in watch.office.execute(asked.order_by(ACT.c.deadline)):
        since = accepted // 1_000_000_000
        ends = min([deadline, *_untils(orjson.loads(typed))])
        watched = Watched(f"act {kind}", _ANYWHERE, since)
        yield consent_alert(watched, f"{kind} of {rfc3339(since)}", ends + 1, watch.now, watch.settings)


_ANYWHERE = "CN"
"""A consent ends at a second, wherever its days end."""


def _untils(typed: Any, *, consent: bool = False) -> Iterator[int]:
    """The last seconds that the consents in a body state."""
    if isinstance(typed, dict):
        if consent and int(typed.get("until", 0)):
            yield int(typed["until"])
        for name, value in typed.items():
            yield from _untils(value, consent=name == "consents")
    elif isinstance(typed, list):
        for each in typed:
            yield from _untils(each, consent=consent)
