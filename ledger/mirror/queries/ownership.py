"""Who held any cent of a receivable when: once by the events that moved ranges, once by the arithmetic of the tokens that lay over it.

Both say the same (`tests/ledger/mirror/test_ownership.py`): events are what was signed, tokens what the contract has.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import pairwise

from sqlalchemy import Connection, select

from ledger.mirror.models import TRANSFER
from ledger.mirror.queries.tokens import Holding, lineage


def by_events(conn: Connection, receivable: int, start: int, end: int) -> list[Holding]:
    """The holdings of [start, end) as the moves tell them, each as wide as it was held by one account for one time."""
    columns = TRANSFER.table.c
    asked = select(columns.start, columns.length, columns.recipient, columns.pos).where(columns.receivable == receivable)
    asked = asked.where(columns.start < end, columns.start + columns.length > start)
    held, ended = _Line(), list[Holding]()
    for low, length, recipient, pos in conn.execute(asked.order_by(columns.pos)):
        ended += held.moved(max(start, low), min(end, low + length), recipient, pos)
    return _coalesced([*ended, *held.parts])


class _Line:
    """Who holds what of a line, by start: a move looks only at the parts that it touches."""

    def __init__(self) -> None:
        self.starts: list[int] = []
        self.parts: list[Holding] = []

    def moved(self, low: int, high: int, owner: bytes, pos: int) -> list[Holding]:
        """[low, high) goes to an account; what ended with it. What it had of it already stays as it is."""
        first = max(0, bisect_right(self.starts, low) - 1)
        last = bisect_left(self.starts, high, first)
        touched = [part for part in self.parts[first:last] if part.end > low]
        first = last - len(touched)
        ended = [part._replace(start=max(low, part.start), end=min(high, part.end), to_pos=pos) for part in touched if part.owner != owner]
        after = [*_outside(touched, low, high, owner), *_inside(touched, low, high, owner, pos)]
        after.sort()
        self.parts[first:last] = after
        self.starts[first:last] = [part.start for part in after]
        return ended


def _outside(touched: list[Holding], low: int, high: int, owner: bytes) -> Iterator[Holding]:
    """What stays of the parts that a move touches."""
    for part in touched:
        if part.owner == owner:
            yield part
            continue
        if part.start < low:
            yield part._replace(end=low)
        if part.end > high:
            yield part._replace(start=high)


def _inside(touched: list[Holding], low: int, high: int, owner: bytes, pos: int) -> Iterator[Holding]:
    """What is the account's from a move on: all of [low, high) that it had not before."""
    at = low
    for part in touched:
        if part.owner == owner:
            if at < part.start:
                yield Holding(at, part.start, owner, pos, None)
            at = max(at, part.end)
    if at < high:
        yield Holding(at, high, owner, pos, None)


def by_arithmetic(conn: Connection, receivable: int, start: int, end: int) -> list[Holding]:
    """The holdings of [start, end) as the tokens over it say: cut at every boundary, then joined while one account held them."""
    line = lineage(conn, receivable, start, end)
    cuts = sorted({start, end, *(each.start for each in line), *(each.end for each in line)})
    cells = [cell for low, high in pairwise(cuts) for cell in _cell(line, low, high)]
    return _coalesced(cells)


def _cell(line: list[Holding], low: int, high: int) -> list[Holding]:
    """Who held [low, high), which no boundary cuts, one after another."""
    found: list[Holding] = []
    for one in sorted((each for each in line if each.start <= low and high <= each.end), key=lambda each: each.from_pos):
        if found and found[-1].owner == one.owner:
            found[-1] = found[-1]._replace(to_pos=one.to_pos)
        else:
            found.append(one._replace(start=low, end=high))
    return found


def _coalesced(holdings: Iterable[Holding]) -> list[Holding]:
    """Neighbours that one account held from and until the same positions, as one."""
    found: list[Holding] = []
    for one in sorted(holdings, key=lambda each: (each.from_pos, each.to_pos or 0, each.owner, each.start)):
        last = found[-1] if found else None
        if last is not None and (last.end, *last[2:]) == (one.start, *one[2:]):
            found[-1] = last._replace(end=one.end)
        else:
            found.append(one)
    return found
