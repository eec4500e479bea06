"""Source, chain and SQL held against each other, to the minor unit.

The chain is asked by its contracts' views, never through the mirror; SQL is the mirror's projections; the source's counts and totals are
taken from the rows as they were read, not from the plan that was made of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from gateway.replay.plan import Plan
from gateway.replay.pledge_acts import Outcome
from gateway.replay.reading import Kind
from gateway.replay.report import Aside, Check

UNREADABLE, SET_ASIDE = "unreadable", "set aside"
OTHER_QUARTERS, UNSLICED = "other quarters", "outside the slice"


def source_checks(plan: Plan) -> list[Check]:
    """Nothing of a source is lost on the way into the plan: every row read is somewhere, and every minor unit."""
    return [*_conveyance_checks(plan), *_receivable_checks(plan)]


def asides(plan: Plan) -> Iterator[Aside]:
    """Everything that was read and doesn't act, with the reason."""
    for fault in plan.read.faults:
        yield Aside(fault.origin.set, f"{fault.origin.file}:{fault.origin.line} {fault.record}", UNREADABLE, f"{fault.field}: {fault.rule}")
    for placement in plan.placements:
        if not placement.acts:
            yield Aside(placement.record.origin.set, str(placement.record.number), placement.outcome.value, placement.reason)
    for part in plan.receivables:
        for aside in part.asides:
            yield Aside(part.set, aside.number, SET_ASIDE, aside.reason)


def _conveyance_checks(plan: Plan) -> Iterator[Check]:
    for name in plan.read.sets(Kind.PATENTS, Kind.MARKS):
        rows = plan.read.rows_of(name)
        if rows:
            outcomes = Counter(placement.outcome for placement in plan.placements if placement.record.origin.set == name)
            found: Mapping[str, int] = {outcome.value: outcomes[outcome] for outcome in Outcome}
            yield Check(name, "rows read", {"read": rows, **found, UNREADABLE: len(plan.read.faults_of(name))}, sums=True)


def _receivable_checks(plan: Plan) -> Iterator[Check]:
    amounts = [
        *((row.origin.set, row.amount) for row in plan.read.invoices),
        *((row.origin.set, row.amount) for row in plan.read.spending),
    ]
    for part in plan.receivables:
        total = sum(amount for name, amount in amounts if name == part.set)
        unit = plan.currency_of_set(part.set)
        faults = len(plan.read.faults_of(part.set))
        aside = sum(each.lines for each in part.asides)
        rows = {"in claims": part.rows, SET_ASIDE: aside, OTHER_QUARTERS: part.outside, UNSLICED: part.unsliced, UNREADABLE: faults}
        yield Check(part.set, "rows read", {"read": plan.read.rows_of(part.set), **rows}, sums=True)
        worth = sum(each.amount for each in part.asides)
        amount = {"in claims": part.face, SET_ASIDE: worth, OTHER_QUARTERS: part.outside_amount, UNSLICED: part.unsliced_amount}
        yield Check(part.set, "amounts read", {"read": total, **amount}, unit, sums=True)
