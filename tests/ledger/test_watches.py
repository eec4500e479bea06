"""Alerts: each with its rule, since when it is known, when it acts and what to do; at the borders of every period."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.calendar import DAY, end_of_day, start_of_day
from ledger.domain.clocks import CLOCKS, Kind, read
from ledger.domain.clocks import Event as ClockEvent
from ledger.domain.duties import Duty, cn_annual_fees, registration_lapse, us_maintenance_fees
from ledger.domain.office_events import Event, Meaning
from ledger.domain.rights import RightKind
from ledger.domain.terms import Term, cn_patent_term
from ledger.domain.watches import (
    Alert,
    Settings,
    Urgency,
    Valuation,
    Watched,
    clock_alert,
    consent_alert,
    debt_alert,
    duty_alert,
    event_alert,
    schedule,
    term_alert,
    value_alerts,
)
from ledger.domain.workdays import working_calendar

SHANGHAI = working_calendar("CN").zone
KNOWN = 1_700_000_000
PATENT = Watched("CNPA2018106018623", "CN", KNOWN)
FILED, GRANTED = date(2018, 6, 3), date(2021, 8, 1)
TERM = cn_patent_term(RightKind.INVENTION, FILED)


def at(day: date) -> int:
    """The first second of a day in Shanghai."""
    return start_of_day(day, SHANGHAI)


def fee(year: int) -> Duty:
    return next(fee for fee in cn_annual_fees(FILED, GRANTED, TERM.last_day) if fee.lost_from.year == year)


@pytest.mark.parametrize(
    ("now", "urgency", "acts_at", "words"),
    [
        (at(date(2025, 1, 1)), Urgency.LATER, date(2025, 6, 3), "done by 2025-06-03"),
        (at(date(2025, 5, 1)), Urgency.SOON, date(2025, 6, 3), "done by 2025-06-03"),
        (end_of_day(date(2025, 6, 3), SHANGHAI) - 1, Urgency.SOON, date(2025, 6, 3), "done by 2025-06-03"),
        (
            end_of_day(date(2025, 6, 3), SHANGHAI),
            Urgency.PRESSING,
            date(2025, 12, 3),
            "surcharge by 2025-12-03, or it is lost from 2025-06-03",
        ),
        (end_of_day(date(2025, 12, 3), SHANGHAI) - 1, Urgency.PRESSING, date(2025, 12, 3), "surcharge"),
    ],
)
def test_an_annual_fee_is_due_then_in_grace(now: int, urgency: Urgency, acts_at: date, words: str) -> None:
    alert = duty_alert(PATENT, fee(2025), now)
    assert (alert.urgency, alert.acts_at) == (urgency, end_of_day(acts_at, SHANGHAI)) and words in alert.to_do
    assert (alert.rule, alert.source, alert.subject, alert.known_since) == ("CN-ANNUAL-FEE", "PatR 115", PATENT.subject, KNOWN)


def test_unpaid_after_the_grace_the_patent_has_ended_on_the_due_day_itself() -> None:
    alert = duty_alert(PATENT, fee(2025), end_of_day(date(2025, 12, 3), SHANGHAI))
    assert alert.urgency is Urgency.PAST and alert.acts_at == at(date(2025, 6, 3)) and "restoration" in alert.to_do


def test_an_american_patent_is_lost_only_after_the_grace() -> None:
    watched = Watched("USPA13609619", "US", KNOWN)
    first = next(us_maintenance_fees(date(2012, 9, 11), date(2016, 10, 11)))
    zone = watched.zone
    assert duty_alert(watched, first, end_of_day(date(2020, 10, 13), zone) - 1).urgency is Urgency.PRESSING
    lost = duty_alert(watched, first, end_of_day(date(2020, 10, 13), zone))
    assert lost.urgency is Urgency.PAST and lost.acts_at == start_of_day(date(2020, 10, 12), zone)


def test_a_lapse_has_no_grace_and_a_default_says_so() -> None:
    watched = Watched("registration 1", "CN", KNOWN)
    lapse = registration_lapse("CN-RECEIVABLES", date(2020, 2, 3), date(2025, 2, 3))
    assert lapse
    alert = duty_alert(watched, lapse, at(date(2025, 2, 4)))
    assert alert.urgency is Urgency.PAST and "default" in alert.doubt and alert.acts_at == at(date(2025, 2, 4))


def test_a_day_of_an_unpublished_year_says_that_it_may_move() -> None:
    beyond = working_calendar("CN").last_year + 1
    assert "may move" in duty_alert(PATENT, fee(beyond), at(date(2025, 1, 1))).doubt and not duty_alert(PATENT, fee(2025), KNOWN).doubt


def test_a_right_expires_and_a_debt_may_outlive_it() -> None:
    alert = term_alert(PATENT, TERM, at(date(2038, 5, 1)))
    assert alert.acts_at == end_of_day(date(2038, 6, 2), SHANGHAI) and alert.urgency is Urgency.SOON and alert.source == "PatL 42"
    assert debt_alert(PATENT, date(2038, 6, 2), TERM, KNOWN) is None
    beyond = debt_alert(PATENT, date(2038, 6, 3), TERM, KNOWN)
    assert beyond and "ground 6" in beyond.source and beyond.urgency is Urgency.PRESSING and "2038-06-02" in beyond.what
    assert term_alert(PATENT, Term(date(2030, 1, 1), "x", verified=False), KNOWN).doubt


@pytest.mark.parametrize(
    ("left", "urgency"),
    [(91 * DAY, Urgency.LATER), (90 * DAY, Urgency.SOON), (3 * DAY + 1, Urgency.SOON), (3 * DAY, Urgency.PRESSING), (0, Urgency.PAST)],
)
def test_a_consent_presses_in_its_last_days(left: int, urgency: Urgency) -> None:
    alert = consent_alert(PATENT, "release 7", KNOWN + left, KNOWN)
    assert alert.urgency is urgency and alert.acts_at == KNOWN + left and ("has lapsed" in alert.what) is (left == 0)


def test_a_clock_alerts_while_it_runs_and_when_it_was_missed() -> None:
    rule = CLOCKS["CN-PATENT-EXAMINATION"]
    events = [ClockEvent(Kind.START, at(date(2025, 7, 4)))]

    def alert(more: list[ClockEvent], now: int) -> Alert | None:
        return clock_alert(PATENT, rule, read(rule, [*events, *more], now), now)

    running = alert([], at(date(2025, 7, 7)))
    assert running and running.acts_at == end_of_day(date(2025, 7, 11), SHANGHAI) and running.urgency is Urgency.SOON and running.doubt
    missed = alert([], at(date(2025, 7, 12)))
    assert missed and missed.urgency is Urgency.PAST and "its silence" in missed.to_do
    assert alert([ClockEvent(Kind.STOP, at(date(2025, 7, 8)))], at(date(2025, 7, 9))) is None
    assert alert([ClockEvent(Kind.DONE, at(date(2025, 7, 8)))], at(date(2025, 7, 9))) is None


VALUE = Valuation(1_000_000_00, "CNY", date(2025, 1, 31), "income method", "Appraiser A")


def test_a_claim_above_the_limit_says_by_how_much() -> None:
    now = at(date(2025, 7, 1))
    assert [alert.rule for alert in value_alerts(PATENT, VALUE, 500_000_00, "CNY", now)] == ["REVALUATION"]
    over, renew = value_alerts(PATENT, VALUE, 500_000_01, "CNY", now)
    assert (
        over.rule == "LOAN-TO-VALUE" and "ask for 0.01 CNY" in over.to_do and "500000.01 CNY" in over.what and "Appraiser A" in over.source
    )
    assert renew.acts_at == end_of_day(date(2026, 1, 31), SHANGHAI) and "12 months" in renew.source
    with pytest.raises(ValueError, match="claim in USD"):
        value_alerts(PATENT, VALUE, 1, "USD", now)


@given(st.integers(0, 10**15), st.integers(0, 10**15), st.integers(1, 10_000))
def test_the_limit_is_kept_to_the_minor_unit(value: int, claim: int, limit: int) -> None:
    rules = [
        alert.rule
        for alert in value_alerts(PATENT, Valuation(value, "CNY", date(2025, 1, 1), "m", "a"), claim, "CNY", KNOWN, Settings(limit=limit))
    ]
    assert ("LOAN-TO-VALUE" in rules) is (claim * 10_000 > value * limit)


@pytest.mark.parametrize("event", Event)
def test_every_event_asks_something_or_nothing_of_the_pledgee(event: Event) -> None:
    alert = event_alert(PATENT, Meaning(event, "look"), "CF01", KNOWN)
    quiet = event in (Event.FEE_PAID, Event.RESTORED, Event.ATTACHMENT_ENDED, Event.ATTACK_FAILED, Event.RESUMED)
    assert (alert is None) is quiet
    assert alert is None or (alert.to_do and alert.source and alert.doubt == "look" and "CF01" in alert.what)


def test_the_schedule_is_in_the_order_in_which_alerts_act_without_repeats() -> None:
    now = at(date(2025, 5, 1))
    duties = [duty_alert(PATENT, duty, now) for duty in cn_annual_fees(FILED, GRANTED, TERM.last_day) if duty.lost_from.year >= 2025]
    alerts = [term_alert(PATENT, TERM, now), *duties, *duties, consent_alert(PATENT, "release", now - 5, now)]
    planned = schedule(alerts, now, 365)
    assert [alert.rule for alert in planned] == ["CONSENT-DEADLINE", "CN-ANNUAL-FEE"]
    everything = schedule(alerts, now, 20_000)
    assert len(everything) == len(set(alerts)) and list(everything) == sorted(everything, key=lambda alert: alert.acts_at)
    assert schedule(reversed(alerts), now, 20_000) == everything
