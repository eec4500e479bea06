"""To whom the gateway may send: an allow-list of hosts, held against the address at the moment of connecting, so that a name which answers
differently the second time opens nothing."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
import ssl
import time
from collections.abc import Awaitable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from math import ceil
from typing import TypeAlias
from urllib.parse import urlsplit

import httpcore

from ledger.foreseen import Foreseen

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network
TOTAL_SECONDS, CONNECT_SECONDS = 15.0, 5.0
REST_SECONDS, MOST_REST = 1.0, 1 << 16
"""So long and so far an answer that nobody asked for is read to its end, so that its connection serves the next message, too."""
MOST_LOOK_UPS = 32
"""Names that are looked up at once. A look-up can't be ended and may take half a minute: it has no thread that others wait for."""
MOST_URL = 2_000
PORTS = {"http": 80, "https": 443}
WEBHOOK_HOSTS = "PLEDGEBOOK_WEBHOOK_HOSTS"
_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
"""A host's name as it can be looked up: labels of 1 to 63 characters (RFC 1035)."""


class NotAllowed(Foreseen, ValueError):
    """A URL or an address that nothing is sent to; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a message goes."""

    scheme: str
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry of the list: a name, a domain (`.example.org`) or a network, and a port if it is only for one."""

    name: str
    network: Network | None
    port: int | None

    def takes_name(self, host: str, port: int) -> bool:
        at_port = self.port is None or self.port == port
        return at_port and self.network is None and (host.endswith(self.name) if self.name.startswith(".") else host == self.name)

    def takes_address(self, address: Address, port: int) -> bool:
        return (self.port is None or self.port == port) and self.network is not None and address in self.network


@dataclass(frozen=True, slots=True)
class Egress:
    """The allow-list."""

    _entries: tuple[_Entry, ...]
    _setting: str

    @classmethod
    def of(cls, listed: str, setting: str = WEBHOOK_HOSTS) -> Egress:
        """The list as a setting has it. Raises NotAllowed for an entry that can't be read."""
        return cls(tuple(_entry(each.strip().lower(), setting) for each in listed.split(",") if each.strip()), setting)

    def target(self, url: str) -> Target:
        """Where a URL leads. Raises NotAllowed: without https (http is for named addresses), with user or fragment, to hosts not listed."""
        found = target_of(url)
        address = _address(found.host)
        if address is not None:
            self.check(address, found)
        elif not any(each.takes_name(found.host, found.port) for each in self._entries):
            raise NotAllowed(f"url: nothing is sent to {found.host}:{found.port}; the operator lists hosts in {self._setting}")
        elif found.scheme != "https":
            raise NotAllowed("url: https expected; http is for listed addresses only")
        return found

    def check(self, address: Address, to: Target) -> None:
        """Whether an address may be connected to for a target. Raises NotAllowed."""
        listed = any(each.takes_address(_plain(address), to.port) for each in self._entries)
        named = any(each.takes_name(to.host, to.port) for each in self._entries) and _plain(address).is_global
        if not (listed or named):
            raise NotAllowed(f"url: nothing is sent to the address {address}, port {to.port}; {self._setting} doesn't have it")


def _entry(text: str, setting: str) -> _Entry:
    whole = _network(text)
    if whole is not None:
        return _Entry("", whole, None)
    host, colon, port = text.rpartition(":") if ":" in text else (text, "", "")
    host, network = _bare(host), _network(host)
    port_fits = not colon or (port.isdecimal() and 0 < int(port) < 1 << 16)
    if not port_fits or (network is None and not _NAME.fullmatch(host.removeprefix("*."))):
        raise NotAllowed(
            f"{setting}: {text!r} is no host, address or network, alone or with a port; write example.org, *.example.org, 10.0.0.0/8"
        )
    return _Entry("" if network else host.removeprefix("*"), network, int(port) if colon else None)


def _network(text: str) -> Network | None:
    try:
        return ipaddress.ip_network(text.strip("[]"))
    except ValueError:
        return None


def target_of(url: str) -> Target:
    """Where a URL leads, whatever the list says. Raises NotAllowed for what is no URL of a host."""
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError as wrong:
        raise NotAllowed(f"url: {wrong}") from wrong
    if len(url) > MOST_URL or parts.scheme not in PORTS or not parts.hostname or not url.isascii() or not url.isprintable() or " " in url:
        raise NotAllowed(f"url: an https URL of at most {MOST_URL} ASCII characters expected")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise NotAllowed("url: without user, password and fragment; the signature says who sends")
    host = _bare(parts.hostname)
    if _address(host) is None and not _NAME.fullmatch(host):
        raise NotAllowed(f"url: {host[:80]!r} is no name of a host")
    return Target(parts.scheme, host, port)


def _bare(host: str) -> str:
    """A host as it is compared: a dot at the end says that the name is whole, and is no part of it."""
    return host.lower().removesuffix(".")


