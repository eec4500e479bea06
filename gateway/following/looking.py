"""Looking for the next events: one snapshot, a position to go on from, and what was undone meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from gateway.following.selection import Selection
from gateway.following.sight import Sight
from gateway.services import Services
from ledger.chain.blocks import LOG_BITS, last_position
from ledger.mirror.queries import chain, events
from ledger.mirror.queries.events import Told

MOST_LOOKED_AT = 500
BEGINNING = -1


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far somebody has followed: the last position, and the hash of its block, by which a fork is seen. No hash: not known."""

    pos: int = BEGINNING
    hash: bytes | None = None

    @property
    def block(self) -> int:
        return self.pos >> LOG_BITS


@dataclass(frozen=True, slots=True)
class Found:
    """Events after a cursor, each with its own, the cursor behind all that was looked at, and whether there may be more at once.

    `undone`: the cursor's block is no longer part of the chain; then there are no events.
    """

    events: list[tuple[Told, Cursor]]
    cursor: Cursor
    more: bool
    undone: bool = False


def look(services: Services, account: bytes | None, selection: Selection, cursor: Cursor, *, final: bool = True) -> Found:
    """The next events that an account sees, oldest first; `final`: of blocks that nothing undoes any more."""
    with services.snapshot() as conn:
        held = chain.held(conn)
        if held is None or held.hash is None:
            return Found([], cursor, more=False)
        last = held.block - services.engine.finality if final else held.block
        if is_undone(conn, cursor, held.block):
            return Found([], cursor, more=False, undone=True)
        if last_position(last) <= cursor.pos:
            return Found([], cursor, more=False)
        page = events.feed(conn, services.events, after=cursor.pos, until=last_position(last), limit=MOST_LOOKED_AT)
        sight = Sight(conn, account)
        wanted = [each for each in page.rows if selection.takes(each) and sight.sees(each)]
        hashes = {block: at(conn, last_position(block)).hash for block in {each.block for each in wanted}}
        reached = page.rows[-1].pos if page.next is not None else last_position(last)
        found = [(each, Cursor(each.pos, hashes[each.block])) for each in wanted]
        return Found(found, at(conn, reached), more=page.next is not None)


def is_undone(conn: Connection, cursor: Cursor, held: int) -> bool:
    """Whether the mirror holds another block where the cursor's was. A mirror that is not so far yet says nothing."""
    if cursor.hash is None or cursor.block > held:
        return False
    header = chain.header(conn, cursor.block)
    return header is not None and header.hash != cursor.hash


def at(conn: Connection, pos: int) -> Cursor:
    """The cursor at a position that is held."""
    header = chain.header(conn, pos >> LOG_BITS)
    return Cursor(pos, None if header is None else header.hash)


def back(services: Services, cursor: Cursor, recent: Sequence[Cursor]) -> Cursor:
    """Where a reader goes back to whose cursor's block was undone: the newest of `recent` that still stands, else before all that was not
    final when it came. A chain whose history may be set back whole (a development chain) says nothing of that: there it is the beginning.
    """
    with services.snapshot() as conn:
        standing = (each for each in reversed(recent) if at(conn, each.pos) == each)
        found = next(standing, None)
        if found is not None or services.engine.development_clock:
            return found or Cursor()
        return at(conn, last_position(max(0, cursor.block - services.engine.finality - 1)))
