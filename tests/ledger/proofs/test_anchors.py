"""A stored tree is the tree of its records, however it was built; what is damaged gives an error and never a wrong proof."""

import errno
import os
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.proofs import anchors, merkle
from ledger.proofs.anchors import BATCH, AnchorDamaged, AnchorError, Inclusion
from tests.ledger.proofs import reference

AROUND_BATCHES = [BATCH // 2, BATCH - 1, BATCH, BATCH + 1, 2 * BATCH - 1, 2 * BATCH, 2 * BATCH + 1, 3 * BATCH + 4097]


def record(number: int) -> bytes:
    """A record that differs from every other."""
    return b"record %d" % number * (1 + number % 3)


def records(start: int, stop: int) -> list[bytes]:
    """The records [start, stop): what several processes read by."""
    return [record(number) for number in range(start, stop)]


def one_short(start: int, stop: int) -> list[bytes]:
    """A reader that loses a record of the second batch."""
    return records(start, stop - (start > 0))


def failing(start: int, stop: int) -> list[bytes]:
    """A reader whose third batch can't be read."""
    if start >= 2 * BATCH:
        raise OSError(errno.EIO, "disk failed", "records")
    return records(start, stop)


def proven(tree: anchors.StoredTree, index: int) -> bool:
    """Whether the tree's proof of a record holds by the check that anybody makes."""
    proof = tree.prove(index)
    leaf = merkle.leaf_hash(record(index))
    return merkle.verify_inclusion(tree.root, tree.count, index, leaf, proof.path) and proof == Inclusion(
        tree.count, index, leaf, proof.path
    )


# --- build and prove


@settings(max_examples=30)
@given(st.integers(0, 200))
def test_a_small_tree_is_the_references(tmp_path_factory: pytest.TempPathFactory, count: int) -> None:
    file = tmp_path_factory.mktemp("tree") / "tree"
    data = records(0, count)
    assert anchors.build(file, iter(data)) == reference.tree_hash(data)
    with anchors.open_tree(file) as tree:
        assert (tree.count, tree.root) == (count, reference.tree_hash(data))
        for index in range(count):
            assert tree.prove(index) == Inclusion(count, index, merkle.leaf_hash(data[index]), tuple(reference.path(index, data)))


@pytest.mark.parametrize("count", AROUND_BATCHES)
def test_trees_around_whole_batches_are_the_same_by_every_way(tmp_path: Path, count: int) -> None:
    data = records(0, count)
    *_, top = merkle.levels(merkle.leaf_level(data))
    assert anchors.build(tmp_path / "one", iter(data)) == top[0] == reference.tree_hash(data)
    assert anchors.build_from(tmp_path / "two", count, records, 1) == top[0]
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    with anchors.open_tree(tmp_path / "one") as tree:
        ends = {0, 1, BATCH - 1, BATCH, BATCH + 1, 2 * BATCH, count // 2, count - 2, count - 1}
        assert all(proven(tree, index) for index in ends if index < count)


@pytest.mark.parametrize("processes", [2, 3])
def test_several_processes_build_the_same_file(tmp_path: Path, processes: int) -> None:
    count = 4 * BATCH + 77
    root = anchors.build(tmp_path / "one", iter(records(0, count)))
    assert anchors.build_from(tmp_path / "many", count, records, processes) == root
    assert (tmp_path / "one").read_bytes() == (tmp_path / "many").read_bytes()
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["many", "one"]


def test_one_batch_starts_no_process(tmp_path: Path) -> None:
    """So its reader need not pickle."""
    data = records(0, 9)
    assert anchors.build_from(tmp_path / "tree", 9, lambda start, stop: data[start:stop], 2) == reference.tree_hash(data)


def test_the_file_has_every_level_in_its_place(tmp_path: Path) -> None:
    file = tmp_path / "tree"
    root = anchors.build(file, records(0, 5))
    levels = [b"".join(level) for level in merkle.levels(merkle.leaf_level(records(0, 5)))]
    header = b"PBANCHOR" + (1).to_bytes(4) + bytes(4) + (5).to_bytes(8) + root + bytes(8)
    assert file.read_bytes() == header + b"".join(levels)
    assert len(header) == 64


def test_records_are_streamed_and_never_held(tmp_path: Path) -> None:
    """40 MB of records pass through while no more than some batches are in memory."""
    drawn = (os.urandom(1) * 1_000 for _ in range(5 * BATCH))
    tracemalloc.start()
    try:
        anchors.build(tmp_path / "tree", drawn)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 2.5 * BATCH * 1_000


# --- what can't be asked


@pytest.mark.parametrize(("count", "index"), [(0, 0), (1, 1), (5, -1), (5, 5)])
def test_a_record_that_is_not_there_is_refused(tmp_path: Path, count: int, index: int) -> None:
    anchors.build(tmp_path / "tree", records(0, count))
    with anchors.open_tree(tmp_path / "tree") as tree, pytest.raises(AnchorError, match=f"record {index}: the tree has {count} records"):
        tree.prove(index)


def test_a_record_that_is_no_bytes_is_refused(tmp_path: Path) -> None:
    text: list[bytes] = [b"a", "b"]  # type: ignore[list-item]
    with pytest.raises(AnchorError, match="record: bytes expected"):
        anchors.build(tmp_path / "tree", text)
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_loses_a_record_is_caught(tmp_path: Path) -> None:
    for processes in (1, 2):
        with pytest.raises(AnchorError, match=rf"records \[{BATCH}, {2 * BATCH}\): {BATCH - 1} given, {BATCH} asked for"):
            anchors.build_from(tmp_path / "tree", 2 * BATCH, one_short, processes)
    assert list(tmp_path.iterdir()) == []


# --- a file is whole or not there


@pytest.mark.parametrize("processes", [1, 2])
def test_a_build_that_fails_leaves_the_old_file_and_no_trace(tmp_path: Path, processes: int) -> None:
    file = tmp_path / "tree"
    root = anchors.build(file, records(0, 3))
    with pytest.raises(OSError, match="disk failed"):
        anchors.build_from(file, 5 * BATCH, failing, processes)
    with anchors.open_tree(file) as tree:
        assert (tree.count, tree.root) == (3, root)
    assert [entry.name for entry in tmp_path.iterdir()] == ["tree"]


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "tree"
    anchors.build(file, records(0, 3))

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space left"):
        anchors.build(file, records(0, 9))
    with anchors.open_tree(file) as tree:
        assert tree.count == 3
    assert [entry.name for entry in tmp_path.iterdir()] == ["tree"]


KILLED = """
import os, signal, sys
from pathlib import Path
from ledger.proofs import anchors
def records():
    for number in range(20_000):
        if number == 15_000:
            os.kill(os.getpid(), signal.SIGKILL)
        yield b"%d" % number
anchors.build(Path(sys.argv[1]), records())
"""


def test_a_killed_build_leaves_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "tree"
    root = anchors.build(file, records(0, 3))
    assert subprocess.run([sys.executable, "-c", KILLED, str(file)], check=False).returncode == -9
    with anchors.open_tree(file) as tree:
        assert tree.root == root and all(proven(tree, index) for index in range(3))


def test_a_tree_opened_before_a_new_build_stays_the_old_one(tmp_path: Path) -> None:
    file = tmp_path / "tree"
    anchors.build(file, records(0, 100))
    with anchors.open_tree(file) as tree:
        anchors.build(file, records(0, 50))
        assert tree.count == 100 and proven(tree, 99)


# --- damage


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere"):
        anchors.open_tree(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda whole: b"", "too short for a header"),
        (lambda whole: whole[:63], "too short for a header"),
        (lambda whole: b"SQLite f" + whole[8:], "another's or damaged"),
        (lambda whole: whole[:8] + (2).to_bytes(4) + whole[12:], "version 2, and only 1 is known"),
        (lambda whole: whole[:15] + b"\1" + whole[16:], "another's or damaged"),
        (lambda whole: whole[:63] + b"\1" + whole[64:], "another's or damaged"),
        (lambda whole: whole[:16] + (6).to_bytes(8) + whole[24:], "416 bytes, but a tree of 6 records has 448; it is cut off"),
        (lambda whole: whole[:16] + (2**64 - 1).to_bytes(8) + whole[24:], "cut off or damaged"),
        (lambda whole: whole[:-1], "415 bytes, but a tree of 5 records has 416"),
        (lambda whole: whole + b"\0", "417 bytes"),
        (lambda whole: whole[:24] + bytes(32) + whole[56:], "the root in the header"),
        (lambda whole: whole[:-1] + b"\0", "the root in the header"),
    ],
)
def test_a_file_that_is_not_whole_is_not_opened(tmp_path: Path, change: Callable[[bytes], bytes], reason: str) -> None:
    file = tmp_path / "tree"
    anchors.build(file, records(0, 5))
    file.write_bytes(change(file.read_bytes()))
    with pytest.raises(AnchorDamaged, match=reason) as caught:
        anchors.open_tree(file)
    assert str(file) in str(caught.value)


