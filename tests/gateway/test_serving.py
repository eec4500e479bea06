"""A server that slow, long-winded and greedy clients don't wear out, on a real socket; its own TLS with real certificates."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from select import select
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from starlette.types import Receive, Scope, Send

from gateway import own_certificates, runtime, serving
from gateway.client import connected
from gateway.config import Settings
from gateway.errors import StartError
from gateway.serving import MOST_HEAD_BYTES, Limited


async def answering(scope: Scope, receive: Receive, send: Send) -> None:
    """Reads a body and says how long it was."""
    length, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        length, more = length + len(message.get("body", b"")), message.get("more_body", False)
    if scope["path"] == "/slow":
        await asyncio.sleep(0.6)
    body = str(length).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", str(len(body)).encode())]})
    await send({"type": "http.response.body", "body": body})


@contextmanager
def serve(app: Any, **more: Any) -> Iterator[int]:
    """A server of the protocol under test; its port."""
    given: dict[str, Any] = {"proxy_headers": False, **more}
    config = uvicorn.Config(app, port=0, http=Limited, ws="none", log_config=None, access_log=False, lifespan="off", **given)
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined,unused-ignore]
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield listening.getsockname()[1]
    server.should_exit = True
    thread.join(timeout=10)
    listening.close()


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(serving, "HEAD_SECONDS", 0.3)
    monkeypatch.setattr(serving, "BODY_SECONDS", 0.5)
    with serve(answering) as found:
        yield found


def dialled(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=5)


def told(conn: socket.socket) -> bytes:
    """Everything until the server closes."""
    found = b""
    while part := conn.recv(65_536):
        found += part
    return found


def refused(answer: bytes, status: int) -> None:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ".encode()) and b"application/problem+json" in head and b"connection: close" in head
    assert json.loads(body)["status"] == status


HEAD = b"POST /x HTTP/1.1\r\nhost: a\r\n"


@pytest.mark.parametrize("begun", [b"", b"G", HEAD, HEAD + b"content-length: 9\r\n\r\n1234"], ids=["nothing", "a byte", "head", "body"])
def test_a_request_that_does_not_come_to_an_end_ends_its_connection(port: int, begun: bytes) -> None:
    with dialled(port) as conn:
        conn.sendall(begun)
        began = time.monotonic()
        refused(told(conn), 408)
    assert time.monotonic() - began < 4


def test_bytes_now_and_then_win_no_time(port: int) -> None:
    with dialled(port) as conn:
        began = time.monotonic()
        conn.sendall(HEAD)
        ended = False
        while not ended and time.monotonic() - began < 10:
            try:
                conn.sendall(b"x-a: b\r\n")
                time.sleep(0.05)
            except OSError:
                ended = True
        assert ended


def test_many_slow_clients_hold_nobody_up(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "HEAD_SECONDS", 8.0)
    slow = [dialled(port) for _ in range(200)]
    for conn in slow:
        conn.sendall(HEAD)
    began = time.monotonic()
    assert httpx.post(f"http://127.0.0.1:{port}/x", content=b"12345").text == "5"
    assert time.monotonic() - began < 4
    for conn in slow:
        conn.settimeout(20)
        refused(told(conn), 408)
        conn.close()


def test_a_slow_answer_is_no_slow_request(port: int) -> None:
    """The limits are for what arrives; a request that waits for an act may take a minute."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}") as http:
        for _ in range(2):
            assert http.post("/slow", content=b"123").text == "3"


def test_a_connection_that_is_used_again_is_timed_anew(port: int) -> None:
    with dialled(port) as conn:
        for _ in range(4):
            time.sleep(0.2)
            conn.sendall(HEAD + b"content-length: 2\r\n\r\nab")
            assert conn.recv(4_096).endswith(b"2")
        conn.sendall(HEAD)
        refused(told(conn), 408)


@pytest.mark.parametrize(
    "head",
    [
        b"GET /" + b"a" * (MOST_HEAD_BYTES + 10) + b" HTTP/1.1\r\nhost: a\r\n\r\n",
        HEAD + b"x: " + b"b" * (MOST_HEAD_BYTES + 10) + b"\r\n\r\n",
        HEAD + b"x: y\r\n" * MOST_HEAD_BYTES + b"\r\n",
        HEAD + b"x: " + b"b" * (MOST_HEAD_BYTES * 8),
    ],
    ids=["address", "header", "headers", "no end"],
)
def test_a_long_head_is_refused_and_not_kept(port: int, head: bytes) -> None:
    with dialled(port) as conn:
        conn.sendall(head)
        answer = b""
        try:
            answer = told(conn)
        except ConnectionResetError:
            assert len(head) > 4 * MOST_HEAD_BYTES, "bytes that nobody reads any more may cost the answer"
            return
        refused(answer, 431)


