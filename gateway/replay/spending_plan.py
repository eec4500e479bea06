"""The plan for a payer's spending: one claim a document, its lines splits of it. Pure.

Choices, where the source is silent (they are printed with the reconciliation): the payer is the obligor; a document is one receivable,
issued 30 days before its paid date to the payee of most of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from gateway.replay.claims import Aside, Claim, Person, Piece, ReceivablePlan, noon, out_of_time, told_apart
from gateway.replay.faults import Origin
from gateway.replay.records import SpendLine
from ledger.domain.calendar import end_of_day
from ledger.domain.money import Currency, to_text

SPEND_TERM = timedelta(days=30)
_FEW = 10
"""A quarter that has less than a tenth of the largest one's lines is a handful of stray dates, not a quarter."""
_NOWHERE = Origin("", "", 0)
_LAST = 1 << 30


def quarter(day: date) -> tuple[int, int]:
    """The calendar quarter of a day: (year, 1 to 4)."""
    return day.year, (day.month + 2) // 3


def newest_quarter(lines: Iterable[SpendLine]) -> tuple[int, int]:
    """The newest quarter, by the dates that the lines have, not by the files' names. ValueError if there are no lines."""
    counts = Counter(quarter(line.paid) for line in lines)
    largest = max(counts.values(), default=0)
    return max(which for which, count in counts.items() if count * _FEW >= largest)


def spending(found: Iterable[SpendLine], set_name: str, zone: ZoneInfo, payer: str, unit: Currency, today: date) -> ReceivablePlan:
    """One claim for each document of the newest quarter; what nets to 0 or less, or was read before, is set aside."""
    rows = sorted(found, key=_order)
    past = [row for row in rows if row.paid <= today]
    newest = newest_quarter(past or rows)
    chosen = [row for row in rows if quarter(row.paid) == newest]
    once, repeated = _once(chosen)
    payees = Payees(once, set_name)
    made = _documents(once, Person(f"{set_name}/payer", payer), payees, zone, unit, today)
    distinct, alike = told_apart(each for each in made if isinstance(each, Claim))
    claims = sorted(distinct, key=lambda claim: (claim.issued, claim.number))
    return ReceivablePlan(
        set_name,
        tuple(claims),
        (*repeated, *(each for each in made if isinstance(each, Aside)), *alike),
        len(chosen),
        sum(row.amount for row in chosen),
        outside=len(rows) - len(chosen),
        outside_amount=sum(row.amount for row in rows) - sum(row.amount for row in chosen),
        choices=(
            f"quarter {newest[1]} of {newest[0]}, the newest by the dates of the lines",
            "issued and confirmed 30 days before the paid date",
        ),
    )


def _order(line: SpendLine) -> tuple[object, ...]:
    """The order of a document's lines, whatever order they were read in: by their number, then by what they say."""
    number = int(line.line) if line.line.isdigit() else _LAST
    return (line.document, line.paid, number, line.supplier_id, line.supplier_name, line.category, line.amount, line.payer, line.origin)


def _once(rows: list[SpendLine]) -> tuple[list[SpendLine], list[Aside]]:
    """Rows without those that another file repeats. In one file two lines may say the same, unless they bear the same line number."""
    places: dict[SpendLine, list[Origin]] = {}
    for row in rows:
        places.setdefault(replace(row, origin=_NOWHERE), []).append(row.origin)
    kept: list[SpendLine] = []
    repeated: list[Aside] = []
    for content, origins in places.items():
        own = 1 if content.line else max(Counter(origin.file for origin in origins).values())
        kept += [replace(content, origin=origin) for origin in origins[:own]]
        repeated += [
            Aside(content.document, f"{origin}: the same line was read at {origins[0]}", 1, content.amount) for origin in origins[own:]
        ]
    return kept, repeated


def _documents(rows: list[SpendLine], obligor: Person, payees: Payees, zone: ZoneInfo, unit: Currency, today: date) -> list[Claim | Aside]:
    documents: dict[tuple[str, date], list[SpendLine]] = {}
    for row in rows:
        documents.setdefault((row.document, row.paid), []).append(row)
    twice = Counter(number for number, _ in documents)
    return [
        # A number that is paid on two days is two payments.
        _document(sorted(lines, key=_order), document if twice[document] == 1 else f"{document}/{paid}", obligor, payees, zone, unit, today)
        for (document, paid), lines in documents.items()
    ]


def _document(
    lines: list[SpendLine], number: str, obligor: Person, payees: Payees, zone: ZoneInfo, unit: Currency, today: date
) -> Claim | Aside:
    face = sum(line.amount for line in lines)
    paid = lines[0].paid
    if face <= 0:
        return Aside(number, f"its lines net to {to_text(face, unit)} {unit.code}; a receivable is more than 0", len(lines), face)
    reason = out_of_time(paid - SPEND_TERM, paid, zone, today) or (f"paid on {paid}, after today, {today}" if paid > today else None)
    if reason:
        return Aside(number, reason, len(lines), face)
    kept = netted([(payees.of(line), line.amount) for line in lines])
    shares = [(payees.of(line), line.line, amount) for line, amount in zip(lines, kept, strict=True) if amount > 0]
    return Claim(
        set=payees.set,
        number=number,
        supplier=_largest(shares),
        obligor=obligor,
        face=face,
        issued=noon(paid - SPEND_TERM, zone),
        due=end_of_day(paid, zone),
        paid=noon(paid, zone),
        pieces=_pieces(shares) if len(shares) > 1 else (),
        detail=(("document", lines[0].document), *_described(lines, unit)),
        rows=len(lines),
    )


def _described(lines: list[SpendLine], unit: Currency) -> list[tuple[str, str]]:
    """Every line with its place, so that lines without a number, or with the same one, are all told."""
    return [
        (f"line {place}", f"{line.line or '-'}: {to_text(line.amount, unit)} {line.category}".strip())
        for place, line in enumerate(lines, 1)
    ]


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
        spellings: dict[str, dict[str, Counter[str]]] = {}
        for line in lines:
            if line.supplier_name:
                names = spellings.setdefault(line.supplier_id, {})
                names.setdefault(line.supplier_name.upper(), Counter())[line.supplier_name] += 1
        self._names = {each: {name: _usual(counts) for name, counts in names.items()} for each, names in spellings.items()}

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


def _usual(spellings: Counter[str]) -> str:
    """The most usual spelling, the first in the alphabet of equals."""
    return min(spellings, key=lambda name: (-spellings[name], name))


def _largest(shares: list[tuple[Person, str, int]]) -> Person:
    totals: Counter[Person] = Counter()
    for person, _, amount in shares:
        totals[person] += amount
    return min(totals, key=lambda person: (-totals[person], person))


def _pieces(shares: list[tuple[Person, str, int]]) -> tuple[Piece, ...]:
    ends = accumulate(amount for _, _, amount in shares)
    return tuple(Piece(end, person, line) for (person, line, _), end in zip(shares, ends, strict=True))
