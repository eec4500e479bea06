"""Partial release pro rata to debt paid: what may be given back, and the description of the act that does it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.errors import invalid
from gateway.pledging import words
from gateway.pledging.known import Desk
from ledger.domain import pro_rata
from ledger.domain.money import Currency, currency_of, to_text
from ledger.domain.pledge_words import ClaimKind
from ledger.domain.pro_rata import Proposal, ProRataError
from ledger.mirror.schema import number


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal for a pledge: what stood before, the rights that may go as their keys read, the act that does it, and on what basis."""

    proposal: Proposal
    before: int | None
    values: Mapping[str, int]
    released: tuple[str, ...]
    basis: str
    draft: dict[str, Any]


def propose(desk: Desk, pledge: int, debt: int, paid: int, valued: Mapping[str, int]) -> Proposed:
    """What may be released of a pledge when `paid` of `debt` (minor units of its claim) was. Raises 404, 422."""
    standing = desk.standing(pledge)
    state = standing.state
    if state.number is None:
        raise invalid(f"pledge: {pledge} is not registered, so there is nothing to release", field="pledge")
    if state.kind == ClaimKind.NOT_STATED and not valued:
        raise invalid("values: missing; the pledge states no claim, so say what each of its rights is worth", field="values")
    values = _values(desk, pledge, valued) if valued else {}
    before = None if state.kind == ClaimKind.NOT_STATED else number(state.ceiling)
    try:
        found = pro_rata.propose(debt, paid, before, values)
    except ProRataError as wrong:
        raise invalid(str(wrong), field=str(wrong).split(":", 1)[0]) from wrong
    unit = currency_of(state.currency) if state.currency else None
    released = tuple(_text(key) for key in found.released)
    basis = _basis(found, debt, paid, unit, before, len(values))
    shown = {_text(key): value for key, value in values.items()}
    return Proposed(found, before, shown, released, basis, _draft(pledge, found, released, basis, valued=bool(values)))


def _values(desk: Desk, pledge: int, valued: Mapping[str, int]) -> dict[bytes, int]:
    """What every live right of a pledge is worth, by its key: those that are named, and no right left out. Raises 422."""
    kept = desk.register(desk.standing(pledge).pledge.register)
    live = {each.listed for each in desk.leaves(pledge) if each.reason is None}
    try:
        found = {words.right(text, f"values.{text[:40]}", kept.rules).key: value for text, value in valued.items()}
    except words.FieldError as wrong:
        raise invalid(str(wrong), field="values") from wrong
    if strange := sorted(found.keys() - live):
        raise invalid(f"values: {_text(strange[0])} is not under pledge {pledge} now; name its live rights only", field="values")
    if left := sorted(live - found.keys()):
        raise invalid(f"values: {_text(left[0])} has none; value every live right, else the share of what stays is unknown", field="values")
    return found


def _basis(found: Proposal, debt: int, paid: int, unit: Currency | None, before: int | None, valued: int) -> str:
    """Why so much is released, as the document of the act says it."""
    said = f"PRO RATA TO DEBT PAID: {_amount(paid, unit)} OF {_amount(debt, unit)}"
    if valued:
        stays = f"{_amount(found.kept, unit)} OF {_amount(found.value, unit)}"
        return f"{said}; {len(found.released)} OF {valued} RIGHTS, {stays} IN VALUE STAY"
    return f"{said}; CEILING {_amount(before or 0, unit)} TO {_amount(found.ceiling or 0, unit)}"


def _amount(minor: int, unit: Currency | None) -> str:
    return f"{minor}" if unit is None else f"{to_text(minor, unit)} {unit.code}"


def _draft(pledge: int, found: Proposal, released: tuple[str, ...], basis: str, *, valued: bool) -> dict[str, Any]:
    head = {"pledge": pledge, "instrument": {"caption": basis[:300]}}
    if found.whole:
        return {"act": "release", **head}
    if valued:
        return {"act": "part-release", **head, "rights": list(released)} if released else {}
    return {"act": "set-terms", **head, "terms": {"amount": str(found.ceiling)}}


def _text(key: bytes) -> str:
    return key.rstrip(b"\0").decode("ascii", "replace")
