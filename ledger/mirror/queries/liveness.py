"""What is live as at two times, as conditions on rows: the same rule for one asset, one pledge and the whole register."""

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from ledger.chain.blocks import LOG_BITS
from ledger.mirror.models import BLOCK, ENCUMBRANCE, PLEDGE_STATE, SEGMENT, PledgeStatus
from ledger.mirror.queries.reading import AT, When, valid

IN_FORCE = (PledgeStatus.REGISTERED, PledgeStatus.ENFORCING)
_OVER = (PledgeStatus.ENDED, PledgeStatus.RESTORING)


def about(conn: Connection, at: int | None, time: int | None) -> int:
    """The time asked about: stated, or that of the last block known at the position."""
    if time is not None:
        return time
    found: int | None = conn.execute(_LAST_TIME if at is None else _TIME_AT, {"at": None if at is None else at >> LOG_BITS}).scalar()
    return found or 0


_LAST_TIME = select(BLOCK.c.time).order_by(BLOCK.c.number.desc()).limit(1)
_TIME_AT = _LAST_TIME.where(BLOCK.c.number <= AT)


def pledge_live(when: int | ColumnElement[int]) -> ColumnElement[bool]:
    """A pledge that stands since `when` or longer, has not lapsed, and whose end, if it is known, counts from later."""
    state = PLEDGE_STATE.table.c
    in_force = or_(state.status.in_(IN_FORCE), and_(state.status.in_(_OVER), state.ended_at > when))
    return and_(in_force, state.begins <= when, or_(state.expires == 0, state.expires >= when))


def leaf_live(when: int | ColumnElement[int]) -> ColumnElement[bool]:
    """An asset whose segment counts and whose own end, if it is known, counts from later."""
    leaf = ENCUMBRANCE.table.c
    return and_(SEGMENT.table.c.effective <= when, or_(leaf.ended_at.is_(None), leaf.ended_at > when))


def of_segment(at: When, time: When) -> ColumnElement[bool]:
    """Joins an encumbrance's segment as it stands, or as the last that was known said of an earlier time."""
    same = SEGMENT.table.c.segment == ENCUMBRANCE.table.c.segment
    return and_(same, segment_held(at, time))


def segment_held(at: When, time: When) -> ColumnElement[bool]:
    """The version of a segment that says whose it was: a refinancing gives it to another pledge from its own time on."""
    if time is None:
        return valid(SEGMENT, at)
    other = SEGMENT.table.alias()
    last = select(func.max(other.c.from_pos)).where(other.c.segment == SEGMENT.table.c.segment, other.c.held_since <= time)
    if at is not None:
        last = last.where(other.c.from_pos <= at)
    return SEGMENT.table.c.from_pos == last.scalar_subquery()


def of_pledge(at: When) -> ColumnElement[bool]:
    """Joins the state of a segment's pledge."""
    return and_(PLEDGE_STATE.table.c.pledge == SEGMENT.table.c.pledge, valid(PLEDGE_STATE, at))
