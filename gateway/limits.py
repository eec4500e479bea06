"""How often somebody may ask: token buckets by key and by address, in memory, as many as are kept in mind."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from math import ceil

from gateway.errors import Problem

MOST_KNOWN = 20_000


class TooMany(Problem):
    """429, with the seconds after which to ask again."""

    def __init__(self, detail: str, seconds: float) -> None:
        self.retry_after = max(1, ceil(seconds))
        super().__init__(429, "Too many requests", f"{detail}; ask again in {self.retry_after} s")


class Buckets:
    """A bucket for each name: it holds `burst` tokens and fills at `rate` a second. A rate of 0 knows no limit. Belongs to one thread."""

    def __init__(self, rate: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str) -> float:
        """Takes a token; the seconds until there is one, 0 if it was there."""
        if not self._rate:
            return 0.0
        level, now = self._level(name)
        if level < 1:
            return (1 - level) / self._rate
        self._keep(name, level - 1, now)
        return 0.0

    def give_back(self, name: str) -> None:
        """Puts back a token that was taken."""
        if self._rate:
            level, now = self._level(name)
            self._keep(name, min(self._burst, level + 1), now)

    def missing(self, name: str) -> float:
        """The seconds until there is a token; 0 if there is one."""
        return 0.0 if not self._rate else max(0.0, (1 - self._level(name)[0]) / self._rate)

    def _level(self, name: str) -> tuple[float, float]:
        """What the bucket holds, and when."""
        now, held = self._clock(), self._held.get(name)
        return (self._burst if held is None else min(self._burst, held[0] + (now - held[1]) * self._rate)), now

    def _keep(self, name: str, level: float, now: float) -> None:
        self._held[name] = (level, now)
        self._held.move_to_end(name)
        if len(self._held) > MOST_KNOWN:
            # Who asked longest ago has the fullest bucket, so the least is forgiven.
            self._held.popitem(last=False)


def neighbourhood(host: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 of an IPv6 address, which one subscriber has whole."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return host
    return str(address.ipv4_mapped) if address.ipv4_mapped else f"{IPv6Address(int(address) >> 64 << 64)}/64"
