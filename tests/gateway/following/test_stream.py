"""The stream of events: whole, in order, only what its reader may see, and whole again after it was cut."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from gateway import access, runtime
from gateway.api import stream
from gateway.config import Settings
from gateway.following import looking
from gateway.following.sight import Sight
from gateway.sessions import KNOWN_SECONDS
from ledger.mirror.queries import events as feed
from tests.gateway.conftest import Api, Member
from tests.gateway.following.reader import Got, events, following
from tests.gateway.test_api import key_of, problem


def bearer(api: Api, member: Member) -> str:
    return key_of(api, member)["authorization"].removeprefix("Bearer ")


def everything(api: Api) -> list[str]:
    """The position of every event, by pages."""
    found: list[str] = []
    after = "-1"
    while True:
        page = api.http.get("/events", params={"after": after, "limit": 1000}).json()
        found += [each["pos"] for each in page["data"]]
        if page["next"] is None:
            return found
        after = page["next"]


def taken(api: Api, count: int, key: str | None = None, **query: Any) -> list[Got]:
    with following(api.running.url, key or api.running.api_key, **query) as found:
        return list(islice(events(found), count))


@pytest.fixture(autouse=True)
def no_stream_stays(api: Api) -> Iterator[None]:
    """Whose reader has gone is forgotten, whatever was told meanwhile."""
    yield
    wait_until(lambda: open_streams(api) == 0)


@pytest.fixture(scope="module")
def pair(api: Api) -> tuple[Member, Member]:
    return api.admit("stream supplier", "SUPPLIER"), api.admit("stream obligor", "OBLIGOR")


def test_the_operator_is_told_everything_in_order_and_goes_on_with_what_comes(api: Api, pair: tuple[Member, Member]) -> None:
    api.receivable(*pair)
    before = everything(api)
    with following(api.running.url, api.running.api_key) as found:
        told = events(found)
        assert [each.id for each in islice(told, len(before))] == before
        threading.Thread(target=api.receivable, args=pair).start()
        fresh = next(told)
        assert int(fresh.id or 0) > int(before[-1]) and fresh.event and fresh.data["pos"] == fresh.id
    assert f"{fresh.data['contract']}.{fresh.data['event']}" == fresh.event


@pytest.mark.parametrize("way", ["last", "after"])
def test_a_reader_goes_on_where_it_was_without_gap_or_double(api: Api, pair: tuple[Member, Member], way: str) -> None:
    api.receivable(*pair)
    everyone = everything(api)
    seen: list[str] = []
    while len(seen) < len(everyone):
        step = min(7, len(everyone) - len(seen))
        seen += [str(each.id) for each in taken(api, step, **({way: seen[-1]} if seen else {}))]
    assert seen == everyone


def test_last_event_id_goes_before_after(api: Api) -> None:
    everyone = everything(api)
    assert taken(api, 1, last=everyone[4], after=-1)[0].id == everyone[5]


def test_kinds_and_records_limit_what_is_told(api: Api, pair: tuple[Member, Member]) -> None:
    number = api.receivable(*pair)
    word = f"0x{number:064x}"
    for wanted in ("ReceivableDrafts", "ReceivableIssued", "ReceivableDrafts.ReceivableIssued"):
        (one,) = taken(api, 1, kind=wanted, record=word)
        assert one.data["values"]["receivable"] == str(number) and one.data["contract"] == "ReceivableDrafts"
    first, second = taken(api, 2, kind=["ReceivableIssued", "ReceivableConfirmed"], record=word)
    assert [first.data["event"], second.data["event"]] == ["ReceivableIssued", "ReceivableConfirmed"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"kind": "Nothing"}, "kind: 'Nothing' is no kind"),
        ({"record": "0x12"}, "record"),
        ({"after": -2}, "after"),
        ({"after": 1 << 61}, "is not mirrored yet; the last is"),
        ({"kind": ["a"] * 51}, "kind"),
    ],
)
def test_a_wrong_wish_is_refused_before_the_stream_begins(api: Api, query: dict[str, Any], said: str) -> None:
    assert said in str(problem(api.http.get("/events:stream", params=query), 422)["detail"])


@pytest.mark.parametrize("last", ["", "x", "-2", "1:2", "1:0x12", "9" * 30, "1e3"])
def test_an_id_that_is_none_is_refused(api: Api, last: str) -> None:
    assert problem(api.http.get("/events:stream", headers={"last-event-id": last}), 422)["field"] == "Last-Event-ID"


def test_a_stranger_gets_no_stream(api: Api) -> None:
    problem(httpx.get(f"{api.running.url}/events:stream"), 401)


# --- Who sees what ---------------------------------------------------------------------------------------------------------------


def test_a_member_is_told_of_its_own_and_of_what_all_see_and_of_nothing_else(api: Api, pair: tuple[Member, Member]) -> None:
    supplier, obligor = pair
    outsider, bank = api.admit("stream outsider", "SUPPLIER"), api.admit("stream bank", "BANK")
    number = api.receivable(supplier, obligor)
    api.done(api.move(supplier, number, 2_500, 10_000, bank.account))
    services = api.running.services
    with services.snapshot() as conn:
        told = feed.feed(conn, services.events, limit=1_000).rows
        about = [each.pos for each in told if each.values.get("receivable") == number]
        assert len(about) >= 2
        for member, sees in ((supplier, True), (obligor, True), (bank, True), (outsider, False)):
            sight = Sight(conn, member.address)
            assert [sight.sees(each) for each in told if each.pos in about] == [sees] * len(about), member.key
    page = api.http.get("/members").json()["data"]
    kinds = ["ReceivableDrafts", "ReceivableToken", "Members"]
    for member, sees in ((supplier, True), (bank, True), (outsider, False)):
        found = taken(api, len(page), bearer(api, member), kind="Members")
        assert {each.data["contract"] for each in found} == {"Members"}
        with following(api.running.url, bearer(api, member), kind=kinds) as blocks:
            seen = until_head(api, blocks)
        assert any(each.data["values"].get("receivable") == str(number) for each in seen) is sees, member.key


def until_head(api: Api, blocks: Any) -> list[Got]:
    """Everything up to what a new event shows to be the end."""
    api.admit(api.fresh_key("late comer"), "SUPPLIER")
    last = max(map(int, everything(api)))
    found: list[Got] = []
    for each in events(blocks):
        found.append(each)
        if each.data["contract"] == "Members" and int(each.id or 0) >= last - 2:
            return found
    raise AssertionError("the stream ended")


ENDS_WITHIN = stream.LOOK_SECONDS + KNOWN_SECONDS + 5


def revoke(api: Api, key: str) -> float:
    with api.running.services.office.write() as conn:
        access.revoke(conn, key.split("_")[1])
    return time.monotonic()


def test_a_key_that_is_revoked_ends_a_stream_that_is_told_little(
    api: Api, pair: tuple[Member, Member], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.2)
    key = bearer(api, pair[0])
    with following(api.running.url, key, kind="DealOpened") as blocks:
        assert next(blocks).id is not None, "a heartbeat tells how far was looked"
        revoked = revoke(api, key)
        for _ in blocks:
            assert time.monotonic() - revoked < ENDS_WITHIN
    assert time.monotonic() - revoked < ENDS_WITHIN


@contextmanager
def busy(api: Api, pair: tuple[Member, Member]) -> Iterator[None]:
    """Events that concern both, one after the other."""
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            api.receivable(*pair)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(60)


def test_a_key_that_is_revoked_ends_a_stream_that_is_told_much(api: Api, pair: tuple[Member, Member]) -> None:
    """Each event puts the next comment off."""
    key = bearer(api, pair[0])
    with busy(api, pair), following(api.running.url, key, kind="ReceivableDrafts") as blocks:
        next(events(blocks))
        revoked = revoke(api, key)
        for each in events(blocks):
            assert time.monotonic() - revoked < ENDS_WITHIN, f"{each.event} is told"
        assert time.monotonic() - revoked < ENDS_WITHIN


def test_a_stream_that_ends_while_its_reader_takes_nothing_is_cut_off(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.0)
    monkeypatch.setattr(stream.Feed, "_heartbeat", lambda _: b":" + b"x" * 100_000 + b"\n\n")
    with api.running.services.office.write() as conn:
        key = access.issue(conn, "an operator's", None)
    with idle_reader(api, key):
        wait_until(lambda: open_streams(api) == 1)
        revoke(api, key)
        wait_until(lambda: open_streams(api) == 0, ENDS_WITHIN + stream.END_SECONDS)


def test_a_reader_is_told_how_far_was_looked_while_nothing_is_wanted(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long history takes longer than three comments: who hears none begins anew, from where it was, and never gets on."""
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.0)
    monkeypatch.setattr(looking, "MOST_LOOKED_AT", 10)
    everyone = everything(api)
    with following(api.running.url, api.running.api_key, kind="DealOpened") as blocks:
        ids = [each.id for each in islice(blocks, 4)]
    assert ids == everyone[9:40:10]


