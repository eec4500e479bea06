"""Content: the off-chain part of a record, kept for its members before anybody's key signs its root."""

from typing import Any

import orjson
from fastapi import APIRouter

from gateway import contents
from gateway.access import ACT, READ
from gateway.api.asking import Caller, Running, addressed, worded
from gateway.api.schemas import ContentBatch, ContentIn
from gateway.errors import invalid, not_found
from gateway.office.repository import Office
from gateway.services import Services
from ledger.domain.content import ContentError, canonical
from ledger.domain.ids import to_hex

router = APIRouter(tags=["content"])


@router.post("/content:batch", status_code=201)
def post_contents(asked: ContentBatch, services: Running, session: Caller) -> dict[str, Any]:
    """Keeps up to 500 documents and answers their roots. The same document of a member has the same root, however often it is sent."""
    session.needs(ACT)
    made = []
    for item in asked.items:
        holders = [session.acting_for(addressed(each, "member"), services.keystore) for each in (item.member, *item.share_with)]
        made.append((holders, contents.package(item.document, item.content_schema, _seed(services, item, holders[0]))))
    with services.office.write() as conn:
        for holders, package in made:
            for holder in holders:
                contents.keep(Office(conn, holder), package)
    return {
        "items": [
            {"root": to_hex(package.commitment.root), "schema": package.commitment.schema, "bytes": len(package.commitment.canonical)}
            for _, package in made
        ]
    }


@router.get("/content/{root}")
def get_content(root: str, services: Running, session: Caller, member: str) -> dict[str, Any]:
    """A document that the member holds, with its seed; 404 alike for what is not held and what is another's."""
    session.needs(READ)
    holder = session.acting_for(addressed(member, "member"), services.keystore)
    with services.office.read() as conn:
        held = Office(conn, holder).content(worded(root, 32, "root"))
    if held is None or not contents.is_whole(held):
        raise not_found(f"content {root}")
    return {"root": root, "schema": held.schema, "seed": to_hex(held.seed), "document": orjson.loads(held.bytes)}


def _seed(services: Services, item: ContentIn, member: bytes) -> bytes:
    """The seed given, or one that only who has the member's secret can derive, so that a repeat gives the same root."""
    if item.seed is not None:
        return worded(item.seed, 32, "seed")
    try:
        written = canonical(item.document)
    except ContentError as wrong:
        raise invalid(str(wrong)) from wrong
    return services.keystore.derived(member, item.content_schema.encode() + b"\0" + written)
