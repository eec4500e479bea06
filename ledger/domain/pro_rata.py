"""What security a creditor may give back when a part of the debt is paid, in proportion and to the minor unit. Pure.

The rule is the parties' agreement, no law's; every rounding favours the pledgee: a ceiling is rounded up, and rights go back only as long
as what stays is worth at least its share.
"""

from collections.abc import Mapping
from dataclasses import dataclass

CEILING_RULE = "what stays of the ceiling is ceiling x (debt - paid) / debt, rounded up to the minor unit"
VALUE_RULE = (
    "rights are released from the most valuable down, equal ones in the order of their keys, each only if the value of what stays is "
    "at least value x (debt - paid) / debt, rounded up to the minor unit"
)


class ProRataError(ValueError):
    """Amounts that fit no debt paid in part; the message begins with the field."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What must stay: `ceiling` (None where none was stated); of rights that were valued, `kept` of `value`, and those that may go.

    `whole`: the debt is paid, so all may go.
    """

    ceiling: int | None
    value: int
    kept: int
    released: tuple[bytes, ...]
    whole: bool


def outstanding_share(amount: int, debt: int, paid: int) -> int:
    """What of an amount stays for the debt that is left, rounded up."""
    return -(-amount * (debt - paid) // debt)


def propose(debt: int, paid: int, ceiling: int | None = None, values: Mapping[bytes, int] | None = None) -> Proposal:
    """What may be released of a security for `debt` when `paid` of it was, by {CEILING_RULE} and {VALUE_RULE}. Raises ProRataError."""
    if debt <= 0:
        raise ProRataError(f"debt: {debt}; the whole debt before the payment, above 0, expected")
    if not 0 < paid <= debt:
        raise ProRataError(f"paid: {paid}; above 0 and at most the debt, {debt}, expected")
    if any(value < 0 for value in (values or {}).values()):
        raise ProRataError("values: a right is worth 0 or more")
    given = dict(values or {})
    value = kept = sum(given.values())
    least, released = outstanding_share(value, debt, paid), list[bytes]()
    for key in sorted(given, key=lambda each: (-given[each], each)):
        if paid == debt or (given[key] and kept - given[key] >= least):
            kept -= given[key]
            released.append(key)
    return Proposal(None if ceiling is None else outstanding_share(ceiling, debt, paid), value, kept, tuple(released), paid == debt)
