"""What became of signed acts: the outbox joins it by (account, act id)."""

from collections.abc import Sequence

from sqlalchemy import Connection, select, tuple_

from ledger.mirror.models import ACT, KIND, RELAYER, Act, Kind, Outcome
from ledger.mirror.queries.reading import Page, listed, one, page, rows_of, valid
from ledger.mirror.schema import word

_OUTCOMES = select(ACT.table).where(tuple_(ACT.table.c.account, ACT.table.c.act_id).in_(listed("acts", 20, 32))).order_by(ACT.table.c.pos)
_SPENT = (Outcome.DONE, Outcome.REFUSED, Outcome.VOIDED)


def outcomes(conn: Connection, acts: Sequence[tuple[bytes, int]]) -> list[Act]:
    """Everything that the chain says of these (account, act id) pairs, in the order of the chain; an act may have been skipped before it
    was done.
    """
    return [Act(*row) for row in conn.execute(_OUTCOMES, {"acts": b"".join(account + word(act) for account, act in acts)})]


def spent(conn: Connection, account: bytes, act: int) -> Act | None:
    """The event that spent an act id (done, refused or voided); None while it may still run."""
    columns = ACT.table.c
    return one(conn, ACT, columns.account == account, columns.act_id == word(act), columns.outcome.in_(_SPENT))


def after(conn: Connection, pos: int, limit: int = 100) -> Page[Act]:
    """Outcomes after a position, oldest first: a feed to go on from `next`."""
    return page(conn, ACT, [ACT.table.c.pos > pos], ["pos"], limit=limit, after=None)


def of_account(conn: Connection, account: bytes, *, limit: int = 100, after: tuple[int] | None = None) -> Page[Act]:
    """An account's acts, newest first."""
    return page(conn, ACT, [ACT.table.c.account == account], ["pos"], limit=limit, after=after, newest_first=True)


def kinds(conn: Connection) -> list[Kind]:
    """The kinds of act that Acts knows, in the order of their addition."""
    return rows_of(conn, KIND, select(KIND.table).order_by(KIND.table.c.pos))


def is_relayer(conn: Connection, address: bytes, at: int | None = None) -> bool:
    """Whether an address may send acts."""
    return one(conn, RELAYER, RELAYER.table.c.address == address, valid(RELAYER, at)) is not None
