"""What one member's gateway says to another's: a message of canonical JSON whose payload only its recipient opens. Pure.

The id of a message is the hash of its bytes. The payload is sealed by HPKE (RFC 9180) to the recipient's X25519 key; everything that can
be read from outside is bound into the seal.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any, NamedTuple

import orjson
import rfc8785
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from ledger.domain.content import MAX_CONTENT_BYTES
from ledger.domain.ids import IdError, from_hex, to_hex

FORM = "pledgebook/message/1"
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_LEAST_TEXT = 1024
"""Bytes. A consent of one signature and one of several look alike."""
_NAMES = frozenset({"form", "kind", "ledger", "from", "to", "key", "until", "sealed"})


class Kind(StrEnum):
    """What a message is for."""

    OFFER = "offer"
    CONSENT = "consent"
    CONTENT = "content"


class MessageError(ValueError):
    """Bytes that are no message, or none that this key opens; the text names the field and the rule."""


class Header(NamedTuple):
    """What is told outside: the ledger's id, accounts of sender and recipient, the recipient's key; `until`: UTC seconds of the chain."""

    kind: Kind
    ledger: bytes
    sender: bytes
    recipient: bytes
    key: bytes
    until: int

    def told(self) -> dict[str, Any]:
        """The header as JSON."""
        return {
            "form": FORM,
            "kind": self.kind,
            "ledger": to_hex(self.ledger),
            "from": to_hex(self.sender),
            "to": to_hex(self.recipient),
            "key": to_hex(self.key),
            "until": str(self.until),
        }


class Message(NamedTuple):
    """A message as it was read."""

    header: Header
    sealed: bytes


class Given(NamedTuple):
    """A signature at its place in the envelope, with the root of what it attests, if anything."""

    position: int
    signature: bytes
    evidence: bytes | None


class Packed(NamedTuple):
    """A document with what its root is recomputed from; `text` is RFC 8785."""

    root: bytes
    seed: bytes
    schema: str
    text: bytes


@dataclass(frozen=True, slots=True)
class Offer:
    """An act to be signed: its kind, the envelope's bytes, the signatures so far, the content that it names. `alone`: it follows no other
    act; `url`: where the sender's gateway is.
    """

    act_kind: str
    typed: bytes
    given: Sequence[Given]
    packages: Sequence[Packed]
    alone: bool
    url: str | None


@dataclass(frozen=True, slots=True)
class Consent:
    """Signatures of an act, by account, id (a word) and digest."""

    account: bytes
    act: bytes
    digest: bytes
    given: Sequence[Given]


@dataclass(frozen=True, slots=True)
class Handed:
    """Content that the recipient is entitled to, by the event at a position."""

    packages: Sequence[Packed]
    pos: int


Payload = Offer | Consent | Handed


def id_of(body: bytes) -> bytes:
    """The id of a message: the hash of its bytes."""
    return sha256(body).digest()


def written(header: Header, payload: Payload) -> bytes:
    """A message's bytes, its payload sealed to the recipient's key."""
    return _body(Message(header, seal(_padded(orjson.dumps(payload_json(payload))), header.key, rfc8785.dumps(header.told()))))


def _padded(text: bytes) -> bytes:
    """JSON with spaces after it, as long as many others: of a length no more than its first few binary digits is told.

    Padmé (Nikitin et al., Reducing Metadata Leakage from Encrypted Files and Communication with PURBs, 2019): a sixteenth longer at most.
    """
    magnitude = max(len(text), _LEAST_TEXT).bit_length() - 1
    unit = 1 << (magnitude - magnitude.bit_length())
    return text.ljust(-(-max(len(text), _LEAST_TEXT) // unit) * unit)


def _body(message: Message) -> bytes:
    """The one form of a message: its id is the hash of it, so a message that could be written in two ways would have two."""
    return rfc8785.dumps({**message.header.told(), "sealed": base64.b64encode(message.sealed).decode()})


def read(body: bytes) -> Message:
    """A message from its bytes. Raises MessageError."""
    try:
        told = orjson.loads(body)
        flat = isinstance(told, dict) and told.keys() == _NAMES and all(isinstance(each, str) for each in told.values())
        if not flat or told["form"] != FORM:
            raise MessageError(f"message: canonical JSON of {FORM} expected")
        header = Header(
            Kind(told["kind"]),
            from_hex(told["ledger"], 32, "ledger"),
            from_hex(told["from"], 20, "from"),
            from_hex(told["to"], 20, "to"),
            from_hex(told["key"], 32, "key"),
            _number(told["until"], "until"),
        )
        found = Message(header, base64.b64decode(told["sealed"], validate=True))
    except ValueError as wrong:
        raise MessageError(f"message: {wrong}") from wrong
    if _body(found) != body:
        raise MessageError(f"message: canonical JSON of {FORM} expected, hex digits in lower case")
    return found


def opened(message: Message, key: X25519PrivateKey) -> Payload:
    """What a message carries. Raises MessageError."""
    text = unseal(message.sealed, key, rfc8785.dumps(message.header.told()))
    try:
        return _READ[message.header.kind](orjson.loads(text))
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError, ValueError) as wrong:
        raise MessageError(f"message: no {message.header.kind}: {type(wrong).__name__}: {wrong}") from wrong


def seal(text: bytes, public: bytes, bound: bytes) -> bytes:
    """Seals to a public key; `bound` is what it belongs to."""
    return _SUITE.encrypt(text, X25519PublicKey.from_public_bytes(public), info=bound)


def unseal(sealed: bytes, key: X25519PrivateKey, bound: bytes) -> bytes:
    """Opens what was sealed. Raises MessageError."""
    try:
        return _SUITE.decrypt(sealed, key, info=bound)
    except (InvalidTag, ValueError) as wrong:
        raise MessageError("message: it is not sealed to this key, or was changed") from wrong


# --- Payloads as JSON ------------------------------------------------------------------------------------------------------------------


def payload_json(payload: Payload) -> dict[str, Any]:
    """What is sealed, as JSON."""
    if isinstance(payload, Handed):
        return {"packages": [packed_json(each) for each in payload.packages], "pos": str(payload.pos)}
    given = [_given_json(each) for each in payload.given]
    if isinstance(payload, Consent):
        return {"account": to_hex(payload.account), "act": to_hex(payload.act), "digest": to_hex(payload.digest), "signatures": given}
    return {
        "act": payload.act_kind,
        "typed": payload.typed.decode(),
        "signatures": given,
        "packages": [packed_json(each) for each in payload.packages],
        "alone": payload.alone,
        "url": payload.url,
    }


def _given_json(given: Given) -> dict[str, Any]:
    evidence = None if given.evidence is None else to_hex(given.evidence)
    return {"position": given.position, "signature": to_hex(given.signature), "evidence": evidence}


def packed_json(packed: Packed) -> dict[str, str]:
    """A package as JSON: the form of files, too."""
    return {"root": to_hex(packed.root), "seed": to_hex(packed.seed), "schema": packed.schema, "text": packed.text.decode()}


def packed_from(told: Any) -> Packed:
    """A package from JSON; that the root is its own is for who takes it to find out. Raises MessageError."""
    try:
        text, schema = told["text"].encode(), told["schema"]
        if not isinstance(schema, str) or len(text) > MAX_CONTENT_BYTES:
            raise MessageError(f"package: a schema by name, and at most {MAX_CONTENT_BYTES} bytes expected")
        return Packed(from_hex(told["root"], 32, "root"), from_hex(told["seed"], 32, "seed"), schema, text)
    except (KeyError, TypeError, AttributeError, IdError) as wrong:
        raise MessageError(f"package: {type(wrong).__name__}: {wrong}") from wrong


def _offer(told: Any) -> Offer:
    url = told["url"]
    if not (url is None or isinstance(url, str)) or not isinstance(told["act"], str) or not isinstance(told["alone"], bool):
        raise MessageError("act, alone or url: of another type than an offer's")
    packages = [packed_from(each) for each in told["packages"]]
    return Offer(told["act"], told["typed"].encode(), _given(told["signatures"]), packages, told["alone"], url)


def _consent(told: Any) -> Consent:
    account, act, digest = from_hex(told["account"], 20), from_hex(told["act"], 32), from_hex(told["digest"], 32)
    return Consent(account, act, digest, _given(told["signatures"]))


def _handed(told: Any) -> Handed:
    return Handed([packed_from(each) for each in told["packages"]], _number(told["pos"], "pos"))


def _given(told: Any) -> list[Given]:
    return [Given(_position(each["position"]), from_hex(each["signature"]), _evidence(each["evidence"])) for each in told]


def _evidence(told: Any) -> bytes | None:
    return None if told is None else from_hex(told, 32)


def _position(told: Any) -> int:
    if isinstance(told, bool) or not isinstance(told, int) or not 0 <= told < 256:
        raise MessageError("position: a place in the envelope expected")
    return told


def _number(told: Any, field: str) -> int:
    if not isinstance(told, str) or not told.isdecimal() or str(int(told)) != told or int(told) >= 1 << 63:
        raise MessageError(f"{field}: a decimal number expected")
    return int(told)


_READ: dict[Kind, Callable[[Any], Payload]] = {Kind.OFFER: _offer, Kind.CONSENT: _consent, Kind.CONTENT: _handed}
