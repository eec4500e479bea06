"""Speaking for a member served here: its present key, its name, and what it signs."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.errors import Problem
from gateway.peers import signing
from gateway.peers.directory import entry, transport_key
from gateway.peers.signing import Statement
from gateway.services import Services
from ledger.domain.address_book import KeyId
from ledger.domain.ids import to_hex

RECEIPT, INBOX = "pledgebook-receipt", "pledgebook-inbox"


def members(services: Services) -> list[bytes]:
    """The members served here that made keys to speak to other gateways."""
    return services.peer_keys.members()


def voice(services: Services, member: bytes) -> tuple[KeyId, Ed25519PrivateKey]:
    """The name of a member's key and the key, as the ledger has it now. Raises 503 where it is not published, SigningLocked."""
    with services.snapshot() as conn:
        found = entry(conn, member).transport
    if found is None or not services.peer_keys.holds(member, found.word):
        raise Problem(
            503, "Not published", f"the transport key of {to_hex(member)} is not published by this gateway; `pledgebook peers publish`"
        )
    return KeyId(member, found.epoch), services.peer_keys.transport(member, found.word)


def state(services: Services, member: bytes, form: str, told: dict[str, Any]) -> str:
    """What a member signs, as a text to be kept. Raises 503, SigningLocked."""
    return signing.state(form, told, *voice(services, member))


def stated(services: Services, form: str, text: str) -> Statement:
    """What another member signed with its present key. Raises Unsigned."""
    with services.snapshot() as conn:
        return signing.stated(form, text, lambda named: transport_key(conn, named))
