"""The embedded chain of a laptop and of quick tests: one anvil process, with a clock of its own.

Its blocks live in memory and are written to a state file at the end and when it is asked to (Anvil.keep), so a crash loses the last ones.
anvil writes the accounts and the blocks one after the other: what is written while a block is mined may hold the block's effects without
the block. So nothing is mined while it is asked to (ledger.chain.clock), anvil's own writing every minute is off, and a state whose
accounts are not those of its last block gives way to the copy of the one before.
"""

from __future__ import annotations

import fcntl
import filecmp
import gzip
import io
import json
import logging
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from eth_hash.auto import keccak

from ledger.chain import node
from ledger.chain.engines.description import BATCH_BYTES, Engine, batch_share
from ledger.chain.headers import HeaderForm
from ledger.chain.rpc import Rpc
from ledger.domain.ids import from_hex, to_hex

BLOCK_GAS_LIMIT = 300_000_000
CHAIN_ID = 20_260
_NEVER_SECONDS = 10**9
DUMP_TIMEOUT = 120.0
MEMORY_BYTES = 4 << 30
STATE_FILE = "anvil-state.json"
LOG_FILE = "anvil.log"
LOCK_FILE = "anvil.lock"
GENESIS_FILE = "anvil-genesis"
PROGRAM = Path("@foundry-rs", "anvil-linux-amd64", "bin", "anvil")

ENGINE = Engine(
    name="anvil",
    finality=0,
    development_clock=True,
    block_gas_limit=BLOCK_GAS_LIMIT,
    batch_gas=batch_share(BLOCK_GAS_LIMIT),
    batch_bytes=BATCH_BYTES,
    sender_in_flight=10_000,
    headers=HeaderForm.ETHEREUM,
)

_LOOK_SECONDS = 0.05
_LAST_FIELD = b'"historical_states":null}'
_log = logging.getLogger(__name__)


@dataclass
class Anvil:
    """One running anvil whose state lies in `directory`."""

    directory: Path
    process: subprocess.Popen[bytes]
    url: str
    engine: Engine = field(default=ENGINE)

    def fault(self) -> str | None:
        """Why it doesn't run any more; None while it does."""
        code = self.process.poll()
        return None if code is None else f"the embedded chain has ended with {code}: {node.tail(self.directory / LOG_FILE)}"

    def keep(self) -> None:
        """Write its state to disk now: a crash loses nothing of what was before. To be called while nothing is mined.

        Raises NodeUnreachable, RpcError, OSError.
        """
        with Rpc(self.url, DUMP_TIMEOUT) as rpc:
            # The same bytes that it writes by itself, but gzipped.
            packed = bytes.fromhex(rpc.call("anvil_dumpState").removeprefix("0x"))
        state = self.directory / STATE_FILE
        beside = state.with_suffix(".kept")
        # Ten times as large as it comes: it need not be in memory whole.
        with gzip.open(io.BytesIO(packed)) as whole, beside.open("wb") as file:
            shutil.copyfileobj(whole, file, 1 << 20)
        beside.replace(state)
        _keep_copy(state)

    def stop(self) -> None:
        """End it; its whole state is on disk afterwards, unless it had ended by itself."""
        node.stop(self.process)
        state = self.directory / STATE_FILE
        # One that was killed may have left no state, or half of one: the older copy is worth more.
        if state.exists() and _is_whole(state):
            _keep_copy(state)

    def kill(self) -> None:
        """End it as a crash would: blocks since the last dump are lost."""
        self.process.kill()
        self.process.wait()


def start(directory: Path, *, genesis_time: int | None = None, port: int = 0, old_states: int = 0) -> Anvil:
    """Start on the state in `directory`, or with a new chain whose genesis has the stamp `genesis_time` (default: now).

    Port 0 takes a free one. A block is mined only when it is told to (automatic mining stops now and then under load). old_states: how
    many states before the head can be read and reorganised back to; each costs a copy of the whole state a block. A chain found again
    goes on at the time of its head. NodeError if the port is in use, the program is missing, the state can't be read or is another's.
    """
    directory.mkdir(parents=True, exist_ok=True)
    state = directory / STATE_FILE
    with _held(directory) as lock:
        found = _readable(state)
        command = _command(state, port, old_states, _genesis(directory, genesis_time, found=found))
        running = _run(directory, command, port, lock)
        while found and not _is_of_its_head(running.url):
            running.kill()
            _take_copy(state, "was written while a block was mined")
            running = _run(directory, command, port, lock)
        if found:
            _keep_copy(state)
        else:
            # What is found later has a copy from the first minute on.
            running.keep()
    if found:
        _resume_clock(running.url)
    return running


def program() -> Path:
    """The anvil program: PLEDGEBOOK_ANVIL, or what npm installed in this project, or what the PATH has."""
    named = os.environ.get("PLEDGEBOOK_ANVIL")
    if named:
        return Path(named)
    roots = [Path.cwd(), *Path(__file__).resolve().parents]
    installed = [root / "node_modules" / PROGRAM for root in roots]
    on_path = shutil.which("anvil")
    return next((each for each in installed if each.exists()), Path(on_path) if on_path else installed[0])


