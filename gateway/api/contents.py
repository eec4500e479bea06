"""Content: the off-chain part of a record, kept for its members before anybody's key signs its root."""

from fastapi import APIRouter

from gateway import contents
from gateway.access import ACT, READ, Session
from gateway.api import member_shown
from gateway.api.asking import Account, Caller, Running, WordPath, addressed, worded
from gateway.api.member_answers import Content, ContentKept, ContentsKept
from gateway.api.refusals import ANY, AWAY, CONFLICTS, NAMED, WRITES
from gateway.api.schemas import ContentBatch, ContentIn
from gateway.contents import Package
from gateway.errors import not_found
from gateway.office.repository import Office
from gateway.services import Services
from ledger.domain.ids import to_hex

router = APIRouter(tags=["content"], responses=ANY | NAMED)


@router.post("/content:batch", status_code=201, responses=WRITES | CONFLICTS | AWAY)
def post_contents(asked: ContentBatch, services: Running, session: Caller) -> ContentsKept:
    """Keeps up to 500 documents and answers their roots. The same document of a member has the same root, however often it is sent.

    One that the member erased is not taken back (409); then none of them is kept.
    """
    session.needs(ACT)
    made = [_packed(services, session, item, at) for at, item in enumerate(asked.items)]
    with services.office.write() as conn:
        for holders, package in made:
            for holder in holders:
                office = Office(conn, holder)
                contents.keep(office, package)
                office.audit(session.key_id, "content", to_hex(package.commitment.root), "kept")
    return ContentsKept(items=[_kept(package) for _, package in made])


@router.get("/content/{root}")
def get_content(root: WordPath, services: Running, session: Caller, member: Account) -> Content:
    """A document that the member holds, with its seed; 404 alike for what is not held and what is another's."""
    session.needs(READ)
    holder, word = session.acting_for(addressed(member, "member"), services.keystore), worded(root, 32, "root")
    with services.office.read() as conn:
        held = Office(conn, holder).content(word)
    if held is None or not contents.is_whole(held):
        raise not_found(f"content {root}")
    return member_shown.content(held)


def _packed(services: Services, session: Session, item: ContentIn, at: int) -> tuple[list[bytes], Package]:
    """Who is to hold a document, and the document with its root. Raises 404, 422, SigningLocked."""
    holders = [session.acting_for(addressed(each, "member"), services.keystore) for each in (item.member, *item.share_with)]
    written = contents.written(item.document, f"items[{at}].document")
    seed = None if item.seed is None else worded(item.seed, 32, "seed")
    # Without a seed of the caller's: one that only who has the member's secret can derive, so that a repeat gives the same root.
    derived = seed or services.keystore.derived(holders[0], item.content_schema.encode() + b"\0" + written)
    return holders, contents.package(item.document, item.content_schema, derived)


def _kept(package: Package) -> ContentKept:
    made = package.commitment
    return ContentKept(root=to_hex(made.root), schema_=made.schema, bytes=len(made.canonical))
