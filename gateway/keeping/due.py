"""What time makes due, by kind of trigger: candidates from the mirror. Whether one fires is for the chain to say."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, TypeAlias

from sqlalchemy import Connection

from gateway.calls import MOVE_GAS
from ledger.chain.calls import call_data
from ledger.domain.ids import token_id
from ledger.mirror.finance_models import Recourse
from ledger.mirror.queries import loan_dues, triggers
from ledger.mirror.queries.triggers import subject_of
from ledger.mirror.schema import number

Key: TypeAlias = tuple[str, int]
"""The trigger's name and the subject that it is fired on."""


CLOSE_POT, RELEASE = "close pot", "release"
POT_SECONDS = 86_400
"""What is left of a pot goes back so long after it was filled (contracts/Mandates.sol)."""


@dataclass(frozen=True, slots=True)
class DirectCall:
    """A call that anyone may make and of which the door of triggers has no kind; `gas` is what it may use at most."""

    contract: str
    function: str
    arguments: tuple[Any, ...]
    gas: int = 400_000

    @property
    def data(self) -> bytes:
        """As it is called."""
        return call_data(self.contract, self.function, *self.arguments)

    @property
    def subject(self) -> int:
        """One word that stands for the arguments."""
        return int.from_bytes(sha256(self.data).digest())


@dataclass(frozen=True, slots=True)
class Due:
    """A trigger that may be fired on `subject` from the second `at` (UTC) on; with `call`, one that the door of triggers doesn't have.

    `facts` are the positions of the rows that decide it, or what they come to: while they stay the same, only time can change the answer.
    """

    trigger: str
    subject: int
    at: int
    facts: tuple[int, ...]
    call: DirectCall | None = None

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
        yield Due("debit", subject_of(each.receivable), each.due, _positions(each[2:]))


def _distributions(conn: Connection, _: int, until: int) -> Iterator[Due]:
    for each in triggers.waiting(conn):
        at = triggers.distributable_from(each)
        if at <= until:
            yield Due("distribute", subject_of(each.receivable), at, (each.state_pos,))


def _guarantees(conn: Connection, now: int, until: int) -> Iterator[Due]:
    for each in triggers.guaranteed(conn, now):
        at = each.due + each.grace + each.wait + 1
        if at <= until:
            yield Due("guarantee", subject_of(each.receivable), at, _positions(each[4:]))


def _collections(conn: Connection, _: int, until: int) -> Iterator[Due]:
    """Deals whose receivable was paid since they were last reckoned."""
    for each in triggers.deals(conn):
        if each.paid_pos is not None and each.paid_pos > each.deal_pos and (each.paid_at or 0) <= until:
            yield Due("collect", number(each.deal), each.paid_at or 0, (each.paid_pos, each.deal_pos))


def _recourses(conn: Connection, _: int, until: int) -> Iterator[Due]:
    for each in triggers.deals(conn):
        at = each.since if each.is_over else each.late_from
        if each.recourse == Recourse.FULL and at <= until:
            yield Due("recourse", number(each.deal), at, _positions((each.deal_pos, each.state_pos, each.cash_pos)))


def _offers(conn: Connection, _: int, until: int) -> Iterator[Due]:
    for each in triggers.open_offers(conn):
        if each.until < until:
            yield Due("lapse offer", token_id(subject_of(each.receivable), each.start), each.until + 1, (each.pos,))


def _disputes(conn: Connection, _: int, until: int) -> Iterator[Due]:
    for each in triggers.open_disputes(conn):
        if each.until < until:
            yield Due("lapse dispute", subject_of(each.receivable), each.until + 1, (each.pos,))


def _pots(conn: Connection, _: int, until: int) -> Iterator[Due]:
    for each in triggers.filled_pots(conn):
        at = each.opened_at + POT_SECONDS
        if at <= until:
            call = DirectCall("Mandates", "closePot", (each.obligor, each.cash, each.due))
            yield Due(CLOSE_POT, call.subject, at, (each.from_pos,), call)


def _instalments(conn: Connection, now: int, until: int) -> Iterator[Due]:
    for each in loan_dues.instalments(conn, now, until):
        yield Due("instalment", each.loan, each.due, _positions((each.state_pos, each.borrower_pos, each.cash_pos, each.due)))


def _margins(conn: Connection, now: int, until: int) -> Iterator[Due]:
    """Loans whose margin is passed, or kept again; while the value of what secures one stays the same, nothing changes."""
    for each in loan_dues.margins(conn, now, until):
        yield Due("margin", each.loan, each.at, (each.state_pos, each.value))


def _pledged(conn: Connection, _: int, until: int) -> Iterator[Due]:
    """Pledged ranges that were paid since they were last collected."""
    for each in loan_dues.collectable(conn):
        if each.at <= until:
            yield Due("collect pledged", token_id(subject_of(each.receivable), each.start), each.at, each.facts)


def _returns(conn: Connection, _: int, until: int) -> Iterator[Due]:
    """Pledged ranges of loans that are over."""
    for each in loan_dues.returnable(conn):
        if each.at <= until:
            yield Due("return pledged", token_id(subject_of(each.receivable), each.start), each.at, each.facts)


def _releases(conn: Connection, _: int, until: int) -> Iterator[Due]:
    """Ranges of deals whose bank has everything."""
    for each in triggers.satisfied(conn):
        deal = number(each.deal)
        if each.at <= until:
            call = DirectCall("Financing", "release", (deal,), MOVE_GAS)
            yield Due(RELEASE, deal, each.at, _positions(each[2:]), call)


def _positions(told: Iterable[int | None]) -> tuple[int, ...]:
    return tuple(position or 0 for position in told)


LISTERS: tuple[Lister, ...] = (
    *(_debits, _guarantees, _distributions, _collections, _recourses, _offers, _disputes, _pots),
    *(_pledged, _instalments, _margins, _returns, _releases),
)


def due(conn: Connection, now: int, until: int) -> Iterator[Due]:
    """Everything that may act up to a second, kind by kind."""
    for lister in LISTERS:
        yield from lister(conn, now, until)
