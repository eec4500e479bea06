"""What is planned of receivables: claims from their issue to their payment, and what becomes no claim. Pure.

Late rate 0: the sources pay the face only. One stamp a day: noon of the legal day; a debt is late from the end of its due day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from ledger.chain.deploy import MOST_TENOR_SECONDS
from ledger.domain.assets import stated_party
from ledger.domain.calendar import end_of_day, start_of_day
from ledger.domain.fingerprints import FingerprintError, Invoice, normal_number

NOON = 12 * 3600
LEAD_SECONDS = 2 * 86_400
"""The embedded chain begins so long before the oldest record of a receivable: founding and pledges come first."""


_LONGEST_KEY = 160


def bounded(key: str) -> str:
    """A key that leaves room in an idempotency key (256 characters): a longer one ends with its hash."""
    return key if len(key) <= _LONGEST_KEY else f"{key[: _LONGEST_KEY - 33]}~{sha256(key.encode()).hexdigest()[:32]}"


@dataclass(frozen=True, slots=True, order=True)
class Person:
    """A member to be: `key` is its identity in the replay, `name` what is shown."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A split: the range up to `end` (exclusive, minor units) belongs to `payee`; `line` is what it was made of."""

    end: int
    payee: Person
    line: str


@dataclass(frozen=True, slots=True)
class Claim:
    """One receivable from its issue to its payment (`paid` None: still open). Amounts in minor units, times UTC seconds.

    No pieces: it stays whole. `rows`: how many rows of the source it was made of. Late interest a day is late_rate / late_basis of what is
    owed; the sources know none.
    """

    set: str
    number: str
    supplier: Person
    obligor: Person
    face: int
    issued: int
    due: int
    paid: int | None
    pieces: tuple[Piece, ...] = ()
    disputed: bool = False
    detail: tuple[tuple[str, str], ...] = ()
    rows: int = 1
    late_rate: int = 0
    late_basis: int = 1

    @property
    def key(self) -> str:
        """What its idempotency keys start with."""
        return bounded(f"replay/{self.set}/{self.number}")

    @property
    def late(self) -> bool:
        """Whether it is paid after its due day."""
        return self.paid is not None and self.paid >= self.due

    @property
    def last(self) -> int:
        """When its last event is."""
        return self.issued if self.paid is None else max(self.paid, self.issued)


@dataclass(frozen=True, slots=True)
class Aside:
    """A record or document that becomes no receivable, and why; `lines` source rows, together worth `amount`."""

    number: str
    reason: str
    lines: int
    amount: int


@dataclass(frozen=True, slots=True)
class ReceivablePlan:
    """The claims of one set, what was set aside, and the source's own totals over all rows that were read.

    `outside`: rows of other quarters, which are no part of the plan, and what they are worth; `unsliced`: rows in claims that a network's
    slice leaves out, and what they are worth.
    """

    set: str
    claims: tuple[Claim, ...]
    asides: tuple[Aside, ...]
    lines: int
    amount: int
    outside: int = 0
    outside_amount: int = 0
    unsliced: int = 0
    unsliced_amount: int = 0
    choices: tuple[str, ...] = ()

    @property
    def face(self) -> int:
        """Total of the faces, minor units."""
        return sum(claim.face for claim in self.claims)

    @property
    def rows(self) -> int:
        """The source's rows that are in claims."""
        return sum(claim.rows for claim in self.claims)

    def balances(self) -> bool:
        """Whether every row read is in a claim, set aside or outside the slice, to the minor unit."""
        amount = self.face + sum(aside.amount for aside in self.asides) + self.unsliced_amount
        lines = self.rows + sum(aside.lines for aside in self.asides) + self.unsliced
        return (amount, lines) == (self.amount, self.lines)


def invoice_of(claim: Claim) -> Invoice:
    """What names a claim's invoice on the ledger: its parties stand in the replay by stated names. Raises FingerprintError."""
    # Noon of a legal day is in the same year everywhere.
    year = datetime.fromtimestamp(claim.issued, UTC).year
    return Invoice(stated_party(claim.supplier.key), stated_party(claim.obligor.key), claim.number, year)


def told_apart(claims: Iterable[Claim]) -> tuple[list[Claim], list[Aside]]:
    """Claims whose invoices the ledger tells apart; aside: those whose number names nothing, or one invoice that is spelt in two ways."""
    named: dict[Invoice, list[Claim]] = {}
    asides: list[Aside] = []
    for claim in claims:
        try:
            named.setdefault(_normal(invoice_of(claim)), []).append(claim)
        except FingerprintError as wrong:
            asides.append(_aside(claim, str(wrong)))
    for same in named.values():
        others = {claim.number: ", ".join(each.number for each in same if each is not claim) for claim in same}
        asides += [_aside(claim, f"names the same invoice as {others[claim.number]}") for claim in same if others[claim.number]]
    return [same[0] for same in named.values() if len(same) == 1], asides


def _normal(invoice: Invoice) -> Invoice:
    return replace(invoice, number=" ".join(normal_number(invoice.number)))


def _aside(claim: Claim, reason: str) -> Aside:
    return Aside(claim.number, reason, claim.rows, claim.face)


def noon(day: date, zone: ZoneInfo) -> int:
    """UTC second of noon of a legal day: the one stamp at which things of that day happen."""
    return start_of_day(day, zone) + NOON


def out_of_time(issued: date, due: date, zone: ZoneInfo, today: date) -> str | None:
    """Why a claim of these days can't stand on the ledger; None if it can."""
    if due < issued:
        return f"due on {due}, before its issue on {issued}"
    if noon(issued, zone) < 2 * LEAD_SECONDS:
        return f"issued on {issued}: a chain's clock begins on 1970-01-01"
    if issued > today:
        return f"issued on {issued}, after today, {today}"
    if end_of_day(due, zone) - noon(issued, zone) > MOST_TENOR_SECONDS:
        return f"due on {due}, more than {MOST_TENOR_SECONDS // 86_400} days after its issue on {issued}: the policy's longest tenor"
    return None
