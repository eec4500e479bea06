"""The named slice of receivables that a network takes, which keeps real time: one record day as two seconds. Pure."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from gateway.replay.claims import Claim, ReceivablePlan
from gateway.replay.plan import Plan


@dataclass(frozen=True, slots=True)
class Slice:
    """A named part of a set for a network that keeps real time: claims that begin and end within `days` from `first`."""

    set: str
    first: date
    days: int

    @property
    def name(self) -> str:
        """What the reports call it."""
        return f"{self.set}, {self.days} days from {self.first}"


MOST_SLICE_DAYS = 60
MOST_CLAIMS = 600
"""Four validators and the gateway on two cores keep up with so many claims of a set."""
SECONDS_A_DAY = 2


def busiest(plan: Plan, set_name: str) -> Slice | None:
    """The slice of a set that holds the most whole claims, in as many days as keep them few enough; None if it has no paid claim."""
    claims = [claim for claim in plan.claims if claim.set == set_name]
    slices = (_busiest(claims, set_name, days) for days in range(MOST_SLICE_DAYS, 0, -1))
    return next((part for part, count in slices if part is not None and count <= MOST_CLAIMS), None)


def _busiest(claims: list[Claim], set_name: str, days: int) -> tuple[Slice | None, int]:
    """The earliest of the slices of so many days that hold the most claims, and how many that is."""
    counts = {first: len(_within(claims, first, days)) for first in {_day(claim.issued) for claim in claims}}
    best = max(counts, key=lambda first: (counts[first], -first.toordinal()), default=None)
    return (None, 0) if best is None or not counts[best] else (Slice(set_name, best, days), counts[best])


def on_network(plan: Plan, start: int) -> Plan:
    """The plan with one slice of each set, all paid, one record day as two seconds from `start`; pledges whole, no demonstration."""
    parts = [(each, busiest(plan, each.set)) for each in plan.receivables]
    moved = tuple(_moved(each, part, start) for each, part in parts if part is not None)
    return replace(plan, receivables=moved, demonstrations=())


def _moved(each: ReceivablePlan, part: Slice, start: int) -> ReceivablePlan:
    origin = int(datetime(part.first.year, part.first.month, part.first.day, tzinfo=UTC).timestamp())

    def real(second: int) -> int:
        return start + (second - origin) * SECONDS_A_DAY // 86_400

    claims = tuple(
        replace(claim, issued=real(claim.issued), due=real(claim.due), paid=real(claim.paid or 0))
        for claim in _within(list(each.claims), part.first, part.days)
    )
    chosen = replace(each, claims=claims)
    return replace(chosen, asides=(), amount=chosen.face, lines=chosen.rows, choices=(*each.choices, f"slice: {part.name}"))


def _within(claims: list[Claim], first: date, days: int) -> tuple[Claim, ...]:
    last = first + timedelta(days=days)
    return tuple(
        claim for claim in claims if claim.paid is not None and _day(claim.issued) >= first and _day(max(claim.paid, claim.due)) < last
    )


def _day(second: int) -> date:
    return datetime.fromtimestamp(second, UTC).date()
