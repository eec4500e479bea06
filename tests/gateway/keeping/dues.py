"""A ledger on which debts fall due, and gateways on it whose keepers are stepped by hand."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from coincurve import PrivateKey
from sqlalchemy import select

from gateway.keeping.due import due
from gateway.keeping.keeper import Keeper
from ledger.chain.direct import Sender as Direct
from ledger.chain.engines import anvil
from ledger.domain import ids
from ledger.domain.act_types import (
    AcceptPurchase,
    ConfirmReceivable,
    Issue,
    IssueCash,
    LoanTerms,
    OfferPurchase,
    OpenLoan,
    PayReceivable,
    PledgedRange,
    ScheduleRow,
    SetMandate,
)
from ledger.mirror.database import Database
from ledger.mirror.finance_models import LoanPaymentKind
from ledger.mirror.models import RECEIPT, RECEIVABLE, PaymentKind
from ledger.mirror.queries import chain, loans, triggers
from ledger.mirror.schema import number, word
from ledger.mirror.triggers import FIRING
from tests.gateway.outbox.world import House, World
from tests.ledger import ledgers
from tests.ledger.ledgers import BANK, COURT_OFFICER, DAY, GUARANTOR, OBLIGOR, SETTLEMENT, SUPPLIER, Ledger, Person

REF = b"r" * 32
PEOPLE = (
    *(("Supplier", SUPPLIER), ("One", OBLIGOR), ("Two", OBLIGOR), ("Guarantor", GUARANTOR), ("Bank", BANK), ("Money", SETTLEMENT)),
    ("Court", COURT_OFFICER),
)


@contextmanager
def running(folder: Path) -> Iterator[Ledger]:
    """A ledger with a supplier, two obligors and a settlement bank."""
    with ledgers.running(folder, [Person(name, role) for name, role in PEOPLE], council_delay=0) as one:
        yield one


def issued(ledger: Ledger, obligor: str, face: int, due: int) -> int:
    """A confirmed receivable without late interest; its id."""
    supplier = ledger.people["Supplier"].account
    terms = Issue(supplier, ledger.people[obligor].account, face, due, 0, 0, 1, 156, 1, 1, 0, 1, bytes(32), b"c" * 32)
    receivable = ids.receivable_id(supplier, ledger.act("Supplier", terms))
    ledger.act(obligor, ConfirmReceivable(receivable, supplier, terms, secrets.token_bytes(32), 7, ()))
    return receivable


def financed(ledger: Ledger, receivable: int, face: int, advance: int) -> int:
    """The supplier sells the whole receivable to the bank with recourse, for an advance without fee or discount; the deal."""
    supplier, bank = ledger.people["Supplier"].account, ledger.people["Bank"].account
    facts = (ids.token_id(receivable, 0), 0, face, supplier, face, 0, face)
    terms = OfferPurchase(*facts, advance, 0, 0, 1, 0, 1, ledger.now() + DAY, 1, b"c" * 32)
    fund(ledger, "Bank", advance)
    deal = ids.receivable_id(bank, ledger.act("Bank", terms))
    ledger.act("Supplier", AcceptPurchase(deal, bank, terms))
    return deal


def lent(ledger: Ledger, days: Sequence[int], pledged: Sequence[tuple[int, int]] = (), **more: Any) -> int:
    """The bank lends the supplier 1,000 for each of these days after the start, without interest; whole receivables (id, face) secure it.
    Its number.
    """
    bank, supplier = ledger.people["Bank"].account, ledger.people["Supplier"].account
    start, principal = ledger.now() + 3_600, 1_000 * len(days)
    terms = LoanTerms(1, principal, start, 0, 0, 1, 0, 2, 0, 30 * DAY, 0, 0, bytes(20), DAY, b"c" * 32)
    rows = tuple(ScheduleRow(start + day * DAY, 1_000, day - before, True) for before, day in pairwise((0, *days)))
    ranges = tuple(PledgedRange(ids.token_id(receivable, 0), 0, face, 0, face) for receivable, face in pledged)
    fund(ledger, "Bank", principal)
    ledger.act("Bank", OpenLoan(bank, supplier, replace(terms, **more), rows, (), ranges), "Supplier")
    count: int = ledger.view("Loans", "loanCount")
    return count


def fund(ledger: Ledger, obligor: str, amount: int) -> None:
    """The bank issues cash to an obligor."""
    ledger.act("Money", IssueCash(1, ledger.people[obligor].account, amount, REF))


def allow(ledger: Ledger, obligor: str, cap: int, *, partial: bool = True) -> None:
    """A mandate for a year."""
    ledger.act(obligor, SetMandate(1, cap, ledger.now() + 365 * DAY, partial))


def pay(ledger: Ledger, obligor: str, receivable: int, amount: int) -> None:
    """The obligor pays of itself."""
    ledger.act(obligor, PayReceivable(receivable, amount, REF))


@dataclass
class Watch:
    """A gateway and its keeper."""

    house: House
    keeper: Keeper

    @staticmethod
    def over(ledger: Ledger, office: Database, mirror: Database, owner: str | None = None) -> Watch:
        """A gateway on a ledger that it doesn't own."""
        node = anvil.Anvil(Path(), None, ledger.rpc.url)  # type: ignore[arg-type]
        world = World(node, ledger.rpc, ledger.manifest, Direct.of(ledger.rpc, PrivateKey().secret), b"", b"")
        house = House.build(world, office, mirror, owner=owner)
        return Watch(house, Keeper(house.services, house.owner))

    def fired(self, receivable: int) -> list[bool]:
        """Whether each firing on a receivable was done, in the chain's order."""
        asked = select(FIRING.table.c.done).where(FIRING.table.c.subject == word(receivable)).order_by(FIRING.table.c.pos)
        with self.house.services.snapshot() as conn:
            return list(conn.execute(asked).scalars())

    def debits(self, receivable: int) -> list[int]:
        """The amounts that were debited for a receivable, oldest first."""
        asked = select(RECEIPT.table.c.principal + RECEIPT.table.c.interest).join(
            RECEIVABLE.table, RECEIVABLE.table.c.number == RECEIPT.table.c.receivable
        )
        asked = asked.where(RECEIVABLE.table.c.id == word(receivable), RECEIPT.table.c.kind == PaymentKind.DEBIT)
        with self.house.services.snapshot() as conn:
            return list(conn.execute(asked.order_by(RECEIPT.table.c.pos)).scalars())

    def taken(self, loan: int) -> list[tuple[str, int]]:
        """What a loan was paid, oldest first: how, and the amount."""
        with self.house.services.snapshot() as conn:
            return [(LoanPaymentKind(each.kind).name, number(each.interest) + each.principal) for each in loans.payments(conn, loan)]

    def due(self, days: int = 0) -> list[tuple[str, int, int]]:
        """What the keeper would fire within days, kind by kind: (trigger, subject, second)."""
        with self.house.services.snapshot() as conn:
            held = chain.held(conn)
            now = held.time or 0 if held else 0
            return [(each.trigger, each.subject, each.at) for each in due(conn, now, now + days * DAY)]

    def waits(self, receivable: int) -> bool:
        """Whether money waits for its distribution."""
        with self.house.services.snapshot() as conn:
            return word(receivable) in [each.receivable for each in triggers.waiting(conn)]


def rounds(ledger: Ledger, *watches: Watch, most: int = 8) -> int:
    """All keepers look, then all send, then a block is mined: until none finds anything to fire. How many firings were sent."""
    sent = 0
    for _ in range(most):
        for each in watches:
            each.house.read()
        found = [each.keeper.step() for each in watches]
        for each in watches:
            each.house.send()
        ledger.clock.mine()
        for each in watches:
            each.house.read()
        sent += sum(map(len, found))
        if not any(found):
            return sent
    raise AssertionError(f"still firing after {most} rounds")


def amounts(watch: Watch, receivables: Sequence[int]) -> list[list[int]]:
    """What was debited for each."""
    return [watch.debits(each) for each in receivables]
