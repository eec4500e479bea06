"""Who held any cent when: events and arithmetic agree, over random histories and for any range."""

import random

import pytest

from ledger.chain.blocks import last_position
from ledger.mirror.database import Database
from ledger.mirror.queries import receivables, tokens
from ledger.mirror.queries.ownership import by_arithmetic, by_events
from ledger.mirror.queries.tokens import Holding
from tests.ledger.mirror import told
from tests.ledger.mirror.chains import START, Chain
from tests.ledger.mirror.conftest import MakeMirror
from tests.ledger.mirror.histories import History

FACE = 1_000
A, B, C = (told.account(name) for name in "ABC")


def _chain() -> Chain:
    """A has all; B gets the middle and splits it; C gets a part and gives it back; what lies beside it never moved."""
    chain = Chain()
    chain.mine(*map(told.admitted, ("A", "B", "C", "Obligor")))
    chain.mine([told.issued(1, "A", "Obligor", FACE)], [told.confirmed(1, "A", "Obligor", FACE)])
    chain.mine([told.range_moved(1, "A", "B", (0, FACE), (200, 600))])
    chain.mine([told.range_moved(1, "B", "B", (200, 600), (300, 400))])
    chain.mine([told.range_moved(1, "B", "C", (300, 400), (300, 350))])
    chain.mine([told.range_moved(1, "C", "B", (300, 350), (300, 350))])
    return chain


def _blocks(line: list[Holding]) -> list[tuple[int, int, bytes, int, int | None]]:
    return [(one.start, one.end, one.owner, (one.from_pos >> 20) - START, one.to_pos and (one.to_pos >> 20) - START) for one in line]


def test_splits_and_cursors_are_no_change_of_hands(db: Database, mirror_of: MakeMirror) -> None:
    mirror_of(_chain().source()).catch_up()
    with db.read() as conn:
        expected = [(200, 600, A, 1, 2), (0, 200, A, 1, None), (600, FACE, A, 1, None)]
        expected += [(300, 350, B, 2, 4), (200, 300, B, 2, None), (350, 600, B, 2, None)]
        expected += [(300, 350, C, 4, 5), (300, 350, B, 5, None)]
        assert sorted(_blocks(by_events(conn, 1, 0, FACE))) == sorted(expected)
        assert sorted(_blocks(by_arithmetic(conn, 1, 0, FACE))) == sorted(expected)
        assert by_events(conn, 1, FACE, FACE + 1) == by_arithmetic(conn, 1, FACE, FACE + 1) == []


@pytest.mark.parametrize("seed", range(6))
def test_events_and_arithmetic_agree(db: Database, mirror_of: MakeMirror, seed: int) -> None:
    dice, history = random.Random(seed), History(seed)
    history.grow(120)
    mirror_of(history.chain.source()).catch_up()
    with db.read() as conn:
        for standing in receivables.find(conn, limit=1_000).rows:
            number, face = standing.receivable.number, standing.receivable.face
            for _ in range(6):
                start = dice.choice([0, dice.randrange(face)])
                end = dice.choice([face, dice.randrange(start + 1, face + 1)])
                assert by_events(conn, number, start, end) == by_arithmetic(conn, number, start, end)


def test_at_each_block_the_holdings_are_the_holders(db: Database, mirror_of: MakeMirror) -> None:
    mirror_of(_chain().source()).catch_up()
    with db.read() as conn:
        line = by_events(conn, 1, 0, FACE)
        for block in range(1, 6):
            at = last_position(START + block)
            held = [one for one in line if one.from_pos <= at and (one.to_pos is None or one.to_pos > at)]
            cents = {cent: one.owner for one in held for cent in range(one.start, one.end)}
            assert cents == {cent: one.owner for one in tokens.holders(conn, 1, 0, FACE, at) for cent in range(one.start, one.end)}
