"""Who held any cent of a receivable when: once by the events that moved ranges, once by the arithmetic of the tokens that lay over it.

Both say the same (`tests/ledger/mirror/test_ownership.py`): events are what was signed, tokens what the contract has.
"""

from collections.abc import Iterable
from itertools import pairwise

from sqlalchemy import Connection, select

from ledger.mirror.models import TRANSFER, Transfer
from ledger.mirror.queries.reading import rows_of
from ledger.mirror.queries.tokens import Holding, lineage


def by_events(conn: Connection, receivable: int, start: int, end: int) -> list[Holding]:
    """The holdings of [start, end) as the moves tell them, each as wide as it was held by one account for one time."""
    asked = select(TRANSFER.table).where(TRANSFER.table.c.receivable == receivable, TRANSFER.table.c.start < end)
    moves = rows_of(conn, TRANSFER, asked.order_by(TRANSFER.table.c.pos))
    held: list[Holding] = []
    ended: list[Holding] = []
    for move in moves:
        held, gone = _moved(held, move, start, end)
        ended += gone
    return _coalesced([*ended, *held])


def _moved(held: list[Holding], move: Transfer, start: int, end: int) -> tuple[list[Holding], list[Holding]]:
    """What is held after a move, and what ended with it."""
    low, high = max(start, move.start), min(end, move.start + move.length)
    if low >= high:
        return held, []
    kept, gone = [], []
    for one in held:
        inner = one._replace(start=max(low, one.start), end=min(high, one.end))
        if inner.start >= inner.end or one.owner == move.recipient:
            kept.append(one)
            continue
        gone.append(inner._replace(to_pos=move.pos))
        kept += [each for each in (one._replace(end=inner.start), one._replace(start=inner.end)) if each.start < each.end]
    taken = _without(low, high, [one for one in kept if one.owner == move.recipient])
    return [*kept, *(Holding(*part, move.recipient, move.pos, None) for part in taken)], gone


def _without(low: int, high: int, mine: Iterable[Holding]) -> list[tuple[int, int]]:
    """The parts of [low, high) that are none of these holdings'."""
    parts, at = [], low
    for one in sorted(mine):
        if at < min(one.start, high):
            parts.append((at, min(one.start, high)))
        at = max(at, one.end)
    return [*parts, (at, high)] if at < high else parts


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
