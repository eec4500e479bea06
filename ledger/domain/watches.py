"""What a pledgee must watch: a schedule of alerts, each with its rule and source, since when it is known, when it acts, and what to do.

Pure: what is watched comes in (rights with their terms and open duties, consents, clocks, valuations, offices' events), alerts come out.
Days end at local midnight of the right's or register's jurisdiction; the second in `acts_at` is the first one that is too late.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from zoneinfo import ZoneInfo

from ledger.domain.calendar import DAY, add_months, end_of_day, start_of_day
from ledger.domain.clocks import ClockRule, Reading, State
from ledger.domain.duties import Duty
from ledger.domain.money import currency, to_text
from ledger.domain.office_events import Event, Meaning
from ledger.domain.terms import Term
from ledger.domain.workdays import working_calendar


class Urgency(IntEnum):
    """How near an alert is: to come, within its lead time, in grace or otherwise pressing, or past."""

    LATER = 0
    SOON = 1
    PRESSING = 2
    PAST = 3


@dataclass(frozen=True, slots=True)
class Settings:
    """What offices and banks set for themselves; defaults are stated, none is law.

    `lead_days` before an alert is SOON; `pressing_days` before a consent or clock is PRESSING; `limit` of claim to value in basis points
    (practice is 10 to 60 %, usually at most 50 %: unverified); `revalue_months` between valuations (unverified).
    """

    lead_days: int = 90
    pressing_days: int = 3
    limit: int = 5_000
    revalue_months: int = 12


USUAL = Settings()


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing to watch: times in UTC seconds; `doubt` says what about it is not sure."""

    rule: str
    source: str
    subject: str
    what: str
    to_do: str
    known_since: int
    acts_at: int
    urgency: Urgency
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Watched:
    """What an alert is about: the right or pledge, where (two letters), since when the facts are known (UTC second)."""

    subject: str
    jurisdiction: str
    known_since: int

    @property
    def zone(self) -> ZoneInfo:
        """Zone in which its days end."""
        return working_calendar(self.jurisdiction).zone


def schedule(alerts: Iterable[Alert], now: int, horizon_days: int) -> tuple[Alert, ...]:
    """Each alert once, past ones and those that act within the horizon, in the order in which they act."""
    last = now + horizon_days * DAY
    return tuple(sorted({alert for alert in alerts if alert.acts_at <= last}, key=_by_time))


def _by_time(alert: Alert) -> tuple[int, int, str, str, str]:
    return alert.acts_at, -alert.urgency, alert.subject, alert.rule, alert.what


def urgency_of(acts_at: int, now: int, settings: Settings) -> Urgency:
    """How near something is that has nothing pressing about it before it acts."""
    if now >= acts_at:
        return Urgency.PAST
    return Urgency.SOON if acts_at - now <= settings.lead_days * DAY else Urgency.LATER


def duty_alert(watched: Watched, duty: Duty, now: int, settings: Settings = USUAL) -> Alert:
    """An open duty: to be done by its due day, in grace with surcharge, or missed, with what is lost and from when."""
    due = end_of_day(duty.due, watched.zone)
    grace = end_of_day(duty.grace, watched.zone) if duty.grace else due
    doubts = [] if duty.verified else ["the term is a default, the official text was not seen"]
    doubts += [] if duty.on_calendar else ["rest days of that year are not published: the day may move"]
    what, to_do, acts_at, urgency = (
        f"{duty.what} is due on {duty.due}",
        f"see that it is done by {duty.due}",
        due,
        urgency_of(due, now, settings),
    )
    if due <= now < grace:
        what, to_do = (
            f"{duty.what} was due on {duty.due}",
            f"see that it is done with surcharge by {duty.grace}, or it is lost from {duty.lost_from}",
        )
        acts_at, urgency = grace, Urgency.PRESSING
    elif now >= grace:
        what, to_do = f"{duty.what} was not done", f"lost from {duty.lost_from}: ask for restoration, and for other security"
        acts_at, urgency = start_of_day(duty.lost_from, watched.zone), Urgency.PAST
    return Alert(duty.key, duty.source, watched.subject, what, to_do, watched.known_since, acts_at, urgency, "; ".join(doubts))


def term_alert(watched: Watched, term: Term, now: int, settings: Settings = USUAL) -> Alert:
    """The end of a right's term."""
    acts_at = end_of_day(term.last_day, watched.zone)
    doubt = "" if term.verified else "the term is a default, the official text was not seen"
    what, to_do = f"in force to {term.last_day}", "collect the claim or take other security before that day"
    urgency = urgency_of(acts_at, now, settings)
    return Alert("RIGHT-EXPIRY", term.source, watched.subject, what, to_do, watched.known_since, acts_at, urgency, doubt)


def debt_alert(watched: Watched, debt_due: date, term: Term, now: int, settings: Settings = USUAL) -> Alert | None:
    """A debt that falls due after the right has ended (ground 6 of the Chinese patent register); None if it does not."""
    if debt_due <= term.last_day:
        return None
    acts_at = end_of_day(term.last_day, watched.zone)
    what = f"the debt is due on {debt_due}, after the right's last day {term.last_day}"
    to_do = (
        "shorten the debt's term or leave the right out: registration is refused, and a lien registered before has nothing to hold on to"
    )
    urgency = max(Urgency.PRESSING, urgency_of(acts_at, now, settings))
    return Alert(
        "DEBT-BEYOND-TERM", "CNIPA Announcement 461, ground 6", watched.subject, what, to_do, watched.known_since, acts_at, urgency
    )


