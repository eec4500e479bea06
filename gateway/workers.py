"""What works in a gateway beside its HTTP server: mirror, senders, settler, keeper, courier, and the services that they share."""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial

from gateway import acts, auditing, descriptions, founding, identity, own_certificates
from gateway.checking import checks_of
from gateway.config import Settings
from gateway.errors import StartError
from gateway.following.courier import Courier
from gateway.keeping.keeper import Keeper
from gateway.leading import LOOK_SECONDS, Leading
from gateway.outbox import owners
from gateway.outbox.lanes import COUNCIL as COUNCIL_LANE
from gateway.outbox.lanes import LEASE_MS, RELAY, WHOLE, Share
from gateway.outbox.own import OwnKeys
from gateway.outbox.sender import Sender
from gateway.outbox.settle import Settler
from gateway.peers import directory
from gateway.peers.carrier import Carrier
from gateway.services import Progress, Services
from gateway.signers.keystore import COUNCIL, Keystore
from ledger.chain import heads
from ledger.chain import manifest as manifests
from ledger.chain.clock import DevelopmentClock
from ledger.chain.engines import Engine
from ledger.chain.nodes import Nodes
from ledger.domain.catalogue import CATALOGUE
from ledger.mirror import concepts, database, sync

log = logging.getLogger(__name__)

Run = Callable[[threading.Event], None]
"""Works until the event is set."""
Fault = Callable[[], str | None]
"""Says what is wrong, if something is."""


def assembled(
    settings: Settings,
    kind: Engine,
    manifest: manifests.Manifest,
    rpc: Nodes,
    office: database.Database,
    keystore: Keystore,
    clock: DevelopmentClock | None,
    chain_fault: Fault,
    stack: ExitStack,
) -> tuple[Services, Mapping[str, Run]]:
    """The services of a gateway and its workers by their names, none of which works yet. Raises StartError."""
    mirror = database.open(settings.mirror_database())
    stack.callback(mirror.close)
    leading = _leading(office, mirror)
    progress = Progress()
    seen = Progress()
    mirrored = sync.of(
        mirror,
        rpc,
        manifest,
        finality=kind.finality,
        development=kind.development_clock,
        checks=checks_of(settings, kind),
        moved=seen.announce,
    )
    leading.only_while(lambda: mirrored.keeps)
    sender = partial(_sender, kind, manifest, rpc, office, keystore, progress)
    senders = [] if keystore.locked else _senders(sender, keystore, settings.lanes)
    settler = Settler(office=office, mirror=mirror, sync=mirrored, engine=kind, rpc=rpc, moved=progress.announce)

    own = OwnKeys(office, lambda purpose, account, key: sender(purpose, key, account))

    ended: list[str] = []
    keepers: list[Keeper] = []
    couriers: list[Courier] = []
    carriers: list[Carrier] = []
    certificates = own_certificates.OwnCertificates(settings)

    def faults() -> list[tuple[str, str]]:
        found = [
            *(("lane-waits", text) for text in (*(each.fault for each in senders), own.fault)),
            ("settling-waits", settler.alarm),
            ("settling-waits", leading.fault),
            *(("keeper-waits", each.fault) for each in keepers),
            *(("courier-waits", each.fault) for each in couriers),
            *(("peers-wait", each.fault) for each in carriers),
            *(("worker-ended", each) for each in ended),
            *certificates.faults(),
            *(("chain-ended", f"{text}; start the gateway again") for text in (chain_fault(),) if text),
        ]
        return [(name, text) for name, text in found if text]

    services = Services(
        settings=settings,
        engine=kind,
        manifest=manifest,
        rpc=rpc,
        office=office,
        mirror=mirror,
        keystore=keystore,
        sync=mirrored,
        events=concepts.table(manifest),
        progress=progress,
        wake=partial(_wake, senders),
        wake_relays=partial(_wake, [each for each in senders if each.sends_acts]),
        wake_own=own.wake,
        mirrored=seen,
        catalogue=descriptions.catalogue_of(settings.home, CATALOGUE),
        watching=descriptions.watching_of(settings.home),
        codes=descriptions.codes_of(settings.home, settings.event_codes),
        faults=faults,
        certificates=certificates,
        issuers=identity.read(settings.home),
        peer_urls=directory.given(settings.home),
    )
    workers = {"leading": leading.run, "own keys": own.run, **{each.name: each.run for each in senders}}
    workers["nodes"] = rpc.run
    if told := _heads(settings, kind, rpc):
        workers["heads"] = partial(heads.watch, told, mirrored.wake)
    workers["mirror"], workers["settler"] = partial(mirrored.run, leads=leading), partial(settler.run, leads=leading)
    services.acceptor.open(partial(acts.accept, services))
    stack.callback(services.acceptor.close)
    if not keystore.locked and settings.audit_anchor_seconds:
        workers["audit anchor"] = partial(auditing.run, services)
    if keystore.locked:
        del workers["own keys"]
    elif settings.keeps:
        keepers.append(Keeper(services, owners.me(), lambda: clock is not None and not clock.runs))
        workers["keeper"] = keepers[0].run
    if not keystore.locked:
        couriers.append(Courier(services, owners.me()))
        workers["courier"] = couriers[0].run
        carriers.append(Carrier(services, owners.me()))
        workers["peers"] = carriers[0].run
    return services, {name: watched(name, run, ended) for name, run in workers.items()}


