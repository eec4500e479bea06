"""Requests that arrive together are accepted together: one look at the mirror, one commit, and each caller gets its own answer.

A request waits for no clock: while one lot of a caller is being written the next one gathers. So a lone request is written at once, and
many at a time share what a commit costs. Callers don't wait for each other: who signs in a slow vault is slow alone.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from gateway.access import Session
from gateway.drafts import Request
from gateway.errors import Problem
from gateway.office.repository import Act

MOST_TOGETHER = 500
CALLERS_AT_ONCE = 16

Outcomes = list[Act | Problem]
Accept = Callable[[Session, Sequence[Request]], Outcomes]


class Stopping(Problem):
    """The gateway is being stopped; nothing of the request was kept."""

    def __init__(self) -> None:
        super().__init__(503, "Stopping", "the gateway is being stopped; nothing was kept, try again")


@dataclass(frozen=True, slots=True)
class _Lot:
    """The requests of one call, and where its answer goes."""

    session: Session
    requests: Sequence[Request]
    answer: Future[Outcomes] = field(default_factory=Future)


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
        """As acts.accept; raises Stopping besides."""
        lot = _Lot(session, requests)
        with self._turn:
            if self._accept is None:
                raise Stopping
            if session in self._waiting:
                self._waiting[session].append(lot)
            else:
                self._waiting[session] = deque([lot])
                self._pool.submit(self._work, self._accept, session)
        return await asyncio.wrap_future(lot.answer)

    def _work(self, accept: Accept, session: Session) -> None:
        while lots := self._next(session):
            # From here on a caller that went away can't take its request back: it may be on disk already.
            if running := [lot for lot in lots if lot.answer.set_running_or_notify_cancel()]:
                _accept(accept, running)

    def _next(self, session: Session) -> list[_Lot]:
        """The next lots of a caller, up to so many requests; none ends its work."""
        with self._turn:
            waiting, lots, size = self._waiting[session], list[_Lot](), 0
            while waiting and (not lots or size + len(waiting[0].requests) <= MOST_TOGETHER):
                lots.append(waiting.popleft())
                size += len(lots[-1].requests)
            if not lots:
                del self._waiting[session]
            return lots


def _accept(accept: Accept, lots: Sequence[_Lot]) -> None:
    """Accepts lots of one caller together: what one may see another may not, so callers are not mixed."""
    try:
        found = accept(lots[0].session, [request for lot in lots for request in lot.requests])
    except Exception as fault:  # noqa: BLE001  # goes to whose request it is
        _answer_alone(accept, lots, fault)
        return
    at = 0
    for lot in lots:
        lot.answer.set_result(found[at : at + len(lot.requests)])
        at += len(lot.requests)


def _answer_alone(accept: Accept, lots: Sequence[_Lot], fault: Exception) -> None:
    """What fails together is tried one by one, so that nobody's request fails for another's."""
    if len(lots) == 1:
        lots[0].answer.set_exception(fault)
        return
    for lot in lots:
        _accept(accept, [lot])
