"""Signatures between gateways: requests by HTTP Message Signatures (RFC 9421), and statements that outlive their request by JWS.

A request's signature covers its method, path, query, body (Content-Digest, RFC 9530) and whom it is for; it is good for minutes, once, and
on one ledger. A statement is what somebody may have to show later: a receipt, the list of messages that wait.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple

import orjson
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from http_message_signatures import HTTPMessageSigner, HTTPMessageVerifier, HTTPSignatureKeyResolver, algorithms
from http_message_signatures.digests import ContentDigest
from http_message_signatures.exceptions import HTTPMessageSignaturesException
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from ledger.domain.address_book import KeyId, key_named
from ledger.domain.ids import IdError, address, to_hex

TO, DIGEST = "Pledgebook-To", "Content-Digest"
FRESH_SECONDS, SKEW_SECONDS = 300, 60
REMEMBERED_SECONDS = FRESH_SECONDS + 2 * SKEW_SECONDS
"""So long a nonce must be remembered: afterwards its signature is too old."""
MOST_NONCE = 64
_COVERED = ("@method", "@path", "@query", TO.lower())
_ALGORITHM = "Ed25519"

PublicKey = Callable[[KeyId], bytes | None]
"""The public key of a name, where it is good; None otherwise."""


class Unsigned(Exception):
    """A request or statement that its sender has not signed, or not so, or not now; the text is for the log."""


class Signed(NamedTuple):
    """A request whose signature is good: who signed it, for whom, and its nonce."""

    by: KeyId
    to: bytes
    nonce: str


@dataclass
class _Request:
    """A request as the signatures' library reads it."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)


class _Keys(HTTPSignatureKeyResolver):
    def __init__(self, public: PublicKey | None = None, private: Ed25519PrivateKey | None = None) -> None:
        self._public, self._private = public, private

    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey | None:  # the library's interface
        named = key_named(key_id)
        found = None if named is None or self._public is None else self._public(named)
        return None if found is None else Ed25519PublicKey.from_public_bytes(found)

    def resolve_private_key(self, _: str) -> Ed25519PrivateKey | None:
        return self._private


class _Verifier(HTTPMessageVerifier):
    max_clock_skew = timedelta(seconds=SKEW_SECONDS)


def tag(ledger: bytes) -> str:
    """What a signature is for: one ledger's gateways."""
    return f"pledgebook {to_hex(ledger)}"


def sign(method: str, target: str, body: bytes | None, to: bytes, ledger: bytes, by: KeyId, key: Ed25519PrivateKey) -> dict[str, str]:
    """The headers of a signed request. `target`: path and query."""
    request = _Request(method, _url(target), {TO: to_hex(to)})
    signer = HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=_Keys(private=key))
    nonce = secrets.token_hex(16)
    signer.sign(request, key_id=str(by), nonce=nonce, label="sig", tag=tag(ledger), covered_component_ids=_COVERED, body=body)
    return request.headers


def verify(method: str, target: str, headers: Mapping[str, str], ledger: bytes, public: PublicKey) -> Signed:
    """Who signed a request. That the body is the one of its Content-Digest is `check_body`'s to say. Raises Unsigned."""
    request = _Request(method, _url(target), dict(headers))
    covered = _COVERED if method == "GET" else (*_COVERED, DIGEST.lower())
    verifier = _Verifier(signature_algorithm=algorithms.ED25519, key_resolver=_Keys(public=public))
    try:
        (found,) = verifier.verify(request, max_age=timedelta(seconds=FRESH_SECONDS), expect_tag=tag(ledger), require_components=covered)
        by, nonce = key_named(str(found.parameters["keyid"])), found.nonce
        if by is None or nonce is None or not 0 < len(nonce) <= MOST_NONCE:
            raise Unsigned("no key or no nonce is named")
        return Signed(by, address(next(value for name, value in request.headers.items() if name.lower() == TO.lower()), TO), nonce)
    except (HTTPMessageSignaturesException, IdError, ValueError, KeyError) as wrong:
        raise Unsigned(str(wrong)) from wrong


def check_body(headers: Mapping[str, str], body: bytes) -> None:
    """Holds a body against the signed digest of it. Raises Unsigned."""
    try:
        ContentDigest.verify(headers[DIGEST.lower()], body)
    except (HTTPMessageSignaturesException, KeyError) as wrong:
        raise Unsigned(str(wrong)) from wrong


# --- Statements ------------------------------------------------------------------------------------------------------------------------


class Statement(NamedTuple):
    """Something that a member's gateway signed, and who did."""

    by: KeyId
    told: dict[str, Any]


def state(form: str, told: dict[str, Any], by: KeyId, key: Ed25519PrivateKey) -> str:
    """A signed statement of a form (compact JWS)."""
    jwk = _jwk(key.public_key().public_bytes_raw(), key.private_bytes_raw())
    return jws.serialize_compact({"alg": _ALGORITHM, "kid": str(by), "typ": form}, rfc8785.dumps(told), jwk, algorithms=[_ALGORITHM])


def stated(form: str, text: str, public: PublicKey) -> Statement:
    """A statement, if its signature is good. Raises Unsigned."""
    try:
        header = jws.extract_compact(text.encode()).headers()
        by = key_named(str(header.get("kid")))
        found = None if by is None or header.get("typ") != form else public(by)
        if by is None or found is None:
            raise Unsigned(f"no {form} by a key that is good")
        told = orjson.loads(jws.deserialize_compact(text, _jwk(found), algorithms=[_ALGORITHM]).payload or b"")
    except (JoseError, ValueError, TypeError) as wrong:
        raise Unsigned(f"{form}: {wrong}") from wrong
    if not isinstance(told, dict):
        raise Unsigned(f"{form}: an object expected")
    return Statement(by, told)


def _jwk(public: bytes, private: bytes | None = None) -> OKPKey:
    secret = {} if private is None else {"d": _text(private)}
    return OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": _text(public), **secret})


def _text(key: bytes) -> str:
    return base64.urlsafe_b64encode(key).rstrip(b"=").decode()


def _url(target: str) -> str:
    """Path and query alone are signed: a proxy in front may know the gateway by another name."""
    return f"http://gateway{target}"
