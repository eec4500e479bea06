"""What the workers write: leases and fences, transactions and their acts, steps of acts; on SQLite and PostgreSQL."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager

import pytest
from sqlalchemy import insert, select, update

from gateway.office import database as offices
from gateway.office.database import clock_ms
from gateway.office.models import ACT, CALL, LANE, TX
from gateway.office.repository import ActKey, Office
from gateway.outbox import act_rows, call_rows, lane_rows, owners, tx_rows
from gateway.outbox.act_rows import StaleAct
from gateway.outbox.encode import Signed
from gateway.outbox.lanes import LEASE_MS, Lane, LeaseLost, Shift, TxState
from gateway.outbox.states import IllegalStep, State
from ledger.mirror.database import Database
from ledger.mirror.schema import word
from tests.gateway.rows import ALICE, BOB, CAROL, act, call, keep

KEY = b"\x4e" * 20
NAME = "relay 0x4e"
HERE, THERE = "here 1 1.00", "there 1 1.00"


def lease(office: Database, owner: str = HERE) -> Lane | None:
    with office.write() as conn:
        return lane_rows.lease(conn, NAME, "relay", KEY, owner)


def held(office: Database, owner: str = HERE) -> Lane:
    lane = lease(office, owner)
    assert lane is not None
    return lane


def expire(office: Database) -> None:
    with office.write() as conn:
        conn.execute(update(LANE).values(until=0))


def signed(number: int) -> Signed:
    return Signed(b"raw" + bytes([number]), word(number))


def write(office: Database, lane: Lane, nonce: int, acts: Sequence[ActKey] = (), *, purpose: str = "acts", attempt: int = 0) -> bytes:
    tx = signed(100 * attempt + nonce)
    with office.write() as conn:
        tx_rows.write_tx(conn, lane, nonce, attempt, tx, purpose, acts)
        lane_rows.hold_fence(conn, lane, nonce + 1)
    return tx.hash


def state_of(office: Database, key: ActKey) -> str:
    with office.read() as conn:
        return act_rows.named(conn, [key])[key].state


def tx_state(office: Database, hash_: bytes) -> tuple[str, str | None]:
    with office.read() as conn:
        row = conn.execute(select(TX.c.state, TX.c.fault).where(TX.c.hash == hash_)).one()
        return row.state, row.fault


# --- Leases --------------------------------------------------------------------------------------------------------------------


def test_a_lane_has_one_owner_until_its_lease_ends(office: Database) -> None:
    assert held(office).fence == 1
    assert lease(office, THERE) is None
    assert held(office).fence == 1
    expire(office)
    assert held(office, THERE).fence == 2
    assert lease(office, HERE) is None


def test_a_lane_that_was_given_up_is_free_at_once(office: Database) -> None:
    held(office)
    with office.write() as conn:
        lane_rows.release(conn, NAME, THERE)
    assert lease(office, THERE) is None
    with office.write() as conn:
        lane_rows.release(conn, NAME, HERE)
    assert held(office, THERE).fence == 2


def test_the_lane_of_a_process_that_has_ended_is_free_at_once(office: Database) -> None:
    host, number, _ = owners.me().rsplit(" ", 2)
    held(office, f"{host} {number} 1.00")
    assert held(office, THERE).fence == 2


@contextmanager
def clock_off(monkeypatch: pytest.MonkeyPatch, seconds: int) -> Iterator[None]:
    """This machine's clock is off by so much."""
    with monkeypatch.context() as off:
        right = time.time_ns
        off.setattr(time, "time_ns", lambda: right() + seconds * 1_000_000_000)
        yield


