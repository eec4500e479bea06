"""A network of four validators on this machine: set up, start, look at, stop, and hurt for tests.

Its folder holds network.json (ports, addresses, processes) and a folder for each validator. Everything listens on loopback.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import psutil
from filelock import FileLock

from ledger.chain import node
from ledger.chain.engines import Engine, validators_of
from ledger.chain.rpc import NodeUnreachable, Rpc, RpcError

SIZE = 4
SETTINGS = "network.json"
QUORUM = 3
"""So many of them agree on blocks without the rest."""
FIRST_BLOCK_SECONDS = 90.0
STRAGGLER_SECONDS = 45.0
STOP_SECONDS = 60.0

Report = Callable[[str], None]


def silent(_: str) -> None:
    """A Report for callers without a screen."""


@dataclass(frozen=True)
class Validator:
    """One node as network.json records it. pid and started (its process's creation, seconds) are None while it is down."""

    name: str
    address: str
    p2p: int
    rpc: int
    pid: int | None = None
    started: float | None = None

    @property
    def url(self) -> str:
        """Its JSON-RPC address."""
        return f"http://{node.LOOPBACK}:{self.rpc}"


@dataclass(frozen=True)
class Health:
    """A validator seen now: whether its process runs, its head and its number of peers (None: no answer)."""

    name: str
    url: str
    running: bool
    head: int | None
    peers: int | None


@dataclass
class Network:
    """Four validators in `directory`. with_parent: they end when this process does."""

    directory: Path
    engine_name: str
    chain_id: int
    validators: list[Validator]
    with_parent: bool = True
    _children: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict, repr=False)

    @property
    def engine(self) -> Engine:
        """What the rest of the product must know of it."""
        return validators_of(self.engine_name).ENGINE

    @property
    def urls(self) -> tuple[str, ...]:
        """JSON-RPC addresses, one a validator."""
        return tuple(each.url for each in self.validators)

    def start(self) -> list[int]:
        """Start the validators that are down; returns which. NodeError, and none started, if a port is taken."""
        down = [index for index, each in enumerate(self.validators) if not _alive(each)]
        for index in down:
            _check_ports(self.validators[index], self.directory)
        for index in down:
            self._start(index)
        return down

    def restart(self, index: int) -> None:
        """Start validator `index` again, on its own data."""
        _check_ports(self.validators[index], self.directory)
        self._start(index)

    def kill(self, index: int) -> None:
        """End validator `index` as a crash would (SIGKILL)."""
        process = _process(self.validators[index])
        if process is not None:
            process.kill()
            process.wait(STOP_SECONDS)
        self._record(index, None)

    def stop(self, indices: Sequence[int] = range(SIZE)) -> None:
        """Ask all (or those at `indices`) to end, and kill what does not within a minute. Data stays."""
        processes = [process for index in indices if (process := _process(self.validators[index])) is not None]
        for process in processes:
            process.terminate()
        for process in processes:
            _end(process)
        for index in indices:
            self._record(index, None)

    def wait_for_block(self, above: int = 0, seconds: float = FIRST_BLOCK_SECONDS) -> None:
        """Return when every running validator has a block above `above`; NodeError with the end of a log otherwise."""
        deadline = time.monotonic() + seconds
        while not all((each.head or 0) > above for each in self._running()):
            if fault := self.fault():
                raise node.NodeError(fault)
            if time.monotonic() > deadline:
                raise node.NodeError(f"no block above {above} on every validator within {seconds:.0f} s; see {self.directory}/*/node.log")
            time.sleep(0.2)

    def restart_stragglers(self, above: int, seconds: float = STRAGGLER_SECONDS) -> list[int]:
        """Start again, and return, each validator that has no block above `above` after so long although the others go on.

        One that comes up while the others agree on their first blocks may lose all peers and find them again only minutes later.
        """
        deadline = time.monotonic() + seconds
        while (behind := self._behind(above)) and not self.fault() and time.monotonic() < deadline:
            time.sleep(0.2)
        if self.fault() or SIZE - len(behind) < QUORUM:
            return []
        for index in behind:
            self.kill(index)
            self.restart(index)
        return behind

    def fault(self) -> str | None:
        """Which validators have ended though nobody stopped them, and why; None if none has."""
        dead = [each for each in self.validators if each.pid is not None and not _alive(each)]
        return "; ".join(f"{each.name} has ended: {node.tail(self._log(each))}" for each in dead) or None

    def status(self) -> list[Health]:
        """Each validator as it is now."""
        return [_health(each) for each in self.validators]

    def save(self) -> None:
        """Write network.json, whole or not at all."""
        document = {"engine": self.engine_name, "chain_id": self.chain_id, "validators": [asdict(each) for each in self.validators]}
        beside = self.directory / f"{SETTINGS}.tmp"
        beside.write_text(json.dumps(document, indent=1) + "\n")
        beside.replace(self.directory / SETTINGS)

    def _start(self, index: int) -> None:
        each = self.validators[index]
        folder = self.directory / each.name
        driver = validators_of(self.engine_name)
        command = driver.command(folder, each.p2p, each.rpc, self.chain_id)
        child = node.spawn(command, self._log(each), environment=driver.environment(folder), with_parent=self.with_parent)
        self._record(index, psutil.Process(child.pid))
        self._children[index] = child

    def _record(self, index: int, process: psutil.Process | None) -> None:
        pid, started = (None, None) if process is None else (process.pid, process.create_time())
        self.validators[index] = replace(self.validators[index], pid=pid, started=started)
        self.save()
        if process is None and index in self._children:
            self._children.pop(index).wait()

    def _behind(self, above: int) -> list[int]:
        return [index for index, each in enumerate(self.status()) if each.running and (each.head or 0) <= above]

    def _running(self) -> list[Health]:
        return [_health(each) for each in self.validators if each.pid is not None]

    def _log(self, each: Validator) -> Path:
        return self.directory / each.name / "node.log"


