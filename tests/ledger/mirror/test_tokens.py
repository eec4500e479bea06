"""Ranges of receivables: who holds what, where it came from, and sums that always tile the face."""

import pytest

from ledger.chain.blocks import last_position
from ledger.domain.ids import token_id
from ledger.mirror.database import Database
from ledger.mirror.models import ReceivableStatus
from ledger.mirror.queries import marks, receivables, tokens
from ledger.mirror.queries.tokens import Holding
from ledger.mirror.state import FoldError
from tests.ledger.mirror import told
from tests.ledger.mirror.chains import START, Chain
from tests.ledger.mirror.conftest import MakeMirror
from tests.ledger.mirror.histories import History

FACE = 1_000
A, B, C = (told.account(name) for name in "ABC")


def _confirmed(chain: Chain, key: int = 1, face: int = FACE) -> None:
    chain.mine([told.issued(key, "A", "Obligor", face)], [told.confirmed(key, "A", "Obligor", face)])


def _chain() -> Chain:
    """A has all; B gets the middle, C a part of it; A's head goes to B; B joins what is its own."""
    chain = Chain()
    chain.mine(*map(told.admitted, ("A", "B", "C", "Obligor")))
    _confirmed(chain)
    chain.mine([told.range_moved(1, "A", "B", (0, FACE), (200, 600))])
    chain.mine([told.range_moved(1, "B", "C", (200, 600), (400, 600))])
    chain.mine([told.range_moved(1, "A", "B", (0, 200), (0, 200))])
    chain.mine([told.merged(1, "B", 0, 200, 400)])
    return chain


@pytest.fixture
def followed(db: Database, mirror_of: MakeMirror) -> Database:
    """A mirror of the chain above."""
    mirror_of(_chain().source()).catch_up()
    return db


def _end(block: int) -> int:
    return last_position(START + block)


def _ranges(db: Database, block: int) -> list[tuple[int, int, bytes]]:
    with db.read() as conn:
        return [(token.start, token.start + token.length, token.owner) for token in tokens.of_receivable(conn, 1, _end(block)).rows]


def test_tokens_tile_the_face_at_every_block(followed: Database) -> None:
    assert _ranges(followed, 0) == []
    assert _ranges(followed, 1) == [(0, FACE, A)]
    assert _ranges(followed, 2) == [(0, 200, A), (200, 600, B), (600, FACE, A)]
    assert _ranges(followed, 3) == [(0, 200, A), (200, 400, B), (400, 600, C), (600, FACE, A)]
    assert _ranges(followed, 4) == [(0, 200, B), (200, 400, B), (400, 600, C), (600, FACE, A)]
    assert _ranges(followed, 5) == [(0, 400, B), (400, 600, C), (600, FACE, A)]
    with followed.read() as conn:
        assert [tokens.tiled(conn, 1, _end(block))[1] for block in range(1, 6)] == [FACE] * 5


def test_lineage_says_who_held_each_part_when(followed: Database) -> None:
    with followed.read() as conn:
        line = tokens.lineage(conn, 1, 350, 450)
        blocks = [((one.from_pos >> 20) - START, one.to_pos and (one.to_pos >> 20) - START) for one in line]
        assert [(one.start, one.end, one.owner) for one in line] == [
            (350, 450, A),
            (350, 450, B),
            (350, 400, B),
            (400, 450, C),
            (350, 400, B),
        ]
        assert blocks == [(1, 2), (2, 3), (3, 5), (3, None), (5, None)]
        assert tokens.lineage(conn, 1, FACE, FACE + 1) == []


def test_holders_of_a_range_at_a_time(followed: Database) -> None:
    with followed.read() as conn:
        now = tokens.holders(conn, 1, 100, 700)
        assert [(one.start, one.end, one.owner) for one in now] == [(100, 400, B), (400, 600, C), (600, 700, A)]
        then = tokens.holders(conn, 1, 100, 700, _end(1))
        assert then == [Holding(100, 700, A, (START + 1) << 20 | 2, (START + 2) << 20)]


def test_transfers_keep_their_trade_background(followed: Database) -> None:
    with followed.read() as conn:
        every = tokens.transfers(conn, 1).rows
        assert [(one.sender, one.recipient, one.start, one.length) for one in every] == [
            (None, A, 0, FACE),
            (A, B, 200, 400),
            (B, C, 400, 200),
            (A, B, 0, 200),
        ]
        assert every[1].reference == b"f" * 32
        assert [one.recipient for one in tokens.transfers(conn, 1, 450, 460).rows] == [A, B, C]
        assert [one.recipient for one in tokens.transfers_of(conn, C).rows] == [C]
        assert len(tokens.transfers_of(conn, B).rows) == 3


