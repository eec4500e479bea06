"""The whole plan of a replay, made from a data folder before anything is sent."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from gateway.replay import receivable_plan
from gateway.replay.pledge_acts import Placement
from gateway.replay.pledge_plan import plan as pledge_plan
from gateway.replay.reading import INVOICES, SPENDING, Read
from gateway.replay.receivable_plan import Claim, Demonstration, Person, ReceivablePlan, demonstration
from ledger.domain.money import Currency, currency

INVOICE_ZONE = ZoneInfo("UTC")
"""The invoices name countries by opaque codes only, so their days are counted in UTC."""
SPEND_ZONE = ZoneInfo("Europe/London")
DEMONSTRATION = "demonstration"
_DOLLAR, _POUND, _YUAN = currency("USD"), currency("GBP"), currency("CNY")


@dataclass(frozen=True, slots=True)
class Choices:
    """What the sources leave open, as stated by whoever starts the replay."""

    invoice_currency: Currency = _DOLLAR
    spend_currency: Currency = _POUND
    demonstration_currency: Currency = _YUAN
    seller: str = "Seller of the invoices"
    payer: str = "Payer of the spending"


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a replay will do, and what it won't with the reasons."""

    placements: tuple[Placement, ...]
    receivables: tuple[ReceivablePlan, ...]
    demonstrations: tuple[Demonstration, ...]
    read: Read
    choices: Choices

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The claims of all sets, without the demonstration's."""
        return tuple(claim for each in self.receivables for claim in each.claims)

    @property
    def people(self) -> tuple[Person, ...]:
        """Every member that the receivables need, by key."""
        found: dict[str, Person] = {}
        for claim in (*self.claims, *(demo.claim for demo in self.demonstrations)):
            for person in (claim.supplier, claim.obligor, *(piece.payee for piece in claim.pieces)):
                found.setdefault(person.key, person)
        for demo in self.demonstrations:
            for tier in (tier for step in demo.tiers for tier in step):
                for piece in tier.pieces:
                    found.setdefault(piece.payee.key, piece.payee)
        return tuple(found[key] for key in sorted(found))

    @property
    def first(self) -> int | None:
        """UTC second of the first thing that happens to a receivable."""
        return min((claim.issued for claim in (*self.claims, *(demo.claim for demo in self.demonstrations))), default=None)

    @property
    def digest(self) -> str:
        """Names this plan: the same records and choices make the same."""
        # Of what was read, not of what was planned: sets in the plan have no order of their own.
        described = repr((self.read, self.choices))
        return sha256(described.encode()).hexdigest()

    def currency_of(self, claim: Claim) -> Currency:
        """The currency that a claim is stated in."""
        named = {INVOICES: self.choices.invoice_currency, SPENDING: self.choices.spend_currency}
        return named.get(claim.set, self.choices.demonstration_currency)


def make(read: Read, choices: Choices, today: date) -> Plan:
    """Plans pledges and receivables of all records read."""
    sets: list[ReceivablePlan] = []
    if read.invoices:
        sets.append(receivable_plan.invoices(read.invoices, INVOICES, INVOICE_ZONE, choices.seller))
    if read.spending:
        sets.append(receivable_plan.spending(read.spending, SPENDING, SPEND_ZONE, choices.payer))
    return Plan(tuple(pledge_plan(read.conveyances, today)), tuple(sets), (demonstration(DEMONSTRATION, _after(sets)),), read, choices)


def _after(sets: list[ReceivablePlan]) -> int:
    """The demonstration begins at noon of the day after the last record, so that no record is moved by it."""
    last = max((claim.paid for each in sets for claim in each.claims), default=int(datetime(2018, 1, 1, tzinfo=UTC).timestamp()))
    day = datetime.fromtimestamp(last, UTC).date() + timedelta(days=1)
    return int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp())


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
    """The plan with the slice's claims only, one record day as two seconds from `start`; pledges stay whole, no demonstration."""
    origin = int(datetime(part.first.year, part.first.month, part.first.day, tzinfo=UTC).timestamp())

    def real(second: int) -> int:
        return start + (second - origin) * SECONDS_A_DAY // 86_400

    chosen = [replace(each, claims=_within(list(each.claims), part.first, part.days)) for each in plan.receivables if each.set == part.set]
    moved = tuple(
        replace(
            each,
            claims=tuple(replace(claim, issued=real(claim.issued), due=real(claim.due), paid=real(claim.paid)) for claim in each.claims),
            asides=(),
            amount=each.face,
            lines=len(each.claims),
            choices=(*each.choices, f"slice: {part.name}"),
        )
        for each in chosen
    )
    return replace(plan, receivables=moved, demonstrations=())


def _within(claims: list[Claim], first: date, days: int) -> tuple[Claim, ...]:
    last = first + timedelta(days=days)
    return tuple(claim for claim in claims if _day(claim.issued) >= first and _day(max(claim.paid, claim.due)) < last)


def _day(second: int) -> date:
    return datetime.fromtimestamp(second, UTC).date()
