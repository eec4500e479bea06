"""A register's work by month: acts on its pledges, counted in the month of the block that told them.

A lapse is no act: nobody does anything when a pledge's term ends. What happened before the ledger and was anchored or recorded later counts
when it came here; when it counts in law is asked of the pledges.
"""

from collections import Counter
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from ledger.domain.calendar import add_months, start_of_day
from ledger.mirror.models import PLEDGE, PLEDGE_ACT
from ledger.mirror.queries import chain


class Month(NamedTuple):
    """What was done at a register in a month. A refinancing ends a pledge and makes one; it is neither a registration nor a discharge."""

    first: date
    filings: int
    registrations: int
    adoptions: int
    refinancings: int
    changes: int
    refusals: int
    returns: int
    withdrawals: int
    discharges: int
    part_discharges: int


KINDS = {
    "PledgeFiled": "filings",
    "PledgeRegistered": "registrations",
    "RecordAdopted": "adoptions",
    "PledgeRefinanced": "refinancings",
    "TermsChanged": "changes",
    "PartiesChanged": "changes",
    "SegmentAdded": "changes",
    "PledgeRefused": "refusals",
    "PledgeReturned": "returns",
    "FilingWithdrawn": "withdrawals",
    "PledgeReleased": "discharges",
    "AssetsReleased": "part_discharges",
}
"""What an event of a pledge is counted as."""


def month(conn: Connection, register: int, first: date, zone: ZoneInfo, at: int | None = None) -> Month:
    """The month that begins with the day `first` in `zone`, as known at a position."""
    low, high = (_until(conn, day, zone) for day in (first, add_months(first, 1)))
    columns = PLEDGE_ACT.table.c
    asked = select(columns.event, func.count()).join_from(PLEDGE_ACT.table, PLEDGE.table, PLEDGE.table.c.pledge == columns.pledge)
    asked = asked.where(PLEDGE.table.c.register == register, columns.pos > low, columns.pos <= (high if at is None else min(at, high)))
    counted: Counter[str] = Counter()
    for event, count in conn.execute(asked.group_by(columns.event)):
        counted[KINDS.get(event, "")] += count
    return Month(first, *(counted[name] for name in Month._fields[1:]))


def _until(conn: Connection, day: date, zone: ZoneInfo) -> int:
    """The last position before a day."""
    return chain.position_before(conn, start_of_day(day, zone))
