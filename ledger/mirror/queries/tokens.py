"""Ranges: who holds what, now and then, and where it came from. Lineage is arithmetic: what overlaps a range is its history."""

from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, func, or_, select

from ledger.domain import ranges
from ledger.domain.money import MAX_MINOR
from ledger.domain.ranges import Drawn, Range
from ledger.mirror.models import RECEIVABLE, RECEIVABLE_STATE, TOKEN, TRANSFER, Receivable, ReceivableStatus, Token, Transfer
from ledger.mirror.queries.payments import steps
from ledger.mirror.queries.reading import Page, cut, known, one, ordered, page, rows_of, valid
from ledger.mirror.schema import Address, word


class Holding(NamedTuple):
    """A part [start, end) of the range asked about, and who held it from a position up to (not including) another, None = still."""

    start: int
    end: int
    owner: Address
    from_pos: int
    to_pos: int | None


class Held(NamedTuple):
    """A token with its receivable."""

    token: Token
    receivable: Receivable


def get(conn: Connection, receivable: int, start: int, at: int | None = None) -> Token | None:
    """The token that begins at `start` of the receivable with this number."""
    return one(conn, TOKEN, TOKEN.table.c.receivable == receivable, TOKEN.table.c.start == start, valid(TOKEN, at))


def at_unit(conn: Connection, receivable: int, unit: int, at: int | None = None) -> Token | None:
    """The token in whose range a minor unit of a receivable lies."""
    if unit > MAX_MINOR:
        return None
    columns = TOKEN.table.c
    where = (columns.receivable == receivable, columns.start <= unit, columns.start + columns.length > unit)
    return one(conn, TOKEN, *where, valid(TOKEN, at))


def of_receivable(
    conn: Connection, receivable: int, at: int | None = None, *, limit: int = 100, after: tuple[int] | None = None
) -> Page[Token]:
    """The tokens that tile a receivable, by start."""
    return page(conn, TOKEN, [TOKEN.table.c.receivable == receivable, valid(TOKEN, at)], ["start"], limit=limit, after=after)


def portfolio(
    conn: Connection,
    owner: bytes,
    at: int | None = None,
    *,
    live_only: bool = False,
    limit: int = 100,
    after: tuple[int, int] | None = None,
) -> Page[Held]:
    """An account's tokens with their receivables, by receivable and start; with `live_only`, of receivables not closed."""
    token, receivable = TOKEN.table, RECEIVABLE.table
    asked = select(token, receivable).join(receivable, receivable.c.number == token.c.receivable)
    asked = asked.where(token.c.owner == owner, valid(TOKEN, at))
    if live_only:
        state = RECEIVABLE_STATE.table
        asked = asked.join(state, state.c.receivable == token.c.receivable)
        asked = asked.where(valid(RECEIVABLE_STATE, at), state.c.status == ReceivableStatus.LIVE)
    rows = conn.execute(ordered(asked, [token.c.receivable, token.c.start], limit, after))
    return cut([_held(row) for row in rows], limit, lambda held: (held.token.receivable, held.token.start))


def _held(row: Row[*tuple[object, ...]]) -> Held:
    width = len(TOKEN.table.c)
    return Held(Token._make(row[:width]), Receivable._make(row[width:]))


def lineage(conn: Connection, receivable: int, start: int, end: int) -> list[Holding]:
    """Who held any part of [start, end) when, in the order of time and then of range."""
    asked = select(TOKEN.table).where(TOKEN.table.c.receivable == receivable, _overlaps(start, end))
    rows = rows_of(conn, TOKEN, asked.order_by(TOKEN.table.c.from_pos, TOKEN.table.c.start))
    return [_clipped(token, start, end) for token in rows]


