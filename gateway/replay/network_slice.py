"""The named slice of receivables that a network takes, which keeps real time: one record day as two seconds. Pure."""

from collections.abc import Sequence
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
    return replace(plan, receivables=tuple(_sliced(plan, each, start) for each in plan.receivables), demonstrations=())


def _sliced(plan: Plan, whole: ReceivablePlan, start: int) -> ReceivablePlan:
    """One set with only the claims of its slice, moved to real time; what the slice leaves out is still accounted for."""
    part = busiest(plan, whole.set)
    claims = () if part is None else tuple(_moved(claim, part.first, start) for claim in _within(whole.claims, part.first, part.days))
    sliced = replace(
        whole, claims=claims, choices=(*whole.choices, "slice: " + (f"no paid claim of {whole.set}" if part is None else part.name))
    )
    return replace(sliced, unsliced=whole.rows - sliced.rows, unsliced_amount=whole.face - sliced.face)


def _moved(claim: Claim, first: date, start: int) -> Claim:
    origin = int(datetime(first.year, first.month, first.day, tzinfo=UTC).timestamp())

    def real(second: int) -> int:
        return start + (second - origin) * SECONDS_A_DAY // 86_400

    return replace(claim, issued=real(claim.issued), due=real(claim.due), paid=real(claim.paid or 0))


def _within(claims: Sequence[Claim], first: date, days: int) -> tuple[Claim, ...]:
    last = first + timedelta(days=days)
    return tuple(
        claim for claim in claims if claim.paid is not None and _day(claim.issued) >= first and _day(max(claim.paid, claim.due)) < last
    )


def _day(second: int) -> date:
    return datetime.fromtimestamp(second, UTC).date()
