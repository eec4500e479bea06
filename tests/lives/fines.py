"""Lives of traffic fines (Italian police): part payments, costs, a penalty for lateness, collection; to the cent.

A fine, its cost of sending and its penalty are three claims of one life; docs/decisions/real-lives.md says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from gateway.replay import fields, sources
from gateway.replay.claims import noon
from gateway.replay.faults import Fault
from ledger.domain.calendar import end_of_day
from ledger.domain.money import currency
from tests.lives.steps import Book, By, Confirm, Dispute, EndDispute, Issue, Life, Nothing, Pay, State, Step, WriteOff

ROME, EURO = ZoneInfo("Europe/Rome"), currency("EUR")
TERM_DAYS = 60
"""From the notification to the day on which the penalty is due (Codice della strada, article 203)."""
FINE, COST, PENALTY = "fine", "cost", "penalty"
_OWED = (State.DRAFT, State.LIVE)
_PAID_FIRST = (COST, PENALTY, FINE)
"""Costs, what lateness costs, principal (CivC 561)."""


@dataclass(frozen=True, slots=True)
class Event:
    """A row of the source; amounts in cents, None where the row has none."""

    case: str
    place: int
    day: date
    activity: str
    amount: int | None
    expense: int | None
    payment: int | None
    total: int | None


def read(folder: Path) -> dict[str, Life]:
    """The lives of a folder's fines by case. Raises ValueError for a row that can't be read."""
    found = sorted(events(folder), key=lambda event: (event.case, event.place))
    return {case: life(list(told)) for case, told in groupby(found, lambda event: event.case)}


def events(folder: Path) -> Iterator[Event]:
    """Every row of a folder's files, in their order."""
    for file in sources.files(folder):
        for origin, row in sources.rows(file, folder.name):
            if isinstance(row, Fault):
                raise ValueError(str(row))
            yield _event(row, origin.line)


def _event(row: Mapping[str, Any], line: int) -> Event:
    cells = dict(row)
    day = datetime.fromisoformat(fields.required(cells, "time:timestamp", "timetimestamp")).date()
    amounts = [_cents(cells, name) for name in ("amount", "expense", "paymentamount", "totalpaymentamount")]
    case, activity = fields.required(cells, "case", "caseconceptname"), fields.required(cells, "activity", "conceptname")
    return Event(case, line, day, activity, *amounts)


def _cents(row: Mapping[str, Any], name: str) -> int | None:
    written = fields.text(dict(row), name)
    return fields.minor(written, name, EURO) if written else None


def life(told: Iterable[Event]) -> Life:
    """The steps of one fine."""
    reading = _Reading()
    for event in told:
        for step in _READERS.get(event.activity, _unknown)(reading, event):
            reading.book.take(step)
            reading.steps.append(step)
    return tuple(reading.steps)


@dataclass(slots=True)
class _Reading:
    book: Book = field(default_factory=Book)
    steps: list[Step] = field(default_factory=list)

    def open(self) -> list[str]:
        """Claims that are live."""
        return [key for key in _PAID_FIRST if key in self.book.claims and self.book.claims[key].state is State.LIVE]

    def owed(self) -> dict[str, int]:
        """What is owed once drafts are confirmed, by claim, in the order in which a payment pays it."""
        held = {key: self.book.claims[key] for key in _PAID_FIRST if key in self.book.claims}
        return {key: each.face if each.state is State.DRAFT else each.owed for key, each in held.items() if each.state in _OWED}

    def confirmed(self, at: int, source: str) -> list[Step]:
        """The law takes drafts as confirmed that are served, paid or past their term."""
        return [Confirm(at, key, source, By.LAW) for key, held in self.book.claims.items() if held.state is State.DRAFT]


def _created(reading: _Reading, event: Event) -> list[Step]:
    return [Issue(_at(event), FINE, _source(event), f"{event.case}/{FINE}", event.amount or 0, _due(event))]


def _due(event: Event) -> int:
    """The term runs from the event by which the claim is drawn up: nobody owes at a date that is over."""
    return end_of_day(date.fromordinal(event.day.toordinal() + TERM_DAYS), ROME)


def _sent(reading: _Reading, event: Event) -> list[Step]:
    """What sending costs is owed too; nothing where the source says 0."""
    if not event.expense:
        return [Nothing(_at(event), FINE, _source(event), "it cost nothing")]
    issued = Issue(_at(event), COST, _source(event), f"{event.case}/{COST}", event.expense, _due(event))
    if reading.book.claims[FINE].state is State.DRAFT:
        return [issued]
    return [issued, Confirm(_at(event), COST, _source(event), By.LAW)]


def _served(reading: _Reading, event: Event) -> list[Step]:
    steps = reading.confirmed(_at(event), _source(event))
    return steps or [Nothing(_at(event), FINE, _source(event), "it was paid before it was served")]


def _raised(reading: _Reading, event: Event) -> list[Step]:
    """The source states the raised fine; the penalty is what that is more than the fine."""
    more = (event.amount or 0) - reading.book.claims[FINE].face
    steps = reading.confirmed(_at(event), _source(event))
    if more <= 0:
        return [*steps, Nothing(_at(event), FINE, _source(event), "it was not raised")]
    issued = Issue(_at(event), PENALTY, _source(event), f"{event.case}/{PENALTY}", more, _at(event) + 86_400)
    return [*steps, issued, Confirm(_at(event), PENALTY, _source(event), By.LAW)]


def _paid(reading: _Reading, event: Event) -> list[Step]:
    """A payment takes drafts as confirmed and pays what is owed in the order of the law; what is beyond goes to the last claim."""
    left, shares = event.payment or 0, dict[str, int]()
    for key, owed in reading.owed().items():
        shares[key] = min(left, owed)
        left -= shares[key]
    if left:
        last = next(reversed(shares), FINE)
        shares[last] = shares.get(last, 0) + left
    pays = [Pay(_at(event), key, _source(event), share) for key, share in shares.items() if share]
    return [*reading.confirmed(_at(event), _source(event)), *pays]


def _collected(reading: _Reading, event: Event) -> list[Step]:
    steps: list[Step] = [WriteOff(_at(event), key, _source(event)) for key in reading.open()]
    return steps or [Nothing(_at(event), FINE, _source(event), "nothing is owed")]


def _contested(reading: _Reading, event: Event) -> list[Step]:
    steps: list[Step] = [Dispute(_at(event), key, _source(event)) for key in reading.open() if not reading.book.claims[key].disputed]
    return steps or [Nothing(_at(event), FINE, _source(event), "it is contested already, or nothing is owed")]


def _answered(reading: _Reading, event: Event) -> list[Step]:
    steps: list[Step] = [EndDispute(_at(event), key, _source(event)) for key in reading.open() if reading.book.claims[key].disputed]
    return steps or [Nothing(_at(event), FINE, _source(event), "nothing that is owed is contested")]


def _unknown(_: _Reading, event: Event) -> list[Step]:
    return [Nothing(_at(event), FINE, _source(event), "it changes no claim")]


def _at(event: Event) -> int:
    return noon(event.day, ROME)


def _source(event: Event) -> str:
    return f"{event.place} {event.activity}"


_READERS: dict[str, Callable[[_Reading, Event], list[Step]]] = {
    "Create Fine": _created,
    "Send Fine": _sent,
    "Insert Fine Notification": _served,
    "Add penalty": _raised,
    "Payment": _paid,
    "Send for Credit Collection": _collected,
    "Insert Date Appeal to Prefecture": _contested,
    "Appeal to Judge": _contested,
    "Notify Result Appeal to Offender": _answered,
}
