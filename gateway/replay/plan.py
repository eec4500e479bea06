"""The whole plan of a replay, made from a data folder before anything is sent. The same records and choices make the same plan."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import TypeVar
from zoneinfo import ZoneInfo

from gateway.replay.claims import Aside, Claim, Person, ReceivablePlan
from gateway.replay.demonstration import TERM_DAYS, Demonstration, demonstration
from gateway.replay.faults import Origin
from gateway.replay.financed import Financed, financed
from gateway.replay.invoice_plan import invoices
from gateway.replay.pledge_acts import Placement
from gateway.replay.pledge_plan import plan as pledge_plan
from gateway.replay.reading import Kind, Read
from gateway.replay.records import Invoice, Recordation, SpendLine
from gateway.replay.spending_plan import spending
from ledger.domain.money import Currency, currency

INVOICE_ZONE = ZoneInfo("UTC")
"""The invoices name countries by opaque codes only, so their days are counted in UTC."""
SPEND_ZONE = ZoneInfo("Europe/London")
DEMONSTRATION, FINANCED = "demonstration", "financed demonstration"
LEDGER_DECIMALS = 2
"""The token contract's minor-unit exponent: one contract for each (contracts/ReceivableToken.sol)."""
_DOLLAR, _POUND, _YUAN = currency("USD"), currency("GBP"), currency("CNY")
_NOWHERE = Origin("", "", 0)
_Row = TypeVar("_Row", Invoice, SpendLine)


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
    demonstrations: tuple[Demonstration | Financed, ...]
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
        for claim in self.claims:
            for person in (claim.supplier, claim.obligor, *(piece.payee for piece in claim.pieces)):
                found.setdefault(person.key, person)
        for person in (person for demo in self.demonstrations for person in demo.people):
            found.setdefault(person.key, person)
        return tuple(found[key] for key in sorted(found))

    @property
    def first(self) -> int | None:
        """UTC second of the first thing that happens to a receivable."""
        return min((claim.issued for claim in (*self.claims, *(demo.claim for demo in self.demonstrations))), default=None)

    @property
    def digest(self) -> str:
        """Names this plan: the same records and choices make the same, in whatever files, formats and order they were read."""
        # Of what was read, not of what was planned: sets in the plan have no order of their own.
        records: tuple[Recordation | Invoice | SpendLine, ...] = (*self.read.conveyances, *self.read.invoices, *self.read.spending)
        said = [repr(replace(record, origin=_NOWHERE)) for record in records]
        said += [repr((fault.origin.set, fault.field, fault.rule)) for fault in self.read.faults]
        return sha256(repr((sorted(said), self.choices)).encode()).hexdigest()

    def currency_of(self, claim: Claim) -> Currency:
        """The currency that a claim is stated in."""
        return self.currency_of_set(claim.set)

    def currency_of_set(self, set_name: str) -> Currency:
        """The currency that a set is taken in."""
        stated = {Kind.INVOICES: self.choices.invoice_currency, Kind.SPENDING: self.choices.spend_currency}
        return stated.get(self.read.kinds.get(set_name, Kind.PATENTS), self.choices.demonstration_currency)


def make(read: Read, choices: Choices, today: date) -> Plan:
    """Plans pledges and receivables of all records read. `today`: what is dated later is set aside."""
    sets: list[ReceivablePlan] = []
    for name, bills in _by_set(read.invoices).items():
        unit = choices.invoice_currency
        sets.append(_decimals(bills, name, unit) or invoices(bills, name, INVOICE_ZONE, choices.seller, unit, today))
    for name, lines in _by_set(read.spending).items():
        unit = choices.spend_currency
        sets.append(_decimals(lines, name, unit) or spending(lines, name, SPEND_ZONE, choices.payer, unit, today))
    start = _demonstrated(sets, today)
    shown = (demonstration(DEMONSTRATION, start), financed(FINANCED, start))
    return Plan(tuple(pledge_plan(read.conveyances, today)), tuple(sets), shown, read, choices)


def _by_set(rows: Iterable[_Row]) -> dict[str, list[_Row]]:
    found: dict[str, list[_Row]] = {}
    for row in rows:
        found.setdefault(row.origin.set, []).append(row)
    return found


def _decimals(rows: Iterable[Invoice | SpendLine], set_name: str, unit: Currency) -> ReceivablePlan | None:
    """A whole set set aside, if its currency has other decimals than the ledger; else None."""
    if unit.exponent == LEDGER_DECIMALS:
        return None
    found = list(rows)
    reason = f"currency {unit.code} has {unit.exponent} decimals; this ledger holds amounts of {LEDGER_DECIMALS}"
    asides = tuple(Aside(_number(row), f"{row.origin}: {reason}", 1, row.amount) for row in found)
    return ReceivablePlan(set_name, (), asides, len(found), sum(row.amount for row in found))


def _number(row: Invoice | SpendLine) -> str:
    return row.document if isinstance(row, SpendLine) else row.number


def _demonstrated(sets: list[ReceivablePlan], today: date) -> int:
    """When the demonstration begins: at noon of the day after the last record, so that no record is moved by it.

    Where it would not be over by today it goes before the first record: no chain's time may run ahead of the world's.
    """
    claims = [claim for each in sets for claim in each.claims]
    after = _noon_after(max((claim.last for claim in claims), default=_noon_after(0)))
    length = (TERM_DAYS + 2) * 86_400
    present = int(datetime(today.year, today.month, today.day, tzinfo=UTC).timestamp())
    if after + length <= present or not claims:
        return after if claims else _noon_after(int(datetime(2018, 1, 1, tzinfo=UTC).timestamp()))
    return _noon_after(min(claim.issued for claim in claims) - length)


def _noon_after(second: int) -> int:
    day = datetime.fromtimestamp(second, UTC).date() + timedelta(days=1)
    return int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp())
