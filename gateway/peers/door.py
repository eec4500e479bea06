"""The door for other members' gateways: who they are is what their signature says, held against the ledger; each request is heard once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.types import Message, Receive, Scope

from gateway.access import PEER, Session
from gateway.office.database import now_ms
from gateway.peers import book
from gateway.peers.directory import transport_key
from gateway.peers.signing import REMEMBERED_SECONDS, Signed, Unsigned, check_body, verify
from gateway.services import Services

PREFIX = "/peer/"


class PeerDoor:
    """Lets in who signed a request, for a member that is served here. Whatever is wrong is refused alike (Unsigned)."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def let_in(self, scope: Scope, state: dict[str, Any], receive: Receive, passes: Callable[[str], None]) -> Receive:
        """What the body is read from, once it is known to be the one that was signed. `passes` is asked before it is read.

        Raises Unsigned, and what `passes` raises.
        """
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        signed = await run_in_threadpool(self._verified, scope, headers)
        name = f"peer {signed.by}"
        passes(name)
        body = await _read(receive)
        if scope["method"] != "GET":
            check_body(headers, body)
        await run_in_threadpool(self._spend, signed)
        state["session"], state["peer"] = Session(name, signed.by.account, frozenset({PEER})), signed
        return _again(body, receive)

    def _verified(self, scope: Scope, headers: dict[str, str]) -> Signed:
        query = scope["query_string"].decode("latin-1")
        target = scope.get("raw_path", scope["path"].encode()).decode("latin-1") + (f"?{query}" if query else "")
        with self._services.snapshot() as conn:
            signed = verify(scope["method"], target, headers, self._services.manifest.ledger_id, lambda named: transport_key(conn, named))
        if not self._services.keystore.serves(signed.to):
            raise Unsigned("for a member that isn't served here")
        return signed

    def _spend(self, signed: Signed) -> None:
        """Raises Unsigned for a request that was heard before."""
        with self._services.office.write() as conn:
            if not book.spend_nonce(conn, signed.by.account, signed.nonce, now_ms() + 1_000 * REMEMBERED_SECONDS):
                raise Unsigned("heard before")


async def _read(receive: Receive) -> bytes:
    """The body; its length was told and is bounded."""
    found, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Unsigned("gone before its end")
        found += message.get("body", b"")
        more = message.get("more_body", False)
    return bytes(found)


def _again(body: bytes, receive: Receive) -> Receive:
    """A body that was read, to be read once more."""
    given = False

    async def once() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return once
