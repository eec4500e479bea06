"""Tries: roots by hand and by their inventors' vectors, and proofs that hold for what is there, what is not, and nothing else."""

import pytest
import rlp
from eth_hash.auto import keccak
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain import tries
from ledger.domain.tries import EMPTY_ROOT, ProofError, list_root, proven, root

Entries = st.dictionaries(st.binary(min_size=1, max_size=3), st.binary(min_size=1, max_size=40), min_size=1, max_size=30)


def _nodes(entries: dict[bytes, bytes]) -> list[bytes]:
    """Every node of the trie that is named by its hash: what any proof is made of."""
    found: list[bytes] = []

    def walk(pairs: list[tuple[tries.Nibbles, bytes]], depth: int) -> None:
        encoded = tries._encoded(tries._node(pairs, depth))
        found.append(encoded)
        longest = max(len(key) for key, _ in pairs)
        for end in range(depth + 1, longest + 1):
            for prefix in {key[:end] for key, _ in pairs if len(key) >= end}:
                found.append(tries._encoded(tries._node([pair for pair in pairs if pair[0][:end] == prefix], end)))

    walk(sorted((tries._nibbles(key), value) for key, value in entries.items()), 0)
    return found


@given(Entries, st.binary(min_size=1, max_size=3))
def test_a_proof_gives_what_is_there_and_nothing_else(entries: dict[bytes, bytes], stranger: bytes) -> None:
    nodes = _nodes(entries)
    for key, value in entries.items():
        assert proven(root(entries), key, nodes) == value
    assert proven(root(entries), stranger, nodes) == entries.get(stranger)


@given(Entries, st.data())
def test_another_value_has_another_root(entries: dict[bytes, bytes], data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(entries)))
    assert root({**entries, key: entries[key] + b"\x01"}) != root(entries)


@given(st.lists(st.binary(min_size=1, max_size=80), max_size=300))
def test_a_list_is_a_trie_of_its_indices(items: list[bytes]) -> None:
    assert list_root(items) == root({rlp.encode(at): item for at, item in enumerate(items)})
    assert (list_root(items) == EMPTY_ROOT) == (not items)


def test_roots_that_others_published() -> None:
    # Ethereum's own tests: trieanyorder.json.
    assert root({b"doe": b"reindeer", b"dog": b"puppy", b"dogglesworth": b"cat"}).hex() == (
        "8aad789dff2f538bca5d8ea56e8abe10f4c7ba3a5dea95fea4cd6e7c3a1168d3"
    )
    assert root({b"A": b"a" * 50}).hex() == "d23786fb4a010da3ce639d66d5e904a11dbc02746d1ce25029e53290cabf28ab"
    assert EMPTY_ROOT.hex() == "56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"


def test_proofs_that_lead_nowhere_are_refused() -> None:
    entries = {bytes([at]) * 2: bytes([at]) * 40 for at in range(20)}
    nodes = _nodes(entries)
    with pytest.raises(ProofError, match="lacks node"):
        proven(root(entries), b"\x03\x03", nodes[:1])
    with pytest.raises(ProofError, match="lacks node"):
        proven(b"r" * 32, b"\x03\x03", nodes)
    for wrong in (b"\xff", rlp.encode([b"a"] * 3)):
        with pytest.raises(ProofError, match=r"no trie node|not RLP"):
            proven(keccak(wrong), b"\x03", [wrong])
    assert proven(EMPTY_ROOT, b"\x03", []) is None
