"""Webhooks: at least once, in order, under the same ids; retried, put aside, sent again; one courier at a time."""

import asyncio
import base64
import json
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from gateway.api.stream import Feed
from gateway.following import book, courier, egress, pauses, rounds
from gateway.following.book import Secrets, State
from gateway.following.courier import Courier
from gateway.following.envelope import fresh_secret, secret_text
from gateway.following.looking import Cursor, back, look
from gateway.following.selection import Selection
from gateway.following.sight import Sight
from gateway.office.database import now_ms
from gateway.outbox import lane_rows
from gateway.outbox.lanes import LeaseLost, Shift
from gateway.signers.sealing import Unsealable
from ledger.chain.engines import anvil
from ledger.mirror.queries import events as feed
from tests.gateway.following.receiver import Message, Receiver
from tests.gateway.following.subscribed import delivering, everything, subscribe
from tests.gateway.outbox.world import OPERATOR, House

pytestmark = pytest.mark.long

Receive = Callable[[], Receiver]


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pauses, "SCHEDULE", (0.02, 0.02, 0.02))
    monkeypatch.setattr(pauses, "MOST_ATTEMPTS", 4)
    monkeypatch.setattr(rounds, "LOOK_SECONDS", 0.05)


def test_every_event_arrives_once_in_order_signed_and_readable(house: House, receive: Receive) -> None:
    receiver, wanted = receive(), everything(house)
    made = subscribe(house.services, receiver.url)
    with delivering(house.services):
        receiver.wait(lambda: len(receiver.kept) >= len(wanted))
        house.member()
        more = everything(house)
        receiver.wait(lambda: made.row.delivered >= len(more))
    assert receiver.positions() == more and len(more) > len(wanted)
    ids = [each.headers["webhook-id"] for each in receiver.kept]
    assert len(set(ids)) == len(ids)
    for each in receiver.kept:
        event = each.verify(made.secret)
        told = json.loads(each.body)
        assert (
            event.get_id() == told["data"]["pos"] and event.get_type() == f"pledgebook.{told['data']['contract']}.{told['data']['event']}"
        )
        assert event.get_source() == f"urn:pledgebook:ledger:0x{house.services.manifest.ledger_id.hex()}"
        assert int(event.get_extension("sequence")) == each.pos and event.get_time().utcoffset().total_seconds() == 0
    assert sorted(json.loads(each.body)["sequence"] for each in receiver.kept) == [
        json.loads(each.body)["sequence"] for each in receiver.kept
    ]
    assert (made.row.cursor, made.row.delivered, made.row.attempts) == (more[-1], len(more), 0)


def test_only_what_is_final_is_sent(house: House, receive: Receive) -> None:
    receiver = receive()
    house.services.engine = replace(anvil.ENGINE, finality=5)
    subscribe(house.services, receiver.url)
    house.member()
    with delivering(house.services):
        with house.services.snapshot() as conn:
            final = [each.pos for each in feed.feed(conn, house.services.events, limit=1_000).rows if each.block <= house.world.head() - 5]
        receiver.wait(lambda: len(receiver.kept) >= len(final))
        time.sleep(0.3)
        assert receiver.positions() == final and len(final) < len(everything(house))
        house.world.mine(5)
        house.read()
        receiver.wait(lambda: receiver.positions() == everything(house))