def lineage_page(
    conn: Connection,
    receivable: int,
    start: int,
    end: int,
    at: int | None = None,
    *,
    limit: int = 100,
    after: tuple[int, int] | None = None,
) -> Page[Holding]:
    """The lineage of [start, end) in pages, as known at a position: a receivable may be cut into many pieces."""
    where = [TOKEN.table.c.receivable == receivable, _overlaps(start, end), TOKEN.table.c.from_pos <= known(at)]
    found = page(conn, TOKEN, where, ["from_pos", "start"], limit=limit, after=after)
    return Page([_as_known(_clipped(token, start, end), at) for token in found.rows], found.next)


def ever_held(conn: Connection, receivable: int, account: bytes) -> bool:
    """Whether an account holds or held any part of a receivable."""
    where = (TOKEN.table.c.receivable == receivable, TOKEN.table.c.owner == account)
    return conn.execute(select(TOKEN.table.c.start).where(*where).limit(1)).first() is not None


def holders(conn: Connection, receivable: int, start: int, end: int, at: int | None = None) -> list[Holding]:
    """Who holds the parts of [start, end) as at a position, by start."""
    asked = select(TOKEN.table).where(TOKEN.table.c.receivable == receivable, _overlaps(start, end), valid(TOKEN, at))
    return [_clipped(token, start, end) for token in rows_of(conn, TOKEN, asked.order_by(TOKEN.table.c.start))]


def transfers(
    conn: Connection,
    receivable: int,
    start: int | None = None,
    end: int | None = None,
    *,
    limit: int = 100,
    after: tuple[int] | None = None,
) -> Page[Transfer]:
    """The transfers that touched a range (the whole receivable without one), in order."""
    where = [TRANSFER.table.c.receivable == receivable]
    if start is not None and end is not None:
        where += [TRANSFER.table.c.start < end, TRANSFER.table.c.start + TRANSFER.table.c.length > start]
    return page(conn, TRANSFER, where, ["pos"], limit=limit, after=after)


def transfers_of(conn: Connection, account: bytes, *, limit: int = 100, after: tuple[int, int] | None = None) -> Page[Transfer]:
    """The transfers that an account sent or received, newest first."""
    either = or_(TRANSFER.table.c.sender == account, TRANSFER.table.c.recipient == account)
    return page(conn, TRANSFER, [either], ["pos", "receivable"], limit=limit, after=after, newest_first=True)


def tiled(conn: Connection, receivable: int, at: int | None = None) -> tuple[int, int]:
    """(number of tokens, sum of their lengths): the sum is the face of a confirmed receivable, always."""
    asked = select(func.count(), func.sum(TOKEN.table.c.length)).where(TOKEN.table.c.receivable == receivable, valid(TOKEN, at))
    count, length = conn.execute(asked).one()
    return int(count), int(length or 0)


def owed(conn: Connection, receivable: int, start: int, end: int, at: int | None = None) -> int:
    """What [start, end) is still owed of its principal after the payments and retirements, in minor units."""
    return ranges.owed(steps(conn, receivable, at), Range(start, end))


def undrawn(conn: Connection, token: Token, at: int | None = None) -> Drawn:
    """What a token could draw of the payments that it has not drawn."""
    return ranges.drawn(steps(conn, token.receivable, at), Range(token.start, token.start + token.length), token.cursor)


def by_token_id(conn: Connection, token: int, at: int | None = None) -> Token | None:
    """The token of an ERC-721 id (receivable id << 64 | start)."""
    number = conn.execute(select(RECEIVABLE.table.c.number).where(RECEIVABLE.table.c.id == word(token >> 64))).scalar()
    return None if number is None else get(conn, number, token & ((1 << 64) - 1), at)


def _overlaps(start: int, end: int) -> ColumnElement[bool]:
    return (TOKEN.table.c.start < end) & (TOKEN.table.c.start + TOKEN.table.c.length > start)


def _as_known(holding: Holding, at: int | None) -> Holding:
    """What ended after a position had not ended at it."""
    return holding._replace(to_pos=None) if at is not None and holding.to_pos is not None and holding.to_pos > at else holding


def _clipped(token: Token, start: int, end: int) -> Holding:
    return Holding(max(start, token.start), min(end, token.start + token.length), token.owner, token.from_pos, token.to_pos)
