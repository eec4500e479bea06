"""Other members' gateways, as people see them: the address book, messages that did not arrive, and content that is lacking or erased."""

from collections.abc import Mapping

from fastapi import APIRouter
from sqlalchemy import Connection

from gateway.access import ACT, READ
from gateway.api import act_shown
from gateway.api.act_answers import Act
from gateway.api.answers import Answer, Hex, Id, Shown, Time
from gateway.api.asking import Account, Caller, Cursor, Limit, Running, WordPath, addressed, cursor_from, cursor_text, reading, worded
from gateway.api.refusals import ANY, AWAY, CONFLICTS, NAMED, WRITES
from gateway.api.schemas import EraseIn, PublishIn, RepairIn
from gateway.errors import not_found
from gateway.office.repository import Office
from gateway.peers import book, holding, publishing
from gateway.peers.book import Row
from gateway.peers.directory import Published, entry, url_of
from gateway.peers.holding import Audited
from gateway.peers.states import Seen
from gateway.services import Services
from ledger.domain.calendar import rfc3339
from ledger.domain.ids import to_hex
from ledger.mirror.models import Member
from ledger.mirror.queries import members

router = APIRouter(tags=["other members' gateways"], responses=ANY | AWAY)


class PublishedKey(Shown):
    """A public key as the ledger has it; the epoch counts how often it was published."""

    public_key: Hex
    epoch: int


class PeerShown(Shown):
    """A member's gateway. `has_door`: it can be called, else it fetches. For the operator: `url`, where it is, if that is known here;
    `waiting`, how many messages wait for it; `fault`, why one of them did not arrive so far.
    """

    account: Hex
    name: str
    served_here: bool
    transport: PublishedKey | None
    encryption: PublishedKey | None
    has_door: bool
    reachable: bool
    url: str | None
    waiting: int | None
    fault: str | None


class PeerPublished(Shown):
    """The acts that publish what changed; none where the ledger has it already."""

    acts: list[Act]


class PeerMessage(Shown):
    """A message to another member's gateway. `kind`: offer, consent or content; `act` and `act_account`: what it is about; `state`: refused
    by the peer, or late; `fault`: why it did not arrive; `until`: so long somebody takes it, by the ledger's time.
    """

    id: Hex
    account: Hex
    peer: Hex
    kind: str
    act_account: Hex | None
    act: Id | None
    state: str
    fault: str | None
    attempts: int
    until: Time
    created_at: Time


class PeerMessagePage(Shown):
    """Messages; `next` asks for the page after this one."""

    data: list[PeerMessage]
    next: str | None


class ErasedShown(Shown):
    """What stays of a document that was erased."""

    root: Hex
    why: str
    erased_at: Time


class ContentAudited(Shown):
    """A root that concerns the member. `held`: the document is here and yields it; `receipts`: how many other members signed that they
    hold it; `sound`: it is held, and somebody else holds it too, or it was erased; `fault`: why nobody gave it so far.
    """

    root: Hex
    held: bool
    receipts: int
    sound: bool
    erased: ErasedShown | None
    fault: str | None


class ContentAuditPage(Shown):
    """A member's content, by root; `next` asks for the page after this one."""

    data: list[ContentAudited]
    next: str | None


class ContentAskedAgain(Shown):
    """How many documents are asked for again."""

    count: int


@router.get("/peers")
def list_peers(services: Running, session: Caller, limit: Limit = 100, after: Cursor = None) -> Answer[list[PeerShown]]:
    """The members with what the ledger has of their gateways."""
    served = frozenset(services.keystore.members())
    with reading(services, session) as view, services.office.read() as office:
        page = members.all_members(view.conn, limit=limit, after=cursor_from(after))
        late = book.undelivered(office) if session.is_operator else None
        return view.page(page, lambda member: _peer(services, view.conn, office, member, member.account in served, late))


@router.post("/peers:publish", status_code=202, responses=WRITES | NAMED | CONFLICTS)
def publish_peer(asked: PublishIn, services: Running, session: Caller) -> PeerPublished:
    """Publishes a member's keys and URL on the ledger by its own signed acts. Keys are made where there are none."""
    done = publishing.publish(services, session, addressed(asked.account, "account"), asked.url, renew=asked.renew)
    return PeerPublished(acts=[act_shown.act(each) for each in done])


@router.get("/messages:stuck", responses=NAMED)
def list_stuck_messages(services: Running, session: Caller, account: Account, limit: Limit = 100, after: Cursor = None) -> PeerMessagePage:
    """A member's messages to other gateways that were refused, or came too late, oldest first."""
    session.needs(READ)
    member, cursor = session.acting_for(addressed(account, "account"), services.keystore), cursor_from(after)
    with services.office.read() as conn:
        rows = book.stuck(conn, member, limit + 1, cursor[0] if cursor else 0)
    more = len(rows) > limit
    return PeerMessagePage(data=[_message(row) for row in rows[:limit]], next=cursor_text((rows[limit - 1].number,)) if more else None)