@pytest.mark.parametrize("seconds", [3_600, -3_600])
def test_hosts_whose_clocks_differ_keep_the_lease_of_each_other(
    make_postgres: Callable[[], str], monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    """Who shares an office goes by the server's clock."""
    with closing(offices.open(make_postgres())) as office:
        with clock_off(monkeypatch, seconds):
            mine = held(office)
        assert lease(office, THERE) is None
        with office.read() as conn:
            left = conn.execute(select(LANE.c.until)).scalar_one() - clock_ms(conn)
            assert lane_rows.held_lease(conn, NAME, HERE) == mine
        assert 0 < left <= LEASE_MS
        with clock_off(monkeypatch, seconds):
            assert lease(office, THERE) is None


def test_a_lease_of_before_the_clock_went_back_holds_nobody_up(office: Database) -> None:
    mine = held(office)
    with office.write() as conn:
        conn.execute(update(LANE).values(until=LANE.c.until + 3_600_000))
        assert lane_rows.held_lease(conn, NAME, HERE) is None, "it is renewed"
    assert held(office) == mine
    with office.write() as conn:
        conn.execute(update(LANE).values(until=LANE.c.until + 3_600_000))
    assert held(office, THERE).fence == 2


def test_a_lost_fence_writes_nothing(office: Database) -> None:
    mine = held(office)
    expire(office)
    theirs = held(office, THERE)
    with pytest.raises(LeaseLost, match="taken over"):
        write(office, mine, 0)
    with pytest.raises(LeaseLost), office.write() as conn:
        lane_rows.note_count(conn, mine, 9, 9, word(9))
    with office.read() as conn:
        assert tx_rows.in_flight(conn, NAME) == [] and lane_rows.counts_of_lanes(conn) == []
    write(office, theirs, 0)
    assert held(office, THERE).next_nonce == 1


def test_two_that_come_at_once_never_both_hold_a_lane(office: Database) -> None:
    for _ in range(5):
        got: list[Lane | None] = []
        start = threading.Barrier(2)

        def take(owner: str, got: list[Lane | None] = got, start: threading.Barrier = start) -> None:
            start.wait()
            got.append(lease(office, owner))

        threads = [threading.Thread(target=take, args=(owner,)) for owner in (HERE, THERE)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        taken = [lane for lane in got if lane is not None]
        assert len(taken) == 1
        expire(office)


def test_an_alarm_stays_and_keeps_its_first_reason(office: Database) -> None:
    held(office)
    with office.write() as conn:
        lane_rows.alarm(conn, NAME, "first")
        lane_rows.alarm(conn, NAME, "second")
    assert held(office).alarm == "first"
    with office.read() as conn:
        assert lane_rows.alarms(conn) == ["first"]


def test_a_lane_that_is_given_up_hands_back_what_it_had_in_flight(office: Database) -> None:
    lane = held(office)
    row, asked = keep(office, act(ALICE, 1)), call(ALICE, "k")
    with office.write() as conn:
        Office(conn, ALICE).add_call(asked)
        lane_rows.alarm(conn, NAME, "stands")
    carrying = write(office, lane, 0, [row.key])
    calling = write(office, lane, 1, purpose="call")
    with office.write() as conn:
        call_rows.carry_call(conn, asked, calling)
        call_rows.mark_calls_sent(conn, [calling])
        tx_rows.mark_mined(conn, word(999), 1, TxState.FINAL)
    with office.read() as conn:
        assert act_rows.queued(conn, 10) == [] and call_rows.waiting_calls(conn, "relay", 10) == []
    with office.write() as conn:
        assert lane_rows.retire_lane(conn, KEY) == 2
    assert tx_state(office, carrying)[0] == tx_state(office, calling)[0] == TxState.LOST
    with office.read() as conn:
        assert [each.key for each in act_rows.queued(conn, 10)] == [row.key]
        assert [each.idem_key for each in call_rows.waiting_calls(conn, "relay", 10)] == ["k"]
        assert lane_rows.alarms(conn) == []
    with pytest.raises(LeaseLost), office.write() as conn:
        lane_rows.hold_fence(conn, lane, 5)
    with office.write() as conn:
        assert lane_rows.retire_lane(conn, KEY) == 0


# --- Transactions --------------------------------------------------------------------------------------------------------------


def test_bytes_are_there_before_they_are_sent(office: Database) -> None:
    lane = held(office)
    hash_ = write(office, lane, 0, [keep(office, act(ALICE, 1)).key])
    with office.read() as conn:
        (open_,) = tx_rows.in_flight(conn, NAME)
        assert (open_.nonce, open_.state, open_.sent, open_.fault) == (0, TxState.WRITTEN, None, None)
        assert tx_rows.raw_of(conn, [hash_]) == {hash_: signed(0).raw}
        assert tx_rows.acts_of(conn, [hash_]) == {hash_: [(ALICE, word(1))]}


@pytest.mark.parametrize("answer", [TxState.SENT, TxState.REFUSED, TxState.WRITTEN])
@pytest.mark.parametrize("settled", [TxState.MINED, TxState.FINAL, TxState.LOST])
def test_a_nodes_late_answer_never_undoes_what_a_block_settled(office: Database, settled: TxState, answer: TxState) -> None:
    hash_ = write(office, held(office), 0)
    with office.write() as conn:
        conn.execute(update(TX).values(state=settled))
        tx_rows.mark_answered(conn, [hash_], answer, "late")
    assert tx_state(office, hash_) == (settled, None)


def test_a_late_answer_never_undoes_a_settled_call(office: Database) -> None:
    asked = call(ALICE, "k")
    with office.write() as conn:
        Office(conn, ALICE).add_call(asked)
        call_rows.carry_call(conn, asked, word(5))
        call_rows.mark_calls(conn, [word(5)], State.FINAL)
        call_rows.mark_calls_sent(conn, [word(5)])
        assert conn.execute(select(CALL.c.state)).scalar_one() == State.FINAL


def test_a_refusal_is_shown_until_the_node_takes_the_bytes(office: Database) -> None:
    hash_ = write(office, held(office), 3)
    with office.write() as conn:
        tx_rows.mark_answered(conn, [hash_], TxState.WRITTEN, "txpool is full")
    with office.read() as conn:
        assert tx_rows.refusals(conn) == [f"lane {NAME}: the node refuses transaction 3: txpool is full"]
        assert tx_rows.in_flight(conn, NAME)[0].sent is not None
    with office.write() as conn:
        tx_rows.mark_answered(conn, [hash_], TxState.SENT)
    with office.read() as conn:
        assert tx_rows.refusals(conn) == []


def test_carriers_come_oldest_first_and_say_whether_they_carry_others(office: Database) -> None:
    lane = held(office)
    first, second = keep(office, act(ALICE, 1)), keep(office, act(ALICE, 2))
    both = write(office, lane, 0, [first.key, second.key])
    with office.write() as conn:
        tx_rows.mark_lost(conn, both, "gone")
    alone = write(office, lane, 1, [first.key])
    with office.read() as conn:
        found = tx_rows.carriers(conn, [first.key, second.key])
        assert [(each.hash, each.shared) for each in found[first.key]] == [(both, True), (alone, False)]
        assert [(each.hash, each.shared) for each in found[second.key]] == [(both, True)]
        assert tx_rows.tried(conn, [first.key, (BOB, word(1))]) == {first.key}


def test_settled_transactions_come_from_the_top_and_attempts_together(office: Database) -> None:
    lane = held(office)
    hashes = [write(office, lane, nonce) for nonce in range(4)]
    other = write(office, lane, 3, attempt=1)
    with office.write() as conn:
        for block, hash_ in enumerate(hashes):
            tx_rows.mark_mined(conn, hash_, 10 + block, TxState.FINAL)
    with office.read() as conn:
        assert [tx.nonce for page in tx_rows.mined_down(conn) for tx in page] == [3, 2, 1, 0]
        assert {tx.hash for tx in tx_rows.attempts(conn, [(NAME, 3)])} == {hashes[3], other}
        assert [tx.hash for tx in tx_rows.unsettled(conn)] == [other]


# --- Acts ----------------------------------------------------------------------------------------------------------------------


def test_queued_acts_come_in_the_order_of_acceptance_unless_they_are_carried(office: Database) -> None:
    lane = held(office)
    rows = [keep(office, act(member, 1)) for member in (CAROL, ALICE, BOB)]
    hash_ = write(office, lane, 0, [rows[1].key])
    with office.read() as conn:
        assert [each.member_id for each in act_rows.queued(conn, 10)] == [CAROL, BOB]
        assert [each.member_id for each in act_rows.queued(conn, 1)] == [CAROL]
    for state in (TxState.SENT, TxState.REFUSED, TxState.MINED):
        with office.write() as conn:
            conn.execute(update(TX).values(state=state))
            assert len(act_rows.queued(conn, 10)) == 2
    with office.write() as conn:
        tx_rows.mark_lost(conn, hash_, "gone")
        assert [each.member_id for each in act_rows.queued(conn, 10)] == [CAROL, ALICE, BOB]


@pytest.mark.parametrize(
    ("first", "released", "blocked"),
    [
        (State.GATHERING, False, True),
        (State.READY, False, True),
        (State.QUEUED, True, False),
        (State.FINAL, True, False),
        (State.REFUSED, True, True),
    ],
)
def test_an_act_waits_while_what_must_go_first_is_undecided(office: Database, first: State, released: bool, blocked: bool) -> None:
    before = keep(office, act(ALICE, 1, first))
    waiting = keep(office, act(ALICE, 2, State.READY), after=[before.key])
    queued = keep(office, act(ALICE, 3), after=[before.key])
    with office.read() as conn:
        assert (waiting.key in act_rows.released(conn, 10)) is released
        assert (queued.key in act_rows.blocked(conn, 10)) is blocked
        assert act_rows.dependencies(conn, [waiting.key]) == {waiting.key: [(before.key, first)]}


def test_what_waits_for_a_person_is_not_released(office: Database) -> None:
    row = keep(office, act(ALICE, 1, State.READY))
    with office.write() as conn:
        act_rows.move(conn, row, State.READY, reason={"sentence": "why"})
    with office.read() as conn:
        assert act_rows.released(conn, 10) == []


def test_a_step_writes_state_reason_place_and_history(office: Database) -> None:
    row = keep(office, act(ALICE, 1, State.QUEUED))
    with office.write() as conn:
        sent = act_rows.move(conn, row, State.SENT)
        refused = act_rows.move(conn, sent, State.REFUSED, reason={"error": "NotDue"}, done=(77, word(7)))
    with office.read() as conn:
        assert act_rows.named(conn, [row.key])[row.key] == refused
        assert (refused.state, refused.reason, refused.done_pos, refused.done_hash) == ("refused", b'{"error":"NotDue"}', 77, word(7))
        assert [step.state for step in Office(conn, ALICE).history(1)] == ["gathering", "ready", "queued", "sent", "refused"]


def test_an_illegal_step_and_one_from_a_stale_reading_write_nothing(office: Database) -> None:
    row = keep(office, act(ALICE, 1))
    with pytest.raises(IllegalStep), office.write() as conn:
        act_rows.move(conn, row, State.UNDONE)
    with office.write() as conn:
        act_rows.move(conn, row, State.SENT)
    with pytest.raises(StaleAct), office.write() as conn:
        act_rows.move(conn, row, State.READY)
    assert state_of(office, row.key) == State.SENT


def test_two_that_move_an_act_at_once_come_one_after_the_other(office: Database) -> None:
    row = keep(office, act(ALICE, 1))
    start, seen = threading.Barrier(2), []

    def move(after: State) -> None:
        start.wait()
        with office.write() as conn:
            current = act_rows.named(conn, [row.key], lock=True)[row.key]
            seen.append(current.state)
            if current.state == State.QUEUED:
                act_rows.move(conn, current, after)

    threads = [threading.Thread(target=move, args=(after,)) for after in (State.SENT, State.EXPIRED)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen[0] == State.QUEUED and seen[1] in (State.SENT, State.EXPIRED) and state_of(office, row.key) == seen[1]


def test_pages_of_open_acts_hold_each_once_and_no_act_that_is_over(office: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(act_rows, "CHUNK", 3)
    states = [State.GATHERING, State.READY, State.QUEUED, State.MINED, State.FINAL, State.REFUSED]
    rows = [keep(office, act(ALICE, number, states[number % len(states)], deadline=10 * number)) for number in range(30)]
    with office.read() as conn:
        opened = [key for page in act_rows.open_acts(conn) for key in page]
        late = [key for page in act_rows.overdue(conn, 100) for key in page]
        mined = [key for page in act_rows.mined(conn) for key in page]
        fresh = [key for page in act_rows.accepted_after(conn, rows[19].accepted, [State.READY, State.QUEUED]) for key in page]
    over = {State.FINAL, State.REFUSED}
    assert sorted(opened) == sorted(row.key for row in rows if State(row.state) not in over)
    assert sorted(late) == sorted(row.key for row in rows if State(row.state) not in over and row.deadline < 100)
    assert sorted(mined) == sorted(row.key for row in rows if row.state == State.MINED)
    assert sorted(fresh) == sorted(row.key for row in rows[20:] if row.state in (State.READY, State.QUEUED))


def test_ended_acts_come_from_the_top(office: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(act_rows, "CHUNK", 2)
    for number in range(5):
        keep(office, act(ALICE, number, State.FINAL)._replace(done_pos=number // 2, done_hash=word(1)))
    keep(office, act(BOB, 9))
    with office.read() as conn:
        assert [each.done_pos for page in act_rows.ended_down(conn) for each in page] == [2, 1, 1, 0, 0]


def test_a_signature_is_kept_once(office: Database) -> None:
    row = keep(office, act(ALICE, 1, State.GATHERING, others=[BOB]), others=[BOB], signed=False)
    with office.write() as conn:
        assert not act_rows.is_signed(conn, row.key)
        act_rows.set_signature(conn, row.key, 1, b"first", b"e" * 32)
        act_rows.set_signature(conn, row.key, 1, b"second", None)
        assert act_rows.is_signed(conn, row.key)
        assert [(each.sig, each.evidence_root) for each in act_rows.signatures(conn, [row.key])[row.key]][1] == (b"first", b"e" * 32)


def test_what_was_sent_before_a_retry_decides_nothing(office: Database) -> None:
    row = keep(office, act(ALICE, 1))
    write(office, held(office), 0, [row.key])
    with office.write() as conn:
        held_act = act_rows.move(conn, row, State.READY, reason={"sentence": "why"})
        act_rows.retry(conn, held_act)
    with office.read() as conn:
        assert tx_rows.carriers(conn, [row.key]) == {} and tx_rows.tried(conn, [row.key]) == {row.key}
        assert act_rows.named(conn, [row.key])[row.key].reason is None


@pytest.mark.parametrize("seconds", [3_600, -3_600])
def test_what_is_sent_after_a_retry_is_after_it_whatever_the_clock_says(
    office: Database, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    row, lane = keep(office, act(ALICE, 1)), held(office)
    write(office, lane, 0, [row.key])
    with clock_off(monkeypatch, seconds), office.write() as conn:
        retried = act_rows.retry(conn, act_rows.move(conn, row, State.READY, reason={"sentence": "why"}))
    with office.write() as conn:
        assert tx_rows.carriers(conn, [row.key]) == {}, "what was sent before decides nothing"
        tx_rows.write_tx(conn, lane, 1, 0, signed(1), "acts", [row.key], retried=retried.retried)
    with office.read() as conn:
        assert [each.hash for each in tx_rows.carriers(conn, [row.key])[row.key]] == [signed(1).hash]


def test_acts_on_their_way_are_counted_and_held_ones_are_not_in_flight(office: Database) -> None:
    row = keep(office, act(ALICE, 1, State.READY))
    keep(office, act(ALICE, 2, State.FINAL))
    with office.write() as conn:
        assert act_rows.any_in_flight(conn)
        act_rows.move(conn, row, State.READY, reason={"sentence": "why"})
        assert not act_rows.any_in_flight(conn)
        assert act_rows.counts(conn) == {"ready": 1, "final": 1}


def test_how_far_was_settled_is_one_row(office: Database) -> None:
    with office.write() as conn:
        assert tx_rows.settled(conn) is None
        tx_rows.set_settled(conn, 5, word(5))
        tx_rows.set_settled(conn, 6, None)
        assert tx_rows.settled(conn) == (6, None)


def test_many_keys_are_asked_for_in_parts(office: Database) -> None:
    rows = [act(ALICE, number)._asdict() for number in range(2_000)]
    with office.write() as conn:
        conn.execute(insert(ACT), rows)
    keys = [(ALICE, word(number)) for number in range(2_000)]
    with office.read() as conn:
        assert len(act_rows.named(conn, keys)) == 2_000
        assert tx_rows.carriers(conn, keys) == {} and act_rows.signatures(conn, keys) == {}


def test_every_shift_is_held_beside_the_others_and_a_key_has_one_lane(office: Database) -> None:
    """Two leases under one key once kept each other out for ever, without a word."""
    with office.write() as conn:
        assert all(lane_rows.take_shift(conn, each, "me 1 1.00") is not None for each in Shift)
        assert all(lane_rows.take_shift(conn, each, "you 1 1.00") is None for each in Shift)
    with pytest.raises(lane_rows.KeyHasLane, match="has a lane already"), office.write() as conn:
        lane_rows.lease(conn, "another", "relay", Shift.BOOKS.key, "me 1 1.00")
