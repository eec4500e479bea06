"""The carrier: what is to be said arrives, however often the way is cut; what can't arrive is a person's; a kill changes nothing."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from gateway import app, contents
from gateway.api import peer_doors
from gateway.config import Settings
from gateway.following import egress, pauses, rounds
from gateway.following.looking import Cursor
from gateway.office.database import insert_or_keep, now_ms
from gateway.office.models import AUDIT, CONTENT_ENTITLED, PEER_MESSAGE, PEER_MESSAGE_HISTORY, PEER_RECEIPT
from gateway.office.repository import Act, Office
from gateway.peers import asking, book, carrier, holding, speaking, taking
from gateway.peers import door as peer_door
from gateway.peers.calling import Told, check_receipt
from gateway.peers.carrier import Carrier
from gateway.peers.directory import DirectoryError, tls
from gateway.peers.messages import id_of
from gateway.peers.signing import Unsigned
from gateway.peers.states import Seen, State
from ledger import faults
from ledger.domain.ids import to_hex
from tests.gateway.conftest import nested_connections
from tests.gateway.following.killed import Place, hurry, opened
from tests.gateway.following.test_courier_kills import points
from tests.gateway.peers.conftest import Served, Side, carrying, content, publish
from tests.gateway.peers.site import until
from tests.gateway.peers.test_doors import signed_by
from tests.gateway.test_serving import authority
from tests.processes import forks, killed_at

pytestmark = pytest.mark.long

File = Callable[..., tuple[Act, bytes]]
Sides = tuple[Side, Side]

POINTS = ("peers.composing", "peers.sending", "peers.sent", "peers.noting", "peers.noted")


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pauses, "SCHEDULE", (0.05,))
    monkeypatch.setattr(carrier, "FETCH_SECONDS", 0.2)
    monkeypatch.setattr(rounds, "LOOK_SECONDS", 0.05)


@pytest.fixture
def doors(sides: Sides) -> Iterator[tuple[Served, Served]]:
    """The doors of both, whose URLs are on the ledger, and known by each operator."""
    made = [Served(app.create(each.services)) for each in sides]
    for each, door in zip(sides, made, strict=True):
        publish(each.house, each.member, door.url)
    for each, other, door in ((sides[0], sides[1], made[1]), (sides[1], sides[0], made[0])):
        each.house.read()
        each.services.peer_urls = {other.member: door.url}
    yield made[0], made[1]
    for door in made:
        door.shut()


def state(side: Side, kind: str = "offer") -> list[str]:
    return [row.state for row in side.said(kind)]


def test_an_act_goes_out_and_comes_back_by_itself(
    sides: Sides, doors: tuple[Served, Served], file_pledge: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    author, signer = sides
    nested = nested_connections(monkeypatch)
    for door in doors:
        door.open()
    with carrying(author.house), carrying(signer.house):
        act, root = file_pledge()
        until(lambda: signer.house.office and _to_sign(signer))
        signed_by(signer, act)
        until(lambda: author.house.act(act.key).state == "ready")
        author.house.round()
        author.house.round()
        signer.house.read()
        until(lambda: state(signer, "consent") == [State.DELIVERED])
    assert author.house.act(act.key).state == signer.house.act(act.key).state == "final"
    with author.house.office.read() as conn:
        (receipt,) = conn.execute(select(PEER_RECEIPT)).all()
        assert book.holders(conn, author.member, root) == [signer.member]
        lines = [row.state for row in conn.execute(select(PEER_MESSAGE_HISTORY).order_by(PEER_MESSAGE_HISTORY.c.id))]
    assert speaking.stated(author.services, speaking.RECEIPT, receipt.statement).told["roots"] == [to_hex(root)]
    assert lines == ["waiting", "delivered"] and nested == []


def _to_sign(side: Side) -> list[Act]:
    with side.house.office.read() as conn:
        return Office(conn, side.member).to_sign().rows


def test_a_peer_that_is_away_is_tried_until_it_is_there(sides: Sides, doors: tuple[Served, Served], file_pledge: File) -> None:
    author, signer = sides
    with carrying(author.house):
        file_pledge()
        until(lambda: any(row.attempts > 2 for row in author.said("offer")))
        assert state(author) == [State.WAITING] and "not there" in str(author.said("offer")[0].fault)
        doors[1].open()
        until(lambda: state(author) == [State.DELIVERED])
    assert len(_to_sign(signer)) == 1


def test_what_nobody_took_in_time_is_a_persons(sides: Sides, doors: tuple[Served, Served], file_pledge: File) -> None:
    author, _ = sides
    act, _ = file_pledge(deadline=author.house.world.time() + 1_000)
    with carrying(author.house):
        until(lambda: any(row.attempts for row in author.said("offer")))
        author.house.world.pass_time(1_001)
        author.house.read()
        until(lambda: state(author) == [State.LATE])
        with author.house.office.write() as conn:
            (row,) = book.stuck(conn, author.member, 10)
            assert "not there" in str(row.fault) and row.act == act.key and book.count_stuck(conn) == 1
            assert book.step(conn, row, Seen(again=True)).state == State.WAITING
        doors[1].open()
        until(lambda: state(author) == [State.LATE])
    assert len(author.said("offer")) == 1


def test_what_the_ledger_has_decided_otherwise_is_needless(sides: Sides, doors: tuple[Served, Served], file_pledge: File) -> None:
    author, _ = sides
    file_pledge()
    with carrying(author.house):
        until(lambda: state(author) == [State.WAITING])
        with author.house.office.write() as conn:
            table = "office.act" if author.house.office.is_postgresql else "act"
            conn.exec_driver_sql(f"UPDATE {table} SET state = 'voided'")
        until(lambda: state(author) == [State.NEEDLESS])
    assert state(author) == [State.NEEDLESS]


@pytest.mark.parametrize(
    ("status", "body", "ends"),
    [(500, b"", State.WAITING), (404, b"{}", State.WAITING), (201, b"{}", State.WAITING), (201, b'{"receipt":"a.b.c"}', State.WAITING),
     (409, b'{"detail":"another act is here"}', State.REFUSED), (422, b"\xff", State.REFUSED), (307, b"", State.WAITING)],
)  # fmt: skip
def test_only_a_signed_receipt_counts(
    sides: Sides, doors: tuple[Served, Served], file_pledge: File, status: int, body: bytes, ends: State
) -> None:
    author, _ = sides

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", doors[1].port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with carrying(author.house):
            file_pledge()
            until(lambda: author.said("offer") and (author.said("offer")[0].fault or state(author) == [ends]))
            until(lambda: state(author) == [ends] and author.said("offer")[0].fault)
    finally:
        server.shutdown()
        server.server_close()
    assert "another act is here" in str(author.said("offer")[0].fault) or status != 409


def test_who_has_no_door_gets_everything_by_fetching(sides: Sides, doors: tuple[Served, Served], file_pledge: File) -> None:
    author, signer = sides
    publish(signer.house, signer.member, "")
    author.house.read()
    doors[0].open()
    with carrying(author.house), carrying(signer.house):
        act, _ = file_pledge()
        until(lambda: _to_sign(signer))
        until(lambda: state(author) == [State.DELIVERED])
        signed_by(signer, act)
        until(lambda: author.house.act(act.key).state == "ready")
    assert state(author) == [State.DELIVERED] and signer.house.act(act.key).digest == act.digest


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_is_wrong_is_named_while_there_is_time_to_set_it(
    sides: Sides, doors: tuple[Served, Served], file_pledge: File, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    """The door refuses all that isn't signed alike; when the peer answered says which of the clocks is another."""
    author, signer = sides
    doors[1].open()
    real = egress._clock
    monkeypatch.setattr(egress, "_clock", lambda told: None if (at := real(told)) is None else at + 3_600 * hours)
    monkeypatch.setattr(peer_door, "verify", _too_old)
    with carrying(author.house):
        file_pledge()
        until(lambda: author.said("offer") and author.said("offer")[0].fault)
    with author.house.office.read() as conn:
        ((count, fault),) = book.undelivered(conn).values()
    assert count == 1 and fault is not None and "answered 401" in fault
    assert re.search(rf"its clock is 3[56]\d\d s {'ahead of' if hours > 0 else 'behind'} this gateway's", fault), fault
    assert state(author) == [State.WAITING] and _to_sign(signer) == []


