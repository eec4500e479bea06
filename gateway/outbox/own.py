"""What members' own keys must send themselves: taking a signature back is heard from the account's own address only.

Each key has a lane of its own. Unlike a relayer's, it may be used in a wallet too, so its lane follows the chain's count, once that stands.
"""

import logging
import threading
from collections.abc import Callable

from gateway.outbox import call_rows
from gateway.outbox.sender import GATHER_SECONDS, LOOK_SECONDS, PAUSE_SECONDS, Sender
from ledger.domain.ids import to_hex
from ledger.mirror.database import Database

_PREFIX = "own "

log = logging.getLogger(__name__)


def purpose_of(account: bytes, key: bytes) -> str:
    """The purpose of the lane of a member's own key."""
    return f"{_PREFIX}{to_hex(account)} {to_hex(key)}"


class OwnKeys:
    """Steps the lanes of own keys that have something to send or in flight, in one thread; `fault` says why one doesn't get on."""

    def __init__(self, office: Database, make: Callable[[str, bytes, bytes], Sender]) -> None:
        self._office, self._make = office, make
        self._senders: dict[str, Sender] = {}
        self._woken = threading.Event()
        self._fault: str | None = None

    @property
    def fault(self) -> str | None:
        """Why nothing is looked for, or the first lane's fault."""
        return self._fault or next((each.fault for each in self._senders.values() if each.fault), None)

    def wake(self) -> None:
        """There is something to send."""
        self._woken.set()

    def run(self, stop: threading.Event) -> None:
        """Steps until `stop`."""
        while not stop.is_set():
            self._woken.clear()
            self._woken.wait(self._tried() or GATHER_SECONDS)
        for sender in self._senders.values():
            sender.release()

    def _tried(self) -> float:
        """A step of each lane, and how long to pause after it; what keeps from looking for them is kept in `fault`."""
        try:
            pauses = [self._sender(purpose).tried() for purpose in self._purposes()]
            self._fault = None
        except Exception as unforeseen:  # it must outlive a database that restarts
            text = f"own keys: {unforeseen or type(unforeseen).__name__}"
            if text != self._fault:
                log.error("%s", text, exc_info=unforeseen)
            self._fault = text
            return PAUSE_SECONDS
        return min(pauses, default=LOOK_SECONDS)

    def _purposes(self) -> list[str]:
        with self._office.read() as conn:
            return call_rows.open_purposes(conn, _PREFIX)

    def _sender(self, purpose: str) -> Sender:
        if purpose not in self._senders:
            account, key = (bytes.fromhex(each[2:]) for each in purpose.removeprefix(_PREFIX).split())
            self._senders[purpose] = self._make(purpose, account, key)
        return self._senders[purpose]