@router.post("/messages/{message}/resend", status_code=202, responses=NAMED)
def resend_message(message: WordPath, services: Running, session: Caller, account: Account) -> PeerMessage:
    """Has a message sent once more; one whose time is over stays late."""
    session.needs(ACT)
    member, id_ = session.acting_for(addressed(account, "account"), services.keystore), worded(message, 32, "message")
    with services.office.write() as conn:
        row = book.get(conn, member, id_)
        if row is None:
            raise not_found(f"message {message}")
        row = book.step(conn, row, Seen(again=True))
        Office(conn, member).audit(session.key_id, "peer message", message, "sent again")
    services.mirrored.announce()
    return _message(row)


@router.get("/content:audit", responses=NAMED)
def audit_contents(services: Running, session: Caller, member: Account, limit: Limit = 100, after: Cursor = None) -> ContentAuditPage:
    """A member's content: what it holds, recomputed, and what concerns it and is not held; who else signed that it has it."""
    session.needs(READ)
    holder, cursor = session.acting_for(addressed(member, "member"), services.keystore), cursor_from(after)
    with services.office.read() as conn:
        rows = holding.audit(conn, holder, limit + 1, cursor[0] if cursor else b"")
    return ContentAuditPage(
        data=[_audited(row) for row in rows[:limit]], next=cursor_text((rows[limit - 1].root,)) if len(rows) > limit else None
    )


@router.post("/content:repair", status_code=202, responses=WRITES | NAMED)
def repair_contents(asked: RepairIn, services: Running, session: Caller) -> ContentAskedAgain:
    """Asks for content that is not held whole once more: who signed that it has it first, then the parties of its record."""
    session.needs(ACT)
    member = session.acting_for(addressed(asked.member, "member"), services.keystore)
    roots = None if asked.roots is None else [worded(each, 32, "roots") for each in asked.roots]
    with services.office.write() as conn:
        count = holding.ask_again(conn, member, roots)
        Office(conn, member).audit(session.key_id, "content", "repair", f"{count} asked for again")
    services.mirrored.announce()
    return ContentAskedAgain(count=count)


@router.post("/content/{root}/erase", responses=WRITES | NAMED)
def erase_content(root: str, asked: EraseIn, services: Running, session: Caller, member: Account) -> ErasedShown:
    """Erases a document for good. Its root, the reason and the time stay; it is not asked for or taken in again."""
    session.needs(ACT)
    holder, word = session.acting_for(addressed(member, "member"), services.keystore), worded(root, 32, "root")
    with services.office.write() as conn:
        office = Office(conn, holder)
        if office.content(word) is None and office.erased(word) is None:
            raise not_found(f"content {root}")
        gone = office.erase(word, asked.why)
        office.audit(session.key_id, "content", root, f"erased: {asked.why}")
    return ErasedShown(root=to_hex(gone.root), why=gone.why, erased_at=_time(gone.at))


Undelivered = Mapping[bytes, tuple[int, str | None]]


def _peer(services: Services, conn: Connection, office: Connection, member: Member, served: bool, late: Undelivered | None) -> PeerShown:
    """`late`: what waits for whom, if it is the operator who asks."""
    found = entry(conn, member.account)
    url = url_of(services, office, found)
    waiting, fault = (None, None) if late is None else late.get(member.account, (0, None))
    return PeerShown(
        account=to_hex(member.account),
        name=member.name,
        served_here=served,
        transport=_key(found.transport),
        encryption=_key(found.encryption),
        has_door=found.has_door,
        reachable=url is not None,
        url=None if late is None else url,
        waiting=waiting,
        fault=fault,
    )


def _key(found: Published | None) -> PublishedKey | None:
    return None if found is None else PublishedKey(public_key=to_hex(found.word), epoch=found.epoch)


def _message(row: Row) -> PeerMessage:
    return PeerMessage(
        id=to_hex(row.id),
        account=to_hex(row.member_id),
        peer=to_hex(row.peer),
        kind=row.kind,
        act_account=None if row.act_account is None else to_hex(row.act_account),
        act=None if row.act_id is None else str(int.from_bytes(row.act_id)),
        state=row.state,
        fault=row.fault,
        attempts=row.attempts,
        until=rfc3339(row.until),
        created_at=_time(row.at),
    )


def _audited(row: Audited) -> ContentAudited:
    gone = row.erased
    return ContentAudited(
        root=to_hex(row.root),
        held=row.held,
        receipts=row.receipts,
        sound=row.sound,
        erased=None if gone is None else ErasedShown(root=to_hex(gone.root), why=gone.why, erased_at=_time(gone.at)),
        fault=row.fault,
    )


def _time(at: int) -> str:
    return rfc3339(at // 1_000)
