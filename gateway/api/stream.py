"""Server-sent events: the ledger's events as they become final, or as they come, with what is undone.

A stream holds no thread and no connection of a database while it waits. It sends only what its reader takes: who reads too slowly is cut
off, and goes on where it was with `Last-Event-ID`.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.access import Session
from gateway.api import shown
from gateway.errors import Problem, invalid
from gateway.following.looking import BEGINNING, Cursor, Found, back, look
from gateway.following.selection import Selection
from gateway.limits import TooMany
from gateway.services import Services
from ledger.domain.ids import IdError, from_hex
from ledger.mirror.queries.events import Told

MEDIA_TYPE = "text/event-stream"
HEARTBEAT_SECONDS = 15.0
SLOW_SECONDS = 30.0
"""A reader that takes nothing for so long is cut off."""
LOOK_SECONDS = 1.0
"""So often it is looked whether the key or token of a stream is still good; what the door found counts for a second more."""
END_SECONDS = 1.0
"""A reader that takes nothing when its stream ends is cut off after so long."""
MOST_STREAMS, MOST_OF_A_MEMBER, MOST_OF_A_KEY = 500, 50, 20
RETRY_MS = 2_000
STREAM_SECONDS = 15.0
"""After so long a stream whose reader has gone is surely forgotten."""
RECENT = 256
"""So many blocks with events are remembered of a stream, to find where a fork began."""
_LINES = {ord(each): f"\\u{ord(each):04x}" for each in "\x85\u2028\u2029"}
"""No ends of lines in this format, but to libraries that split any text: they would tear an event whose text has one."""
ABORT = "pledgebook.abort"
"""The extension of a request's scope that ends its connection at once."""


def resumed(text: str) -> Cursor:
    """A cursor from `Last-Event-ID`: a position, and after a colon its block's hash if the stream tells what is undone. Raises 422."""
    pos, _, hash_ = text.partition(":")
    if not (pos.isascii() and pos.isdecimal() and len(pos) < 20 and int(pos) < 1 << 62) and pos != str(BEGINNING):
        raise invalid(f"Last-Event-ID: the id of an event expected, {text[:80]!r} given", field="Last-Event-ID")
    try:
        return Cursor(int(pos), from_hex(hash_, 32, "Last-Event-ID") if hash_ else None)
    except IdError as wrong:
        raise invalid(str(wrong), field="Last-Event-ID") from wrong


@dataclass
class Feed:
    """What one reader is told, as text of `text/event-stream`."""

    services: Services
    session: Session
    wants: Selection
    cursor: Cursor
    retractions: bool = False
    _recent: deque[Cursor] = field(default_factory=lambda: deque(maxlen=RECENT))

    async def chunks(self) -> AsyncIterator[bytes]:
        """Ends when the gateway does."""
        yield f"retry: {RETRY_MS}\n\n".encode()
        heard = asyncio.get_running_loop().time()
        while not self.services.stopping.is_set():
            seen = self.services.mirrored.count
            found = await run_in_threadpool(self._look)
            async for each in self._written(found):
                yield each
                heard = asyncio.get_running_loop().time()
            left = heard + HEARTBEAT_SECONDS - asyncio.get_running_loop().time()
            # Also while much is looked through of which nothing is wanted.
            if left <= 0:
                yield self._heartbeat()
                heard, left = asyncio.get_running_loop().time(), HEARTBEAT_SECONDS
            if not found.more and not found.undone:
                await self.services.mirrored.changed(seen, left)

    def _look(self) -> Found:
        return look(self.services, self.session.member, self.wants, self.cursor, final=not self.retractions)

    async def _written(self, found: Found) -> AsyncIterator[bytes]:
        if found.undone:
            self.cursor = await run_in_threadpool(back, self.services, self.cursor, self._recent)
            yield f'id: {self._id(self.cursor)}\nevent: retraction\ndata: {{"after":"{self.cursor.pos}"}}\n\n'.encode()
            return
        for event, cursor in found.events:
            self.cursor = cursor
            self._recent.append(cursor)
            yield self._event(event, cursor)
        self.cursor = found.cursor

    def _event(self, event: Told, cursor: Cursor) -> bytes:
        data = shown.event(event).model_dump_json().translate(_LINES)
        return f"id: {self._id(cursor)}\nevent: {event.contract}.{event.name}\ndata: {data}\n\n".encode()

    def _heartbeat(self) -> bytes:
        """A comment, and the id of what was looked at: a reader that is told little needn't have it looked through again."""
        return f": {self.cursor.block}\nid: {self._id(self.cursor)}\n\n".encode()

    def _id(self, cursor: Cursor) -> str:
        """The position; with retractions also the hash of its block, by which a fork while the reader was away is seen."""
        return f"{cursor.pos}:0x{cursor.hash.hex()}" if self.retractions and cursor.hash is not None else str(cursor.pos)


class EventStream(Response):
    """The answer to a reader. Each chunk is sent when the one before was taken. It ends when `stands` says that what opened it is no longer
    good, whatever is being told.
    """

    media_type = MEDIA_TYPE

    def __init__(self, feed: Feed, stands: Callable[[], Awaitable[bool]]) -> None:
        super().__init__()
        self._feed, self._stands = feed, stands
        self.raw_headers = [(b"content-type", MEDIA_TYPE.encode()), (b"x-accel-buffering", b"no")]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        services, session = self._feed.services, self._feed.session
        _check_room(services.streams, session)
        services.streams.append(session)
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            if await self._is_cut_short(scope, send, receive):
                await _end(scope, send)
        finally:
            services.streams.remove(session)

    async def _is_cut_short(self, scope: Scope, send: Send, receive: Receive) -> bool:
        """Tells until the reader has gone or the feed ends; whether instead what opened the stream is no longer good."""
        falling = asyncio.create_task(self._fallen())
        tasks = [falling, asyncio.create_task(self._tell(scope, send)), asyncio.create_task(_left(receive))]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
        for each in ended:
            if isinstance(each, Exception):
                raise each
        return done == {falling}

    async def _fallen(self) -> None:
        """Returns when what opened the stream is no longer good."""
        while await self._stands():
            await asyncio.sleep(LOOK_SECONDS)

    async def _tell(self, scope: Scope, send: Send) -> None:
        try:
            async for chunk in self._feed.chunks():
                async with asyncio.timeout(SLOW_SECONDS):
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
        except TimeoutError:
            # What is not taken stays in the connection's buffer and would keep it open for ever.
            scope["extensions"][ABORT]()
            return
        await _end(scope, send)


async def _end(scope: Scope, send: Send) -> None:
    try:
        async with asyncio.timeout(END_SECONDS):
            await send({"type": "http.response.body", "body": b"", "more_body": False})
    except TimeoutError:
        scope["extensions"][ABORT]()


def _check_room(streams: Sequence[Session], session: Session) -> None:
    """Nobody's streams take the room of others'. Raises 429, 503."""
    if sum(each.key_id == session.key_id for each in streams) >= MOST_OF_A_KEY:
        raise TooMany(f"{MOST_OF_A_KEY} streams are open with this key, which are the most of one; end one of them", STREAM_SECONDS)
    if sum(each.member == session.member for each in streams) >= MOST_OF_A_MEMBER:
        raise TooMany(f"{MOST_OF_A_MEMBER} streams are open for this member, which are the most of one; end one of them", STREAM_SECONDS)
    if len(streams) >= MOST_STREAMS:
        raise Problem(503, "Too many streams", f"{MOST_STREAMS} streams are open here; try again, or be told by a webhook (POST /webhooks)")


async def _left(receive: Receive) -> None:
    """Returns when the reader has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
