"""The named slice of receivables that a network takes, which keeps real time: one record day as two seconds. Pure."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from gateway.replay.claims import Claim
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
SECONDS_A_DAY = 2


def busiest(plan: Plan, set_name: str, days: int = MOST_SLICE_DAYS) -> Slice | None:
    """The slice of a set that holds the most whole claims; the earliest of equals. None if no claim fits into so few days."""
    if not 0 < days <= MOST_SLICE_DAYS:
        raise ValueError(f"days: a network's slice is 1 to {MOST_SLICE_DAYS} days, {days} asked")
    claims = [claim for claim in plan.claims if claim.set == set_name]
    counts = {first: len(_within(claims, first, days)) for first in {_day(claim.issued) for claim in claims}}
    best = max(counts, key=lambda first: (counts[first], -first.toordinal()), default=None)
    return None if best is None or not counts[best] else Slice(set_name, best, days)


def on_network(plan: Plan, part: Slice, start: int) -> Plan:
    """The plan with the slice's claims only, all paid, one record day as two seconds from `start`; pledges whole, no demonstration."""
    origin = int(datetime(part.first.year, part.first.month, part.first.day, tzinfo=UTC).timestamp())

    def real(second: int) -> int:
        return start + (second - origin) * SECONDS_A_DAY // 86_400

    chosen = [replace(each, claims=_within(list(each.claims), part.first, part.days)) for each in plan.receivables if each.set == part.set]
    moved = tuple(
        replace(
            each,
            claims=tuple(
                replace(claim, issued=real(claim.issued), due=real(claim.due), paid=real(claim.paid or 0)) for claim in each.claims
            ),
            asides=(),
            amount=each.face,
            lines=each.rows,
            choices=(*each.choices, f"slice: {part.name}"),
        )
        for each in chosen
    )
    return replace(plan, receivables=moved, demonstrations=())


def _within(claims: list[Claim], first: date, days: int) -> tuple[Claim, ...]:
    last = first + timedelta(days=days)
    return tuple(
        claim for claim in claims if claim.paid is not None and _day(claim.issued) >= first and _day(max(claim.paid, claim.due)) < last
    )


def _day(second: int) -> date:
    return datetime.fromtimestamp(second, UTC).date()
