"""Nonce rules: what goes out, what is filled, what stops a lane."""

from dataclasses import replace
from math import inf
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.outbox.lanes import (
    RESEND_MS,
    RETRY_MS,
    STUCK_MS,
    Answer,
    CountDoubted,
    Lane,
    TxState,
    Written,
    answer_of,
    check_count,
    in_order,
    is_doubted,
    is_lasting,
    newest,
    overdue,
    to_fill,
    to_raise,
    to_send,
)

NOW = 1_000_000
LANE = Lane("relay 0xaa", b"\xaa" * 20, 3, 7)


def written(
    nonce: int,
    state: TxState = TxState.WRITTEN,
    *,
    attempt: int = 0,
    sent: int | None = None,
    purpose: str = "acts",
    block: int | None = None,
) -> Written:
    return Written(nonce, attempt, bytes([nonce, attempt]) * 16, purpose, state, sent, block=block)


transactions = st.lists(
    st.builds(
        Written,
        nonce=st.integers(0, 12),
        attempt=st.integers(0, 3),
        hash=st.binary(min_size=32, max_size=32),
        purpose=st.sampled_from(["acts", "call", "fill"]),
        state=st.sampled_from([TxState.WRITTEN, TxState.SENT, TxState.REFUSED]),
        sent=st.none() | st.integers(NOW - 3 * RESEND_MS, NOW),
    ),
    unique_by=lambda tx: (tx.nonce, tx.attempt),
    max_size=20,
)


@given(transactions, st.integers(0, 13), st.integers(0, 13))
def test_what_goes_out_is_due_in_nonce_order_and_never_below_the_count(txs: list[Written], counted: int, room: int) -> None:
    going = to_send(txs, counted, NOW, room)
    assert [tx.nonce for tx in going] == sorted({tx.nonce for tx in going})
    assert len(going) <= room
    for tx in going:
        assert tx.nonce >= counted and tx.state is not TxState.REFUSED
        assert tx in newest(txs), "an older attempt at a nonce never goes out again"
        pause = RETRY_MS if tx.state is TxState.WRITTEN else RESEND_MS
        assert tx.sent is None or NOW - tx.sent > pause


def test_a_clock_that_went_back_leaves_nothing_lying() -> None:
    ahead = NOW + 3_600_000
    sent = replace(written(0, TxState.SENT, sent=ahead), written=ahead)
    assert to_send([sent], 0, NOW, 8) == [sent] and to_raise([sent], 0, NOW) == [sent]
    again = replace(sent, sent=NOW, written=NOW)
    assert to_send([again], 0, NOW + RESEND_MS, 8) == [] and to_raise([again], 0, NOW + STUCK_MS) == []


@given(transactions, st.integers(0, 13))
def test_every_due_transaction_within_the_room_goes_out(txs: list[Written], counted: int) -> None:
    waiting = [tx for tx in newest(txs) if tx.nonce >= counted]
    due = [tx for tx in waiting if tx.state is not TxState.REFUSED and tx.sent is None]
    assert set(due) <= set(to_send(txs, counted, NOW, len(waiting)))


@given(transactions, st.integers(0, 13))
def test_a_nonce_is_filled_only_where_its_newest_bytes_are_refused_for_ever(txs: list[Written], counted: int) -> None:
    fills = to_fill(txs, counted)
    assert {tx.nonce for tx in fills} == {tx.nonce for tx in newest(txs) if tx.state is TxState.REFUSED and tx.nonce >= counted}


@given(transactions, st.integers(0, 13), st.integers(0, 13))
def test_a_transaction_is_sent_filled_or_overdue_and_never_two_of_them(txs: list[Written], counted: int, room: int) -> None:
    sent, filled, late = to_send(txs, counted, NOW, room), to_fill(txs, counted), overdue(txs, counted, NOW)
    kinds = [{tx.hash for tx in each} for each in (sent, filled, late)]
    assert not kinds[0] & kinds[1] and not kinds[0] & kinds[2] and not kinds[1] & kinds[2]


def test_dropped_bytes_go_out_again_after_a_while() -> None:
    assert to_send([written(1, TxState.SENT, sent=NOW - RESEND_MS)], 0, NOW, 9) == []
    assert len(to_send([written(1, TxState.SENT, sent=NOW - RESEND_MS - 1)], 0, NOW, 9)) == 1