# --- Slow readers, and the end ------------------------------------------------------------------------------------------------------


def test_a_reader_that_takes_nothing_is_cut_off_and_costs_little(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "SLOW_SECONDS", 0.5)
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.0)
    monkeypatch.setattr(stream.Feed, "_heartbeat", lambda _: b":" + b"x" * 100_000 + b"\n\n")
    with idle_reader(api, api.running.api_key) as idle:
        wait_until(lambda: open_streams(api) == 1)
        wait_until(lambda: open_streams(api) == 0)
        body = drained(idle)
    assert len(body) < 8 << 20
    assert not body.endswith(b"0\r\n\r\n"), "it was cut and did not end"


@contextmanager
def idle_reader(api: Api, key: str) -> Iterator[socket.socket]:
    """Who asks for the stream and takes next to nothing of it."""
    parts = urlsplit(api.running.url)
    with socket.socket() as idle:
        idle.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        idle.connect((parts.hostname, parts.port))
        idle.sendall(f"GET /events:stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n".encode())
        yield idle


def drained(idle: socket.socket) -> bytes:
    """What is still there when the other side has gone."""
    read = b""
    try:
        while part := idle.recv(1 << 20):
            read += part
    except ConnectionResetError:
        return read
    return read


def open_streams(api: Api) -> int:
    return len(api.running.services.streams)


