"""Subscriptions made by hand, and a courier in a thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random

from gateway.following import book
from gateway.following.book import Secrets, Webhook
from gateway.following.courier import Courier
from gateway.following.envelope import fresh_secret, secret_text
from gateway.following.looking import Cursor
from gateway.following.selection import Selection
from gateway.services import Services
from gateway.signers.keystore import HOUSE
from ledger.mirror.queries import events
from tests.gateway.outbox.world import House


@dataclass
class Subscribed:
    """A subscription and its secret."""

    services: Services
    member: bytes
    id: str
    secret: str

    @property
    def row(self) -> Webhook:
        """As it stands."""
        with self.services.office.read() as conn:
            found = book.get(conn, self.member, self.id)
        assert found is not None
        return found

    def change(self, **values: object) -> None:
        with self.services.office.write() as conn:
            book.change(conn, self.row, **values)

    def dead(self) -> list[book.Dead]:
        with self.services.office.read() as conn:
            return book.dead(conn, self.id)


def subscribe(services: Services, url: str, member: bytes = HOUSE, after: int = -1, wants: Selection = Selection()) -> Subscribed:  # noqa: B008
    """Subscribes a URL to what a member sees, from a position on."""
    id_, secret = book.new_id(), fresh_secret()
    sealed = Secrets(services.keystore).sealed(secret, member, id_)
    with services.office.write() as conn:
        book.add(conn, member, id_, url, wants, sealed, Cursor(after))
    return Subscribed(services, member, id_, secret_text(secret))


@contextmanager
def delivering(services: Services, owner: str = "courier 1 1.00") -> Iterator[Courier]:
    """A courier at work."""
    courier, stop = Courier(services, owner, Random(1)), threading.Event()
    thread = threading.Thread(target=courier.run, args=(stop,))
    thread.start()
    try:
        yield courier
    finally:
        stop.set()
        services.mirrored.announce()
        thread.join(20)
        assert not thread.is_alive()


def everything(house: House) -> list[int]:
    """The position of every event that is final."""
    found: list[int] = []
    with house.services.snapshot() as conn:
        while True:
            page = events.feed(conn, house.services.events, after=found[-1] if found else -1, limit=500)
            found += [each.pos for each in page.rows]
            if page.next is None:
                return found