def test_what_was_refused_for_the_moment_is_tried_again_sooner_but_not_at_once() -> None:
    assert to_send([written(1, sent=NOW - RETRY_MS)], 0, NOW, 9) == []
    assert len(to_send([written(1, sent=NOW - RETRY_MS - 1)], 0, NOW, 9)) == 1


undone = st.lists(st.integers(1, 9), max_size=6).map(sorted)
"""Of a lane, the blocks that had held its transactions, by nonce."""


of_lanes = st.lists(st.tuples(undone, st.sets(st.integers(0, 5)), st.integers(0, 2)), min_size=1, max_size=4)


@given(of_lanes, st.randoms(use_true_random=False))
def test_what_a_fork_undid_is_mined_again_in_the_order_of_its_blocks(given_: list[tuple[list[int], set[int], int]], dice: Random) -> None:
    """Over all lanes, whichever steps first and however many a block takes; of some nonces the newest bytes had not been in a block."""
    open_ = [[written(at, block=block) for at, block in enumerate(blocks)] for blocks, _, _ in given_]
    for lane, (_, anew, never) in zip(open_, given_, strict=True):
        lane += [written(tx.nonce, attempt=1) for tx in lane if tx.nonce in anew]
        lane += [written(10 + at) for at in range(never)]
    mined: list[float] = []
    while any(open_):
        firsts = [min((tx.block for tx in lane if tx.block is not None), default=None) for lane in open_]
        ready = []
        for at, lane in enumerate(open_):
            elsewhere = min((first for other, first in enumerate(firsts) if first is not None and other != at), default=None)
            ready.append(in_order(to_send(lane, 0, NOW, 99), lane, elsewhere))
        assert any(ready)
        at = dice.choice([at for at, some in enumerate(ready) if some])
        for tx in ready[at][: dice.randint(1, 3)]:
            mined.append(max((each.block or 0 for each in open_[at] if each.nonce == tx.nonce), default=0) or inf)
            open_[at] = [each for each in open_[at] if each.nonce != tx.nonce]
    assert mined == sorted(mined)


def test_a_fill_replaces_what_was_refused() -> None:
    txs = [written(4, TxState.REFUSED), written(4, attempt=1, purpose="fill"), written(5)]
    assert [(tx.nonce, tx.purpose) for tx in to_send(txs, 4, NOW, 9)] == [(4, "fill"), (5, "acts")]
    assert to_fill(txs, 4) == []


def test_a_count_above_ours_makes_the_lane_wait_and_says_why() -> None:
    check_count(LANE, 7)
    check_count(LANE, 0)
    with pytest.raises(CountDoubted, match=r"relay 0xaa: the chain counts 8 transactions of its key, we wrote 7; nothing is sent"):
        check_count(LANE, 8)


@given(transactions, st.integers(0, 13))
def test_a_count_is_doubted_where_it_is_ahead_of_us_or_has_what_we_can_not_find(txs: list[Written], counted: int) -> None:
    assert is_doubted(LANE, txs, counted, NOW) is (counted > LANE.next_nonce or overdue(txs, counted, NOW) != [])


@pytest.mark.parametrize(
    ("message", "answer"),
    [
        (None, Answer.TAKEN),
        ("transaction already imported", Answer.KNOWN),
        ("already known", Answer.KNOWN),
        ("AlreadyKnown", Answer.KNOWN),
        ("known transaction: 12ab", Answer.KNOWN),
        ("nonce too low: next nonce 4, tx nonce 3", Answer.MINED_BEFORE),
        ("Nonce is too low", Answer.MINED_BEFORE),
        ("replacement transaction underpriced", Answer.REFUSED),
        ("insufficient funds for gas * price + value", Answer.REFUSED),
        ("", Answer.REFUSED),
    ],
)
def test_a_nodes_answer(message: str | None, answer: Answer) -> None:
    assert answer_of(message) is answer


@pytest.mark.parametrize(
    ("message", "lasting"),
    [
        ("intrinsic gas too low", True),
        ("exceeds block gas limit", True),
        ("oversized data", True),
        ("txpool is full", False),
        ("insufficient funds for transfer", False),
        ("replacement transaction underpriced", False),
    ],
)
def test_a_refusal_lasts_only_where_the_bytes_are_to_blame(message: str, lasting: bool) -> None:
    assert is_lasting(message) is lasting
