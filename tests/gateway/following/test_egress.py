"""To whom is sent: only to who is listed, by the address that is connected to, whatever a name says the second time."""

import asyncio
import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.utils import formatdate
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpcore
import pytest

from gateway.following import egress
from gateway.following.egress import Answer, Egress, NotAllowed, Post
from tests.gateway.following.receiver import Receiver
from tests.gateway.test_serving import authority

BODY, HEADERS = b"{}", [("content-type", "application/json")]


def post(url: str, listed: str) -> Answer:
    async def once() -> Answer:
        sending = Post(Egress.of(listed))
        try:
            return await sending(url, HEADERS, BODY)
        finally:
            await sending.close()

    return asyncio.run(once())


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Names resolve to these, one after the other, the last stays; each is an address, or several with spaces between."""
    left, asked = list(answers), list[str]()

    def getaddrinfo(host: str, port: int, **__: Any) -> list[Any]:
        asked.append(host)
        told = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in told.split()]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


@pytest.mark.parametrize(
    ("url", "listed"),
    [
        ("https://example.org/a?b=c", "example.org"),
        ("https://example.org:8443/a", "example.org:8443"),
        ("https://bank.example.org/", "*.example.org"),
        ("https://EXAMPLE.org./", "other.org, example.org"),
        ("http://127.0.0.1:9000/", "127.0.0.1"),
        ("http://10.1.2.3/", "10.0.0.0/8"),
        ("https://[::1]:9000/", "::1"),
        ("https://[::1]:9000/", "[::1]:9000"),
        ("https://example.org/", "Example.org."),
        ("http://10.1.2.3:81/", "10.0.0.0/8:81"),
    ],
)
def test_who_is_listed_is_taken(url: str, listed: str) -> None:
    assert Egress.of(listed).target(url).host


@pytest.mark.parametrize(
    ("url", "listed"),
    [
        ("https://example.org/", ""),
        ("https://example.org/", "other.org"),
        ("https://example.org.evil.net/", "example.org"),
        ("https://evilexample.org/", "example.org"),
        ("https://example.org/", "*.example.org"),
        ("https://evil-example.org/", "*.example.org"),
        ("https://example.org:22/", "example.org:443"),
        ("http://example.org/", "example.org"),
        ("https://user:pw@example.org/", "example.org"),  # pragma: allowlist secret
        ("https://example.org/#x", "example.org"),
        ("ftp://example.org/", "example.org"),
        ("file:///etc/passwd", "example.org"),
        ("https://", "example.org"),
        ("https://example.org:99999/", "example.org"),
        ("https://example.org/ x", "example.org"),
        ("https://exämple.org/", "example.org"),
        ("https://example.org/" + "x" * 2_000, "example.org"),
        ("http://127.0.0.1/", "localhost"),
        ("http://127.0.0.1/", "10.0.0.0/8"),
        ("http://127.0.0.1:1/", "127.0.0.1:2"),
        ("http://[::ffff:127.0.0.1]/", "10.0.0.0/8"),
        ("http://169.254.169.254/", "10.0.0.0/8"),
        ("http://0x7f000001/", "127.0.0.1"),
        ("http://2130706433/", "127.0.0.1"),
        *(
            (f"https://{host}/", "*.example.org")
            for host in ("a..example.org", ".example.org", "x" * 64 + ".example.org", "a%00.example.org")
        ),
        (f"https://{'a.' * 130}example.org/", "*.example.org"),
        ("https://a.example.org../", "*.example.org"),
    ],
)
def test_others_are_not(url: str, listed: str) -> None:
    with pytest.raises(NotAllowed, match="url: "):
        Egress.of(listed).target(url)


@pytest.mark.parametrize(
    "listed",
    [
        "example.org:x",
        "example.org:0",
        "a:b:c:99999",
        "*",
        "*:443",
        "10.0.0.1/8",
        "https://example.org",
        "example.org/hook",
        "a b",
        "x.*",
        "exämple.org",
    ],
)
def test_a_list_that_cannot_be_read_is_refused(listed: str) -> None:
    with pytest.raises(NotAllowed, match="PLEDGEBOOK_WEBHOOK_HOSTS"):
        Egress.of(listed)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.8", "169.254.169.254", "192.168.1.1", "0.0.0.0", "100.64.0.1"])
def test_a_listed_name_that_means_an_address_inside_is_not_connected_to(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, address)
    with pytest.raises(NotAllowed, match=address):
        post("https://example.org/", "example.org")


def test_a_name_with_a_dot_at_its_end_is_sent_to_as_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """It was taken when it was subscribed, so it is taken when it is connected to: only the address is at fault here."""
    resolving(monkeypatch, "8.8.8.8")
    connected: list[str] = []

    async def connect(_: Any, host: str, *__: Any) -> Any:
        connected.append(host)
        raise httpcore.ConnectError("nobody")

    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", connect)
    with pytest.raises(httpcore.ConnectError, match="nobody"):
        post("https://Example.org./", "example.org")
    assert connected == ["8.8.8.8"]


def test_a_name_that_cannot_be_asked_for_is_no_unforeseen_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that was kept before such names were refused: it fails as a receiver does, and is put aside in its time."""
    listed = Egress.of("*.example.org")
    guarded = egress.Guarded(listed)
    with pytest.raises(httpcore.ConnectError, match=r"a\.\.example\.org is not known"):
        asyncio.run(guarded.connect_tcp("a..example.org", 443))


