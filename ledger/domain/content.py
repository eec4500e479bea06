"""A record's content: canonical bytes (RFC 8785) and the root of a salted Merkle commitment over its fields.

Each scalar of the document is one leaf, named by its JSON pointer (RFC 6901) and salted by HMAC(seed, pointer), so that a holder can
show some fields and keep the others. A list is a leaf as well, whose value is its length: else [x] and {"0": x} would share a root, and a
list could be shown short. The tree has the shape and the domain separation of RFC 6962; the root binds schema and leaf count too.
Amounts in content are strings; floats are refused, since their decimal text is not what a person wrote.
"""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeAlias

import rfc8785

Json: TypeAlias = "None | bool | int | str | list[Json] | dict[str, Json]"

SEED_BYTES = 32
MAX_CONTENT_BYTES = 1 << 20
_LEAF, _NODE, _ROOT = b"\x00", b"\x01", b"\x02"
SCALAR, LIST = b"s", b"l"


class ContentError(ValueError):
    """A document that can't be committed to; the message names the field and the rule."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One field: tag (SCALAR or LIST), JSON pointer, salt (32 bytes) and the RFC 8785 bytes of its value, or of a list's length."""

    tag: bytes
    pointer: str
    salt: bytes
    value: bytes

    def digest(self) -> bytes:
        """Leaf hash: the lengths keep pointer and value apart."""
        pointer = self.pointer.encode()
        return sha256(_LEAF + self.tag + len(pointer).to_bytes(4) + pointer + self.salt + self.value).digest()


@dataclass(frozen=True, slots=True)
class Commitment:
    """A document as it is kept (canonical bytes) and as the chain knows it (root, 32 bytes)."""

    root: bytes
    canonical: bytes
    schema: str


def canonical(document: Json) -> bytes:
    """The RFC 8785 bytes of a document. Raises ContentError for floats and for integers beyond 2^53 - 1."""
    _refuse_floats(document, "")
    try:
        encoded = rfc8785.dumps(document)
    except rfc8785.CanonicalizationError as wrong:
        raise ContentError(f"content: {wrong}") from wrong
    if len(encoded) > MAX_CONTENT_BYTES:
        raise ContentError(f"content: {len(encoded)} bytes, at most {MAX_CONTENT_BYTES}; keep large files apart and name their hash")
    return encoded


def commit(document: Json, seed: bytes, schema: str) -> Commitment:
    """Commits to a document under a secret seed of 32 bytes. Raises ContentError."""
    if len(seed) != SEED_BYTES:
        raise ContentError(f"seed: {SEED_BYTES} bytes expected, {len(seed)} given")
    encoded = canonical(document)
    hashes = [leaf.digest() for leaf in leaves(document, seed)]
    return Commitment(_root(hashes, schema), encoded, schema)


def leaves(document: Json, seed: bytes) -> list[Leaf]:
    """All fields of a document, sorted by the bytes of their pointers."""
    fields = sorted(_fields(document, ""), key=lambda field: field[1].encode())
    return [Leaf(tag, pointer, _salt(seed, pointer), rfc8785.dumps(value)) for tag, pointer, value in fields]


def _root(hashes: list[bytes], schema: str) -> bytes:
    return sha256(_ROOT + sha256(schema.encode()).digest() + len(hashes).to_bytes(8) + _tree(hashes)).digest()


def _tree(hashes: list[bytes]) -> bytes:
    if len(hashes) == 1:
        return hashes[0]
    left = 1 << (len(hashes) - 1).bit_length() - 1
    return sha256(_NODE + _tree(hashes[:left]) + _tree(hashes[left:])).digest()


def _salt(seed: bytes, pointer: str) -> bytes:
    return hmac.digest(seed, pointer.encode(), "sha256")


def _fields(value: Json, pointer: str) -> Iterator[tuple[bytes, str, Json]]:
    if isinstance(value, dict) and value:
        for name, member in value.items():
            yield from _fields(member, f"{pointer}/{_escaped(name)}")
    elif isinstance(value, list):
        yield LIST, pointer, len(value)
        for index, item in enumerate(value):
            yield from _fields(item, f"{pointer}/{index}")
    else:
        yield SCALAR, pointer, value


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _refuse_floats(value: object, pointer: str) -> None:
    if isinstance(value, float):
        raise ContentError(f"content{pointer}: a float; write amounts and rates as strings")
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in members:
        _refuse_floats(member, f"{pointer}/{name}")
