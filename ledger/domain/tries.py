"""Ethereum's Merkle Patricia trie: the root over a list, and what a proof says of a key (Yellow Paper, appendix D)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import rlp
from eth_hash.auto import keccak

Nibbles: TypeAlias = tuple[int, ...]
Node: TypeAlias = list[Any]

EMPTY_ROOT: bytes = keccak(rlp.encode(b""))
_HASH_BYTES = 32
_BRANCH_ITEMS = 17


class ProofError(ValueError):
    """Nodes that do not lead from the root to an answer."""


def list_root(items: Sequence[bytes]) -> bytes:
    """The root of the trie that holds items under their RLP-encoded indices, as headers commit to transactions and receipts."""
    return root({rlp.encode(at): item for at, item in enumerate(items)})


def root(entries: Mapping[bytes, bytes]) -> bytes:
    """The root of the trie of these entries; no value is empty."""
    pairs = sorted((_nibbles(key), value) for key, value in entries.items())
    return keccak(_encoded(_node(pairs, 0))) if pairs else EMPTY_ROOT


def proven(root_: bytes, key: bytes, nodes: Iterable[bytes]) -> bytes | None:
    """The value of a key, None where the trie has none, by the encoded nodes on the way (eth_getProof). Raises ProofError."""
    if root_ == EMPTY_ROOT:
        return None
    known = {keccak(node): node for node in nodes}
    path, node = _nibbles(key), _known(known, root_)
    while True:
        if len(node) == _BRANCH_ITEMS:
            if not path:
                return node[-1] or None
            path, child = path[1:], node[path[0]]
        else:
            prefix, is_leaf = _prefix(node[0])
            if path[: len(prefix)] != prefix or (is_leaf and path != prefix):
                return None
            path, child = path[len(prefix) :], node[1]
            if is_leaf:
                return bytes(child)
        if not child:
            return None
        node = child if isinstance(child, list) else _known(known, child)


def _known(nodes: Mapping[bytes, bytes], digest: bytes) -> Node:
    if digest not in nodes:
        raise ProofError(f"the proof lacks node 0x{digest.hex()}")
    try:
        node: Any = rlp.decode(nodes[digest])
    except rlp.exceptions.RLPException as wrong:
        raise ProofError(f"node 0x{digest.hex()} is not RLP") from wrong
    if not isinstance(node, list) or len(node) not in (2, _BRANCH_ITEMS):
        raise ProofError(f"node 0x{digest.hex()} is no trie node")
    return node


def _nibbles(key: bytes) -> Nibbles:
    return tuple(half for byte in key for half in (byte >> 4, byte & 15))


def _node(pairs: Sequence[tuple[Nibbles, bytes]], depth: int) -> Node:
    """The node over pairs in key order that share their first `depth` nibbles."""
    first, last = pairs[0][0], pairs[-1][0]
    if len(pairs) == 1:
        return [_packed(first[depth:], is_leaf=True), pairs[0][1]]
    shared = depth
    while shared < len(first) and first[shared] == last[shared]:
        shared += 1
    if shared > depth:
        return [_packed(first[depth:shared], is_leaf=False), _reference(_node(pairs, shared))]
    return _branch(pairs, depth)


def _branch(pairs: Sequence[tuple[Nibbles, bytes]], depth: int) -> Node:
    value = b""
    below: list[list[tuple[Nibbles, bytes]]] = [[] for _ in range(_BRANCH_ITEMS - 1)]
    for key, held in pairs:
        if len(key) == depth:
            value = held
        else:
            below[key[depth]].append((key, held))
    return [*(_reference(_node(each, depth + 1)) if each else b"" for each in below), value]


def _reference(node: Node) -> Node | bytes:
    encoded = _encoded(node)
    return node if len(encoded) < _HASH_BYTES else keccak(encoded)


def _encoded(node: Node) -> bytes:
    encoded: bytes = rlp.encode(node, infer_serializer=False)
    return encoded


def _packed(path: Nibbles, *, is_leaf: bool) -> bytes:
    """A path with its kind and its parity in the first nibble."""
    flag = 2 * is_leaf + len(path) % 2
    whole = (flag, *path) if len(path) % 2 else (flag, 0, *path)
    return bytes(high << 4 | low for high, low in zip(whole[::2], whole[1::2], strict=True))


def _prefix(packed: bytes) -> tuple[Nibbles, bool]:
    nibbles = _nibbles(packed)
    return nibbles[1 if nibbles[0] & 1 else 2 :], nibbles[0] >= 2
