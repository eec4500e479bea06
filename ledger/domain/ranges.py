"""Ranges of a receivable and what payments and retirements leave them: the ruler, waiting money and late interest (design.md section 3).

Amounts are minor units, times UTC seconds. All of it is exact integer arithmetic; the contracts `Ruler` and `Repayment` compute the same.
Why a retirement is a step of the ruler: docs/decisions/retirement.md.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

DAY = 86_400
MOST_FACE = 2**63 - 1
MOST_PAYMENTS = 1023
"""The cursor of a token has 10 bits: payments and retirements are numbered up to here."""
FREE_PAYMENTS = 1000
"""After so many numbers only what ends a receivable takes one, and one distribution a year."""
KEPT_PAYMENTS = 2
"""The last numbers are kept for the end: for what waits, and for the retirement of all that lives or the payment that closes."""
MOST_RETIREMENTS = 256
"""Retirements take numbers too; so many of a part at most, so that payments are not left without."""
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

    def after(self, left: int) -> int:
        """What [0, x) is owed after the payment, where it was owed `left` before."""
        return left - self.principal_until(left)

    def principal_until(self, left: int) -> int:
        """Principal that [0, x) gets, where `left` is what [0, x) was owed before the payment."""
        return left * self.principal // self.owed_before

    def interest_until(self, left: int) -> int:
        """Interest that [0, x) gets; it rides on the step without shrinking what is owed."""
        return left * self.interest // self.owed_before


@dataclass(frozen=True, slots=True)
class Retirement:
    """A range that left: what [0, start) and [0, end) of it were owed, and what all live ranges were owed before it."""

    low: int
    high: int
    owed_before: int

    def __post_init__(self) -> None:
        if not 0 <= self.low < self.high <= self.owed_before:
            raise RangeError(f"retirement of [{self.low}, {self.high}) of {self.owed_before} owed")

    @property
    def owed(self) -> int:
        """What the range was owed: nothing of it is paid."""
        return self.high - self.low

    def after(self, left: int) -> int:
        """What [0, x) is owed after it: the stretch [low, high) of what is owed is cut out, what lies behind it moves up."""
        return left if left <= self.low else max(self.low, left - self.owed)


Step = Payment | Retirement
"""What takes a number in the order of payments."""


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


def owed_until(steps: Sequence[Step], x: int) -> int:
    """O_k(x): what [0, x) is still owed after the payments and retirements."""
    for step in steps:
        x = step.after(x)
    return x


def owed(steps: Sequence[Step], one: Range) -> int:
    """What a range is still owed of its principal after the payments and retirements."""
    return owed_until(steps, one.end) - owed_until(steps, one.start)


def retirement(steps: Sequence[Step], one: Range, owed_before: int) -> Retirement:
    """The step by which a range leaves that is owed something. Raises RangeError when it is owed nothing."""
    return Retirement(owed_until(steps, one.start), owed_until(steps, one.end), owed_before)


def drawn(steps: Sequence[Step], one: Range, cursor: int = 0) -> Drawn:
    """What a range draws of the payments after the first `cursor` steps, which it has drawn before. A retirement pays nothing."""
    low, high = one.start, one.end
    principal = interest = 0
    for number, step in enumerate(steps, 1):
        if number > cursor and isinstance(step, Payment):
            principal += step.principal_until(high) - step.principal_until(low)
            interest += step.interest_until(high) - step.interest_until(low)
        low, high = step.after(low), step.after(high)
    return Drawn(principal, interest)


def days_after(due: int, time: int) -> int:
    """Days after the due second at `time`; a day counts once its first second has begun."""
    return 0 if time <= due else -((due - time) // DAY)


def late_days(due: int, grace: int, time: int) -> int:
    """Days late at `time`: a day counts once its first second after the due second has begun; none while grace runs."""
    return 0 if time <= due + grace else days_after(due, time)


def late_interest(money_days: int, rate: int, basis: int) -> int:
    """All late interest that money-days (debt times days, summed) have earned at rate / basis a day, rounded down once."""
    return money_days * rate // basis


def shares(amount: int, dues: Sequence[int]) -> list[int]:
    """`amount` among creditors by what each is due, exactly: their dues lie end to end, and each gets the difference of its ends' floors.

    `amount` is at most the sum of dues, so nobody gets more than it is due, and all of it is given out.
    """
    whole, at, given = sum(dues), 0, 0
    found = []
    for due in dues:
        at += due
        until = amount * at // whole if whole else 0
        found.append(until - given)
        given = until
    return found


def is_distributed_at_once(waiting: int, face: int, payments: int) -> bool:
    """Whether money that waits (principal and interest) and does not close the receivable is distributed at once."""
    return payments < FREE_PAYMENTS and waiting * THRESHOLD >= face


def wait_until(last_distribution: int, payments: int) -> int:
    """The second from which anyone may have what waits distributed."""
    return last_distribution + (WAIT if payments < FREE_PAYMENTS else SCARCE_WAIT)