def _too_old(*_: Any) -> Any:
    raise Unsigned("created in the future or too long ago")


@pytest.mark.parametrize("door", [True, False])
def test_an_offer_that_a_restored_office_knows_nothing_of_comes_again(
    sides: Sides, doors: tuple[Served, Served], file_pledge: File, monkeypatch: pytest.MonkeyPatch, door: bool
) -> None:
    """It was receipted, so nobody else would ever say it: the act would wait for a signature until its deadline."""
    author, signer = sides
    if not door:
        publish(signer.house, signer.member, "")
        author.house.read()
    for each in doors:
        each.open()
    live = closing(sqlite3.connect(str(signer.house.office.engine.url.database)))
    with live as office, closing(sqlite3.connect(":memory:")) as backup, carrying(author.house):
        office.backup(backup)
        with carrying(signer.house):
            act, _ = file_pledge()
            until(lambda: state(author) == [State.DELIVERED])
        backup.backup(office)
        assert _to_sign(signer) == []
        monkeypatch.setattr(book, "REPEATED_AFTER_MS", 100)
        with author.house.office.write() as conn:
            conn.execute(update(PEER_MESSAGE).values(next_at=0))
        with carrying(signer.house):
            until(lambda: _to_sign(signer))
            assert state(author) == [State.DELIVERED] and signer.house.act(act.key).digest == act.digest
            signed_by(signer, act)
            until(lambda: author.house.act(act.key).state == "ready")
    with author.house.office.read() as conn:
        assert book.waiting(conn, 1 << 62) == []
        assert book.inbox(conn, author.member, signer.member, 0, 10) == []
        lines = [row.state for row in conn.execute(select(PEER_MESSAGE_HISTORY).order_by(PEER_MESSAGE_HISTORY.c.id))]
    assert lines == ["waiting", "delivered"]


