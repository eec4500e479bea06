"""What is answered of alerts, and of what was reported of rights."""

from gateway.api.answers import Hex, Money, Shown, Time


class Alert(Shown):
    """One thing to watch: by which rule and source, what it is and what to do, since when it is known and when it acts.

    `urgency`: later, soon, pressing or past. `doubt`: what about it is not sure.
    """

    rule: str
    source: str
    subject: str
    what: str
    to_do: str
    known_since: Time
    acts_at: Time
    urgency: str
    doubt: str | None


class ReportsKept(Shown):
    """The keys of the rights of which reports were kept, in the order of the request; a number that was joined has its right's key."""

    assets: list[Hex]


class RightFacts(Shown):
    """Dates and counts of a right as reported, by whom and when."""

    jurisdiction: str
    kind: str
    facts: dict[str, str | int]
    source: str
    reported_at: Time


class OpenDuty(Shown):
    """A payment or filing that is not reported done; `verified`: the source was read, `on_calendar`: its working days are published."""

    key: str
    what: str
    due: str
    grace: str | None
    lost_from: str
    source: str
    verified: bool
    on_calendar: bool


class PublishedEvent(Shown):
    """An event that an office published."""

    office: str
    code: str
    happened: str
    source: str


class Valuation(Shown):
    """The newest valuation of a right."""

    value: Money
    valued_on: str
    method: str
    appraiser: str


class Reported(Shown):
    """What a member reported of a right; its last day and open duties follow by law. `doubt` says why one doesn't."""

    asset: Hex
    asset_text: str
    right: RightFacts | None
    last_day: str | None
    last_day_source: str | None
    duties: list[OpenDuty]
    doubt: str | None
    events: list[PublishedEvent]
    valuation: Valuation | None
