"""A proof as a document holds by itself; no other document does."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.anchoring import book, proofs, shelf
from gateway.anchoring.book import BookError
from gateway.anchoring.proofs import ProofError
from ledger.proofs.anchor_leaves import AnchoredRecord, LiveAsset
from tests.gateway.anchoring.register import AS_AT, REGISTER, record, records, written

COUNT = 300
Json = dict[str, Any]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    shelf.build(home, written(home / "export.jsonl", records(COUNT)), REGISTER.number, REGISTER.rule, REGISTER.zone, AS_AT)
    return home


@pytest.fixture(scope="module")
def about(home: Path) -> book.About:
    (folder,) = (home / shelf.FOLDER).iterdir()
    with book.opened(folder) as opened:
        return opened.about


@pytest.fixture(scope="module")
def proven(home: Path, about: book.About) -> Json:
    with shelf.opened(home, REGISTER.number, about.records_root) as opened:
        made = proofs.record_proof(2, about.records_root, opened.prove(record(8)["number"]))
    read: Json = json.loads(json.dumps(made))
    return read


def test_a_proof_is_checked_without_asking_anybody(proven: Json, about: book.About) -> None:
    found = proofs.verify(proven)
    assert (found.register, found.anchor, found.root, found.count, found.index) == (3, 2, about.records_root, COUNT, 8)
    assert isinstance(found.leaf, AnchoredRecord) and found.leaf.officeNumber.rstrip(b"\0").decode() == record(8)["number"]


def test_a_live_asset_is_proven_too_and_is_no_record(home: Path, about: book.About) -> None:
    with shelf.opened(home, REGISTER.number, about.records_root) as opened:
        asset = opened.seeds(0, 0).assets[5]
        (made,) = [proofs.asset_proof(0, about.assets_root, each) for each in opened.prove_asset(asset)]
    found = proofs.verify(made)
    assert isinstance(found.leaf, LiveAsset) and found.leaf.asset == asset and found.count == about.assets
    with pytest.raises(ProofError, match="leaf"):
        proofs.verify({**made, "kind": proofs.RECORD})


def test_every_flipped_bit_of_a_proof_is_found(proven: Json) -> None:
    def flipped(change: Callable[[Json], None]) -> Json:
        other = copy.deepcopy(proven)
        change(other)
        return other

    def hexed(text: str) -> str:
        return f"0x{int(text, 16) ^ 1:064x}"

    changes: list[Callable[[Json], None]] = [
        lambda each: each.update(root=hexed(each["root"])),
        lambda each: each.update(index=each["index"] + 1),
        lambda each: each.update(register=4),
        lambda each: each["path"].pop(),
        lambda each: each["path"].append(each["root"]),
        lambda each: each["path"].reverse(),
    ]
    for at in range(len(proven["path"])):
        changes.append(lambda each, at=at: each["path"].__setitem__(at, hexed(each["path"][at])))  # type: ignore[misc]
    for name, value in proven["leaf"].items():
        other = hexed(value) if value.startswith("0x") else str(int(value) + 1)
        changes.append(lambda each, name=name, other=other: each["leaf"].update({name: other}))  # type: ignore[misc]
    for change in changes:
        with pytest.raises(ProofError):
            proofs.verify(flipped(change))
    assert len(changes) > 25 and proofs.verify(proven)


def test_root_and_count_are_held_against_the_anchor_together(proven: Json, about: book.About) -> None:
    """A root does not commit to its count: another count may hold as well, so both are compared with what the office signed."""
    found = proofs.verify({**proven, "count": COUNT + 1})
    assert not proofs.stands_under(found, about.records_root, COUNT) and proofs.stands_under(
        proofs.verify(proven), about.records_root, COUNT
    )
    assert not proofs.stands_under(found, b"\1" * 32, COUNT + 1)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (None, "an object with kind"),
        ([], "an object with kind"),
        ({"kind": "anchored record"}, "an object with kind"),
        ({"kind": 3}, "kind: one of"),
        ({"kind": "other"}, "kind: one of"),
        ({"root": "0x12"}, "root: 32 bytes as hex expected"),
        ({"root": 7}, "root: 32 bytes as hex expected"),
        ({"count": -1}, "count: a whole number"),
        ({"count": True}, "count: a whole number"),
        ({"index": 1 << 48}, "index: a whole number"),
        ({"path": "0x"}, "path: a list"),
        ({"path": ["0x"] * 65}, "path: a list of at most 64"),
        ({"path": [None]}, "path[0]: 32 bytes"),
        ({"leaf": {}}, "leaf: an object with register"),
        ({"surplus": 1}, "an object with kind"),
    ],
)
def test_what_is_no_proof_is_named(proven: Json, document: Any, said: str) -> None:
    given = (
        {**proven, **document}
        if isinstance(document, dict) and len(document) == 1 and document != {"kind": "anchored record"}
        else document
    )
    with pytest.raises(ProofError) as refused:
        proofs.verify(given)
    assert said in str(refused.value)


@pytest.mark.parametrize("value", ["", "x", "1.5", "--1", None, 5, "9" * 60, "٣"])
def test_a_field_that_is_no_number_is_named(proven: Json, value: Any) -> None:
    with pytest.raises(ProofError, match=r"leaf\.ceiling"):
        proofs.verify({**proven, "leaf": {**proven["leaf"], "ceiling": value}})


def test_a_home_that_does_not_hold_the_records_says_so(home: Path, tmp_path: Path, about: book.About) -> None:
    assert shelf.holds(home, 3, about.records_root) and not shelf.holds(tmp_path, 3, about.records_root)
    with pytest.raises(BookError, match="are not held here"), shelf.opened(tmp_path, 3, about.records_root):
        pass
    with pytest.raises(BookError, match="are not held here"), shelf.opened(home, 3, b"\1" * 32):
        pass