def test_a_repeated_offer_that_is_refused_stays_delivered(sides: Sides, file_pledge: File) -> None:
    author, signer = sides
    file_pledge()
    author.write_down()
    (row,) = author.said("offer")
    with author.house.office.write() as conn:
        receipt = author.send(signer, row).json()["receipt"]
        book.receipted(conn, row, receipt)
        conn.execute(update(PEER_MESSAGE).values(next_at=0))
        (again,) = book.due(conn, author.member, signer.member, 1)
        Carrier(author.services, "one 1 1.00")._note(again, Told(fault="no", ended=True), conn)
        assert book.due(conn, author.member, signer.member, now_ms() + book.REPEATED_AFTER_MS // 2) == []
    assert state(author) == [State.DELIVERED]


def test_a_host_that_is_not_listed_is_not_called(sides: Sides, doors: tuple[Served, Served], file_pledge: File) -> None:
    author, signer = sides
    doors[1].open()
    with author.house.office.write() as conn:
        book.set_url(conn, signer.member, doors[1].url)
    author.services.peer_urls = {}
    with carrying(author.house):
        file_pledge()
        until(lambda: author.said("offer") and author.said("offer")[0].fault)
        assert "PLEDGEBOOK_PEER_HOSTS" in str(author.said("offer")[0].fault) and _to_sign(signer) == []
    author.services.settings = Settings(peer_hosts="127.0.0.1")
    with carrying(author.house):
        until(lambda: state(author) == [State.DELIVERED])


def test_a_door_that_asks_for_a_certificate_is_shown_one(sides: Sides, file_pledge: File, tmp_path: Path) -> None:
    """Who shows none, or one that has expired, is told so by the peer's list; a renewed one is taken at the next start."""
    author, signer = sides
    ours = authority("our")
    written = {"ca": ours.pem(), "peer": ours.certified("peer"), "mine": ours.certified("me"), "old": ours.certified("me", days=-1)}
    files = {name: tmp_path / f"{name}.pem" for name in written}
    for name, text in written.items():
        files[name].write_bytes(text)
    asked = {"ssl_ca_certs": str(files["ca"]), "ssl_cert_reqs": ssl.CERT_REQUIRED}
    door = Served(app.create(signer.services), ssl_certfile=files["peer"], ssl_keyfile=files["peer"], **asked)
    publish(signer.house, signer.member, door.url)
    author.house.read()
    author.services.peer_urls = {signer.member: door.url}
    door.open()
    file_pledge()
    for shown, trusted, said in ((None, None, "certificate verify failed"), (None, "ca", "not there"), ("old", "ca", "not there")):
        author.services.settings = Settings(
            tls_authority=None if trusted is None else files[trusted], tls_client_certificate=None if shown is None else files[shown]
        )
        with author.house.office.write() as conn:
            conn.execute(update(PEER_MESSAGE).values(fault=None))
        with carrying(author.house):
            until(lambda: author.said("offer") and author.said("offer")[0].fault)
        assert said in str(author.said("offer")[0].fault) and state(author) == [State.WAITING], (shown, trusted)
    author.services.settings = Settings(tls_authority=files["ca"], tls_client_certificate=files["mine"])
    with carrying(author.house):
        until(lambda: state(author) == [State.DELIVERED])
    door.shut()


@pytest.mark.parametrize("setting", ["tls_authority", "tls_client_certificate"])
@pytest.mark.parametrize("text", [None, "no certificate"])
def test_a_certificate_that_can_t_be_read_is_said_at_the_start(setting: str, text: str | None, tmp_path: Path) -> None:
    file = tmp_path / "file.pem"
    if text is not None:
        file.write_text(text)
    with pytest.raises(DirectoryError, match=f"PLEDGEBOOK_{setting.upper()}: .*file.pem: .*PEM expected"):
        tls(Settings().model_copy(update={setting: file}))


# --- Killed ----------------------------------------------------------------------------------------------------------------------------


def live(place: Place, peer: bytes, url: str, count: int, fault: str | None) -> None:
    """One life of the author's carrier: until all that it says, so many messages, was taken."""
    hurry()
    if fault is not None:
        os.environ[faults.VARIABLE] = fault
    house, stop = opened(place), threading.Event()
    house.services.peer_urls = {peer: url}
    thread = threading.Thread(target=Carrier(house.services, "killed 1 1.00").run, args=(stop,), daemon=True)
    thread.start()
    end = time.monotonic() + 60
    while True:
        with house.office.read() as conn:
            rows = [row.state for row in conn.execute(PEER_MESSAGE.select())]
        if rows == [State.DELIVERED] * count:
            break
        assert time.monotonic() < end, rows
        time.sleep(0.02)
    stop.set()
    house.services.mirrored.announce()
    thread.join()


def test_killed_at_every_point_it_says_everything_and_nothing_twice(sides: Sides, doors: tuple[Served, Served], file_pledge: File) -> None:
    author, signer = sides
    world = author.house.world
    place = Place(_url(author.house.office), _url(author.services.mirror), world.rpc.url, world.node.directory.parent / "manifest.json")
    doors[1].open()
    passed = killed_at(POINTS, place.office)
    for count, point in enumerate(passed, 1):
        act, _ = file_pledge()
        assert _run(place, signer.member, doors[1].url, count, point) == -signal.SIGKILL, f"{point} was not passed"
        assert _run(place, signer.member, doors[1].url, count, None) == 0
        assert signer.house.act(act.key).digest == act.digest
    assert len(_to_sign(signer)) == len(passed) == len(author.said("offer"))
    with signer.house.office.read() as conn:
        assert len([each for each in conn.execute(select(AUDIT)) if each.action == "peer offer"]) == len(passed)


def _run(place: Place, peer: bytes, url: str, count: int, fault: str | None) -> int | None:
    process = forks.Process(target=live, args=(place, peer, url, count, fault))
    process.start()
    process.join(90)
    assert process.exitcode is not None, f"{fault}: the carrier hangs"
    return process.exitcode


def _url(database: Any) -> str:
    found: str = database.engine.url.render_as_string(hide_password=False)
    return found.replace("postgresql+psycopg", "postgresql")


def test_every_point_of_the_carrier_is_among_those_that_are_killed_at() -> None:
    found = points(Path(__file__).parents[3] / "gateway", "peers")
    assert {name for name in found if name.startswith("peers.")} == set(POINTS)


def test_a_receipt_is_of_its_message_and_of_its_peer(sides: Sides, file_pledge: File) -> None:
    author, signer = sides
    _, root = file_pledge()
    (row,) = author.write_down()
    good = {"message": to_hex(row.id), "roots": [to_hex(root)]}

    def said(told: dict[str, Any], by: bytes = signer.member) -> str:
        return speaking.state(signer.services, by, speaking.RECEIPT, told)

    assert check_receipt(author.services, row, said(good)) is None
    assert check_receipt(author.services, row, said({"message": to_hex(row.id), "refused": "no"})) == "no"
    stranger = signer.another()
    author.house.read()
    for wrong in ({}, {**good, "message": "0x" + "01" * 32}, {**good, "roots": []}, {**good, "roots": ["x"]}, {**good, "roots": 3}):
        with pytest.raises(Unsigned):
            check_receipt(author.services, row, said(wrong))
    with pytest.raises(Unsigned):
        check_receipt(author.services, row, said(good, stranger))


def test_what_can_t_be_taken_now_holds_up_nothing_behind_it(
    sides: Sides, doors: tuple[Served, Served], file_pledge: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A member that fetches passes over what it can't take in, and looks at it again later."""
    author, signer = sides
    monkeypatch.setattr(peer_doors, "MOST_FETCHED", 1)
    publish(signer.house, signer.member, "")
    author.house.read()
    first, _ = file_pledge()
    second, _ = file_pledge()
    author.write_down()
    real, barred = taking.take, {"first": True}

    def take(services: Any, by: Any, to: bytes, kind: Any, body: bytes) -> str:
        if barred["first"] and id_of(body) == next(row.id for row in author.said("offer") if row.act == first.key):
            raise Unsigned("not now")
        return real(services, by, to, kind, body)

    monkeypatch.setattr(taking, "take", take)
    doors[0].open()
    with carrying(signer.house):
        until(lambda: [each.key for each in _to_sign(signer)] == [second.key])
        barred["first"] = False
        until(lambda: len(_to_sign(signer)) == 2)
        until(lambda: state(author) == [State.DELIVERED] * 2)
    assert {each.key for each in _to_sign(signer)} == {first.key, second.key}


def test_members_of_one_gateway_have_content_from_each_other_without_a_call(sides: Sides, file_pledge: File) -> None:
    """Who is entitled gets its own copy; who isn't gets none, though it lies in the same office."""
    author, _ = sides
    entitled, other = author.another(), author.another()
    root = content(author, {"shared": "by two"})
    with author.house.office.write() as conn:
        for member in (entitled, author.member):
            insert_or_keep(conn, CONTENT_ENTITLED, holding.Due(member, root, 0, 0, 0, None, 1)._asdict())
        holding.note(conn, holding.Found([], [], Cursor(), more=False))
    package = asking.copy_here(author.services, [author.member], root)
    assert package is not None and asking.copy_here(author.services, [other], root) is None
    asking.keep(author.services, entitled, package, "another member of this gateway")
    with author.house.office.read() as conn:
        assert contents.is_whole(Office(conn, entitled).content(root)) and Office(conn, other).content(root) is None
        assert holding.lacking(conn, 1) == []