def test_a_receiver_that_was_away_for_long_gets_everything_in_order(
    house: House, receive: Receive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pauses, "MOST_ATTEMPTS", 10_000)
    receiver = receive()
    receiver.close()
    made = subscribe(house.services, receiver.url)
    with delivering(house.services):
        receiver.wait(lambda: made.row.attempts > 3)
        house.member()
        assert made.row.cursor == -1 and "not there" in str(made.row.fault) and made.dead() == []
        receiver.start()
        receiver.wait(lambda: receiver.positions() == everything(house))
    assert made.row.fault is None and made.row.attempts == 0


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503, 302, 301, 100 + 204])
def test_what_is_refused_for_good_is_put_aside_and_the_rest_goes_on(house: House, receive: Receive, status: int) -> None:
    receiver, wanted = receive(), everything(house)
    bad = wanted[2]
    receiver.answer = lambda message, _: (status, {"location": receiver.url}) if message.pos == bad else 200
    made = subscribe(house.services, receiver.url)
    with delivering(house.services):
        receiver.wait(lambda: receiver.positions() == [each for each in wanted if each != bad])
        tried = [each for each in receiver.came if each.pos == bad]
        assert len(tried) == pauses.MOST_ATTEMPTS
        assert len({(each.headers["webhook-id"], each.body) for each in tried}) == 1
        (dead,) = made.dead()
        assert (dead.pos, dead.attempts, dead.fault, dead.body) == (bad, 4, f"the receiver answered {status}", tried[0].body)
        receiver.answer = lambda *_: 204
        with house.office.write() as conn:
            assert book.send_again(conn, made.id, [bad]) == 1
        receiver.wait(lambda: receiver.positions()[-1] == bad)
        receiver.wait(lambda: made.dead() == [])
    assert receiver.kept[-1].headers["webhook-id"] == tried[0].headers["webhook-id"]


def test_what_is_sent_again_in_vain_stays_put_aside(house: House, receive: Receive) -> None:
    receiver, bad = receive(), everything(house)[0]
    receiver.answer = lambda message, _: 500 if message.pos == bad else 200
    made = subscribe(house.services, receiver.url)
    with delivering(house.services):
        receiver.wait(lambda: len(made.dead()) == 1)
        with house.office.write() as conn:
            book.send_again(conn, made.id, None)
        receiver.wait(lambda: made.dead()[0].attempts == 5 and not made.dead()[0].again)


def test_what_was_put_aside_and_arrives_by_a_replay_is_aside_no_more(house: House, receive: Receive) -> None:
    receiver, wanted = receive(), everything(house)
    receiver.answer = lambda message, _: 500 if message.pos == wanted[2] else 200
    made = subscribe(house.services, receiver.url)
    with delivering(house.services):
        receiver.wait(lambda: made.row.cursor == wanted[-1])
        assert [each.pos for each in made.dead()] == [wanted[2]]
        receiver.answer = lambda *_: 200
        with house.office.write() as conn:
            book.replay(conn, made.row, Cursor(wanted[0]))
        receiver.wait(lambda: receiver.positions()[-len(wanted) + 1 :] == wanted[1:])
        receiver.wait(lambda: made.dead() == [])


def test_a_receiver_that_wants_no_more_says_so_to_what_is_sent_again_too(house: House, receive: Receive) -> None:
    receiver, bad = receive(), everything(house)[-1]
    receiver.answer = lambda message, _: 500 if message.pos == bad else 200
    made = subscribe(house.services, receiver.url)
    with delivering(house.services):
        receiver.wait(lambda: len(made.dead()) == 1)
        receiver.answer = lambda *_: 410
        with house.office.write() as conn:
            book.send_again(conn, made.id, None)
        receiver.wait(lambda: made.row.state == State.GONE)
        (dead,) = made.dead()
        assert (dead.pos, dead.again) == (bad, False)