@given(st.integers(1, 40), st.integers(0), st.integers(0))
def test_one_wrong_bit_anywhere_gives_an_error_or_the_right_proof(
    tmp_path_factory: pytest.TempPathFactory, count: int, bit: int, index: int
) -> None:
    file = tmp_path_factory.mktemp("tree") / "tree"
    anchors.build(file, records(0, count))
    with anchors.open_tree(file) as tree:
        right = tree.prove(index % count)
    whole = bytearray(file.read_bytes())
    whole[bit // 8 % len(whole)] ^= 1 << bit % 8
    file.write_bytes(whole)
    try:
        with anchors.open_tree(file) as tree:
            assert tree.prove(index % count) == right
    except AnchorDamaged:
        return


def test_a_wrong_leaf_and_a_wrong_node_are_noticed(tmp_path: Path) -> None:
    file = tmp_path / "tree"
    anchors.build(file, records(0, 4))
    whole = file.read_bytes()
    for byte in (64, 64 + 32, 64 + 5 * 32):
        file.write_bytes(whole[:byte] + bytes([whole[byte] ^ 1]) + whole[byte + 1 :])
        with anchors.open_tree(file) as tree, pytest.raises(AnchorDamaged, match="record 0: its path does not lead to the root"):
            tree.prove(0)


# --- consistency


@settings(max_examples=40)
@given(st.integers(1, 120), st.data())
def test_a_grown_register_is_shown_to_begin_with_the_old_one(
    tmp_path_factory: pytest.TempPathFactory, count: int, draw: st.DataObject
) -> None:
    old_count = draw.draw(st.integers(1, count))
    file = tmp_path_factory.mktemp("tree") / "tree"
    data = records(0, count)
    old = reference.tree_hash(data[:old_count])
    anchors.build(file, data)
    with anchors.open_tree(file) as tree:
        path = tree.prove_consistency(old, old_count)
        assert list(path) == (reference.proof(old_count, data) if old_count < count else [])
        assert merkle.verify_consistency(old, old_count, tree.root, count, path)


def test_a_register_that_does_not_begin_with_the_old_one_says_so(tmp_path: Path) -> None:
    old = anchors.build(tmp_path / "old", records(0, 3 * BATCH))
    rewritten = [record(7) if number == 8 else record(number) for number in range(4 * BATCH)]
    anchors.build(tmp_path / "new", rewritten)
    with anchors.open_tree(tmp_path / "new") as tree:
        with pytest.raises(AnchorError, match="does not begin with them"):
            tree.prove_consistency(old, 3 * BATCH)
        for count in (0, -1, 4 * BATCH + 1):
            with pytest.raises(AnchorError, match=f"an older tree of {count} records: 1 to {4 * BATCH} expected"):
                tree.prove_consistency(old, count)


# --- at once


def test_threads_read_one_tree(tmp_path: Path) -> None:
    anchors.build(tmp_path / "tree", records(0, 1_000))
    wrong: list[int] = []
    with anchors.open_tree(tmp_path / "tree") as tree:

        def read(first: int) -> None:
            wrong.extend(index for index in range(first, 1_000, 4) if not proven(tree, index))

        threads = [threading.Thread(target=read, args=(first,)) for first in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []


def test_two_builds_of_one_file_at_once_leave_one_of_them_whole(tmp_path: Path) -> None:
    file = tmp_path / "tree"
    roots = {count: anchors.build(tmp_path / str(count), records(0, count)) for count in (100, 200)}

    def interleaved() -> Iterator[bytes]:
        yield from records(0, 50)
        anchors.build(file, records(0, 200))
        yield from islice(records(0, 100), 50, None)

    assert anchors.build(file, interleaved()) == roots[100]
    with anchors.open_tree(file) as tree:
        assert tree.root == roots[100] and proven(tree, 99)


@pytest.mark.parametrize("count", [1, 2, 255, 256, 257, 1000, BATCH + 1])
def test_pages_are_leaves_of_the_tree_of_pages(tmp_path: Path, count: int) -> None:
    anchors.build(tmp_path / "tree", records(0, count))
    with anchors.open_tree(tmp_path / "tree") as tree:
        pages = -(-count // 256)
        for page in {0, pages // 2, pages - 1}:
            leaves = merkle.leaf_level(records(page * 256, min((page + 1) * 256, count)))
            *_, (root,) = merkle.levels(leaves)
            proof = tree.prove_page(8, page)
            assert (proof.count, proof.index, proof.leaf) == (pages, page, root)
            assert merkle.verify_inclusion(tree.root, pages, page, root, proof.path)
        for page in (-1, pages):
            with pytest.raises(AnchorError, match="pages of 256 records"):
                tree.prove_page(8, page)


def test_a_damaged_page_gives_no_proof(tmp_path: Path) -> None:
    file = tmp_path / "tree"
    anchors.build(file, records(0, 1000))
    content = bytearray(file.read_bytes())
    content[64 + 32 * (1000 + 500 + 250 + 125 + 63 + 32 + 16 + 8)] ^= 1
    file.write_bytes(content)
    with anchors.open_tree(file) as tree, pytest.raises(AnchorDamaged, match="page 0"):
        tree.prove_page(8, 0)
