"""Servers in the place of a node's websocket that answer as no node should."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeAlias

from websockets.utils import accept_key

Answer: TypeAlias = Callable[[socket.socket], None]

HEAD = b'{"jsonrpc":"2.0","method":"eth_subscription","params":{"subscription":"0x1","result":{"number":"0xffffffffffffff"}}}'
_TEXT, _CLOSE, _PING = 1, 8, 9


@contextmanager
def answering(answer: Answer) -> Iterator[str]:
    """A server that reads what a client asks at first and then does what `answer` says; its URL."""
    held: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_accept, args=(server, answer, held), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            server.shutdown(socket.SHUT_RDWR)
            for each in held:
                each.close()


def _accept(server: socket.socket, answer: Answer, held: list[socket.socket]) -> None:
    with suppress(OSError):
        while True:
            held.append(server.accept()[0])
            threading.Thread(target=_answer, args=(held[-1], answer), daemon=True).start()


def _answer(client: socket.socket, answer: Answer) -> None:
    with suppress(OSError):
        answer(client)


def redirects(to: bytes) -> Answer:
    """Sends on to another address."""

    def answer(client: socket.socket) -> None:
        client.recv(4096)
        client.sendall(b"HTTP/1.1 302 Found\r\nLocation: " + to + b"\r\nContent-Length: 0\r\n\r\n")
        client.close()

    return answer


def floods(client: socket.socket) -> None:
    """Tells heads of far numbers without end."""
    _open(client)
    while True:
        client.sendall(_frame(_TEXT, HEAD) * 50)


def pings(client: socket.socket) -> None:
    """Asks for signs of life without end and reads none."""
    _open(client)
    while True:
        client.sendall(_frame(_PING, b"x" * 100) * 100)


def stands_still(client: socket.socket) -> None:
    """Takes the subscription and says nothing more."""
    _open(client)


def says_farewell(client: socket.socket) -> None:
    """Says that it closes, and doesn't."""
    _open(client)
    client.sendall(_frame(_CLOSE, struct.pack(">H", 1000)))


def tells_no_text(client: socket.socket) -> None:
    _open(client)
    client.sendall(_frame(_TEXT, b"\xff\xfe"))


def _open(client: socket.socket) -> None:
    lines = client.recv(4096).split(b"\r\n")
    (key,) = (line.split(b": ")[1] for line in lines if line.lower().startswith(b"sec-websocket-key"))
    accepted = accept_key(key.decode()).encode()
    client.sendall(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + accepted + b"\r\n\r\n"
    )


def _frame(kind: int, data: bytes) -> bytes:
    return bytes([0x80 | kind, len(data)]) + data if len(data) < 126 else bytes([0x80 | kind, 126]) + struct.pack(">H", len(data)) + data
