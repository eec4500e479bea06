"""How a purchase of a range is reckoned: discount, fee and advance, each as far as unpaid (docs/financing.md, financing/Deals.sol).

Amounts are minor units, times UTC seconds. Money pays discount, then fee, then advance; the rest is the reserve. Discount runs by legal
days on the unpaid advance, the first day counts and the last does not; money-days are summed exactly and rounded down once.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ledger.domain.ranges import DAY


@dataclass(frozen=True, slots=True)
class Rate:
    """Discount a legal day: rate / basis of the unpaid advance; the day begins at the second `day_start` of the UTC day."""

    rate: int
    basis: int
    day_start: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What is unpaid of a deal; money-days run to the legal day `day`."""

    advance: int
    fee: int
    day: int
    money_days: int = 0
    discount_paid: int = 0


@dataclass(frozen=True, slots=True)
class Outstanding:
    """What the bank still gets first."""

    discount: int
    fee: int
    advance: int

    @property
    def total(self) -> int:
        return self.discount + self.fee + self.advance


def day_of(time: int, day_start: int) -> int:
    """The number of the legal day of a second."""
    return (time + DAY - day_start) // DAY


def opened(advance: int, fee: int, since: int, rate: Rate) -> Figures:
    """The figures of a deal whose advance is paid at `since`."""
    return Figures(advance, fee, day_of(since, rate.day_start))


def accrued(figures: Figures, rate: Rate, time: int) -> Figures:
    """The figures with the money-days until `time` counted."""
    day = max(figures.day, day_of(time, rate.day_start))
    return replace(figures, day=day, money_days=figures.money_days + figures.advance * (day - figures.day))


def received(figures: Figures, rate: Rate, amount: int, time: int) -> Figures:
    """The figures after `amount` came in at `time`, which is not before what came in so far."""
    counted = accrued(figures, rate, time)
    discount = min(amount, _discount(counted, rate))
    fee = min(amount - discount, counted.fee)
    advance = min(amount - discount - fee, counted.advance)
    paid = counted.discount_paid + discount
    return replace(counted, discount_paid=paid, fee=counted.fee - fee, advance=counted.advance - advance)


def outstanding(figures: Figures, rate: Rate, receipts: Iterable[tuple[int, int]], time: int) -> Outstanding:
    """What is outstanding at `time` after receipts (second, amount) in their order that are not reckoned yet."""
    for second, amount in receipts:
        figures = received(figures, rate, amount, second)
    counted = accrued(figures, rate, time)
    return Outstanding(_discount(counted, rate), counted.fee, counted.advance)


def _discount(figures: Figures, rate: Rate) -> int:
    return figures.money_days * rate.rate // rate.basis - figures.discount_paid
