"""Ranges of a receivable and what payments leave them: the ruler, waiting money and late interest (design.md section 3).

Amounts are minor units, times UTC seconds. All of it is exact integer arithmetic; the contracts `Ruler` and `Repayment` compute the same.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

DAY = 86_400
MOST_FACE = 2**63 - 1
MOST_PAYMENTS = 1023
"""The cursor of a token has 10 bits; the last number is kept for the payment that closes."""
FREE_PAYMENTS = 1000
"""After so many payments only closing ones and one a year are distributed."""
THRESHOLD = 256
"""A payment is distributed at once when, with what waits, it reaches face / 256."""
WAIT = 30 * DAY
SCARCE_WAIT = 365 * DAY


class RangeError(ValueError):
    """A range or payment that breaks a rule of the ledger; the message names the rule."""


@dataclass(frozen=True, slots=True, order=True)
class Range:
    """The minor units [start, end) of a receivable; never empty."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= MOST_FACE:
            raise RangeError(f"range [{self.start}, {self.end}): 0 <= start < end < 2^63")

    @property
    def length(self) -> int:
        """Minor units of the face that the range is."""
        return self.end - self.start

    def contains(self, other: "Range") -> bool:
        """Whether `other` was cut out of this range: lineage is arithmetic."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Payment:
    """A distributed payment: principal and interest, and what all live ranges were owed before it."""

    principal: int
    interest: int
    owed_before: int

    def __post_init__(self) -> None:
        if self.owed_before <= 0 or not 0 <= self.principal <= self.owed_before or self.interest < 0:
            raise RangeError(f"payment of {self.principal} and interest {self.interest} on {self.owed_before} owed")

    def principal_until(self, left: int) -> int:
        """Principal that [0, x) gets, where `left` is what [0, x) was owed before the payment."""
        return left * self.principal // self.owed_before

    def interest_until(self, left: int) -> int:
        """Interest that [0, x) gets; it rides on the step without shrinking what is owed."""
        return left * self.interest // self.owed_before


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a range draws: principal and interest."""

    principal: int
    interest: int


def cut(source: Range, start: int, end: int) -> list[Range]:
    """The ranges that `source` becomes when [start, end) is cut out: head, piece and tail, those that are not empty.

    Raises RangeError when the piece is empty or not inside.
    """
    piece = Range(start, end)
    if not source.contains(piece):
        raise RangeError(f"[{start}, {end}) is not inside [{source.start}, {source.end})")
    head = [Range(source.start, start)] if source.start < start else []
    tail = [Range(end, source.end)] if end < source.end else []
    return [*head, piece, *tail]


def joined(left: Range, right: Range) -> Range:
    """The range of two neighbours. Raises RangeError when the right one does not begin where the left one ends."""
    if left.end != right.start:
        raise RangeError(f"[{right.start}, {right.end}) is not the right neighbour of [{left.start}, {left.end})")
    return Range(left.start, right.end)


def tile(ranges: Iterable[Range], face: int) -> bool:
    """Whether the ranges are disjoint and complete: they cover [0, face) once."""
    at = 0
    for one in sorted(ranges):
        if one.start != at:
            return False
        at = one.end
    return at == face


def owed_until(payments: Sequence[Payment], x: int) -> int:
    """O_k(x): what [0, x) is still owed after the payments."""
    for payment in payments:
        x -= payment.principal_until(x)
    return x


def owed(payments: Sequence[Payment], one: Range) -> int:
    """What a range is still owed of its principal after the payments."""
    return owed_until(payments, one.end) - owed_until(payments, one.start)


def drawn(payments: Sequence[Payment], one: Range, cursor: int = 0) -> Drawn:
    """What a range draws of the payments after the first `cursor`, which it has drawn before."""
    low, high = one.start, one.end
    principal = interest = 0
    for number, payment in enumerate(payments, 1):
        low_step, high_step = payment.principal_until(low), payment.principal_until(high)
        if number > cursor:
            principal += high_step - low_step
            interest += payment.interest_until(high) - payment.interest_until(low)
        low, high = low - low_step, high - high_step
    return Drawn(principal, interest)


def late_days(due: int, grace: int, time: int) -> int:
    """Days late at `time`: a day counts once its first second after the due second has begun; none while grace runs."""
    return 0 if time <= due + grace else -((due - time) // DAY)


def late_interest(money_days: int, rate: int, basis: int) -> int:
    """All late interest that money-days (debt times days, summed) have earned at rate / basis a day, rounded down once."""
    return money_days * rate // basis


def is_distributed_at_once(waiting: int, face: int, payments: int) -> bool:
    """Whether money that waits (principal and interest) and does not close the receivable is distributed at once."""
    return payments < FREE_PAYMENTS and waiting * THRESHOLD >= face


def wait_until(last_distribution: int, payments: int) -> int:
    """The second from which anyone may have what waits distributed."""
    return last_distribution + (WAIT if payments < FREE_PAYMENTS else SCARCE_WAIT)
