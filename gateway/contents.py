"""Content: the off-chain part of a record, held by (member, root). Nobody's key signs a root whose content its member doesn't hold."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import orjson

from gateway.errors import Problem, invalid
from gateway.office.repository import Content, Office
from ledger.domain.content import Commitment, ContentError, Json, canonical, commit
from ledger.domain.ids import to_hex

ROOT_FIELDS = frozenset({"contentRoot", "content"})
"""Fields of act bodies that hold a content root (bytes32); zero says that there is none."""
NO_ROOT = bytes(32)


@dataclass(frozen=True, slots=True)
class Package:
    """A document with its seed, as it is kept and as a member may hand it to another."""

    commitment: Commitment
    seed: bytes


def package(document: Json, schema: str, seed: bytes) -> Package:
    """Commits to a document. Raises 422."""
    try:
        return Package(commit(document, seed, schema), seed)
    except ContentError as wrong:
        raise invalid(str(wrong)) from wrong


def written(document: Json, field: str) -> bytes:
    """The canonical bytes of a document (RFC 8785). Raises 422."""
    try:
        return canonical(document)
    except (ContentError, UnicodeEncodeError) as wrong:
        raise invalid(f"{field}: {wrong}", field=field) from wrong


def keep(office: Office, made: Package) -> None:
    """Stores a package for a member; the same one again changes nothing, and takes the place of one that is damaged.

    Raises 409 for what the member erased.
    """
    root, kept = made.commitment.root, (made.seed, made.commitment.schema, made.commitment.canonical)
    if (gone := office.erased(root)) is not None:
        raise Problem(409, "Content erased", f"content {to_hex(root)} was erased here: {gone.why}", root=to_hex(root))
    if not office.add_content(root, *kept) and not is_whole(office.content(root)):
        office.drop_content(root)
        office.add_content(root, *kept)


def unpacked(root: bytes, seed: bytes, schema: str, text: bytes) -> Package:
    """A package from another's hand, its root recomputed: nothing else decides what it is. Raises 422."""
    try:
        made = Package(commit(orjson.loads(text), seed, schema), seed)
    except (ContentError, ValueError, RecursionError) as wrong:
        raise invalid(f"content {to_hex(root)}: {wrong}", root=to_hex(root)) from wrong
    if made.commitment.root != root or made.commitment.canonical != text:
        raise invalid(f"content {to_hex(root)}: what was given has another root; it was changed, or is another document", root=to_hex(root))
    return made


def roots_in(body: object) -> Iterator[bytes]:
    """Every content root that a body names."""
    if isinstance(body, tuple):
        for item in body:
            yield from roots_in(item)
    elif is_dataclass(body):
        for field in fields(body):
            value: Any = getattr(body, field.name)
            if field.name in ROOT_FIELDS and isinstance(value, bytes):
                if value != NO_ROOT:
                    yield value
            else:
                yield from roots_in(value)


def check_held(office: Office, body: object) -> None:
    """Holds every root of a body against the document on disk, recomputed. Raises 409 naming the root that isn't held."""
    for root in roots_in(body):
        if not is_whole(office.content(root)):
            raise Problem(
                409,
                "Content not held",
                f"content {to_hex(root)} is not held by {to_hex(office.member)}, so its key signs nothing; POST it to /content:batch",
                root=to_hex(root),
                account=to_hex(office.member),
            )


def is_whole(held: Content | None) -> bool:
    """Whether a document is there and still yields its root."""
    if held is None:
        return False
    try:
        made = commit(orjson.loads(held.bytes), held.seed, held.schema)
    except (ContentError, ValueError):
        return False
    return made.root == held.root and made.canonical == held.bytes
