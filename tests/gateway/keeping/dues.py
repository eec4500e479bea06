"""A ledger on which debts fall due, and gateways on it whose keepers are stepped by hand."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from coincurve import PrivateKey
from sqlalchemy import select

from gateway.keeping.keeper import Keeper
from ledger.chain.direct import Sender as Direct
from ledger.chain.engines import anvil
from ledger.domain import ids
from ledger.domain.act_types import ConfirmReceivable, Issue, IssueCash, PayReceivable, SetMandate
from ledger.mirror.database import Database
from ledger.mirror.models import RECEIPT, RECEIVABLE, PaymentKind
from ledger.mirror.queries import triggers
from ledger.mirror.schema import word
from ledger.mirror.triggers import FIRING
from tests.gateway.outbox.world import House, World
from tests.ledger import ledgers
from tests.ledger.ledgers import DAY, OBLIGOR, SETTLEMENT, SUPPLIER, Ledger, Person

REF = b"r" * 32
PEOPLE = ("Supplier", SUPPLIER), ("One", OBLIGOR), ("Two", OBLIGOR), ("Money", SETTLEMENT)


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
