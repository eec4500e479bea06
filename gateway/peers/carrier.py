"""The carrier: says what is to be said to other members' gateways, until they sign for it, and asks them for content that is lacking.

A message is on disk before anything of it leaves, and is sent again until its recipient's signed receipt is on disk. Members without a
door of their own fetch what waits for them.
"""

from __future__ import annotations

import asyncio
import base64
import logging
import threading
import time
from collections.abc import Awaitable, Callable
from enum import StrEnum
from functools import partial
from random import Random
from typing import NamedTuple

import orjson
from sqlalchemy import Connection, and_, select

from gateway.contents import Package
from gateway.errors import Problem
from gateway.following.egress import Answer, NoAnswer, Post
from gateway.following.pauses import pause
from gateway.following.rounds import Rounds
from gateway.office.database import now_ms
from gateway.office.models import ACT, PEER_MESSAGE, PEER_URL
from gateway.outbox import act_rows
from gateway.outbox.act_rows import StaleAct
from gateway.outbox.lanes import Lane, Shift
from gateway.outbox.states import State as ActState
from gateway.peers import asking, book, composing, holding, signing, speaking, taking
from gateway.peers.book import Row
from gateway.peers.calling import MOST_CONTENT, MOST_FAULT, MOST_INBOX, MOST_RECEIPT, REFUSALS, Caller, Place, Told, request_id
from gateway.peers.composing import ToConsent, ToOffer
from gateway.peers.directory import egress, entry, tls, url_of
from gateway.peers.entitled import last_final
from gateway.peers.messages import Kind, MessageError, id_of
from gateway.peers.signing import Unsigned
from gateway.peers.states import STUCK, Seen, State
from gateway.services import Services
from ledger import faults
from ledger.chain.blocks import LOG_BITS
from ledger.domain.ids import to_hex
from ledger.mirror.queries import chain

FETCH_SECONDS = 5.0

log = logging.getLogger(__name__)


class What(StrEnum):
    """What there is to do."""

    OFFER = "offer"
    CONSENT = "consent"
    ADOPT = "adopt"
    SEND = "send"
    FETCH = "fetch"
    FOLLOW = "follow"
    ASK = "ask"
    CLOSE = "close"


class Task(NamedTuple):
    """Something to do, and what it is about: an act (account, id) with its signer or a place in it, (member, peer) or (member, root)."""

    what: What
    about: tuple[bytes, ...] = ()
    place: int = 0


