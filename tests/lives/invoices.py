"""Lives of invoices with days of issue, due date and settlement (the accounts receivable sample): disputed ones, and late ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from gateway.replay import sources
from gateway.replay.claims import noon
from gateway.replay.faults import Fault
from gateway.replay.read_money import invoice
from gateway.replay.records import Invoice
from ledger.domain.calendar import end_of_day
from ledger.domain.money import currency
from tests.lives.steps import Confirm, Dispute, EndDispute, Issue, Life, Pay, Step

ZONE, DOLLAR = ZoneInfo("UTC"), currency("USD")
"""Chosen: the source names neither."""


def read(folder: Path) -> dict[str, Life]:
    """The lives of a folder's invoices by customer and number. Raises ValueError for a row that can't be read."""
    return {f"{row.customer}/{row.number}": life(row) for row in _invoices(folder)}


def _invoices(folder: Path) -> Iterator[Invoice]:
    for file in sources.files(folder):
        for origin, row in sources.rows(file, folder.name):
            found = row if isinstance(row, Fault) else invoice(row, origin, DOLLAR)
            if isinstance(found, Fault):
                raise ValueError(str(found))
            yield found


def life(row: Invoice) -> Life:
    """Issued and confirmed on its day; disputed from then on until it is settled, where the source says so; paid whole."""
    issued, due = noon(row.issued, ZONE), end_of_day(row.due, ZONE)
    key, source = f"{row.customer}/{row.number}", str(row.origin)
    steps: list[Step] = [Issue(issued, key, source, key, row.amount, due), Confirm(issued, key, source)]
    if row.disputed:
        steps.append(Dispute(issued, key, source))
    if row.settled is not None:
        settled = noon(row.settled, ZONE)
        steps += [EndDispute(settled, key, source)] if row.disputed else []
        steps.append(Pay(settled, key, source, row.amount))
    return tuple(steps)
