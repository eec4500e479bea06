"""Executable model of debits under an obligor's mandate: the pot that all debts of one due second share, and what comes after it."""

from dataclasses import dataclass, field

from ledger.domain import ranges
from ledger.domain.ranges import DAY, RangeError
from tests.model.receivables import Receivable


@dataclass
class Pot:
    """What was put aside at the first debit, of which total of debts; fixed from then on."""

    total: int
    pot: int
    left: int
    opened_at: int
    taken: set[str] = field(default_factory=set)


@dataclass
class House:
    """An obligor's free cash, its mandate, and receivables that fall due in one second."""

    debts: dict[str, Receivable]
    free: int
    cap: int
    partial: bool
    now: int
    pot: Pot | None = None
    is_closed: bool = False

    @property
    def total(self) -> int:
        """Debts of the second: principal, of which what waits is paid."""
        return sum(one.debt for one in self.debts.values() if not one.ended)

    def debit(self, name: str) -> int:
        """Take the share in the pot, which the first debit fills, once; else what is free. Raises RangeError when nothing is to be had."""
        one = self.debts[name]
        one.now = self.now
        if self.now < one.due or one.ended or one.debt == 0:
            raise RangeError("not due")
        pot = self.pot or self._opened()
        share = 0 if self.is_closed or name in pot.taken else min(one.debt * pot.pot // pot.total, pot.left)
        if share >= self._least(one, one.debt) and share:
            self._fix(pot)
            pot.taken.add(name)
            pot.left -= share
            one.pay(share)
            return share
        return self._from_free(one)

    def _opened(self) -> Pot:
        amount = min(self.free, self.total, self.cap)
        if not self.partial and amount < self.total:
            raise RangeError("all or nothing")
        return Pot(self.total, amount, amount, self.now)

    def _fix(self, pot: Pot) -> None:
        """A pot is put aside by the first debit that takes its share, so that nobody fixes an empty one."""
        if self.pot is None:
            self.pot = pot
            self.free -= pot.pot
            self.cap -= pot.pot

    @staticmethod
    def _least(one: Receivable, needed: int) -> int:
        return min(needed, -(-one.face // ranges.THRESHOLD))

    def _from_free(self, one: Receivable) -> int:
        """What is left of the debt and the late interest that the pot has not covered."""
        if self.pot is None:
            raise RangeError("below the threshold")
        amount = one.debitable(self.free, self.cap, self.partial)
        if amount == 0:
            raise RangeError("below the threshold")
        self.free -= amount
        self.cap -= amount
        one.pay(amount)
        return amount

    def close_pot(self) -> int:
        """A day after the first debit, what nobody took is the obligor's again, and the mandate's."""
        if self.pot is None or self.is_closed or self.now < self.pot.opened_at + DAY:
            raise RangeError("no pot to close yet")
        rest, self.pot.left, self.is_closed = self.pot.left, 0, True
        self.free += rest
        self.cap += rest
        return rest
