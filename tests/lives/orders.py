"""Lives of invoices in a company's purchasing (BPI Challenge 2019): what was recorded, cancelled, reduced and cleared for one order line.

The source has no amounts, parties or due dates and does not say which invoice an event is about: docs/decisions/real-lives.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from gateway.replay import sources
from gateway.replay.faults import Fault
from tests.lives.steps import (
    Book,
    By,
    Cancel,
    Confirm,
    Dispute,
    EndDispute,
    Held,
    Issue,
    Life,
    Nothing,
    Pay,
    Retire,
    State,
    Step,
    Withdraw,
)

FACE, MEMO = 100_000, 10_000
"""Chosen: the source has no amounts. A debit memo takes a tenth of an invoice."""
TERM = 60 * 86_400
"""Chosen: the statutory term of a large firm (SME regulation, article 9), from the issue."""
_ORDERED = "Create Purchase Order Item"
_SUBSEQUENT = "subsequent"


@dataclass(frozen=True, slots=True)
class Event:
    """A row of the source; `at` in UTC seconds."""

    order: str
    number: int
    at: int
    activity: str


def read(folder: Path) -> dict[str, Life]:
    """The lives of a folder's orders by their numbers. Raises ValueError for a row that can't be read."""
    found = sorted(_events(folder), key=lambda event: (event.order, event.number))
    return {order: life(list(events)) for order, events in groupby(found, lambda event: event.order)}


def _events(folder: Path) -> Iterator[Event]:
    for file in sources.files(folder):
        for origin, row in sources.rows(file, folder.name):
            if isinstance(row, Fault):
                raise ValueError(str(row))
            yield _event(row, str(origin))


def _event(row: Mapping[str, Any], origin: str) -> Event:
    try:
        at = datetime.fromisoformat(row["timestamp"])
        return Event(row["poitem"], int(row["seq"]), int(at.timestamp()), row["activity"])
    except (KeyError, ValueError, TypeError) as wrong:
        raise ValueError(f"{origin}: {wrong}") from wrong


def life(events: Iterable[Event]) -> Life:
    """The steps of one order line."""
    told = list(events)
    ordered = next((event.at for event in told if event.activity == _ORDERED), told[0].at if told else 0)
    reading = _Reading(ordered)
    for event in told:
        reading.read(event)
    return reading.life()


@dataclass(slots=True)
class _Reading:
    """Reads events one after another, with the claims as they stand by then. `ordered`: when the order was made."""

    ordered: int
    book: Book = field(default_factory=Book)
    steps: list[Step] = field(default_factory=list)
    marks: dict[str, Step] = field(default_factory=dict)
    """Disputes that must have begun with a claim's confirmation, by claim."""

    def read(self, event: Event) -> None:
        """One event. What is dated before the order was made happened when it was made: those dates are slips."""
        at, source = max(event.at, self.ordered), f"{event.number} {event.activity}"
        steps = _READERS.get(event.activity, _no_claim)(self, at, source)
        for step in steps:
            self.book.take(step)
            self.steps.append(step)

    def life(self) -> Life:
        """All steps, each implied dispute right behind its confirmation."""
        found: list[Step] = []
        for step in sorted(self.steps, key=lambda step: step.at):
            found.append(step)
            if isinstance(step, Confirm) and step.claim in self.marks:
                found.append(self.marks[step.claim])
        return tuple(found)

    def keys(self, *states: State, kind: str = "") -> list[str]:
        """Claims in one of these states, oldest first; with `kind`, those whose key says so."""
        return [key for key, held in self.book.claims.items() if held.state in states and kind in key]

    def issue(self, at: int, source: str, by: By, invoice: str | None = None, face: int = FACE, kind: str = "invoice") -> Issue:
        """A new claim: of a new invoice, unless one is named."""
        count = len(self.book.claims) + 1
        return Issue(at, f"{kind} {count}", source, invoice or f"{kind} {count}", face, at + TERM, by)

    def again(self) -> list[Held]:
        """Claims that were cancelled and whose invoice backs no other one since."""
        live = {held.invoice for held in self.book.claims.values() if held.state in (State.DRAFT, State.LIVE, State.CLOSED)}
        cancelled = [self.book.claims[key] for key in self.keys(State.CANCELLED)]
        return [held for held in cancelled if held.invoice not in live | self.book.used]


_Reader = Callable[[_Reading, int, str], list[Step]]


