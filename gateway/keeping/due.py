"""What time makes due, by kind of trigger: candidates from the mirror. Whether one fires is for the chain to say."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import Connection

from ledger.mirror.queries import triggers
from ledger.mirror.queries.triggers import subject_of

Key: TypeAlias = tuple[str, int]
"""The trigger's name and the subject that it is fired on."""


@dataclass(frozen=True, slots=True)
class Due:
    """A trigger that may be fired on `subject` from the second `at` (UTC) on.

    `facts` are the positions of the rows that decide it: while they stay the same, only time can change the answer.
    """

    trigger: str
    subject: int
    at: int
    facts: tuple[int, ...]

    @property
    def key(self) -> Key:
        """What it is, whatever the facts."""
        return self.trigger, self.subject

    @property
    def state(self) -> str:
        """The facts as they are kept."""
        return ",".join(map(str, self.facts))


Lister: TypeAlias = Callable[[Connection, int, int], Iterator[Due]]
"""Candidates of one kind from a snapshot of the mirror, by the chain's time now and the second up to which they may act."""


def _debits(conn: Connection, now: int, until: int) -> Iterator[Due]:
    for each in triggers.debits(conn, now, until):
        yield Due("debit", subject_of(each.receivable), each.due, (each.state_pos, each.mandate_pos, each.cash_pos or 0))


def _distributions(conn: Connection, _: int, until: int) -> Iterator[Due]:
    for each in triggers.waiting(conn):
        at = triggers.distributable_from(each)
        if at <= until:
            yield Due("distribute", subject_of(each.receivable), at, (each.state_pos,))


LISTERS: tuple[Lister, ...] = (_debits, _distributions)


def due(conn: Connection, now: int, until: int) -> Iterator[Due]:
    """Everything that may act up to a second, kind by kind."""
    for lister in LISTERS:
        yield from lister(conn, now, until)
