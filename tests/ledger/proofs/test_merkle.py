"""The tree is the RFC's: known vectors, the RFC's own example, and a slow second implementation for everything else."""

import random
from collections.abc import Iterator, Sequence
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.proofs import merkle
from tests.ledger.proofs import reference, vectors

DATA = [
    bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
"""The eight leaves that implementations of Certificate Transparency are tested with, and the roots of the first 0, 1, ... 8."""
ROOTS = [
    bytes.fromhex(text)
    for text in (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    )
]

sizes = st.integers(1, 130)


def data_of(count: int) -> list[bytes]:
    """Different leaves of different lengths."""
    return [b"%d" % index * (index % 5 + 1) for index in range(count)]


def levels_of(data: Sequence[bytes]) -> list[Sequence[bytes]]:
    """All levels over data."""
    return list(merkle.levels(merkle.leaf_level(data)))


# --- roots and levels


@pytest.mark.parametrize("count", range(9))
def test_roots_are_the_known_ones(count: int) -> None:
    assert vectors.root(merkle.leaf_level(DATA[:count])) == ROOTS[count]


@given(sizes)
def test_every_node_is_the_tree_hash_of_the_leaves_below(count: int) -> None:
    data = data_of(count)
    levels = levels_of(data)
    assert [len(level) for level in levels] == merkle.widths(count)
    for height, level in enumerate(levels):
        assert list(level) == [reference.tree_hash(data[at : at + (1 << height)]) for at in range(0, count, 1 << height)]


def test_no_leaves_have_no_level() -> None:
    assert merkle.widths(0) == [] and levels_of([]) == []
    assert merkle.EMPTY == reference.tree_hash([]) == ROOTS[0]


@pytest.mark.parametrize(("count", "height"), [(1, 0), (2, 1), (3, 2), (2**20 - 1, 20), (2**20, 20), (2**20 + 1, 21), (10**6, 20)])
def test_widths_end_at_the_root(count: int, height: int) -> None:
    widths = merkle.widths(count)
    assert len(widths) == height + 1 and widths[-1] == 1 and widths[0] == count
    assert all(above == (below + 1) // 2 for below, above in pairwise(widths))


# --- inclusion


def test_the_path_of_the_known_tree() -> None:
    path = [
        bytes.fromhex("bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"),
        bytes.fromhex("ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"),
        ROOTS[4],
    ]
    assert merkle.verify_inclusion(ROOTS[8], 8, 5, merkle.leaf_hash(DATA[5]), path)


@given(sizes, st.data())
def test_the_references_paths_are_accepted_at_their_own_index_only(count: int, draw: st.DataObject) -> None:
    data = data_of(count)
    index = draw.draw(st.integers(0, count - 1))
    root, leaf, path = reference.tree_hash(data), merkle.leaf_hash(data[index]), reference.path(index, data)
    assert [other for other in range(-1, count + 2) if merkle.verify_inclusion(root, count, other, leaf, path)] == [index]


@given(sizes, st.integers(1, 260), st.data())
def test_another_count_is_accepted_only_where_the_leaf_hangs_alike(count: int, other: int, draw: st.DataObject) -> None:
    """A root does not commit to its count; this says how far a path does."""
    index = draw.draw(st.integers(0, count - 1))
    data = data_of(count)
    root, leaf, path = reference.tree_hash(data), merkle.leaf_hash(data[index]), reference.path(index, data)
    alike = index < other and reference.shape(index, other) == reference.shape(index, count)
    assert merkle.verify_inclusion(root, other, index, leaf, path) == alike


def spoiled(path: Sequence[bytes], root: bytes, dice: random.Random) -> Iterator[list[bytes]]:
    """The path with one thing wrong, in every way."""
    kept = list(path)
    for extra in (b"", root, bytes(32), kept[0] if kept else root):
        yield [*kept, extra]
        yield [extra, *kept]
    for at, sibling in enumerate(kept):
        yield kept[:at] + kept[at + 1 :]
        yield [*kept[:at], flipped(sibling, dice), *kept[at + 1 :]]
        yield [*kept[:at], sibling[:-1], *kept[at + 1 :]]
        yield [*kept[:at], sibling + b"\0", *kept[at + 1 :]]
    if len(kept) > 1 and kept[0] != kept[1]:
        yield [kept[1], kept[0], *kept[2:]]
        # The same bytes, cut elsewhere.
        yield [kept[0] + kept[1][:1], kept[1][1:], *kept[2:]]


def flipped(value: bytes, dice: random.Random) -> bytes:
    """The value with one bit turned."""
    return (int.from_bytes(value) ^ 1 << dice.randrange(8 * len(value))).to_bytes(len(value))


@given(sizes, st.randoms(use_true_random=False))
def test_a_spoiled_path_root_or_leaf_is_refused(count: int, dice: random.Random) -> None:
    data = data_of(count)
    index = dice.randrange(count)
    root, leaf, path = reference.tree_hash(data), merkle.leaf_hash(data[index]), reference.path(index, data)
    assert not any(merkle.verify_inclusion(root, count, index, leaf, wrong) for wrong in spoiled(path, root, dice))
    assert not merkle.verify_inclusion(flipped(root, dice), count, index, leaf, path)
    assert not merkle.verify_inclusion(root, count, index, flipped(leaf, dice), path)
    assert not merkle.verify_inclusion(root, count, index, leaf[:-1], path)


def test_the_same_bytes_cut_elsewhere_are_refused() -> None:
    """Two neighbours are hashed as one piece, so only their lengths say where one ends."""
    data = data_of(6)
    root, leaf, (first, *rest) = reference.tree_hash(data), merkle.leaf_hash(data[0]), reference.path(0, data)
    assert merkle.verify_inclusion(root, 6, 0, leaf, [first, *rest])
    assert not merkle.verify_inclusion(root, 6, 0, leaf[:-1], [leaf[-1:] + first, *rest])
    assert not merkle.verify_inclusion(root, 6, 0, leaf + first[:1], [first[1:], *rest])
    old, (one, other, *more) = reference.tree_hash(data[:5]), reference.proof(5, data)
    assert merkle.verify_consistency(old, 5, root, 6, [one, other, *more])
    assert not merkle.verify_consistency(old, 5, root, 6, [one[:-1], one[-1:] + other, *more])
    pair = reference.tree_hash(data[:2])
    (third, *above) = reference.proof(2, data)
    assert merkle.verify_consistency(pair, 2, root, 6, [third, *above])
    assert not merkle.verify_consistency(pair[:-1], 2, root, 6, [pair[-1:] + third, *above])


def test_an_inner_node_is_no_leaf_and_a_leaf_no_inner_node() -> None:
    data = data_of(8)
    pair = merkle.node_hash(*merkle.leaf_level(data[:2]))
    assert not merkle.verify_inclusion(reference.tree_hash(data), 8, 0, pair, reference.path(0, data)[1:])
    assert merkle.leaf_hash(b"".join(merkle.leaf_level(data[:2]))) != pair


@pytest.mark.parametrize(("index", "count"), [(0, 0), (1, 0), (1, 1), (2, 1), (-1, 1), (-1, 0)])
def test_nothing_is_proven_of_a_leaf_that_is_not_there(index: int, count: int) -> None:
    for root, leaf in product((merkle.EMPTY, b"", bytes(32)), repeat=2):
        assert not merkle.verify_inclusion(root, count, index, leaf, [])


# --- the RFC's example of seven leaves (section 2.1.5)


def test_the_example_of_the_rfc() -> None:
    data = [b"d%d" % number for number in range(7)]
    a, b, c, d, e, f, j = merkle.leaf_level(data)
    g, h, i = merkle.node_hash(a, b), merkle.node_hash(c, d), merkle.node_hash(e, f)
    k, l = merkle.node_hash(g, h), merkle.node_hash(i, j)  # noqa: E741  the RFC's names
    root = merkle.node_hash(k, l)
    assert levels_of(data) == [[a, b, c, d, e, f, j], [g, h, i, j], [k, l], [root]]
    for index, path in ((0, [b, h, l]), (3, [c, g, l]), (4, [f, j, k]), (6, [i, k])):
        assert merkle.verify_inclusion(root, 7, index, merkle.leaf_level(data)[index], path)
    for count, path in ((3, [c, d, g, l]), (4, [l]), (6, [i, j, k])):
        assert merkle.verify_consistency(reference.tree_hash(data[:count]), count, root, 7, path)


# --- consistency


@given(sizes, sizes)
def test_the_references_consistency_proofs_are_accepted_between_their_own_counts_only(one: int, other: int) -> None:
    old_count, count = sorted((one, other))
    data = data_of(count)
    old, new, path = reference.tree_hash(data[:old_count]), reference.tree_hash(data), reference.proof(old_count, data)
    accepted = [given for given in range(count + 2) if merkle.verify_consistency(old, given, new, count, path)]
    assert accepted == [old_count]


@given(st.integers(1, 60), st.integers(1, 60), st.randoms(use_true_random=False))
def test_a_spoiled_consistency_proof_is_refused(old_count: int, more: int, dice: random.Random) -> None:
    data = data_of(old_count + more)
    old, new, path = reference.tree_hash(data[:old_count]), reference.tree_hash(data), reference.proof(old_count, data)
    for wrong in (*spoiled(path, old, dice), *spoiled(path, new, dice)):
        assert not merkle.verify_consistency(old, old_count, new, len(data), wrong)
    assert not merkle.verify_consistency(flipped(old, dice), old_count, new, len(data), path)
    assert not merkle.verify_consistency(old, old_count, flipped(new, dice), len(data), path)
    assert not merkle.verify_consistency(new, old_count, old, len(data), path)
    assert not merkle.verify_consistency(old, len(data), new, old_count, path)


@given(st.integers(1, 60), st.integers(1, 60), st.data())
def test_a_tree_whose_history_changed_has_no_consistency_proof(old_count: int, more: int, draw: st.DataObject) -> None:
    data = data_of(old_count + more)
    changed = list(data)
    changed[draw.draw(st.integers(0, old_count - 1))] = b"rewritten"
    old, new = reference.tree_hash(data[:old_count]), reference.tree_hash(changed)
    for path in (reference.proof(old_count, data), reference.proof(old_count, changed)):
        assert not merkle.verify_consistency(old, old_count, new, len(data), path)


def test_what_is_said_of_equal_and_of_empty_trees() -> None:
    one, other, some = ROOTS[1], ROOTS[2], [ROOTS[3]]
    assert merkle.verify_consistency(one, 1, one, 1, []) and merkle.verify_consistency(merkle.EMPTY, 0, merkle.EMPTY, 0, [])
    assert not merkle.verify_consistency(one, 1, other, 1, [])
    assert not merkle.verify_consistency(one, 1, one, 1, some)
    assert not merkle.verify_consistency(merkle.EMPTY, 0, one, 1, [])
    assert not merkle.verify_consistency(one, 1, other, 2, [])
    assert not merkle.verify_consistency(other, 2, one, 1, [])
    assert not merkle.verify_consistency(one, -1, other, 2, some)


# --- the contract's vectors


def test_the_contracts_vectors_are_what_the_python_side_says() -> None:
    assert vectors.FILE.read_text() == vectors.text(), "run python -m tests.ledger.proofs.vectors"
