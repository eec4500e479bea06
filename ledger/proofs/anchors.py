"""The tree of an anchored register as one file: built from its records in one pass, read by memory map, never loaded.

File, version 1, numbers big-endian:

    magic 8 | version 4 | zero 4 | count 8 | root 32 | zero 8
    level 0 (the leaves' hashes), level 1, ... up to the root, 32 bytes a node (ledger/proofs/merkle.py)

So a file of n records has 64 + about 64 n bytes, and a proof is one read a level. It is written beside its place and renamed, so that a
reader finds the whole old one or the whole new one. Opening it checks header, length and root against each other; whatever else is damaged
shows when a proof is made, since no proof is given that does not lead to the root.
"""

import mmap
import os
import shutil
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import accumulate, islice
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO
from uuid import uuid4

from ledger.proofs import merkle
from ledger.proofs.merkle import HASH_BYTES
from ledger.proofs.workers import in_order

MAGIC = b"PBANCHOR"
VERSION = 1
_HEADER = struct.Struct(">8sIIQ32sQ")
BATCH_HEIGHT = 13
BATCH = 1 << BATCH_HEIGHT
"""Records are hashed in whole subtrees of so many; no more than one for each process is held at a time."""

Read = Callable[[int, int], Sequence[bytes]]
"""Gives the records [start, stop) of a register, at most BATCH at a time."""


class AnchorError(ValueError):
    """What was asked of a tree can't be done; the message names the value and the rule."""


class AnchorDamaged(AnchorError):
    """The file is no stored tree, or not the one that its header says: build it again from the records."""


@dataclass(frozen=True, slots=True)
class Inclusion:
    """One leaf of `count` (its number and hash) and the path to the root: sibling hashes from below. Check: merkle.verify_inclusion."""

    count: int
    index: int
    leaf: bytes
    path: tuple[bytes, ...]


# --- build


def build(file: Path, records: Iterable[bytes]) -> bytes:
    """Store the tree over the records, drawn once and never held; returns its root. Raises AnchorError for a record that is not bytes."""
    source = iter(records)
    return _store(file, map(_subtree, iter(lambda: list(islice(source, BATCH)), [])))


def build_from(file: Path, count: int, read: Read, processes: int) -> bytes:
    """Store the tree over `count` records that any process can read by number; returns its root.

    With more than one process `read` must pickle: a function of a module, or `partial` of one. Raises AnchorError when it gives more or
    fewer records than asked for, or one that is not bytes; WorkerEnded; and what `read` raises itself.
    """
    ranges = [(start, min(start + BATCH, count)) for start in range(0, count, BATCH)]
    return _store(file, in_order(partial(_subtree_of, read), ranges, min(processes, len(ranges))))


def _subtree_of(read: Read, asked: tuple[int, int]) -> list[bytes]:
    start, stop = asked
    records = read(start, stop)
    if len(records) != stop - start:
        raise AnchorError(f"records [{start}, {stop}): {len(records)} given, {stop - start} asked for")
    return _subtree(records)


def _subtree(records: Sequence[bytes]) -> list[bytes]:
    """The levels of one batch, each as one piece; that of the last batch is filled up with its root."""
    try:
        found = [b"".join(level) for level in merkle.levels(merkle.leaf_level(records))]
    except TypeError as wrong:
        raise AnchorError(f"record: bytes expected ({wrong})") from wrong
    return found + found[-1:] * (BATCH_HEIGHT + 1 - len(found))


def _store(file: Path, subtrees: Iterator[list[bytes]]) -> bytes:
    """Write the file from the levels of all batches in order."""
    with _replacing(file) as out, ExitStack() as stack:
        out.write(bytes(_HEADER.size))
        upper = [stack.enter_context(TemporaryFile(dir=file.parent)) for _ in range(1, BATCH_HEIGHT)]
        tops = _spread(subtrees, [out, *upper])
        count = (out.tell() - _HEADER.size) // HASH_BYTES
        root = _finish(out, upper, tops, len(merkle.widths(count)))
        out.seek(0)
        out.write(_HEADER.pack(MAGIC, VERSION, 0, count, root, 0))
    return root


def _spread(subtrees: Iterator[list[bytes]], files: Sequence[IO[bytes]]) -> list[bytes]:
    """Append each level to its file; returns the batches' roots."""
    tops = []
    for subtree in subtrees:
        for file, level in zip(files, subtree, strict=False):
            file.write(level)
        tops.append(subtree[BATCH_HEIGHT])
    return tops


def _finish(out: IO[bytes], upper: Sequence[IO[bytes]], tops: Sequence[bytes], count: int) -> bytes:
    """Append what is above the leaves, so that there are `count` levels in all; returns the root."""
    for file in upper[: max(count - 1, 0)]:
        file.seek(0)
        shutil.copyfileobj(file, out)
    above = list(merkle.levels(tops))
    for level in above[: max(count - BATCH_HEIGHT, 0)]:
        out.write(b"".join(level))
    return above[-1][0] if above else merkle.EMPTY