def create(directory: Path, engine_name: str = "kaia", *, chain_id: int | None = None, report: Report = silent) -> Network:
    """Set up a new network in `directory` (keys, genesis, peers); nothing runs yet. NodeError if there is one already."""
    folders = [directory / f"validator-{number}" for number in range(1, SIZE + 1)]
    _check_empty(directory, folders)
    driver = validators_of(engine_name)
    chosen = chain_id or driver.CHAIN_ID
    free = node.free_ports(2 * SIZE)
    ports = list(zip(free[:SIZE], free[SIZE:], strict=True))
    with _removed_on_fault(folders):
        addresses = driver.prepare(folders, ports, chosen, report)
        validators = [Validator(folder.name, address, *pair) for folder, address, pair in zip(folders, addresses, ports, strict=True)]
        network = Network(directory, engine_name, chosen, validators)
        network.save()
    return network


def find(directory: Path) -> Network:
    """The network that `create` set up in `directory`. NodeError if there is none or its settings are damaged."""
    path = directory / SETTINGS
    if not path.exists():
        raise node.NodeError(f"no network in {directory}; `scripts/network up --dir {directory}` makes one")
    try:
        settings = json.loads(path.read_text())
        validators = [Validator(**each) for each in settings["validators"]]
        return Network(directory, settings["engine"], settings["chain_id"], validators)
    except (ValueError, KeyError, TypeError) as error:
        raise node.NodeError(f"{path} is damaged ({error}); restore it or make a new network elsewhere") from error


def open_network(directory: Path, engine_name: str = "kaia", *, with_parent: bool = True, report: Report = silent) -> Network:
    """The network in `directory`, made if there is none, started, and past its next two blocks."""
    directory.mkdir(parents=True, exist_ok=True)
    with FileLock(directory / "network.lock"):
        network = find(directory) if (directory / SETTINGS).exists() else create(directory, engine_name, report=report)
        network.with_parent = with_parent
        _start_all(network, report)
    return network


@contextlib.contextmanager
def four_validators(directory: Path, engine_name: str = "kaia") -> Iterator[Network]:
    """A running network in `directory` that is stopped at the end, however the block ends."""
    network = open_network(directory, engine_name)
    try:
        yield network
    finally:
        network.stop()


def _start_all(network: Network, report: Report) -> None:
    before = max(each.head or 0 for each in network.status()) + 1  # one block may be its last for a while; after two it is in step
    report("network: starting four validators")
    started = network.start()
    report("network: waiting for a block on each")
    try:
        network.restart_stragglers(before)
        network.wait_for_block(before)
    except BaseException:
        network.stop(started)
        raise


def _check_empty(directory: Path, folders: Sequence[Path]) -> None:
    if (directory / SETTINGS).exists():
        raise node.NodeError(f"{directory} holds a network already; start that one, or choose another folder")
    left = next((folder for folder in folders if folder.exists()), None)
    if left is not None:
        raise node.NodeError(f"{left} is there without {SETTINGS}, so its network is incomplete; move it away or choose another folder")


@contextlib.contextmanager
def _removed_on_fault(folders: Sequence[Path]) -> Iterator[None]:
    try:
        yield
    except BaseException:
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)
        raise


def _check_ports(each: Validator, directory: Path) -> None:
    for port in (each.p2p, each.rpc):
        if not node.is_free(port):
            raise node.NodeError(f"{each.name}: port {port} is in use; free it, or make a new network in another folder than {directory}")


def _process(each: Validator) -> psutil.Process | None:
    # A pid alone may by now be somebody else's process.
    if each.pid is None:
        return None
    try:
        process = psutil.Process(each.pid)
        return process if process.create_time() == each.started else None
    except psutil.NoSuchProcess:
        return None


def _alive(each: Validator) -> bool:
    process = _process(each)
    return process is not None and process.status() != psutil.STATUS_ZOMBIE


def _end(process: psutil.Process) -> None:
    try:
        process.wait(STOP_SECONDS)
    except psutil.TimeoutExpired:
        process.kill()
        process.wait(STOP_SECONDS)


def _health(each: Validator) -> Health:
    running = _alive(each)
    head, peers = _seen(each.url) if running else (None, None)
    return Health(each.name, each.url, running, head, peers)


def _seen(url: str) -> tuple[int | None, int | None]:
    with Rpc(url, timeout=2.0) as rpc:
        try:
            head, peers = rpc.batch([("eth_blockNumber", []), ("net_peerCount", [])])
        except NodeUnreachable:
            return None, None
    return _number(head), _number(peers)


def _number(answer: object) -> int | None:
    return None if isinstance(answer, RpcError) else int(str(answer), 0)
