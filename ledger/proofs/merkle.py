"""The Merkle tree of RFC 6962 and RFC 9162 section 2.1 over SHA-256: hashes, levels, and the checks of proofs.

A level is a list of hashes (32 bytes each), level 0 the leaves. Nodes are paired from the left and a lone last one goes up as it is, which
gives the RFC's shape for any count: node i of level h is the tree hash of leaves [i * 2^h, min((i + 1) * 2^h, count)).

A root does not commit to its count, so both are always kept and given together.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256

HASH_BYTES = 32
EMPTY = sha256(b"").digest()
"""The root of no leaves."""
_LEAF, _NODE = b"\x00", b"\x01"


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf's data."""
    return sha256(_LEAF + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return sha256(_NODE + left + right).digest()


def leaf_level(records: Sequence[bytes]) -> list[bytes]:
    """The hashes of many leaves: `leaf_hash` of each without its call, which is a tenth of the time."""
    return [sha256(_LEAF + data).digest() for data in records]


def parent_level(level: Sequence[bytes]) -> list[bytes]:
    """The level above a level."""
    above = [sha256(_NODE + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=False)]
    return [*above, level[-1]] if len(level) % 2 else above


def levels(leaves: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """Every level from the given one up to that of the root; none of no leaves."""
    level = leaves
    while level:
        yield level
        level = parent_level(level) if len(level) > 1 else ()


def widths(count: int) -> list[int]:
    """How many nodes each level has, from `count` leaves up to the root; none of no leaves."""
    height = (count - 1).bit_length()
    return [-(-count >> level) for level in range(height + 1)] if count else []


def root_of_path(count: int, index: int, leaf: bytes, path: Sequence[bytes]) -> bytes | None:
    """The root that an inclusion path (RFC 9162 section 2.1.3) leads to from a leaf's hash.

    None if the leaf does not exist or the path has not just the hashes that this index and count demand.
    """
    if not 0 <= index < count or not _are_hashes(leaf, *path):
        return None
    node, last, siblings = leaf, count - 1, iter(path)
    while last:
        if index & 1 or index < last:
            sibling = next(siblings, None)
            if sibling is None:
                return None
            node = node_hash(sibling, node) if index & 1 else node_hash(node, sibling)
        index, last = index >> 1, last >> 1
    return node if next(siblings, None) is None else None


def verify_inclusion(root: bytes, count: int, index: int, leaf: bytes, path: Sequence[bytes]) -> bool:
    """Whether `leaf` (a leaf's hash) is number `index` of the `count` leaves under `root`."""
    return root_of_path(count, index, leaf, path) == root


def verify_consistency(old_root: bytes, old_count: int, new_root: bytes, new_count: int, path: Sequence[bytes]) -> bool:
    """Whether the new tree begins with all leaves of the old one, in their order (RFC 9162 section 2.1.4.2).

    Nothing can be said of an old tree without leaves: False.
    """
    if old_count == new_count:
        return old_count >= 0 and old_root == new_root and not path
    if not 0 < old_count < new_count or not path or not _are_hashes(old_root, *path):
        return False
    is_whole = old_count & (old_count - 1) == 0
    return _both_roots(old_count, new_count, [old_root, *path] if is_whole else path) == (old_root, new_root)


def _both_roots(old_count: int, new_count: int, hashes: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """The old and the new root that the hashes lead to, the first of which is in both trees."""
    at, last = _climbed(old_count - 1, new_count - 1, while_bit=1)
    old = new = hashes[0]
    for sibling in hashes[1:]:
        if not last:
            return None
        if at & 1 or at == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            at, last = _climbed(at, last, while_bit=0)
        else:
            new = node_hash(new, sibling)
        at, last = at >> 1, last >> 1
    return None if last else (old, new)


def _climbed(at: int, last: int, while_bit: int) -> tuple[int, int]:
    """Place and last place, levels further up, where the place's low bit is no longer `while_bit`."""
    while at and at & 1 == while_bit:
        at, last = at >> 1, last >> 1
    return at, last


def _are_hashes(*values: bytes) -> bool:
    return all(len(value) == HASH_BYTES for value in values)
