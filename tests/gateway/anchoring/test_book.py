"""An anchored register on disk: complete or not there, every record and live asset proven by anybody's check, acts made from it."""

import json
import random
import shutil
import sqlite3
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gateway.anchoring import book
from gateway.anchoring.book import MOST_NAMES, SEEDS, BookError
from gateway.anchoring.export import ExportError, Register, Row, entry, rows
from ledger.domain.assets import listing, side_root
from ledger.domain.name_matching import compare
from ledger.domain.names import normal
from ledger.domain.registers import State, rules
from ledger.proofs import merkle
from ledger.proofs.anchor_leaves import LiveAsset, encode
from ledger.proofs.anchors import AnchorDamaged
from tests.gateway.anchoring.register import AS_AT, REGISTER, number, record, records, written
from tests.ledger.proofs import reference

COUNT = 700


def build(folder: Path, source: Path) -> book.About:
    return book.build(folder, source, REGISTER.number, REGISTER.rule, REGISTER.zone, AS_AT)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("export") / "register.jsonl", records(COUNT))


@pytest.fixture(scope="module")
def folder(source: Path) -> Path:
    build(source.parent / "anchored", source)
    return source.parent / "anchored"


def read(source: Path) -> list[Row]:
    return [row for _, row in rows(source) if isinstance(row, Row)]


def secret_of(folder: Path) -> bytes:
    with sqlite3.connect(folder / "records.db") as db:
        found: bytes = db.execute("SELECT value FROM about WHERE name = 'secret'").fetchone()[0]
    return found


def test_the_roots_are_those_of_a_plain_tree_over_the_records(folder: Path, source: Path) -> None:
    register = Register(REGISTER.number, rules(REGISTER.rule), ZoneInfo(REGISTER.zone), secret_of(folder))
    made = [entry(row, register) for row in read(source)]
    live = sorted(
        (asset, each.record.officeNumber)
        for each in made
        if each.record.state == State.REGISTERED and (not each.record.expires or each.record.expires >= AS_AT) and each.listing
        for asset in each.listing.keys
    )
    with book.opened(folder) as opened:
        about = opened.about
    assert (about.records, about.assets) == (COUNT, len(live)) and len(live) > 0
    assert about.records_root == reference.tree_hash([encode(each.record) for each in made])
    assert about.assets_root == reference.tree_hash([encode(LiveAsset(REGISTER.number, asset, office)) for asset, office in live])


def test_every_record_and_every_live_asset_is_proven(folder: Path, source: Path) -> None:
    with book.opened(folder) as opened:
        for place, row in enumerate(read(source)):
            proven = opened.prove(row.number)
            assert proven.proof.index == place
            leaf = merkle.leaf_hash(encode(proven.record))
            assert merkle.verify_inclusion(opened.about.records_root, COUNT, place, leaf, proven.proof.path)
        seen = 0
        for place in range(COUNT):
            for each in opened.prove_asset(_key(number(place))):
                seen += 1
                leaf = merkle.leaf_hash(encode(each.asset))
                about = opened.about
                assert merkle.verify_inclusion(about.assets_root, about.assets, each.proof.index, leaf, each.proof.path)
        assert seen > COUNT // 2 and opened.prove_asset(_key(number(10**6))) == []


def _key(text: str) -> bytes:
    return f"CNPA{text[2:].replace('.', '')}".encode().ljust(32, b"\0")


