"""What an office or a pledgee reports of a right beside the ledger: its dates, and which duties are done. Term and open duties follow."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from ledger.domain.duties import Duty, cn_mark_renewal, patent_duties, us_mark_declaration, us_mark_renewal
from ledger.domain.rights import RightKind
from ledger.domain.terms import (
    Term,
    TermError,
    cn_copyright_term,
    cn_mark_term,
    cn_patent_term,
    counted_mark_term,
    us_copyright_term,
    us_design_term,
    us_mark_term,
    us_patent_term,
)

PATENTS = frozenset({RightKind.INVENTION, RightKind.UTILITY_MODEL, RightKind.DESIGN, RightKind.PATENT})
WORKS = frozenset({RightKind.SOFTWARE, RightKind.WORK})


class ReportError(ValueError):
    """A report that says nothing of a right; the message names the field and the rule."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Dates of a right as its office has them, None where not reported; days and renewals as counts.

    `last_day`: the end as the office itself states it, which goes before what is computed. `compensated`, `adjusted` and `extended` are
    days that an office added to a term (PatL 42; 35 USC 154(b), 156), `disclaimed_from` what a terminal disclaimer leaves (35 USC 253).
    """

    filed: date | None = None
    granted: date | None = None
    registered: date | None = None
    earliest_filed: date | None = None
    died: date | None = None
    published: date | None = None
    completed: date | None = None
    disclaimed_from: date | None = None
    last_day: date | None = None
    renewals: int = 0
    compensated: int = 0
    adjusted: int = 0
    extended: int = 0


JURISDICTIONS = ("AU", "CN", "NZ", "US")
"""Where days and terms are known."""


@dataclass(frozen=True, slots=True)
class ReportedRight:
    """A right by its asset key (32 bytes): where it lives (two letters), its kind, its facts. Raises ReportError."""

    asset: bytes
    jurisdiction: str
    kind: RightKind
    facts: Facts

    def __post_init__(self) -> None:
        if self.jurisdiction not in JURISDICTIONS:
            raise ReportError(f"jurisdiction {self.jurisdiction!r}: one of {', '.join(JURISDICTIONS)}")


def facts_from(given: Mapping[str, Any]) -> Facts:
    """Facts from JSON: dates as ISO 8601 text, counts as integers. Raises ReportError naming the field."""
    known = {each.name: each for each in fields(Facts)}
    if unknown := sorted(given.keys() - known.keys()):
        raise ReportError(f"facts.{unknown[0]}: no such fact; there are {', '.join(known)}")
    values: dict[str, Any] = {name: _fact(name, value) for name, value in given.items() if value is not None}
    return Facts(**values)


def _fact(name: str, value: Any) -> date | int:
    if name in _COUNTS:
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _MOST:
            raise ReportError(f"facts.{name}: an integer of 0 to {_MOST} expected")
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as wrong:
        raise ReportError(f"facts.{name}: a date as 2018-06-03 expected") from wrong


_COUNTS = frozenset({"renewals", "compensated", "adjusted", "extended"})
_MOST = 20_000


def facts_to_json(facts: Facts) -> dict[str, str | int]:
    """The reverse of `facts_from`, without what is not reported."""
    values = ((each.name, getattr(facts, each.name)) for each in fields(Facts))
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values if value not in (None, 0)}


def term_of(right: ReportedRight) -> Term | None:
    """The last day of a right by its law, or as its office states it; None for a receivable. Raises TermError where facts are missing."""
    if right.kind is RightKind.RECEIVABLE:
        return None
    if right.facts.last_day:
        return Term(right.facts.last_day, "the office's own register")
    if right.kind in WORKS:
        return _work_term(right)
    return _mark_term(right) if right.kind is RightKind.MARK else _patent_term(right)


def _needed(right: ReportedRight, name: str) -> date:
    value: date | None = getattr(right.facts, name)
    if value is None:
        raise TermError(f"{name}: not reported, and no term of a {right.kind.value} of {right.jurisdiction} follows without it")
    return value


def _patent_term(right: ReportedRight) -> Term:
    facts = right.facts
    if right.jurisdiction == "CN":
        return cn_patent_term(right.kind, _needed(right, "filed"), facts.compensated)
    if right.jurisdiction == "US" and right.kind is RightKind.DESIGN:
        return us_design_term(_needed(right, "filed"), _needed(right, "granted"))
    if right.jurisdiction == "US":
        dates = (_needed(right, "filed"), _needed(right, "granted"), facts.earliest_filed)
        return us_patent_term(*dates, facts.adjusted, facts.disclaimed_from, facts.extended)
    raise TermError(f"last_day: not reported, and terms of patents of {right.jurisdiction} are not computed here")


def _mark_term(right: ReportedRight) -> Term:
    renewals = right.facts.renewals
    if right.jurisdiction == "CN":
        return cn_mark_term(_needed(right, "registered"), renewals)
    if right.jurisdiction == "US":
        return us_mark_term(_needed(right, "registered"), renewals)
    return counted_mark_term(right.jurisdiction, _needed(right, "filed"), renewals)


def _work_term(right: ReportedRight) -> Term:
    facts = right.facts
    if right.jurisdiction == "CN":
        return cn_copyright_term(died=facts.died, published=facts.published, completed=facts.completed)
    if right.jurisdiction == "US":
        return us_copyright_term(died=facts.died, published=facts.published, created=facts.completed)
    raise TermError(f"last_day: not reported, and terms of works of {right.jurisdiction} are not computed here")


def open_duties(right: ReportedRight, done: Collection[tuple[str, date]]) -> tuple[Duty, ...]:
    """The duties of a right that are not done yet, by their due days; `done` has (key, due day) of those that are. Raises TermError."""
    term = term_of(right)
    if term is None or right.kind in WORKS:
        return ()
    duties = _mark_duties(right, term) if right.kind is RightKind.MARK else _patent_duties(right, term)
    return tuple(duty for duty in duties if (duty.key, duty.due) not in done)


def _patent_duties(right: ReportedRight, term: Term) -> tuple[Duty, ...]:
    filed, granted = right.facts.filed, right.facts.granted
    if filed is None or granted is None:
        raise TermError("filed, granted: both are needed to know what fees fall due")
    return patent_duties(right.jurisdiction, right.kind, filed, granted, term.last_day)


def _mark_duties(right: ReportedRight, term: Term) -> tuple[Duty, ...]:
    if right.jurisdiction == "CN":
        return (cn_mark_renewal(term.last_day),)
    if right.jurisdiction == "US":
        declared = (us_mark_declaration(_needed(right, "registered")),) if not right.facts.renewals else ()
        return (*declared, us_mark_renewal(term.last_day))
    return ()
