"""Which of several gateways over one office keeps its books: mirrors the chain and settles. The others follow what it writes.

The place is a lease, like a lane without a key. Two that both think they lead, as after a pause longer than the lease, harm nothing: the
mirror moves its checkpoint, and settling its acts, only from where they were read.
"""

import logging
import threading

from gateway.outbox import store
from ledger.mirror.database import Database

LEASE = "books"
LOOK_SECONDS = 1.0

log = logging.getLogger(__name__)


class Leading:
    """Takes the place when it is free and keeps it. `run` belongs to one thread; the rest to any."""

    def __init__(self, office: Database, owner: str) -> None:
        self._office, self._owner = office, owner
        self._held = threading.Event()
        self.fault: str | None = None

    def __call__(self) -> bool:
        """Whether this process leads."""
        return self._held.is_set()

    def run(self, stop: threading.Event) -> None:
        """Looks until `stop`, then gives the place up."""
        while not stop.is_set():
            self.look()
            stop.wait(LOOK_SECONDS)
        self._held.clear()
        with self._office.write() as conn:
            store.release(conn, LEASE, self._owner)

    def look(self) -> None:
        """Takes or renews the lease; while the office can't be asked nobody is sure to lead."""
        try:
            leads = self._leased()
            self.fault = None
        except Exception as fault:  # noqa: BLE001  # it must outlive a full disk or a database that restarts
            leads, self.fault = False, f"leading: {fault or type(fault).__name__}"
        if leads != self._held.is_set():
            log.info("this gateway %s the books", "keeps" if leads else "follows who keeps")
        (self._held.set if leads else self._held.clear)()

    def _leased(self) -> bool:
        with self._office.read() as conn:
            if store.held_lease(conn, LEASE, self._owner) is not None:
                return True
        with self._office.write() as conn:
            return store.work_lease(conn, LEASE, self._owner) is not None
