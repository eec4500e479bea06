"""Rounds of a worker that delivers: one process at a time, by lease; side by side for many receivers, in order for each.

What it notes is written in a transaction under the lease's fence: who lost the lease writes nothing any more.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Generic, TypeVar

from sqlalchemy import Connection

from gateway.outbox import lane_rows
from gateway.outbox.lanes import LEASE_MS, Lane, LeaseLost, Shift
from gateway.services import Services
from ledger import faults

LOOK_SECONDS = 1.0
RENEW_SECONDS = LEASE_MS / 3_000
MOST_AT_ONCE = 64

log = logging.getLogger(__name__)
Key = TypeVar("Key", bound=Hashable)
Made = TypeVar("Made")


class Rounds(Generic[Key]):
    """`waiting` says, in a thread, for whom something is to be done; `step` does some of it and says whether there may be more at once;
    `shown` names a receiver.

    `run` belongs to one event loop; `fault` says why something doesn't get on.
    """

    def __init__(
        self,
        services: Services,
        shift: Shift,
        owner: str,
        waiting: Callable[[], Sequence[Key]],
        step: Callable[[Lane, Key], Awaitable[bool]],
        shown: Callable[[Key], str],
    ) -> None:
        self._services, self._shift, self._owner = services, shift, owner
        self._waiting, self._step, self._shown = waiting, step, shown
        self._tasks: dict[Key, asyncio.Task[None]] = {}
        self._faults: dict[Key | None, str] = {}

    @property
    def fault(self) -> str | None:
        """Why it doesn't get on, with one receiver or at all."""
        return next(iter(self._faults.copy().values()), None)

    def release(self) -> None:
        """Gives the lease up."""
        with self._services.office.write() as conn:
            lane_rows.release(conn, self._shift, self._owner)

    async def run(self, stop: threading.Event) -> None:
        """Goes on until `stop`. Whatever goes wrong is shown in `fault` and tried again."""
        self._room = asyncio.Semaphore(MOST_AT_ONCE)
        lane, renewed = None, 0.0
        while not stop.is_set():
            seen = self._services.mirrored.count
            try:
                if lane is None or time.monotonic() - renewed > RENEW_SECONDS:
                    lane, renewed = await asyncio.to_thread(self._leased), time.monotonic()
                await self._start(lane)
                self._faults.pop(None, None)
            except Exception as unforeseen:  # noqa: BLE001  # it must outlive a full disk or a database that restarts
                self._note(None, unforeseen)
            await self._services.mirrored.changed(seen, LOOK_SECONDS)
        await self._end()

    async def write(self, lane: Lane, work: Callable[[Connection], Made]) -> Made:
        """What `work` does in one transaction, if the lease is still held. Raises LeaseLost."""
        # What is written is written whole, also when the task is ended meanwhile.
        return await asyncio.shield(asyncio.to_thread(self._written, lane, work))

    def _leased(self) -> Lane | None:
        if not self._services.sync.fits:
            return None
        with self._services.office.write() as conn:
            return lane_rows.take_shift(conn, self._shift, self._owner)

    async def _start(self, lane: Lane | None) -> None:
        """A task for each receiver whose time has come and which has none; without the lease no task goes on."""
        self._tasks = {key: task for key, task in self._tasks.items() if not task.done()}
        if lane is None:
            await self._end()
            # What doesn't get on now is shown by who holds the lease.
            self._faults.clear()
            return
        waiting = dict.fromkeys(await asyncio.to_thread(self._waiting))
        # What needs nothing done any more has no fault either.
        self._faults = {key: text for key, text in self._faults.items() if key is None or key in waiting or key in self._tasks}
        for key in waiting:
            if key not in self._tasks:
                self._tasks[key] = asyncio.create_task(self._served(lane, key))

    async def _end(self) -> None:
        tasks, self._tasks = list(self._tasks.values()), {}
        for each in tasks:
            each.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _served(self, lane: Lane, key: Key) -> None:
        async with self._room:
            try:
                while await self._step(lane, key):
                    pass
                self._faults.pop(key, None)
            except LeaseLost:
                log.info("%s: the lease went to another process", self._shift)
            except Exception as unforeseen:  # noqa: BLE001  # the next look tries it again
                self._note(key, unforeseen)

    def _note(self, key: Key | None, unforeseen: Exception) -> None:
        text = f"{self._shift}: {self._shift if key is None else self._shown(key)}: {unforeseen or type(unforeseen).__name__}"
        if self._faults.get(key) != text:
            log.error("%s", text, exc_info=unforeseen)
        self._faults[key] = text

    def _written(self, lane: Lane, work: Callable[[Connection], Made]) -> Made:
        with self._services.office.write() as conn:
            lane_rows.hold_fence(conn, lane, lane.next_nonce)
            made = work(conn)
            faults.point(f"{self._shift}.noting")
        faults.point(f"{self._shift}.noted")
        return made
