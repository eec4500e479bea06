"""Proofs of anchored records and live assets as documents: made from an anchored register, checked by anybody without asking anybody.

A proof says under which root and count its record stands; that these are what the office signed is what the chain (the event
RegisterAnchored, or the mirror of any member) says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.anchoring.book import ProvenAsset, ProvenRecord
from ledger.domain.ids import IdError, from_hex, to_hex
from ledger.foreseen import Foreseen
from ledger.proofs import merkle
from ledger.proofs.anchor_leaves import AnchoredRecord, LeafError, LiveAsset, encode
from ledger.proofs.anchors import Inclusion

RECORD, ASSET = "anchored record", "live anchored asset"
_KINDS: Mapping[str, type[AnchoredRecord] | type[LiveAsset]] = {RECORD: AnchoredRecord, ASSET: LiveAsset}
_MEMBERS = ("kind", "register", "anchor", "root", "count", "index", "leaf", "path")
_MOST_PATH = 64

Json = dict[str, Any]


class ProofError(Foreseen, ValueError):
    """A document that proves nothing; one line that names the field and the rule."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A checked proof: what stands at `index` of `count` under `root`, in which register's which anchor."""

    kind: str
    register: int
    anchor: int
    root: bytes
    count: int
    index: int
    leaf: AnchoredRecord | LiveAsset
    path: tuple[bytes, ...]


def record_proof(anchor: int, root: bytes, proven: ProvenRecord) -> Json:
    """The document that proves a record."""
    return _document(RECORD, anchor, root, proven.record, proven.proof)


def asset_proof(anchor: int, root: bytes, proven: ProvenAsset) -> Json:
    """The document that proves a live asset."""
    return _document(ASSET, anchor, root, proven.asset, proven.proof)


def _document(kind: str, anchor: int, root: bytes, leaf: AnchoredRecord | LiveAsset, proof: Inclusion) -> Json:
    return {
        "kind": kind,
        "register": leaf.register,
        "anchor": anchor,
        "root": to_hex(root),
        "count": proof.count,
        "index": proof.index,
        "leaf": {name: _shown(getattr(leaf, name)) for name in leaf.__slots__},
        "path": [to_hex(node) for node in proof.path],
    }


def _shown(value: int | bytes) -> str:
    return to_hex(value) if isinstance(value, bytes) else str(value)


def verify(document: object) -> Proof:
    """The proof in a document, if its path leads from its record to its root. Raises ProofError.

    Root and count stand as the document states them: hold both against the anchor (`stands_under`).
    """
    if not isinstance(document, dict) or set(document) != set(_MEMBERS):
        raise ProofError(f"proof: an object with {', '.join(_MEMBERS)} expected")
    kind = _KINDS.get(document["kind"]) if isinstance(document["kind"], str) else None
    if kind is None:
        raise ProofError(f"kind: one of {', '.join(_KINDS)}")
    leaf = _leaf(kind, document["leaf"])
    root, path = _word(document["root"], "root"), _path(document["path"])
    register, anchor, count, index = (_whole(document[name], name) for name in ("register", "anchor", "count", "index"))
    if leaf.register != register:
        raise ProofError(f"register: {register}, but the record is of register {leaf.register}")
    if not merkle.verify_inclusion(root, count, index, merkle.leaf_hash(_encoded(leaf)), path):
        raise ProofError(f"path: it does not lead from this record, number {index} of {count}, to the root {to_hex(root)}")
    return Proof(document["kind"], register, anchor, root, count, index, leaf, path)


def stands_under(proof: Proof, root: bytes, count: int) -> bool:
    """Whether a checked proof is of the tree that an office signed: its root and its count, which a root alone does not say."""
    return (proof.root, proof.count) == (root, count)


def _leaf(kind: type[AnchoredRecord] | type[LiveAsset], given: Any) -> AnchoredRecord | LiveAsset:
    names = kind.__slots__
    if not isinstance(given, dict) or set(given) != set(names):
        raise ProofError(f"leaf: an object with {', '.join(names)} expected")
    return kind(**{name: _field(given[name], f"leaf.{name}") for name in names})


def _field(given: Any, field: str) -> Any:
    if isinstance(given, str) and given.startswith("0x"):
        return _word(given, field)
    if isinstance(given, str) and given.removeprefix("-").isdecimal() and given.isascii() and len(given) < 40:
        return int(given)
    raise ProofError(f"{field}: decimal text, or 32 bytes as hex, expected")


def _encoded(leaf: AnchoredRecord | LiveAsset) -> bytes:
    try:
        return encode(leaf)
    except LeafError as wrong:
        raise ProofError(f"leaf.{wrong}") from wrong


def _word(given: Any, field: str) -> bytes:
    try:
        return from_hex(given, merkle.HASH_BYTES, field)
    except (IdError, TypeError, AttributeError) as wrong:
        raise ProofError(f"{field}: 32 bytes as hex expected") from wrong


def _path(given: Any) -> tuple[bytes, ...]:
    if not isinstance(given, Sequence) or isinstance(given, str) or len(given) > _MOST_PATH:
        raise ProofError(f"path: a list of at most {_MOST_PATH} hashes expected")
    return tuple(_word(node, f"path[{at}]") for at, node in enumerate(given))


def _whole(given: Any, field: str) -> int:
    if not isinstance(given, int) or isinstance(given, bool) or not 0 <= given < 1 << 48:
        raise ProofError(f"{field}: a whole number from 0 to 2^48 - 1 expected")
    return given
