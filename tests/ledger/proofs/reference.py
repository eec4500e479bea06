"""The tree as RFC 9162 section 2.1 defines it, by recursion over halves, written for reading: what the quick one is held against."""

from collections.abc import Sequence
from hashlib import sha256


def split(count: int) -> int:
    """The largest power of two below `count`, which is at least 2."""
    return 1 << ((count - 1).bit_length() - 1)


def tree_hash(data: Sequence[bytes]) -> bytes:
    """MTH of the RFC's section 2.1.1."""
    if not data:
        return sha256(b"").digest()
    if len(data) == 1:
        return sha256(b"\x00" + data[0]).digest()
    half = split(len(data))
    return sha256(b"\x01" + tree_hash(data[:half]) + tree_hash(data[half:])).digest()


def path(index: int, data: Sequence[bytes]) -> list[bytes]:
    """PATH of section 2.1.3.1."""
    if len(data) == 1:
        return []
    half = split(len(data))
    if index < half:
        return [*path(index, data[:half]), tree_hash(data[half:])]
    return [*path(index - half, data[half:]), tree_hash(data[:half])]


def proof(count: int, data: Sequence[bytes]) -> list[bytes]:
    """PROOF of section 2.1.4.1."""
    return subproof(count, data, True)


def subproof(count: int, data: Sequence[bytes], is_whole: bool) -> list[bytes]:
    """SUBPROOF of section 2.1.4.1."""
    if count == len(data):
        return [] if is_whole else [tree_hash(data)]
    half = split(len(data))
    if count <= half:
        return [*subproof(count, data[:half], is_whole), tree_hash(data[half:])]
    return [*subproof(count - half, data[half:], False), tree_hash(data[:half])]


def shape(index: int, count: int) -> str:
    """How a leaf hangs: for each step up from below, whether its sibling is on the (l)eft or (r)ight."""
    if count == 1:
        return ""
    half = split(count)
    return shape(index, half) + "r" if index < half else shape(index - half, count - half) + "l"
