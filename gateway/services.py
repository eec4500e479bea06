"""What every request and worker stands on, wired once at start."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Connection

from gateway.config import Settings
from gateway.signers.keystore import Keystore
from ledger.chain.decode import EventTable
from ledger.chain.engines import Engine
from ledger.chain.manifest import Manifest
from ledger.chain.rpc import Rpc
from ledger.mirror.database import Database
from ledger.mirror.sync import Mirror


@dataclass
class Progress:
    """Says that something moved in the outbox, to whoever waits for an act."""

    _moved: threading.Condition = field(default_factory=threading.Condition, repr=False)
    _count: int = 0

    def announce(self) -> None:
        """Something moved."""
        with self._moved:
            self._count += 1
            self._moved.notify_all()

    @property
    def count(self) -> int:
        """How often something moved: read it before looking, so that nothing is missed."""
        return self._count

    def wait(self, seen: int, timeout: float) -> None:
        """Returns when something moved after `seen`, or after `timeout` seconds."""
        with self._moved:
            self._moved.wait_for(lambda: self._count != seen, timeout)


@dataclass
class Services:
    """The wired parts of a running gateway."""

    settings: Settings
    engine: Engine
    manifest: Manifest
    rpc: Rpc
    office: Database
    mirror: Database
    keystore: Keystore
    sync: Mirror
    events: EventTable
    progress: Progress
    wake: Callable[[], None]
    faults: Callable[[], list[str]]

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """One snapshot of the mirror."""
        with self.mirror.read() as conn:
            yield conn
