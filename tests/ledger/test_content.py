"""The commitment binds every field, its place, its value, the schema and the seed, and nothing else."""

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ledger.domain.content import MAX_CONTENT_BYTES, ContentError, canonical, commit, leaves

SEED = bytes(range(32))
INVOICE: Any = {"invoice": "0001", "lines": [{"amount": "12.50", "text": "Kabel ü"}, {"amount": "7", "text": ""}], "note": None}

documents = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab~/0é", max_size=3), inner, max_size=4),
    max_leaves=12,
)


def test_a_fixed_document_has_its_fixed_root() -> None:
    assert commit(INVOICE, SEED, "invoice/1").root.hex() == "9963d4109d305ae3591e4b6a6880f07bed3a279f34064376b9c3d4e38de926bb"


def test_the_order_in_which_fields_are_written_is_nothing() -> None:
    turned = dict(reversed(INVOICE.items()))
    assert commit(turned, SEED, "invoice/1") == commit(INVOICE, SEED, "invoice/1")


@given(documents, documents)
def test_two_documents_share_a_root_only_when_equal(one: Any, other: Any) -> None:
    assume(canonical(one) != canonical(other))
    assert commit(one, SEED, "s").root != commit(other, SEED, "s").root


@given(documents, st.binary(min_size=32, max_size=32))
def test_seed_and_schema_are_bound(document: Any, seed: bytes) -> None:
    assume(seed != SEED)
    root = commit(document, SEED, "s").root
    assert root not in (commit(document, seed, "s").root, commit(document, SEED, "t").root)


def test_pointers_are_escaped_so_that_two_places_never_share_a_name() -> None:
    pointers = [leaf.pointer for leaf in leaves({"a/b": 1, "a": {"b": 2}, "a~1b": 3, "": 4}, SEED)]
    assert pointers == ["/", "/a/b", "/a~01b", "/a~1b"]


def test_a_salt_hides_each_value_under_its_own_pointer() -> None:
    one, other = leaves({"x": 1, "y": 1}, SEED)
    assert one.value == other.value and one.salt != other.salt and len(one.salt) == 32


@pytest.mark.parametrize(
    ("document", "rule"),
    [
        ({"a": [1.5]}, "content/a/0: a float"),
        ({"a": 2**53}, "content: "),
        ({"a": "x" * MAX_CONTENT_BYTES}, "at most"),
    ],
)
def test_what_cannot_be_committed_is_refused_by_rule(document: Any, rule: str) -> None:
    with pytest.raises(ContentError, match=rule):
        commit(document, SEED, "s")


def test_a_short_seed_is_refused() -> None:
    with pytest.raises(ContentError, match="32 bytes expected, 31 given"):
        commit(INVOICE, SEED[:31], "s")
