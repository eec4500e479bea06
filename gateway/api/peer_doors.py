"""What other members' gateways ask: they hand messages in, fetch what waits for them, and ask for content that they are entitled to.

Each request is signed by the member's transport key (RFC 9421); what it is about is that member's.
"""

import base64
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.concurrency import run_in_threadpool

from gateway.api.answers import Shown
from gateway.api.asking import Caller, Running, worded
from gateway.api.refusals import ANY, AWAY, CONFLICTS, LATE, NAMED, WRITES
from gateway.api.schemas import MessageIn, ReceiptIn
from gateway.errors import not_found
from gateway.peers import asking, book, speaking, taking
from gateway.peers.calling import check_receipt, request_id
from gateway.peers.messages import Kind
from gateway.peers.signing import Signed, Unsigned
from gateway.peers.states import Seen
from gateway.services import Services
from ledger.domain.ids import from_hex, to_hex

router = APIRouter(tags=["between gateways"], responses=ANY | AWAY)

MOST_FETCHED = 50
MOST_FETCHED_BYTES = 8 << 20


class ReceiptGiven(Shown):
    """The member's signed word that it has the message with its content on disk (JWS, kid: account/epoch)."""

    receipt: str


class InboxGiven(Shown):
    """The messages that wait, signed (JWS): for whom, in answer to which request, and each with its kind and bytes (base64)."""

    statement: str


class ReceiptTaken(Shown):
    """The message that a receipt was for."""

    message: str


class ContentGiven(Shown):
    """A package, sealed (HPKE) to the caller's encryption key `sealed_to`."""

    sealed_to: str
    sealed: str


async def _signed_by(request: Request, _: Caller) -> Signed:
    found: Signed = request.state.peer
    return found


async def _body(request: Request) -> bytes:
    return await request.body()


Peer = Annotated[Signed, Depends(_signed_by)]
Body = Annotated[bytes, Depends(_body)]

MESSAGES = WRITES | NAMED | CONFLICTS | LATE


@router.post("/peer/offers", status_code=201, responses=MESSAGES)
async def take_offer(_: MessageIn, body: Body, services: Running, peer: Peer) -> ReceiptGiven:
    """Takes an act that a member here is asked to sign, with its content. The receipt is given once all of it is checked and on disk."""
    return await _taken(services, peer, Kind.OFFER, body)


@router.post("/peer/consents", status_code=201, responses=MESSAGES)
async def take_consent(_: MessageIn, body: Body, services: Running, peer: Peer) -> ReceiptGiven:
    """Takes signatures of an act that was offered from here. The full set runs it."""
    return await _taken(services, peer, Kind.CONSENT, body)


@router.post("/peer/contents", status_code=201, responses=MESSAGES)
async def take_content(_: MessageIn, body: Body, services: Running, peer: Peer) -> ReceiptGiven:
    """Takes content that an event of the ledger entitles a member here to."""
    return await _taken(services, peer, Kind.CONTENT, body)


@router.get("/peer/inbox", responses=NAMED)
def give_inbox(
    request: Request,
    services: Running,
    peer: Peer,
    after: Annotated[int, Query(ge=0, lt=1 << 62, description="Only messages behind this number")] = 0,
) -> InboxGiven:
    """Gives the messages that wait for the caller, oldest first, to a gateway without a door of its own."""
    with services.office.write() as conn:
        rows = book.inbox(conn, peer.to, peer.by.account, after, MOST_FETCHED)
        book.is_heard(conn, peer.by.account)
    told = {
        "to": to_hex(peer.by.account),
        "request": request_id(request.headers["signature"]),
        "messages": [{"number": str(row.number), "kind": row.kind, "body": base64.b64encode(row.body).decode()} for row in _fitting(rows)],
    }
    return InboxGiven(statement=speaking.state(services, peer.to, speaking.INBOX, told))


@router.post("/peer/receipts", status_code=201, responses=WRITES | NAMED)
def take_receipt(asked: ReceiptIn, services: Running, peer: Peer) -> ReceiptTaken:
    """Takes the receipt of a message that was fetched, or the signed word that it will never be taken."""
    told = speaking.stated(services, speaking.RECEIPT, asked.receipt).told
    try:
        id_ = from_hex(told["message"], 32, "message")
    except (KeyError, TypeError, ValueError) as wrong:
        raise Unsigned(f"a receipt without its message: {wrong}") from wrong
    with services.office.read() as conn:
        row = book.get(conn, peer.to, id_)
    if row is None or row.peer != peer.by.account:
        raise not_found("message")
    why = check_receipt(services, row, asked.receipt)
    with services.office.write() as conn:
        if why is None:
            book.receipted(conn, row, asked.receipt)
        else:
            book.step(conn, row, Seen(refused=True), why)
    return ReceiptTaken(message=to_hex(id_))


@router.get("/peer/content/{root}", responses=NAMED)
def give_content(
    root: str,
    services: Running,
    peer: Peer,
    pos: Annotated[int, Query(ge=0, lt=1 << 62, description="Position of the event that entitles the caller")],
) -> ContentGiven:
    """Gives content to who is entitled to it by a final event; 404 alike for what is not held and who isn't entitled."""
    return ContentGiven(**asking.give(services, peer.by, peer.to, worded(root, 32, "root"), pos))


async def _taken(services: Services, peer: Signed, kind: Kind, body: bytes) -> ReceiptGiven:
    return ReceiptGiven(receipt=await run_in_threadpool(taking.take, services, peer.by, peer.to, kind, body))


def _fitting(rows: list[book.Row]) -> list[book.Row]:
    """As many as an answer may hold, one at the least."""
    size = 0
    found: list[book.Row] = []
    for row in rows:
        size += len(row.body)
        if found and size > MOST_FETCHED_BYTES:
            break
        found.append(row)
    return found
