"""The plan for invoices: one claim each. Pure.

Choices, where the source is silent (they are printed with the reconciliation): the seller is one company that the source doesn't name, the
supplier of all; each customer is an obligor. What has no settlement date is never paid.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from gateway.replay.claims import Aside, Claim, Person, ReceivablePlan, noon, out_of_time, told_apart
from gateway.replay.faults import Origin
from gateway.replay.records import Invoice
from ledger.domain.calendar import end_of_day
from ledger.domain.money import Currency, to_text

_NOWHERE = Origin("", "", 0)


def invoices(found: Iterable[Invoice], set_name: str, zone: ZoneInfo, seller: str, unit: Currency, today: date) -> ReceivablePlan:
    """One claim for each invoice that can stand; the same row read again, and rows that contradict each other, are set aside."""
    rows = sorted(found, key=lambda row: (row.issued, row.customer, row.number, repr(_content(row)), row.origin))
    supplier = Person(f"{set_name}/seller", seller)
    numbers = Counter(number for number, _ in {(row.number, row.customer) for row in rows})
    groups: dict[tuple[str, str], list[Invoice]] = {}
    for row in rows:
        groups.setdefault((row.customer, row.number), []).append(row)
    claims: list[Claim] = []
    asides: list[Aside] = []
    for same in groups.values():
        # The number alone names it unless two customers have the same one.
        number = same[0].number if numbers[same[0].number] == 1 else f"{same[0].customer}/{same[0].number}"
        kept, left = _kept(same, number)
        reason = _refused(kept, zone, unit, today) if kept else None
        if kept and reason is None:
            claims.append(_claim(kept, number, set_name, supplier, zone))
        asides += [*left, *([Aside(number, f"{kept.origin}: {reason}", 1, kept.amount)] if kept and reason else [])]
    claims, alike = told_apart(claims)
    return ReceivablePlan(
        set_name,
        tuple(sorted(claims, key=lambda claim: (claim.issued, claim.number))),
        (*asides, *alike),
        len(rows),
        sum(row.amount for row in rows),
        choices=(f"the supplier of all is {seller!r}", f"amounts in {unit.code}, which the source doesn't name"),
    )


def _content(row: Invoice) -> Invoice:
    return replace(row, origin=_NOWHERE)


def _kept(same: list[Invoice], number: str) -> tuple[Invoice | None, list[Aside]]:
    """Of the rows of one number and customer the one that counts: nobody can say which of two different ones is right."""
    if len({_content(row) for row in same}) == 1:
        first, *again = same
        return first, [Aside(number, f"{row.origin}: the same invoice was read at {first.origin}", 1, row.amount) for row in again]
    places = ", ".join(str(row.origin) for row in same)
    return None, [
        Aside(number, f"this customer's invoice of that number stands with other contents too: {places}", 1, row.amount) for row in same
    ]


def _refused(row: Invoice, zone: ZoneInfo, unit: Currency, today: date) -> str | None:
    """Why an invoice can't become a receivable; None if it can."""
    if row.currency not in ("", unit.code):
        return f"stated in {row.currency}; this set is taken in {unit.code}"
    if row.amount <= 0:
        return f"its amount is {to_text(row.amount, unit)} {unit.code}; a receivable is more than 0"
    if row.settled is not None and row.settled < row.issued:
        return f"settled on {row.settled}, before its issue on {row.issued}"
    if row.settled is not None and row.settled > today:
        return f"settled on {row.settled}, after today, {today}"
    return out_of_time(row.issued, row.due, zone, today)


def _claim(row: Invoice, number: str, set_name: str, supplier: Person, zone: ZoneInfo) -> Claim:
    return Claim(
        set=set_name,
        number=number,
        supplier=supplier,
        obligor=Person(f"{set_name}/customer/{row.customer}", f"Customer {row.customer}"),
        face=row.amount,
        issued=noon(row.issued, zone),
        due=end_of_day(row.due, zone),
        paid=None if row.settled is None else noon(row.settled, zone),
        disputed=row.disputed,
        detail=(
            ("invoice", row.number),
            ("customer", row.customer),
            ("country", row.country),
            ("disputed", "yes" if row.disputed else "no"),
        ),
    )
