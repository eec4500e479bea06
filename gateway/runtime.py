"""A running gateway: chain, databases, mirror, outbox and HTTP server, started in this order and stopped in the other."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn
from filelock import FileLock, Timeout

from gateway import access, acts, app, auditing, descriptions, founding, identity, serving
from gateway.config import OPERATOR_KEY, PASSPHRASE_FILE, URL_FILE, Settings
from gateway.following.courier import Courier
from gateway.keeping.keeper import Keeper
from gateway.leading import Leading
from gateway.office import database as office_database
from gateway.outbox import owners
from gateway.outbox.lanes import COUNCIL as COUNCIL_LANE
from gateway.outbox.lanes import RELAY, Share
from gateway.outbox.own import OwnKeys
from gateway.outbox.sender import Sender
from gateway.outbox.settle import Settler
from gateway.outbox.store import WHOLE
from gateway.peers import directory
from gateway.peers.carrier import Carrier
from gateway.services import Progress, Services
from gateway.signers import passphrase, vaults
from gateway.signers.keystore import COUNCIL, DEPLOYER, Keystore
from ledger.chain import deploy, direct, heads, local
from ledger.chain import manifest as manifests
from ledger.chain.blocks import Checks
from ledger.chain.calls import at_head, base_fee
from ledger.chain.clock import DevelopmentClock
from ledger.chain.direct import Sender as Direct
from ledger.chain.engines import Engine, engine
from ledger.chain.nodes import Nodes
from ledger.domain.catalogue import CATALOGUE
from ledger.domain.ids import to_hex
from ledger.foreseen import Foreseen
from ledger.mirror import concepts, database, sync

log = logging.getLogger(__name__)

Report = Callable[[str], None]
Fault = Callable[[], str | None]
SERVE_SECONDS = 10.0
END_SECONDS = 5
"""So long a request may still take when the gateway ends."""
SERVED_LOOK_SECONDS = 1.0
LOCK_FILE = ".lock"


class StartError(Foreseen):
    """The gateway can't start; one line that says why and what to do."""


@dataclass
class Runtime:
    """A started gateway. `url` is where its API answers; `clock` is the embedded chain's, if it has one; `chain_fault` says why its own
    chain has ended, if it has.
    """

    services: Services
    url: str
    api_key: str
    node_urls: tuple[str, ...]
    clock: DevelopmentClock | None
    chain_fault: Fault
    _stack: ExitStack = field(repr=False)

    def stop(self) -> None:
        """Stops everything that was started, last first; what was accepted is on disk."""
        self._stack.close()


def start(settings: Settings, *, genesis_time: int | None = None, report: Report = log.info) -> Runtime:
    """Starts a gateway on `settings.home`, with a chain of its own unless a node is named. Raises StartError, NodeError, ManifestError."""
    stack = ExitStack()
    try:
        return _start(settings, genesis_time, report, stack)
    except BaseException as error:
        stack.close()
        if database.is_full(error):
            raise StartError(f"{settings.home}: its disk, or its databases', is full; free some space and start again") from error
        raise


def _start(settings: Settings, genesis_time: int | None, report: Report, stack: ExitStack) -> Runtime:
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    stack.enter_context(only_one(settings.home))
    listening = stack.enter_context(_listen(settings))
    report("opening databases")
    office = office_database.open(settings.office_database(), owners.me())
    stack.callback(office.close)
    keystore = Keystore(office, vaults.set_up(settings))
    unlock(keystore, settings)
    report(f"starting the chain ({settings.engine})")
    chain = _chain(settings, genesis_time, stack)
    with naming_its_end(chain.fault):
        return _start_on(chain, settings, listening, office, keystore, report, stack)


def _start_on(
    chain: _Chain,
    settings: Settings,
    listening: socket.socket,
    office: database.Database,
    keystore: Keystore,
    report: Report,
    stack: ExitStack,
) -> Runtime:
    urls, kind = chain.urls, chain.engine
    rpc = stack.enter_context(Nodes(urls))
    kind = _with_fees(rpc, kind, settings)
    clock = DevelopmentClock(rpc, kind, chain.keep) if kind.development_clock else None
    is_new = not settings.manifest.exists()
    report("deploying the contracts" if is_new else "finding the contracts")
    manifest = _ledger(rpc, keystore, chain, kind, settings, clock)
    services, workers = _services(settings, kind, manifest, rpc, office, keystore, clock, chain.fault, stack)
    _run(workers, services, stack)
    if not keystore.locked and (is_new or not settings.node):
        services.fingerprint_keys.found()
    if is_new or not _is_founded(settings):
        report("admitting settlement banks and offices")
        founding.admit_founders(services, clock.mine if clock else _nothing)
        chain.keep()
        _founded_mark(settings).touch()
    elif founding.may_enrol(services):
        _once_served(partial(founding.enrol, services), services.stopping)
    url, key = _serve(services, listening, stack), _operator_key(services, settings)
    _announce(settings.home / URL_FILE, url, stack)
    return Runtime(services, url, key, urls, clock, chain.fault, stack)


