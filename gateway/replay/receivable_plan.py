"""The plan for receivables: who draws up what, when it falls due, how it is split, and what is paid when. Pure.

Choices, where the sources are silent (they are printed with the reconciliation):
invoices: the seller is one company that the source doesn't name, the supplier of all; each customer is an obligor.
spending: the payer is the obligor; a document is one receivable, issued 30 days before its paid date to the payee of most of it; its
lines are splits.
Late rate 0: the sources pay the face only. One stamp a day: noon of the legal day; a debt is late from the end of its due day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from gateway.replay.records import Invoice, SpendLine
from ledger.domain.calendar import end_of_day, start_of_day

NOON = 12 * 3600
SPEND_TERM = timedelta(days=30)
_FEW = 10
"""A quarter that has less than one in ten of a file's lines is a stray date, not the file's quarter."""


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
    """One receivable from its issue to its payment. Amounts in minor units, times UTC seconds. No pieces: it stays whole."""

    set: str
    number: str
    supplier: Person
    obligor: Person
    face: int
    issued: int
    due: int
    paid: int
    pieces: tuple[Piece, ...] = ()
    disputed: bool = False
    detail: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> str:
        """What its idempotency keys start with."""
        return f"replay/{self.set}/{self.number}"

    @property
    def late(self) -> bool:
        """Whether it is paid after its due day."""
        return self.paid >= self.due


@dataclass(frozen=True, slots=True)
class Aside:
    """A record or document that becomes no receivable, and why; `lines` source rows, together worth `amount`."""

    number: str
    reason: str
    lines: int
    amount: int


@dataclass(frozen=True, slots=True)
class ReceivablePlan:
    """The claims of one set, what was set aside, and the source's own totals over all rows that were read."""

    set: str
    claims: tuple[Claim, ...]
    asides: tuple[Aside, ...]
    lines: int
    amount: int
    outside: int = 0
    choices: tuple[str, ...] = ()

    @property
    def face(self) -> int:
        """Total of the faces, minor units."""
        return sum(claim.face for claim in self.claims)

    def balances(self) -> bool:
        """Whether every row read is in a claim or set aside, to the minor unit."""
        return self.face + sum(aside.amount for aside in self.asides) == self.amount


def invoices(found: Iterable[Invoice], set_name: str, zone: ZoneInfo, seller: str) -> ReceivablePlan:
    """One claim for each invoice. A second invoice of the same number and customer is set aside."""
    rows = list(found)
    supplier = Person(f"{set_name}/seller", seller)
    claims: dict[str, Claim] = {}
    asides: list[Aside] = []
    numbers = Counter(row.number for row in rows)
    for row in rows:
        # The number alone names it unless two customers have the same one.
        number = row.number if numbers[row.number] == 1 else f"{row.customer}/{row.number}"
        if number in claims:
            asides.append(Aside(number, f"{row.origin}: this customer's invoice of that number was read before", 1, row.amount))
        else:
            claims[number] = _invoice_claim(row, number, set_name, supplier, zone)
    return ReceivablePlan(
        set_name,
        tuple(claims.values()),
        tuple(asides),
        len(rows),
        sum(row.amount for row in rows),
        choices=(f"the supplier of all is {seller!r}",),
    )


def _invoice_claim(row: Invoice, number: str, set_name: str, supplier: Person, zone: ZoneInfo) -> Claim:
    return Claim(
        set=set_name,
        number=number,
        supplier=supplier,
        obligor=Person(f"{set_name}/customer/{row.customer}", f"Customer {row.customer}"),
        face=row.amount,
        issued=_noon(row.issued, zone),
        due=end_of_day(row.due, zone),
        paid=_noon(row.settled, zone),
        disputed=row.disputed,
        detail=(
            ("invoice", row.number),
            ("customer", row.customer),
            ("country", row.country),
            ("disputed", "yes" if row.disputed else "no"),
        ),
    )


def newest_quarter(lines: Iterable[SpendLine]) -> tuple[int, int]:
    """(year, quarter 1-4) of the newest quarter, by the dates within the files, not by their names. ValueError if there are no lines."""
    files: dict[str, Counter[tuple[int, int]]] = {}
    for line in lines:
        files.setdefault(line.origin.file, Counter())[quarter(line.paid)] += 1
    kept = [which for counts in files.values() for which, count in counts.items() if count * _FEW >= counts.total()]
    return max(kept)


