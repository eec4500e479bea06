"""Certificates: what a register says at a height, as one canonical document with its hash.

The document is RFC 8785 JSON without floats; amounts and counts beyond 2^53 are text. Its hash is SHA-256, so that it can be compared with
tools at hand. Whoever has the ledger at that height can make the same document again.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from typing import Any

import rfc8785

from ledger.domain.calendar import rfc3339
from ledger.domain.content import Json
from ledger.domain.ids import to_hex

SCHEMA = "pledgebook/certificate/1"


class CertificateError(ValueError):
    """A document that is no certificate; the message names the field and the rule."""


class Kind(Enum):
    """What a certificate certifies."""

    REGISTRATION = "registration"
    EXTRACT = "extract"
    VERIFICATION = "verification"
    SEARCH = "search"


@dataclass(frozen=True, slots=True)
class Height:
    """The block that a certificate speaks of, and its ledger. `time` in UTC seconds; ids and hash of 32 bytes."""

    chain_id: int
    ledger_id: bytes
    block: int
    hash: bytes
    time: int


@dataclass(frozen=True, slots=True)
class Certificate:
    """A document, its canonical bytes and their hash (32 bytes); `subject` is what it is about, as text."""

    kind: Kind
    subject: str
    block: int
    content: Mapping[str, Any]
    canonical: bytes
    hash: bytes


def issue(kind: Kind, subject: str, height: Height, body: Mapping[str, Json]) -> Certificate:
    """The certificate of a body at a height."""
    head: dict[str, Any] = {
        "schema": SCHEMA,
        "kind": kind.value,
        "subject": subject,
        "ledger": {"chain": str(height.chain_id), "id": to_hex(height.ledger_id)},
        "height": {"block": str(height.block), "hash": to_hex(height.hash), "time": rfc3339(height.time)},
    }
    return _made(kind, subject, height.block, {**head, **body})


def read(canonical: bytes) -> Certificate:
    """The certificate in a document's bytes, which must be its canonical ones. Raises CertificateError."""
    try:
        content = json.loads(canonical)
    except (ValueError, RecursionError) as wrong:
        raise CertificateError("certificate: no JSON document") from wrong
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        raise CertificateError(f"schema: {SCHEMA} expected")
    try:
        kind, block = Kind(content["kind"]), int(content["height"]["block"])
        made = _made(kind, str(content["subject"]), block, content)
    except (KeyError, TypeError, ValueError, RecursionError) as wrong:
        raise CertificateError("certificate: kind, subject and height expected") from wrong
    if made.canonical != canonical:
        raise CertificateError("certificate: the bytes are not canonical (RFC 8785), so their hash is not the certificate's")
    return made


def _made(kind: Kind, subject: str, block: int, content: Mapping[str, Any]) -> Certificate:
    canonical = rfc8785.dumps(dict(content))
    return Certificate(kind, subject, block, content, canonical, sha256(canonical).digest())