def _once_served(do: Callable[[], None], stopping: threading.Event) -> None:
    """Does it now, or in a thread of its own once the mirror's records can be read: the API answers meanwhile."""

    def later() -> None:
        done = False
        while not done and not stopping.wait(SERVED_LOOK_SECONDS):
            with suppress(database.NotServed):
                do()
                done = True

    try:
        do()
    except database.NotServed:
        threading.Thread(target=later, name="once served", daemon=True).start()


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """One gateway serves a home; the lock ends with its process, however that ends."""
    lock = FileLock(home / LOCK_FILE, timeout=0, mode=0o600)
    try:
        lock.acquire()
    except Timeout as taken:
        raise StartError(f"{home}: another gateway runs on this home; stop it, or give another one with --home") from taken
    try:
        yield
    finally:
        lock.release()


def _listen(settings: Settings) -> socket.socket:
    """Takes the port before anything else starts, so that one in use is said at once; 0 takes a free one."""
    listening = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
        listening.listen(128)
    except OSError as taken:
        listening.close()
        raise StartError(
            f"port {settings.port} on {settings.host}: {taken.strerror}; give another with --port, or 0 for a free one"
        ) from taken
    return listening


def unlock(keystore: Keystore, settings: Settings) -> None:
    """Opens the keystore with the passphrase given, or a home's own, and wipes that. Raises PassphraseError, Unsealable."""
    given = passphrase.find(os.environ)
    if given is None and not settings.node:
        given = _own_passphrase(settings.home / PASSPHRASE_FILE, is_new=not keystore.is_founded)
    if given is not None:
        try:
            keystore.unlock(given)
        finally:
            passphrase.wipe(given)


def _own_passphrase(file: Path, *, is_new: bool) -> bytearray:
    """A ledger that this home runs for itself keeps its passphrase beside it, readable by its user only."""
    if not file.exists() and is_new:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_secret(file, secrets.token_hex(32))
    return passphrase.from_file(file)


@dataclass(frozen=True)
class _Chain:
    """The nodes that a gateway works with. `keep` and `fault` are of a chain of its own: it has it on disk, and says why it has ended."""

    urls: tuple[str, ...]
    engine: Engine
    keep: Callable[[], None]
    fault: Fault


def _chain(settings: Settings, genesis_time: int | None, stack: ExitStack) -> _Chain:
    kind = engine(settings.engine)
    if settings.nodes:
        return _Chain(settings.nodes, kind, _nothing, lambda: None)
    chain = local.start_local(settings.engine, settings.home, genesis_time=genesis_time if kind.development_clock else None)
    stack.callback(chain.stop)
    return _Chain(chain.urls, chain.engine, chain.keep, chain.fault)


@contextmanager
def naming_its_end(chain_fault: Fault) -> Iterator[None]:
    """What fails since a gateway's own chain has ended meanwhile says so, and what to do. Raises StartError."""
    try:
        yield
    except Exception as fault:
        if text := chain_fault():
            raise StartError(f"{text}; start the gateway again") from fault
        raise


def _with_fees(rpc: Nodes, kind: Engine, settings: Settings) -> Engine:
    """The engine with the chain's fees. Raises StartError where the setting is not what the newest block says."""
    base = base_fee(rpc)
    if settings.fees == "market":
        if not base:
            raise StartError("PLEDGEBOOK_FEES: market, but the newest block of the chain has no base fee; set free, or leave it out")
        return replace(kind, fee_market=True, gas_price=settings.tip)
    if base:
        raise StartError(
            f"PLEDGEBOOK_FEES: free, but the newest block of the chain has a base fee of {base} wei; "
            "set market, and give the lanes' keys money"
        )
    if settings.tip:
        raise StartError(
            f"PLEDGEBOOK_TIP: {settings.tip}, but PLEDGEBOOK_FEES is free; set market where the chain has fees, else leave it out"
        )
    return kind