def consent_alert(watched: Watched, act: str, deadline: int, now: int, settings: Settings = USUAL) -> Alert:
    """A consent given to an act that lapses at its deadline (UTC second from which it no longer counts)."""
    to_do = "have the act done before, or a new consent given" if now < deadline else "ask for a new consent"
    what = f"consent to {act} lapses" if now < deadline else f"consent to {act} has lapsed"
    urgency = pressing(deadline, now, settings)
    return Alert("CONSENT-DEADLINE", "the consent itself", watched.subject, what, to_do, watched.known_since, deadline, urgency)


def clock_alert(watched: Watched, rule: ClockRule, reading: Reading, now: int, settings: Settings = USUAL) -> Alert | None:
    """A statutory clock that runs or was missed; None while it is stopped or once it was met."""
    if reading.deadline is None or reading.state is State.MET:
        return None
    missed = reading.state is State.MISSED
    what = f"{rule.length} {rule.unit.value} from {rule.counts_from} {'ended' if missed else 'end'} on {reading.last_day}"
    to_do = (
        "ask the register for its decision, or take the legal step that its silence opens" if missed else "decide, answer or object before"
    )
    doubt = "" if rule.verified else "the period is a default, the official text was not seen"
    urgency = Urgency.PAST if missed else pressing(reading.deadline, now, settings)
    return Alert(rule.key, rule.source, watched.subject, what, to_do, watched.known_since, reading.deadline, urgency, doubt)


def pressing(acts_at: int, now: int, settings: Settings) -> Urgency:
    """How near something is that presses in its last days."""
    if now < acts_at and acts_at - now <= settings.pressing_days * DAY:
        return Urgency.PRESSING
    return urgency_of(acts_at, now, settings)


@dataclass(frozen=True, slots=True)
class Valuation:
    """What a right is worth: minor units of a currency, on which day, by which method and appraiser."""

    value: int
    currency: str
    valued_on: date
    method: str
    appraiser: str


def value_alerts(watched: Watched, valuation: Valuation, claim: int, unit: str, now: int, settings: Settings = USUAL) -> tuple[Alert, ...]:
    """A claim above the limit of the value, and a valuation that is too old. Claim in minor units. Raises ValueError for two currencies."""
    if unit != valuation.currency:
        raise ValueError(f"currency: claim in {unit}, valuation in {valuation.currency}; state both in one")
    return (*_over_limit(watched, valuation, claim, settings), _revaluation(watched, valuation, now, settings))


def _over_limit(watched: Watched, valuation: Valuation, claim: int, settings: Settings) -> tuple[Alert, ...]:
    most = valuation.value * settings.limit // 10_000
    if claim <= most:
        return ()
    claimed, allowed, missing = (
        f"{to_text(minor, currency(valuation.currency))} {valuation.currency}" for minor in (claim, most, claim - most)
    )
    what = f"the claim of {claimed} is above {allowed}, {settings.limit} basis points of the value"
    source = f"the pledgee's limit; {valuation.method} by {valuation.appraiser} on {valuation.valued_on}"
    to_do, since = f"ask for {missing} in payment, or for other security", watched.known_since
    return (Alert("LOAN-TO-VALUE", source, watched.subject, what, to_do, since, since, Urgency.PRESSING),)


def _revaluation(watched: Watched, valuation: Valuation, now: int, settings: Settings) -> Alert:
    due = add_months(valuation.valued_on, settings.revalue_months)
    acts_at = end_of_day(due, watched.zone)
    what = f"the valuation of {valuation.valued_on} is to be renewed by {due}"
    source = f"the pledgee's rule of {settings.revalue_months} months"
    urgency = urgency_of(acts_at, now, settings)
    return Alert("REVALUATION", source, watched.subject, what, "have the right valued anew", watched.known_since, acts_at, urgency)


_ON_EVENTS = {
    Event.SECURITY_REGISTERED: "look who else holds security, and where it ranks",
    Event.SECURITY_CHANGED: "compare the change with your own consent",
    Event.SECURITY_TRANSFERRED: "check who holds the security now",
    Event.SECURITY_RELEASED: "check that you released it; object at once if not",
    Event.ATTACHED: "put your claim before the court that ordered it",
    Event.FEE_DUE: "see that the fee is paid, or pay it",
    Event.LAPSED: "ask for restoration within its period, and for other security",
    Event.EXPIRED: "take other security",
    Event.GIVEN_UP: "object: a pledged right is not given up without the pledgee's consent",
    Event.ATTACKED: "follow the case; a right that is void was never there",
    Event.LIMITED: "have what is left valued anew",
    Event.INVALIDATED: "the right counts as never granted: ask for other security",
    Event.OWNER_CHANGED: "check that you consented; enter the new owner or object",
    Event.OWNER_RENAMED: "enter the new name",
    Event.LICENSED: "check that you consented; fees prepay the debt or go to deposit",
    Event.SUSPENDED: "formalities rest: watch for the end of the suspension",
}
_SOURCES = {
    Event.LAPSED: "PatR 115; 35 USC 41(b)",
    Event.INVALIDATED: "PatL 47",
    Event.OWNER_CHANGED: "CivC 444(2)",
    Event.LICENSED: "CivC 444(2)",
    Event.SUSPENDED: "PatR 103-105",
}


def event_alert(watched: Watched, meaning: Meaning, code: str, happened_at: int) -> Alert | None:
    """An event that an office published, under its code; None for one that asks nothing of a pledgee (a fee paid, a right restored)."""
    to_do = _ON_EVENTS.get(meaning.event)
    if not to_do:
        return None
    source = _SOURCES.get(meaning.event, "the office's gazette")
    what = f"{meaning.event.value} (code {code})"
    return Alert("OFFICE-EVENT", source, watched.subject, what, to_do, watched.known_since, happened_at, Urgency.PRESSING, meaning.doubt)