def test_seeding_pages_are_whole_and_add_up(folder: Path) -> None:
    with book.opened(folder) as opened:
        about = opened.about
        pages = [opened.seeds(4, page) for page in range(opened.pages)]
        assert opened.pages == -(-about.assets // SEEDS) and sum(len(page.assets) for page in pages) == about.assets
        for at, page in enumerate(pages):
            assert (page.register, page.anchor, page.first) == (REGISTER.number, 4, at * SEEDS)
            leaves = merkle.leaf_level([encode(LiveAsset(3, *pair)) for pair in zip(page.assets, page.numbers, strict=True)])
            *_, (root,) = merkle.levels(leaves)
            assert merkle.verify_inclusion(about.assets_root, len(pages), at, root, page.proof)


def test_an_adoption_presents_what_the_record_commits_to(folder: Path, source: Path) -> None:
    with book.opened(folder) as opened:
        for row in random.Random(1).sample(read(source), 40):  # no secret
            (act,) = opened.adoption(0, row.number)
            pledgors, holders = ([party for party in act.parties if (party.role == 2) is holding] for holding in (False, True))
            for parties, root in ((pledgors, act.record.pledgorsRoot), (holders, act.record.holdersRoot)):
                assert side_root((each.role, each.id, each.nameHash, each.share) for each in parties) == root
            assert listing(dict.fromkeys(act.assets, ""), act.blind).root == act.record.assetsRoot
            assert act.instrument.number == act.record.officeNumber and act.instrument.caption == "专利权质押合同"


def test_a_long_list_is_adopted_page_by_page(tmp_path: Path) -> None:
    assets = [number(each) for each in range(300)]
    build(tmp_path / "a", written(tmp_path / "a.jsonl", [record(1, assets=assets)]))
    with book.opened(tmp_path / "a") as opened:
        acts = opened.adoption(0, record(1)["number"])
    assert [(act.page, len(act.assets)) for act in acts] == [(0, 128), (1, 128), (2, 44)]
    assert [asset for act in acts for asset in act.assets] == sorted(_key(each) for each in assets)


def test_a_register_without_live_assets_is_anchored_with_no_second_tree(tmp_path: Path) -> None:
    about = build(tmp_path / "a", written(tmp_path / "a.jsonl", [record(1, state="ended"), record(2, assets=[])]))
    assert (about.assets, about.body().assetsRoot, about.body().records) == (0, bytes(32), 2)
    with book.opened(tmp_path / "a") as opened:
        assert opened.pages == 0 and opened.prove(record(2)["number"]).proof.index == 1


def test_an_asset_under_two_live_records_is_listed_twice_side_by_side(tmp_path: Path) -> None:
    source = written(tmp_path / "a.jsonl", [record(5, assets=[number(1)]), record(2, assets=[number(1)])])
    build(tmp_path / "a", source)
    with book.opened(tmp_path / "a") as opened:
        found = opened.prove_asset(_key(number(1)))
    assert [each.asset.officeNumber[:15] for each in found] == [b"Y2023/000000002", b"Y2023/000000005"]


# --- What is refused ------------------------------------------------------------------------------------------------------------------


def test_a_wrong_export_leaves_nothing_and_names_its_first_faults(tmp_path: Path) -> None:
    lines = [*records(10), record(3), {**record(20), "state": "gone"}, {"number": 1}, {**record(21), "amount": "x"}, record(4)]
    source = written(tmp_path / "a.jsonl", lines)
    with pytest.raises(ExportError) as refused:
        build(tmp_path / "a", source)
    said = str(refused.value)
    assert "line 11: number: 'Y2023/000000003' stands twice" in said and "line 12: state: 'gone'" in said and "line 13: number" in said
    assert said.endswith("and 2 more") and "\n" not in said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.jsonl"]


def test_an_empty_export_and_a_taken_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="no record in it"):
        build(tmp_path / "a", written(tmp_path / "a.jsonl", []))
    build(tmp_path / "a", written(tmp_path / "a.jsonl", [record(1)]))
    with pytest.raises(BookError, match="there is something already"):
        build(tmp_path / "a", tmp_path / "a.jsonl")


def test_what_is_not_there_is_named(folder: Path, tmp_path: Path) -> None:
    with book.opened(folder) as opened, pytest.raises(BookError, match="number 'Y9': the anchored register has no such record"):
        opened.prove("Y9")
    with pytest.raises(BookError, match="no anchored register is there"), book.opened(tmp_path):
        pass


