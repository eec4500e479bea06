"""A running gateway: chain, databases, mirror, outbox and HTTP server, started in this order and stopped in the other."""

from __future__ import annotations

import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import uvicorn

from gateway import app, founding, own_certificates, serving, workers
from gateway.config import URL_FILE, Settings
from gateway.errors import StartError
from gateway.home import announce, founded_mark, is_founded, only_one, operator_key, unlock
from gateway.office import database as office_database
from gateway.outbox import owners
from gateway.services import Services
from gateway.signers import passphrase, vaults
from gateway.signers.keystore import COUNCIL, DEPLOYER, Keystore
from gateway.workers import Fault
from ledger.chain import deploy, direct, local
from ledger.chain import manifest as manifests
from ledger.chain.calls import at_head, base_fee
from ledger.chain.clock import DevelopmentClock
from ledger.chain.direct import Sender as Direct
from ledger.chain.engines import Engine, engine
from ledger.chain.nodes import Nodes
from ledger.domain.ids import to_hex
from ledger.mirror import database

log = logging.getLogger(__name__)

Report = Callable[[str], None]
SERVE_SECONDS = 10.0
END_SECONDS = 5
"""So long a request may still take when the gateway ends."""
SERVED_LOOK_SECONDS = 1.0


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
    services, runs = workers.assembled(settings, kind, manifest, rpc, office, keystore, clock, chain.fault, stack)
    workers.start(runs, services, stack)
    if not keystore.locked and (is_new or not settings.node):
        services.fingerprint_keys.found()
    if is_new or not is_founded(settings):
        report("admitting settlement banks and offices")
        founding.admit_founders(services, clock.mine if clock else _nothing)
        chain.keep()
        founded_mark(settings).touch()
    elif founding.may_enrol(services):
        _once_served(partial(founding.enrol, services), services.stopping)
    url, key = _serve(services, listening, stack), operator_key(services, settings)
    announce(settings.home / URL_FILE, url, stack)
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
    config.timeout_notify, config.callback_notify = own_certificates.LOOK_SECONDS, partial(_renew, services, config)
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


async def _renew(services: Services, config: uvicorn.Config) -> None:
    if config.ssl is not None:
        services.certificates.renew(config.ssl)


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


def _wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + SERVE_SECONDS
    while not holds() and time.monotonic() < end:
        time.sleep(0.01)


def _nothing() -> None:
    """For callers that need a callback and want none."""
