"""Requests that arrive together are accepted together: one look at the mirror, one commit, and each caller gets its own answer.

A request waits for no clock: while one lot is being written the next one gathers. So a lone request is written at once, and many at a time
share what a commit costs.
"""

from __future__ import annotations

import asyncio
import queue
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
LONE_THREADS = 8
WAIT_SECONDS = 0.2

Outcomes = list[Act | Problem]
Accept = Callable[[Session, Sequence[Request]], Outcomes]


class Stopping(Problem):
    """The gateway is being stopped; nothing of the request was kept."""

    def __init__(self) -> None:
        super().__init__(503, "Stopping", "the gateway is being stopped; nothing was kept, try again")


@dataclass(frozen=True, slots=True)
class _Lot:
    """The requests of one caller, and where its answer goes."""

    session: Session
    requests: Sequence[Request]
    answer: Future[Outcomes] = field(default_factory=Future)


class Acceptor:
    """Accepts for requests of an event loop. `run` belongs to one thread; requests that come when it has ended are refused."""

    def __init__(self) -> None:
        self._arrived: queue.SimpleQueue[_Lot] = queue.SimpleQueue()
        self._ended = threading.Event()

    async def accept(self, session: Session, requests: Sequence[Request]) -> Outcomes:
        """As acts.accept; raises Stopping besides."""
        lot = _Lot(session, requests)
        self._arrived.put(lot)
        if self._ended.is_set():
            self._refuse_rest()
        return await asyncio.wrap_future(lot.answer)

    def run(self, accept: Accept, stop: threading.Event) -> None:
        """Accepts until `stop`."""
        held: deque[_Lot] = deque()
        with ThreadPoolExecutor(LONE_THREADS, "accepting") as lone:
            while not stop.is_set():
                held.extend(self._waited())
                while held:
                    lots = _together(held)
                    # A lone act is tried out first, and a node may take its time to answer: nobody else waits for that.
                    if len(lots) == len(lots[0].requests) == 1:
                        lone.submit(_accept, accept, lots)
                    else:
                        _accept(accept, lots)
        self._ended.set()
        self._refuse_rest()

    def _waited(self) -> list[_Lot]:
        """What has arrived, the oldest first; waits a little for the first."""
        found: list[_Lot] = []
        try:
            found.append(self._arrived.get(timeout=WAIT_SECONDS))
            while True:
                found.append(self._arrived.get_nowait())
        except queue.Empty:
            return found

    def _refuse_rest(self) -> None:
        while True:
            try:
                self._arrived.get_nowait().answer.set_exception(Stopping())
            except queue.Empty:
                return


def _together(held: deque[_Lot]) -> list[_Lot]:
    """The next lots of one caller, up to so many requests: what one may see another may not, so callers are not mixed."""
    lots = [held.popleft()]
    size = len(lots[0].requests)
    while held and held[0].session == lots[0].session and size + len(held[0].requests) <= MOST_TOGETHER:
        size += len(held[0].requests)
        lots.append(held.popleft())
    return lots


def _accept(accept: Accept, lots: Sequence[_Lot]) -> None:
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