def _invoiced(reading: _Reading, at: int, source: str) -> list[Step]:
    return [reading.issue(at, source, By.SUPPLIER)]


def _recorded(reading: _Reading, at: int, source: str) -> list[Step]:
    """The buyer records the oldest invoice that it hasn't yet; else one that was cancelled comes again; else it tells of one first."""
    drafts, cancelled = reading.keys(State.DRAFT), reading.again()
    if drafts:
        return [Confirm(at, drafts[0], source)]
    issued = reading.issue(at, source, By.OBLIGOR, cancelled[0].invoice if cancelled else None, cancelled[0].face if cancelled else FACE)
    return [issued, Confirm(at, issued.claim, source)]


def _recorded_subsequent(reading: _Reading, at: int, source: str) -> list[Step]:
    issued = reading.issue(at, source, By.OBLIGOR, kind=_SUBSEQUENT)
    return [issued, Confirm(at, issued.claim, source)]


def _cleared(reading: _Reading, at: int, source: str) -> list[Step]:
    """Payment of the oldest open claim; of none: of the oldest draft, else of the last one, which a ledger refuses."""
    open_ = [*reading.keys(State.LIVE), *reading.keys(State.DRAFT), *reading.keys(State.CLOSED, State.CANCELLED, State.WITHDRAWN)[-1:]]
    return [Pay(at, open_[0], source, None)] if open_ else _too_early(at, source)


def _cancelled(reading: _Reading, at: int, source: str, kind: str = "") -> list[Step]:
    """The newest open claim is cancelled; of none: the newest that ended, which a ledger refuses."""
    found = reading.keys(State.LIVE, kind=kind) or reading.keys(State.CLOSED, kind=kind) or reading.keys(*State, kind=kind)
    return [Cancel(at, found[-1], source)] if found else _too_early(at, source)


def _cancelled_subsequent(reading: _Reading, at: int, source: str) -> list[Step]:
    return _cancelled(reading, at, source, _SUBSEQUENT)


def _reduced(reading: _Reading, at: int, source: str) -> list[Step]:
    """A tenth leaves the newest open claim; a draft is drawn up anew for less."""
    live, drafts, rest = reading.keys(State.LIVE), reading.keys(State.DRAFT), reading.keys(*State)
    if not live and drafts:
        held = reading.book.claims[drafts[-1]]
        if held.face > MEMO:
            less = reading.issue(at, source, By.SUPPLIER, held.invoice, held.face - MEMO)
            return [Withdraw(at, drafts[-1], source), less]
        return [Withdraw(at, drafts[-1], source)]
    found = live or rest
    return [Retire(at, found[-1], source, MEMO)] if found else _too_early(at, source)


def _blocked(reading: _Reading, at: int, source: str) -> list[Step]:
    live = reading.keys(State.LIVE)
    return [Dispute(at, live[-1], source)] if live else _too_early(at, source)


def _released(reading: _Reading, at: int, source: str) -> list[Step]:
    """A block that nobody was seen to set was set when the invoice was recorded, as the buyer's system does where figures differ."""
    live, rest = reading.keys(State.LIVE), reading.keys(*State)
    marked = [key for key in live if reading.book.claims[key].disputed]
    if not marked and live and live[-1] not in reading.marks:
        confirmed = next(step for step in reading.steps if isinstance(step, Confirm) and step.claim == live[-1])
        reading.marks[live[-1]] = Dispute(confirmed.at, live[-1], f"{source}, as it must have been set")
        reading.book.take(reading.marks[live[-1]])
        marked = [live[-1]]
    found = marked or live or rest
    return [EndDispute(at, found[-1], source)] if found else _too_early(at, source)


def _too_early(at: int, source: str) -> list[Step]:
    return [Nothing(at, "", source, "nothing was invoiced yet")]


def _no_claim(_: _Reading, at: int, source: str) -> list[Step]:
    return [Nothing(at, "", source, "of the order or the goods: a claim stands as it was confirmed")]


_READERS: dict[str, _Reader] = {
    "Vendor creates invoice": _invoiced,
    "Record Invoice Receipt": _recorded,
    "Record Subsequent Invoice": _recorded_subsequent,
    "Clear Invoice": _cleared,
    "Cancel Invoice Receipt": _cancelled,
    "Cancel Subsequent Invoice": _cancelled_subsequent,
    "Vendor creates debit memo": _reduced,
    "Set Payment Block": _blocked,
    "Remove Payment Block": _released,
}
