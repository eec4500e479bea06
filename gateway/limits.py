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
        missing = self.missing(name)
        if not missing and self._rate:
            self._spend(name)
        return missing

    def give_back(self, name: str) -> None:
        """Puts back a token that was taken."""
        if self._rate:
            self._held[name] = (min(self._burst, self._level(name) + 1), self._clock())

    def missing(self, name: str) -> float:
        """The seconds until there is a token; 0 if there is one."""
        return 0.0 if not self._rate else max(0.0, (1 - self._level(name)) / self._rate)

    def _level(self, name: str) -> float:
        level, at = self._held.get(name, (self._burst, 0.0))
        return min(self._burst, level + (self._clock() - at) * self._rate)

    def _spend(self, name: str) -> None:
        self._held[name] = (self._level(name) - 1, self._clock())
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