def test_a_head_of_usual_length_with_a_long_body_passes(port: int) -> None:
    answer = httpx.post(f"http://127.0.0.1:{port}/x", content=b"x" * 3_000_000, headers={"x-long": "y" * (MOST_HEAD_BYTES - 1_000)})
    assert answer.text == "3000000"


def test_what_is_no_http_is_told_so(port: int) -> None:
    with dialled(port) as conn:
        conn.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n")
        refused(told(conn), 400)


OTHER = b"connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n"


@pytest.mark.parametrize("cut", [0, 10, -2, 1_000], ids=["whole", "in the head", "in the body", "by bytes"])
def test_who_asks_for_another_protocol_beside_is_answered_in_this_one(port: int, cut: int) -> None:
    one, last = HEAD + OTHER + b"content-length: 4\r\n\r\nabcd", b"GET /x HTTP/1.1\r\nhost: a\r\n" + OTHER + b"\r\n"
    sent = one * 3 + last + b"POST /x HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 1\r\n\r\na"
    with dialled(port) as conn:
        for part in [bytes([each]) for each in sent] if cut == 1_000 else [sent[:cut], sent[cut:]]:
            conn.sendall(part)
            time.sleep(0.05 if cut != 1_000 else 0)
        answers = told(conn)
    assert [answer[-1:] for answer in answers.split(b"HTTP/1.1 200")[1:]] == [b"4", b"4", b"4", b"0", b"1"]


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"HTTP/1.1\r\n", 400),
        (b"HTTP/1.1\r\nhost: a\r\nhost: a\r\n", 400),
        (b"HTTP/1.1\r\nhost: a b\r\n", 400),
        (b"HTTP/1.1\r\nhost: a/b\r\n", 400),
        (b"HTTP/1.0\r\nhost: a@b\r\n", 400),
        (b"HTTP/2.0\r\nhost: a\r\n", 505),
    ],
)
def test_a_head_that_is_read_in_two_ways_is_refused(port: int, head: bytes, status: int) -> None:
    with dialled(port) as conn:
        conn.sendall(b"GET /x " + head + b"\r\n")
        refused(told(conn), status)


@pytest.mark.parametrize(
    "head", [b"HTTP/1.0\r\n", b"HTTP/1.1\r\nhost:\r\n", b"HTTP/1.1\r\nhost: [::1]:80\r\n", b"HTTP/1.1\r\nhost: a.b:1\r\n"]
)
def test_a_head_with_one_host_is_answered(port: int, head: bytes) -> None:
    with dialled(port) as conn:
        conn.sendall(b"GET /x " + head + b"connection: close\r\n\r\n")
        assert told(conn).startswith(b"HTTP/1.1 200")


def test_requests_in_one_piece_are_all_answered(port: int) -> None:
    with dialled(port) as conn:
        conn.sendall((HEAD + b"content-length: 1\r\n\r\na") * 5 + HEAD + b"connection: close\r\ncontent-length: 3\r\n\r\nabc")
        answers = told(conn)
    assert answers.count(b"HTTP/1.1 200") == 6 and answers.endswith(b"3")


# --- How many connections ------------------------------------------------------------------------------------------------------


def asked(port: int, host: str = "127.0.0.1") -> int:
    """The status of a request from an address of this machine."""
    with httpx.Client(transport=httpx.HTTPTransport(local_address=host), timeout=5) as http:
        return http.post(f"http://127.0.0.1:{port}/x").status_code