def _heads(settings: Settings, kind: Engine, rpc: Nodes) -> str:
    """Where a node tells of new heads, if one does: the embedded chain's does where it answers."""
    if settings.nodes or not kind.development_clock:
        return settings.node_heads
    return rpc.url.replace("http", "ws", 1)


def _leading(office: database.Database, mirror: database.Database) -> Leading:
    """Whether this gateway keeps the books of its office. Raises StartError where another does, in a mirror that is not this one's."""
    leading = Leading(office, owners.me())
    leading.look()
    end = time.monotonic() + LEASE_MS / 1000
    # A file is one process's: whose lease stands still has ended, in a container perhaps, where this one can't see it.
    while not office.is_postgresql and not leading() and leading.fault is None and time.monotonic() < end:
        time.sleep(LOOK_SECONDS)
        leading.look()
    if not leading() and not mirror.is_postgresql:
        what = "gateways that share an office share its mirror"
        raise StartError(f"another gateway works on this office; {what}: give both the same PLEDGEBOOK_MIRROR_URL (postgresql://...)")
    return leading


def watched(name: str, run: Run, ended: list[str]) -> Run:
    """A worker whose end before its time is logged and shown in health."""

    def watched(stop: threading.Event) -> None:
        try:
            run(stop)
        except Exception as fault:  # it would end in a thread, where nobody sees it
            log.critical("%s has ended: %s", name, fault, exc_info=fault)
        if not stop.is_set():
            ended.append(f"{name} has ended; start the gateway again")

    return watched


def _senders(sender: Callable[..., Sender], keystore: Keystore, lanes: int) -> list[Sender]:
    keys = founding.relayers(keystore, lanes)
    relays = [sender(RELAY, key, share=Share(at, len(keys))) for at, key in enumerate(keys)]
    return [*relays, sender(COUNCIL_LANE, founding.house_key(keystore, COUNCIL))]


def _sender(
    kind: Engine,
    manifest: manifests.Manifest,
    rpc: Nodes,
    office: database.Database,
    keystore: Keystore,
    progress: Progress,
    purpose: str,
    key: bytes,
    member: bytes | None = None,
    share: Share = WHOLE,
) -> Sender:
    return Sender(
        purpose,
        key,
        office=office,
        keystore=keystore,
        rpc=rpc,
        engine=kind,
        chain_id=manifest.chain_id,
        acts_address=manifest.address("Acts") if purpose == RELAY else None,
        owner=owners.me(),
        moved=progress.announce,
        member=member,
        share=share,
    )


def _wake(senders: Sequence[Sender]) -> None:
    for each in senders:
        each.wake()


def start(workers: Mapping[str, Run], services: Services, stack: ExitStack) -> None:
    """Has each work in a thread of its own until the stack is closed."""
    stop = threading.Event()
    threads = [threading.Thread(target=run, args=(stop,), name=name, daemon=True) for name, run in workers.items()]
    for thread in threads:
        thread.start()

    def end() -> None:
        stop.set()
        services.wake()
        services.wake_own()
        services.sync.wake()
        services.mirrored.announce()
        for thread in threads:
            thread.join(timeout=10)

    stack.callback(end)
