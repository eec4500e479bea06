"""What every request and worker stands on, wired once at start."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from sqlalchemy import Connection

from gateway.accepting import Acceptor
from gateway.access import Session
from gateway.config import Settings
from gateway.identity import Issuers
from gateway.own_certificates import OwnCertificates
from gateway.signers.fingerprint_keys import FingerprintKeys
from gateway.signers.keystore import Keystore
from gateway.signers.peer_keys import PeerKeys
from ledger.chain.decode import EventTable
from ledger.chain.engines import Engine
from ledger.chain.manifest import Manifest
from ledger.chain.rpc import Rpc
from ledger.domain import watches
from ledger.domain.catalogue import CATALOGUE, Catalogue
from ledger.domain.office_events import EventCode
from ledger.mirror.database import Database
from ledger.mirror.sync import Mirror


@dataclass
class Progress:
    """Says that something moved in the outbox, to whoever waits for an act: threads, and requests, which must not hold a thread each."""

    _moved: threading.Condition = field(default_factory=threading.Condition, repr=False)
    _count: int = 0
    _waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = field(default_factory=set, repr=False)

    def announce(self) -> None:
        """Something moved."""
        with self._moved:
            self._count += 1
            self._moved.notify_all()
            waiting, self._waiting = self._waiting, set()
        for loop, event in waiting:
            # The loop of a server that is being stopped may be closed; nobody waits in it any more.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(event.set)

    @property
    def count(self) -> int:
        """How often something moved: read it before looking, so that nothing is missed."""
        return self._count

    def wait(self, seen: int, timeout: float) -> None:
        """Returns when something moved after `seen`, or after `timeout` seconds."""
        with self._moved:
            self._moved.wait_for(lambda: self._count != seen, timeout)

    async def changed(self, seen: int, timeout: float) -> None:  # as `wait`, without holding a thread
        """The same in an event loop."""
        waiter = (asyncio.get_running_loop(), asyncio.Event())
        with self._moved:
            if self._count != seen:
                return
            self._waiting.add(waiter)
        try:
            # `asyncio.wait_for` of Python 3.11 loses a cancellation that comes together with what was waited for.
            async with asyncio.timeout(timeout):
                await waiter[1].wait()
        except TimeoutError:
            return
        finally:
            with self._moved:
                self._waiting.discard(waiter)


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
    """There are acts, or calls of anybody, to send."""
    wake_relays: Callable[[], None]
    """There are acts to send."""
    wake_own: Callable[[], None]
    """There are calls to send that a member's own key must send."""
    faults: Callable[[], list[tuple[str, str]]]
    """What is wrong with the workers: a name that programs know, and words."""
    certificates: OwnCertificates
    """What the gateway shows to others where it has TLS of its own."""
    mirrored: Progress = field(default_factory=Progress)
    """Says that the mirror moved."""
    stopping: threading.Event = field(default_factory=threading.Event)
    """Set when the server is to end: what is told without end ends then."""
    streams: list[Session] = field(default_factory=list)
    """The sessions of the readers that follow the events, one for each stream."""
    acceptor: Acceptor = field(default_factory=Acceptor)
    """Where requests wait to be accepted together."""
    catalogue: Catalogue = CATALOGUE
    """What is known of registers beside the chain's words: what ships, and what this home adds."""
    watching: watches.Settings = watches.USUAL
    """When alerts press, as this home sets it."""
    codes: Mapping[tuple[str, str], EventCode] = field(default_factory=dict)
    """What offices' event codes mean, where this home keeps their table."""
    issuers: Issuers = field(default_factory=lambda: Issuers([]))
    """Whose tokens open sessions beside API keys, as this home says."""
    peer_urls: Mapping[bytes, str] = field(default_factory=dict)
    """Where other members' gateways are, by account, as this home says."""

    @property
    def fingerprint_keys(self) -> FingerprintKeys:
        """The keys of invoices' fingerprints that this gateway holds for its ledger."""
        return FingerprintKeys(self.keystore, self.manifest.ledger_id)

    @property
    def peer_keys(self) -> PeerKeys:
        """The keys with which the members served here speak to other gateways."""
        return PeerKeys(self.keystore)

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """One snapshot of the mirror."""
        with self.mirror.read() as conn:
            yield conn
