"""What the register has of the liens on a right, read for all of them at once: to build and send a statement costs more than to run it."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Connection, and_, bindparam, func, select

from ledger.mirror.models import INSTRUMENT, PLEDGE_ACT, PLEDGE_STATE, SEGMENT, Change, Instrument, Party, PledgeAct
from ledger.mirror.queries import pledges, records
from ledger.mirror.queries.assets import AssetRecord
from ledger.mirror.queries.pledges import Burden, Done, Standing
from ledger.mirror.queries.reading import AT, TIME, known, portions, told
from ledger.mirror.register_models import REFINANCING, Refinancing
from ledger.mirror.schema import number


class Told(NamedTuple):
    """An act on a pledge, and the amount that was stated as from it: None where none is. `is_stated`: whether it stated any terms."""

    done: Done
    is_stated: bool
    amount: int | None


class Facts(NamedTuple):
    """The pledges as they stand about the time, and their parties; the refinancing that made each, and those before them; by segment the
    position from which it counts; and by pledge, those refinanced too, the acts that count.
    """

    standings: dict[int, Standing]
    parties: dict[int, list[Party]]
    made_by: dict[int, Refinancing]
    counts_since: dict[int, int]
    acts: dict[int, list[Told]]


def facts(conn: Connection, right: AssetRecord, burdens: Mapping[int, Burden]) -> Facts:
    """What a right's burdens, by their pledges, stand on."""
    standings = records.about_time(conn, [burden.pledge for burden in burdens.values()], right.at, right.time)
    made_by = _refinancings(conn, burdens, right.at)
    return Facts(
        dict(zip(burdens, standings, strict=True)),
        pledges.parties_of(conn, burdens, right.at, right.time),
        made_by,
        _counts_since(conn, {burden.segment.segment for burden in burdens.values()}),
        _acts(conn, {*burdens, *(step.old for step in made_by.values())}, right),
    )


_THESE: BindParameter[Any] = bindparam("pledges", expanding=True)

_MADE_BY = select(REFINANCING.table).where(REFINANCING.table.c.pledge.in_(_THESE), told(REFINANCING, AT))
_COUNTS_SINCE = (
    select(SEGMENT.table.c.segment, func.min(SEGMENT.table.c.from_pos))
    .where(SEGMENT.table.c.segment.in_(bindparam("segments", expanding=True)), SEGMENT.table.c.effective.is_not(None))
    .group_by(SEGMENT.table.c.segment)
)
_WIDTH = len(PLEDGE_ACT.table.c)
_ACTS = (
    select(PLEDGE_ACT.table, INSTRUMENT.table, PLEDGE_STATE.table.c.ceiling, PLEDGE_STATE.table.c.currency)
    .join(INSTRUMENT.table, INSTRUMENT.table.c.act == PLEDGE_ACT.table.c.act, isouter=True)
    .join(
        PLEDGE_STATE.table,
        and_(PLEDGE_STATE.table.c.pledge == PLEDGE_ACT.table.c.pledge, PLEDGE_STATE.table.c.from_pos == PLEDGE_ACT.table.c.pos),
        isouter=True,
    )
    .where(PLEDGE_ACT.table.c.pledge.in_(_THESE), told(PLEDGE_ACT, AT), func.coalesce(PLEDGE_ACT.table.c.effective, 0) <= TIME)
    .order_by(PLEDGE_ACT.table.c.pos)
)


def _refinancings(conn: Connection, numbers: Iterable[int], at: int | None) -> dict[int, Refinancing]:
    """The refinancings that made pledges, those in whose place they stand, and so on; by pledge."""
    found: dict[int, Refinancing] = {}
    fresh = list(numbers)
    while fresh:
        rows = [Refinancing(*row) for some in portions(fresh) for row in conn.execute(_MADE_BY, {"pledges": some, "at": known(at)})]
        found |= {row.pledge: row for row in rows}
        fresh = [row.old for row in rows if row.old not in found]
    return found


def _counts_since(conn: Connection, segments: Iterable[int]) -> dict[int, int]:
    """The position from which each segment counts."""
    return {segment: pos for some in portions(segments) for segment, pos in conn.execute(_COUNTS_SINCE, {"segments": some})}


def _acts(conn: Connection, numbers: Iterable[int], right: AssetRecord) -> dict[int, list[Told]]:
    """The acts on pledges until the time, in the order of the chain."""
    found: dict[int, list[Told]] = {number: [] for number in numbers}
    given = {"at": known(right.at), "time": right.time}
    for row in (row for some in portions(found) for row in conn.execute(_ACTS, {"pledges": some, **given})):
        act, document = PledgeAct(*row[:_WIDTH]), row[_WIDTH:-2]
        amount, currency = row[-2:]
        done = Done(act, None if document[0] is None else Instrument(*document))
        is_stated = bool(act.changes & Change.TERMS) and amount is not None and act.effective is not None
        found[act.pledge].append(Told(done, is_stated, number(amount) if is_stated and currency else None))
    return found
