"""Two gateways of different members on one ledger, without servers: what one says is put through the other's door by hand."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
import uvicorn
from sqlalchemy import select

from gateway import app
from gateway.drafts import Wanted
from gateway.office.models import PEER_MESSAGE
from gateway.office.repository import Act
from gateway.peers import book, composing, publishing, signing, speaking
from gateway.peers.book import Row
from gateway.peers.carrier import Carrier
from gateway.roles import MODES, ROLES
from ledger.domain.assets import member_party, us_patent_key
from ledger.domain.ids import to_hex
from ledger.domain.registers import Mode, PartyRole
from ledger.domain.shipped_registers import US_PATENTS
from tests.gateway.outbox.conftest import mirror, mirror_of_kind, quick_sealing, second, world
from tests.gateway.outbox.world import OPERATOR, House, World
from tests.gateway.peers.site import Site, free_port, until
from tests.gateway.pledges import consent, filing

__all__ = ["mirror", "mirror_of_kind", "quick_sealing", "second", "world"]
"""Fixtures of the outbox's tests."""

ALL_ROLES = sum(ROLES[name] for name in ("SUPPLIER", "PLEDGOR", "BANK"))


@dataclass
class Client:
    """A caller of an application that has no server."""

    application: Any

    def request(self, method: str, target: str, **more: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.application, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as http:
                return await http.request(method, target, **more)

        return asyncio.run(ask())

    def get(self, target: str, **more: Any) -> httpx.Response:
        return self.request("GET", target, **more)

    def post(self, target: str, *, headers: dict[str, str] | None = None, **more: Any) -> httpx.Response:
        return self.request("POST", target, headers={"content-type": "application/json", **(headers or {})}, **more)


@dataclass
class Side:
    """A gateway, its member, and its door."""

    house: House
    member: bytes
    client: Client = field(repr=False)

    @property
    def services(self) -> Any:
        return self.house.services

    def another(self) -> bytes:
        """One more member of this gateway, with an entry in the address book."""
        made: bytes = self.house.member(ALL_ROLES)
        publish(self.house, made)
        return made

    def said(self, kind: str) -> list[Row]:
        """The messages of a kind that were written down."""
        with self.house.office.read() as conn:
            return [Row(*row) for row in conn.execute(select(PEER_MESSAGE).where(PEER_MESSAGE.c.kind == kind))]

    def write_down(self) -> list[Row]:
        """Writes down what is to be said, as the carrier does."""
        served = self.services.keystore.members()
        with self.house.office.read() as conn:
            asked, given = composing.to_offer(self.services, conn, served), composing.to_consent(conn, served)
        rows = [
            *(composing.offer(self.services, each) for each in asked),
            *(composing.consent(self.services, each) for each in given),
        ]
        made = [row for row in rows if row is not None]
        with self.house.office.write() as conn:
            for row in made:
                assert book.add(conn, row)
        return made

    def headers(self, method: str, target: str, body: bytes | None, to: bytes, *, by: bytes | None = None) -> dict[str, str]:
        """What signs a request of this side's member."""
        named, key = speaking.voice(self.services, by or self.member)
        return signing.sign(method, target, body, to, self.services.manifest.ledger_id, named, key)

    def call(
        self, other: Side, method: str, target: str, body: bytes | None = None, *, by: bytes | None = None, to: bytes | None = None
    ) -> Any:
        """The other side's answer to a signed request."""
        headers = self.headers(method, target, body, to or other.member, by=by)
        more = {} if body is None else {"content-type": "application/json"}
        return other.client.request(method, target, content=body, headers={**more, **headers})

    def send(self, other: Side, row: Row, **more: Any) -> Any:
        """The other side's answer to a message."""
        return self.call(other, "POST", f"/peer/{row.kind}s", row.body, **more)


def publish(house: House, member: bytes, url: str | None = None) -> None:
    """Puts a member's entry on the ledger."""
    publishing.publish(house.services, OPERATOR, member, url)
    house.round()
    house.round()


class Served:
    """A gateway's door on a port, which can be shut and opened again."""

    def __init__(self, application: Any, **tls: Any) -> None:
        self._application, self._tls, self.port = application, tls, free_port()
        self._server: uvicorn.Server | None = None

    @property
    def url(self) -> str:
        return f"http{'s' if self._tls else ''}://127.0.0.1:{self.port}"

    def open(self) -> None:
        config = uvicorn.Config(
            self._application, port=self.port, log_config=None, lifespan="off", timeout_graceful_shutdown=1, **self._tls
        )
        self._server = uvicorn.Server(config)
        self._server.install_signal_handlers = lambda: None  # type: ignore[attr-defined,unused-ignore]
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        until(lambda: self._server is not None and self._server.started)

    def shut(self) -> None:
        if self._server is not None:
            self._server.should_exit = True
            self._thread.join(20)
            self._server = None


@contextmanager
def carrying(house: House, owner: str = "carrier 1 1.00") -> Iterator[Carrier]:
    """A carrier at work."""
    worker, stop = Carrier(house.services, owner, Random(1)), threading.Event()
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    try:
        yield worker
    finally:
        stop.set()
        house.services.mirrored.announce()
        thread.join(30)
        assert not thread.is_alive()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A ledger and gateways in processes of their own."""
    founded = World.found(tmp_path)
    found = Site(founded, tmp_path)
    yield found
    found.stop()
    founded.rpc.close()
    founded.node.kill()


@pytest.fixture
def house(world: Any, office: Any, mirror: Any, quick_sealing: None) -> House:
    return House.build(world, office, mirror).enrol()


@pytest.fixture
def sides(house: House, second: House) -> tuple[Side, Side]:
    """Author and signer: gateways whose members have their entries in the address book."""
    made = []
    for each in (house, second):
        member = each.member(ALL_ROLES)
        publish(each, member)
        made.append(Side(each, member, Client(app.create(each.services))))
    return made[0], made[1]


@pytest.fixture
def file_pledge(sides: tuple[Side, Side]) -> Callable[..., tuple[Act, bytes]]:
    """Has the author file a pledge that the signer, as pledgee, must sign too; the act, and the root of its content."""
    author, signer = sides
    count = iter(range(100))

    def make(**more: Any) -> tuple[Act, bytes]:
        number = f"file-{next(count)} {author.member.hex()[:6]}"
        root = content(author, {"agreement": number})
        parties = ((member_party(author.member), "Author"), (member_party(signer.member), "Signer"))
        roles = (PartyRole.PLEDGOR, PartyRole.PLEDGEE)
        signed = [consent(role, word, Mode.SIGNED, at) for at, (role, (word, _)) in enumerate(zip(roles, parties, strict=True))]
        assets = {us_patent_key(f"16/{int.from_bytes(author.member[:2]) % 1000:03d},{100 + len(number)}"): "Lens"}
        body = filing(US_PATENTS, number, *parties, assets, consents=signed, content=to_hex(root))
        wanted = [(author.member, ROLES["PLEDGOR"]), (signer.member, ROLES["BANK"])]
        signers = tuple(Wanted(account, role, MODES["SIGNED"], None, None, None) for account, role in wanted)
        request = author.house.request(author.member, "FilePledge", body, signers=signers, **more)
        return author.house.accept(request)[0], root

    return make


def content(side: Side, document: Any, member: bytes | None = None) -> bytes:
    """Keeps a document for a side's member; its root."""
    from gateway import contents
    from gateway.office.repository import Office

    made = contents.package(document, "test/1", b"s" * 32)
    with side.house.office.write() as conn:
        contents.keep(Office(conn, member or side.member), made)
    return made.commitment.root