def quarter(day: date) -> tuple[int, int]:
    """The calendar quarter of a day."""
    return day.year, (day.month + 2) // 3


def spending(found: Iterable[SpendLine], set_name: str, zone: ZoneInfo, payer: str) -> ReceivablePlan:
    """One claim for each document of the newest quarter; what nets to 0 or less is set aside."""
    rows = list(found)
    newest = newest_quarter(rows)
    chosen = [row for row in rows if quarter(row.paid) == newest]
    obligor = Person(f"{set_name}/payer", payer)
    payees = Payees(chosen, set_name)
    documents: dict[tuple[str, date], list[SpendLine]] = {}
    for row in chosen:
        documents.setdefault((row.document, row.paid), []).append(row)
    twice = Counter(number for number, _ in documents)
    made = [
        # A number that is paid on two days is two payments.
        _document_claim(sorted(lines, key=_line_order), document if twice[document] == 1 else f"{document}/{paid}", obligor, payees, zone)
        for (document, paid), lines in documents.items()
    ]
    return ReceivablePlan(
        set_name,
        tuple(each for each in made if isinstance(each, Claim)),
        tuple(each for each in made if isinstance(each, Aside)),
        len(chosen),
        sum(row.amount for row in chosen),
        outside=len(rows) - len(chosen),
        choices=(
            f"quarter {newest[1]} of {newest[0]}, the newest by the dates in the files",
            "issued and confirmed 30 days before the paid date",
        ),
    )


def _document_claim(lines: list[SpendLine], number: str, obligor: Person, payees: Payees, zone: ZoneInfo) -> Claim | Aside:
    face = sum(line.amount for line in lines)
    if face <= 0:
        return Aside(number, f"its lines net to {face} minor units; a receivable is more than 0", len(lines), face)
    kept = netted([(payees.of(line), line.amount) for line in lines])
    shares = [(payees.of(line), line.line, amount) for line, amount in zip(lines, kept, strict=True) if amount > 0]
    paid = lines[0].paid
    return Claim(
        set=payees.set,
        number=number,
        supplier=_largest(shares),
        obligor=obligor,
        face=face,
        issued=_noon(paid - SPEND_TERM, zone),
        due=end_of_day(paid, zone),
        paid=_noon(paid, zone),
        pieces=_pieces(shares) if len(shares) > 1 else (),
        detail=(
            ("document", lines[0].document),
            *((f"line {line.line or '-'}", f"{line.amount} {line.category}".strip()) for line in lines),
        ),
    )


def netted(lines: list[tuple[Person, int]]) -> list[int]:
    """What each line keeps after negative lines are netted: from the same payee's lines first, then the others', last lines first."""
    kept = [max(amount, 0) for _, amount in lines]
    for person, amount in lines:
        owing = max(-amount, 0)
        for index in sorted(range(len(lines)), key=lambda index: (lines[index][0] != person, -index)):
            taken = min(owing, kept[index])
            kept[index] -= taken
            owing -= taken
    return kept


class Payees:
    """Who a line is paid to. Two persons are never taken for one.

    An id names one payee, unless it stands with several names (an account for one-time suppliers): then each name is one. A name without id
    is that name; where both are withheld, the document has an unknown payee of its own.
    """

    def __init__(self, lines: Iterable[SpendLine], set_name: str) -> None:
        self.set = set_name
        self._names: dict[str, dict[str, str]] = {}
        for line in lines:
            if line.supplier_name:
                self._names.setdefault(line.supplier_id, {}).setdefault(line.supplier_name.upper(), line.supplier_name)

    def of(self, line: SpendLine) -> Person:
        """The payee of a line."""
        names = self._names.get(line.supplier_id, {})
        if line.supplier_id and len(names) <= 1:
            shown = next(iter(names.values()), f"Name withheld, supplier {line.supplier_id}")
            return Person(f"{self.set}/supplier/{line.supplier_id}", shown)
        if line.supplier_name:
            part = f"supplier/{line.supplier_id}/" if line.supplier_id else "name/"
            return Person(f"{self.set}/{part}{line.supplier_name.upper()}", names[line.supplier_name.upper()])
        return Person(f"{self.set}/withheld/{line.document}", f"Payee withheld, document {line.document}")