def _ledger(
    rpc: Nodes, keystore: Keystore, chain: _Chain, kind: Engine, settings: Settings, clock: DevelopmentClock | None
) -> manifests.Manifest:
    file = settings.manifest
    if not file.exists() and keystore.locked:
        raise StartError(
            f"{file}: no manifest, and no passphrase to found a ledger with; see {passphrase.FILE_VARIABLE} in docs/operations.md"
        )
    if file.exists():
        found = manifests.load(file)
        deploy.check(rpc, found)
        return found
    mine = clock.mine if clock else None
    payer = _payer(rpc, keystore, kind, settings.lanes, mine) if kind.fee_market else None
    return deploy.deploy(rpc, founding.founding(keystore, kind), file, mine=mine, payer=payer, keep=chain.keep)


def _payer(rpc: Nodes, keystore: Keystore, kind: Engine, lanes: int, mine: Callable[[], object] | None) -> Direct:
    """Who deploys a ledger on a chain with fees. Raises StartError naming the keys that need money first."""
    own = founding.house_key(keystore, DEPLOYER)
    price = 2 * base_fee(rpc) + kind.gas_price
    keys = [own, founding.house_key(keystore, COUNCIL), *founding.relayers(keystore, lanes)]
    least = direct.IN_FLIGHT * direct.GAS_LIMIT * price
    poor = [to_hex(key) for key in keys if int(at_head(rpc, "eth_getBalance", key), 16) < least]
    if poor:
        raise StartError(
            "on a chain with fees the keys that found a ledger need money first: "
            f"send {least} wei to each of {', '.join(poor)}, and start again"
        )
    return Direct.of(rpc, keystore.private(own).secret, mine, gas_price=price)


def _services(
    settings: Settings,
    kind: Engine,
    manifest: manifests.Manifest,
    rpc: Nodes,
    office: database.Database,
    keystore: Keystore,
    clock: DevelopmentClock | None,
    chain_fault: Fault,
    stack: ExitStack,
) -> tuple[Services, Mapping[str, Callable[[threading.Event], None]]]:
    mirror = database.open(settings.mirror_database())
    stack.callback(mirror.close)
    leading = _leading(office, mirror)
    progress = Progress()
    seen = Progress()
    checks = Checks(headers=kind.headers, receipts=settings.checks_receipts, suspects=bool(settings.nodes))
    mirrored = sync.of(
        mirror, rpc, manifest, finality=kind.finality, development=kind.development_clock, checks=checks, moved=seen.announce
    )
    leading.only_while(lambda: mirrored.fits)
    senders = [] if keystore.locked else _senders(kind, manifest, rpc, office, keystore, progress, settings.lanes)
    settler = Settler(office=office, mirror=mirror, sync=mirrored, engine=kind, rpc=rpc, moved=progress.announce)

    own = OwnKeys(office, lambda purpose, account, key: _sender(kind, manifest, rpc, office, keystore, progress, purpose, key, account))

    ended: list[str] = []
    keepers: list[Keeper] = []
    couriers: list[Courier] = []
    carriers: list[Carrier] = []

    def faults() -> list[tuple[str, str]]:
        found = [
            *(("lane-waits", text) for text in (*(each.fault for each in senders), own.fault)),
            ("settling-waits", settler.alarm),
            ("settling-waits", leading.fault),
            *(("keeper-waits", each.fault) for each in keepers),
            *(("courier-waits", each.fault) for each in couriers),
            *(("peers-wait", each.fault) for each in carriers),
            *(("worker-ended", each) for each in ended),
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
    return services, {name: _watched(name, run, ended) for name, run in workers.items()}


def _heads(settings: Settings, kind: Engine, rpc: Nodes) -> str:
    """Where a node tells of new heads, if one does: the embedded chain's does where it answers."""
    if settings.nodes or not kind.development_clock:
        return settings.node_heads
    return rpc.url.replace("http", "ws", 1)


def _leading(office: database.Database, mirror: database.Database) -> Leading:
    """Whether this gateway keeps the books of its office. Raises StartError where another does, in a mirror that is not this one's."""
    leading = Leading(office, owners.me())
    leading.look()
    if not leading() and not mirror.is_postgresql:
        what = "gateways that share an office share its mirror"
        raise StartError(f"another gateway works on this office; {what}: give both the same PLEDGEBOOK_MIRROR_URL (postgresql://...)")
    return leading


def _watched(name: str, run: Callable[[threading.Event], None], ended: list[str]) -> Callable[[threading.Event], None]:
    """A worker whose end before its time is logged and shown in health."""

    def watched(stop: threading.Event) -> None:
        try:
            run(stop)
        except Exception as fault:  # it would end in a thread, where nobody sees it
            log.critical("%s has ended: %s", name, fault, exc_info=fault)
        if not stop.is_set():
            ended.append(f"{name} has ended; start the gateway again")

    return watched


def _senders(
    kind: Engine,
    manifest: manifests.Manifest,
    rpc: Nodes,
    office: database.Database,
    keystore: Keystore,
    progress: Progress,
    lanes: int,
) -> list[Sender]:
    keys = founding.relayers(keystore, lanes)
    relays = [
        _sender(kind, manifest, rpc, office, keystore, progress, RELAY, key, share=Share(at, len(keys))) for at, key in enumerate(keys)
    ]
    council = founding.house_key(keystore, COUNCIL)
    return [*relays, _sender(kind, manifest, rpc, office, keystore, progress, COUNCIL_LANE, council)]


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


def _run(workers: Mapping[str, Callable[[threading.Event], None]], services: Services, stack: ExitStack) -> None:
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


def _serve(services: Services, listening: socket.socket, stack: ExitStack) -> str:
    config = uvicorn.Config(
        app.create(services),
        http=serving.Limited,
        ws="none",
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        proxy_headers=bool(services.settings.proxies),
        forwarded_allow_ips=services.settings.proxies or None,
        timeout_keep_alive=serving.IDLE_SECONDS,
        **_tls(services.settings),
        timeout_graceful_shutdown=END_SECONDS,
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = _nothing  # type: ignore[attr-defined,unused-ignore]
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="http", daemon=True)
    thread.start()
    _wait_until(lambda: server.started or not thread.is_alive())
    if not server.started:
        raise StartError(f"the HTTP server did not start within {SERVE_SECONDS:.0f} s; its log says why")

    def end() -> None:
        services.stopping.set()
        services.mirrored.announce()
        server.should_exit = True
        thread.join(timeout=10)

    stack.callback(end)
    host, port = listening.getsockname()[:2]
    return f"{'https' if config.is_ssl else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"


def _tls(settings: Settings) -> dict[str, Any]:
    """The gateway's own TLS, where it is set up; with an authority of clients, only who has a certificate of theirs is heard."""
    if settings.tls_certificate is None:
        if settings.tls_client_authority is not None:
            raise StartError("PLEDGEBOOK_TLS_CLIENT_AUTHORITY: it needs PLEDGEBOOK_TLS_CERTIFICATE and PLEDGEBOOK_TLS_KEY")
        return {}
    found: dict[str, Any] = {"ssl_certfile": settings.tls_certificate, "ssl_keyfile": settings.tls_key}
    if settings.tls_client_authority is not None:
        found |= {"ssl_ca_certs": str(settings.tls_client_authority), "ssl_cert_reqs": ssl.CERT_REQUIRED}
    return found


def _announce(file: Path, url: str, stack: ExitStack) -> None:
    """Where the API answers, for commands on the same home, while it does."""
    beside = file.with_name(f".{file.name}.new")
    try:
        beside.write_text(url)
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)
    stack.callback(file.unlink, missing_ok=True)


