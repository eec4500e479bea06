"""Who moves time: on the embedded chain the replay owns the clock, a network keeps real time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from gateway.replay.client import Beat
from ledger.chain.clock import DevelopmentClock

_LOOK_SECONDS = 2.0


class Pace(Protocol):
    """Brings the chain to each stamp."""

    def begin(self, at: int) -> Beat:
        """Called when everything of the stamp `at` (UTC seconds) may be sent; the beat is run while something is waited for."""

    def mine(self) -> None:
        """Called when everything of the stamp was sent."""

    def finish(self) -> None:
        """Called once at the end."""


class _MineAt(Beat):
    """Mines blocks at one stamp: the first with what was sent for it, and others for what didn't fit."""

    look_seconds = _LOOK_SECONDS

    def __init__(self, clock: DevelopmentClock, at: int, mined: Callable[[], None]) -> None:
        """Sets the next block's stamp at once: the gateway tries an act out on the pending block, whose time is then the stamp."""
        self._clock = clock
        self._at = at
        self._mined = mined
        self._is_set = False
        self._set()

    def __call__(self) -> None:
        if not self._is_set:
            self._set()
        self._clock.mine()
        self._is_set = False
        self._mined()

    def _set(self) -> None:
        self._clock.set_next(max(self._at, self._clock.now()))
        self._is_set = True


class EmbeddedPace:
    """The development clock: each stamp's blocks carry the stamp. `mined` hears of each block, so that nobody has to look for it."""

    def __init__(self, clock: DevelopmentClock, mined: Callable[[], None]) -> None:
        self._clock = clock
        self._mined = mined
        self._beat: Beat = Beat()

    def begin(self, at: int) -> Beat:
        self._beat = _MineAt(self._clock, at, self._mined)
        return self._beat

    def mine(self) -> None:
        self._beat()

    def finish(self) -> None:
        self._clock.jump_to_now()


class RealPace:
    """Waits until it is time; the network mines."""

    def begin(self, at: int) -> Beat:
        time.sleep(max(0.0, at - time.time()))
        return Beat()

    def mine(self) -> None:
        """The network does it."""

    def finish(self) -> None:
        """Nothing: the network's time is now."""
