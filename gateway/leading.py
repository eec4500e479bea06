"""Which of several gateways over one office keeps its books: mirrors the chain and settles. The others follow what it writes.

The place is a lease, like a lane without a key. Two that both think they lead, as after a pause longer than the lease, harm nothing: the
mirror moves its checkpoint, and settling its acts, only from where they were read. Who is of an older or a newer version than the mirror's
records can't write them, and leaves the place to who can; so does one whose mirror an alarm has stopped: another's nodes may be right.
"""

import logging
import threading
import time
from collections.abc import Callable

from gateway.office import database
from gateway.outbox import lane_rows
from gateway.outbox.lanes import LEASE_MS, Shift
from ledger.mirror.database import Database

LOOK_SECONDS = 1.0
SAY_SECONDS = LEASE_MS / 3_000
"""So often a gateway says that it works on the office: what it needs is not taken away meanwhile."""

log = logging.getLogger(__name__)


class Leading:
    """Takes the place when it is free and keeps it. `run` belongs to one thread; the rest to any."""

    def __init__(self, office: Database, owner: str) -> None:
        self._office, self._owner = office, owner
        self._held = threading.Event()
        self._fits: Callable[[], bool] = lambda: True
        self._said = time.monotonic()
        self.fault: str | None = None

    def __call__(self) -> bool:
        """Whether this process leads."""
        return self._held.is_set()

    def only_while(self, fits: Callable[[], bool]) -> None:
        """Under which condition it takes the place, and keeps it."""
        self._fits = fits

    def run(self, stop: threading.Event) -> None:
        """Looks until `stop`, then gives the place up."""
        while not stop.is_set():
            self.look()
            stop.wait(LOOK_SECONDS)
        self._held.clear()
        self._release()
        database.works_no_more(self._office, self._owner)

    def look(self) -> None:
        """Takes or renews the lease; while the office can't be asked nobody is sure to lead."""
        try:
            self._say()
            leads = self._leased()
            self.fault = None
        except Exception as fault:  # noqa: BLE001  # it must outlive a full disk or a database that restarts
            leads, self.fault = False, f"leading: {fault or type(fault).__name__}"
        if leads != self._held.is_set():
            log.info("this gateway %s the books", "keeps" if leads else "follows who keeps")
        (self._held.set if leads else self._held.clear)()

    def _say(self) -> None:
        if time.monotonic() - self._said > SAY_SECONDS:
            database.still_works(self._office, self._owner)
            self._said = time.monotonic()

    def _leased(self) -> bool:
        if not self._fits():
            if self._held.is_set():
                self._release()
            return False
        with self._office.read() as conn:
            if lane_rows.held_lease(conn, Shift.BOOKS, self._owner) is not None:
                return True
        with self._office.write() as conn:
            return lane_rows.take_shift(conn, Shift.BOOKS, self._owner) is not None

    def _release(self) -> None:
        with self._office.write() as conn:
            lane_rows.release(conn, Shift.BOOKS, self._owner)
