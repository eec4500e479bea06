"""Alerts and reports on rights as answers."""

from gateway.api import watch_answers as answers
from gateway.api.answers import Money
from gateway.api.shown import text
from gateway.office.reports import Told
from gateway.reporting import Known
from ledger.domain.calendar import rfc3339
from ledger.domain.duties import Duty
from ledger.domain.ids import to_hex
from ledger.domain.reported_rights import facts_to_json
from ledger.domain.watches import Alert, Valuation


def alert(row: Alert) -> answers.Alert:
    """One thing to watch."""
    return answers.Alert(
        rule=row.rule,
        source=row.source,
        subject=row.subject,
        what=row.what,
        to_do=row.to_do,
        known_since=rfc3339(row.known_since),
        acts_at=rfc3339(row.acts_at),
        urgency=row.urgency.name.lower(),
        doubt=row.doubt or None,
    )


def reported(key: bytes, row: Known) -> answers.Reported:
    """What is reported of a right, and what follows."""
    return answers.Reported(
        asset=to_hex(key),
        asset_text=text(key),
        right=None if row.told is None else right_facts(row.told),
        last_day=None if row.term is None else row.term.last_day.isoformat(),
        last_day_source=None if row.term is None else row.term.source,
        duties=[open_duty(each) for each in row.open],
        doubt=row.doubt,
        events=[
            answers.PublishedEvent(office=each.office, code=each.code, happened=each.happened.isoformat(), source=each.source)
            for each in row.events
        ],
        valuation=None if row.valued is None else valuation(row.valued.valuation),
    )


def right_facts(row: Told) -> answers.RightFacts:
    """Dates of a right."""
    right = row.right
    return answers.RightFacts(
        jurisdiction=right.jurisdiction,
        kind=right.kind.name.lower().replace("_", " "),
        facts=facts_to_json(right.facts),
        source=row.source,
        reported_at=rfc3339(row.at // 1_000),
    )


def open_duty(row: Duty) -> answers.OpenDuty:
    """A duty that is not done."""
    return answers.OpenDuty(
        key=row.key,
        what=row.what,
        due=row.due.isoformat(),
        grace=row.grace.isoformat() if row.grace else None,
        lost_from=row.lost_from.isoformat(),
        source=row.source,
        verified=row.verified,
        on_calendar=row.on_calendar,
    )


def valuation(row: Valuation) -> answers.Valuation:
    """What a right is worth."""
    return answers.Valuation(
        value=Money(minor=str(row.value), currency=row.currency),
        valued_on=row.valued_on.isoformat(),
        method=row.method,
        appraiser=row.appraiser,
    )