@contextmanager
def _replacing(file: Path) -> Iterator[IO[bytes]]:
    """A file that takes the place of `file` once it is whole and on disk, or leaves no trace."""
    beside = file.with_name(f".{file.name}.{uuid4().hex}.tmp")
    try:
        with beside.open("xb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


# --- read


@dataclass(frozen=True, slots=True)
class StoredTree:
    """An open stored tree: number of records, root, and where each level lies in the file (first byte, nodes).

    Reading needs no lock. Close it, or use it in a `with`.
    """

    count: int
    root: bytes
    _levels: tuple[tuple[int, int], ...] = field(repr=False)
    _file: mmap.mmap = field(repr=False)

    def prove(self, index: int) -> Inclusion:
        """The proof of record number `index`, already checked. Raises AnchorError for a number that is not there; AnchorDamaged."""
        if not 0 <= index < self.count:
            raise AnchorError(f"record {index}: the tree has {self.count} records, numbered from 0")
        leaf, path = self._node(0, index), self._path(0, index)
        if not merkle.verify_inclusion(self.root, self.count, index, leaf, path):
            raise AnchorDamaged(f"record {index}: its path does not lead to the root; build the tree again from the records")
        return Inclusion(self.count, index, leaf, path)

    def prove_page(self, height: int, page: int) -> Inclusion:
        """The proof, already checked, that whole subtree number `page` of 2^height records stands in the tree: a leaf of the tree of pages.

        Raises AnchorError for a page that is not there; AnchorDamaged.
        """
        pages = -(-self.count >> height)
        if not 0 <= page < pages:
            raise AnchorError(f"page {page}: the tree has {pages} pages of {1 << height} records, numbered from 0")
        # A tree that fits into one page ends below its height: the page is the root.
        level = min(height, len(self._levels) - 1)
        leaf, path = self._node(level, page), self._path(level, page)
        if not merkle.verify_inclusion(self.root, pages, page, leaf, path):
            raise AnchorDamaged(f"page {page}: its path does not lead to the root; build the tree again from the records")
        return Inclusion(pages, page, leaf, path)

    def prove_consistency(self, old_root: bytes, old_count: int) -> tuple[bytes, ...]:
        """The path that shows (merkle.verify_consistency) that this tree begins with all records of an older one.

        Raises AnchorError if it does not, or if the older one had no record or more than this one has.
        """
        if not 0 < old_count <= self.count:
            raise AnchorError(f"an older tree of {old_count} records: 1 to {self.count} expected")
        path = self._consistency_path(old_count) if old_count < self.count else ()
        if not merkle.verify_consistency(old_root, old_count, self.root, self.count, path):
            raise AnchorError(f"an older tree of {old_count} records: this one does not begin with them (or its file is damaged)")
        return path

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def __enter__(self) -> "StoredTree":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _consistency_path(self, old_count: int) -> tuple[bytes, ...]:
        """From the last whole subtree of the older tree up; that subtree itself first, unless it is the older tree."""
        height = (old_count & -old_count).bit_length() - 1
        last = (old_count - 1) >> height
        return (*([self._node(height, last)] if last else []), *self._path(height, last))

    def _node(self, height: int, index: int) -> bytes:
        at = self._levels[height][0] + index * HASH_BYTES
        return self._file[at : at + HASH_BYTES]

    def _path(self, height: int, index: int) -> tuple[bytes, ...]:
        """The siblings from node `index` of a level up to the root."""
        found = []
        for start, width in self._levels[height:]:
            sibling = index ^ 1
            if sibling < width:
                at = start + sibling * HASH_BYTES
                found.append(self._file[at : at + HASH_BYTES])
            index >>= 1
        return tuple(found)


def open_tree(file: Path) -> StoredTree:
    """Open a stored tree. Raises AnchorDamaged unless header, length and root fit each other; OSError if it can't be read."""
    with file.open("rb") as opened:
        if os.fstat(opened.fileno()).st_size < _HEADER.size:
            raise AnchorDamaged(f"{file}: no stored tree; too short for a header")
        mapped = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
    try:
        return _opened(mapped)
    except AnchorDamaged as damaged:
        mapped.close()
        raise AnchorDamaged(f"{file}: {damaged}") from None


def _opened(mapped: mmap.mmap) -> StoredTree:
    magic, version, zero, count, root, end = _HEADER.unpack_from(mapped)
    if magic != MAGIC or zero or end:
        raise AnchorDamaged("no stored tree; its header is another's or damaged")
    if version != VERSION:
        raise AnchorDamaged(f"version {version}, and only {VERSION} is known here; build the tree again from the records")
    levels = _placed(count)
    start, width = levels[-1] if levels else (_HEADER.size, 0)
    stated = start + width * HASH_BYTES
    if len(mapped) != stated:
        raise AnchorDamaged(f"{len(mapped)} bytes, but a tree of {count} records has {stated}; it is cut off or damaged")
    if root != (mapped[start:stated] if levels else merkle.EMPTY):
        raise AnchorDamaged("the root in the header is not that of the tree")
    return StoredTree(count, root, levels, mapped)


def _placed(count: int) -> tuple[tuple[int, int], ...]:
    """First byte and nodes of each level in the file."""
    widths = merkle.widths(count)
    starts = accumulate((width * HASH_BYTES for width in widths), initial=_HEADER.size)
    return tuple(zip(starts, widths, strict=False))