def _wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + SERVE_SECONDS
    while not holds() and time.monotonic() < end:
        time.sleep(0.01)


def _operator_key(services: Services, settings: Settings) -> str:
    """The operator's API key, made at the first start and kept in the home, readable by its user only; a new one if it has expired."""
    file = settings.home / OPERATOR_KEY
    if file.exists():
        kept = file.read_text().strip()
        with services.office.read() as conn:
            if access.authenticate(conn, kept) is not None:
                return kept
        file.unlink()
    with services.office.write() as conn:
        made = access.issue(conn, "operator", None)
    write_secret(file, made)
    return made


def replace_operator_key(settings: Settings, text: str) -> None:
    """Puts a rotated key into the home's file, if it is that file's key."""
    file = settings.home / OPERATOR_KEY
    if not file.exists() or file.read_text().strip().split("_")[1:2] != text.split("_")[1:2]:
        return
    beside = file.with_name(f".{file.name}.new")
    beside.unlink(missing_ok=True)
    write_secret(beside, text)
    beside.replace(file)


def write_secret(file: Path, text: str) -> None:
    """Writes a new file that only its user can read, whole or not at all. Raises FileExistsError."""
    beside = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    try:
        os.link(beside, file)
    finally:
        beside.unlink()


def _founded_mark(settings: Settings) -> Path:
    return settings.home / "founded"


def _is_founded(settings: Settings) -> bool:
    """A ledger that was joined by its manifest is founded elsewhere."""
    return bool(settings.node) or _founded_mark(settings).exists()


def _nothing() -> None:
    """For callers that need a callback and want none."""
