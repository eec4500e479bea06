"""The clock of a development chain: replays and tests own it, nothing else may.

Stamps are UTC seconds. A chain's time only moves forwards.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType

from ledger.chain.engines.description import Engine
from ledger.chain.rpc import NodeUnreachable, Rpc, RpcError
from ledger.foreseen import Foreseen

LOOK_SECONDS = 0.2
IDLE_SECONDS = 15.0
KEEP_SECONDS = 60.0
"""So often the chain goes to disk while it mines, but no more than a twentieth of the time: a long history takes seconds."""
_KEEP_SHARE = 20

_log = logging.getLogger(__name__)


class ClockError(Foreseen):
    """The clock may not be moved like that; the message says why."""


class DevelopmentClock:
    """Sets the time of the chain behind `rpc` and mines its blocks. ClockError where the engine keeps real time.

    `keep` has the chain on disk; it is called while nothing is mined here.
    """

    def __init__(self, rpc: Rpc, engine: Engine, keep: Callable[[], None] = lambda: None) -> None:
        if not engine.development_clock:
            raise ClockError(f"engine {engine.name} keeps real time: its clock can't be set; use the embedded chain")
        self._rpc, self._keep = rpc, keep
        self._mining = threading.Lock()
        self._keeps_at = time.monotonic() + KEEP_SECONDS
        self._stopped = threading.Event()
        self._timer: threading.Thread | None = None

    def now(self) -> int:
        """Stamp of the head."""
        return int(self._rpc.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16)

    def set_next(self, timestamp: int) -> None:
        """Give the next block this stamp, the head's own or later. ClockError with both dates for an earlier one."""
        head = self.now()
        if timestamp < head:
            raise ClockError(
                f"time {_date(timestamp)} is before the chain's head of {_date(head)}; "
                "a chain's time can't go back: use a fresh chain (--fresh) for older records"
            )
        self._rpc.call("evm_setNextBlockTimestamp", timestamp)

    def mine(self, count: int = 1) -> None:
        """Mine `count` blocks now, with what the pool holds. Without set_next the stamps follow the machine's seconds."""
        for _ in range(count):
            with self._mining:
                self._rpc.call("evm_mine")
                if time.monotonic() >= self._keeps_at:
                    self._try_to_keep()

    def _try_to_keep(self) -> None:
        began = time.monotonic()
        try:
            self._keep()
        except (NodeUnreachable, RpcError, OSError) as fault:
            # Mining goes on; what a crash would lose grows until it succeeds.
            _log.warning("the chain is not on disk: %s", fault)
        ended = time.monotonic()
        self._keeps_at = ended + max(KEEP_SECONDS, _KEEP_SHARE * (ended - began))

    def jump_to_now(self) -> None:
        """Bring the chain to the machine's time with one block; from then on it keeps pace. Nothing if it is there or ahead."""
        present = int(time.time())
        if self.now() < present:
            self.set_next(present)
            self.mine()

    @property
    def runs(self) -> bool:
        """Whether it mines by itself; else somebody moves the chain by hand."""
        return self._timer is not None

    def run(self) -> None:
        """Mine by itself from now on: soon after a transaction comes in, and a block every 15 s to keep the time."""
        if self._timer is None:
            self._stopped.clear()
            self._timer = threading.Thread(target=self._keep_mining, name="development clock", daemon=True)
            self._timer.start()

    def hold(self) -> None:
        """Stop mining by itself: from here on only set_next and mine move the chain."""
        if self._timer is not None:
            self._stopped.set()
            self._timer.join()
            self._timer = None

    def __enter__(self) -> DevelopmentClock:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.hold()

    def _keep_mining(self) -> None:
        due = time.monotonic() + IDLE_SECONDS
        while not self._stopped.wait(LOOK_SECONDS):
            try:
                if self._pending() or time.monotonic() >= due:
                    self.mine()
                    due = time.monotonic() + IDLE_SECONDS
            except (NodeUnreachable, RpcError) as fault:
                # The node may come back; the loop must outlive it.
                _log.warning("no block mined: %s", fault)
                self._stopped.wait(1.0)

    def _pending(self) -> bool:
        return int(self._rpc.call("txpool_status")["pending"], 16) > 0


def _date(timestamp: int) -> str:
    try:
        return datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (OverflowError, ValueError, OSError):
        return f"stamp {timestamp}"
