"""Content: held by member and root, recomputed before anybody signs, and never another's."""

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from gateway import contents
from gateway.contents import check_held, is_whole, keep, package, roots_in, written
from gateway.errors import Problem
from gateway.office.models import CONTENT
from gateway.office.repository import Content, Office
from ledger.domain.act_types import KINDS, STRUCTS
from ledger.mirror.database import Database
from tests.gateway.rows import ALICE, BOB

SEED = b"s" * 32
DOCUMENT: dict[str, Any] = {"amount": "5", "lines": [{"what": "a"}, {"what": "b"}]}


@dataclass(frozen=True)
class Body:
    """A body with a root, one in a list, and one that only looks like it."""

    contentRoot: bytes
    parts: tuple["Body", ...] = ()
    other: bytes = b"o" * 32


def test_a_document_is_kept_with_what_yields_its_root(office: Database) -> None:
    made = package(DOCUMENT, "a/1", SEED)
    with office.write() as conn:
        keep(Office(conn, ALICE), made)
        keep(Office(conn, ALICE), made)
        held = Office(conn, ALICE).content(made.commitment.root)
    assert held is not None and is_whole(held) and (held.seed, held.schema) == (SEED, "a/1")


def test_nobody_signs_a_root_that_it_does_not_hold(office: Database) -> None:
    made = package(DOCUMENT, "a/1", SEED)
    body = Body(made.commitment.root)
    with office.write() as conn:
        keep(Office(conn, ALICE), made)
        check_held(Office(conn, ALICE), body)
        with pytest.raises(Problem) as refused:
            check_held(Office(conn, BOB), body)
    assert refused.value.status == 409 and refused.value.fields["root"] == "0x" + made.commitment.root.hex()
    assert refused.value.fields["account"] == "0x" + BOB.hex() and "POST it to /content:batch" in refused.value.detail


@pytest.mark.parametrize("change", [{"bytes": b'{"amount":"6"}'}, {"seed": b"t" * 32}, {"schema": "a/2"}, {"root": b"r" * 32}])
def test_a_document_that_was_changed_on_disk_is_not_held(office: Database, change: dict[str, Any]) -> None:
    made = package(DOCUMENT, "a/1", SEED)
    root = change.get("root", made.commitment.root)
    with office.write() as conn:
        keep(Office(conn, ALICE), made)
        conn.execute(update(CONTENT).values(**change))
        with pytest.raises(Problem, match="is not held"):
            check_held(Office(conn, ALICE), Body(root))


def test_roots_are_found_however_deep_and_zero_is_none() -> None:
    body = Body(b"a" * 32, (Body(bytes(32)), Body(b"b" * 32, (Body(b"c" * 32),))))
    assert list(roots_in(body)) == [b"a" * 32, b"b" * 32, b"c" * 32]
    assert list(roots_in(("text", 5, None))) == []


def test_every_root_of_every_act_is_known_by_its_field() -> None:
    """A body that names content under another word would be signed unseen."""
    fields = {field for fields in STRUCTS.values() for field, type_ in fields if type_ == "bytes32" and "content" in field.lower()}
    assert fields <= contents.ROOT_FIELDS and len(KINDS) > 20


def test_what_is_not_there_is_not_whole() -> None:
    assert not is_whole(None)
    assert not is_whole(Content(ALICE, b"r" * 32, SEED, "a/1", b"{}", 0))


@pytest.mark.parametrize(
    ("document", "said"),
    [({"x": 1.5}, "a float"), ({"x": 2**60}, ""), ("y" * (1 << 20), "at most 1048576"), ({"x": "\ud800"}, "")],
)
def test_what_has_no_canonical_form_is_refused_by_field(document: Any, said: str) -> None:
    with pytest.raises(Problem) as refused:
        written(document, "items[3].document")
    assert refused.value.status == 422 and refused.value.fields["field"] == "items[3].document" and said in refused.value.detail


documents = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=4), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(documents, st.binary(min_size=32, max_size=32))
def test_any_document_survives_being_kept(document: Any, seed: bytes) -> None:
    made = package(document, "a/1", seed)
    commitment = made.commitment
    assert commitment.canonical == written(document, "document")
    assert is_whole(Content(ALICE, commitment.root, seed, commitment.schema, commitment.canonical, 0))


def test_a_seed_of_another_length_is_refused() -> None:
    with pytest.raises(Problem, match="32 bytes expected"):
        package(DOCUMENT, "a/1", b"short")


def test_a_damaged_document_is_replaced_and_an_erased_one_is_not_taken_back(office: Database) -> None:
    made = contents.package({"a": 1}, "test/1", b"s" * 32)
    root = made.commitment.root
    with office.write() as conn:
        mine = Office(conn, ALICE)
        contents.keep(mine, made)
        conn.execute(update(CONTENT).values(bytes=b'{"a":2}'))
        assert not contents.is_whole(mine.content(root))
        contents.keep(mine, made)
        assert contents.is_whole(mine.content(root))
        assert mine.erase(root, "first reason").why == mine.erase(root, "second reason").why == "first reason"
        with pytest.raises(Problem, match="first reason"):
            contents.keep(mine, made)
        assert mine.content(root) is None and Office(conn, BOB).erased(root) is None


@pytest.mark.parametrize(
    ("change", "said"),
    [({"text": b'{"a":2}'}, "another root"), ({"seed": b"t" * 32}, "another root"), ({"schema": "test/2"}, "another root"),
     ({"root": b"r" * 32}, "another root"), ({"text": b'{"a": 1}'}, "another root"), ({"text": b"["}, "content"),
     ({"text": b"1.5"}, "float")],
)  # fmt: skip
def test_only_the_root_decides_what_came_from_another_hand(change: dict[str, Any], said: str) -> None:
    made = contents.package({"a": 1}, "test/1", b"s" * 32)
    given = {"root": made.commitment.root, "seed": b"s" * 32, "schema": "test/1", "text": b'{"a":1}'}
    assert contents.unpacked(**given) == made  # type: ignore[arg-type]
    with pytest.raises(Problem, match=said):
        contents.unpacked(**{**given, **change})