@contextmanager
def busy(port: int, count: int, host: str) -> Iterator[list[socket.socket]]:
    """So many connections from an address whose requests are being answered."""
    held = [socket.create_connection(("127.0.0.1", port), timeout=5, source_address=(host, 0)) for _ in range(count)]
    for conn in held:
        conn.sendall(HEAD + b"content-length: 9\r\n\r\n1234")
    time.sleep(0.2)
    yield held
    for conn in held:
        conn.close()
    time.sleep(0.2)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A server of few connections."""
    monkeypatch.setattr(serving, "MOST_OF_AN_ADDRESS", 10)
    monkeypatch.setattr(serving, "MOST_CONNECTIONS", 25)
    with serve(answering) as found:
        yield found


def test_one_address_does_not_take_the_connections_of_others(small: int) -> None:
    with busy(small, 14, "127.0.0.2") as held:
        # Which ones goes by what the server has read of each by then.
        last = time.monotonic() + 5
        while len(over := select(held, [], [], 5)[0]) < 4 and time.monotonic() < last:
            time.sleep(0.01)
        assert len(over) == 4
        for conn in over:
            refused(told(conn), 503)
        assert asked(small) == 200
        with busy(small, 10, "127.0.0.3"), busy(small, 5, "127.0.0.4"), dialled(small) as conn:
            refused(told(conn), 503)
        assert asked(small) == 200


def test_who_sends_no_whole_head_makes_room(small: int) -> None:
    """Also for others of the same address, and where many addresses do it."""
    slow = [socket.create_connection(("127.0.0.1", small), timeout=5, source_address=(f"127.0.0.{at % 5 + 1}", 0)) for at in range(60)]
    for conn in slow:
        with suppress(OSError):
            conn.sendall(HEAD)
    for host in ("127.0.0.1", "127.0.0.2", "127.0.0.9"):
        assert asked(small, host) == 200
    refused(told(slow[0]), 503)
    for conn in slow:
        conn.close()


def test_a_request_that_is_being_answered_makes_no_room(small: int) -> None:
    with dialled(small) as waiting:
        waiting.sendall(b"POST /slow HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        time.sleep(0.1)
        slow = [dialled(small) for _ in range(30)]
        assert told(waiting).startswith(b"HTTP/1.1 200")
    for conn in slow:
        conn.close()


def test_behind_a_proxy_all_share_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "MOST_OF_AN_ADDRESS", 3)
    monkeypatch.setattr(serving, "MOST_CONNECTIONS", 12)
    with serve(answering, proxy_headers=True) as found, busy(found, 10, "127.0.0.1"):
        assert asked(found) == 200


# --- TLS ---------------------------------------------------------------------------------------------------------------------------


@dataclass
class Authority:
    """Somebody who certifies keys."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    def certified(self, name: str, *, days: int = 1, since: int = 2) -> bytes:
        """A key and its certificate, PEM, good for so many days since some days ago."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = _builder(name, key, days, since).issuer_name(self.certificate.subject).sign(self.key, hashes.SHA256())
        return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + made.public_bytes(Encoding.PEM)


def _builder(name: str, key: ec.EllipticCurvePrivateKey, days: int, since: int = 2) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = x509.CertificateBuilder().subject_name(subject).public_key(key.public_key()).serial_number(x509.random_serial_number())
    made = (
        made.not_valid_before(now - timedelta(days=since)).not_valid_after(now + timedelta(days=days)).add_extension(names, critical=False)
    )
    return made.add_extension(x509.BasicConstraints(ca=name.endswith("authority"), path_length=None), critical=True)


def authority(name: str) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    made = _builder(f"{name} authority", key, 2)
    return Authority(
        key, made.issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name} authority")])).sign(key, hashes.SHA256())
    )


def test_with_tls_of_its_own_only_certified_clients_are_heard(tmp_path: Path) -> None:
    """And the certificate alone opens nothing: the key is asked for as ever."""
    ours, strangers = authority("our"), authority("strange")
    written = {
        "server.pem": ours.certified("gateway"), "ca.pem": ours.pem(), "client.pem": ours.certified("client"),
        "stranger.pem": strangers.certified("client"), "expired.pem": ours.certified("client", days=-1),
    }  # fmt: skip
    for name, text in written.items():
        (tmp_path / name).write_bytes(text)
    given: dict[str, Any] = {
        "tls_certificate": tmp_path / "server.pem",
        "tls_key": tmp_path / "server.pem",
        "tls_client_authority": tmp_path / "ca.pem",
    }
    asking: dict[str, Any] = {"tls_authority": tmp_path / "ca.pem", "tls_client_certificate": tmp_path / "client.pem"}
    settings = Settings(home=tmp_path / "home", port=0, keeper=False, **given, **asking)
    running = runtime.start(settings, genesis_time=1_700_000_000)
    try:
        assert running.url.startswith("https://127.0.0.1:")

        def asked(client: str | None, **headers: str) -> int:
            trusted = ssl.create_default_context(cafile=tmp_path / "ca.pem")
            if client is not None:
                trusted.load_cert_chain(tmp_path / client)
            return httpx.get(f"{running.url}/members", verify=trusted, headers=headers).status_code

        key = {"authorization": f"Bearer {running.api_key}"}
        assert asked("client.pem", **key) == 200 and asked("client.pem") == 401
        for wrong in (None, "stranger.pem", "expired.pem"):
            with pytest.raises(httpx.TransportError):
                asked(wrong, **key)
        with pytest.raises(httpx.TransportError):
            httpx.get(running.url.replace("https", "http") + "/health")
        with connected(settings) as client:
            assert client.data("/members")
            said = [each["text"] for each in client.get("/health/details")["faults"] if each["name"] == "certificate-ends"]
        assert [text.partition(": the certificate ends on ")[0] for text in said] == [
            "PLEDGEBOOK_TLS_CERTIFICATE", "PLEDGEBOOK_TLS_CLIENT_CERTIFICATE"
        ]  # fmt: skip
    finally:
        running.stop()


@pytest.mark.parametrize(
    ("since", "days", "said"),
    [(300, 22, []), (300, 21, ["ends on"]), (5, 4, []), (5, 2, ["ends on"]), (5, -1, ["ended on"])],
)
def test_a_certificate_is_told_of_while_there_is_time(tmp_path: Path, since: int, days: int, said: list[str]) -> None:
    """Three weeks before its end, or for the last third of a short life."""
    file = tmp_path / "client.pem"
    file.write_bytes(authority("our").certified("gateway", days=days, since=since))
    found = own_certificates.OwnCertificates(Settings(tls_client_certificate=file)).faults()
    for (name, text), each in zip(found, said, strict=True):
        assert name == "certificate-ends" and text.startswith(f"PLEDGEBOOK_TLS_CLIENT_CERTIFICATE: the certificate {each} 20")


@pytest.mark.parametrize("text", [None, b"", b"no certificate"])
def test_a_certificate_that_can_t_be_read_has_no_end(tmp_path: Path, text: bytes | None) -> None:
    if text is not None:
        (tmp_path / "client.pem").write_bytes(text)
    assert own_certificates.OwnCertificates(Settings(tls_client_certificate=tmp_path / "client.pem")).faults() == []


def test_a_renewed_certificate_is_shown_from_then_on_and_a_wrong_one_never(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_certificates, "LOOK_SECONDS", 0)
    ours, pem, ca = authority("our"), tmp_path / "server.pem", tmp_path / "ca.pem"
    pem.write_bytes(ours.certified("gateway"))
    ca.write_bytes(ours.pem())
    settings = Settings(home=tmp_path / "home", port=0, keeper=False, tls_certificate=pem, tls_key=pem, tls_authority=ca)
    running = runtime.start(settings, genesis_time=1_700_000_000)
    try:
        address = (urlsplit(running.url).hostname or "", urlsplit(running.url).port or 0)
        first, good = ssl.get_server_certificate(address), pem.read_bytes()
        for wrong in (b"no certificate", good[:300], strange_pair(ours)):
            _replace(pem, wrong)
            _until(lambda: "certificate-unread" in dict(running.services.faults()))
            assert ssl.get_server_certificate(address) == first
            _replace(pem, good)
            _until(lambda: "certificate-unread" not in dict(running.services.faults()))
        pem.unlink()
        _until(lambda: "No such file" in dict(running.services.faults()).get("certificate-unread", ""))
        with connected(settings) as client:
            assert client.data("/members")
            renewed = ours.certified("gateway", days=200)
            _replace(pem, renewed)
            _until(lambda: running.services.faults() == [])
        assert ssl.get_server_certificate(address).encode() in renewed and ssl.get_server_certificate(address) != first
        with connected(settings) as client:
            assert client.data("/members")
    finally:
        running.stop()


def strange_pair(ours: Authority) -> bytes:
    """A key, and the certificate of another one."""
    end = b"-----END PRIVATE KEY-----\n"
    return ours.certified("one").partition(end)[0] + end + ours.certified("other").partition(end)[2]


def _replace(file: Path, text: bytes) -> None:
    fresh = file.with_suffix(".new")
    fresh.write_bytes(text)
    fresh.replace(file)


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.05)


def test_an_authority_without_a_certificate_is_no_tls(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="TLS_CERTIFICATE"):
        runtime._tls(Settings(home=tmp_path, tls_client_authority=tmp_path / "ca.pem"))
