"""A pledge's record, whole, as known at a position about a time."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import Enum
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, FromClause, Select, and_, bindparam, case, func, or_, select

from ledger.domain.pledge_words import RelationKind
from ledger.mirror.models import (
    PLEDGE_ACT,
    PLEDGE_STATE,
    Change,
    Difference,
    GroundFound,
    Note,
    Party,
    PledgeState,
    PledgeStatus,
    Register,
    Segment,
)
from ledger.mirror.queries import filings, holds, pledges, registers
from ledger.mirror.queries.liveness import about
from ledger.mirror.queries.pledges import Standing
from ledger.mirror.queries.reading import AT, TIME, one, portions, rows_of, told
from ledger.mirror.register_models import (
    ADOPTION,
    RECTIFICATION,
    REFINANCING,
    RELATION,
    SALE,
    SALE_ASSET,
    SALE_SHARE,
    Adoption,
    Contest,
    DecisionMade,
    FilingStep,
    Hold,
    Rectification,
    Refinancing,
    Relation,
    Sale,
    SaleShare,
)


class Life(Enum):
    """How a pledge stands at a time: its stored state, and what follows from times alone."""

    FILED = "filed"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    NOT_YET = "not yet"
    REGISTERED = "registered"
    ENFORCING = "enforcing"
    LAPSED = "lapsed"
    ENDED = "ended"
    RESTORING = "restoring"
    EMPTY = "nothing left"
    """Registered or enforcing, but every right under it was released in part."""


_LIVE = frozenset({Life.REGISTERED, Life.ENFORCING})


class Sold(NamedTuple):
    """A sale with its shares, in order, and the assets sold."""

    sale: Sale
    shares: list[SaleShare]
    assets: list[bytes]


class Record(NamedTuple):
    """All that is recorded of a pledge; `standing` has the terms about the time, `relations` those in force on either side of it.

    `holds` are those on the pledge, its claim, its rights and its parties, over or not; `officers` the keys of who signed a decision or
    step, by its position.
    """

    pledge: int
    at: int | None
    time: int
    register: Register | None
    standing: Standing
    life: Life
    parties: list[Party]
    segments: list[Segment]
    differences: list[Difference]
    notes: list[Note]
    grounds: list[GroundFound]
    decisions: list[DecisionMade]
    officers: dict[int, tuple[bytes, ...]]
    steps: list[FilingStep]
    contests: list[Contest]
    relations: list[Relation]
    refinances: Refinancing | None
    refinanced_by: list[Refinancing]
    rectifications: list[Rectification]
    sales: list[Sold]
    adoption: Adoption | None
    holds: list[Hold]


def record(conn: Connection, pledge: int, *, at: int | None = None, time: int | None = None) -> Record | None:
    """The record of a pledge; None if it was not known at the position."""
    found = standing(conn, pledge, at, time)
    if found is None:
        return None
    when, register = about(conn, at, time), registers.get(conn, found.pledge.register, at)
    parties, office = pledges.parties(conn, pledge, at, time), None if register is None else register.office
    return Record(
        pledge=pledge,
        at=at,
        time=when,
        register=register,
        standing=found,
        life=life(conn, found, at, time),
        parties=parties,
        segments=pledges.segments(conn, pledge, at, time),
        differences=pledges.differences(conn, pledge=pledge, at=at),
        notes=pledges.notes(conn, pledge, at),
        grounds=pledges.grounds(conn, pledge, at),
        decisions=filings.decisions(conn, pledge, at),
        officers=pledges.officers(conn, pledge, at),
        steps=filings.steps(conn, pledge, at),
        contests=filings.contests(conn, pledge, at),
        relations=relations(conn, pledge, at=at, time=when),
        refinances=one(conn, REFINANCING, REFINANCING.table.c.pledge == pledge, told(REFINANCING, at)),
        refinanced_by=refinanced_by(conn, pledge, at),
        rectifications=rectifications(conn, pledge, at),
        sales=sales(conn, pledge, at),
        adoption=one(conn, ADOPTION, ADOPTION.table.c.pledge == pledge, told(ADOPTION, at)),
        holds=holds.upon(conn, pledge, [party.id for party in parties], office, at=at, time=time),
    )


def standing(conn: Connection, pledge: int, at: int | None = None, time: int | None = None) -> Standing | None:
    """A pledge with its terms and state about a time: as the last known acts say that count from then or earlier."""
    found = pledges.get(conn, pledge, at)
    return None if found is None else about_time(conn, [found], at, time)[0]


def about_time(conn: Connection, found: Sequence[Standing], at: int | None = None, time: int | None = None) -> list[Standing]:
    """Pledges as at a position, with their terms and states about a time."""
    registered = [each.pledge.pledge for each in found if each.state.number is not None]
    if time is None or not registered:
        return list(found)
    then: dict[int, _Then] = {}
    for some in portions(registered):
        rows = conn.execute(_then(at is None), {"pledges": some, "at": at, "time": time})
        then |= {pledge: _Then(status, terms) for pledge, status, *terms in rows}
    return [each if each.state.number is None else _as_then(each, then.get(each.pledge.pledge, _NOTHING)) for each in found]


_TERMS = ("ceiling", "currency", "kind", "due", "content", "agreement")


class _Then(NamedTuple):
    """What the last known acts say that count from a time or earlier: a status, and the terms in their order; None where none counts."""

    status: int | None
    terms: Sequence[Any]


_NOTHING = _Then(None, [None] * len(_TERMS))


@cache
def _then(is_now: bool) -> Select[Any]:
    acts = PLEDGE_ACT.table.c
    last = (func.max(case((acts.changes.bitwise_and(int(change)) != 0, acts.pos))) for change in (Change.TERMS, Change.STATE))
    known = (acts.pledge.in_(bindparam("pledges", expanding=True)), told(PLEDGE_ACT, None if is_now else AT), acts.effective <= TIME)
    said = select(acts.pledge, *(each.label(name) for each, name in zip(last, ("terms", "state"), strict=True))).where(*known)
    acted = said.group_by(acts.pledge).subquery()
    terms, state = PLEDGE_STATE.table.alias(), PLEDGE_STATE.table.alias()
    asked = select(acted.c.pledge, state.c.status, *(terms.c[name] for name in _TERMS)).select_from(acted)
    return asked.join(terms, _stood(terms, acted.c.pledge, acted.c.terms), isouter=True).join(
        state, _stood(state, acted.c.pledge, acted.c.state), isouter=True
    )


def _stood(state: FromClause, pledge: ColumnElement[int], pos: ColumnElement[int]) -> ColumnElement[bool]:
    return and_(state.c.pledge == pledge, state.c.from_pos <= pos, or_(state.c.to_pos.is_(None), state.c.to_pos > pos))


def _as_then(found: Standing, then: _Then) -> Standing:
    told_terms = {} if then.terms[0] is None else dict(zip(_TERMS, then.terms, strict=True))
    return found._replace(state=found.state._replace(status=_status(found.state, then.status), **told_terms))


def _status(now: PledgeState, then: int | None) -> int:
    """Whether it was enforced at an earlier time; whether it has ended is said by its end alone, which a restoration takes away."""
    if then == PledgeStatus.ENFORCING:
        return PledgeStatus.ENFORCING
    return PledgeStatus.REGISTERED if now.status == PledgeStatus.ENFORCING else now.status


def life(conn: Connection, found: Standing, at: int | None = None, time: int | None = None) -> Life:
    """How a pledge stands about a time."""
    stands = _life(found.state, about(conn, at, time))
    return Life.EMPTY if stands in _LIVE and pledges.is_empty(conn, found.pledge.pledge, at, time) else stands


def _life(state: PledgeState, when: int) -> Life:
    """How a pledge itself stands at a second; the same rule as `liveness.pledge_live`."""
    if state.begins is None:
        return Life[PledgeStatus(state.status).name]
    if state.begins > when:
        return Life.NOT_YET
    if state.ended_at is not None and state.ended_at <= when:
        return Life.RESTORING if state.status == PledgeStatus.RESTORING else Life.ENDED
    if state.expires and state.expires < when:
        return Life.LAPSED
    return Life.ENFORCING if state.status == PledgeStatus.ENFORCING else Life.REGISTERED


def relations(conn: Connection, pledge: int, *, at: int | None, time: int) -> list[Relation]:
    """The relations in force in which a pledge yields or goes before, in the order of recording."""
    return in_force(related(conn, [pledge], at=at, time=time), {})


def related(conn: Connection, numbers: Collection[int], *, at: int | None, time: int) -> list[Relation]:
    """Every relation of these pledges that counts from the time or earlier, and every end of one, in the order of recording."""
    rows = conn.execute(_related(at is None), {"pledges": list(numbers), "at": at, "time": time})
    return [Relation(*row) for row in rows]


@cache
def _related(is_now: bool) -> Select[Any]:
    columns = RELATION.table.c
    either = or_(*(column.in_(bindparam("pledges", expanding=True)) for column in (columns.pledge, columns.senior)))
    known = told(RELATION, None if is_now else AT)
    return select(RELATION.table).where(either, known, columns.effective <= TIME).order_by(columns.pos)


def in_force(rows: Iterable[Relation], heirs: Mapping[int, int]) -> list[Relation]:
    """The relations that no later row ends; a pledge counts as the one that stands in its place (`heirs`)."""
    found: list[Relation] = []
    for row in rows:
        junior, senior = heirs.get(row.pledge, row.pledge), heirs.get(row.senior, row.senior)
        if row.kind == RelationKind.ENDED:
            found = [
                each for each in found if (heirs.get(each.pledge, each.pledge), heirs.get(each.senior, each.senior)) != (senior, junior)
            ]
        else:
            found.append(row)
    return found


def refinanced_by(conn: Connection, pledge: int, at: int | None = None) -> list[Refinancing]:
    """The pledges that came in the place of this one: more than one where it was restored in between."""
    columns = REFINANCING.table.c
    return rows_of(conn, REFINANCING, select(REFINANCING.table).where(columns.old == pledge, told(REFINANCING, at)).order_by(columns.pos))


def rectifications(conn: Connection, pledge: int, at: int | None = None) -> list[Rectification]:
    """What was rectified of a pledge, in order."""
    columns = RECTIFICATION.table.c
    asked = select(RECTIFICATION.table).where(columns.pledge == pledge, told(RECTIFICATION, at))
    return rows_of(conn, RECTIFICATION, asked.order_by(columns.pos))


def sales(conn: Connection, pledge: int, at: int | None = None) -> list[Sold]:
    """The sales recorded under a pledge, in order."""
    asked = select(SALE.table).where(SALE.table.c.pledge == pledge, told(SALE, at)).order_by(SALE.table.c.pos)
    return [Sold(sale, _shares(conn, sale), _sold(conn, sale)) for sale in rows_of(conn, SALE, asked)]


def _shares(conn: Connection, sale: Sale) -> list[SaleShare]:
    columns = SALE_SHARE.table.c
    asked = select(SALE_SHARE.table).where(columns.pledge == sale.pledge, columns.pos == sale.pos)
    return rows_of(conn, SALE_SHARE, asked.order_by(columns.ordinal))


def _sold(conn: Connection, sale: Sale) -> list[bytes]:
    columns = SALE_ASSET.table.c
    asked = select(columns.asset).where(columns.pledge == sale.pledge, columns.pos == sale.pos).order_by(columns.ordinal)
    return list(conn.execute(asked).scalars())