def wait_until(holds: Any, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.02)


def test_a_reader_that_left_is_forgotten(api: Api) -> None:
    with following(api.running.url, api.running.api_key) as blocks:
        next(events(blocks))
        wait_until(lambda: open_streams(api) == 1)
    wait_until(lambda: open_streams(api) == 0)


def test_too_many_streams_are_refused_and_the_others_go_on(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "MOST_STREAMS", 1)
    with following(api.running.url, api.running.api_key) as blocks:
        next(events(blocks))
        problem(api.http.get("/events:stream"), 503)
        next(events(blocks))


def test_one_key_and_one_member_leave_room_for_others(api: Api, pair: tuple[Member, Member], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "MOST_OF_A_KEY", 2)
    monkeypatch.setattr(stream, "MOST_OF_A_MEMBER", 3)
    greedy, other = pair
    keys = [bearer(api, greedy) for _ in range(2)]
    with ExitStack() as held:

        def opened(key: str) -> None:
            before = open_streams(api)
            held.enter_context(following(api.running.url, key))
            wait_until(lambda: open_streams(api) == before + 1)

        for key in (keys[0], keys[0], keys[1]):
            opened(key)
        for key, said in ((keys[0], "with this key"), (keys[1], "for this member")):
            refused = httpx.get(f"{api.running.url}/events:stream", headers={"authorization": f"Bearer {key}"})
            assert said in str(problem(refused, 429)["detail"]) and int(refused.headers["retry-after"]) > 0
        opened(bearer(api, other))


def test_forty_waiting_readers_hold_no_thread(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "MOST_OF_A_KEY", 40)
    before = threading.active_count()
    with following_many(api, 40) as feeds:
        assert api.http.get("/health").status_code == 200
        for each in feeds:
            next(each)
        assert api.http.get("/receivables").status_code == 200
    assert threading.active_count() <= before + 45


def following_many(api: Api, count: int) -> Any:
    from contextlib import contextmanager

    @contextmanager
    def all_of() -> Any:
        with ExitStack() as stack:
            yield [events(stack.enter_context(following(api.running.url, api.running.api_key))) for _ in range(count)]

    return all_of()


# --- Over a restart, and over a fork ---------------------------------------------------------------------------------------------


def test_streams_end_with_the_gateway_and_go_on_with_the_next(tmp_path: Any) -> None:
    settings = Settings(home=tmp_path / "home", port=0, keeper=False)
    running = runtime.start(settings, genesis_time=1_700_000_000)
    seen: list[str] = []
    with following(running.url, running.api_key) as blocks:
        seen += [str(each.id) for each in islice(events(blocks), 3)]
        began = time.monotonic()
        running.stop()
        assert time.monotonic() - began < 15
        seen += [str(each.id) for each in events(blocks)]
    running = runtime.start(settings)
    try:
        with httpx.Client(base_url=running.url, headers={"authorization": f"Bearer {running.api_key}"}) as http:
            whole = [each["pos"] for each in http.get("/events", params={"limit": 1000}).json()["data"]]
        with following(running.url, running.api_key, last=seen[-1]) as blocks:
            seen += [str(each.id) for each in islice(events(blocks), len(whole) - len(seen))]
        assert seen == whole
    finally:
        running.stop()
