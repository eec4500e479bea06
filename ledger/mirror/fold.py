"""Folding: decoded events to row changes in memory, one rule an event, one module a concept. No I/O but the state's reader."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256

from sqlalchemy import Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable, DDLElement

from ledger.chain.decode import Event
from ledger.mirror.state import AnyProjection, Folded, State

Rule = Callable[[State, Event], None]

GENERATION = 3
"""Raised with every change of the tables and of what a rule writes: the projections are then folded again from the raw events, and a
program of a lower number leaves them alone.
"""


@dataclass(frozen=True)
class Folds:
    """Rules by (contract, event) and the projections that they write."""

    rules: Mapping[tuple[str, str], Rule]
    projections: Sequence[AnyProjection]

    def wanted(self, contract: str, event: str) -> bool:
        """Whether a rule reads this event."""
        return (contract, event) in self.rules

    def apply(self, state: State, events: Iterable[Event]) -> Folded:
        """Folds events in order into the state; what they change. Raises FoldError when one contradicts the rows."""
        for event in events:
            state.pos = event.pos
            self.rules[event.type.contract, event.type.name](state, event)
        return state.take()

    def version(self) -> str:
        """The version of what these folds write: generation and a digest of the tables and their indexes."""
        definitions = "".join(_definition(projection.table) for projection in self.projections)
        return f"{GENERATION}-{sha256(definitions.encode()).hexdigest()[:12]}"


@cache
def _definition(table: Table) -> str:
    indexes = sorted(table.indexes, key=lambda index: str(index.name))
    made: list[DDLElement] = [CreateTable(table), *map(CreateIndex, indexes)]
    return "".join(str(each.compile(dialect=sqlite.dialect())) for each in made)