def test_a_name_that_answers_otherwise_the_second_time_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rebinding: a look beforehand would see the first answer and connect by the second."""
    receiver = Receiver()
    asked = resolving(monkeypatch, "127.0.0.1", "127.0.0.1")
    with pytest.raises(NotAllowed):
        post(f"https://example.org:{receiver.port}/", f"example.org:{receiver.port}")
    assert asked == ["example.org"] and receiver.came == []
    receiver.close()


def test_what_is_checked_is_what_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    connected: list[str] = []

    async def connect(_: Any, host: str, *__: Any) -> Any:
        connected.append(host)
        raise OSError("no further")

    resolving(monkeypatch, "93.184.216.34", "127.0.0.1")
    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", connect)
    with pytest.raises(OSError, match="no further"):
        post("https://example.org/", "example.org")
    assert connected == ["93.184.216.34"]


def test_of_several_addresses_the_next_is_tried_where_one_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    receiver = Receiver()
    resolving(monkeypatch, "127.0.0.2 127.0.0.1")
    listed = Egress.of("127.0.0.0/8")

    async def once() -> str:
        stream = await egress.Guarded(listed).connect_tcp("bank.example", receiver.port, 5.0)
        peer = stream.get_extra_info("server_addr")
        await stream.aclose()
        return str(peer[0])

    assert asyncio.run(once()) == "127.0.0.1"
    receiver.close()
    with pytest.raises(httpcore.ConnectError):
        asyncio.run(once())


def test_names_that_nobody_answers_for_hold_up_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look-up in a thread can't be ended: enough of them at once would take all threads that an event loop has."""
    over = threading.Event()

    def getaddrinfo(*_: Any, **__: Any) -> list[Any]:
        over.wait(30)
        raise socket.gaierror(-3, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(egress, "TOTAL_SECONDS", 2.0)

    async def asked() -> float:
        sending = Post(Egress.of("*.example.org"))
        lost = [asyncio.create_task(sending(f"https://n{at}.example.org/", HEADERS, BODY)) for at in range(egress.MOST_LOOK_UPS)]
        await asyncio.sleep(0.2)
        began = time.monotonic()
        await asyncio.to_thread(int)
        took = time.monotonic() - began
        assert {type(each) for each in await asyncio.gather(*lost, return_exceptions=True)} == {TimeoutError}
        over.set()
        await sending.close()
        return took

    assert asyncio.run(asked()) < 1.5


# --- What goes over the wire -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", ["/", "/hook;v=1/in;x=2?y=1;2&z=%2F", "/a//b/../c?"])
def test_the_url_is_asked_for_as_it_was_given(target: str) -> None:
    receiver = Receiver()
    post(f"http://127.0.0.1:{receiver.port}{target}", "127.0.0.1")
    assert receiver.came[0].path == target.removesuffix("?")
    receiver.close()


def test_an_address_in_brackets_is_named_in_brackets(monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 3986, 3.2.2: nobody could tell the port from it otherwise."""
    monkeypatch.setattr(ThreadingHTTPServer, "address_family", socket.AF_INET6)
    receiver = Receiver(host="::1")
    post(f"http://[::1]:{receiver.port}/", "::1")
    assert receiver.came[0].headers["host"] == f"[::1]:{receiver.port}"
    receiver.close()


class Lines(socketserver.StreamRequestHandler):
    """Answers each request of a connection with what the server says."""

    def handle(self) -> None:
        self.server.connections += 1  # type: ignore[attr-defined]
        with suppress(OSError):
            while self.rfile.readline():
                head = iter(self.rfile.readline, b"\r\n")
                length = next(int(line.split(b":")[1]) for line in list(head) if line.lower().startswith(b"content-length"))
                self.rfile.read(length)
                self.wfile.write(self.server.answer)  # type: ignore[attr-defined]


@contextmanager
def answering(answer: bytes) -> Iterator[Any]:
    """A server that counts its connections."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Lines) as server:
        server.daemon_threads, server.answer, server.connections = True, answer, 0  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


def posted(port: int, times: int) -> list[int]:
    async def all_of() -> list[int]:
        sending = Post(Egress.of("127.0.0.1"))
        found = [(await sending(f"http://127.0.0.1:{port}/", HEADERS, BODY)).status for _ in range(times)]
        await sending.close()
        return found

    return asyncio.run(all_of())


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\nno",
        b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
    ],
)
def test_messages_to_one_receiver_share_a_connection(answer: bytes) -> None:
    with answering(answer) as server:
        statuses = posted(server.server_address[1], 5)
        assert server.connections == 1 and set(statuses) < {200, 204, 503}


