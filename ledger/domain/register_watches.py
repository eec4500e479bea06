"""What the register itself tells a pledgee to watch: entries that lapse, holds, parties that are gone, conflicts, claims that wait.

Pure, like watches.py, whose alerts these are.
"""

from dataclasses import dataclass

from ledger.domain.calendar import DAY, rfc3339
from ledger.domain.pledge_words import HoldKind, PartyKind
from ledger.domain.registers import Effect, TermRule
from ledger.domain.watches import USUAL, Alert, Settings, Urgency, Watched, pressing, urgency_of


def lapse_alert(watched: Watched, expires: int, rule: TermRule | None, now: int, settings: Settings = USUAL) -> Alert:
    """The end of an entry, after which it holds nothing (UTC second, its last one), and from when it can be prolonged."""
    acts_at = expires + 1
    opens = f"from {rule.renewal} days before its end on" if rule and rule.renewal else "at any time before its end"
    what, to_do = "the entry lapses and its rank is lost", f"have its end changed, {opens}"
    if now >= acts_at:
        what, to_do = "the entry has lapsed", "file anew: its rank is lost, and only an order or the office's own error restores it"
    source, doubt = _cited(rule)
    return Alert(
        "ENTRY-LAPSE", source, watched.subject, what, to_do, watched.known_since, acts_at, urgency_of(acts_at, now, settings), doubt
    )


def _cited(rule: TermRule | None) -> tuple[str, str]:
    if rule is None:
        return "the entry itself", ""
    return rule.source, "" if rule.verified else "the period is a default, the official text was not seen"


def reservation_alert(watched: Watched, until: int, now: int, settings: Settings = USUAL) -> Alert:
    """The end of a filing's claim (its last UTC second): it must be registered before."""
    acts_at = until + 1
    what, to_do = "the claim of a filing's assets ends", "have the filing decided, and publish titles that are missing"
    source = "the register's rule for acceptances"
    level = pressing(acts_at, now, settings)
    return Alert("RESERVATION-END", source, watched.subject, what, to_do, watched.known_since, acts_at, level)


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold as a pledgee is told of it: on what, in words, its kind, the effects that it bars (bits), by which order, from when until."""

    on: str
    kind: int
    bars: int
    order: str
    placed: int
    until: int


def hold_alert(watched: Watched, hold: Hold) -> Alert:
    """A hold that runs on the pledge, its claim, a right or a party of it."""
    kind, barred = HoldKind(hold.kind), ", ".join(str(each.name).lower().replace("_", " ") for each in Effect if hold.bars & each)
    ends = f"until {rfc3339(hold.until)}" if hold.until else "until it is lifted"
    what = f"a hold on {hold.on} ({kind.name.lower().replace('_', ' ')}, order {hold.order}) bars {barred} {ends}"
    to_do = "put your claim before the authority that ordered it"
    if kind == HoldKind.FEE_UNPAID:
        to_do = "see that the register's fee is paid"
    return Alert("HOLD", "the order", watched.subject, what, to_do, watched.known_since, hold.placed, Urgency.PRESSING)


_GONE = {
    PartyKind.SUCCEEDED: ("was succeeded by another", "have the successor's consent where the pledgor's was needed"),
    PartyKind.RECEIVED: ("is in the hands of a receiver or administrator", "file your claim with the receiver in time"),
    PartyKind.DISSOLVED: ("is dissolved and nobody signs for it", "ask for an order where its consent is needed"),
    PartyKind.RENAMED: ("has another name", "see that searches find it by both"),
}


def party_alert(watched: Watched, party: str, kind: int, effective: int) -> Alert | None:
    """What became of a party of the pledge; None for what asks nothing of a pledgee (it became a member, a mistake was cleared)."""
    if kind not in _GONE:
        return None
    happened, to_do = _GONE[PartyKind(kind)]
    source = "the office's record of the party"
    return Alert("PARTY", source, watched.subject, f"{party} {happened}", to_do, watched.known_since, effective, Urgency.PRESSING)


def conflict_alert(watched: Watched, asset: str) -> Alert:
    """Two live rights on one asset of a register of one rank."""
    what = f"another right lives on {asset}: by a restoration, a joined number or an anchored record"
    to_do, since = "have it settled: nothing new is registered on it, and who goes first is open", watched.known_since
    return Alert("CONFLICT", "the register's rule of one rank", watched.subject, what, to_do, since, since, Urgency.PRESSING)


def contest_alert(watched: Watched, earlier: int) -> Alert:
    """An earlier filing lists an asset that this one has claimed."""
    what, to_do = f"the earlier filing {earlier} contests the claim", "wait for its decision: until then this one is not registered"
    since = watched.known_since
    return Alert("CONTEST", "filing order", watched.subject, what, to_do, since, since, Urgency.PRESSING)


def debt_due_alert(watched: Watched, due: int, now: int, settings: Settings = USUAL) -> Alert:
    """When the secured debt falls due (UTC second of the day's start or a stated second)."""
    acts_at = due + DAY
    what, to_do = "the secured debt falls due", "collect it, extend it by an act before, or begin enforcement"
    level = urgency_of(acts_at, now, settings)
    return Alert("DEBT-DUE", "the secured claim", watched.subject, what, to_do, watched.known_since, acts_at, level)


def empty_alert(watched: Watched) -> Alert:
    """A pledge of which every right was released in part: nothing of it is left to watch."""
    what, to_do = "every right under it was released: it holds nothing", "release the pledge itself, or add other rights to it"
    since = watched.known_since
    return Alert("NOTHING-LEFT", "the releases on its record", watched.subject, what, to_do, since, since, Urgency.SOON)