def test_a_replay_while_a_fork_is_seen_is_not_stopped_by_it(house: House, receive: Receive, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the courier looked at is no longer where the subscription is."""
    receiver = receive()
    made = subscribe(house.services, receiver.url)
    made.change(cursor=everything(house)[3], cursor_hash=b"\1" * 32)

    def look_and_replay(*given: Any) -> Any:
        found = look(*given)
        if found.undone:
            with house.office.write() as conn:
                book.replay(conn, made.row, Cursor(-1))
        return found

    monkeypatch.setattr(courier, "look", look_and_replay)
    with delivering(house.services):
        receiver.wait(lambda: receiver.positions() == everything(house))
    assert made.row.state == State.ACTIVE


def test_a_receiver_that_wants_no_more_is_left_alone(house: House, receive: Receive) -> None:
    receiver = receive()
    receiver.answer = lambda _, n: 410 if n == 3 else 200
    made = subscribe(house.services, receiver.url)
    with delivering(house.services):
        receiver.wait(lambda: made.row.state == State.GONE)
        time.sleep(0.2)
        assert len(receiver.came) == 3 and made.row.cursor == everything(house)[1]
        made.change(state=State.ACTIVE)
        receiver.wait(lambda: receiver.positions() == everything(house))


def test_a_slow_receiver_holds_nobody_up_and_is_tried_again(house: House, receive: Receive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(egress, "TOTAL_SECONDS", 0.3)
    slow, quick = receive(), receive()
    slow.delay = 1.0
    late, fast = subscribe(house.services, slow.url), subscribe(house.services, quick.url)
    with delivering(house.services):
        began = time.monotonic()
        quick.wait(lambda: quick.positions() == everything(house))
        assert time.monotonic() - began < 10 and fast.row.fault is None
        slow.wait(lambda: late.row.fault == "the receiver did not answer in time")
        slow.delay = 0.0
        slow.wait(lambda: (bool(slow.kept) and late.row.cursor == everything(house)[-1] and not late.dead()) or bool(late.dead()))


def test_a_pause_holds_and_an_end_goes_on_where_it_was(house: House, receive: Receive) -> None:
    receiver = receive()
    made = subscribe(house.services, receiver.url)
    made.change(state=State.PAUSED)
    with delivering(house.services):
        time.sleep(0.3)
        assert receiver.came == []
        made.change(state=State.ACTIVE)
        receiver.wait(lambda: receiver.positions() == everything(house))


def test_a_replay_sends_everything_after_a_position_under_the_same_ids(house: House, receive: Receive) -> None:
    receiver, wanted = receive(), everything(house)
    made = subscribe(house.services, receiver.url)
    with delivering(house.services):
        receiver.wait(lambda: receiver.positions() == wanted)
        made.change(cursor=wanted[3], cursor_hash=None)
        receiver.wait(lambda: receiver.positions() == wanted + wanted[4:])
    ids = [each.headers["webhook-id"] for each in receiver.kept]
    assert ids[len(wanted) :] == ids[4 : len(wanted)]


def test_a_replay_from_where_the_cursor_is_holds_while_a_message_is_on_its_way(house: House, receive: Receive) -> None:
    receiver, wanted = receive(), everything(house)
    made = subscribe(house.services, receiver.url)

    def replay_once(_: Message, count: int) -> int:
        if count == 1:
            with house.office.write() as conn:
                book.replay(conn, made.row, Cursor(-1))
        return 204

    receiver.answer = replay_once
    with delivering(house.services):
        receiver.wait(lambda: receiver.positions() == [wanted[0], *wanted])


def test_only_wanted_kinds_and_records_come(house: House, receive: Receive) -> None:
    one, other = house.member(), house.member()
    word = one.rjust(32, b"\0")
    receiver = receive()
    subscribe(house.services, receiver.url, wants=Selection(frozenset({"MemberAdmitted"}), frozenset({word})))
    with delivering(house.services):
        receiver.wait(lambda: len(receiver.kept) == 1)
        time.sleep(0.2)
    values = json.loads(receiver.kept[0].body)["data"]["values"]
    assert "0x" + one.hex() in values.values() and "0x" + other.hex() not in values.values() and len(receiver.kept) == 1


def test_a_member_gets_what_it_sees(house: House, receive: Receive) -> None:
    member, receiver = house.member(), receive()
    subscribe(house.services, receiver.url, member)
    with house.services.snapshot() as conn:
        rows = feed.feed(conn, house.services.events, limit=1_000).rows
        sight = Sight(conn, member)
        wanted = [each.pos for each in rows if sight.sees(each)]
    assert 0 < len(wanted) < len(rows)
    with delivering(house.services):
        receiver.wait(lambda: receiver.positions() == wanted)


# --- Secrets -----------------------------------------------------------------------------------------------------------------------


def test_a_secret_that_is_replaced_signs_for_a_day_more(house: House, receive: Receive) -> None:
    receiver = receive()
    made = subscribe(house.services, receiver.url)
    fresh = fresh_secret()
    sealed = Secrets(house.services.keystore).sealed(fresh, made.member, made.id)
    made.change(sealed=sealed, sealed_before=made.row.sealed, before_until=now_ms() + 60_000)
    with delivering(house.services):
        receiver.wait(lambda: made.row.cursor == everything(house)[-1])
        first = receiver.kept[0]
        first.verify(made.secret)
        first.verify(secret_text(fresh))
        made.change(before_until=now_ms() - 1, cursor=-1, cursor_hash=None)
        receiver.wait(lambda: " " not in receiver.kept[-1].headers["webhook-signature"])
        receiver.kept[-1].verify(secret_text(fresh))
        with pytest.raises(Exception, match="No matching signature"):
            receiver.kept[-1].verify(made.secret)


def test_a_secret_lies_sealed_and_is_good_for_its_own_webhook_only(house: House) -> None:
    made = subscribe(house.services, "http://127.0.0.1:1/")
    secret, row = base64.b64decode(made.secret.removeprefix("whsec_")), made.row
    assert secret not in row.sealed and len(secret) == 32
    assert Secrets(house.services.keystore).of(row, now_ms()) == [secret]
    for wrong in (row._replace(id="wh_other"), row._replace(member_id=b"\1" * 20)):
        with pytest.raises(Unsealable):
            Secrets(house.services.keystore).of(wrong, now_ms())


def test_no_log_has_a_secret(house: House, receive: Receive, caplog: pytest.LogCaptureFixture) -> None:
    receiver = receive()
    receiver.answer = lambda _, n: 500 if n < 3 else 200
    made = subscribe(house.services, receiver.url)
    with caplog.at_level(logging.DEBUG), delivering(house.services):
        receiver.wait(lambda: receiver.positions() == everything(house))
    assert made.secret not in caplog.text and made.secret.removeprefix("whsec_") not in caplog.text


# --- One courier at a time, and a history that is set back -----------------------------------------------------------------------------


def test_of_two_couriers_over_one_office_one_delivers_and_the_other_takes_over(house: House, receive: Receive) -> None:
    receiver = receive()
    made = subscribe(house.services, receiver.url)
    with delivering(house.services, "first 1 1.00") as first:
        receiver.wait(lambda: receiver.positions() == everything(house))
        with delivering(house.services, "second 1 1.00") as second:
            house.member()
            receiver.wait(lambda: receiver.positions() == everything(house))
            assert not second._rounds._tasks
            assert first.fault is second.fault is None
    house.member()
    with delivering(house.services, "second 1 1.00"):
        receiver.wait(lambda: receiver.positions() == everything(house))
    assert made.row.delivered == len(everything(house))


def test_who_lost_the_lease_moves_no_cursor(house: House) -> None:
    made, one = subscribe(house.services, "http://127.0.0.1:1/"), Courier(house.services, "one 1 1.00")
    lane = one._rounds._leased()
    assert lane is not None
    with house.office.write() as conn:
        lane_rows.release(conn, Shift.COURIER, "one 1 1.00")
    assert Courier(house.services, "two 1 1.00")._rounds._leased() is not None
    with pytest.raises(LeaseLost):
        one._rounds._written(lane, lambda conn: book.moved(conn, made.row, Cursor(7), 1))
    assert made.row.cursor == -1


def test_a_history_that_is_set_back_stops_the_subscription_and_a_replay_frees_it(house: House, receive: Receive) -> None:
    receiver = receive()
    made = subscribe(house.services, receiver.url)
    with delivering(house.services):
        house.member()
        receiver.wait(lambda: receiver.positions() == everything(house))
    before = everything(house)
    fork(house, 1)
    house.world.mine(2)
    house.read()
    with delivering(house.services):
        receiver.wait(lambda: made.row.state == State.UNDONE)
        assert "undone" in str(made.row.fault)
        count = len(receiver.kept)
        made.change(state=State.ACTIVE, cursor=-1, cursor_hash=None)
        receiver.wait(lambda: receiver.positions()[count:] == everything(house))
    assert everything(house) != before


def fork(house: House, depth: int) -> None:
    house.world.rpc.call("anvil_reorg", depth, [])
    house.world.rpc.call("anvil_dropAllTransactions")
    house.world.rpc.call("evm_increaseTime", 7)
    house.world.mine()
    house.read()


def test_a_look_sees_a_fork_and_goes_back_to_the_last_block_that_stands(house: House) -> None:
    house.member()
    found = look(house.services, None, Selection(), Cursor(), final=False)
    recent = [cursor for _, cursor in found.events]
    house.member()
    more = look(house.services, None, Selection(), found.cursor, final=False)
    assert more.events and not more.undone
    fork(house, house.world.head() - more.events[0][0].block + 1)
    house.world.mine(3)
    house.read()
    again = look(house.services, None, Selection(), more.cursor, final=False)
    assert again.undone and again.events == []
    assert back(house.services, more.cursor, [*recent, *(cursor for _, cursor in more.events)]) == recent[-1]
    assert back(house.services, more.cursor, []).pos == -1, "a development chain may have lost everything"
    house.services.engine = replace(anvil.ENGINE, development_clock=False, finality=2)
    assert back(house.services, more.cursor, []).block == more.cursor.block - 3


def test_an_event_is_one_line_to_whoever_splits_lines(house: House) -> None:
    """Names come from the ledger, whoever wrote them; many libraries take each end of a line that Unicode knows for one."""
    name = "A\x85\u2028\u2029\x0b\x1cB é"
    told = look(house.services, None, Selection(), Cursor()).events[0][0]
    event = replace(told, values={"name": name})
    lines = Feed(house.services, OPERATOR, Selection(), Cursor())._event(event, Cursor(told.pos)).decode().splitlines()
    assert len(lines) == 4 and lines[3] == "" and json.loads(lines[2].removeprefix("data: "))["values"]["name"] == name


def test_a_stream_tells_what_is_undone_and_what_came_in_its_place(house: House) -> None:
    """With retractions: from the fork on everything anew; nothing before it twice."""
    told = asyncio.run(told_over_a_fork(house))
    cut = next(at for at, (kind, _) in enumerate(told) if kind == "retraction")
    after = int(told[cut][1]["after"])
    before, anew = [int(each["pos"]) for _, each in told[:cut]], [int(each["pos"]) for _, each in told[cut + 1 :]]
    kept = [pos for pos in before if pos <= after]
    assert kept and len(kept) < len(before) and after == kept[-1]
    assert kept + anew == everything(house)


async def told_over_a_fork(house: House) -> list[tuple[str, dict[str, Any]]]:
    feed = Feed(house.services, OPERATOR, Selection(), Cursor(), retractions=True)
    found: list[tuple[str, dict[str, Any]]] = []
    chunks = feed.chunks()

    async def until(holds: Callable[[], bool]) -> None:
        while not holds():
            async with asyncio.timeout(20):
                chunk = (await anext(chunks)).decode().split("\n")
            if len(chunk) > 2 and chunk[2].startswith("data: "):
                found.append((chunk[1].removeprefix("event: "), json.loads(chunk[2].removeprefix("data: "))))

    await asyncio.to_thread(house.member)
    head = everything(house)[-1]
    await until(lambda: bool(found) and int(found[-1][1]["pos"]) == head)
    await asyncio.to_thread(fork, house, house.world.head() - (head >> 20) + 1)
    await asyncio.to_thread(house.member)
    head = everything(house)[-1]
    house.services.mirrored.announce()
    await until(lambda: "retraction" in [kind for kind, _ in found] and found[-1][1].get("pos") == str(head))
    return found
