"""Calling another member's gateway: requests that are signed, and what its answer means."""

from __future__ import annotations

import asyncio
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import urlsplit

import orjson

from gateway.errors import Problem
from gateway.following.egress import Answer, NoAnswer, Post, answered
from gateway.peers import signing, speaking
from gateway.peers.book import Row
from gateway.peers.messages import Kind
from gateway.peers.signing import SKEW_SECONDS, Unsigned
from gateway.services import Services
from ledger import faults
from ledger.domain.ids import IdError, from_hex, to_hex

MOST_RECEIPT, MOST_CONTENT, MOST_INBOX = 1 << 16, 4 << 20, 16 << 20
MOST_FAULT = 300
PATHS = {Kind.OFFER: "/peer/offers", Kind.CONSENT: "/peer/consents", Kind.CONTENT: "/peer/contents"}
UNHEARD = 401
REFUSALS = frozenset({409, 413, 422})
"""What no second try changes; everything else may pass."""


class Place(NamedTuple):
    """Where a peer's gateway is."""

    peer: bytes
    url: str


class Told(NamedTuple):
    """What became of an attempt: the peer's receipt, or why there is none; `ended`: no second try changes it."""

    receipt: str | None = None
    fault: str = ""
    ended: bool = False
    retry_after: int | None = None


class Caller:
    """Calls peers in the name of members served here. Belongs to one event loop."""

    def __init__(self, services: Services, post: Post) -> None:
        self._services, self._post = services, post

    async def close(self) -> None:
        """Ends its connections."""
        await self._post.close()

    async def sent(self, place: Place, row: Row) -> Told:
        """What became of one attempt to hand a message in."""
        faults.point("peers.sending")
        try:
            answer = await self.ask(place, row.member_id, "POST", PATHS[Kind(row.kind)], row.body, MOST_RECEIPT)
        except NoAnswer as silent:
            return Told(fault=str(silent))
        except Problem as wrong:
            return Told(fault=wrong.detail)
        faults.point("peers.sent")
        return await asyncio.to_thread(self._judged, row, answer)

    def _judged(self, row: Row, answer: Answer) -> Told:
        if not 200 <= answer.status < 300:
            text = f"the peer answered {answer.status}: {_clocks(answer)}{_detail(answer.body)}"
            return Told(fault=text[:MOST_FAULT], ended=answer.status in REFUSALS, retry_after=answer.retry_after)
        try:
            receipt = str(orjson.loads(answer.body)["receipt"])
            if (why := check_receipt(self._services, row, receipt)) is not None:
                return Told(fault=why, ended=True)
        except (ValueError, KeyError, TypeError, Unsigned) as wrong:
            return Told(fault=f"the peer answered with no receipt of its own: {wrong}"[:MOST_FAULT])
        return Told(receipt=receipt)

    async def ask(self, place: Place, member: bytes, method: str, target: str, body: bytes | None, most: int) -> Answer:
        """A peer's answer to a signed request. Raises NoAnswer; Problem where the member's own key isn't published."""
        return (await self.ask_as(place, member, method, target, body, most))[1]

    async def ask_as(
        self, place: Place, member: bytes, method: str, target: str, body: bytes | None, most: int
    ) -> tuple[dict[str, str], Answer]:
        """The same, with the headers that it was asked with."""
        headers = await asyncio.to_thread(self._headers, place, member, method, target, body)
        return headers, await answered(self._post(place.url + target, list(headers.items()), body, method=method, most=most))

    def _headers(self, place: Place, member: bytes, method: str, target: str, body: bytes | None) -> dict[str, str]:
        # What is signed is the path that the peer's gateway sees: its URL may have one of its own, which its proxy takes away.
        by, key = speaking.voice(self._services, member)
        kind = {} if body is None else {"Content-Type": "application/json"}
        headers = signing.sign(method, target, body, place.peer, self._services.manifest.ledger_id, by, key)
        return {"Host": urlsplit(place.url).netloc, "Content-Length": str(len(body or b"")), **kind, **headers}


def check_receipt(services: Services, row: Row, receipt: str) -> str | None:
    """Holds a receipt against its message. None: the peer has it; else the peer's words why it will never take it. Raises Unsigned."""
    found = speaking.stated(services, speaking.RECEIPT, receipt)
    if found.by.account != row.peer or found.told.get("message") != to_hex(row.id):
        raise Unsigned("a receipt of somebody else, or of another message")
    if "refused" in found.told:
        return str(found.told["refused"])[:MOST_FAULT]
    try:
        roots = {from_hex(each, 32) for each in found.told["roots"]}
    except (KeyError, TypeError, IdError) as wrong:
        raise Unsigned(f"a receipt without roots: {wrong}") from wrong
    if not set(row.content) <= roots:
        raise Unsigned("a receipt that lacks content")
    return None


def request_id(signature: str) -> str:
    """What names a request in the answer to it."""
    return to_hex(sha256(signature.encode()).digest())


def _clocks(answer: Answer) -> str:
    """What is wrong with a request that isn't heard, where it is the time: the door itself says the same to everybody."""
    ahead = answer.ahead or 0
    if answer.status != UNHEARD or abs(ahead) <= SKEW_SECONDS:
        return ""
    return f"its clock is {abs(ahead)} s {'ahead of' if ahead > 0 else 'behind'} this gateway's, so signatures are too old or too new; "


def _detail(body: bytes) -> str:
    """A peer's words, as far as they can be shown."""
    try:
        text = str(orjson.loads(body).get("detail", ""))
    except (ValueError, AttributeError):
        return "no reason that can be read"
    return "".join(each for each in text if each.isprintable())