def _address(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _plain(address: Address) -> Address:
    """An IPv4 address that is written as IPv6 is what it means."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


class Guarded(httpcore.AsyncNetworkBackend):
    """Connects to addresses that the list takes, by number: what was checked is what is connected to."""

    def __init__(self, egress: Egress) -> None:
        self._egress, self._inner = egress, httpcore.AnyIOBackend()
        self._look_ups = ThreadPoolExecutor(MOST_LOOK_UPS, "look-up")

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # httpcore's interface
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            addresses = await asyncio.get_running_loop().run_in_executor(self._look_ups, _addresses, host, port)
        except (socket.gaierror, UnicodeError) as unknown:  # UnicodeError: no name that could be asked for
            raise httpcore.ConnectError(f"{host} is not known: {getattr(unknown, 'strerror', unknown)}") from unknown
        for each in addresses:
            self._egress.check(each, Target("", _bare(host), port))
        for each in addresses[:-1]:
            with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return await self._inner.connect_tcp(str(each), port, timeout, local_address, socket_options)
        return await self._inner.connect_tcp(str(addresses[-1]), port, timeout, local_address, socket_options)

    async def connect_unix_socket(self, *_: object, **__: object) -> httpcore.AsyncNetworkStream:
        raise NotAllowed("url: no sockets of this machine")

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)

    def close(self) -> None:
        """Looks nothing up any more."""
        self._look_ups.shutdown(wait=False, cancel_futures=True)


def _addresses(host: str, port: int) -> list[Address]:
    """What a name means now. Raises gaierror, UnicodeError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ipaddress.ip_address(each[4][0]) for each in found))


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver answered; `retry_after`: seconds that it asked for; `body`: if it was to be read; `ahead`: how many seconds its clock
    is ahead of the one here, if it told the time.
    """

    status: int
    retry_after: int | None = None
    body: bytes = b""
    ahead: int | None = field(default=None, compare=False)


class NoAnswer(Foreseen):
    """A receiver that can't be asked or doesn't answer; the text says why."""


async def answered(asking: Awaitable[Answer]) -> Answer:
    """A receiver's answer. Raises NoAnswer where there is none."""
    try:
        return await asking
    except (TimeoutError, httpcore.TimeoutException) as late:
        raise NoAnswer("the receiver did not answer in time") from late
    except NotAllowed as barred:
        raise NoAnswer(str(barred)) from barred
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, OSError) as away:
        raise NoAnswer(f"the receiver is not there: {str(away) or 'it ended the connection before it answered'}") from away


@dataclass
class Post:
    """Sends messages: no redirects, an answer's body read only up to what is said, all within a time. Belongs to one event loop."""

    egress: Egress
    tls: ssl.SSLContext = field(default_factory=httpcore.default_ssl_context)
    """Made once: by itself the pool reads all authorities' certificates again for each connection."""

    def __post_init__(self) -> None:
        self._network = Guarded(self.egress)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=self.tls,
            network_backend=self._network,
            max_connections=256,
            max_keepalive_connections=64,
            keepalive_expiry=30,
        )

    async def __call__(
        self, url: str, headers: list[tuple[str, str]], body: bytes | None, *, method: str = "POST", most: int = 0
    ) -> Answer:
        """The receiver's answer, and of its body at most so many bytes. Raises NotAllowed, TimeoutError, httpcore's errors of network and
        protocol.
        """
        at = _spelt(url, self.egress.target(url))
        if all(name.lower() != "host" for name, _ in headers):
            headers = [("host", urlsplit(url).netloc), *headers]
        timeouts = dict.fromkeys(("connect", "read", "write", "pool"), CONNECT_SECONDS) | {"read": TOTAL_SECONDS}
        async with (
            asyncio.timeout(TOTAL_SECONDS) as limit,
            self._pool.stream(method, at, headers=headers, content=body, extensions={"timeout": timeouts}) as response,
        ):
            # As they came on the wire: names of headers know no case (RFC 9110, 5.1).
            told = {name.lower(): value.decode("latin-1") for name, value in reversed(response.headers)}
            clock, now = _clock(told.get(b"date", "")), time.time()
            if not most:
                limit.reschedule(None)
                await _pass_over(response)
            read = await _read(response, most) if most else b""
            ahead = None if clock is None else round(clock - now)
            return Answer(response.status, _retry_after(told.get(b"retry-after", "")), read, ahead)

    async def close(self) -> None:
        """Ends its connections."""
        await self._pool.aclose()
        self._network.close()


def _spelt(url: str, to: Target) -> httpcore.URL:
    """A URL for the pool, which by itself loses what stands behind a semicolon of the path."""
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return httpcore.URL(scheme=to.scheme, host=to.host, port=to.port, target=target)


def _retry_after(told: str) -> int | None:
    """Seconds from now, of either form that RFC 9110, 10.2.3 has; None for anything else, and for what is over."""
    if told.isascii() and told.isdigit():
        return int(told) if len(told) < 7 else None
    at = _clock(told)
    left = 0 if at is None else ceil(at - time.time())
    return left if left > 0 else None


def _clock(told: str) -> float | None:
    """A time as headers have it (RFC 9110, 5.6.7), in UTC seconds; None for anything else."""
    try:
        return parsedate_to_datetime(told).timestamp()
    except (ValueError, OverflowError):
        return None


async def _read(response: httpcore.Response, most: int) -> bytes:
    """The body of an answer. Raises RemoteProtocolError for a longer one."""
    found = bytearray()
    async for part in response.aiter_stream():
        found += part
        if len(found) > most:
            raise httpcore.RemoteProtocolError(f"an answer of more than {most} bytes")
    return bytes(found)


async def _pass_over(response: httpcore.Response) -> None:
    """Reads on for a moment, whatever comes: the status is the answer."""
    with suppress(TimeoutError, httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError):
        async with asyncio.timeout(REST_SECONDS):
            await _read(response, MOST_REST)
