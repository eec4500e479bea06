"""Content between gateways: who is entitled to it asks, who holds it looks at its own mirror, seals it, and notes that it gave it."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import orjson
import rfc8785

from gateway import contents
from gateway.contents import Package
from gateway.errors import not_found
from gateway.office.repository import Office
from gateway.peers import composing
from gateway.peers.directory import entry
from gateway.peers.entitled import may_give
from gateway.peers.messages import MessageError, Packed, packed_from, packed_json, seal, unseal
from gateway.services import Services
from gateway.signers.interface import KeyUnheld
from ledger.domain.address_book import KeyId
from ledger.domain.ids import IdError, from_hex, to_hex

FORM = "pledgebook/content/1"


def give(services: Services, by: KeyId, holder: bytes, root: bytes, pos: int) -> dict[str, str]:
    """What a holder answers to a peer: content, sealed. Raises 404, alike for what isn't held and for who isn't entitled to it."""
    with services.snapshot() as conn:
        key, may = entry(conn, by.account).encryption, may_give(services, conn, holder, by.account, root, pos)
    with services.office.read() as conn:
        held = Office(conn, holder).content(root)
    if key is None or not may or held is None or not contents.is_whole(held):
        raise not_found(f"content {to_hex(root)}")
    package = Packed(root, held.seed, held.schema, held.bytes)
    sealed = seal(orjson.dumps(packed_json(package)), key.word, bound(services, holder, by.account, root))
    with services.office.write() as conn:
        Office(conn, holder).audit(f"peer {by}", "content given", to_hex(root), f"by position {pos}")
    return {"sealed_to": to_hex(key.word), "sealed": base64.b64encode(sealed).decode()}


def given(services: Services, member: bytes, holder: bytes, root: bytes, answer: bytes) -> Package:
    """What a holder's answer gives a member, the root recomputed. Raises Problem, MessageError."""
    try:
        told: Any = orjson.loads(answer)
        key = services.peer_keys.encryption(member, from_hex(told["sealed_to"], 32, "sealed_to"))
        text = unseal(base64.b64decode(told["sealed"], validate=True), key, bound(services, holder, member, root))
        package = packed_from(orjson.loads(text))
    except (KeyError, TypeError, ValueError, IdError, KeyUnheld) as wrong:
        raise MessageError(f"no content: {wrong}") from wrong
    return contents.unpacked(root, package.seed, package.schema, package.text)


def copy_here(services: Services, holders: Sequence[bytes], root: bytes) -> Package | None:
    """Content that another member holds in this very office, for one who is entitled to it."""
    served = [each for each in holders if services.keystore.serves(each)]
    with services.office.read() as conn:
        for holder in served:
            if contents.is_whole(Office(conn, holder).content(root)):
                (package,) = composing.packed(conn, holder, [root])
                return contents.unpacked(*package)
    return None


def keep(services: Services, member: bytes, package: Package, source: str) -> None:
    """Keeps content that was given. Raises Problem."""
    with services.office.write() as conn:
        contents.keep(Office(conn, member), package)
        Office(conn, member).audit("gateway", "content", to_hex(package.commitment.root), f"given by {source}")


def bound(services: Services, holder: bytes, member: bytes, root: bytes) -> bytes:
    """What a seal around content belongs to."""
    told = {"form": FORM, "ledger": to_hex(services.manifest.ledger_id), "from": to_hex(holder), "to": to_hex(member), "root": to_hex(root)}
    return rfc8785.dumps(told)