@pytest.mark.parametrize(
    "rest",
    [
        b"Content-Length: 100000000\r\n\r\n" + b"x" * 5_000_000,
        b"Content-Length: 10\r\n\r\nx",
        b"Transfer-Encoding: chunked\r\n\r\nnothing of the kind",
    ],
)
def test_whatever_comes_behind_the_status_changes_nothing(rest: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(egress, "REST_SECONDS", 0.1)
    with answering(b"HTTP/1.1 200 OK\r\n" + rest) as server:
        assert posted(server.server_address[1], 2) == [200, 200]


# --- TLS ---------------------------------------------------------------------------------------------------------------------------


@contextmanager
def over_tls(receiver: Receiver, pem: bytes, folder: Path) -> Iterator[str]:
    """A receiver that shows a certificate; its URL."""
    file = folder / "receiver.pem"
    file.write_bytes(pem)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    assert receiver._server is not None
    receiver._server.socket = context.wrap_socket(receiver._server.socket, server_side=True)
    yield receiver.url.replace("http", "https")
    receiver.close()


@pytest.mark.parametrize(
    ("days", "known", "said"), [(1, True, None), (-1, True, "expired"), (1, False, "self-signed|unable to get local issuer")]
)
def test_a_receivers_certificate_is_checked_against_ones_own_authority_too(
    days: int, known: bool, said: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = authority("our")
    if known:
        (tmp_path / "ca.pem").write_bytes(ours.pem())
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    receiver = Receiver()
    with over_tls(receiver, ours.certified("receiver", days=days), tmp_path) as url:
        if said is None:
            assert post(url, "127.0.0.1").status == 204
        else:
            with pytest.raises(httpcore.ConnectError, match=said):
                post(url, "127.0.0.1")
    assert len(receiver.came) == (said is None)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(status: int) -> None:
    first, second = Receiver(), Receiver()
    first.answer = lambda *_: (status, {"location": second.url})
    assert post(first.url, "127.0.0.1").status == status
    assert len(first.came) == 1 and second.came == []
    first.close()
    second.close()


def test_an_answer_that_comes_too_late_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(egress, "TOTAL_SECONDS", 0.2)
    receiver = Receiver()
    receiver.delay = 1.0
    with pytest.raises(TimeoutError):
        post(receiver.url, "127.0.0.1")
    receiver.close()


@pytest.mark.parametrize(
    ("told", "read"),
    [("17", 17), ("x", None), ("-1", None), ("9" * 9, None), ("\u0661", None), ("Wed, 21 Oct 2015 07:28:00 GMT", None), ("", None)],
)
@pytest.mark.parametrize("name", ["retry-after", "Retry-After"])
def test_retry_after_is_read_where_it_says_seconds(name: str, told: str, read: int | None) -> None:
    receiver = Receiver()
    receiver.answer = lambda *_: (503, {name: told.encode().decode("latin-1")})
    assert post(receiver.url, "127.0.0.1") == Answer(503, read)
    receiver.close()


def test_retry_after_is_read_where_it_says_a_time() -> None:
    receiver = Receiver()
    receiver.answer = lambda *_: (503, {"Retry-After": formatdate(time.time() + 600, usegmt=True)})
    asked = post(receiver.url, "127.0.0.1").retry_after
    assert asked is not None and 500 < asked <= 600
    receiver.close()
