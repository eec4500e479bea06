"""Totals over a whole register: what a reconciliation holds against source and chain."""

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, func, select

from ledger.mirror.models import (
    DIFFERENCE,
    ENCUMBRANCE,
    INSTRUMENT,
    NOTE,
    PARTY,
    PLEDGE,
    PLEDGE_ACT,
    PLEDGE_STATE,
    SEGMENT,
    Party,
    PledgeState,
    PledgeStatus,
)
from ledger.mirror.queries.liveness import IN_FORCE, of_pledge, of_segment
from ledger.mirror.queries.reading import rows_of, valid
from ledger.mirror.register_models import PARTY_RECORD, RECTIFICATION, RELATION


class PledgeTotals(NamedTuple):
    """Counts over all pledges as they stand now.

    `links` are assets of segments, `ended_links` those that ended alone, `live_links` those whose pledge is in force, `live_assets` the
    different assets among them. `parties` are records of what became of a party, `documents` different office records on which anything
    was done, by register.
    """

    pledges: int
    ended: int
    segments: int
    links: int
    ended_links: int
    live_links: int
    live_assets: int
    differences: int
    notes: int
    relations: int
    rectified: int
    parties: int
    with_amount: int
    documents: int


class Link(NamedTuple):
    """An asset's place in a segment."""

    segment: int
    leaf: int
    asset: bytes


def pledges(conn: Connection) -> PledgeTotals:
    """The totals."""
    return PledgeTotals(
        pledges=_count(conn, select(func.count()).select_from(PLEDGE.table)),
        ended=_count(conn, _states(PLEDGE_STATE.table.c.status == PledgeStatus.ENDED)),
        segments=_count(conn, select(func.count()).select_from(SEGMENT.table).where(valid(SEGMENT, None))),
        links=_count(conn, _links(func.count())),
        ended_links=_count(conn, _links(func.count()).where(ENCUMBRANCE.table.c.ended_at.is_not(None))),
        live_links=_count(conn, _live(func.count())),
        live_assets=_count(conn, _live(func.count(ENCUMBRANCE.table.c.asset.distinct()))),
        differences=_count(conn, select(func.count()).select_from(DIFFERENCE.table)),
        notes=_count(conn, select(func.count()).select_from(NOTE.table)),
        relations=_count(conn, select(func.count()).select_from(RELATION.table)),
        parties=_count(conn, select(func.count()).select_from(PARTY_RECORD.table)),
        rectified=_count(conn, select(func.count()).select_from(RECTIFICATION.table)),
        with_amount=_count(conn, _states(PLEDGE_STATE.table.c.currency != 0)),
        documents=_count(conn, select(func.count()).select_from(_documents().subquery())),
    )


def links(conn: Connection) -> list[Link]:
    """Every asset of every segment, ended ones too."""
    columns = ENCUMBRANCE.table.c
    asked = select(columns.segment, columns.leaf, columns.asset).where(valid(ENCUMBRANCE, None)).order_by(columns.segment, columns.leaf)
    return [Link(*row) for row in conn.execute(asked)]


def parties(conn: Connection) -> dict[int, list[Party]]:
    """Every pledge's parties as they stand: pledgors, then holders, in their order."""
    asked = select(PARTY.table).where(valid(PARTY, None)).order_by(PARTY.table.c.pledge, PARTY.table.c.side, PARTY.table.c.ordinal)
    found: dict[int, list[Party]] = {}
    for row in rows_of(conn, PARTY, asked):
        found.setdefault(row.pledge, []).append(row)
    return found


def states(conn: Connection) -> dict[int, tuple[int, PledgeState]]:
    """Every pledge's register and present state, by its number."""
    asked = select(PLEDGE.table.c.register, PLEDGE_STATE.table).join_from(
        PLEDGE.table, PLEDGE_STATE.table, PLEDGE_STATE.table.c.pledge == PLEDGE.table.c.pledge
    )
    rows = conn.execute(asked.where(valid(PLEDGE_STATE, None)))
    return {row[1]: (row[0], PledgeState(*row[1:])) for row in rows}


def _count(conn: Connection, asked: Select[Any]) -> int:
    return int(conn.execute(asked).scalar_one())


def _states(condition: ColumnElement[bool]) -> Select[Any]:
    return select(func.count()).select_from(PLEDGE_STATE.table).where(valid(PLEDGE_STATE, None), condition)


def _links(counted: ColumnElement[int]) -> Select[Any]:
    return select(counted).select_from(ENCUMBRANCE.table).where(valid(ENCUMBRANCE, None))


def _live(counted: ColumnElement[int]) -> Select[Any]:
    asked = select(counted).select_from(ENCUMBRANCE.table).join(SEGMENT.table, of_segment(None, None))
    asked = asked.join(PLEDGE_STATE.table, of_pledge(None)).where(SEGMENT.table.c.effective.is_not(None))
    return asked.where(valid(ENCUMBRANCE, None), ENCUMBRANCE.table.c.ended_at.is_(None), PLEDGE_STATE.table.c.status.in_(IN_FORCE))


def _documents() -> Select[Any]:
    acts = PLEDGE_ACT.table
    asked = select(PLEDGE.table.c.register, INSTRUMENT.table.c.number).select_from(INSTRUMENT.table)
    asked = asked.join(acts, acts.c.act == INSTRUMENT.table.c.act).join(PLEDGE.table, PLEDGE.table.c.pledge == acts.c.pledge)
    return asked.distinct()