def test_damage_gives_an_error_and_no_proof(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    content = bytearray((copy / "records.tree").read_bytes())
    content[100] ^= 1
    (copy / "records.tree").write_bytes(content)
    with book.opened(copy) as opened, pytest.raises(AnchorDamaged):
        opened.prove(record(1)["number"])
    with sqlite3.connect(copy / "records.db") as db:
        db.execute("UPDATE about SET value = ? WHERE name = 'records'", (json.dumps(3).encode(),))
    with pytest.raises(BookError, match="its trees are not those of its records"), book.opened(copy):
        pass


def test_a_changed_row_proves_nothing(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    changed = record(1, amount="5000001.00")
    with sqlite3.connect(copy / "records.db") as db:
        db.execute("UPDATE record SET row = ? WHERE number = ?", (json.dumps(changed).encode(), changed["number"]))
    with book.opened(copy) as opened, pytest.raises(BookError, match="is not the record that was anchored"):
        opened.prove(changed["number"])


def test_only_its_user_reads_the_folder(folder: Path) -> None:
    assert folder.stat().st_mode & 0o077 == 0


def test_records_are_found_by_names_like_those_that_they_state_and_persons_by_none(tmp_path: Path) -> None:
    exported = [
        record(0, pledgors=[{"name": "Quartz Lens Ltd"}]),
        record(1, pledgors=[{"name": "QUARTZ LENSES LIMITED"}, {"name": "王小明", "person": True}]),
        record(2, holders=[{"name": "Quartz Lens, Ltd.", "share": 1}]),
        record(3, pledgors=[{"name": "苏州晶镜有限公司"}]),
    ]
    build(tmp_path / "anchored", written(tmp_path / "register.jsonl", exported))

    def found(text: str, side: str | None = None) -> list[tuple[list[str], list[str]]]:
        with book.opened(tmp_path / "anchored") as opened:
            return [([*each.group.spellings], each.numbers) for each in opened.named(text, side)]

    numbers = [each["number"] for each in exported]
    assert found("quartz lens ltd") == [
        (["Quartz Lens Ltd", "Quartz Lens, Ltd."], [numbers[0], numbers[2]]),
        (["QUARTZ LENSES LIMITED"], [numbers[1]]),
    ]
    assert found("Quartz Lens Ltd", "holders") == [(["Quartz Lens Ltd", "Quartz Lens, Ltd."], [numbers[2]])]
    assert found("苏州晶镜有限公司") == [(["苏州晶镜有限公司"], [numbers[3]])]
    assert found("王小明") == []
    with sqlite3.connect(tmp_path / "anchored" / "records.db") as db:
        assert not any("王小明" in row[0] for row in db.execute("SELECT text FROM name"))


def test_the_index_of_names_finds_what_a_comparison_with_each_finds(folder: Path, source: Path) -> None:
    stated = {party.name for row in read(source) for party in (*row.pledgors, *row.holders) if not party.person}
    with book.opened(folder) as opened:
        for text in ("Company 12 Ltd", "company 699", "first bank", "第三银行", "Second Bnak", "Co owner"):
            expected = {name for name in stated if compare(normal(text), normal(name))}
            assert {each for group in opened.named(text) for each in group.group.spellings} == expected and expected
        assert len(opened.named("company")) == MOST_NAMES + 1, "told as more than are told"
        (bank,) = [each for each in opened.named("First Bank", "holders", limit=3) if each.group.match.is_exact]
        assert len(bank.numbers) == 3 < bank.records == sum(any(each.name == "First Bank" for each in row.holders) for row in read(source))


def test_a_register_built_before_names_were_indexed_says_that_it_has_none(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "old")
    with sqlite3.connect(tmp_path / "old" / "records.db") as db:
        db.execute("DROP INDEX form_letters")
    with book.opened(folder) as new, book.opened(tmp_path / "old") as old:
        assert new.has_names and not old.has_names