class Carrier:
    """`run` belongs to one thread, with an event loop of its own; `fault` says why it doesn't get on."""

    def __init__(self, services: Services, owner: str, random: Random | None = None) -> None:
        self._services = services
        self._random = random or Random()  # noqa: S311  # spreads pauses
        self._egress = egress(services.settings.peer_hosts, services.peer_urls)
        self._tls = tls(services.settings)
        self._fetched: dict[tuple[bytes, bytes], float] = {}
        self._after: dict[tuple[bytes, bytes], int] = {}
        self._rounds = Rounds(services, Shift.PEERS, owner, self._waiting, self._step, lambda task: task.what)
        self._steps: dict[What, Callable[[Lane, Task], Awaitable[bool]]] = {
            What.OFFER: self._offer,
            What.CONSENT: self._consent,
            What.ADOPT: self._adopt,
            What.SEND: self._send,
            What.FETCH: self._fetch,
            What.FOLLOW: self._follow,
            What.ASK: self._ask,
            What.CLOSE: self._close,
        }

    @property
    def fault(self) -> str | None:
        """Why it doesn't get on."""
        return self._rounds.fault

    def run(self, stop: threading.Event) -> None:
        """Carries until `stop`. Whatever goes wrong is shown in `fault` and tried again."""
        asyncio.run(self._run(stop))
        self._rounds.release()

    async def _run(self, stop: threading.Event) -> None:
        self._caller = Caller(self._services, Post(self._egress, self._tls))
        await self._rounds.run(stop)
        await self._caller.close()

    async def _step(self, lane: Lane, task: Task) -> bool:
        return await self._steps[task.what](lane, task)

    # --- What there is to do -----------------------------------------------------------------------------------------------------------

    def _waiting(self) -> list[Task]:
        members = speaking.members(self._services)
        if not members:
            return []
        served = frozenset(self._services.keystore.members())
        with self._services.office.read() as conn:
            return [
                Task(What.CLOSE),
                Task(What.FOLLOW),
                *(Task(What.OFFER, (*each.act, each.signer)) for each in composing.to_offer(self._services, conn, served)),
                *(Task(What.CONSENT, each.act, each.position) for each in composing.to_consent(conn, served)),
                *(Task(What.ADOPT, act.key) for act in composing.to_adopt(conn)),
                *(Task(What.SEND, pair) for pair in book.waiting(conn, now_ms()) if self._place(conn, pair[1]) is not None),
                *(Task(What.ASK, (each.member_id, each.root)) for each in holding.lacking(conn, now_ms())),
                *self._to_fetch(conn, members),
            ]

    def _to_fetch(self, conn: Connection, members: list[bytes]) -> list[Task]:
        """Members here without a door ask every peer whose door is known, every few seconds."""
        with self._services.snapshot() as mirror:
            closed = [each for each in members if (found := entry(mirror, each)).speaks and not found.has_door]
        peers = [*self._services.peer_urls, *conn.execute(select(PEER_URL.c.account)).scalars()] if closed else []
        known = [each for each in dict.fromkeys(peers) if each not in members and self._place(conn, each) is not None]
        now = time.monotonic()
        due = [(member, peer) for member in closed for peer in known if now - self._fetched.get((member, peer), -1e9) > FETCH_SECONDS]
        return [Task(What.FETCH, each) for each in due]

    def _place(self, conn: Connection, peer: bytes) -> Place | None:
        with self._services.snapshot() as mirror:
            found = entry(mirror, peer)
        url = url_of(self._services, conn, found)
        return None if url is None else Place(peer, url)

    def _place_of(self, peer: bytes) -> Place | None:
        with self._services.office.read() as conn:
            return self._place(conn, peer)

    # --- Writing down what is to be said ----------------------------------------------------------------------------------------------

    async def _offer(self, lane: Lane, task: Task) -> bool:
        account, act, signer = task.about
        await self._write_down(lane, partial(composing.offer, self._services, ToOffer((account, act), signer)))
        return False

    async def _consent(self, lane: Lane, task: Task) -> bool:
        account, act = task.about
        await self._write_down(lane, partial(composing.consent, self._services, ToConsent((account, act), task.place)))
        return False

    async def _write_down(self, lane: Lane, compose: Callable[[], Row | None]) -> None:
        row = await asyncio.to_thread(compose)
        if row is not None:
            faults.point("peers.composing")
            await self._rounds.write(lane, lambda conn: book.add(conn, row))
            self._services.mirrored.announce()

    async def _adopt(self, lane: Lane, task: Task) -> bool:
        def adopt(conn: Connection) -> None:
            account, id_ = task.about
            (act,) = act_rows.named(conn, [(account, id_)], lock=True).values()
            if act.state == ActState.GATHERING:
                act_rows.move(conn, act, ActState.READY, text="its author did not run it in time")

        try:
            await self._rounds.write(lane, adopt)
        except StaleAct:
            return False
        self._services.wake_relays()
        return False

    async def _follow(self, lane: Lane, _: Task) -> bool:
        found = await asyncio.to_thread(lambda: holding.follow(self._services, speaking.members(self._services)))
        if found is None:
            return False

        def note(conn: Connection) -> None:
            holding.note(conn, found)
            for row in found.handed:
                book.add(conn, row)

        await self._rounds.write(lane, note)
        return found.more

    async def _close(self, lane: Lane, _: Task) -> bool:
        """What is late, or needless since its act ended otherwise."""
        found = await asyncio.to_thread(self._to_close)
        if found:
            await self._rounds.write(lane, lambda conn: [book.step(conn, *each) for each in found])
        return False

    def _to_close(self) -> list[tuple[Row, Seen, str | None]]:
        final = self._final_time()
        over = and_(ACT.c.member_id == PEER_MESSAGE.c.act_account, ACT.c.act_id == PEER_MESSAGE.c.act_id, ACT.c.state.in_(_OVER))
        undone = PEER_MESSAGE.c.state.in_([State.WAITING, *STUCK])
        with self._services.office.read() as conn:
            needless = [Row(*row) for row in conn.execute(select(PEER_MESSAGE).join(ACT, over).where(undone).limit(100))]
            past = and_(PEER_MESSAGE.c.state == State.WAITING, PEER_MESSAGE.c.until < final)
            late = [Row(*row) for row in conn.execute(select(PEER_MESSAGE).where(past).limit(100))]
        return [
            *((row, Seen(over=True), row.fault) for row in needless),
            *((row, Seen(late=True), row.fault or "nobody fetched it in time") for row in late),
        ]

    def _final_time(self) -> int:
        with self._services.snapshot() as conn:
            last = last_final(self._services, conn)
            return 0 if last < 0 else chain.time_of(conn, last >> LOG_BITS << LOG_BITS)

    # --- Sending -----------------------------------------------------------------------------------------------------------------------

    async def _send(self, lane: Lane, task: Task) -> bool:
        rows, place = await asyncio.to_thread(self._due, task)
        for row in rows:
            told = Told(fault="no URL of the peer is known") if place is None else await self._caller.sent(place, row)
            await self._rounds.write(lane, partial(self._note, row, told))
            if told.receipt is None and not told.ended:
                return False
        return bool(rows)

    def _due(self, task: Task) -> tuple[list[Row], Place | None]:
        with self._services.office.read() as conn:
            member, peer = task.about
            return book.due(conn, member, peer, now_ms()), self._place(conn, peer)

    def _note(self, row: Row, told: Told, conn: Connection) -> None:
        if told.receipt is not None:
            book.receipted(conn, row, told.receipt)
        elif told.ended and row.state == State.WAITING:
            book.step(conn, row, Seen(refused=True), told.fault)
        else:
            # What was delivered once stays so, whatever is said of it when it is repeated.
            wait = book.REPEATED_AFTER_MS if told.ended else int(1_000 * pause(row.attempts + 1, told.retry_after, self._random))
            book.failed(conn, row, now_ms() + wait, told.fault)

    # --- Fetching ----------------------------------------------------------------------------------------------------------------------

    async def _fetch(self, _: Lane, task: Task) -> bool:
        member, peer = task.about
        self._fetched[(member, peer)] = time.monotonic()
        place, after = await asyncio.to_thread(self._place_of, peer), self._after.get((member, peer), 0)
        if place is None:
            return False
        try:
            headers, answer = await self._caller.ask_as(place, member, "GET", f"/peer/inbox?after={after}", None, MOST_INBOX)
            last, receipts = await asyncio.to_thread(self._taken, member, peer, headers["Signature"], answer)
            for each in receipts:
                await self._caller.ask(place, member, "POST", "/peer/receipts", orjson.dumps({"receipt": each}), MOST_RECEIPT)
        except (NoAnswer, Unsigned) as silent:
            log.info("peers: nothing fetched of %s: %s", to_hex(peer), silent)
            return False
        # What can't be taken now is passed over, so that it doesn't hold up what comes behind it, and looked at again from the beginning.
        self._after[(member, peer)] = last
        return last > 0

    def _taken(self, member: bytes, peer: bytes, signature: str, answer: Answer) -> tuple[int, list[str]]:
        """Takes in what waits at a peer; the number of the last one (0: none), and the receipts. Raises Unsigned."""
        if answer.status != 200:
            raise Unsigned(f"answered {answer.status}")
        try:
            found = speaking.stated(self._services, speaking.INBOX, str(orjson.loads(answer.body)["statement"]))
            if found.by.account != peer or found.told["request"] != request_id(signature):
                raise Unsigned("an inbox of somebody else, or for another request")
            waiting = [(int(each["number"]), Kind(each["kind"]), base64.b64decode(each["body"])) for each in found.told["messages"]]
        except (ValueError, KeyError, TypeError) as wrong:
            raise Unsigned(f"no inbox: {wrong}") from wrong
        receipts = [self._take(member, found, kind, body) for _, kind, body in waiting]
        return max((number for number, *_ in waiting), default=0), [each for each in receipts if each is not None]

    def _take(self, member: bytes, found: signing.Statement, kind: Kind, body: bytes) -> str | None:
        """The receipt of a message, or a signed refusal; None for what may be taken later."""
        try:
            return taking.take(self._services, found.by, member, kind, body)
        except Unsigned as wrong:
            log.info("peers: a message of %s was not taken: %s", found.by, wrong)
            return None
        except Problem as wrong:
            if wrong.status not in REFUSALS:
                return None
            told = {"message": to_hex(id_of(body)), "refused": wrong.detail[:MOST_FAULT]}
            return speaking.state(self._services, member, speaking.RECEIPT, told)

    # --- Asking for content ------------------------------------------------------------------------------------------------------------

    async def _ask(self, lane: Lane, task: Task) -> bool:
        wanted, holders = await asyncio.to_thread(self._holders, task)
        if wanted is None:
            return False
        fault = "nobody who should hold it can be asked"
        package = await asyncio.to_thread(asking.copy_here, self._services, holders, wanted.root)
        source = "another member of this gateway"
        for holder in holders:
            if package is not None:
                break
            try:
                package, source = await self._given(wanted, holder), to_hex(holder)
            except (NoAnswer, MessageError, Problem) as wrong:
                fault = f"{to_hex(holder)}: {wrong}"[:MOST_FAULT]
        if package is not None:
            kept = package
            await asyncio.to_thread(asking.keep, self._services, wanted.member_id, kept, source)
            return False
        next_at = now_ms() + int(1_000 * pause(wanted.attempts + 1, None, self._random))
        await self._rounds.write(lane, lambda conn: holding.not_given(conn, wanted, next_at, fault))
        return False

    def _holders(self, task: Task) -> tuple[holding.Due | None, list[bytes]]:
        """Who signed that it holds the content, then who should."""
        with self._services.office.read() as conn:
            member, root = task.about
            wanted, known = holding.due(conn, member, root), book.holders(conn, member, root)
        also = [] if wanted is None else holding.parties(self._services, wanted)
        return wanted, [each for each in dict.fromkeys([*known, *also]) if each != member]

    async def _given(self, wanted: holding.Due, holder: bytes) -> Package:
        place = await asyncio.to_thread(self._place_of, holder)
        if place is None:
            raise NoAnswer("no URL of it is known")
        target = f"/peer/content/{to_hex(wanted.root)}?pos={wanted.pos}"
        answer = await self._caller.ask(place, wanted.member_id, "GET", target, None, MOST_CONTENT)
        if answer.status != 200:
            raise NoAnswer(f"it answered {answer.status}")
        return await asyncio.to_thread(asking.given, self._services, wanted.member_id, holder, wanted.root, answer.body)


_OVER = (ActState.FINAL, ActState.REFUSED, ActState.VOIDED)
