"""Requests that arrive together are accepted together: one look at the mirror, one commit, and each caller gets its own answer.

While one lot of a caller is being written the next one gathers. So a lone request is written at once, and many at a time share what a
commit costs; where they are very many, the next lot gathers for a moment longer. Callers don't wait for each other: who signs in a slow
vault is slow alone.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from gateway.access import Session
from gateway.drafts import Request
from gateway.errors import Problem
from gateway.office.repository import Act

MOST_TOGETHER = 500
CALLERS_AT_ONCE = 16
MANY, GATHER_SECONDS = 24, 0.02
"""After so many calls in a lot the next ones gather so long: a lot costs as much as ten acts, beside those in it."""

Outcomes = list[Act | Problem]
Accept = Callable[[Session, Sequence[Request]], Outcomes]


class Stopping(Problem):
    """The gateway is being stopped; nothing of the request was kept."""

    def __init__(self) -> None:
        super().__init__(503, "Stopping", "the gateway is being stopped; nothing was kept, try again")


class Scarce(Problem):
    """The machine gives the gateway no thread; nothing of the request was kept."""

    def __init__(self) -> None:
        super().__init__(503, "No thread", "the gateway's machine gives it no thread now; nothing was kept, try again")


@dataclass(frozen=True, slots=True, eq=False)
class _Lot:
    """The requests of one call, and where its answer goes."""

    session: Session
    requests: Sequence[Request]
    answer: asyncio.Future[Outcomes]


Answers = list[tuple[_Lot, Outcomes | Exception]]


class Acceptor:
    """Accepts for an event loop, from `open` to `close`. What came in before the end is accepted still."""

    def __init__(self) -> None:
        self._waiting: dict[Session, deque[_Lot]] = {}
        """Of each caller for whom a thread works, what came in meanwhile."""
        self._turn = threading.Lock()
        self._accept: Accept | None = None
        self._pool = ThreadPoolExecutor(CALLERS_AT_ONCE, "accepting")

    def open(self, accept: Accept) -> None:
        """From now on requests are accepted by this."""
        with self._turn:
            self._accept = accept

    def close(self) -> None:
        """Takes no more, and returns when all that came in is answered."""
        with self._turn:
            self._accept = None
        self._pool.shutdown()

    async def accept(self, session: Session, requests: Sequence[Request]) -> Outcomes:
        """As acts.accept; raises Stopping and Scarce besides."""
        lot = _Lot(session, requests, asyncio.get_running_loop().create_future())
        with self._turn:
            if self._accept is None:
                raise Stopping
            if session in self._waiting:
                self._waiting[session].append(lot)
            else:
                self._begin(session, lot, self._accept)
        return await lot.answer

    def _begin(self, session: Session, lot: _Lot, accept: Accept) -> None:
        """Has a thread work for a caller. Raises Scarce where none can be had."""
        self._waiting[session] = deque([lot])
        try:
            self._pool.submit(self._work, accept, session)
        except RuntimeError as none:
            # What the pool kept of it finds nobody waiting, when a thread comes to it.
            del self._waiting[session]
            raise Scarce from none

    def _work(self, accept: Accept, session: Session) -> None:
        while lots := self._next(session):
            # From here on a caller that goes away can't take its request back: it may be on disk already.
            if staying := [lot for lot in lots if not lot.answer.cancelled()]:
                _give(_accepted(accept, staying))
                if len(staying) >= MANY:
                    time.sleep(GATHER_SECONDS)

    def _next(self, session: Session) -> list[_Lot]:
        """The next lots of a caller, up to so many requests; none ends its work."""
        with self._turn:
            waiting, lots, size = self._waiting.get(session, deque[_Lot]()), list[_Lot](), 0
            while waiting and (not lots or size + len(waiting[0].requests) <= MOST_TOGETHER):
                lots.append(waiting.popleft())
                size += len(lots[-1].requests)
            if not lots:
                self._waiting.pop(session, None)
            return lots


def _accepted(accept: Accept, lots: Sequence[_Lot]) -> Answers:
    """Accepts lots of one caller together: what one may see another may not, so callers are not mixed.

    What fails together is tried one by one, so that nobody's request fails for another's.
    """
    try:
        found = iter(accept(lots[0].session, [request for lot in lots for request in lot.requests]))
    except Exception as fault:  # noqa: BLE001  # goes to whose request it is
        return [(lots[0], fault)] if len(lots) == 1 else [each for lot in lots for each in _accepted(accept, [lot])]
    return [(lot, list(islice(found, len(lot.requests)))) for lot in lots]


def _give(answers: Answers) -> None:
    """Gives each lot its answer, and wakes each event loop once for all of them."""
    by_loop: dict[asyncio.AbstractEventLoop, Answers] = defaultdict(list)
    for lot, answer in answers:
        by_loop[lot.answer.get_loop()].append((lot, answer))
    for loop, told in by_loop.items():
        # A loop that ended has nobody left to answer.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_answer, told)


def _answer(answers: Answers) -> None:
    for lot, answer in answers:
        if lot.answer.done():
            continue
        if isinstance(answer, Exception):
            lot.answer.set_exception(answer)
        else:
            lot.answer.set_result(answer)
