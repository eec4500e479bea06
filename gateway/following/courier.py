"""The courier: brings events to webhooks, at least once, in order for each subscription, and keeps how far it came.

One process at a time, by lease. The cursor of a subscription moves in a transaction under the lease's fence, after its receiver has taken
the message: a process that is killed in between sends the message once more, under the same id.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from functools import partial
from random import Random

from sqlalchemy import Connection

from gateway.following import book
from gateway.following.book import Dead, Secrets, State, Webhook
from gateway.following.egress import Egress, NoAnswer, Post, answered
from gateway.following.envelope import body_of, headers_of, message_id
from gateway.following.looking import Cursor, Found, look
from gateway.following.pauses import is_over, pause
from gateway.following.rounds import Rounds
from gateway.office.database import now_ms
from gateway.outbox.lanes import Lane, Shift
from gateway.services import Services
from ledger import faults

KEPT_EVERY = 1_000 << 20
"""Positions that were passed over without a message are written down once in a thousand blocks: until then looking again finds nothing."""
GONE = 410
UNDONE = "the ledger's history before the cursor was undone (a development chain); replay from a position"


class Refused(Exception):
    """A message did not arrive; the text says why. `retry_after`: seconds that the receiver asked for; `gone`: it wants no more."""

    def __init__(self, text: str, retry_after: int | None = None, *, gone: bool = False) -> None:
        super().__init__(text)
        self.retry_after, self.gone = retry_after, gone


class Courier:
    """`run` belongs to one thread, with an event loop of its own; `fault` says why it doesn't get on."""

    def __init__(self, services: Services, owner: str, random: Random | None = None) -> None:
        self._services = services
        self._random = random or Random()  # noqa: S311  # spreads pauses
        self._secrets = Secrets(services.keystore)
        self._passed: dict[str, tuple[tuple[int, int], Cursor]] = {}
        self._egress = Egress.of(services.settings.webhook_hosts)
        self._rounds = Rounds(services, Shift.COURIER, owner, self._waiting, self._step, lambda each: each[1])

    @property
    def fault(self) -> str | None:
        """Why it doesn't get on, with one subscription or at all."""
        return self._rounds.fault

    def run(self, stop: threading.Event) -> None:
        """Delivers until `stop`. Whatever goes wrong is shown in `fault` and tried again."""
        asyncio.run(self._run(stop))
        self._rounds.release()

    async def _run(self, stop: threading.Event) -> None:
        self._post = Post(self._egress)
        await self._rounds.run(stop)
        await self._post.close()

    def _waiting(self) -> list[tuple[bytes, str]]:
        with self._services.office.read() as conn:
            return book.waiting(conn, now_ms())

    # --- One subscription -----------------------------------------------------------------------------------------------------------

    async def _step(self, lane: Lane, subscription: tuple[bytes, str]) -> bool:
        """Delivers what one look finds; whether there may be more at once."""
        member, id_ = subscription
        row, again = await asyncio.to_thread(self._read, member, id_)
        if row is None or row.state != State.ACTIVE or row.next_at > now_ms():
            return False
        if not await self._resend(lane, row, again):
            return False
        found = await asyncio.to_thread(self._look, row)
        if found.undone:
            await self._rounds.write(lane, lambda conn: book.stopped(conn, row, State.UNDONE, UNDONE))
            return False
        return await self._deliver(lane, row, found) and found.more

    def _read(self, member: bytes, id_: str) -> tuple[Webhook | None, list[Dead]]:
        with self._services.office.read() as conn:
            return book.get(conn, member, id_), book.dead(conn, id_, again=True)

    def _look(self, row: Webhook) -> Found:
        kept, passed = self._passed.pop(row.id, (row.set, row.place))
        return look(self._services, row.account, row.wants, passed if kept == row.set else row.place)

    async def _deliver(self, lane: Lane, row: Webhook, found: Found) -> bool:
        """Whether everything arrived, or was put aside, and nobody changed the subscription meanwhile."""
        for event, cursor in found.events:
            body = body_of(event, self._services.manifest.ledger_id)
            faults.point("courier.sending")
            try:
                await self._send(row, event.pos, body)
            except Refused as refusal:
                await self._failed(lane, row, body, cursor, refusal)
                return False
            faults.point("courier.sent")
            if not await self._arrived(lane, row, cursor):
                return False
            row = row._replace(cursor=cursor.pos, cursor_hash=cursor.hash, attempts=0, next_at=0)
        return await self._pass_over(lane, row, found.cursor)

    async def _pass_over(self, lane: Lane, row: Webhook, to: Cursor) -> bool:
        if to.pos - row.cursor >= KEPT_EVERY:
            return await self._rounds.write(lane, lambda conn: book.moved(conn, row, to))
        self._passed[row.id] = row.set, to
        return True

    async def _arrived(self, lane: Lane, row: Webhook, at: Cursor) -> bool:
        def note(conn: Connection) -> bool:
            moved = book.moved(conn, row, at, delivered=1)
            book.arrived(conn, row.id, at.pos)
            return moved

        return await self._rounds.write(lane, note)

    async def _failed(self, lane: Lane, row: Webhook, body: bytes, cursor: Cursor, refusal: Refused) -> None:
        attempts, now = row.attempts + 1, now_ms()

        def note(conn: Connection) -> None:
            if refusal.gone:
                book.stopped(conn, row, State.GONE, str(refusal))
            elif is_over(attempts):
                # A replay meanwhile has set the cursor: then nothing of this holds any more.
                if book.moved(conn, row, cursor):
                    book.put_aside(conn, Dead(row.id, cursor.pos, body, attempts, str(refusal), now, again=False))
                    book.change(conn, row, fault=str(refusal))
            else:
                next_at = now + int(1_000 * pause(attempts, refusal.retry_after, self._random))
                book.failed(conn, row, attempts, next_at, str(refusal))

        await self._rounds.write(lane, note)

    async def _resend(self, lane: Lane, row: Webhook, letters: Sequence[Dead]) -> bool:
        """Sends what was put aside once more, up to one that fails again: what comes in order waits for one time-out, not for many. Whether
        the receiver wants more.
        """
        for each in letters:
            try:
                await self._send(row, each.pos, each.body)
            except Refused as refusal:
                await self._rounds.write(lane, partial(_still_aside, row, each, refusal))
                return not refusal.gone
            await self._rounds.write(lane, partial(book.arrived, id_=row.id, pos=each.pos))
        return True

    async def _send(self, row: Webhook, pos: int, body: bytes) -> None:
        """Raises Refused unless the receiver took the message (2xx)."""
        now = now_ms()
        secrets = await asyncio.to_thread(self._secrets.of, row, now)
        id_ = message_id(pos, self._services.manifest.ledger_id)
        try:
            answer = await answered(self._post(row.url, headers_of(id_, body, secrets, now // 1_000), body))
        except NoAnswer as silent:
            raise Refused(str(silent)) from silent
        if not 200 <= answer.status < 300:
            raise Refused(f"the receiver answered {answer.status}", answer.retry_after, gone=answer.status == GONE)


def _still_aside(row: Webhook, letter: Dead, refusal: Refused, conn: Connection) -> None:
    book.still_aside(conn, letter._replace(attempts=letter.attempts + 1, fault=str(refusal), at=now_ms(), again=False))
    if refusal.gone:
        book.stopped(conn, row, State.GONE, str(refusal))