def _command(state: Path, port: int, old_states: int, genesis_time: int | None) -> list[str]:
    settings = {
        "host": node.LOOPBACK,
        "port": port,
        "chain-id": CHAIN_ID,
        "hardfork": "cancun",
        "gas-limit": BLOCK_GAS_LIMIT,
        "gas-price": 0,
        "block-base-fee-per-gas": 0,
        "accounts": 0,
        "order": "fifo",
        "state": state,
        "state-interval": _NEVER_SECONDS,
    }
    switches = [
        "--quiet",
        "--no-cors",
        "--disable-min-priority-fee",
        "--disable-default-create2-deployer",
        "--no-mining",
        f"--prune-history={old_states}" if old_states else "--prune-history",
    ]
    stamp = [] if genesis_time is None else ["--timestamp", str(genesis_time)]
    pairs = [text for name, value in settings.items() for text in (f"--{name}", str(value))]
    return [str(program()), *switches, *pairs, *stamp]


@contextmanager
def _held(directory: Path) -> Iterator[int]:
    """The lock on a state, by descriptor. The anvil holds it too, so it lasts until that has written its state, however we end."""
    with (directory / LOCK_FILE).open("ab") as file:
        end = time.monotonic() + node.STOP_SECONDS
        while not _locked(file.fileno()):
            if time.monotonic() > end:
                raise node.NodeError(f"{directory}: another anvil runs on this state; stop it first")
            time.sleep(_LOOK_SECONDS)
        yield file.fileno()


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _run(directory: Path, command: list[str], port: int, lock: int) -> Anvil:
    log = directory / LOG_FILE
    log.unlink(missing_ok=True)
    process = node.spawn(command, log, memory=MEMORY_BYTES, keep=(lock,))
    try:
        node.wait_until(lambda: bool(node.listening(process.pid)), process, log)
    except node.NodeError as error:
        _end(process)
        raise _explained(error, port) from error
    return Anvil(directory, process, "http://{}:{}".format(*node.listening(process.pid)[0]))


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


def _explained(error: node.NodeError, port: int) -> node.NodeError:
    if "Address already in use" in str(error):
        return node.NodeError(f"port {port} is in use; stop what listens there or choose another port (0 takes a free one)")
    return error


def _resume_clock(url: str) -> None:
    # After a load anvil's clock stands at the machine's time or at --timestamp, and may even be behind the head.
    with Rpc(url) as rpc:
        rpc.call("evm_setTime", int(rpc.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16))


def _readable(state: Path) -> bool:
    """Whether there is a state to go on from; a file cut off by a crash gives way to the copy."""
    if state.exists() and not _is_whole(state):
        _take_copy(state, "is cut off or damaged")
    return state.exists()


def _take_copy(state: Path, why: str) -> None:
    """Goes on from the state before. Raises NodeError where there is none."""
    copy = _copy(state)
    if not copy.exists() or filecmp.cmp(copy, state, shallow=False):
        raise node.NodeError(f"{state} {why} and there is no older copy; move it away to start a new chain")
    _log.warning("%s %s; going on from the older copy %s", state, why, copy)
    shutil.copyfile(copy, state)


def _is_of_its_head(url: str) -> bool:
    """Whether the accounts are those of the last block, by its state root."""
    with Rpc(url) as rpc:
        head = rpc.call("eth_getBlockByNumber", "latest", False)
        root_node = rpc.call("eth_getProof", to_hex(bytes(20)), [], "latest")["accountProof"][0]
    return keccak(from_hex(root_node)) == from_hex(head["stateRoot"])


def _is_whole(path: Path) -> bool:
    """Whether a state was written to its end: told by its last field, for reading it all takes long."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - len(_LAST_FIELD)))
        return file.read() == _LAST_FIELD or _is_json(path)


def _is_json(path: Path) -> bool:
    try:
        json.loads(path.read_bytes())
    except ValueError:
        return False
    return True


def _genesis(directory: Path, wanted: int | None, *, found: bool) -> int | None:
    """Stamp of the chain's first block, kept beside its state; None for a state found without it.

    anvil makes a first block at every start and keeps it beside the loaded one: unless they are the same, either may be found later.
    """
    file = directory / GENESIS_FILE
    if found:
        return int(file.read_text()) if file.exists() else None
    stamp = int(time.time()) if wanted is None else wanted
    beside = file.with_suffix(".tmp")
    beside.write_text(str(stamp))
    beside.replace(file)
    return stamp


def _copy(state: Path) -> Path:
    return state.with_suffix(".copy.json")


def _keep_copy(state: Path) -> None:
    # Written beside and renamed, so that a crash leaves the old copy or the new one, never half of one.
    beside = state.with_suffix(".tmp")
    shutil.copyfile(state, beside)
    beside.replace(_copy(state))