def test_a_portfolio_comes_in_pages_with_its_receivables(db: Database, mirror_of: MakeMirror) -> None:
    chain = _chain()
    for key in range(2, 9):
        _confirmed(chain, key)
    mirror_of(chain.source()).catch_up()
    with db.read() as conn:
        first = tokens.portfolio(conn, A, limit=5)
        rest = tokens.portfolio(conn, A, limit=5, after=first.next)
        held = [*first.rows, *rest.rows]
        assert [(one.token.receivable, one.token.start) for one in held] == [(1, 600), *((key, 0) for key in range(2, 9))]
        assert all(one.receivable.number == one.token.receivable for one in held)
        assert held[1].receivable.id == told.receivable_id(2).to_bytes(32)
        assert rest.next is None
        assert [one.token.start for one in tokens.portfolio(conn, A, _end(2)).rows] == [0, 600]


def test_a_token_is_found_by_its_id(followed: Database) -> None:
    with followed.read() as conn:
        token = tokens.by_token_id(conn, token_id(told.receivable_id(1), 400))
        assert token is not None
        assert (token.owner, token.length) == (C, 200)
        assert tokens.by_token_id(conn, token_id(told.receivable_id(1), 401)) is None
        assert tokens.by_token_id(conn, token_id(77, 0)) is None
        assert tokens.get(conn, 1, 0, _end(3)) == tokens.get(conn, 1, 0, _end(2))


def test_a_move_that_does_not_fit_its_token_stops_the_mirror(mirror_of: MakeMirror) -> None:
    chain = _chain()
    chain.mine([told.range_moved(1, "C", "A", (400, 601), (400, 500))])
    with pytest.raises(FoldError, match="not the one that the move"):
        mirror_of(chain.source()).catch_up()


def test_fifty_payees_of_one_batch(db: Database, mirror_of: MakeMirror) -> None:
    chain = _chain()
    pieces = [told.range_moved(1, "A", f"payee {at}", (600 + at, FACE), (600 + at, 601 + at)) for at in range(50)]
    chain.mine(pieces)
    mirror_of(chain.source()).catch_up()
    with db.read() as conn:
        assert tokens.tiled(conn, 1) == (53, FACE)
        last = tokens.get(conn, 1, 650)
        assert last is not None
        assert (last.owner, last.length) == (A, 350)


def test_drafts_refused_and_withdrawn_have_no_token(db: Database, mirror_of: MakeMirror) -> None:
    chain = Chain()
    for key in (1, 2, 3):
        chain.mine([told.issued(key, "A", "Obligor", FACE)])
    chain.mine([told.refused(1), told.draft_withdrawn(2)])
    mirror_of(chain.source()).catch_up()
    with db.read() as conn:
        standing = [receivables.get(conn, told.receivable_id(key)) for key in (1, 2, 3)]
        assert [one and one.state.status for one in standing] == [
            ReceivableStatus.REFUSED,
            ReceivableStatus.WITHDRAWN,
            ReceivableStatus.DRAFT,
        ]
        assert standing[0] is not None
        assert standing[0].state.reason == b"w" * 32
        assert [tokens.tiled(conn, number) for number in (1, 2, 3)] == [(0, 0)] * 3


@pytest.mark.parametrize("seed", range(5))
def test_lengths_tile_every_face_in_random_histories(db: Database, mirror_of: MakeMirror, seed: int) -> None:
    history = History(seed)
    history.grow(120)
    mirror_of(history.chain.source()).catch_up()
    with db.read() as conn:
        live = receivables.find(conn, status=ReceivableStatus.LIVE).rows + receivables.find(conn, status=ReceivableStatus.CLOSED).rows
        assert live
        for standing in live:
            number, face = standing.receivable.number, standing.receivable.face
            held = tokens.of_receivable(conn, number, limit=1_000).rows
            assert [0, *(token.start + token.length for token in held)] == [*(token.start for token in held), face]
            gone = sum(row.owed for row in marks.retirements(conn, number))
            assert standing.state.owed_live + standing.state.distributed + gone == face
            assert tokens.tiled(conn, number) == (len(held), face)