def _largest(shares: list[tuple[Person, str, int]]) -> Person:
    totals: Counter[Person] = Counter()
    for person, _, amount in shares:
        totals[person] += amount
    return totals.most_common(1)[0][0]


def _pieces(shares: list[tuple[Person, str, int]]) -> tuple[Piece, ...]:
    ends = accumulate(amount for _, _, amount in shares)
    return tuple(Piece(end, person, line) for (person, line, _), end in zip(shares, ends, strict=True))


def _line_order(line: SpendLine) -> tuple[int, int]:
    return (int(line.line) if line.line.isdigit() else 1 << 30, line.origin.line)


def _noon(day: date, zone: ZoneInfo) -> int:
    return start_of_day(day, zone) + NOON


@dataclass(frozen=True, slots=True)
class Tier:
    """One step of the demonstration: `holder` splits the token at `start` into `pieces`."""

    start: int
    holder: Person
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Demonstration:
    """A confirmed claim that is paid on to fifty suppliers over three tiers and redeemed at its due second by the obligor's mandate."""

    claim: Claim
    tiers: tuple[tuple[Tier, ...], ...] = field(default=())

    @property
    def holders(self) -> tuple[tuple[int, int, Person], ...]:
        """(start, end, holder) of every piece in the end; they tile the face."""
        held: dict[int, tuple[int, Person]] = {0: (self.claim.face, self.claim.supplier)}
        for tier in self.tiers:
            for step in tier:
                held |= _held_after(step, *held[step.start])
        return tuple((start, end, person) for start, (end, person) in sorted(held.items()))


def _held_after(step: Tier, end: int, holder: Person) -> dict[int, tuple[int, Person]]:
    starts = (step.start, *(piece.end for piece in step.pieces))
    held = {start: (piece.end, piece.payee) for start, piece in zip(starts, step.pieces, strict=False)}
    rest = starts[-1]
    return held | ({rest: (end, holder)} if rest < end else {})


DEMONSTRATION_FACE = 100_000_007
"""1,000,000.07: no tier divides it evenly."""
_FIRST, _SECOND, _THIRD = 5, 15, 30


def demonstration(set_name: str, start: int) -> Demonstration:
    """The stated demonstration, from `start` (UTC second) on: 5 suppliers, then 15 of theirs, then 30 of those; each keeps a part."""
    core, lead = (
        Person(f"{set_name}/core", "Core enterprise of the demonstration"),
        Person(f"{set_name}/lead", "Lead supplier of the demonstration"),
    )
    people = [
        Person(f"{set_name}/supplier/{number:02}", f"Supplier {number} of the demonstration")
        for number in range(1, _FIRST + _SECOND + _THIRD + 1)
    ]
    due = start + 90 * 86_400
    claim = Claim(
        set_name, "1", lead, core, DEMONSTRATION_FACE, start, due, due, detail=(("purpose", "demonstration, no record of the sources"),)
    )
    first = Tier(0, lead, _even(0, claim.face, people[:_FIRST], whole=True))
    second = _next_tier([first], people[_FIRST : _FIRST + _SECOND])
    third = _next_tier(second, people[_FIRST + _SECOND :])
    return Demonstration(claim, ((first,), tuple(second), tuple(third)))


def _next_tier(above: list[Tier], people: list[Person]) -> list[Tier]:
    """Each holder of the tier above pays the same number of suppliers out of half of its piece."""
    held = [
        (start, piece) for tier in above for start, piece in zip((tier.start, *(p.end for p in tier.pieces)), tier.pieces, strict=False)
    ]
    each = len(people) // len(held)
    return [
        Tier(start, piece.payee, _even(start, start + (piece.end - start) // 2, people[index * each : (index + 1) * each], whole=False))
        for index, (start, piece) in enumerate(held)
    ]


def _even(start: int, end: int, people: list[Person], whole: bool) -> tuple[Piece, ...]:
    share = (end - start) // len(people)
    ends = [start + share * (index + 1) for index in range(len(people))]
    if whole:
        ends[-1] = end
    return tuple(Piece(end, person, "") for end, person in zip(ends, people, strict=True))
