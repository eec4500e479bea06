"""All that is recorded of a right: by whatever number it is asked for, as known at a position about a time."""

from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, and_, bindparam, or_, select

from ledger.domain.pledge_words import AssetFlag, Flag, HoldTarget
from ledger.mirror.models import ENCUMBRANCE, PLEDGE, PLEDGE_STATE, SEGMENT, Difference, PledgeStatus
from ledger.mirror.queries import holds, pledges
from ledger.mirror.queries.liveness import IN_FORCE, about
from ledger.mirror.queries.numbers import Resolved, look_up
from ledger.mirror.queries.pledges import Burden, Standing
from ledger.mirror.queries.reading import AT, TIME, one, told, valid
from ledger.mirror.register_models import ADOPTION, ANCHORED_REGISTER, SEED, Asset, Hold, Seed


class Reservation(NamedTuple):
    """A right that a filing, or a supplement to come, has claimed until a second."""

    segment: int
    until: int
    pledge: Standing


class AnchoredOn(NamedTuple):
    """A live record of an anchored register on a right; `pledge` is what it became, None while it is adopted by nobody."""

    seed: Seed
    pledge: int | None


class AssetRecord(NamedTuple):
    """A right with everything on it; `burdens` in the base order, ended ones too."""

    resolved: Resolved
    at: int | None
    time: int
    word: Asset | None
    burdens: list[Burden]
    reservations: list[Reservation]
    anchored: list[AnchoredOn]
    holds: list[Hold]
    differences: list[Difference]

    @property
    def live(self) -> list[Burden]:
        """The burdens that are live about the time."""
        return [burden for burden in self.burdens if burden.live]

    @property
    def unadopted(self) -> list[AnchoredOn]:
        """Anchored records that nobody has adopted."""
        return [anchored for anchored in self.anchored if anchored.pledge is None]

    def has(self, flag: AssetFlag) -> bool:
        """Whether its word has a flag."""
        return self.word is not None and bool(self.word.flags & flag)


def asset(conn: Connection, number: bytes, *, at: int | None = None, time: int | None = None) -> AssetRecord:
    """The record of a right by one of its numbers; an empty one where nothing is known."""
    resolved, word = look_up(conn, number, at)
    when = about(conn, at, time)
    return AssetRecord(
        resolved=resolved,
        at=at,
        time=when,
        word=word,
        burdens=pledges.on_right(conn, resolved.numbers, when, at=at, time=time, live_only=False),
        reservations=reservations(conn, resolved, at=at, time=when),
        anchored=anchored(conn, resolved, at),
        holds=holds.of(conn, HoldTarget.ASSET, resolved.numbers, None, at),
        differences=[each for one in resolved.numbers for each in pledges.differences(conn, asset=one, at=at)],
    )


def reservations(conn: Connection, resolved: Resolved, *, at: int | None, time: int) -> list[Reservation]:
    """The claims of a right that wait to be registered, in the order of filing."""
    rows = conn.execute(_reservations(at is None), {"numbers": list(resolved.numbers), "at": at, "time": time})
    return [Reservation(row[-2], row[-1], Standing.of(row[:-2])) for row in rows]


# What is asked of every right is built once: to build a statement costs more than to run it.
@cache
def _reservations(is_now: bool) -> Select[Any]:
    at, state, segment = None if is_now else AT, PLEDGE_STATE.table.c, SEGMENT.table.c
    claims = and_(
        state.status == PledgeStatus.ACCEPTED,
        state.first_segment == segment.segment,
        state.flags.bitwise_and(int(Flag.DISPLACED)) == 0,
    )
    asked = pledges.standings(at).join(SEGMENT.table, and_(segment.pledge == PLEDGE.table.c.pledge, valid(SEGMENT, at)))
    asked = asked.join(ENCUMBRANCE.table, and_(ENCUMBRANCE.table.c.segment == segment.segment, valid(ENCUMBRANCE, at)))
    these = ENCUMBRANCE.table.c.asset.in_(bindparam("numbers", expanding=True))
    asked = asked.where(these, segment.effective.is_(None), segment.reserved_until >= TIME)
    asked = asked.where(or_(claims, state.status.in_(IN_FORCE))).add_columns(segment.segment, segment.reserved_until)
    return asked.order_by(state.sequence, segment.segment)


def anchored(conn: Connection, resolved: Resolved, at: int | None = None) -> list[AnchoredOn]:
    """The live records of anchored registers on a right, in the order of their numbers; a record of several anchors once."""
    rows = conn.execute(_seeds(at is None), {"numbers": list(resolved.numbers), "at": at})
    by_record = {(seed.register, seed.number): seed for seed in (Seed(*row) for row in rows)}
    return [AnchoredOn(seed, adopted(conn, seed.register, seed.number, at)) for seed in by_record.values()]


@cache
def _seeds(is_now: bool) -> Select[Any]:
    columns = SEED.table.c
    these = columns.asset.in_(bindparam("numbers", expanding=True))
    return select(SEED.table).where(these, told(SEED, None if is_now else AT)).order_by(columns.register, columns.number)


def adopted(conn: Connection, register: int, number: bytes, at: int | None = None) -> int | None:
    """The pledge that an anchored record became; None if nobody adopted it."""
    columns = ADOPTION.table.c
    asked = select(columns.pledge).where(columns.register == register, columns.number == number, told(ADOPTION, at))
    found: int | None = conn.execute(asked).scalar()
    return found


def unseeded(conn: Connection, register: int, at: int | None = None) -> int:
    """How many live anchored assets a register still waits for."""
    row = one(conn, ANCHORED_REGISTER, ANCHORED_REGISTER.table.c.register == register, valid(ANCHORED_REGISTER, at))
    return row.unseeded if row else 0
